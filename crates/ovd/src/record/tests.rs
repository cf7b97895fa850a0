//! What the tests of this folder share, and the recorder as a whole against a cloud that takes everything.

use super::*;
use crate::feed::Tracks;
use bytes::Bytes;
use media::{Frame, VideoConfig, h264, nal};

/// When the time of the tests begins, in ms since 1970.
pub(super) const START_MS: i64 = 1_795_000_000_000;

fn began() -> Instant {
    use std::sync::OnceLock;
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    *BEGAN.get_or_init(Instant::now)
}

/// So many ms after the beginning, by both clocks.
pub(super) fn moment(after_ms: i64) -> Moment {
    Moment {
        at: began() + Duration::from_millis(after_ms.unsigned_abs()),
        unix_ms: START_MS + after_ms,
    }
}

pub(super) fn video() -> VideoConfig {
    let sps = [
        0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0, 0, 3, 0, 1, 0, 0, 3, 0, 0x32, 0x0f, 0x16,
        0x2e, 0x48,
    ];
    h264::config_from_parameter_sets(&[&sps], &[&[0x68, 0xcb, 0x83, 0xcb, 0x20]]).unwrap()
}

pub(super) fn tracks() -> Arc<Tracks> {
    Arc::new(Tracks {
        video: Some(video()),
        audio: Some(media::aac::config(48000, 1).unwrap()),
    })
}

/// A picture of about so many bytes.
pub(super) fn picture(dts_ms: i64, keyframe: bool, len: usize) -> Frame {
    let mut unit = vec![1; len.max(2)];
    unit[0] = if keyframe { 0x65 } else { 0x41 };
    Frame::video(dts_ms, keyframe, nal::length_prefixed([&unit[..]]))
}

pub(super) fn sound(dts_ms: i64) -> Frame {
    Frame::audio(dts_ms, Bytes::from_static(&[7; 60]))
}
