//! A player's end of RTMP (Adobe "Real Time Messaging Protocol" 1.0), without I/O: just enough to be sent a stream.

mod chunks;
mod command;

use ovd::rtmp::Target;

use super::video::Seen;
use chunks::{Chunks, Message};

const HANDSHAKE_LEN: usize = 1536;
const SET_CHUNK_SIZE: u8 = 1;
const USER_CONTROL: u8 = 4;
const WINDOW_SIZE: u8 = 5;
const COMMAND: u8 = 20;
const PING_REQUEST: [u8; 2] = [0, 6];
const PING_RESPONSE: [u8; 2] = [0, 7];
const SET_BUFFER_LENGTH: [u8; 2] = [0, 3];

/// One viewer's session.
#[derive(Debug)]
pub(super) struct PlaySession {
    /// What has come of the server's handshake; `None` when it is over.
    handshake: Option<Vec<u8>>,
    chunks: Chunks,
    received: u32,
    acknowledged: u32,
    /// The server wants to hear of every so many bytes.
    window: u32,
}

impl PlaySession {
    /// A session, and the bytes to send first.
    pub(super) fn new() -> (Self, Vec<u8>) {
        let mut hello = vec![3; 1 + HANDSHAKE_LEN];
        hello[1..9].fill(0);
        let session = Self {
            handshake: Some(Vec::with_capacity(1 + 2 * HANDSHAKE_LEN)),
            chunks: Chunks::new(),
            received: 0,
            acknowledged: 0,
            window: u32::MAX,
        };
        (session, hello)
    }

    /// The next bytes from the server. What is to be sent back is appended to `out`.
    ///
    /// # Errors
    /// If the server refuses or breaks the protocol; what happened, for people.
    pub(super) fn receive(
        &mut self,
        mut bytes: &[u8],
        target: &Target,
        out: &mut Vec<u8>,
        seen: &mut impl FnMut(Seen),
    ) -> Result<(), String> {
        self.received = self.received.wrapping_add(bytes.len() as u32);
        if let Some(handshake) = &mut self.handshake {
            let (part, rest) = bytes.split_at((1 + 2 * HANDSHAKE_LEN - handshake.len()).min(bytes.len()));
            handshake.extend_from_slice(part);
            bytes = rest;
            if handshake.len() < 1 + 2 * HANDSHAKE_LEN {
                return Ok(());
            }
            // Our last part of the handshake repeats the server's first.
            out.extend_from_slice(&handshake[1..=HANDSHAKE_LEN]);
            command::connect(out, target);
            self.handshake = None;
        }
        let window = &mut self.window;
        self.chunks
            .receive(bytes, seen, &mut |message| answer(&message, target, window, out))?;
        if self.received.wrapping_sub(self.acknowledged) >= self.window {
            self.acknowledged = self.received;
            command::message(out, 2, 3, 0, &self.received.to_be_bytes());
        }
        Ok(())
    }
}

/// Answers a message that is no media.
fn answer(message: &Message<'_>, target: &Target, window: &mut u32, out: &mut Vec<u8>) -> Result<(), String> {
    match (message.type_id, message.body) {
        (WINDOW_SIZE, &[a, b, c, d, ..]) => *window = u32::from_be_bytes([a, b, c, d]).max(1),
        (USER_CONTROL, [kind @ .., a, b, c, d]) if *kind == PING_REQUEST => {
            let mut pong = PING_RESPONSE.to_vec();
            pong.extend_from_slice(&[*a, *b, *c, *d]);
            command::message(out, 2, USER_CONTROL, 0, &pong);
        }
        (COMMAND, body) => match command::parse(body) {
            Some(command::Reply::Connected) => command::create_stream(out),
            Some(command::Reply::Created(stream)) => {
                command::play(out, stream, &target.stream_name);
                let mut buffer = SET_BUFFER_LENGTH.to_vec();
                buffer.extend_from_slice(&stream.to_be_bytes());
                buffer.extend_from_slice(&1000u32.to_be_bytes());
                command::message(out, 2, USER_CONTROL, 0, &buffer);
            }
            Some(command::Reply::Failed(code)) => return Err(format!("RTMP: {code}")),
            None => {}
        },
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests;
