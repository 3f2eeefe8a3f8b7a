//! The hotline server: an open HTTP API over an append-only log.
//!
//! A request passes the `gate`, is read by `ask`, and is handled in `routes`. Reading asks the `store`; every write is an
//! order to its scribe, who decides by `flow::decide` within the transaction. The `clock` is the only one that judges,
//! and the `duties` do what it asks for by itself.

mod ask;
pub mod blobs;
pub mod clock;
pub mod demo;
mod desk;
pub mod duties;
mod gate;
pub mod laws;
pub mod mask;
mod metrics;
pub mod password;
mod routes;
pub mod run;
mod session;
pub mod sight;
pub mod store;
mod trouble;
mod view;
