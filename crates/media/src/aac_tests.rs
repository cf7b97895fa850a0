use super::*;
use proptest::prelude::*;

#[test]
fn a_plain_configuration_is_read_back() {
    let config = config(44100, 2).unwrap();
    assert_eq!(config.asc[..], [0x12, 0x10]);
    assert_eq!(
        (config.sample_rate_hz, config.channels, config.samples_per_frame),
        (44100, 2, 1024)
    );
    assert_eq!(config.codec_string, "mp4a.40.2");
    assert!(super::config(12345, 2).is_err() && super::config(8000, 0).is_err());
}

#[test]
fn explicit_sbr_keeps_the_cores_rate() {
    // HE-AAC: object type 5, 24 kHz core, stereo, extension 48 kHz, core object type 2.
    let config = config_from_asc(&[0x2B, 0x11, 0x88, 0x00]).unwrap();
    assert_eq!((config.sample_rate_hz, config.channels), (24000, 2));
    assert_eq!(config.codec_string, "mp4a.40.5");
}

#[test]
fn a_rate_may_be_written_out() {
    // Object type 2, index 15, 24 bits of 22222 Hz, mono.
    let bits = (2u64 << 35) | (15 << 31) | (22222 << 7) | (1 << 3);
    let config = config_from_asc(&bits.to_be_bytes()[3..]).unwrap();
    assert_eq!((config.sample_rate_hz, config.channels), (22222, 1));
}

#[test]
fn nonsense_is_refused() {
    assert_eq!(config_from_asc(&[]), Err(MediaError::Truncated("AudioSpecificConfig")));
    assert_eq!(
        config_from_asc(&[0x16, 0x90]),
        Err(MediaError::Malformed("AAC sampling rate")),
        "index 13 is reserved"
    );
    assert!(config_from_asc(&[0; 200]).is_err());
}

#[test]
fn an_adts_frame_gives_configuration_and_data() {
    // AAC-LC, 48 kHz, stereo, 9 bytes in all, no checksum.
    let stream = [0xFF, 0xF1, 0x4C, 0x80, 0x01, 0x3F, 0xFC, 0xAA, 0xBB, 0xFF];
    let frame = parse_adts(&stream).unwrap();
    assert_eq!((frame.data, frame.total_len), (&[0xAA, 0xBB][..], 9));
    assert_eq!(config_from_asc(&frame.asc), config(48000, 2));
    assert_eq!(parse_adts(&stream[..8]), Err(MediaError::Truncated("ADTS frame")));
    assert_eq!(parse_adts(&[0; 7]), Err(MediaError::Malformed("ADTS header")));
}

#[test]
fn what_is_put_before_a_frame_is_read_back() {
    for (rate_hz, channels) in [(48000, 2), (8000, 1), (44100, 6)] {
        let config = config(rate_hz, channels).unwrap();
        let header = AdtsHeader::of(&config).unwrap();
        for len in [1, 300, 8184] {
            let stream = [&header.before(len).unwrap()[..], &vec![0xAB; len]].concat();
            let frame = parse_adts(&stream).unwrap();
            assert_eq!((frame.data.len(), frame.total_len), (len, len + 7));
            assert_eq!(config_from_asc(&frame.asc).unwrap(), config);
        }
        assert!(header.before(8185).is_none());
    }
    let he = config_from_asc(&[0x2B, 0x11, 0x88, 0x00]).unwrap();
    let stream = AdtsHeader::of(&he).unwrap().before(0).unwrap();
    let core = config_from_asc(&parse_adts(&stream).unwrap().asc).unwrap();
    assert_eq!((core.sample_rate_hz, core.codec_string.as_str()), (24000, "mp4a.40.2"));
    let odd_rate = (2u64 << 35) | (15 << 31) | (22222 << 7) | (1 << 3);
    assert!(AdtsHeader::of(&config_from_asc(&odd_rate.to_be_bytes()[3..]).unwrap()).is_none());
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = config_from_asc(&bytes);
        let _ = parse_adts(&bytes);
    }
}
