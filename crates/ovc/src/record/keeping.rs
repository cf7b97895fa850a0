//! What of recordings is kept for how long, and what goes when there is no more room. The oldest goes first, in batches so
//! small that nobody who writes at the time waits long, and its bytes with it.

use super::storage::{Storage, StorageState};
use crate::blob::{Blobs, Day};
use crate::bus::{Bus, Event};
use crate::clock::UnixMs;
use crate::config::RecordingConfig;
use crate::db::{
    ActorKind, AuditActor, AuditEntry, AuditLog, AuditOutcome, Db, DbError, Deleting, SegmentPlace, Sparing,
    StoredStream,
};
use crate::ids::RecordStreamId;
use crate::retention::RetentionError;
use serde::Deserialize;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::{Duration, Instant};

/// Segments deleted in one transaction, and objects in one go.
const BATCH: u32 = 250;
/// How often it is looked for what is kept for too long.
const PASS: Duration = Duration::from_secs(60);
/// How often it is looked how much room there is.
const LOOK: Duration = Duration::from_secs(1);
/// How long it is not looked for what may go where nothing was left that may.
const REST: Duration = Duration::from_secs(15);
/// What is deleted where something did not fit although there seems to be room: a quota, perhaps.
const AT_LEAST: u64 = 1 << 20;
/// How often it is looked for what was uploaded and never saved, of the last days, and how often of all.
const SWEEP: Duration = Duration::from_secs(3600);
const SWEEPS_OF_ALL: u32 = 24;
const FIRST_SWEEP: Duration = Duration::from_secs(300);
/// What is not saved so long after it had to be, never is.
const NEVER_SAVED: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Where room is made in several streams, they lose so much of time in turns.
const TURN_MS: i64 = 600_000;
/// How often what is spared is looked at again: it may not be any more.
const LOOK_AGAIN: u32 = 60;
/// How long it is known when the cloud ran.
const RUNS_KEPT: Duration = Duration::from_secs(400 * 24 * 3600);

/// What a plan says of how long footage is kept.
#[derive(Debug, Default, Deserialize)]
struct Kept {
    keep_days: Option<u32>,
    keep_bytes: Option<u64>,
}

/// Keeps recordings, and lets go of them.
#[derive(Debug, Clone)]
pub struct RecordKeeping {
    /// Where they are listed.
    pub db: Db,
    /// Where they are.
    pub blobs: Blobs,
    /// Where it is told that there is little room,
    pub bus: Bus,
    /// and written down.
    pub audit: AuditLog,
    /// Where others see it.
    pub storage: Storage,
    /// How much is kept.
    pub config: RecordingConfig,
}

/// Where in each stream everything before is spared, so that it is not looked at every minute.
#[derive(Debug, Default)]
pub struct Spared {
    places: HashMap<RecordStreamId, SegmentPlace>,
    passes: u32,
}

impl RecordKeeping {
    /// Does it at intervals, for ever.
    pub async fn run(self) {
        tokio::join!(self.keep_room(), self.keep_for_days(), self.keep_clean());
    }

    async fn keep_room(&self) {
        let mut ticks = tokio::time::interval(LOOK);
        let mut rests_until = None;
        loop {
            let short = tokio::select! {
                _ = ticks.tick() => false,
                () = self.storage.asked() => true,
            };
            // Where nothing was left that may go, it is not looked for all the time: what is spared may be much.
            let rests = rests_until.is_some_and(|until| Instant::now() < until);
            let made = match rests {
                true => Ok(true),
                false => self.make_room(short, UnixMs::now()).await,
            };
            match made {
                Ok(true) => {}
                Ok(false) => rests_until = Some(Instant::now() + REST),
                Err(error) => tracing::error!(%error, "cannot make room for recordings"),
            }
            match self.look().await {
                Ok(state) => self.tell(state).await,
                Err(error) => tracing::error!(%error, "cannot see how much room there is for recordings"),
            }
        }
    }

    async fn keep_for_days(&self) {
        let mut ticks = tokio::time::interval(PASS);
        let mut spared = Spared::default();
        loop {
            ticks.tick().await;
            if let Err(error) = self.pass(&mut spared, UnixMs::now()).await {
                tracing::error!(%error, "cannot delete recordings that are not kept any longer");
            }
        }
    }

    async fn keep_clean(&self) {
        let begin = tokio::time::Instant::now() + FIRST_SWEEP;
        let mut ticks = tokio::time::interval_at(begin, SWEEP);
        let mut sweeps = 0_u32;
        loop {
            ticks.tick().await;
            match self.sweep(sweeps.is_multiple_of(SWEEPS_OF_ALL), UnixMs::now()).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "segments that were uploaded and never saved are deleted"),
                Err(error) => tracing::error!(%error, "cannot look for segments that were never saved"),
            }
            sweeps = sweeps.wrapping_add(1);
        }
    }

    /// Deletes what is kept for too long, is too much, or belongs to nobody any more.
    ///
    /// # Errors
    /// See [`RetentionError`]; what is left goes the next time.
    pub async fn pass(&self, spared: &mut Spared, now: UnixMs) -> Result<(), RetentionError> {
        self.delete_dropped().await?;
        loop {
            let over = self.db.delete_keeps_before(now, BATCH).await?;
            for (stream, from) in &over {
                if let Some(place) = spared.places.get_mut(stream) {
                    *place = SegmentPlace::before(*from).min(*place);
                }
            }
            if over.len() < BATCH as usize {
                break;
            }
        }
        let anew = spared.passes.is_multiple_of(LOOK_AGAIN);
        spared.passes = spared.passes.wrapping_add(1);
        if anew {
            spared.places.clear();
            self.db.delete_cloud_runs_before(now.minus(RUNS_KEPT)).await?;
        }
        let mut in_all = 0_u64;
        for stream in self.db.stored_streams().await? {
            in_all += stream.bytes;
            in_all -= self.pass_stream(&stream, spared, anew, now).await?.min(in_all);
        }
        let max = self.config.keep_bytes.as_u64();
        if max > 0 && in_all > max {
            self.delete_oldest(in_all - max, true, now).await?;
        }
        Ok(())
    }

    /// The same with one stream. How many bytes went.
    async fn pass_stream(
        &self,
        stream: &StoredStream,
        spared: &mut Spared,
        anew: bool,
        now: UnixMs,
    ) -> Result<u64, RetentionError> {
        if stream.abandoned {
            return self.delete_abandoned(stream.id, now).await;
        }
        let plan = stream.plan.as_deref().unwrap_or("{}");
        // What is not understood was not written by us: then nothing but what is configured counts.
        let kept: Kept = serde_json::from_str(plan).unwrap_or_default();
        let mut gone = 0;
        let days = kept.keep_days.unwrap_or(self.config.keep_days);
        if days > 0 {
            let cutoff = now.minus(DAY * days);
            // All of a segment is to be too old.
            let until = cutoff.minus(self.config.segment_duration);
            let place = spared.places.get(&stream.id).copied();
            if stream.oldest.is_some_and(|oldest| oldest < until) {
                let what = Deleting {
                    stream: stream.id,
                    after: place.unwrap_or(SegmentPlace::FIRST),
                    until,
                    sparing: Sparing::Keeps,
                    max_bytes: u64::MAX,
                    limit: BATCH,
                };
                let (bytes, last) = self.delete(what, true, now).await?;
                gone += bytes;
                spared.places.insert(stream.id, last);
            }
            while anew && self.db.delete_record_history(stream.id, cutoff, BATCH).await? >= u64::from(BATCH) {}
        }
        let max = kept.keep_bytes.unwrap_or(0);
        for sparing in [Sparing::Keeps, Sparing::Clips] {
            let left = stream.bytes - gone.min(stream.bytes);
            if max == 0 || left <= max {
                break;
            }
            let what = Deleting {
                stream: stream.id,
                after: SegmentPlace::FIRST,
                until: UnixMs(i64::MAX),
                sparing,
                max_bytes: left - max,
                limit: BATCH,
            };
            gone += self.delete(what, true, now).await?.0;
        }
        Ok(gone)
    }

    /// Deletes a stream that nobody sees any more.
    async fn delete_abandoned(&self, stream: RecordStreamId, now: UnixMs) -> Result<u64, RetentionError> {
        let what = Deleting {
            stream,
            after: SegmentPlace::FIRST,
            until: UnixMs(i64::MAX),
            sparing: Sparing::Nothing,
            max_bytes: u64::MAX,
            limit: BATCH,
        };
        let (bytes, _) = self.delete(what, true, now).await?;
        let end = UnixMs(i64::MAX);
        while self.db.delete_record_history(stream, end, BATCH).await? >= u64::from(BATCH) {}
        self.db.delete_stream(stream).await?;
        Ok(bytes)
    }

    /// Deletes what is said, until there is nothing left of it. How many bytes went, and up to where nothing is left but
    /// what is spared.
    async fn delete(
        &self,
        mut what: Deleting,
        gently: bool,
        now: UnixMs,
    ) -> Result<(u64, SegmentPlace), RetentionError> {
        let mut bytes = 0;
        loop {
            let begun = Instant::now();
            let deleted = self.db.delete_segments(&what, now).await?;
            bytes += deleted.bytes;
            what.after = deleted.last;
            let enough = deleted.bytes >= what.max_bytes;
            what.max_bytes = what.max_bytes.saturating_sub(deleted.bytes);
            if deleted.segments > 0 {
                metrics::counter!("ovc_record_deleted_segments_total").increment(deleted.segments);
                self.delete_dropped().await?;
            }
            if enough || !deleted.more {
                return Ok((bytes, deleted.last));
            }
            if gently {
                // No more than half of the time of the disk.
                tokio::time::sleep(begun.elapsed()).await;
            }
        }
    }

    /// Deletes the oldest of all streams until so many bytes are gone: what was recorded around alarms only when there is
    /// nothing else left, what is locked never. How many bytes went.
    async fn delete_oldest(&self, wanted: u64, gently: bool, now: UnixMs) -> Result<u64, RetentionError> {
        let mut gone = 0;
        for sparing in [Sparing::Keeps, Sparing::Clips] {
            let streams = self.db.stored_streams().await?.into_iter();
            let mut queue: BinaryHeap<_> = streams
                .filter_map(|stream| Some(Reverse((stream.oldest?, stream.id, SegmentPlace::FIRST))))
                .collect();
            while gone < wanted
                && let Some(Reverse((oldest, stream, after))) = queue.pop()
            {
                let what = Deleting {
                    stream,
                    after,
                    until: UnixMs(oldest.0.saturating_add(TURN_MS)),
                    sparing,
                    max_bytes: wanted - gone,
                    limit: BATCH,
                };
                let (bytes, last) = self.delete(what, gently, now).await?;
                gone += bytes;
                // Where nothing was found, somebody else deletes at the same time.
                if last > after
                    && let Some(next) = self.db.segment_behind(stream, last).await?
                {
                    queue.push(Reverse((next, stream, last)));
                }
            }
            if gone >= wanted {
                break;
            }
        }
        Ok(gone)
    }

    /// Deletes before its time what has to go for there to be room; where something did not fit, a little even if there
    /// seems to be. `false`: something had to go, and there is nothing that may.
    ///
    /// # Errors
    /// See [`RetentionError`].
    pub async fn make_room(&self, short: bool, now: UnixMs) -> Result<bool, RetentionError> {
        let Some(space) = self.blobs.space().await? else {
            return Ok(true);
        };
        let keep = self.config.keep_free.as_u64();
        if space.free_bytes >= keep && !short {
            return Ok(true);
        }
        // Before anything goes: some people would rather make room themselves.
        if self.storage.state() == StorageState::Ok {
            self.tell(StorageState::Low).await;
        }
        // A little more, so that it is not done again with each segment. No more than that, whatever the disk says
        // then: some file systems free what is deleted only after a while.
        let missing = (keep + keep / 16).saturating_sub(space.free_bytes);
        let missing = if short {
            missing.max(keep / 16).max(AT_LEAST)
        } else {
            missing
        };
        let bytes = self.delete_oldest(missing, false, now).await?;
        if bytes > 0 {
            tracing::warn!(
                bytes,
                "the disk is nearly full: the oldest recordings are deleted before their time"
            );
            metrics::counter!("ovc_record_deleted_early_bytes_total").increment(bytes);
        }
        Ok(bytes > 0)
    }

    /// How it stands with the room.
    ///
    /// # Errors
    /// See [`RetentionError`].
    pub async fn look(&self) -> Result<StorageState, RetentionError> {
        let Some(space) = self.blobs.space().await? else {
            return Ok(StorageState::Ok);
        };
        metrics::gauge!("ovc_record_free_bytes").set(space.free_bytes as f64);
        let (keep, warn) = (self.config.keep_free.as_u64(), self.config.warn_free.as_u64());
        // What is left of the room that is kept free is for the database.
        Ok(match space.free_bytes {
            free if free <= keep / 4 => StorageState::Full,
            free if free < warn => StorageState::Low,
            _ => StorageState::Ok,
        })
    }

    /// Tells how it stands, if that is something else than before.
    async fn tell(&self, state: StorageState) {
        if !self.storage.set(state) {
            return;
        }
        match state {
            StorageState::Ok => tracing::info!("there is room for recordings again"),
            StorageState::Low => tracing::warn!("there is little room left for recordings"),
            StorageState::Full => tracing::error!("there is no room left for recordings"),
        }
        self.bus.publish(Event::Storage { state });
        let entry = AuditEntry {
            at: UnixMs::now(),
            actor: AuditActor {
                kind: ActorKind::System,
                id: None,
                name: "recording".into(),
            },
            tenant: None,
            address: String::new(),
            action: "storage_state".into(),
            target: "recordings".into(),
            outcome: AuditOutcome::Done,
            detail: state.name().into(),
        };
        // Why it was not written is in the log.
        let _ = self.audit.write(entry).await;
    }

    /// Deletes the objects of segments that are forgotten.
    ///
    /// # Errors
    /// See [`RetentionError`].
    pub async fn delete_dropped(&self) -> Result<(), RetentionError> {
        loop {
            let dropped = self.db.dropped_segments(BATCH).await?;
            self.blobs.delete_segments(&dropped).await?;
            // After the objects: cut short in between, they are deleted again, which is fine.
            self.db.forget_dropped_segments(&dropped).await?;
            if dropped.len() < BATCH as usize {
                return Ok(());
            }
        }
    }

    /// Deletes objects of which no segment is known, though it had to be by now: of the last days, or of all. How many.
    ///
    /// # Errors
    /// See [`RetentionError`].
    pub async fn sweep(&self, all: bool, now: UnixMs) -> Result<u64, RetentionError> {
        let before = now.minus(self.config.upload_time_limit).minus(NEVER_SAVED);
        let recent = Day::of(before.minus(DAY));
        let mut count = 0;
        for stream in self.blobs.streams().await? {
            for day in self.blobs.days(stream).await? {
                if !all && day < recent {
                    continue;
                }
                let begun = Instant::now();
                self.blobs.remove_unfinished_segments(stream, &day, before).await?;
                for keys in self.blobs.segments_of(stream, &day, before).await?.chunks(500) {
                    let unknown = self.db.unknown_segments(keys).await?;
                    let unknown: Vec<_> = unknown.into_iter().map(|key| (stream, key)).collect();
                    self.blobs.delete_segments(&unknown).await?;
                    count += unknown.len() as u64;
                }
                tokio::time::sleep(begun.elapsed()).await;
            }
        }
        Ok(count)
    }
}

/// How much is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Segments.
    pub segments: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the oldest begins.
    pub oldest: Option<UnixMs>,
}

/// How much is stored in all.
///
/// # Errors
/// The database failed.
pub async fn stored(db: &Db) -> Result<Stored, DbError> {
    let (segments, bytes, oldest) = db.stored_in_all().await?;
    Ok(Stored {
        segments,
        bytes,
        oldest,
    })
}

#[cfg(test)]
#[path = "keeping_tests.rs"]
mod tests;
