//! When to try again.

use std::time::Duration;

/// The first try after a loss comes within this: most losses are short, and somebody may be watching.
const FIRST: Duration = Duration::from_millis(500);
/// No delay of ours is longer (spec section 3).
const LONGEST: Duration = Duration::from_secs(60);
/// A cloud may ask for more than that, within reason.
const LONGEST_ASKED: Duration = Duration::from_secs(3600);

/// Delays between tries: random, so that devices lost together do not come back together, and growing.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// It worked for now: the next delay is a few seconds at most, but not nothing, for a cloud that takes devices and
    /// loses them again.
    pub(super) fn ease(&mut self) {
        self.failures = self.failures.min(3);
    }

    /// It worked for good.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// How long to wait after another failure. `luck` is random, 0 to 1.
    pub(super) fn next(&mut self, luck: f64) -> Duration {
        let ceiling = FIRST.saturating_mul(1 << self.failures.min(16)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        ceiling.mul_f64(0.5 + luck.clamp(0.0, 1.0) / 2.0)
    }

    /// How long to wait when trying sooner is of no use: somebody must act first.
    pub(super) fn patient(&mut self, luck: f64) -> Duration {
        self.failures = u32::MAX;
        self.next(luck)
    }

    /// How long to wait when the cloud asked for `asked`: never less, and a little more, so that not all come at once.
    pub(super) fn asked(&mut self, asked: Duration, luck: f64) -> Duration {
        let asked = asked.min(LONGEST_ASKED);
        self.next(luck).max(asked + asked.mul_f64(luck.clamp(0.0, 1.0) / 4.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_try_is_quick_and_none_waits_longer_than_a_minute() {
        for luck in [0.0, 0.5, 1.0] {
            let mut backoff = Backoff::default();
            let delays = [(); 12].map(|()| backoff.next(luck));
            assert!(delays[0] <= Duration::from_millis(500));
            assert!(delays.windows(2).all(|pair| pair[1] >= pair[0]));
            assert!(delays[11] <= Duration::from_secs(60) && delays[11] >= Duration::from_secs(30));
            backoff.reset();
            assert!(backoff.next(luck) <= Duration::from_millis(500));
        }
    }

    #[test]
    fn the_cloud_is_never_asked_before_the_time_it_named() {
        let mut backoff = Backoff::default();
        let asked = Duration::from_secs(120);
        for luck in [0.0, 0.3, 1.0] {
            let delay = backoff.asked(asked, luck);
            assert!(delay >= asked && delay <= asked * 5 / 4);
        }
    }
}
