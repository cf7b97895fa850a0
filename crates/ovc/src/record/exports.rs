//! Footage that is fetched as a file: plans are made in the background, and kept in memory for a while. After a restart
//! they are made again from the same segments, and are the same.

use super::export::{Plan, Planner, Still, still};
use super::footage::Footage;
use super::spans::Span;
use super::unpacked::Unpacked;
use crate::blob::{BlobError, Blobs};
use crate::db::{DbError, FootageRow};
use crate::ids::RecordStreamId;
use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt as _;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, SemaphorePermit, TryAcquireError, watch};

/// Plans made at once; each holds one segment in memory and a processor busy.
const MAKING: usize = 2;
/// Plans that wait to be made or are kept at most.
const MAX_PLANS: usize = 64;
/// What plans that nobody asks for may take together, in bytes.
const MAX_KEPT: u64 = 128 << 20;
/// How long a plan is kept after somebody asked for it.
const KEPT: Duration = Duration::from_secs(3600);
/// Files sent at once.
const SENDING: usize = 32;
/// Single pictures taken at once.
const STILLS: usize = 4;
/// Single pictures that may wait for that.
const STILLS_WAITING: usize = 64;
/// Where footage begins with no picture that stands alone, so many segments before are looked at for one.
const BACK: usize = 3;

/// Makes files of footage. Clones are the same.
#[derive(Clone)]
pub struct Exports {
    shared: Arc<Shared>,
}

struct Shared {
    footage: Footage,
    blobs: Blobs,
    plans: Mutex<HashMap<PlanKey, Kept>>,
    making: Semaphore,
    sending: Semaphore,
    stills: Semaphore,
    waiting_stills: Semaphore,
}

impl std::fmt::Debug for Exports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exports").finish_non_exhaustive()
    }
}

/// Two plans are the same if they are of the same segments for the same range.
type PlanKey = (RecordStreamId, Span, u64);

struct Kept {
    state: watch::Receiver<State>,
    asked: Instant,
}

/// How it stands with a plan.
#[derive(Debug, Clone)]
pub enum State {
    /// It is being made: how much of it is, from 0 to 1.
    Preparing(f64),
    /// It is there.
    Ready(Arc<Plan>),
    /// It cannot be made.
    Failed(Failure),
}

/// Why a file cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// There is no footage in the range.
    #[error("there is no footage in this range")]
    Nothing,
    /// A segment cannot be read, or is not what it was.
    #[error("the footage cannot be read")]
    Unreadable,
}

/// Too many want the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many want this at the moment: try again in a while")]
pub struct Busy;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum StillError {
    /// Too many want one.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// There is no footage then.
    #[error("there is no footage at this time")]
    NoFootage,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A segment cannot be read.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

impl Exports {
    /// Of this footage.
    pub fn new(footage: Footage, blobs: Blobs) -> Self {
        Self {
            shared: Arc::new(Shared {
                footage,
                blobs,
                plans: Mutex::default(),
                making: Semaphore::new(MAKING),
                sending: Semaphore::new(SENDING),
                stills: Semaphore::new(STILLS),
                waiting_stills: Semaphore::new(STILLS_WAITING),
            }),
        }
    }

    /// The plan of a range, as far as these times may be seen; it is made if it is not there. What becomes of it can be
    /// followed.
    ///
    /// # Errors
    /// The database failed, or [`Busy`] as the inner error.
    pub async fn plan(
        &self,
        stream: RecordStreamId,
        asked: Span,
        seen: &[Span],
    ) -> Result<Result<watch::Receiver<State>, Busy>, DbError> {
        let segments = self.shared.footage.segments(stream, asked, seen).await?;
        let mut hasher = DefaultHasher::new();
        for segment in &segments {
            (segment.id, segment.key).hash(&mut hasher);
        }
        let key = (stream, asked, hasher.finish());
        let mut plans = self.shared.plans.lock();
        if let Some(kept) = plans.get_mut(&key) {
            let failed = matches!(&*kept.state.borrow(), State::Failed(Failure::Unreadable));
            kept.asked = Instant::now();
            if !failed {
                return Ok(Ok(kept.state.clone()));
            }
        }
        tidy(&mut plans, Instant::now());
        if plans.len() >= MAX_PLANS {
            return Ok(Err(Busy));
        }
        let (sender, state) = watch::channel(State::Preparing(0.0));
        let kept = Kept {
            state: state.clone(),
            asked: Instant::now(),
        };
        plans.insert(key, kept);
        drop(plans);
        let shared = self.shared.clone();
        let seen = seen.to_vec();
        tokio::spawn(async move {
            let Ok(_turn) = shared.making.acquire().await else {
                return;
            };
            let made = shared.make(stream, asked, &seen, segments, &sender).await;
            // Nobody need be following.
            let _ = sender.send(match made {
                Ok(plan) => State::Ready(Arc::new(plan)),
                Err(failure) => State::Failed(failure),
            });
        });
        Ok(Ok(state))
    }

    /// Room to send a file.
    ///
    /// # Errors
    /// [`Busy`].
    pub fn room(&self) -> Result<SemaphorePermit<'_>, Busy> {
        self.shared.sending.try_acquire().map_err(|_| Busy)
    }

    /// The bytes of one piece of a plan.
    ///
    /// # Errors
    /// It cannot be read, or is not what it was.
    pub async fn piece(&self, stream: RecordStreamId, plan: &Plan, number: usize) -> Result<Vec<Bytes>, Failure> {
        let piece = plan.pieces.get(number).ok_or(Failure::Unreadable)?.clone();
        let unpacked = self.shared.unpack(stream, &piece.segment).await?;
        piece.take(&unpacked).ok_or(Failure::Unreadable)
    }

    /// The picture nearest to a moment that stands alone: at it or before, else after it, in footage that reaches from
    /// one to the other.
    ///
    /// # Errors
    /// See [`StillError`].
    pub async fn still(&self, stream: RecordStreamId, at_ms: i64, seen: &[Span]) -> Result<Still, StillError> {
        /// So far the picture may be from the moment.
        const REACH_MS: i64 = 10_000;
        let waiting = self.shared.waiting_stills.try_acquire();
        if matches!(waiting, Err(TryAcquireError::NoPermits)) {
            return Err(Busy.into());
        }
        let _turn = self.shared.stills.acquire().await.map_err(|_| Busy)?;
        let around = Span::new(at_ms.saturating_sub(REACH_MS), at_ms.saturating_add(REACH_MS));
        let segments = self.shared.footage.segments(stream, around, seen).await?;
        let at = segments.iter().rposition(|segment| segment.start_ms <= at_ms);
        // The one that it is in, those before it, and the one after.
        let before = segments[..at.map_or(0, |at| at + 1)].iter().rev();
        let after = segments[at.map_or(0, |at| at + 1)..].iter().take(1);
        for segment in before.chain(after) {
            let unpacked = self.shared.unpack(stream, segment).await;
            let found = unpacked.ok().and_then(|unpacked| still(segment, &unpacked, at_ms));
            if let Some(found) = found.filter(|found| found.at_ms.abs_diff(at_ms) <= REACH_MS.unsigned_abs()) {
                return Ok(found);
            }
        }
        Err(StillError::NoFootage)
    }

    /// Forgets plans that nobody has asked for in a while.
    pub fn tidy(&self) {
        tidy(&mut self.shared.plans.lock(), Instant::now());
    }
}

/// Of plans that are made the ones asked for last are kept, as far as there is room.
fn tidy(plans: &mut HashMap<PlanKey, Kept>, now: Instant) {
    let mut made: Vec<(Instant, u64, PlanKey)> = Vec::new();
    for (key, kept) in plans.iter() {
        match &*kept.state.borrow() {
            State::Preparing(_) => {}
            State::Ready(plan) => made.push((kept.asked, plan.head.bytes.len() as u64, *key)),
            State::Failed(_) => made.push((kept.asked, 0, *key)),
        }
    }
    made.sort_unstable_by_key(|(asked, ..)| std::cmp::Reverse(*asked));
    let mut sum = 0;
    for (number, (asked, bytes, key)) in made.into_iter().enumerate() {
        sum += bytes;
        let keeps = now.saturating_duration_since(asked) < KEPT && sum <= MAX_KEPT && number < MAX_PLANS / 2;
        // The one just made is kept, however big.
        if !keeps && number > 0 {
            plans.remove(&key);
        }
    }
}

impl Shared {
    async fn make(
        &self,
        stream: RecordStreamId,
        asked: Span,
        seen: &[Span],
        segments: Vec<FootageRow>,
        told: &watch::Sender<State>,
    ) -> Result<Plan, Failure> {
        let mut planner = Planner::new(asked);
        let earlier = self.earlier(stream, asked, seen, segments.first()).await?;
        let total = (earlier.len() + segments.len()).max(1);
        for (number, segment) in earlier.into_iter().chain(segments).enumerate() {
            // What is deleted by now is a gap like any other.
            if let Ok(unpacked) = self.unpack(stream, &segment).await {
                planner.add(segment, &unpacked);
            }
            told.send_replace(State::Preparing((number + 1) as f64 / total as f64));
        }
        planner.finish().ok_or(Failure::Nothing)
    }

    /// Where the first segment has no picture that stands alone before the range begins: those before it, back to the one
    /// that has.
    async fn earlier(
        &self,
        stream: RecordStreamId,
        asked: Span,
        seen: &[Span],
        first: Option<&FootageRow>,
    ) -> Result<Vec<FootageRow>, Failure> {
        let Some(first) = first else { return Ok(Vec::new()) };
        let begins = |segment: &FootageRow, unpacked: &Unpacked| {
            unpacked.video.is_empty()
                || still(segment, unpacked, asked.from).is_some_and(|still| still.at_ms <= asked.from)
        };
        let unpacked = self.unpack(stream, first).await;
        if first.start_ms > asked.from || unpacked.is_ok_and(|unpacked| begins(first, &unpacked)) {
            return Ok(Vec::new());
        }
        let before = Span::new(asked.from.saturating_sub(60_000), first.start_ms);
        let before = self.footage.segments(stream, before, seen).await;
        let mut before = before.map_err(|_| Failure::Unreadable)?;
        before.retain(|segment| segment.start_ms < first.start_ms);
        let mut taken = Vec::new();
        for segment in before.into_iter().rev().take(BACK) {
            let after = taken.last().unwrap_or(first);
            if super::playlist::breaks(&segment, after) {
                break;
            }
            let unpacked = self.unpack(stream, &segment).await?;
            let is_found = begins(&segment, &unpacked);
            taken.push(segment);
            if is_found {
                taken.reverse();
                return Ok(taken);
            }
        }
        Ok(Vec::new())
    }

    async fn unpack(&self, stream: RecordStreamId, segment: &FootageRow) -> Result<Unpacked, Failure> {
        let bytes = self.read(stream, segment).await.map_err(|error| {
            tracing::warn!(%error, segment = segment.id, "cannot read a segment");
            Failure::Unreadable
        })?;
        // Taking it apart keeps a processor busy for some milliseconds.
        let unpacking = tokio::task::spawn_blocking(move || Unpacked::new(&bytes));
        unpacking.await.map_err(|_| Failure::Unreadable)
    }

    async fn read(&self, stream: RecordStreamId, segment: &FootageRow) -> Result<Bytes, BlobError> {
        let content = self.blobs.get_segment(stream, &segment.key, None).await?;
        let gathered = BytesMut::with_capacity(usize::try_from(segment.bytes).unwrap_or(0));
        let mut stream = content.stream;
        let mut gathered = gathered;
        while let Some(piece) = stream.try_next().await? {
            gathered.extend_from_slice(&piece);
        }
        Ok(gathered.freeze())
    }
}
