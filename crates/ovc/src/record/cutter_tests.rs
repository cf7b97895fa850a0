use super::*;
use media::ts::{Demuxer, Item};
use media::{aac, h264};

const SPS: &[u8] = &[
    0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0, 0, 3, 0, 1, 0, 0, 3, 0, 0x32, 0x0f, 0x16,
    0x2e, 0x48,
];
/// Our clock where the stream's is 0.
const WALL_MS: i64 = 1_800_000_000_000;

fn tracks() -> (VideoConfig, AudioConfig) {
    let video = h264::config_from_parameter_sets(&[SPS], &[&[0x68, 0xcb, 0x83, 0xcb, 0x20]]).unwrap();
    (video, aac::config(48_000, 2).unwrap())
}

fn picture(dts_ms: i64, keyframe: bool, len: usize) -> Frame {
    let mut unit = vec![0x41; len];
    unit[0] = if keyframe { 0x65 } else { 0x41 };
    let mut data = u32::try_from(len).unwrap().to_be_bytes().to_vec();
    data.extend_from_slice(&unit);
    Frame::video(dts_ms, keyframe, data.into())
}

fn cutter(duration_ms: i64, max_bytes: usize) -> Cutter {
    let mut cutter = Cutter::new(Limits { duration_ms, max_bytes });
    let (video, audio) = tracks();
    assert_eq!(cutter.begin(Some(&video), Some(&audio)), None);
    cutter
}

/// So many milliseconds of 25 pictures and 50 pieces of sound a second, a keyframe each second. `late_ms`: how much later
/// than their time they come.
fn feed(cutter: &mut Cutter, range_ms: std::ops::Range<i64>, late_ms: impl Fn(i64) -> i64) -> Vec<Cut> {
    let mut cuts = Vec::new();
    for at_ms in range_ms.step_by(20) {
        let came_at = UnixMs(WALL_MS + at_ms + late_ms(at_ms));
        if at_ms % 40 == 0 {
            cuts.extend(cutter.frame(&picture(at_ms, at_ms % 1000 == 0, 500), came_at));
        }
        cuts.extend(cutter.frame(&Frame::audio(at_ms + 5, Bytes::from(vec![7; 100])), came_at));
    }
    cuts
}

/// Pictures, keyframes, and pieces of sound of a segment, and its first picture's time.
fn read(bytes: &[u8]) -> (usize, usize, usize, i64) {
    let mut demuxer = Demuxer::new();
    demuxer.push(bytes);
    demuxer.finish();
    let (mut pictures, mut keyframes, mut sounds, mut first) = (0, 0, 0, None);
    while let Some(item) = demuxer.pop() {
        let Item::Frame(frame) = item else { continue };
        if frame.frame.track == TrackKind::Audio {
            sounds += 1;
            continue;
        }
        first.get_or_insert(frame.dts_90k / 90);
        pictures += 1;
        keyframes += usize::from(frame.frame.keyframe);
    }
    (pictures, keyframes, sounds, first.unwrap())
}

#[test]
fn segments_begin_with_keyframes_and_join() {
    let mut cutter = cutter(10_000, 1 << 20);
    let mut cuts = feed(&mut cutter, 0..35_000, |_| 0);
    cuts.extend(cutter.end());
    let times: Vec<_> = cuts
        .iter()
        .map(|cut| (cut.start.0 - WALL_MS, cut.duration_ms, cut.continues))
        .collect();
    assert_eq!(
        times,
        [
            (0, 10_000, false),
            (10_000, 10_000, true),
            (20_000, 10_000, true),
            (30_000, 5_000, true)
        ]
    );
    assert_eq!(read(&cuts[0].bytes), (250, 10, 500, read(&cuts[0].bytes).3));
    // The clock of the segments goes on.
    assert_eq!(read(&cuts[1].bytes).3 - read(&cuts[0].bytes).3, 10_000);
    assert_eq!(cutter.end(), None);
}

#[test]
fn a_segment_that_grows_too_long_ends_wherever_that_is() {
    let mut cutter = cutter(10_000, 60_000);
    let mut cuts = feed(&mut cutter, 0..20_000, |_| 0);
    cuts.extend(cutter.end());
    assert!(cuts.iter().all(|cut| cut.bytes.len() <= 60_000), "{cuts:?}");
    // Nothing is left out.
    assert!(
        cuts.windows(2)
            .all(|pair| pair[1].start.0.abs_diff(pair[0].end().0) <= 100)
    );
    let pictures: usize = cuts
        .iter()
        .map(|cut| {
            let mut demuxer = Demuxer::new();
            demuxer.push(&cut.bytes);
            demuxer.finish();
            std::iter::from_fn(|| demuxer.pop())
                .filter(|item| matches!(item, Item::Frame(frame) if frame.frame.track == TrackKind::Video))
                .count()
        })
        .sum();
    // Without their parameter sets pictures of a segment that begins within a group are not read; all are there.
    assert!(pictures > 250, "{pictures}");
}

#[test]
fn what_begins_anew_does_not_continue() {
    let mut cutter = cutter(10_000, 1 << 20);
    assert_eq!(feed(&mut cutter, 0..3000, |_| 0), []);
    let (video, audio) = tracks();
    let cut = cutter.begin(Some(&video), Some(&audio)).unwrap();
    assert_eq!((cut.duration_ms, cut.continues), (3000, false));
    // From the next keyframe on, which comes five seconds later.
    assert_eq!(feed(&mut cutter, 3040..5000, |_| 5000), []);
    let cut = cutter.end().unwrap();
    assert_eq!(
        (cut.start.0 - WALL_MS, cut.duration_ms, cut.continues),
        (9000, 1000, false)
    );
}

#[test]
fn clocks_that_run_apart_are_brought_together_little_by_little() {
    let mut cutter = cutter(10_000, 1 << 20);
    // The stream's clock loses a second in a hundred.
    let cuts = feed(&mut cutter, 0..1_000_000, |at_ms| at_ms / 1000);
    for cut in &cuts {
        let should_be = (cut.start.0 - WALL_MS) * 1000 / 1001;
        assert!(read(&cut.bytes).3 - 1000 - should_be < 1000);
    }
    assert!(
        cuts.windows(2)
            .all(|pair| pair[1].start.0.abs_diff(pair[0].end().0) <= 100)
    );
    let last = cuts.last().unwrap();
    assert!(
        ((last.start.0 - WALL_MS) - 980_980).abs() < 2000,
        "{}",
        last.start.0 - WALL_MS
    );
}

#[test]
fn a_pause_is_a_gap() {
    let mut cutter = cutter(10_000, 1 << 20);
    assert_eq!(feed(&mut cutter, 0..3000, |_| 0), []);
    // The stream's clock stands still meanwhile.
    let mut cuts = feed(&mut cutter, 3000..14_000, |_| 60_000);
    cuts.extend(cutter.end());
    let times: Vec<_> = cuts
        .iter()
        .map(|cut| (cut.start.0 - WALL_MS, cut.duration_ms))
        .collect();
    assert_eq!(times, [(0, 3000), (63_000, 10_000), (73_000, 1_000)]);
    // The same where somebody saw that nothing comes.
    let mut cutter = super::tests::cutter(10_000, 1 << 20);
    feed(&mut cutter, 0..3000, |_| 0);
    let cut = cutter.pause().unwrap();
    assert_eq!((cut.duration_ms, cutter.pause()), (3000, None));
    feed(&mut cutter, 3000..4000, |_| 60_000);
    let cut = cutter.end().unwrap();
    assert_eq!(
        (cut.start.0 - WALL_MS, cut.duration_ms, cut.continues),
        (63_000, 1000, true)
    );
}

#[test]
fn sound_alone_is_cut_anywhere() {
    let mut cutter = Cutter::new(Limits {
        duration_ms: 1000,
        max_bytes: 1 << 20,
    });
    cutter.begin(None, Some(&tracks().1));
    let mut cuts = Vec::new();
    for at_ms in (0..2500).step_by(20) {
        cuts.extend(cutter.frame(&Frame::audio(at_ms, Bytes::from(vec![7; 100])), UnixMs(WALL_MS + at_ms)));
    }
    cuts.extend(cutter.end());
    let times: Vec<_> = cuts
        .iter()
        .map(|cut| (cut.start.0 - WALL_MS, cut.duration_ms))
        .collect();
    assert_eq!(times, [(0, 1000), (1000, 1000), (2000, 500)]);
}

#[test]
fn without_a_keyframe_a_segment_ends_all_the_same_and_nothing_is_left_out() {
    // The picture stands still after its first second, the sound goes on; and a picture that never has another keyframe.
    for still in [true, false] {
        let mut cutter = cutter(10_000, 1 << 24);
        let mut cuts = Vec::new();
        for at_ms in (0..100_000).step_by(20) {
            let came_at = UnixMs(WALL_MS + at_ms);
            if at_ms % 40 == 0 && (!still || at_ms < 1000) {
                cuts.extend(cutter.frame(&picture(at_ms, at_ms == 0, 500), came_at));
            }
            cuts.extend(cutter.frame(&Frame::audio(at_ms, Bytes::from(vec![7; 100])), came_at));
        }
        cuts.extend(cutter.end());
        let times: Vec<_> = cuts
            .iter()
            .map(|cut| (cut.start.0 - WALL_MS, cut.duration_ms / 1000))
            .collect();
        let starts: Vec<_> = times.iter().map(|(start, _)| *start).collect();
        assert_eq!(starts, [0, 30_000, 60_000, 90_000], "{still}");
        assert!(times[..3].iter().all(|(_, seconds)| *seconds == 30), "{times:?}");
        assert!(times[3].1 >= 9, "{times:?}");
    }
}

#[test]
fn no_segment_is_longer_than_the_index_can_have() {
    for duration_ms in [1000, 10_000, 600_000] {
        let mut cutter = cutter(duration_ms, 1 << 24);
        let mut cuts = Vec::new();
        // A picture every seven seconds, one keyframe ever.
        for at_ms in (0..1_500_000).step_by(7000) {
            cuts.extend(cutter.frame(&picture(at_ms, at_ms == 0, 500), UnixMs(WALL_MS + at_ms)));
        }
        cuts.extend(cutter.end());
        assert!(cuts.len() > 1);
        assert!(
            cuts.iter().all(|cut| i64::from(cut.duration_ms) <= MAX_SEGMENT_MS),
            "{cuts:?}"
        );
    }
}
