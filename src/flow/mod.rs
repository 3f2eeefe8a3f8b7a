//! The life of a ticket, in pure functions: `decide` turns a person's action into events or into findings, `evolve`
//! folds events into a ticket, `assess` says what is owed by when and what may be done now. No I/O, no clock, no
//! words: the terminal calls these to advise, the server to enforce.

pub mod assess;
mod clock;
pub mod collide;
pub mod decide;
pub mod duties;
pub mod evolve;
mod permit;

pub use assess::{Assessment, assess};
pub use collide::collides;
pub use decide::{decide, take, whose};
pub use duties::{Duty, Obligation, Receipt, State, duties};
pub use evolve::{evolve, fold};
pub use permit::{Permission, Why};
