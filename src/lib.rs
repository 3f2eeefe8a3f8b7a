//! rexian (热线): a desk at the keyboard for the units that answer tickets of China's 12345 government hotline.
//!
//! # Architecture
//!
//! A ticket is its intake plus an append-only list of events. Three pure functions carry the product:
//! [`flow::decide()`] turns a person's action into events or into findings, [`flow::evolve()`] folds events into a
//! ticket, [`flow::assess()`] says what is owed by when and what may be done now. Whatever differs from place to place
//! is data in `assets/rulebooks/*.toml`; time always arrives as an argument.
//!
//! Layers, from the bottom up; each may use those below it and never one above (`tests/it/tidy.rs` holds them to it):
//!
//! | layer | what lives there |
//! |---|---|
//! | [`domain`] | what exists: tickets, events, actions, people, replies; pure data, and the glossary |
//! | [`calendar`] | working days, working hours, and what a period comes to on them |
//! | [`rules`] | a rulebook's sections, one file each: schema and verdict; and the reader of Chinese replies |
//! | [`flow`] | the life of a ticket: `decide`, `evolve`, `assess` |
//! | [`locale`] | words: the keys of the layers below put into Chinese or English |
//! | [`config`] | where the config folder is and how it is laid out |
//! | [`api`] | the contract between a desk and a hotline server: paths, bodies, problems, the OpenAPI document |
//! | [`server`] | the hotline server: the log and what is read from it, the HTTP API, the clock's duties |
//! | [`client`] | the desk's side of that contract: typed calls, tried again where it helps, a feed that goes on |
//! | [`cli`] | the command line, one file a subcommand |
//!
//! Two things lie lower than their names suggest: [`domain::period`] is a period as written (`3wd`), because actions
//! carry periods, while what it comes to is [`calendar`]'s; and findings ([`rules::finding`]) are keys with arguments,
//! because words belong to the edge.

pub mod api;
pub mod calendar;
pub mod cli;
pub mod client;
pub mod config;
pub mod domain;
pub mod flow;
pub mod locale;
pub mod rules;
pub mod server;
