//! Passwords: Argon2id, and one at a time, because each takes some twenty megabytes while it is checked.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::{
    PasswordHasher,
    phc::{Output, PasswordHash},
};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Shorter ones are refused.
pub const LEAST: usize = 8;

#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error("a password has at least {LEAST} characters")]
    Short,
    #[error("the password cannot be hashed: {0}")]
    Hash(String),
}

pub fn hash(password: &str) -> Result<String, PasswordError> {
    if password.chars().count() < LEAST {
        return Err(PasswordError::Short);
    }
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| PasswordError::Hash(error.to_string()))
}

/// Checks passwords without letting many checks fill the memory.
pub struct Checker {
    turns: Semaphore,
    /// Checked where there is no such person, so that the time it takes tells nothing.
    nobody: String,
    /// What a check is worked out in. It is kept, because so much memory that comes and goes is never given back.
    memory: Arc<Mutex<Vec<Block>>>,
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checker").finish_non_exhaustive()
    }
}

impl Checker {
    pub fn new() -> Result<Self, PasswordError> {
        Ok(Self {
            turns: Semaphore::new(1),
            nobody: hash("nobody has this password")?,
            memory: Arc::default(),
        })
    }

    /// Waits for the turn to check. Whoever counts wrong passwords holds it from reading the count to writing it, or
    /// many tries at once would count as one.
    pub async fn turn(&self) -> Turn<'_> {
        // A semaphore that is never closed always gives its turn.
        Turn {
            checker: self,
            _permit: self.turns.acquire().await.ok(),
        }
    }
}

/// The right to check passwords, one at a time.
pub struct Turn<'a> {
    checker: &'a Checker,
    _permit: Option<SemaphorePermit<'a>>,
}

impl Turn<'_> {
    /// `hash`: what is stored, or nothing where the person is unknown or cannot sign in.
    pub async fn check(&self, password: String, hash: Option<String>) -> bool {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.checker.nobody.clone());
        let memory = self.checker.memory.clone();
        let right = tokio::task::spawn_blocking(move || {
            // What a check that panicked left there is written over.
            let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
            is_right(&password, &hash, &mut memory).unwrap_or(false)
        });
        right.await.unwrap_or(false) && known
    }
}

/// Nothing where the hash does not read.
fn is_right(password: &str, hash: &str, memory: &mut Vec<Block>) -> Option<bool> {
    let hash = PasswordHash::new(hash).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
    let (salt, expected) = (hash.salt?, hash.hash?);
    let blocks = params.block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::default());
    }
    let mut given = vec![0; expected.len()];
    let worked_out = Argon2::new(algorithm, version, params).hash_password_into_with_memory(
        password.as_bytes(),
        &salt,
        &mut given,
        &mut memory[..blocks],
    );
    // Nothing of the password stays.
    memory.fill(Block::default());
    worked_out.ok()?;
    // Outputs are compared in constant time.
    Some(Output::new(&given).ok()? == expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_right_for_its_own_hash_alone_and_leaves_nothing_behind() {
        let hash = hash("three blue bicycles").expect("a hash");
        let mut memory = Vec::new();
        assert_eq!(is_right("three blue bicycles", &hash, &mut memory), Some(true));
        assert_eq!(is_right("three blue bicycle", &hash, &mut memory), Some(false));
        assert_eq!(is_right("three blue bicycles", &hash, &mut memory), Some(true));
        assert_eq!(is_right("three blue bicycles", "no hash", &mut memory), None);
        let empty = Block::default();
        assert!(memory.iter().all(|block| block.as_ref() == empty.as_ref()));
    }

    #[test]
    fn a_hash_of_other_costs_is_checked_by_its_own() {
        let params = Params::new(64, 3, 2, Some(24)).expect("costs");
        let other = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = other.hash_password(b"three blue bicycles").expect("a hash").to_string();
        let mut memory = Vec::new();
        assert_eq!(is_right("three blue bicycles", &hash, &mut memory), Some(true));
        assert_eq!(is_right("another", &hash, &mut memory), Some(false));
    }
}
