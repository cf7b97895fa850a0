use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a request failed, as a number (spec section 2). Codes that this edition does not know are carried through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ErrorCode(pub i64);

impl ErrorCode {
    /// The answering end failed by itself.
    pub const INTERNAL: Self = Self(1);
    /// The stream needs more than the bitrate that was allowed.
    pub const BITRATE_TOO_HIGH: Self = Self(11);
    /// A parameter is missing, of the wrong type or out of range.
    pub const BAD_PARAMETER: Self = Self(12);
    /// The device cannot do what the configuration asks.
    pub const CONFIG_NOT_SUPPORTED: Self = Self(13);
    /// The method is unknown to the answering end.
    pub const UNKNOWN_METHOD: Self = Self(101);
    /// The device has no channel of this number.
    pub const NO_SUCH_CHANNEL: Self = Self(102);
    /// The channel exists, its camera does not answer.
    pub const CHANNEL_OFFLINE: Self = Self(103);

    /// A short English name, if the code is known.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::INTERNAL => "internal error",
            Self::BITRATE_TOO_HIGH => "bitrate too high",
            Self::BAD_PARAMETER => "bad parameter",
            Self::CONFIG_NOT_SUPPORTED => "configuration not supported",
            Self::UNKNOWN_METHOD => "unknown method",
            Self::NO_SUCH_CHANNEL => "no such channel",
            Self::CHANNEL_OFFLINE => "channel offline",
            _ => return None,
        })
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} ({name})", self.0),
            None => self.0.fmt(f),
        }
    }
}

/// The `err` of a failed request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("error {code}: {msg}")]
pub struct RpcError {
    /// What went wrong, for programs.
    pub code: ErrorCode,
    /// What went wrong, for people.
    pub msg: String,
}

impl RpcError {
    /// An error with this code and text.
    pub fn new(code: ErrorCode, msg: impl Into<String>) -> Self {
        Self { code, msg: msg.into() }
    }

    /// Error 101 for a method that this end does not offer.
    #[must_use]
    pub fn unknown_method(method: &str) -> Self {
        Self::new(ErrorCode::UNKNOWN_METHOD, format!("unknown method {method}"))
    }

    /// Error 102.
    pub fn no_such_channel(channel: crate::ChannelId) -> Self {
        Self::new(ErrorCode::NO_SUCH_CHANNEL, format!("no channel {channel}"))
    }

    /// Error 1.
    pub fn internal(msg: impl Into<String>) -> Self {
        Self::new(ErrorCode::INTERNAL, msg)
    }
}
