use humantime_serde::re::humantime;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The port for the same over TLS. Its certificate comes from files, or by ACME (see [`AcmeConfig`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsConfig {
    /// Where to listen; empty: nowhere.
    pub listen: Listen,
    /// The certificate and those that lead to its authority, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
    /// The port under which others reach it, where a mapping or a balancer lies between; 0: the one of `listen`.
    pub public_port: u16,
    /// What becomes of the port without TLS.
    pub plain: Plain,
    /// For how long browsers are told to come by TLS only.
    pub hsts: Hsts,
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self {
            listen: Listen::default(),
            certificate: PathBuf::new(),
            key: PathBuf::new(),
            public_port: 0,
            plain: Plain::Redirect,
            hsts: Hsts::Auto,
        }
    }
}

/// For how long browsers are told to come by TLS only (HSTS). They then take https for every port of that name, also for
/// the one without TLS (RFC 6797, section 8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hsts {
    /// 180 days where the port for TLS is the usual one; else not.
    Auto,
    /// For so long whatever the port; not if that is zero.
    For(Duration),
}

impl Hsts {
    /// For how long, with TLS on this port as others see it.
    pub fn lasting(self, tls_port: u16) -> Option<Duration> {
        match self {
            Self::Auto => (tls_port == 443).then_some(Duration::from_secs(180 * 24 * 3600)),
            Self::For(time) => (!time.is_zero()).then_some(time),
        }
    }
}

impl<'de> Deserialize<'de> for Hsts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "auto" => Ok(Self::Auto),
            time => humantime::parse_duration(time)
                .map(Self::For)
                .map_err(|error| serde::de::Error::custom(format!("`{time}` is neither `auto` nor a time: {error}"))),
        }
    }
}

impl Serialize for Hsts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::For(time) => serializer.collect_str(&humantime::format_duration(*time)),
        }
    }
}

/// What the port without TLS does while there is one with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plain {
    /// The same as the other.
    Allow,
    /// Sends pages and the API to the other; devices and players may stay.
    Redirect,
    /// Sends pages and the API to the other, and refuses devices and players.
    Refuse,
}

/// Certificates by ACME (RFC 8555), from Let's Encrypt or another authority, with the challenge tls-alpn-01.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AcmeConfig {
    /// The names the certificate is for; empty: no ACME.
    pub domains: Vec<String>,
    /// Where the authority may write to, such as `mailto:ops@example.com`.
    pub contact: Vec<String>,
    /// The authority's directory.
    pub directory: String,
    /// Authorities trusted for the directory itself, PEM; empty: those of the system.
    pub directory_ca: PathBuf,
}

impl Default for AcmeConfig {
    fn default() -> Self {
        Self {
            domains: Vec::new(),
            contact: Vec::new(),
            directory: "https://acme-v02.api.letsencrypt.org/directory".into(),
            directory_ca: PathBuf::new(),
        }
    }
}

/// An address to listen on, or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Listen(pub Option<SocketAddr>);

impl<'de> Deserialize<'de> for Listen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "" => Ok(Self(None)),
            address => address.parse().map(|address| Self(Some(address))).map_err(|_| {
                serde::de::Error::custom(format!("`{address}` is no address with a port such as 0.0.0.0:8443"))
            }),
        }
    }
}

impl Serialize for Listen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            None => serializer.serialize_str(""),
            Some(address) => serializer.collect_str(&address),
        }
    }
}
