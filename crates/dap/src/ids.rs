use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A device's id at the platform, 1 to 64 of `[0-9A-Za-z_-]` (spec section 1; 16 decimal digits in the field).
/// Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Cow<str>", into = "String")]
pub struct LoginCode(Arc<str>);

/// A text is no login code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a login code is 1 to 64 of 0-9 A-Z a-z _ -")]
pub struct BadLoginCode;

impl LoginCode {
    /// Longest login code, in characters.
    pub const MAX_LEN: usize = 64;

    /// Checks a text.
    ///
    /// # Errors
    /// [`BadLoginCode`] if it is empty, too long or holds another character.
    pub fn parse(text: &str) -> Result<Self, BadLoginCode> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if (1..=Self::MAX_LEN).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(BadLoginCode)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LoginCode {
    type Err = BadLoginCode;

    fn from_str(text: &str) -> Result<Self, BadLoginCode> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for LoginCode {
    type Error = BadLoginCode;

    fn try_from(text: &str) -> Result<Self, BadLoginCode> {
        Self::parse(text)
    }
}

impl TryFrom<Cow<'_, str>> for LoginCode {
    type Error = BadLoginCode;

    fn try_from(text: Cow<'_, str>) -> Result<Self, BadLoginCode> {
        Self::parse(&text)
    }
}

impl From<LoginCode> for String {
    fn from(code: LoginCode) -> String {
        code.0.as_ref().to_owned()
    }
}

impl std::borrow::Borrow<str> for LoginCode {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for LoginCode {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LoginCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a video source of a device. A camera has exactly one, 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ChannelId(pub u32);

impl fmt::Display for ChannelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ChannelId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// An empty id stands for none (spec section 4, Keepalive).
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

text_id! {
    /// What the cloud calls one pushed stream (LivePublish).
    StreamId
}
text_id! {
    /// What the cloud calls one cloud recording (StartCloudRecord).
    RecordSessionId
}
