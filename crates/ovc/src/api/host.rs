//! Under which address the caller reached the cloud: URLs in answers lead back the same way.

use super::error::ApiError;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use std::net::SocketAddr;

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Remote(pub(super) SocketAddr);

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

/// Where the caller found us.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// `host` or `host:port`.
    authority: String,
    /// Through TLS, as a proxy before us says.
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
        // Only the caller himself gets to see what this leads to.
        let secure = text("x-forwarded-proto") == Some("https");
        Ok(Self {
            authority: authority.to_owned(),
            secure,
        })
    }
}

fn in_authority(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:[]".contains(&byte)
}
