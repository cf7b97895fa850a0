//! The last seconds, for sessions that shall begin before they were asked for.

use super::Moment;
use crate::feed::{Item, Tracks};
use media::{Frame, TrackKind};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// More than this is not kept, however long it is.
const MAX_BYTES: usize = 32 << 20;

/// Keeps frames from a keyframe on, the oldest of them at least as old as wanted: less is not enough to begin with.
pub(super) struct Ring {
    keep_ms: i64,
    /// What the frames are; `None` before anything came.
    tracks: Option<(Moment, Arc<Tracks>)>,
    frames: VecDeque<Kept>,
    bytes: usize,
}

struct Kept {
    moment: Moment,
    frame: Frame,
    /// A decoder can begin here.
    opens: bool,
}

impl Ring {
    pub(super) fn new(keep: Duration) -> Self {
        Self {
            keep_ms: millis(keep),
            tracks: None,
            frames: VecDeque::new(),
            bytes: 0,
        }
    }

    /// Keeps at least so much from now on.
    pub(super) fn keep(&mut self, keep: Duration) {
        self.keep_ms = self.keep_ms.max(millis(keep));
    }

    /// Whether anything is kept while there is no session.
    pub(super) fn is_kept(&self) -> bool {
        self.keep_ms > 0
    }

    /// Forgets the frames: what comes does not follow them. The tracks are still what they were.
    pub(super) fn clear(&mut self) {
        self.frames.clear();
        self.bytes = 0;
    }

    pub(super) fn push(&mut self, moment: Moment, item: Item) {
        match item {
            Item::Tracks(tracks) => {
                self.clear();
                self.tracks = Some((moment, tracks));
            }
            Item::Frame(frame) => self.push_frame(moment, frame),
        }
    }

    fn push_frame(&mut self, moment: Moment, frame: Frame) {
        let Some((_, tracks)) = &self.tracks else { return };
        let opens = frame.keyframe && (frame.track == TrackKind::Video || tracks.video.is_none());
        if !opens && self.frames.is_empty() {
            return;
        }
        let newest_ms = frame.dts_ms;
        self.bytes += frame.data.len();
        self.frames.push_back(Kept { moment, frame, opens });
        while self.bytes > MAX_BYTES || self.second_opening_is_enough(newest_ms) {
            self.drop_oldest();
        }
    }

    /// The next frame that could be the oldest one is old enough.
    fn second_opening_is_enough(&self, newest_ms: i64) -> bool {
        let second = self.frames.iter().skip(1).find(|kept| kept.opens);
        second.is_some_and(|kept| newest_ms - kept.frame.dts_ms >= self.keep_ms)
    }

    /// Drops everything up to the next frame that a decoder can begin with.
    fn drop_oldest(&mut self) {
        let mut is_first = true;
        while let Some(kept) = self.frames.pop_front_if(|kept| is_first || !kept.opens) {
            is_first = false;
            self.bytes = self.bytes.saturating_sub(kept.frame.data.len());
        }
    }

    /// The tracks, and their frames from the latest keyframe on that is `before` old; all there are where none is.
    pub(super) fn since(&self, before: Duration) -> impl Iterator<Item = (Moment, Item)> + '_ {
        let newest_ms = self.frames.back().map_or(0, |kept| kept.frame.dts_ms);
        let is_enough = |kept: &Kept| kept.opens && newest_ms - kept.frame.dts_ms >= millis(before);
        let from = self.frames.iter().rposition(is_enough).unwrap_or(0);
        let tracks = self.tracks.iter();
        let tracks = tracks.map(|(moment, tracks)| (*moment, Item::Tracks(Arc::clone(tracks))));
        let frames = self.frames.iter().skip(from);
        tracks.chain(frames.map(|kept| (kept.moment, Item::Frame(kept.frame.clone()))))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{moment, picture, tracks};
    use super::*;

    /// A picture every 100 ms, a keyframe each second.
    fn filled(keep_s: u64, seconds: i64) -> Ring {
        let mut ring = Ring::new(Duration::from_secs(keep_s));
        ring.push(moment(0), Item::Tracks(tracks()));
        for number in 0..seconds * 10 {
            ring.push(
                moment(number * 100),
                Item::Frame(picture(number * 100, number % 10 == 0, 1000)),
            );
        }
        ring
    }

    fn times(ring: &Ring, before_s: u64) -> Vec<i64> {
        let mut items = ring.since(Duration::from_secs(before_s));
        assert!(matches!(items.next(), Some((_, Item::Tracks(_)))));
        let times = items.map(|(moment, item)| match item {
            Item::Frame(frame) => {
                assert_eq!(moment.unix_ms, super::super::tests::START_MS + frame.dts_ms);
                frame.dts_ms
            }
            Item::Tracks(_) => panic!("tracks among frames"),
        });
        times.collect()
    }

    #[test]
    fn it_keeps_at_least_what_is_wanted_from_a_keyframe_on() {
        let ring = filled(5, 60);
        let kept = times(&ring, 5);
        assert_eq!((kept.first(), kept.last()), (Some(&54_000), Some(&59_900)));
        assert_eq!(times(&ring, 2).first(), Some(&57_000));
        assert_eq!(times(&ring, 0).first(), Some(&59_000));
        assert_eq!(times(&ring, 30).first(), Some(&54_000), "all there is");
        assert!(ring.bytes < 70 * 1010);
    }

    #[test]
    fn without_a_wish_the_last_group_of_pictures_is_there() {
        let ring = filled(0, 60);
        assert!(!ring.is_kept());
        assert_eq!(times(&ring, 10).first(), Some(&59_000));
    }

    #[test]
    fn what_does_not_follow_is_forgotten_and_a_keyframe_is_waited_for() {
        let mut ring = filled(5, 10);
        ring.clear();
        ring.push(moment(10_000), Item::Frame(picture(10_000, false, 10)));
        assert_eq!(times(&ring, 5), [0i64; 0]);
        ring.push(moment(10_100), Item::Frame(picture(10_100, true, 10)));
        ring.push(moment(10_200), Item::Frame(picture(10_200, false, 10)));
        assert_eq!(times(&ring, 5), [10_100, 10_200]);
        ring.push(moment(11_000), Item::Tracks(tracks()));
        assert_eq!(times(&ring, 5), [0i64; 0]);
    }

    #[test]
    fn memory_is_bounded() {
        let mut ring = Ring::new(Duration::from_secs(60));
        ring.push(moment(0), Item::Tracks(tracks()));
        for number in 0..100 {
            ring.push(
                moment(number * 100),
                Item::Frame(picture(number * 100, number % 5 == 0, 1 << 20)),
            );
            assert!(ring.bytes <= MAX_BYTES);
        }
        assert!(times(&ring, 60).len() >= 25);
        // One group of pictures that is too large by itself.
        for number in 100..200 {
            ring.push(moment(number * 100), Item::Frame(picture(number * 100, false, 1 << 20)));
            assert!(ring.bytes <= MAX_BYTES);
        }
    }
}
