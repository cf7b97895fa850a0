use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What is kept of devices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DevicesConfig {
    /// How long alarms, bindings, battery levels, and when devices came and went are kept.
    #[serde(with = "humantime_serde")]
    pub events_kept: Duration,
    /// How long it is kept who wanted what of devices, and what came of it.
    #[serde(with = "humantime_serde")]
    pub commands_kept: Duration,
}

impl Default for DevicesConfig {
    fn default() -> Self {
        Self {
            events_kept: Duration::from_secs(90 * 24 * 3600),
            commands_kept: Duration::from_secs(30 * 24 * 3600),
        }
    }
}
