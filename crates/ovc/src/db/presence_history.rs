use super::{Db, DbError};
use crate::clock::UnixMs;
use crate::ids::{LoginCode, TenantId};
use serde::Serialize;
use sqlx::Row as _;

/// A device came or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PresenceEntry {
    /// Which device.
    pub device: LoginCode,
    /// Whose it was then. Once it is another's, this is not written: it is none of his business.
    pub tenant: Option<TenantId>,
    /// When.
    pub at: UnixMs,
    /// What it is since.
    pub presence: String,
    /// Where it came from.
    pub address: Option<String>,
    /// Why it went.
    pub reason: Option<String>,
}

/// The same, written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresenceRow {
    /// Its number; later ones have greater numbers.
    pub id: i64,
    /// When.
    pub at: UnixMs,
    /// What it is since.
    pub presence: String,
    /// Where it came from.
    pub address: Option<String>,
    /// Why it went.
    pub reason: Option<String>,
}

impl Db {
    /// Writes down how devices came and went, in one statement. What is of a device that is gone, or another's by now, is
    /// dropped.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn add_presences(&self, entries: &[PresenceEntry]) -> Result<(), DbError> {
        let json = serde_json::to_string(entries).map_err(|_| DbError::Corrupt("presence"))?;
        sqlx::query(
            "INSERT INTO presence_history (login_code, at_ms, presence, address, reason)
             SELECT login_code, e.value ->> 'at', e.value ->> 'presence', e.value ->> 'address', e.value ->> 'reason'
             FROM json_each(?) AS e JOIN devices ON login_code = e.value ->> 'device'
             WHERE tenant_id IS e.value ->> 'tenant'
             ORDER BY e.key",
        )
        .bind(json)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// When a device came and went, newest first: older than the entry `before`, `limit` at most.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn presences(
        &self,
        device: &LoginCode,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<PresenceRow>, DbError> {
        let rows = sqlx::query(
            "SELECT id, at_ms, presence, address, reason FROM presence_history
             WHERE login_code = ? AND id < ? ORDER BY id DESC LIMIT ?",
        )
        .bind(device.as_str())
        .bind(before.unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(PresenceRow {
                    id: row.try_get("id")?,
                    at: UnixMs(row.try_get("at_ms")?),
                    presence: row.try_get("presence")?,
                    address: row.try_get("address")?,
                    reason: row.try_get("reason")?,
                })
            })
            .collect()
    }

    /// Forgets what came before `before`, but the last entry of each device before that: what it was then is what it is
    /// until the next. How many entries that were.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_presences_before(&self, before: UnixMs) -> Result<u64, DbError> {
        let done = sqlx::query(
            "DELETE FROM presence_history AS old WHERE at_ms < ?1 AND (SELECT at_ms FROM presence_history AS next
                 WHERE next.login_code = old.login_code AND next.id > old.id ORDER BY next.id LIMIT 1) < ?1",
        )
        .bind(before.0)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::NewDeviceRow;

    #[tokio::test]
    async fn what_a_device_was_last_is_known_however_long_ago_that_is() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).await.unwrap();
        let mut entries = Vec::new();
        for (name, times) in [("gone", [1, 2, 3]), ("back", [1, 2, 9])] {
            let device = LoginCode::parse(name).unwrap();
            let new = NewDeviceRow {
                login_code: device.clone(),
                name: String::new(),
                passwd_hash: [0; 32],
                created_at: UnixMs(0),
                tenant: None,
                group: None,
                stocked: false,
            };
            db.add_device(&new).await.unwrap();
            entries.extend(times.map(|at| PresenceEntry {
                device: device.clone(),
                tenant: None,
                at: UnixMs(at),
                presence: if at == 2 { "offline" } else { "online" }.to_owned(),
                address: None,
                reason: None,
            }));
        }
        db.add_presences(&entries).await.unwrap();
        assert_eq!(db.delete_presences_before(UnixMs(5)).await.unwrap(), 3);
        assert_eq!(db.delete_presences_before(UnixMs(5)).await.unwrap(), 0);
        for (name, left) in [("gone", [3].as_slice()), ("back", &[9, 2])] {
            let rows = db.presences(&LoginCode::parse(name).unwrap(), None, 9).await.unwrap();
            let times: Vec<_> = rows.iter().map(|row| row.at.0).collect();
            assert_eq!(times, left, "{name}");
        }
    }
}
