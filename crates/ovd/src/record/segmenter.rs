//! From frames to segments. Knows no clock and no network: what time it is comes with the frames.

use super::Moment;
use crate::feed::{Item, Tracks};
use bytes::{Bytes, BytesMut};
use media::{Frame, TrackKind, ts};
use std::time::{Duration, Instant};

/// A step larger than this between two frames, or one back by more than a little, is a new timeline or a gap.
const MAX_STEP_MS: i64 = 10_000;
const MAX_STEP_BACK_MS: i64 = 1000;
/// Sound further from the picture than this is left out: no player could wait for one of them so long. Less is as the
/// camera has it: picture and sound have clocks of their own, which drift.
const MAX_APART_MS: i64 = 10_000;
/// Without a frame for so long, what is there becomes a segment, so that it can be seen. A source with fewer pictures
/// than that is given three times the distance between two of them. Longer than a camera's network stalls: a source that
/// is really gone says so after ten seconds.
const IDLE: Duration = Duration::from_secs(15);
/// Where frames come this much earlier or later than their own times say, their times are no longer believed: the
/// camera's clock runs at another speed, or the device's was set.
const MAX_DRIFT_MS: i64 = 2000;
/// They are brought back by so much with each segment: the cloud takes segments that are a second apart as continuous.
const SLEW_MS: i64 = 200;
/// More than this is not drift: what comes begins anew at its time.
const MAX_SLEWED_MS: i64 = 30_000;
/// The first segment has the cloud's time to the letter where that is true to so much: the command took its time, too.
const LETTER_MS: i64 = 500;
/// A segment that waits for a keyframe is cut without one when it is so many times as long as wanted.
const LONGEST: i64 = 3;
/// The cloud takes no segment longer than 600 s; the last frame may be as long as a step.
const MAX_SEGMENT_MS: i64 = 600_000 - MAX_STEP_MS;
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
/// Where there are two tracks, the picture leads: its frames say when a segment begins and ends, and whether one is missing.
///
/// Times: the first segment begins when its frames came, by the clock of the cloud, which said what time it was when it gave
/// its command, or by the device's. From there on the frames' own times count, as long as they agree with when frames come.
/// `start_ts` is by the protocol the first segment's time. It is, where a keyframe came with the command. A source that
/// keeps its last keyframe for whoever joins begins with that one, which may be as old as a group of pictures is long: its
/// time is then before `start_ts`, for otherwise all that is recorded would be late by so much.
pub(super) struct Segmenter {
    limits: Limits,
    clock: Clock,
    muxer: Option<ts::Muxer>,
    open: Option<Open>,
    /// The next segment does not continue the one before,
    is_new: bool,
    /// because frames were left out: all that is between the two is missing.
    has_lost: bool,
    /// So much was there before the next segment and could not be decoded.
    skipped_ms: i64,
    /// Where the last segment ended, in ms since 1970.
    ended_ms: Option<i64>,
    /// The last frame of the track that leads, by its own time; `None` where the next one may have any.
    last_ms: Option<i64>,
    /// Where the timeline began.
    from_ms: i64,
    /// Distance of two frames of that track.
    step_ms: i64,
    /// Frames of the other track are left out, which was told.
    is_apart: bool,
    /// The last group of pictures: how long, how large.
    group: (i64, usize),
}

/// The segment that is being written.
struct Open {
    data: BytesMut,
    /// Where it begins, by the own time of the track that leads.
    first_dts_ms: i64,
    /// When the last frame of that track came.
    last_at: Instant,
    /// The last keyframe: its time, and what had been written before it.
    keyframe: (i64, usize),
    /// The least time between a frame's own time and its coming, of the track that leads: what the network took.
    least_lag_ms: Option<i64>,
}

impl Segmenter {
    /// `asked`: what time it was when the cloud gave its command, by its clock, and when that was; `None`: the device's
    /// clock counts.
    pub(super) fn new(limits: Limits, asked: Option<(i64, Instant)>) -> Self {
        Self {
            limits,
            clock: Clock {
                asked,
                is_placed: false,
                offset_ms: None,
            },
            muxer: None,
            open: None,
            is_new: true,
            has_lost: false,
            skipped_ms: 0,
            ended_ms: None,
            last_ms: None,
            from_ms: 0,
            step_ms: DEFAULT_STEP_MS,
            is_apart: false,
            group: (0, 0),
        }
    }

    /// When to call [`Segmenter::rest`] if no frame comes.
    pub(super) fn idle_at(&self) -> Option<Instant> {
        let step = Duration::from_millis(self.step_ms.unsigned_abs());
        self.open.as_ref().map(|open| open.last_at + IDLE.max(step * 3))
    }

    /// Takes what came. Answers the segment that is complete with it.
    pub(super) fn push(&mut self, moment: Moment, item: &Item) -> Option<Segment> {
        match item {
            Item::Tracks(tracks) => self.begin_tracks(tracks),
            Item::Frame(frame) => self.push_frame(moment, frame),
        }
    }

    /// Nothing comes for now: what there is becomes a segment. Nothing is missing, so what comes then goes on where this
    /// was, be it inside a group of pictures.
    pub(super) fn rest(&mut self) -> Option<Segment> {
        self.close(None)
    }

    /// Frames are missing here, or it ends here: what there is becomes a segment, and the next one does not continue it.
    pub(super) fn interrupt(&mut self) -> Option<Segment> {
        let segment = self.close(None);
        self.is_new = true;
        self.last_ms = None;
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
        self.is_apart = false;
        self.muxer = Some(ts::Muxer::new(tracks.video.as_ref(), tracks.audio.as_ref()));
        segment
    }

    fn push_frame(&mut self, moment: Moment, frame: &Frame) -> Option<Segment> {
        let muxer = self.muxer.as_ref()?;
        let leads = frame.track == TrackKind::Video || !muxer.has_video();
        let opens = frame.keyframe && leads;
        let size = muxer.size_of(frame);
        let step_ms = self.last_ms.map_or(0, |last_ms| frame.dts_ms.saturating_sub(last_ms));
        // Where the next segment begins, if it is with this frame.
        let at_ms = match self.last_ms {
            Some(last_ms) if !leads => last_ms + self.step_ms,
            _ => frame.dts_ms,
        };
        let mut complete = None;
        if leads && !(-MAX_STEP_BACK_MS..=MAX_STEP_MS).contains(&step_ms) {
            complete = self.interrupt();
            self.clock.offset_ms = None;
        } else if !leads && !(-MAX_APART_MS..=MAX_APART_MS).contains(&step_ms) {
            if !std::mem::replace(&mut self.is_apart, true) {
                tracing::warn!(by_ms = step_ms, "the sound is too far from the picture: it is left out");
            }
            return None;
        } else if !leads && frame.dts_ms < self.from_ms {
            // Sound from before the first picture.
            return None;
        } else if let Some(open) = &self.open {
            let fits = open.data.len() + size <= self.limits.max_bytes;
            let is_long = leads && at_ms - open.first_dts_ms >= self.longest_ms();
            if !fits || is_long || (opens && self.is_time_to_cut(open, frame)) {
                complete = self.close(Some(at_ms));
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
                if leads && self.ended_ms.is_some() {
                    self.skipped_ms += self.step_ms;
                }
                return complete;
            }
            if !leads && complete.is_none() {
                // Sound alone is no recording of a camera.
                return None;
            }
            if self.is_new {
                self.from_ms = frame.dts_ms;
            }
            if let Some(muxer) = &mut self.muxer {
                muxer.begin_segment();
            }
            self.open = Some(Open {
                data: BytesMut::new(),
                first_dts_ms: at_ms,
                last_at: moment.at,
                keyframe: (at_ms, 0),
                least_lag_ms: None,
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
        if !muxer.write(&mut open.data, frame) || !leads {
            return;
        }
        let lag_ms = self.clock.reference(moment) - frame.dts_ms;
        open.least_lag_ms = Some(open.least_lag_ms.map_or(lag_ms, |least_ms| least_ms.min(lag_ms)));
        open.last_at = moment.at;
        if let Some(last_ms) = self.last_ms.replace(frame.dts_ms) {
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
        let is_last = length_ms + group_ms.max(self.group.0) > MAX_SEGMENT_MS;
        let is_full = open.data.len() + group_bytes.max(self.group.1) / 4 * 5 > self.limits.max_bytes;
        (is_nearest && length_ms * 2 >= self.limits.duration_ms) || is_last || is_full
    }

    /// When no keyframe is waited for any more.
    fn longest_ms(&self) -> i64 {
        (self.limits.duration_ms * LONGEST).min(MAX_SEGMENT_MS)
    }

    /// Closes what is open. `next_dts_ms`: the frame that it goes on with, if nothing is missing.
    fn close(&mut self, next_dts_ms: Option<i64>) -> Option<Segment> {
        let open = self.open.take()?;
        if open.data.is_empty() {
            return None;
        }
        let last_ms = self.last_ms.unwrap_or(open.first_dts_ms);
        let end_dts_ms = next_dts_ms.unwrap_or(last_ms + self.step_ms);
        let duration_ms = (end_dts_ms - open.first_dts_ms).max(1);
        let (mut start_ms, is_moved) = self.clock.place(&open, self.is_new);
        self.is_new |= is_moved;
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
        let skipped_ms = std::mem::take(&mut self.skipped_ms);
        Some(Segment {
            start_ms,
            duration_ms,
            lost_before_ms: if std::mem::take(&mut self.has_lost) {
                gap_ms
            } else {
                skipped_ms
            },
            discontinues: std::mem::take(&mut self.is_new),
            data: open.data.freeze(),
        })
    }
}

/// From the frames' own times to the time of day.
struct Clock {
    /// What the cloud said it was when its command came, and when that was; `None`: the device's clock counts.
    asked: Option<(i64, Instant)>,
    /// The first segment has its time.
    is_placed: bool,
    /// What is added to a frame's own time; `None` until the first segment of a timeline is complete.
    offset_ms: Option<i64>,
}

impl Clock {
    /// The time of day at this moment: the cloud's, by the clock that never jumps, or the device's.
    fn reference(&self, moment: Moment) -> i64 {
        let Some((asked_ms, asked_at)) = self.asked else {
            return moment.unix_ms;
        };
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        // What came before the command was there earlier.
        let since_ms = millis(moment.at.saturating_duration_since(asked_at));
        let before_ms = millis(asked_at.saturating_duration_since(moment.at));
        asked_ms.saturating_add(since_ms).saturating_sub(before_ms)
    }

    /// Where a segment is on the line of time, and whether that is somewhere else than the one before says.
    fn place(&mut self, open: &Open, is_new: bool) -> (i64, bool) {
        let first_ms = open.first_dts_ms;
        let Some(offset_ms) = self.offset_ms else {
            let came_ms = first_ms + open.least_lag_ms.unwrap_or_default();
            let is_first = !std::mem::replace(&mut self.is_placed, true);
            let letter_ms = self.asked.map(|(asked_ms, _)| asked_ms).filter(|_| is_first);
            let letter_ms = letter_ms.filter(|&letter_ms| (came_ms - letter_ms).abs() <= LETTER_MS);
            let start_ms = letter_ms.unwrap_or(came_ms);
            self.offset_ms = Some(start_ms - first_ms);
            return (start_ms, false);
        };
        // Where there is only sound, nothing is known.
        let late_ms = open.least_lag_ms.map_or(0, |lag_ms| lag_ms - offset_ms);
        let is_moved = late_ms.abs() >= MAX_SLEWED_MS;
        let by_ms = if late_ms.abs() <= MAX_DRIFT_MS {
            0
        } else if is_new || is_moved {
            late_ms
        } else {
            late_ms.clamp(-SLEW_MS, SLEW_MS)
        };
        if by_ms != 0 {
            tracing::info!(late_ms, by_ms, "the recording's clock is set");
        }
        self.offset_ms = Some(offset_ms + by_ms);
        (first_ms + offset_ms + by_ms, is_moved)
    }
}

#[cfg(test)]
mod tests;
