use crate::account::Principal;
use crate::config::LimitsConfig;
use crate::throttle::{RetryAfter, Throttle};
use std::time::{Duration, Instant};

/// How often users and keys may ask.
#[derive(Debug)]
pub struct Pace {
    throttle: Option<Throttle<Principal>>,
}

impl Pace {
    /// As often as is configured.
    pub fn new(limits: &LimitsConfig) -> Self {
        let each = Duration::from_secs(1).checked_div(limits.requests_per_second);
        Self {
            throttle: each.map(|each| Throttle::new(limits.request_burst, each)),
        }
    }

    /// Counts a request.
    pub(super) fn admit(&self, who: Principal) -> Result<(), RetryAfter> {
        let Some(throttle) = &self.throttle else { return Ok(()) };
        let now = Instant::now();
        throttle.check(&who, now)?;
        throttle.charge(who, now);
        Ok(())
    }

    /// Forgets who has not asked lately.
    pub(crate) fn tidy(&self) {
        if let Some(throttle) = &self.throttle {
            throttle.tidy(Instant::now());
        }
    }
}
