use super::*;
use crate::{aac, h264};
use mp4_atom::{Any, Decode, ReadFrom};
use proptest::prelude::*;

fn video_config() -> VideoConfig {
    let sps = [
        0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0, 0, 3, 0, 1, 0, 0, 3, 0, 0x32, 0x0f, 0x16,
        0x2e, 0x48,
    ];
    h264::config_from_parameter_sets(&[&sps], &[&[0x68, 0xcb, 0x83, 0xcb, 0x20]]).unwrap()
}

fn picture(dts: i64, bytes: u32, keyframe: bool) -> Sample {
    Sample {
        dts,
        composition: 0,
        bytes,
        keyframe,
    }
}

fn moov(head: &Head) -> mp4_atom::Moov {
    let mut bytes = &head.bytes[..];
    assert!(matches!(Any::decode(&mut bytes).unwrap(), Any::Ftyp(_)));
    let Any::Moov(moov) = Any::decode(&mut bytes).unwrap() else {
        panic!("no moov")
    };
    // The beginning of an mdat with a size of 64 bits, and nothing behind.
    assert_eq!(bytes.len(), 16);
    assert_eq!(&bytes[..8], b"\0\0\0\x01mdat");
    assert_eq!(bytes[8..], (16 + head.payload).to_be_bytes());
    moov
}

/// Where another parser finds every sample: offset in the payload, size, dts, entry.
fn found(trak: &mp4_atom::Trak, base: u64) -> Vec<(u64, u32, u64, u32)> {
    let stbl = &trak.mdia.minf.stbl;
    let mp4_atom::StszSamples::Different { sizes } = &stbl.stsz.samples else {
        panic!("all alike")
    };
    let offsets = &stbl.co64.as_ref().unwrap().entries;
    let mut dts = 0;
    let mut times = stbl
        .stts
        .entries
        .iter()
        .flat_map(|entry| vec![entry.sample_delta; entry.sample_count as usize]);
    let (mut found, mut sizes) = (Vec::new(), sizes.iter());
    for (number, offset) in offsets.iter().enumerate() {
        let run = stbl
            .stsc
            .entries
            .iter()
            .rfind(|run| run.first_chunk as usize <= number + 1)
            .unwrap();
        let mut at = offset - base;
        for _ in 0..run.samples_per_chunk {
            let size = *sizes.next().unwrap();
            found.push((at, size, dts, run.sample_description_index));
            at += u64::from(size);
            dts += u64::from(times.next().unwrap());
        }
    }
    assert!(sizes.next().is_none() && times.next().is_none());
    found
}

#[test]
fn another_parser_finds_every_sample() {
    let (video, audio) = (video_config(), aac::config(48_000, 2).unwrap());
    let mut movie = Movie::default();
    movie.video(
        &video,
        &[
            picture(0, 100, true),
            picture(3600, 10, false),
            picture(7200, 11, false),
        ],
    );
    let sound: Vec<Sample> = (0..5).map(|number| picture(number * 1920, 7, true)).collect();
    movie.audio(&audio, &sound);
    movie.video(&video, &[picture(10_800, 12, false), picture(14_400, 101, true)]);
    let head = movie.head(1_790_000_000);
    let moov = moov(&head);
    assert_eq!(head.payload, 100 + 10 + 11 + 35 + 12 + 101);
    assert_eq!(moov.mvhd.timescale, 90_000);
    assert_eq!(moov.mvhd.duration, 18_000);
    assert_eq!(movie.duration(), 18_000);
    let base = head.bytes.len() as u64;
    assert_eq!(
        found(&moov.trak[0], base),
        [
            (0, 100, 0, 1),
            (100, 10, 3600, 1),
            (110, 11, 7200, 1),
            (156, 12, 10_800, 1),
            (168, 101, 14_400, 1)
        ]
    );
    let keyframes = &moov.trak[0].mdia.minf.stbl.stss.as_ref().unwrap().entries;
    assert_eq!(keyframes[..], [1, 5]);
    let sound = found(&moov.trak[1], base);
    assert_eq!(sound[0], (121, 7, 0, 1));
    assert_eq!(sound[4], (149, 7, 4096, 1), "in its own samples");
    assert_eq!(moov.trak[1].mdia.mdhd.duration, 5 * 1024);
    assert!(
        moov.trak[1].mdia.minf.stbl.stss.is_none(),
        "every frame of sound stands alone"
    );
}

#[test]
fn sound_that_begins_later_is_heard_later_and_reordered_pictures_begin_at_once() {
    let (video, audio) = (video_config(), aac::config(48_000, 2).unwrap());
    let mut movie = Movie::default();
    let reordered = Sample {
        composition: 7200,
        ..picture(1_000_000, 9, true)
    };
    let negative = Sample {
        composition: -3600,
        ..picture(1_003_600, 9, false)
    };
    movie.video(&video, &[reordered, negative]);
    movie.audio(&audio, &[picture(1_016_200, 7, true)]);
    let moov = moov(&movie.head(0));
    let edits = |track: usize| {
        let elst = moov.trak[track].edts.as_ref().unwrap().elst.as_ref().unwrap();
        elst.entries
            .iter()
            .map(|edit| (edit.segment_duration, edit.media_time))
            .collect::<Vec<_>>()
    };
    assert_eq!(edits(0), [(7200, Some(7200))]);
    assert_eq!(edits(1), [(9000, None), (1920, Some(0))]);
    let ctts = moov.trak[0].mdia.minf.stbl.ctts.as_ref().unwrap();
    let offsets: Vec<i64> = ctts.entries.iter().map(|entry| entry.sample_offset).collect();
    assert_eq!(offsets, [7200, -3600]);
}

#[test]
fn a_change_of_the_picture_is_an_entry_of_its_own() {
    let one = video_config();
    let other = VideoConfig {
        width: 320,
        ..one.clone()
    };
    let mut movie = Movie::default();
    for (config, at) in [(&one, 0), (&other, 1), (&one, 2)] {
        movie.video(config, &[picture(at * 3600, 5, true)]);
    }
    let head = movie.head(0);
    let moov = moov(&head);
    let entries: Vec<u32> = found(&moov.trak[0], head.bytes.len() as u64)
        .iter()
        .map(|sample| sample.3)
        .collect();
    assert_eq!(entries, [1, 2, 1]);
    assert_eq!(moov.trak[0].mdia.minf.stbl.stsd.codecs.len(), 2);
}

#[test]
fn a_gap_in_the_sound_stays_and_small_errors_do_not_add_up() {
    let audio = aac::config(44_100, 1).unwrap();
    let mut movie = Movie::default();
    // Times cut to milliseconds, and a second of nothing in between.
    let at = |number: i64| (number * 1024 * 1000 / 44_100 + if number < 500 { 0 } else { 1000 }) * 90;
    let samples: Vec<Sample> = (0..1000).map(|number| picture(at(number), 1, true)).collect();
    movie.audio(&audio, &samples);
    let stbl = &moov(&movie.head(0)).trak[0].mdia.minf.stbl;
    let runs: Vec<(u32, u32)> = stbl
        .stts
        .entries
        .iter()
        .map(|entry| (entry.sample_count, entry.sample_delta))
        .collect();
    let [(499, 1024), (1, long), (500, 1024)] = runs[..] else {
        panic!("{runs:?}")
    };
    assert!((1024 + 44_000..1024 + 44_200).contains(&long), "{long}");
}

#[test]
fn sound_behind_a_short_gap_is_in_step() {
    let audio = aac::config(44_100, 1).unwrap();
    let mut movie = Movie::default();
    let at = |number: i64| (number * 1024 * 1000 / 44_100 + if number < 10 { 0 } else { 30 }) * 90;
    let samples: Vec<Sample> = (0..20).map(|number| picture(at(number), 1, true)).collect();
    movie.audio(&audio, &samples);
    let stbl = &moov(&movie.head(0)).trak[0].mdia.minf.stbl;
    let before: u32 = stbl.stts.entries[..2]
        .iter()
        .map(|entry| entry.sample_count * entry.sample_delta)
        .sum();
    let wanted = 10 * 1024 + 30 * 441 / 10;
    assert!(before.abs_diff(wanted) < 50, "{before} instead of {wanted}");
}

#[test]
fn one_picture_is_a_movie() {
    let mut movie = Movie::default();
    assert!(movie.is_empty());
    movie.video(&video_config(), &[picture(77, 5, true)]);
    assert_eq!(movie.duration(), 3600);
    let head = movie.head(0);
    let mut file = head.bytes.to_vec();
    file.extend([0, 0, 0, 1, 0x65]);
    let mut reader = &file[..];
    let mut kinds = Vec::new();
    while let Ok(Some(atom)) = Option::<Any>::read_from(&mut reader) {
        kinds.push(match atom {
            Any::Ftyp(_) => "ftyp",
            Any::Moov(_) => "moov",
            Any::Mdat(mdat) => {
                assert_eq!(mdat.data.len(), 5);
                "mdat"
            }
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(kinds, ["ftyp", "moov", "mdat"]);
}

proptest! {
    #[test]
    fn whatever_times_are_told_every_sample_is_found(
        chunks in proptest::collection::vec(
            (any::<bool>(), proptest::collection::vec((any::<i64>(), any::<i32>(), 1u32..5000, any::<bool>()), 1..8)), 1..20)
    ) {
        let (video, audio) = (video_config(), aac::config(48_000, 2).unwrap());
        let mut movie = Movie::default();
        let (mut expected, mut payload) = ([Vec::new(), Vec::new()], 0u64);
        for (sound, samples) in &chunks {
            let samples: Vec<Sample> = samples.iter()
                .map(|(dts, composition, bytes, keyframe)| Sample { dts: dts / 1_000_000, composition: *composition, bytes: *bytes, keyframe: *keyframe })
                .collect();
            for sample in &samples {
                expected[usize::from(*sound)].push((payload, sample.bytes));
                payload += u64::from(sample.bytes);
            }
            if *sound { movie.audio(&audio, &samples) } else { movie.video(&video, &samples) }
        }
        let head = movie.head(1);
        prop_assert_eq!(head.payload, payload);
        let moov = moov(&head);
        let tracks = expected.into_iter().filter(|expected| !expected.is_empty());
        for (trak, expected) in moov.trak.iter().zip(tracks) {
            let found = found(trak, head.bytes.len() as u64);
            prop_assert!(found.windows(2).all(|pair| pair[0].2 < pair[1].2), "times rise");
            prop_assert_eq!(found.iter().map(|(at, size, ..)| (*at, *size)).collect::<Vec<_>>(), expected);
        }
    }
}
