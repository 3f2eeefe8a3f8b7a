//! A caller who asked for secrecy: their name, phone and address are taken out of everything that leaves the server,
//! also where somebody typed them into a text. Only a reveal shows them, and that is an event.

use serde_json::Value;

use crate::domain::event::Recorded;
use crate::domain::intake::{Intake, Showing};

/// What stands in their place.
pub const SECRET: &str = "〔保密〕";

/// Keys whose strings come out of closed lists or are numbers in disguise: a caller who is called like one of them
/// must not make an event unreadable.
const CLOSED: &[&str] = &[
    "event",
    "at",
    "since",
    "role",
    "id",
    "unit",
    "co_units",
    "units",
    "kind",
    "way",
    "purpose",
    "outcome",
    "attitude",
    "face_to_face",
    "material",
    "blob",
    "shows",
    "period",
    "rating",
    "level",
    "scope",
    "form",
    "satisfaction",
    "time",
    "due",
    "until",
    "clock_start",
    "next_unit",
    "by_role",
    "answered_by",
    "no",
    "book",
    "received",
    "channel",
    "domain",
    "urgency",
    "classes",
    "showing",
    "stated_due",
    "legal_limit",
];

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mask {
    /// What is looked for, the longest first; empty: nothing is secret.
    words: Vec<String>,
    /// The digits of the phone.
    phone: String,
}

impl Mask {
    pub fn of(intake: &Intake) -> Self {
        if intake.caller.showing == Showing::Open {
            return Self::default();
        }
        let caller = &intake.caller;
        let mut words: Vec<String> = [(&caller.name, 2), (&caller.address, 3)]
            .into_iter()
            .map(|(text, least)| (text.trim(), least))
            .filter(|(text, least)| text.chars().count() >= *least)
            .map(|(text, _)| text.to_owned())
            .collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let phone: String = caller.phone.chars().filter(char::is_ascii_digit).collect();
        let phone = if phone.len() >= 5 { phone } else { String::new() };
        Self { words, phone }
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.phone.is_empty()
    }

    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for word in &self.words {
            if text.contains(word.as_str()) {
                text = text.replace(word.as_str(), SECRET);
            }
        }
        if self.phone.is_empty() {
            text
        } else {
            self.without_phone(text)
        }
    }

    /// The number as people write it, with blanks, hyphens or brackets between the digits.
    fn without_phone(&self, text: String) -> String {
        let between = |c: char| matches!(c, ' ' | '-' | '－' | '—' | '(' | ')' | '（' | '）' | '.' | '\u{3000}');
        let digit = |c: char| {
            c.to_digit(10)
                .or_else(|| ('０'..='９').contains(&c).then(|| c as u32 - '０' as u32))
        };
        let signs: Vec<char> = text.chars().collect();
        let wanted: Vec<u32> = self.phone.chars().filter_map(|c| c.to_digit(10)).collect();
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while at < signs.len() {
            let mut next = at;
            let mut found = 0;
            while next < signs.len() && found < wanted.len() {
                match digit(signs[next]) {
                    Some(number) if number == wanted[found] => found += 1,
                    None if found > 0 && between(signs[next]) => {}
                    _ => break,
                }
                next += 1;
            }
            if found == wanted.len() {
                out.push_str(SECRET);
                at = next;
            } else {
                out.push(signs[at]);
                at += 1;
            }
        }
        out
    }

    /// The intake as everybody may see it.
    pub fn intake(&self, intake: &Intake) -> Intake {
        if intake.caller.showing == Showing::Open {
            return intake.clone();
        }
        let mut shown = intake.clone();
        let hide = |text: &mut String| {
            if !text.is_empty() {
                SECRET.clone_into(text);
            }
        };
        hide(&mut shown.caller.name);
        hide(&mut shown.caller.phone);
        hide(&mut shown.caller.address);
        let texts = [&mut shown.title, &mut shown.place, &mut shown.content];
        let story = &mut shown.story;
        let told = [
            &mut story.time,
            &mut story.people,
            &mut story.cause,
            &mut story.course,
            &mut story.demand,
        ];
        for text in texts.into_iter().chain(told).chain(&mut shown.points) {
            *text = self.text(text);
        }
        for attachment in &mut shown.attachments {
            attachment.name = self.text(&attachment.name);
        }
        shown
    }

    /// The event as everybody may see it.
    pub fn event(&self, recorded: &Recorded) -> Value {
        let mut value = serde_json::to_value(recorded).unwrap_or_default();
        if !self.is_empty() {
            // Who did it is an officer, and is shown.
            self.value(&mut value["event"]);
        }
        value
    }

    /// The fields of a reply, of which even the unit is written by hand.
    fn written(&self, fields: &mut Value) {
        for (key, value) in fields.as_object_mut().into_iter().flatten() {
            if let (false, Value::String(text)) = (matches!(key.as_str(), "time" | "satisfaction"), value) {
                *text = self.text(text);
            }
        }
    }

    /// Anything else that people wrote.
    pub fn value(&self, value: &mut Value) {
        if self.is_empty() {
            return;
        }
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(fields) => {
                // `by` is a way of designating here, and elsewhere the name that somebody wrote down.
                let designates = fields.get("event").is_some_and(|event| event == "designated");
                for (key, value) in fields {
                    let closed = CLOSED.contains(&key.as_str()) && !value.is_object() || designates && key == "by";
                    if key == "fields" {
                        self.written(value);
                    } else if !closed {
                        self.value(value);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask() -> Mask {
        Mask {
            words: vec!["青柳街道望河社区3号楼".to_owned(), "张晓霞".to_owned()],
            phone: "13800001234".to_owned(),
        }
    }

    #[test]
    fn name_phone_and_address_vanish_however_they_are_written() {
        for (text, shown) in [
            ("已联系张晓霞本人", "已联系〔保密〕本人"),
            ("致电13800001234无人接听", "致电〔保密〕无人接听"),
            ("致电138-0000-1234、138 0000 1234", "致电〔保密〕、〔保密〕"),
            ("１３８００００１２３４", "〔保密〕"),
            ("到青柳街道望河社区3号楼查看", "到〔保密〕查看"),
            ("与她无关：13800001235", "与她无关：13800001235"),
        ] {
            assert_eq!(mask().text(text), shown, "{text}");
        }
    }

    #[test]
    fn what_is_written_by_hand_under_the_name_of_a_closed_list_vanishes() {
        let mut event = serde_json::json!({
            "event": "contact_tried",
            "by": "张晓霞",
            "reply": { "fields": { "time": "2026-11-20T09:30:00+08:00", "unit": "张晓霞家所在街道" } },
        });
        mask().value(&mut event);
        assert_eq!(event["by"], SECRET);
        assert_eq!(event["reply"]["fields"]["unit"], format!("{SECRET}家所在街道"));
    }

    #[test]
    fn names_out_of_closed_lists_stay() {
        let mut event =
            serde_json::json!({ "event": "designated", "by": "张晓霞", "unit": "张晓霞", "reason": "张晓霞" });
        mask().value(&mut event);
        assert_eq!(
            event,
            serde_json::json!({ "event": "designated", "by": "张晓霞", "unit": "张晓霞", "reason": SECRET })
        );
    }
}
