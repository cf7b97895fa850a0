use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Pictures that somebody has a device take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SnapshotsConfig {
    /// How long they are kept.
    #[serde(with = "humantime_serde")]
    pub kept: Duration,
    /// How long a picture is waited for that the device says it has uploaded.
    #[serde(with = "humantime_serde")]
    pub patience: Duration,
}

impl Default for SnapshotsConfig {
    fn default() -> Self {
        Self {
            kept: Duration::from_secs(30 * 24 * 3600),
            patience: Duration::from_secs(3),
        }
    }
}
