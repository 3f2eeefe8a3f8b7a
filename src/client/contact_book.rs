//! Units and the people in them.

use super::error::ApiError;
use super::http::{Call, Client};
use crate::api::people::{People, Units};
use crate::api::routes::{Route, operation};
use crate::domain::people::{Person, Unit};

const UNITS: &Route = operation("units");
const PEOPLE: &Route = operation("people");

impl Client {
    pub async fn units(&self) -> Result<Vec<Unit>, ApiError> {
        let Units { units } = self.ask(&Call::to(UNITS)).await?;
        Ok(units)
    }

    pub async fn people(&self) -> Result<Vec<Person>, ApiError> {
        let People { people } = self.ask(&Call::to(PEOPLE)).await?;
        Ok(people)
    }
}
