use super::blobs::{BLOB_COLUMNS, BlobRow, add_blob, blob};
use super::{Db, DbError};
use crate::blob::Stored;
use crate::clock::UnixMs;
use crate::ids::TenantId;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};

/// An image to note.
#[derive(Debug)]
pub struct NewFirmware<'a> {
    /// Whose it is; `None`: the platform's, for all.
    pub tenant: Option<TenantId>,
    /// The devices it is for.
    pub hardware_model: &'a str,
    /// What they say of themselves once it is installed.
    pub firmware_model: &'a str,
    /// For people.
    pub notes: &'a str,
    /// Who uploaded it.
    pub by: &'a str,
    /// The object.
    pub stored: &'a Stored,
}

/// An image of devices' software.
#[derive(Debug, Clone)]
pub struct FirmwareRow {
    /// Its number.
    pub id: i64,
    /// Whose it is; `None`: the platform's, for all.
    pub tenant: Option<TenantId>,
    /// The devices it is for.
    pub hardware_model: String,
    /// What they say of themselves once it is installed.
    pub firmware_model: String,
    /// For people.
    pub notes: String,
    /// When it was uploaded.
    pub created_at: UnixMs,
    /// Who uploaded it.
    pub created_by: String,
    /// The image.
    pub blob: BlobRow,
}

fn firmware(row: &SqliteRow) -> Result<FirmwareRow, DbError> {
    Ok(FirmwareRow {
        id: row.try_get("id")?,
        tenant: row.try_get::<Option<i64>, _>("tenant_id")?.map(TenantId),
        hardware_model: row.try_get("hardware_model")?,
        firmware_model: row.try_get("firmware_model")?,
        notes: row.try_get("notes")?,
        created_at: UnixMs(row.try_get("created_ms")?),
        created_by: row.try_get("created_by")?,
        blob: blob(row)?,
    })
}

fn select() -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::<Sqlite>::new(
        "SELECT f.id, f.tenant_id, f.hardware_model, f.firmware_model, f.notes, f.created_ms, f.created_by, ",
    );
    sql.push(BLOB_COLUMNS)
        .push(" FROM firmware f JOIN blobs b ON b.key = f.blob WHERE ");
    sql
}

impl Db {
    /// Notes an image and its object, if its owner has fewer than `max`. Its number.
    ///
    /// # Errors
    /// [`DbError::Exists`] if its owner has one of this version for these devices; [`DbError::Missing`] if there is no such
    /// tenant.
    pub async fn add_firmware(&self, new: &NewFirmware<'_>, max: u32, now: UnixMs) -> Result<Option<i64>, DbError> {
        let mut transaction = self.writer.begin().await?;
        let tenant = new.tenant.map(|tenant| tenant.0);
        let count: u32 = sqlx::query_scalar("SELECT count(*) FROM firmware WHERE tenant_id IS ?")
            .bind(tenant)
            .fetch_one(&mut *transaction)
            .await?;
        if count >= max {
            return Ok(None);
        }
        let done = sqlx::query(
            "INSERT INTO firmware (tenant_id, hardware_model, firmware_model, notes, blob, created_ms, created_by)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(tenant)
        .bind(new.hardware_model)
        .bind(new.firmware_model)
        .bind(new.notes)
        .bind(new.stored.key.as_str())
        .bind(now.0)
        .bind(new.by)
        .execute(&mut *transaction)
        .await?;
        add_blob(&mut transaction, new.stored, "application/octet-stream", now).await?;
        transaction.commit().await?;
        Ok(Some(done.last_insert_rowid()))
    }

    /// Whether an owner has an image of this version for these devices.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn has_firmware(
        &self,
        tenant: Option<TenantId>,
        hardware_model: &str,
        firmware_model: &str,
    ) -> Result<bool, DbError> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT id FROM firmware WHERE coalesce(tenant_id, 0) = ? AND hardware_model = ? AND firmware_model = ?",
        )
        .bind(tenant.map_or(0, |tenant| tenant.0))
        .bind(hardware_model)
        .bind(firmware_model)
        .fetch_optional(&self.reader)
        .await?;
        Ok(found.is_some())
    }

    /// Images of these tenants and of the platform (`tenants` is `None`: of all tenants), newest first.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn list_firmware(
        &self,
        tenants: Option<&[TenantId]>,
        hardware_model: Option<&str>,
    ) -> Result<Vec<FirmwareRow>, DbError> {
        let mut sql = select();
        sql.push("1 = 1");
        if let Some(tenants) = tenants {
            let tenants = serde_json::to_string(tenants).map_err(|_| DbError::Corrupt("filter"))?;
            sql.push(" AND (f.tenant_id IS NULL OR f.tenant_id IN (SELECT value FROM json_each(")
                .push_bind(tenants)
                .push(")))");
        }
        if let Some(model) = hardware_model {
            sql.push(" AND f.hardware_model = ").push_bind(model.to_owned());
        }
        sql.push(" ORDER BY f.id DESC");
        let rows = sql.build().fetch_all(&self.reader).await?;
        rows.iter().map(firmware).collect()
    }

    /// One image.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn firmware(&self, id: i64) -> Result<Option<FirmwareRow>, DbError> {
        let mut sql = select();
        sql.push("f.id = ").push_bind(id);
        let row = sql.build().fetch_optional(&self.reader).await?;
        row.as_ref().map(firmware).transpose()
    }

    /// Changes an image's notes. `false` if there is none.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn change_firmware(&self, id: i64, notes: &str) -> Result<bool, DbError> {
        let done = sqlx::query("UPDATE firmware SET notes = ? WHERE id = ?")
            .bind(notes)
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Removes an image. `false` if there is none.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_firmware(&self, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM firmware WHERE id = ?")
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
