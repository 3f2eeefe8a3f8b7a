//! Plays a scenario: makes up the people, turns each step into an action, compares what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rexian::calendar::Calendar;
use rexian::domain::action::{Action, ActionKind};
use rexian::domain::event::Recorded;
use rexian::domain::intake::{Caller, Domain, Intake, Kind, Showing, Story, Urgency};
use rexian::domain::moment::Moment;
use rexian::domain::people::{Actor, Role};
use rexian::domain::reply::Reply;
use rexian::domain::ticket::Ticket;
use rexian::flow::{Assessment, Permission, assess, decide, evolve, fold, take};
use rexian::rules::{Rulebook, Shelf};
use serde::Deserialize;
use toml::{Table, Value};

use super::file::{Begin, Point, Scenario, Step};
use crate::invariants;

pub const UNIT: &str = "甲单位";

pub struct Desk<'a> {
    pub book: Arc<Rulebook>,
    pub replies: &'a Table,
    pub calendar: &'static Calendar,
}

/// A first contact with which every book is content.
const FIRST_CONTACT: &str = "
    action = 'contact'
    purpose = '首次联系'
    from_number = '0631-5200000'
    by_role = 'deputy_leader'
    face_to_face = '已提出'
    told = '承办机构、联系电话、办理进度、再次联系时间'
    evidence = [{ material = '通话记录截图', name = '截图', seconds = 90, shows = '2026-03-02' }]
";

/// The ticket in play.
struct Play<'a> {
    desk: &'a Desk<'a>,
    intake: Intake,
    ticket: Ticket,
    events: Vec<Recorded>,
}

pub fn play(scenario: &Scenario, book: &str, replies: &Table) -> Vec<String> {
    let intake = intake(scenario, book);
    let shelf = Shelf::built_in();
    let desk = Desk {
        book: shelf
            .in_force(&intake.book, intake.received.date())
            .unwrap_or_else(|| panic!("no rulebook {book}")),
        replies,
        calendar: Calendar::builtin(),
    };
    let taken = take(intake.clone(), &desk.book);
    let ticket = match taken {
        Ok(ticket) if scenario.not_taken.is_empty() => ticket,
        Ok(_) => return vec!["the intake should have been refused".to_owned()],
        Err(findings) => {
            let rules: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
            return same("the intake's refusals", &sorted(&scenario.not_taken), &sorted(&rules));
        }
    };
    let mut play = Play {
        desk: &desk,
        intake,
        ticket,
        events: Vec::new(),
    };
    if let Err(wrong) = play.begin(scenario) {
        return vec![wrong];
    }
    let mut wrong = Vec::new();
    let mut points: Vec<(Moment, &Point)> = scenario.assess.iter().map(|point| (at(&point.at), point)).collect();
    let mut before = None;
    for step in &scenario.step {
        let now = at(&step.at);
        if before.is_some_and(|before| now < before) {
            wrong.push(format!("step at {now}: it lies before the step ahead of it"));
        }
        before = Some(now);
        points.retain(|(when, point)| {
            if *when < now {
                wrong.extend(play.look(point, *when));
            }
            *when >= now
        });
        wrong.extend(
            play.step(step, now)
                .into_iter()
                .map(|text| format!("step at {now}: {text}")),
        );
    }
    for (when, point) in points {
        wrong.extend(play.look(point, when));
    }
    wrong
}

impl Play<'_> {
    /// Brings the ticket to where the scenario begins.
    fn begin(&mut self, scenario: &Scenario) -> Result<(), String> {
        let now = scenario.begin_at.as_deref().map_or(self.intake.received, at);
        let chain = self.desk.book.signing.chain(&self.intake.channel, 0);
        let mut way = vec![
            (Begin::Dispatched, "office", "action = 'dispatch'\nunit = '甲单位'"),
            (Begin::Contacted, "liaison", FIRST_CONTACT),
            (Begin::Handling, "liaison", "action = 'accept'"),
        ];
        if !chain.is_empty() {
            way.push((
                Begin::Signing,
                "liaison",
                "action = 'submit_for_signing'\nreply = 'good'",
            ));
            way.extend(
                chain
                    .roles()
                    .map(|role| (Begin::Signed, role.name(), "action = 'sign'")),
            );
        }
        way.push((Begin::Submitted, "liaison", "action = 'submit'\nreply = 'good'"));
        way.push((Begin::Passed, "office", "action = 'pass'"));
        for (_, who, action) in way.iter().filter(|(stage, _, _)| *stage <= scenario.begin) {
            let action = self.desk.prepare(&action.parse().expect(action), now);
            self.act(&action, &actor(who), now)
                .map_err(|rules| format!("on the way to its beginning {} was refused: {rules:?}", action.kind()))?;
        }
        Ok(())
    }

    fn act(&mut self, action: &Action, actor: &Actor, now: Moment) -> Result<Vec<String>, Vec<&'static str>> {
        let before = self.ticket.clone();
        let allowed = assess(&self.ticket, &self.desk.book, self.desk.calendar, now).may(action.kind());
        let decision = decide(&self.ticket, action, actor, &self.desk.book, self.desk.calendar, now);
        let events = decision.map_err(|findings| findings.iter().map(|finding| finding.rule).collect::<Vec<_>>())?;
        assert!(
            allowed.allows(),
            "{action:?} was done although it is not allowed: {allowed:?}"
        );
        let mut names = Vec::new();
        for event in events {
            let recorded = Recorded::new(now, actor.clone(), event);
            let written = serde_json::to_value(&recorded).expect("json");
            names.push(written["event"]["event"].as_str().expect("a name").to_owned());
            self.ticket = evolve(self.ticket.clone(), &recorded);
            self.events.push(recorded);
        }
        let folded = fold(self.intake.clone(), &self.events);
        assert_eq!(folded, self.ticket, "folding the events again gives another ticket");
        invariants::hold(
            &before,
            &self.ticket,
            &self.events,
            &self.desk.book,
            self.desk.calendar,
            now,
        );
        Ok(names)
    }

    fn step(&mut self, step: &Step, now: Moment) -> Vec<String> {
        let action = self.desk.prepare(&step.action, now);
        let actor = actor(&step.by);
        let expects_ok = step.expect.as_deref() == Some("ok");
        if expects_ok != step.refused.is_empty() {
            return vec!["say either expect = \"ok\" or refused = [...]".to_owned()];
        }
        let findings = decide(&self.ticket, &action, &actor, &self.desk.book, self.desk.calendar, now).err();
        let mut wrong = Vec::new();
        match (findings, expects_ok) {
            (None, true) => match self.act(&action, &actor, now) {
                Ok(names) => {
                    if let Some(events) = &step.events {
                        wrong.extend(same("its events", events, &names));
                    }
                }
                Err(rules) => wrong.push(format!("refused the second time: {rules:?}")),
            },
            (None, false) => wrong.push(format!("was done; refusals were expected: {}", step.action)),
            (Some(findings), true) => wrong.push(format!(
                "{} was refused: {:?}",
                action.kind(),
                findings.iter().map(|f| (f.rule, f.field)).collect::<Vec<_>>()
            )),
            (Some(findings), false) => {
                let rules: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
                wrong.extend(same("its refusals", &sorted(&step.refused), &sorted(&rules)));
                if let Some(about) = &step.about {
                    let fields: Vec<&str> = findings.iter().filter_map(|finding| finding.field).collect();
                    wrong.extend(same("the fields they are about", &sorted(about), &sorted(&fields)));
                }
                if let Some(clause) = &step.cite_contains {
                    let cites: Vec<&str> = findings
                        .iter()
                        .filter_map(|f| f.cite.as_ref())
                        .map(|c| c.as_str())
                        .collect();
                    if !cites.iter().any(|cite| cite.contains(clause.as_str())) {
                        wrong.push(format!("no refusal rests on {clause:?}: {cites:?}"));
                    }
                }
            }
        }
        wrong
    }

    fn look(&self, point: &Point, now: Moment) -> Vec<String> {
        let assessment = assess(&self.ticket, &self.desk.book, self.desk.calendar, now);
        let mut wrong = duties(&assessment, point);
        wrong.extend(permissions(&assessment, point));
        if let Some(alert) = &point.alert {
            wrong.extend(same("the alert", alert, &assessment.alert.name().to_owned()));
        }
        if let Some(changes) = &point.alert_changes {
            let given = assessment.alert_changes.map_or("none".to_owned(), |at| at.to_string());
            wrong.extend(same("the alert's next change", changes, &given));
        }
        for (what, expected, chain) in [
            ("the chain", &point.chain, assessment.chain),
            ("the signatures", &point.signed, assessment.signed),
        ] {
            if let Some(expected) = expected {
                let roles: Vec<String> = chain.roles().map(|role| role.name().to_owned()).collect();
                wrong.extend(same(what, expected, &roles));
            }
        }
        let ticket = serde_json::to_value(&self.ticket).expect("json");
        for (field, expected) in &point.ticket {
            let pointer = format!("/{}", field.replace('.', "/"));
            let Some(given) = ticket.pointer(&pointer) else {
                wrong.push(format!("a ticket has no {field:?}"));
                continue;
            };
            let given = given.as_str().and_then(|text| text.parse::<Moment>().ok()).map_or_else(
                || given.as_str().map_or_else(|| given.to_string(), str::to_owned),
                |at| at.to_string(),
            );
            let expected = expected.as_str().map_or_else(|| expected.to_string(), str::to_owned);
            wrong.extend(same(&format!("the ticket's {field}"), &expected, &given));
        }
        wrong.into_iter().map(|text| format!("at {now}: {text}")).collect()
    }
}

fn duties(assessment: &Assessment<'_, '_>, point: &Point) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut compare = |what: &str, duty: &str, expected: &str, given: &dyn Fn(usize) -> String| {
        duty.parse::<rexian::flow::Duty>().expect("a duty");
        let owed: Vec<usize> = (0..assessment.obligations.len())
            .filter(|index| assessment.obligations[*index].duty.name() == duty)
            .collect();
        let all: Vec<String> = owed.into_iter().map(given).collect();
        let right = match expected {
            "absent" => all.is_empty(),
            _ if what == "clause" => all.iter().any(|cite| cite.contains(expected)),
            _ => all.iter().any(|given| given == expected),
        };
        if !right {
            wrong.push(format!("the {what} of {duty} should be {expected} and is {all:?}"));
        }
    };
    let owed = |index: usize| &assessment.obligations[index];
    for (duty, due) in &point.due {
        compare("moment", duty, due, &|index| {
            owed(index).due.map_or("none".to_owned(), |due| due.to_string())
        });
    }
    for (duty, state) in &point.state {
        compare("state", duty, state, &|index| owed(index).state.name().to_owned());
    }
    for (duty, provisional) in &point.provisional {
        compare("provisional", duty, &provisional.to_string(), &|index| {
            owed(index).provisional.to_string()
        });
    }
    for (duty, clause) in &point.cite_contains {
        compare("clause", duty, clause, &|index| owed(index).cite.to_string());
    }
    wrong
}

fn permissions(assessment: &Assessment<'_, '_>, point: &Point) -> Vec<String> {
    let mut wrong = Vec::new();
    let may = |action: &str| assessment.may(action.parse::<ActionKind>().expect("an action"));
    for (action, expected) in &point.may {
        let given = match may(action) {
            Permission::Yes => Value::Boolean(true),
            Permission::No { .. } => Value::Boolean(false),
            Permission::Unregulated => Value::String("unregulated".to_owned()),
        };
        if given != *expected {
            wrong.push(format!("may {action}: expected {expected}, found {:?}", may(action)));
        }
    }
    for (action, rule) in &point.why {
        match may(action) {
            Permission::No { why, .. } if why.rule() == rule => {}
            other => wrong.push(format!("{action} should be refused by {rule}: {other:?}")),
        }
    }
    for (action, clause) in &point.why_cites {
        match may(action) {
            Permission::No { cite: Some(cite), .. } if cite.as_str().contains(clause.as_str()) => {}
            other => wrong.push(format!("{action} should be refused on {clause}: {other:?}")),
        }
    }
    wrong
}

impl Desk<'_> {
    /// An action from its table. What may be left out: of a contact all but `purpose`; of a material, an opinion or a
    /// reply all but its name.
    fn prepare(&self, table: &Table, now: Moment) -> Action {
        let mut table = table.clone();
        if table["action"].as_str() == Some("contact") {
            for (key, value) in [
                ("at", now.to_string()),
                ("way", "电话".to_owned()),
                ("outcome", "已接通".to_owned()),
                ("purpose", "跟进".to_owned()),
                ("by", "李某".to_owned()),
            ] {
                table.entry(key).or_insert(Value::String(value));
            }
        }
        if let Some(Value::String(name)) = table.get("reply") {
            let reply = self.reply(name);
            table.insert("reply".to_owned(), Value::Table(reply));
        }
        expand(&mut table);
        Action::deserialize(Value::Table(table.clone())).unwrap_or_else(|error| panic!("{error}: {table}"))
    }

    /// A reply by its name. A variant says which it is `from`, what it lacks or how it reads `instead`.
    fn reply(&self, name: &str) -> Table {
        let of_book = &self.replies[self.book.book.id.as_str()];
        let mut reply = of_book
            .get(name)
            .and_then(Value::as_table)
            .unwrap_or_else(|| panic!("no reply {name:?} for {}", self.book.book.id))
            .clone();
        if let Some(Value::String(from)) = reply.remove("from") {
            let mut base = self.reply(&from);
            let text = base["text"].as_str().expect("a text").to_owned();
            if let Some(Value::String(without)) = reply.remove("without") {
                assert!(
                    text.contains(&without),
                    "reply {name:?}: {without:?} is not in the text it is from"
                );
                let instead = reply.remove("instead");
                let instead = instead.as_ref().and_then(Value::as_str).unwrap_or_default();
                base.insert("text".to_owned(), Value::String(text.replace(&without, instead)));
            }
            base.extend(reply);
            reply = base;
        }
        expand(&mut reply);
        Reply::deserialize(Value::Table(reply.clone())).unwrap_or_else(|error| panic!("reply {name:?}: {error}"));
        reply
    }
}

/// A bare name in a list of materials or opinions becomes the table it stands for.
fn expand(table: &mut Table) {
    for (list, key) in [
        ("materials", "material"),
        ("evidence", "material"),
        ("attachments", "material"),
        ("opinions", "role"),
    ] {
        let Some(Value::Array(items)) = table.get_mut(list) else {
            continue;
        };
        for item in items {
            if let Value::String(name) = item {
                let mut full = Table::new();
                full.insert(key.to_owned(), Value::String(name.clone()));
                full.insert("name".to_owned(), Value::String(name.clone()));
                *item = Value::Table(full);
            }
        }
    }
}

pub fn intake(scenario: &Scenario, book: &str) -> Intake {
    let said = &scenario.intake;
    let text = |given: &Option<String>, usual: &str| given.clone().unwrap_or_else(|| usual.to_owned());
    Intake {
        no: "T1".into(),
        book: book.into(),
        received: at(said.received.as_deref().unwrap_or("2026-03-02 09:00")),
        channel: text(&said.channel, "热线电话"),
        kind: text(&said.kind, "投诉").parse::<Kind>().expect("a kind"),
        domain: Domain::Construction,
        urgency: text(&said.urgency, "一般").parse::<Urgency>().expect("an urgency"),
        classes: said.classes.clone(),
        title: text(&said.title, "路灯不亮"),
        place: text(&said.place, "某路12号"),
        content: text(&said.content, "某路12号门前路灯不亮已有一周，要求修复。"),
        story: Story::default(),
        points: said.points.clone(),
        caller: Caller {
            name: "赵某".to_owned(),
            phone: "13800000000".to_owned(),
            address: "某路12号".to_owned(),
            showing: if said.secret { Showing::Secret } else { Showing::Open },
        },
        attachments: Vec::new(),
        stated_due: said.stated_due.as_deref().map(at),
        legal_limit: said
            .legal_limit
            .as_deref()
            .map(|period| period.parse().expect("a period")),
    }
}

/// `liaison`, or `liaison@乙单位`.
pub fn actor(who: &str) -> Actor {
    let (role, unit) = who.split_once('@').unwrap_or((who, ""));
    let role: Role = role.parse().expect("a role");
    let unit = match (unit, role) {
        ("", Role::Office | Role::System | Role::Admin) => "热线办",
        ("", _) => UNIT,
        (unit, _) => unit,
    };
    Actor {
        id: format!("{role}@{unit}").as_str().into(),
        name: format!("{unit}某"),
        role,
        unit: unit.into(),
    }
}

fn at(text: &str) -> Moment {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn sorted<T: AsRef<str>>(items: &[T]) -> Vec<String> {
    let counted: BTreeMap<&str, ()> = items.iter().map(|item| (item.as_ref(), ())).collect();
    counted.into_keys().map(str::to_owned).collect()
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, given: &T) -> Vec<String> {
    if expected == given {
        Vec::new()
    } else {
        vec![format!("{what}: expected {expected:?}, found {given:?}")]
    }
}
