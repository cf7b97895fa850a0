use super::{Db, DbError};
use crate::clock::UnixMs;
use crate::ids::{KeyId, TenantId, UserId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

/// An API key as stored.
#[derive(Debug, Clone)]
pub struct ApiKeyRow {
    /// Its number.
    pub id: KeyId,
    /// Whose things it reaches.
    pub tenant: TenantId,
    /// What people call it.
    pub name: String,
    /// SHA-256 of the key.
    pub key_hash: [u8; 32],
    /// Names of permissions, as a JSON array.
    pub scopes: String,
    /// Who made it, while he is there.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: UnixMs,
    /// When it ends; `None`: never.
    pub expires_at: Option<UnixMs>,
    /// When it was used last, coarsely.
    pub last_used_at: Option<UnixMs>,
}

fn api_key(row: &SqliteRow) -> Result<ApiKeyRow, DbError> {
    let hash: Vec<u8> = row.try_get("key_hash")?;
    Ok(ApiKeyRow {
        id: KeyId(row.try_get("id")?),
        tenant: TenantId(row.try_get("tenant_id")?),
        name: row.try_get("name")?,
        key_hash: hash.try_into().map_err(|_| DbError::Corrupt("API key"))?,
        scopes: row.try_get("scopes")?,
        created_by: row.try_get::<Option<i64>, _>("created_by")?.map(UserId),
        created_at: UnixMs(row.try_get("created_at_ms")?),
        expires_at: row.try_get::<Option<i64>, _>("expires_at_ms")?.map(UnixMs),
        last_used_at: row.try_get::<Option<i64>, _>("last_used_at_ms")?.map(UnixMs),
    })
}

impl Db {
    /// Every API key, also those that have expired.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn api_keys(&self) -> Result<Vec<ApiKeyRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM api_keys ORDER BY id")
            .fetch_all(&self.writer)
            .await?;
        rows.iter().map(api_key).collect()
    }

    /// Keeps an API key; its number (that of the row given is not looked at).
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn add_api_key(&self, key: &ApiKeyRow) -> Result<KeyId, DbError> {
        let done = sqlx::query(
            "INSERT INTO api_keys (tenant_id, name, key_hash, scopes, created_by, created_at_ms, expires_at_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(key.tenant.0)
        .bind(&key.name)
        .bind(key.key_hash.as_slice())
        .bind(&key.scopes)
        .bind(key.created_by.map(|user| user.0))
        .bind(key.created_at.0)
        .bind(key.expires_at.map(|at| at.0))
        .execute(&self.writer)
        .await?;
        Ok(KeyId(done.last_insert_rowid()))
    }

    /// Ends an API key.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_api_key(&self, key: KeyId) -> Result<(), DbError> {
        sqlx::query("DELETE FROM api_keys WHERE id = ?")
            .bind(key.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Notes when API keys were used last.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn touch_api_keys(&self, used: &[(KeyId, UnixMs)]) -> Result<(), DbError> {
        let mut transaction = self.writer.begin().await?;
        for (key, at) in used {
            sqlx::query("UPDATE api_keys SET last_used_at_ms = ? WHERE id = ?")
                .bind(at.0)
                .bind(key.0)
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }
}
