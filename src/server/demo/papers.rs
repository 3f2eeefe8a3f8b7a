//! What people of the demo write: replies, requests, records of calls; and what they add when the rulebook sends their
//! papers back.

use chrono::{Datelike, Timelike};

use super::material::Matter;
use super::photos::Photo;
use crate::domain::action::{Action, DesignatedBy, ReturnRequest, ReturnScope, SupervisionForm};
use crate::domain::contact::{Attempt, Outcome};
use crate::domain::element::Attitude;
use crate::domain::material::{Attachment, Material};
use crate::domain::moment::Moment;
use crate::domain::people::{Opinion, Role, Unit};
use crate::domain::period::Period;
use crate::domain::reply::Reply;
use crate::domain::request::ExtensionRequest;
use crate::domain::ticket::Ticket;
use crate::rules::Finding;
use crate::rules::finding::Arg;

/// How long a call of the demo took.
pub const CALL_SECONDS: u32 = 106;

/// The leaders whose opinions stand on a paper; the rulebook names them, the office says who they are.
pub type Leaders<'a> = dyn Fn(Role) -> String + 'a;

/// The unit's answer, as an office writes it: every element that any of the rulebooks asks for.
pub fn reply(ticket: &Ticket, matter: &Matter, unit: &Unit, handler: &str, phone: &str, at: Moment) -> Reply {
    let place = &ticket.intake.place;
    let redone = match ticket.redo_count() {
        0 => "",
        _ => "针对来电人再次反映的情况，工作人员重新到现场核查。",
    };
    let text = format!(
        "承办单位：{unit}；经办人：{handler}。{redone}{when}，{process}（地点：{place}）。\
         依据{basis}，办理结果：{result}。{contact}后续计划：{unit}将安排专人每周巡查，防止问题反弹。\
         联系电话：{phone}。如对办理结果不服，可依法申请行政复议或者提起行政诉讼。",
        unit = unit.name,
        when = hour(at),
        process = matter.process,
        basis = matter.basis,
        result = matter.result,
        contact = contact_told(ticket),
    );
    Reply {
        answered: (0..ticket.intake.points.len()).collect(),
        ..Reply::of(text)
    }
}

fn hour(at: Moment) -> String {
    let (date, time) = (at.date(), at.time());
    format!("{}年{}月{}日{}时", date.year(), date.month(), date.day(), time.hour())
}

/// What the reply says of the calls, which is what the log says.
fn contact_told(ticket: &Ticket) -> String {
    let attempts = ticket.attempts_now();
    let Some(last) = attempts.iter().rev().find(|attempt| attempt.reached()) else {
        return match attempts.len() {
            0 => String::new(),
            _ => "联系情况：工作人员多次致电来电人，均无人接听，未能取得联系。".to_owned(),
        };
    };
    let date = last.at.date();
    let day = format!("{}月{}日", date.month(), date.day());
    let says = match (last.outcome, last.attitude) {
        (Outcome::Declined | Outcome::NothingNeeded, _) => "来电人表示无需再联系",
        (_, Some(Attitude::Satisfied)) => "来电人表示满意",
        (_, Some(Attitude::Fair)) => "来电人表示基本满意",
        (_, Some(Attitude::Dissatisfied | Attitude::VeryDissatisfied)) => "来电人表示不满意",
        _ => "来电人表示理解",
    };
    format!("联系情况：{day}工作人员电话联系来电人，告知办理情况和结果，{says}。")
}

/// A screenshot of the call, as it is kept with every call of the demo.
pub fn screenshot(at: Moment, reached: bool) -> Attachment {
    Photo::Call.handed_in(Material::CallScreenshot, at, reached.then_some(CALL_SECONDS))
}

pub fn returning(matter: &Matter, scope: ReturnScope, suggested: &str, photo: Photo, at: Moment) -> ReturnRequest {
    ReturnRequest {
        reason: "经核实，该事项不属于本单位职责，本单位没有相应的管理权限。".to_owned(),
        basis: format!("{}及部门职责分工规定", matter.basis),
        suggested_unit: suggested.to_owned(),
        scope,
        verified: "工作人员已到现场核实，并与来电人所述比对，情况属实。".to_owned(),
        site_check: false,
        materials: vec![photo.handed_in(Material::SitePhoto, at, None)],
        opinions: Vec::new(),
    }
}

pub fn extension() -> ExtensionRequest {
    ExtensionRequest {
        period: Some(Period::WorkDays(5)),
        reason: "维修需要采购配件，配件预计三日后到货，原定时限内无法完成。".to_owned(),
        facts: "现场勘查发现损坏部件须从厂家订货。".to_owned(),
        stage_result: "已完成现场勘查，设置了警示标志，并与厂家签订了订货单。".to_owned(),
        plan: "配件到货后两日内安装调试，完成后告知来电人。".to_owned(),
        caller_consents: true,
        caller_told: true,
        opinions: Vec::new(),
    }
}

/// Adds what the findings ask for, as far as paper can. False: nothing that can be added was named.
pub fn mend(action: &mut Action, findings: &[Finding], at: Moment, leaders: &Leaders<'_>) -> bool {
    // Every finding is to be tried, whatever became of the one before.
    let mut mended = false;
    for finding in findings {
        mended |= mend_one(action, finding, at, leaders);
    }
    mended
}

fn mend_one(action: &mut Action, finding: &Finding, at: Moment, leaders: &Leaders<'_>) -> bool {
    if let Some(role) = names(finding, "roles").find_map(|name| name.parse::<Role>().ok()) {
        return put_opinion(action, role, leaders);
    }
    if let Some(Arg::Period(longest)) = arg(finding, "longest") {
        return shorten(action, *longest);
    }
    if finding.rule == "extension.in_all" {
        return shorten_by_a_day(action);
    }
    if let Action::Supervise { form, .. } = action {
        *form = names(finding, "forms").find_map(|name| name.parse::<SupervisionForm>().ok());
        return form.is_some();
    }
    if let Action::Designate { by, .. } = action {
        let bodies = names(finding, "bodies").chain(names(finding, "body"));
        *by = bodies.into_iter().find_map(|name| name.parse::<DesignatedBy>().ok());
        return by.is_some();
    }
    let named = names(finding, "materials").chain(names(finding, "material"));
    let wanted = named.into_iter().find_map(|name| name.parse::<Material>().ok());
    match (wanted, materials(action)) {
        (Some(material), Some(list)) => {
            // What is there already is not sent twice, but again with what it lacked.
            list.retain(|item| item.material != material);
            list.push(Photo::of(material).handed_in(material, at, Some(CALL_SECONDS)));
            true
        }
        _ => false,
    }
}

fn arg<'f>(finding: &'f Finding, name: &str) -> Option<&'f Arg> {
    let found = finding.message.args.iter().find(|(key, _)| *key == name);
    found.map(|(_, arg)| arg)
}

/// The words of one argument, whichever way it holds them.
fn names<'f>(finding: &'f Finding, name: &str) -> impl Iterator<Item = &'f str> {
    let words: Vec<&str> = match arg(finding, name) {
        Some(Arg::Text(text)) => vec![text],
        Some(Arg::Term { name, .. }) => vec![name],
        Some(Arg::Terms { names, .. }) => names.clone(),
        Some(Arg::List(list)) => list.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    words.into_iter()
}

fn put_opinion(action: &mut Action, role: Role, leaders: &Leaders<'_>) -> bool {
    let opinions = match action {
        Action::Return(request) => &mut request.opinions,
        Action::AskExtension(request) => &mut request.opinions,
        _ => return false,
    };
    let signed = opinions.iter().any(|opinion| opinion.role == role);
    opinions.push(Opinion {
        role,
        name: leaders(role),
        text: "情况属实，同意。".to_owned(),
    });
    !signed
}

fn shorten(action: &mut Action, longest: Period) -> bool {
    let period = match action {
        Action::AskExtension(request) => &mut request.period,
        Action::AskExemption(request) => &mut request.period,
        Action::AskSuspension(request) => {
            request.period = longest;
            return true;
        }
        _ => return false,
    };
    *period = Some(longest);
    true
}

fn shorten_by_a_day(action: &mut Action) -> bool {
    match action {
        Action::AskExtension(request) => match &mut request.period {
            Some(Period::WorkDays(days)) if *days > 1 => {
                *days -= 1;
                true
            }
            _ => false,
        },
        _ => false,
    }
}

fn materials(action: &mut Action) -> Option<&mut Vec<Attachment>> {
    match action {
        Action::Return(ReturnRequest { materials, .. })
        | Action::HandInEvidence { materials, .. }
        | Action::ReportUnreachable { materials, .. }
        | Action::AskCoHandling { materials, .. }
        | Action::AnswerCoHandling { materials, .. }
        | Action::FileAsCase { materials, .. }
        | Action::ClaimCommendation { materials, .. } => Some(materials),
        Action::AskExemption(request) => Some(&mut request.materials),
        Action::SubmitForSigning { reply } | Action::Submit { reply } => {
            reply.as_mut().map(|reply| &mut reply.attachments)
        }
        Action::Contact(Attempt { evidence, .. }) => Some(evidence),
        _ => None,
    }
}
