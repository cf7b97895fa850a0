//! When a frame was sent, written into the frame itself, so that any viewer behind any server can tell its delay.
//!
//! The stamp is an H.264 SEI message (user data unregistered, ITU-T H.264 D.1.7) that stands first in the frame. Servers
//! and players pass it on and ignore it. Sender and viewer must share a clock: the same machine, or synchronised ones.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Counts the frames of a stream.
    pub sequence: u32,
    /// When the frame was handed to the network, in nanoseconds since 1970.
    pub sent_unix_ns: u64,
}

/// Names our stamps among other user data. No zero byte, so that nothing needs escaping.
const UUID: [u8; 16] = *b"ovs-frame-stamp\x01";
/// Sequence and time as hexadecimal text: binary numbers could imitate a start code.
const TEXT_LEN: usize = 8 + 16;
const PAYLOAD_LEN: usize = UUID.len() + TEXT_LEN;
const SEI_USER_DATA: [u8; 3] = [6, 5, PAYLOAD_LEN as u8];

impl Stamp {
    /// Length of the NAL unit, in bytes, without length prefix or start code.
    pub const NAL_LEN: usize = SEI_USER_DATA.len() + PAYLOAD_LEN + 1;

    /// The NAL unit.
    #[must_use]
    pub fn to_nal(self) -> Vec<u8> {
        let mut nal = Vec::with_capacity(Self::NAL_LEN);
        nal.extend_from_slice(&SEI_USER_DATA);
        nal.extend_from_slice(&UUID);
        nal.extend_from_slice(format!("{:08x}{:016x}", self.sequence, self.sent_unix_ns).as_bytes());
        // Trailing bits of the message.
        nal.push(0x80);
        nal
    }

    /// Reads a NAL unit, of which the end may be cut off after the stamp. `None`: it is no stamp.
    #[must_use]
    pub fn from_nal(nal: &[u8]) -> Option<Self> {
        let payload = nal.strip_prefix(&SEI_USER_DATA)?;
        let text = payload.strip_prefix(&UUID)?.get(..TEXT_LEN)?;
        let (sequence, sent) = std::str::from_utf8(text).ok()?.split_at_checked(8)?;
        Some(Self {
            sequence: u32::from_str_radix(sequence, 16).ok()?,
            sent_unix_ns: u64::from_str_radix(sent, 16).ok()?,
        })
    }
}

/// Tells the wall clock's time and never goes back: the wall clock is read once, then the monotonic one.
#[derive(Debug, Clone, Copy)]
pub struct UnixClock {
    started_at: Instant,
    started_unix_ns: u64,
}

impl UnixClock {
    /// A clock that agrees with the wall clock now.
    #[must_use]
    pub fn new() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            started_at: Instant::now(),
            started_unix_ns: nanoseconds(since_epoch),
        }
    }

    /// Nanoseconds since 1970.
    #[must_use]
    pub fn unix_ns(&self) -> u64 {
        self.started_unix_ns + nanoseconds(self.started_at.elapsed())
    }
}

impl Default for UnixClock {
    fn default() -> Self {
        Self::new()
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    // 2^64 ns are reached in the year 2554.
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_read_as_it_was_written_and_never_needs_escaping() {
        for (sequence, sent_unix_ns) in [(0, 0), (7, 1_795_000_000_000_000_000), (u32::MAX, u64::MAX)] {
            let stamp = Stamp { sequence, sent_unix_ns };
            let nal = stamp.to_nal();
            assert_eq!(nal.len(), Stamp::NAL_LEN);
            assert!(!nal.contains(&0));
            assert_eq!(Stamp::from_nal(&nal), Some(stamp));
            assert_eq!(Stamp::from_nal(&nal[..nal.len() - 2]), None);
        }
        assert_eq!(Stamp::from_nal(&[6, 5, 40]), None);
    }
}
