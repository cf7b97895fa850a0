use super::Accounts;
use super::Role;
use super::book::BookUser;
use super::policy::Caller;
use crate::clock::UnixMs;
use crate::db::DbError;
use crate::ids::UserId;
use std::sync::Arc;

/// A person.
#[derive(Debug, Clone)]
pub struct User {
    /// His number.
    pub id: UserId,
    /// His name and what he may do.
    pub caller: Arc<Caller>,
    /// He may not log in.
    pub disabled: bool,
    /// He has a second factor.
    pub totp: bool,
    /// Recovery codes not used yet.
    pub recovery_codes: u32,
    /// When he was made.
    pub created_at: UnixMs,
}

/// Why nothing was done with a user.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UserError {
    /// No user has this number.
    #[error("there is no such user")]
    NotFound,
    /// Somebody must run the cloud.
    #[error("he is the last platform administrator: make somebody else one first")]
    LastPlatformAdmin,
    /// A tenant keeps an owner.
    #[error("he is a tenant's last owner: make somebody else an owner there first, or remove the tenant")]
    LastOwner,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

fn user(user: &BookUser) -> User {
    User {
        id: user.id,
        caller: user.caller.clone(),
        disabled: user.disabled,
        totp: user.totp,
        recovery_codes: user.recovery_codes,
        created_at: user.created_at,
    }
}

impl Accounts {
    /// Whether there is any user.
    pub fn has_users(&self) -> bool {
        !self.book.read().users.is_empty()
    }

    /// One user.
    pub fn user(&self, id: UserId) -> Option<User> {
        self.book.read().users.get(&id).map(user)
    }

    /// The users whose name has this in it, so many from this on, and how many they are together.
    pub fn users(&self, part_of_name: &str, offset: usize, limit: usize) -> (Vec<User>, usize) {
        let part = part_of_name.to_lowercase();
        let book = self.book.read();
        let found = || {
            book.users
                .values()
                .filter(|user| user.caller.name.to_lowercase().contains(&part))
        };
        (found().skip(offset).take(limit).map(user).collect(), found().count())
    }

    /// Disables or enables a user, makes him a platform administrator or no longer one; what is `None` stays. The
    /// sessions of a user who is disabled end.
    ///
    /// # Errors
    /// See [`UserError`].
    pub async fn change_user(
        &self,
        id: UserId,
        disabled: Option<bool>,
        platform_admin: Option<bool>,
    ) -> Result<User, UserError> {
        let _turn = self.changing.lock().await;
        self.user(id).ok_or(UserError::NotFound)?;
        if disabled == Some(true) || platform_admin == Some(false) {
            self.keep_a_platform_admin(id)?;
        }
        self.db.change_user(id, disabled, platform_admin).await?;
        self.reload_user(id).await?;
        self.user(id).ok_or(UserError::NotFound)
    }

    /// Removes a user.
    ///
    /// # Errors
    /// See [`UserError`].
    pub async fn delete_user(&self, id: UserId) -> Result<(), UserError> {
        let _turn = self.changing.lock().await;
        let user = self.user(id).ok_or(UserError::NotFound)?;
        self.keep_a_platform_admin(id)?;
        let mut owned = user.caller.memberships.iter().filter(|of| of.role == Some(Role::Owner));
        if owned.any(|of| !self.book.read().has_other_owner(of.tenant, id)) {
            return Err(UserError::LastOwner);
        }
        self.db.delete_user(id).await?;
        Ok(self.reload_user(id).await?)
    }

    /// Refuses if nobody but this user runs the cloud.
    fn keep_a_platform_admin(&self, id: UserId) -> Result<(), UserError> {
        let book = self.book.read();
        let runs = |user: &BookUser| user.caller.platform_admin && !user.disabled;
        let he_does = book.users.get(&id).is_some_and(runs);
        let others = book.users.values().any(|user| user.id != id && runs(user));
        if he_does && !others {
            return Err(UserError::LastPlatformAdmin);
        }
        Ok(())
    }
}
