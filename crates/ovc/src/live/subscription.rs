//! A viewer whose socket somebody else keeps.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, Stream};

use super::fanout::Attached;
use super::format::PlayFormat;
use super::output::Cursor;
use super::watch::Watching;

/// Chunks taken from the ring at once.
const BATCH: usize = 16;

/// One viewer's chunks: the container's header, then media from the last keyframe on, until the stream ends. A
/// viewer that takes them too slowly skips to a keyframe.
pub struct Subscription {
    attached: Attached,
    cursor: Cursor,
    ready: VecDeque<Bytes>,
}

impl Subscription {
    pub(super) fn new(watching: Watching, format: PlayFormat) -> Self {
        let attached = Attached::new(watching, format);
        let ready = attached.output().waiting_word().into_iter().collect();
        Self {
            attached,
            cursor: Cursor::START,
            ready,
        }
    }

    /// The next chunk; `None` at the end of the stream. Safe to cancel.
    pub async fn next(&mut self) -> Option<Bytes> {
        loop {
            let seat = Arc::clone(self.attached.seat());
            if seat.is_evicted() {
                return None;
            }
            if let Some(chunk) = self.ready.pop_front() {
                return Some(chunk);
            }
            let output = Arc::clone(self.attached.output());
            let grown = output.grown().notified();
            tokio::pin!(grown);
            grown.as_mut().enable();
            let closed = {
                let ring = output.ring();
                let mut chunks = Vec::new();
                ring.collect(&mut self.cursor, &mut chunks, BATCH);
                self.ready.extend(chunks);
                ring.is_closed()
            };
            if self.ready.is_empty() {
                if closed {
                    return None;
                }
                tokio::select! {
                    () = grown => {}
                    () = seat.evicted() => {}
                }
            }
        }
    }

    /// The same as a [`Stream`].
    pub fn into_stream(self) -> impl Stream<Item = Bytes> + Send {
        stream::unfold(self, |mut this| async move { Some((this.next().await?, this)) })
    }
}
