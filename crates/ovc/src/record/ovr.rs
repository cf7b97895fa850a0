//! What devices ask for their segments (services.md, OVR).

use super::form::{Create, Dropped};
use super::name::Promised;
use super::placement::{Announced, Known};
use super::sessions::{RecordSession, Settled};
use super::spans::Span;
use super::sync::{NotTs, SyncCheck};
use super::{Lost, Records, grace};
use crate::blob::{BlobError, PutSegmentError, SegmentKey};
use crate::clock::UnixMs;
use crate::db::{DbError, LossReason, SegmentWritten};
use crate::device::Reached;
use crate::throttle::RetryAfter;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use metrics::{counter, histogram};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What of a session is looked at again after a restart, one by one, to go on placing its segments.
const RECALLED: u32 = 64;
/// A device learns that a session is over a while after that is so.
const LEARNS_WITHIN: Duration = Duration::from_secs(60);

/// How a device that asks for an address came, and how it wants to upload.
#[derive(Debug, Clone)]
pub struct Way {
    /// How it came.
    pub reached: Reached,
    /// It is to upload over TLS, and can.
    pub tls: bool,
}

/// What comes of a segment that is announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// It is to be uploaded.
    Upload {
        /// What it is called.
        name: String,
        /// Where to.
        uri: String,
    },
    /// It is not wanted; that is noted.
    Unwanted,
}

/// Why a call is not answered as the caller hoped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OvrError {
    /// Nothing comes of the session any more.
    #[error("the recording session is over")]
    Over,
    /// The device is gone, or somebody else's.
    #[error("the device may not do this any more")]
    Void,
    /// It is no name of a segment of this session.
    #[error("this is no name of a segment of this session")]
    BadName,
    /// The segment was promised too long ago.
    #[error("the segment was announced too long ago, announce it anew")]
    Late,
    /// Its bytes are not there.
    #[error("the segment is not uploaded")]
    NotUploaded,
    /// Its bytes are something else.
    #[error(transparent)]
    NotTs(NotTs),
    /// It was given up.
    #[error("the segment was given up")]
    GivenUp,
    /// It is too long.
    #[error("longer than {0} bytes")]
    TooBig(u64),
    /// Too many are promised.
    #[error("{0} segments are announced and neither saved nor given up")]
    TooManyPending(usize),
    /// Too many calls.
    #[error("too many calls, come back later")]
    TooOften(RetryAfter),
    /// The address would be too long.
    #[error("no address can be made for the name under which you came")]
    NoAddress,
    /// The object store failed.
    #[error(transparent)]
    Blob(BlobError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Why what is uploaded is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UploadError<E> {
    /// It is not to be uploaded, or cannot be stored.
    #[error(transparent)]
    Ovr(OvrError),
    /// It is not of the length that was promised.
    #[error("{came} bytes where {promised} were announced")]
    WrongSize {
        /// How long it was to be.
        promised: u64,
        /// How long it is, as far as it was looked at.
        came: u64,
    },
    /// It is no MPEG-TS.
    #[error(transparent)]
    NotTs(NotTs),
    /// It did not come to its end.
    #[error("it did not come to its end: {0}")]
    Source(E),
}

enum Fault<E> {
    NotTs(NotTs),
    Source(E),
}

impl Records {
    /// A segment is announced. `last` is confirmed first: without its bytes it counts as failed, and this one is answered
    /// all the same, for the device learns nothing it could do about the other.
    ///
    /// # Errors
    /// See [`OvrError`]. After [`OvrError::Blob`] and [`OvrError::Db`] the same call may be tried again as it is.
    pub async fn create(
        &self,
        session: &RecordSession,
        create: &Create,
        way: &Way,
        now: UnixMs,
    ) -> Result<Created, OvrError> {
        self.admit(session)?;
        if let Some(last) = &create.last {
            self.confirm_last(session, last, now).await?;
        }
        self.recall(session).await?;
        let announced = Announced {
            start: create.start,
            duration_ms: create.duration_ms,
            bytes: create.size,
            continues: create.continues,
        };
        let placed = session.on_timeline(|timeline| timeline.place(announced, now));
        let ended_at = session.ended_at();
        if ended_at.is_some_and(|at| placed.start > at.plus(LEARNS_WITHIN)) {
            // Nobody wanted it: nothing is missing.
            return Err(OvrError::Over);
        }
        let promised = Promised {
            session: session.id,
            key: SegmentKey::random(now),
            start: placed.start,
            device_start: create.start,
            duration_ms: create.duration_ms,
            bytes: create.size,
            flags: placed.flags,
        };
        let max = self.config().segment_max_size.as_u64();
        let refusal = match ended_at {
            _ if create.size > max => Some(OvrError::TooBig(max)),
            Some(at) if at.plus(grace(self.config())) < now => Some(OvrError::Over),
            _ => None,
        };
        if let Some(refusal) = refusal {
            if session.admit_refusal(&promised, Instant::now()) {
                self.note(session, &promised, LossReason::Refused).await?;
            }
            return Err(refusal);
        }
        if self.is_full() {
            self.note(session, &promised, LossReason::DiskFull).await?;
            counter!("ovc_record_refused_total", "why" => "full").increment(1);
            return Ok(Created::Unwanted);
        }
        let max = self.config().pending_per_session;
        if !session.promise(promised, max) {
            return Err(OvrError::TooManyPending(max));
        }
        let parts = &self.shared.parts;
        let name = promised.seal(&parts.tokens);
        let lifetime = self.config().upload_time_limit;
        let elsewhere = self
            .blobs()
            .presigned_put(session.stream, &promised.key, promised.bytes, lifetime)
            .await
            .map_err(OvrError::Blob)?;
        let uri = elsewhere.or_else(|| parts.links.segment(&way.reached, way.tls, &name));
        let uri = uri.ok_or(OvrError::NoAddress)?;
        Ok(Created::Upload { name, uri })
    }

    /// The segment of this name is uploaded. Durable and listed when this returns; asked again, it is fine again.
    ///
    /// # Errors
    /// See [`OvrError`].
    pub async fn save(&self, session: &RecordSession, name: &str, now: UnixMs) -> Result<(), OvrError> {
        self.admit(session)?;
        let (of, promised) = self.named(session, name)?;
        self.confirm(&of, &promised, now).await
    }

    /// The segment of this name cannot be uploaded. One that is saved stays.
    ///
    /// # Errors
    /// See [`OvrError`].
    pub async fn fail(&self, session: &RecordSession, name: &str) -> Result<(), OvrError> {
        self.admit(session)?;
        let (of, promised) = self.named(session, name)?;
        let _turn = of.turn.lock().await;
        if of.settled(&promised.key) == Some(Settled::Failed) || self.db().has_segment(&promised.key).await? {
            return Ok(());
        }
        let object = [(of.stream, promised.key)];
        self.blobs().delete_segments(&object).await.map_err(OvrError::Blob)?;
        self.note(&of, &promised, LossReason::Failed).await?;
        of.settle(&promised, Settled::Failed);
        Ok(())
    }

    /// The device dropped segments.
    ///
    /// # Errors
    /// See [`OvrError`].
    pub async fn stat(&self, session: &RecordSession, dropped: Dropped) -> Result<(), OvrError> {
        self.admit(session)?;
        if dropped == Dropped::default() {
            return Ok(());
        }
        session.admit_report(Instant::now()).map_err(too_often)?;
        let lost = Lost {
            reason: LossReason::Dropped,
            from: None,
            lost_ms: dropped.lost_ms,
            segments: dropped.segments,
        };
        Ok(self.lost(session, lost).await?)
    }

    /// Whether a call is to be looked at.
    ///
    /// # Errors
    /// [`OvrError::Void`], [`OvrError::TooOften`].
    pub fn admit(&self, session: &RecordSession) -> Result<(), OvrError> {
        if session.is_void() {
            return Err(OvrError::Void);
        }
        session.admit(Instant::now()).map_err(too_often)
    }

    /// The segment that may be uploaded under this name, and its session.
    ///
    /// # Errors
    /// See [`OvrError`].
    pub fn expected(&self, name: &str, now: UnixMs) -> Result<(Arc<RecordSession>, Promised), OvrError> {
        let promised = Promised::unseal(name, &self.shared.parts.tokens).map_err(|_| OvrError::BadName)?;
        let session = self.shared.sessions.by_id(promised.session).ok_or(OvrError::Over)?;
        self.admit(&session)?;
        match session.settled(&promised.key) {
            Some(Settled::Failed) => Err(OvrError::GivenUp),
            _ if self.is_late(&promised, now) => Err(OvrError::Late),
            _ => Ok((session, promised)),
        }
    }

    /// Whether a name is one of ours, whatever became of it.
    pub fn has_made(&self, name: &str) -> bool {
        Promised::unseal(name, &self.shared.parts.tokens).is_ok()
    }

    /// Takes the bytes of a segment. They are on the disk when this returns; dropped before, nothing is left of them.
    ///
    /// # Errors
    /// See [`UploadError`].
    pub async fn receive<E>(
        &self,
        session: &RecordSession,
        promised: &Promised,
        source: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<(), UploadError<E>> {
        let mut check = SyncCheck::default();
        let source = source.map(|piece| {
            let piece = piece.map_err(Fault::Source)?;
            check.look(&piece).map_err(Fault::NotTs)?;
            Ok(piece)
        });
        let put = self
            .blobs()
            .put_segment(session.stream, &promised.key, promised.bytes, source);
        match put.await {
            Ok(()) => Ok(()),
            Err(PutSegmentError::WrongSize { promised, came }) => Err(UploadError::WrongSize { promised, came }),
            Err(PutSegmentError::Source(Fault::NotTs(error))) => Err(UploadError::NotTs(error)),
            Err(PutSegmentError::Source(Fault::Source(error))) => Err(UploadError::Source(error)),
            Err(PutSegmentError::Blob(error)) => {
                if matches!(error, BlobError::Full) {
                    self.shared.parts.storage.no_room();
                }
                // Told once: the device tries again. What it gets through in the end is footage all the same.
                if matches!(error, BlobError::Full) && session.settled(&promised.key) != Some(Settled::NoRoom) {
                    match self.note(session, promised, LossReason::DiskFull).await {
                        Ok(()) => session.settle(promised, Settled::NoRoom),
                        Err(error) => {
                            tracing::error!(%error, device = %session.device, "cannot note that a segment found no room");
                        }
                    }
                }
                Err(UploadError::Ovr(OvrError::Blob(error)))
            }
        }
    }

    /// Whether the bytes of a segment are there already, all of them.
    pub async fn is_there(&self, session: &RecordSession, promised: &Promised) -> bool {
        let there = self.blobs().head_segment(session.stream, &promised.key).await;
        there.is_ok_and(|bytes| bytes == promised.bytes)
    }

    fn is_late(&self, promised: &Promised, now: UnixMs) -> bool {
        // A whole second, for names tell no less.
        let limit = self.config().upload_time_limit + Duration::from_secs(1);
        promised.key.made_at().plus(limit) < now
    }

    /// What a name says, and the session it is of: this one, or one before it of the same channel.
    fn named(&self, session: &RecordSession, name: &str) -> Result<(Arc<RecordSession>, Promised), OvrError> {
        let promised = Promised::unseal(name, &self.shared.parts.tokens).map_err(|_| OvrError::BadName)?;
        let of = self.shared.sessions.by_id(promised.session).ok_or(OvrError::BadName)?;
        if of.stream != session.stream {
            return Err(OvrError::BadName);
        }
        Ok((of, promised))
    }

    async fn confirm_last(&self, session: &RecordSession, name: &str, now: UnixMs) -> Result<(), OvrError> {
        // One of a session that is long over, or from before the names were sealed anew: nothing can come of it, and the
        // device would be stuck with it if its next segment were refused for that.
        let Ok((of, promised)) = self.named(session, name) else {
            tracing::debug!(device = %session.device, "a segment was confirmed that is not known any more");
            return Ok(());
        };
        match self.confirm(&of, &promised, now).await {
            Ok(()) | Err(OvrError::GivenUp) => Ok(()),
            Err(OvrError::NotUploaded | OvrError::NotTs(_) | OvrError::Late) => {
                tracing::debug!(device = %of.device, "a segment was confirmed that is not there");
                self.note(&of, &promised, LossReason::Failed).await?;
                of.settle(&promised, Settled::Failed);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn confirm(&self, session: &RecordSession, promised: &Promised, now: UnixMs) -> Result<(), OvrError> {
        let began = Instant::now();
        let _turn = session.turn.lock().await;
        match session.settled(&promised.key) {
            Some(Settled::Saved) => return Ok(()),
            Some(Settled::Failed) => return Err(OvrError::GivenUp),
            Some(Settled::NoRoom) | None => {}
        }
        let most = SyncCheck::LOOKS_AT.min(promised.bytes);
        let (there, head) = match self.blobs().peek_segment(session.stream, &promised.key, most).await {
            Ok((bytes, head)) => (bytes == promised.bytes, head),
            Err(BlobError::NotFound) => (false, Bytes::new()),
            Err(error) => return Err(OvrError::Blob(error)),
        };
        // The sweeper may be at what is older. What was saved before the restart is saved.
        if !there || self.is_late(promised, now) {
            if self.db().has_segment(&promised.key).await? {
                return Ok(());
            }
            return Err(if there { OvrError::Late } else { OvrError::NotUploaded });
        }
        SyncCheck::default().look(&head).map_err(OvrError::NotTs)?;
        let written = self.write(session, promised, now).await?;
        histogram!("ovc_record_save_seconds").record(began.elapsed());
        match written {
            SegmentWritten::New | SegmentWritten::Known => Ok(()),
            SegmentWritten::Gone => Err(OvrError::Void),
        }
    }

    async fn note(&self, session: &RecordSession, promised: &Promised, reason: LossReason) -> Result<(), DbError> {
        let lost = Lost {
            reason,
            from: Some(promised.start),
            lost_ms: promised.duration_ms.into(),
            segments: 1,
        };
        self.lost(session, lost).await
    }

    /// Learns what was stored of a session before the start.
    pub(super) async fn recall(&self, session: &RecordSession) -> Result<(), DbError> {
        let recalling = session.recalled.get_or_try_init(|| async {
            let rows = self.db().last_segments(session.stream, session.id, RECALLED).await?;
            // Older footage only has to be known to be there. What is of a session before this one lies before it.
            let since = session.on_timeline(|timeline| timeline.looks_back_to(UnixMs::now()));
            let since = since.max(session.began_at);
            let spans = self.db().record_spans(session.stream, since..UnixMs(i64::MAX)).await?;
            session.on_timeline(|timeline| {
                for span in spans {
                    timeline.there(Span::new(span.start.max(since).0, span.end.0));
                }
            });
            for row in rows.iter().rev() {
                session.recall(Known {
                    device_start: row.device_start.unwrap_or(row.start),
                    start: row.start,
                    duration_ms: row.duration_ms,
                    bytes: row.bytes,
                });
            }
            Ok(())
        });
        recalling.await.map(|&()| ())
    }
}

fn too_often(wait: Duration) -> OvrError {
    OvrError::TooOften(RetryAfter(wait))
}
