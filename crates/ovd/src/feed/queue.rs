//! The bounded queue of one subscriber.

use super::{Item, Tracks};
use media::{Frame, TrackKind};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// When the queue holds more than this, or
const MAX_BYTES: usize = 16 << 20;
/// when its oldest frame waits longer than this, the uplink is too slow: all frames are dropped and the stream goes on
/// at the next keyframe, which is newer than anything that was waiting.
const MAX_WAIT: Duration = Duration::from_secs(3);

#[derive(Default)]
struct Waiting {
    items: VecDeque<(Option<Instant>, Item)>,
    bytes: usize,
    has_video: bool,
    /// A keyframe has been queued, and nothing after it was dropped.
    decodable: bool,
    overflows: u32,
}

#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    filled: Notify,
}

impl Queue {
    pub(super) fn push_tracks(&self, tracks: &Arc<Tracks>) {
        let mut waiting = self.waiting.lock();
        // Frames of the tracks before are no longer worth the uplink.
        waiting.items.clear();
        waiting.bytes = 0;
        waiting.has_video = tracks.video.is_some();
        waiting.decodable = false;
        waiting.items.push_back((None, Item::Tracks(Arc::clone(tracks))));
        drop(waiting);
        self.filled.notify_one();
    }

    /// `false` when the queue needs a keyframe to go on.
    pub(super) fn push_frame(&self, now: Instant, frame: &Frame) -> bool {
        let mut waiting = self.waiting.lock();
        let oldest = waiting.items.iter().find_map(|(since, _)| *since);
        let too_old = oldest.is_some_and(|since| now.saturating_duration_since(since) > MAX_WAIT);
        if too_old || waiting.bytes + frame.data.len() > MAX_BYTES {
            waiting.items.retain(|(since, _)| since.is_none());
            waiting.bytes = 0;
            waiting.decodable = false;
            waiting.overflows += 1;
        }
        let opens = frame.keyframe && (frame.track == TrackKind::Video || !waiting.has_video);
        waiting.decodable |= opens;
        if !waiting.decodable {
            return false;
        }
        waiting.bytes += frame.data.len();
        waiting.items.push_back((Some(now), Item::Frame(frame.clone())));
        drop(waiting);
        self.filled.notify_one();
        true
    }

    pub(super) fn pop(&self) -> Option<Item> {
        let mut waiting = self.waiting.lock();
        let (_, item) = waiting.items.pop_front()?;
        if let Item::Frame(frame) = &item {
            waiting.bytes = waiting.bytes.saturating_sub(frame.data.len());
        }
        Some(item)
    }

    pub(super) fn take_overflows(&self) -> u32 {
        std::mem::take(&mut self.waiting.lock().overflows)
    }

    /// Returns after something was pushed since the last call.
    pub(super) async fn filled(&self) {
        self.filled.notified().await;
    }
}
