//! Tickets on the wire: the summary that lists show, the whole ticket, and the one way to change it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::domain::action::{Action, ActionKind, Alert};
use crate::domain::event::Recorded;
use crate::domain::ids::{BookId, TicketNo, UnitId};
use crate::domain::intake::{Caller, Intake, Kind, Urgency};
use crate::domain::moment::Moment;
use crate::domain::named::named;
use crate::domain::people::Role;
use crate::domain::ticket::Stage;
use crate::flow::{Duty, State};

named! {
    /// What a unit asked of the office and waits for.
    pub enum Pending {
        Return = "return",
        Extension = "extension",
        Suspension = "suspension",
        Exemption = "exemption",
    }
}

/// What a list shows of a ticket. A caller who asked for secrecy is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    pub no: TicketNo,
    pub version: u64,
    /// The feed's number of its last event; 0 before the first.
    pub seq: i64,
    pub book: BookId,
    #[serde(default)]
    pub unit: Option<UnitId>,
    #[serde(default)]
    pub co_units: Vec<UnitId>,
    pub stage: Stage,
    pub kind: Kind,
    pub channel: String,
    pub urgency: Urgency,
    #[serde(default)]
    pub classes: Vec<String>,
    pub title: String,
    pub place: String,
    pub received: Moment,
    #[serde(default)]
    pub due: Option<Moment>,
    /// The limit touches a year whose holidays are not announced yet.
    #[serde(default)]
    pub provisional: bool,
    /// Until when it may be returned.
    #[serde(default)]
    pub return_until: Option<Moment>,
    pub alert: Alert,
    pub redos: u32,
    pub key: bool,
    pub secret: bool,
    pub attempts: u32,
    #[serde(default)]
    pub pending: Option<Pending>,
    /// Whose signature comes next.
    #[serde(default)]
    pub next_signer: Option<Role>,
    #[serde(default)]
    pub submitted: Option<Moment>,
    #[serde(default)]
    pub finished: Option<Moment>,
}

macro_rules! summary_fields {
    ($first:ident $($field:ident)*) => {
        /// The fields of a summary, any of which a list may be asked for alone.
        pub const SUMMARY_FIELDS: &[&str] = &[stringify!($first), $(stringify!($field)),*];
        /// Some of them, comma-separated.
        pub const SUMMARY_FIELDS_PATTERN: &str = concat!(
            "^(", stringify!($first), $("|", stringify!($field),)* ")",
            "(,(", stringify!($first), $("|", stringify!($field),)* "))*$",
        );
    };
}

summary_fields! {
    no version seq book unit co_units stage kind channel urgency classes title place received due provisional
    return_until alert redos key secret attempts pending next_signer submitted finished
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Page {
    pub tickets: Vec<Summary>,
    /// Where the next page begins; absent on the last one.
    #[serde(default)]
    pub next: Option<String>,
}

/// A page of which only some fields were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    pub views: Vec<Count>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Count {
    pub view: super::query::View,
    pub tickets: u32,
    /// There are more than were counted.
    #[serde(default)]
    pub more: bool,
}

/// A ticket, everything that happened to it, and what that comes to by the server's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TicketView {
    pub summary: Summary,
    pub intake: Intake,
    pub events: Vec<Recorded>,
    pub assessment: AssessmentView,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AssessmentView {
    /// When the server judged.
    pub now: Moment,
    pub alert: Alert,
    #[serde(default)]
    pub alert_cite: Option<String>,
    #[serde(default)]
    pub alert_changes: Option<Moment>,
    pub obligations: Vec<ObligationView>,
    /// Whose signatures the reply needs, lowest first.
    pub chain: Vec<Role>,
    pub signed: Vec<Role>,
    /// How many ordinary tickets it counts for.
    pub weight: u32,
    pub actions: Vec<PermissionView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ObligationView {
    pub duty: Duty,
    #[serde(default)]
    pub due: Option<Moment>,
    pub state: State,
    pub provisional: bool,
    pub cite: String,
}

/// Whether an action is possible now, and if not, by which rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PermissionView {
    pub action: ActionKind,
    pub allowed: bool,
    /// Possible with a reason; this rulebook does not speak of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unregulated: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cite: Option<String>,
}

/// A ticket handed in by the office or a gateway, passed on at once where it says to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTicket {
    pub intake: Intake,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch: Option<DispatchTo>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DispatchTo {
    pub unit: UnitId,
    #[serde(default)]
    pub co_units: Vec<UnitId>,
    #[serde(default)]
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTickets {
    #[schemars(length(min = 1, max = 200))]
    pub tickets: Vec<NewTicket>,
}

/// What became of each, in the order they were handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Taken {
    pub results: Vec<TakenOne>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TakenOne {
    pub no: TicketNo,
    #[serde(default)]
    pub ticket: Option<Summary>,
    #[serde(default)]
    pub problem: Option<Problem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionRequest {
    /// The version that the person looked at. If somebody else changed the ticket since in a way that matters to this
    /// action, it is not done and the newer ticket comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<u64>,
    pub action: Action,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActionAnswer {
    /// The feed's number of the last event that the action made.
    pub seq: i64,
    /// The ticket's version after it.
    pub version: u64,
    /// It had been done before under the same key.
    #[serde(default)]
    pub repeated: bool,
    pub ticket: TicketView,
    /// Only after a reveal: who the caller is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Caller>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_summary_may_be_asked_for() {
        let schema = schemars::schema_for!(Summary);
        let fields = schema
            .get("properties")
            .and_then(|all| all.as_object())
            .expect("properties");
        let mut there: Vec<&str> = fields.keys().map(String::as_str).collect();
        let mut named = SUMMARY_FIELDS.to_vec();
        there.sort_unstable();
        named.sort_unstable();
        assert_eq!(named, there);
    }
}
