use super::book::{BookUser, grant_row};
use super::policy::{self, Caller, Grant, Membership};
use super::{Accounts, Permissions, Role};
use crate::db::{DbError, MemberRow};
use crate::ids::{TenantId, UserId};
use std::collections::{HashMap, HashSet};

/// Grants one member may have in a tenant.
pub(super) const MAX_GRANTS: usize = 200;

/// A user in a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The user.
    pub user: UserId,
    /// The name he logs in with.
    pub username: String,
    /// What he is.
    pub role: Role,
    /// Whether that holds for everything of the tenant.
    pub everywhere: bool,
    /// What he may do with parts of it beyond that.
    pub grants: Vec<Grant>,
    /// Whether he has a second factor.
    pub totp: bool,
    /// Whether he may not log in.
    pub disabled: bool,
}

/// What to change of a member; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct MemberChange {
    /// What he is.
    pub role: Option<Role>,
    /// Whether that holds for everything of the tenant.
    pub everywhere: Option<bool>,
    /// What he may do with parts of it beyond that.
    pub grants: Option<Vec<Grant>>,
}

/// Why nothing was done with a member.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MemberError {
    /// The tenant has no such member.
    #[error("the tenant has no such member")]
    NotFound,
    /// A tenant keeps an owner.
    #[error("he is the tenant's last owner: make somebody else an owner first")]
    LastOwner,
    /// Nobody gives more than he has, or takes it away.
    #[error("nobody gives or takes away more than he has himself")]
    TooMuch,
    /// A grant makes no sense.
    #[error("{0}")]
    BadGrant(&'static str),
    /// The database failed.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for MemberError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Missing => Self::BadGrant("a grant is on a group or device that is not there"),
            error => Self::Db(error),
        }
    }
}

fn member(user: &BookUser, membership: &Membership) -> Option<Member> {
    Some(Member {
        user: user.id,
        username: user.caller.name.clone(),
        role: membership.role?,
        everywhere: !membership.everywhere.is_empty(),
        grants: membership.grants.clone(),
        totp: user.totp,
        disabled: user.disabled,
    })
}

/// Everything that somebody would have with this role and these grants.
pub(super) fn given(role: Role, everywhere: bool, grants: &[Grant]) -> Permissions {
    let all = if everywhere {
        role.permissions()
    } else {
        Permissions::default()
    };
    grants.iter().fold(all, |all, grant| all.union(grant.permissions))
}

impl Accounts {
    /// Who is in a tenant, in the order of the users.
    pub fn members(&self, tenant: TenantId) -> Vec<Member> {
        let book = self.book.read();
        book.members(tenant)
            .filter_map(|(user, membership)| member(user, membership))
            .collect()
    }

    /// How many are in each tenant; those without any are left out.
    pub fn count_members(&self) -> HashMap<TenantId, usize> {
        let book = self.book.read();
        let mut counts = HashMap::new();
        for membership in book.users.values().flat_map(|user| &user.caller.memberships) {
            *counts.entry(membership.tenant).or_default() += 1;
        }
        counts
    }

    /// Those that have an owner who may log in.
    pub fn owned_tenants(&self) -> HashSet<TenantId> {
        let book = self.book.read();
        let users = book.users.values().filter(|user| !user.disabled);
        users
            .flat_map(|user| &user.caller.memberships)
            .filter(|membership| membership.role == Some(Role::Owner))
            .map(|membership| membership.tenant)
            .collect()
    }

    /// One of them.
    pub fn member(&self, tenant: TenantId, user: UserId) -> Option<Member> {
        let book = self.book.read();
        let user = book.users.get(&user)?;
        let membership = user.caller.memberships.iter().find(|of| of.tenant == tenant)?;
        member(user, membership)
    }

    /// Whether a caller may give this role and these grants to somebody, and whether they make sense.
    ///
    /// # Errors
    /// [`MemberError::TooMuch`] or [`MemberError::BadGrant`].
    pub fn check_gift(
        &self,
        who: &Caller,
        tenant: TenantId,
        role: Role,
        everywhere: bool,
        grants: &[Grant],
    ) -> Result<(), MemberError> {
        if grants.len() > MAX_GRANTS {
            return Err(MemberError::BadGrant("too many grants: use groups"));
        }
        for grant in grants {
            if !grant.permissions.difference(Permissions::GIVEABLE).is_empty() {
                return Err(MemberError::BadGrant(
                    "a grant holds a permission that is only for roles",
                ));
            }
            if grant
                .recordings
                .from_ms
                .zip(grant.recordings.to_ms)
                .is_some_and(|(from, to)| from > to)
            {
                return Err(MemberError::BadGrant("recordings_from is later than recordings_to"));
            }
            if let policy::GrantTarget::Group(group) = grant.on
                && self.group(tenant, group).is_none()
            {
                return Err(MemberError::BadGrant("a grant is on a group that is not there"));
            }
        }
        if policy::may_give(who, tenant, role, given(role, everywhere, grants)) {
            Ok(())
        } else {
            Err(MemberError::TooMuch)
        }
    }

    /// Changes what a member is and may do. That the grants are on things of this tenant is for the caller to see to.
    ///
    /// # Errors
    /// See [`MemberError`].
    pub async fn change_member(
        &self,
        who: &Caller,
        tenant: TenantId,
        user: UserId,
        change: MemberChange,
    ) -> Result<Member, MemberError> {
        let _turn = self.changing.lock().await;
        // As it is now: somebody may just have taken away what he gives.
        let who = &*self.caller(who.principal).ok_or(MemberError::TooMuch)?;
        let before = self.member(tenant, user).ok_or(MemberError::NotFound)?;
        let role = change.role.unwrap_or(before.role);
        let everywhere = role.is_everywhere() || change.everywhere.unwrap_or(before.everywhere);
        let given_before = given(before.role, before.everywhere, &before.grants);
        if !policy::may_give(who, tenant, before.role, given_before) {
            return Err(MemberError::TooMuch);
        }
        let grants = change.grants.unwrap_or(before.grants);
        self.check_gift(who, tenant, role, everywhere, &grants)?;
        if before.role == Role::Owner && role != Role::Owner && !self.book.read().has_other_owner(tenant, user) {
            return Err(MemberError::LastOwner);
        }
        self.write_member(tenant, user, role, everywhere, &grants).await?;
        self.member(tenant, user).ok_or(MemberError::NotFound)
    }

    /// Makes a user a member, or changes what he is; nothing is asked. To be called with `changing` held.
    pub(super) async fn write_member(
        &self,
        tenant: TenantId,
        user: UserId,
        role: Role,
        everywhere: bool,
        grants: &[Grant],
    ) -> Result<(), DbError> {
        let row = MemberRow {
            tenant,
            user,
            role: role.name().to_owned(),
            everywhere: everywhere || role.is_everywhere(),
        };
        let grants: Vec<_> = grants.iter().map(grant_row).collect();
        self.db.set_member(&row, &grants).await?;
        self.reload_user(user).await
    }

    /// Takes a member out of a tenant; he may do so himself.
    ///
    /// # Errors
    /// See [`MemberError`].
    pub async fn remove_member(&self, who: &Caller, tenant: TenantId, user: UserId) -> Result<(), MemberError> {
        let _turn = self.changing.lock().await;
        let who = &*self.caller(who.principal).ok_or(MemberError::TooMuch)?;
        let member = self.member(tenant, user).ok_or(MemberError::NotFound)?;
        let himself = who.principal == policy::Principal::User(user);
        let has = given(member.role, member.everywhere, &member.grants);
        if !himself && !policy::may_give(who, tenant, member.role, has) {
            return Err(MemberError::TooMuch);
        }
        if member.role == Role::Owner && !self.book.read().has_other_owner(tenant, user) {
            return Err(MemberError::LastOwner);
        }
        self.db.delete_member(tenant, user).await?;
        Ok(self.reload_user(user).await?)
    }
}
