//! Who may do what: users, their sessions, and the tokens that stand for one narrow right.

mod password;
mod permission;
pub mod policy;
pub mod rights;
mod secret;
pub mod tokens;

pub use permission::{Permission, Role};
pub use secret::{random_key, random_text};

use crate::clock::UnixMs;
use crate::config::AccountConfig;
use crate::db::{Db, DbError, SessionRow};
use crate::ids::UserId;
use crate::throttle::{AddressKey, RetryAfter, Throttle};
use parking_lot::RwLock;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

/// The user made at the first start.
pub const ADMIN: &str = "admin";
/// Sessions one user may have. Over it the one that would expire first ends.
const MAX_SESSIONS_PER_USER: usize = 500;

/// Somebody who has proven who he is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Which user.
    pub id: UserId,
    /// The name he logs in with.
    pub username: String,
    /// What he may do.
    pub role: Role,
}

/// A fresh session.
#[derive(Debug, Clone)]
pub struct Login {
    /// The bearer token, shown this once.
    pub token: String,
    /// When it ends.
    pub expires_at: UnixMs,
    /// Whose.
    pub caller: Arc<Caller>,
}

/// Why a login is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// Unknown user or wrong password; which of the two is not told.
    #[error("wrong user name or password")]
    BadCredentials,
    /// Too many failures of this address or for this user.
    #[error("too many failed logins")]
    TooManyAttempts(RetryAfter),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What the first start did about the administrator.
#[derive(Debug, PartialEq, Eq)]
pub enum FirstStart {
    /// Made with this random password: show it, it is not kept.
    Random(String),
    /// Made with the password that was given.
    Given,
    /// There are users already.
    Not,
}

#[derive(Debug)]
struct Session {
    caller: Arc<Caller>,
    expires_at: UnixMs,
}

/// Users and their sessions.
#[derive(Debug)]
pub struct Accounts {
    db: Db,
    config: AccountConfig,
    /// By the SHA-256 of the token. All of them: checking a request costs no query.
    sessions: RwLock<HashMap<[u8; 32], Session>>,
    failures_by_address: Throttle<AddressKey>,
    failures_by_user: Throttle<String>,
    hashing: password::Hashing,
}

impl Accounts {
    /// Reads the users and sessions; on the first start makes the administrator with `admin_password`, or a random one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open(
        db: Db,
        config: AccountConfig,
        admin_password: Option<String>,
    ) -> Result<(Self, FirstStart), DbError> {
        let hashing = password::Hashing::default();
        let mut first = FirstStart::Not;
        if db.users().await?.is_empty() {
            let (password, outcome) = match admin_password.filter(|given| !given.is_empty()) {
                Some(given) => (given, FirstStart::Given),
                None => {
                    let random = random_text::<15>();
                    (random.clone(), FirstStart::Random(random))
                }
            };
            let hash = hashing.hash(password).await.ok_or(DbError::Corrupt("password"))?;
            db.add_user(ADMIN, &hash, Role::Admin.name(), UnixMs::now()).await?;
            first = outcome;
        }
        let callers = callers(&db).await?;
        let sessions = db
            .sessions(UnixMs::now())
            .await?
            .into_iter()
            .filter_map(|row| {
                let caller = callers.get(&row.user)?.clone();
                Some((
                    row.token_hash,
                    Session {
                        caller,
                        expires_at: row.expires_at,
                    },
                ))
            })
            .collect();
        let accounts = Self {
            failures_by_address: Throttle::new(config.failures_per_address, config.failure_forgiveness),
            failures_by_user: Throttle::new(config.failures_per_user, config.failure_forgiveness),
            db,
            config,
            sessions: RwLock::new(sessions),
            hashing,
        };
        Ok((accounts, first))
    }

    /// Logs a user in. Takes the same time whether the user exists or not.
    ///
    /// # Errors
    /// See [`LoginError`].
    pub async fn login(&self, username: &str, password: String, from: IpAddr) -> Result<Login, LoginError> {
        let (address, user, now) = (AddressKey::from(from), username.to_lowercase(), Instant::now());
        self.failures_by_address
            .check(&address, now)
            .map_err(LoginError::TooManyAttempts)?;
        self.failures_by_user
            .check(&user, now)
            .map_err(LoginError::TooManyAttempts)?;
        // Counted before the slow part, so that many at once do not get past; taken back on success.
        self.failures_by_address.charge(address, now);
        self.failures_by_user.charge(user.clone(), now);

        let row = self
            .db
            .users()
            .await?
            .into_iter()
            .find(|row| row.username.eq_ignore_ascii_case(username));
        let hash = row.as_ref().map(|row| row.password_hash.clone());
        let right = self.hashing.verify(password, hash).await;
        let Some(row) = row.filter(|_| right) else {
            tracing::info!(%from, "login refused");
            return Err(LoginError::BadCredentials);
        };
        self.failures_by_address.refund(&address);
        self.failures_by_user.refund(&user);
        let caller = Arc::new(Caller {
            id: row.id,
            username: row.username,
            role: Role::from_name(&row.role),
        });
        tracing::info!(username = caller.username, %from, "logged in");
        Ok(self.start_session(caller).await?)
    }

    async fn start_session(&self, caller: Arc<Caller>) -> Result<Login, DbError> {
        let now = UnixMs::now();
        let token = format!("ovs_{}", random_text::<32>());
        let expires_at = now.plus(self.config.session_lifetime);
        let row = SessionRow {
            token_hash: hash(&token),
            user: caller.id,
            expires_at,
        };
        self.db.add_session(&row, now).await?;
        let surplus = {
            let mut sessions = self.sessions.write();
            sessions.insert(
                row.token_hash,
                Session {
                    caller: caller.clone(),
                    expires_at,
                },
            );
            sessions.retain(|_, session| session.expires_at > now);
            let own = sessions.iter().filter(|(_, session)| session.caller.id == caller.id);
            let first = own
                .clone()
                .min_by_key(|(_, session)| session.expires_at)
                .map(|(hash, _)| *hash);
            let surplus = first.filter(|_| own.count() > MAX_SESSIONS_PER_USER);
            surplus.inspect(|hash| drop(sessions.remove(hash)))
        };
        if let Some(hash) = surplus {
            self.db.delete_session(&hash).await?;
        }
        Ok(Login {
            token,
            expires_at,
            caller,
        })
    }

    /// Whose session this token is.
    pub fn authenticate(&self, token: &str, now: UnixMs) -> Option<Arc<Caller>> {
        let sessions = self.sessions.read();
        sessions
            .get(&hash(token))
            .filter(|session| session.expires_at > now)
            .map(|session| session.caller.clone())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database failed; the session may live on after a restart.
    pub async fn logout(&self, token: &str) -> Result<(), DbError> {
        let hash = hash(token);
        self.sessions.write().remove(&hash);
        self.db.delete_session(&hash).await
    }

    /// Forgets what has expired. To be called now and then.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tidy(&self) -> Result<(), DbError> {
        let now = UnixMs::now();
        self.sessions.write().retain(|_, session| session.expires_at > now);
        self.failures_by_address.tidy(Instant::now());
        self.failures_by_user.tidy(Instant::now());
        self.db.sessions(now).await.map(drop)
    }
}

async fn callers(db: &Db) -> Result<HashMap<UserId, Arc<Caller>>, DbError> {
    let users = db.users().await?.into_iter();
    Ok(users
        .map(|row| {
            let caller = Caller {
                id: row.id,
                username: row.username,
                role: Role::from_name(&row.role),
            };
            (row.id, Arc::new(caller))
        })
        .collect())
}

/// Tokens are 256 random bits: a plain hash of one cannot be turned back.
fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
