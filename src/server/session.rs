//! Who is asking: bearer tokens, kept as hashes, and the slowing down of those who guess.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::domain::people::{Actor, Person, Role};
use crate::server::clock::machine_time;
use crate::server::sight::Sight;
use crate::server::store::apply::hex;
use crate::server::store::{Store, StoreError};

/// A session lasts so long: a working day and the night after it.
pub const SECONDS: i64 = 24 * 3600;
/// What was read of a session is believed for so long.
const BELIEVED_SECONDS: i64 = 1;
/// So many wrong passwords are nobody's fault.
const FREE: i64 = 5;
/// The longest wait after wrong passwords from one address, and from anywhere: it slows guessing, and the person whose
/// name it is never stays out.
const LONGEST_FROM_ONE: i64 = 15 * 60;
const LONGEST_FROM_ALL: i64 = 5;
/// Tokens kept in memory at most.
const CACHE: usize = 10_000;

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Signed {
    pub person: Person,
    pub sight: Sight,
    /// The hash of their token.
    pub token: String,
}

impl Signed {
    pub fn actor(&self) -> Actor {
        self.person.actor()
    }

    pub fn is(&self, role: Role) -> bool {
        self.person.role == role
    }
}

/// A new token and its hash.
pub fn fresh() -> Result<(String, String), StoreError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Backend(Box::new(error)))?;
    let token = hex(&bytes);
    let hash = hashed(&token);
    Ok((token, hash))
}

pub fn hashed(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

#[derive(Default)]
pub struct Sessions {
    known: Mutex<HashMap<String, (i64, Arc<Signed>)>>,
}

impl Sessions {
    /// Whose token this is; nobody's, once it is out of date, signed out, or its person has left.
    pub async fn who(&self, store: &Store, token: &str) -> Result<Option<Arc<Signed>>, StoreError> {
        let hash = hashed(token);
        let now = machine_time().timestamp();
        if let Some((until, signed)) = self.known().get(&hash)
            && now < *until
        {
            return Ok(Some(signed.clone()));
        }
        let (person, expires, units) = match store.session(&hash).await {
            Ok(found) => found,
            Err(StoreError::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        if expires <= now || !person.active {
            return Ok(None);
        }
        let signed = Arc::new(Signed {
            sight: Sight::of(&person, &units),
            person,
            token: hash.clone(),
        });
        let mut known = self.known();
        if known.len() >= CACHE {
            known.clear();
        }
        known.insert(hash, ((now + BELIEVED_SECONDS).min(expires), signed.clone()));
        Ok(Some(signed))
    }

    pub fn forget(&self, hash: &str) {
        self.known().remove(hash);
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, (i64, Arc<Signed>)>> {
        // Nothing panics while it is held; and a cache may always be read.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Under which names wrong passwords are counted: this person from this address, and this person from anywhere.
pub fn counted(person: &str, from: IpAddr) -> Vec<String> {
    vec![format!("{person} from {from}"), person.to_owned()]
}

/// How long the next try has to wait, after `wrong` wrong passwords.
pub fn delays(wrong: i64) -> [i64; 2] {
    let over = u32::try_from(wrong.saturating_sub(FREE).max(0)).unwrap_or(20);
    let delay = if wrong < FREE { 0 } else { 1_i64 << over.min(20) };
    [delay.min(LONGEST_FROM_ONE), delay.min(LONGEST_FROM_ALL)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_slowed_and_never_locks_out_for_good() {
        assert_eq!(delays(1), [0, 0]);
        assert_eq!(delays(4), [0, 0]);
        assert_eq!(delays(5), [1, 1]);
        assert_eq!(delays(8), [8, 5]);
        assert_eq!(delays(100), [LONGEST_FROM_ONE, LONGEST_FROM_ALL]);
        assert_eq!(delays(i64::MAX), [LONGEST_FROM_ONE, LONGEST_FROM_ALL]);
    }

    #[test]
    fn a_token_is_kept_as_its_hash_only() {
        let (token, hash) = fresh().expect("random bytes");
        assert_eq!(token.len(), 64);
        assert_ne!(token, hash);
        assert_eq!(hashed(&token), hash);
    }
}
