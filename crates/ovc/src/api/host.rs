//! Under which address the caller reached the cloud: URLs in answers lead back the same way.

use super::error::ApiError;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use std::net::SocketAddr;

/// Who asks: the other end of the connection, or whom a trusted proxy names (without a port).
#[derive(Debug, Clone, Copy)]
pub(super) struct Remote(pub(super) SocketAddr);

/// Whether the way here is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Secure(pub(super) bool);

impl<S: Send + Sync> FromRequestParts<S> for Remote {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts
            .extensions
            .get()
            .copied()
            .ok_or_else(|| ApiError::bad_request("no remote address"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Secure {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get().copied().unwrap_or(Self(false)))
    }
}

/// The address of ours that the connection came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Here(pub(super) SocketAddr);

/// Under which `host` or `host:port` the caller found us. Who does not say it (HTTP/1.0 has no need to), or
/// nothing that can be a name, found us by address.
#[derive(Debug, Clone)]
pub(super) struct Found(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Found {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match (Origin::from_request_parts(parts, state).await, parts.extensions.get()) {
            (Ok(origin), _) => Ok(Self(origin.authority)),
            (Err(_), Some(Here(here))) => Ok(Self(here.to_string())),
            (Err(error), None) => Err(error),
        }
    }
}

/// Where the caller found us.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// `host` or `host:port`.
    authority: String,
    /// Through TLS.
    secure: bool,
}

impl Origin {
    /// Whether the way here is encrypted.
    pub(super) fn is_secure(&self) -> bool {
        self.secure
    }

    /// An HTTP URL here. `path` begins with a slash.
    pub(super) fn http(&self, path: &str) -> String {
        format!("http{}://{}{path}", if self.secure { "s" } else { "" }, self.authority)
    }

    /// A WebSocket URL here. `path` begins with a slash.
    pub(super) fn ws(&self, path: &str) -> String {
        format!("ws{}://{}{path}", if self.secure { "s" } else { "" }, self.authority)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let authority = text(header::HOST.as_str())
            .filter(|host| !host.is_empty() && host.bytes().all(in_authority))
            .ok_or_else(|| ApiError::bad_request("the Host header is missing or malformed"))?;
        let secure = parts.extensions.get() == Some(&Secure(true));
        Ok(Self {
            authority: authority.to_owned(),
            secure,
        })
    }
}

fn in_authority(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:[]".contains(&byte)
}
