use super::{Db, DbError};
use crate::clock::UnixMs;
use crate::ids::{ChannelId, LoginCode, RecordStreamId, RecordingId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use std::ops::Range;

/// Who cuts the segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedBy {
    /// The device, which uploads them.
    Device,
    /// The cloud, of the device's live stream.
    Cloud,
}

impl RecordedBy {
    /// Its name in the database and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Cloud => "cloud",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Device, Self::Cloud].into_iter().find(|by| by.name() == name)
    }
}

/// Why it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordCause {
    /// It always is.
    Always,
    /// By the weekly schedule.
    Schedule,
    /// Around an alarm.
    Alarm,
}

impl RecordCause {
    /// Its name in the database and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Schedule => "schedule",
            Self::Alarm => "alarm",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        let all = [Self::Always, Self::Schedule, Self::Alarm];
        all.into_iter().find(|cause| cause.name() == name)
    }
}

/// A recording session to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecordSession {
    /// Of which device.
    pub device: LoginCode,
    /// Of which channel.
    pub channel: ChannelId,
    /// Who cuts the segments.
    pub recorder: RecordedBy,
    /// Why.
    pub cause: RecordCause,
    /// The unguessable part of the address for its segments.
    pub secret: String,
    /// When it begins.
    pub began_at: UnixMs,
}

/// A recording session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSessionRow {
    /// Its number.
    pub id: RecordingId,
    /// What it is part of.
    pub stream: RecordStreamId,
    /// Of which device; `None` once that is gone, or another's.
    pub device: Option<LoginCode>,
    /// Of which channel.
    pub channel: ChannelId,
    /// The unguessable part of the address for its segments.
    pub secret: String,
    /// Who cuts the segments.
    pub recorder: RecordedBy,
    /// Why.
    pub cause: RecordCause,
    /// When it began.
    pub began_at: UnixMs,
    /// When it ended; `None`: it runs.
    pub ended_at: Option<UnixMs>,
    /// Why it ended.
    pub end_reason: Option<String>,
}

/// Of `record_sessions` as `s` and `record_streams` as `r`; [`session`] reads them.
const COLUMNS: &str =
    "s.id, s.stream_id, r.login_code, r.channel, s.token, s.recorder, s.cause, s.began_ms, s.ended_ms, s.end_reason";

fn session(row: &SqliteRow) -> Result<RecordSessionRow, DbError> {
    let recorder = RecordedBy::parse(row.try_get("recorder")?).ok_or(DbError::Corrupt("recorder"))?;
    let cause = RecordCause::parse(row.try_get("cause")?).ok_or(DbError::Corrupt("cause of a recording"))?;
    let device: Option<&str> = row.try_get("login_code")?;
    let device = device.map(LoginCode::parse).transpose();
    let channel: i64 = row.try_get("channel")?;
    Ok(RecordSessionRow {
        id: RecordingId(row.try_get("id")?),
        stream: RecordStreamId(row.try_get("stream_id")?),
        device: device.map_err(|_| DbError::Corrupt("login code"))?,
        channel: ChannelId(channel.try_into().map_err(|_| DbError::Corrupt("channel"))?),
        secret: row.try_get("token")?,
        recorder,
        cause,
        began_at: UnixMs(row.try_get("began_ms")?),
        ended_at: row.try_get::<Option<i64>, _>("ended_ms")?.map(UnixMs),
        end_reason: row.try_get("end_reason")?,
    })
}

/// The stream of a channel, made if there is none.
async fn stream(
    connection: &mut SqliteConnection,
    device: &LoginCode,
    channel: ChannelId,
) -> Result<RecordStreamId, DbError> {
    // Only of a device that is there.
    sqlx::query(
        "INSERT INTO record_streams (login_code, channel) SELECT login_code, ?2 FROM devices WHERE login_code = ?1
         ON CONFLICT DO NOTHING",
    )
    .bind(device.as_str())
    .bind(i64::from(channel.0))
    .execute(&mut *connection)
    .await?;
    let id = sqlx::query_scalar("SELECT id FROM record_streams WHERE login_code = ? AND channel = ?")
        .bind(device.as_str())
        .bind(i64::from(channel.0))
        .fetch_optional(connection)
        .await?;
    id.map(RecordStreamId).ok_or(DbError::Missing)
}

impl Db {
    /// Begins a recording session. One of the same channel that still runs ends with it.
    ///
    /// # Errors
    /// [`DbError::Missing`]: there is no such device. See [`DbError`].
    pub async fn begin_record_session(&self, new: &NewRecordSession) -> Result<RecordSessionRow, DbError> {
        let mut change = self.writer.begin().await?;
        let stream = stream(&mut change, &new.device, new.channel).await?;
        sqlx::query(
            "UPDATE record_sessions SET ended_ms = max(began_ms, ?2), end_reason = 'replaced'
             WHERE stream_id = ?1 AND ended_ms IS NULL",
        )
        .bind(stream.0)
        .bind(new.began_at.0)
        .execute(&mut *change)
        .await?;
        let id = sqlx::query_scalar(
            "INSERT INTO record_sessions (stream_id, token, recorder, cause, began_ms) VALUES (?, ?, ?, ?, ?) RETURNING id",
        )
        .bind(stream.0)
        .bind(&new.secret)
        .bind(new.recorder.name())
        .bind(new.cause.name())
        .bind(new.began_at.0)
        .fetch_one(&mut *change)
        .await?;
        change.commit().await?;
        Ok(RecordSessionRow {
            id: RecordingId(id),
            stream,
            device: Some(new.device.clone()),
            channel: new.channel,
            secret: new.secret.clone(),
            recorder: new.recorder,
            cause: new.cause,
            began_at: new.began_at,
            ended_at: None,
            end_reason: None,
        })
    }

    /// Ends a recording session. Whether it ran.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn end_record_session(&self, id: RecordingId, at: UnixMs, reason: &str) -> Result<bool, DbError> {
        let done = sqlx::query(
            "UPDATE record_sessions SET ended_ms = max(began_ms, ?2), end_reason = ?3 WHERE id = ?1 AND ended_ms IS NULL",
        )
        .bind(id.0)
        .bind(at.0)
        .bind(reason)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// The sessions that run, and those that ended after this moment, of devices that are still whose they were.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn late_record_sessions(&self, ended_after: UnixMs) -> Result<Vec<RecordSessionRow>, DbError> {
        // All are looked at, once, at the start.
        let sql = format!(
            "SELECT {COLUMNS} FROM record_sessions s JOIN record_streams r ON r.id = s.stream_id
             WHERE (s.ended_ms IS NULL OR s.ended_ms > ?) AND r.login_code IS NOT NULL ORDER BY s.id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(ended_after.0)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(session).collect()
    }

    /// The session whose address has this secret.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn record_session(&self, secret: &str) -> Result<Option<RecordSessionRow>, DbError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM record_sessions s JOIN record_streams r ON r.id = s.stream_id WHERE s.token = ?"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(secret)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(session).transpose()
    }

    /// The sessions of a stream that ran at some time within the range, the earliest first.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn record_sessions(
        &self,
        stream: RecordStreamId,
        range: Range<UnixMs>,
    ) -> Result<Vec<RecordSessionRow>, DbError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM record_sessions s JOIN record_streams r ON r.id = s.stream_id
             WHERE s.stream_id = ?1 AND s.began_ms < ?3 AND (s.ended_ms IS NULL OR s.ended_ms > ?2) ORDER BY s.began_ms, s.id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(stream.0)
            .bind(range.start.0)
            .bind(range.end.0)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(session).collect()
    }

    /// What is recorded of a channel, if anything ever was.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn record_stream(
        &self,
        device: &LoginCode,
        channel: ChannelId,
    ) -> Result<Option<RecordStreamId>, DbError> {
        let id = sqlx::query_scalar("SELECT id FROM record_streams WHERE login_code = ? AND channel = ?")
            .bind(device.as_str())
            .bind(i64::from(channel.0))
            .fetch_optional(&self.reader)
            .await?;
        Ok(id.map(RecordStreamId))
    }

    /// The same, entered if nothing was.
    ///
    /// # Errors
    /// [`DbError::Missing`]: there is no such device. See [`DbError`].
    pub async fn ensure_record_stream(
        &self,
        device: &LoginCode,
        channel: ChannelId,
    ) -> Result<RecordStreamId, DbError> {
        if let Some(known) = self.record_stream(device, channel).await? {
            return Ok(known);
        }
        let mut change = self.writer.begin().await?;
        let id = stream(&mut change, device, channel).await?;
        change.commit().await?;
        Ok(id)
    }
}
