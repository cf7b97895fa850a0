use crate::account::random_text;
use crate::account::tokens::keyed;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;
use subtle::ConstantTimeEq as _;

/// The shortest password an operator may choose for a device.
const MIN_LEN: usize = 16;
/// The longest.
const MAX_LEN: usize = 128;
/// Fewer different characters than this are no secret.
const MIN_DIFFERENT: usize = 6;

/// A device's password in clear, on its way to whoever gave or made it. Not for logs.
#[derive(Clone, PartialEq, Eq)]
pub struct DevicePasswd(String);

/// A device's password must be hard to guess: devices log in by the thousand at once, so it is not slowed down by a
/// deliberately slow hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a device password needs {MIN_LEN} to {MAX_LEN} characters without spaces or control characters, at least \
     {MIN_DIFFERENT} of them different; leave it out and a strong one is made"
)]
pub struct WeakPasswd;

impl DevicePasswd {
    /// A random one with 192 bits.
    pub fn random() -> Self {
        Self(random_text::<24>())
    }

    /// One that an operator chose.
    ///
    /// # Errors
    /// It is too short, too long or too simple.
    pub fn parse(text: &str) -> Result<Self, WeakPasswd> {
        let mut different: Vec<char> = text.chars().collect();
        different.sort_unstable();
        different.dedup();
        let shape = (MIN_LEN..=MAX_LEN).contains(&text.len()) && different.len() >= MIN_DIFFERENT;
        let printable = !text.chars().any(|c| c.is_control() || c.is_whitespace());
        if shape && printable {
            Ok(Self(text.to_owned()))
        } else {
            Err(WeakPasswd)
        }
    }

    /// The password itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DevicePasswd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DevicePasswd(***)")
    }
}

/// What is kept of a device's password: HMAC-SHA256 under a key of the platform's.
#[derive(Clone, Copy)]
pub struct PasswdHash(pub [u8; 32]);

impl fmt::Debug for PasswdHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswdHash(***)")
    }
}

impl PasswdHash {
    /// The hash of no password: for comparing where there is no device, so that it takes the same time.
    pub const NOBODY: Self = Self([0; 32]);

    /// Whether they are the same, in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// Hashes device passwords. About a microsecond each: a reconnect storm of every device is normal.
#[derive(Clone)]
pub struct PasswdHasher {
    keyed: Hmac<Sha256>,
}

impl fmt::Debug for PasswdHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswdHasher(..)")
    }
}

impl PasswdHasher {
    /// With this key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self { keyed: keyed(key) }
    }

    /// The hash of a password, bound to the device: the same password of two devices has two hashes.
    pub fn hash(&self, login_code: &str, passwd: &str) -> PasswdHash {
        let mut mac = self.keyed.clone();
        mac.update(login_code.as_bytes());
        // Not part of any login code: no two pairs read the same.
        mac.update(&[0]);
        mac.update(passwd.as_bytes());
        PasswdHash(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused() {
        for weak in [
            "",
            "short",
            "aaaaaaaaaaaaaaaaaaaaaaa",
            "with space in between it",
            &"ab3defghi".repeat(20),
        ] {
            assert_eq!(DevicePasswd::parse(weak), Err(WeakPasswd), "{weak}");
        }
        assert!(DevicePasswd::parse("correct-horse-battery").is_ok());
        assert!(DevicePasswd::parse(DevicePasswd::random().reveal()).is_ok());
    }

    #[test]
    fn a_hash_belongs_to_one_device_and_one_key() {
        let hasher = PasswdHasher::new(&[1; 32]);
        let hash = hasher.hash("a", "secret");
        assert!(hash.matches(&hasher.hash("a", "secret")));
        assert!(!hash.matches(&hasher.hash("b", "secret")));
        assert!(!hash.matches(&hasher.hash("a", "secres")));
        assert!(!hash.matches(&PasswdHasher::new(&[2; 32]).hash("a", "secret")));
    }
}
