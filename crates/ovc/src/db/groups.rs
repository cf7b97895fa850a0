use super::{Db, DbError};
use crate::ids::{GroupId, TenantId};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};
use std::collections::HashMap;

/// One group of a tenant's devices.
#[derive(Debug, Clone)]
pub struct GroupRow {
    /// Its number.
    pub id: GroupId,
    /// Whose.
    pub tenant: TenantId,
    /// The group it is in.
    pub parent: Option<GroupId>,
    /// What people call it.
    pub name: String,
}

fn group(row: &SqliteRow) -> Result<GroupRow, DbError> {
    Ok(GroupRow {
        id: GroupId(row.try_get("id")?),
        tenant: TenantId(row.try_get("tenant_id")?),
        parent: row.try_get::<Option<i64>, _>("parent_id")?.map(GroupId),
        name: row.try_get("name")?,
    })
}

impl Db {
    /// Every group, or those of a tenant.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn groups(&self, tenant: Option<TenantId>) -> Result<Vec<GroupRow>, DbError> {
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT id, tenant_id, parent_id, name FROM groups");
        if let Some(tenant) = tenant {
            sql.push(" WHERE tenant_id = ").push_bind(tenant.0);
        }
        sql.build().fetch_all(&self.reader).await?.iter().map(group).collect()
    }

    /// Adds a group.
    ///
    /// # Errors
    /// [`DbError::Exists`] if one beside it has this name.
    pub async fn add_group(&self, tenant: TenantId, parent: Option<GroupId>, name: &str) -> Result<GroupId, DbError> {
        let done = sqlx::query("INSERT INTO groups (tenant_id, parent_id, name) VALUES (?, ?, ?)")
            .bind(tenant.0)
            .bind(parent.map(|parent| parent.0))
            .bind(name)
            .execute(&self.writer)
            .await?;
        Ok(GroupId(done.last_insert_rowid()))
    }

    /// Gives a group this name and place.
    ///
    /// # Errors
    /// [`DbError::Exists`] if one beside it has this name.
    pub async fn change_group(&self, id: GroupId, parent: Option<GroupId>, name: &str) -> Result<(), DbError> {
        sqlx::query("UPDATE groups SET parent_id = ?, name = ? WHERE id = ?")
            .bind(parent.map(|parent| parent.0))
            .bind(name)
            .bind(id.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Removes a group with the grants on it. `false` if devices or groups are in it.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_group(&self, id: GroupId) -> Result<bool, DbError> {
        let done = sqlx::query(
            "DELETE FROM groups WHERE id = ?1
             AND NOT EXISTS (SELECT 1 FROM devices WHERE group_id = ?1)
             AND NOT EXISTS (SELECT 1 FROM groups WHERE parent_id = ?1)",
        )
        .bind(id.0)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// How many devices are in a tenant's groups, those below not counted; groups without any are left out.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn devices_by_group(&self, tenant: TenantId) -> Result<HashMap<GroupId, u64>, DbError> {
        let rows = sqlx::query(
            "SELECT group_id, count(*) AS devices FROM devices
             WHERE tenant_id = ? AND group_id IS NOT NULL GROUP BY group_id",
        )
        .bind(tenant.0)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| Ok((GroupId(row.try_get("group_id")?), row.try_get("devices")?)))
            .collect()
    }
}
