//! The one integration test binary; each module is one subject.

mod api;
mod blobs;
mod calendar;
mod calendar_file;
mod calendar_properties;
mod cli;
mod cli_admin;
mod cli_check;
mod cli_help;
mod cli_rulebook;
mod client;
mod client_house;
mod demo;
mod elements;
mod flow_properties;
mod house;
mod invariants;
mod locale;
mod process;
mod rulebooks;
mod s3_stand_in;
mod scenarios;
mod store;
mod stored_events;
mod tidy;
