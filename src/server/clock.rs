//! The server's clock, the only one that judges. For playing ten days in a second it can be set by hand, and then it
//! stands still until it is set again.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::DateTime;

use crate::domain::moment::Moment;

/// Seconds since 1970, which no test clock is ever set to.
const RUNNING: i64 = i64::MIN;

#[derive(Debug)]
pub struct Clock {
    set: AtomicI64,
}

impl Clock {
    /// The machine's own.
    pub fn running() -> Self {
        Self {
            set: AtomicI64::new(RUNNING),
        }
    }

    pub fn standing_at(now: Moment) -> Self {
        Self {
            set: AtomicI64::new(seconds(now)),
        }
    }

    pub fn set(&self, now: Moment) {
        self.set.store(seconds(now), Ordering::SeqCst);
    }

    pub fn now(&self) -> Moment {
        match self.set.load(Ordering::SeqCst) {
            RUNNING => Moment::from_utc(machine_time()),
            set => moment(set),
        }
    }
}

/// For what is not judged by rules: sessions, delays after wrong passwords.
#[expect(clippy::disallowed_methods, reason = "the server's one look at the machine's clock")]
pub fn machine_time() -> DateTime<chrono::Utc> {
    chrono::Utc::now()
}

/// How moments are stored: seconds since 1970.
pub fn seconds(at: Moment) -> i64 {
    at.to_utc().timestamp()
}

pub fn moment(seconds: i64) -> Moment {
    DateTime::from_timestamp(seconds, 0).map_or_else(|| Moment::from_utc(DateTime::UNIX_EPOCH), Moment::from_utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_what_is_read() {
        let at: Moment = "2026-11-20 09:30".parse().expect("a moment");
        assert_eq!(moment(seconds(at)), at);
    }

    #[test]
    fn a_clock_that_was_set_stands() {
        let at: Moment = "2026-11-20 09:30".parse().expect("a moment");
        let clock = Clock::standing_at(at);
        assert_eq!(clock.now(), at);
        clock.set(at.plus_days(1));
        assert_eq!(clock.now(), at.plus_days(1));
    }
}
