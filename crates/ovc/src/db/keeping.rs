use super::segments::{MAX_SEGMENT_MS, RecordSpan, united};
use super::{Db, DbError};
use crate::blob::SegmentKey;
use crate::clock::UnixMs;
use crate::ids::RecordStreamId;
use sqlx::{Row as _, SqliteConnection};
use std::collections::{BTreeMap, HashMap};

/// What is kept of one channel while one tenant holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredStream {
    /// Its number.
    pub id: RecordStreamId,
    /// Its device is gone, or another's: nobody sees it any more.
    pub abandoned: bool,
    /// How many segments there are.
    pub segments: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the oldest begins.
    pub oldest: Option<UnixMs>,
    /// How its channel is to be recorded, as JSON.
    pub plan: Option<String>,
}

/// What is not deleted though it is old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sparing {
    /// What was recorded around alarms, as long as it is kept for them, and what people locked.
    Keeps,
    /// What people locked.
    Clips,
    /// Nothing.
    Nothing,
}

/// A place among the segments of a stream, which are ordered by when they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SegmentPlace {
    start_ms: i64,
    id: i64,
}

impl SegmentPlace {
    /// Before all of them.
    pub const FIRST: Self = Self {
        start_ms: i64::MIN,
        id: i64::MIN,
    };

    /// Before all that lie at this moment or later, in part at least.
    pub fn before(at: UnixMs) -> Self {
        Self {
            start_ms: at.0.saturating_sub(MAX_SEGMENT_MS),
            id: i64::MIN,
        }
    }
}

/// Which segments of a stream are to be deleted.
#[derive(Debug, Clone, Copy)]
pub struct Deleting {
    /// Of what.
    pub stream: RecordStreamId,
    /// Behind this one.
    pub after: SegmentPlace,
    /// Those that begin before.
    pub until: UnixMs,
    /// But not these.
    pub sparing: Sparing,
    /// No more than this many bytes and one segment.
    pub max_bytes: u64,
    /// Looked at in one go.
    pub limit: u32,
}

/// What was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    /// How many segments.
    pub segments: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The last that was looked at: what is left up to it is spared.
    pub last: SegmentPlace,
    /// There may be more behind it that begin early enough.
    pub more: bool,
}

/// A segment that is looked at.
struct Looked {
    id: i64,
    span: RecordSpan,
    bytes: u64,
}

fn span(row: &sqlx::sqlite::SqliteRow) -> Result<RecordSpan, DbError> {
    Ok(RecordSpan {
        start: UnixMs(row.try_get("start_ms")?),
        end: UnixMs(row.try_get("end_ms")?),
    })
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn ids_as_json(ids: &[i64]) -> Result<String, DbError> {
    serde_json::to_string(ids).map_err(|_| DbError::Corrupt("number of a segment"))
}

fn keys_as_json<'k>(keys: impl IntoIterator<Item = &'k SegmentKey>) -> Result<String, DbError> {
    let keys: Vec<_> = keys.into_iter().map(ToString::to_string).collect();
    serde_json::to_string(&keys).map_err(|_| DbError::Corrupt("key of a segment"))
}

fn object(row: &sqlx::sqlite::SqliteRow) -> Result<(RecordStreamId, SegmentKey), DbError> {
    Ok((RecordStreamId(row.try_get("stream_id")?), key(row.try_get("key")?)?))
}

fn key(bytes: Vec<u8>) -> Result<SegmentKey, DbError> {
    let bytes = bytes.try_into().map_err(|_| DbError::Corrupt("key of a segment"))?;
    Ok(SegmentKey::from_bytes(bytes))
}

/// What is left of spans where all within `hole` is deleted but `left`; `last_before` is where the footage before the hole
/// ends, `first_behind` where that behind it begins.
fn without(
    spans: &[RecordSpan],
    hole: RecordSpan,
    left: &[RecordSpan],
    last_before: Option<UnixMs>,
    first_behind: Option<UnixMs>,
) -> Vec<RecordSpan> {
    let mut kept = left.to_vec();
    for span in spans {
        if span.start < hole.start {
            let end = last_before.unwrap_or(hole.start).clamp(span.start, span.end);
            kept.push(RecordSpan { end, ..*span });
        }
        if span.end > hole.end
            && let Some(first) = first_behind.filter(|first| *first < span.end)
        {
            let start = first.max(span.start);
            kept.push(RecordSpan { start, ..*span });
        }
    }
    kept.retain(|span| span.start < span.end);
    united(kept)
}

/// Makes the spans of a stream true again, of which segments were deleted that lay within `hole`.
async fn mend_spans(
    connection: &mut SqliteConnection,
    stream: RecordStreamId,
    hole: RecordSpan,
) -> Result<(), DbError> {
    let rows = sqlx::query(
        "SELECT start_ms, end_ms FROM record_spans WHERE stream_id = ?1 AND start_ms < ?3 AND end_ms > ?2
         ORDER BY start_ms",
    )
    .bind(stream.0)
    .bind(hole.start.0)
    .bind(hole.end.0)
    .fetch_all(&mut *connection)
    .await?;
    let spans = rows.iter().map(span).collect::<Result<Vec<_>, _>>()?;
    let rows = sqlx::query(
        "SELECT start_ms, start_ms + duration_ms AS end_ms FROM segments
         WHERE stream_id = ?1 AND start_ms > ?2 - ?4 AND start_ms < ?3 AND start_ms + duration_ms > ?2
         ORDER BY start_ms",
    )
    .bind(stream.0)
    .bind(hole.start.0)
    .bind(hole.end.0)
    .bind(MAX_SEGMENT_MS)
    .fetch_all(&mut *connection)
    .await?;
    let left = rows.iter().map(span).collect::<Result<Vec<_>, _>>()?;
    let last_before: Option<i64> = sqlx::query_scalar(
        "SELECT max(start_ms + duration_ms) FROM segments WHERE stream_id = ?1 AND start_ms > ?2 - ?3 AND start_ms < ?2",
    )
    .bind(stream.0)
    .bind(hole.start.0)
    .bind(2 * MAX_SEGMENT_MS)
    .fetch_one(&mut *connection)
    .await?;
    let first_behind: Option<i64> =
        sqlx::query_scalar("SELECT min(start_ms) FROM segments WHERE stream_id = ? AND start_ms >= ?")
            .bind(stream.0)
            .bind(hole.end.0)
            .fetch_one(&mut *connection)
            .await?;
    let now = without(&spans, hole, &left, last_before.map(UnixMs), first_behind.map(UnixMs));
    if now == spans {
        return Ok(());
    }
    for old in spans {
        sqlx::query("DELETE FROM record_spans WHERE stream_id = ? AND start_ms = ?")
            .bind(stream.0)
            .bind(old.start.0)
            .execute(&mut *connection)
            .await?;
    }
    for span in now {
        sqlx::query(
            "INSERT INTO record_spans (stream_id, start_ms, end_ms) VALUES (?, ?, ?)
             ON CONFLICT (stream_id, start_ms) DO UPDATE SET end_ms = max(end_ms, excluded.end_ms)",
        )
        .bind(stream.0)
        .bind(span.start.0)
        .bind(span.end.0)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

impl Db {
    /// All streams of which there is or was something.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn stored_streams(&self) -> Result<Vec<StoredStream>, DbError> {
        let rows = sqlx::query(
            "SELECT r.id, r.login_code IS NULL AS abandoned, r.segments, r.bytes, p.plan,
                 (SELECT min(start_ms) FROM segments WHERE stream_id = r.id) AS oldest
             FROM record_streams r
             LEFT JOIN record_plans p ON p.login_code = r.login_code AND p.channel = r.channel ORDER BY r.id",
        )
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(StoredStream {
                    id: RecordStreamId(row.try_get("id")?),
                    abandoned: row.try_get("abandoned")?,
                    segments: count(row.try_get("segments")?),
                    bytes: count(row.try_get("bytes")?),
                    oldest: row.try_get::<Option<i64>, _>("oldest")?.map(UnixMs),
                    plan: row.try_get("plan")?,
                })
            })
            .collect()
    }

    /// Deletes segments, the oldest first, with what is known of where there is footage. Their objects are deleted after
    /// that ([`Self::dropped_segments`]).
    ///
    /// # Errors
    /// See [`DbError`]; nothing is deleted then.
    pub async fn delete_segments(&self, what: &Deleting, now: UnixMs) -> Result<Deleted, DbError> {
        let mut change = self.writer.begin().await?;
        let rows = sqlx::query(
            "SELECT id, start_ms, start_ms + duration_ms AS end_ms, bytes FROM segments
             WHERE stream_id = ?1 AND start_ms >= ?2 AND (start_ms, id) > (?2, ?3) AND start_ms < ?4
             ORDER BY start_ms, id LIMIT ?5",
        )
        .bind(what.stream.0)
        .bind(what.after.start_ms)
        .bind(what.after.id)
        .bind(what.until.0)
        .bind(what.limit)
        .fetch_all(&mut *change)
        .await?;
        let looked = rows
            .iter()
            .map(|row| {
                Ok(Looked {
                    id: row.try_get("id")?,
                    span: span(row)?,
                    bytes: count(row.try_get("bytes")?),
                })
            })
            .collect::<Result<Vec<_>, DbError>>()?;
        let (Some(first), Some(last)) = (looked.first(), looked.last()) else {
            return Ok(Deleted {
                segments: 0,
                bytes: 0,
                last: what.after,
                more: false,
            });
        };
        let latest = looked.iter().map(|one| one.span.end).max().unwrap_or(last.span.end);
        let spared = match what.sparing {
            Sparing::Nothing => Vec::new(),
            Sparing::Keeps | Sparing::Clips => {
                sqlx::query(
                    "SELECT from_ms AS start_ms, to_ms AS end_ms FROM record_keeps
                     WHERE stream_id = ?1 AND from_ms < ?3 AND to_ms > ?2 AND (until_ms IS NULL OR until_ms > ?4)
                         AND (alarm_id IS NULL OR ?5)",
                )
                .bind(what.stream.0)
                .bind(first.span.start.0)
                .bind(latest.0)
                .bind(now.0)
                .bind(what.sparing == Sparing::Keeps)
                .fetch_all(&mut *change)
                .await?
            }
        };
        let spared = united(spared.iter().map(span).collect::<Result<Vec<_>, _>>()?);
        let mut place = what.after;
        let mut full = false;
        let (mut ids, mut bytes) = (Vec::new(), 0_u64);
        let mut hole: Option<RecordSpan> = None;
        for one in &looked {
            let kept = spared
                .iter()
                .any(|kept| kept.start < one.span.end && kept.end > one.span.start);
            if !kept && !ids.is_empty() && bytes.saturating_add(one.bytes) > what.max_bytes {
                full = true;
                break;
            }
            place = SegmentPlace {
                start_ms: one.span.start.0,
                id: one.id,
            };
            if kept {
                continue;
            }
            ids.push(one.id);
            bytes = bytes.saturating_add(one.bytes);
            let before = hole.unwrap_or(one.span);
            hole = Some(RecordSpan {
                start: before.start.min(one.span.start),
                end: before.end.max(one.span.end),
            });
        }
        if let Some(hole) = hole {
            sqlx::query("DELETE FROM segments WHERE id IN (SELECT value FROM json_each(?))")
                .bind(ids_as_json(&ids)?)
                .execute(&mut *change)
                .await?;
            mend_spans(&mut change, what.stream, hole).await?;
            sqlx::query(
                "INSERT INTO record_deletions (stream_id, before_ms) VALUES (?, ?)
                 ON CONFLICT (stream_id) DO UPDATE SET before_ms = max(before_ms, excluded.before_ms)",
            )
            .bind(what.stream.0)
            .bind(hole.end.0)
            .execute(&mut *change)
            .await?;
        }
        change.commit().await?;
        Ok(Deleted {
            segments: ids.len() as u64,
            bytes,
            last: place,
            more: full || looked.len() == what.limit as usize,
        })
    }

    /// When the next segment of a stream begins behind a place.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn segment_behind(&self, stream: RecordStreamId, place: SegmentPlace) -> Result<Option<UnixMs>, DbError> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT start_ms FROM segments WHERE stream_id = ?1 AND start_ms >= ?2 AND (start_ms, id) > (?2, ?3)
             ORDER BY start_ms, id LIMIT 1",
        )
        .bind(stream.0)
        .bind(place.start_ms)
        .bind(place.id)
        .fetch_optional(&self.reader)
        .await?;
        Ok(found.map(UnixMs))
    }

    /// Objects of segments that are forgotten, and were not tried to be deleted yet.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn dropped_segments(&self, limit: u32) -> Result<Vec<(RecordStreamId, SegmentKey)>, DbError> {
        let rows = sqlx::query("SELECT stream_id, key FROM dropped_segments WHERE tried_at_ms IS NULL LIMIT ?")
            .bind(limit)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(object).collect()
    }

    /// The same of those that could not be deleted when it was last tried, which was before this moment; those first that
    /// wait the longest.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn stuck_segments(
        &self,
        tried_before: UnixMs,
        limit: u32,
    ) -> Result<Vec<(RecordStreamId, SegmentKey)>, DbError> {
        let rows = sqlx::query(
            "SELECT stream_id, key FROM dropped_segments WHERE tried_at_ms < ? ORDER BY tried_at_ms LIMIT ?",
        )
        .bind(tried_before.0)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(object).collect()
    }

    /// Notes that objects of forgotten segments could not be deleted.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn dropped_segments_tried(
        &self,
        stuck: &[(RecordStreamId, SegmentKey)],
        now: UnixMs,
    ) -> Result<(), DbError> {
        if stuck.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "UPDATE dropped_segments SET tried_at_ms = ?2 WHERE key IN (SELECT unhex(value) FROM json_each(?1))",
        )
        .bind(keys_as_json(stuck.iter().map(|(_, key)| key))?)
        .bind(now.0)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// How many bytes of streams people locked: of this one, or of all of which there are any.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn locked_bytes(
        &self,
        stream: Option<RecordStreamId>,
        now: UnixMs,
    ) -> Result<HashMap<RecordStreamId, u64>, DbError> {
        let rows = sqlx::query(
            "SELECT stream_id, from_ms AS start_ms, to_ms AS end_ms FROM record_keeps
             WHERE alarm_id IS NULL AND (until_ms IS NULL OR until_ms > ?1) AND stream_id BETWEEN ?2 AND ?3",
        )
        .bind(now.0)
        .bind(stream.map_or(i64::MIN, |stream| stream.0))
        .bind(stream.map_or(i64::MAX, |stream| stream.0))
        .fetch_all(&self.reader)
        .await?;
        let mut clips: BTreeMap<i64, Vec<RecordSpan>> = BTreeMap::new();
        for row in &rows {
            clips.entry(row.try_get("stream_id")?).or_default().push(span(row)?);
        }
        let mut locked = HashMap::new();
        for (stream, spans) in clips {
            let mut bytes = 0_u64;
            // One that lies in two clips counts twice only where they are closer than it is long.
            for clip in united(spans) {
                let of_clip: i64 = sqlx::query_scalar(
                    "SELECT ifnull(sum(bytes), 0) FROM segments
                     WHERE stream_id = ?1 AND start_ms > ?2 - ?4 AND start_ms < ?3 AND start_ms + duration_ms > ?2",
                )
                .bind(stream)
                .bind(clip.start.0)
                .bind(clip.end.0)
                .bind(MAX_SEGMENT_MS)
                .fetch_one(&self.reader)
                .await?;
                bytes = bytes.saturating_add(count(of_clip));
            }
            locked.insert(RecordStreamId(stream), bytes);
        }
        Ok(locked)
    }

    /// Forgets objects of segments that are deleted.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn forget_dropped_segments(&self, deleted: &[(RecordStreamId, SegmentKey)]) -> Result<(), DbError> {
        if deleted.is_empty() {
            return Ok(());
        }
        sqlx::query("DELETE FROM dropped_segments WHERE key IN (SELECT unhex(value) FROM json_each(?))")
            .bind(keys_as_json(deleted.iter().map(|(_, key)| key))?)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Those of these keys that no segment is known by.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn unknown_segments(&self, among: &[SegmentKey]) -> Result<Vec<SegmentKey>, DbError> {
        let rows: Vec<String> = sqlx::query_scalar(
            "SELECT value FROM json_each(?) AS k WHERE NOT EXISTS (SELECT 1 FROM segments WHERE key = unhex(k.value))",
        )
        .bind(keys_as_json(among)?)
        .fetch_all(&self.reader)
        .await?;
        let parse = |text: String| SegmentKey::parse(&text).map_err(|_| DbError::Corrupt("key of a segment"));
        rows.into_iter().map(parse).collect()
    }

    /// Forgets what was to be kept for longer, and is over: of which streams, and from when on.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_keeps_before(&self, now: UnixMs, limit: u32) -> Result<Vec<(RecordStreamId, UnixMs)>, DbError> {
        let rows = sqlx::query(
            "DELETE FROM record_keeps WHERE id IN (SELECT id FROM record_keeps WHERE until_ms <= ? LIMIT ?)
             RETURNING stream_id, from_ms",
        )
        .bind(now.0)
        .bind(limit)
        .fetch_all(&self.writer)
        .await?;
        rows.iter()
            .map(|row| {
                Ok((
                    RecordStreamId(row.try_get("stream_id")?),
                    UnixMs(row.try_get("from_ms")?),
                ))
            })
            .collect()
    }

    /// Forgets what became of seconds of a stream: losses that were told before the one moment, and sessions that were over
    /// before the other. How much.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_record_history(
        &self,
        stream: RecordStreamId,
        losses_before: UnixMs,
        sessions_before: UnixMs,
        limit: u32,
    ) -> Result<u64, DbError> {
        let mut most = 0;
        for (sql, before) in [
            (
                "DELETE FROM record_losses WHERE id IN
                     (SELECT id FROM record_losses WHERE stream_id = ? AND at_ms < ? LIMIT ?)",
                losses_before,
            ),
            (
                "DELETE FROM record_sessions WHERE id IN
                     (SELECT id FROM record_sessions WHERE stream_id = ? AND ended_ms < ? LIMIT ?)",
                sessions_before,
            ),
        ] {
            let done = sqlx::query(sql)
                .bind(stream.0)
                .bind(before.0)
                .bind(limit)
                .execute(&self.writer)
                .await?;
            most = most.max(done.rows_affected());
        }
        Ok(most)
    }

    /// Forgets when the cloud ran, as far as it ended before this moment.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_cloud_runs_before(&self, before: UnixMs) -> Result<(), DbError> {
        sqlx::query("DELETE FROM cloud_runs WHERE alive_at_ms < ?")
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Forgets an abandoned stream of which there are no segments any more, with all that is known of it.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_stream(&self, stream: RecordStreamId) -> Result<(), DbError> {
        let mut change = self.writer.begin().await?;
        let gone = sqlx::query(
            "DELETE FROM record_streams WHERE id = ?1 AND login_code IS NULL
                 AND NOT EXISTS (SELECT 1 FROM segments WHERE stream_id = ?1)",
        )
        .bind(stream.0)
        .execute(&mut *change)
        .await?;
        if gone.rows_affected() == 1 {
            for sql in [
                "DELETE FROM record_spans WHERE stream_id = ?",
                "DELETE FROM record_deletions WHERE stream_id = ?",
                "DELETE FROM record_losses WHERE stream_id = ?",
            ] {
                sqlx::query(sql).bind(stream.0).execute(&mut *change).await?;
            }
        }
        change.commit().await?;
        Ok(())
    }

    /// How many segments there are of all streams, their bytes, and when the oldest begins.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn stored_in_all(&self) -> Result<(u64, u64, Option<UnixMs>), DbError> {
        let row = sqlx::query(
            "SELECT ifnull(sum(segments), 0) AS segments, ifnull(sum(bytes), 0) AS bytes,
                 min((SELECT min(start_ms) FROM segments WHERE stream_id = r.id)) AS oldest
             FROM record_streams r",
        )
        .fetch_one(&self.reader)
        .await?;
        Ok((
            count(row.try_get("segments")?),
            count(row.try_get("bytes")?),
            row.try_get::<Option<i64>, _>("oldest")?.map(UnixMs),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    impl Db {
        /// Keeps footage for longer.
        pub(crate) async fn keep_for_test(
            &self,
            stream: RecordStreamId,
            from: UnixMs,
            to: UnixMs,
            until: Option<UnixMs>,
            alarm: Option<i64>,
        ) {
            sqlx::query(
                "INSERT INTO record_keeps (stream_id, from_ms, to_ms, until_ms, alarm_id, created_at_ms)
                 VALUES (?, ?, ?, ?, ?, 0)",
            )
            .bind(stream.0)
            .bind(from.0)
            .bind(to.0)
            .bind(until.map(|until| until.0))
            .bind(alarm)
            .execute(&self.writer)
            .await
            .unwrap();
        }

        /// How the first channel of a device is to be recorded.
        pub(crate) async fn plan_for_test(&self, code: &str, plan: &str) {
            sqlx::query(
                "INSERT OR REPLACE INTO record_plans (login_code, channel, plan, changed_at_ms) VALUES (?, 0, ?, 0)",
            )
            .bind(code)
            .bind(plan)
            .execute(&self.writer)
            .await
            .unwrap();
        }
    }

    fn span((start, len): (i64, i64)) -> RecordSpan {
        RecordSpan {
            start: UnixMs(start),
            end: UnixMs(start + len),
        }
    }

    proptest! {
        /// Whatever is deleted: what is left is what the segments that are left make it.
        #[test]
        fn spans_stay_true(
            segments in prop::collection::vec((0_i64..60_000, 1_i64..9_000), 1..40),
            deleted in prop::collection::vec(any::<bool>(), 40),
        ) {
            let mut all: Vec<_> = segments.into_iter().map(span).collect();
            all.sort_by_key(|span| span.start);
            let gone: Vec<_> = std::iter::zip(&all, &deleted).filter(|(_, gone)| **gone).map(|(one, _)| *one).collect();
            let left: Vec<_> = std::iter::zip(&all, &deleted).filter(|(_, gone)| !**gone).map(|(one, _)| *one).collect();
            prop_assume!(!gone.is_empty());
            let hole = RecordSpan {
                start: gone.iter().map(|one| one.start).min().unwrap(),
                end: gone.iter().map(|one| one.end).max().unwrap(),
            };
            let overlaps = |one: &&RecordSpan| one.start < hole.end && one.end > hole.start;
            let old: Vec<_> = united(all).into_iter().collect();
            let touched: Vec<_> = old.iter().filter(overlaps).copied().collect();
            let within: Vec<_> = left.iter().filter(overlaps).copied().collect();
            let last_before = left.iter().filter(|one| one.start < hole.start).map(|one| one.end).max();
            let first_behind = left.iter().map(|one| one.start).filter(|start| *start >= hole.end).min();
            let mut now: Vec<_> = old.into_iter().filter(|one| !overlaps(&one)).collect();
            now.extend(without(&touched, hole, &within, last_before, first_behind));
            now.sort_by_key(|one| one.start);
            prop_assert_eq!(now, united(left));
        }
    }
}
