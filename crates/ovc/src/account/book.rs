use super::policy::{Caller, Grant, GrantTarget, Membership, Principal, TimeWindow};
use super::{Permission, Permissions, Role};
use crate::clock::UnixMs;
use crate::db::{ApiKeyRow, Db, DbError, GrantRow, GroupRow, MemberRow, SessionRow, TenantRow, UserRow};
use crate::ids::{GroupId, KeyId, SessionId, TenantId, UserId};
use crate::throttle::AddressKey;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

/// Groups above one another; more are not made.
pub(super) const MAX_DEPTH: usize = 8;

/// Addresses remembered of one user.
const MAX_HOMES: usize = 8;

/// What the database knows of people, what they may do, and their sessions.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) users: BTreeMap<UserId, BookUser>,
    pub(super) tenants: BTreeMap<TenantId, TenantRow>,
    pub(super) groups: HashMap<GroupId, GroupRow>,
    /// By the SHA-256 of the token.
    pub(super) sessions: HashMap<[u8; 32], Session>,
    /// The token's hash of each session.
    pub(super) by_session: HashMap<SessionId, [u8; 32]>,
    /// Where each user has logged in from lately, the latest last.
    homes: HashMap<UserId, VecDeque<AddressKey>>,
    /// API keys by the SHA-256 of the key.
    pub(super) keys: HashMap<[u8; 32], Key>,
}

/// One user.
#[derive(Debug)]
pub(super) struct BookUser {
    pub(super) id: UserId,
    /// What he may do.
    pub(super) caller: Arc<Caller>,
    pub(super) disabled: bool,
    pub(super) totp: bool,
    pub(super) recovery_codes: u32,
    pub(super) created_at: UnixMs,
}

/// One login.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: SessionId,
    pub(super) user: UserId,
    pub(super) created_at: UnixMs,
    pub(super) expires_at: UnixMs,
    /// Milliseconds since 1970.
    pub(super) last_seen_at: AtomicI64,
    /// What of it is in the database.
    pub(super) written_at: UnixMs,
    pub(super) address: String,
    pub(super) user_agent: String,
}

/// One API key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) id: KeyId,
    /// What it may do.
    pub(super) caller: Arc<Caller>,
    pub(super) created_by: Option<UserId>,
    pub(super) created_at: UnixMs,
    pub(super) expires_at: Option<UnixMs>,
    /// Milliseconds since 1970; 0: never.
    pub(super) last_used_at: AtomicI64,
    /// What of it is in the database.
    pub(super) written_at: i64,
}

impl Key {
    /// Whose things it reaches.
    pub(super) fn tenant(&self) -> Option<TenantId> {
        self.caller.memberships.first().map(|of| of.tenant)
    }

    /// What it may do there.
    pub(super) fn scopes(&self) -> Permissions {
        self.caller
            .memberships
            .first()
            .map(|of| of.everywhere)
            .unwrap_or_default()
    }
}

impl Book {
    pub(super) async fn load(db: &Db, now: UnixMs) -> Result<Self, DbError> {
        let mut members: HashMap<UserId, Vec<MemberRow>> = HashMap::new();
        for row in db.members(None).await? {
            members.entry(row.user).or_default().push(row);
        }
        let mut grants: HashMap<UserId, Vec<(TenantId, GrantRow)>> = HashMap::new();
        for (tenant, user, row) in db.grants(None).await? {
            grants.entry(user).or_default().push((tenant, row));
        }
        let mut book = Self::default();
        for row in db.users().await? {
            let members = members.remove(&row.id).unwrap_or_default();
            let grants = grants.remove(&row.id).unwrap_or_default();
            book.users.insert(row.id, user(row, members, &grants));
        }
        book.tenants = db.tenants(None).await?.into_iter().map(|row| (row.id, row)).collect();
        book.groups = db.groups(None).await?.into_iter().map(|row| (row.id, row)).collect();
        for row in db.sessions(now).await? {
            book.add_session(row);
        }
        for row in db.api_keys().await? {
            book.add_key(row);
        }
        Ok(book)
    }

    pub(super) fn set_user(&mut self, id: UserId, user: Option<BookUser>) {
        let gone = user.as_ref().is_none_or(|user| user.disabled);
        if gone {
            let ended: Vec<_> = self.sessions_of(id).map(|session| session.id).collect();
            for session in ended {
                self.remove_session(session);
            }
        }
        match user {
            Some(user) => drop(self.users.insert(id, user)),
            None => {
                self.users.remove(&id);
                self.homes.remove(&id);
            }
        }
    }

    pub(super) fn set_tenant(&mut self, id: TenantId, tenant: Option<TenantRow>, groups: Vec<GroupRow>) {
        self.groups.retain(|_, group| group.tenant != id);
        self.groups.extend(groups.into_iter().map(|group| (group.id, group)));
        match tenant {
            Some(tenant) => drop(self.tenants.insert(id, tenant)),
            None => {
                self.tenants.remove(&id);
                // Keys act in their tenant only.
                self.keys
                    .retain(|_, key| key.caller.memberships.iter().any(|of| of.tenant != id));
            }
        }
    }

    pub(super) fn add_session(&mut self, row: SessionRow) {
        if let Ok(address) = row.address.parse::<IpAddr>() {
            let homes = self.homes.entry(row.user).or_default();
            let address = AddressKey::from(address);
            homes.retain(|home| *home != address);
            homes.push_back(address);
            if homes.len() > MAX_HOMES {
                homes.pop_front();
            }
        }
        self.by_session.insert(row.id, row.token_hash);
        let session = Session {
            id: row.id,
            user: row.user,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_seen_at: AtomicI64::new(row.last_seen_at.0),
            written_at: row.last_seen_at,
            address: row.address,
            user_agent: row.user_agent,
        };
        self.sessions.insert(row.token_hash, session);
    }

    pub(super) fn add_key(&mut self, row: ApiKeyRow) {
        let membership = Membership {
            tenant: row.tenant,
            role: None,
            everywhere: permissions_from_json(&row.scopes),
            grants: Vec::new(),
        };
        let caller = Caller {
            principal: Principal::Key(row.id),
            name: row.name,
            platform_admin: false,
            memberships: vec![membership],
        };
        let used_at = row.last_used_at.map_or(0, |at| at.0);
        let key = Key {
            id: row.id,
            caller: Arc::new(caller),
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: AtomicI64::new(used_at),
            written_at: used_at,
        };
        self.keys.insert(row.key_hash, key);
    }

    pub(super) fn remove_session(&mut self, id: SessionId) -> Option<Session> {
        let hash = self.by_session.remove(&id)?;
        self.sessions.remove(&hash)
    }

    pub(super) fn session(&self, id: SessionId) -> Option<&Session> {
        self.sessions.get(self.by_session.get(&id)?)
    }

    pub(super) fn sessions_of(&self, user: UserId) -> impl Iterator<Item = &Session> {
        self.sessions.values().filter(move |session| session.user == user)
    }

    /// The user of this name, upper and lower case of ASCII the same, as in the database.
    pub(super) fn user_of_name(&self, name: &str) -> Option<&BookUser> {
        self.users
            .values()
            .find(|user| user.caller.name.eq_ignore_ascii_case(name))
    }

    /// Whether the user has logged in from this address lately.
    pub(super) fn is_home(&self, user: UserId, address: AddressKey) -> bool {
        self.homes.get(&user).is_some_and(|homes| homes.contains(&address))
    }

    /// Those in a tenant, with what they have there.
    pub(super) fn members(&self, tenant: TenantId) -> impl Iterator<Item = (&BookUser, &Membership)> {
        self.users.values().filter_map(move |user| {
            let membership = user.caller.memberships.iter().find(|of| of.tenant == tenant)?;
            Some((user, membership))
        })
    }

    /// Whether the tenant has an owner who can act beside this user.
    pub(super) fn has_other_owner(&self, tenant: TenantId, user: UserId) -> bool {
        self.members(tenant)
            .any(|(other, of)| other.id != user && !other.disabled && of.role == Some(Role::Owner))
    }

    /// A group and those above, its own first.
    pub(super) fn path(&self, group: Option<GroupId>) -> Vec<GroupId> {
        let up = |id: &GroupId| self.groups.get(id).and_then(|group| group.parent);
        std::iter::successors(group, up).take(MAX_DEPTH).collect()
    }

    /// These groups and all below them.
    pub(super) fn with_below(&self, groups: &[GroupId]) -> Vec<GroupId> {
        let tenants: HashSet<TenantId> = groups
            .iter()
            .filter_map(|id| self.groups.get(id).map(|row| row.tenant))
            .collect();
        let below = |row: &&GroupRow| {
            let path = || self.path(Some(row.id));
            tenants.contains(&row.tenant) && path().iter().any(|above| groups.contains(above))
        };
        self.groups.values().filter(below).map(|row| row.id).collect()
    }
}

/// What the database says of a user.
pub(super) async fn load_user(db: &Db, id: UserId) -> Result<Option<BookUser>, DbError> {
    let Some(row) = db.user(id).await? else {
        return Ok(None);
    };
    let members = db.members(Some(id)).await?;
    let grants = db.grants(Some(id)).await?;
    let grants: Vec<_> = grants.into_iter().map(|(tenant, _, row)| (tenant, row)).collect();
    Ok(Some(user(row, members, &grants)))
}

/// What the database says of a tenant and its groups.
pub(super) async fn load_tenant(db: &Db, id: TenantId) -> Result<(Option<TenantRow>, Vec<GroupRow>), DbError> {
    Ok((db.tenants(Some(id)).await?.pop(), db.groups(Some(id)).await?))
}

fn user(row: UserRow, members: Vec<MemberRow>, grants: &[(TenantId, GrantRow)]) -> BookUser {
    // A role or a permission that this version does not know, stored by a newer one, allows nothing.
    let membership = |member: MemberRow| {
        let role = Role::from_name(&member.role)?;
        Some(Membership {
            tenant: member.tenant,
            role: Some(role),
            everywhere: if member.everywhere {
                role.permissions()
            } else {
                Permissions::default()
            },
            grants: grants
                .iter()
                .filter(|(tenant, _)| *tenant == member.tenant)
                .filter_map(|(_, row)| grant(row))
                .collect(),
        })
    };
    let caller = Caller {
        principal: Principal::User(row.id),
        name: row.username,
        platform_admin: row.platform_admin,
        memberships: members.into_iter().filter_map(membership).collect(),
    };
    BookUser {
        id: row.id,
        caller: Arc::new(caller),
        disabled: row.disabled,
        totp: row.totp_sealed.is_some(),
        recovery_codes: row.recovery_codes,
        created_at: row.created_at,
    }
}

/// The reverse of [`grant_row`].
pub(super) fn grant(row: &GrantRow) -> Option<Grant> {
    let on = match (row.group, &row.device, row.channel) {
        (Some(group), None, None) => GrantTarget::Group(group),
        (None, Some(device), None) => GrantTarget::Device(device.clone()),
        (None, Some(device), Some(channel)) => GrantTarget::Channel(device.clone(), channel),
        _ => return None,
    };
    Some(Grant {
        on,
        permissions: permissions_from_json(&row.permissions),
        recordings: TimeWindow {
            from_ms: row.recordings_from_ms,
            to_ms: row.recordings_to_ms,
        },
    })
}

/// How a grant is stored.
pub(super) fn grant_row(grant: &Grant) -> GrantRow {
    let (group, device, channel) = match &grant.on {
        GrantTarget::Group(group) => (Some(*group), None, None),
        GrantTarget::Device(code) => (None, Some(code.clone()), None),
        GrantTarget::Channel(code, channel) => (None, Some(code.clone()), Some(*channel)),
    };
    GrantRow {
        group,
        device,
        channel,
        permissions: permissions_to_json(grant.permissions),
        recordings_from_ms: grant.recordings.from_ms,
        recordings_to_ms: grant.recordings.to_ms,
    }
}

/// How a set of permissions is stored.
pub(super) fn permissions_to_json(permissions: Permissions) -> String {
    let all: Vec<Permission> = permissions.iter().collect();
    serde_json::to_string(&all).unwrap_or_default()
}

/// The reverse; what this version does not know is left out.
pub(super) fn permissions_from_json(json: &str) -> Permissions {
    let names: Vec<serde_json::Value> = serde_json::from_str(json).unwrap_or_default();
    names
        .into_iter()
        .filter_map(|name| serde_json::from_value::<Permission>(name).ok())
        .collect()
}
