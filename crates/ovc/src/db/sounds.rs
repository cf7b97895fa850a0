use super::blobs::{BLOB_COLUMNS, BlobRow, add_blob, blob};
use super::{Db, DbError};
use crate::blob::Stored;
use crate::clock::UnixMs;
use crate::ids::TenantId;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};

/// Something that a tenant's devices may play.
#[derive(Debug, Clone)]
pub struct SoundRow {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub tenant: TenantId,
    /// What people call it.
    pub name: String,
    /// When it was uploaded.
    pub created_at: UnixMs,
    /// The sound.
    pub blob: BlobRow,
}

fn sound(row: &SqliteRow) -> Result<SoundRow, DbError> {
    Ok(SoundRow {
        id: row.try_get("id")?,
        tenant: TenantId(row.try_get("tenant_id")?),
        name: row.try_get("name")?,
        created_at: UnixMs(row.try_get("created_ms")?),
        blob: blob(row)?,
    })
}

fn select() -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT s.id, s.tenant_id, s.name, s.created_ms, ");
    sql.push(BLOB_COLUMNS)
        .push(" FROM sounds s JOIN blobs b ON b.key = s.blob WHERE ");
    sql
}

impl Db {
    /// Notes a sound and its object, if the tenant has fewer than `max`. Its number.
    ///
    /// # Errors
    /// [`DbError::Missing`] if there is no such tenant.
    pub async fn add_sound(
        &self,
        tenant: TenantId,
        name: &str,
        stored: &Stored,
        content_type: &str,
        max: u32,
        now: UnixMs,
    ) -> Result<Option<i64>, DbError> {
        let mut transaction = self.writer.begin().await?;
        let count: u32 = sqlx::query_scalar("SELECT count(*) FROM sounds WHERE tenant_id = ?")
            .bind(tenant.0)
            .fetch_one(&mut *transaction)
            .await?;
        if count >= max {
            return Ok(None);
        }
        let done = sqlx::query("INSERT INTO sounds (tenant_id, name, blob, created_ms) VALUES (?, ?, ?, ?)")
            .bind(tenant.0)
            .bind(name)
            .bind(stored.key.as_str())
            .bind(now.0)
            .execute(&mut *transaction)
            .await?;
        add_blob(&mut transaction, stored, content_type, now).await?;
        transaction.commit().await?;
        Ok(Some(done.last_insert_rowid()))
    }

    /// A tenant's sounds, newest first.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn list_sounds(&self, tenant: TenantId) -> Result<Vec<SoundRow>, DbError> {
        let mut sql = select();
        sql.push("s.tenant_id = ")
            .push_bind(tenant.0)
            .push(" ORDER BY s.id DESC");
        let rows = sql.build().fetch_all(&self.reader).await?;
        rows.iter().map(sound).collect()
    }

    /// One sound.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn sound(&self, id: i64) -> Result<Option<SoundRow>, DbError> {
        let mut sql = select();
        sql.push("s.id = ").push_bind(id);
        let row = sql.build().fetch_optional(&self.reader).await?;
        row.as_ref().map(sound).transpose()
    }

    /// Removes a sound of a tenant. `false` if there is none.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_sound(&self, tenant: TenantId, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM sounds WHERE tenant_id = ? AND id = ?")
            .bind(tenant.0)
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
