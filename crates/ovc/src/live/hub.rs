//! The middle of one stream: takes the publisher's frames, puts them on one timeline, and writes each format that
//! somebody watches once.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use media::{AudioConfig, Frame, TrackKind, VideoConfig};
use parking_lot::Mutex;
use slab::Slab;

use super::format::PlayFormat;
use super::output::{Muxing, Output};
use super::tap::{self, Sink};
use super::timeline::Timeline;
use super::{AudioInfo, VideoInfo};
use crate::ids::StreamId;

/// How long the start waits, in media time, for the configuration of a track that was announced or may yet come.
const HOLD_FOR_SOUND_MS: i64 = 300;
const HOLD_FOR_PICTURE_MS: i64 = 1000;
/// The bit rate is told over windows of this length.
const RATE_WINDOW: Duration = Duration::from_secs(2);
/// Frames kept at most, whatever their size.
const MAX_FRAMES: usize = 8192;

/// What is known of a stream.
#[derive(Debug, Clone, Default)]
pub(super) struct HubInfo {
    pub(super) seen_media: bool,
    pub(super) video: Option<VideoInfo>,
    pub(super) audio: Option<AudioInfo>,
    pub(super) bitrate_bps: u64,
}

/// The middle of one stream.
pub(super) struct Hub {
    stream_id: StreamId,
    state: Mutex<State>,
}

struct State {
    max_bytes: usize,
    /// Number of the publisher that may speak; 0: nobody.
    publisher: u64,
    closed: bool,
    timeline: Timeline,
    heard_at: Option<Instant>,
    rate: Rate,
    /// What the publisher said last.
    video: Option<VideoConfig>,
    audio: Option<AudioConfig>,
    expect_audio: bool,
    /// What the running stretch of media was begun with.
    stretch: Option<Stretch>,
    seen_media: bool,
    /// From the newest keyframe on: for formats that somebody begins to watch only now.
    frames: VecDeque<(Frame, SystemTime)>,
    frames_bytes: usize,
    outputs: [Option<Active>; PlayFormat::ALL.len()],
    taps: Slab<Sink>,
}

struct Stretch {
    video: Option<VideoConfig>,
    audio: Option<AudioConfig>,
    /// Configurations have changed in a way that can wait for a keyframe.
    renew: bool,
}

struct Active {
    output: Arc<Output>,
    muxing: Option<Muxing>,
    users: usize,
}

impl Hub {
    /// `max_bytes`: media kept, at most, per format and for formats to come.
    pub(super) fn new(stream_id: StreamId, max_bytes: u64) -> Self {
        Self {
            stream_id,
            state: Mutex::new(State::new(usize::try_from(max_bytes).unwrap_or(usize::MAX))),
        }
    }

    pub(super) fn stream_id(&self) -> &StreamId {
        &self.stream_id
    }

    pub(super) fn info(&self) -> HubInfo {
        let state = self.state.lock();
        HubInfo {
            seen_media: state.seen_media,
            video: state.video.as_ref().map(|v| VideoInfo {
                codec: v.codec.name(),
                width: v.width,
                height: v.height,
            }),
            audio: state.audio.as_ref().map(|a| AudioInfo {
                codec: a.codec.name(),
                sample_rate_hz: a.sample_rate_hz,
                channels: a.channels,
            }),
            bitrate_bps: state.rate.bps,
        }
    }

    /// Since when the publisher has sent nothing.
    pub(super) fn silent_for(&self, now: Instant) -> Duration {
        self.state
            .lock()
            .heard_at
            .map_or(Duration::MAX, |heard| now.saturating_duration_since(heard))
    }

    pub(super) fn publisher_came(&self, number: u64, now: Instant) {
        let mut state = self.state.lock();
        state.end_stretch(true);
        (state.publisher, state.heard_at) = (number, Some(now));
        (state.video, state.audio, state.expect_audio) = (None, None, false);
        state.rate = Rate::default();
        state.timeline.publisher_changed();
    }

    pub(super) fn publisher_went(&self, number: u64) {
        let mut state = self.state.lock();
        if state.publisher == number {
            state.publisher = 0;
            state.rate = Rate::default();
            state.end_stretch(true);
        }
    }

    pub(super) fn expect_audio(&self, number: u64, expected: bool) {
        let mut state = self.state.lock();
        if state.publisher == number {
            state.expect_audio = expected;
        }
    }

    /// Devices repeat an unchanged configuration; that changes nothing.
    pub(super) fn video_config(&self, number: u64, config: VideoConfig, now: Instant) {
        let mut state = self.state.lock();
        if !state.hear(number, now) || state.video.as_ref() == Some(&config) {
            return;
        }
        state.video = Some(config);
        match &mut state.stretch {
            // A stretch of sound alone can go on till the picture begins.
            Some(stretch) if stretch.video.is_none() => stretch.renew = true,
            // What follows cannot be decoded with what was before.
            _ => state.end_stretch(false),
        }
    }

    pub(super) fn audio_config(&self, number: u64, config: AudioConfig, now: Instant) {
        let mut state = self.state.lock();
        if !state.hear(number, now) || state.audio.as_ref() == Some(&config) {
            return;
        }
        state.audio = Some(config);
        match &mut state.stretch {
            Some(stretch) if stretch.video.is_some() => stretch.renew = true,
            Some(_) => state.end_stretch(false),
            None => {}
        }
    }

    /// Answers whether a stretch of media began with it: from now on there is something to watch.
    pub(super) fn frame(&self, number: u64, mut frame: Frame, now: Instant, wall: SystemTime) -> bool {
        let mut state = self.state.lock();
        if !state.hear(number, now) {
            return false;
        }
        state.rate.add(frame.data.len(), now);
        state.timeline.place(&mut frame, now);
        state.frame(frame, now, wall)
    }

    /// The output of a format, written from now on until [`Self::release`] was called as often.
    pub(super) fn attach(&self, format: PlayFormat) -> Arc<Output> {
        self.state.lock().attach(format)
    }

    pub(super) fn release(&self, format: PlayFormat) {
        let slot = &mut self.state.lock().outputs[format.index()];
        if let Some(active) = slot {
            active.users -= 1;
            if active.users == 0 {
                *slot = None;
            }
        }
    }

    /// Writes frames into this from now on, the newest keyframe first, until [`Self::untap`]. Its number.
    pub(super) fn tap(&self, sink: Sink) -> usize {
        self.state.lock().tap(sink)
    }

    pub(super) fn untap(&self, number: usize) {
        self.state.lock().taps.try_remove(number);
    }

    /// The stream is over.
    pub(super) fn close(&self) {
        let mut state = self.state.lock();
        (state.closed, state.publisher) = (true, 0);
        state.taps.clear();
        for active in state.outputs.iter().flatten() {
            active.output.close();
        }
    }
}

impl State {
    fn new(max_bytes: usize) -> Self {
        Self {
            max_bytes,
            publisher: 0,
            closed: false,
            timeline: Timeline::new(),
            heard_at: None,
            rate: Rate::default(),
            video: None,
            audio: None,
            expect_audio: false,
            stretch: None,
            seen_media: false,
            frames: VecDeque::new(),
            frames_bytes: 0,
            outputs: Default::default(),
            taps: Slab::new(),
        }
    }

    /// Whether this publisher may speak.
    fn hear(&mut self, number: u64, now: Instant) -> bool {
        let may = self.publisher == number && !self.closed;
        if may {
            self.heard_at = Some(now);
        }
        may
    }

    fn frame(&mut self, frame: Frame, now: Instant, wall: SystemTime) -> bool {
        let is_keyframe = frame.track == TrackKind::Video && frame.keyframe;
        if is_keyframe && self.stretch.as_ref().is_some_and(|stretch| stretch.renew) {
            self.end_stretch(false);
        }
        let wanted = match (&self.stretch, frame.track) {
            (Some(stretch), TrackKind::Audio) => stretch.audio.is_some() && stretch.audio == self.audio,
            (Some(stretch), TrackKind::Video) => stretch.video.is_some(),
            // A picture is the start; sound before it is of no use, unless there is no picture.
            (None, TrackKind::Audio) => self.audio.is_some() && (self.video.is_none() || !self.frames.is_empty()),
            (None, TrackKind::Video) => is_keyframe || !self.frames.is_empty(),
        };
        if !wanted {
            return false;
        }
        self.keep(frame.clone(), wall, is_keyframe);
        if self.stretch.is_none() {
            return self.try_begin(now);
        }
        for active in self.outputs.iter_mut().flatten() {
            if let Some(muxing) = &mut active.muxing {
                muxing.frame(&active.output, &frame, now, wall);
            }
        }
        if let Some(stretch) = &self.stretch {
            let tracks = (stretch.video.as_ref(), stretch.audio.as_ref());
            let with = tap::begins(&frame, tracks.0).then_some(tracks);
            for (_, sink) in &mut self.taps {
                sink.frame(&frame, wall, with);
            }
        }
        false
    }

    fn keep(&mut self, frame: Frame, wall: SystemTime, is_keyframe: bool) {
        let has_pictures = self
            .stretch
            .as_ref()
            .map_or(self.video.is_some(), |stretch| stretch.video.is_some());
        // Of sound alone, the last frame is where to start.
        if is_keyframe || (!has_pictures && self.stretch.is_some()) {
            self.forget_frames();
        }
        self.frames_bytes += frame.data.len();
        self.frames.push_back((frame, wall));
        if self.frames_bytes > self.max_bytes || self.frames.len() > MAX_FRAMES {
            // Without its beginning the rest is worth nothing: formats that begin now wait for the next keyframe.
            self.forget_frames();
        }
    }

    fn forget_frames(&mut self) {
        self.frames.clear();
        self.frames_bytes = 0;
    }

    /// Begins a stretch once enough is known of the tracks.
    fn try_begin(&mut self, now: Instant) -> bool {
        let (Some((first, _)), Some((last, _))) = (self.frames.front(), self.frames.back()) else {
            return false;
        };
        let span_ms = last.dts_ms - first.dts_ms;
        let ready = match (&self.video, &self.audio) {
            (Some(_), audio) => audio.is_some() || !self.expect_audio || span_ms >= HOLD_FOR_SOUND_MS,
            (None, Some(_)) => span_ms >= HOLD_FOR_PICTURE_MS,
            (None, None) => false,
        };
        if !ready {
            return false;
        }
        self.stretch = Some(Stretch {
            video: self.video.clone(),
            audio: self.audio.clone(),
            renew: false,
        });
        self.seen_media = true;
        for format in PlayFormat::ALL {
            self.begin_muxing(format, now);
        }
        for (_, sink) in &mut self.taps {
            pour(sink, self.stretch.as_ref(), &self.frames);
        }
        true
    }

    /// Writes a format from the newest keyframe on.
    fn begin_muxing(&mut self, format: PlayFormat, now: Instant) {
        let (Some(stretch), Some(active)) = (&self.stretch, &mut self.outputs[format.index()]) else {
            return;
        };
        let at_ms = self.frames.front().map_or(0, |(frame, _)| frame.dts_ms);
        let (video, audio) = (stretch.video.as_ref(), stretch.audio.as_ref());
        let mut muxing = Muxing::begin(&active.output, video, audio, at_ms);
        for (frame, wall) in &self.frames {
            muxing.frame(&active.output, frame, now, *wall);
        }
        active.muxing = Some(muxing);
    }

    fn end_stretch(&mut self, publisher_gone: bool) {
        self.forget_frames();
        if self.stretch.take().is_none() {
            return;
        }
        for active in self.outputs.iter_mut().flatten() {
            active.muxing = None;
            active.output.suspend(publisher_gone);
        }
        for (_, sink) in &mut self.taps {
            sink.end();
        }
    }

    fn tap(&mut self, mut sink: Sink) -> usize {
        pour(&mut sink, self.stretch.as_ref(), &self.frames);
        // Of a stream that is over nothing comes: the other end is to see that.
        let slot = self.taps.vacant_entry();
        let number = slot.key();
        if !self.closed {
            slot.insert(sink);
        }
        number
    }

    fn attach(&mut self, format: PlayFormat) -> Arc<Output> {
        if let Some(active) = &mut self.outputs[format.index()] {
            active.users += 1;
            return active.output.clone();
        }
        let output = Arc::new(Output::new(format, self.max_bytes));
        self.outputs[format.index()] = Some(Active {
            output: output.clone(),
            muxing: None,
            users: 1,
        });
        self.begin_muxing(format, Instant::now());
        if self.closed {
            output.close();
        }
        output
    }
}

/// Writes what is kept from the newest keyframe on.
fn pour(sink: &mut Sink, stretch: Option<&Stretch>, frames: &VecDeque<(Frame, SystemTime)>) {
    let Some(stretch) = stretch else { return };
    let tracks = (stretch.video.as_ref(), stretch.audio.as_ref());
    for (frame, wall) in frames {
        sink.frame(frame, *wall, tap::begins(frame, tracks.0).then_some(tracks));
    }
}

/// Bits per second over the last whole window.
#[derive(Debug, Default)]
struct Rate {
    since: Option<Instant>,
    bytes: usize,
    bps: u64,
}

impl Rate {
    fn add(&mut self, bytes: usize, now: Instant) {
        let since = *self.since.get_or_insert(now);
        self.bytes += bytes;
        let elapsed = now.saturating_duration_since(since);
        if elapsed >= RATE_WINDOW {
            self.bps = (self.bytes as f64 * 8.0 / elapsed.as_secs_f64()) as u64;
            (self.since, self.bytes) = (Some(now), 0);
        }
    }
}

#[cfg(test)]
#[path = "hub_tests.rs"]
mod tests;
