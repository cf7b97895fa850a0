use bytesize::ByteSize;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Recordings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordingConfig {
    /// How long segments are to be.
    #[serde(with = "humantime_serde")]
    pub segment_duration: Duration,
    /// The longest segment taken.
    pub segment_max_size: ByteSize,
    /// Segments that a device may hold while it cannot upload them.
    pub segment_max_count: u32,
    /// The bit rate a device may record with, in bit/s; 0: any.
    pub max_bitrate_bps: u64,
    /// Segments of one session that may be promised and not yet saved. Over it: 429.
    pub pending_per_session: usize,
    /// How long a device may take from the promise of a segment to its being saved; so long its address is good.
    #[serde(with = "humantime_serde")]
    pub upload_time_limit: Duration,
    /// How long after a session's end a device may still save what it recorded before.
    #[serde(with = "humantime_serde")]
    pub grace: Duration,
    /// How many days recordings are kept where a plan says nothing else; 0: for ever.
    pub keep_days: u32,
    /// How many days what was recorded around an alarm is kept where a plan says nothing else; 0: for ever.
    pub keep_alarm_days: u32,
    /// Bytes of all recordings together; over it the oldest go before their time. 0: any number.
    pub keep_bytes: ByteSize,
    /// With less room on the disk the oldest recordings go before their time.
    pub keep_free: ByteSize,
    /// With less room on the disk a warning is given.
    pub warn_free: ByteSize,
}

impl Default for RecordingConfig {
    fn default() -> Self {
        Self {
            segment_duration: Duration::from_secs(10),
            segment_max_size: ByteSize::mib(16),
            segment_max_count: 30,
            max_bitrate_bps: 0,
            pending_per_session: 64,
            upload_time_limit: Duration::from_secs(600),
            grace: Duration::from_secs(600),
            keep_days: 30,
            keep_alarm_days: 90,
            keep_bytes: ByteSize::b(0),
            keep_free: ByteSize::gib(2),
            warn_free: ByteSize::gib(5),
        }
    }
}
