//! One unbroken timeline out of what publishers say. Players stall or jump when time does.

use std::time::{Duration, Instant};

use media::{Frame, TrackKind};

/// A step of a publisher's clock larger than this, either way, is a new clock, not a pause of the picture.
const MAX_STEP_MS: i64 = 10_000;
/// What a frame that starts a new clock is placed behind the one before, where nothing better is known.
const USUAL_STEP_MS: i64 = 40;

/// Maps publishers' timestamps to the stream's own timeline, which starts at 0 with the first frame.
#[derive(Debug)]
pub(super) struct Timeline {
    started: Option<Instant>,
    /// What is added to the publisher's time; `None` before its first frame.
    offset_ms: Option<i64>,
    last_video_ms: i64,
    last_audio_ms: i64,
}

impl Timeline {
    pub(super) fn new() -> Self {
        Self {
            started: None,
            offset_ms: None,
            last_video_ms: -1,
            last_audio_ms: -1,
        }
    }

    /// Another publisher follows; its clock has nothing to do with the one before.
    pub(super) fn publisher_changed(&mut self) {
        self.offset_ms = None;
    }

    /// Moves the frame's times onto the timeline. Within a track they never fall, and between tracks they keep the
    /// publisher's distance.
    pub(super) fn place(&mut self, frame: &mut Frame, now: Instant) {
        let newest_ms = self.last_video_ms.max(self.last_audio_ms);
        let started = *self.started.get_or_insert(now);
        let offset_ms = match self.offset_ms {
            Some(offset_ms) if is_near(frame.dts_ms.saturating_add(offset_ms), newest_ms) => offset_ms,
            Some(_) => newest_ms + USUAL_STEP_MS - frame.dts_ms,
            None => {
                // The gap between two publishers is as long as it was.
                let elapsed = now.saturating_duration_since(started).min(Duration::from_secs(1 << 40));
                let elapsed_ms = i64::try_from(elapsed.as_millis()).unwrap_or(0);
                elapsed_ms.max(newest_ms + 1) - frame.dts_ms
            }
        };
        self.offset_ms = Some(offset_ms);
        let reorder_ms = frame.pts_ms.saturating_sub(frame.dts_ms);
        let last_ms = match frame.track {
            TrackKind::Video => &mut self.last_video_ms,
            TrackKind::Audio => &mut self.last_audio_ms,
        };
        frame.dts_ms = frame.dts_ms.saturating_add(offset_ms).max(*last_ms).max(0);
        frame.pts_ms = frame.dts_ms.saturating_add(reorder_ms).max(0);
        *last_ms = frame.dts_ms;
    }
}

fn is_near(at_ms: i64, newest_ms: i64) -> bool {
    at_ms.abs_diff(newest_ms) <= MAX_STEP_MS as u64
}

/// Makes one clock of RTMP's 32-bit milliseconds, which wrap every 49 days.
#[derive(Debug, Default)]
pub(crate) struct Unwrap {
    last: Option<(u32, i64)>,
}

impl Unwrap {
    /// The unwrapped time. A step back of up to half the range stays a step back.
    pub(crate) fn unwrap(&mut self, timestamp_ms: u32) -> i64 {
        let at_ms = match self.last {
            None => i64::from(timestamp_ms),
            Some((last, at_ms)) => at_ms + i64::from(timestamp_ms.wrapping_sub(last) as i32),
        };
        self.last = Some((timestamp_ms, at_ms));
        at_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn place(timeline: &mut Timeline, mut frame: Frame, at: Instant) -> i64 {
        timeline.place(&mut frame, at);
        frame.dts_ms
    }

    fn video(dts_ms: i64) -> Frame {
        Frame::video(dts_ms, true, Bytes::new())
    }

    #[test]
    fn starts_at_zero_and_keeps_distances() {
        let (mut timeline, now) = (Timeline::new(), Instant::now());
        assert_eq!(place(&mut timeline, video(5_000_000), now), 0);
        assert_eq!(place(&mut timeline, Frame::audio(5_000_010, Bytes::new()), now), 10);
        assert_eq!(place(&mut timeline, video(5_000_040), now), 40);
    }

    #[test]
    fn a_publisher_that_returns_with_a_fresh_clock_goes_on_after_the_gap() {
        let (mut timeline, now) = (Timeline::new(), Instant::now());
        place(&mut timeline, video(90_000), now);
        place(&mut timeline, video(91_000), now + Duration::from_secs(1));
        timeline.publisher_changed();
        assert_eq!(place(&mut timeline, video(0), now + Duration::from_secs(7)), 7000);
        assert_eq!(place(&mut timeline, video(40), now + Duration::from_secs(7)), 7040);
    }

    #[test]
    fn time_never_falls_though_the_publisher_was_ahead_of_the_clock() {
        let (mut timeline, now) = (Timeline::new(), Instant::now());
        place(&mut timeline, video(0), now);
        place(&mut timeline, video(5_000), now);
        timeline.publisher_changed();
        assert_eq!(place(&mut timeline, video(0), now), 5001);
        assert_eq!(place(&mut timeline, video(-30), now), 5001, "a small step back is held");
    }

    #[test]
    fn a_jump_of_the_publishers_clock_is_no_jump_of_the_stream() {
        let (mut timeline, now) = (Timeline::new(), Instant::now());
        place(&mut timeline, video(0), now);
        assert_eq!(place(&mut timeline, video(3_600_000), now), 40);
        assert_eq!(place(&mut timeline, video(3_600_040), now), 80);
        assert_eq!(place(&mut timeline, video(12), now), 120);
    }

    #[test]
    fn presentation_times_move_along() {
        let (mut timeline, now) = (Timeline::new(), Instant::now());
        let mut frame = Frame {
            pts_ms: 1080,
            ..video(1000)
        };
        timeline.place(&mut frame, now);
        assert_eq!((frame.dts_ms, frame.pts_ms), (0, 80));
    }

    #[test]
    fn thirty_two_bits_wrap_into_one_clock() {
        let mut clock = Unwrap::default();
        assert_eq!(clock.unwrap(u32::MAX - 9), 4_294_967_286);
        assert_eq!(clock.unwrap(30), 4_294_967_326);
        assert_eq!(clock.unwrap(20), 4_294_967_316);
    }
}
