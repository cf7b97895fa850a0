//! Message bodies of a publisher, in any order and damaged in any way: never a panic, and what is read as a frame can be
//! written in both formats.
#![no_main]

use std::time::SystemTime;

use arbitrary::Arbitrary;
use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;
use media::flv::{self, Body, BodyParser};
use media::{TrackKind, VideoCodec, fmp4};

#[derive(Debug, Arbitrary)]
struct Message<'a> {
    video: bool,
    timestamp_ms: i64,
    body: &'a [u8],
}

fuzz_target!(|messages: Vec<Message<'_>>| {
    let mut parser = BodyParser::new();
    let (mut video, mut audio) = (None, None);
    let mut muxer = fmp4::Muxer::new(None, None);
    let mut codec = VideoCodec::H264;
    let mut out = BytesMut::new();
    for message in messages {
        let body = Bytes::copy_from_slice(message.body);
        let parsed = match message.video {
            true => parser.video(message.timestamp_ms, body),
            false => parser.audio(message.timestamp_ms, body),
        };
        match parsed {
            Ok(Body::VideoConfig(config)) => {
                codec = config.codec;
                assert!(flv::write_video_config(&config).ends_with(&config.record));
                video = Some(config);
            }
            Ok(Body::AudioConfig(config)) => audio = Some(config),
            Ok(Body::Frame(frame)) => {
                out.clear();
                match frame.track {
                    TrackKind::Video => flv::write_video_tag(&mut out, 0, codec, &frame),
                    TrackKind::Audio => flv::write_audio_tag(&mut out, 0, &frame),
                }
                muxer.write_fragment(&mut out, &frame, SystemTime::UNIX_EPOCH);
                continue;
            }
            _ => continue,
        }
        muxer = fmp4::Muxer::new(video.clone(), audio.clone());
        assert!(!muxer.init_segment().is_empty() && !muxer.mime().is_empty());
    }
});
