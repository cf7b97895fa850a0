use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Logs of devices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogsConfig {
    /// How long they are kept.
    #[serde(with = "humantime_serde")]
    pub kept: Duration,
    /// How long a device may take to upload one that it was asked for.
    #[serde(with = "humantime_serde")]
    pub time_limit: Duration,
}

impl Default for LogsConfig {
    fn default() -> Self {
        Self {
            kept: Duration::from_secs(14 * 24 * 3600),
            time_limit: Duration::from_secs(600),
        }
    }
}
