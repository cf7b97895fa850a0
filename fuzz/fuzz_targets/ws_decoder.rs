//! Any bytes, in any pieces, to both roles of the WebSocket decoder.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use ws::{Decoder, Error, Message, Role};

const LIMIT: u32 = 4096;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    server: bool,
    cuts: Vec<u8>,
    bytes: &'a [u8],
}

/// The messages and how it ended.
fn decode<'a>(role: Role, pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<(u8, Vec<u8>)>, Result<(), Error>) {
    let mut decoder = Decoder::new(role, LIMIT);
    let mut messages = Vec::new();
    for piece in pieces {
        let result = decoder.decode(&mut piece.to_vec(), |message| {
            let (kind, payload) = match message {
                Message::Text(text) => (1, text.as_bytes()),
                Message::Binary(payload) => (2, payload),
                Message::Close { reason, .. } => (8, reason.as_bytes()),
                Message::Ping(payload) => (9, payload),
                Message::Pong(payload) => (10, payload),
            };
            assert!(payload.len() <= LIMIT as usize);
            messages.push((kind, payload.to_vec()));
        });
        if result.is_err() {
            return (messages, result);
        }
    }
    (messages, Ok(()))
}

fuzz_target!(|input: Input<'_>| {
    let role = if input.server { Role::Server } else { Role::Client };
    let whole = decode(role, std::iter::once(input.bytes));
    let mut pieces = Vec::new();
    let mut rest = input.bytes;
    for cut in input.cuts {
        let (piece, after) = rest.split_at(usize::from(cut).min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    assert_eq!(decode(role, pieces.into_iter()), whole);
    assert_eq!(decode(role, input.bytes.chunks(1)), whole);
});
