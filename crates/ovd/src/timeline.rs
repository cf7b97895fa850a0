//! From a source's timeline to the 32-bit milliseconds of one RTMP connection.

use std::time::Instant;

/// A step larger than this between two frames is a new timeline, not a pause.
const MAX_STEP_MS: i64 = 10_000;

/// Maps times so that the first frame of a connection is at 0 and the output never falls far back nor jumps: where the
/// source starts a new timeline (a camera came back), the output goes on by the time that really passed.
#[derive(Debug)]
pub(crate) struct Timeline {
    /// What is added to the source's time.
    offset_ms: Option<i64>,
    last_in_ms: i64,
    last_out_ms: i64,
    last_at: Instant,
}

impl Timeline {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            offset_ms: None,
            last_in_ms: 0,
            last_out_ms: 0,
            last_at: now,
        }
    }

    /// The RTMP timestamp of a frame at `time_ms`, which is written at `now`.
    pub(crate) fn map(&mut self, now: Instant, time_ms: i64) -> u32 {
        let continues = self
            .offset_ms
            .filter(|_| (time_ms - self.last_in_ms).abs() <= MAX_STEP_MS);
        let offset_ms = continues.unwrap_or_else(|| {
            let passed_ms = match self.offset_ms {
                Some(_) => i64::try_from(now.saturating_duration_since(self.last_at).as_millis())
                    .unwrap_or(0)
                    .max(1),
                None => 0,
            };
            self.last_out_ms + passed_ms - time_ms
        });
        self.offset_ms = Some(offset_ms);
        self.last_in_ms = time_ms;
        self.last_at = now;
        self.last_out_ms = (time_ms + offset_ms).max(0);
        // RTMP timestamps wrap at 32 bits (specification 1.0, section 3).
        (self.last_out_ms & 0xffff_ffff) as u32
    }

    /// The source says that a new timeline begins with the next frame.
    pub(crate) fn restart(&mut self) {
        self.last_in_ms = i64::MAX / 2;
    }

    /// The last timestamp given out.
    pub(crate) fn last(&self) -> u32 {
        (self.last_out_ms & 0xffff_ffff) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_connection_starts_at_zero_and_keeps_the_sources_steps() {
        let now = Instant::now();
        let mut timeline = Timeline::new(now);
        let times = [90_000, 90_040, 90_033, 90_080].map(|time| timeline.map(now, time));
        assert_eq!(times, [0, 40, 33, 80]);
    }

    #[test]
    fn sound_from_just_before_the_first_picture_is_at_zero() {
        let now = Instant::now();
        let mut timeline = Timeline::new(now);
        assert_eq!([1000, 900, 1040].map(|time| timeline.map(now, time)), [0, 0, 40]);
    }

    #[test]
    fn a_source_that_starts_over_goes_on_by_the_time_that_passed() {
        let now = Instant::now();
        let mut timeline = Timeline::new(now);
        timeline.map(now, 500_000);
        assert_eq!(timeline.map(now, 500_040), 40);
        assert_eq!(timeline.map(now + Duration::from_secs(7), 0), 7040);
        timeline.restart();
        assert_eq!(timeline.map(now + Duration::from_secs(9), 100), 9040);
        assert_eq!(timeline.map(now + Duration::from_secs(9), 140), 9080);
    }
}
