use rand::Rng as _;
use std::fmt;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobKind {
    /// A picture taken when somebody asked for it.
    Snapshot,
    /// A picture of an alarm.
    Alarm,
    /// A device's log.
    Log,
    /// An image of a device's software.
    Firmware,
    /// Something to play on a device.
    Sound,
}

impl BlobKind {
    fn folder(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshots",
            Self::Alarm => "alarms",
            Self::Log => "logs",
            Self::Firmware => "firmware",
            Self::Sound => "sounds",
        }
    }
}

/// The name of an object: what it is, two hexadecimal digits so that no folder gets too long, and 128 random bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobKey(String);

/// Not a key that was made here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the key of an object")]
pub struct BadKey;

impl BlobKey {
    pub(super) fn random(kind: BlobKind) -> Self {
        let name: u128 = rand::rng().random();
        Self(format!("{}/{:02x}/{name:032x}", kind.folder(), name >> 120))
    }

    /// A key as it was stored.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let good = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'/') && !text.is_empty();
        if good { Ok(Self(text.to_owned())) } else { Err(BadKey) }
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
