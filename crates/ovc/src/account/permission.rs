//! What may be allowed: permissions, sets of them, and the roles that stand for such sets.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody may be allowed to do with a device, a group, a tenant or the cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Permission {
    /// See that it is there, its state and what it told.
    View,
    /// Watch it live, and take a picture now.
    SeeLive,
    /// Watch what was recorded.
    SeeRecordings,
    /// Talk and steer.
    Control,
    /// Change it: names, configuration, firmware; add and release devices, sort them into groups.
    Configure,
    /// Call any method of its protocol, and see its messages.
    CallAny,
    /// Invite people, say what they may do, make API keys, read the audit log.
    ManagePeople,
    /// Rename and remove the tenant, make owners, let platform administrators in.
    ManageTenant,
    /// Run the cloud: tenants, users, stock of devices.
    RunPlatform,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::View,
        Self::SeeLive,
        Self::SeeRecordings,
        Self::Control,
        Self::Configure,
        Self::CallAny,
        Self::ManagePeople,
        Self::ManageTenant,
        Self::RunPlatform,
    ];

    const fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Permissions(u16);

impl Permissions {
    /// What platform administrators may do with what belongs to a tenant.
    pub const PLATFORM: Self = Self::of(&[Permission::View, Permission::Configure]);
    /// The same while the tenant lets them in.
    pub const SUPPORT: Self = Self::PLATFORM.union(Self::of(&[
        Permission::SeeLive,
        Permission::SeeRecordings,
        Permission::Control,
        Permission::CallAny,
    ]));
    /// What an API key may be given, and a grant.
    pub const GIVEABLE: Self = Self::of(&[
        Permission::View,
        Permission::SeeLive,
        Permission::SeeRecordings,
        Permission::Control,
        Permission::Configure,
        Permission::CallAny,
        Permission::ManagePeople,
    ]);

    /// The set of these.
    pub const fn of(permissions: &[Permission]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < permissions.len() {
            bits |= permissions[at].bit();
            at += 1;
        }
        Self(bits)
    }

    /// Whether it is in the set.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Those of either.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that `other` has not.
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// One by one.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .into_iter()
            .filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions
            .into_iter()
            .fold(Self::default(), |set, permission| set.union(Self::of(&[permission])))
    }
}

/// What a member of a tenant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything within the tenant.
    Owner,
    /// Everything but what only owners do.
    Admin,
    /// Sees, talks and steers.
    Operator,
    /// Sees.
    Viewer,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::Operator, Self::Viewer];

    /// The name in the database and on the wire of the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Operator => "operator",
            Self::Viewer => "viewer",
        }
    }

    /// The reverse of [`Self::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// What it may do where it holds.
    pub const fn permissions(self) -> Permissions {
        const VIEWER: Permissions =
            Permissions::of(&[Permission::View, Permission::SeeLive, Permission::SeeRecordings]);
        const OPERATOR: Permissions = VIEWER.union(Permissions::of(&[Permission::Control]));
        const ADMIN: Permissions = OPERATOR.union(Permissions::of(&[
            Permission::Configure,
            Permission::CallAny,
            Permission::ManagePeople,
        ]));
        match self {
            Self::Viewer => VIEWER,
            Self::Operator => OPERATOR,
            Self::Admin => ADMIN,
            Self::Owner => ADMIN.union(Permissions::of(&[Permission::ManageTenant])),
        }
    }

    /// Whether it always holds for everything of the tenant.
    pub const fn is_everywhere(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}
