//! Any bytes, and whole streams with a byte changed, as a recording that a device uploaded: never a panic, the pieces do not
//! matter, and what was read can be written and read again.
#![no_main]

use arbitrary::Arbitrary;
use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use media::ts::{Demuxer, Item, Muxer};
use media::{Frame, TrackKind, aac, h264, nal};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    /// A stream of our own that is damaged; without one, `bytes` are the stream.
    own: Option<Own<'a>>,
    piece: u16,
    bytes: &'a [u8],
}

#[derive(Debug, Arbitrary)]
struct Own<'a> {
    frames: Vec<(bool, bool, u16, &'a [u8])>,
    damage: Vec<(u16, u8)>,
}

fn stream(own: &Own<'_>) -> Vec<u8> {
    let sps = [
        0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0, 0, 3, 0, 1, 0, 0, 3, 0, 0x32, 0x0f, 0x16,
        0x2e, 0x48,
    ];
    let video = h264::config_from_parameter_sets(&[&sps], &[&[0x68, 0xcb, 0x83, 0xcb, 0x20]]).expect("it is one");
    let audio = aac::config(48_000, 2).expect("it is one");
    let mut muxer = Muxer::new(Some(&video), Some(&audio));
    let mut out = BytesMut::new();
    let mut time_ms = 0;
    for (is_picture, keyframe, step, data) in own.frames.iter().take(50) {
        time_ms += i64::from(*step);
        let frame = match is_picture {
            true => {
                let unit = [&[if *keyframe { 0x65 } else { 0x41 }], *data].concat();
                Frame::video(time_ms, *keyframe, nal::length_prefixed([&unit[..]]))
            }
            false => Frame::audio(time_ms, data.to_vec().into()),
        };
        let (before, at_most) = (out.len(), muxer.size_of(&frame));
        muxer.write(&mut out, &frame);
        assert!(out.len() - before <= at_most);
    }
    let mut stream = out.to_vec();
    for (at, byte) in &own.damage {
        if let Some(slot) = stream.get_mut(usize::from(*at)) {
            *slot = *byte;
        }
    }
    stream
}

fn read(bytes: &[u8], piece: usize) -> Vec<Item> {
    let mut demuxer = Demuxer::new();
    let mut items = Vec::new();
    for piece in bytes.chunks(piece) {
        demuxer.push(piece);
        items.extend(std::iter::from_fn(|| demuxer.pop()));
    }
    demuxer.finish();
    items.extend(std::iter::from_fn(|| demuxer.pop()));
    items
}

fuzz_target!(|input: Input<'_>| {
    let own = input.own.as_ref().map(stream);
    let undamaged = input.own.as_ref().is_some_and(|own| own.damage.is_empty());
    let bytes = own.as_deref().unwrap_or(input.bytes);
    let items = read(bytes, bytes.len().max(1));
    if undamaged {
        assert_eq!(items, read(bytes, usize::from(input.piece).max(1)), "the pieces do not matter");
    } else {
        read(bytes, usize::from(input.piece).max(1));
    }
    let (mut video, mut audio, mut muxer) = (None, None, Muxer::new(None, None));
    let mut out = BytesMut::new();
    for item in items {
        match item {
            Item::Video(config) => video = Some(config),
            Item::Audio(config) => audio = Some(config),
            Item::Frame(frame) => {
                assert_eq!(frame.frame.dts_ms, frame.dts_90k.div_euclid(90));
                assert!(!frame.frame.data.is_empty());
                let is_known = match frame.frame.track {
                    TrackKind::Video => video.is_some(),
                    TrackKind::Audio => audio.is_some(),
                };
                assert!(is_known, "a frame without its configuration");
                muxer.write(&mut out, &frame.frame);
                out.clear();
                continue;
            }
        }
        muxer = Muxer::new(video.as_ref(), audio.as_ref());
    }
});
