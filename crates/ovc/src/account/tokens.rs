//! Signed tokens for one narrow right: whoever holds one may do that one thing until it expires. Nothing is stored;
//! the signing key lives in the database, so tokens outlive a restart.

use super::policy::Principal;
use crate::clock::UnixMs;
use crate::ids::{KeyId, SessionId, UserId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use parking_lot::RwLock;
use sha2::Sha256;
use std::fmt;
use std::sync::Arc;

/// What a token is good for. Tokens of one purpose are worth nothing for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum Purpose {
    /// A device publishes the stream named by the subject.
    Publish = 1,
    /// A viewer watches the stream named by the subject.
    Play = 2,
    /// A device uploads what the subject says.
    Upload = 3,
    /// A device fetches what the subject says.
    Download = 4,
    /// What was promised of a segment of a recording.
    Segment = 5,
    /// A player gets footage of what the subject says.
    Footage = 6,
    /// Somebody fetches footage of what the subject says as a file.
    Export = 7,
    /// Somebody looks at the link named by the subject.
    Share = 8,
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

/// Whom a token was given to. He may have lost since what it stands for: who takes the token asks anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Holder {
    /// Which user or key.
    pub principal: Principal,
    /// The session in which he got it; `None` for a key. The token ends with it.
    pub session: Option<SessionId>,
}

const EXPIRY_LEN: usize = 8;
/// A byte for the kind of principal, its number, and that of the session.
const HOLDER_LEN: usize = 17;
const USER: u8 = 1;
const KEY: u8 = 2;

impl Holder {
    fn to_bytes(self) -> [u8; HOLDER_LEN] {
        let (kind, id) = match self.principal {
            Principal::User(user) => (USER, user.0),
            Principal::Key(key) => (KEY, key.0),
        };
        let mut bytes = [0; HOLDER_LEN];
        bytes[0] = kind;
        bytes[1..9].copy_from_slice(&id.to_be_bytes());
        // Numbers of sessions begin with 1.
        bytes[9..].copy_from_slice(&self.session.map_or(0, |session| session.0).to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(i64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        let principal = match *bytes.first()? {
            USER => Principal::User(UserId(number(1)?)),
            KEY => Principal::Key(KeyId(number(1)?)),
            _ => return None,
        };
        let session = Some(SessionId(number(9)?)).filter(|session| session.0 != 0);
        (bytes.len() == HOLDER_LEN).then_some(Self { principal, session })
    }
}
/// 128 bits of HMAC-SHA256 (RFC 2104 section 5 allows the truncation): URLs that carry tokens stay short, and
/// devices limit them (256 bytes for a record callback).
const MAC_LEN: usize = 16;
/// Longest sealed text that is looked at.
const MAX_SEALED: usize = 1024;

/// Makes and checks tokens. Clones share the key.
#[derive(Clone)]
pub struct Tokens {
    keyed: Arc<RwLock<Hmac<Sha256>>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(..)")
    }
}

impl Tokens {
    /// With this signing key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self {
            keyed: Arc::new(RwLock::new(keyed(key))),
        }
    }

    /// Takes another signing key: no token made until now is good any more.
    pub fn replace_key(&self, key: &[u8; 32]) {
        *self.keyed.write() = keyed(key);
    }

    /// A token for `purpose` on `subject`, good until `expires_at`. 32 characters of `[0-9A-Za-z_-]`.
    pub fn mint(&self, purpose: Purpose, subject: &str, expires_at: UnixMs) -> String {
        self.sign(purpose, subject, &[], expires_at)
    }

    /// The same, and it says who got it. 55 characters.
    pub fn mint_for(&self, holder: Holder, purpose: Purpose, subject: &str, expires_at: UnixMs) -> String {
        self.sign(purpose, subject, &holder.to_bytes(), expires_at)
    }

    /// Checks a token of [`Self::mint`], in constant time where it matters. The answer is when it expires.
    ///
    /// # Errors
    /// See [`TokenError`]; only a token of ours for this purpose and subject is ever called expired.
    pub fn verify(&self, purpose: Purpose, subject: &str, token: &str, now: UnixMs) -> Result<UnixMs, TokenError> {
        let (expires_at, claim) = self.check(purpose, subject, token, now)?;
        if claim.is_empty() {
            Ok(expires_at)
        } else {
            Err(TokenError::Invalid)
        }
    }

    /// Checks a token of [`Self::mint_for`]. The answer is who got it.
    ///
    /// # Errors
    /// As with [`Self::verify`].
    pub fn verify_holder(
        &self,
        purpose: Purpose,
        subject: &str,
        token: &str,
        now: UnixMs,
    ) -> Result<Holder, TokenError> {
        let (_, claim) = self.check(purpose, subject, token, now)?;
        Holder::from_bytes(&claim).ok_or(TokenError::Invalid)
    }

    /// What only this cloud can have said, as text that whoever holds it gives back: not secret, and good for ever.
    pub fn seal(&self, purpose: Purpose, said: &[u8]) -> String {
        let mac = self.mac_of_sealed(purpose, said).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([said, &mac[..MAC_LEN]].concat())
    }

    /// What was said in a text of [`Self::seal`].
    ///
    /// # Errors
    /// [`TokenError::Invalid`].
    pub fn unseal(&self, purpose: Purpose, text: &str) -> Result<Vec<u8>, TokenError> {
        if text.len() > MAX_SEALED {
            return Err(TokenError::Invalid);
        }
        let mut said = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Invalid)?;
        let len = said.len().checked_sub(MAC_LEN).ok_or(TokenError::Invalid)?;
        let mac = said.split_off(len);
        self.mac_of_sealed(purpose, &said)
            .verify_truncated_left(&mac)
            .map_err(|_| TokenError::Invalid)?;
        Ok(said)
    }

    fn mac_of_sealed(&self, purpose: Purpose, said: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.keyed.read().clone();
        // No claim is so long: what is sealed is worth nothing as a token, and the other way round.
        mac.update(&[purpose as u8]);
        mac.update(&[u8::MAX; EXPIRY_LEN + 1]);
        mac.update(said);
        mac
    }

    fn sign(&self, purpose: Purpose, subject: &str, claim: &[u8], expires_at: UnixMs) -> String {
        let expiry = expires_at.0.to_be_bytes();
        let mac = self.mac(purpose, subject, claim, expiry).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([&expiry, claim, &mac[..MAC_LEN]].concat())
    }

    fn check(
        &self,
        purpose: Purpose,
        subject: &str,
        token: &str,
        now: UnixMs,
    ) -> Result<(UnixMs, Vec<u8>), TokenError> {
        // The decoder wants room in whole groups of three bytes.
        let mut raw = [0; (EXPIRY_LEN + HOLDER_LEN + MAC_LEN).next_multiple_of(3)];
        let len = URL_SAFE_NO_PAD
            .decode_slice(token, &mut raw)
            .map_err(|_| TokenError::Invalid)?;
        let (rest, mac) = raw[..len].split_last_chunk::<MAC_LEN>().ok_or(TokenError::Invalid)?;
        let (expiry, claim) = rest.split_first_chunk::<EXPIRY_LEN>().ok_or(TokenError::Invalid)?;
        self.mac(purpose, subject, claim, *expiry)
            .verify_truncated_left(mac)
            .map_err(|_| TokenError::Invalid)?;
        let expires_at = UnixMs(i64::from_be_bytes(*expiry));
        if expires_at <= now {
            Err(TokenError::Expired)
        } else {
            Ok((expires_at, claim.to_vec()))
        }
    }

    fn mac(&self, purpose: Purpose, subject: &str, claim: &[u8], expiry: [u8; EXPIRY_LEN]) -> Hmac<Sha256> {
        let mut mac = self.keyed.read().clone();
        // What has a fixed width comes first, then the claim with its length, so that no two different inputs read
        // the same.
        mac.update(&[purpose as u8]);
        mac.update(&expiry);
        mac.update(&[u8::try_from(claim.len()).unwrap_or(u8::MAX)]);
        mac.update(claim);
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
    fn a_token_says_who_got_it() {
        let tokens = Tokens::new(&[7; 32]);
        let until = NOW.plus(Duration::from_secs(60));
        let in_session = Holder {
            principal: Principal::User(UserId(7)),
            session: Some(SessionId(8)),
        };
        let with_key = Holder {
            principal: Principal::Key(KeyId(7)),
            session: None,
        };
        for holder in [in_session, with_key] {
            let token = tokens.mint_for(holder, Purpose::Play, "s1", until);
            assert_eq!(token.len(), 55);
            let verified = |subject, token: &str, now| tokens.verify_holder(Purpose::Play, subject, token, now);
            assert_eq!(verified("s1", &token, NOW), Ok(holder));
            assert_eq!(verified("s1", &token, until), Err(TokenError::Expired));
            assert_eq!(verified("s2", &token, NOW), Err(TokenError::Invalid));
            // Neither is worth anything in the place of the other.
            let plain = tokens.mint(Purpose::Play, "s1", until);
            assert_eq!(verified("s1", &plain, NOW), Err(TokenError::Invalid));
            assert_eq!(
                tokens.verify(Purpose::Play, "s1", &token, NOW),
                Err(TokenError::Invalid)
            );
        }
    }

    #[test]
    fn what_is_sealed_comes_back_as_it_was_for_its_purpose_only() {
        let tokens = Tokens::new(&[7; 32]);
        let sealed = tokens.seal(Purpose::Segment, b"said");
        assert_eq!(tokens.unseal(Purpose::Segment, &sealed).unwrap(), b"said");
        assert_eq!(tokens.unseal(Purpose::Play, &sealed), Err(TokenError::Invalid));
        assert_eq!(
            Tokens::new(&[8; 32]).unseal(Purpose::Segment, &sealed),
            Err(TokenError::Invalid)
        );
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(tokens.unseal(Purpose::Segment, &changed), Err(TokenError::Invalid));
        }
        for bad in ["", "A", "é", &"A".repeat(4000)] {
            assert_eq!(tokens.unseal(Purpose::Segment, bad), Err(TokenError::Invalid));
        }
    }

    #[test]
    fn another_key_makes_all_earlier_tokens_worthless() {
        let tokens = Tokens::new(&[7; 32]);
        let elsewhere = tokens.clone();
        let until = NOW.plus(Duration::from_secs(60));
        let before = tokens.mint(Purpose::Play, "s1", until);
        tokens.replace_key(&[8; 32]);
        let verified = elsewhere.verify(Purpose::Play, "s1", &before, NOW);
        assert_eq!(verified, Err(TokenError::Invalid));
        let after = elsewhere.mint(Purpose::Play, "s1", until);
        assert_eq!(tokens.verify(Purpose::Play, "s1", &after, NOW), Ok(until));
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
