//! Passwords: Argon2id, and one at a time, because each takes some twenty megabytes while it is checked.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
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
#[derive(Debug)]
pub struct Checker {
    turns: Semaphore,
    /// Checked where there is no such person, so that the time it takes tells nothing.
    nobody: String,
}

impl Checker {
    pub fn new() -> Result<Self, PasswordError> {
        Ok(Self {
            turns: Semaphore::new(1),
            nobody: hash("nobody has this password")?,
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
        let right = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        });
        right.await.unwrap_or(false) && known
    }
}
