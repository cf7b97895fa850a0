use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, SocketAddr};

/// RTMP ingest: where devices push live video.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RtmpConfig {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The host name in publish URLs; empty: the one under which the device itself reached `/ovc`.
    pub public_host: String,
    /// The port in publish URLs; 0: the one that is listened on.
    pub public_port: u16,
    /// Publishers connected at once. Over it new ones are refused.
    pub max_connections: usize,
}

impl Default for RtmpConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 1935)),
            public_host: String::new(),
            public_port: 0,
            max_connections: 10_000,
        }
    }
}
