use super::*;
use proptest::prelude::*;

/// Name, VPS, SPS, PPS, size, codec string.
type Written = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    (u32, u32),
    &'static str,
);

/// Parameter sets that x265 wrote.
const X265: &[Written] = &[
    (
        "main",
        "40010c01ffff01600000030090000003000003005a959809",
        "42010101600000030090000003000003005aa0060201b165959a4932bc05a02000000300200000030321",
        "4401c172b46240",
        (768, 432),
        "hvc1.1.6.L90.90",
    ),
    (
        "main 10, cropped, high tier",
        "40010c01ffff022000000300900000030000030078959809",
        "420101022000000300900000030000030078a003c4801107248d96566924caf0168080000003008000000c84",
        "4401c172b46240",
        (1922, 1082),
        "hvc1.2.4.L120.90",
    ),
];

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn config(which: usize) -> VideoConfig {
    let (_, vps, sps, pps, ..) = X265[which];
    config_from_parameter_sets(&[&hex(vps)], &[&hex(sps)], &[&hex(pps)]).unwrap()
}

#[test]
fn size_and_codec_string_of_what_x265_writes() {
    for (which, (name, .., size, codec_string)) in X265.iter().enumerate() {
        let config = config(which);
        assert_eq!((config.width, config.height), *size, "{name}");
        assert_eq!(config.codec_string, *codec_string, "{name}");
    }
}

#[test]
fn a_record_gives_back_what_it_was_made_of() {
    for which in 0..X265.len() {
        let made = config(which);
        assert_eq!(config_from_record(&made.record), Ok((made, 4)));
    }
}

#[test]
fn the_record_tells_bit_depth_and_layers() {
    let record = config(1).record;
    assert_eq!(record[16..19], [0xFD, 0xFA, 0xFA], "4:2:0, 10 bits");
    assert_eq!(record[21] >> 3 & 7, 1, "one temporal layer");
}

#[test]
fn a_cut_record_is_an_error_at_every_length() {
    let record = config(0).record;
    for len in 0..record.len() {
        assert!(config_from_record(&record[..len]).is_err(), "{len}");
    }
}

#[test]
fn a_keyframe_is_one_that_holds_a_random_access_picture() {
    let unit = |kind: u8| nal::length_prefixed([&[kind << 1, 1][..]]);
    assert!(is_keyframe(&unit(19)) && is_keyframe(&unit(21)), "IDR, CRA");
    assert!(!is_keyframe(&unit(1)));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = config_from_record(&bytes);
        let _ = is_keyframe(&bytes);
        let _ = config_from_parameter_sets(&[&bytes], &[&bytes], &[&bytes]);
    }

    #[test]
    fn damaged_parameter_sets_never_panic(which in 0..X265.len(), at in 0usize..64, bit in 0u8..8) {
        let mut sps = hex(X265[which].2);
        let at = at % sps.len();
        sps[at] ^= 1 << bit;
        if let Ok(config) = config_from_parameter_sets(&[&[0x40, 1]], &[&sps], &[&[0x44, 1]]) {
            prop_assert!((1..=16384).contains(&config.width) && (1..=16384).contains(&config.height));
        }
    }
}
