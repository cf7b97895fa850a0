use super::Networks;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Requests the cloud makes to addresses that people give it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutboundConfig {
    /// Networks that may be reached although they are private, local or otherwise not of the public Internet.
    pub allow: Networks,
    /// How long one request may take, with its answer.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
}

impl Default for OutboundConfig {
    fn default() -> Self {
        Self {
            allow: Networks::default(),
            timeout: Duration::from_secs(10),
        }
    }
}
