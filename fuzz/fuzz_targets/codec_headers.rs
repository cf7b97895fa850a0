//! Parameter sets, configuration records, AudioSpecificConfig and ADTS of any bytes: never a panic, and a record that
//! was understood is understood again when it is written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media::{aac, h264, h265, nal};

fuzz_target!(|input: &[u8]| {
    let Some((&kind, bytes)) = input.split_first() else {
        return;
    };
    match kind % 6 {
        0 => {
            if let Ok((config, _)) = h264::config_from_record(bytes) {
                assert_eq!(h264::config_from_record(&config.record), Ok((config, 4)));
            }
        }
        1 => {
            if let Ok((config, _)) = h265::config_from_record(bytes) {
                assert_eq!(h265::config_from_record(&config.record), Ok((config, 4)));
            }
        }
        2 => {
            let sets: Vec<&[u8]> = nal::split_annexb(bytes).collect();
            let _ = h264::config_from_parameter_sets(&sets, &sets);
            let _ = h265::config_from_parameter_sets(&sets, &sets, &sets);
        }
        3 => {
            if let Ok(config) = aac::config_from_asc(bytes) {
                assert!(config.sample_rate_hz > 0);
            }
        }
        4 => {
            if let Ok(frame) = aac::parse_adts(bytes) {
                assert!(frame.total_len <= bytes.len());
            }
        }
        _ => {
            let prefixed = nal::annexb_to_length_prefixed(bytes);
            let stream = nal::length_prefixed_to_annexb(&prefixed).expect("what we framed is framed");
            assert_eq!(nal::annexb_to_length_prefixed(&stream), prefixed);
            let _ = (h264::is_keyframe(bytes), h265::is_keyframe(bytes));
        }
    }
});
