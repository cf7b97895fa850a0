use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Upgrades of devices' software.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FirmwareConfig {
    /// How long an upgrade may take.
    #[serde(with = "humantime_serde")]
    pub time_limit: Duration,
    /// How often a device that upgrades is asked how far it is.
    #[serde(with = "humantime_serde")]
    pub ask_every: Duration,
}

impl Default for FirmwareConfig {
    fn default() -> Self {
        Self {
            time_limit: Duration::from_secs(30 * 60),
            ask_every: Duration::from_secs(2),
        }
    }
}
