//! How long and how often something is tried again: each wait about twice the one before, never quite the same, so that
//! a hundred desks do not come back in one and the same moment.

use std::time::Duration;

use tokio::time::Instant;

use super::error::ApiError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The wait after the first failure.
    pub first: Duration,
    /// The longest wait that is chosen here; a server may ask for a longer one.
    pub longest: Duration,
    /// No wait begins that would end later than this after the first try.
    pub total: Duration,
    /// How often it is tried in all.
    pub tries: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(200),
            longest: Duration::from_secs(5),
            total: Duration::from_secs(20),
            tries: 5,
        }
    }
}

impl Patience {
    /// Tries once and no more.
    pub const NONE: Self = Self {
        first: Duration::ZERO,
        longest: Duration::ZERO,
        total: Duration::ZERO,
        tries: 1,
    };

    /// The wait after so many failures on end, before chance has its say.
    fn step(&self, failures: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1).min(16));
        self.first.saturating_mul(doubled).min(self.longest)
    }

    /// The same with chance: between half of it and all of it.
    pub(super) fn wait(&self, failures: u32) -> Duration {
        let half = self.step(failures) / 2;
        // Without chance it is only less polite.
        let chance = f64::from(getrandom::u32().unwrap_or(u32::MAX)) / f64::from(u32::MAX);
        half + half.mul_f64(chance)
    }

    pub(super) fn begin(self) -> Tries {
        Tries {
            patience: self,
            began: Instant::now(),
            failures: 0,
        }
    }
}

/// One thing that is being tried.
pub(super) struct Tries {
    patience: Patience,
    began: Instant,
    failures: u32,
}

impl Tries {
    /// How long to wait before it is tried again; none where it is not worth it any more.
    pub(super) fn after(&mut self, error: &ApiError) -> Option<Duration> {
        if error.is_retryable() {
            self.again(error.retry_after())
        } else {
            None
        }
    }

    /// The same where nothing failed and nothing came of it either; `asked`: how long the server wants to be left alone.
    pub(super) fn again(&mut self, asked: Option<Duration>) -> Option<Duration> {
        self.failures += 1;
        if self.failures >= self.patience.tries {
            return None;
        }
        let wait = self.patience.wait(self.failures).max(asked.unwrap_or_default());
        (self.began.elapsed() + wait <= self.patience.total).then_some(wait)
    }

    /// Something came of it: whatever fails next is a first failure.
    pub(super) fn got_on(&mut self) {
        self.began = Instant::now();
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy(seconds: u64) -> ApiError {
        ApiError::Busy {
            status: 503,
            request_id: String::new(),
            retry_after: Some(Duration::from_secs(seconds)),
        }
    }

    #[test]
    fn waits_grow_up_to_the_longest_and_are_never_quite_the_same() {
        let patience = Patience::default();
        let steps: Vec<u128> = (1..9).map(|failures| patience.step(failures).as_millis()).collect();
        assert_eq!(steps, [200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
        assert_eq!(patience.step(u32::MAX), patience.longest);
        let waits: std::collections::BTreeSet<Duration> = (0..20).map(|_| patience.wait(5)).collect();
        assert!(waits.len() > 1);
        for wait in waits {
            assert!(patience.step(5) / 2 <= wait && wait <= patience.step(5), "{wait:?}");
        }
    }

    #[test]
    fn a_server_that_asks_for_time_gets_it_or_is_given_up() {
        let mut tries = Patience::default().begin();
        assert!(tries.after(&busy(3)).is_some_and(|wait| wait >= Duration::from_secs(3)));
        assert_eq!(tries.after(&busy(3600)), None);
    }

    #[test]
    fn what_cannot_get_better_is_not_tried_again() {
        let mut tries = Patience::default().begin();
        assert_eq!(tries.after(&ApiError::Rejected(Vec::new())), None);
        assert_eq!(Patience::NONE.begin().after(&ApiError::Timeout), None);
    }

    #[test]
    fn it_is_tried_so_often_and_anew_after_it_got_on() {
        let patience = Patience {
            first: Duration::ZERO,
            longest: Duration::ZERO,
            tries: 3,
            ..Patience::default()
        };
        let mut tries = patience.begin();
        let taken = |tries: &mut Tries| (0..9).take_while(|_| tries.after(&ApiError::Timeout).is_some()).count();
        assert_eq!(taken(&mut tries), 2);
        tries.got_on();
        assert_eq!(taken(&mut tries), 2);
    }
}
