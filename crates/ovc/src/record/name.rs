//! Names of segments: all that was promised of one, sealed. So nothing is written down when a segment is announced, and
//! what was promised holds after a restart.

use crate::account::tokens::{Purpose, TokenError, Tokens};
use crate::blob::SegmentKey;
use crate::clock::UnixMs;
use crate::ids::RecordingId;

/// What was promised of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promised {
    /// In which session.
    pub session: RecordingId,
    /// The name of its object; says when it was promised.
    pub key: SegmentKey,
    /// Where it is placed.
    pub start: UnixMs,
    /// When the device says it begins.
    pub device_start: UnixMs,
    /// How long it is.
    pub duration_ms: u32,
    /// The same in bytes.
    pub bytes: u64,
    /// See [`crate::db::SegmentRow::flags`].
    pub flags: u8,
}

const LEN: usize = 53;

impl Promised {
    /// When it ends.
    pub fn end(&self) -> UnixMs {
        UnixMs(self.start.0.saturating_add(i64::from(self.duration_ms)))
    }

    /// As a name: 92 characters of `[0-9A-Za-z_-]`.
    pub fn seal(&self, tokens: &Tokens) -> String {
        let mut said = Vec::with_capacity(LEN);
        said.extend(self.session.0.to_be_bytes());
        said.extend(self.key.as_bytes());
        said.extend(self.start.0.to_be_bytes());
        said.extend(self.device_start.0.to_be_bytes());
        said.extend(self.duration_ms.to_be_bytes());
        said.extend(self.bytes.to_be_bytes());
        said.push(self.flags);
        tokens.seal(Purpose::Segment, &said)
    }

    /// What a name says.
    ///
    /// # Errors
    /// It is none of ours.
    pub fn unseal(name: &str, tokens: &Tokens) -> Result<Self, TokenError> {
        let said = tokens.unseal(Purpose::Segment, name)?;
        Self::read(&said).ok_or(TokenError::Invalid)
    }

    fn read(said: &[u8]) -> Option<Self> {
        let said: &[u8; LEN] = said.try_into().ok()?;
        let number = |at: usize| Some(i64::from_be_bytes(said.get(at..at + 8)?.try_into().ok()?));
        Some(Self {
            session: RecordingId(number(0)?),
            key: SegmentKey::from_bytes(said[8..24].try_into().ok()?),
            start: UnixMs(number(24)?),
            device_start: UnixMs(number(32)?),
            duration_ms: u32::from_be_bytes(said[40..44].try_into().ok()?),
            bytes: u64::from_be_bytes(said[44..52].try_into().ok()?),
            flags: said[52],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_was_promised_and_nobody_else_makes_one() {
        let tokens = Tokens::new(&[7; 32]);
        let promised = Promised {
            session: RecordingId(7),
            key: SegmentKey::random(UnixMs(1_800_000_000_123)),
            start: UnixMs(1_800_000_000_000),
            device_start: UnixMs(-5),
            duration_ms: 10_000,
            bytes: 1 << 40,
            flags: 3,
        };
        let name = promised.seal(&tokens);
        assert_eq!(name.len(), 92);
        assert_eq!(Promised::unseal(&name, &tokens), Ok(promised));
        assert_eq!(promised.key.made_at(), UnixMs(1_800_000_000_000));
        assert!(Promised::unseal(&name, &Tokens::new(&[8; 32])).is_err());
        let other = tokens.seal(Purpose::Segment, b"something else");
        for bad in ["", "0003.ts", &name[1..], &other] {
            assert_eq!(Promised::unseal(bad, &tokens), Err(TokenError::Invalid), "{bad}");
        }
    }
}
