//! 响应率、解决率、满意率、超期率、重办率: counted from the projection, by unit and by the week or month of receipt.

use chrono::NaiveDate;
use sqlx::{AssertSqlSafe, Row};

use super::{Store, StoreError};
use crate::api::statistics::{Span, StatisticsRow};
use crate::domain::ids::UnitId;
use crate::domain::moment::Moment;
use crate::server::clock::seconds;

/// The units and the time that are asked about.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub by: Option<Span>,
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    /// Absent: all of them.
    pub units: Option<Vec<UnitId>>,
}

impl Store {
    pub async fn statistics(&self, asked: &Asked, now: Moment) -> Result<Vec<StatisticsRow>, StoreError> {
        let span = match asked.by {
            None => "''",
            Some(Span::Week) => "week",
            Some(Span::Month) => "month",
        };
        let units = asked.units.as_ref().map_or_else(String::new, |units| {
            let places: Vec<String> = (0..units.len()).map(|at| format!("${}", at + 4)).collect();
            format!(" AND unit IN ({})", places.join(", "))
        });
        if asked.units.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        // What runs and is past its limit counts as overdue from the moment it is.
        let sql = format!(
            "SELECT unit, {span} AS span, count(*) AS received, \
             CAST(sum(responded) AS BIGINT) AS responded, CAST(sum(finished) AS BIGINT) AS finished, \
             CAST(sum(CASE WHEN overdue = 1 OR (runs = 1 AND live = 1 AND due < $1) THEN 1 ELSE 0 END) AS BIGINT) AS overdue, \
             CAST(sum(redone) AS BIGINT) AS redone, CAST(sum(rated) AS BIGINT) AS rated, \
             CAST(sum(solved) AS BIGINT) AS solved, CAST(sum(satisfied) AS BIGINT) AS satisfied \
             FROM tickets WHERE unit <> '' AND received >= $2 AND received < $3{units} GROUP BY 1, 2 ORDER BY 1, 2"
        );
        let day = |day: NaiveDate| seconds(Moment::midnight(day));
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(seconds(now))
            .bind(asked.from.map_or(i64::MIN, day))
            .bind(asked.until.map_or(i64::MAX, |last| seconds(Moment::end_of(last))));
        for unit in asked.units.iter().flatten() {
            query = query.bind(unit.as_str());
        }
        let rows = query.fetch_all(self.reads()).await?;
        rows.iter()
            .map(|row| {
                let number = |name: &str| row.try_get::<i64, _>(name);
                let span: String = row.try_get("span")?;
                let counts = Counts {
                    received: number("received")?,
                    responded: number("responded")?,
                    finished: number("finished")?,
                    overdue: number("overdue")?,
                    redone: number("redone")?,
                    rated: number("rated")?,
                    solved: number("solved")?,
                    satisfied: number("satisfied")?,
                };
                Ok(counts.row(
                    row.try_get::<String, _>("unit")?,
                    Some(span).filter(|span| !span.is_empty()),
                ))
            })
            .collect::<Result<_, sqlx::Error>>()
            .map_err(StoreError::from)
    }
}

struct Counts {
    received: i64,
    responded: i64,
    finished: i64,
    overdue: i64,
    redone: i64,
    rated: i64,
    solved: i64,
    satisfied: i64,
}

impl Counts {
    fn row(self, unit: String, span: Option<String>) -> StatisticsRow {
        // To a tenth of a thousandth: what is published has two places after the percent's point.
        let rate =
            |part: i64, whole: i64| (whole > 0).then(|| (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0);
        StatisticsRow {
            unit: UnitId(unit),
            span,
            response_rate: rate(self.responded, self.received),
            solved_rate: rate(self.solved, self.finished),
            satisfied_rate: rate(self.satisfied, self.rated),
            overdue_rate: rate(self.overdue, self.received),
            redone_rate: rate(self.redone, self.received),
            received: self.received,
            responded: self.responded,
            finished: self.finished,
            overdue: self.overdue,
            redone: self.redone,
            rated: self.rated,
            solved: self.solved,
            satisfied: self.satisfied,
        }
    }
}
