//! What is known of a channel's footage, for those who look at it. Times are in milliseconds since 1970.

use super::{Db, DbError, MAX_SEGMENT_MS};
use crate::blob::SegmentKey;
use crate::ids::{ChannelId, LoginCode, RecordStreamId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

/// A piece of footage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FootageRow {
    /// Its number.
    pub id: i64,
    /// Of which session.
    pub session: i64,
    /// Where it is placed.
    pub start_ms: i64,
    /// How long it is.
    pub duration_ms: i64,
    /// How many bytes it has.
    pub bytes: u64,
    /// Its timestamps do not continue those of the segment before.
    pub discontinues: bool,
    /// The name of its object.
    pub key: SegmentKey,
}

impl FootageRow {
    /// When it ends.
    pub fn end_ms(&self) -> i64 {
        self.start_ms.saturating_add(self.duration_ms)
    }
}

/// A recording session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSpanRow {
    /// Its number.
    pub id: i64,
    /// Whether the cloud records itself.
    pub by_cloud: bool,
    /// When it began.
    pub began_ms: i64,
    /// When it ended; `None`: it runs.
    pub ended_ms: Option<i64>,
}

/// Footage that is known to be lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LossRow {
    /// Of which session.
    pub session: i64,
    /// Why.
    pub reason: String,
    /// When it was told.
    pub at_ms: i64,
    /// From when; `None`: somewhere before it was told.
    pub from_ms: Option<i64>,
    /// How long; 0: nobody said.
    pub lost_ms: i64,
    /// How many segments.
    pub segments: i64,
}

/// A device came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresenceStepRow {
    /// When.
    pub at_ms: i64,
    /// It is there since.
    pub online: bool,
    /// It was silent for too long, and so it was away before that was noticed.
    pub silent: bool,
}

/// An alarm, as a timeline shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmMarkRow {
    /// Its number.
    pub id: i64,
    /// What raised it, by the protocol's number.
    pub alarm_type: i64,
    /// When it began.
    pub begin_ms: i64,
    /// When it ended; `None`: it stands.
    pub end_ms: Option<i64>,
}

fn segment(row: &SqliteRow) -> Result<FootageRow, DbError> {
    let key: &[u8] = row.try_get(6)?;
    let flags: i64 = row.try_get(5)?;
    Ok(FootageRow {
        id: row.try_get(0)?,
        session: row.try_get(1)?,
        start_ms: row.try_get(2)?,
        duration_ms: row.try_get(3)?,
        bytes: row.try_get::<i64, _>(4)?.try_into().unwrap_or(0),
        discontinues: flags & 1 != 0,
        key: SegmentKey::from_bytes(key.try_into().map_err(|_| DbError::Corrupt("key of a segment"))?),
    })
}

/// Losses that one look takes in: more than a device that loses one of three segments makes in a month.
const MAX_LOSSES: u32 = 100_000;

impl Db {
    /// Of which channel this footage is. `None`: of none any more.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn channel_of_stream(&self, stream: RecordStreamId) -> Result<Option<(LoginCode, ChannelId)>, DbError> {
        let sql = "SELECT login_code, channel FROM record_streams WHERE id = ? AND login_code IS NOT NULL";
        let row = sqlx::query(sql).bind(stream.0).fetch_optional(&self.reader).await?;
        row.map(|row| {
            let code = LoginCode::parse(row.try_get(0)?).map_err(|_| DbError::Corrupt("login code"))?;
            Ok((code, ChannelId(row.try_get(1)?)))
        })
        .transpose()
    }

    /// Where there is footage between these times, in order.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn footage_spans(
        &self,
        stream: RecordStreamId,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<(i64, i64)>, DbError> {
        // One may reach in from before.
        let rows = sqlx::query(
            "SELECT start_ms, end_ms FROM record_spans WHERE stream_id = ?1 AND start_ms < ?3 AND start_ms >=
                coalesce((SELECT max(start_ms) FROM record_spans WHERE stream_id = ?1 AND start_ms <= ?2), ?2)
             ORDER BY start_ms",
        )
        .bind(stream.0)
        .bind(from_ms)
        .bind(to_ms)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(span).collect()
    }

    /// Segments that reach into this time, in order; `limit` at most.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn segments_between(
        &self,
        stream: RecordStreamId,
        from_ms: i64,
        to_ms: i64,
        limit: u32,
    ) -> Result<Vec<FootageRow>, DbError> {
        let rows = sqlx::query(
            "SELECT id, session_id, start_ms, duration_ms, bytes, flags, key FROM segments
             WHERE stream_id = ? AND start_ms > ? AND start_ms < ? AND start_ms + duration_ms > ?
             ORDER BY start_ms, id LIMIT ?",
        )
        .bind(stream.0)
        .bind(from_ms.saturating_sub(MAX_SEGMENT_MS))
        .bind(to_ms)
        .bind(from_ms)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(segment).collect()
    }

    /// One segment.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn segment_of_stream(&self, stream: RecordStreamId, id: i64) -> Result<Option<FootageRow>, DbError> {
        let row = sqlx::query(
            "SELECT id, session_id, start_ms, duration_ms, bytes, flags, key FROM segments
             WHERE id = ? AND stream_id = ?",
        )
        .bind(id)
        .bind(stream.0)
        .fetch_optional(&self.reader)
        .await?;
        row.as_ref().map(segment).transpose()
    }

    /// When segments are placed whose device's clock was not believed, in order.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn misplaced_segments(
        &self,
        stream: RecordStreamId,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<(i64, i64)>, DbError> {
        let rows = sqlx::query(
            "SELECT start_ms, start_ms + duration_ms FROM segments
             WHERE stream_id = ? AND start_ms > ? AND start_ms < ? AND flags & 2 <> 0 ORDER BY start_ms",
        )
        .bind(stream.0)
        .bind(from_ms.saturating_sub(MAX_SEGMENT_MS))
        .bind(to_ms)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(span).collect()
    }

    /// Sessions that reach into this time, in order.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn sessions_between(
        &self,
        stream: RecordStreamId,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<SessionSpanRow>, DbError> {
        let rows = sqlx::query(
            "SELECT id, recorder, began_ms, ended_ms FROM record_sessions
             WHERE stream_id = ? AND began_ms < ? AND (ended_ms IS NULL OR ended_ms > ?) ORDER BY began_ms, id",
        )
        .bind(stream.0)
        .bind(to_ms)
        .bind(from_ms)
        .fetch_all(&self.reader)
        .await?;
        let session = |row: &SqliteRow| {
            Ok(SessionSpanRow {
                id: row.try_get(0)?,
                by_cloud: row.try_get::<&str, _>(1)? == "cloud",
                began_ms: row.try_get(2)?,
                ended_ms: row.try_get(3)?,
            })
        };
        rows.iter().map(session).collect()
    }

    /// What is known to be lost of this time, and what was lost at an unknown time and told by its end; in the order in
    /// which it was told. What is lost is told within a day. Of very many the first 100,000.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn losses_between(
        &self,
        stream: RecordStreamId,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<LossRow>, DbError> {
        let rows = sqlx::query(
            "SELECT session_id, reason, at_ms, from_ms, lost_ms, segments FROM record_losses
             WHERE stream_id = ?1 AND at_ms >= ?2 AND at_ms < ?3 + 86400000 AND coalesce(from_ms, at_ms) < ?3
             ORDER BY at_ms, id LIMIT ?4",
        )
        .bind(stream.0)
        .bind(from_ms)
        .bind(to_ms)
        .bind(MAX_LOSSES)
        .fetch_all(&self.reader)
        .await?;
        let loss = |row: &SqliteRow| {
            Ok(LossRow {
                session: row.try_get(0)?,
                reason: row.try_get(1)?,
                at_ms: row.try_get(2)?,
                from_ms: row.try_get(3)?,
                lost_ms: row.try_get(4)?,
                segments: row.try_get(5)?,
            })
        };
        rows.iter().map(loss).collect()
    }

    /// Before when footage was deleted. `None`: none ever was.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn footage_deleted_before(&self, stream: RecordStreamId) -> Result<Option<i64>, DbError> {
        let sql = "SELECT before_ms FROM record_deletions WHERE stream_id = ?";
        Ok(sqlx::query_scalar(sql)
            .bind(stream.0)
            .fetch_optional(&self.reader)
            .await?)
    }

    /// When the cloud ran, as far as it reaches into this time, in order.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn runs_between(&self, from_ms: i64, to_ms: i64) -> Result<Vec<(i64, i64)>, DbError> {
        let sql = "SELECT began_ms, alive_at_ms FROM cloud_runs WHERE began_ms < ? AND alive_at_ms > ? ORDER BY id";
        let rows = sqlx::query(sql)
            .bind(to_ms)
            .bind(from_ms)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(span).collect()
    }

    /// Whether a device ever was there, as far as is remembered.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn was_ever_present(&self, device: &LoginCode) -> Result<bool, DbError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM presence_history WHERE login_code = ?)";
        Ok(sqlx::query_scalar(sql)
            .bind(device.as_str())
            .fetch_one(&self.reader)
            .await?)
    }

    /// How a device came and went within this time, in order, and before it the last time.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn presence_between(
        &self,
        device: &LoginCode,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<PresenceStepRow>, DbError> {
        let rows = sqlx::query(
            "SELECT at_ms, presence = 'online', coalesce(reason = 'silent', 0) FROM presence_history
             WHERE login_code = ?1 AND at_ms < ?3 AND id >=
                coalesce((SELECT max(id) FROM presence_history WHERE login_code = ?1 AND at_ms <= ?2), 0)
             ORDER BY id",
        )
        .bind(device.as_str())
        .bind(from_ms)
        .bind(to_ms)
        .fetch_all(&self.reader)
        .await?;
        let step = |row: &SqliteRow| {
            Ok(PresenceStepRow {
                at_ms: row.try_get(0)?,
                online: row.try_get(1)?,
                silent: row.try_get(2)?,
            })
        };
        rows.iter().map(step).collect()
    }

    /// Alarms of a channel that stood at this time, oldest first; `limit` at most, the latest then.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn alarm_marks(
        &self,
        device: &LoginCode,
        channel: ChannelId,
        (from_ms, to_ms): (i64, i64),
        limit: u32,
    ) -> Result<Vec<AlarmMarkRow>, DbError> {
        let rows = sqlx::query(
            "SELECT id, type, begin_ms, end_ms FROM alarms
             WHERE login_code = ? AND channel = ? AND begin_ms < ? AND (end_ms IS NULL OR end_ms >= ?)
             ORDER BY id DESC LIMIT ?",
        )
        .bind(device.as_str())
        .bind(channel.0)
        .bind(to_ms)
        .bind(from_ms)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        let mark = |row: &SqliteRow| {
            Ok(AlarmMarkRow {
                id: row.try_get(0)?,
                alarm_type: row.try_get(1)?,
                begin_ms: row.try_get(2)?,
                end_ms: row.try_get(3)?,
            })
        };
        rows.iter().rev().map(mark).collect()
    }

    /// The footage of this time that is kept since it is around alarms, by when it begins.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn kept_for_alarms(
        &self,
        stream: RecordStreamId,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<(i64, i64)>, DbError> {
        let rows = sqlx::query(
            "SELECT from_ms, to_ms FROM record_keeps
             WHERE stream_id = ? AND alarm_id IS NOT NULL AND from_ms < ? AND to_ms > ? ORDER BY from_ms",
        )
        .bind(stream.0)
        .bind(to_ms)
        .bind(from_ms)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(span).collect()
    }

    /// When alarms of a channel began within this time, in order.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn alarm_begins(
        &self,
        device: &LoginCode,
        channel: ChannelId,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<i64>, DbError> {
        let begins = sqlx::query_scalar(
            "SELECT begin_ms FROM alarms WHERE login_code = ? AND channel = ? AND begin_ms >= ? AND begin_ms < ?
             ORDER BY begin_ms",
        )
        .bind(device.as_str())
        .bind(channel.0)
        .bind(from_ms)
        .bind(to_ms)
        .fetch_all(&self.reader)
        .await?;
        Ok(begins)
    }
}

/// When something begins and ends.
fn span(row: &SqliteRow) -> Result<(i64, i64), DbError> {
    Ok((row.try_get(0)?, row.try_get(1)?))
}
