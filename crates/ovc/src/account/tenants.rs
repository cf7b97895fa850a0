use super::policy::{DevicePlace, Resource};
use super::{Accounts, checked_name};
use crate::clock::UnixMs;
use crate::db::{AlarmScope, DbError, DeviceScope, TenantRow};
use crate::ids::{GroupId, LoginCode, TenantId};
use std::time::Duration;

/// Tenants there may be.
const MAX_TENANTS: usize = 10_000;

/// An organisation that owns devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its number.
    pub id: TenantId,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: UnixMs,
    /// Until when it lets platform administrators in; `None`: it does not.
    pub support_until: Option<UnixMs>,
}

impl Tenant {
    /// As something to decide on.
    pub fn resource(&self) -> Resource<'static> {
        Resource::Tenant {
            tenant: self.id,
            support: self.support_until.is_some(),
        }
    }
}

/// Why nothing was done with a tenant.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TenantError {
    /// No tenant has this number.
    #[error("there is no such tenant")]
    NotFound,
    /// The name is taken.
    #[error("a tenant with this name exists already")]
    Exists,
    /// The name is no name.
    #[error(
        "a name has 1 to {} characters, none of them control characters",
        super::MAX_NAME_LEN
    )]
    BadName,
    /// It holds devices.
    #[error("the tenant still holds devices: remove or release them first")]
    NotEmpty,
    /// There are as many as there may be.
    #[error("there are {MAX_TENANTS} tenants already, as many as there may be")]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for TenantError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Exists => Self::Exists,
            error => Self::Db(error),
        }
    }
}

/// A tenant as it is at `now`: what it has let in until then is over.
fn tenant(row: &TenantRow, now: UnixMs) -> Tenant {
    Tenant {
        id: row.id,
        name: row.name.clone(),
        created_at: row.created_at,
        support_until: row.support_until.filter(|until| *until > now),
    }
}

impl Accounts {
    /// Every tenant.
    pub fn tenants(&self, now: UnixMs) -> Vec<Tenant> {
        self.book.read().tenants.values().map(|row| tenant(row, now)).collect()
    }

    /// One tenant.
    pub fn tenant(&self, id: TenantId, now: UnixMs) -> Option<Tenant> {
        self.book.read().tenants.get(&id).map(|row| tenant(row, now))
    }

    /// Where a device stands, as something to decide on.
    pub fn place(
        &self,
        code: &LoginCode,
        tenant: Option<TenantId>,
        group: Option<GroupId>,
        now: UnixMs,
    ) -> DevicePlace {
        let book = self.book.read();
        let row = tenant.and_then(|id| book.tenants.get(&id));
        DevicePlace {
            code: code.clone(),
            tenant,
            groups: book.path(group),
            support: row.is_some_and(|row| row.support_until.is_some_and(|until| until > now)),
        }
    }

    /// The devices that a caller may see in a list, as the database finds them; `None`: all.
    pub fn device_scope(&self, who: &super::Caller) -> Option<DeviceScope> {
        let visible = super::policy::visible(who);
        (!visible.all).then(|| DeviceScope {
            tenants: visible.tenants,
            groups: self.of_tenants(&visible.groups),
            devices: visible.devices,
        })
    }

    /// The same for what happens on channels.
    pub fn alarm_scope(&self, who: &super::Caller) -> Option<AlarmScope> {
        let (visible, channels) = super::policy::visible_channels(who);
        let devices = DeviceScope {
            tenants: visible.tenants,
            groups: self.of_tenants(&visible.groups),
            devices: visible.devices,
        };
        (!visible.all).then_some(AlarmScope { devices, channels })
    }

    /// These groups and all below them, each with the tenant that it counts for.
    fn of_tenants(&self, groups: &[(TenantId, GroupId)]) -> Vec<(TenantId, GroupId)> {
        let mut all = Vec::new();
        // Those of one tenant stand beside each other.
        for of_one in groups.chunk_by(|one, next| one.0 == next.0) {
            let Some((tenant, _)) = of_one.first() else { continue };
            let ids: Vec<_> = of_one.iter().map(|(_, group)| *group).collect();
            all.extend(self.with_below(&ids).into_iter().map(|group| (*tenant, group)));
        }
        all
    }

    /// These groups and all below them.
    pub fn with_below(&self, groups: &[GroupId]) -> Vec<GroupId> {
        if groups.is_empty() {
            return Vec::new();
        }
        self.book.read().with_below(groups)
    }

    /// Adds a tenant, which has no members yet.
    ///
    /// # Errors
    /// See [`TenantError`].
    pub async fn add_tenant(&self, name: &str) -> Result<Tenant, TenantError> {
        let name = checked_name(name).ok_or(TenantError::BadName)?;
        let _turn = self.changing.lock().await;
        if self.book.read().tenants.len() >= MAX_TENANTS {
            return Err(TenantError::TooMany);
        }
        let now = UnixMs::now();
        let id = self.db.add_tenant(name, now).await?;
        self.reload_tenant(id).await?;
        self.tenant(id, now).ok_or(TenantError::NotFound)
    }

    /// Renames a tenant.
    ///
    /// # Errors
    /// See [`TenantError`].
    pub async fn rename_tenant(&self, id: TenantId, name: &str) -> Result<Tenant, TenantError> {
        let name = checked_name(name).ok_or(TenantError::BadName)?;
        let _turn = self.changing.lock().await;
        self.db.rename_tenant(id, name).await?;
        self.reload_tenant(id).await?;
        self.tenant(id, UnixMs::now()).ok_or(TenantError::NotFound)
    }

    /// Removes a tenant that holds no devices, with its groups, members and keys. Its people remain users.
    ///
    /// # Errors
    /// See [`TenantError`].
    pub async fn delete_tenant(&self, id: TenantId) -> Result<(), TenantError> {
        let _turn = self.changing.lock().await;
        if self.tenant(id, UnixMs::now()).is_none() {
            return Err(TenantError::NotFound);
        }
        if !self.db.delete_tenant(id).await? {
            return Err(TenantError::NotEmpty);
        }
        let members: Vec<_> = self.book.read().members(id).map(|(user, _)| user.id).collect();
        for user in members {
            self.reload_user(user).await?;
        }
        Ok(self.reload_tenant(id).await?)
    }

    /// Lets platform administrators into a tenant for so long, or no longer.
    ///
    /// # Errors
    /// See [`TenantError`].
    pub async fn set_support(&self, id: TenantId, span: Option<Duration>) -> Result<Tenant, TenantError> {
        let now = UnixMs::now();
        let _turn = self.changing.lock().await;
        self.db.set_support(id, span.map(|span| now.plus(span))).await?;
        self.reload_tenant(id).await?;
        self.tenant(id, now).ok_or(TenantError::NotFound)
    }
}
