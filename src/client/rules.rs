//! The rulebooks and the calendar that the server judges by, as texts. Reading them is the caller's.

use super::error::ApiError;
use super::http::{Call, Client};
use crate::api::routes::{Route, operation};
use crate::api::rules::{CalendarEntry, RulebookEntry, Rulebooks};

const RULEBOOKS: &Route = operation("rulebooks");
const CALENDAR: &Route = operation("calendar");

impl Client {
    pub async fn rulebooks(&self) -> Result<Vec<RulebookEntry>, ApiError> {
        let Rulebooks { rulebooks } = self.ask(&Call::to(RULEBOOKS)).await?;
        Ok(rulebooks)
    }

    pub async fn calendar(&self) -> Result<CalendarEntry, ApiError> {
        self.ask(&Call::to(CALENDAR)).await
    }
}
