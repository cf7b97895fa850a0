//! Clips, which are kept until somebody says otherwise, and links that show footage to whoever has them.

use super::{Db, DbError};
use crate::account::Principal;
use crate::clock::UnixMs;
use crate::ids::{KeyId, RecordStreamId, UserId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

/// A clip or a share to note.
#[derive(Debug, Clone)]
pub struct NewPiece<'a> {
    /// Of which footage.
    pub stream: RecordStreamId,
    /// From when.
    pub from: UnixMs,
    /// Until when.
    pub to: UnixMs,
    /// What somebody called it.
    pub name: &'a str,
    /// When.
    pub now: UnixMs,
    /// Who, for people.
    pub by_name: &'a str,
}

/// Footage that somebody locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClipRow {
    /// Its number.
    pub id: i64,
    /// From when.
    pub from: UnixMs,
    /// Until when.
    pub to: UnixMs,
    /// Until when it is kept; `None`: for ever.
    pub until: Option<UnixMs>,
    /// What somebody called it.
    pub name: String,
    /// When it was locked.
    pub created_at: UnixMs,
    /// By whom.
    pub created_by: String,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareRow {
    /// Its number.
    pub id: i64,
    /// Of which footage.
    pub stream: RecordStreamId,
    /// From when.
    pub from: UnixMs,
    /// Until when.
    pub to: UnixMs,
    /// What somebody called it.
    pub name: String,
    /// When it was made.
    pub created_at: UnixMs,
    /// By whom, for people.
    pub created_by: String,
    /// By whom.
    pub by: Principal,
    /// When it ends.
    pub expires_at: UnixMs,
}

fn clip(row: &SqliteRow) -> Result<ClipRow, DbError> {
    Ok(ClipRow {
        id: row.try_get("id")?,
        from: UnixMs(row.try_get("from_ms")?),
        to: UnixMs(row.try_get("to_ms")?),
        until: row.try_get::<Option<i64>, _>("until_ms")?.map(UnixMs),
        name: row.try_get("name")?,
        created_at: UnixMs(row.try_get("created_at_ms")?),
        created_by: row.try_get("created_by")?,
    })
}

fn share(row: &SqliteRow) -> Result<ShareRow, DbError> {
    let id: i64 = row.try_get("by_id")?;
    Ok(ShareRow {
        id: row.try_get("id")?,
        stream: RecordStreamId(row.try_get("stream_id")?),
        from: UnixMs(row.try_get("from_ms")?),
        to: UnixMs(row.try_get("to_ms")?),
        name: row.try_get("name")?,
        created_at: UnixMs(row.try_get("created_at_ms")?),
        created_by: row.try_get("created_by")?,
        by: match row.try_get("by_kind")? {
            "user" => Principal::User(UserId(id)),
            "key" => Principal::Key(KeyId(id)),
            _ => return Err(DbError::Corrupt("share")),
        },
        expires_at: UnixMs(row.try_get("expires_at_ms")?),
    })
}

impl Db {
    /// Locks footage, until a time or for ever. `None`: there is no such stream any more, or it has `max` clips already.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn add_clip(&self, new: &NewPiece<'_>, until: Option<UnixMs>, max: u32) -> Result<Option<i64>, DbError> {
        let done = sqlx::query(
            "INSERT INTO record_keeps (stream_id, from_ms, to_ms, until_ms, name, created_at_ms, created_by)
             SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM record_streams WHERE id = ?1 AND login_code IS NOT NULL
             AND (SELECT count(*) FROM record_keeps WHERE stream_id = ?1 AND alarm_id IS NULL) < ?8",
        )
        .bind(new.stream.0)
        .bind(new.from.0)
        .bind(new.to.0)
        .bind(until.map(|until| until.0))
        .bind(new.name)
        .bind(new.now.0)
        .bind(new.by_name)
        .bind(max)
        .execute(&self.writer)
        .await?;
        Ok((done.rows_affected() > 0).then(|| done.last_insert_rowid()))
    }

    /// What somebody locked, in the order of its time.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn clips(&self, stream: RecordStreamId) -> Result<Vec<ClipRow>, DbError> {
        let rows = sqlx::query(
            "SELECT id, from_ms, to_ms, until_ms, name, created_at_ms, created_by FROM record_keeps
             WHERE stream_id = ? AND alarm_id IS NULL ORDER BY from_ms, id",
        )
        .bind(stream.0)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(clip).collect()
    }

    /// Keeps a clip no longer than other footage. `false`: there is none.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_clip(&self, stream: RecordStreamId, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM record_keeps WHERE stream_id = ? AND id = ? AND alarm_id IS NULL")
            .bind(stream.0)
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Makes a link, and forgets those of this stream that are over. `None`: there is no such stream any more, or it has
    /// `max` links already.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn add_share(
        &self,
        new: &NewPiece<'_>,
        by: Principal,
        expires_at: UnixMs,
        max: u32,
    ) -> Result<Option<i64>, DbError> {
        let (kind, id) = match by {
            Principal::User(user) => ("user", user.0),
            Principal::Key(key) => ("key", key.0),
        };
        let mut transaction = self.writer.begin().await?;
        sqlx::query("DELETE FROM record_shares WHERE stream_id = ? AND expires_at_ms <= ?")
            .bind(new.stream.0)
            .bind(new.now.0)
            .execute(&mut *transaction)
            .await?;
        let done = sqlx::query(
            "INSERT INTO record_shares
                (stream_id, from_ms, to_ms, name, created_at_ms, created_by, by_kind, by_id, expires_at_ms)
             SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM record_streams WHERE id = ?1 AND login_code IS NOT NULL
             AND (SELECT count(*) FROM record_shares WHERE stream_id = ?1) < ?10",
        )
        .bind(new.stream.0)
        .bind(new.from.0)
        .bind(new.to.0)
        .bind(new.name)
        .bind(new.now.0)
        .bind(new.by_name)
        .bind(kind)
        .bind(id)
        .bind(expires_at.0)
        .bind(max)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok((done.rows_affected() > 0).then(|| done.last_insert_rowid()))
    }

    /// The links to footage of a stream that are not over, newest first.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn shares(&self, stream: RecordStreamId, now: UnixMs) -> Result<Vec<ShareRow>, DbError> {
        let rows =
            sqlx::query("SELECT * FROM record_shares WHERE stream_id = ? AND expires_at_ms > ? ORDER BY id DESC")
                .bind(stream.0)
                .bind(now.0)
                .fetch_all(&self.reader)
                .await?;
        rows.iter().map(share).collect()
    }

    /// One link.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn share(&self, id: i64) -> Result<Option<ShareRow>, DbError> {
        let row = sqlx::query("SELECT * FROM record_shares WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(share).transpose()
    }

    /// Ends a link. `false`: there is none.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_share(&self, stream: RecordStreamId, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM record_shares WHERE stream_id = ? AND id = ?")
            .bind(stream.0)
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
