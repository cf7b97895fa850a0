//! API keys: for programs, with what they may do said when they are made.

use super::book::{Key, permissions_to_json};
use super::policy::{Caller, Principal};
use super::sessions::hash;
use super::{Accounts, Permissions, checked_name, random_text};
use crate::clock::UnixMs;
use crate::db::{ApiKeyRow, DbError};
use crate::ids::{KeyId, TenantId, UserId};
use std::sync::atomic::Ordering;

/// Keys a tenant may have.
const MAX_KEYS_PER_TENANT: usize = 200;

/// What a new key is to be.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What people call it.
    pub name: String,
    /// What it may do, with everything of the tenant.
    pub scopes: Permissions,
    /// When it ends; `None`: never.
    pub expires_at: Option<UnixMs>,
}

/// A key, without what makes it work.
#[derive(Debug, Clone)]
pub struct KeyInfo {
    /// Which.
    pub id: KeyId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Permissions,
    /// Who made it; `None`: somebody who is gone.
    pub created_by: Option<String>,
    /// When.
    pub created_at: UnixMs,
    /// When it ends.
    pub expires_at: Option<UnixMs>,
    /// When it was used last.
    pub last_used_at: Option<UnixMs>,
}

/// Why there is no new key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No name, or too long a one.
    #[error("a name has 1 to {} characters", super::MAX_NAME_LEN)]
    BadName,
    /// It could do nothing, or what no key may.
    #[error("a key needs at least one scope, and none that is for people alone")]
    BadScopes,
    /// It would be over before it is used.
    #[error("the end lies in the past")]
    BadExpiry,
    /// Nobody gives more than he has.
    #[error("you may not do yourself what this would allow")]
    TooMuch,
    /// There are enough.
    #[error("the tenant has {MAX_KEYS_PER_TENANT} keys: remove some first")]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Accounts {
    /// A tenant's keys, the newest first; also those that have expired.
    pub fn keys(&self, tenant: TenantId) -> Vec<KeyInfo> {
        let book = self.book.read();
        let of_tenant = book.keys.values().filter(|key| key.tenant() == Some(tenant));
        let mut keys: Vec<_> = of_tenant
            .map(|key| KeyInfo {
                id: key.id,
                name: key.caller.name.clone(),
                scopes: key.scopes(),
                created_by: key
                    .created_by
                    .and_then(|user| book.users.get(&user))
                    .map(|user| user.caller.name.clone()),
                created_at: key.created_at,
                expires_at: key.expires_at,
                last_used_at: Some(UnixMs(key.last_used_at.load(Ordering::Relaxed))).filter(|at| at.0 > 0),
            })
            .collect();
        keys.sort_by_key(|key| std::cmp::Reverse(key.id));
        keys
    }

    /// How many keys of a tenant this user has made.
    pub fn count_keys_of(&self, tenant: TenantId, user: UserId) -> usize {
        let book = self.book.read();
        let his = |key: &&Key| key.tenant() == Some(tenant) && key.created_by == Some(user);
        book.keys.values().filter(his).count()
    }

    /// Makes a key; the text of it is in the answer and nowhere else.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub async fn add_key(&self, by: &Caller, tenant: TenantId, new: NewKey) -> Result<(KeyInfo, String), KeyError> {
        let now = UnixMs::now();
        let name = checked_name(&new.name).ok_or(KeyError::BadName)?.to_owned();
        if new.scopes.is_empty() || !new.scopes.difference(Permissions::GIVEABLE).is_empty() {
            return Err(KeyError::BadScopes);
        }
        if new.expires_at.is_some_and(|end| end <= now) {
            return Err(KeyError::BadExpiry);
        }
        let token = format!("ovk_{}", random_text::<32>());
        let _turn = self.changing.lock().await;
        // As it is now: what the request was let in with may have been taken away since.
        let own = self.caller(by.principal).ok_or(KeyError::TooMuch)?;
        let own = own.memberships.iter().find(|of| of.tenant == tenant);
        let own = own.ok_or(KeyError::TooMuch)?.everywhere;
        if !new.scopes.difference(own).is_empty() {
            return Err(KeyError::TooMuch);
        }
        if self.keys(tenant).len() >= MAX_KEYS_PER_TENANT {
            return Err(KeyError::TooMany);
        }
        let mut row = ApiKeyRow {
            id: KeyId(0),
            tenant,
            name,
            key_hash: hash(&token),
            scopes: permissions_to_json(new.scopes),
            created_by: match by.principal {
                Principal::User(user) => Some(user),
                Principal::Key(_) => None,
            },
            created_at: now,
            expires_at: new.expires_at,
            last_used_at: None,
        };
        row.id = self.db.add_api_key(&row).await?;
        let info = KeyInfo {
            id: row.id,
            name: row.name.clone(),
            scopes: new.scopes,
            created_by: row.created_by.map(|_| by.name.clone()),
            created_at: now,
            expires_at: row.expires_at,
            last_used_at: None,
        };
        tracing::info!(%tenant, key = %row.id, by = by.name, "API key made");
        self.book.write().add_key(row);
        Ok((info, token))
    }

    /// Ends a key; `false` if the tenant has none of this number.
    ///
    /// # Errors
    /// The database failed; the key may live on after a restart.
    pub async fn delete_key(&self, tenant: TenantId, id: KeyId) -> Result<bool, DbError> {
        let _turn = self.changing.lock().await;
        let had = {
            let mut book = self.book.write();
            let of = |key: &Key| key.id == id && key.tenant() == Some(tenant);
            let before = book.keys.len();
            book.keys.retain(|_, key| !of(key));
            book.keys.len() < before
        };
        if had {
            self.access_changed();
            self.db.delete_api_key(id).await?;
            tracing::info!(%tenant, key = %id, "API key removed");
        }
        Ok(had)
    }

    /// Writes down when keys were last used.
    pub(super) async fn tidy_keys(&self) -> Result<(), DbError> {
        let uses: Vec<_> = {
            let mut book = self.book.write();
            let used = book.keys.values_mut().filter_map(|key| {
                let used_at = *key.last_used_at.get_mut();
                let news = used_at > key.written_at;
                key.written_at = used_at;
                news.then_some((key.id, UnixMs(used_at)))
            });
            used.collect()
        };
        if !uses.is_empty() {
            self.db.touch_api_keys(&uses).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Permission, Secrets};
    use crate::bus::Bus;
    use crate::config::AccountConfig;
    use crate::db::Db;
    use std::time::Duration;

    #[tokio::test]
    async fn a_key_ends_when_it_was_said_to() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).await.unwrap();
        let secrets = Secrets {
            admin_password: Some("rain on a tin roof".into()),
            ..Secrets::default()
        };
        let (accounts, _) = Accounts::open(db, AccountConfig::default(), Bus::default(), dir.path(), secrets)
            .await
            .unwrap();
        let (admins, _) = accounts.users("", 0, 1);
        let owner = &admins[0].caller;
        let now = UnixMs::now();
        let ends = now.plus(Duration::from_secs(60));
        let new = NewKey {
            name: "script".into(),
            scopes: Permissions::of(&[Permission::View]),
            expires_at: Some(ends),
        };
        let (info, key) = accounts.add_key(owner, owner.memberships[0].tenant, new).await.unwrap();
        let known = accounts
            .authenticate(&key, ends.minus(Duration::from_millis(1)))
            .unwrap();
        assert_eq!(known.caller.principal, Principal::Key(info.id));
        assert!(accounts.authenticate(&key, ends).is_none());
    }
}
