//! From frames to segments. Knows no clock and no network: what time it is comes with the frames.

use super::Moment;
use crate::feed::{Item, Tracks};
use bytes::{Bytes, BytesMut};
use media::{Frame, TrackKind, ts};
use std::time::Duration;

/// A step larger than this between two frames, or one back by more than a little, is a new timeline or a gap.
const MAX_STEP_MS: i64 = 10_000;
const MAX_STEP_BACK_MS: i64 = 1000;
/// Where frames come this much earlier or later than their own times say, their times are no longer believed: the
/// camera's clock runs at another speed, or the device's was set.
const MAX_DRIFT_MS: i64 = 2000;
/// A segment that waits for a keyframe is cut without one when it is so many times as long as wanted.
const LONGEST: i64 = 3;
/// How long a frame is of which nothing is known.
const DEFAULT_STEP_MS: i64 = 40;

/// How long and how large a segment may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// It is cut at the keyframe nearest to this.
    pub(super) duration_ms: i64,
    /// It is never larger.
    pub(super) max_bytes: usize,
}

/// A piece of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    /// When it was recorded, in ms since 1970 UTC.
    pub(super) start_ms: i64,
    pub(super) duration_ms: i64,
    /// Its timestamps do not continue those of the one before, or something between the two is missing.
    pub(super) discontinues: bool,
    /// So much before it was there, and was not taken in time.
    pub(super) lost_before_ms: i64,
    /// An MPEG transport stream.
    pub(super) data: Bytes,
}

/// Cuts what comes into segments that follow each other without a gap, as long as nothing is missing.
///
/// Times: the first segment begins at the time the cloud gave, or when its frames came by the device's clock. From there on
/// the frames' own times count, as long as they agree with when frames come.
pub(super) struct Segmenter {
    limits: Limits,
    clock: Clock,
    muxer: Option<ts::Muxer>,
    open: Option<Open>,
    /// The next segment does not continue the one before,
    is_new: bool,
    /// because frames were left out.
    has_lost: bool,
    /// Where the last segment ended, in ms since 1970.
    ended_ms: Option<i64>,
    /// Distance of two frames of the track that decides.
    step_ms: i64,
    /// The last group of pictures: how long, how large.
    group: (i64, usize),
}

/// The segment that is being written.
struct Open {
    data: BytesMut,
    first_dts_ms: i64,
    last_dts_ms: i64,
    /// When the last frame of the track that decides was.
    last_leading_ms: Option<i64>,
    /// The last keyframe: its time, and what had been written before it.
    keyframe: (i64, usize),
    /// The least time between a frame's own time and its coming: what the network took.
    least_lag_ms: i64,
}

impl Segmenter {
    /// `start_ms`: the first segment's time; `None`: by the device's clock.
    pub(super) fn new(limits: Limits, start_ms: Option<i64>) -> Self {
        Self {
            limits,
            clock: Clock {
                start_ms,
                began: None,
                is_placed: false,
                offset_ms: None,
                lag_ms: 0,
            },
            muxer: None,
            open: None,
            is_new: true,
            has_lost: false,
            ended_ms: None,
            step_ms: DEFAULT_STEP_MS,
            group: (0, 0),
        }
    }

    /// How far two frames are from each other.
    pub(super) fn step(&self) -> Duration {
        Duration::from_millis(self.step_ms.unsigned_abs())
    }

    /// Takes what came. Answers the segment that is complete with it.
    pub(super) fn push(&mut self, moment: Moment, item: &Item) -> Option<Segment> {
        match item {
            Item::Tracks(tracks) => self.begin_tracks(tracks),
            Item::Frame(frame) => self.push_frame(moment, frame),
        }
    }

    /// Frames are missing here, or it ends here: what there is becomes a segment, and the next one does not continue it.
    pub(super) fn interrupt(&mut self) -> Option<Segment> {
        let segment = self.close(None);
        self.is_new = true;
        segment
    }

    /// Frames were left out: as [`Segmenter::interrupt`], and what is missing is told with the next segment.
    pub(super) fn lose(&mut self) -> Option<Segment> {
        let segment = self.interrupt();
        self.has_lost = self.ended_ms.is_some();
        segment
    }

    fn begin_tracks(&mut self, tracks: &Tracks) -> Option<Segment> {
        let segment = self.interrupt();
        // A new timeline, by all means: a source that came back begins where it likes.
        self.clock.offset_ms = None;
        self.group = (0, 0);
        self.step_ms = DEFAULT_STEP_MS;
        self.muxer = Some(ts::Muxer::new(tracks.video.as_ref(), tracks.audio.as_ref()));
        segment
    }

    fn push_frame(&mut self, moment: Moment, frame: &Frame) -> Option<Segment> {
        let muxer = self.muxer.as_ref()?;
        let leads = frame.track == TrackKind::Video || !muxer.has_video();
        let opens = frame.keyframe && leads;
        let size = muxer.size_of(frame);
        let mut complete = None;
        if let Some(open) = &self.open {
            let step_ms = frame.dts_ms.saturating_sub(open.last_dts_ms);
            if !(-MAX_STEP_BACK_MS..=MAX_STEP_MS).contains(&step_ms) {
                complete = self.interrupt();
                self.clock.offset_ms = None;
            } else if (opens && self.is_time_to_cut(open, frame)) || self.must_cut(open, frame, size) {
                complete = self.close(Some(frame.dts_ms));
            }
        }
        if self.open.is_none() {
            // The first one, and one behind a gap, must be decodable by itself.
            if size > self.limits.max_bytes {
                tracing::warn!(
                    size,
                    "a picture is larger than a segment may be: the recording goes on at the next keyframe"
                );
                self.is_new = true;
                self.has_lost = self.ended_ms.is_some();
                return complete;
            }
            if self.is_new && !opens {
                return complete;
            }
            if let Some(muxer) = &mut self.muxer {
                muxer.begin_segment();
            }
            self.clock.begin(moment);
            self.open = Some(Open {
                data: BytesMut::new(),
                first_dts_ms: frame.dts_ms,
                last_dts_ms: frame.dts_ms,
                last_leading_ms: None,
                keyframe: (frame.dts_ms, 0),
                least_lag_ms: i64::MAX,
            });
        }
        self.write(moment, frame, leads, opens);
        complete
    }

    fn write(&mut self, moment: Moment, frame: &Frame, leads: bool, opens: bool) {
        let (Some(muxer), Some(open)) = (&mut self.muxer, &mut self.open) else {
            return;
        };
        let before = open.data.len();
        if !muxer.write(&mut open.data, frame) {
            return;
        }
        open.last_dts_ms = open.last_dts_ms.max(frame.dts_ms);
        open.least_lag_ms = open.least_lag_ms.min(self.clock.reference(moment) - frame.dts_ms);
        if !leads {
            return;
        }
        if let Some(last_ms) = open.last_leading_ms.replace(frame.dts_ms) {
            self.step_ms = (frame.dts_ms - last_ms).clamp(1, MAX_STEP_MS);
        }
        if opens && before > 0 {
            let (at_ms, at_byte) = open.keyframe;
            self.group = (frame.dts_ms - at_ms, before - at_byte);
            open.keyframe = (frame.dts_ms, before);
        }
    }

    /// At a keyframe: no later one is nearer to the length that is wanted, or it would not fit any more.
    fn is_time_to_cut(&self, open: &Open, keyframe: &Frame) -> bool {
        let length_ms = keyframe.dts_ms - open.first_dts_ms;
        let (at_ms, at_byte) = open.keyframe;
        let group_ms = keyframe.dts_ms - at_ms;
        let group_bytes = open.data.len() - at_byte;
        let missing_ms = self.limits.duration_ms - length_ms;
        let is_nearest = missing_ms <= 0 || missing_ms * 2 <= group_ms.max(self.group.0);
        let is_full = open.data.len() + group_bytes.max(self.group.1) / 4 * 5 > self.limits.max_bytes;
        (is_nearest && length_ms * 2 >= self.limits.duration_ms) || is_full
    }

    /// At any frame: it would not fit, or no keyframe comes.
    fn must_cut(&self, open: &Open, frame: &Frame, size: usize) -> bool {
        let length_ms = frame.dts_ms - open.first_dts_ms;
        open.data.len() + size > self.limits.max_bytes || length_ms >= self.limits.duration_ms * LONGEST
    }

    /// Closes what is open. `next_dts_ms`: the frame that it goes on with, if nothing is missing.
    fn close(&mut self, next_dts_ms: Option<i64>) -> Option<Segment> {
        let open = self.open.take()?;
        if open.data.is_empty() {
            return None;
        }
        let last_ms = open.last_leading_ms.unwrap_or(open.last_dts_ms);
        let end_dts_ms = next_dts_ms.unwrap_or(last_ms + self.step_ms);
        let duration_ms = (end_dts_ms - open.first_dts_ms).max(1);
        let mut start_ms = self.clock.place(&open);
        // What is behind a gap is placed by when it came, which is not exact: never over what is there.
        if let Some(ended_ms) = self.ended_ms
            && (ended_ms - MAX_DRIFT_MS..ended_ms).contains(&start_ms)
            && self.is_new
        {
            start_ms = ended_ms;
            self.clock.offset_ms = Some(start_ms - open.first_dts_ms);
        }
        let ended_ms = self.ended_ms.replace(start_ms + duration_ms);
        let gap_ms = ended_ms.map_or(0, |ended_ms| (start_ms - ended_ms).max(0));
        Some(Segment {
            start_ms,
            duration_ms,
            lost_before_ms: if std::mem::take(&mut self.has_lost) { gap_ms } else { 0 },
            discontinues: std::mem::take(&mut self.is_new),
            data: open.data.freeze(),
        })
    }
}

/// From the frames' own times to the time of day.
struct Clock {
    /// What the cloud said it was when the first frame came; `None`: the device's clock counts.
    start_ms: Option<i64>,
    began: Option<Moment>,
    /// The first segment has its time.
    is_placed: bool,
    /// What is added to a frame's own time; `None` until the first segment of a timeline is complete.
    offset_ms: Option<i64>,
    /// What a segment's least lag was when the offset was found.
    lag_ms: i64,
}

impl Clock {
    fn begin(&mut self, moment: Moment) {
        self.began.get_or_insert(moment);
    }

    /// The time of day at this moment: the cloud's, by the clock that never jumps, or the device's.
    fn reference(&self, moment: Moment) -> i64 {
        match (self.start_ms, self.began) {
            (Some(start_ms), Some(began)) => {
                let passed = moment.at.saturating_duration_since(began.at);
                start_ms.saturating_add(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX))
            }
            _ => moment.unix_ms,
        }
    }

    /// Where a segment is on the line of time.
    fn place(&mut self, open: &Open) -> i64 {
        let lag_ms = open.least_lag_ms;
        let offset_ms = match self.offset_ms {
            Some(offset_ms) if (lag_ms - self.lag_ms).abs() <= MAX_DRIFT_MS => offset_ms,
            Some(offset_ms) => {
                tracing::info!(by_ms = lag_ms - self.lag_ms, "the recording's clock is set");
                offset_ms + lag_ms - self.lag_ms
            }
            // What the cloud gives is the first segment's time to the letter.
            None => match self.start_ms.filter(|_| !std::mem::replace(&mut self.is_placed, true)) {
                Some(start_ms) => start_ms - open.first_dts_ms,
                None => lag_ms,
            },
        };
        if self.offset_ms != Some(offset_ms) {
            (self.offset_ms, self.lag_ms) = (Some(offset_ms), lag_ms);
        }
        open.first_dts_ms + offset_ms
    }
}

#[cfg(test)]
mod tests;
