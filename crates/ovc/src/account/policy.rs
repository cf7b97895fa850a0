//! Who may do what: the one place that decides. A pure function of who, what and which; nothing here reads a clock, a
//! database or a lock.

use super::permission::{Permission, Permissions, Role};
use crate::ids::{ChannelId, GroupId, KeyId, LoginCode, TenantId, UserId};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Which user or key.
    pub principal: Principal,
    /// The user's or key's name, for people.
    pub name: String,
    /// Runs the cloud.
    pub platform_admin: bool,
    /// What it has in tenants; at most one entry a tenant.
    pub memberships: Vec<Membership>,
}

/// Somebody who can be authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Principal {
    /// A person.
    User(UserId),
    /// A program with an API key.
    Key(KeyId),
}

/// What somebody has in one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The tenant.
    pub tenant: TenantId,
    /// The role; `None` for an API key.
    pub role: Option<Role>,
    /// What holds for everything of the tenant.
    pub everywhere: Permissions,
    /// What holds for parts of it.
    pub grants: Vec<Grant>,
}

/// Permissions on a part of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Which part.
    pub on: GrantTarget,
    /// What is allowed there. [`Permission::View`] goes without saying.
    pub permissions: Permissions,
    /// Recordings of which time, where [`Permission::SeeRecordings`] is among them.
    pub recordings: TimeWindow,
}

/// The part of a tenant that a grant is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantTarget {
    /// A group with all below it.
    Group(GroupId),
    /// A device with all its channels.
    Device(LoginCode),
    /// One channel.
    Channel(LoginCode, ChannelId),
}

/// A span of time in milliseconds since 1970, ends included; `None`: without bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeWindow {
    /// Begin.
    pub from_ms: Option<i64>,
    /// End.
    pub to_ms: Option<i64>,
}

impl TimeWindow {
    /// Whether all of `other` lies in it.
    pub fn contains(self, other: Self) -> bool {
        let begins = self
            .from_ms
            .is_none_or(|from| other.from_ms.is_some_and(|other| other >= from));
        let ends = self.to_ms.is_none_or(|to| other.to_ms.is_some_and(|other| other <= to));
        begins && ends
    }
}

/// Where a device stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevicePlace {
    /// Which device.
    pub code: LoginCode,
    /// Whose it is; `None`: nobody's yet.
    pub tenant: Option<TenantId>,
    /// Its group and those above, its own first.
    pub groups: Vec<GroupId>,
    /// Whether the tenant lets platform administrators in at the moment.
    pub support: bool,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Resource<'a> {
    /// The cloud itself.
    Platform,
    /// A tenant as a whole: its people, keys, settings, and what is not of one device.
    Tenant {
        /// Which.
        tenant: TenantId,
        /// Whether it lets platform administrators in at the moment.
        support: bool,
    },
    /// A group of a tenant, by itself and those above, its own first.
    Group {
        /// Whose.
        tenant: TenantId,
        /// The group and those above.
        path: &'a [GroupId],
        /// Whether the tenant lets platform administrators in at the moment.
        support: bool,
    },
    /// A device as a whole.
    Device(&'a DevicePlace),
    /// One channel of a device.
    Channel(&'a DevicePlace, ChannelId),
    /// Recordings of one channel from this time.
    Recording(&'a DevicePlace, ChannelId, TimeWindow),
}

impl Resource<'_> {
    fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Platform => None,
            Self::Tenant { tenant, .. } | Self::Group { tenant, .. } => Some(*tenant),
            Self::Device(place) | Self::Channel(place, _) | Self::Recording(place, ..) => place.tenant,
        }
    }

    fn support(&self) -> bool {
        match self {
            Self::Platform => false,
            Self::Tenant { support, .. } | Self::Group { support, .. } => *support,
            Self::Device(place) | Self::Channel(place, _) | Self::Recording(place, ..) => place.support,
        }
    }
}

/// What comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Go ahead.
    Allow,
    /// The caller knows of the thing and may not do this with it.
    Forbid,
    /// The caller is not to learn whether there is such a thing.
    Hide,
}

/// Decides.
pub fn decide(who: &Caller, what: Permission, which: Resource<'_>) -> Decision {
    if allowed(who, what, which) {
        Decision::Allow
    } else if matches!(which, Resource::Platform) || knows(who, which) {
        Decision::Forbid
    } else {
        Decision::Hide
    }
}

/// What the caller may do with it, all permissions together: for a console that offers only what is possible.
pub fn permissions(who: &Caller, which: Resource<'_>) -> Permissions {
    Permission::ALL
        .into_iter()
        .filter(|what| allowed(who, *what, which))
        .collect()
}

fn knows(who: &Caller, which: Resource<'_>) -> bool {
    match which {
        // Members know their tenant.
        Resource::Tenant { tenant, .. } => who.platform_admin || membership(who, tenant).is_some(),
        which => allowed(who, Permission::View, which),
    }
}

fn allowed(who: &Caller, what: Permission, which: Resource<'_>) -> bool {
    (who.platform_admin && platform_allows(what, which))
        || which
            .tenant()
            .and_then(|tenant| membership(who, tenant))
            .is_some_and(|membership| member_allows(membership, what, which))
}

fn membership(who: &Caller, tenant: TenantId) -> Option<&Membership> {
    who.memberships.iter().find(|membership| membership.tenant == tenant)
}

/// Platform administrators run the cloud. What tenants' cameras see is the tenants', unless they grant it; and what is in
/// stock may still hang on somebody's wall, or do so tomorrow.
fn platform_allows(what: Permission, which: Resource<'_>) -> bool {
    match which {
        Resource::Platform => true,
        which if which.tenant().is_some() && which.support() => Permissions::SUPPORT.contains(what),
        _ => Permissions::PLATFORM.contains(what),
    }
}

/// Whether the caller may take a device away from its tenant: who may configure all of it, not only a part of it; and
/// who runs the cloud only while the tenant lets him in, else he could help himself to its cameras.
pub fn may_take_away(who: &Caller, tenant: TenantId, support: bool) -> bool {
    let member = membership(who, tenant).is_some_and(|of| of.everywhere.contains(Permission::Configure));
    member || (who.platform_admin && support)
}

fn member_allows(membership: &Membership, what: Permission, which: Resource<'_>) -> bool {
    membership.everywhere.contains(what) || membership.grants.iter().any(|grant| grant_allows(grant, what, which))
}

fn grant_allows(grant: &Grant, what: Permission, which: Resource<'_>) -> bool {
    let in_group = |path: &[GroupId]| matches!(grant.on, GrantTarget::Group(group) if path.contains(&group));
    let on_device = |place: &DevicePlace| {
        in_group(&place.groups) || matches!(&grant.on, GrantTarget::Device(code) if *code == place.code)
    };
    let on_channel = |place: &DevicePlace, channel: ChannelId| {
        on_device(place)
            || matches!(&grant.on, GrantTarget::Channel(code, its) if *code == place.code && *its == channel)
    };
    let covers = match which {
        Resource::Platform | Resource::Tenant { .. } => false,
        Resource::Group { path, .. } => in_group(path),
        // Who may see a channel sees that there is the device, and no more of it.
        Resource::Device(place) => {
            on_device(place)
                || (what == Permission::View
                    && matches!(&grant.on, GrantTarget::Channel(code, _) if *code == place.code))
        }
        Resource::Channel(place, channel) => on_channel(place, channel),
        Resource::Recording(place, channel, time) => on_channel(place, channel) && grant.recordings.contains(time),
    };
    covers && (what == Permission::View || grant.permissions.contains(what))
}

/// The channels of a device that the caller may do something with; `None`: all, whichever it has.
pub fn channels(who: &Caller, what: Permission, place: &DevicePlace) -> Option<Vec<ChannelId>> {
    let membership = place.tenant.and_then(|tenant| membership(who, tenant));
    let grants = || membership.iter().flat_map(|membership| &membership.grants);
    let all = (who.platform_admin && platform_allows(what, Resource::Device(place)))
        || membership.is_some_and(|membership| membership.everywhere.contains(what))
        || grants().any(|grant| {
            !matches!(grant.on, GrantTarget::Channel(..)) && grant_allows(grant, what, Resource::Device(place))
        });
    let of_channel = |grant: &Grant| match &grant.on {
        GrantTarget::Channel(code, channel) if *code == place.code => {
            grant_allows(grant, what, Resource::Channel(place, *channel)).then_some(*channel)
        }
        _ => None,
    };
    (!all).then(|| grants().filter_map(of_channel).collect())
}

/// The recordings of a device that the caller may watch: those of a channel, or of all (`None`), from this time.
pub fn recordings(who: &Caller, place: &DevicePlace) -> Vec<(Option<ChannelId>, TimeWindow)> {
    let what = Permission::SeeRecordings;
    let membership = place.tenant.and_then(|tenant| membership(who, tenant));
    let all = (who.platform_admin && platform_allows(what, Resource::Device(place)))
        || membership.is_some_and(|membership| membership.everywhere.contains(what));
    if all {
        return vec![(None, TimeWindow::default())];
    }
    let grants = membership.iter().flat_map(|membership| &membership.grants);
    let of_grant = |grant: &Grant| {
        let channel = match &grant.on {
            GrantTarget::Group(group) if place.groups.contains(group) => None,
            GrantTarget::Device(code) if *code == place.code => None,
            GrantTarget::Channel(code, channel) if *code == place.code => Some(*channel),
            _ => return None,
        };
        grant.permissions.contains(what).then_some((channel, grant.recordings))
    };
    grants.filter_map(of_grant).collect()
}

/// Which devices a caller may do something with, for lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// Every device there is.
    pub all: bool,
    /// All of these tenants'.
    pub tenants: Vec<TenantId>,
    /// Those in these groups of these tenants, or in groups below them.
    pub groups: Vec<(TenantId, GroupId)>,
    /// These, as long as they are this tenant's: a grant says nothing about a device that has gone elsewhere.
    pub devices: Vec<(TenantId, LoginCode)>,
}

impl Scope {
    /// Whether the device is among them.
    pub fn contains(&self, place: &DevicePlace) -> bool {
        let of_tenant = |tenant: TenantId| {
            self.tenants.contains(&tenant)
                || self
                    .devices
                    .iter()
                    .any(|(of, code)| *of == tenant && *code == place.code)
                || place.groups.iter().any(|group| self.groups.contains(&(tenant, *group)))
        };
        self.all || place.tenant.is_some_and(of_tenant)
    }
}

/// The devices that the caller may see in a list.
pub fn visible(who: &Caller) -> Scope {
    let (mut scope, channels) = visible_channels(who);
    let devices = channels.into_iter().map(|(tenant, code, _)| (tenant, code));
    scope.devices.extend(devices);
    scope
}

/// What happens on channels, for lists: the devices of which the caller may see all, and beside them single channels, as
/// long as the device is this tenant's.
pub fn visible_channels(who: &Caller) -> (Scope, Vec<(TenantId, LoginCode, ChannelId)>) {
    let mut channels = Vec::new();
    let mut scope = Scope {
        all: who.platform_admin,
        ..Scope::default()
    };
    for membership in &who.memberships {
        if membership.everywhere.contains(Permission::View) {
            scope.tenants.push(membership.tenant);
            continue;
        }
        for grant in &membership.grants {
            match &grant.on {
                GrantTarget::Group(group) => scope.groups.push((membership.tenant, *group)),
                GrantTarget::Device(code) => scope.devices.push((membership.tenant, code.clone())),
                GrantTarget::Channel(code, channel) => channels.push((membership.tenant, code.clone(), *channel)),
            }
        }
    }
    (scope, channels)
}

/// Whether a member may give somebody this role and these permissions on everything of the tenant, or take them away:
/// nobody gives more than he has, and only owners make owners.
pub fn may_give(who: &Caller, tenant: TenantId, role: Role, permissions: Permissions) -> bool {
    let Some(membership) = membership(who, tenant) else {
        return false;
    };
    let is_owner = membership.role == Some(Role::Owner);
    membership.everywhere.contains(Permission::ManagePeople)
        && (is_owner || role != Role::Owner)
        && (is_owner || permissions.difference(membership.everywhere).is_empty())
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
