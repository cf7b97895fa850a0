//! A viewer whose socket somebody else keeps.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures_util::stream::{self, Stream};

use super::eviction::Seat;
use super::fanout::{Attached, Leave, Patience};
use super::format::PlayFormat;
use super::output::Cursor;
use super::watch::Watching;

/// Chunks taken from the ring at once.
const BATCH: usize = 16;

/// One viewer's chunks: the container's header, then media from the last keyframe on, until the stream ends. A
/// viewer that takes them too slowly skips to a keyframe; again and again, and they end.
pub struct Subscription {
    attached: Attached,
    cursor: Cursor,
    patience: Patience,
    ready: VecDeque<Bytes>,
}

impl Subscription {
    pub(super) fn new(watching: Watching, format: PlayFormat) -> Self {
        let attached = Attached::new(watching, format);
        let ready = attached.output().waiting_word().into_iter().collect();
        Self {
            attached,
            cursor: Cursor::START,
            patience: Patience::default(),
            ready,
        }
    }

    /// The next chunk; `None` at the end of the stream. Safe to cancel.
    pub async fn next(&mut self) -> Option<Bytes> {
        self.take().await.ok()
    }

    /// The next chunk, or why there is none. Safe to cancel.
    pub(super) async fn take(&mut self) -> Result<Bytes, Leave> {
        loop {
            let seat = Arc::clone(self.attached.seat());
            if seat.is_evicted() {
                return Err(Leave::Evicted);
            }
            if let Some(chunk) = self.ready.pop_front() {
                return Ok(chunk);
            }
            let output = Arc::clone(self.attached.output());
            let grown = output.grown().notified();
            tokio::pin!(grown);
            grown.as_mut().enable();
            let (collected, closed) = {
                let ring = output.ring();
                let mut chunks = Vec::new();
                let collected = ring.collect(&mut self.cursor, &mut chunks, BATCH);
                self.ready.extend(chunks);
                (collected, ring.is_closed())
            };
            if collected.skips {
                self.patience.skipped(Instant::now())?;
            }
            if self.ready.is_empty() {
                if closed {
                    return Err(Leave::Over);
                }
                tokio::select! {
                    () = grown => {}
                    () = seat.evicted() => {}
                }
            }
        }
    }

    /// The seat of the viewer.
    pub(super) fn seat(&self) -> &Arc<Seat> {
        self.attached.seat()
    }

    /// The same as a [`Stream`].
    pub fn into_stream(self) -> impl Stream<Item = Bytes> + Send {
        stream::unfold(self, |mut this| async move { Some((this.next().await?, this)) })
    }
}
