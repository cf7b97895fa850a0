use super::book::{Book, MAX_DEPTH};
use super::policy::GrantTarget;
use super::{Accounts, checked_name};
use crate::db::DbError;
use crate::ids::{GroupId, LoginCode, TenantId, UserId};

/// Groups a tenant may have.
const MAX_GROUPS: usize = 1000;

/// A group of a tenant's devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its number.
    pub id: GroupId,
    /// Whose.
    pub tenant: TenantId,
    /// What people call it.
    pub name: String,
    /// It and those above, its own first.
    pub path: Vec<GroupId>,
}

impl Group {
    /// The group it is in.
    pub fn parent(&self) -> Option<GroupId> {
        self.path.get(1).copied()
    }
}

/// Why nothing was done with a group.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    /// The tenant has no group of this number.
    #[error("there is no such group")]
    NotFound,
    /// One beside it has this name.
    #[error("a group with this name exists there already")]
    Exists,
    /// The name is no name.
    #[error(
        "a name has 1 to {} characters, none of them control characters",
        super::MAX_NAME_LEN
    )]
    BadName,
    /// It would be in itself.
    #[error("a group cannot be within itself")]
    WithinItself,
    /// There would be too many above one another.
    #[error("no more than {MAX_DEPTH} groups within one another")]
    TooDeep,
    /// The tenant has as many as it may.
    #[error("the tenant has {MAX_GROUPS} groups already, as many as it may")]
    TooMany,
    /// Devices or groups are in it.
    #[error("devices or groups are still in it: move them first")]
    NotEmpty,
    /// The database failed.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for GroupError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Exists => Self::Exists,
            DbError::Missing => Self::NotFound,
            error => Self::Db(error),
        }
    }
}

impl Book {
    fn group(&self, tenant: TenantId, id: GroupId) -> Option<Group> {
        let row = self.groups.get(&id).filter(|row| row.tenant == tenant)?;
        Some(Group {
            id,
            tenant,
            name: row.name.clone(),
            path: self.path(Some(id)),
        })
    }

    /// How many groups are one within another from this one on down.
    fn height(&self, id: GroupId) -> usize {
        let from = |below: GroupId| self.path(Some(below)).iter().position(|above| *above == id);
        let below = self.with_below(&[id]);
        1 + below.into_iter().filter_map(from).max().unwrap_or(0)
    }

    fn grantees(&self, on: impl Fn(&GrantTarget) -> bool) -> Vec<UserId> {
        let of = |user: &&super::book::BookUser| {
            let mut grants = user.caller.memberships.iter().flat_map(|of| &of.grants);
            grants.any(|grant| on(&grant.on))
        };
        self.users.values().filter(of).map(|user| user.id).collect()
    }
}

impl Accounts {
    /// A tenant's groups, by name.
    pub fn groups(&self, tenant: TenantId) -> Vec<Group> {
        let book = self.book.read();
        let ids = book
            .groups
            .values()
            .filter(|row| row.tenant == tenant)
            .map(|row| row.id);
        let mut all: Vec<_> = ids.filter_map(|id| book.group(tenant, id)).collect();
        all.sort_by_key(|group| (group.name.to_lowercase(), group.id));
        all
    }

    /// A group of this tenant's.
    pub fn group(&self, tenant: TenantId, id: GroupId) -> Option<Group> {
        self.book.read().group(tenant, id)
    }

    /// A group, whose ever it is.
    pub fn any_group(&self, id: GroupId) -> Option<Group> {
        let book = self.book.read();
        let tenant = book.groups.get(&id)?.tenant;
        book.group(tenant, id)
    }

    /// Adds a group.
    ///
    /// # Errors
    /// See [`GroupError`].
    pub async fn add_group(&self, tenant: TenantId, parent: Option<GroupId>, name: &str) -> Result<Group, GroupError> {
        let name = checked_name(name).ok_or(GroupError::BadName)?;
        let _turn = self.changing.lock().await;
        {
            let book = self.book.read();
            if let Some(parent) = parent {
                let parent = book.group(tenant, parent).ok_or(GroupError::NotFound)?;
                if parent.path.len() >= MAX_DEPTH {
                    return Err(GroupError::TooDeep);
                }
            }
            if book.groups.values().filter(|row| row.tenant == tenant).count() >= MAX_GROUPS {
                return Err(GroupError::TooMany);
            }
        }
        let id = self.db.add_group(tenant, parent, name).await?;
        self.reload_tenant(tenant).await?;
        self.group(tenant, id).ok_or(GroupError::NotFound)
    }

    /// Renames a group or puts it elsewhere; what is `None` stays.
    ///
    /// # Errors
    /// See [`GroupError`].
    pub async fn change_group(
        &self,
        tenant: TenantId,
        id: GroupId,
        name: Option<&str>,
        parent: Option<Option<GroupId>>,
    ) -> Result<Group, GroupError> {
        let name = name
            .map(|name| checked_name(name).ok_or(GroupError::BadName))
            .transpose()?;
        let _turn = self.changing.lock().await;
        let (name, parent) = {
            let book = self.book.read();
            let group = book.group(tenant, id).ok_or(GroupError::NotFound)?;
            if let Some(Some(parent)) = parent {
                let parent = book.group(tenant, parent).ok_or(GroupError::NotFound)?;
                if parent.path.contains(&id) {
                    return Err(GroupError::WithinItself);
                }
                if parent.path.len() + book.height(id) > MAX_DEPTH {
                    return Err(GroupError::TooDeep);
                }
            }
            (
                name.map_or_else(|| group.name.clone(), str::to_owned),
                parent.unwrap_or_else(|| group.parent()),
            )
        };
        self.db.change_group(id, parent, &name).await?;
        self.reload_tenant(tenant).await?;
        self.group(tenant, id).ok_or(GroupError::NotFound)
    }

    /// Removes a group that is empty, with the grants on it.
    ///
    /// # Errors
    /// See [`GroupError`].
    pub async fn delete_group(&self, tenant: TenantId, id: GroupId) -> Result<(), GroupError> {
        let _turn = self.changing.lock().await;
        if self.group(tenant, id).is_none() {
            return Err(GroupError::NotFound);
        }
        if !self.db.delete_group(id).await? {
            return Err(GroupError::NotEmpty);
        }
        let grantees = self.book.read().grantees(|on| *on == GrantTarget::Group(id));
        for user in grantees {
            self.reload_user(user).await?;
        }
        Ok(self.reload_tenant(tenant).await?)
    }

    /// A device was removed or handed over, and the grants on it with that: the same in memory.
    ///
    /// # Errors
    /// The database failed.
    pub async fn device_left(&self, code: &LoginCode) -> Result<(), DbError> {
        let _turn = self.changing.lock().await;
        let grantees = self
            .book
            .read()
            .grantees(|on| matches!(on, GrantTarget::Device(its) | GrantTarget::Channel(its, _) if its == code));
        for user in grantees {
            self.reload_user(user).await?;
        }
        Ok(())
    }
}
