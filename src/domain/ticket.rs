//! A ticket (工单) as its events left it. It is only ever changed by `flow::evolve`.

use serde::Serialize;

use super::action::{Alert, ProgressKind, ReturnRequest, UrgeWay};
use super::contact::Attempt;
use super::element::Attitude;
use super::ids::UnitId;
use super::intake::Intake;
use super::moment::Moment;
use super::named::named;
use super::people::Role;
use super::reply::Reply;
use super::request::{Decided, ExemptionKind, ExemptionRequest, ExtensionRequest, Requested, SuspensionRequest};

named! {
    /// Where a ticket stands in its life.
    pub enum Stage {
        /// 待交办
        Taken = "taken",
        /// 待签收
        Dispatched = "dispatched",
        /// 退回待审
        ReturnAsked = "return_asked",
        /// 在办
        Handling = "handling",
        /// 待审签
        Signing = "signing",
        /// 已签待提交
        Signed = "signed",
        /// 待审核
        Submitted = "submitted",
        /// 待重报
        SentBack = "sent_back",
        /// 待回访
        Passed = "passed",
        /// 不再办理、备案、解释说明、列入计划
        Exempted = "exempted",
        /// 已立案或移送
        CaseFiled = "case_filed",
        /// 已撤销
        Withdrawn = "withdrawn",
        /// 已结案
        Closed = "closed",
    }
}

impl Stage {
    /// The unit has it on its desk and must do something.
    pub fn with_the_unit(self) -> bool {
        matches!(
            self,
            Self::Dispatched | Self::Handling | Self::Signing | Self::Signed | Self::SentBack
        )
    }

    /// Taken on and being worked at.
    pub fn in_hand(self) -> bool {
        matches!(self, Self::Handling | Self::Signing | Self::Signed | Self::SentBack)
    }

    /// Nothing more will happen unless the office orders a redo.
    pub fn over(self) -> bool {
        matches!(self, Self::Exempted | Self::CaseFiled | Self::Withdrawn | Self::Closed)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Accepted {
    pub at: Moment,
    pub by_silence: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReturnRecord {
    pub unit: UnitId,
    pub asked: Moment,
    pub request: ReturnRequest,
    pub decided: Option<Decided>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dispute {
    pub opened: Moment,
    /// Which units have handed in their evidence, and when.
    pub evidence: Vec<(UnitId, Moment)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CoHandling {
    pub unit: UnitId,
    pub asked: Moment,
    pub answered: Option<Moment>,
    /// The lead took the request back, or is another one now.
    pub released: Option<Moment>,
}

impl CoHandling {
    /// An answer is still awaited.
    pub fn open(&self) -> bool {
        self.answered.is_none() && self.released.is_none()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReplyVersion {
    pub at: Moment,
    pub reply: Reply,
    pub signed: Vec<Signature>,
    pub refused: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signature {
    pub role: Role,
    pub name: String,
    pub at: Moment,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Callback {
    pub at: Moment,
    pub reached: bool,
    pub rating: Option<Attitude>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redo {
    pub at: Moment,
    pub reason: String,
    /// A limit that the office stated with the order.
    pub due: Option<Moment>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    pub at: Moment,
    pub kind: ProgressKind,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ticket {
    pub intake: Intake,
    /// How many events made it what it is.
    pub version: u64,
    pub stage: Stage,
    pub unit: Option<UnitId>,
    /// When each unit first got it.
    pub receipts: Vec<(UnitId, Moment)>,
    /// When the limit that runs now began.
    pub clock_start: Option<Moment>,
    pub accepted: Option<Accepted>,
    pub returns: Vec<ReturnRecord>,
    pub dispute: Option<Dispute>,
    /// The unit was named after a dispute and may not return it again.
    pub designated: bool,
    pub buck_passing: u32,
    pub co_handling: Vec<CoHandling>,
    pub attempts: Vec<Attempt>,
    /// How many of `attempts` belong to the rounds before the last redo.
    pub earlier_attempts: usize,
    pub unreachable_reported: Option<Moment>,
    pub progress: Vec<Progress>,
    pub escalated: Option<Moment>,
    pub extensions: Vec<Requested<ExtensionRequest>>,
    /// The limit that extensions, suspensions or a plan gave in place of the first one.
    pub granted_due: Option<Moment>,
    pub suspensions: Vec<Requested<SuspensionRequest>>,
    pub exemptions: Vec<Requested<ExemptionRequest>>,
    pub replies: Vec<ReplyVersion>,
    /// The version sent for signing or submitted in this round.
    pub current_reply: Option<usize>,
    pub submitted: Option<Moment>,
    /// When this unit first handed a result in, though it was sent back.
    pub first_submitted: Option<Moment>,
    pub sent_back: Option<Moment>,
    pub times_sent_back: u32,
    pub passed: Option<Moment>,
    pub callbacks: Vec<Callback>,
    pub redos: Vec<Redo>,
    /// The office determined that the leader has to explain the repeated redo.
    pub redo_determined: Option<Moment>,
    pub urgings: Vec<(Moment, UrgeWay)>,
    pub supervised: Option<Moment>,
    pub facts_added: u32,
    pub restarts: u32,
    pub commendation_claimed: Option<Moment>,
    pub reveals: u32,
    pub alert: Alert,
    pub withdrawn: Option<Moment>,
    /// When it counted as done: submitted and passed, exempted, filed, withdrawn.
    pub finished: Option<Moment>,
    pub closed: Option<Moment>,
}

impl Ticket {
    /// A ticket to which nothing has happened yet.
    pub fn new(intake: Intake) -> Self {
        Self {
            intake,
            version: 0,
            stage: Stage::Taken,
            unit: None,
            receipts: Vec::new(),
            clock_start: None,
            accepted: None,
            returns: Vec::new(),
            dispute: None,
            designated: false,
            buck_passing: 0,
            co_handling: Vec::new(),
            attempts: Vec::new(),
            earlier_attempts: 0,
            unreachable_reported: None,
            progress: Vec::new(),
            escalated: None,
            extensions: Vec::new(),
            granted_due: None,
            suspensions: Vec::new(),
            exemptions: Vec::new(),
            replies: Vec::new(),
            current_reply: None,
            submitted: None,
            first_submitted: None,
            sent_back: None,
            times_sent_back: 0,
            passed: None,
            callbacks: Vec::new(),
            redos: Vec::new(),
            redo_determined: None,
            urgings: Vec::new(),
            supervised: None,
            facts_added: 0,
            restarts: 0,
            commendation_claimed: None,
            reveals: 0,
            alert: Alert::None,
            withdrawn: None,
            finished: None,
            closed: None,
        }
    }

    /// When the unit that has it now first got it.
    pub fn first_receipt(&self) -> Option<Moment> {
        let unit = self.unit.as_ref()?;
        self.receipts
            .iter()
            .find(|(receiver, _)| receiver == unit)
            .map(|(_, at)| *at)
    }

    /// The attempts of this round: since the last redo, or all.
    pub fn attempts_now(&self) -> &[Attempt] {
        &self.attempts[self.earlier_attempts.min(self.attempts.len())..]
    }

    /// The rating that counts: the last one given.
    pub fn rating(&self) -> Option<Attitude> {
        self.callbacks.iter().rev().find_map(|callback| callback.rating)
    }

    /// Granted 列入计划: it counts as dealt with, and its reply is still to come.
    pub fn planned(&self) -> bool {
        self.stage == Stage::Exempted && self.was_planned()
    }

    /// The same, wherever that reply stands by now.
    pub fn was_planned(&self) -> bool {
        let granted = self.exemptions.iter().rev().find(|exemption| exemption.granted());
        granted.is_some_and(|exemption| exemption.request.kind == ExemptionKind::Plan)
    }

    pub fn reply(&self) -> Option<&ReplyVersion> {
        self.current_reply.and_then(|index| self.replies.get(index))
    }

    pub fn granted_extensions(&self) -> impl Iterator<Item = &Requested<ExtensionRequest>> {
        self.extensions.iter().filter(|extension| extension.granted())
    }

    pub fn redo_count(&self) -> u32 {
        u32::try_from(self.redos.len()).unwrap_or(u32::MAX)
    }
}
