use super::*;
use crate::load::stamp::Stamp;

fn video(keyframe: bool, stamp: Stamp) -> Vec<u8> {
    let mut body = vec![
        if keyframe { 0x17 } else { 0x27 },
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        Stamp::NAL_LEN as u8,
    ];
    body.extend_from_slice(&stamp.to_nal());
    body.extend_from_slice(&[7; 500]);
    body
}

fn status(code: &str) -> Vec<u8> {
    let mut body = b"\x02\0\x08onStatus\0\0\0\0\0\0\0\0\0\x05\x03\0\x04code\x02".to_vec();
    body.extend_from_slice(&(code.len() as u16).to_be_bytes());
    body.extend_from_slice(code.as_bytes());
    body.extend_from_slice(&[0, 0, 9]);
    body
}

fn target() -> Target {
    Target::parse("rtmp://host/live/a").unwrap()
}

/// What a server sends up to two frames, the second with an audio message between its chunks.
fn server_bytes() -> (Vec<u8>, [Stamp; 2]) {
    let stamps = [1, 2].map(|sequence| Stamp {
        sequence,
        sent_unix_ns: 9,
    });
    let mut bytes = vec![3; 1 + 2 * HANDSHAKE_LEN];
    command::message(&mut bytes, 2, WINDOW_SIZE, 0, &100u32.to_be_bytes());
    command::message(
        &mut bytes,
        3,
        COMMAND,
        0,
        b"\x02\0\x07_result\0\x3F\xF0\0\0\0\0\0\0\x05\x05",
    );
    command::message(
        &mut bytes,
        3,
        COMMAND,
        0,
        b"\x02\0\x07_result\0\x40\0\0\0\0\0\0\0\x05\0\x3F\xF0\0\0\0\0\0\0",
    );
    command::message(&mut bytes, 5, COMMAND, 1, &status("NetStream.Play.Start"));
    command::message(&mut bytes, 6, VIDEO_TYPE, 1, &video(true, stamps[0]));
    let mut second = Vec::new();
    command::message(&mut second, 6, VIDEO_TYPE, 1, &video(false, stamps[1]));
    let first_chunk = 12 + 128;
    bytes.extend_from_slice(&second[..first_chunk]);
    command::message(&mut bytes, 4, 8, 1, &[0xAF, 1, 5]);
    bytes.extend_from_slice(&second[first_chunk..]);
    command::message(&mut bytes, 2, USER_CONTROL, 0, &[0, 6, 1, 2, 3, 4]);
    (bytes, stamps)
}

const VIDEO_TYPE: u8 = 9;

#[test]
fn a_stream_is_asked_for_and_its_frames_are_found_however_it_is_cut() {
    let (bytes, [one, two]) = server_bytes();
    for cut in [1, 5, 131, 100_000] {
        let (mut session, _hello) = PlaySession::new();
        let (mut out, mut seen) = (Vec::new(), Vec::new());
        for part in bytes.chunks(cut) {
            session
                .receive(part, &target(), &mut out, &mut |one| seen.push(one))
                .unwrap();
        }
        let wanted = [Seen::Keyframe, Seen::Frame(Some(one)), Seen::Frame(Some(two))];
        assert_eq!(seen, wanted, "in pieces of {cut}");
        let said = |word: &[u8]| out.windows(word.len()).any(|window| window == word);
        assert!(said(b"connect") && said(b"createStream") && said(b"play"));
        assert!(said(&[0, 7, 1, 2, 3, 4]), "the ping is answered");
    }
}

#[test]
fn a_refusal_is_told() {
    let (mut session, _hello) = PlaySession::new();
    let mut bytes = vec![3; 1 + 2 * HANDSHAKE_LEN];
    command::message(&mut bytes, 5, COMMAND, 1, &status("NetStream.Play.StreamNotFound"));
    let refused = session.receive(&bytes, &target(), &mut Vec::new(), &mut |_| {});
    assert_eq!(refused.unwrap_err(), "RTMP: NetStream.Play.StreamNotFound");
}
