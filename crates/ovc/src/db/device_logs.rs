use super::blobs::{BLOB_COLUMNS, BlobRow, add_blob, blob};
use super::{By, Db, DbError};
use crate::blob::Stored;
use crate::clock::UnixMs;
use crate::ids::LoginCode;
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};
use utoipa::ToSchema;

/// How it stands with a log that a device was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogState {
    /// The device knows what is wanted.
    Requested,
    /// It comes.
    Uploading,
    /// It is there; it may be empty.
    Done,
    /// The device said that it failed, or could not be asked.
    Failed,
    /// Nothing came in time.
    TimedOut,
}

impl LogState {
    /// The name in the database and on the wire of the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Uploading => "uploading",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [
            Self::Requested,
            Self::Uploading,
            Self::Done,
            Self::Failed,
            Self::TimedOut,
        ]
        .into_iter()
        .find(|state| state.name() == name)
    }
}

/// A log to ask for.
#[derive(Debug)]
pub struct NewLog<'a> {
    /// Of which device.
    pub device: &'a LoginCode,
    /// The time that is wanted.
    pub from: UnixMs,
    /// Its end.
    pub to: UnixMs,
    /// Who wants it.
    pub by: &'a By,
    /// When.
    pub now: UnixMs,
}

/// A log that a device was asked for.
#[derive(Debug, Clone)]
pub struct LogRow {
    /// Its number; later ones have greater numbers.
    pub id: i64,
    /// Of which device.
    pub device: LoginCode,
    /// The time that was wanted.
    pub from: UnixMs,
    /// Its end.
    pub to: UnixMs,
    /// When it was asked for.
    pub requested_at: UnixMs,
    /// How it stands.
    pub state: LogState,
    /// When it was settled.
    pub finished_at: Option<UnixMs>,
    /// Why it failed.
    pub error: Option<String>,
    /// The log.
    pub blob: Option<BlobRow>,
    /// Who wanted it.
    pub by: By,
}

fn log(row: &SqliteRow) -> Result<LogRow, DbError> {
    let device: &str = row.try_get("login_code")?;
    let kind: &str = row.try_get("by_kind")?;
    let has_blob = row.try_get::<Option<&str>, _>("blob_key")?.is_some();
    Ok(LogRow {
        id: row.try_get("id")?,
        device: LoginCode::parse(device).map_err(|_| DbError::Corrupt("login code"))?,
        from: UnixMs(row.try_get("from_ms")?),
        to: UnixMs(row.try_get("to_ms")?),
        requested_at: UnixMs(row.try_get("requested_ms")?),
        state: LogState::from_name(row.try_get("state")?).ok_or(DbError::Corrupt("state of a log"))?,
        finished_at: row.try_get::<Option<i64>, _>("finished_ms")?.map(UnixMs),
        error: row.try_get("error")?,
        blob: has_blob.then(|| blob(row)).transpose()?,
        by: By::from_columns(kind, row.try_get("by_id")?, row.try_get("by_name")?).ok_or(DbError::Corrupt("name"))?,
    })
}

fn select() -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::<Sqlite>::new(
        "SELECT l.id, l.login_code, l.from_ms, l.to_ms, l.requested_ms, l.state, l.finished_ms, l.error, l.by_kind, l.by_id,
            l.by_name, ",
    );
    sql.push(BLOB_COLUMNS)
        .push(" FROM device_logs l LEFT JOIN blobs b ON b.key = l.blob WHERE ");
    sql
}

impl Db {
    /// Notes that a log is asked for. Its number.
    ///
    /// # Errors
    /// [`DbError::Missing`] if there is no such device.
    pub async fn add_log(&self, new: &NewLog<'_>) -> Result<i64, DbError> {
        let done = sqlx::query(
            "INSERT INTO device_logs (login_code, from_ms, to_ms, requested_ms, state, by_kind, by_id, by_name)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(new.device.as_str())
        .bind(new.from.0)
        .bind(new.to.0)
        .bind(new.now.0)
        .bind(LogState::Requested.name())
        .bind(new.by.kind())
        .bind(new.by.id())
        .bind(new.by.name())
        .execute(&self.writer)
        .await?;
        Ok(done.last_insert_rowid())
    }

    /// Logs of a device, newest first, `limit` at most.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn list_logs(&self, device: &LoginCode, before: Option<i64>, limit: u32) -> Result<Vec<LogRow>, DbError> {
        let mut sql = select();
        sql.push("l.login_code = ").push_bind(device.as_str().to_owned());
        if let Some(before) = before {
            sql.push(" AND l.id < ").push_bind(before);
        }
        sql.push(" ORDER BY l.id DESC LIMIT ").push_bind(limit);
        let rows = sql.build().fetch_all(&self.reader).await?;
        rows.iter().map(log).collect()
    }

    /// One log.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn log(&self, id: i64) -> Result<Option<LogRow>, DbError> {
        let mut sql = select();
        sql.push("l.id = ").push_bind(id);
        let row = sql.build().fetch_optional(&self.reader).await?;
        row.as_ref().map(log).transpose()
    }

    /// Sets how it stands with a log that is not settled. `false` if it is, or there is none.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn set_log_state(
        &self,
        id: i64,
        state: LogState,
        error: Option<&str>,
        now: UnixMs,
    ) -> Result<bool, DbError> {
        let settled = !matches!(state, LogState::Requested | LogState::Uploading);
        let done = sqlx::query(
            "UPDATE device_logs SET state = ?, error = ?, finished_ms = ? WHERE id = ? AND finished_ms IS NULL",
        )
        .bind(state.name())
        .bind(error)
        .bind(settled.then_some(now.0))
        .bind(id)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Makes a stored object the log of this number, and settles it. `false` if it has one, or there is none.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn keep_log(&self, id: i64, stored: &Stored, content_type: &str, now: UnixMs) -> Result<bool, DbError> {
        let mut transaction = self.writer.begin().await?;
        let done = sqlx::query(
            "UPDATE device_logs SET state = ?, error = NULL, finished_ms = ?, blob = ? WHERE id = ? AND blob IS NULL",
        )
        .bind(LogState::Done.name())
        .bind(now.0)
        .bind(stored.key.as_str())
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        add_blob(&mut transaction, stored, content_type, now).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Settles logs that were asked for before `before` and did not come: those, with their devices.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn time_out_logs(&self, before: UnixMs, now: UnixMs) -> Result<Vec<(i64, LoginCode)>, DbError> {
        let rows = sqlx::query(
            "UPDATE device_logs SET state = ?, error = 'nothing came in time', finished_ms = ?
             WHERE finished_ms IS NULL AND requested_ms < ? RETURNING id, login_code",
        )
        .bind(LogState::TimedOut.name())
        .bind(now.0)
        .bind(before.0)
        .fetch_all(&self.writer)
        .await?;
        let row = |row: &SqliteRow| {
            let device: &str = row.try_get("login_code")?;
            let device = LoginCode::parse(device).map_err(|_| DbError::Corrupt("login code"))?;
            Ok((row.try_get("id")?, device))
        };
        rows.iter().map(row).collect()
    }

    /// Forgets a log of a device. `false` if there is none.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_log(&self, device: &LoginCode, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM device_logs WHERE login_code = ? AND id = ?")
            .bind(device.as_str())
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Forgets logs asked for before `before`, at most `limit` of them. How many they were.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_logs_before(&self, before: UnixMs, limit: u32) -> Result<u64, DbError> {
        let done = sqlx::query(
            "DELETE FROM device_logs WHERE id IN
                (SELECT id FROM device_logs WHERE requested_ms < ? ORDER BY requested_ms LIMIT ?)",
        )
        .bind(before.0)
        .bind(limit)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected())
    }
}
