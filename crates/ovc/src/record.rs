//! Recordings: sessions in which segments come, and the index of what came of every second of them.
//!
//! A segment is announced, uploaded and saved. Announcing writes nothing down: what is promised is sealed into the
//! segment's name ([`name`]). Its object is whole and on the disk before the upload is answered; its row is committed before
//! it is answered that it is saved. So killed at any moment the cloud has all that it said it has, and shows nothing else:
//! what was uploaded and not saved can be saved after the restart, or is swept away.

pub mod account;
mod alive;
mod cutter;
pub mod export;
pub mod exports;
pub mod footage;
pub mod form;
pub mod keeping;
mod live_recorder;
pub mod name;
mod ovr;
pub mod placement;
pub mod plan;
pub mod plans;
pub mod playlist;
pub mod schedule;
mod sessions;
pub mod spans;
pub mod steward;
pub mod storage;
pub mod sync;
pub mod tickets;
pub mod unpacked;
pub mod wish;
mod writer;

pub use ovr::{Created, OvrError, UploadError, Way};
pub use sessions::RecordSession;

use crate::account::tokens::Tokens;
use crate::blob::{BlobError, Blobs, PutSegmentError, SegmentKey};
use crate::bus::{Bus, Change, Event, Subscription};
use crate::clock::UnixMs;
use crate::config::RecordingConfig;
use crate::db::{
    Db, DbError, LossReason, NewRecordLoss, NewRecordSession, RecordCause, RecordSessionRow, RecordedBy, SegmentRow,
    SegmentWritten,
};
use crate::device::Reached;
use crate::ids::{ChannelId, LoginCode};
use crate::transfer::Links;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use metrics::counter;
use name::Promised;
use sessions::{Sessions, Settled};
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use storage::{Storage, StorageState};
use writer::Writer;

/// How often it is looked for promises that were not kept, and for sessions of which nothing comes any more.
const TICK: Duration = Duration::from_secs(5);

/// What recordings are put together from.
#[derive(Debug, Clone)]
pub struct RecordParts {
    /// Where the index is.
    pub db: Db,
    /// Where the segments are.
    pub blobs: Blobs,
    /// Where it is told.
    pub bus: Bus,
    /// What seals names.
    pub tokens: Tokens,
    /// What makes addresses.
    pub links: Links,
    /// How it stands with the room for them.
    pub storage: Storage,
    /// How.
    pub config: RecordingConfig,
}

/// Recordings. Clones are the same.
#[derive(Clone)]
pub struct Records {
    shared: Arc<Shared>,
}

struct Shared {
    parts: RecordParts,
    writer: Writer,
    sessions: Sessions,
    /// Sessions begin and end one after the other.
    changing: tokio::sync::Mutex<()>,
    /// The number of this run of the cloud; 0 before it is known.
    run: AtomicI64,
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").finish_non_exhaustive()
    }
}

/// A segment that the cloud recorded itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSegment {
    /// When it begins.
    pub start: UnixMs,
    /// How long it is.
    pub duration_ms: u32,
    /// Whether its timestamps continue those of the one before.
    pub continues: bool,
    /// MPEG-TS.
    pub bytes: Bytes,
}

/// Why a segment of the cloud's own is not stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The channel is nobody's, or somebody else's by now.
    #[error("what is recorded here is not this device's any more")]
    Gone,
    /// The object store failed.
    #[error(transparent)]
    Blob(BlobError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Footage that is known not to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// Why.
    pub reason: LossReason,
    /// From when on; `None`: somewhere before it is told.
    pub from: Option<UnixMs>,
    /// How long it would be.
    pub lost_ms: u64,
    /// How many segments.
    pub segments: u32,
}

impl Records {
    /// Goes on where the last run ended. Sessions that ran then run on.
    ///
    /// # Errors
    /// The database failed.
    pub async fn start(parts: RecordParts) -> Result<Self, DbError> {
        let now = UnixMs::now();
        let writer = Writer::start(parts.db.clone());
        let sessions = Sessions::default();
        for row in parts
            .db
            .late_record_sessions(now.minus(known_for(&parts.config)))
            .await?
        {
            if let Some(device) = row.device.clone() {
                sessions.enter(&Arc::new(RecordSession::new(&row, device, held_ms(&parts.config))));
            }
        }
        Ok(Self {
            shared: Arc::new(Shared {
                parts,
                writer,
                sessions,
                changing: tokio::sync::Mutex::default(),
                run: AtomicI64::new(0),
            }),
        })
    }

    /// Does what is to be done by itself, for ever: notes that the cloud runs, gives up on what does not come, and ends the
    /// sessions of devices that are gone.
    pub async fn run(&self, mut events: Subscription) {
        let alive = alive::keep(self.db(), &self.shared.run);
        let follow = async {
            let mut ticks = tokio::time::interval(TICK);
            loop {
                tokio::select! {
                    event = events.next() => match event {
                        None => return,
                        Some(Ok(Event::DeviceChanged { device, change: Change::Deleted, .. })) => self.lose(&device).await,
                        Some(Ok(Event::DeviceMoved { device, from, to })) if from.tenant != to.tenant => {
                            self.lose(&device).await;
                        }
                        Some(Ok(_)) => {}
                        Some(Err(_)) => self.look_anew().await,
                    },
                    _ = ticks.tick() => self.tick(UnixMs::now()).await,
                }
            }
        };
        tokio::join!(alive, follow);
    }

    /// Begins a session. One of the same channel that runs ends.
    ///
    /// # Errors
    /// [`DbError::Missing`]: there is no such device. See [`DbError`].
    pub async fn open(
        &self,
        device: &LoginCode,
        channel: ChannelId,
        recorder: RecordedBy,
        cause: RecordCause,
    ) -> Result<Arc<RecordSession>, DbError> {
        let new = NewRecordSession {
            device: device.clone(),
            channel,
            recorder,
            cause,
            // 128 bits: whoever knows it may add to the recording.
            secret: URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()),
            began_at: UnixMs::now(),
        };
        let _turn = self.shared.changing.lock().await;
        let row = self.db().begin_record_session(&new).await?;
        let session = RecordSession::new(&row, device.clone(), held_ms(self.config()));
        let session = Arc::new(session);
        // Nothing is stored of it.
        let _ = session.recalled.set(());
        if let Some(before) = self.shared.sessions.enter(&session) {
            before.end(new.began_at);
        }
        self.changed(&session);
        Ok(session)
    }

    /// Ends a session. What was recorded until now may still come for a while.
    ///
    /// # Errors
    /// See [`DbError`]; it runs on then.
    pub async fn close(&self, session: &RecordSession, reason: &str) -> Result<(), DbError> {
        let _turn = self.shared.changing.lock().await;
        let now = UnixMs::now();
        self.db().end_record_session(session.id, now, reason).await?;
        session.end(now);
        self.shared.sessions.ended(session);
        self.changed(session);
        Ok(())
    }

    /// The session of a channel that runs.
    pub fn running(&self, device: &LoginCode, channel: ChannelId) -> Option<Arc<RecordSession>> {
        self.shared.sessions.running(device, channel)
    }

    /// All sessions that run.
    pub fn all_running(&self) -> Vec<Arc<RecordSession>> {
        self.shared.sessions.all_running()
    }

    /// The session that the wire calls so, if anything may still come of it.
    pub fn find(&self, token: &str) -> Option<Arc<RecordSession>> {
        self.shared.sessions.by_token(token)
    }

    /// The session whose address has this secret, if anything may still come of it.
    pub fn find_secret(&self, secret: &str) -> Option<Arc<RecordSession>> {
        self.shared.sessions.by_secret(secret)
    }

    /// The same, however long it is over.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn find_ended(&self, secret: &str) -> Result<Option<RecordSessionRow>, DbError> {
        self.db().record_session(secret).await
    }

    /// Where the device, which reached the cloud so, asks for addresses for this session's segments: the `cbk_url` of
    /// StartCloudRecord. `None`: it would be too long.
    pub async fn address(&self, session: &RecordSession, reached: &Reached) -> Option<String> {
        let links = &self.shared.parts.links;
        links.recorder(&session.device, reached, &session.secret).await
    }

    /// Stores a segment that the cloud recorded itself. It is on the disk and listed when this returns.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn store(&self, session: &RecordSession, segment: OwnSegment) -> Result<(), StoreError> {
        let now = UnixMs::now();
        let OwnSegment {
            start,
            duration_ms,
            continues,
            bytes,
        } = segment;
        let promised = Promised {
            session: session.id,
            key: SegmentKey::random(now),
            start,
            device_start: start,
            duration_ms,
            bytes: bytes.len() as u64,
            flags: if continues { 0 } else { crate::db::DISCONTINUOUS },
        };
        let source = futures_util::stream::iter([Ok::<_, Infallible>(bytes)]);
        let put = self
            .blobs()
            .put_segment(session.stream, &promised.key, promised.bytes, source);
        put.await.map_err(|error| match error {
            PutSegmentError::Blob(error) => {
                if matches!(error, BlobError::Full) {
                    self.shared.parts.storage.no_room();
                }
                StoreError::Blob(error)
            }
            PutSegmentError::Source(never) => match never {},
            // It has the length it has.
            _ => StoreError::Blob(BlobError::NotFound),
        })?;
        match self.write(session, &promised, now).await? {
            SegmentWritten::Gone => Err(StoreError::Gone),
            _ => Ok(()),
        }
    }

    /// Notes footage of a session that is known not to be there. It is on the disk when this returns.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn lost(&self, session: &RecordSession, lost: Lost) -> Result<(), DbError> {
        let loss = NewRecordLoss {
            stream: session.stream,
            session: session.id,
            reason: lost.reason,
            at: UnixMs::now(),
            from: lost.from,
            lost_ms: lost.lost_ms,
            segments: lost.segments,
        };
        self.shared.writer.loss(loss).await?;
        counter!("ovc_record_lost_segments_total", "reason" => lost.reason.name()).increment(lost.segments.into());
        Ok(())
    }

    /// How it stands with the room for segments.
    pub fn storage(&self) -> &Storage {
        &self.shared.parts.storage
    }

    /// Whether there is no room for more.
    pub fn is_full(&self) -> bool {
        self.shared.parts.storage.state() == StorageState::Full
    }

    /// How recordings are made.
    pub fn config(&self) -> &RecordingConfig {
        &self.shared.parts.config
    }

    /// Where the index is.
    pub fn db(&self) -> &Db {
        &self.shared.parts.db
    }

    /// Where the segments are.
    pub fn blobs(&self) -> &Blobs {
        &self.shared.parts.blobs
    }

    /// Lists a segment whose object is there.
    async fn write(
        &self,
        session: &RecordSession,
        promised: &Promised,
        now: UnixMs,
    ) -> Result<SegmentWritten, DbError> {
        let row = SegmentRow {
            id: 0,
            stream: session.stream,
            session: session.id,
            start: promised.start,
            duration_ms: promised.duration_ms,
            bytes: promised.bytes,
            flags: promised.flags,
            device_start: Some(promised.device_start).filter(|said| *said != promised.start),
            received: now,
            key: promised.key,
        };
        let written = self.shared.writer.segment(row).await?;
        if written != SegmentWritten::Gone {
            session.settle(promised, Settled::Saved);
        }
        if written == SegmentWritten::New {
            counter!("ovc_record_segments_total", "recorder" => session.recorder.name()).increment(1);
            counter!("ovc_record_bytes_total", "recorder" => session.recorder.name()).increment(promised.bytes);
            self.shared.parts.bus.publish(Event::Segment {
                device: session.device.clone(),
                channel: session.channel,
                start: promised.start,
                duration_ms: promised.duration_ms,
            });
        }
        Ok(written)
    }

    fn changed(&self, session: &RecordSession) {
        self.shared.parts.bus.publish(Event::RecordingChanged {
            device: session.device.clone(),
            channel: session.channel,
        });
    }

    /// A device is gone, or somebody else's: nothing more of what was recorded of it is taken. That may be heard late: what
    /// was begun for whom it belongs to now goes on.
    async fn lose(&self, device: &LoginCode) {
        for session in self.shared.sessions.all() {
            if session.device == *device && !matches!(self.is_owners(&session).await, Ok(true)) {
                self.make_void(&session).await;
            }
        }
    }

    /// Whether a session is of whoever its device belongs to now.
    async fn is_owners(&self, session: &RecordSession) -> Result<bool, DbError> {
        let stream = self.db().record_stream(&session.device, session.channel).await?;
        Ok(stream == Some(session.stream))
    }

    async fn make_void(&self, session: &RecordSession) {
        session.make_void();
        if session.ended_at().is_none()
            && let Err(error) = self.close(session, "device_gone").await
        {
            tracing::error!(%error, device = %session.device, "cannot end a recording of a device that is gone");
        }
    }

    /// Something was missed: the database says whose is what.
    async fn look_anew(&self) {
        for session in self.shared.sessions.all() {
            match self.is_owners(&session).await {
                Ok(true) => {}
                Ok(false) => self.make_void(&session).await,
                Err(error) => return tracing::error!(%error, "cannot look whose recordings are whose"),
            }
        }
    }

    async fn tick(&self, now: UnixMs) {
        // A name is good for so long, and a call with it may be under way.
        let made_before = now.minus(self.config().upload_time_limit + TICK);
        let mut pending = 0_usize;
        for session in self.shared.sessions.all() {
            for promised in session.expired(made_before) {
                let lost = Lost {
                    reason: LossReason::Expired,
                    from: Some(promised.start),
                    lost_ms: promised.duration_ms.into(),
                    segments: 1,
                };
                if let Err(error) = self.lost(&session, lost).await {
                    tracing::error!(%error, device = %session.device, "cannot note that a segment did not come");
                    // The next time.
                    session.keep(promised);
                }
            }
            pending = pending.saturating_add(session.pending());
        }
        let pending = u32::try_from(pending).unwrap_or(u32::MAX);
        metrics::gauge!("ovc_record_pending_segments").set(pending);
        // By then all that was promised of them is settled, too.
        let known_for = known_for(self.config()) + 4 * TICK;
        self.shared.sessions.forget(now.minus(known_for));
    }

    /// Notes that the cloud ran until now.
    pub async fn flush(&self) {
        let run = self.shared.run.load(Ordering::Relaxed);
        if run != 0
            && let Err(error) = self.db().cloud_alive(run, UnixMs::now()).await
        {
            tracing::error!(%error, "cannot write down until when the cloud ran");
        }
    }
}

/// How long after its end anything may come of a session: what was announced last may still be saved.
fn known_for(config: &RecordingConfig) -> Duration {
    grace(config) + config.upload_time_limit
}

/// How long after its end a session takes what was recorded before: at least as long as a device may hold that back.
fn grace(config: &RecordingConfig) -> Duration {
    config.grace.max(held(config))
}

/// How long footage may be that a device holds back in memory.
fn held(config: &RecordingConfig) -> Duration {
    config.segment_duration.saturating_mul(config.segment_max_count)
}

fn held_ms(config: &RecordingConfig) -> i64 {
    i64::try_from(held(config).as_millis()).unwrap_or(i64::MAX)
}
