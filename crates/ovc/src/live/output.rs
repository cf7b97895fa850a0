//! A stream in one format: a ring of chunks that every viewer reads from its own place.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::{Bytes, BytesMut};
use media::{AudioConfig, Frame, TrackKind, VideoConfig};
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::fanout::Interest;
use super::format::{Headers, PlayFormat, Writer};

/// Chunks kept at most, whatever their size.
const MAX_CHUNKS: usize = 8192;
/// Sound rides along with the next picture, so that a viewer costs one write a picture. Sound older than this goes by
/// itself.
const HOLD_SOUND: Duration = Duration::from_millis(60);

/// Where a viewer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    /// Sequence number of the chunk to be sent next.
    next: u64,
    /// The stretch of media whose headers it has got.
    stretch: u32,
    wants: Wants,
}

/// What [`Ring::collect`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Collected {
    /// The viewer was too slow, and skips.
    pub(super) skips: bool,
    /// How many chunks of the ring were appended, behind headers if they were.
    pub(super) chunks: usize,
}

/// What a viewer must get before chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wants {
    Nothing,
    /// Everything that stands at the beginning.
    FirstHeaders,
    /// It skips to the next keyframe.
    Keyframe,
}

impl Cursor {
    /// At the beginning: headers, then from the last keyframe.
    pub(super) const START: Self = Self {
        next: 0,
        stretch: 0,
        wants: Wants::FirstHeaders,
    };

    /// Sent chunks up to `end`, and nothing else is wanted.
    pub(super) fn is_at(self, end: u64) -> bool {
        self.next == end && self.wants == Wants::Nothing
    }

    /// Goes back by chunks that were collected but not sent.
    pub(super) fn back(&mut self, chunks: usize) {
        self.next -= chunks as u64;
    }

    /// Goes on by chunks that were sent without [`Ring::collect`].
    pub(super) fn forth(&mut self, chunks: usize) {
        self.next += chunks as u64;
    }
}

/// The chunks.
pub(super) struct Ring {
    chunks: VecDeque<Bytes>,
    /// Sequence number of the first chunk.
    first: u64,
    bytes: usize,
    max_bytes: usize,
    /// The chunk that begins with the newest keyframe, and the one before it.
    join: Option<u64>,
    join_before: Option<u64>,
    headers: Option<Headers>,
    stretch: u32,
    closed: bool,
}

impl Ring {
    fn new(max_bytes: usize) -> Self {
        Self {
            chunks: VecDeque::new(),
            first: 0,
            bytes: 0,
            max_bytes,
            join: None,
            join_before: None,
            headers: None,
            stretch: 0,
            closed: false,
        }
    }

    /// The sequence number the next chunk will have.
    pub(super) fn end(&self) -> u64 {
        self.first + self.chunks.len() as u64
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    fn push(&mut self, chunk: Bytes, begins_with_keyframe: bool) {
        if chunk.is_empty() {
            return;
        }
        if begins_with_keyframe {
            self.join_before = self.join.replace(self.end());
        }
        self.bytes += chunk.len();
        self.chunks.push_back(chunk);
        // The present and the previous group of pictures are kept: the one to join at, the other for those behind.
        let keep_from = self.join_before.unwrap_or(0);
        while self.first < keep_from || self.bytes > self.max_bytes || self.chunks.len() > MAX_CHUNKS {
            let Some(dropped) = self.chunks.pop_front() else { break };
            self.bytes -= dropped.len();
            self.first += 1;
        }
        self.join = self.join.filter(|&join| join >= self.first);
        self.join_before = self.join_before.filter(|&join| join >= self.first);
    }

    /// A stretch of media ends: nobody can join any more.
    fn end_stretch(&mut self) {
        (self.headers, self.join, self.join_before) = (None, None, None);
    }

    fn begin_stretch(&mut self, headers: Headers) {
        self.stretch += 1;
        self.push(headers.again.clone(), false);
        self.headers = Some(headers);
    }

    /// Appends the chunks from sequence number `from` on, at most `max`, as far as they are still here.
    pub(super) fn since(&self, from: u64, max: usize, out: &mut Vec<Bytes>) {
        let Some(skip) = from.checked_sub(self.first) else {
            return;
        };
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        out.extend(self.chunks.iter().skip(skip).take(max).cloned());
    }

    /// Appends what a viewer gets next, at most `max` pieces in all, and moves its cursor behind them.
    pub(super) fn collect(&self, cursor: &mut Cursor, out: &mut Vec<Bytes>, max: usize) -> Collected {
        let mut skips = false;
        if cursor.wants == Wants::Nothing && cursor.next < self.first {
            cursor.wants = Wants::Keyframe;
            skips = true;
        }
        if cursor.wants != Wants::Nothing {
            let (Some(headers), Some(join)) = (&self.headers, self.join) else {
                return Collected { skips, chunks: 0 };
            };
            match cursor.wants {
                Wants::FirstHeaders => out.push(headers.first.clone()),
                _ if cursor.stretch != self.stretch => out.push(headers.again.clone()),
                _ => {}
            }
            *cursor = Cursor {
                next: join,
                stretch: self.stretch,
                wants: Wants::Nothing,
            };
        }
        let before = out.len();
        self.since(cursor.next, max.saturating_sub(before), out);
        let chunks = out.len() - before;
        cursor.next += chunks as u64;
        Collected { skips, chunks }
    }
}

/// A stream in one format.
pub(super) struct Output {
    format: PlayFormat,
    ring: Mutex<Ring>,
    /// The fan-out threads that have viewers of it.
    interests: Mutex<Vec<Arc<Interest>>>,
    /// For [`super::Subscription`]s.
    grown: Notify,
}

impl Output {
    pub(super) fn new(format: PlayFormat, max_bytes: usize) -> Self {
        Self {
            format,
            ring: Mutex::new(Ring::new(max_bytes)),
            interests: Mutex::new(Vec::new()),
            grown: Notify::new(),
        }
    }

    pub(super) fn format(&self) -> PlayFormat {
        self.format
    }

    pub(super) fn ring(&self) -> parking_lot::MutexGuard<'_, Ring> {
        self.ring.lock()
    }

    pub(super) fn grown(&self) -> &Notify {
        &self.grown
    }

    /// There is nothing to join yet: what a newcomer is told.
    pub(super) fn waiting_word(&self) -> Option<Bytes> {
        let ring = self.ring.lock();
        (ring.headers.is_none() && !ring.closed)
            .then(|| self.format.waiting())
            .filter(|word| !word.is_empty())
    }

    pub(super) fn add_interest(&self, interest: Arc<Interest>) {
        self.interests.lock().push(interest);
    }

    pub(super) fn remove_interest(&self, interest: &Arc<Interest>) {
        self.interests.lock().retain(|other| !Arc::ptr_eq(other, interest));
    }

    fn wake(&self) {
        for interest in self.interests.lock().iter() {
            interest.wake();
        }
        self.grown.notify_waiters();
    }

    /// The publisher is gone.
    pub(super) fn suspend(&self, say_so: bool) {
        let mut ring = self.ring.lock();
        ring.end_stretch();
        if say_so {
            ring.push(self.format.waiting(), false);
        }
        drop(ring);
        self.wake();
    }

    /// The stream is over; viewers get what is left, a goodbye, and the end of the connection.
    pub(super) fn close(&self) {
        let mut ring = self.ring.lock();
        if !ring.closed {
            ring.end_stretch();
            ring.push(self.format.goodbye(), false);
            ring.closed = true;
        }
        drop(ring);
        self.wake();
    }
}

/// Writes one stretch of media into an output.
pub(super) struct Muxing {
    writer: Writer,
    pictures: bool,
    held: BytesMut,
    held_since: Option<Instant>,
}

impl Muxing {
    pub(super) fn begin(output: &Output, video: Option<&VideoConfig>, audio: Option<&AudioConfig>, at_ms: i64) -> Self {
        let writer = Writer::new(output.format, video, audio);
        output.ring.lock().begin_stretch(writer.headers(at_ms));
        Self {
            writer,
            pictures: video.is_some(),
            held: BytesMut::new(),
            held_since: None,
        }
    }

    /// Writes a frame. Viewers are woken when a chunk is complete.
    pub(super) fn frame(&mut self, output: &Output, frame: &Frame, now: Instant, wall: SystemTime) {
        let is_picture = frame.track == TrackKind::Video;
        let begins = if self.pictures {
            is_picture && frame.keyframe
        } else {
            true
        };
        let mut before = Bytes::new();
        if begins && !self.held.is_empty() {
            before = self.held.split().freeze();
        }
        self.writer.append(&mut self.held, frame, wall);
        let since = *self.held_since.get_or_insert(now);
        let complete = is_picture || !self.pictures || now.saturating_duration_since(since) >= HOLD_SOUND;
        if !complete {
            return;
        }
        self.held_since = None;
        let chunk = self.held.split().freeze();
        let mut ring = output.ring.lock();
        ring.push(before, false);
        ring.push(chunk, begins);
        drop(ring);
        output.wake();
    }
}

#[cfg(test)]
#[path = "output_tests.rs"]
mod tests;
