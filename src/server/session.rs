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
/// An office shares one address; so many from it without a right one in between are no office.
const FREE_FROM_ADDRESS: i64 = 30;
/// The longest wait for a name from one address, for a name from anywhere, and for an address: it slows guessing, and
/// the person whose name it is never stays out.
const LONGEST: [i64; 3] = [15 * 60, 5, 60];
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
        self.of(store, hashed(token)).await
    }

    /// The same, by the token's hash: whether somebody who has waited is still signed in, and what they may see by now.
    pub async fn of(&self, store: &Store, hash: String) -> Result<Option<Arc<Signed>>, StoreError> {
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

/// Under which names wrong passwords are counted: this person from this address, this person from anywhere, and anybody
/// from this address.
pub fn counted(person: &str, from: IpAddr) -> [String; 3] {
    [
        format!("{person} from {from}"),
        format!("{person} from anywhere"),
        format!("from {from}"),
    ]
}

/// How long the next try has to wait under each of the names, after so many wrong passwords.
pub fn delays(wrong: [i64; 3]) -> [i64; 3] {
    let free = [FREE, FREE, FREE_FROM_ADDRESS];
    std::array::from_fn(|at| {
        let over = wrong[at].saturating_sub(free[at]);
        if over < 0 {
            0
        } else {
            (1_i64 << over.min(20)).min(LONGEST[at])
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_slowed_and_never_locks_out_for_good() {
        assert_eq!(delays([1, 1, 1]), [0, 0, 0]);
        assert_eq!(delays([4, 4, 29]), [0, 0, 0]);
        assert_eq!(delays([5, 5, 5]), [1, 1, 0]);
        assert_eq!(delays([8, 8, 33]), [8, 5, 8]);
        assert_eq!(delays([i64::MAX; 3]), LONGEST);
    }

    #[test]
    fn a_token_is_kept_as_its_hash_only() {
        let (token, hash) = fresh().expect("random bytes");
        assert_eq!(token.len(), 64);
        assert_ne!(token, hash);
        assert_eq!(hashed(&token), hash);
    }
}
