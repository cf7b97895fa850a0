//! Recording sessions: those that run, and those that ended so short a while ago that segments of them may still come.

use super::placement::{Known, Timeline};
use crate::blob::SegmentKey;
use crate::clock::UnixMs;
use crate::db::{RecordCause, RecordSessionRow, RecordedBy};
use crate::ids::{ChannelId, LoginCode, RecordSessionId, RecordStreamId, RecordingId};
use crate::record::name::Promised;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::{Mutex, RwLock};
use sha2::{Digest as _, Sha256};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;

/// Calls of one session: so many at once, and one more in this time.
const CALLS: u32 = 1000;
const CALL_EVERY: Duration = Duration::from_millis(10);
/// The same of reports of what was dropped, each of which is written down.
const REPORTS: u32 = 60;
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// What was settled of late, of one session.
const SETTLED: usize = 64;

/// A recording session.
#[derive(Debug)]
pub struct RecordSession {
    /// Its number.
    pub id: RecordingId,
    /// What it is part of.
    pub stream: RecordStreamId,
    /// What the device calls it by: people see it, too.
    pub token: RecordSessionId,
    /// The unguessable part of the address where the device asks for uploads. Whoever knows it may add to the recording.
    pub secret: String,
    /// Of which device.
    pub device: LoginCode,
    /// Of which channel.
    pub channel: ChannelId,
    /// Who cuts the segments.
    pub recorder: RecordedBy,
    /// Why.
    pub cause: RecordCause,
    /// When it began.
    pub began_at: UnixMs,
    state: Mutex<State>,
    /// Set once what was stored of it before the start is known.
    pub(super) recalled: OnceCell<()>,
    /// Whoever settles a segment of it does so in this turn: the same may be asked for twice at once.
    pub(super) turn: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct State {
    ended_at: Option<UnixMs>,
    /// Its device is gone, or somebody else's.
    is_void: bool,
    timeline: Timeline,
    pending: HashMap<SegmentKey, Promised>,
    settled: VecDeque<(SegmentKey, Settled)>,
    last_end: Option<UnixMs>,
    /// The segment that was refused last.
    refused: Option<(UnixMs, u32, u64)>,
    calls: Bucket,
    reports: Bucket,
}

/// What became of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// It is stored.
    Saved,
    /// It could not be uploaded.
    Failed,
    /// There is no room for it at the moment.
    NoRoom,
}

/// Leaks one each `every`; `burst` fit.
#[derive(Debug)]
struct Bucket {
    burst: u32,
    every: Duration,
    empty_at: Instant,
}

impl Bucket {
    fn new(burst: u32, every: Duration, now: Instant) -> Self {
        Self {
            burst,
            every,
            empty_at: now,
        }
    }

    /// Takes one, or tells when there will be room for it.
    fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let filled = self.empty_at.max(now) + self.every;
        let over = filled.duration_since(now).saturating_sub(self.every * self.burst);
        if over.is_zero() {
            self.empty_at = filled;
            Ok(())
        } else {
            Err(over)
        }
    }
}

impl RecordSession {
    pub(super) fn new(row: &RecordSessionRow, device: LoginCode, held_ms: i64) -> Self {
        let now = Instant::now();
        Self {
            id: row.id,
            stream: row.stream,
            token: token_of(&row.secret),
            secret: row.secret.clone(),
            device,
            channel: row.channel,
            recorder: row.recorder,
            cause: row.cause,
            began_at: row.began_at,
            state: Mutex::new(State {
                ended_at: row.ended_at,
                is_void: false,
                timeline: Timeline::new(row.began_at, held_ms),
                pending: HashMap::new(),
                settled: VecDeque::new(),
                last_end: None,
                refused: None,
                calls: Bucket::new(CALLS, CALL_EVERY, now),
                reports: Bucket::new(REPORTS, REPORT_EVERY, now),
            }),
            recalled: OnceCell::new(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// When it ended; `None`: it runs.
    pub fn ended_at(&self) -> Option<UnixMs> {
        self.state.lock().ended_at
    }

    /// Until when there is footage of it, as far as is known since the start.
    pub fn last_end(&self) -> Option<UnixMs> {
        self.state.lock().last_end
    }

    /// Segments that are promised and neither stored nor given up.
    pub fn pending(&self) -> usize {
        self.state.lock().pending.len()
    }

    pub(super) fn end(&self, at: UnixMs) {
        self.state.lock().ended_at.get_or_insert(at);
    }

    pub(super) fn make_void(&self) {
        self.state.lock().is_void = true;
    }

    pub(super) fn is_void(&self) -> bool {
        self.state.lock().is_void
    }

    /// Counts a call; when it may come again if that is too many.
    pub(super) fn admit(&self, now: Instant) -> Result<(), Duration> {
        self.state.lock().calls.take(now)
    }

    /// The same of a report.
    pub(super) fn admit_report(&self, now: Instant) -> Result<(), Duration> {
        self.state.lock().reports.take(now)
    }

    /// Whether it is to be written down that a segment is refused: once, for devices try again, and no more of them than of
    /// reports.
    pub(super) fn admit_refusal(&self, promised: &Promised, now: Instant) -> bool {
        let refused = Some((promised.device_start, promised.duration_ms, promised.bytes));
        let mut state = self.state.lock();
        let is_new = state.refused != refused && state.reports.take(now).is_ok();
        if is_new {
            state.refused = refused;
        }
        is_new
    }

    /// Works on the session's times.
    pub(super) fn on_timeline<T>(&self, work: impl FnOnce(&mut Timeline) -> T) -> T {
        work(&mut self.state.lock().timeline)
    }

    /// Remembers a promise, in the place of one of the same segment. Whether there is room for it.
    pub(super) fn promise(&self, promised: Promised, max_pending: usize) -> bool {
        let mut state = self.state.lock();
        state.pending.retain(|_, before| {
            (before.device_start, before.duration_ms, before.bytes)
                != (promised.device_start, promised.duration_ms, promised.bytes)
        });
        let room = state.pending.len() < max_pending;
        if room {
            state.pending.insert(promised.key, promised);
        }
        room
    }

    /// What became of a segment, if that was of late.
    pub(super) fn settled(&self, key: &SegmentKey) -> Option<Settled> {
        let state = self.state.lock();
        state
            .settled
            .iter()
            .rev()
            .find(|(settled, _)| settled == key)
            .map(|(_, what)| *what)
    }

    /// Remembers what became of a segment.
    pub(super) fn settle(&self, promised: &Promised, what: Settled) {
        let mut state = self.state.lock();
        if what != Settled::NoRoom {
            state.pending.remove(&promised.key);
        }
        if what == Settled::Saved {
            let known = Known {
                device_start: promised.device_start,
                start: promised.start,
                duration_ms: promised.duration_ms,
                bytes: promised.bytes,
            };
            state.timeline.saved(known);
            state.last_end = state.last_end.max(Some(promised.end()));
        }
        if !state.settled.contains(&(promised.key, what)) {
            if state.settled.len() == SETTLED {
                state.settled.pop_front();
            }
            state.settled.push_back((promised.key, what));
        }
    }

    /// Footage of it was stored before the start.
    pub(super) fn recall(&self, known: Known) {
        let end = UnixMs(known.start.0.saturating_add(i64::from(known.duration_ms)));
        let mut state = self.state.lock();
        state.timeline.saved(known);
        state.last_end = state.last_end.max(Some(end));
    }

    /// Puts a promise back that was taken.
    pub(super) fn keep(&self, promised: Promised) {
        self.state.lock().pending.insert(promised.key, promised);
    }

    /// Takes the promises made before that were not kept.
    pub(super) fn expired(&self, made_before: UnixMs) -> Vec<Promised> {
        let mut state = self.state.lock();
        let expired = state.pending.extract_if(|key, _| key.made_at() < made_before);
        expired.map(|(_, promised)| promised).collect()
    }
}

/// The sessions that anything may still come of.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    all: RwLock<All>,
}

#[derive(Debug, Default)]
struct All {
    by_token: HashMap<RecordSessionId, Arc<RecordSession>>,
    by_secret: HashMap<String, Arc<RecordSession>>,
    by_id: HashMap<RecordingId, Arc<RecordSession>>,
    running: HashMap<(LoginCode, ChannelId), Arc<RecordSession>>,
}

impl Sessions {
    /// Enters a session; the one of its channel that ran until now.
    pub(super) fn enter(&self, session: &Arc<RecordSession>) -> Option<Arc<RecordSession>> {
        let mut all = self.all.write();
        all.by_token.insert(session.token.clone(), session.clone());
        all.by_secret.insert(session.secret.clone(), session.clone());
        all.by_id.insert(session.id, session.clone());
        if session.ended_at().is_some() {
            return None;
        }
        all.running
            .insert((session.device.clone(), session.channel), session.clone())
    }

    /// It runs no more.
    pub(super) fn ended(&self, session: &RecordSession) {
        let mut all = self.all.write();
        let place = (session.device.clone(), session.channel);
        if all.running.get(&place).is_some_and(|running| running.id == session.id) {
            all.running.remove(&place);
        }
    }

    pub(super) fn by_token(&self, token: &str) -> Option<Arc<RecordSession>> {
        self.all.read().by_token.get(token).cloned()
    }

    pub(super) fn by_secret(&self, secret: &str) -> Option<Arc<RecordSession>> {
        self.all.read().by_secret.get(secret).cloned()
    }

    pub(super) fn by_id(&self, id: RecordingId) -> Option<Arc<RecordSession>> {
        self.all.read().by_id.get(&id).cloned()
    }

    pub(super) fn running(&self, device: &LoginCode, channel: ChannelId) -> Option<Arc<RecordSession>> {
        self.all.read().running.get(&(device.clone(), channel)).cloned()
    }

    pub(super) fn all_running(&self) -> Vec<Arc<RecordSession>> {
        self.all.read().running.values().cloned().collect()
    }

    pub(super) fn all(&self) -> Vec<Arc<RecordSession>> {
        self.all.read().by_id.values().cloned().collect()
    }

    /// Forgets those that ended before this moment.
    pub(super) fn forget(&self, ended_before: UnixMs) {
        let over = |session: &RecordSession| session.ended_at().is_some_and(|at| at < ended_before);
        let mut all = self.all.write();
        all.by_id.retain(|_, session| !over(session));
        all.by_token.retain(|_, session| !over(session));
        all.by_secret.retain(|_, session| !over(session));
    }
}

/// What the wire calls a session with this secret. One way only.
fn token_of(secret: &str) -> RecordSessionId {
    let hash = Sha256::digest(secret.as_bytes());
    RecordSessionId(URL_SAFE_NO_PAD.encode(&hash[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_what_goes_on_like_it_waits() {
        let start = Instant::now();
        let mut bucket = Bucket::new(3, Duration::from_secs(2), start);
        for _ in 0..3 {
            assert_eq!(bucket.take(start), Ok(()));
        }
        assert_eq!(bucket.take(start), Err(Duration::from_secs(2)));
        assert_eq!(bucket.take(start + Duration::from_secs(2)), Ok(()));
        assert!(bucket.take(start + Duration::from_secs(2)).is_err());
        for step in 0..9 {
            assert_eq!(bucket.take(start + Duration::from_secs(20 + 2 * step)), Ok(()));
        }
    }
}
