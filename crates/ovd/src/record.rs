//! Cloud recording: a channel's frames as segments, uploaded one by one to where the cloud says.
//!
//! A [`Recorder`] stands behind one channel for as long as the channel is there. StartCloudRecord hands it a session
//! ([`Recorder::start`]), StopCloudRecord ends it ([`Recorder::stop`]); it runs at most one at a time. What it does:
//!
//! - frames of the channel's [`Feed`] become MPEG transport stream segments, cut at keyframes (`segmenter`);
//! - finished segments wait in memory for the uplink, as many as the cloud allows; the oldest go first, and where there is no
//!   room the oldest are given up, and the cloud is told (`queue`);
//! - each is announced, uploaded and confirmed, as often as it takes (`uploader`, `ovr`);
//! - before a session the last seconds are kept, for alarms whose footage shall begin before them (`ring`).
//!
//! A session outlives the connection to the cloud and everything that happens to the source: where the source is away there
//! are no segments, and the first one after that says that it does not continue those before.
//!
//! ```no_run
//! use ovd::clock::Clock;
//! use ovd::device::{Answer, done};
//! use ovd::feed::Feed;
//! use ovd::http::Client;
//! use ovd::record::{Recorder, Setup, Surroundings};
//! use ovd::tls::Roots;
//! use dap::methods::{StartCloudRecord, StartCloudRecordParams, StopCloudRecord, StopCloudRecordParams};
//!
//! /// What stands behind the two methods of a device with one channel.
//! struct Camera {
//!     recorder: Recorder,
//! }
//!
//! impl Camera {
//!     fn new(feed: Feed, tls: Roots) -> Self {
//!         let surroundings = Surroundings { http: Client::new(tls), clock: Clock::default(), changed: Default::default() };
//!         Self { recorder: Recorder::new(feed, Setup::default(), surroundings) }
//!     }
//!
//!     async fn start_cloud_record(&self, params: StartCloudRecordParams) -> Answer<StartCloudRecord> {
//!         self.recorder.start(&params).await?;
//!         done()
//!     }
//!
//!     async fn stop_cloud_record(&self, params: StopCloudRecordParams) -> Answer<StopCloudRecord> {
//!         self.recorder.stop(&params.session_id).await;
//!         done()
//!     }
//! }
//! ```

mod ovr;
mod queue;
mod ring;
mod segmenter;
mod uploader;

use crate::clock::Clock;
use crate::feed::{Feed, Item, Subscription};
use crate::http::{self, Client};
use dap::methods::StartCloudRecordParams;
use dap::{ErrorCode, RecordSessionId, RpcError};
use ovr::HttpOvr;
use queue::{Memory, Queue};
use ring::Ring;
use segmenter::{Limits, Segmenter};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tracing::Instrument as _;

/// Segments longer than this are nobody's wish: a frame would be shown ten minutes after it was made.
const MAX_SEGMENT_S: u32 = 600;
/// A channel's memory holds so many segments at least, whatever size the cloud allows.
const MIN_HELD: u64 = 4;
/// Segments smaller than this would hold less than a picture.
const MIN_SEGMENT_BYTES: u64 = 64 << 10;
/// No more than this is kept for what comes before a session, however much the cloud asks for.
const MAX_PRERECORD: Duration = Duration::from_secs(60);
/// How long the bitrate of a channel that has just come online is waited for, where it matters: it takes four seconds to
/// be known. The answer is due within twenty, of which the camera may have taken five.
const MEASURE_LIMIT: Duration = Duration::from_secs(5);
/// How often it is looked at.
const MEASURE_STEP: Duration = Duration::from_millis(250);
/// What is left of a session when it ends is uploaded within this, or given up.
const DRAIN_LIMIT: Duration = Duration::from_secs(300);
/// So many ended sessions may still be uploading; the oldest is given up for one more, which it may tell. Where there are
/// twice as many, it may not even do that.
const MAX_DRAINING: usize = 4;

/// How a channel is recorded, whatever the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setup {
    /// What is kept for alarms: the last so many seconds before a session. `None`: as much as the cloud has asked for, from
    /// its first asking on. Zero: nothing. Other than zero keeps the source at work all the time.
    pub prerecord: Option<Duration>,
    /// Bytes that segments may take in memory until they are uploaded, whatever the cloud allows.
    pub memory: u64,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            prerecord: None,
            memory: 64 << 20,
        }
    }
}

/// What a recorder must know of its surroundings.
#[derive(Clone)]
pub struct Surroundings {
    /// For everything that is sent.
    pub http: Client,
    /// The device's clock: what a segment's time is where the cloud gives none.
    pub clock: Clock,
    /// Notified whenever a session begins or ends.
    pub changed: Arc<Notify>,
}

enum Command {
    Start(Box<Session>, oneshot::Sender<()>),
    /// `None`: whatever there is.
    Stop(Option<RecordSessionId>, oneshot::Sender<()>),
    /// Ends the session, and answers when everything is uploaded.
    Finish(oneshot::Sender<()>),
}

/// Records one channel. Dropped, it gives up what is not uploaded.
pub struct Recorder {
    feed: Feed,
    commands: mpsc::Sender<Command>,
    session: watch::Receiver<Option<RecordSessionId>>,
    task: JoinHandle<()>,
}

impl Recorder {
    /// A recorder of what `feed` delivers, without a session. Must be called within a tokio runtime.
    pub fn new(feed: Feed, setup: Setup, surroundings: Surroundings) -> Self {
        let (commands, receiver) = mpsc::channel(8);
        let (session, session_receiver) = watch::channel(None);
        let work = Work {
            feed: feed.clone(),
            ring: Ring::new(setup.prerecord.unwrap_or_default().min(MAX_PRERECORD)),
            setup,
            memory: Arc::new(Memory::new(setup.memory)),
            surroundings,
            told: session,
            running: None,
            subscription: None,
            uploads: VecDeque::new(),
        };
        Self {
            feed,
            commands,
            session: session_receiver,
            task: tokio::spawn(work.run(receiver).in_current_span()),
        }
    }

    /// The session that runs, for `record_session` of Keepalive.
    pub fn session(&self) -> Option<RecordSessionId> {
        self.session.borrow().clone()
    }

    /// Begins a session, as StartCloudRecord wants it. The same session again is a success and changes nothing; another
    /// one takes the place of the present one, whose last segments are uploaded all the same.
    ///
    /// # Errors
    /// 11 where the channel delivers more than `max_bitrate`, 12 for parameters that make no sense.
    pub async fn start(&self, params: &StartCloudRecordParams) -> Result<(), RpcError> {
        let asked_at = now();
        let limits = check(params)?;
        if self.session().as_ref() == Some(&params.session_id) {
            return Ok(());
        }
        let allowed = params.max_bitrate.unwrap_or(0);
        if allowed > 0
            && let Some(needed) = self.bitrate_bps().await.filter(|&needed| needed > allowed)
        {
            let text = format!("the recording needs {needed} bit/s, {allowed} are allowed");
            return Err(RpcError::new(ErrorCode::BITRATE_TOO_HIGH, text));
        }
        let session = Session {
            id: params.session_id.clone(),
            limits,
            max_count: usize::try_from(params.seg_max_count).unwrap_or(usize::MAX),
            prerecord: Duration::from_secs(params.prerecord_seconds.unwrap_or(0).into()).min(MAX_PRERECORD),
            asked: (params.start_ts > 0.0).then_some(((params.start_ts * 1000.0).round() as i64, asked_at)),
            url: params.cbk_url.as_str().to_owned(),
        };
        let (done, answered) = oneshot::channel();
        self.send(Command::Start(Box::new(session), done), answered).await
    }

    /// Ends a session, as StopCloudRecord wants it: a success also where it does not run. What was recorded is still
    /// uploaded.
    pub async fn stop(&self, session: &RecordSessionId) {
        let (done, answered) = oneshot::channel();
        // A recorder that is gone has no session.
        let _ = self.send(Command::Stop(Some(session.clone()), done), answered).await;
    }

    /// Ends whatever session there is, as a restart of the device does. What was recorded is still uploaded.
    pub async fn end(&self) {
        let (done, answered) = oneshot::channel();
        let _ = self.send(Command::Stop(None, done), answered).await;
    }

    /// Ends whatever session there is, and waits until everything is uploaded; five minutes at most.
    pub async fn finish(&self) {
        let (done, answered) = oneshot::channel();
        let _ = self.send(Command::Finish(done), answered).await;
    }

    /// What the channel delivers; waits a while until that is known.
    async fn bitrate_bps(&self) -> Option<u64> {
        let _hold = self.feed.hold();
        let known = async {
            loop {
                if let Some(bitrate_bps) = self.feed.bitrate_bps() {
                    return bitrate_bps;
                }
                tokio::time::sleep(MEASURE_STEP).await;
            }
        };
        tokio::time::timeout(MEASURE_LIMIT, known).await.ok()
    }

    async fn send(&self, command: Command, answered: oneshot::Receiver<()>) -> Result<(), RpcError> {
        let gone = || RpcError::internal("the recorder is gone");
        self.commands.send(command).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What of the parameters makes no sense is error 12.
fn check(params: &StartCloudRecordParams) -> Result<Limits, RpcError> {
    let bad = |what: &str| Err(RpcError::new(ErrorCode::BAD_PARAMETER, what));
    if params.session_id.is_empty() {
        return bad("session_id: empty");
    }
    if !(1..=MAX_SEGMENT_S).contains(&params.seg_duration) {
        return bad("seg_duration: not within 1 to 600 s");
    }
    if params.seg_max_size < MIN_SEGMENT_BYTES {
        return bad("seg_max_size: less than 64 KiB");
    }
    if params.seg_max_count == 0 {
        return bad("seg_max_count: 0");
    }
    // In the year 9999 this device is no longer in service.
    if !params.start_ts.is_finite() || params.start_ts > 253_402_300_799.0 {
        return bad("start_ts: no time");
    }
    if http::parse(params.cbk_url.as_str()).is_err() {
        return bad("cbk_url: not an http:// or https:// address");
    }
    Ok(Limits {
        duration_ms: i64::from(params.seg_duration) * 1000,
        max_bytes: usize::try_from(params.seg_max_size).unwrap_or(usize::MAX),
    })
}

/// What the cloud asked for.
struct Session {
    id: RecordSessionId,
    limits: Limits,
    max_count: usize,
    prerecord: Duration,
    /// What time it was by the cloud's clock when it asked, and when that was; `None`: the device's clock counts.
    asked: Option<(i64, Instant)>,
    url: String,
}

/// By the clock that never jumps.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// When something came, by two clocks.
#[derive(Debug, Clone, Copy)]
struct Moment {
    /// The one that never jumps.
    at: Instant,
    /// The device's, in ms since 1970 UTC.
    unix_ms: i64,
}

impl Moment {
    fn now(clock: &Clock) -> Self {
        let since = clock.now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            at: now(),
            unix_ms: i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        }
    }
}

/// A session under way.
struct Running {
    id: RecordSessionId,
    segmenter: Segmenter,
    queue: Arc<Queue>,
}

/// The uploads of a session, also after its end.
struct Upload {
    queue: Arc<Queue>,
    task: JoinHandle<()>,
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The task behind a [`Recorder`].
struct Work {
    feed: Feed,
    ring: Ring,
    setup: Setup,
    memory: Arc<Memory>,
    surroundings: Surroundings,
    told: watch::Sender<Option<RecordSessionId>>,
    running: Option<Running>,
    /// There while frames are wanted.
    subscription: Option<Subscription>,
    /// The uploads of this session and those before, oldest first.
    uploads: VecDeque<Upload>,
}

impl Work {
    async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        loop {
            let wanted = self.running.is_some() || self.ring.is_kept();
            if !wanted {
                self.subscription = None;
                self.ring.clear();
            } else if self.subscription.is_none() {
                self.subscription = Some(self.feed.subscribe());
            }
            let idle_at = self.running.as_ref().and_then(|running| running.segmenter.idle_at());
            tokio::select! {
                // Frames that are there already belong to what was before the command.
                biased;
                item = next(&mut self.subscription) => self.take(item),
                command = commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => return,
                },
                () = until(idle_at) => self.rest(),
            }
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Start(session, done) => {
                self.start(*session);
                let _ = done.send(());
            }
            Command::Stop(which, done) => {
                let running = self.running.as_ref();
                if running.is_some_and(|running| which.is_none_or(|which| running.id == which)) {
                    self.stop();
                    self.tell(None);
                }
                let _ = done.send(());
            }
            Command::Finish(done) => {
                if self.running.is_some() {
                    self.stop();
                    self.tell(None);
                }
                for mut upload in self.uploads.drain(..) {
                    let _ = (&mut upload.task).await;
                }
                let _ = done.send(());
            }
        }
    }

    fn start(&mut self, session: Session) {
        if self.running.as_ref().is_some_and(|running| running.id == session.id) {
            return;
        }
        self.stop();
        if self.setup.prerecord.is_none() {
            self.ring.keep(session.prerecord);
        }
        tracing::info!(session = %session.id, "recording");
        let queue = Arc::new(Queue::new(session.max_count, Arc::clone(&self.memory)));
        let ovr = HttpOvr::new(self.surroundings.http.clone(), session.url);
        // Whoever watches the newest footage waits no longer than for another segment.
        let patience = Duration::from_millis(session.limits.duration_ms.unsigned_abs()) * 2;
        let upload = uploader::run(ovr, Arc::clone(&queue), patience, DRAIN_LIMIT);
        let span = tracing::info_span!("record", session = %session.id);
        self.make_room();
        self.uploads.push_back(Upload {
            queue: Arc::clone(&queue),
            task: tokio::spawn(upload.instrument(span)),
        });
        // A segment for which there is never room would be none.
        let memory = usize::try_from(self.setup.memory / MIN_HELD).unwrap_or(usize::MAX);
        let limits = Limits {
            max_bytes: session.limits.max_bytes.min(memory),
            ..session.limits
        };
        let mut running = Running {
            id: session.id.clone(),
            segmenter: Segmenter::new(limits, session.asked),
            queue,
        };
        for (moment, item) in self.ring.since(session.prerecord) {
            push(&mut running, moment, &item);
        }
        self.running = Some(running);
        self.tell(Some(session.id));
    }

    /// One more session may upload: of too many the oldest is given up.
    fn make_room(&mut self) {
        self.uploads.retain(|upload| !upload.task.is_finished());
        if self.uploads.len() >= 2 * MAX_DRAINING {
            self.uploads.pop_front();
        }
        let excess = self.uploads.len().saturating_sub(MAX_DRAINING);
        for upload in self.uploads.iter().take(excess) {
            upload.queue.abandon();
        }
    }

    /// Ends the session, if there is one; its segments are uploaded by their own task.
    fn stop(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        tracing::info!(session = %running.id, "no longer recording");
        if let Some(segment) = running.segmenter.interrupt() {
            running.queue.push(segment);
        }
        running.queue.close();
    }

    fn tell(&self, session: Option<RecordSessionId>) {
        self.told.send_replace(session);
        self.surroundings.changed.notify_one();
    }

    fn take(&mut self, item: Item) {
        let moment = Moment::now(&self.surroundings.clock);
        let overflows = self.subscription.as_mut().map_or(0, Subscription::take_overflows);
        if overflows > 0 {
            // What is in the ring no longer leads up to what comes.
            tracing::warn!("the recorder was too slow: frames were left out up to the next keyframe");
            self.ring.clear();
            if let Some(running) = &mut self.running
                && let Some(segment) = running.segmenter.lose()
            {
                running.queue.push(segment);
            }
        }
        self.ring.push(moment, item.clone());
        if let Some(running) = &mut self.running {
            push(running, moment, &item);
        }
    }

    /// There are no frames for now: what is there becomes a segment.
    fn rest(&mut self) {
        if let Some(running) = &mut self.running
            && let Some(segment) = running.segmenter.rest()
        {
            running.queue.push(segment);
        }
    }
}

fn push(running: &mut Running, moment: Moment, item: &Item) {
    if let Some(segment) = running.segmenter.push(moment, item) {
        running.queue.push(segment);
    }
}

async fn next(subscription: &mut Option<Subscription>) -> Item {
    match subscription {
        Some(subscription) => subscription.next().await,
        None => std::future::pending().await,
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
