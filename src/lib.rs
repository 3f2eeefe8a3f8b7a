//! rexian (热线).

pub mod calendar;
pub mod domain;
pub mod flow;
pub mod rules;
