use super::*;
use h264_reader::nal::sps::SeqParameterSet;
use h264_reader::rbsp::decode_nal;
use proptest::prelude::*;

/// Name, SPS, PPS, size, codec string.
type Written = (&'static str, &'static str, &'static str, (u32, u32), &'static str);

/// Parameter sets that x264 wrote.
const X264: &[Written] = &[
    (
        "baseline",
        "6742c01ed900a02ff97011000003000100000300320f162e48",
        "68cb83cb20",
        (640, 360),
        "avc1.42c01e",
    ),
    (
        "high, cropped",
        "67640028acd940780227e5c044000003000400000300c83c60c658",
        "68ebe3cb22c0",
        (1920, 1080),
        "avc1.640028",
    ),
    (
        "interlaced",
        "67640028acd94078044fde0220000003002000000643e2c5b2c0",
        "68fba3cb22c0",
        (1920, 1080),
        "avc1.640028",
    ),
    (
        "4:4:4",
        "67f4000d919b282a10f1f1f808800000030080000019078a14cb",
        "68ebe3c44844",
        (322, 242),
        "avc1.f4000d",
    ),
    (
        "4:2:2 10 bit, scaling matrix",
        "677a001fb6cd9405005bb011000003000100000300320f183196",
        "68ebe3cb3002c0",
        (1280, 720),
        "avc1.7a001f",
    ),
];

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

#[test]
fn size_and_codec_string_of_what_x264_writes() {
    for (name, sps, pps, size, codec_string) in X264 {
        let config = config_from_parameter_sets(&[&hex(sps)], &[&hex(pps)]).unwrap();
        assert_eq!((config.width, config.height), *size, "{name}");
        assert_eq!(config.codec_string, *codec_string, "{name}");
    }
}

#[test]
fn a_record_gives_back_what_it_was_made_of() {
    for (name, sps, pps, ..) in X264 {
        let made = config_from_parameter_sets(&[&hex(sps)], &[&hex(pps)]).unwrap();
        assert_eq!(config_from_record(&made.record), Ok((made.clone(), 4)), "{name}");
    }
}

#[test]
fn short_lengths_are_told_and_the_configuration_says_four() {
    let (_, sps, pps, ..) = X264[0];
    let made = config_from_parameter_sets(&[&hex(sps)], &[&hex(pps)]).unwrap();
    let mut two_byte = made.record.to_vec();
    two_byte[4] = 0xFD;
    assert_eq!(config_from_record(&two_byte), Ok((made, 2)));
}

#[test]
fn a_cut_record_is_an_error_at_every_length() {
    let (_, sps, pps, ..) = X264[0];
    let made = config_from_parameter_sets(&[&hex(sps)], &[&hex(pps)]).unwrap();
    for len in 0..made.record.len() {
        assert!(config_from_record(&made.record[..len]).is_err(), "{len}");
    }
}

#[test]
fn a_keyframe_is_one_that_holds_an_idr_picture() {
    let units = |types: &[u8]| nal::length_prefixed(types.iter().map(std::slice::from_ref).collect::<Vec<_>>());
    assert!(is_keyframe(&units(&[0x67, 0x68, 0x65])));
    assert!(!is_keyframe(&units(&[0x09, 0x41])));
    assert!(!is_keyframe(&[0, 0, 0, 9, 0x65]), "its length is a lie");
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = config_from_record(&bytes);
        let _ = is_keyframe(&bytes);
        let _ = config_from_parameter_sets(&[&bytes], &[&bytes]);
    }

    /// Where both parsers accept a damaged parameter set, they agree on its size.
    #[test]
    fn agrees_with_another_parser(which in 0..X264.len(), at in 1usize..24, bit in 0u8..8) {
        let mut sps = hex(X264[which].1);
        let at = at % sps.len();
        sps[at.max(1)] ^= 1 << bit;
        let ours = config_from_parameter_sets(&[&sps], &[&[0x68]]);
        let theirs = decode_nal(&sps).ok().and_then(|rbsp| {
            SeqParameterSet::from_bits(h264_reader::rbsp::BitReader::new(&rbsp[..])).ok()?.pixel_dimensions().ok()
        });
        if let (Ok(ours), Some(theirs)) = (ours, theirs) {
            prop_assert_eq!((ours.width, ours.height), theirs);
        }
    }
}
