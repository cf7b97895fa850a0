//! Who may do what: users, tenants and who is in them, sessions, and the tokens that stand for one narrow right.
//! [`policy`] alone decides; what it decides on is kept in memory, so that a request costs no query.

mod book;
mod groups;
mod members;
mod password;
mod permission;
pub mod policy;
mod secret;
mod sessions;
mod tenants;
pub mod tokens;
mod users;

pub use groups::{Group, GroupError};
pub use members::{Member, MemberChange, MemberError};
pub use permission::{Permission, Permissions, Role};
pub use policy::{Caller, Principal};
pub use secret::{random_key, random_text};
pub use sessions::{Authenticated, Login, LoginError, SessionInfo};
pub use tenants::{Tenant, TenantError};
pub use users::{User, UserError};

use crate::bus::{Bus, Event};
use crate::clock::UnixMs;
use crate::config::AccountConfig;
use crate::db::{Db, DbError};
use crate::ids::{TenantId, UserId};
use crate::throttle::{AddressKey, Throttle};
use book::Book;
use parking_lot::RwLock;
use std::sync::atomic::AtomicI64;
use std::time::Instant;
use tokio::sync::Mutex;

/// The user made at the first start with a password that was given.
pub const ADMIN: &str = "admin";
/// The tenant made with the first user.
pub const FIRST_TENANT: &str = "Home";
/// Longest name of a tenant or a group, in characters.
pub const MAX_NAME_LEN: usize = 100;

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
    failures_by_address: Throttle<AddressKey>,
    /// By user name, and the address where that is one of the user's own: somebody else's failures do not lock him out.
    failures_by_user: Throttle<(String, Option<AddressKey>)>,
    hashing: password::Hashing,
}

impl Accounts {
    /// Reads users, tenants and sessions; on the first start makes the administrator with `admin_password`, or a random
    /// one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open(
        db: Db,
        config: AccountConfig,
        bus: Bus,
        admin_password: Option<String>,
    ) -> Result<(Self, FirstStart), DbError> {
        let now = UnixMs::now();
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
            db.add_first_user(ADMIN, &hash, FIRST_TENANT, now).await?;
            first = outcome;
        }
        let accounts = Self {
            failures_by_address: Throttle::new(config.failures_per_address, config.failure_forgiveness),
            failures_by_user: Throttle::new(config.failures_per_user, config.failure_forgiveness),
            book: RwLock::new(Book::load(&db, now).await?),
            changing: Mutex::default(),
            expired_until: AtomicI64::new(now.0),
            db,
            config,
            bus,
            hashing,
        };
        Ok((accounts, first))
    }

    /// Forgets what has expired. To be called now and then.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tidy(&self) -> Result<(), DbError> {
        self.failures_by_address.tidy(Instant::now());
        self.failures_by_user.tidy(Instant::now());
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
