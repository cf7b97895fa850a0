use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Passwords hashed at once. Each takes 19 MiB and tens of milliseconds of a core: others wait their turn, so that a
/// flood of logins takes neither the memory nor every core.
const AT_ONCE: usize = 2;
/// Passwords hashed or waiting for it. Over it nobody waits: he is told to come back.
const WAITING: usize = 256;

/// Checks of a password for one user name under way, at home and elsewhere each: nobody with a right password, which
/// counts as no failure, takes all places, nor does anybody keep a user from his own. Whether there is such a user makes
/// no difference.
const OF_ONE_NAME: u8 = 4;

/// A hash nobody's password has: verified where there is no user, so that it takes the same time.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and checks passwords of people with argon2id (RFC 9106, parameters as OWASP advises: 19 MiB, 2 passes).
#[derive(Debug)]
pub(super) struct Hashing {
    places: Semaphore,
    turns: Arc<Semaphore>,
    /// Checks under way. Not more than there are places.
    under_way: Mutex<HashMap<Whose, u8>>,
}

/// Whose password is checked: the user name in lower case, and whether it comes from where he is logged in.
pub(super) type Whose = (String, bool);

/// A check of a user's password that is under way.
struct UnderWay<'a> {
    all: &'a Mutex<HashMap<Whose, u8>>,
    whose: Whose,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut all = self.all.lock();
        if let Some(count) = all.get_mut(&self.whose) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.whose);
            }
        }
    }
}

/// Too many passwords wait to be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Busy;

impl Default for Hashing {
    fn default() -> Self {
        Self {
            places: Semaphore::new(WAITING),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            under_way: Mutex::default(),
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
    pub(super) async fn verify(&self, whose: Whose, password: String, hash: Option<String>) -> Result<bool, Busy> {
        let _under_way = self.begin(whose)?;
        self.run(move || {
            let known = hash.is_some();
            let hash = hash.as_deref().unwrap_or(NOBODY);
            let right = PasswordHash::new(hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
            right && known
        })
        .await
    }

    fn begin(&self, whose: Whose) -> Result<UnderWay<'_>, Busy> {
        let all = &self.under_way;
        let mut counts = all.lock();
        let count = counts.entry(whose.clone()).or_default();
        if *count >= OF_ONE_NAME {
            return Err(Busy);
        }
        *count += 1;
        Ok(UnderWay { all, whose })
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

    fn ann(at_home: bool) -> Whose {
        ("ann".to_owned(), at_home)
    }

    #[tokio::test]
    async fn only_the_right_password_passes() {
        let hashing = Hashing::default();
        let hash = hashing.hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(
            hashing
                .verify(ann(false), "correct horse".into(), Some(hash.clone()))
                .await,
            Ok(true)
        );
        assert_eq!(
            hashing.verify(ann(false), "correct horsf".into(), Some(hash)).await,
            Ok(false)
        );
        assert_eq!(hashing.verify(ann(false), "anything".into(), None).await, Ok(false));
    }

    #[tokio::test]
    async fn nobody_waits_behind_too_many() {
        let hashing = Hashing::default();
        let places = hashing.places.acquire_many(WAITING as u32).await.unwrap();
        assert_eq!(hashing.verify(ann(false), "anything".into(), None).await, Err(Busy));
        drop(places);
        assert_eq!(hashing.verify(ann(false), "anything".into(), None).await, Ok(false));
    }

    #[tokio::test]
    async fn nobody_takes_all_places_with_one_users_password() {
        let hashing = Hashing::default();
        let held: Vec<_> = (0..OF_ONE_NAME).map(|_| hashing.begin(ann(false))).collect();
        assert!(held.iter().all(Result::is_ok));
        assert_eq!(hashing.verify(ann(false), "anything".into(), None).await, Err(Busy));
        assert_eq!(hashing.verify(ann(true), "anything".into(), None).await, Ok(false));
        drop(held);
        assert_eq!(hashing.verify(ann(false), "anything".into(), None).await, Ok(false));
        assert!(hashing.under_way.lock().is_empty());
    }

    #[test]
    fn the_stand_in_hash_costs_as_much_as_a_real_one() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        let real = Argon2::default().hash_password(b"x").unwrap();
        assert_eq!(hash.params.to_string(), real.params.to_string());
        assert_eq!(hash.algorithm, real.algorithm);
    }
}
