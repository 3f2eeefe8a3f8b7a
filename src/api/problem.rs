//! What went wrong, as RFC 9457 problem documents: what happened, which rule or parameter, what to do next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ticket::TicketView;
use crate::domain::named::named;
use crate::locale::Locale;
use crate::rules::Finding;
use crate::rules::finding::Severity;

pub const MEDIA_TYPE: &str = "application/problem+json";

named! {
    /// The kinds of problem. `type` is `/problems/` and this name.
    pub enum ProblemKind {
        /// The request is not of the form that the contract gives.
        Invalid = "invalid",
        /// Nobody is signed in, or no longer.
        SignedOut = "signed_out",
        /// Name or password is wrong.
        WrongPassword = "wrong_password",
        /// It is not this person's to do.
        Forbidden = "forbidden",
        /// There is no such thing for this person.
        NotFound = "not_found",
        /// The path does not know this method.
        Method = "method_not_allowed",
        /// Somebody was first; the newer ticket comes with it.
        Conflict = "conflict",
        /// The same number or key is there already, with something else.
        Taken = "taken",
        /// The rules refuse it; the findings say why and how to mend it.
        Refused = "refused",
        /// Another body came under a key that was used before.
        KeyReused = "key_reused",
        /// The body did not come in time.
        Slow = "slow",
        /// The body is too long.
        TooLarge = "too_large",
        /// The body is not of a kind that is taken.
        MediaType = "media_type",
        /// An upload does not go on from where it stands.
        Offset = "offset",
        /// The file has no such range.
        Range = "range",
        /// Too many wrong passwords; try again after a while.
        TooMany = "too_many",
        /// The store cannot be reached or is full. What was asked for was not done; if the store went away in the moment of
        /// writing it may have been, and the same key finds out.
        Unavailable = "unavailable",
        /// A mistake of the server's own.
        Internal = "internal",
    }
}

impl ProblemKind {
    pub fn status(self) -> u16 {
        match self {
            Self::Invalid => 400,
            Self::SignedOut | Self::WrongPassword => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Method => 405,
            Self::Slow => 408,
            Self::Conflict | Self::Taken | Self::Offset => 409,
            Self::TooLarge => 413,
            Self::MediaType => 415,
            Self::Range => 416,
            Self::Refused | Self::KeyReused => 422,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// `/problems/` and the kind's name.
    pub r#type: String,
    pub title: String,
    pub status: u16,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingView>,
    /// After a conflict: the ticket as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Box<TicketView>>,
    /// How many bytes of an upload have arrived, where that is the problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<u64>,
    /// Seconds after which it is worth trying again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

impl Problem {
    pub fn new(kind: ProblemKind, locale: &Locale) -> Self {
        Self {
            r#type: format!("/problems/{}", kind.name()),
            title: locale.term("trouble", kind.name()),
            status: kind.status(),
            detail: String::new(),
            request_id: String::new(),
            findings: Vec::new(),
            ticket: None,
            received: None,
            retry_after: None,
        }
    }

    pub fn kind(&self) -> Option<ProblemKind> {
        self.r#type.strip_prefix("/problems/")?.parse().ok()
    }
}

/// A finding in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindingView {
    /// Which rule speaks, as `section.rule`.
    pub rule: String,
    /// The clause it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cite: Option<String>,
    pub severity: Severity,
    /// The field of the form that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    pub message: String,
    /// How to mend it.
    pub fix: String,
    /// Where in the text, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<(usize, usize)>,
}

impl FindingView {
    pub fn of(finding: &Finding, locale: &Locale) -> Self {
        let (message, fix) = locale.finding(finding);
        Self {
            rule: finding.rule.to_owned(),
            cite: finding.cite.as_ref().map(ToString::to_string),
            severity: finding.severity,
            field: finding.field.map(str::to_owned),
            message,
            fix,
            span: finding.span,
        }
    }
}
