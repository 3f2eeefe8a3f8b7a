//! The key under which a write is done once, however often it is sent.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::api::limits;

/// Made once for one wish of a person, before it is first sent, and kept until an answer has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// One that nobody has used.
    ///
    /// # Panics
    /// Where the system has no random bytes, and so no safe connection either.
    pub fn fresh() -> Self {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes).expect("the system gives random bytes");
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// One that a script made itself; none where the contract does not take it.
    pub fn given(text: &str) -> Option<Self> {
        let fits = !text.is_empty() && text.len() <= limits::KEY && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_keys_are_alike_and_all_are_taken() {
        let (one, other) = (Key::fresh(), Key::fresh());
        assert_ne!(one, other);
        assert_eq!(Key::given(one.as_str()), Some(one));
        for text in ["", "a b", "键", &"x".repeat(limits::KEY + 1)] {
            assert_eq!(Key::given(text), None, "{text}");
        }
    }
}
