use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Alarms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlarmsConfig {
    /// How long they are kept, with their pictures.
    #[serde(with = "humantime_serde")]
    pub kept: Duration,
    /// How many are kept of one device; over it the oldest go before their time.
    pub max_per_device: u32,
    /// An alarm of which nothing is heard for so long is over.
    #[serde(with = "humantime_serde")]
    pub silence: Duration,
}

impl Default for AlarmsConfig {
    fn default() -> Self {
        Self {
            kept: Duration::from_secs(30 * 24 * 3600),
            max_per_device: 10_000,
            silence: Duration::from_secs(3600),
        }
    }
}
