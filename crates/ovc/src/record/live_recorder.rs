//! Records the live stream of a device that cannot record by itself: holds the stream, cuts it at keyframes and stores the
//! segments, as if the device had uploaded them.
//!
//! ```text
//! live::hub ─ tap: bounded in frames and bytes ─▶ cutter ─ segments: bounded ─▶ saver, one at a time ─▶ Records
//! ```
//!
//! What does not fit is noted as lost, and why.

use super::cutter::{Cut, Cutter, Limits};
use super::steward::Parts;
use super::wish::Problem;
use super::{Lost, OwnSegment, RecordSession, Records, StoreError};
use crate::blob::BlobError;
use crate::clock::UnixMs;
use crate::db::{LossReason, SPAN_TOLERANCE_MS};
use crate::live::{OpenError, Tapped};
use dap::ErrorCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Segments that may wait to be stored. Over it the newest is noted as dropped: what was recorded first is stored first.
const MAX_WAITING: usize = 8;
/// The same of the memory that they take, in KiB, of all recorders together.
const MAX_WAITING_KIB: u32 = 512 << 10;
/// How often a segment is tried to be stored, and how long is waited before the second time; each further wait is twice as
/// long.
const TRIES: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// So long without a frame, nothing comes.
const SILENCE: Duration = Duration::from_secs(15);
/// What is no further apart than this is one piece of footage.
const CONTINUOUS: Duration = Duration::from_millis(SPAN_TOLERANCE_MS.unsigned_abs() + 1);
/// A start takes a while; what is missing by then is not lost.
const STARTING: Duration = Duration::from_secs(15);
/// What does not come is noted at least so often.
const LOSS_INTERVAL: Duration = Duration::from_secs(300);
/// How long a device that refused is left alone, at first and at most.
const AGAIN: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(300));

/// How it stands with a recorder.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Status {
    /// The device is asked for the stream.
    Starting,
    /// Frames come.
    Recording,
    /// None came for a while; why, if the device said so.
    Silent(Option<OpenError>),
    /// It is over; why, if the device said so.
    Over(Option<OpenError>),
}

/// Counts recorders that have not stored everything yet, and what waits to be. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Running(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    running: watch::Sender<usize>,
    /// How many were started ever.
    started: AtomicU64,
    /// Memory for what waits, in KiB.
    room: Arc<Semaphore>,
    room_kib: u32,
}

impl Default for Running {
    fn default() -> Self {
        Self::with_room(MAX_WAITING_KIB)
    }
}

impl Running {
    fn with_room(room_kib: u32) -> Self {
        Self(Arc::new(Counts {
            running: watch::Sender::default(),
            started: AtomicU64::new(0),
            room: Arc::new(Semaphore::new(usize::try_from(room_kib).unwrap_or(0))),
            room_kib,
        }))
    }

    /// Memory for a segment that waits, if there is any left.
    fn room_for(&self, cut: &Cut) -> Option<OwnedSemaphorePermit> {
        let kib = u32::try_from(cut.bytes.len().div_ceil(1024)).unwrap_or(u32::MAX);
        // One that is larger than all of it may wait alone.
        let kib = kib.min(self.0.room_kib);
        self.0.room.clone().try_acquire_many_owned(kib).ok()
    }

    /// Waits until there are none.
    pub(super) async fn none(&self) {
        // It lives as long as this.
        let _ = self.0.running.subscribe().wait_for(|running| *running == 0).await;
    }

    /// One more, and its number, which no other has.
    fn begin(&self) -> (OneRunning, u64) {
        self.0.running.send_modify(|running| *running += 1);
        let number = self.0.started.fetch_add(1, Ordering::Relaxed) + 1;
        (OneRunning(self.clone()), number)
    }
}

struct OneRunning(Running);

impl Drop for OneRunning {
    fn drop(&mut self) {
        self.0.0.running.send_modify(|running| *running -= 1);
    }
}

/// The recorder of a channel's live stream. Dropped, it stores what it has and ends.
#[derive(Debug)]
pub(super) struct LiveRecorder {
    /// Of its last start; 0: it was not started yet. One before it, of the same channel, may still have something to say.
    number: u64,
    /// Dropped to end it.
    stop: Option<oneshot::Sender<()>>,
    status: Status,
    failures: u32,
    again_at: Option<UnixMs>,
    /// Up to where it is known what there is, once it has ended; 0: it has not.
    known_to: Arc<AtomicI64>,
}

impl LiveRecorder {
    /// One that is not started.
    pub(super) fn new() -> Self {
        Self {
            number: 0,
            stop: None,
            status: Status::Starting,
            failures: 0,
            again_at: None,
            known_to: Arc::default(),
        }
    }

    /// Starts it, or starts it again. What it tells has the number of the start.
    pub(super) fn start(
        &mut self,
        parts: &Parts,
        running: &Running,
        session: Arc<RecordSession>,
        tell: impl Fn(u64, Status) + Send + Sync + 'static,
    ) {
        let (stop, stopped) = oneshot::channel();
        (self.stop, self.status, self.again_at) = (Some(stop), Status::Starting, None);
        let (counted, number) = running.begin();
        self.number = number;
        let (parts, running, known_to) = (parts.clone(), running.clone(), self.known_to.clone());
        tokio::spawn(async move {
            let before = known_to.load(Ordering::Relaxed);
            let missing_since = match before {
                0 => session.last_end().unwrap_or(UnixMs::now().plus(STARTING)),
                known_to => UnixMs(known_to),
            };
            let mut recording = Recording::new(&parts, running, session, missing_since);
            let status = run(&parts, &mut recording, stopped, |status| tell(number, status)).await;
            known_to.store(recording.missing_since.0, Ordering::Relaxed);
            recording.stored().await;
            drop(counted);
            tell(number, Status::Over(status));
        });
    }

    /// It told something.
    pub(super) fn told(&mut self, number: u64, status: Status, now: UnixMs) {
        if number != self.number {
            return;
        }
        match status {
            Status::Recording => self.failures = 0,
            Status::Over(_) => {
                let wait = AGAIN.0.saturating_mul(1 << self.failures.min(10)).min(AGAIN.1);
                self.failures += 1;
                self.again_at = Some(now.plus(wait));
            }
            Status::Starting | Status::Silent(_) => {}
        }
        self.status = status;
    }

    /// Its device has come back: that is another chance.
    pub(super) fn device_returned(&mut self) {
        (self.failures, self.again_at) = (0, None);
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.status, Status::Over(_))
    }

    /// When it may be started again.
    pub(super) fn again_at(&self, now: UnixMs) -> Option<UnixMs> {
        self.again_at.filter(|at| *at > now && at.since(now) <= AGAIN.1)
    }

    /// Why nothing is recorded.
    pub(super) fn problem(&self) -> Option<Problem> {
        let error = match &self.status {
            Status::Starting | Status::Recording | Status::Over(None) => return None,
            Status::Silent(None) => return Some(Problem::new("no_media", "the device sends no video")),
            Status::Silent(Some(error)) | Status::Over(Some(error)) => error,
        };
        let code = match error {
            OpenError::Refused(error) if error.code == ErrorCode::BITRATE_TOO_HIGH => "bitrate_too_high",
            OpenError::Refused(error) if error.code == ErrorCode::CHANNEL_OFFLINE => "channel_offline",
            OpenError::Refused(_) => "device_refused",
            OpenError::Offline => "device_offline",
            OpenError::DeviceTimeout | OpenError::Busy => "not_answering",
            OpenError::NoMedia | OpenError::ShuttingDown => "no_media",
        };
        Some(Problem::new(code, error.to_string()))
    }
}

/// Records until it is stopped, or the stream ends.
async fn run(
    parts: &Parts,
    recording: &mut Recording,
    mut stopped: oneshot::Receiver<()>,
    tell: impl Fn(Status),
) -> Option<OpenError> {
    let session = recording.session.clone();
    let mut tap = match parts.live.tap(&session.device, session.channel) {
        Ok(tap) => tap,
        Err(error) => return Some(error),
    };
    let mut status = Status::Starting;
    let mut silent_at = Instant::now() + SILENCE;
    let refusal = loop {
        let next = tokio::select! {
            _ = &mut stopped => break None,
            next = tap.next() => next,
            () = tokio::time::sleep_until(silent_at) => {
                silent_at = Instant::now() + SILENCE;
                recording.nothing_comes().await;
                status = say(status, Status::Silent(tap.refusal()), &tell);
                continue;
            }
        };
        let Some(next) = next else { break tap.refusal() };
        if matches!(next, Tapped::Frame(..)) {
            silent_at = Instant::now() + SILENCE;
            status = say(status, Status::Recording, &tell);
        }
        recording.take(next).await;
    };
    drop(tap);
    recording.finish().await;
    refusal
}

fn say(before: Status, now: Status, tell: &impl Fn(Status)) -> Status {
    if before != now {
        tell(now.clone());
    }
    now
}

fn unix(wall: SystemTime) -> UnixMs {
    let since = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A segment that waits to be stored, and the memory it takes.
struct Waiting {
    cut: Cut,
    _room: OwnedSemaphorePermit,
}

/// A recording under way.
struct Recording {
    cutter: Cutter,
    segments: mpsc::Sender<Waiting>,
    saver: JoinHandle<()>,
    running: Running,
    records: Records,
    session: Arc<RecordSession>,
    /// Since when the device's connection is up; `None`: it is not.
    connected_at: Box<dyn Fn() -> Option<UnixMs> + Send + Sync>,
    /// Up to here it is known what there is.
    missing_since: UnixMs,
    last_frame: Option<UnixMs>,
}

impl Recording {
    fn new(parts: &Parts, running: Running, session: Arc<RecordSession>, missing_since: UnixMs) -> Self {
        let config = &parts.config;
        let limits = Limits {
            duration_ms: i64::try_from(config.segment_duration.as_millis()).unwrap_or(i64::MAX),
            max_bytes: usize::try_from(config.segment_max_size.as_u64()).unwrap_or(usize::MAX),
        };
        let records = parts.records.clone();
        let (segments, saver) = start_saver(records.clone(), session.clone());
        let (port, device) = (parts.port.clone(), session.device.clone());
        Self {
            cutter: Cutter::new(limits),
            segments,
            saver,
            running,
            records,
            session,
            connected_at: Box::new(move || port.seen(&device)?.connected_at),
            missing_since,
            last_frame: None,
        }
    }

    /// Waits until everything that waits is stored, or given up.
    async fn stored(self) {
        drop(self.segments);
        // It ends when it has tried everything that waits.
        let _ = self.saver.await;
    }

    async fn take(&mut self, tapped: Tapped) {
        let cut = match tapped {
            Tapped::Begin { video, audio } => self.cutter.begin(video.as_ref(), audio.as_ref()),
            Tapped::Frame(frame, wall) => {
                let came_at = unix(wall);
                let paused = self.last_frame.replace(came_at).map(|last| came_at.since(last));
                let cut = self.cutter.frame(&frame, came_at);
                if paused.is_some_and(|paused| paused >= SILENCE) {
                    // Until now; what comes counts from here.
                    self.gap(came_at, CONTINUOUS).await;
                }
                cut
            }
            Tapped::End => self.cutter.end(),
            Tapped::Missed(frames) => {
                tracing::warn!(device = %self.session.device, channel = %self.session.channel, frames, "the recorder of a live stream cannot keep up");
                let cut = self.cutter.end();
                if let Some(cut) = cut {
                    self.keep(cut).await;
                }
                self.missing(LossReason::Dropped, UnixMs::now()).await;
                None
            }
        };
        if let Some(cut) = cut {
            self.keep(cut).await;
        }
    }

    /// Nothing came for a while.
    async fn nothing_comes(&mut self) {
        if let Some(cut) = self.cutter.pause() {
            self.keep(cut).await;
        }
        self.gap(UnixMs::now(), LOSS_INTERVAL).await;
    }

    async fn keep(&mut self, cut: Cut) {
        self.gap(cut.start, CONTINUOUS).await;
        self.missing_since = self.missing_since.max(cut.end());
        let sent = match self.running.room_for(&cut) {
            Some(room) => self
                .segments
                .try_send(Waiting { cut, _room: room })
                .map_err(|error| error.into_inner().cut),
            None => Err(cut),
        };
        if let Err(cut) = sent {
            let reason = match self.records.is_full() {
                true => LossReason::DiskFull,
                false => LossReason::Dropped,
            };
            lost(
                &self.records,
                &self.session,
                reason,
                cut.start,
                cut.duration_ms.into(),
                1,
            )
            .await;
        }
    }

    /// There is nothing up to here. It is noted why, unless that is less than `at_least`.
    async fn gap(&mut self, until: UnixMs, at_least: Duration) {
        if until.since(self.missing_since) < at_least {
            return;
        }
        if let Some(back) = (self.connected_at)().filter(|at| *at > self.missing_since) {
            // The device was away, or begins anew. If more is known of that time, that holds.
            self.missing(LossReason::DeviceOffline, back.min(until)).await;
            // It needs a moment to begin.
            self.missing_since = back.plus(STARTING).min(until).max(self.missing_since);
            if until.since(self.missing_since) < at_least {
                return;
            }
        }
        self.missing(LossReason::NoMedia, until).await;
    }

    /// What is missing up to here is noted.
    async fn missing(&mut self, reason: LossReason, until: UnixMs) {
        let from = self.missing_since;
        self.missing_since = until.max(from);
        let lost_ms = u64::try_from(until.since(from).as_millis()).unwrap_or(u64::MAX);
        if lost_ms > 0 {
            lost(&self.records, &self.session, reason, from, lost_ms, 0).await;
        }
    }

    async fn finish(&mut self) {
        if let Some(cut) = self.cutter.end() {
            self.keep(cut).await;
        }
        // When a device went is known otherwise.
        if (self.connected_at)().is_some() {
            self.gap(UnixMs::now(), SILENCE).await;
        }
    }
}

async fn lost(
    records: &Records,
    session: &RecordSession,
    reason: LossReason,
    from: UnixMs,
    lost_ms: u64,
    segments: u32,
) {
    let lost = Lost {
        reason,
        from: Some(from),
        lost_ms,
        segments,
    };
    if let Err(error) = records.lost(session, lost).await {
        tracing::error!(device = %session.device, channel = %session.channel, %error, "cannot write down what was not recorded");
    }
}

/// Stores segments one after the other.
fn start_saver(records: Records, session: Arc<RecordSession>) -> (mpsc::Sender<Waiting>, JoinHandle<()>) {
    let (segments, mut waiting) = mpsc::channel::<Waiting>(MAX_WAITING);
    let task = tokio::spawn(async move {
        while let Some(next) = waiting.recv().await {
            save(&records, &session, &next.cut).await;
        }
    });
    (segments, task)
}

async fn save(records: &Records, session: &RecordSession, cut: &Cut) {
    let mut wait = FIRST_WAIT;
    for attempt in 1..=TRIES {
        if records.is_full() {
            break;
        }
        let segment = OwnSegment {
            start: cut.start,
            duration_ms: cut.duration_ms,
            continues: cut.continues,
            bytes: cut.bytes.clone(),
        };
        match records.store(session, segment).await {
            // What is nobody's any more is missed by nobody.
            Ok(()) | Err(StoreError::Gone) => return,
            Err(StoreError::Blob(BlobError::Full)) => {
                lost(
                    records,
                    session,
                    LossReason::DiskFull,
                    cut.start,
                    cut.duration_ms.into(),
                    1,
                )
                .await;
                return;
            }
            Err(error) => {
                tracing::warn!(device = %session.device, channel = %session.channel, %error, attempt, "cannot store a segment");
            }
        }
        if attempt < TRIES {
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
    }
    let reason = match records.is_full() {
        true => LossReason::DiskFull,
        false => LossReason::Failed,
    };
    lost(records, session, reason, cut.start, cut.duration_ms.into(), 1).await;
}

#[cfg(test)]
#[path = "live_recorder_tests.rs"]
mod tests;
