//! `rexian show`: one ticket as a sheet to read: what was asked, what is owed by when, what happened, what may be done
//! now and why not. Everything is as the server tells it, the masks of a secret caller too.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;

use super::layout::{hanging, pad, width};
use super::list::unit_names;
use super::remote::{Failure, Remote};
use super::{Desk, Outcome};
use crate::api::ticket::{AssessmentView, PermissionView, TicketView};
use crate::domain::action::ActionKind;
use crate::domain::ids::UnitId;
use crate::domain::intake::Showing;
use crate::domain::people::Role;
use crate::flow::{Duty, whose};

#[derive(Args)]
pub struct Show {
    #[arg(value_name = "NO")]
    no: String,
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

/// What the units are called.
pub type Units = BTreeMap<UnitId, String>;

impl Show {
    pub fn run(&self, desk: &Desk) -> Result<Outcome> {
        let client = desk.signed_client(&self.remote)?;
        desk.with_server(&client, async {
            let ticket = client.ticket(&self.no).await?;
            if self.json {
                desk.print_json(&ticket)?;
            } else {
                let units = unit_names(&client).await?;
                desk.print(&desk.ticket_sheet(&ticket, &units))?;
            }
            Ok::<_, Failure>(Outcome::Yes)
        })
    }
}

impl Desk {
    pub fn ticket_sheet(&self, ticket: &TicketView, units: &Units) -> String {
        let summary = &ticket.summary;
        let mut page = hanging("", &format!("{}  {}", summary.no, summary.title), self.width);
        page.push_str(&self.fields(ticket, units));
        for (key, lines) in [
            ("cli.show.points", numbered(&ticket.intake.points)),
            ("cli.show.content", vec![ticket.intake.content.clone()]),
        ] {
            let lines: Vec<String> = lines.into_iter().filter(|line| !line.trim().is_empty()).collect();
            if !lines.is_empty() {
                page.push_str(&self.part(key));
                for line in lines {
                    page.push_str(&hanging("  ", &line, self.width));
                }
            }
        }
        page.push_str(&self.owed(&ticket.assessment));
        page.push_str(&self.part("cli.show.events"));
        if ticket.events.is_empty() {
            page.push_str(&hanging("  ", self.word("cli.show.no_events"), self.width));
        }
        for recorded in &ticket.events {
            page.push_str(&self.event_lines(recorded, units));
        }
        page.push_str(&self.may(&ticket.assessment.actions));
        page
    }

    fn part(&self, key: &'static str) -> String {
        let title = self.word(key);
        format!("\n{}\n", self.say("cli.book.section", &[("title", title)]))
    }

    fn fields(&self, ticket: &TicketView, units: &Units) -> String {
        let (summary, intake) = (&ticket.summary, &ticket.intake);
        let term = |prefix: &str, name: &str| self.locale.term(prefix, name);
        let name = |id: &UnitId| units.get(id).unwrap_or(&id.0).clone();
        let co_units: Vec<String> = summary.co_units.iter().map(name).collect();
        let caller = &intake.caller;
        let secret = match caller.showing {
            Showing::Open => "",
            Showing::Secret => self.word("cli.show.secret"),
        };
        let person = [caller.name.as_str(), &caller.phone, &caller.address, secret];
        let due = summary.due.map(|due| self.end_words(due)).unwrap_or_default();
        let provisional = if summary.provisional {
            self.word("cli.provisional")
        } else {
            ""
        };
        let files: Vec<&str> = intake.attachments.iter().map(|file| file.name.as_str()).collect();
        let rows = [
            ("stage", term("stage", summary.stage.name())),
            ("alert", term("alert", summary.alert.name())),
            ("due", self.say("cli.show.due", &[("due", &due), ("note", provisional)])),
            ("unit", summary.unit.as_ref().map(name).unwrap_or_default()),
            ("co_units", self.locale.join(&co_units)),
            ("book", summary.book.to_string()),
            (
                "kind",
                words(&[intake.kind.name(), intake.domain.name(), intake.urgency.name()]),
            ),
            ("classes", self.locale.join(&intake.classes)),
            ("channel", intake.channel.clone()),
            ("received", self.moment_words(intake.received)),
            ("place", intake.place.clone()),
            ("caller", words(&person)),
            ("attachments", self.locale.join(&files)),
            (
                "redos",
                Some(summary.redos)
                    .filter(|redos| *redos > 0)
                    .map(|redos| redos.to_string())
                    .unwrap_or_default(),
            ),
            ("version", summary.version.to_string()),
        ];
        self.rows(
            rows.iter()
                .map(|(label, value)| (term("cli.show.head", label), value.as_str())),
        )
    }

    /// Labels and values, aligned; what has no value is left out.
    fn rows<'a>(&self, rows: impl Iterator<Item = (String, &'a str)>) -> String {
        let rows: Vec<_> = rows.filter(|(_, value)| !value.is_empty()).collect();
        let widest = rows.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
        let mut text = String::new();
        for (label, value) in rows {
            text.push_str(&hanging(&format!("  {}  ", pad(&label, widest)), value, self.width));
        }
        text
    }

    fn owed(&self, assessment: &AssessmentView) -> String {
        let mut text = self.part("cli.show.obligations");
        if assessment.obligations.is_empty() {
            text.push_str(&hanging("  ", self.word("cli.show.nothing_owed"), self.width));
        }
        let rows: Vec<(String, String)> = assessment
            .obligations
            .iter()
            .map(|owed| {
                // The red card does not end but begins then.
                let due = match owed.due {
                    Some(due) if owed.duty == Duty::Red => self.moment_words(due),
                    Some(due) => self.end_words(due),
                    None => String::new(),
                };
                let state = self.locale.term("state", owed.state.name());
                let note = if owed.provisional {
                    self.word("cli.provisional")
                } else {
                    ""
                };
                let args = [
                    ("due", due.as_str()),
                    ("state", &state),
                    ("note", note),
                    ("cite", &owed.cite),
                ];
                (
                    self.locale.term("duty", owed.duty.name()),
                    self.say("cli.show.owed", &args),
                )
            })
            .collect();
        text.push_str(&self.rows(rows.iter().map(|(duty, value)| (duty.clone(), value.as_str()))));
        if !assessment.chain.is_empty() {
            let roles = |roles: &[Role]| {
                let words: Vec<String> = roles.iter().map(|role| self.locale.term("role", role.name())).collect();
                self.locale.join(&words)
            };
            let args = [
                ("chain", roles(&assessment.chain)),
                ("signed", roles(&assessment.signed)),
            ];
            let args = [("chain", args[0].1.as_str()), ("signed", args[1].1.as_str())];
            text.push_str(&hanging("  ", &self.say("cli.show.signatures", &args), self.width));
        }
        text
    }

    /// What the state of the ticket allows, by whose it is; and what it does not, by the reason.
    fn may(&self, actions: &[PermissionView]) -> String {
        let action = |view: &PermissionView| {
            let word = self.locale.term("action", view.action.name());
            self.say("cli.show.action", &[("word", &word), ("name", view.action.name())])
        };
        let mut text = self.part("cli.show.may");
        let mut allowed: BTreeMap<&[Role], Vec<String>> = BTreeMap::new();
        let mut refused: Vec<(String, Vec<String>)> = Vec::new();
        // The clock's own action is nobody's to do.
        for view in actions.iter().filter(|view| view.action != ActionKind::RaiseAlert) {
            if view.allowed {
                allowed.entry(whose(view.action)).or_default().push(action(view));
                continue;
            }
            let rule = view.rule.as_deref().unwrap_or_default();
            let (why, _) = self.locale.why(rule);
            let cite = view.cite.as_deref().unwrap_or_default();
            let why = self.say("cli.show.why", &[("why", &why), ("cite", cite)]);
            match refused.iter_mut().find(|(other, _)| *other == why) {
                Some((_, actions)) => actions.push(action(view)),
                None => refused.push((why, vec![action(view)])),
            }
        }
        if allowed.is_empty() {
            text.push_str(&hanging("  ", self.word("cli.show.nothing"), self.width));
        }
        for (roles, actions) in allowed {
            let roles: Vec<String> = roles.iter().map(|role| self.locale.term("role", role.name())).collect();
            let args = [
                ("roles", self.locale.join(&roles)),
                ("actions", self.locale.join(&actions)),
            ];
            let args = [("roles", args[0].1.as_str()), ("actions", args[1].1.as_str())];
            text.push_str(&hanging("  ", &self.say("cli.show.allowed", &args), self.width));
        }
        if !refused.is_empty() {
            text.push_str(&self.part("cli.show.may_not"));
        }
        for (why, actions) in refused {
            let args = [("why", why.as_str()), ("actions", &self.locale.join(&actions))];
            text.push_str(&hanging("  ", &self.say("cli.show.refused", &args), self.width));
        }
        text
    }
}

fn numbered(points: &[String]) -> Vec<String> {
    let numbers = 1..;
    points
        .iter()
        .zip(numbers)
        .map(|(point, number)| format!("{number}. {point}"))
        .collect()
}

/// Those that are there, a blank between.
fn words(parts: &[&str]) -> String {
    let there: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    there.join(" ")
}
