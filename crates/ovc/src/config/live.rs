use bytesize::ByteSize;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Live streams.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveConfig {
    /// How long a stream runs on after its last viewer left.
    #[serde(with = "humantime_serde")]
    pub linger: Duration,
    /// How long a viewer waits for the first frame before it is told that none comes.
    #[serde(with = "humantime_serde")]
    pub start_timeout: Duration,
    /// A publisher that sent nothing for so long gives way to another that holds the stream's token.
    #[serde(with = "humantime_serde")]
    pub publisher_silence: Duration,
    /// How long a play URL is good for joining. Who watches already is not cut off.
    #[serde(with = "humantime_serde")]
    pub play_url_lifetime: Duration,
    /// A viewer to whom not one byte could be sent for so long is dropped.
    #[serde(with = "humantime_serde")]
    pub viewer_stall_limit: Duration,
    /// The bit rate a device is asked to keep to, in bit/s; 0: no limit.
    pub max_bitrate_bps: u64,
    /// Video kept per stream for joining and slow viewers, at most.
    pub buffer: ByteSize,
    /// Viewers at once, of all streams.
    pub max_viewers: usize,
}

impl Default for LiveConfig {
    fn default() -> Self {
        Self {
            linger: Duration::from_secs(30),
            start_timeout: Duration::from_secs(10),
            publisher_silence: Duration::from_secs(5),
            play_url_lifetime: Duration::from_secs(300),
            viewer_stall_limit: Duration::from_secs(10),
            max_bitrate_bps: 0,
            buffer: ByteSize::mib(16),
            max_viewers: 100_000,
        }
    }
}
