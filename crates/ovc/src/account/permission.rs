/// What a request needs its caller to be allowed. Every route of the API declares one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See devices and what they told.
    ViewDevices,
    /// Add, change and remove devices.
    EditDevices,
    /// Call methods of devices.
    OperateDevices,
    /// Watch live video.
    WatchLive,
}

/// What a user may do, as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything.
    Admin,
    /// Nothing: a role this version does not know, stored by a newer one.
    Unknown,
}

impl Role {
    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Unknown => "unknown",
        }
    }

    /// The reverse of [`Self::name`].
    pub fn from_name(name: &str) -> Self {
        if name == Self::Admin.name() {
            Self::Admin
        } else {
            Self::Unknown
        }
    }

    /// Whether it includes this permission.
    pub fn allows(self, _permission: Permission) -> bool {
        self == Self::Admin
    }
}
