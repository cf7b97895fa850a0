//! Decoding times where a source only gives presentation times (RTP, Matroska).

/// More pictures than this are never reordered (H.264 and H.265: at most 16 frames are kept).
const MAX_DEPTH: usize = 16;

/// Derives decoding times from presentation times that come in decoding order.
///
/// With pictures reordered over a depth of N, the picture that is decoded as number i must not be decoded later than
/// the (i − N)th presentation time in sorted order is shown: that time, sorted, is its decoding time. N is learnt from
/// what comes; without B-frames it is 0 and both times are equal.
#[derive(Debug, Default)]
pub(super) struct DecodeTimes {
    depth: usize,
    /// Presentation times that have not become decoding times yet, sorted.
    waiting: Vec<i64>,
    /// The latest presentation times in decoding order, to learn the depth and the interval from.
    recent: Vec<i64>,
    /// The smallest step between presentation times seen so far.
    interval_ms: Option<i64>,
    /// Pictures since the start or the last restart.
    count: usize,
    last_ms: Option<i64>,
}

/// The decoding time of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DecodeTime {
    /// It is this.
    Known(i64),
    /// Pictures are reordered over more than was known: what was given out so far was too late. The timeline starts
    /// over with the next keyframe, for which [`DecodeTimes::restart`] is to be called.
    StartOver,
}

impl DecodeTimes {
    /// Learns from `presentation_ms` of pictures in decoding order without giving out times.
    pub(super) fn learn(&mut self, presentation_ms: i64) {
        let later = self.recent.iter().filter(|&&other| other > presentation_ms).count();
        self.depth = self.depth.max(later.min(MAX_DEPTH));
        let steps = self
            .recent
            .iter()
            .map(|&other| (presentation_ms - other).abs())
            .filter(|&step| step > 0);
        self.interval_ms = steps.chain(self.interval_ms).min();
        self.recent.push(presentation_ms);
        if self.recent.len() > 2 * MAX_DEPTH {
            self.recent.remove(0);
        }
    }

    /// A new timeline begins with the next picture. What was learnt is kept.
    pub(super) fn restart(&mut self) {
        self.waiting.clear();
        self.recent.clear();
        self.count = 0;
        self.last_ms = None;
    }

    /// The decoding time of the next picture in decoding order.
    pub(super) fn next(&mut self, presentation_ms: i64) -> DecodeTime {
        let known_depth = self.depth;
        self.learn(presentation_ms);
        if self.depth > known_depth {
            return DecodeTime::StartOver;
        }
        let at = self.waiting.partition_point(|&other| other <= presentation_ms);
        self.waiting.insert(at, presentation_ms);
        let decode_ms = if self.waiting.len() > self.depth {
            self.waiting.remove(0)
        } else {
            // The first ones come early by as many intervals as there are pictures to be reordered.
            let first_ms = self.recent.first().copied().unwrap_or(presentation_ms);
            first_ms - self.interval_ms.unwrap_or(40) * (self.depth - self.count.min(self.depth)) as i64
        };
        self.count += 1;
        let decode_ms = self.last_ms.map_or(decode_ms, |last| decode_ms.max(last));
        self.last_ms = Some(decode_ms);
        DecodeTime::Known(decode_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_reordering_both_times_are_equal() {
        let mut times = DecodeTimes::default();
        for pts in [0, 40, 80, 125, 160] {
            assert_eq!(times.next(pts), DecodeTime::Known(pts));
        }
    }

    #[test]
    fn reordered_pictures_are_decoded_in_time_and_in_order() {
        // I B B P with a pyramid: decoding order of presentation times.
        let pts: Vec<i64> = (0..30)
            .flat_map(|group| [4, 2, 1, 3].map(|n| (group * 4 + n) * 40))
            .collect();
        let mut times = DecodeTimes::default();
        let mut given = Vec::new();
        for (index, &pts) in std::iter::once(&0).chain(&pts).enumerate() {
            match times.next(pts) {
                DecodeTime::Known(dts) => given.push((dts, pts)),
                DecodeTime::StartOver => {
                    assert!(index < 8, "learnt within the first pictures");
                    given.clear();
                }
            }
        }
        assert!(given.len() > 100);
        times.restart();
        given.clear();
        for &pts in std::iter::once(&0).chain(&pts) {
            let DecodeTime::Known(dts) = times.next(pts) else {
                panic!("nothing new to learn")
            };
            given.push((dts, pts));
        }
        assert!(given.iter().all(|(dts, pts)| dts <= pts), "{given:?}");
        assert!(given.windows(2).all(|pair| pair[1].0 == pair[0].0 + 40), "{given:?}");
    }
}
