//! One-time links: invitations into a tenant, and links to set a password. The link has a token that is kept as a hash
//! only: it is shown once, to whoever makes it, and passed on by that person.

use super::book::grant_row;
use super::members::given;
use super::policy::{self, Caller, Grant, Principal};
use super::sessions::hash;
use super::{Accounts, Client, Login, MemberError, Role, SignInError, password_rules, random_text, usernames};
use crate::clock::UnixMs;
use crate::db::{Accepted, Db, DbError, GrantRow, InvitationRow, Invited};
use crate::ids::{LinkId, TenantId, UserId};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long an invitation is good.
const INVITATION: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long a link to set a password is good; and one made by who has the cloud's machine before him.
const PASSWORD: Duration = Duration::from_secs(24 * 3600);
const RESCUE: Duration = Duration::from_secs(3600);
/// Open invitations of a tenant.
const MAX_OPEN: u32 = 500;
/// Longest note, in characters.
const MAX_NOTE: usize = 200;

/// What somebody is invited to.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// The role to have.
    pub role: Role,
    /// Whether it holds for everything of the tenant.
    pub everywhere: bool,
    /// What is allowed beyond that.
    pub grants: Vec<Grant>,
    /// Whom it is meant for.
    pub note: String,
}

/// An open invitation.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Which.
    pub id: LinkId,
    /// The role to have.
    pub role: Role,
    /// Whether it holds for everything of the tenant.
    pub everywhere: bool,
    /// What is allowed beyond that.
    pub grants: Vec<Grant>,
    /// Whom it is meant for.
    pub note: String,
    /// Who invites; `None`: somebody who is gone.
    pub invited_by: Option<String>,
    /// When it was made.
    pub created_at: UnixMs,
    /// When it ends.
    pub expires_at: UnixMs,
}

/// An invitation as who is invited sees it.
#[derive(Debug, Clone)]
pub struct InvitationLook {
    /// Into which tenant.
    pub tenant_name: String,
    /// As what.
    pub role: Role,
    /// By whom.
    pub invited_by: Option<String>,
    /// In the inviter's words.
    pub note: String,
    /// When it ends.
    pub expires_at: UnixMs,
}

/// A fresh link.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// Which; `None` for one that sets a password.
    pub id: Option<LinkId>,
    /// What makes it work, shown this once.
    pub token: String,
    /// When it ends.
    pub expires_at: UnixMs,
}

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The role or the grants cannot be given.
    #[error(transparent)]
    Gift(#[from] MemberError),
    /// A note that is too long.
    #[error("a note has at most {MAX_NOTE} characters")]
    BadNote,
    /// There are enough.
    #[error("the tenant has {MAX_OPEN} open invitations: take some back first")]
    TooMany,
    /// No such user in the tenant.
    #[error("the tenant has no such member")]
    NoSuchMember,
    /// No such user at all.
    #[error("there is no such user")]
    NoSuchUser,
    /// The tenant has an owner who can look after it.
    #[error("the tenant has an owner: only he makes others")]
    HasOwner,
    /// The user is more than this tenant's.
    #[error("this user belongs to others too, or is above you: only a platform administrator can do this")]
    NotYours,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Accounts {
    /// Invites somebody into a tenant.
    ///
    /// # Errors
    /// See [`LinkError`].
    pub async fn invite(&self, by: &Caller, tenant: TenantId, new: NewInvitation) -> Result<NewLink, LinkError> {
        if new.note.chars().count() > MAX_NOTE || new.note.chars().any(char::is_control) {
            return Err(LinkError::BadNote);
        }
        // Held until it is stored: an inviter who loses his place meanwhile takes his invitations with him.
        let _turn = self.changing.lock().await;
        let by = self.caller(by.principal).ok_or(MemberError::TooMuch)?;
        let everywhere = new.everywhere || new.role.is_everywhere();
        self.check_gift(&by, tenant, new.role, everywhere, &new.grants)?;
        self.store_invitation(&by, tenant, new).await
    }

    /// Invites an owner into a tenant that has none who may log in: a new one, or one whose owner was shut out. For
    /// platform administrators, who may not invite anybody else.
    ///
    /// # Errors
    /// See [`LinkError`].
    pub async fn invite_owner(&self, by: &Caller, tenant: TenantId) -> Result<NewLink, LinkError> {
        // Held until it is stored: nobody becomes owner in between.
        let _turn = self.changing.lock().await;
        if self.owned_tenants().contains(&tenant) {
            return Err(LinkError::HasOwner);
        }
        let new = NewInvitation {
            role: Role::Owner,
            everywhere: true,
            grants: Vec::new(),
            note: String::new(),
        };
        self.store_invitation(by, tenant, new).await
    }

    async fn store_invitation(&self, by: &Caller, tenant: TenantId, new: NewInvitation) -> Result<NewLink, LinkError> {
        let now = UnixMs::now();
        let token = new_token();
        let grants: Vec<GrantRow> = new.grants.iter().map(grant_row).collect();
        let row = InvitationRow {
            id: LinkId(0),
            tenant,
            role: new.role.name().to_owned(),
            everywhere: new.everywhere || new.role.is_everywhere(),
            grants: serde_json::to_string(&grants).map_err(|_| DbError::Corrupt("grant"))?,
            note: new.note.trim().to_owned(),
            created_by: user_of(by),
            created_at: now,
            expires_at: now.plus(INVITATION),
        };
        let id = self.db.add_invitation(&hash(&token), &row, MAX_OPEN).await?;
        Ok(NewLink {
            id: Some(id.ok_or(LinkError::TooMany)?),
            token,
            expires_at: row.expires_at,
        })
    }

    /// A tenant's open invitations, the newest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn invitations(&self, tenant: TenantId) -> Result<Vec<Invitation>, DbError> {
        let rows = self.db.invitations(tenant, UnixMs::now()).await?;
        let book = self.book.read();
        let name = |user: Option<UserId>| Some(book.users.get(&user?)?.caller.name.clone());
        rows.into_iter()
            .map(|row| {
                let grants: Vec<GrantRow> =
                    serde_json::from_str(&row.grants).map_err(|_| DbError::Corrupt("invitation"))?;
                Ok(Invitation {
                    id: row.id,
                    role: Role::from_name(&row.role).ok_or(DbError::Corrupt("invitation"))?,
                    everywhere: row.everywhere,
                    grants: grants.iter().filter_map(super::book::grant).collect(),
                    note: row.note,
                    invited_by: name(row.created_by),
                    created_at: row.created_at,
                    expires_at: row.expires_at,
                })
            })
            .collect()
    }

    /// Takes an invitation back; `false` if the tenant has none of this number.
    ///
    /// # Errors
    /// The database failed.
    pub async fn withdraw(&self, tenant: TenantId, link: LinkId) -> Result<bool, DbError> {
        self.db.delete_invitation(tenant, link).await
    }

    /// What an invitation is to.
    ///
    /// # Errors
    /// There is no such open invitation.
    pub async fn look_at_invitation(&self, token: &str, from: IpAddr) -> Result<InvitationLook, SignInError> {
        let attempt = self.back_off.secret(from, Instant::now())?;
        let row = self.db.invitation(&hash(token), UnixMs::now()).await?;
        let row = row.ok_or(SignInError::BadLink)?;
        attempt.forgive();
        let book = self.book.read();
        let tenant = book.tenants.get(&row.tenant).ok_or(SignInError::BadLink)?;
        let inviter = row.created_by.and_then(|user| book.users.get(&user));
        Ok(InvitationLook {
            tenant_name: tenant.name.clone(),
            role: Role::from_name(&row.role).ok_or(SignInError::BadLink)?,
            invited_by: inviter.map(|user| user.caller.name.clone()),
            note: row.note,
            expires_at: row.expires_at,
        })
    }

    /// Accepts an invitation as somebody new, who is logged in then.
    ///
    /// # Errors
    /// The link, the name or the password is not good; the invitation is still good then.
    pub async fn accept_as_new(
        &self,
        token: &str,
        username: &str,
        password: String,
        client: &Client,
    ) -> Result<Login, SignInError> {
        let attempt = self.back_off.secret(client.address, Instant::now())?;
        // Before the slow part, and before anything is told about names.
        let known = self.db.invitation(&hash(token), UnixMs::now()).await?;
        known.ok_or(SignInError::BadLink)?;
        attempt.forgive();
        usernames::check(username)?;
        password_rules::check(&password, username)?;
        if self.book.read().user_of_name(username).is_some() {
            return Err(SignInError::UsernameTaken);
        }
        let password_hash = self.hashing.hash(password).await?;
        let who = Invited::New {
            username,
            password_hash: &password_hash,
        };
        let (user, _) = self.accept(token, who).await?;
        Ok(self.start_session(user, client).await?)
    }

    /// Accepts an invitation as a user there is. The answer is where he is in now.
    ///
    /// # Errors
    /// The link is not good, or he is a member already.
    pub async fn accept_as(&self, user: UserId, token: &str, from: IpAddr) -> Result<TenantId, SignInError> {
        let attempt = self.back_off.secret(from, Instant::now())?;
        let done = self.accept(token, Invited::Known(user)).await;
        if !matches!(done, Err(SignInError::BadLink)) {
            attempt.forgive();
        }
        done.map(|(_, tenant)| tenant)
    }

    async fn accept(&self, token: &str, who: Invited<'_>) -> Result<(UserId, TenantId), SignInError> {
        let _turn = self.changing.lock().await;
        let accepted = match self.db.accept_invitation(&hash(token), who, UnixMs::now()).await {
            Err(DbError::Exists) => return Err(SignInError::UsernameTaken),
            other => other?,
        };
        match accepted {
            Accepted::Joined { user, tenant } => {
                self.reload_user(user).await?;
                tracing::info!(%user, %tenant, "accepted an invitation");
                Ok((user, tenant))
            }
            Accepted::AlreadyMember => Err(SignInError::AlreadyMember),
            Accepted::BadLink => Err(SignInError::BadLink),
        }
    }

    /// A link for a member of a tenant who has lost his password. Only for one who is in no other tenant, does not run
    /// the cloud and is not above the caller: otherwise it would lead where the caller may not go.
    ///
    /// # Errors
    /// See [`LinkError`].
    pub async fn member_reset_link(&self, by: &Caller, tenant: TenantId, user: UserId) -> Result<NewLink, LinkError> {
        let _turn = self.changing.lock().await;
        let by = self.caller(by.principal).ok_or(LinkError::NotYours)?;
        {
            let book = self.book.read();
            let known = book.users.get(&user).ok_or(LinkError::NoSuchMember)?;
            let theirs = &known.caller.memberships;
            let there = theirs.iter().find(|of| of.tenant == tenant);
            let there = there.ok_or(LinkError::NoSuchMember)?;
            let role = there.role.ok_or(LinkError::NoSuchMember)?;
            // With what he was granted on parts: who gets in as him has that too.
            let has = given(role, !there.everywhere.is_empty(), &there.grants);
            let below = policy::may_give(&by, tenant, role, has);
            if theirs.len() > 1 || known.caller.platform_admin || !below {
                return Err(LinkError::NotYours);
            }
        }
        self.store_password_link(&by, user).await
    }

    /// A link for any user who has lost his password. For platform administrators.
    ///
    /// # Errors
    /// See [`LinkError`].
    pub async fn user_reset_link(&self, by: &Caller, user: UserId) -> Result<NewLink, LinkError> {
        if !self.book.read().users.contains_key(&user) {
            return Err(LinkError::NoSuchUser);
        }
        self.store_password_link(by, user).await
    }

    async fn store_password_link(&self, by: &Caller, user: UserId) -> Result<NewLink, LinkError> {
        let (token, now) = (new_token(), UnixMs::now());
        let expires_at = now.plus(PASSWORD);
        self.db
            .add_password_link(&hash(&token), user, user_of(by), false, now, expires_at)
            .await?;
        Ok(NewLink {
            id: None,
            token,
            expires_at,
        })
    }

    /// Sets a password by a link. Every session of the user ends; his second factor stays, unless the link is one of
    /// `rescue_link`.
    ///
    /// # Errors
    /// The link or the password is not good; the link is still good in the second case.
    pub async fn reset_password(
        &self,
        token: &str,
        password: String,
        from: IpAddr,
    ) -> Result<PasswordSet, SignInError> {
        let attempt = self.back_off.secret(from, Instant::now())?;
        let token = hash(token);
        let user = self.db.password_link(&token, UnixMs::now()).await?;
        let user = user.ok_or(SignInError::BadLink)?;
        attempt.forgive();
        let whose = self.book.read().users.get(&user).map(|user| user.caller.clone());
        let whose = whose.ok_or(SignInError::BadLink)?;
        password_rules::check(&password, &whose.name)?;
        let password_hash = self.hashing.hash(password).await?;
        let _turn = self.changing.lock().await;
        let done = self.db.reset_password(&token, &password_hash, UnixMs::now()).await?;
        let (_, second_factor_off) = done.ok_or(SignInError::BadLink)?;
        self.forget_sessions(user, None);
        if second_factor_off {
            self.reload_user(user).await?;
        }
        tracing::info!(%user, %from, second_factor_off, "password set by a link");
        Ok(PasswordSet {
            whose,
            second_factor_off,
        })
    }
}

/// What a link to set a password has done.
#[derive(Debug)]
pub struct PasswordSet {
    /// Whose password it is.
    pub whose: Arc<Caller>,
    /// His second factor and recovery codes are gone too.
    pub second_factor_off: bool,
}

/// A link for a user who has lost his password and his second factor, for whoever has the cloud's machine in his hands:
/// it takes the second factor off as well. Needs no more than the database, because the cloud may not be running.
///
/// # Errors
/// The database failed.
pub(crate) async fn rescue_link(db: &Db, user: UserId) -> Result<NewLink, DbError> {
    let (token, now) = (new_token(), UnixMs::now());
    let expires_at = now.plus(RESCUE);
    db.add_password_link(&hash(&token), user, None, true, now, expires_at)
        .await?;
    Ok(NewLink {
        id: None,
        token,
        expires_at,
    })
}

fn new_token() -> String {
    format!("ovl_{}", random_text::<32>())
}

fn user_of(by: &Caller) -> Option<UserId> {
    match by.principal {
        Principal::User(user) => Some(user),
        Principal::Key(_) => None,
    }
}
