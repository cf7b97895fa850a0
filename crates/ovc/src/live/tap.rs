//! The frames of a stream for who is no viewer: the cloud's own recorder. It keeps the stream wanted.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use media::{AudioConfig, Frame, TrackKind, VideoConfig};
use tokio::sync::mpsc;

use super::hub::Hub;
use super::registry::Progress;
use super::service::OpenError;
use super::watch::Opening;

/// Things that may wait for who taps, and bytes of them. Who takes them more slowly misses what comes, is told how much
/// that was, and goes on with the next keyframe.
const QUEUE_LEN: usize = 2048;
const QUEUE_BYTES: usize = 32 << 20;

/// What comes by a tap.
#[derive(Debug, Clone)]
pub enum Tapped {
    /// Media begins, with these tracks; of the picture a keyframe comes first.
    Begin {
        /// The picture, if there is one.
        video: Option<VideoConfig>,
        /// The sound, if there is any.
        audio: Option<AudioConfig>,
    },
    /// A frame on the stream's timeline, and when it came.
    Frame(Frame, SystemTime),
    /// Media ends: the publisher went, or changes its tracks.
    End,
    /// So many frames were not taken in time. The next [`Self::Begin`] goes on.
    Missed(u64),
}

/// The end that the stream writes to.
#[derive(Debug)]
pub(super) struct Sink {
    queue: mpsc::Sender<Tapped>,
    /// Bytes in the queue.
    waiting: Arc<AtomicUsize>,
    /// It got a beginning, and everything since.
    is_in_step: bool,
    /// What it missed since.
    missed: u64,
}

impl Sink {
    /// Media begins or goes on. Frames follow, the first of which can be decoded.
    pub(super) fn begin(&mut self, video: Option<&VideoConfig>, audio: Option<&AudioConfig>) {
        let begin = Tapped::Begin {
            video: video.cloned(),
            audio: audio.cloned(),
        };
        self.is_in_step = self.send(begin);
    }

    /// A frame. `with`: the tracks, if one can begin with it.
    pub(super) fn frame(
        &mut self,
        frame: &Frame,
        wall: SystemTime,
        with: Option<(Option<&VideoConfig>, Option<&AudioConfig>)>,
    ) {
        let len = frame.data.len();
        let is_roomy = self.waiting.load(Ordering::Relaxed).saturating_add(len) <= QUEUE_BYTES;
        if !self.is_in_step
            && let Some((video, audio)) = with
            // What was missed, the beginning, and the frame itself.
            && is_roomy
            && self.queue.capacity() >= 3
        {
            self.begin(video, audio);
        }
        if self.is_in_step {
            self.waiting.fetch_add(len, Ordering::Relaxed);
            if is_roomy && self.send(Tapped::Frame(frame.clone(), wall)) {
                return;
            }
            self.waiting.fetch_sub(len, Ordering::Relaxed);
            self.is_in_step = false;
        }
        self.missed += 1;
    }

    /// Media ends.
    pub(super) fn end(&mut self) {
        if self.is_in_step {
            // Without room: what it missed is told before the next beginning, which says as much.
            self.send(Tapped::End);
            self.is_in_step = false;
        }
    }

    /// What was missed is told first.
    fn send(&mut self, what: Tapped) -> bool {
        let places = if self.missed > 0 { 2 } else { 1 };
        let Ok(mut places) = self.queue.try_reserve_many(places) else {
            return false;
        };
        if self.missed > 0
            && let Some(place) = places.next()
        {
            place.send(Tapped::Missed(self.missed));
            self.missed = 0;
        }
        if let Some(place) = places.next() {
            place.send(what);
        }
        true
    }
}

/// Whether one can begin with this frame, of a stream with this picture.
pub(super) fn begins(frame: &Frame, video: Option<&VideoConfig>) -> bool {
    video.is_none() || (frame.track == TrackKind::Video && frame.keyframe)
}

/// A queue into which a stream can write.
pub(super) fn queue() -> (Sink, Queue) {
    let (sender, receiver) = mpsc::channel(QUEUE_LEN);
    let waiting = Arc::new(AtomicUsize::new(0));
    let sink = Sink {
        queue: sender,
        waiting: waiting.clone(),
        is_in_step: false,
        missed: 0,
    };
    let queue = Queue { receiver, waiting };
    (sink, queue)
}

/// The end that is read.
#[derive(Debug)]
pub(super) struct Queue {
    receiver: mpsc::Receiver<Tapped>,
    waiting: Arc<AtomicUsize>,
}

impl Queue {
    async fn next(&mut self) -> Option<Tapped> {
        let next = self.receiver.recv().await?;
        if let Tapped::Frame(frame, _) = &next {
            self.waiting.fetch_sub(frame.data.len(), Ordering::Relaxed);
        }
        Some(next)
    }
}

/// A stream tapped: wanted until this is dropped.
pub struct Tap {
    opening: Opening,
    hub: Arc<Hub>,
    number: usize,
    queue: Queue,
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tap")
            .field("stream_id", self.hub.stream_id())
            .finish_non_exhaustive()
    }
}

impl Tap {
    pub(super) fn new(opening: Opening, hub: Arc<Hub>) -> Self {
        let (sink, queue) = queue();
        let number = hub.tap(sink);
        Self {
            opening,
            hub,
            number,
            queue,
        }
    }

    /// The next; `None`: the stream is over. Safe to cancel.
    pub async fn next(&mut self) -> Option<Tapped> {
        self.queue.next().await
    }

    /// Why nothing comes, as far as the device has said so.
    pub fn refusal(&self) -> Option<OpenError> {
        match self.opening.progress() {
            Progress::Failed(error) => Some(error.into()),
            _ => None,
        }
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.hub.untap(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use futures_util::FutureExt as _;

    fn take(queue: &mut Queue) -> Option<Tapped> {
        queue.next().now_or_never().flatten()
    }

    fn picture(dts_ms: i64, keyframe: bool, len: usize) -> Frame {
        Frame::video(dts_ms, keyframe, Bytes::from(vec![0; len]))
    }

    #[test]
    fn who_is_slow_misses_frames_is_told_so_and_goes_on_with_a_keyframe() {
        let (mut sink, mut queue) = queue();
        let wall = SystemTime::UNIX_EPOCH;
        let both = Some((None, None));
        let big = QUEUE_BYTES / 4;
        sink.frame(&picture(0, false, 9), wall, None);
        for dts_ms in 0..9 {
            sink.frame(&picture(dts_ms, true, big), wall, both);
        }
        assert!(matches!(take(&mut queue), Some(Tapped::Missed(1))));
        assert!(matches!(take(&mut queue), Some(Tapped::Begin { .. })));
        for dts_ms in 0..4 {
            assert!(matches!(take(&mut queue), Some(Tapped::Frame(frame, _)) if frame.dts_ms == dts_ms));
        }
        assert!(take(&mut queue).is_none());
        sink.frame(&picture(10, false, 9), wall, None);
        sink.frame(&picture(11, true, 9), wall, both);
        assert!(matches!(take(&mut queue), Some(Tapped::Missed(6))));
        assert!(matches!(take(&mut queue), Some(Tapped::Begin { .. })));
        assert!(matches!(take(&mut queue), Some(Tapped::Frame(frame, _)) if frame.dts_ms == 11));
        sink.end();
        assert!(matches!(take(&mut queue), Some(Tapped::End)));
        assert_eq!(queue.waiting.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn the_queue_is_bounded_in_number_too() {
        let (mut sink, mut queue) = queue();
        for dts_ms in 0..QUEUE_LEN as i64 + 10 {
            sink.frame(&picture(dts_ms, true, 1), SystemTime::UNIX_EPOCH, Some((None, None)));
        }
        let mut taken = 0;
        while take(&mut queue).is_some() {
            taken += 1;
        }
        assert_eq!(taken, QUEUE_LEN);
        sink.begin(None, None);
        assert!(matches!(take(&mut queue), Some(Tapped::Missed(11))));
        assert!(matches!(take(&mut queue), Some(Tapped::Begin { .. })));
    }
}
