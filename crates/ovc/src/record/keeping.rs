//! What of recordings is kept for how long, and what goes when there is no more room. The oldest goes first, in batches so
//! small that nobody who writes at the time waits long, and its bytes with it.

use super::storage::{Storage, StorageState};
use crate::blob::{Blobs, Day, NotDeleted, SegmentKey};
use crate::bus::{Bus, Event};
use crate::clock::UnixMs;
use crate::config::RecordingConfig;
use crate::db::{
    ActorKind, AuditActor, AuditEntry, AuditLog, AuditOutcome, Db, DbError, Deleting, SegmentPlace, Sparing,
    StoredStream,
};
use crate::ids::RecordStreamId;
use crate::retention::RetentionError;
use parking_lot::Mutex;
use serde::Deserialize;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::time::{Duration, Instant};
use tokio::time::MissedTickBehavior;

/// Segments deleted in one transaction, and objects in one go.
const BATCH: u32 = 250;
/// How often it is looked for what is kept for too long.
const PASS: Duration = Duration::from_secs(60);
/// How often it is looked how much room there is.
const LOOK: Duration = Duration::from_secs(1);
/// How long it is not looked for what may go where nothing was left that may, or it could not be deleted; and no less than
/// so many times what the look took.
const REST: Duration = Duration::from_secs(15);
const REST_OF_LOOK: u32 = 4;
/// There is little room for so long after something did not fit, whatever the disk says: a quota, perhaps.
const SHORT_FOR: Duration = Duration::from_secs(20);
/// How long what could not be deleted is left alone.
const TRY_AGAIN: Duration = Duration::from_secs(60);
/// A stream of which nothing could be deleted is tried again for its room after so long, twice as long each time, this at
/// most: what is forgotten in vain gives no room.
const FAILED_REST: Duration = Duration::from_secs(15);
const MAX_FAILED_REST: Duration = Duration::from_secs(3600);
/// Such streams, in one go, before it is given up.
const MAX_FAILED: usize = 4;
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
/// What is newer stays as long as anything else may go, what is kept for alarms included: where that alone is too much,
/// whatever is recorded would be gone at once.
const NEWEST: Duration = Duration::from_secs(3600);
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

/// What was learned of streams by deleting.
#[derive(Debug, Default)]
pub struct Learned(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Before this place everything is spared, so that it is not looked at each time.
    spared: HashMap<(RecordStreamId, Sparing), SegmentPlace>,
    passes: u32,
    /// How often in a row nothing of a stream could be deleted, and until when it is left alone.
    failed: HashMap<RecordStreamId, (u32, UnixMs)>,
    /// The last time nothing could be deleted, of whatever stream.
    in_doubt: bool,
    /// Of which stream, or of all together, it was told that what is kept for alarms goes before its time.
    told: HashSet<Option<RecordStreamId>>,
}

impl Learned {
    fn spared(&self, stream: RecordStreamId, sparing: Sparing) -> SegmentPlace {
        let known = self.0.lock();
        let place = known.spared.get(&(stream, sparing));
        place.copied().unwrap_or(SegmentPlace::FIRST)
    }

    fn set_spared(&self, stream: RecordStreamId, sparing: Sparing, place: SegmentPlace) {
        self.0.lock().spared.insert((stream, sparing), place);
    }

    /// From here on footage may not be spared any more.
    fn not_spared(&self, stream: RecordStreamId, from: UnixMs) {
        for ((of, _), place) in &mut self.0.lock().spared {
            if *of == stream {
                *place = SegmentPlace::before(from).min(*place);
            }
        }
    }

    fn nothing_spared(&self) {
        self.0.lock().spared.clear();
    }

    /// A pass begins. Whether all is looked at anew.
    fn begin_pass(&self, now: UnixMs) -> bool {
        let mut known = self.0.lock();
        let anew = known.passes.is_multiple_of(LOOK_AGAIN);
        known.passes = known.passes.wrapping_add(1);
        if anew {
            known.spared.clear();
            known.told.clear();
            // Those that are gone by now are forgotten some time.
            known.failed.retain(|_, (_, until)| until.plus(DAY) > now);
        }
        anew
    }

    /// What came of deleting something of a stream: that anything went, or that nothing could.
    fn tried(&self, stream: RecordStreamId, went: bool, now: UnixMs) {
        let mut known = self.0.lock();
        known.in_doubt = !went;
        if went {
            known.failed.remove(&stream);
            return;
        }
        let (times, until) = known.failed.entry(stream).or_insert((0, now));
        *until = now.plus(FAILED_REST.saturating_mul(1 << (*times).min(10)).min(MAX_FAILED_REST));
        *times += 1;
    }

    fn rests(&self, stream: RecordStreamId, now: UnixMs) -> bool {
        self.0.lock().failed.get(&stream).is_some_and(|(_, until)| *until > now)
    }

    /// Whether a try with a single segment comes first.
    fn is_doubtful(&self, stream: RecordStreamId) -> bool {
        let known = self.0.lock();
        known.in_doubt || known.failed.contains_key(&stream)
    }

    /// Streams of which nothing could be deleted.
    fn failed(&self) -> usize {
        self.0.lock().failed.len()
    }

    fn is_news(&self, of: Option<RecordStreamId>) -> bool {
        self.0.lock().told.insert(of)
    }
}

/// In which order footage goes that would be kept for longer: what is spared, and before when it has to begin.
fn steps(now: UnixMs) -> [(Sparing, UnixMs); 3] {
    let newest = now.minus(NEWEST);
    [
        (Sparing::Keeps, newest),
        (Sparing::Clips, newest),
        (Sparing::Clips, UnixMs(i64::MAX)),
    ]
}

/// Remembers that the store failed, for the end: what is left to do is done all the same.
fn later<T>(failed: &mut Option<RetentionError>, done: Result<T, RetentionError>) -> Result<Option<T>, RetentionError> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(error @ RetentionError::Blob(_)) => {
            failed.get_or_insert(error);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

impl RecordKeeping {
    /// Does it at intervals, for ever.
    pub async fn run(self) {
        let learned = Learned::default();
        tokio::join!(
            self.watch_room(),
            self.keep_room(&learned),
            self.keep_for_days(&learned),
            self.keep_clean()
        );
    }

    /// Looks how much room there is, whatever else takes its time.
    async fn watch_room(&self) {
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match self.look().await {
                Ok(state) => self.tell(state).await,
                Err(error) => tracing::error!(%error, "cannot see how much room there is for recordings"),
            }
        }
    }

    async fn keep_room(&self, learned: &Learned) {
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut rests_until = None;
        loop {
            let short = tokio::select! {
                _ = ticks.tick() => false,
                () = self.storage.asked() => true,
            };
            self.make_room_or_rest(&mut rests_until, learned, short, Instant::now(), UnixMs::now())
                .await;
        }
    }

    /// Where nothing was left that may go, or that can, it is not looked for all the time: what is spared may be much.
    async fn make_room_or_rest(
        &self,
        rests_until: &mut Option<Instant>,
        learned: &Learned,
        short: bool,
        at: Instant,
        now: UnixMs,
    ) {
        if rests_until.is_some_and(|until| at < until) {
            return;
        }
        let begun = Instant::now();
        *rests_until = match self.make_room(learned, short, now).await {
            Ok(true) => None,
            not_made => {
                if let Err(error) = not_made {
                    tracing::error!(%error, "cannot make room for recordings");
                }
                let took = begun.elapsed();
                Some(at + took + REST.max(took * REST_OF_LOOK))
            }
        };
    }

    async fn keep_for_days(&self, learned: &Learned) {
        let mut ticks = tokio::time::interval(PASS);
        loop {
            ticks.tick().await;
            if let Err(error) = self.pass(learned, UnixMs::now()).await {
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

    /// Deletes what is kept for too long, is too much, or belongs to nobody any more. What cannot be deleted keeps nothing
    /// else from it.
    ///
    /// # Errors
    /// See [`RetentionError`]; what is left goes the next time.
    pub async fn pass(&self, learned: &Learned, now: UnixMs) -> Result<(), RetentionError> {
        let mut failed = None;
        later(&mut failed, self.delete_dropped(now).await)?;
        self.delete_stuck(now).await?;
        loop {
            let over = self.db.delete_keeps_before(now, BATCH).await?;
            for (stream, from) in &over {
                learned.not_spared(*stream, *from);
            }
            if over.len() < BATCH as usize {
                break;
            }
        }
        let anew = learned.begin_pass(now);
        if anew {
            self.db.delete_cloud_runs_before(now.minus(RUNS_KEPT)).await?;
        }
        for stream in self.db.stored_streams().await? {
            later(&mut failed, self.pass_stream(&stream, learned, anew, now).await)?;
        }
        let max = self.config.keep_bytes.as_u64();
        if max > 0 {
            let (_, bytes, _) = self.db.stored_in_all().await?;
            let over = self.over(bytes, max, None, now).await?;
            let deleted = self.delete_oldest(over, learned, true, now).await;
            later(&mut failed, deleted)?;
        }
        failed.map_or(Ok(()), Err)
    }

    /// How much more these bytes, of a stream or of all together, are than may be: what people locked does not count.
    async fn over(&self, bytes: u64, max: u64, of: Option<RecordStreamId>, now: UnixMs) -> Result<u64, DbError> {
        if max == 0 || bytes <= max {
            return Ok(0);
        }
        let locked = self.db.locked_bytes(of, now).await?;
        Ok(bytes.saturating_sub(locked.into_values().sum()).saturating_sub(max))
    }

    /// The same with one stream.
    async fn pass_stream(
        &self,
        stream: &StoredStream,
        learned: &Learned,
        anew: bool,
        now: UnixMs,
    ) -> Result<(), RetentionError> {
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
            if stream.oldest.is_some_and(|oldest| oldest < until) {
                let what = Deleting {
                    stream: stream.id,
                    after: learned.spared(stream.id, Sparing::Keeps),
                    until,
                    sparing: Sparing::Keeps,
                    max_bytes: u64::MAX,
                    limit: BATCH,
                };
                let (bytes, last) = self.delete(what, true, now).await?;
                gone += bytes;
                learned.set_spared(stream.id, Sparing::Keeps, last);
            }
            // Without the sessions nobody would know of what is locked of that time that there was more.
            let sessions = cutoff.min(now.minus(RUNS_KEPT));
            let forget = || self.db.delete_record_history(stream.id, cutoff, sessions, BATCH);
            while anew && forget().await? >= u64::from(BATCH) {}
        }
        let max = kept.keep_bytes.unwrap_or(0);
        let left = stream.bytes.saturating_sub(gone);
        let mut over = self.over(left, max, Some(stream.id), now).await?;
        for (step, (sparing, until)) in steps(now).into_iter().enumerate() {
            if over == 0 {
                break;
            }
            let what = Deleting {
                stream: stream.id,
                after: learned.spared(stream.id, sparing),
                until,
                sparing,
                max_bytes: over,
                limit: BATCH,
            };
            let (bytes, last) = self.delete(what, true, now).await?;
            learned.set_spared(stream.id, sparing, last);
            over -= bytes.min(over);
            if step > 0 && bytes > 0 && learned.is_news(Some(stream.id)) {
                tracing::warn!(stream = %stream.id, max, "what is kept for alarms is more than its channel may keep: the oldest goes before its time");
            }
        }
        Ok(())
    }

    /// Deletes a stream that nobody sees any more.
    async fn delete_abandoned(&self, stream: RecordStreamId, now: UnixMs) -> Result<(), RetentionError> {
        let what = Deleting {
            stream,
            after: SegmentPlace::FIRST,
            until: UnixMs(i64::MAX),
            sparing: Sparing::Nothing,
            max_bytes: u64::MAX,
            limit: BATCH,
        };
        self.delete(what, true, now).await?;
        let end = UnixMs(i64::MAX);
        while self.db.delete_record_history(stream, end, end, BATCH).await? >= u64::from(BATCH) {}
        self.db.delete_stream(stream).await?;
        Ok(())
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
                self.delete_dropped(now).await?;
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
    /// nothing else left but the newest, what is locked never. How many bytes went.
    async fn delete_oldest(
        &self,
        wanted: u64,
        learned: &Learned,
        gently: bool,
        now: UnixMs,
    ) -> Result<u64, RetentionError> {
        let mut gone = 0;
        let (mut failed, mut failures) = (None, 0);
        for (step, (sparing, until)) in steps(now).into_iter().enumerate() {
            if gone >= wanted || failures >= MAX_FAILED {
                break;
            }
            let mut queue = BinaryHeap::new();
            for stream in self.db.stored_streams().await? {
                let after = learned.spared(stream.id, sparing);
                let oldest = match after {
                    SegmentPlace::FIRST => stream.oldest,
                    after => self.db.segment_behind(stream.id, after).await?,
                };
                queue.extend(oldest.map(|oldest| Reverse((oldest, stream.id, after))));
            }
            while gone < wanted
                && failures < MAX_FAILED
                && let Some(Reverse((oldest, stream, after))) = queue.pop()
            {
                if oldest >= until || learned.rests(stream, now) {
                    continue;
                }
                let is_doubtful = learned.is_doubtful(stream);
                let what = Deleting {
                    stream,
                    after,
                    until: until.min(UnixMs(oldest.0.saturating_add(TURN_MS))),
                    sparing,
                    max_bytes: if is_doubtful { 0 } else { wanted - gone },
                    limit: BATCH,
                };
                let Some((bytes, last)) = later(&mut failed, self.delete(what, gently, now).await)? else {
                    // Of others something may go.
                    failures += 1;
                    learned.tried(stream, false, now);
                    continue;
                };
                if bytes > 0 {
                    gone += bytes;
                    learned.tried(stream, true, now);
                }
                learned.set_spared(stream, sparing, last);
                if step > 0 && bytes > 0 && learned.is_news(None) {
                    tracing::warn!("nothing else is left: what is kept for alarms goes before its time");
                }
                // Where nothing was found, somebody else deletes at the same time.
                if last > after
                    && let Some(next) = self.db.segment_behind(stream, last).await?
                {
                    queue.push(Reverse((next, stream, last)));
                }
            }
        }
        match failed {
            Some(error) if gone == 0 => Err(error),
            _ => Ok(gone),
        }
    }

    /// Deletes before its time what has to go for there to be room; where something did not fit, a little even if there
    /// seems to be. `false`: something had to go, and there is nothing that may.
    ///
    /// # Errors
    /// See [`RetentionError`].
    pub async fn make_room(&self, learned: &Learned, short: bool, now: UnixMs) -> Result<bool, RetentionError> {
        let keep = self.config.keep_free.as_u64();
        let Some(space) = self.blobs.space().await? else {
            return Ok(true);
        };
        if space.free_bytes >= keep && !short {
            return Ok(true);
        }
        // Before anything goes: some people would rather make room themselves.
        if self.storage.state() == StorageState::Ok {
            self.tell(StorageState::Low).await;
        }
        // What is forgotten goes first. Where that cannot be deleted, to forget more would give no room either, and in the
        // end all were forgotten.
        self.delete_dropped(now).await?;
        self.delete_stuck(now).await?;
        let free = self.blobs.space().await?.map_or(0, |space| space.free_bytes);
        if free >= keep && !short {
            return Ok(true);
        }
        // A little more, so that it is not done again with each segment. No more than that, whatever the disk says
        // then: some file systems free what is deleted only after a while.
        let missing = (keep + keep / 16).saturating_sub(free);
        let missing = if short {
            missing.max(keep / 16).max(AT_LEAST)
        } else {
            missing
        };
        let bytes = self.delete_oldest(missing, learned, false, now).await?;
        if bytes > 0 {
            tracing::warn!(
                bytes,
                "the disk is nearly full: the oldest recordings are deleted before their time"
            );
            metrics::counter!("ovc_record_deleted_early_bytes_total").increment(bytes);
            return Ok(true);
        }
        let channels = learned.failed();
        if channels > 0 {
            tracing::error!(
                channels,
                "no room is made for recordings: those of some channels cannot be deleted"
            );
        }
        // Somebody may unlock something: the next time all is looked at.
        learned.nothing_spared();
        Ok(false)
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
        let state = state_of(space.free_bytes, keep, warn, self.storage.state());
        Ok(match state {
            StorageState::Ok if self.storage.was_short(SHORT_FOR) => StorageState::Low,
            state => state,
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

    /// Deletes the objects of segments that are forgotten. Those that cannot be deleted are left for later.
    ///
    /// # Errors
    /// See [`RetentionError`]; for the store: of many none could be deleted, and it was given up.
    pub async fn delete_dropped(&self, now: UnixMs) -> Result<(), RetentionError> {
        loop {
            let dropped = self.db.dropped_segments(BATCH).await?;
            if let Some(left) = self.delete_objects(&dropped, now).await? {
                // Told once: what is tried again is not told again.
                tracing::error!(error = %left, "recordings that are not kept any longer are still there; it is tried again");
                if left.segments.len() == dropped.len() {
                    return Err(left.why.into());
                }
            }
            if dropped.len() < BATCH as usize {
                return Ok(());
            }
        }
    }

    /// Tries again what could not be deleted.
    async fn delete_stuck(&self, now: UnixMs) -> Result<(), RetentionError> {
        loop {
            let stuck = self.db.stuck_segments(now.minus(TRY_AGAIN), BATCH).await?;
            let left = self.delete_objects(&stuck, now).await?;
            // Where nothing has become better the others wait.
            if left.map_or(0, |left| left.segments.len()) == stuck.len() {
                return Ok(());
            }
        }
    }

    /// Deletes objects of forgotten segments, and forgets them for good; notes what could not be deleted.
    async fn delete_objects(
        &self,
        objects: &[(RecordStreamId, SegmentKey)],
        now: UnixMs,
    ) -> Result<Option<NotDeleted>, RetentionError> {
        let left = self.blobs.delete_what_goes(objects).await.err();
        let stuck = left.as_ref().map_or(&[][..], |left| &left.segments);
        let is_stuck: HashSet<_> = stuck.iter().collect();
        let gone: Vec<_> = objects.iter().filter(|one| !is_stuck.contains(one)).copied().collect();
        // After the objects: cut short in between, they are deleted again, which is fine.
        self.db.forget_dropped_segments(&gone).await?;
        self.db.dropped_segments_tried(stuck, now).await?;
        Ok(left)
    }

    /// Deletes objects of which no segment is known, though it had to be by now: of the last days, or of all. How many.
    ///
    /// # Errors
    /// See [`RetentionError`].
    pub async fn sweep(&self, all: bool, now: UnixMs) -> Result<u64, RetentionError> {
        let before = now.minus(self.config.upload_time_limit).minus(NEVER_SAVED);
        let recent = Day::of(before.minus(DAY));
        let mut count = 0;
        let mut left: Option<NotDeleted> = None;
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
                    let not_gone = self.blobs.delete_what_goes(&unknown).await.err();
                    count += (unknown.len() - not_gone.as_ref().map_or(0, |left| left.segments.len())) as u64;
                    left = left.or(not_gone);
                }
                tokio::time::sleep(begun.elapsed()).await;
            }
        }
        if let Some(left) = left {
            tracing::error!(error = %left, "recordings that nobody knows are still there");
        }
        Ok(count)
    }
}

/// How it stands with so much room free, and how it did before: it is not left for each byte that comes and goes.
fn state_of(free: u64, keep: u64, warn: u64, before: StorageState) -> StorageState {
    // What is left of the room that is kept free is for the database.
    let is_full = free <= keep / 4 || (before == StorageState::Full && free < keep / 2);
    let is_low = free < warn || (before != StorageState::Ok && free < warn.saturating_add(warn / 16));
    match (is_full, is_low) {
        (true, _) => StorageState::Full,
        (false, true) => StorageState::Low,
        (false, false) => StorageState::Ok,
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
