//! What RFC 6455 asks of both ends, on whole byte streams.

use proptest::prelude::*;
use ws::{
    Decoder, Error, Message, Opcode, Role, accept_key, client_key, encode_binary, encode_close, encode_ping,
    encode_pong, encode_text, frame_header, handshake,
};

/// A message that does not borrow.
#[derive(Debug, Clone, PartialEq)]
enum Got {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
}

impl From<Message<'_>> for Got {
    fn from(message: Message<'_>) -> Self {
        match message {
            Message::Text(text) => Self::Text(text.into()),
            Message::Binary(bytes) => Self::Binary(bytes.into()),
            Message::Ping(bytes) => Self::Ping(bytes.into()),
            Message::Pong(bytes) => Self::Pong(bytes.into()),
            Message::Close { code, reason } => Self::Close(code, reason.into()),
        }
    }
}

const LIMIT: u32 = 1 << 20;

fn decode_with(decoder: &mut Decoder, bytes: &[u8]) -> (Vec<Got>, Result<(), Error>) {
    let mut got = Vec::new();
    let result = decoder.decode(&mut bytes.to_vec(), |message| got.push(message.into()));
    (got, result)
}

fn decode(role: Role, bytes: &[u8]) -> (Vec<Got>, Result<(), Error>) {
    decode_with(&mut Decoder::new(role, LIMIT), bytes)
}

/// Decodes the same bytes cut in two at every place, and byte by byte: nothing may change.
fn decode_cut(role: Role, bytes: &[u8]) -> (Vec<Got>, Result<(), Error>) {
    let whole = decode(role, bytes);
    for cut in 1..bytes.len() {
        assert_eq!(
            decode_pieces(role, [&bytes[..cut], &bytes[cut..]]),
            whole,
            "cut at {cut}"
        );
    }
    assert_eq!(decode_pieces(role, bytes.chunks(1)), whole, "byte by byte");
    whole
}

fn decode_pieces<'a>(role: Role, pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Got>, Result<(), Error>) {
    let mut decoder = Decoder::new(role, LIMIT);
    let mut got = Vec::new();
    for piece in pieces {
        let (more, result) = decode_with(&mut decoder, piece);
        got.extend(more);
        if result.is_err() {
            return (got, result);
        }
    }
    (got, Ok(()))
}

#[test]
fn the_handshake_example_of_section_1_3() {
    let key = client_key(*b"the sample nonce");
    assert_eq!(key, "dGhlIHNhbXBsZSBub25jZQ==");
    assert_eq!(accept_key(&key), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert!(handshake::is_client_key(&key));
    assert!(!handshake::is_client_key("dGhlIHNhbXBsZQ==") && !handshake::is_client_key("not base64"));
    assert!(handshake::server_response(&key).contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    let request = handshake::client_request("cloud.example:8080", "/ovc?login_code=1", &key);
    assert!(request.starts_with("GET /ovc?login_code=1 HTTP/1.1\r\nHost: cloud.example:8080\r\n"));
    assert!(request.contains(&format!("\r\nSec-WebSocket-Key: {key}\r\n")) && request.ends_with("\r\n\r\n"));
}

#[test]
fn the_frame_examples_of_section_5_7() {
    let hello = || Got::Text("Hello".into());
    for (role, bytes, messages) in [
        (Role::Client, &b"\x81\x05Hello"[..], vec![hello()]),
        (
            Role::Server,
            b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
            vec![hello()],
        ),
        (Role::Client, b"\x01\x03Hel\x80\x02lo", vec![hello()]),
        (Role::Client, b"\x89\x05Hello", vec![Got::Ping(b"Hello".into())]),
        (
            Role::Server,
            b"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
            vec![Got::Pong(b"Hello".into())],
        ),
    ] {
        assert_eq!(decode_cut(role, bytes), (messages, Ok(())));
    }
    for (len, header) in [
        (256, &[0x82, 0x7E, 0x01, 0x00][..]),
        (65536, &[0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0]),
    ] {
        let payload = vec![7; len];
        let mut frame = Vec::new();
        encode_binary(&mut frame, &payload, None);
        assert_eq!(&frame[..header.len()], header);
        assert_eq!(decode(Role::Client, &frame), (vec![Got::Binary(payload)], Ok(())));
    }
    let mut frame = Vec::new();
    encode_text(&mut frame, "Hello", Some([0x37, 0xfa, 0x21, 0x3d]));
    assert_eq!(frame, b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
}

#[test]
fn control_frames_come_between_fragments() {
    let bytes = b"\x01\x03Hel\x89\x01p\x00\x01l\x8a\x00\x80\x01o\x81\x02hi";
    let got = vec![
        Got::Ping(b"p".into()),
        Got::Pong(vec![]),
        Got::Text("Hello".into()),
        Got::Text("hi".into()),
    ];
    assert_eq!(decode_cut(Role::Client, bytes), (got, Ok(())));
}

#[test]
fn a_character_may_be_cut_by_fragments() {
    let bytes = b"\x01\x01\xe6\x00\x01\xb0\x80\x01\xb4";
    assert_eq!(decode_cut(Role::Client, bytes), (vec![Got::Text("水".into())], Ok(())));
}

#[test]
fn close_codes_and_reasons() {
    let mut frame = Vec::new();
    encode_close(&mut frame, 4001, "replaced", None);
    encode_text(&mut frame, "after the close", None);
    assert_eq!(
        decode_cut(Role::Client, &frame),
        (vec![Got::Close(Some(4001), "replaced".into())], Ok(()))
    );
    assert_eq!(
        decode_cut(Role::Client, b"\x88\x00"),
        (vec![Got::Close(None, String::new())], Ok(()))
    );
    for bad in [0u16, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535] {
        let mut frame = Vec::new();
        encode_close(&mut frame, bad, "", None);
        assert_eq!(
            decode_cut(Role::Client, &frame),
            (vec![], Err(Error::BadClose)),
            "{bad}"
        );
    }
    assert_eq!(decode_cut(Role::Client, b"\x88\x01\x03").1, Err(Error::BadClose));
    assert_eq!(decode_cut(Role::Client, b"\x88\x03\x03\xe8\xff").1, Err(Error::NotUtf8));
}

#[test]
fn a_long_reason_is_cut_at_a_character() {
    let mut frame = Vec::new();
    encode_close(&mut frame, 1008, &"水".repeat(100), None);
    let (got, result) = decode(Role::Client, &frame);
    assert_eq!((got, result), (vec![Got::Close(Some(1008), "水".repeat(41))], Ok(())));
}

#[test]
fn broken_frames_end_the_connection_with_their_code() {
    use Error::*;
    for (role, bytes, error, code) in [
        (Role::Client, &b"\xc1\x00"[..], ReservedBit, 1002),
        (Role::Client, b"\x91\x00", ReservedBit, 1002),
        (Role::Client, b"\x83\x00", UnknownOpcode, 1002),
        (Role::Client, b"\x8b\x00", UnknownOpcode, 1002),
        (Role::Server, b"\x81\x05Hello", NotMasked, 1002),
        (
            Role::Client,
            b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
            Masked,
            1002,
        ),
        (Role::Client, b"\x81\x7e\x00\x05Hello", LongLength, 1002),
        (
            Role::Client,
            b"\x81\x7f\x00\x00\x00\x00\x00\x00\x00\x05Hello",
            LongLength,
            1002,
        ),
        (
            Role::Client,
            b"\x81\x7f\x80\x00\x00\x00\x00\x01\x00\x00",
            LongLength,
            1002,
        ),
        (Role::Client, b"\x09\x00", BadControl, 1002),
        (Role::Client, b"\x89\x7e\x00\x7e", BadControl, 1002),
        (Role::Client, b"\x80\x01o", BadFragment, 1002),
        (Role::Client, b"\x01\x01a\x81\x01b", BadFragment, 1002),
        (Role::Client, b"\x81\x02\xc3\x28", NotUtf8, 1007),
        (Role::Client, b"\x81\x03\xed\xa0\x80", NotUtf8, 1007),
        (Role::Client, b"\x82\x7f\x00\x00\x00\x00\x00\x10\x00\x01", TooBig, 1009),
    ] {
        assert_eq!(decode_cut(role, bytes), (vec![], Err(error)), "{bytes:x?}");
        assert_eq!(error.close_code(), code);
    }
}

#[test]
fn fragments_count_together_towards_the_limit() {
    let mut decoder = Decoder::new(Role::Client, 8);
    assert_eq!(decode_with(&mut decoder, b"\x01\x05Hello").1, Ok(()));
    assert_eq!(decode_with(&mut decoder, b"\x80\x04").1, Err(Error::TooBig));
    assert_eq!(decode(Role::Client, b"\x81\x05Hello").0.len(), 1);
    let mut decoder = Decoder::new(Role::Client, 8);
    assert_eq!(
        decode_with(&mut decoder, b"\x01\x05Hello\x80\x03 wo"),
        (vec![Got::Text("Hello wo".into())], Ok(()))
    );
}

#[test]
fn after_an_error_nothing_is_decoded() {
    let mut decoder = Decoder::new(Role::Client, LIMIT);
    assert_eq!(
        decode_with(&mut decoder, b"\x81\x01a\x83\x00\x81\x01b").0,
        [Got::Text("a".into())]
    );
    assert_eq!(decode_with(&mut decoder, b"\x81\x01c"), (vec![], Ok(())));
}

#[test]
fn a_message_under_way_is_known() {
    let mut decoder = Decoder::new(Role::Client, LIMIT);
    for (bytes, under_way) in [
        (&b"\x81"[..], true),
        (b"\x01a", false),
        (b"\x01\x01b", true),
        (b"\x80\x01c", false),
    ] {
        decode_with(&mut decoder, bytes).1.unwrap();
        assert_eq!(decoder.is_mid_message(), under_way);
    }
}

#[test]
fn an_idle_decoder_is_small() {
    assert!(size_of::<Decoder>() <= 64, "{}", size_of::<Decoder>());
}

#[test]
fn a_shared_frame_is_its_header_and_the_payload() {
    for len in [0, 125, 126, 65535, 65536] {
        let payload = vec![1; len];
        let mut whole = Vec::new();
        encode_binary(&mut whole, &payload, None);
        assert_eq!([&frame_header(Opcode::Binary, len, None), &payload[..]].concat(), whole);
    }
}

fn any_message() -> impl Strategy<Value = Got> {
    let small = || proptest::collection::vec(any::<u8>(), 0..=125);
    prop_oneof![
        any::<String>().prop_map(Got::Text),
        proptest::collection::vec(any::<u8>(), 0..=300).prop_map(Got::Binary),
        Just(Got::Binary(vec![9; 70_000])),
        small().prop_map(Got::Ping),
        small().prop_map(Got::Pong),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_encoded_is_decoded_however_it_is_cut(
        messages in proptest::collection::vec(any_message(), 0..6),
        cuts in proptest::collection::vec(1usize..200, 1..20),
        mask in proptest::option::of(any::<[u8; 4]>()),
    ) {
        let mut bytes = Vec::new();
        for message in &messages {
            match message {
                Got::Text(text) => encode_text(&mut bytes, text, mask),
                Got::Binary(payload) => encode_binary(&mut bytes, payload, mask),
                Got::Ping(payload) => encode_ping(&mut bytes, payload, mask),
                Got::Pong(payload) => encode_pong(&mut bytes, payload, mask),
                Got::Close(code, reason) => encode_close(&mut bytes, code.unwrap_or(1000), reason, mask),
            }
        }
        let role = if mask.is_some() { Role::Server } else { Role::Client };
        let mut pieces = Vec::new();
        let mut rest = &bytes[..];
        let mut cuts = cuts.into_iter().cycle();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(cuts.next().unwrap().min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        prop_assert_eq!(decode_pieces(role, pieces), (messages, Ok(())));
    }

    #[test]
    fn no_input_panics_and_pieces_do_not_matter(
        bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..200, server in any::<bool>()
    ) {
        let role = if server { Role::Server } else { Role::Client };
        let cut = cut.min(bytes.len());
        prop_assert_eq!(decode_pieces(role, [&bytes[..cut], &bytes[cut..]]), decode(role, &bytes));
    }
}
