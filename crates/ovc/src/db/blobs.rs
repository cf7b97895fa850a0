use super::{Db, DbError};
use crate::blob::{BlobKey, Stored};
use crate::clock::UnixMs;
use crate::ids::LoginCode;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

/// What is known of an object.
#[derive(Debug, Clone)]
pub struct BlobRow {
    /// Its key.
    pub key: BlobKey,
    /// How long it is.
    pub bytes: u64,
    /// Its media type.
    pub content_type: String,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// When it came.
    pub created_at: UnixMs,
}

/// The columns of a row that [`blob`] reads, of the table as `b`.
pub(super) const BLOB_COLUMNS: &str = "b.key AS blob_key, b.bytes AS blob_bytes, b.content_type AS blob_type, b.sha256 AS blob_sha256, \
     b.created_at_ms AS blob_created";

/// Reads [`BLOB_COLUMNS`].
pub(super) fn blob(row: &SqliteRow) -> Result<BlobRow, DbError> {
    let key: &str = row.try_get("blob_key")?;
    let sha256: Vec<u8> = row.try_get("blob_sha256")?;
    Ok(BlobRow {
        key: BlobKey::parse(key).map_err(|_| DbError::Corrupt("key of an object"))?,
        bytes: u64::try_from(row.try_get::<i64, _>("blob_bytes")?).unwrap_or(0),
        content_type: row.try_get("blob_type")?,
        sha256: sha256.try_into().map_err(|_| DbError::Corrupt("hash of an object"))?,
        created_at: UnixMs(row.try_get("blob_created")?),
    })
}

/// Notes an object that is stored, in the transaction that also writes what refers to it.
pub(super) async fn add_blob(
    connection: &mut SqliteConnection,
    stored: &Stored,
    content_type: &str,
    now: UnixMs,
) -> Result<(), DbError> {
    sqlx::query("INSERT INTO blobs (key, bytes, content_type, sha256, created_at_ms) VALUES (?, ?, ?, ?, ?)")
        .bind(stored.key.as_str())
        .bind(i64::try_from(stored.bytes).unwrap_or(i64::MAX))
        .bind(content_type)
        .bind(stored.sha256.as_slice())
        .bind(now.0)
        .execute(connection)
        .await?;
    Ok(())
}

fn keys(rows: Vec<String>) -> Result<Vec<BlobKey>, DbError> {
    let parse = |key: String| BlobKey::parse(&key).map_err(|_| DbError::Corrupt("key of an object"));
    rows.into_iter().map(parse).collect()
}

fn as_json(keys: &[BlobKey]) -> Result<String, DbError> {
    let keys: Vec<_> = keys.iter().map(BlobKey::as_str).collect();
    serde_json::to_string(&keys).map_err(|_| DbError::Corrupt("key of an object"))
}

impl Db {
    /// Objects that nothing refers to any more.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn dropped_blobs(&self, limit: u32) -> Result<Vec<BlobKey>, DbError> {
        let rows = sqlx::query_scalar("SELECT key FROM blobs WHERE dropped = 1 LIMIT ?")
            .bind(limit)
            .fetch_all(&self.reader)
            .await?;
        keys(rows)
    }

    /// Forgets objects that are deleted.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn forget_blobs(&self, deleted: &[BlobKey]) -> Result<(), DbError> {
        if deleted.is_empty() {
            return Ok(());
        }
        sqlx::query("DELETE FROM blobs WHERE dropped = 1 AND key IN (SELECT value FROM json_each(?))")
            .bind(as_json(deleted)?)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Forgets what a device uploaded first, as far as all of it is more than `max` bytes: pictures of alarms, snapshots, logs.
    /// How many they were.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn trim_uploads(&self, device: &LoginCode, max: u64) -> Result<u64, DbError> {
        const OVER: &str = "WITH uploads AS (
                SELECT 'alarm' AS what, a.id, b.key, b.bytes, b.created_at_ms AS at
                FROM alarms a JOIN blobs b ON b.key = a.picture WHERE a.login_code = ?1
                UNION ALL SELECT 'snapshot', s.id, b.key, b.bytes, b.created_at_ms
                FROM snapshots s JOIN blobs b ON b.key = s.blob WHERE s.login_code = ?1
                UNION ALL SELECT 'log', l.id, b.key, b.bytes, b.created_at_ms
                FROM device_logs l JOIN blobs b ON b.key = l.blob WHERE l.login_code = ?1),
            summed AS (SELECT what, id, sum(bytes) OVER (ORDER BY at DESC, key) AS sum FROM uploads),
            over AS (SELECT what, id FROM summed WHERE sum > ?2) ";
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        let mut transaction = self.writer.begin().await?;
        let mut count = 0;
        for what in [
            "UPDATE alarms SET picture = NULL WHERE id IN (SELECT id FROM over WHERE what = 'alarm')",
            "DELETE FROM snapshots WHERE id IN (SELECT id FROM over WHERE what = 'snapshot')",
            "DELETE FROM device_logs WHERE id IN (SELECT id FROM over WHERE what = 'log')",
        ] {
            let mut sql = QueryBuilder::<Sqlite>::new(OVER);
            sql.push(what);
            let done = sql
                .build()
                .bind(device.as_str())
                .bind(max)
                .execute(&mut *transaction)
                .await?;
            count += done.rows_affected();
        }
        transaction.commit().await?;
        Ok(count)
    }

    /// Those of these keys that no object is known by.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn unknown_blobs(&self, among: &[BlobKey]) -> Result<Vec<BlobKey>, DbError> {
        let rows = sqlx::query_scalar("SELECT value FROM json_each(?) WHERE value NOT IN (SELECT key FROM blobs)")
            .bind(as_json(among)?)
            .fetch_all(&self.reader)
            .await?;
        keys(rows)
    }
}
