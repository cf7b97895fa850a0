//! Counts failures per key and says when a key has failed too often. Each failure is forgotten after a while.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Keys remembered at most. Over it, failures of further keys are not counted until others are forgotten: somebody
/// with that many addresses is not held up by this anyway, and memory stays bounded.
const MAX_KEYS: usize = 65_536;

/// Failures per key, as a leaky bucket: `burst` are allowed in a row, one more each `forgiveness`.
#[derive(Debug)]
pub struct Throttle<K> {
    burst: u32,
    forgiveness: Duration,
    /// When all of a key's failures are forgotten.
    clear_at: Mutex<HashMap<K, Instant>>,
}

/// Too often; come back after this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryAfter(pub Duration);

impl RetryAfter {
    /// In whole seconds, at least one, as the header of this name wants it.
    pub fn seconds(self) -> u64 {
        self.0.as_secs() + u64::from(self.0.subsec_nanos() > 0 || self.0.is_zero())
    }
}

impl<K: Hash + Eq> Throttle<K> {
    /// Allows `burst` failures in a row, and forgets one each `forgiveness`.
    pub fn new(burst: u32, forgiveness: Duration) -> Self {
        Self {
            burst: burst.max(1),
            forgiveness,
            clear_at: Mutex::default(),
        }
    }

    /// Whether the key may try.
    ///
    /// # Errors
    /// When it may again.
    pub fn check(&self, key: &K, now: Instant) -> Result<(), RetryAfter> {
        let Some(clear_at) = self.clear_at.lock().get(key).copied() else {
            return Ok(());
        };
        let allowed = self.forgiveness * (self.burst - 1);
        let debt = clear_at.saturating_duration_since(now);
        if debt > allowed {
            Err(RetryAfter(debt - allowed))
        } else {
            Ok(())
        }
    }

    /// Counts a failure.
    pub fn charge(&self, key: K, now: Instant) {
        let mut clear_at = self.clear_at.lock();
        if clear_at.len() >= MAX_KEYS && !clear_at.contains_key(&key) {
            clear_at.retain(|_, at| *at > now);
            if clear_at.len() >= MAX_KEYS {
                return;
            }
        }
        let at = clear_at.entry(key).or_insert(now);
        *at = (*at).max(now) + self.forgiveness;
    }

    /// Takes one failure back, for who counts before it is known whether it is one.
    pub fn refund(&self, key: &K) {
        if let Some(at) = self.clear_at.lock().get_mut(key) {
            *at = at.checked_sub(self.forgiveness).unwrap_or(*at);
        }
    }

    /// Forgets the keys without failures.
    pub fn tidy(&self, now: Instant) {
        let mut clear_at = self.clear_at.lock();
        clear_at.retain(|_, at| *at > now);
        clear_at.shrink_to_fit();
    }
}

/// The bits of an IPv6 address that tell one line from another: of what a provider gives one, the /56 is common.
const LINE: u128 = u128::MAX << (128 - 56);

/// What counts as one address: IPv6 by its /64, since a subscriber has as many below that as he likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressKey(IpAddr);

impl AddressKey {
    /// What counts as one line: IPv6 by its /56, for what one line must not use up.
    pub fn line(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & LINE).into()),
            v4 => v4,
        })
    }
}

impl From<IpAddr> for AddressKey {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
            v4 => v4,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_failures_wait_and_are_forgotten_one_by_one() {
        let throttle = Throttle::new(3, Duration::from_secs(10));
        let start = Instant::now();
        for _ in 0..3 {
            assert_eq!(throttle.check(&"a", start), Ok(()));
            throttle.charge("a", start);
        }
        assert_eq!(throttle.check(&"a", start), Err(RetryAfter(Duration::from_secs(10))));
        assert_eq!(throttle.check(&"b", start), Ok(()));
        let later = start + Duration::from_secs(10);
        assert_eq!(throttle.check(&"a", later), Ok(()));
        throttle.charge("a", later);
        assert!(throttle.check(&"a", later).is_err());
        throttle.refund(&"a");
        assert_eq!(throttle.check(&"a", later), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::new(3, Duration::from_secs(10));
        let start = Instant::now();
        for key in 0..MAX_KEYS + 10 {
            throttle.charge(key, start);
        }
        assert_eq!(throttle.clear_at.lock().len(), MAX_KEYS);
        throttle.charge(MAX_KEYS + 11, start + Duration::from_secs(11));
        assert_eq!(throttle.clear_at.lock().len(), 1);
    }

    #[test]
    fn an_ipv6_subscriber_is_one_address() {
        let key = |text: &str| AddressKey::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::2"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        let line = |text: &str| AddressKey::line(text.parse().unwrap());
        assert_eq!(line("2001:db8:0:1::1"), line("2001:db8:0:ff::2"));
        assert_ne!(line("2001:db8:0:1::1"), line("2001:db8:0:100::1"));
        assert_eq!(line("::ffff:192.0.2.1"), line("192.0.2.1"));
        assert_ne!(line("192.0.2.1"), line("192.0.2.2"));
    }
}
