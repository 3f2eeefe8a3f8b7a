//! `rexian act`: does something to a ticket. The action is written as fields on the command line or as JSON; whether it
//! may be done is the server's to say, and where not, every finding is told with how to mend it.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value, json};

use super::remote::{Failure, Remote};
use super::{Desk, Outcome};
use crate::api::limits;
use crate::api::ticket::{ActionAnswer, ActionRequest, TicketView};
use crate::client::{ApiError, Key};
use crate::domain::action::{Action, ActionKind};

#[derive(Args)]
pub struct Act {
    #[arg(value_name = "NO", display_order = 1)]
    no: String,
    #[arg(value_name = "ACTION", display_order = 2)]
    action: String,
    #[arg(long, value_name = "FIELD=VALUE", conflicts_with = "body")]
    set: Vec<String>,
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    #[arg(long, value_name = "N")]
    seen: Option<String>,
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

impl Act {
    pub fn run(&self, desk: &Desk) -> Result<Outcome> {
        let kind = desk.action_kind(&self.action)?;
        let action = match &self.body {
            Some(_) => self.read_body(desk, kind)?,
            None => self.read_fields(desk, kind)?,
        };
        let seen = match &self.seen {
            None => None,
            Some(text) => {
                let number = text.trim().parse().ok();
                Some(number.ok_or_else(|| desk.refuse("cli.act.seen", &[("given", text)]))?)
            }
        };
        let key = match &self.key {
            None => Key::fresh(),
            Some(text) => Key::given(text)
                .ok_or_else(|| desk.refuse("cli.act.key", &[("given", text), ("most", &limits::KEY.to_string())]))?,
        };
        let request = ActionRequest { seen, action };
        let client = desk.signed_client(&self.remote)?;
        desk.with_server(&client, async {
            match client.act(&self.no, &request, &key).await {
                Ok(answer) => {
                    self.done(desk, &answer)?;
                    Ok(Outcome::Yes)
                }
                Err(ApiError::Rejected(findings)) => {
                    desk.note(&desk.say(
                        "cli.act.refused",
                        &[("action", &desk.locale.term("action", kind.name()))],
                    ));
                    desk.note(&desk.findings(&findings));
                    if self.json {
                        desk.print_json(&json!({ "findings": findings }))?;
                    }
                    Ok(Outcome::No)
                }
                Err(ApiError::Conflict(ticket)) => {
                    self.too_late(desk, &ticket)?;
                    Ok(Outcome::No)
                }
                Err(error) => {
                    // Nobody knows whether it was done; under the same key it is never done twice.
                    if matches!(error, ApiError::Offline(_) | ApiError::Timeout) {
                        desk.note(&desk.say("cli.act.unsure", &[("key", key.as_str())]));
                    }
                    Err(Failure::Api(error))
                }
            }
        })
    }

    fn done(&self, desk: &Desk, answer: &ActionAnswer) -> Result<()> {
        if self.json {
            return desk.print_json(answer);
        }
        let kind = desk.locale.term("action", &self.action);
        let stage = desk.locale.term("stage", answer.ticket.summary.stage.name());
        let key = if answer.repeated {
            "cli.act.repeated"
        } else {
            "cli.act.done"
        };
        let args = [
            ("action", kind.as_str()),
            ("no", &self.no),
            ("stage", &stage),
            ("version", &answer.version.to_string()),
        ];
        desk.print(&desk.say(key, &args))?;
        if let Some(caller) = &answer.caller {
            let args = [
                ("name", caller.name.as_str()),
                ("phone", &caller.phone),
                ("address", &caller.address),
            ];
            desk.print(&desk.say("cli.act.caller", &args))?;
        }
        Ok(())
    }

    /// Somebody was first: what they did, and from which version to go on.
    fn too_late(&self, desk: &Desk, ticket: &TicketView) -> Result<()> {
        if self.json {
            desk.print_json(&json!({ "conflict": ticket }))?;
        }
        let version = ticket.summary.version.to_string();
        desk.note(&desk.say("cli.act.conflict", &[("no", &self.no), ("version", &version)]));
        let seen = self.seen.as_ref().and_then(|seen| seen.trim().parse::<usize>().ok());
        for recorded in ticket.events.iter().skip(seen.unwrap_or(ticket.events.len())) {
            desk.note(desk.event_lines(recorded, &super::show::Units::new()).trim_end());
        }
        Ok(())
    }

    fn read_body(&self, desk: &Desk, kind: ActionKind) -> Result<Action> {
        let file = self.body.as_deref();
        let name = desk.name_of(file);
        let text = desk.read_text(file)?;
        let refuse = |why: String| desk.refuse("cli.act.body", &[("file", &name), ("why", &why)]);
        let mut fields: Map<String, Value> = serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))?;
        let other = fields.insert("action".to_owned(), Value::from(kind.name()));
        if let Some(other) = other.filter(|other| other.as_str() != Some(kind.name())) {
            let args = [
                ("file", name.as_str()),
                ("action", kind.name()),
                ("other", &other.to_string()),
            ];
            return Err(desk.refuse("cli.act.other", &args));
        }
        serde_json::from_value(Value::Object(fields)).map_err(|error| refuse(error.to_string()))
    }

    fn read_fields(&self, desk: &Desk, kind: ActionKind) -> Result<Action> {
        let mut fields = Fields::default();
        for pair in &self.set {
            let (path, text) = pair
                .split_once('=')
                .filter(|(path, _)| !path.is_empty())
                .ok_or_else(|| desk.refuse("cli.act.set", &[("given", pair)]))?;
            fields
                .set(path, text)
                .map_err(|NotAPlace| desk.refuse("cli.act.path", &[("given", pair), ("path", path)]))?;
        }
        fields.action(kind).map_err(|error| {
            let args = [("action", kind.name()), ("why", &error.to_string())];
            desk.refuse("cli.act.fields", &args)
        })
    }
}

impl Desk {
    fn action_kind(&self, given: &str) -> Result<ActionKind> {
        let kind = ActionKind::ALL.iter().find(|kind| kind.name() == given);
        kind.copied().ok_or_else(|| {
            let names: Vec<&str> = ActionKind::ALL.iter().map(|kind| kind.name()).collect();
            self.refuse_choice("cli.act.action", given, &names)
        })
    }
}

/// So many fields may be one thing or the other; no action has more.
const DOUBTFUL: usize = 10;

/// The fields of an action as they are written one by one.
#[derive(Default)]
struct Fields {
    body: Value,
    /// What was read as a number or the like, and what was written: it may have been meant as a text.
    read: Vec<(Vec<String>, String)>,
}

/// A field cannot be put there: something else stands in its way.
struct NotAPlace;

impl Fields {
    /// `reply.text=…`: the field `text` of `reply`. A list is filled by number (`units.0=…`) or as JSON.
    fn set(&mut self, path: &str, text: &str) -> Result<(), NotAPlace> {
        let steps: Vec<String> = path.split('.').map(str::to_owned).collect();
        let value = match serde_json::from_str::<Value>(text) {
            Ok(value) => {
                if !value.is_string() {
                    self.read.push((steps.clone(), text.to_owned()));
                }
                value
            }
            // Words without quotes are what people write.
            Err(_) => Value::from(text),
        };
        let place = place(&mut self.body, &steps)?;
        if !place.is_null() {
            return Err(NotAPlace);
        }
        *place = value;
        Ok(())
    }

    /// A note that is only digits is a text all the same: where the action does not take what was read, what was written
    /// is tried in its place, in as few fields as will do.
    fn action(mut self, kind: ActionKind) -> Result<Action, serde_json::Error> {
        if self.body.is_null() {
            self.body = json!({});
        }
        self.body["action"] = Value::from(kind.name());
        let mut choices: Vec<u32> = (0..1 << self.read.len().min(DOUBTFUL)).collect();
        choices.sort_by_key(|choice| choice.count_ones());
        let mut first = None;
        for choice in choices {
            let mut body = self.body.clone();
            for (number, (steps, written)) in self.read.iter().take(DOUBTFUL).enumerate() {
                if choice >> number & 1 == 1
                    && let Ok(place) = place(&mut body, steps)
                {
                    *place = Value::from(written.as_str());
                }
            }
            match serde_json::from_value(body) {
                Ok(action) => return Ok(action),
                // What is wrong with the fields as they were read is what is told.
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or_else(|| serde::de::Error::custom(kind)))
    }
}

/// Where a path leads, made on the way.
fn place<'v>(value: &'v mut Value, steps: &[String]) -> Result<&'v mut Value, NotAPlace> {
    let Some((step, rest)) = steps.split_first() else {
        return Ok(value);
    };
    let number = step.parse::<usize>().ok();
    if value.is_null() {
        *value = if number.is_some() { json!([]) } else { json!({}) };
    }
    let next = match (value, number) {
        (Value::Object(fields), _) => fields.entry(step.as_str()).or_insert(Value::Null),
        (Value::Array(items), Some(number)) if number <= items.len() => {
            if number == items.len() {
                items.push(Value::Null);
            }
            &mut items[number]
        }
        _ => return Err(NotAPlace),
    };
    place(next, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::UnitId;

    fn action(kind: ActionKind, pairs: &[&str]) -> Option<Action> {
        let mut fields = Fields::default();
        for pair in pairs {
            let (path, text) = pair.split_once('=').expect("a pair");
            fields.set(path, text).ok()?;
        }
        fields.action(kind).ok()
    }

    #[test]
    fn fields_become_an_action() {
        assert_eq!(action(ActionKind::Accept, &[]), Some(Action::Accept));
        assert_eq!(
            action(
                ActionKind::DecideReturn,
                &["approve=true", "reason=属实", "next_unit=wanghe"]
            ),
            Some(Action::DecideReturn {
                approve: true,
                reason: "属实".to_owned(),
                next_unit: Some(UnitId::from("wanghe")),
            })
        );
        let submitted = action(ActionKind::Submit, &["reply.text=已办结", "reply.fields.unit=城管科"]);
        let Some(Action::Submit { reply: Some(reply) }) = submitted else {
            panic!("{submitted:?}");
        };
        assert_eq!((reply.text.as_str(), reply.fields.unit.as_str()), ("已办结", "城管科"));
    }

    #[test]
    fn a_text_of_digits_is_a_text_where_a_text_is_wanted() {
        assert_eq!(
            action(ActionKind::Escalate, &["callers=3", "reason=12345"]),
            Some(Action::Escalate {
                callers: 3,
                reason: "12345".to_owned()
            })
        );
        assert_eq!(
            action(ActionKind::Sign, &["note=true"]),
            Some(Action::Sign {
                note: "true".to_owned()
            })
        );
        assert_eq!(
            action(ActionKind::Sign, &["note=\"quoted\""]),
            Some(Action::Sign {
                note: "quoted".to_owned()
            })
        );
    }

    #[test]
    fn lists_are_filled_by_number_or_as_json() {
        for pairs in [
            &["units.0=a", "units.1=b", "request=x"][..],
            &[r#"units=["a","b"]"#, "request=x"],
        ] {
            let Some(Action::AskCoHandling { units, .. }) = action(ActionKind::AskCoHandling, pairs) else {
                panic!("{pairs:?}");
            };
            assert_eq!(units, ["a", "b"].map(UnitId::from));
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (kind, pairs) in [
            (ActionKind::Sign, &["nte=x"][..]),
            (ActionKind::Escalate, &["callers=many"]),
            (ActionKind::Sign, &["note=x", "note=y"]),
            (ActionKind::Sign, &["note=x", "note.more=y"]),
            (ActionKind::AskCoHandling, &["units.3=a"]),
        ] {
            assert_eq!(action(kind, pairs), None, "{pairs:?}");
        }
    }
}
