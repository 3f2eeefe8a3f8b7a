//! What a rule has to say about an action or a text: which rule, on which clause, what is wrong, how to mend it.
//! Messages are keys with arguments; they become words at the edge.

use serde::Serialize;

use super::clause::Cite;
use crate::domain::moment::Moment;
use crate::domain::named::named;
use crate::domain::period::Period;

named! {
    pub enum Severity {
        /// The action is refused.
        Refuse = "refuse",
        /// It is possible, but the officer should know.
        Warn = "warn",
    }
}

/// A message in no language yet: a key of `assets/locales` and what goes into its blanks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    pub key: &'static str,
    pub args: Vec<(&'static str, Arg)>,
}

/// What goes into a blank. `Term` is itself looked up (`role.main_leader`), `Terms` are joined by 、.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Arg {
    Text(String),
    Term {
        prefix: &'static str,
        name: &'static str,
    },
    Terms {
        prefix: &'static str,
        names: Vec<&'static str>,
    },
    Period(Period),
    /// Names as the rulebooks write them; the edge joins them.
    List(Vec<String>),
}

impl Arg {
    pub fn list<T: ToString>(names: impl IntoIterator<Item = T>) -> Self {
        Self::List(names.into_iter().map(|name| name.to_string()).collect())
    }
}

impl From<Period> for Arg {
    fn from(period: Period) -> Self {
        Self::Period(period)
    }
}

impl From<Moment> for Arg {
    fn from(at: Moment) -> Self {
        Self::Text(at.to_string())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u32> for Arg {
    fn from(number: u32) -> Self {
        Self::Text(number.to_string())
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Self::Text(number.to_string())
    }
}

impl Message {
    pub fn new(key: &'static str) -> Self {
        Self { key, args: Vec::new() }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which rule speaks, as `section.rule`.
    pub rule: &'static str,
    /// The clause it rests on; none where it is a check of this program's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cite: Option<Cite>,
    pub severity: Severity,
    /// The field of the form that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
    pub message: Message,
    /// How to mend it.
    pub fix: Message,
    /// Where in the text, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<(usize, usize)>,
}

impl Finding {
    /// A refusal whose message is `finding.<rule>` and whose mend is `fix.<rule>`: see `finding!`.
    pub fn refuse(rule: &'static str, message: Message, fix: Message) -> Self {
        Self {
            rule,
            cite: None,
            severity: Severity::Refuse,
            field: None,
            message,
            fix,
            span: None,
        }
    }

    pub fn warn(rule: &'static str, message: Message, fix: Message) -> Self {
        Self {
            severity: Severity::Warn,
            ..Self::refuse(rule, message, fix)
        }
    }

    pub fn cited(mut self, cite: &Cite) -> Self {
        self.cite = Some(cite.clone());
        self
    }

    pub fn about(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    pub fn at(mut self, start: usize, end: usize) -> Self {
        self.span = Some((start, end));
        self
    }

    /// Puts a value into the blanks of the message and of the mend alike.
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        let value = value.into();
        self.message.args.push((name, value.clone()));
        self.fix.args.push((name, value));
        self
    }

    pub fn refuses(&self) -> bool {
        self.severity == Severity::Refuse
    }
}

/// `finding!(refuse "returning.window")`: the keys of message and mend follow from the rule's name.
macro_rules! finding {
    ($severity:ident $rule:literal) => {
        $crate::rules::finding::Finding::$severity(
            $rule,
            $crate::rules::finding::Message::new(concat!("finding.", $rule)),
            $crate::rules::finding::Message::new(concat!("fix.", $rule)),
        )
    };
}

pub(crate) use finding;
