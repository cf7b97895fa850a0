use super::*;
use crate::blob::SegmentKey;
use media::{AudioConfig, aac, h264};
use proptest::prelude::*;

/// 10 s at 25 pictures a second, a keyframe every 2 s, sound in frames of 1024 at 48 kHz.
const PICTURES: i64 = 250;
const SOUNDS: i64 = 468;

fn video_config() -> VideoConfig {
    let sps = [
        0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0, 0, 3, 0, 1, 0, 0, 3, 0, 0x32, 0x0f, 0x16,
        0x2e, 0x48,
    ];
    h264::config_from_parameter_sets(&[&sps], &[&[0x68, 0xcb, 0x83, 0xcb, 0x20]]).unwrap()
}

fn audio_config() -> AudioConfig {
    aac::config(48_000, 2).unwrap()
}

/// A segment whose timestamps begin at `begin` (90 kHz).
fn unpacked(begin: i64) -> Unpacked {
    let picture = |number: i64| Coded {
        dts: begin + number * 3600,
        pts: begin + number * 3600,
        keyframe: number % 50 == 0,
        config: 0,
        data: Bytes::from(vec![number as u8; if number % 50 == 0 { 900 } else { 100 }]),
    };
    let sound = |number: i64| Coded {
        dts: begin + number * 1920,
        pts: begin + number * 1920,
        keyframe: true,
        config: 0,
        data: Bytes::from(vec![number as u8; 20]),
    };
    Unpacked {
        video_configs: vec![video_config()],
        audio_configs: vec![audio_config()],
        video: (0..PICTURES).map(picture).collect(),
        audio: (0..SOUNDS).map(sound).collect(),
    }
}

fn segment(id: i64, start_ms: i64) -> FootageRow {
    FootageRow {
        id,
        session: 1,
        start_ms,
        duration_ms: 10_000,
        bytes: 1,
        discontinues: false,
        key: SegmentKey::from_bytes([id as u8; 16]),
    }
}

fn plan(asked: Span, segments: &[(FootageRow, Unpacked)]) -> Option<Plan> {
    let mut planner = Planner::new(asked);
    for (segment, unpacked) in segments {
        planner.add(*segment, unpacked);
    }
    planner.finish()
}

/// The whole file.
fn file(plan: &Plan, segments: &[(FootageRow, Unpacked)]) -> Vec<u8> {
    let mut file = plan.head.bytes.to_vec();
    for piece in &plan.pieces {
        let (_, unpacked) = segments.iter().find(|(row, _)| row.id == piece.segment.id).unwrap();
        assert_eq!(file.len() as u64, plan.head.bytes.len() as u64 + piece.offset);
        for bytes in piece.take(unpacked).unwrap() {
            file.extend_from_slice(&bytes);
        }
    }
    assert_eq!(file.len() as u64, plan.bytes());
    file
}

#[test]
fn a_range_begins_with_a_keyframe_and_ends_where_it_ends() {
    let segments: Vec<_> = (0..3)
        .map(|n| (segment(n, n * 10_000), unpacked(n * 900_000)))
        .collect();
    let plan = plan(Span::new(5_000, 25_000), &segments).unwrap();
    // The keyframe before is at 4 s.
    assert_eq!((plan.begin_ms, plan.gaps), (4_000, 0));
    // The last frame of sound ends up to its length (22 ms) later.
    assert!((21_000..=21_022).contains(&plan.duration_ms), "{}", plan.duration_ms);
    assert_eq!(plan.pieces[0].video, 100..250);
    assert_eq!(plan.pieces[2].video, 0..125);
    file(&plan, &segments);
}

#[test]
fn what_is_missing_is_left_out_and_told() {
    let mut late = segment(2, 60_000);
    late.discontinues = true;
    let segments = [
        (segment(0, 0), unpacked(0)),
        (segment(1, 10_000), unpacked(900_000)),
        // Another clock, after a gap, and it begins within a group of pictures.
        (late, {
            let mut unpacked = unpacked(77);
            unpacked.video.drain(..10);
            unpacked
        }),
    ];
    let plan = plan(Span::new(0, 100_000), &segments).unwrap();
    assert_eq!((plan.begin_ms, plan.gaps), (0, 1));
    assert_eq!(plan.pieces[2].video, 40..240, "from the first keyframe on");
    assert_eq!(plan.duration_ms, 20_000 + 8_000);
    let first_sound = &segments[2].1.audio[plan.pieces[2].audio.start];
    assert!((first_sound.dts - segments[2].1.video[40].dts).abs() < 1920, "in step");
    file(&plan, &segments);
}

#[test]
fn what_overlaps_is_not_shown_twice() {
    let segments = [
        (segment(0, 0), unpacked(0)),
        // A device whose clock went back by 6 s.
        (
            FootageRow {
                discontinues: true,
                ..segment(1, 4_000)
            },
            unpacked(0),
        ),
    ];
    let plan = plan(Span::new(0, 100_000), &segments).unwrap();
    assert_eq!(plan.duration_ms, 10_000 + 4_000, "from the keyframe at 10 s on");
    assert_eq!(plan.gaps, 0);
}

#[test]
fn sound_alone_is_a_file_and_nothing_is_none() {
    let mut sound = unpacked(0);
    sound.video.clear();
    let segments = [(segment(0, 0), sound)];
    let one = plan(Span::new(2_000, 4_000), &segments).unwrap();
    assert!((one.duration_ms - 2_000).abs() < 30, "{}", one.duration_ms);
    assert!(plan(Span::new(50_000, 60_000), &segments).is_none());
    assert!(plan(Span::new(0, 10), &[(segment(0, 0), Unpacked::default())]).is_none());
    assert!(plan(Span::new(0, 10), &[]).is_none());
}

#[test]
fn another_segment_under_the_same_name_is_not_sent() {
    let segments = [(segment(0, 0), unpacked(0))];
    let plan = plan(Span::new(0, 10_000), &segments).unwrap();
    let mut other = unpacked(0);
    other.video[3].data = Bytes::from_static(b"x");
    assert_eq!(plan.pieces[0].take(&other), None);
    assert_eq!(plan.pieces[0].take(&Unpacked::default()), None);
}

#[test]
fn the_same_footage_makes_the_same_file_and_other_footage_another() {
    let segments: Vec<_> = (0..2)
        .map(|n| (segment(n, n * 10_000), unpacked(n * 900_000)))
        .collect();
    let etag = |asked: Span, segments: &[_]| plan(asked, segments).unwrap().etag;
    let all = Span::new(0, 20_000);
    assert_eq!(etag(all, &segments), etag(all, &segments));
    assert_ne!(etag(all, &segments), etag(all, &segments[..1]));
    let mut other = segments.clone();
    other[1].0.key = SegmentKey::from_bytes([9; 16]);
    assert_ne!(etag(all, &segments), etag(all, &other));
}

/// What a device makes up to fill memory, segment by segment.
#[test]
fn a_file_has_an_end_to_its_configurations_and_its_samples() {
    let day = Span::new(0, 86_400_000);
    let segments: Vec<_> = (0..MAX_CONFIGS as i64 + 6)
        .map(|n| {
            let mut unpacked = unpacked(n * 900_000);
            unpacked.video_configs[0].width = n as u32 + 1;
            (segment(n, n * 10_000), unpacked)
        })
        .collect();
    let one = plan(day, &segments).unwrap();
    assert_eq!(one.pieces.len(), MAX_CONFIGS, "the others are left out");
    file(&one, &segments);

    let mut planner = Planner::new(day);
    planner.samples_left = 2 * (PICTURES + SOUNDS) as usize;
    let segments: Vec<_> = (0..3)
        .map(|n| (segment(n, n * 10_000), unpacked(n * 900_000)))
        .collect();
    let added = segments.iter().map(|(row, unpacked)| planner.add(*row, unpacked));
    assert!(added.eq([true, true, false]));
    let plan = planner.finish().unwrap();
    assert!((20_000..=20_022).contains(&plan.duration_ms), "{}", plan.duration_ms);
    file(&plan, &segments);
}

#[test]
fn the_picture_nearest_to_a_moment_is_the_last_keyframe_before_it() {
    let (row, unpacked) = (segment(0, 100_000), unpacked(5));
    let at = |at_ms| still(&row, &unpacked, at_ms).unwrap().at_ms;
    assert_eq!(
        (at(105_999), at(106_000), at(99_000), at(999_000)),
        (104_000, 106_000, 100_000, 108_000)
    );
    let file = still(&row, &unpacked, 105_000).unwrap().file;
    assert!(file.ends_with(&[100; 900]));
    assert!(still(&row, &Unpacked::default(), 0).is_none());
}

prop_compose! {
    fn some_frames()(frames in proptest::collection::vec((any::<i32>(), -90_000i32..90_000, any::<bool>(), 0usize..2, 0usize..50), 0..40)) -> Vec<Coded> {
        frames.into_iter().map(|(dts, composition, keyframe, config, bytes)| Coded {
            dts: dts.into(),
            pts: i64::from(dts) + i64::from(composition),
            keyframe,
            config,
            data: Bytes::from(vec![7; bytes]),
        }).collect()
    }
}

proptest! {
    /// Whatever devices upload: what the head says lies where is there.
    #[test]
    fn any_frames_make_a_file_that_is_as_long_as_it_says(
        all in proptest::collection::vec((some_frames(), some_frames(), -5_000i64..60_000, any::<bool>()), 1..6),
        from in -10_000i64..50_000,
        len in 1i64..50_000,
    ) {
        let segments: Vec<_> = all.into_iter().enumerate().map(|(id, (video, audio, start_ms, discontinues))| {
            let unpacked = Unpacked {
                video_configs: vec![video_config(), VideoConfig { width: 8, ..video_config() }],
                audio_configs: vec![audio_config(), aac::config(8_000, 1).unwrap()],
                video,
                audio,
            };
            (FootageRow { discontinues, ..segment(id as i64, start_ms) }, unpacked)
        }).collect();
        if let Some(plan) = plan(Span::new(from, from + len), &segments) {
            file(&plan, &segments);
        }
    }
}
