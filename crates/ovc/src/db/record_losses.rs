use super::{Db, DbError};
use crate::clock::UnixMs;
use crate::ids::{RecordStreamId, RecordingId};
use serde::Serialize;
use sqlx::{Row as _, SqliteConnection};
use std::ops::Range;

/// Why footage is known not to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LossReason {
    /// The device had no room for it.
    Dropped,
    /// It could not be uploaded.
    Failed,
    /// The cloud did not want it.
    Refused,
    /// It was promised, and never came.
    Expired,
    /// The cloud had no room for it.
    DiskFull,
    /// The device's live stream, which the cloud was to record, was not there.
    NoMedia,
    /// The device did not want to record.
    DeviceRefused,
    /// The device did not answer when it was told to record.
    NotAnswering,
    /// The device was there, the channel's camera was not.
    ChannelOffline,
    /// The device began anew within its session: it was not there, for too short a time to count as offline.
    DeviceOffline,
}

impl LossReason {
    /// All there are.
    pub const ALL: [Self; 10] = [
        Self::Dropped,
        Self::Failed,
        Self::Refused,
        Self::Expired,
        Self::DiskFull,
        Self::NoMedia,
        Self::DeviceRefused,
        Self::NotAnswering,
        Self::ChannelOffline,
        Self::DeviceOffline,
    ];

    /// Its name in the database and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::DiskFull => "disk_full",
            Self::NoMedia => "no_media",
            Self::DeviceRefused => "device_refused",
            Self::NotAnswering => "not_answering",
            Self::ChannelOffline => "channel_offline",
            Self::DeviceOffline => "device_offline",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// Footage that is known not to be there, to be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NewRecordLoss {
    /// Of what it is missing.
    pub stream: RecordStreamId,
    /// In which session.
    pub session: RecordingId,
    /// Why.
    pub reason: LossReason,
    /// When that was told.
    pub at: UnixMs,
    /// From when on; `None`: somewhere before it was told.
    pub from: Option<UnixMs>,
    /// How long it would be.
    pub lost_ms: u64,
    /// How many segments.
    pub segments: u32,
}

/// The same, written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordLossRow {
    /// Its number.
    pub id: i64,
    /// What is known.
    pub loss: NewRecordLoss,
}

/// Losses are told at most so long after what is lost.
const TOLD_WITHIN_MS: i64 = 24 * 3600 * 1000;

pub(super) async fn insert(connection: &mut SqliteConnection, losses: &[NewRecordLoss]) -> Result<(), DbError> {
    if losses.is_empty() {
        return Ok(());
    }
    let json = serde_json::to_string(losses).map_err(|_| DbError::Corrupt("loss"))?;
    sqlx::query(
        "INSERT INTO record_losses (stream_id, session_id, reason, at_ms, from_ms, lost_ms, segments)
         SELECT r.id, l.value ->> 'session', l.value ->> 'reason', l.value ->> 'at', l.value ->> 'from',
             l.value ->> 'lost_ms', l.value ->> 'segments'
         FROM json_each(?) AS l JOIN record_streams r ON r.id = l.value ->> 'stream' ORDER BY l.key",
    )
    .bind(json)
    .execute(connection)
    .await?;
    Ok(())
}

impl Db {
    /// What is known to be missing of a stream and was told within the range or up to a day after it, in order. Where a loss
    /// lies, `from` says, or that it is not later than it was told.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn record_losses(
        &self,
        stream: RecordStreamId,
        range: Range<UnixMs>,
    ) -> Result<Vec<RecordLossRow>, DbError> {
        let rows = sqlx::query(
            "SELECT id, stream_id, session_id, reason, at_ms, from_ms, lost_ms, segments FROM record_losses
             WHERE stream_id = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY at_ms, id",
        )
        .bind(stream.0)
        .bind(range.start.0)
        .bind(range.end.0.saturating_add(TOLD_WITHIN_MS))
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(RecordLossRow {
                    id: row.try_get("id")?,
                    loss: NewRecordLoss {
                        stream: RecordStreamId(row.try_get("stream_id")?),
                        session: RecordingId(row.try_get("session_id")?),
                        reason: LossReason::parse(row.try_get("reason")?)
                            .ok_or(DbError::Corrupt("reason of a loss"))?,
                        at: UnixMs(row.try_get("at_ms")?),
                        from: row.try_get::<Option<i64>, _>("from_ms")?.map(UnixMs),
                        lost_ms: row.try_get::<i64, _>("lost_ms")?.try_into().unwrap_or(0),
                        segments: row.try_get::<i64, _>("segments")?.try_into().unwrap_or(0),
                    },
                })
            })
            .collect()
    }
}
