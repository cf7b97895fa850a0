use super::super::tests::{START_MS, moment, picture, sound, tracks};
use super::*;
use media::ts::Demuxer;
use std::sync::Arc;

const LIMITS: Limits = Limits {
    duration_ms: 10_000,
    max_bytes: 1 << 20,
};

/// Pictures of a camera: ten a second, with sound, and a keyframe every so often.
struct Camera {
    segmenter: Segmenter,
    segments: Vec<Segment>,
    /// How much later its frames come than its own times say.
    lag_ms: i64,
}

impl Camera {
    fn new(limits: Limits, start_ms: Option<i64>) -> Self {
        let mut camera = Self {
            segmenter: Segmenter::new(limits, start_ms),
            segments: Vec::new(),
            lag_ms: 0,
        };
        camera.take(moment(0), &Item::Tracks(tracks()));
        camera
    }

    fn take(&mut self, moment: Moment, item: &Item) {
        self.segments.extend(self.segmenter.push(moment, item));
    }

    fn picture(&mut self, at_ms: i64, keyframe: bool, len: usize) {
        self.take(moment(at_ms + self.lag_ms), &Item::Frame(picture(at_ms, keyframe, len)));
    }

    /// From one time to another, a keyframe every `gop_ms`.
    fn run(&mut self, from_ms: i64, to_ms: i64, gop_ms: i64, len: usize) {
        for at_ms in (from_ms..to_ms).step_by(100) {
            self.picture(at_ms, (at_ms - from_ms) % gop_ms == 0, len);
            self.take(moment(at_ms + 3 + self.lag_ms), &Item::Frame(sound(at_ms + 3)));
        }
    }

    fn finish(mut self) -> Vec<Segment> {
        self.segments.extend(self.segmenter.interrupt());
        self.segments
    }
}

fn places(segments: &[Segment]) -> Vec<(i64, i64, bool)> {
    let places = segments.iter();
    let places = places.map(|segment| (segment.start_ms - START_MS, segment.duration_ms, segment.discontinues));
    places.collect()
}

/// The pictures of a segment: decoding times, and whether a decoder can begin there.
fn pictures(segment: &Segment) -> Vec<(i64, bool)> {
    let mut demuxer = Demuxer::new();
    demuxer.push(&segment.data);
    demuxer.finish();
    std::iter::from_fn(|| demuxer.pop())
        .filter_map(|item| match item {
            media::ts::Item::Frame(frame) if frame.frame.track == TrackKind::Video => {
                Some((frame.frame.dts_ms, frame.frame.keyframe))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn segments_are_cut_at_the_keyframe_nearest_to_their_length_and_follow_each_other() {
    for (gop_ms, expected) in [
        (2000, [10_000, 10_000, 10_000]),
        (4000, [8000, 8000, 8000]),
        (3000, [9000, 9000, 9000]),
    ] {
        let mut camera = Camera::new(LIMITS, None);
        camera.run(0, 40_000, gop_ms, 500);
        let segments = camera.finish();
        let lengths: Vec<i64> = segments.iter().take(3).map(|segment| segment.duration_ms).collect();
        assert_eq!(lengths, expected, "a keyframe every {gop_ms} ms");
        assert!(
            segments
                .windows(2)
                .all(|pair| pair[0].start_ms + pair[0].duration_ms == pair[1].start_ms)
        );
        assert_eq!(segments.iter().map(|segment| segment.duration_ms).sum::<i64>(), 40_000);
        let flags: Vec<bool> = segments.iter().map(|segment| segment.discontinues).collect();
        assert!(flags[0] && flags[1..].iter().all(|flag| !flag));
        let all: Vec<(i64, bool)> = segments.iter().flat_map(pictures).collect();
        assert_eq!(all.len(), 400, "no picture is missing or twice there");
        assert!(
            all.windows(2).all(|pair| pair[1].0 - pair[0].0 == 100),
            "timestamps go on over segments"
        );
        assert!(segments.iter().all(|segment| pictures(segment)[0].1));
    }
}

#[test]
fn the_first_segment_has_the_time_that_the_cloud_gave_and_the_rest_follow_by_media_time() {
    let mut camera = Camera::new(LIMITS, Some(START_MS + 777));
    camera.lag_ms = 1500;
    camera.run(0, 25_000, 1000, 500);
    assert_eq!(
        places(&camera.finish()),
        [(777, 10_000, true), (10_777, 10_000, false), (20_777, 5000, false)]
    );
}

#[test]
fn without_one_the_device_s_clock_counts_less_what_the_network_took() {
    let mut camera = Camera::new(LIMITS, None);
    camera.lag_ms = 300;
    camera.run(0, 5000, 1000, 500);
    // A slow moment of the network changes nothing.
    camera.lag_ms = 1700;
    camera.run(5000, 6000, 1000, 500);
    camera.lag_ms = 300;
    camera.run(6000, 12_000, 1000, 500);
    assert_eq!(places(&camera.finish()), [(300, 10_000, true), (10_300, 2000, false)]);
}

#[test]
fn a_device_s_clock_that_is_set_shows_in_what_is_recorded_by_it() {
    for (start_ms, jump_ms, expected) in [
        (None, 3_600_000, 3_620_000),
        (None, -3_600_000, -3_580_000),
        (Some(START_MS), 3_600_000, 20_000),
    ] {
        let mut segmenter = Segmenter::new(LIMITS, start_ms);
        let mut segments = Vec::new();
        let mut take = |moment: Moment, item: &Item| segments.extend(segmenter.push(moment, item));
        take(moment(0), &Item::Tracks(tracks()));
        for at_ms in (0..40_000).step_by(100) {
            let mut moment = moment(at_ms);
            if at_ms >= 20_000 {
                moment.unix_ms += jump_ms;
            }
            take(moment, &Item::Frame(picture(at_ms, at_ms % 1000 == 0, 500)));
        }
        let places = places(&segments);
        assert_eq!(places[1], (10_000, 10_000, false));
        assert_eq!(places[2], (expected, 10_000, false), "its pictures follow all the same");
    }
}

#[test]
fn a_camera_s_clock_that_runs_too_fast_is_set_now_and_then() {
    let mut camera = Camera::new(LIMITS, None);
    for at_ms in (0..600_000i64).step_by(100) {
        // One percent: a minute is 60.6 s of its own.
        let coming = moment(at_ms * 100 / 101);
        camera.take(coming, &Item::Frame(picture(at_ms, at_ms % 1000 == 0, 100)));
    }
    let segments = camera.finish();
    for segment in &segments {
        let true_ms =
            START_MS + segments[..].iter().position(|other| other == segment).unwrap() as i64 * 10_000 * 100 / 101;
        assert!(
            (segment.start_ms - true_ms).abs() < MAX_DRIFT_MS + 500,
            "{} ms off",
            segment.start_ms - true_ms
        );
    }
}

#[test]
fn a_segment_is_never_too_large() {
    // 30 kB a second, in groups of 2 s: three of them fit.
    let limits = Limits {
        duration_ms: 10_000,
        max_bytes: 250_000,
    };
    let mut camera = Camera::new(limits, None);
    camera.run(0, 20_000, 2000, 3000);
    let segments = camera.finish();
    assert!(segments.iter().all(|segment| segment.data.len() <= 250_000));
    assert!(
        segments.iter().all(|segment| pictures(segment)[0].1),
        "cut at keyframes while that is possible"
    );

    // A group of pictures that does not fit is cut inside, and nothing is missing.
    let mut camera = Camera::new(limits, None);
    camera.run(0, 20_000, 20_000, 3000);
    let segments = camera.finish();
    assert!(segments.len() > 2 && segments.iter().all(|segment| segment.data.len() <= 250_000));
    assert_eq!(segments.iter().flat_map(pictures).count(), 200);
    assert!(!pictures(&segments[1])[0].1 && !segments[1].discontinues);
    assert_eq!(segments.iter().map(|segment| segment.duration_ms).sum::<i64>(), 20_000);
}

#[test]
fn a_picture_larger_than_a_segment_costs_the_rest_of_its_group_only() {
    let limits = Limits {
        duration_ms: 10_000,
        max_bytes: 100_000,
    };
    let mut camera = Camera::new(limits, None);
    camera.run(0, 3000, 1000, 500);
    camera.picture(3000, true, 200_000);
    camera.picture(3100, false, 500);
    camera.picture(4000, true, 500);
    camera.picture(4100, false, 500);
    let segments = camera.finish();
    assert_eq!(places(&segments), [(0, 3000, true), (4000, 200, true)]);
    assert_eq!(segments[1].lost_before_ms, 1000);
}

#[test]
fn a_source_that_was_away_goes_on_at_its_own_time_and_says_that_it_does_not_continue() {
    let mut camera = Camera::new(LIMITS, None);
    camera.run(0, 12_000, 1000, 500);
    let mut segments = std::mem::take(&mut camera.segments);
    segments.extend(camera.segmenter.interrupt());
    // Back after 20 s, with times of its own.
    camera.take(moment(32_000), &Item::Tracks(tracks()));
    for at_ms in (0..3000).step_by(100) {
        camera.take(
            moment(32_000 + at_ms),
            &Item::Frame(picture(777_000 + at_ms, at_ms == 0, 500)),
        );
    }
    segments.extend(camera.finish());
    assert_eq!(
        places(&segments),
        [(0, 10_000, true), (10_000, 2000, false), (32_000, 3000, true)]
    );
    assert_eq!(segments[2].lost_before_ms, 0, "nothing was there to be lost");
}

#[test]
fn frames_that_were_left_out_are_told() {
    let mut camera = Camera::new(LIMITS, None);
    camera.run(0, 12_000, 1000, 500);
    camera.segments.extend(camera.segmenter.lose());
    camera.run(15_000, 17_000, 1000, 500);
    let segments = camera.finish();
    assert_eq!(places(&segments)[2], (15_000, 2000, true));
    assert_eq!(segments[2].lost_before_ms, 3000);
}

#[test]
fn a_jump_in_the_frames_times_is_a_new_timeline() {
    let mut camera = Camera::new(LIMITS, None);
    camera.run(0, 5000, 1000, 500);
    for at_ms in (0..5000).step_by(100) {
        camera.take(
            moment(5000 + at_ms),
            &Item::Frame(picture(90_000_000 + at_ms, at_ms % 1000 == 0, 500)),
        );
    }
    assert_eq!(places(&camera.finish()), [(0, 5000, true), (5000, 5000, true)]);
}

#[test]
fn a_segment_is_cut_without_a_keyframe_when_none_comes() {
    let mut camera = Camera::new(LIMITS, None);
    camera.run(0, 70_000, 1_000_000, 100);
    let lengths: Vec<i64> = camera.finish().iter().map(|segment| segment.duration_ms).collect();
    assert_eq!(lengths, [30_000, 30_000, 10_000]);
}

#[test]
fn sound_alone_is_recorded_too() {
    let mut segmenter = Segmenter::new(LIMITS, None);
    let sound_only = Tracks {
        video: None,
        audio: tracks().audio.clone(),
    };
    let mut segments = Vec::new();
    segments.extend(segmenter.push(moment(0), &Item::Tracks(Arc::new(sound_only))));
    for at_ms in (0..25_000).step_by(20) {
        segments.extend(segmenter.push(moment(at_ms), &Item::Frame(sound(at_ms))));
    }
    segments.extend(segmenter.interrupt());
    let lengths: Vec<i64> = segments.iter().map(|segment| segment.duration_ms).collect();
    assert_eq!(lengths, [10_000, 10_000, 5000]);
}
