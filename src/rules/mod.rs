//! A rulebook's sections: one file, one section of its TOML, with its schema and its verdict. Nothing here knows of
//! events or of a clock; `flow` asks these files and acts on what they say.

pub mod accepting;
pub mod alerts;
pub mod bulletin;
pub mod clause;
pub mod contact;
pub mod elements;
pub mod exemption;
pub mod extension;
pub mod finding;
pub mod limits;
pub mod people;
pub mod redo;
pub mod reply;
pub mod returning;
pub mod rulebook;
pub mod rulebook_check;
pub mod signing;

pub use finding::{Finding, Severity};
pub use rulebook::{Rulebook, Shelf};
