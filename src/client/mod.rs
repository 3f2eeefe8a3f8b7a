//! The desk's side of the contract: typed calls to a hotline server, asked again where that helps, and a feed that goes
//! on where it was cut. Nothing here decides a rule, draws, or knows how the server keeps its data.

pub mod address;
pub mod blobs;
pub mod contact_book;
pub mod drafts;
pub mod error;
pub mod feed;
pub mod http;
pub mod key;
pub mod knowledge;
pub mod patience;
pub mod rules;
pub mod session;
pub mod statistics;
pub mod tickets;

pub use address::Address;
pub use error::ApiError;
pub use http::{Client, Settings};
pub use key::Key;
pub use patience::Patience;
