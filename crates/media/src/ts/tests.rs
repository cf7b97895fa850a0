use super::*;
use crate::{AudioConfig, Frame, TrackKind, VideoCodec, VideoConfig, aac, h264, h265, nal};
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

const H264_SPS: &str = "6742c01ed900a02ff970110000030001000003003 20f162e48";

fn h264_config() -> VideoConfig {
    let sps = hex(&H264_SPS.replace(' ', ""));
    h264::config_from_parameter_sets(&[&sps], &[&[0x68, 0xcb, 0x83, 0xcb, 0x20]]).unwrap()
}

fn h265_config() -> VideoConfig {
    let vps = hex("40010c01ffff01600000030090000003000003005a959809");
    let sps = hex("42010101600000030090000003000003005aa0060201b165959a4932bc05a02000000300200000030321");
    h265::config_from_parameter_sets(&[&vps], &[&sps], &[&hex("4401c172b46240")]).unwrap()
}

fn sound_config() -> AudioConfig {
    aac::config(48000, 2).unwrap()
}

/// A picture of `len` bytes that cannot be taken for anything else, with its decoding and presentation time.
fn picture(codec: VideoCodec, keyframe: bool, dts_ms: i64, pts_ms: i64, len: usize) -> Frame {
    let header: &[u8] = match (codec, keyframe) {
        (VideoCodec::H264, true) => &[0x65],
        (VideoCodec::H264, false) => &[0x41],
        (VideoCodec::H265, true) => &[0x26, 1],
        (VideoCodec::H265, false) => &[0x02, 1],
    };
    let body: Vec<u8> = (0..len)
        .map(|at| (at as u64 ^ dts_ms.unsigned_abs()) as u8 | 1)
        .collect();
    let unit = [header, &body].concat();
    Frame {
        pts_ms,
        ..Frame::video(dts_ms, keyframe, nal::length_prefixed([&unit[..]]))
    }
}

fn sound(dts_ms: i64, len: usize) -> Frame {
    Frame::audio(dts_ms, Bytes::from(vec![dts_ms as u8; len]))
}

/// Two seconds of pictures at 25 a second, each second behind a keyframe, and sound among them.
fn two_seconds(codec: VideoCodec, b_frames: bool) -> Vec<Frame> {
    let mut frames = Vec::new();
    for number in 0..50i64 {
        let dts_ms = 5000 + number * 40;
        // As an encoder with one B-frame between two others has it: I P B P B…
        let pts_ms = match (b_frames, number % 25) {
            (false, _) => dts_ms,
            (true, 0) => dts_ms + 40,
            (true, place) if place % 2 == 1 => dts_ms + 80,
            (true, _) => dts_ms,
        };
        let len = 200 + (number as usize * 7919) % 3000;
        frames.push(picture(codec, number % 25 == 0, dts_ms, pts_ms, len));
        frames.extend((0..2).map(|half| sound(dts_ms + half * 20 + 3, 150 + number as usize)));
    }
    frames
}

fn mux(muxer: &mut Muxer, frames: &[Frame]) -> BytesMut {
    let mut out = BytesMut::new();
    for frame in frames {
        let (before, at_most) = (out.len(), muxer.size_of(frame));
        assert!(muxer.write(&mut out, frame));
        let written = out.len() - before;
        assert!(written <= at_most, "{written} bytes where {at_most} were announced");
        assert_eq!(written % PACKET_BYTES, 0);
    }
    out
}

fn demux(demuxer: &mut Demuxer, bytes: &[u8]) -> Vec<Item> {
    demuxer.push(bytes);
    demuxer.finish();
    std::iter::from_fn(|| demuxer.pop()).collect()
}

fn frames(items: &[Item], track: TrackKind) -> Vec<TsFrame> {
    let frames = items.iter().filter_map(|item| match item {
        Item::Frame(frame) if frame.frame.track == track => Some(frame.clone()),
        _ => None,
    });
    frames.collect()
}

/// The frames that come back are those that went in, moved by a constant.
fn assert_same(items: &[Item], written: &[Frame]) {
    for track in [TrackKind::Video, TrackKind::Audio] {
        let expected: Vec<Frame> = written.iter().filter(|frame| frame.track == track).cloned().collect();
        let read = frames(items, track);
        assert_eq!(read.len(), expected.len(), "{track:?}");
        let shift_ms = 1000 - written[0].dts_ms;
        for (read, expected) in read.iter().zip(expected) {
            assert_eq!(read.frame.dts_ms, expected.dts_ms + shift_ms);
            assert_eq!(read.frame.pts_ms, expected.pts_ms + shift_ms);
            assert_eq!(
                (read.dts_90k, read.pts_90k),
                (read.frame.dts_ms * 90, read.frame.pts_ms * 90)
            );
            assert_eq!(read.frame.keyframe, expected.keyframe);
            assert_eq!(read.frame.data, expected.data);
        }
    }
}

fn configs(items: &[Item]) -> (Vec<VideoConfig>, Vec<AudioConfig>) {
    let (mut video, mut audio) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            Item::Video(config) => video.push(config.clone()),
            Item::Audio(config) => audio.push(config.clone()),
            Item::Frame(_) => {}
        }
    }
    (video, audio)
}

#[test]
fn what_is_written_is_read_back() {
    for video in [h264_config(), h265_config()] {
        for b_frames in [false, true] {
            let written = two_seconds(video.codec, b_frames);
            let stream = mux(&mut Muxer::new(Some(&video), Some(&sound_config())), &written);
            let mut demuxer = Demuxer::new();
            let items = demux(&mut demuxer, &stream);
            assert_eq!(demuxer.has_tracks(), Some((true, true)));
            assert_eq!(configs(&items), (vec![video.clone()], vec![sound_config()]));
            assert_same(&items, &written);
        }
    }
}

#[test]
fn bytes_may_come_in_any_pieces() {
    let written = two_seconds(VideoCodec::H264, true);
    let stream = mux(&mut Muxer::new(Some(&h264_config()), Some(&sound_config())), &written);
    for size in [1, 187, 188, 189, 1000] {
        let mut demuxer = Demuxer::new();
        let mut items = Vec::new();
        for piece in stream.chunks(size) {
            demuxer.push(piece);
            items.extend(std::iter::from_fn(|| demuxer.pop()));
        }
        demuxer.finish();
        items.extend(std::iter::from_fn(|| demuxer.pop()));
        assert_same(&items, &written);
    }
}

#[test]
fn one_track_alone_is_a_stream() {
    let written: Vec<Frame> = (0..10).map(|number| sound(number * 21, 300)).collect();
    let mut muxer = Muxer::new(None, Some(&sound_config()));
    assert!(!muxer.has_video() && muxer.has_audio());
    let stream = mux(&mut muxer, &written);
    assert_same(&demux(&mut Demuxer::new(), &stream), &written);
    assert!(!muxer.write(&mut BytesMut::new(), &picture(VideoCodec::H264, true, 0, 0, 10)));

    let written = [picture(VideoCodec::H264, true, -70, -70, 100_000)];
    let mut muxer = Muxer::new(Some(&h264_config()), None);
    let stream = mux(&mut muxer, &written);
    let mut demuxer = Demuxer::new();
    assert_same(&demux(&mut demuxer, &stream), &written);
    assert_eq!(demuxer.has_tracks(), Some((true, false)));
    assert!(!muxer.write(&mut BytesMut::new(), &sound(0, 10)));
}

#[test]
fn bytes_that_are_no_frame_are_not_written() {
    let mut muxer = Muxer::new(Some(&h264_config()), Some(&sound_config()));
    let mut out = BytesMut::new();
    for data in [&b""[..], b"\0\0\0\x09\x65", b"\0\0\0\0"] {
        assert!(!muxer.write(&mut out, &Frame::video(0, true, Bytes::copy_from_slice(data))));
    }
    assert!(!muxer.write(&mut out, &sound(0, 9000)), "longer than ADTS can say");
    assert!(out.is_empty());
}

/// What tells a segment of a recording from any part of a stream.
#[test]
fn every_segment_plays_by_itself_and_the_counters_go_on() {
    let video = h264_config();
    let mut muxer = Muxer::new(Some(&video), Some(&sound_config()));
    let written = two_seconds(VideoCodec::H264, false);
    let (first, second) = written.split_at(75);
    let first = mux(&mut muxer, first);
    muxer.begin_segment();
    let second_bytes = mux(&mut muxer, second);
    for segment in [&first, &second_bytes] {
        let pids: Vec<u16> = segment.chunks(PACKET_BYTES).map(pid).take(3).collect();
        assert_eq!(pids, [0, 0x1000, 0x100]);
    }
    let items = demux(&mut Demuxer::new(), &second_bytes);
    assert_eq!(configs(&items).0, std::slice::from_ref(&video));
    let pictures = frames(&items, TrackKind::Video);
    assert_eq!(pictures[0].frame.dts_ms, 2000, "the second second of the stream");
    assert!(pictures[0].frame.keyframe);

    let stream = [first, second_bytes].concat();
    let mut counters = std::collections::HashMap::new();
    for packet in stream.chunks(PACKET_BYTES) {
        let counter = packet[3] & 15;
        if let Some(before) = counters.insert(pid(packet), counter) {
            assert_eq!(counter, (before + 1) & 15, "pid {}", pid(packet));
        }
    }
    assert_eq!(counters.len(), 4);
    assert_same(&demux(&mut Demuxer::new(), &stream), &written);
}

fn pid(packet: &[u8]) -> u16 {
    u16::from_be_bytes([packet[1], packet[2]]) & 0x1FFF
}

#[test]
fn a_segment_cut_inside_a_group_of_pictures_can_be_read_too() {
    let mut muxer = Muxer::new(Some(&h264_config()), None);
    mux(&mut muxer, &[picture(VideoCodec::H264, true, 0, 0, 500)]);
    muxer.begin_segment();
    let stream = mux(&mut muxer, &[picture(VideoCodec::H264, false, 40, 40, 500)]);
    assert_eq!(
        stream.chunks(PACKET_BYTES).map(pid).take(2).collect::<Vec<_>>(),
        [0, 0x1000]
    );
    let items = demux(&mut Demuxer::new(), &stream);
    assert_eq!(configs(&items).0, [h264_config()]);
    assert!(!frames(&items, TrackKind::Video)[0].frame.keyframe);
    let stream = mux(&mut muxer, &[picture(VideoCodec::H264, false, 80, 80, 500)]);
    assert_eq!(pid(&stream), 0x100, "between keyframes there are none");
}

#[test]
fn each_picture_has_a_delimiter_a_clock_reference_and_a_keyframe_its_sets() {
    let video = h264_config();
    let mut muxer = Muxer::new(Some(&video), None);
    let stream = mux(&mut muxer, &[picture(VideoCodec::H264, true, 0, 0, 20)]);
    let packet = &stream[2 * PACKET_BYTES..3 * PACKET_BYTES];
    assert_eq!(packet[3] & 0x30, 0x30, "an adaptation field and a payload");
    assert_eq!(packet[5], 0x50, "random access and a clock reference");
    let base = packet[6..11]
        .iter()
        .fold(0u64, |base, &byte| base << 8 | u64::from(byte))
        >> 7;
    assert_eq!(base, 500 * 90, "half a second before the decoding time");
    let pes = &packet[5 + usize::from(packet[4])..];
    assert_eq!(pes[..4], [0, 0, 1, 0xE0]);
    let kinds: Vec<u8> = nal::split_annexb(&pes[14..]).map(|unit| unit[0] & 31).collect();
    assert_eq!(kinds, [9, 7, 8, 5]);

    // Sets of its own are not written twice; a delimiter of its own is.
    let sps = hex(&H264_SPS.replace(' ', ""));
    let units: [&[u8]; 4] = [&[9, 0xF0], &sps, &[0x68, 0xcb, 0x83, 0xcb, 0x20], &[0x65, 1, 2, 3]];
    let stream = mux(&mut muxer, &[Frame::video(40, true, nal::length_prefixed(units))]);
    let items = demux(&mut Demuxer::new(), &stream);
    assert_eq!(configs(&items).0, [video]);
    let [frame] = &frames(&items, TrackKind::Video)[..] else {
        panic!("one frame")
    };
    assert_eq!(frame.frame.data[..], [0, 0, 0, 4, 0x65, 1, 2, 3]);
}

#[test]
fn timestamps_go_on_where_their_bits_end() {
    let written = two_seconds(VideoCodec::H264, true);
    let mut muxer = Muxer::new(Some(&h264_config()), Some(&sound_config()));
    let first_ms = written[0].dts_ms;
    muxer.start_at_ticks(first_ms, WRAP_TICKS - 90 * 1000);
    let stream = mux(&mut muxer, &written);
    let items = demux(&mut Demuxer::new(), &stream);
    for track in [TrackKind::Video, TrackKind::Audio] {
        let read = frames(&items, track);
        let expected = written.iter().filter(|frame| frame.track == track);
        for (read, expected) in read.iter().zip(expected) {
            let ticks = |ms: i64| WRAP_TICKS / 90 * 90 - 90 * 1000 + (ms - first_ms) * 90;
            assert_eq!(
                (read.dts_90k / 90, read.pts_90k / 90),
                (ticks(expected.dts_ms) / 90, ticks(expected.pts_ms) / 90)
            );
        }
        assert!(read.last().unwrap().dts_90k > WRAP_TICKS);
    }
    // A day and three hours of one muxer: nothing is lost on the way.
    let mut muxer = Muxer::new(Some(&h264_config()), None);
    let mut demuxer = Demuxer::new();
    for hour in 0..28i64 {
        for minute in 0..60 {
            let dts_ms = (hour * 60 + minute) * 60_000;
            let items = demux(
                &mut demuxer,
                &mux(&mut muxer, &[picture(VideoCodec::H264, true, dts_ms, dts_ms, 50)]),
            );
            assert_eq!(frames(&items, TrackKind::Video)[0].frame.dts_ms, dts_ms + 1000);
        }
    }
}

#[test]
fn a_change_of_the_configuration_is_told() {
    let other = h264::config_from_parameter_sets(
        &[&hex("67640028acd940780227e5c05a808080a0000003002000000651e30632c0")],
        &[&hex("68ebe3cb22c0")],
    )
    .unwrap();
    let mut stream = mux(
        &mut Muxer::new(Some(&h264_config()), None),
        &[picture(VideoCodec::H264, true, 0, 0, 50)],
    );
    stream.unsplit(mux(
        &mut Muxer::new(Some(&other), None),
        &[picture(VideoCodec::H264, true, 0, 0, 50)],
    ));
    let items = demux(&mut Demuxer::new(), &stream);
    assert_eq!(configs(&items).0, [h264_config(), other]);
    assert_eq!(frames(&items, TrackKind::Video).len(), 2);
}

#[test]
fn sound_frames_may_share_a_packet_and_go_over_its_end() {
    let mut muxer = Muxer::new(None, Some(&sound_config()));
    let header = aac::AdtsHeader::of(&sound_config()).unwrap();
    // Three frames written as one: as the muxer's own bytes behind the first header.
    let mut bytes = vec![1; 100];
    for fill in [2u8, 3] {
        bytes.extend_from_slice(&header.before(100).unwrap());
        bytes.extend_from_slice(&[fill; 100]);
    }
    let mut stream = mux(&mut muxer, &[Frame::audio(0, Bytes::from(bytes))]);
    // The header that was put before all of them says how long all are together: make it the first one's.
    let at = stream.windows(2).position(|pair| pair == [0xFF, 0xF1]).unwrap();
    stream[at..at + 7].copy_from_slice(&header.before(100).unwrap());
    let items = demux(&mut Demuxer::new(), &stream);
    let read: Vec<(i64, u8)> = frames(&items, TrackKind::Audio)
        .iter()
        .map(|frame| (frame.dts_90k, frame.frame.data[0]))
        .collect();
    assert_eq!(read, [(90_000, 1), (91_920, 2), (93_840, 3)]);
}

#[test]
fn lost_packets_cost_their_picture_only_and_garbage_nothing() {
    let written: Vec<Frame> = (0..10)
        .map(|number| picture(VideoCodec::H264, true, number * 40, number * 40, 2000))
        .collect();
    let mut muxer = Muxer::new(Some(&h264_config()), None);
    let segments: Vec<BytesMut> = written
        .iter()
        .map(|frame| mux(&mut muxer, std::slice::from_ref(frame)))
        .collect();
    let mut stream = Vec::new();
    for (number, segment) in segments.iter().enumerate() {
        match number {
            // One packet of the middle of a picture.
            3 => {
                stream.extend_from_slice(&segment[..PACKET_BYTES * 5]);
                stream.extend_from_slice(&segment[PACKET_BYTES * 6..]);
            }
            // Garbage, and one that says it is broken.
            6 => {
                stream.extend_from_slice(&[0; 77]);
                let mut broken = segment[..PACKET_BYTES].to_vec();
                broken[1] |= 0x80;
                stream.extend_from_slice(&broken);
                stream.extend_from_slice(segment);
            }
            _ => stream.extend_from_slice(segment),
        }
    }
    let items = demux(&mut Demuxer::new(), &stream);
    let read: Vec<i64> = frames(&items, TrackKind::Video)
        .iter()
        .map(|frame| frame.frame.dts_ms)
        .collect();
    assert_eq!(read, [1000, 1040, 1080, 1160, 1200, 1240, 1280, 1320, 1360]);
}

#[test]
fn a_stream_that_ends_early_loses_its_last_picture() {
    let written = [
        picture(VideoCodec::H264, true, 0, 0, 2000),
        picture(VideoCodec::H264, false, 40, 40, 2000),
    ];
    let stream = mux(&mut Muxer::new(Some(&h264_config()), None), &written);
    let items = demux(&mut Demuxer::new(), &stream[..stream.len() - PACKET_BYTES]);
    assert_eq!(frames(&items, TrackKind::Video).len(), 1);
    assert!(demux(&mut Demuxer::new(), &[]).is_empty());
}

/// What a device makes up to fill memory.
#[test]
fn parameter_sets_that_are_too_long_together_are_refused_and_so_are_their_pictures() {
    let sps = hex(&H264_SPS.replace(' ', ""));
    // The id is the first bits behind the header: 0, 1 and 2.
    let [first, second, third] = [0x80u8, 0x5F, 0x7F].map(|id| {
        let mut set = vec![0x68, id];
        set.resize(30_000, 1);
        set
    });
    let slice = [0x41, 1, 2, 3];
    let at = |dts_ms, units: &[&[u8]]| Frame::video(dts_ms, false, nal::length_prefixed(units.iter().copied()));
    let written = [
        at(0, &[&sps, &first, &second, &slice]),
        at(40, &[&third, &slice]),
        at(80, &[&slice]),
        picture(VideoCodec::H264, true, 120, 120, 20),
    ];
    let stream = mux(&mut Muxer::new(Some(&h264_config()), None), &written);
    let items = demux(&mut Demuxer::new(), &stream);
    let (read, _) = configs(&items);
    assert_eq!(read.len(), 2, "what is long is taken, what is too long is not");
    assert!(read[0].record.len() > 60_000);
    assert_eq!(read[1], h264_config());
    let times: Vec<i64> = frames(&items, TrackKind::Video)
        .iter()
        .map(|frame| frame.frame.dts_ms)
        .collect();
    assert_eq!(times, [1000, 1120]);
}

#[test]
fn a_picture_of_too_many_parts_is_passed_over() {
    let written = [20_000, 10_000]
        .map(|parts| Frame::video(parts, true, nal::length_prefixed(vec![&[0x65u8][..]; parts as usize])));
    let stream = mux(&mut Muxer::new(Some(&h264_config()), None), &written);
    let read = frames(&demux(&mut Demuxer::new(), &stream), TrackKind::Video);
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].frame.data, written[1].data);
}

#[test]
fn sound_without_an_end_is_passed_over() {
    let mut muxer = Muxer::new(None, Some(&sound_config()));
    let written: Vec<Frame> = (0..20).map(|number| sound(number * 21, 8_000)).collect();
    let mut endless = mux(&mut muxer, &written);
    let at = endless.windows(4).position(|bytes| bytes == [0, 0, 1, 0xC0]).unwrap();
    // The first packet tells no length, and no other begins one.
    endless[at + 4..at + 6].fill(0);
    let begin = at / PACKET_BYTES + 1;
    for packet in endless.chunks_mut(PACKET_BYTES).skip(begin) {
        packet[1] &= !0x40;
    }
    let mut demuxer = Demuxer::new();
    demuxer.push(&endless);
    let last = sound(420, 30);
    let items = demux(&mut demuxer, &mux(&mut muxer, std::slice::from_ref(&last)));
    let read = frames(&items, TrackKind::Audio);
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].frame.data, last.data);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..4000)) {
        demux(&mut Demuxer::new(), &bytes);
    }

    #[test]
    fn damaged_streams_never_panic(hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40)) {
        let mut stream = mux(
            &mut Muxer::new(Some(&h264_config()), Some(&sound_config())),
            &two_seconds(VideoCodec::H264, true)[..20],
        );
        for (at, byte) in hits {
            let at = at.index(stream.len());
            stream[at] = byte;
        }
        demux(&mut Demuxer::new(), &stream);
    }

    #[test]
    fn any_frame_comes_back(len in 1usize..70_000, keyframe: bool, dts_ms in -1_000_000i64..1_000_000_000_000, ahead in 0i64..1000) {
        let written = [picture(VideoCodec::H265, true, dts_ms, dts_ms + ahead, 1), picture(VideoCodec::H265, keyframe, dts_ms + 1, dts_ms + ahead, len)];
        let stream = mux(&mut Muxer::new(Some(&h265_config()), None), &written);
        assert_same(&demux(&mut Demuxer::new(), &stream), &written);
    }
}
