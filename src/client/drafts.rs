//! Drafts of replies, shared within a unit.

use super::error::ApiError;
use super::http::{Call, Client};
use super::key::Key;
use crate::api::draft::{Draft, DraftKept, DraftRequest};
use crate::api::problem::ProblemKind;
use crate::api::routes::{Route, operation};

const GET: &Route = operation("get_draft");
const KEEP: &Route = operation("keep_draft");
const DROP: &Route = operation("drop_draft");

impl Client {
    /// The unit's draft for a ticket. None also where the ticket itself is not there: whoever asks has it open.
    pub async fn draft(&self, no: &str) -> Result<Option<Draft>, ApiError> {
        match self.ask(&Call::to(GET).named(no)).await {
            Ok(draft) => Ok(Some(draft)),
            Err(ApiError::Refused(problem)) if problem.kind() == Some(ProblemKind::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub async fn keep_draft(&self, no: &str, draft: &DraftRequest, key: &Key) -> Result<DraftKept, ApiError> {
        self.ask(&Call::to(KEEP).named(no).with(draft)?.under(key)).await
    }

    pub async fn drop_draft(&self, no: &str, key: &Key) -> Result<(), ApiError> {
        self.tell(&Call::to(DROP).named(no).under(key)).await
    }
}
