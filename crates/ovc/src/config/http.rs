use super::Networks;
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, SocketAddr};

/// The port for HTTP, WebSocket, API, console and DAP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Connections, beside those of devices, that may be open at once. Over it new ones are refused with 503.
    pub max_connections: usize,
    /// Proxies before the cloud: what they say of the caller (`X-Forwarded-For`, `-Proto`, `-Host`) is believed, and
    /// nobody else's word.
    pub trusted_proxies: Networks,
    /// If not empty, `/metrics` is answered only to `Authorization: Bearer` with this token. Secret.
    pub metrics_token: Secret,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8080)),
            max_connections: 10_000,
            trusted_proxies: Networks::default(),
            metrics_token: Secret::default(),
        }
    }
}

/// A configured secret. Never shown.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "\"\"" } else { "\"***\"" })
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.0.is_empty() { "" } else { "***" })
    }
}
