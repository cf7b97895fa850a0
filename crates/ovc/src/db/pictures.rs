//! Snapshots: pictures that somebody had a device take. (What `snapshot` beside this is about are copies of the database.)

use super::blobs::{BLOB_COLUMNS, BlobRow, add_blob, blob};
use super::{By, Db, DbError};
use crate::account::policy::TimeWindow;
use crate::blob::Stored;
use crate::clock::UnixMs;
use crate::ids::{ChannelId, LoginCode, TenantId};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};

/// A snapshot to note.
#[derive(Debug)]
pub struct NewSnapshot<'a> {
    /// The device that took it.
    pub device: &'a LoginCode,
    /// Whose it was when somebody wanted it.
    pub tenant: Option<TenantId>,
    /// Of which channel.
    pub channel: ChannelId,
    /// When it came.
    pub at: UnixMs,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Who wanted it.
    pub by: &'a By,
    /// The object.
    pub stored: &'a Stored,
    /// Its media type.
    pub content_type: &'a str,
}

/// A snapshot.
#[derive(Debug, Clone)]
pub struct SnapshotRow {
    /// Its number; later ones have greater numbers.
    pub id: i64,
    /// Of which channel.
    pub channel: ChannelId,
    /// When it came.
    pub at: UnixMs,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Who wanted it: the sort and the number.
    pub by: (String, i64),
    /// The picture.
    pub blob: BlobRow,
}

/// Which snapshots of a device.
#[derive(Debug, Clone, Default)]
pub struct SnapshotFilter {
    /// Of this channel only.
    pub channel: Option<ChannelId>,
    /// Those that somebody may see: of a channel, or of all (`None`), from this time.
    pub reach: Vec<(Option<ChannelId>, TimeWindow)>,
    /// Older than this one only.
    pub before: Option<i64>,
}

fn snapshot(row: &SqliteRow) -> Result<SnapshotRow, DbError> {
    Ok(SnapshotRow {
        id: row.try_get("id")?,
        channel: ChannelId(row.try_get("channel")?),
        at: UnixMs(row.try_get("at_ms")?),
        width: row.try_get("width")?,
        height: row.try_get("height")?,
        by: (row.try_get("by_kind")?, row.try_get("by_id")?),
        blob: blob(row)?,
    })
}

fn select() -> QueryBuilder<Sqlite> {
    let mut sql =
        QueryBuilder::<Sqlite>::new("SELECT s.id, s.channel, s.at_ms, s.width, s.height, s.by_kind, s.by_id, ");
    sql.push(BLOB_COLUMNS)
        .push(" FROM snapshots s JOIN blobs b ON b.key = s.blob WHERE s.login_code = ");
    sql
}

impl Db {
    /// Notes a snapshot and its object. `None` if there is no such device any more, or it is another's.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn add_snapshot(&self, new: &NewSnapshot<'_>) -> Result<Option<i64>, DbError> {
        let mut transaction = self.writer.begin().await?;
        let done = sqlx::query(
            "INSERT INTO snapshots (login_code, channel, at_ms, width, height, blob, by_kind, by_id)
             SELECT login_code, ?, ?, ?, ?, ?, ?, ? FROM devices
             WHERE login_code = ? AND tenant_id IS ?",
        )
        .bind(new.channel.0)
        .bind(new.at.0)
        .bind(new.width)
        .bind(new.height)
        .bind(new.stored.key.as_str())
        .bind(new.by.kind())
        .bind(new.by.id().unwrap_or(0))
        .bind(new.device.as_str())
        .bind(new.tenant.map(|tenant| tenant.0))
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(None);
        }
        add_blob(&mut transaction, new.stored, new.content_type, new.at).await?;
        transaction.commit().await?;
        Ok(Some(done.last_insert_rowid()))
    }

    /// Snapshots of a device, newest first, `limit` at most.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn list_snapshots(
        &self,
        device: &LoginCode,
        filter: &SnapshotFilter,
        limit: u32,
    ) -> Result<Vec<SnapshotRow>, DbError> {
        let mut sql = select();
        sql.push_bind(device.as_str().to_owned());
        if let Some(channel) = filter.channel {
            sql.push(" AND s.channel = ").push_bind(channel.0);
        }
        if let Some(before) = filter.before {
            sql.push(" AND s.id < ").push_bind(before);
        }
        sql.push(" AND (0");
        for (channel, time) in &filter.reach {
            sql.push(" OR (1");
            if let Some(channel) = channel {
                sql.push(" AND s.channel = ").push_bind(channel.0);
            }
            if let Some(from) = time.from_ms {
                sql.push(" AND s.at_ms >= ").push_bind(from);
            }
            if let Some(to) = time.to_ms {
                sql.push(" AND s.at_ms <= ").push_bind(to);
            }
            sql.push(")");
        }
        sql.push(") ORDER BY s.id DESC LIMIT ").push_bind(limit);
        let rows = sql.build().fetch_all(&self.reader).await?;
        rows.iter().map(snapshot).collect()
    }

    /// One snapshot of a device.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn snapshot(&self, device: &LoginCode, id: i64) -> Result<Option<SnapshotRow>, DbError> {
        let mut sql = select();
        sql.push_bind(device.as_str().to_owned())
            .push(" AND s.id = ")
            .push_bind(id);
        let row = sql.build().fetch_optional(&self.reader).await?;
        row.as_ref().map(snapshot).transpose()
    }

    /// Forgets a snapshot of a device. `false` if there is none.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_snapshot(&self, device: &LoginCode, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM snapshots WHERE login_code = ? AND id = ?")
            .bind(device.as_str())
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Forgets snapshots older than `before`, at most `limit` of them. How many they were.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_snapshots_before(&self, before: UnixMs, limit: u32) -> Result<u64, DbError> {
        let done = sqlx::query(
            "DELETE FROM snapshots WHERE id IN (SELECT id FROM snapshots WHERE at_ms < ? ORDER BY at_ms LIMIT ?)",
        )
        .bind(before.0)
        .bind(limit)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected())
    }
}
