//! Cuts the frames of a live stream into segments. Pure.
//!
//! A segment begins with a keyframe, unless the one before had to end for its size or its length. Where it lies is told by when its first
//! frame came, and then by the stream's own clock, so that segments join; the two clocks are brought together little by
//! little.

use crate::clock::UnixMs;
use crate::db::MAX_SEGMENT_MS;
use bytes::{Bytes, BytesMut};
use media::ts::Muxer;
use media::{AudioConfig, Frame, TrackKind, VideoConfig};

/// How far the stream's clock is moved towards ours at a cut: less than what a player or the index would see.
const NUDGE_MS: i64 = 100;
/// Further apart than this they are brought together at once: frames were held up, or did not come for a while.
const MAX_APART_MS: i64 = 5000;
/// How long the last frame of a stretch lasts where nothing better is known.
const USUAL_STEP_MS: i64 = 40;
const MAX_STEP_MS: i64 = 1000;
/// Where no keyframe comes a segment ends after three times its length, but within these bounds: what is not cut is not
/// stored, and a picture that stands still while the sound goes on has no keyframes at all.
const WITHOUT_KEYFRAME_MS: (i64, i64) = (30_000, 60_000);

/// When to cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// At the first keyframe after so long.
    pub(super) duration_ms: i64,
    /// Before it is longer than this, wherever that is.
    pub(super) max_bytes: usize,
}

/// A segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) start: UnixMs,
    pub(super) duration_ms: u32,
    /// Its timestamps go on from the one before.
    pub(super) continues: bool,
    pub(super) bytes: Bytes,
}

impl Limits {
    /// Before it is longer than this a segment ends, wherever that is.
    fn longest_ms(&self) -> i64 {
        let (least, most) = WITHOUT_KEYFRAME_MS;
        let longest_ms = self.duration_ms.saturating_mul(3).clamp(least, most);
        longest_ms.max(self.duration_ms).min(MAX_SEGMENT_MS)
    }
}

impl Cut {
    pub(super) fn end(&self) -> UnixMs {
        UnixMs(self.start.0.saturating_add(self.duration_ms.into()))
    }
}

/// Makes segments of frames.
pub(super) struct Cutter {
    limits: Limits,
    muxer: Option<Muxer>,
    out: BytesMut,
    /// Our clock less the stream's.
    offset_ms: Option<i64>,
    /// The first frame's time of the running segment.
    first_ms: Option<i64>,
    /// The newest picture's, or piece of sound's where there is no picture, and how much later the next one will be.
    newest_ms: i64,
    step_ms: i64,
    /// The newest frame's, of either track.
    last_ms: i64,
    continues: bool,
}

impl Cutter {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            muxer: None,
            out: BytesMut::new(),
            offset_ms: None,
            first_ms: None,
            newest_ms: 0,
            step_ms: USUAL_STEP_MS,
            last_ms: 0,
            continues: false,
        }
    }

    /// Media begins, with these tracks. The segment that was running.
    pub(super) fn begin(&mut self, video: Option<&VideoConfig>, audio: Option<&AudioConfig>) -> Option<Cut> {
        let cut = self.end();
        self.muxer = Some(Muxer::new(video, audio));
        (self.offset_ms, self.continues, self.step_ms) = (None, false, USUAL_STEP_MS);
        cut
    }

    /// A frame, which came at this moment. The segment that ends with it.
    pub(super) fn frame(&mut self, frame: &Frame, came_at: UnixMs) -> Option<Cut> {
        let muxer = self.muxer.as_mut()?;
        let is_start = !muxer.has_video() || (frame.track == TrackKind::Video && frame.keyframe);
        let size = muxer.size_of(frame);
        let apart_ms = |offset_ms: i64| came_at.0.saturating_sub(frame.dts_ms.saturating_add(offset_ms));
        let is_far = self
            .offset_ms
            .is_some_and(|offset| apart_ms(offset).abs() > MAX_APART_MS);
        let mut cut = None;
        if let Some(first_ms) = self.first_ms {
            let lasts_ms = frame.dts_ms.saturating_sub(first_ms);
            let is_time = (is_start && lasts_ms >= self.limits.duration_ms) || lasts_ms >= self.limits.longest_ms();
            let is_full = self.out.len().saturating_add(size) > self.limits.max_bytes;
            // After a pause the picture before lasted no longer than usual.
            let until_ms = if is_far { self.until_ms() } else { frame.dts_ms };
            if is_time || is_full || (is_far && is_start) {
                cut = self.cut(until_ms);
            }
        }
        if self.first_ms.is_none() {
            // Sound before the first picture is of no use.
            if !is_start && !self.continues {
                return cut;
            }
            let offset_ms = match self.offset_ms {
                Some(offset) if !is_far => offset.saturating_add(apart_ms(offset).clamp(-NUDGE_MS, NUDGE_MS)),
                _ => came_at.0.saturating_sub(frame.dts_ms),
            };
            self.offset_ms = Some(offset_ms);
            (self.newest_ms, self.last_ms) = (frame.dts_ms, frame.dts_ms);
            self.first_ms = Some(frame.dts_ms);
            if let Some(muxer) = &mut self.muxer {
                muxer.begin_segment();
            }
        }
        if let Some(muxer) = &mut self.muxer {
            muxer.write(&mut self.out, frame);
        }
        self.last_ms = self.last_ms.max(frame.dts_ms);
        let tells_time = frame.track == TrackKind::Video || !self.muxer.as_ref().is_some_and(Muxer::has_video);
        let step_ms = frame.dts_ms.saturating_sub(self.newest_ms);
        if tells_time && step_ms > 0 {
            self.newest_ms = frame.dts_ms;
            self.step_ms = step_ms.min(MAX_STEP_MS);
        }
        cut
    }

    /// Nothing comes for a while. The segment that was running; what may come yet begins another.
    pub(super) fn pause(&mut self) -> Option<Cut> {
        self.cut(self.until_ms())
    }

    /// When what there is ends.
    fn until_ms(&self) -> i64 {
        self.newest_ms.saturating_add(self.step_ms).max(self.last_ms)
    }

    /// Media ends. The segment that was running.
    pub(super) fn end(&mut self) -> Option<Cut> {
        let cut = self.pause();
        self.continues = false;
        self.muxer = None;
        cut
    }

    fn cut(&mut self, until_ms: i64) -> Option<Cut> {
        let first_ms = self.first_ms.take()?;
        let bytes = self.out.split().freeze();
        let continues = std::mem::replace(&mut self.continues, true);
        let duration_ms = until_ms.saturating_sub(first_ms).min(MAX_SEGMENT_MS);
        let duration_ms = u32::try_from(duration_ms).unwrap_or(0);
        let start = UnixMs(first_ms.saturating_add(self.offset_ms?));
        (!bytes.is_empty() && duration_ms > 0).then_some(Cut {
            start,
            duration_ms,
            continues,
            bytes,
        })
    }
}

#[cfg(test)]
#[path = "cutter_tests.rs"]
mod tests;
