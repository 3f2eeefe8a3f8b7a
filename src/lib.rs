//! rexian (热线).

pub mod calendar;
pub mod cli;
pub mod config;
pub mod domain;
pub mod flow;
pub mod locale;
pub mod rules;
