use super::record_losses::{self, NewRecordLoss};
use super::{Db, DbError};
use crate::blob::SegmentKey;
use crate::clock::UnixMs;
use crate::ids::{RecordStreamId, RecordingId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

/// No segment is longer.
pub const MAX_SEGMENT_MS: i64 = 600_000;
/// Two pieces of footage no further apart are one: devices round, and of a slow camera a segment ends with its last picture.
pub const SPAN_TOLERANCE_MS: i64 = 1_000;

/// A segment's timestamps do not continue those of the one before.
pub const DISCONTINUOUS: u8 = 1;
/// It is not where its device said, for the device's clock was not believed.
pub const CLOCK_DOUBTED: u8 = 2;

/// A segment of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentRow {
    /// Its number; 0 before it is stored.
    pub id: i64,
    /// What it is part of.
    pub stream: RecordStreamId,
    /// In which session it was recorded.
    pub session: RecordingId,
    /// When it begins.
    pub start: UnixMs,
    /// How long it is.
    pub duration_ms: u32,
    /// The same in bytes.
    pub bytes: u64,
    /// [`DISCONTINUOUS`], [`CLOCK_DOUBTED`].
    pub flags: u8,
    /// When the device said it begins; `None`: the same.
    pub device_start: Option<UnixMs>,
    /// When it was there.
    pub received: UnixMs,
    /// The name of its object.
    pub key: SegmentKey,
}

impl SegmentRow {
    /// When it ends.
    pub fn end(&self) -> UnixMs {
        UnixMs(self.start.0.saturating_add(i64::from(self.duration_ms)))
    }

    /// Its timestamps continue those of the segment before.
    pub fn continues(&self) -> bool {
        self.flags & DISCONTINUOUS == 0
    }
}

/// What came of a segment to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentWritten {
    /// It is stored.
    New,
    /// It was already.
    Known,
    /// It is not: what it is part of is somebody else's by now, or it was stored once and is deleted.
    Gone,
}

/// Footage without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordSpan {
    /// When it begins.
    pub start: UnixMs,
    /// When it ends.
    pub end: UnixMs,
}

pub(super) const SEGMENT_COLUMNS: &str =
    "id, stream_id, session_id, start_ms, duration_ms, bytes, flags, device_start_ms, received_ms, key";

pub(super) fn segment(row: &SqliteRow) -> Result<SegmentRow, DbError> {
    let key: Vec<u8> = row.try_get("key")?;
    let key = <[u8; 16]>::try_from(key).map_err(|_| DbError::Corrupt("key of a segment"))?;
    Ok(SegmentRow {
        id: row.try_get("id")?,
        stream: RecordStreamId(row.try_get("stream_id")?),
        session: RecordingId(row.try_get("session_id")?),
        start: UnixMs(row.try_get("start_ms")?),
        duration_ms: row.try_get::<i64, _>("duration_ms")?.try_into().unwrap_or(0),
        bytes: row.try_get::<i64, _>("bytes")?.try_into().unwrap_or(0),
        flags: row.try_get::<i64, _>("flags")?.try_into().unwrap_or(DISCONTINUOUS),
        device_start: row.try_get::<Option<i64>, _>("device_start_ms")?.map(UnixMs),
        received: UnixMs(row.try_get("received_ms")?),
        key: SegmentKey::from_bytes(key),
    })
}

fn as_json(rows: &[SegmentRow]) -> Result<String, DbError> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            serde_json::json!([
                row.stream,
                row.session,
                row.start,
                row.duration_ms,
                row.bytes,
                row.flags,
                row.device_start,
                row.received,
                row.key.to_string(),
            ])
        })
        .collect();
    serde_json::to_string(&rows).map_err(|_| DbError::Corrupt("segment"))
}

async fn insert(connection: &mut SqliteConnection, rows: &[SegmentRow]) -> Result<Vec<SegmentWritten>, DbError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    // One of a stream that is nobody's any more would be shown to nobody; one that is being deleted must not come back.
    let new = sqlx::query(
        "INSERT INTO segments (stream_id, session_id, start_ms, duration_ms, bytes, flags, device_start_ms, received_ms, key)
         SELECT r.id, s.value ->> 1, s.value ->> 2, s.value ->> 3, s.value ->> 4, s.value ->> 5, s.value ->> 6,
             s.value ->> 7, unhex(s.value ->> 8)
         FROM json_each(?) AS s JOIN record_streams r ON r.id = s.value ->> 0 AND r.login_code IS NOT NULL
         WHERE unhex(s.value ->> 8) NOT IN (SELECT key FROM dropped_segments)
         ON CONFLICT (key) DO NOTHING
         RETURNING key",
    )
    .bind(as_json(rows)?)
    .fetch_all(&mut *connection)
    .await?;
    let mut new = keys(&new)?;
    let mut known = HashSet::new();
    if new.len() < rows.len() {
        let rest: Vec<_> = rows.iter().map(|row| row.key.to_string()).collect();
        let rest = serde_json::to_string(&rest).map_err(|_| DbError::Corrupt("segment"))?;
        let rows = sqlx::query("SELECT key FROM segments WHERE key IN (SELECT unhex(value) FROM json_each(?))")
            .bind(rest)
            .fetch_all(connection)
            .await?;
        known = keys(&rows)?;
    }
    let written = rows.iter().map(|row| match () {
        // Of two rows with one key the second is known.
        () if new.remove(row.key.as_bytes()) => SegmentWritten::New,
        () if known.contains(row.key.as_bytes()) => SegmentWritten::Known,
        () => SegmentWritten::Gone,
    });
    Ok(written.collect())
}

fn keys(rows: &[SqliteRow]) -> Result<HashSet<[u8; 16]>, DbError> {
    let key = |row: &SqliteRow| {
        let key: Vec<u8> = row.try_get("key")?;
        key.try_into().map_err(|_| DbError::Corrupt("key of a segment"))
    };
    rows.iter().map(key).collect()
}

/// Puts these, sorted by their beginning, together.
pub(super) fn united(mut spans: Vec<RecordSpan>) -> Vec<RecordSpan> {
    spans.sort_by_key(|span| span.start);
    let mut united: Vec<RecordSpan> = Vec::new();
    for span in spans {
        match united.last_mut() {
            Some(last) if span.start.0 <= last.end.0.saturating_add(SPAN_TOLERANCE_MS) => {
                last.end = last.end.max(span.end);
            }
            _ => united.push(span),
        }
    }
    united
}

/// Adds footage to the spans of a stream.
pub(super) async fn add_span(
    connection: &mut SqliteConnection,
    stream: RecordStreamId,
    span: RecordSpan,
) -> Result<(), DbError> {
    // Spans of a stream do not touch each other, so of those that begin earlier only the last can touch this one.
    let touched = sqlx::query(
        "SELECT start_ms, end_ms FROM record_spans WHERE stream_id = ?1 AND start_ms BETWEEN ?2 AND ?3
         UNION ALL
         SELECT start_ms, end_ms FROM (SELECT start_ms, end_ms FROM record_spans WHERE stream_id = ?1 AND start_ms < ?2
             ORDER BY start_ms DESC LIMIT 1) WHERE end_ms >= ?2 - ?4",
    )
    .bind(stream.0)
    .bind(span.start.0)
    .bind(span.end.0.saturating_add(SPAN_TOLERANCE_MS))
    .bind(SPAN_TOLERANCE_MS)
    .fetch_all(&mut *connection)
    .await?;
    let mut spans = vec![span];
    for row in &touched {
        spans.push(self::span(row)?);
    }
    let start = spans.iter().map(|span| span.start).min().unwrap_or(span.start);
    let end = spans.iter().map(|span| span.end).max().unwrap_or(span.end);
    // Most often it is the last one, which grows.
    if spans[1..].iter().any(|touched| touched.start != start) {
        sqlx::query("DELETE FROM record_spans WHERE stream_id = ?1 AND start_ms > ?2 AND start_ms <= ?3")
            .bind(stream.0)
            .bind(start.0)
            .bind(end.0)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query(
        "INSERT INTO record_spans (stream_id, start_ms, end_ms) VALUES (?, ?, ?)
         ON CONFLICT (stream_id, start_ms) DO UPDATE SET end_ms = max(end_ms, excluded.end_ms)",
    )
    .bind(stream.0)
    .bind(start.0)
    .bind(end.0)
    .execute(connection)
    .await?;
    Ok(())
}

fn span(row: &SqliteRow) -> Result<RecordSpan, DbError> {
    Ok(RecordSpan {
        start: UnixMs(row.try_get("start_ms")?),
        end: UnixMs(row.try_get("end_ms")?),
    })
}

impl Db {
    /// Stores segments, and losses, in one transaction. What came of each segment, in order.
    ///
    /// # Errors
    /// See [`DbError`]; none is stored then.
    pub async fn write_segments(
        &self,
        segments: &[SegmentRow],
        losses: &[NewRecordLoss],
    ) -> Result<Vec<SegmentWritten>, DbError> {
        let mut change = self.writer.begin().await?;
        let written = insert(&mut change, segments).await?;
        let mut new: BTreeMap<RecordStreamId, Vec<RecordSpan>> = BTreeMap::new();
        for (row, _) in std::iter::zip(segments, &written).filter(|(_, written)| **written == SegmentWritten::New) {
            new.entry(row.stream).or_default().push(RecordSpan {
                start: row.start,
                end: row.end(),
            });
        }
        for (stream, spans) in new {
            for span in united(spans) {
                add_span(&mut change, stream, span).await?;
            }
        }
        record_losses::insert(&mut change, losses).await?;
        change.commit().await?;
        Ok(written)
    }

    /// The segments of a stream that have something within the range, the earliest first, `limit` at most.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn segments(
        &self,
        stream: RecordStreamId,
        range: Range<UnixMs>,
        limit: u32,
    ) -> Result<Vec<SegmentRow>, DbError> {
        let sql = format!(
            "SELECT {SEGMENT_COLUMNS} FROM segments
             WHERE stream_id = ?1 AND start_ms > ?2 - ?4 AND start_ms < ?3 AND start_ms + duration_ms > ?2
             ORDER BY start_ms, id LIMIT ?5"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(stream.0)
            .bind(range.start.0)
            .bind(range.end.0)
            .bind(MAX_SEGMENT_MS)
            .bind(limit)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(segment).collect()
    }

    /// One segment of a stream.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn segment(&self, stream: RecordStreamId, id: i64) -> Result<Option<SegmentRow>, DbError> {
        let sql = format!("SELECT {SEGMENT_COLUMNS} FROM segments WHERE id = ? AND stream_id = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .bind(stream.0)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(segment).transpose()
    }

    /// Whether a segment of this key is stored.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn has_segment(&self, key: &SegmentKey) -> Result<bool, DbError> {
        let found = sqlx::query_scalar::<_, i64>("SELECT 1 FROM segments WHERE key = ?")
            .bind(key.as_bytes().as_slice())
            .fetch_optional(&self.reader)
            .await?;
        Ok(found.is_some())
    }

    /// The segments of a session that came last, the last first.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn last_segments(
        &self,
        stream: RecordStreamId,
        session: RecordingId,
        limit: u32,
    ) -> Result<Vec<SegmentRow>, DbError> {
        // By place, not by number: no index is needed for it, and at most the order differs.
        let sql = format!(
            "SELECT {SEGMENT_COLUMNS} FROM (SELECT * FROM segments WHERE stream_id = ?1 ORDER BY start_ms DESC LIMIT ?3)
             WHERE session_id = ?2 ORDER BY start_ms DESC"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(stream.0)
            .bind(session.0)
            .bind(limit)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(segment).collect()
    }

    /// The spans of a stream that have something within the range, the earliest first.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn record_spans(&self, stream: RecordStreamId, range: Range<UnixMs>) -> Result<Vec<RecordSpan>, DbError> {
        let rows = sqlx::query(
            "SELECT start_ms, end_ms FROM (SELECT start_ms, end_ms FROM record_spans
                 WHERE stream_id = ?1 AND start_ms <= ?2 ORDER BY start_ms DESC LIMIT 1) WHERE end_ms > ?2
             UNION ALL
             SELECT start_ms, end_ms FROM record_spans WHERE stream_id = ?1 AND start_ms > ?2 AND start_ms < ?3
             ORDER BY start_ms",
        )
        .bind(stream.0)
        .bind(range.start.0)
        .bind(range.end.0)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(span).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{NewDeviceRow, NewRecordSession, RecordCause, RecordedBy};
    use crate::ids::{ChannelId, LoginCode};

    fn spans_of(all: &[RecordSpan]) -> Vec<(i64, i64)> {
        all.iter().map(|span| (span.start.0, span.end.0)).collect()
    }

    struct Recorded {
        db: Db,
        stream: RecordStreamId,
        session: RecordingId,
        _dir: tempfile::TempDir,
    }

    impl Recorded {
        async fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let db = Db::open(dir.path()).await.unwrap();
            let device = LoginCode::parse("cam").unwrap();
            add_device(&db, &device).await;
            let new = NewRecordSession {
                device,
                channel: ChannelId(0),
                recorder: RecordedBy::Device,
                cause: RecordCause::Always,
                secret: "t".into(),
                began_at: UnixMs(0),
            };
            let row = db.begin_record_session(&new).await.unwrap();
            Self {
                stream: row.stream,
                session: row.id,
                db,
                _dir: dir,
            }
        }

        fn row(&self, start: i64, duration_ms: u32) -> SegmentRow {
            SegmentRow {
                id: 0,
                stream: self.stream,
                session: self.session,
                start: UnixMs(start),
                duration_ms,
                bytes: 188,
                flags: DISCONTINUOUS,
                device_start: None,
                received: UnixMs(start + 1),
                key: SegmentKey::random(UnixMs(start)),
            }
        }

        async fn spans(&self) -> Vec<(i64, i64)> {
            let all = self.db.record_spans(self.stream, UnixMs(i64::MIN)..UnixMs(i64::MAX));
            spans_of(&all.await.unwrap())
        }
    }

    async fn add_device(db: &Db, device: &LoginCode) {
        let new = NewDeviceRow {
            login_code: device.clone(),
            name: String::new(),
            passwd_hash: [0; 32],
            created_at: UnixMs(0),
            tenant: None,
            group: None,
            stocked: false,
        };
        db.add_devices(&[(&new, None)], u64::MAX).await.unwrap();
    }

    #[tokio::test]
    async fn spans_are_what_the_segments_make_them_in_whatever_order_they_come() {
        for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3]] {
            let recorded = Recorded::new().await;
            // Two that follow each other, one apart, one that closes the gap, one that lies within.
            let all = [
                recorded.row(0, 10_000),
                recorded.row(10_000, 10_000),
                recorded.row(30_000, 10_000),
                recorded.row(20_900, 8_200),
                recorded.row(32_000, 1_000),
            ];
            for at in order {
                recorded.db.write_segments(&[all[at]], &[]).await.unwrap();
            }
            assert_eq!(recorded.spans().await, [(0, 40_000)], "{order:?}");
            let apart = recorded.row(41_001, 5);
            recorded.db.write_segments(&[apart], &[]).await.unwrap();
            assert_eq!(recorded.spans().await, [(0, 40_000), (41_001, 41_006)]);
        }
    }

    #[tokio::test]
    async fn a_segment_is_stored_once_and_only_where_it_belongs() {
        let recorded = Recorded::new().await;
        let row = recorded.row(5, 10);
        let nowhere = SegmentRow {
            stream: RecordStreamId(99),
            ..recorded.row(5, 10)
        };
        let written = recorded.db.write_segments(&[row, row, nowhere], &[]).await.unwrap();
        assert_eq!(
            written,
            [SegmentWritten::New, SegmentWritten::Known, SegmentWritten::Gone]
        );
        let written = recorded.db.write_segments(&[row], &[]).await.unwrap();
        assert_eq!(written, [SegmentWritten::Known]);
        assert!(recorded.db.has_segment(&row.key).await.unwrap());
        let found = recorded
            .db
            .segments(recorded.stream, UnixMs(14)..UnixMs(15), 9)
            .await
            .unwrap();
        assert_eq!(found, [SegmentRow { id: found[0].id, ..row }]);
        for range in [UnixMs(15)..UnixMs(99), UnixMs(0)..UnixMs(5)] {
            assert!(
                recorded
                    .db
                    .segments(recorded.stream, range, 9)
                    .await
                    .unwrap()
                    .is_empty()
            );
        }
        let cam = LoginCode::parse("cam").unwrap();
        recorded.db.delete_device(&cam).await.unwrap();
        let late = recorded.row(6, 10);
        let written = recorded.db.write_segments(&[late], &[]).await.unwrap();
        assert_eq!(written, [SegmentWritten::Gone], "the device is gone");
    }
}
