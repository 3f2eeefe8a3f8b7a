//! The one integration test binary; each module is one subject.

mod calendar;
mod calendar_file;
mod calendar_properties;
mod elements;
mod invariants;
mod rulebooks;
mod scenarios;
mod tidy;
