use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Users and their sessions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountConfig {
    /// How long a login is good.
    #[serde(with = "humantime_serde")]
    pub session_lifetime: Duration,
    /// Failed logins forgiven to one address in a row. Over it: 429.
    pub failures_per_address: u32,
    /// Failed logins forgiven for one user name from one address in a row, and failed codes of a second factor for one
    /// user. Over it: 429.
    pub failures_per_user: u32,
    /// Time after which one failed login is forgotten.
    #[serde(with = "humantime_serde")]
    pub failure_forgiveness: Duration,
}

impl Default for AccountConfig {
    fn default() -> Self {
        Self {
            session_lifetime: Duration::from_secs(7 * 24 * 3600),
            failures_per_address: 30,
            failures_per_user: 10,
            failure_forgiveness: Duration::from_secs(30),
        }
    }
}
