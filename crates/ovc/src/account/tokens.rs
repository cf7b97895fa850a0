//! Signed tokens for one narrow right: whoever holds one may do that one thing until it expires. Nothing is stored;
//! the signing key lives in the database, so tokens outlive a restart.

use crate::clock::UnixMs;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// What a token is good for. Tokens of one purpose are worth nothing for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum Purpose {
    /// A device publishes the stream named by the subject.
    Publish = 1,
    /// A viewer watches the stream named by the subject.
    Play = 2,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Not a token, or made by somebody else, or for another purpose or subject.
    #[error("the token is not valid here")]
    Invalid,
    /// It was good once.
    #[error("the token has expired")]
    Expired,
}

const EXPIRY_LEN: usize = 8;
/// 128 bits of HMAC-SHA256 (RFC 2104 section 5 allows the truncation): URLs that carry tokens stay short, and
/// devices limit them (256 bytes for a record callback).
const MAC_LEN: usize = 16;

/// Makes and checks tokens. Clones share the key.
#[derive(Clone)]
pub struct Tokens {
    keyed: Hmac<Sha256>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(..)")
    }
}

impl Tokens {
    /// With this signing key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self { keyed: keyed(key) }
    }

    /// A token for `purpose` on `subject`, good until `expires_at`. 32 characters of `[0-9A-Za-z_-]`.
    pub fn mint(&self, purpose: Purpose, subject: &str, expires_at: UnixMs) -> String {
        let expiry = expires_at.0.to_be_bytes();
        let mac = self.mac(purpose, subject, expiry).finalize().into_bytes();
        let mut token = [0; EXPIRY_LEN + MAC_LEN];
        token[..EXPIRY_LEN].copy_from_slice(&expiry);
        token[EXPIRY_LEN..].copy_from_slice(&mac[..MAC_LEN]);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Checks a token, in constant time where it matters. The answer is when it expires.
    ///
    /// # Errors
    /// See [`TokenError`]; only a token of ours for this purpose and subject is ever called expired.
    pub fn verify(&self, purpose: Purpose, subject: &str, token: &str, now: UnixMs) -> Result<UnixMs, TokenError> {
        let mut raw = [0; EXPIRY_LEN + MAC_LEN];
        match URL_SAFE_NO_PAD.decode_slice(token, &mut raw) {
            Ok(len) if len == raw.len() => {}
            _ => return Err(TokenError::Invalid),
        }
        let mut expiry = [0; EXPIRY_LEN];
        expiry.copy_from_slice(&raw[..EXPIRY_LEN]);
        self.mac(purpose, subject, expiry)
            .verify_truncated_left(&raw[EXPIRY_LEN..])
            .map_err(|_| TokenError::Invalid)?;
        let expires_at = UnixMs(i64::from_be_bytes(expiry));
        if expires_at <= now {
            Err(TokenError::Expired)
        } else {
            Ok(expires_at)
        }
    }

    fn mac(&self, purpose: Purpose, subject: &str, expiry: [u8; EXPIRY_LEN]) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        mac.update(&[purpose as u8]);
        // Fixed-width fields come first, so that no two different inputs read the same.
        mac.update(&expiry);
        mac.update(subject.as_bytes());
        mac
    }
}

/// HMAC-SHA256 ready to run with this key.
pub(crate) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = hmac::digest::block_api::Block::<Sha256>::default();
    block[..32].copy_from_slice(key);
    Hmac::new(&block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const NOW: UnixMs = UnixMs(1_790_000_000_000);

    #[test]
    fn a_token_is_good_for_its_purpose_subject_and_time_only() {
        let tokens = Tokens::new(&[7; 32]);
        let until = NOW.plus(Duration::from_secs(60));
        let token = tokens.mint(Purpose::Play, "s1", until);
        assert_eq!(token.len(), 32);
        assert_eq!(tokens.verify(Purpose::Play, "s1", &token, NOW), Ok(until));
        assert_eq!(
            tokens.verify(Purpose::Publish, "s1", &token, NOW),
            Err(TokenError::Invalid)
        );
        assert_eq!(
            tokens.verify(Purpose::Play, "s2", &token, NOW),
            Err(TokenError::Invalid)
        );
        assert_eq!(
            tokens.verify(Purpose::Play, "s1", &token, until),
            Err(TokenError::Expired)
        );
        assert_eq!(
            Tokens::new(&[8; 32]).verify(Purpose::Play, "s1", &token, NOW),
            Err(TokenError::Invalid)
        );
    }

    #[test]
    fn no_changed_token_passes() {
        let tokens = Tokens::new(&[7; 32]);
        let token = tokens.mint(Purpose::Play, "s1", NOW.plus(Duration::from_secs(60)));
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(
                tokens.verify(Purpose::Play, "s1", &changed, NOW),
                Err(TokenError::Invalid),
                "{at}"
            );
        }
        for bad in ["", "A", "é", &token[1..], &format!("{token}AAAA")] {
            assert_eq!(
                tokens.verify(Purpose::Play, "s1", bad, NOW),
                Err(TokenError::Invalid),
                "{bad}"
            );
        }
    }
}
