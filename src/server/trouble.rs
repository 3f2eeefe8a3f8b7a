//! What went wrong with a request, before it has words: the gate puts it into the language of whoever asked.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::value::RawValue;

use crate::api::problem::ProblemKind;
use crate::rules::Finding;
use crate::server::store::StoreError;

#[derive(Clone, Debug)]
pub struct Trouble {
    pub kind: ProblemKind,
    /// A key of the locale under `trouble_detail`, with what goes into its blanks.
    pub detail: Option<(&'static str, Vec<(&'static str, String)>)>,
    pub findings: Vec<Finding>,
    /// The ticket as it is now, after a conflict.
    pub ticket: Option<Box<RawValue>>,
    /// How much of an upload has arrived; of a range that there is none of, how long the file is.
    pub received: Option<u64>,
    pub retry_after: Option<u64>,
}

pub type Answer = Result<Response, Trouble>;

impl Trouble {
    pub fn new(kind: ProblemKind) -> Self {
        Self {
            kind,
            detail: None,
            findings: Vec::new(),
            ticket: None,
            received: None,
            retry_after: None,
        }
    }

    pub fn because(mut self, key: &'static str, args: &[(&'static str, &str)]) -> Self {
        let args = args.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.detail = Some((key, args));
        self
    }

    pub fn invalid(key: &'static str, args: &[(&'static str, &str)]) -> Self {
        Self::new(ProblemKind::Invalid).because(key, args)
    }

    pub fn not_found() -> Self {
        Self::new(ProblemKind::NotFound)
    }

    pub fn refused(findings: Vec<Finding>) -> Self {
        Self {
            findings,
            ..Self::new(ProblemKind::Refused)
        }
    }

    pub fn after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found(),
            StoreError::Taken => Self::new(ProblemKind::Taken),
            StoreError::Backend(source) => {
                tracing::error!(error = %chain(&*source), "the store does not answer");
                Self::new(ProblemKind::Unavailable).after(1)
            }
            StoreError::Unsure(source) => {
                tracing::error!(error = %chain(&*source), "the store was lost while it wrote");
                Self::new(ProblemKind::Unavailable).after(1)
            }
            StoreError::Unreadable { what, source } => {
                tracing::error!(%what, error = %chain(&*source), "stored data cannot be read");
                Self::new(ProblemKind::Internal)
            }
            StoreError::Schema(error) => {
                tracing::error!(error = %chain(&error), "the schema");
                Self::new(ProblemKind::Unavailable).after(1)
            }
            StoreError::Laws(error) => {
                tracing::error!(error = %chain(&error), "a loaded text");
                Self::new(ProblemKind::Internal)
            }
        }
    }
}

/// An error with its causes, for the log. What people wrote is never part of it: the store's errors name rows.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Body::empty()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}
