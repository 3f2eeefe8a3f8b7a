//! What a scenario file may say. Unknown keys are refused, so that a misspelt expectation cannot pass for a kept one.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub scenario: Vec<Scenario>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// A sentence of behaviour.
    pub name: String,
    /// The rows of the rules digest that it tries: `A3` or `A3, A6`.
    pub row: String,
    /// What is different from an ordinary complaint by telephone.
    #[serde(default)]
    pub intake: Intake,
    /// Refusals of the intake itself; then there are no steps.
    #[serde(default)]
    pub not_taken: Vec<String>,
    /// How far the ticket has come, by the usual way, before the first step.
    #[serde(default)]
    pub begin: Begin,
    /// When it came that far; the moment of receipt if not said.
    #[serde(default)]
    pub begin_at: Option<String>,
    #[serde(default)]
    pub step: Vec<Step>,
    #[serde(default)]
    pub assess: Vec<Point>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Intake {
    pub received: Option<String>,
    pub kind: Option<String>,
    pub channel: Option<String>,
    pub classes: Vec<String>,
    pub urgency: Option<String>,
    pub points: Vec<String>,
    pub secret: bool,
    pub stated_due: Option<String>,
    pub legal_limit: Option<String>,
    pub title: Option<String>,
    pub place: Option<String>,
    pub content: Option<String>,
}

/// Each stage includes those before it.
#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Begin {
    #[default]
    Taken,
    Dispatched,
    /// The caller was reached.
    Contacted,
    Handling,
    /// A good reply is with the signers, or ready to be submitted where nobody signs.
    Signing,
    Signed,
    Submitted,
    Passed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub at: String,
    /// A role, of 甲单位 unless it says `liaison@乙单位`.
    pub by: String,
    /// An `Action` by its JSON names; `run::prepare` says what may be left out.
    #[serde(rename = "do")]
    pub action: toml::Table,
    /// `ok`, or `refused` says the rules that speak against it, all of them.
    #[serde(default)]
    pub expect: Option<String>,
    #[serde(default)]
    pub refused: Vec<String>,
    #[serde(default)]
    pub cite_contains: Option<String>,
    /// The fields that the refusals are about, all of them.
    #[serde(default)]
    pub about: Option<Vec<String>>,
    #[serde(default)]
    pub events: Option<Vec<String>>,
}

/// What holds at a moment, after every step up to and at it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Point {
    pub at: String,
    pub alert: Option<String>,
    pub alert_changes: Option<String>,
    /// By duty: a moment, `none` (owed, and no figure) or `absent` (not owed).
    pub due: BTreeMap<String, String>,
    pub state: BTreeMap<String, String>,
    pub provisional: BTreeMap<String, bool>,
    pub cite_contains: BTreeMap<String, String>,
    /// By action: `true`, `false` or `"unregulated"`.
    pub may: BTreeMap<String, toml::Value>,
    /// By action: the rule that stands against it.
    pub why: BTreeMap<String, String>,
    pub why_cites: BTreeMap<String, String>,
    pub chain: Option<Vec<String>>,
    pub signed: Option<Vec<String>>,
    /// Fields of the ticket as its JSON has them; `accepted.by_silence` reaches inside.
    pub ticket: BTreeMap<String, toml::Value>,
}
