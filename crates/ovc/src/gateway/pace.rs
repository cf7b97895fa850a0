use crate::config::GatewayConfig;
use std::time::Duration;

/// How much a device may send.
#[derive(Debug, Clone, Copy)]
pub(super) struct PaceLimits {
    messages: Limit,
    bytes: Limit,
}

/// One bucket that leaks: what one unit fills, and how much there is room for.
#[derive(Debug, Clone, Copy)]
struct Limit {
    per_second: u64,
    unit_ns: u64,
    room_ns: u64,
}

impl Limit {
    fn new(per_second: u64, burst: u64) -> Self {
        let unit_ns = 1_000_000_000_u64.checked_div(per_second).unwrap_or(0);
        Self {
            per_second,
            unit_ns,
            room_ns: unit_ns.saturating_mul(burst.max(1)),
        }
    }

    /// Puts units into a bucket that is empty at `empty_at`. Whether they fit.
    fn take(self, empty_at: &mut u64, units: u64, now_ns: u64) -> bool {
        *empty_at = (*empty_at)
            .max(now_ns)
            .saturating_add(units.saturating_mul(self.unit_ns));
        *empty_at - now_ns <= self.room_ns
    }
}

impl PaceLimits {
    pub(super) fn new(config: &GatewayConfig) -> Self {
        Self {
            messages: Limit::new(config.messages_per_second.into(), config.message_burst.into()),
            bytes: Limit::new(config.bytes_per_second.as_u64(), config.byte_burst.as_u64()),
        }
    }
}

/// How much one device has sent lately.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pace {
    messages_empty_at: u64,
    bytes_empty_at: u64,
}

impl Pace {
    /// The device sent so much; `now` counts from any fixed moment. If that is too much, what to tell it.
    pub(super) fn take(&mut self, limits: &PaceLimits, messages: u64, bytes: u64, now: Duration) -> Option<String> {
        let now_ns = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let PaceLimits {
            messages: of_messages,
            bytes: of_bytes,
        } = limits;
        if !of_messages.take(&mut self.messages_empty_at, messages, now_ns) {
            return Some(format!("more than {} messages a second", of_messages.per_second));
        }
        if !of_bytes.take(&mut self.bytes_empty_at, bytes, now_ns) {
            return Some(format!("more than {} bytes a second", of_bytes.per_second));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytesize::ByteSize;

    fn limits(messages: (u32, u32), bytes: (u64, u64)) -> PaceLimits {
        PaceLimits::new(&GatewayConfig {
            messages_per_second: messages.0,
            message_burst: messages.1,
            bytes_per_second: ByteSize(bytes.0),
            byte_burst: ByteSize(bytes.1),
            ..GatewayConfig::default()
        })
    }

    #[test]
    fn a_burst_passes_and_what_goes_on_like_it_does_not() {
        let limits = limits((10, 5), (1000, 100_000));
        let mut pace = Pace::default();
        let start = Duration::from_secs(100);
        for _ in 0..5 {
            assert_eq!(pace.take(&limits, 1, 10, start), None);
        }
        let told = pace.take(&limits, 1, 10, start).unwrap();
        assert_eq!(told, "more than 10 messages a second");
        let mut pace = Pace::default();
        for n in 0..1000 {
            assert_eq!(pace.take(&limits, 1, 10, start + Duration::from_millis(100 * n)), None);
        }
    }

    #[test]
    fn bytes_count_too_and_nothing_where_there_is_no_limit() {
        let tight = limits((0, 1), (1000, 2000));
        let mut pace = Pace::default();
        assert_eq!(pace.take(&tight, 1000, 2000, Duration::ZERO), None);
        assert!(pace.take(&tight, 0, 1, Duration::ZERO).unwrap().contains("bytes"));
        let none = limits((0, 0), (0, 0));
        assert_eq!(Pace::default().take(&none, 1 << 40, 1 << 40, Duration::ZERO), None);
    }
}
