//! The RTMP chunk stream (Adobe RTMP specification 1.0, section 5.3): messages cut into chunks and put together again.

use std::collections::HashMap;

/// What we cut messages into, bytes.
pub(super) const OUT_CHUNK_SIZE: usize = 60_000;
/// A server sends a publisher nothing but small commands.
const MAX_MESSAGE_LEN: usize = 64 * 1024;
/// Chunk streams a server may have open towards us.
const MAX_CHUNK_STREAMS: usize = 32;
const EXTENDED: u32 = 0xff_ffff;

/// A message as the server sent it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) type_id: u8,
    pub(super) body: Vec<u8>,
}

/// What a message is and where it goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) chunk_stream: u8,
    pub(super) type_id: u8,
    pub(super) message_stream: u32,
    pub(super) timestamp_ms: u32,
}

/// Appends one message to `out`. Every message starts with a full header (type 0): eleven bytes a frame buy freedom
/// from all header-compression state.
pub(super) fn write_message(out: &mut Vec<u8>, header: Header, body: &[u8], chunk_size: usize) {
    let short_time = header.timestamp_ms.min(EXTENDED);
    let extended = (short_time == EXTENDED).then_some(header.timestamp_ms);
    let body_len = u32::try_from(body.len()).unwrap_or(u32::MAX).min(EXTENDED);
    out.reserve(body.len() + 18 + body.len() / chunk_size.max(1) * 5);
    out.push(header.chunk_stream);
    out.extend_from_slice(&short_time.to_be_bytes()[1..]);
    out.extend_from_slice(&body_len.to_be_bytes()[1..]);
    out.push(header.type_id);
    out.extend_from_slice(&header.message_stream.to_le_bytes());
    for (index, part) in body.chunks(chunk_size.max(1)).enumerate() {
        if index > 0 {
            out.push(0xc0 | header.chunk_stream);
        }
        out.extend_from_slice(
            extended
                .map(u32::to_be_bytes)
                .as_ref()
                .map_or(&[], |bytes| bytes.as_slice()),
        );
        out.extend_from_slice(part);
    }
}

#[derive(Default)]
struct InStream {
    len: usize,
    type_id: u8,
    extended: bool,
    body: Vec<u8>,
}

/// Puts the server's chunks together.
pub(super) struct Reader {
    chunk_size: usize,
    streams: HashMap<u32, InStream>,
    input: Vec<u8>,
}

impl Reader {
    pub(super) fn new() -> Self {
        Self {
            chunk_size: 128,
            streams: HashMap::new(),
            input: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
    }

    /// The server announced how large its chunks are.
    pub(super) fn set_chunk_size(&mut self, size: u32) -> Result<(), &'static str> {
        match size as usize {
            size @ 1..=0xff_ffff => {
                self.chunk_size = size;
                Ok(())
            }
            _ => Err("chunk size out of range"),
        }
    }

    /// The next complete message, `None` when more input is needed.
    pub(super) fn next_message(&mut self) -> Result<Option<Message>, &'static str> {
        loop {
            let Some((consumed, message)) = self.next_chunk()? else {
                return Ok(None);
            };
            self.input.drain(..consumed);
            if message.is_some() {
                return Ok(message);
            }
        }
    }

    fn next_chunk(&mut self) -> Result<Option<(usize, Option<Message>)>, &'static str> {
        let input = self.input.as_slice();
        let Some((format, id, mut at)) = basic_header(input) else {
            return Ok(None);
        };
        if !self.streams.contains_key(&id) && self.streams.len() >= MAX_CHUNK_STREAMS {
            return Err("too many chunk streams");
        }
        let header_len = [11, 7, 3, 0][usize::from(format)];
        let Some(header) = input.get(at..at + header_len) else {
            return Ok(None);
        };
        at += header_len;
        let known = self.streams.get(&id);
        let (mut len, mut type_id) = known.map_or((0, 0), |stream| (stream.len, stream.type_id));
        let mut extended = known.is_some_and(|stream| stream.extended);
        let partial = known.map_or(0, |stream| stream.body.len());
        if format == 3 && known.is_none() {
            return Err("a chunk continues nothing");
        }
        if let [a, b, c, rest @ ..] = header {
            extended = [*a, *b, *c] == [0xff; 3];
            if let [a, b, c, kind, ..] = rest {
                len = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
                type_id = *kind;
            }
        }
        if len > MAX_MESSAGE_LEN {
            return Err("message too large");
        }
        // A new header in the middle of a message starts that message over.
        let partial = if format == 3 { partial } else { 0 };
        at += if extended { 4 } else { 0 };
        let part_len = (len - partial.min(len)).min(self.chunk_size);
        let Some(part) = input.get(at..at + part_len) else {
            return Ok(None);
        };
        let stream = self.streams.entry(id).or_default();
        (stream.len, stream.type_id, stream.extended) = (len, type_id, extended);
        stream.body.truncate(partial);
        stream.body.extend_from_slice(part);
        let complete = stream.body.len() >= len;
        let message = complete.then(|| Message {
            type_id,
            body: std::mem::take(&mut stream.body),
        });
        Ok(Some((at + part_len, message)))
    }
}

/// Format, chunk stream and length of the basic header.
fn basic_header(input: &[u8]) -> Option<(u8, u32, usize)> {
    let first = *input.first()?;
    let format = first >> 6;
    match first & 0x3f {
        0 => Some((format, 64 + u32::from(*input.get(1)?), 2)),
        1 => Some((
            format,
            64 + u32::from(*input.get(1)?) + 256 * u32::from(*input.get(2)?),
            3,
        )),
        id => Some((format, u32::from(id), 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(timestamp_ms: u32) -> Header {
        Header {
            chunk_stream: 3,
            type_id: 20,
            message_stream: 1,
            timestamp_ms,
        }
    }

    #[test]
    fn messages_survive_any_cut() {
        let body: Vec<u8> = (0..1000u32).map(|n| n as u8).collect();
        for timestamp_ms in [0, 0xff_fffe, 0xff_ffff, 0x1234_5678] {
            let mut wire = Vec::new();
            write_message(&mut wire, header(timestamp_ms), &body, 128);
            write_message(&mut wire, header(timestamp_ms), b"next", 128);
            for step in [1, 7, 128, 4096] {
                let mut reader = Reader::new();
                let mut messages = Vec::new();
                for part in wire.chunks(step) {
                    reader.push(part);
                    messages.extend(std::iter::from_fn(|| reader.next_message().unwrap()));
                }
                assert_eq!(messages.len(), 2);
                assert_eq!(
                    messages[0],
                    Message {
                        type_id: 20,
                        body: body.clone()
                    }
                );
                assert_eq!(messages[1].body, b"next");
            }
        }
    }

    #[test]
    fn hostile_chunks_are_refused() {
        let mut reader = Reader::new();
        reader.push(&[0xc3]);
        assert!(reader.next_message().is_err());
        let mut reader = Reader::new();
        reader.push(&[3, 0, 0, 0, 0xff, 0xff, 0xff, 20, 0, 0, 0, 0]);
        assert!(reader.next_message().is_err());
        assert!(Reader::new().set_chunk_size(0).is_err());
    }
}
