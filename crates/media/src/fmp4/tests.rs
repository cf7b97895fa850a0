use super::*;
use crate::{aac, h264};
use mp4_atom::{Any, Decode, ReadFrom};

fn tracks() -> (VideoConfig, AudioConfig) {
    let sps = [
        0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0, 0, 3, 0, 1, 0, 0, 3, 0, 0x32, 0x0f, 0x16,
        0x2e, 0x48,
    ];
    let video = h264::config_from_parameter_sets(&[&sps], &[&[0x68, 0xcb, 0x83, 0xcb, 0x20]]).unwrap();
    (video, aac::config(48000, 2).unwrap())
}

fn muxer() -> Muxer {
    let (video, audio) = tracks();
    Muxer::new(Some(video), Some(audio))
}

fn atoms(mut bytes: &[u8]) -> Vec<Any> {
    let mut atoms = Vec::new();
    while !bytes.is_empty() {
        atoms.push(Any::decode(&mut bytes).unwrap());
    }
    atoms
}

fn fragment(muxer: &mut Muxer, frame: &Frame) -> Vec<Any> {
    let mut out = BytesMut::new();
    assert!(muxer.write_fragment(&mut out, frame, UNIX_EPOCH + Duration::from_millis(1500)));
    atoms(&out)
}

fn times(atoms: &[Any]) -> (u64, u32) {
    atoms
        .iter()
        .find_map(|atom| match atom {
            Any::Moof(moof) => {
                let traf = &moof.traf[0];
                Some((
                    traf.tfdt.as_ref()?.base_media_decode_time,
                    traf.trun[0].samples.get(0)?.duration?,
                ))
            }
            _ => None,
        })
        .unwrap()
}

#[test]
fn another_parser_reads_the_init_segment() {
    let init = muxer().init_segment();
    let atoms = atoms(&init);
    assert!(matches!(atoms[0], Any::Ftyp(_)));
    let Any::Moov(moov) = &atoms[1] else { panic!("no moov") };
    assert_eq!(moov.trak.len(), 2);
    assert_eq!(moov.mvex.as_ref().unwrap().trex.len(), 2);
    let [mp4_atom::Codec::Avc1(avc1)] = &moov.trak[0].mdia.minf.stbl.stsd.codecs[..] else {
        panic!("no avc1")
    };
    assert_eq!((avc1.visual.width, avc1.visual.height), (640, 360));
    assert_eq!(avc1.avcc.avc_profile_indication, 0x42);
    assert_eq!(moov.trak[1].mdia.mdhd.timescale, 48000);
    let [mp4_atom::Codec::Mp4a(mp4a)] = &moov.trak[1].mdia.minf.stbl.stsd.codecs[..] else {
        panic!("no mp4a")
    };
    assert_eq!(mp4a.audio.channel_count, 2);
}

#[test]
fn the_media_type_names_both_codecs() {
    assert_eq!(muxer().mime(), "video/mp4; codecs=\"avc1.42c01e,mp4a.40.2\"");
    let (_, audio) = tracks();
    assert_eq!(Muxer::new(None, Some(audio)).mime(), "audio/mp4; codecs=\"mp4a.40.2\"");
}

#[test]
fn a_video_fragment_tells_when_it_came_and_where_its_frame_is() {
    let frame = Frame {
        pts_ms: 120,
        ..Frame::video(40, true, Bytes::from_static(b"\0\0\0\x01\x65"))
    };
    let mut out = BytesMut::new();
    muxer().write_fragment(&mut out, &frame, UNIX_EPOCH + Duration::from_millis(1500));
    let atoms = atoms(&out);
    let [Any::Prft(_), Any::Moof(moof), Any::Mdat(mdat)] = &atoms[..] else {
        panic!("{atoms:?}")
    };
    assert_eq!(mdat.data, frame.data);
    let entry = moof.traf[0].trun[0].samples.get(0).unwrap();
    assert_eq!((entry.size, entry.cts), (Some(5), Some(80)));
    assert_eq!(entry.flags, Some(0x0200_0000), "depends on no other");
    // The data offset counts from the start of the moof, which stands behind a prft of 32 bytes.
    let offset = moof.traf[0].trun[0].data_offset.unwrap() as usize;
    assert_eq!(out[32 + offset..], frame.data[..]);
    assert_eq!(
        out[16..24],
        ((2_208_988_801u64 << 32) + (1 << 31)).to_be_bytes(),
        "1.5 s after 1970"
    );
    assert_eq!(out[24..32], 40u64.to_be_bytes());
}

#[test]
fn a_video_frame_lasts_as_long_as_the_one_before_took() {
    let mut muxer = muxer();
    let mut at = |dts_ms| {
        times(&fragment(
            &mut muxer,
            &Frame::video(dts_ms, false, Bytes::from_static(b"x")),
        ))
    };
    assert_eq!(at(0), (0, 40));
    assert_eq!(at(100), (100, 100));
    assert_eq!(at(60_000), (60_000, 100), "a pause is no duration");
}

#[test]
fn sound_cut_to_milliseconds_is_gapless_again() {
    let mut muxer = muxer();
    let mut expected = 0;
    for frame in 0..2000 {
        let dts_ms = frame * 1024 * 1000 / 48000;
        let (at, duration) = times(&fragment(&mut muxer, &Frame::audio(dts_ms, Bytes::from_static(b"x"))));
        assert_eq!((at, duration), (expected, 1024));
        expected += 1024;
    }
}

#[test]
fn a_gap_in_the_sound_stays_a_gap_and_time_never_falls() {
    let mut muxer = muxer();
    let mut at = |dts_ms| times(&fragment(&mut muxer, &Frame::audio(dts_ms, Bytes::from_static(b"x")))).0;
    assert_eq!(at(0), 0);
    assert_eq!(at(1000), 48000);
    assert_eq!(at(10), 48000 + 1024);
}

#[test]
fn frames_of_a_track_that_is_not_there_are_left_out() {
    let (video, _) = tracks();
    let mut out = BytesMut::new();
    let mut muxer = Muxer::new(Some(video), None);
    assert!(!muxer.write_fragment(&mut out, &Frame::audio(0, Bytes::from_static(b"x")), UNIX_EPOCH));
    assert!(out.is_empty());
}

#[test]
fn every_byte_of_a_long_run_is_read_back() {
    let mut muxer = muxer();
    let mut out = BytesMut::from(&muxer.init_segment()[..]);
    for number in 0..50 {
        let frame = Frame::video(
            number * 40,
            number % 25 == 0,
            vec![number as u8; 100 * number as usize + 1].into(),
        );
        muxer.write_fragment(&mut out, &frame, UNIX_EPOCH);
    }
    let mut reader = &out[..];
    let mut sizes = Vec::new();
    while let Ok(Some(atom)) = Option::<Any>::read_from(&mut reader) {
        if let Any::Mdat(mdat) = atom {
            sizes.push(mdat.data.len());
        }
    }
    assert_eq!(sizes, (0..50).map(|number| 100 * number + 1).collect::<Vec<_>>());
}
