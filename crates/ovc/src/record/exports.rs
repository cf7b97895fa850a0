//! Footage that is fetched as a file: plans are made in the background, and kept in memory for a while. After a restart
//! they are made again from the same segments, and are the same. Who may see other times than somebody else gets a plan of
//! his own.

use super::export::{Piece, Plan, Planner, Still, still};
use super::footage::Footage;
use super::spans::Span;
use super::tickets::Base;
use super::unpacked::Unpacked;
use crate::account::policy::Principal;
use crate::account::tokens::Holder;
use crate::blob::{BlobError, Blobs};
use crate::db::{DbError, FootageRow};
use crate::ids::RecordStreamId;
use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt as _;
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, TryAcquireError, watch};
use tokio::time::Instant;

/// Plans made at once; each holds one segment in memory and a processor busy.
const MAKING: usize = 2;
/// Plans that are made, or wait for it, of one asker.
const MAKING_EACH: usize = 2;
/// Plans that wait to be made or are kept at most.
const MAX_PLANS: usize = 64;
/// What plans that nobody asks for may take together, in bytes.
const MAX_KEPT: u64 = 128 << 20;
/// How long a plan is kept after somebody asked for it.
const KEPT: Duration = Duration::from_secs(3600);
/// Whoever waits for a plan asks for it again within this time, or follows it. One that nobody waits for is not made; and
/// one that just became ready is what he waits for, also where more footage has come meanwhile.
const WAITS: Duration = Duration::from_secs(30);
/// How often it is looked whether somebody waits.
const LOOK: Duration = Duration::from_secs(2);
/// Files sent at once.
const SENDING: usize = 32;
/// Of these, to one asker.
const SENDING_EACH: usize = 4;
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
    plans: Mutex<HashMap<Wish, Kept>>,
    making: Semaphore,
    sending: Mutex<HashMap<Asker, usize>>,
    stills: Semaphore,
    waiting_stills: Semaphore,
}

impl std::fmt::Debug for Exports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exports").finish_non_exhaustive()
    }
}

/// Who wants something: some things there are for each only so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asker {
    /// A user or an API key.
    Principal(Principal),
    /// Whoever has this link.
    Share(i64),
    /// Where nothing is known of who asks: whoever looks at this footage.
    Stream(RecordStreamId),
}

impl Asker {
    /// Whoever holds a ticket.
    pub fn of(base: Base, holder: Option<Holder>) -> Self {
        match (base, holder) {
            (_, Some(holder)) => Self::Principal(holder.principal),
            (Base::Share(share), None) => Self::Share(share),
            (Base::Stream(stream), None) => Self::Stream(stream),
        }
    }
}

/// What a plan is for. All that may be seen is part of it: by that segments are chosen, within the range and before it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Wish {
    stream: RecordStreamId,
    asked: Span,
    seen: Arc<[Span]>,
}

struct Kept {
    state: Arc<watch::Sender<State>>,
    /// Who began it.
    asker: Asker,
    asked: Instant,
    /// Of a plan that is ready.
    made: Option<Made>,
}

struct Found {
    state: watch::Receiver<State>,
    /// A plan that is ready.
    ready: Option<(Arc<Plan>, Made)>,
}

#[derive(Debug, Clone, Copy)]
struct Made {
    at: Instant,
    /// Of the segments that were in the range.
    list: u64,
}

impl Kept {
    fn is_preparing(&self) -> bool {
        matches!(&*self.state.borrow(), State::Preparing(_))
    }
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

impl From<BlobError> for Failure {
    fn from(error: BlobError) -> Self {
        tracing::warn!(%error, "cannot read a segment");
        Self::Unreadable
    }
}

/// Too many want the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    /// All together.
    #[error("too many want this at the moment: try again in a while")]
    All,
    /// The one who asks.
    #[error("you have as many of these at once as one may have: wait until one of them is done")]
    You,
}

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
                sending: Mutex::default(),
                stills: Semaphore::new(STILLS),
                waiting_stills: Semaphore::new(STILLS_WAITING),
            }),
        }
    }

    /// The plan of a range, as far as these times may be seen; it is made if it is not there, or if there is other footage
    /// by now. What becomes of it can be followed. A failure is told once: whoever asks again has it tried again.
    ///
    /// # Errors
    /// The database failed, or [`Busy`] as the inner error.
    pub async fn plan(
        &self,
        asker: Asker,
        stream: RecordStreamId,
        asked: Span,
        seen: &[Span],
    ) -> Result<Result<watch::Receiver<State>, Busy>, DbError> {
        self.ask(asker, Wish::new(stream, asked, seen), false).await
    }

    /// The same for who was told that it is ready: as long as all that it is made of is there it stays what it is, also
    /// where more has come.
    ///
    /// # Errors
    /// See [`Self::plan`].
    pub async fn file(
        &self,
        asker: Asker,
        stream: RecordStreamId,
        asked: Span,
        seen: &[Span],
    ) -> Result<Result<watch::Receiver<State>, Busy>, DbError> {
        self.ask(asker, Wish::new(stream, asked, seen), true).await
    }

    async fn ask(
        &self,
        asker: Asker,
        wish: Wish,
        as_it_is: bool,
    ) -> Result<Result<watch::Receiver<State>, Busy>, DbError> {
        if let Some(Found { state, ready }) = self.shared.look_up(&wish) {
            let Some((plan, made)) = ready else {
                return Ok(Ok(state));
            };
            let may_be_less = as_it_is || made.at.elapsed() < WAITS;
            if self.shared.is_good(&wish, &plan, made, may_be_less).await? {
                return Ok(Ok(state));
            }
            self.shared.forget(&wish, &plan);
        }
        Ok(self.begin(asker, wish))
    }

    fn begin(&self, asker: Asker, wish: Wish) -> Result<watch::Receiver<State>, Busy> {
        let mut plans = self.shared.plans.lock();
        // Somebody else was faster.
        if let Some(kept) = plans.get(&wish) {
            return Ok(kept.state.subscribe());
        }
        tidy(&mut plans, Instant::now());
        let his = plans.values().filter(|kept| kept.asker == asker && kept.is_preparing());
        if his.count() >= MAKING_EACH {
            return Err(Busy::You);
        }
        if plans.len() >= MAX_PLANS {
            return Err(Busy::All);
        }
        let (sender, state) = watch::channel(State::Preparing(0.0));
        let told = Arc::new(sender);
        let kept = Kept {
            state: told.clone(),
            asker,
            asked: Instant::now(),
            made: None,
        };
        plans.insert(wish.clone(), kept);
        drop(plans);
        let shared = self.shared.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = shared.make_and_tell(&wish, &told) => {}
                () = shared.abandoned(&wish, &told) => {}
            }
        });
        Ok(state)
    }

    /// Room to send a file to somebody, until it is dropped.
    ///
    /// # Errors
    /// [`Busy`].
    pub fn room(&self, asker: Asker) -> Result<Room, Busy> {
        let mut sending = self.shared.sending.lock();
        if sending.get(&asker).is_some_and(|his| *his >= SENDING_EACH) {
            return Err(Busy::You);
        }
        if sending.values().sum::<usize>() >= SENDING {
            return Err(Busy::All);
        }
        *sending.entry(asker).or_default() += 1;
        Ok(Room {
            shared: self.shared.clone(),
            asker,
        })
    }

    /// The bytes of one piece of a plan.
    ///
    /// # Errors
    /// It cannot be read, or is not what it was.
    pub async fn piece(&self, stream: RecordStreamId, plan: &Plan, number: usize) -> Result<Vec<Bytes>, Failure> {
        let piece = plan.pieces.get(number).ok_or(Failure::Unreadable)?.clone();
        let unpacked = self.shared.unpack(stream, &piece.segment).await?;
        let unpacked = unpacked.ok_or(Failure::Unreadable)?;
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
            return Err(Busy::All.into());
        }
        let _turn = self.shared.stills.acquire().await.map_err(|_| Busy::All)?;
        let around = Span::new(at_ms.saturating_sub(REACH_MS), at_ms.saturating_add(REACH_MS));
        let segments = self.shared.footage.segments(stream, around, seen).await?;
        let at = segments.iter().rposition(|segment| segment.start_ms <= at_ms);
        // The one that it is in, those before it, and the one after.
        let before = segments[..at.map_or(0, |at| at + 1)].iter().rev();
        let after = segments[at.map_or(0, |at| at + 1)..].iter().take(1);
        for segment in before.chain(after) {
            // What is deleted by now is a gap; what cannot be read may be there in a moment.
            let Some(unpacked) = self.shared.unpack(stream, segment).await? else {
                continue;
            };
            let found = still(segment, &unpacked, at_ms);
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

/// Room to send a file.
pub struct Room {
    shared: Arc<Shared>,
    asker: Asker,
}

impl std::fmt::Debug for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Room")
            .field("asker", &self.asker)
            .finish_non_exhaustive()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut sending = self.shared.sending.lock();
        if let Some(his) = sending.get_mut(&self.asker) {
            *his -= 1;
            if *his == 0 {
                sending.remove(&self.asker);
            }
        }
    }
}

impl Wish {
    fn new(stream: RecordStreamId, asked: Span, seen: &[Span]) -> Self {
        Self {
            stream,
            asked,
            seen: seen.into(),
        }
    }
}

/// Of plans that are made the ones asked for last are kept, as far as there is room.
fn tidy(plans: &mut HashMap<Wish, Kept>, now: Instant) {
    let mut made: Vec<(Instant, u64, Wish)> = Vec::new();
    for (wish, kept) in plans.iter() {
        match &*kept.state.borrow() {
            // It goes by itself when nobody waits for it.
            State::Preparing(_) => {}
            State::Ready(plan) => made.push((kept.asked, plan.kept_bytes(), wish.clone())),
            State::Failed(_) => made.push((kept.asked, 0, wish.clone())),
        }
    }
    made.sort_unstable_by_key(|(asked, ..)| std::cmp::Reverse(*asked));
    let mut sum = 0;
    for (number, (asked, bytes, wish)) in made.into_iter().enumerate() {
        sum += bytes;
        let keeps = now.saturating_duration_since(asked) < KEPT && sum <= MAX_KEPT && number < MAX_PLANS / 2;
        // The one just made is kept, however big.
        if !keeps && number > 0 {
            plans.remove(&wish);
        }
    }
}

/// Tells a list of segments from any other.
fn told_apart(segments: &[FootageRow]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for segment in segments {
        (segment.id, segment.key).hash(&mut hasher);
    }
    hasher.finish()
}

impl Shared {
    /// How it stands with what somebody wants, if it is begun.
    fn look_up(&self, wish: &Wish) -> Option<Found> {
        let mut plans = self.plans.lock();
        let kept = plans.get_mut(wish)?;
        kept.asked = Instant::now();
        let (state, made) = (kept.state.subscribe(), kept.made);
        let now = state.borrow().clone();
        let ready = match now {
            State::Preparing(_) => None,
            State::Ready(plan) => made.map(|made| (plan, made)),
            State::Failed(_) => {
                plans.remove(wish);
                None
            }
        };
        Some(Found { state, ready })
    }

    /// Whether everything of a plan is there, and is all that there is, or `may_be_less`.
    async fn is_good(&self, wish: &Wish, plan: &Plan, made: Made, may_be_less: bool) -> Result<bool, DbError> {
        let segments = self.footage.segments(wish.stream, wish.asked, &wish.seen).await?;
        if !may_be_less && told_apart(&segments) != made.list {
            return Ok(false);
        }
        let there: HashSet<_> = segments.iter().map(|segment| (segment.id, segment.key)).collect();
        for piece in &plan.pieces {
            let Piece { segment, .. } = piece;
            if there.contains(&(segment.id, segment.key)) {
                continue;
            }
            // What is taken from before the range is not in the list.
            let found = self.footage.segment(wish.stream, segment.id, piece.span(), &wish.seen);
            if found.await?.is_none_or(|found| found.key != segment.key) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Forgets a plan, if it is not another one by now.
    fn forget(&self, wish: &Wish, plan: &Arc<Plan>) {
        let mut plans = self.plans.lock();
        let is_it = |kept: &Kept| matches!(&*kept.state.borrow(), State::Ready(ready) if Arc::ptr_eq(ready, plan));
        if plans.get(wish).is_some_and(is_it) {
            plans.remove(wish);
        }
    }

    async fn make_and_tell(&self, wish: &Wish, told: &watch::Sender<State>) {
        let Ok(_turn) = self.making.acquire().await else {
            return;
        };
        let made = self.make(wish, told).await;
        let mut plans = self.plans.lock();
        match made {
            Ok((plan, list)) => {
                if let Some(kept) = plans.get_mut(wish) {
                    let at = Instant::now();
                    kept.made = Some(Made { at, list });
                }
                told.send_replace(State::Ready(Arc::new(plan)));
            }
            Err(failure) => {
                told.send_replace(State::Failed(failure));
                // Whoever follows it is told by that.
                if told.receiver_count() > 0 {
                    plans.remove(wish);
                }
            }
        }
    }

    /// Comes back once nobody waits for a plan any more; it is forgotten then.
    async fn abandoned(&self, wish: &Wish, told: &watch::Sender<State>) {
        loop {
            tokio::time::sleep(LOOK).await;
            let mut plans = self.plans.lock();
            let Some(kept) = plans.get_mut(wish) else { return };
            if told.receiver_count() > 0 {
                kept.asked = Instant::now();
            } else if kept.asked.elapsed() >= WAITS {
                plans.remove(wish);
                return;
            }
        }
    }

    /// The plan, and what tells its list of segments from others.
    async fn make(&self, wish: &Wish, told: &watch::Sender<State>) -> Result<(Plan, u64), Failure> {
        let segments = self.listed(wish, wish.asked).await?;
        let list = told_apart(&segments);
        let mut planner = Planner::new(wish.asked);
        let earlier = self.earlier(wish, segments.first()).await?;
        let total = (earlier.len() + segments.len()).max(1);
        for (number, segment) in earlier.into_iter().chain(segments).enumerate() {
            // What is deleted by now is a gap like any other.
            if let Some(unpacked) = self.unpack(wish.stream, &segment).await? {
                planner.add(segment, &unpacked);
            }
            told.send_replace(State::Preparing((number + 1) as f64 / total as f64));
        }
        let plan = planner.finish().ok_or(Failure::Nothing)?;
        Ok((plan, list))
    }

    async fn listed(&self, wish: &Wish, range: Span) -> Result<Vec<FootageRow>, Failure> {
        let listed = self.footage.segments(wish.stream, range, &wish.seen).await;
        listed.map_err(|error| {
            tracing::error!(%error, "cannot list segments");
            Failure::Unreadable
        })
    }

    /// Where the first segment has no picture that stands alone before the range begins: those before it, back to the one
    /// that has.
    async fn earlier(&self, wish: &Wish, first: Option<&FootageRow>) -> Result<Vec<FootageRow>, Failure> {
        let from = wish.asked.from;
        let Some(first) = first.filter(|first| first.start_ms <= from) else {
            return Ok(Vec::new());
        };
        let begins = |segment: &FootageRow, unpacked: &Unpacked| {
            unpacked.video.is_empty() || still(segment, unpacked, from).is_some_and(|still| still.at_ms <= from)
        };
        let unpacked = self.unpack(wish.stream, first).await?;
        if unpacked.is_none_or(|unpacked| begins(first, &unpacked)) {
            return Ok(Vec::new());
        }
        let mut before = self
            .listed(wish, Span::new(from.saturating_sub(60_000), first.start_ms))
            .await?;
        before.retain(|segment| segment.start_ms < first.start_ms);
        let mut taken = Vec::new();
        for segment in before.into_iter().rev().take(BACK) {
            let after = taken.last().unwrap_or(first);
            if super::playlist::breaks(&segment, after) {
                break;
            }
            let Some(unpacked) = self.unpack(wish.stream, &segment).await? else {
                break;
            };
            let is_found = begins(&segment, &unpacked);
            taken.push(segment);
            if is_found {
                taken.reverse();
                return Ok(taken);
            }
        }
        Ok(Vec::new())
    }

    /// A segment taken apart. `None`: it is deleted by now.
    async fn unpack(&self, stream: RecordStreamId, segment: &FootageRow) -> Result<Option<Unpacked>, BlobError> {
        let bytes = match self.read(stream, segment).await {
            Ok(bytes) => bytes,
            Err(BlobError::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        // Taking it apart keeps a processor busy for some milliseconds.
        let unpacking = tokio::task::spawn_blocking(move || Unpacked::new(&bytes));
        let unpacked = unpacking.await.map_err(io::Error::other)?;
        Ok(Some(unpacked))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Db;
    use crate::record::footage::Holding;

    const STREAM: RecordStreamId = RecordStreamId(1);
    const ALWAYS: [Span; 1] = [Span::new(i64::MIN, i64::MAX)];

    async fn exports(dir: &tempfile::TempDir) -> Exports {
        let holding = Holding {
            by_device: Duration::ZERO,
            by_cloud: Duration::ZERO,
            segment: Duration::from_secs(10),
            silence: Duration::ZERO,
        };
        let db = Db::open(dir.path()).await.unwrap();
        Exports::new(Footage::new(db, holding), Blobs::open(dir.path()).unwrap())
    }

    /// It passes at once.
    async fn pass(time: Duration) {
        tokio::time::pause();
        tokio::time::advance(time).await;
        tokio::time::resume();
    }

    #[tokio::test]
    async fn one_has_two_files_in_the_making_and_those_nobody_waits_for_are_given_up() {
        let dir = tempfile::tempdir().unwrap();
        let exports = exports(&dir).await;
        let plans = || exports.shared.plans.lock().len();
        let ask = async |by: i64, from: i64| {
            let asked = Span::new(from, from + 1);
            let plan = exports.plan(Asker::Share(by), STREAM, asked, &ALWAYS).await;
            plan.unwrap()
        };
        // Nothing is done until these are let go.
        let turns = exports.shared.making.acquire_many(MAKING as u32).await.unwrap();
        for _ in 0..3 {
            assert!(
                ask(0, 0).await.is_ok() && ask(0, 1).await.is_ok(),
                "looked at again and again"
            );
        }
        assert_eq!(ask(0, 2).await.err(), Some(Busy::You));
        assert!(
            ask(1, 0).await.is_ok() && ask(1, 1).await.is_ok(),
            "what is in the making anyway"
        );
        for number in 2..MAX_PLANS as i64 {
            assert!(ask(number, number).await.is_ok(), "{number}");
        }
        assert_eq!(ask(1, 1000).await.err(), Some(Busy::All));

        let mut followed = ask(0, 0).await.unwrap();
        pass(WAITS - Duration::from_secs(1)).await;
        assert!(ask(0, 1).await.is_ok());
        pass(LOOK).await;
        while plans() > 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(
            ask(0, 2).await.err(),
            Some(Busy::You),
            "one is followed, one was asked for"
        );
        pass(WAITS + LOOK).await;
        while plans() > 1 {
            tokio::task::yield_now().await;
        }
        assert!(ask(0, 2).await.is_ok());

        // What failed is told to who follows it, or to who asks next; and then it is tried again.
        drop(turns);
        let failed = followed.wait_for(|state| !matches!(state, State::Preparing(_))).await;
        assert!(matches!(&*failed.unwrap(), State::Failed(Failure::Nothing)));
        while exports.shared.plans.lock().values().any(Kept::is_preparing) {
            tokio::task::yield_now().await;
        }
        let told = async |from: i64| ask(0, from).await.unwrap().borrow().clone();
        assert!(matches!(told(2).await, State::Failed(Failure::Nothing)));
        assert!(matches!(told(2).await, State::Preparing(_)));
        assert!(matches!(told(0).await, State::Preparing(_)));
    }

    #[tokio::test]
    async fn one_gets_four_files_at_once_and_leaves_room_for_others() {
        let dir = tempfile::tempdir().unwrap();
        let exports = exports(&dir).await;
        let his: Vec<Room> = (0..SENDING_EACH)
            .map(|_| exports.room(Asker::Share(0)).unwrap())
            .collect();
        assert_eq!(exports.room(Asker::Share(0)).err(), Some(Busy::You));
        let others: Vec<Room> = (SENDING_EACH..SENDING)
            .map(|number| exports.room(Asker::Share(number as i64)).unwrap())
            .collect();
        assert_eq!(exports.room(Asker::Share(100)).err(), Some(Busy::All));
        drop(his);
        assert!(exports.room(Asker::Share(0)).is_ok());
        drop(others);
        assert!(exports.shared.sending.lock().is_empty());
    }
}
