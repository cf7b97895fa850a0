use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What is kept of devices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DevicesConfig {
    /// How long alarms, bindings and battery levels are kept.
    #[serde(with = "humantime_serde")]
    pub events_kept: Duration,
}

impl Default for DevicesConfig {
    fn default() -> Self {
        Self {
            events_kept: Duration::from_secs(90 * 24 * 3600),
        }
    }
}
