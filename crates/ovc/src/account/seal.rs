//! Secrets that must be read again, such as those of second factors, are sealed with a master key that is not in the
//! database: who gets a copy of the database alone can open none of them.

use super::OpenError;
use crate::db::Db;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The file in the data directory.
const FILE_NAME: &str = "ovc.key";
/// What a sealed secret begins with, so that another way of sealing can follow.
const VERSION: u8 = 1;
const NONCE_LEN: usize = 24;

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The file cannot be read or made.
    #[error("cannot use the master key {}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// It is not 32 bytes in base64 or hexadecimal.
    #[error("{0} is not a master key: 32 bytes in base64 or hexadecimal")]
    Malformed(String),
    /// What is in the database was sealed with another key.
    #[error(
        "the secrets in the database were sealed with another master key: put the `{FILE_NAME}` back that belongs to it, \
         or set OVC_MASTER_KEY. If the key is lost, start once with OVC_MASTER_KEY=lost: that takes the second factor of \
         every user away"
    )]
    OtherKey,
}

/// The master key, ready to seal and open.
#[derive(Clone)]
pub struct Seal {
    cipher: XChaCha20Poly1305,
    /// By which the key is known again; it cannot be turned back.
    check: [u8; 32],
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(..)")
    }
}

impl Seal {
    /// With this key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(key.into()),
            check: Sha256::new().chain_update(CHECK).chain_update(key).finalize().into(),
        }
    }

    /// With the key `given` (from the environment), or else the one in the data directory, made there if there is none.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn open(data_dir: &Path, given: Option<&str>) -> Result<Self, SealError> {
        if let Some(given) = given {
            let key = parse(given).ok_or_else(|| SealError::Malformed("OVC_MASTER_KEY".into()))?;
            return Ok(Self::new(&key));
        }
        let path = data_dir.join(FILE_NAME);
        let key = match std::fs::read_to_string(&path) {
            Ok(text) => parse(&text).ok_or_else(|| SealError::Malformed(path.display().to_string()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = super::random_key();
                write(&path, &key).map_err(|error| SealError::File { path, error })?;
                key
            }
            Err(error) => return Err(SealError::File { path, error }),
        };
        Ok(Self::new(&key))
    }

    /// Seals a secret. It opens only for the same `what_for`: moved to another row of the database it is worth nothing.
    /// `None` only if the secret is too long for the cipher (256 GiB).
    pub fn seal(&self, what_for: &str, secret: &[u8]) -> Option<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = super::secret::random();
        let payload = Payload {
            msg: secret,
            aad: what_for.as_bytes(),
        };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([&[VERSION], nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Self::seal`] made. `None` if it was changed, or sealed for something else or with another key.
    pub fn unseal(&self, what_for: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, msg) = sealed.strip_prefix(&[VERSION])?.split_first_chunk::<NONCE_LEN>()?;
        let payload = Payload {
            msg,
            aad: what_for.as_bytes(),
        };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()
    }
}

/// What is given as the master key by who has lost it.
pub(super) const LOST: &str = "lost";
/// Under which name the database keeps what it knows the key by.
const CHECK: &str = "master_key_check";

/// The master key that the secrets in this database were sealed with.
///
/// # Errors
/// There is none, or another one.
pub(super) async fn for_database(db: &Db, data_dir: &Path, given: Option<&str>) -> Result<Seal, OpenError> {
    let given = given.filter(|given| !given.is_empty());
    let lost = given == Some(LOST);
    let seal = Seal::open(data_dir, given.filter(|_| !lost))?;
    if db.key(CHECK, seal.check).await? == seal.check {
        return Ok(seal);
    }
    if db.has_second_factors().await? {
        if !lost {
            return Err(SealError::OtherKey.into());
        }
        let users = db.clear_second_factors().await?;
        tracing::warn!(users, "the master key was lost: second factors are taken away");
    }
    db.replace_key(CHECK, seal.check).await?;
    Ok(seal)
}

fn parse(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    let bytes = if text.len() == 64 {
        data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?
    } else {
        STANDARD.decode(text).ok()?
    };
    bytes.try_into().ok()
}

/// All of the key or no file, also if the machine stops in between.
fn write(path: &Path, key: &[u8; 32]) -> io::Result<()> {
    let fresh = path.with_extension("key.new");
    let mut options = std::fs::File::options();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    writeln!(file, "{}", STANDARD.encode(key))?;
    file.sync_all()?;
    std::fs::rename(&fresh, path)?;
    match path.parent() {
        Some(dir) => std::fs::File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_the_same_thing_and_key_only() {
        let seal = Seal::new(&[7; 32]);
        let sealed = seal.seal("totp 1", b"secret").unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_ne!(sealed, seal.seal("totp 1", b"secret").unwrap(), "never the same twice");
        assert_eq!(seal.unseal("totp 1", &sealed).as_deref(), Some(b"secret".as_slice()));
        assert_eq!(seal.unseal("totp 2", &sealed), None);
        assert_eq!(Seal::new(&[8; 32]).unseal("totp 1", &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(seal.unseal("totp 1", &changed), None, "{at}");
            assert_eq!(seal.unseal("totp 1", &sealed[..at]), None, "{at}");
        }
    }

    #[test]
    fn the_key_is_made_once_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let sealed = Seal::open(dir.path(), None).unwrap().seal("x", b"y").unwrap();
        let again = Seal::open(dir.path(), None).unwrap();
        assert_eq!(again.unseal("x", &sealed).as_deref(), Some(b"y".as_slice()));
        let path = dir.path().join(FILE_NAME);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let given = Seal::open(dir.path(), Some(&text)).unwrap();
        assert_eq!(given.unseal("x", &sealed).as_deref(), Some(b"y".as_slice()));
        assert!(!path.exists(), "the one given is kept elsewhere");
    }

    #[test]
    fn keys_come_in_base64_and_hexadecimal() {
        let dir = tempfile::tempdir().unwrap();
        let sealed = Seal::new(&[0xAB; 32]).seal("x", b"y").unwrap();
        for good in ["ab".repeat(32), "AB".repeat(32), STANDARD.encode([0xAB; 32])] {
            let seal = Seal::open(dir.path(), Some(&good)).unwrap();
            assert_eq!(seal.unseal("x", &sealed).as_deref(), Some(b"y".as_slice()));
        }
        for bad in ["", "secret", &"ab".repeat(31), &"xy".repeat(32)] {
            assert!(
                matches!(Seal::open(dir.path(), Some(bad)), Err(SealError::Malformed(_))),
                "{bad}"
            );
        }
        std::fs::write(dir.path().join(FILE_NAME), "damaged").unwrap();
        assert!(matches!(Seal::open(dir.path(), None), Err(SealError::Malformed(_))));
    }
}
