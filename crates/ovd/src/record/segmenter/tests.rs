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
    /// How much later its sound is by its own times.
    sound_ms: i64,
}

impl Camera {
    /// `asked_ms`: what the cloud said that it was at the beginning.
    fn new(limits: Limits, asked_ms: Option<i64>) -> Self {
        let mut camera = Self {
            segmenter: Segmenter::new(limits, asked(asked_ms)),
            segments: Vec::new(),
            lag_ms: 0,
            sound_ms: 0,
        };
        camera.take(moment(0), &Item::Tracks(tracks()));
        camera
    }

    fn take(&mut self, moment: Moment, item: &Item) {
        if self.segmenter.idle_at().is_some_and(|at| at <= moment.at) {
            self.segments.extend(self.segmenter.rest());
        }
        self.segments.extend(self.segmenter.push(moment, item));
    }

    fn picture(&mut self, at_ms: i64, keyframe: bool, len: usize) {
        self.take(moment(at_ms + self.lag_ms), &Item::Frame(picture(at_ms, keyframe, len)));
    }

    /// From one time to another, a keyframe every `gop_ms`.
    fn run(&mut self, from_ms: i64, to_ms: i64, gop_ms: i64, len: usize) {
        for at_ms in (from_ms..to_ms).step_by(100) {
            self.picture(at_ms, (at_ms - from_ms) % gop_ms == 0, len);
            self.take(
                moment(at_ms + 3 + self.lag_ms),
                &Item::Frame(sound(at_ms + 3 + self.sound_ms)),
            );
        }
    }

    fn finish(mut self) -> Vec<Segment> {
        self.segments.extend(self.segmenter.interrupt());
        self.segments
    }
}

fn asked(asked_ms: Option<i64>) -> Option<(i64, Instant)> {
    asked_ms.map(|asked_ms| (asked_ms, moment(0).at))
}

/// Each begins where the one before ends.
fn assert_continuous(segments: &[Segment]) {
    for pair in segments.windows(2) {
        assert_eq!(pair[0].start_ms + pair[0].duration_ms, pair[1].start_ms);
        assert!(!pair[1].discontinues && pair[1].lost_before_ms == 0);
    }
}

fn places(segments: &[Segment]) -> Vec<(i64, i64, bool)> {
    let places = segments.iter();
    let places = places.map(|segment| (segment.start_ms - START_MS, segment.duration_ms, segment.discontinues));
    places.collect()
}

/// The pictures of a segment: decoding times, and whether a decoder can begin there.
fn pictures(segment: &Segment) -> Vec<(i64, bool)> {
    frames(segment, TrackKind::Video)
}

fn frames(segment: &Segment, track: TrackKind) -> Vec<(i64, bool)> {
    let mut demuxer = Demuxer::new();
    demuxer.push(&segment.data);
    demuxer.finish();
    std::iter::from_fn(|| demuxer.pop())
        .filter_map(|item| match item {
            media::ts::Item::Frame(frame) if frame.frame.track == track => {
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
    // The first picture is made because of the command.
    camera.lag_ms = 200;
    camera.run(0, 25_000, 1000, 500);
    assert_eq!(
        places(&camera.finish()),
        [(777, 10_000, true), (10_777, 10_000, false), (20_777, 5000, false)]
    );
}

#[test]
fn what_was_there_before_the_command_or_came_later_has_its_own_time() {
    // A camera whose keyframes are ten seconds apart: what was since the last one comes at once.
    let mut camera = Camera::new(LIMITS, Some(START_MS + 777));
    for at_ms in (-9000..0).step_by(100) {
        camera.take(moment(0), &Item::Frame(picture(at_ms, at_ms == -9000, 500)));
    }
    for at_ms in (0..22_000).step_by(100) {
        camera.picture(at_ms, (at_ms + 9000) % 10_000 == 0, 500);
    }
    let segments = camera.finish();
    assert_continuous(&segments);
    // The newest of them was a tenth of a second old at most.
    assert_eq!(places(&segments)[0], (777 - 9000 + 100 - 100, 10_000, true));
    // One that begins a while after the command.
    let mut camera = Camera::new(LIMITS, Some(START_MS + 777));
    camera.lag_ms = 60_000;
    camera.run(0, 12_000, 1000, 500);
    assert_eq!(places(&camera.finish())[0], (60_777, 10_000, true));
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
    for (asked_ms, jump_ms, expected, is_new) in [
        (None, 3_600_000, 3_620_000, true),
        (None, -3_600_000, -3_580_000, true),
        (Some(START_MS), 3_600_000, 20_000, false),
        // So little is made up for by and by.
        (None, 20_000, 20_200, false),
        (None, -20_000, 19_800, false),
    ] {
        let mut segmenter = Segmenter::new(LIMITS, asked(asked_ms));
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
        assert_eq!(places[2], (expected, 10_000, is_new));
    }
}

#[test]
fn a_camera_s_clock_that_runs_too_fast_or_too_slowly_is_set_a_little_with_each_segment() {
    // One percent: a minute is 60.6 s of its own, or 59.4.
    for percent in [101, 99] {
        let mut camera = Camera::new(LIMITS, None);
        for at_ms in (0..600_000i64).step_by(100) {
            let coming = moment(at_ms * 100 / percent);
            camera.take(coming, &Item::Frame(picture(at_ms, at_ms % 1000 == 0, 100)));
        }
        let segments = camera.finish();
        for (segment, number) in segments.iter().zip(0..) {
            let true_ms = START_MS + number * 10_000 * 100 / percent;
            let off_ms = segment.start_ms - true_ms;
            assert!(off_ms.abs() < MAX_DRIFT_MS + 500, "{off_ms} ms off");
        }
        for pair in segments.windows(2) {
            let gap_ms = pair[1].start_ms - pair[0].start_ms - pair[0].duration_ms;
            assert!(
                gap_ms.abs() <= SLEW_MS,
                "{gap_ms} ms between segments that are continuous"
            );
            assert!(!pair[1].discontinues);
        }
    }
}

#[test]
fn sound_and_picture_may_have_times_that_differ() {
    for sound_ms in [1500, -1500] {
        let mut camera = Camera::new(LIMITS, None);
        camera.sound_ms = sound_ms;
        camera.run(0, 40_000, 2000, 500);
        let segments = camera.finish();
        let places = places(&segments);
        assert_eq!(
            places[..3],
            [(0, 10_000, true), (10_000, 10_000, false), (20_000, 10_000, false)]
        );
        assert_continuous(&segments);
        assert_eq!(segments.iter().flat_map(pictures).count(), 400);
        let sounds = segments.iter().flat_map(|segment| frames(segment, TrackKind::Audio));
        // What was before the first picture is of no use.
        assert_eq!(sounds.count(), if sound_ms < 0 { 385 } else { 400 });

        // Where sound is what does not fit any more, the next one goes on there all the same.
        let limits = Limits {
            duration_ms: 10_000,
            max_bytes: 60_000,
        };
        let mut camera = Camera::new(limits, None);
        camera.sound_ms = sound_ms;
        camera.run(0, 20_000, 20_000, 500);
        let segments = camera.finish();
        assert!(segments.len() > 2 && segments.iter().all(|segment| segment.data.len() <= 60_000));
        assert_continuous(&segments);
        assert_eq!(segments.iter().map(|segment| segment.duration_ms).sum::<i64>(), 20_000);
    }
}

#[test]
fn sound_whose_clock_drifts_away_never_costs_a_picture() {
    let mut camera = Camera::new(LIMITS, None);
    for at_ms in (0..60_000).step_by(100) {
        camera.picture(at_ms, at_ms % 2000 == 0, 500);
        // A second more every three.
        camera.take(moment(at_ms + 3), &Item::Frame(sound(at_ms + at_ms / 3)));
    }
    let segments = camera.finish();
    assert_continuous(&segments);
    assert_eq!(segments.iter().flat_map(pictures).count(), 600);
    let sounds = segments.iter().map(|segment| frames(segment, TrackKind::Audio).len());
    let sounds: Vec<usize> = sounds.collect();
    assert_eq!(sounds[..3], [100, 100, 100], "while it is near");
    assert_eq!(sounds[4], 0, "no player waits so long");
}

#[test]
fn a_network_that_stalls_costs_nothing() {
    for stall_ms in [6000, 20_000] {
        let mut camera = Camera::new(LIMITS, None);
        for at_ms in (0..50_000).step_by(100) {
            // Inside a group of pictures, what was made meanwhile comes all at once then.
            let stalls = (12_000..12_000 + stall_ms).contains(&at_ms);
            let coming = if stalls { 12_000 + stall_ms } else { at_ms };
            camera.take(moment(coming), &Item::Frame(picture(at_ms, at_ms % 5000 == 0, 500)));
            camera.take(moment(coming), &Item::Frame(sound(at_ms + 3)));
        }
        let segments = camera.finish();
        for pair in segments.windows(2) {
            // All of a segment may have come so late that its times are doubted.
            let gap_ms = pair[1].start_ms - pair[0].start_ms - pair[0].duration_ms;
            assert!(gap_ms.abs() <= SLEW_MS && !pair[1].discontinues && pair[1].lost_before_ms == 0);
        }
        assert_eq!(segments.iter().map(|segment| segment.duration_ms).sum::<i64>(), 50_000);
        let all: Vec<(i64, bool)> = segments.iter().flat_map(pictures).collect();
        assert_eq!(all.len(), 500);
        assert!(all.windows(2).all(|pair| pair[1].0 - pair[0].0 == 100));
        // What there was could be seen during the longer one.
        let ends_at = |end_ms| {
            segments
                .iter()
                .any(|segment| segment.start_ms + segment.duration_ms == end_ms)
        };
        assert_eq!(ends_at(START_MS + 12_000), stall_ms == 20_000);
    }
}

#[test]
fn a_camera_that_sends_a_picture_now_and_then_is_not_idle_between_them() {
    let mut camera = Camera::new(LIMITS, None);
    for at_ms in (0..90_000).step_by(9000) {
        camera.picture(at_ms, true, 500);
    }
    let lengths: Vec<i64> = camera.finish().iter().map(|segment| segment.duration_ms).collect();
    assert_eq!(lengths, [9000; 10]);
}

#[test]
fn no_segment_is_longer_than_the_cloud_takes() {
    let limits = Limits {
        duration_ms: 600_000,
        max_bytes: 16 << 20,
    };
    for gop_ms in [4000, 30_000, 2_000_000] {
        let mut camera = Camera::new(limits, None);
        for at_ms in (0..1_300_000).step_by(1000) {
            camera.picture(at_ms, at_ms % gop_ms == 0, 100);
        }
        let segments = camera.finish();
        assert_continuous(&segments);
        assert!(
            segments.iter().all(|segment| segment.duration_ms <= 600_000),
            "{:?}",
            places(&segments)
        );
        assert!(segments.len() <= 3);
        let opens = segments.iter().all(|segment| pictures(segment)[0].1);
        assert_eq!(opens, gop_ms < 600_000, "at keyframes while there are some");
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
fn pictures_that_come_before_a_keyframe_of_a_new_timeline_are_told() {
    let mut camera = Camera::new(LIMITS, None);
    camera.run(0, 5000, 1000, 500);
    for at_ms in (0..5000).step_by(100) {
        // The first keyframe comes after 700 ms.
        let keyframe = at_ms % 1000 == 700;
        camera.take(
            moment(5000 + at_ms),
            &Item::Frame(picture(90_000_000 + at_ms, keyframe, 500)),
        );
    }
    let segments = camera.finish();
    assert_eq!(places(&segments), [(0, 5000, true), (5700, 4300, true)]);
    assert_eq!(segments[1].lost_before_ms, 700);
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
