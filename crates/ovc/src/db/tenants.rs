use super::{Db, DbError};
use crate::clock::UnixMs;
use crate::ids::TenantId;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};
use std::collections::HashMap;

/// One tenant.
#[derive(Debug, Clone)]
pub struct TenantRow {
    /// Its number.
    pub id: TenantId,
    /// What people call it; upper and lower case (of ASCII) are the same.
    pub name: String,
    /// When it was made.
    pub created_at: UnixMs,
    /// Until when it lets platform administrators in.
    pub support_until: Option<UnixMs>,
}

fn tenant(row: &SqliteRow) -> Result<TenantRow, DbError> {
    Ok(TenantRow {
        id: TenantId(row.try_get("id")?),
        name: row.try_get("name")?,
        created_at: UnixMs(row.try_get("created_at_ms")?),
        support_until: row.try_get::<Option<i64>, _>("support_until_ms")?.map(UnixMs),
    })
}

impl Db {
    /// Every tenant, or the one of this number.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn tenants(&self, only: Option<TenantId>) -> Result<Vec<TenantRow>, DbError> {
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT id, name, created_at_ms, support_until_ms FROM tenants");
        if let Some(id) = only {
            sql.push(" WHERE id = ").push_bind(id.0);
        }
        sql.push(" ORDER BY id");
        sql.build().fetch_all(&self.reader).await?.iter().map(tenant).collect()
    }

    /// Adds a tenant.
    ///
    /// # Errors
    /// [`DbError::Exists`] if the name is taken.
    pub async fn add_tenant(&self, name: &str, now: UnixMs) -> Result<TenantId, DbError> {
        let done = sqlx::query("INSERT INTO tenants (name, created_at_ms) VALUES (?, ?)")
            .bind(name)
            .bind(now.0)
            .execute(&self.writer)
            .await?;
        Ok(TenantId(done.last_insert_rowid()))
    }

    /// Renames a tenant.
    ///
    /// # Errors
    /// [`DbError::Exists`] if the name is taken.
    pub async fn rename_tenant(&self, id: TenantId, name: &str) -> Result<(), DbError> {
        sqlx::query("UPDATE tenants SET name = ? WHERE id = ?")
            .bind(name)
            .bind(id.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Says until when a tenant lets platform administrators in.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn set_support(&self, id: TenantId, until: Option<UnixMs>) -> Result<(), DbError> {
        sqlx::query("UPDATE tenants SET support_until_ms = ? WHERE id = ?")
            .bind(until.map(|until| until.0))
            .bind(id.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Removes a tenant with its groups, members, keys and links. `false` if it holds devices.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_tenant(&self, id: TenantId) -> Result<bool, DbError> {
        let done = sqlx::query(
            "DELETE FROM tenants WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM devices WHERE tenant_id = ?1)",
        )
        .bind(id.0)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// How many devices tenants hold; those without any are left out.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn devices_by_tenant(&self) -> Result<HashMap<TenantId, u64>, DbError> {
        let rows = sqlx::query(
            "SELECT tenant_id, count(*) AS devices FROM devices WHERE tenant_id IS NOT NULL GROUP BY tenant_id",
        )
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| Ok((TenantId(row.try_get("tenant_id")?), row.try_get("devices")?)))
            .collect()
    }
}
