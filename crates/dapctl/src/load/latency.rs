//! Latencies, collected in bounded memory.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

/// Latencies from 1 µs to 60 s with three digits of precision, in a few hundred KB however many there are. Longer ones
/// count as 60 s.
#[derive(Debug, Clone)]
pub struct Latencies(Histogram<u64>);

/// The shape of many latencies, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// How many.
    pub count: u64,
    /// Half were no longer.
    pub p50_ms: f64,
    /// 99 of 100 were no longer.
    pub p99_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

impl Latencies {
    const LONGEST_US: u64 = 60_000_000;

    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        let mut histogram = Histogram::new(3).expect("3 digits are within 0 to 5");
        histogram.auto(true);
        Self(histogram)
    }

    /// Adds one.
    pub fn record(&mut self, latency: Duration) {
        let us = u64::try_from(latency.as_micros()).unwrap_or(Self::LONGEST_US);
        // It grows as needed, so that recording cannot fail.
        let _ = self.0.record(us.clamp(1, Self::LONGEST_US));
    }

    /// Adds all of another collection.
    pub fn add(&mut self, other: &Self) {
        // Both resize by themselves, so that adding cannot fail.
        let _ = self.0.add(&other.0);
    }

    /// How many were longer than `limit`.
    #[must_use]
    pub fn count_over(&self, limit: Duration) -> u64 {
        let us = u64::try_from(limit.as_micros()).unwrap_or(Self::LONGEST_US);
        self.0.len() - self.0.count_between(0, us)
    }

    /// Their shape.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let ms = |us: u64| us as f64 / 1000.0;
        Summary {
            count: self.0.len(),
            p50_ms: ms(self.0.value_at_quantile(0.5)),
            p99_ms: ms(self.0.value_at_quantile(0.99)),
            max_ms: ms(self.0.max()),
        }
    }
}

impl Default for Latencies {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_that_of_the_latencies() {
        let (mut one, mut other) = (Latencies::new(), Latencies::new());
        (1..=90).for_each(|_| one.record(Duration::from_millis(2)));
        (1..=10).for_each(|_| other.record(Duration::from_millis(500)));
        one.add(&other);
        let summary = one.summary();
        assert_eq!(summary.count, 100);
        assert!(
            (1.99..2.01).contains(&summary.p50_ms) && (499.0..501.0).contains(&summary.p99_ms),
            "{summary:?}"
        );
        one.record(Duration::from_secs(3600));
        assert_eq!(one.count_over(Duration::from_millis(100)), 11);
        assert!((59_900.0..60_100.0).contains(&one.summary().max_ms));
    }
}
