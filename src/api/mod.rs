//! The contract between a desk and a hotline server: paths, bodies, problems, and the OpenAPI document that another
//! platform can implement. Nothing here sends, stores or decides anything.

pub mod blob;
pub mod draft;
pub mod feed;
pub mod knowledge;
pub mod limits;
pub mod openapi;
pub mod people;
pub mod problem;
pub mod query;
pub mod routes;
pub mod rules;
pub mod session;
pub mod statistics;
pub mod ticket;

/// The header under which a write is done once, however often it is sent.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The header that names one answer in the server's log.
pub const REQUEST_ID: &str = "x-request-id";
