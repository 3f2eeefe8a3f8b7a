//! What can come of a call besides what was asked for. Words for people are made at the edge; `Display` is for logs and
//! holds nothing that a caller or an officer wrote.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::api::REQUEST_ID;
use crate::api::problem::{FindingView, Problem, ProblemKind};
use crate::api::ticket::TicketView;

#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The server cannot be reached, or the line broke before its answer was here. A write may have been done: it is
    /// asked again under its key.
    #[error("the server cannot be reached")]
    Offline(#[source] reqwest::Error),
    #[error("the server did not answer in time")]
    Timeout,
    /// Nobody is signed in, or no longer.
    #[error("not signed in")]
    Unauthorized,
    /// The rules refuse it.
    #[error("refused by {} findings", .0.len())]
    Rejected(Vec<FindingView>),
    /// Somebody was first; this is the ticket as it is now.
    #[error("somebody changed the ticket first")]
    Conflict(Box<TicketView>),
    /// Anything else that the server will not do.
    #[error("the server answered {} ({})", .0.status, .0.r#type)]
    Refused(Box<Problem>),
    /// Not now: its store is away, it stops, or too many wrong passwords came.
    #[error("the server is not ready (status {status}, request {request_id})")]
    Busy {
        status: u16,
        request_id: String,
        retry_after: Option<Duration>,
    },
    /// A mistake of the server's own.
    #[error("the server failed (status {status}, request {request_id})")]
    Server { status: u16, request_id: String },
    /// The answer is not what the contract says: another version, or no hotline server.
    #[error("the answer to request {request_id:?} is not what the contract says")]
    Decode {
        request_id: String,
        #[source]
        source: Option<serde_json::Error>,
    },
    /// What was to be sent cannot be written.
    #[error("the request cannot be written")]
    Encode(#[source] serde_json::Error),
}

impl ApiError {
    /// The same call may go well in a while.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Offline(_) | Self::Timeout | Self::Busy { .. })
    }

    /// How long the server asked to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What kind of refusal it is.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused(problem) => Some(problem),
            _ => None,
        }
    }

    pub(super) fn of_sending(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::Timeout
        } else {
            // The address may hold a ticket's number, and is no part of an error.
            Self::Offline(error.without_url())
        }
    }

    /// An answer that is not the good one.
    pub(super) fn of_answer(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let problem: Option<Problem> = serde_json::from_slice(body).ok();
        let kind = problem.as_ref().and_then(Problem::kind);
        let request_id = request_id(headers);
        let number = status.as_u16();
        match (number, problem) {
            // What stands between may say so too, in words of its own.
            (429 | 502..=504, problem) => {
                let header = headers
                    .get(RETRY_AFTER)
                    .and_then(|value| value.to_str().ok()?.parse().ok());
                let seconds = header.or(problem.and_then(|problem| problem.retry_after));
                Self::Busy {
                    status: number,
                    request_id,
                    retry_after: seconds.map(Duration::from_secs),
                }
            }
            (500.., _) => Self::Server {
                status: number,
                request_id,
            },
            (401, problem) if kind != Some(ProblemKind::WrongPassword) || problem.is_none() => Self::Unauthorized,
            (_, Some(mut problem)) => match (kind, problem.ticket.take()) {
                (Some(ProblemKind::Conflict), Some(ticket)) => Self::Conflict(ticket),
                (Some(ProblemKind::Refused), _) if !problem.findings.is_empty() => Self::Rejected(problem.findings),
                (_, ticket) => {
                    problem.ticket = ticket;
                    Self::Refused(Box::new(problem))
                }
            },
            (_, None) => Self::Decode {
                request_id,
                source: None,
            },
        }
    }
}

pub(super) fn request_id(headers: &HeaderMap) -> String {
    let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    id.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::{Lang, Locale};

    fn told(kind: ProblemKind) -> Vec<u8> {
        serde_json::to_vec(&Problem::new(kind, Locale::of(Lang::Chinese))).expect("json")
    }

    fn answered(status: u16, body: &[u8]) -> ApiError {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, "one".parse().expect("a value"));
        ApiError::of_answer(StatusCode::from_u16(status).expect("a status"), &headers, body)
    }

    #[test]
    fn every_problem_of_the_contract_is_told_apart() {
        for kind in ProblemKind::ALL {
            let error = answered(kind.status(), &told(*kind));
            let right = match kind {
                ProblemKind::SignedOut => matches!(error, ApiError::Unauthorized),
                ProblemKind::TooMany | ProblemKind::Unavailable => matches!(error, ApiError::Busy { .. }),
                ProblemKind::Internal => matches!(&error, ApiError::Server { request_id, .. } if request_id == "one"),
                kind => matches!(&error, ApiError::Refused(problem) if problem.kind() == Some(*kind)),
            };
            assert!(right, "{kind}: {error:?}");
            let later = matches!(kind, ProblemKind::TooMany | ProblemKind::Unavailable);
            assert_eq!(error.is_retryable(), later, "{kind}");
        }
    }

    #[test]
    fn a_gateway_that_knows_nothing_of_the_contract_is_understood_as_far_as_it_goes() {
        let page = b"<html>Bad Gateway</html>";
        assert!(answered(502, page).is_retryable());
        assert!(matches!(answered(404, page), ApiError::Decode { .. }));
        assert!(matches!(answered(302, b""), ApiError::Decode { .. }));
        assert!(matches!(answered(401, page), ApiError::Unauthorized));
        assert!(!answered(500, page).is_retryable());
    }

    #[test]
    fn the_wait_that_is_asked_for_is_read() {
        let problem = Problem {
            retry_after: Some(7),
            ..Problem::new(ProblemKind::TooMany, Locale::of(Lang::English))
        };
        let error = answered(429, &serde_json::to_vec(&problem).expect("json"));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    }
}
