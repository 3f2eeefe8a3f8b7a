//! What happened to a ticket. Events are for ever: each is stored with the version of its form, and what was stored
//! once must be readable always.

use serde::{Deserialize, Serialize};

use super::action::{
    Alert, CaseKind, CommendationGround, DesignatedBy, ProgressKind, RestartGround, ReturnRequest, SupervisionForm,
    UrgeWay, WithdrawnAt,
};
use super::contact::Attempt;
use super::element::Attitude;
use super::ids::UnitId;
use super::material::Attachment;
use super::moment::Moment;
use super::people::Actor;
use super::reply::Reply;
use super::request::{ExemptionRequest, ExtensionRequest, SuspensionRequest};

/// The form in which events are written today.
pub const VERSION: u16 = 1;

/// An event with when it happened and who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Recorded {
    pub v: u16,
    pub at: Moment,
    pub by: Actor,
    pub event: Event,
}

impl Recorded {
    pub fn new(at: Moment, by: Actor, event: Event) -> Self {
        Self {
            v: VERSION,
            at,
            by,
            event,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Dispatched {
        unit: UnitId,
        co_units: Vec<UnitId>,
        note: String,
    },
    AnsweredDirectly {
        text: String,
    },
    /// `since` is when acceptance counts from: for a unit that kept silent, the end of its time to speak.
    Accepted {
        by_silence: bool,
        since: Moment,
    },
    ReturnAsked(ReturnRequest),
    ReturnApproved {
        reason: String,
        next_unit: Option<UnitId>,
    },
    ReturnRefused {
        reason: String,
    },
    DisputeOpened {
        reason: String,
    },
    EvidenceHandedIn {
        note: String,
        materials: Vec<Attachment>,
    },
    /// `clock_start` is the unit's first receipt where the rules count from that.
    Designated {
        unit: UnitId,
        by: DesignatedBy,
        reason: String,
        clock_start: Moment,
    },
    /// `clock_start` is the unit's first receipt where the rules count from that.
    Claimed {
        unit: UnitId,
        note: String,
        clock_start: Moment,
    },
    BuckPassingMarked {
        reason: String,
    },
    ContactTried(Attempt),
    UnreachableReported {
        summary: String,
        materials: Vec<Attachment>,
    },
    CoHandlingAsked {
        units: Vec<UnitId>,
        request: String,
        materials: Vec<Attachment>,
    },
    CoHandlingAnswered {
        unit: UnitId,
        text: String,
        materials: Vec<Attachment>,
    },
    CoHandlingReleased {
        units: Vec<UnitId>,
        reason: String,
    },
    ProgressReported {
        kind: ProgressKind,
        text: String,
    },
    Escalated {
        callers: u32,
        reason: String,
    },
    ExtensionAsked(ExtensionRequest),
    /// `due` is the limit that the extension gives.
    ExtensionGranted {
        reason: String,
        due: Moment,
    },
    ExtensionRefused {
        reason: String,
    },
    SuspensionAsked(SuspensionRequest),
    SuspensionGranted {
        reason: String,
        until: Moment,
    },
    SuspensionRefused {
        reason: String,
    },
    ExemptionAsked(ExemptionRequest),
    /// `until` is when a planned matter must be done.
    ExemptionGranted {
        reason: String,
        until: Option<Moment>,
    },
    ExemptionRefused {
        reason: String,
    },
    CaseFiled {
        kind: CaseKind,
        materials: Vec<Attachment>,
    },
    ReplySentForSigning {
        reply: Reply,
    },
    /// `last`: nobody else has to sign.
    ReplySigned {
        note: String,
        last: bool,
    },
    SigningRefused {
        reason: String,
    },
    ReplySubmitted {
        reply: Reply,
    },
    ReplyPassed {
        note: String,
    },
    ReplySentBack {
        reason: String,
    },
    CalledBack {
        reached: bool,
        rating: Option<Attitude>,
        note: String,
    },
    RatingCorrected {
        rating: Attitude,
        reason: String,
    },
    RedoOrdered {
        reason: String,
        due: Option<Moment>,
    },
    RedoDetermined {
        reason: String,
    },
    Urged {
        way: UrgeWay,
        note: String,
    },
    Supervised {
        form: SupervisionForm,
        reason: String,
    },
    FactsAdded {
        text: String,
    },
    ClockRestarted {
        ground: Option<RestartGround>,
        reason: String,
    },
    Withdrawn {
        at: WithdrawnAt,
        reason: String,
    },
    CommendationClaimed {
        ground: CommendationGround,
        materials: Vec<Attachment>,
    },
    Revealed {
        reason: String,
    },
    Closed {
        note: String,
    },
    AlertRaised {
        level: Alert,
    },
}
