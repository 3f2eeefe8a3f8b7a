//! The rates that units are measured by.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ids::UnitId;
use crate::domain::named::named;

named! {
    pub enum Span {
        Week = "week",
        Month = "month",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatisticsQuery {
    /// One row for each week or month; absent, one for the whole time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Span>,
    /// The first day of receipt that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// The last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub unit: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Statistics {
    pub rows: Vec<StatisticsRow>,
}

/// Counts, and the rates that they make. A rate of nothing is absent, not zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StatisticsRow {
    pub unit: UnitId,
    /// `2026-W47`, `2026-11`; absent for the whole time.
    #[serde(default)]
    pub span: Option<String>,
    pub received: i64,
    pub responded: i64,
    pub finished: i64,
    pub overdue: i64,
    pub redone: i64,
    pub rated: i64,
    pub solved: i64,
    pub satisfied: i64,
    /// 响应率
    #[serde(default)]
    pub response_rate: Option<f64>,
    /// 解决率
    #[serde(default)]
    pub solved_rate: Option<f64>,
    /// 满意率
    #[serde(default)]
    pub satisfied_rate: Option<f64>,
    /// 超期率
    #[serde(default)]
    pub overdue_rate: Option<f64>,
    /// 重办率
    #[serde(default)]
    pub redone_rate: Option<f64>,
}
