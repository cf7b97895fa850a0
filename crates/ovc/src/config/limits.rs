use bytesize::ByteSize;
use serde::{Deserialize, Serialize};

/// How much anybody may ask for. Other sections have the limits of what they are about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// The longest body of a request. Over it: 413.
    pub max_body: ByteSize,
    /// The longest head of a request. Over it: 431.
    pub max_head: ByteSize,
    /// HTTP connections of one address (IPv6: of one /56) on which nobody has logged in. Over it: 429. Never more than an
    /// eighth of `http.max_connections`.
    pub connections_per_address: usize,
    /// Requests a second of one user or one key, over time; 0: any number. Over it: 429.
    pub requests_per_second: u32,
    /// Requests of one user or one key that may come at once before that counts.
    pub request_burst: u32,
    /// Devices one tenant may have. Over it: 403.
    pub max_devices_per_tenant: usize,
    /// Live streams one tenant may have at once. Over it: 429.
    pub max_streams_per_tenant: usize,
    /// Bytes of what one device uploads (pictures, logs) that are kept; over it the oldest go before their time.
    pub max_stored_per_device: ByteSize,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            max_body: ByteSize::kib(256),
            max_head: ByteSize::kib(16),
            connections_per_address: 1024,
            requests_per_second: 100,
            request_burst: 1000,
            max_devices_per_tenant: 100_000,
            max_streams_per_tenant: 10_000,
            max_stored_per_device: ByteSize::gib(2),
        }
    }
}
