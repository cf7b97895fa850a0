//! The agent's own clock: the machine's, moved by an offset that the cloud may set. The machine's clock is never touched.

use crate::state::StateDir;
use dap::LocalDateTime;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Name of the file with the offset.
const FILE: &str = "clock.json";

/// Zones that there are, hours east of UTC.
pub const ZONES: std::ops::RangeInclusive<i32> = -12..=14;

#[derive(Serialize, Deserialize)]
struct Kept {
    offset_ms: i64,
}

#[derive(Debug, Default)]
struct Inner {
    offset_ms: AtomicI64,
    zone_h: AtomicI32,
}

/// Such a clock. Clones show the same time.
#[derive(Debug, Clone, Default)]
pub struct Clock(Arc<Inner>);

impl Clock {
    /// The clock as it was when its offset was last kept; its zone is UTC until told otherwise.
    pub fn load(state: &StateDir) -> Self {
        let clock = Self::default();
        if let Some(Kept { offset_ms }) = state.load(FILE) {
            clock.0.offset_ms.store(offset_ms, Ordering::Relaxed);
        }
        clock
    }

    /// Now.
    pub fn now(&self) -> SystemTime {
        let offset_ms = self.0.offset_ms.load(Ordering::Relaxed);
        let offset = Duration::from_millis(offset_ms.unsigned_abs());
        let machine = SystemTime::now();
        let shifted = if offset_ms < 0 {
            machine.checked_sub(offset)
        } else {
            machine.checked_add(offset)
        };
        shifted.unwrap_or(machine)
    }

    /// Now, in seconds since 1970 UTC.
    pub fn unix_s(&self) -> i64 {
        unix_s(self.now())
    }

    /// The zone, hours east of UTC.
    pub fn zone_h(&self) -> i32 {
        self.0.zone_h.load(Ordering::Relaxed)
    }

    /// Another zone: what the clock shows changes, what time it is does not.
    pub fn set_zone_h(&self, zone_h: i32) {
        self.0.zone_h.store(zone_h, Ordering::Relaxed);
    }

    /// What the clock shows in its zone.
    pub fn local(&self) -> LocalDateTime {
        local(self.unix_s(), self.zone_h())
    }

    /// Sets it to `unix_s`, and keeps the offset.
    ///
    /// # Errors
    /// When the offset cannot be kept; the clock is set all the same.
    pub fn set(&self, unix_s: i64, state: &StateDir) -> std::io::Result<()> {
        let machine_ms = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_millis();
        let offset_ms = unix_s
            .saturating_mul(1000)
            .saturating_sub(i64::try_from(machine_ms).unwrap_or(i64::MAX));
        self.0.offset_ms.store(offset_ms, Ordering::Relaxed);
        state.save(FILE, &Kept { offset_ms })
    }
}

/// What a clock in this zone shows.
pub fn local(unix_s: i64, zone_h: i32) -> LocalDateTime {
    LocalDateTime::from_unix_s(unix_s.saturating_add(i64::from(zone_h) * 3600))
}

/// When a clock in this zone shows this, in seconds since 1970 UTC.
pub fn from_local(local: LocalDateTime, zone_h: i32) -> i64 {
    local.to_unix_s().saturating_sub(i64::from(zone_h) * 3600)
}

/// Seconds since 1970 UTC; before that, 0.
pub fn unix_s(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// A zone as people write it: `UTC`, `UTC+8`, `UTC-5`.
pub struct Zone(pub i32);

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("UTC"),
            hours => write!(f, "UTC{hours:+}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_outlives_the_agent_and_the_machine_s_clock_stays() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path()).unwrap();
        let clock = Clock::load(&state);
        assert!((clock.unix_s() - unix_s(SystemTime::now())).abs() <= 1);
        clock.set(1_480_904_132, &state).unwrap();
        let again = Clock::load(&state);
        assert!((again.unix_s() - 1_480_904_132).abs() <= 1, "{}", again.unix_s());
        assert!(unix_s(SystemTime::now()) > 1_790_000_000);
        again.set_zone_h(8);
        assert!(again.local().to_string().starts_with("2016-12-05T10:1"));
    }

    #[test]
    fn zones_are_written_as_people_do() {
        let texts = [0, 8, -5].map(|hours| Zone(hours).to_string());
        assert_eq!(texts, ["UTC", "UTC+8", "UTC-5"]);
        let local = local(1_480_904_132, 8);
        assert_eq!(from_local(local, 8), 1_480_904_132);
    }
}
