//! `[redo]`: what happens when a reply comes back: sent back as non-conforming, called back, dissatisfied, redone.
//! (RULES.md B3, C7, E, 6.7)

use serde::{Deserialize, Serialize};

use super::clause::{Note, rule};
use super::finding::{Arg, Finding, finding};
use super::returning::roles;
use crate::domain::element::Attitude;
use crate::domain::people::Role;
use crate::domain::period::Period;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Redo {
    pub sent_back: Option<SentBack>,
    pub callback: Option<CallbackRule>,
    pub correction: Option<Note>,
    pub limit: Option<RedoLimit>,
    pub most: Option<MostRedos>,
    pub answerers: Vec<Answerer>,
    pub meeting: Option<Meeting>,
    pub escalation: Option<Escalation>,
    pub closing: Option<Closing>,
    pub notes: Vec<Note>,
}

rule! {
    /// C7: the office sends a reply back. The limit that runs goes on running.
    pub struct SentBack {
        /// How long the unit has to report again; absent: no figure is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<Period>,
    }
}

rule! {
    /// 回访
    pub struct CallbackRule {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<Period>,
    }
}

rule! {
    /// How long a redo has.
    pub struct RedoLimit {
        /// The same limit as the first, counted from the order.
        same_as_first: bool,
    }
}

rule! {
    /// How often a ticket may be redone, and on which ratings.
    pub struct MostRedos {
        times: u32,
        ratings: Vec<Attitude>,
    }
}

rule! {
    /// Who must answer the caller of a redone ticket.
    pub struct Answerer {
        any: Vec<Role>,
        from: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<u32>,
    }
}

rule! {
    /// Redone so often that a leader explains it at a meeting.
    pub struct Meeting {
        from: u32,
        by: Role,
    }
}

rule! {
    /// Assigned so often that it goes up and is supervised.
    pub struct Escalation {
        more_than: u32,
    }
}

rule! {
    /// When a ticket may be closed.
    pub struct Closing {
        /// Only after the office called the caller back.
        after_callback: bool,
        /// A ticket that the hotline answered itself closes at once.
        #[serde(default)]
        direct_at_once: bool,
    }
}

impl Redo {
    pub fn answerer(&self, redos: u32) -> Option<&Answerer> {
        self.answerers
            .iter()
            .find(|rule| redos >= rule.from && rule.to.is_none_or(|to| redos <= to))
    }

    /// Who answered the caller this time, against who must.
    pub fn judge_answerer(&self, redos: u32, answered_by: Option<Role>) -> Vec<Finding> {
        match self.answerer(redos) {
            Some(rule) if answered_by.is_none_or(|role| !rule.any.contains(&role)) => vec![
                finding!(refuse "redo.answerer")
                    .with("times", redos)
                    .with("roles", roles(&rule.any))
                    .cited(&rule.cite)
                    .about("answered_by"),
            ],
            _ => Vec::new(),
        }
    }

    /// On this rating? How often it was done already is asked before.
    pub fn judge_order(&self, rating: Option<Attitude>) -> Vec<Finding> {
        match &self.most {
            Some(rule) if rating.is_none_or(|rating| !rule.ratings.contains(&rating)) => vec![
                finding!(refuse "redo.rating")
                    .with("ratings", Arg::list(&rule.ratings))
                    .cited(&rule.cite),
            ],
            _ => Vec::new(),
        }
    }

    pub fn judge_close(&self, direct: bool, called_back: bool) -> Vec<Finding> {
        match &self.closing {
            Some(rule) if direct && rule.direct_at_once => Vec::new(),
            Some(rule) if rule.after_callback && !called_back => {
                vec![finding!(refuse "redo.closing").cited(&rule.cite)]
            }
            _ => Vec::new(),
        }
    }
}
