use crate::clock::UnixMs;
use crate::ids::RecordStreamId;
use object_store::path::Path as StorePath;
use rand::{Rng as _, RngCore as _};
use std::fmt;
use time::OffsetDateTime;

/// The folder of recordings.
pub(super) const SEGMENTS: &str = "segments";

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
    pub(super) const ALL: [Self; 5] = [Self::Snapshot, Self::Alarm, Self::Log, Self::Firmware, Self::Sound];

    pub(super) fn folder(self) -> &'static str {
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

/// The name of a recorded segment's object: when it was made, in seconds since 1970, and 96 random bits. A stream's segments
/// lie in a folder a day, so that no folder gets too long, and what was never saved is found without looking at all.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SegmentKey([u8; 16]);

impl SegmentKey {
    /// A new one, made at this moment.
    pub fn random(at: UnixMs) -> Self {
        let seconds = u32::try_from(at.0.div_euclid(1000)).unwrap_or(if at.0 < 0 { 0 } else { u32::MAX });
        let mut bytes = [0; 16];
        rand::rng().fill_bytes(&mut bytes);
        bytes[..4].copy_from_slice(&seconds.to_be_bytes());
        Self(bytes)
    }

    /// One as it was stored.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// To be stored.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// When it was made, to the second.
    pub fn made_at(&self) -> UnixMs {
        let [a, b, c, d, ..] = self.0;
        UnixMs(i64::from(u32::from_be_bytes([a, b, c, d])) * 1000)
    }

    /// The reverse of what [`fmt::Display`] shows.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).map_err(|_| BadKey)?;
        bytes.try_into().map(Self).map_err(|_| BadKey)
    }

    /// Where it lies.
    pub(super) fn path(&self, stream: RecordStreamId) -> StorePath {
        StorePath::from(format!("{SEGMENTS}/{stream}/{}/{self}", day(self.made_at())))
    }
}

/// The folder of a day, such as `20261129`.
pub(super) fn day(at: UnixMs) -> String {
    let date = OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!("{:04}{:02}{:02}", date.year(), u8::from(date.month()), date.day())
}

impl fmt::Display for SegmentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for SegmentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SegmentKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_lies_in_the_folder_of_its_stream_and_day() {
        let at = UnixMs::from_rfc3339("2026-11-29T23:59:59.9Z").unwrap();
        let key = SegmentKey::random(at);
        let made = UnixMs::from_rfc3339("2026-11-29T23:59:59Z").unwrap();
        assert_eq!(key.made_at(), made);
        let path = key.path(RecordStreamId(7));
        assert_eq!(path.as_ref(), format!("segments/7/20261129/{key}"));
        assert_eq!(SegmentKey::parse(&key.to_string()), Ok(key));
        assert_eq!(SegmentKey::from_bytes(*key.as_bytes()), key);
        assert_ne!(SegmentKey::random(at), key);
        assert_eq!(SegmentKey::parse("../x"), Err(BadKey));
        assert_eq!(SegmentKey::random(UnixMs(-1)).made_at(), UnixMs(0));
    }
}
