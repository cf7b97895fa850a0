//! A user's second factor: given, proved, asked for at the login, taken away.

use super::{Accounts, SignInError, recovery, totp};
use crate::clock::UnixMs;
use crate::db::{DbError, UserRow};
use crate::ids::UserId;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// How long a secret that was shown waits for the first code.
const PENDING: Duration = Duration::from_secs(15 * 60);
/// The last step of a secret of which no code was used.
const NEVER: i64 = 0;
/// Secrets that wait at most, of all users.
const MAX_PENDING: usize = 10_000;

/// Secrets that were shown and not yet proved to be in an app.
#[derive(Debug, Default)]
pub(super) struct Pending {
    secrets: Mutex<HashMap<UserId, (totp::Secret, Instant)>>,
}

impl Pending {
    /// `false` if too many wait.
    fn put(&self, user: UserId, secret: totp::Secret, now: Instant) -> bool {
        let mut secrets = self.secrets.lock();
        secrets.retain(|_, (_, until)| *until > now);
        let room = secrets.len() < MAX_PENDING || secrets.contains_key(&user);
        if room {
            secrets.insert(user, (secret, now + PENDING));
        }
        room
    }

    fn get(&self, user: UserId, now: Instant) -> Option<totp::Secret> {
        let secrets = self.secrets.lock();
        secrets
            .get(&user)
            .filter(|(_, until)| *until > now)
            .map(|(secret, _)| secret.clone())
    }

    fn remove(&self, user: UserId) {
        self.secrets.lock().remove(&user);
    }
}

/// A secret to put into an app.
#[derive(Debug)]
pub struct NewTotp {
    /// In base32.
    pub secret: String,
    /// The same for a QR code.
    pub otpauth_url: String,
}

/// What the secret of a user is sealed for.
fn sealed_for(user: UserId) -> String {
    format!("totp {user}")
}

impl Accounts {
    /// Makes a secret for a user who has no second factor. It counts from [`Self::confirm_totp`] on.
    ///
    /// # Errors
    /// The password is wrong, or there is a second factor already.
    pub async fn begin_totp(&self, user: UserId, password: String, from: IpAddr) -> Result<NewTotp, SignInError> {
        let row = self.proven(user, password, from).await?;
        if row.totp_sealed.is_some() {
            return Err(SignInError::TotpOn);
        }
        let secret = totp::Secret::random();
        let new = NewTotp {
            secret: secret.to_base32(),
            otpauth_url: secret.otpauth_url(&row.username),
        };
        if self.pending_totp.put(user, secret, Instant::now()) {
            Ok(new)
        } else {
            Err(SignInError::Busy)
        }
    }

    /// Turns the second factor on: the code shows that the secret is in the app. The answer are recovery codes.
    ///
    /// # Errors
    /// The code is wrong, or no secret was asked for.
    pub async fn confirm_totp(&self, user: UserId, code: &str) -> Result<Vec<String>, SignInError> {
        let now = Instant::now();
        let secret = self.pending_totp.get(user, now).ok_or(SignInError::TotpNotBegun)?;
        let row = self.db.user(user).await?.ok_or(SignInError::Gone)?;
        if row.totp_sealed.is_some() {
            return Err(SignInError::TotpOn);
        }
        self.back_off.code(user, now)?;
        let step = totp::parse(code).and_then(|code| secret.step_of(&code, UnixMs::now(), NEVER));
        let step = step.ok_or(SignInError::BadCode)?;
        self.back_off.code_was_right(user);
        let sealed = self.seal.seal(&sealed_for(user), secret.as_bytes());
        let sealed = sealed.ok_or(DbError::Corrupt("second factor"))?;
        let (codes, hashes) = fresh_codes();
        let _turn = self.changing.lock().await;
        self.db.set_second_factor(user, &sealed, step, &hashes).await?;
        self.pending_totp.remove(user);
        self.reload_user(user).await?;
        tracing::info!(%user, "second factor on");
        Ok(codes)
    }

    /// Takes the second factor away.
    ///
    /// # Errors
    /// The password or the code is wrong, or there is none.
    pub async fn disable_totp(
        &self,
        user: UserId,
        password: String,
        code: &str,
        from: IpAddr,
    ) -> Result<(), SignInError> {
        let row = self.proven(user, password, from).await?;
        if row.totp_sealed.is_none() {
            return Err(SignInError::TotpOff);
        }
        self.check_code(&row, code).await?;
        let _turn = self.changing.lock().await;
        self.db.clear_second_factor(user).await?;
        self.reload_user(user).await?;
        tracing::info!(%user, "second factor off");
        Ok(())
    }

    /// Fresh recovery codes; those before are void.
    ///
    /// # Errors
    /// The password or the code is wrong, or there is no second factor.
    pub async fn new_recovery_codes(
        &self,
        user: UserId,
        password: String,
        code: &str,
        from: IpAddr,
    ) -> Result<Vec<String>, SignInError> {
        let row = self.proven(user, password, from).await?;
        if row.totp_sealed.is_none() {
            return Err(SignInError::TotpOff);
        }
        self.check_code(&row, code).await?;
        let (codes, hashes) = fresh_codes();
        let _turn = self.changing.lock().await;
        self.db.replace_recovery_codes(user, &hashes).await?;
        self.reload_user(user).await?;
        Ok(codes)
    }

    /// Whether this is a code of the user's app, or one of his recovery codes. It is used up.
    pub(super) async fn check_code(&self, row: &UserRow, code: &str) -> Result<(), SignInError> {
        self.back_off.code(row.id, Instant::now())?;
        let taken = match totp::parse(code) {
            Some(code) => {
                let sealed = row.totp_sealed.as_deref().unwrap_or_default();
                let secret = self
                    .seal
                    .unseal(&sealed_for(row.id), sealed)
                    .and_then(|bytes| totp::Secret::from_bytes(&bytes));
                if secret.is_none() {
                    tracing::error!(user = %row.id, "cannot open the second factor");
                }
                match secret.and_then(|secret| secret.step_of(&code, UnixMs::now(), row.totp_last_step)) {
                    Some(step) => self.db.take_totp_step(row.id, step).await?,
                    None => false,
                }
            }
            None => match recovery::hash(code) {
                Some(hash) => {
                    let _turn = self.changing.lock().await;
                    let taken = self.db.take_recovery_code(row.id, &hash).await?;
                    if taken {
                        tracing::info!(user = %row.id, "a recovery code was used");
                        self.reload_user(row.id).await?;
                    }
                    taken
                }
                None => false,
            },
        };
        if taken {
            self.back_off.code_was_right(row.id);
            Ok(())
        } else {
            Err(SignInError::BadCode)
        }
    }
}

/// Codes to show and the hashes of them to keep.
fn fresh_codes() -> (Vec<String>, Vec<[u8; 32]>) {
    let codes = recovery::codes();
    let hashes = codes.iter().filter_map(|code| recovery::hash(code)).collect();
    (codes, hashes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_waits_for_its_code_for_a_while() {
        let (pending, now) = (Pending::default(), Instant::now());
        let secret = totp::Secret::random();
        assert!(pending.put(UserId(1), secret.clone(), now));
        assert_eq!(pending.get(UserId(1), now), Some(secret));
        assert_eq!(pending.get(UserId(2), now), None);
        assert_eq!(pending.get(UserId(1), now + PENDING), None);
        assert!(pending.put(UserId(2), totp::Secret::random(), now + PENDING));
        assert_eq!(pending.secrets.lock().len(), 1, "what is over is forgotten");
        pending.remove(UserId(2));
        assert_eq!(pending.get(UserId(2), now), None);
    }

    #[test]
    fn memory_is_bounded() {
        let (pending, now) = (Pending::default(), Instant::now());
        let secret = totp::Secret::random();
        for user in 0..MAX_PENDING {
            assert!(pending.put(UserId(user as i64), secret.clone(), now));
        }
        assert!(!pending.put(UserId(-1), secret.clone(), now));
        assert!(pending.put(UserId(1), secret, now), "who waits already may ask again");
    }
}
