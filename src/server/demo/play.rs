//! One step of a plot, put into an action: who does it, with which words and papers, where the rulebook wants more or
//! less of it.

use super::life::Life;
use super::material::{Matter, Stock};
use super::{papers, story};
use crate::calendar::Calendar;
use crate::domain::action::{
    Action, CaseKind, CommendationGround, DesignatedBy, ProgressKind, ReturnScope, SupervisionForm, UrgeWay,
    WithdrawnAt,
};
use crate::domain::contact::{Attempt, FaceToFace, Outcome, Purpose, Way};
use crate::domain::element::Attitude;
use crate::domain::ids::UnitId;
use crate::domain::material::Material;
use crate::domain::moment::Moment;
use crate::domain::people::{Actor, Role};
use crate::domain::period::Period;
use crate::domain::request::{ExemptionKind, ExemptionRequest, SuspensionRequest};
use crate::domain::ticket::Stage;
use crate::flow::assess;
use crate::rules::Rulebook;

/// How long a redo of the demo has, where no rule says it.
const REDO: Period = Period::WorkDays(2);
/// So many households of the group complaint.
const CALLERS: u32 = 26;

#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// It comes in, and waits.
    Arrive,
    Dispatch,
    /// To a unit that will say that it is another's.
    DispatchWrong,
    DispatchJoint,
    AnswerDirectly,
    Accept,
    /// The caller is reached.
    Call(Attitude),
    Miss(Outcome),
    ReportUnreachable,
    AskHelp,
    AnswerHelp,
    AskReturn,
    DecideReturn(bool),
    Dispute,
    Evidence,
    Designate,
    Progress(ProgressKind),
    Escalate,
    AskExtension,
    DecideExtension(bool),
    AskSuspension,
    DecideSuspension(bool),
    AskExemption(ExemptionKind),
    DecideExemption(bool),
    FileAsCase,
    /// Sends a reply for signing, where somebody has to sign.
    Draft,
    /// The next leader signs, where one has to.
    Sign,
    RefuseToSign,
    SignAll,
    Submit,
    Pass,
    SendBack,
    CallBack(Option<Attitude>),
    Redo,
    DetermineRedo,
    Urge(UrgeWay),
    Supervise,
    AddFacts,
    Withdraw,
    Commend,
    Reveal,
    Close,
}

pub struct Play<'a> {
    pub life: Life<'a>,
    pub stock: &'a Stock,
    pub matter: &'a Matter,
    /// Whose it is.
    pub unit: UnitId,
    pub book: &'a Rulebook,
    pub calendar: &'a Calendar,
}

impl Play<'_> {
    fn actor(&self, role: Role) -> Actor {
        let unit = self.life.ticket.unit.as_ref().unwrap_or(&self.unit);
        self.stock.actor(role, unit)
    }

    pub fn step(&mut self, at: Moment, step: Step) {
        match step {
            Step::Arrive => {}
            Step::Accept => self.accept(at),
            Step::Call(attitude) => self.call(at, Purpose::Answer, attitude),
            Step::AskExemption(kind) => self.ask_exemption(at, kind),
            Step::Draft => self.draft(at),
            Step::Sign => self.sign(at),
            Step::SignAll => {
                while self.signers_left(at).is_some() && self.life.ticket.stage == Stage::Signing {
                    let before = self.life.history.len();
                    self.sign(at);
                    if self.life.history.len() == before {
                        break;
                    }
                }
            }
            Step::RefuseToSign => {
                if let Some(role) = self.signers_left(at) {
                    let reason = "答复没有写明复查情况，请补充后再报。".to_owned();
                    let actor = self.actor(role);
                    self.life.act(at, &actor, Action::RefuseToSign { reason });
                }
            }
            Step::AnswerHelp => {
                let helper = self.stock.actor(Role::Liaison, &self.stock.helper(&self.unit));
                let text = "我单位已派员到现场配合处理，对职责内的问题提出整改要求，当事人已签收。".to_owned();
                let materials = vec![story::picture(self.matter).handed_in(Material::SitePhoto, at, None)];
                self.life.act(at, &helper, Action::AnswerCoHandling { text, materials });
            }
            _ => {
                let (role, action) = self.plain(at, step);
                let actor = self.actor(role);
                self.life.act(at, &actor, action);
            }
        }
    }

    /// Steps that are one action of one role.
    fn plain(&self, at: Moment, step: Step) -> (Role, Action) {
        let helper = self.stock.helper(&self.unit);
        match step {
            Step::Miss(outcome) => (
                Role::Liaison,
                Action::Contact(self.attempt(at, Purpose::Answer, outcome, None)),
            ),
            Step::ReportUnreachable => {
                let summary = "已在不同时段多次致电，均无人接听；短信也未回复，情况说明和记录随附。".to_owned();
                let materials = vec![papers::screenshot(at, false)];
                (Role::Liaison, Action::ReportUnreachable { summary, materials })
            }
            Step::AskHelp => {
                let request = "该事项涉及贵单位职责，请派员配合现场处理，并于一个工作日内反馈。".to_owned();
                let materials = Vec::new();
                let units = vec![helper];
                (
                    Role::Liaison,
                    Action::AskCoHandling {
                        units,
                        request,
                        materials,
                    },
                )
            }
            Step::AskReturn => {
                let right = self.stock.unit(&self.unit).map_or("", |unit| unit.name.as_str());
                let scope = ReturnScope::Inside;
                let request = papers::returning(self.matter, scope, right, story::picture(self.matter), at);
                (Role::Liaison, Action::Return(request))
            }
            Step::Evidence => {
                let note = "附部门职责清单和现场照片，争议地块的管理范围以红线为界。".to_owned();
                let materials = vec![story::picture(self.matter).handed_in(Material::SitePhoto, at, None)];
                (Role::Liaison, Action::HandInEvidence { note, materials })
            }
            Step::Progress(kind) => {
                let text = match kind {
                    ProgressKind::OnSite => "工作人员已到达现场，设置了警示标志，正在处理。",
                    ProgressKind::Weekly => "本周已完成现场整治，正在巩固，预计周末前全部办结。",
                    ProgressKind::Stage => "已完成现场勘查，正在组织维修，预计两日内完成。",
                    ProgressKind::Meeting => "已在班子会上说明多次重办的原因、目前进展和下步措施。",
                };
                let (kind, text) = (Some(kind), text.to_owned());
                (Role::Liaison, Action::ReportProgress { kind, text })
            }
            Step::AskExtension => (Role::Liaison, Action::AskExtension(papers::extension())),
            Step::AskSuspension => {
                let request = SuspensionRequest {
                    period: Period::Days(30),
                    reason: "当事人已申请检测鉴定，鉴定意见出具前无法作出处理。".to_owned(),
                    basis: "《中华人民共和国行政处罚法》关于检测鉴定期间的规定".to_owned(),
                };
                (Role::Liaison, Action::AskSuspension(request))
            }
            Step::FileAsCase => {
                let kind = Some(CaseKind::Administrative);
                let materials = vec![super::photos::Photo::Sealed.handed_in(Material::CasePapers, at, None)];
                (Role::Liaison, Action::FileAsCase { kind, materials })
            }
            Step::Submit => {
                // What was signed goes as it was signed.
                let reply = (!self.is_signed(at)).then(|| self.reply(at));
                (Role::Liaison, Action::Submit { reply })
            }
            Step::Commend => {
                let ground = Some(CommendationGround::ClaimedHardCase);
                let materials = Vec::new();
                (Role::Liaison, Action::ClaimCommendation { ground, materials })
            }
            Step::Reveal => {
                let reason = "须上门核实，查看来电人联系方式。".to_owned();
                (Role::Liaison, Action::Reveal { reason })
            }
            other => (Role::Office, self.by_the_office(at, other, helper)),
        }
    }

    fn by_the_office(&self, at: Moment, step: Step, helper: UnitId) -> Action {
        let own = Some(self.unit.clone());
        match step {
            Step::DispatchWrong => Action::Dispatch {
                unit: Some(helper),
                co_units: Vec::new(),
                note: String::new(),
            },
            Step::DispatchJoint => {
                let note = "请牵头单位会同协办单位办理，统一答复来电人。".to_owned();
                Action::Dispatch {
                    unit: own,
                    co_units: vec![helper],
                    note,
                }
            }
            Step::AnswerDirectly => Action::AnswerDirectly {
                text: format!("已由热线直接答复：{}。", self.matter.result),
            },
            Step::DecideReturn(true) => {
                let reason = "经核实不属该单位职责，同意退回并改派。".to_owned();
                Action::DecideReturn {
                    approve: true,
                    reason,
                    next_unit: own,
                }
            }
            Step::DecideReturn(_) => {
                let reason = "按职责清单该事项属你单位，请按时办理。".to_owned();
                Action::DecideReturn {
                    approve: false,
                    reason,
                    next_unit: None,
                }
            }
            Step::Dispute => Action::OpenDispute {
                reason: "两个单位对管理范围说法不一，需要明确承办单位。".to_owned(),
            },
            Step::Designate => {
                let reason = "经研究，由属地牵头办理。".to_owned();
                Action::Designate {
                    unit: own,
                    by: Some(DesignatedBy::JointMeeting),
                    reason,
                }
            }
            Step::Escalate => {
                let reason = "同一小区多户居民集中反映，存在聚集风险，请有关负责同志关注。".to_owned();
                Action::Escalate {
                    callers: CALLERS,
                    reason,
                }
            }
            Step::DecideExtension(approve) => {
                let reason = if approve {
                    "理由充分，同意延期。"
                } else {
                    "配件可就近采购，请按原定时限办理。"
                };
                Action::DecideExtension {
                    approve,
                    reason: reason.to_owned(),
                }
            }
            Step::DecideSuspension(approve) => Action::DecideSuspension {
                approve,
                reason: "依据充分，同意挂单。".to_owned(),
            },
            Step::DecideExemption(approve) => {
                let reason = if approve {
                    "材料齐全，同意。"
                } else {
                    "材料不足以证明，请继续办理。"
                };
                Action::DecideExemption {
                    approve,
                    reason: reason.to_owned(),
                }
            }
            Step::Pass => Action::Pass {
                note: "要素齐全，审核通过。".to_owned(),
            },
            Step::SendBack => Action::SendBack {
                reason: "请补充现场处置的时间和复查情况后重新报送。".to_owned(),
            },
            Step::CallBack(rating) => {
                let note = match rating {
                    None => "回访无人接听，择时再访。",
                    Some(Attitude::Dissatisfied | Attitude::VeryDissatisfied) => "来电人称问题又出现，对结果不满意。",
                    Some(_) => "来电人认可办理结果。",
                };
                Action::CallBack {
                    reached: rating.is_some(),
                    rating,
                    note: note.to_owned(),
                }
            }
            Step::Redo => {
                let limited = self.book.redo.limit.is_some();
                let due = (!limited).then(|| self.calendar.due(at, REDO).at);
                Action::Redo {
                    reason: "来电人不满意，问题没有彻底解决，请重新办理。".to_owned(),
                    due,
                }
            }
            Step::DetermineRedo => Action::DetermineRedo {
                reason: "同一事项多次重办，经认定需由负责人说明情况。".to_owned(),
            },
            Step::Urge(way) => Action::Urge {
                way: Some(way),
                note: "来电人再次来电催问，请抓紧办理。".to_owned(),
            },
            Step::Supervise => {
                let reason = "多次催办仍未报送，予以督办。".to_owned();
                Action::Supervise {
                    form: Some(SupervisionForm::Phone),
                    reason,
                }
            }
            Step::AddFacts => Action::AddFacts {
                text: "来电人补充：昨晚同一地点又发生一次，有照片可以提供。".to_owned(),
            },
            Step::Withdraw => {
                let reason = "来电人来电称问题已自行解决，要求撤销。".to_owned();
                Action::Withdraw {
                    at: Some(WithdrawnAt::Hotline),
                    reason,
                }
            }
            Step::Close => Action::Close {
                note: "办理完毕，结案。".to_owned(),
            },
            _ => Action::Dispatch {
                unit: own,
                co_units: Vec::new(),
                note: "请按时限办理并联系来电人。".to_owned(),
            },
        }
    }

    fn accept(&mut self, at: Moment) {
        let confirm = self.book.accepting.confirm.as_ref();
        if confirm.is_some_and(|rule| rule.contact_first) && self.life.ticket.attempts_now().is_empty() {
            self.call(at, Purpose::Verify, Attitude::Unsaid);
        }
        self.life.run_clock(at);
        // Silence may have accepted it already.
        if self.life.ticket.stage == Stage::Dispatched {
            let actor = self.actor(Role::Liaison);
            self.life.act(at, &actor, Action::Accept);
        }
    }

    fn call(&mut self, at: Moment, purpose: Purpose, attitude: Attitude) {
        let attempt = self.attempt(at, purpose, Outcome::Reached, Some(attitude));
        let actor = self.actor(Role::Liaison);
        self.life.act(at, &actor, Action::Contact(attempt));
    }

    /// A redo is answered by whom the rules name.
    fn answerer(&self) -> Option<Role> {
        let rule = self.book.redo.answerer(self.life.ticket.redo_count())?;
        rule.any.first().copied()
    }

    fn attempt(&self, at: Moment, purpose: Purpose, outcome: Outcome, attitude: Option<Attitude>) -> Attempt {
        let role = self.answerer().unwrap_or(Role::Liaison);
        let caller = self.actor(role);
        let reached = outcome == Outcome::Reached;
        let unit = self.stock.unit(&caller.unit);
        let told = format!(
            "承办机构：{}，联系电话：{}；目前正在办理，下一个工作日下班前再次联系告知进展。",
            unit.map_or("", |unit| unit.name.as_str()),
            unit.map_or("", |unit| unit.phone.as_str()),
        );
        Attempt {
            at,
            way: Way::Phone,
            purpose,
            outcome,
            from_number: Some(self.stock.phone(&caller)),
            by: caller.name,
            by_role: Some(role),
            seconds: reached.then_some(papers::CALL_SECONDS),
            attitude,
            face_to_face: reached.then_some(FaceToFace::Proposed),
            told: if reached { told } else { String::new() },
            evidence: vec![papers::screenshot(at, reached)],
        }
    }

    fn reply(&self, at: Moment) -> crate::domain::reply::Reply {
        let handler = self.actor(Role::Liaison);
        let unit = self.stock.unit(&handler.unit).or(self.stock.units.first());
        let mut reply = match unit {
            Some(unit) => papers::reply(&self.life.ticket, self.matter, unit, &handler.name, &unit.phone, at),
            None => crate::domain::reply::Reply::of(String::new()),
        };
        reply.answered_by = self.answerer();
        reply
            .attachments
            .push(super::photos::Photo::Repaired.handed_in(Material::HandlingPhoto, at, None));
        reply
    }

    fn draft(&mut self, at: Moment) {
        if !self.is_signed(at) {
            return;
        }
        let reply = Some(self.reply(at));
        let actor = self.actor(Role::Liaison);
        self.life.act(at, &actor, Action::SubmitForSigning { reply });
    }

    /// Whether anybody has to sign its reply.
    fn is_signed(&self, at: Moment) -> bool {
        !assess(&self.life.ticket, self.book, self.calendar, at).chain.is_empty()
    }

    fn signers_left(&self, at: Moment) -> Option<Role> {
        let assessment = assess(&self.life.ticket, self.book, self.calendar, at);
        assessment.chain.next(assessment.signed)
    }

    fn sign(&mut self, at: Moment) {
        if let Some(role) = self.signers_left(at) {
            let actor = self.actor(role);
            let note = "同意报送。".to_owned();
            self.life.act(at, &actor, Action::Sign { note });
        }
    }

    fn ask_exemption(&mut self, at: Moment, kind: ExemptionKind) {
        let rule = self.book.exemption.knows(kind);
        if rule.is_some_and(|rule| rule.caller_declines) {
            let attempt = self.attempt(at, Purpose::Answer, Outcome::NothingNeeded, None);
            let actor = self.actor(Role::Liaison);
            self.life.act(at, &actor, Action::Contact(attempt));
        }
        let request = ExemptionRequest {
            kind,
            ground: rule.and_then(|rule| rule.grounds.first().cloned()).unwrap_or_default(),
            reason: "经核实符合规定情形，已向来电人说明依据和其他解决途径。".to_owned(),
            materials: Vec::new(),
            explained: true,
            period: None,
        };
        let actor = self.actor(Role::Liaison);
        self.life.act(at, &actor, Action::AskExemption(request));
    }
}
