//! Between a source and those who take its frames.
//!
//! A source puts frames into its [`Feed`] and never waits. Each [`Subscription`] has its own bounded queue. What is
//! wanted flows the other way: a source that can idle looks at [`Feed::wanted`], one that can make a keyframe at will
//! at [`Feed::take_keyframe_request`].

mod gop;
mod meter;
mod queue;

use gop::GopCache;
use media::{AudioConfig, Frame, TrackKind, VideoConfig};
use meter::Meter;
use parking_lot::Mutex;
use queue::Queue;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::sync::{Notify, watch};

/// The tracks of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracks {
    /// The picture; a source without one only has sound.
    pub video: Option<VideoConfig>,
    /// The sound.
    pub audio: Option<AudioConfig>,
}

/// What a subscription yields: tracks first, then their frames, starting with a keyframe. New tracks may come at any
/// time (a camera was reconfigured or came back); their first picture is again a keyframe, their timeline may be new.
#[derive(Debug, Clone)]
pub enum Item {
    /// What the frames after it are.
    Tracks(Arc<Tracks>),
    /// One frame.
    Frame(Frame),
}

/// Whether a source works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceState {
    /// Not looked at yet.
    Starting,
    /// It delivers, or would if asked.
    Online,
    /// It does not; why, for people.
    Offline(String),
}

/// How a feed serves a subscriber that joins in the middle of a group of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// With everything since the last keyframe, kept for that purpose.
    Cached,
    /// With a keyframe made for it: the source looks at [`Feed::take_keyframe_request`].
    OnRequest,
}

#[derive(Default)]
struct Inner {
    tracks: Option<Arc<Tracks>>,
    gop: GopCache,
    queues: Vec<Arc<Queue>>,
    meter: Meter,
    declared_bps: Option<u64>,
    /// How many want frames.
    holders: usize,
}

struct Shared {
    inner: Mutex<Inner>,
    state: watch::Sender<SourceState>,
    wanted: watch::Sender<usize>,
    enabled: watch::Sender<bool>,
    keyframe_requested: AtomicBool,
    join: Join,
    changed: Arc<Notify>,
}

impl Shared {
    fn tell_wanted(&self, inner: &Inner) {
        let wanted = if *self.enabled.borrow() { inner.holders } else { 0 };
        self.wanted
            .send_if_modified(|current| std::mem::replace(current, wanted) != wanted);
    }
}

/// A source's output. Clones are the same feed.
#[derive(Clone)]
pub struct Feed(Arc<Shared>);

impl Feed {
    /// A feed whose source is still starting. `changed` is notified whenever the source goes online or offline.
    pub fn new(join: Join, changed: Arc<Notify>) -> Self {
        Self(Arc::new(Shared {
            inner: Mutex::default(),
            state: watch::Sender::new(SourceState::Starting),
            wanted: watch::Sender::new(0),
            enabled: watch::Sender::new(true),
            keyframe_requested: AtomicBool::new(false),
            join,
            changed,
        }))
    }

    /// Whether the source works now.
    pub fn state(&self) -> SourceState {
        self.0.state.borrow().clone()
    }

    /// The state, to wait for a change.
    pub fn watch_state(&self) -> watch::Receiver<SourceState> {
        self.0.state.subscribe()
    }

    /// Said by the source. Offline also forgets tracks and cached frames.
    pub fn set_state(&self, state: SourceState) {
        if matches!(state, SourceState::Offline(_)) {
            let mut inner = self.0.inner.lock();
            inner.tracks = None;
            inner.gop.clear();
        }
        if self
            .0
            .state
            .send_if_modified(|current| std::mem::replace(current, state.clone()) != state)
        {
            self.0.changed.notify_one();
        }
    }

    /// Whether the channel is switched on.
    pub fn is_enabled(&self) -> bool {
        *self.0.enabled.borrow()
    }

    /// Whether the channel is switched on, to wait for a change.
    pub fn watch_enabled(&self) -> watch::Receiver<bool> {
        self.0.enabled.subscribe()
    }

    /// Switches the channel on or off. While it is off nobody's wish for frames reaches the source, and what the source
    /// delivers all the same is dropped. `false` when it was so already.
    pub fn set_enabled(&self, enabled: bool) -> bool {
        let mut inner = self.0.inner.lock();
        let new = self.0.enabled.send_replace(enabled) != enabled;
        if new && !enabled {
            inner.tracks = None;
            inner.gop.clear();
        }
        self.0.tell_wanted(&inner);
        drop(inner);
        if new {
            self.0.changed.notify_one();
        }
        new
    }

    /// How many want frames, to wait for a change; 0 while the channel is switched off.
    pub fn wanted(&self) -> watch::Receiver<usize> {
        self.0.wanted.subscribe()
    }

    /// Whether anybody wants frames now.
    pub fn is_wanted(&self) -> bool {
        *self.0.wanted.borrow() > 0
    }

    /// Whether the next picture should be a keyframe. Asking takes the request away.
    pub fn take_keyframe_request(&self) -> bool {
        self.0.keyframe_requested.swap(false, Ordering::Relaxed)
    }

    /// The tracks of the frames to come. The same tracks again change nothing but the timeline.
    pub fn push_tracks(&self, tracks: Tracks) {
        let tracks = Arc::new(tracks);
        let mut inner = self.0.inner.lock();
        if !self.is_enabled() {
            return;
        }
        inner.gop.clear();
        for queue in &inner.queues {
            queue.push_tracks(&tracks);
        }
        inner.tracks = Some(tracks);
    }

    /// One frame. Frames before the first tracks are dropped.
    pub fn push(&self, frame: Frame) {
        let now = now();
        let mut inner = self.0.inner.lock();
        let Some(tracks) = inner.tracks.clone() else { return };
        inner.meter.add(now, frame.data.len());
        for queue in &inner.queues {
            if !queue.push_frame(now, &frame) {
                self.0.keyframe_requested.store(true, Ordering::Relaxed);
            }
        }
        if frame.keyframe && frame.track == TrackKind::Video {
            // Whoever asked has one now, also if it was under way already when he did.
            self.0.keyframe_requested.store(false, Ordering::Relaxed);
        }
        if self.0.join == Join::Cached {
            let opens = frame.keyframe && (frame.track == TrackKind::Video || tracks.video.is_none());
            inner.gop.push(frame, opens);
        }
    }

    /// The tracks, once they are known.
    pub fn tracks(&self) -> Option<Arc<Tracks>> {
        self.0.inner.lock().tracks.clone()
    }

    /// Said by a source that knows what it delivers, or may deliver.
    pub fn declare_bitrate_bps(&self, bitrate_bps: u64) {
        self.0.inner.lock().declared_bps = Some(bitrate_bps);
    }

    /// Bits per second: what was seen lately, or what the source declared if that is more; `None` before either.
    pub fn bitrate_bps(&self) -> Option<u64> {
        let inner = self.0.inner.lock();
        inner.meter.bits_per_second(now()).max(inner.declared_bps)
    }

    /// Keeps the source going, without taking frames.
    pub fn hold(&self) -> Hold {
        let mut inner = self.0.inner.lock();
        inner.holders += 1;
        self.0.tell_wanted(&inner);
        drop(inner);
        Hold(self.clone())
    }

    /// Takes frames from now on, beginning with a keyframe as soon as there is one.
    pub fn subscribe(&self) -> Subscription {
        let hold = self.hold();
        let queue = Arc::new(Queue::default());
        let now = now();
        let mut inner = self.0.inner.lock();
        if let Some(tracks) = &inner.tracks {
            queue.push_tracks(tracks);
            for frame in inner.gop.frames() {
                queue.push_frame(now, frame);
            }
        }
        inner.queues.push(Arc::clone(&queue));
        // Before the next frame can find the queue without a keyframe and ask as well: one is enough.
        self.0.keyframe_requested.store(true, Ordering::Relaxed);
        drop(inner);
        Subscription { queue, hold }
    }
}

/// By the clock that tests may set.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Keeps a source going while it lives.
pub struct Hold(Feed);

impl Drop for Hold {
    fn drop(&mut self) {
        let mut inner = self.0.0.inner.lock();
        inner.holders = inner.holders.saturating_sub(1);
        self.0.0.tell_wanted(&inner);
    }
}

/// One taker of frames. Dropped, it takes no more.
pub struct Subscription {
    queue: Arc<Queue>,
    hold: Hold,
}

impl Subscription {
    /// The next item; waits for it. Cancel-safe.
    pub async fn next(&mut self) -> Item {
        loop {
            if let Some(item) = self.try_next() {
                return item;
            }
            self.queue.filled().await;
        }
    }

    /// The next item if there is one.
    pub fn try_next(&mut self) -> Option<Item> {
        self.queue.pop()
    }

    /// How often frames were left out because this taker was too slow, since the last time it was asked.
    pub fn take_overflows(&mut self) -> u32 {
        self.queue.take_overflows()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hold
            .0
            .0
            .inner
            .lock()
            .queues
            .retain(|queue| !Arc::ptr_eq(queue, &self.queue));
    }
}

#[cfg(test)]
mod tests;
