//! The rates that units are measured by.

use super::error::ApiError;
use super::http::{Call, Client};
use crate::api::routes::{Route, operation};
use crate::api::statistics::{Statistics, StatisticsQuery, StatisticsRow};

const RATES: &Route = operation("statistics");

impl Client {
    pub async fn statistics(&self, query: &StatisticsQuery) -> Result<Vec<StatisticsRow>, ApiError> {
        let Statistics { rows } = self.ask(&Call::to(RATES).asking(query)?).await?;
        Ok(rows)
    }
}
