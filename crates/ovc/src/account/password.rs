use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Passwords hashed at once. Each takes 19 MiB and tens of milliseconds of a core: others wait their turn, so that a
/// flood of logins takes neither the memory nor every core.
const AT_ONCE: usize = 2;
/// Passwords hashed or waiting for it. Over it nobody waits: he is told to come back.
const WAITING: usize = 256;

/// A hash nobody's password has: verified where there is no user, so that it takes the same time.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and checks passwords of people with argon2id (RFC 9106, parameters as OWASP advises: 19 MiB, 2 passes).
#[derive(Debug)]
pub(super) struct Hashing {
    places: Semaphore,
    turns: Arc<Semaphore>,
}

/// Too many passwords wait to be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Busy;

impl Default for Hashing {
    fn default() -> Self {
        Self {
            places: Semaphore::new(WAITING),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Hashing {
    /// The PHC form of a new hash.
    pub(super) async fn hash(&self, password: String) -> Result<String, Busy> {
        let hash = self.run(move || Argon2::default().hash_password(password.as_bytes()).ok());
        Ok(hash.await?.ok_or(Busy)?.to_string())
    }

    /// Whether the password has this hash. Without a hash it takes the same time and is wrong.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Busy> {
        self.run(move || {
            let known = hash.is_some();
            let hash = hash.as_deref().unwrap_or(NOBODY);
            let right = PasswordHash::new(hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
            right && known
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let _place = self.places.try_acquire().map_err(|_| Busy)?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        // Fails in a shutdown only.
        done.await.map_err(|_| Busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_passes() {
        let hashing = Hashing::default();
        let hash = hashing.hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(
            hashing.verify("correct horse".into(), Some(hash.clone())).await,
            Ok(true)
        );
        assert_eq!(hashing.verify("correct horsf".into(), Some(hash)).await, Ok(false));
        assert_eq!(hashing.verify("anything".into(), None).await, Ok(false));
    }

    #[tokio::test]
    async fn nobody_waits_behind_too_many() {
        let hashing = Hashing::default();
        let places = hashing.places.acquire_many(WAITING as u32).await.unwrap();
        assert_eq!(hashing.verify("anything".into(), None).await, Err(Busy));
        drop(places);
        assert_eq!(hashing.verify("anything".into(), None).await, Ok(false));
    }

    #[test]
    fn the_stand_in_hash_costs_as_much_as_a_real_one() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        let real = Argon2::default().hash_password(b"x").unwrap();
        assert_eq!(hash.params.to_string(), real.params.to_string());
        assert_eq!(hash.algorithm, real.algorithm);
    }
}
