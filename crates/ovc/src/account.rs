//! Who may do what: users, tenants and who is in them, sessions, and the tokens that stand for one narrow right.
//! [`policy`] alone decides; what it decides on is kept in memory, so that a request costs no query.

mod back_off;
mod book;
mod groups;
mod keys;
mod links;
mod members;
mod password;
mod password_rules;
mod permission;
pub mod policy;
mod recovery;
mod seal;
mod second_factor;
mod secret;
mod sessions;
mod setup;
mod sign_in;
mod tenants;
pub mod tokens;
mod totp;
mod usernames;
mod users;

pub use groups::{Group, GroupError};
pub use keys::{KeyError, KeyInfo, NewKey};
pub(crate) use links::rescue_link;
pub use links::{Invitation, InvitationLook, LinkError, NewInvitation, NewLink, PasswordSet};
pub use members::{Member, MemberChange, MemberError};
pub use password_rules::WeakPassword;
pub use permission::{Permission, Permissions, Role};
pub use policy::{Caller, Principal};
pub use seal::{Seal, SealError};
pub use second_factor::NewTotp;
pub use secret::{random_alphanumeric, random_key, random_text};
pub use sessions::{Authenticated, Login, SessionInfo};
pub use sign_in::{Client, SignInError};
pub use tenants::{Tenant, TenantError};
pub use usernames::BadUsername;
pub use users::{User, UserError};

use crate::bus::{Bus, Event};
use crate::clock::UnixMs;
use crate::config::AccountConfig;
use crate::db::{Db, DbError};
use crate::ids::{TenantId, UserId};
use back_off::BackOff;
use book::Book;
use parking_lot::RwLock;
use setup::SetupCode;
use std::path::Path;
use std::sync::atomic::AtomicI64;
use std::time::Instant;
use tokio::sync::Mutex;

/// The user made at the first start with a password that was given.
pub const ADMIN: &str = "admin";
/// The tenant made with the first user.
pub const FIRST_TENANT: &str = "Home";
/// Longest name of a tenant or a group, in characters.
pub const MAX_NAME_LEN: usize = 100;

/// What is given beside the configuration, and shown nowhere.
#[derive(Clone, Default)]
pub struct Secrets {
    /// The password of the first user, made at the first start.
    pub admin_password: Option<String>,
    /// The master key; without one, the file in the data directory has it.
    pub master_key: Option<String>,
}

impl Secrets {
    /// For another start of the same process.
    pub(crate) fn again(&self) -> Self {
        Self {
            admin_password: None,
            master_key: self.master_key.clone().filter(|key| key != seal::LOST),
        }
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(..)")
    }
}

/// What the start did about the first user.
#[derive(Debug, PartialEq, Eq)]
pub enum FirstStart {
    /// There is none: who has this code makes him in the browser.
    Code(String),
    /// Made with the password that was given.
    Given,
    /// There are users already.
    Not,
}

/// Why there are no accounts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// There is no master key.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The password given for the first user cannot be one.
    #[error("OVC_ADMIN_PASSWORD: {0}")]
    AdminPassword(#[from] WeakPassword),
}

/// Users, tenants, and sessions.
#[derive(Debug)]
pub struct Accounts {
    db: Db,
    config: AccountConfig,
    bus: Bus,
    /// All of it: checking a request costs no query.
    book: RwLock<Book>,
    /// Held from a change in the database until the book has it too: two changes do not cross in between.
    changing: Mutex<()>,
    /// Until when has been told what ended by itself, in milliseconds since 1970.
    expired_until: AtomicI64,
    back_off: BackOff,
    hashing: password::Hashing,
    seal: Seal,
    setup: SetupCode,
    pending_totp: second_factor::Pending,
}

impl Accounts {
    /// Reads users, tenants and sessions; on the first start makes the administrator if there is a password for him,
    /// and a code for the first run if not.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(
        db: Db,
        config: AccountConfig,
        bus: Bus,
        data_dir: &Path,
        secrets: Secrets,
    ) -> Result<(Self, FirstStart), OpenError> {
        let now = UnixMs::now();
        let hashing = password::Hashing::default();
        let seal = seal::for_database(&db, data_dir, secrets.master_key.as_deref()).await?;
        let mut first = FirstStart::Not;
        let mut setup = SetupCode::default();
        if db.users().await?.is_empty() {
            if let Some(given) = secrets.admin_password.filter(|given| !given.is_empty()) {
                password_rules::check(&given, ADMIN)?;
                let hash = hashing.hash(given).await.map_err(|_| DbError::Closed)?;
                db.add_first_user(ADMIN, &hash, FIRST_TENANT, now).await?;
                first = FirstStart::Given;
            } else {
                setup = SetupCode::random();
                first = FirstStart::Code(setup.show().unwrap_or_default());
            }
        }
        let accounts = Self {
            book: RwLock::new(Book::load(&db, now).await?),
            changing: Mutex::default(),
            expired_until: AtomicI64::new(now.0),
            back_off: BackOff::new(&config),
            pending_totp: second_factor::Pending::default(),
            db,
            config,
            bus,
            hashing,
            seal,
            setup,
        };
        Ok((accounts, first))
    }

    /// Forgets what has expired. To be called now and then.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tidy(&self) -> Result<(), DbError> {
        self.back_off.tidy(Instant::now());
        self.tidy_keys().await?;
        self.tidy_sessions(UnixMs::now()).await
    }

    /// Brings the book up to date with what the database says of a user, and tells of it. To be called with `changing`
    /// held.
    async fn reload_user(&self, id: UserId) -> Result<(), DbError> {
        let user = book::load_user(&self.db, id).await?;
        self.book.write().set_user(id, user);
        self.access_changed();
        Ok(())
    }

    /// Brings the book up to date with what the database says of a tenant and its groups, and tells of it. To be called
    /// with `changing` held.
    async fn reload_tenant(&self, id: TenantId) -> Result<(), DbError> {
        let (tenant, groups) = book::load_tenant(&self.db, id).await?;
        self.book.write().set_tenant(id, tenant, groups);
        self.access_changed();
        Ok(())
    }

    /// Tells whoever does something for a caller for longer than a request to look anew whether he may.
    fn access_changed(&self) {
        self.bus.publish(Event::AccessChanged);
    }
}

/// A name of a tenant or a group as it is kept, if it is one.
fn checked_name(name: &str) -> Option<&str> {
    let name = name.trim();
    let good = (1..=MAX_NAME_LEN).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    good.then_some(name)
}
