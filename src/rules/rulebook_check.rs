//! Everything that is wrong with a rulebook file, at once, each with its line. Reading a sound one is `rulebook`'s.

use super::Shelf;
use super::rulebook::{Rulebook, RulebookError};

pub fn check(text: &str, file: &str, shelf: &Shelf) -> Vec<RulebookError> {
    Rulebook::parse(text, file, shelf).err().into_iter().collect()
}
