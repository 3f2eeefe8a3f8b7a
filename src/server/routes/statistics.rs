//! The rates that units are measured by: the office sees all of them, everybody else their own.

use axum::extract::State;
use axum::http::StatusCode;

use super::json;
use crate::api::limits;
use crate::api::problem::ProblemKind;
use crate::api::statistics::{Statistics, StatisticsQuery};
use crate::domain::ids::UnitId;
use crate::server::ask::{Asked, By};
use crate::server::desk::Desk;
use crate::server::sight::Sight;
use crate::server::store::statistics::Asked as Question;
use crate::server::trouble::{Answer, Trouble};

pub async fn rates(State(desk): State<Desk>, By(signed): By, Asked(query): Asked<StatisticsQuery>) -> Answer {
    if query
        .unit
        .as_ref()
        .is_some_and(|unit| unit.chars().count() > limits::WORDS)
    {
        return Err(Trouble::invalid("text", &[("most", &limits::WORDS.to_string())]));
    }
    let own: Option<Vec<UnitId>> = match &signed.sight {
        Sight::All => None,
        Sight::Unit(unit) => Some(vec![unit.clone()]),
        Sight::Signer { units, .. } => Some(units.clone()),
        Sight::Nothing => return Err(Trouble::new(ProblemKind::Forbidden)),
    };
    let asked = query.unit.map(UnitId);
    let units = match (own, asked) {
        (Some(own), Some(unit)) if !own.contains(&unit) => return Err(Trouble::new(ProblemKind::Forbidden)),
        (_, Some(unit)) => Some(vec![unit]),
        (own, None) => own,
    };
    let question = Question {
        by: query.by,
        from: query.from,
        until: query.until,
        units,
    };
    let rows = desk.store.statistics(&question, desk.now()).await?;
    json(StatusCode::OK, &Statistics { rows })
}
