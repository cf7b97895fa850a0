use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

use super::*;
use crate::{Frame, MediaError, VideoCodec, VideoConfig, aac, h264, h265};

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn h264_config() -> VideoConfig {
    let sps = hex("6742c01ed900a02ff97011000003000100000300320f162e48");
    h264::config_from_parameter_sets(&[&sps], &[&hex("68cb83cb20")]).unwrap()
}

fn h265_config() -> VideoConfig {
    let vps = hex("40010c01ffff01600000030090000003000003005a959809");
    let sps = hex("42010101600000030090000003000003005aa0060201b165959a4932bc05a02000000300200000030321");
    h265::config_from_parameter_sets(&[&vps], &[&sps], &[&hex("4401c172b46240")]).unwrap()
}

fn frame(dts_ms: i64, pts_ms: i64, keyframe: bool) -> Frame {
    Frame {
        pts_ms,
        ..Frame::video(dts_ms, keyframe, Bytes::from_static(&[0, 0, 0, 2, 0x26, 1]))
    }
}

#[test]
fn video_written_is_video_read() {
    for config in [h264_config(), h265_config()] {
        let mut parser = BodyParser::new();
        assert_eq!(
            parser.video(0, write_video_config(&config)),
            Ok(Body::VideoConfig(config.clone()))
        );
        for frame in [
            frame(1000, 1000, true),
            frame(1040, 1120, false),
            frame(1080, 1060, false),
        ] {
            assert_eq!(
                parser.video(frame.dts_ms, write_video(config.codec, &frame)),
                Ok(Body::Frame(frame))
            );
        }
    }
}

#[test]
fn audio_written_is_audio_read() {
    let config = aac::config(16000, 1).unwrap();
    let mut parser = BodyParser::new();
    assert_eq!(
        parser.audio(0, write_audio_config(&config)),
        Ok(Body::AudioConfig(config))
    );
    let frame = Frame::audio(64, Bytes::from_static(&[1, 2, 3]));
    assert_eq!(parser.audio(64, write_audio(&frame)), Ok(Body::Frame(frame)));
}

#[test]
fn hevc_under_the_old_codec_number_is_understood() {
    let config = h265_config();
    let mut parser = BodyParser::new();
    let header = [&[0x1C, 0, 0, 0, 0], &config.record[..]].concat();
    assert_eq!(parser.video(0, header.into()), Ok(Body::VideoConfig(config)));
    let body = Bytes::from_static(&[0x1C, 1, 0, 0, 80, 0, 0, 0, 2, 0x26, 1]);
    assert_eq!(parser.video(40, body), Ok(Body::Frame(frame(40, 120, true))));
}

#[test]
fn enhanced_aac_and_avc_are_understood() {
    let mut parser = BodyParser::new();
    let config = aac::config(48000, 2).unwrap();
    let header = [b"\x90mp4a", &config.asc[..]].concat();
    assert_eq!(parser.audio(0, header.into()), Ok(Body::AudioConfig(config)));
    let frame = Frame::audio(21, Bytes::from_static(b"x"));
    assert_eq!(
        parser.audio(21, Bytes::from_static(b"\x91mp4ax")),
        Ok(Body::Frame(frame))
    );
    let config = h264_config();
    let header = [b"\x90avc1", &config.record[..]].concat();
    assert_eq!(parser.video(0, header.into()), Ok(Body::VideoConfig(config)));
}

#[test]
fn two_byte_nal_lengths_become_four() {
    let mut record = h264_config().record.to_vec();
    record[4] = 0xFD;
    let mut parser = BodyParser::new();
    let header = [&[0x17, 0, 0, 0, 0], &record[..]].concat();
    assert_eq!(parser.video(0, header.into()), Ok(Body::VideoConfig(h264_config())));
    let body = Bytes::from_static(&[0x17, 1, 0, 0, 0, 0, 2, 0x65, 1]);
    let Ok(Body::Frame(frame)) = parser.video(0, body) else {
        panic!("no frame")
    };
    assert_eq!(frame.data[..], [0, 0, 0, 2, 0x65, 1]);
}

#[test]
fn what_is_no_media_for_us_is_told_apart() {
    let mut parser = BodyParser::new();
    assert_eq!(parser.video(0, Bytes::new()), Ok(Body::Nothing));
    assert_eq!(
        parser.video(0, Bytes::from_static(&[0x57, 0])),
        Ok(Body::Nothing),
        "a seek command"
    );
    assert_eq!(
        parser.video(0, Bytes::from_static(&[0x17, 2, 0, 0, 0])),
        Ok(Body::EndOfSequence)
    );
    assert_eq!(
        parser.video(0, Bytes::from_static(&[0x12, 0])),
        Err(MediaError::Unsupported("video codec"))
    );
    assert_eq!(
        parser.audio(0, Bytes::from_static(&[0x7E, 1])),
        Err(MediaError::Unsupported("audio codec")),
        "A-law"
    );
    assert_eq!(
        parser.video(0, Bytes::from_static(b"\x90av01")),
        Err(MediaError::Unsupported("video codec"))
    );
    let early = Bytes::from_static(&[0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65]);
    assert_eq!(
        parser.video(0, early),
        Err(MediaError::Malformed("video frame before its configuration"))
    );
}

#[test]
fn a_tag_has_the_header_of_the_specification() {
    let mut out = BytesMut::new();
    write_tag(&mut out, AUDIO_TAG, 0x0102_0304, &[9, 9]);
    assert_eq!(out[..], [8, 0, 0, 2, 2, 3, 4, 1, 0, 0, 0, 9, 9, 0, 0, 0, 13]);
    let (mut whole, mut direct) = (BytesMut::new(), BytesMut::new());
    let frame = frame(40, 80, true);
    write_tag(&mut whole, VIDEO_TAG, 40, &write_video(VideoCodec::H264, &frame));
    write_video_tag(&mut direct, 40, VideoCodec::H264, &frame);
    assert_eq!(whole, direct);
}

#[test]
fn the_file_header_and_metadata_tell_the_tracks() {
    assert_eq!(file_header(true, false), *b"FLV\x01\x01\0\0\0\x09\0\0\0\0");
    assert_eq!(file_header(true, true)[4], 5);
    let metadata = metadata(Some(&h264_config()), None);
    assert!(metadata.starts_with(b"\x02\0\x0aonMetaData\x08\0\0\0\x03\0\x05width\0"));
    assert!(metadata.ends_with(&[0, 0, 9]));
}

proptest! {
    #[test]
    fn arbitrary_bodies_never_panic(bodies in proptest::collection::vec((any::<bool>(), proptest::collection::vec(any::<u8>(), 0..80)), 0..6)) {
        let mut parser = BodyParser::new();
        for (video, body) in bodies {
            let _ = if video { parser.video(0, body.into()) } else { parser.audio(0, body.into()) };
        }
    }

    #[test]
    fn cut_and_damaged_bodies_never_panic(hevc: bool, len in 0usize..160, at in 0usize..160, bit in 0u8..8) {
        let config = if hevc { h265_config() } else { h264_config() };
        let mut body = write_video_config(&config).to_vec();
        let at = at % body.len();
        body[at] ^= 1 << bit;
        body.truncate(len);
        let mut parser = BodyParser::new();
        let _ = parser.video(0, body.into());
        let _ = parser.video(0, write_video(config.codec, &frame(0, 0, true)));
    }
}
