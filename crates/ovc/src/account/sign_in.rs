//! How somebody gets in: the first run, passwords, and what is wrong with what was given.

use super::password::Busy;
use super::password_rules::{self, WeakPassword};
use super::usernames::{self, BadUsername};
use super::{Accounts, FIRST_TENANT, Login, checked_name};
use crate::clock::UnixMs;
use crate::db::{DbError, UserRow};
use crate::ids::{SessionId, UserId};
use crate::throttle::{AddressKey, RetryAfter};
use std::net::IpAddr;
use std::time::Instant;

/// Where a request to sign in is from.
#[derive(Debug, Clone)]
pub struct Client {
    /// The address.
    pub address: IpAddr,
    /// The program, as it says.
    pub user_agent: String,
}

/// Why somebody does not get in, or may not change how he does.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// Unknown user or wrong password; which of the two is not told.
    #[error("wrong user name or password")]
    BadCredentials,
    /// Who is logged in already gave a wrong password.
    #[error("wrong password")]
    BadPassword,
    /// The password is right; a code of the second factor is needed too.
    #[error("a code of your authenticator app is needed, or a recovery code")]
    CodeRequired,
    /// Not a code of the second factor, or it was used before.
    #[error("the code is wrong, or was used before")]
    BadCode,
    /// Too many failures.
    #[error("too many failures: wait a little")]
    TooManyAttempts(RetryAfter),
    /// There are users.
    #[error("the first administrator is there already")]
    AlreadySetUp,
    /// Not the code that was printed.
    #[error("this is not the code that the cloud printed at its last start")]
    BadSetupCode,
    /// The password cannot be chosen.
    #[error(transparent)]
    WeakPassword(#[from] WeakPassword),
    /// The name cannot be chosen.
    #[error(transparent)]
    BadUsername(#[from] BadUsername),
    /// Somebody has that name.
    #[error("this user name is taken")]
    UsernameTaken,
    /// The tenant cannot have that name.
    #[error("a name has 1 to {} characters", super::MAX_NAME_LEN)]
    BadTenantName,
    /// There is no such link, or it has been used or has expired.
    #[error("this link is not good any more: it was used, taken back or has expired")]
    BadLink,
    /// Who accepts an invitation is in that tenant.
    #[error("you belong to this tenant already")]
    AlreadyMember,
    /// There is a second factor.
    #[error("you have a second factor already")]
    TotpOn,
    /// There is no second factor.
    #[error("you have no second factor")]
    TotpOff,
    /// No secret was asked for, or too long ago.
    #[error("begin anew: no secret waits for a code")]
    TotpNotBegun,
    /// Too many do the same at the moment.
    #[error("too many people do this at the moment: try again in a little while")]
    Busy,
    /// The user was removed meanwhile.
    #[error("there is no such user any more")]
    Gone,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<RetryAfter> for SignInError {
    fn from(wait: RetryAfter) -> Self {
        Self::TooManyAttempts(wait)
    }
}

impl From<Busy> for SignInError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

impl Accounts {
    /// Whether there is no user yet.
    pub fn needs_setup(&self) -> bool {
        self.setup.is_needed()
    }

    /// Makes the first user, who runs the cloud and owns the first tenant, and logs him in.
    ///
    /// # Errors
    /// There is one, the code is wrong, or a name or the password is not good.
    pub async fn set_up(
        &self,
        code: &str,
        username: &str,
        password: String,
        tenant_name: Option<&str>,
        client: &Client,
    ) -> Result<Login, SignInError> {
        let attempt = self.back_off.secret(client.address, Instant::now())?;
        if !self.needs_setup() {
            return Err(SignInError::AlreadySetUp);
        }
        if !self.setup.is(code) {
            return Err(SignInError::BadSetupCode);
        }
        attempt.forgive();
        usernames::check(username)?;
        password_rules::check(&password, username)?;
        let tenant_name = checked_name(tenant_name.unwrap_or(FIRST_TENANT)).ok_or(SignInError::BadTenantName)?;
        let hash = self.hashing.hash(password).await?;
        let user = {
            let _turn = self.changing.lock().await;
            let made = self
                .db
                .add_first_user(username, &hash, tenant_name, UnixMs::now())
                .await?;
            self.setup.spend();
            let (user, tenant) = made.ok_or(SignInError::AlreadySetUp)?;
            self.reload_tenant(tenant).await?;
            self.reload_user(user).await?;
            user
        };
        tracing::info!(username, from = %client.address, "the first administrator is made");
        Ok(self.start_session(user, client).await?)
    }

    /// Logs a user in.
    ///
    /// # Errors
    /// The password is wrong, or the code, or one is needed.
    pub async fn login(
        &self,
        username: &str,
        password: String,
        code: Option<&str>,
        client: &Client,
    ) -> Result<Login, SignInError> {
        let row = self.check_password(username, password, client.address).await?;
        if row.totp_sealed.is_some() {
            let code = code.filter(|code| !code.trim().is_empty());
            self.check_code(&row, code.ok_or(SignInError::CodeRequired)?).await?;
        }
        let _turn = self.changing.lock().await;
        // A password that was changed meanwhile is a wrong one: its sessions have ended already.
        let now = self.db.user(row.id).await?;
        if now.is_none_or(|now| now.password_hash != row.password_hash) {
            return Err(SignInError::BadCredentials);
        }
        match self.begin_session(row.id, client).await {
            Err(DbError::Missing) => Err(SignInError::BadCredentials),
            other => Ok(other?),
        }
    }

    /// Whose name and password these are. Takes the same time whether the user exists or not.
    async fn check_password(&self, username: &str, password: String, from: IpAddr) -> Result<UserRow, SignInError> {
        let (known, at_home) = {
            let book = self.book.read();
            let known = book.user_of_name(username).filter(|user| !user.disabled);
            let known = known.map(|user| user.id);
            let at_home = known.is_some_and(|user| book.is_home(user, AddressKey::from(from)));
            (known, at_home)
        };
        let attempt = self.back_off.password(username, from, at_home, Instant::now())?;
        let row = match known {
            Some(id) => self.db.user(id).await?,
            None => None,
        };
        let hash = row.as_ref().map(|row| row.password_hash.clone());
        let whose = (username.to_lowercase(), at_home);
        let right = match self.hashing.verify(whose, password, hash).await {
            Ok(right) => right,
            Err(busy) => {
                attempt.forgive();
                return Err(busy.into());
            }
        };
        let Some(row) = row.filter(|_| right) else {
            tracing::info!(%from, "login refused");
            return Err(SignInError::BadCredentials);
        };
        attempt.forgive();
        Ok(row)
    }

    /// The user, if this is his password: asked for again before what protects him is changed.
    pub(super) async fn proven(&self, user: UserId, password: String, from: IpAddr) -> Result<UserRow, SignInError> {
        let row = self.db.user(user).await?.ok_or(SignInError::Gone)?;
        let attempt = self.back_off.password(&row.username, from, true, Instant::now())?;
        let hash = Some(row.password_hash.clone());
        let whose = (row.username.to_lowercase(), true);
        let right = match self.hashing.verify(whose, password, hash).await {
            Ok(right) => right,
            Err(busy) => {
                attempt.forgive();
                return Err(busy.into());
            }
        };
        if !right {
            return Err(SignInError::BadPassword);
        }
        attempt.forgive();
        Ok(row)
    }

    /// Gives a user another password. His other sessions end.
    ///
    /// # Errors
    /// The present password is wrong, or the new one is not good.
    pub async fn change_password(
        &self,
        user: UserId,
        keep: Option<SessionId>,
        present: String,
        new: String,
        from: IpAddr,
    ) -> Result<(), SignInError> {
        let row = self.proven(user, present, from).await?;
        password_rules::check(&new, &row.username)?;
        let hash = self.hashing.hash(new).await?;
        let _turn = self.changing.lock().await;
        self.db.set_password(user, &hash, keep).await?;
        self.forget_sessions(user, keep);
        tracing::info!(%user, %from, "password changed");
        Ok(())
    }
}
