//! An event in words: when, who, what, and below it what was given with it. Generic: it walks the event's fields, so that
//! a new event is shown without a line here; a test holds that every field has its label.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::Desk;
use super::layout::hanging;
use super::show::Units;
use crate::domain::event::{Event, Recorded};
use crate::domain::ids::UnitId;
use crate::domain::moment::Moment;

impl Desk {
    /// `2026-11-20 09:30 周五  签收  王一（青柳街道）`, and what was given with it.
    pub fn event_lines(&self, recorded: &Recorded, units: &Units) -> String {
        let head = self.event_head(recorded, units);
        let mut text = hanging("  ", &format!("{}  {head}", self.moment_words(recorded.at)), self.width);
        for detail in self.details(&recorded.event, units) {
            text.push_str(&hanging("      ", &detail, self.width));
        }
        text
    }

    /// What happened, and who did it.
    pub fn event_head(&self, recorded: &Recorded, units: &Units) -> String {
        let event = self.locale.term("event", &name(&recorded.event));
        let by = &recorded.by;
        let unit = units.get(&by.unit).unwrap_or(&by.unit.0);
        let args = [("event", event.as_str()), ("name", &by.name), ("unit", unit)];
        self.say("cli.show.event", &args)
    }

    fn details(&self, event: &Event, units: &Units) -> Vec<String> {
        let mut details = Vec::new();
        let fields = serde_json::to_string(event).and_then(|text| serde_json::from_str(&text));
        // An event that came as JSON can be written as JSON again.
        let InOrder(fields) = fields.unwrap_or_default();
        for (key, value) in fields.iter().filter(|(key, _)| key != "event") {
            self.detail(key, value, units, &mut details);
        }
        details
    }

    /// One field, or those within it. What is empty was not given.
    fn detail(&self, key: &str, value: &Value, units: &Units, into: &mut Vec<String>) {
        let label = self.locale.term("field", key);
        let shown = match value {
            // Of some questions no is an answer; of the others it is what everybody takes for granted.
            Value::Bool(false) if matches!(key, "reached" | "finished") => {
                into.push(self.say("cli.show.no", &[("label", &label)]));
                return;
            }
            Value::Null | Value::Bool(false) => return,
            Value::Bool(true) => {
                into.push(label);
                return;
            }
            Value::Number(number) => number.to_string(),
            Value::String(text) => self.value(key, text, units),
            Value::Array(items) => {
                let words: Vec<String> = items.iter().filter_map(|item| self.item(key, item, units)).collect();
                self.locale.join(&words)
            }
            Value::Object(fields) => {
                fields
                    .iter()
                    .for_each(|(key, value)| self.detail(key, value, units, into));
                return;
            }
        };
        if !shown.trim().is_empty() {
            into.push(self.say("cli.show.detail", &[("label", &label), ("value", &shown)]));
        }
    }

    fn value(&self, key: &str, text: &str, units: &Units) -> String {
        match key {
            "unit" | "units" | "co_units" | "next_unit" => units.get(&UnitId::from(text)).cloned(),
            "level" => Some(self.locale.term("alert", text)),
            "role" | "by_role" | "answered_by" => Some(self.locale.term("role", text)),
            "at" | "since" | "due" | "until" | "clock_start" | "time" => {
                text.parse::<Moment>().ok().map(|at| self.moment_words(at))
            }
            "period" => text.parse().ok().map(|period| self.locale.period(period)),
            _ => None,
        }
        .unwrap_or_else(|| text.to_owned())
    }

    /// One of several: a unit, a file by its kind and name, a leader's opinion.
    fn item(&self, key: &str, item: &Value, units: &Units) -> Option<String> {
        match item {
            Value::String(text) => Some(self.value(key, text, units)),
            // The caller's points are counted from one.
            Value::Number(number) if key == "answered" => number.as_u64().map(|number| (number + 1).to_string()),
            Value::Number(number) => Some(number.to_string()),
            Value::Object(fields) => {
                let word = |key: &str| fields.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
                let role = word("role").map(|role| self.locale.term("role", role));
                let parts = [word("material"), role.as_deref(), word("name"), word("text")];
                let mut parts: Vec<&str> = parts.into_iter().flatten().collect();
                // A file that is called like its kind is named once.
                parts.dedup();
                Some(parts.join(" ")).filter(|text| !text.is_empty())
            }
            _ => None,
        }
    }
}

/// Fields in the order in which they are declared, which is the order of reading.
#[derive(Default)]
struct InOrder(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for InOrder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = InOrder;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an event")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<InOrder, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = entries.next_entry()? {
                    fields.push(field);
                }
                Ok(InOrder(fields))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

/// The written name of what happened.
pub fn name(event: &Event) -> String {
    let value = serde_json::to_value(event).unwrap_or_default();
    value["event"].as_str().unwrap_or_default().to_owned()
}
