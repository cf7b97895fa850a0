//! Pictures and sound as a camera sends them over RTSP, with any times: never a panic, decoding times never go back,
//! and what was framed by lengths is so afterwards.
#![no_main]

// The files by themselves: the device as a dependency would bring encoders to build.
#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/ovd/src"]
mod device {
    pub mod audio;
    pub mod source {
        mod decode_times;

        use decode_times::{DecodeTime, DecodeTimes};

        pub fn check_times(times: impl Iterator<Item = i64>) {
            let mut decode = DecodeTimes::default();
            let mut last = i64::MIN;
            for time in times {
                match decode.next(time) {
                    DecodeTime::Known(at) => {
                        assert!(at >= last, "never back");
                        last = at;
                    }
                    DecodeTime::StartOver => {
                        decode.restart();
                        last = i64::MIN;
                    }
                }
            }
        }
    }
}

use arbitrary::Arbitrary;
use device::audio::{SampleFormat, SoundTrack};
use bytes::Bytes;
use device::source::check_times;
use libfuzzer_sys::fuzz_target;
use media::{h264, h265, nal};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    format: u8,
    rate: u8,
    stereo: bool,
    length_size: u8,
    packets: Vec<(i64, &'a [u8])>,
}

/// Milliseconds that RTP's timestamps can reach in a hundred years, either way.
const MAX_TIME_MS: i64 = 100 * 366 * 24 * 3_600_000;

fuzz_target!(|input: Input<'_>| {
    let format = [SampleFormat::ALaw, SampleFormat::ULaw, SampleFormat::S16Be][usize::from(input.format / 8) % 3];
    let rate = [8000, 16_000, 44_100, 48_000, 11_025, 1][usize::from(input.rate) % 6];
    // An encoder is costly to make: mostly without.
    let sound = input.format.is_multiple_of(8).then(|| SoundTrack::recoded(format, rate, 1 + u8::from(input.stereo)));
    let mut track = sound.and_then(Result::ok);
    check_times(input.packets.iter().map(|(time, _)| time % MAX_TIME_MS));
    for (time, data) in input.packets {
        let data = Bytes::copy_from_slice(data);
        // As a configuration record may give it.
        let length_size = usize::from(input.length_size) % 4 + 1;
        if let Ok(picture) = nal::widen_lengths(data.clone(), length_size) {
            let _ = (h264::is_keyframe(&picture), h265::is_keyframe(&picture));
            assert!(length_size == 4 || nal::length_prefixed_to_annexb(&picture).is_ok());
        }
        for frame in track.iter_mut().flat_map(|track| track.push(time % MAX_TIME_MS, data.clone())) {
            assert!(!frame.data.is_empty());
        }
    }
});
