//! The chunk layer, skimmed: payload of media passes by, other messages are collected.

use super::super::video::{Seen, VideoMessage};
use super::SET_CHUNK_SIZE;

const VIDEO: u8 = 9;
const AUDIO: u8 = 8;
const DATA: u8 = 18;
/// Other messages are longer than this only if something is wrong.
const MAX_COLLECTED: u32 = 8 << 10;
/// Servers use five or six.
const MAX_STREAMS: usize = 16;
/// Basic header, message header, extended timestamp.
const MAX_HEADER_LEN: usize = 3 + 11 + 4;
const EXTENDED: u32 = 0xFF_FFFF;

/// A message that is no media.
#[derive(Debug)]
pub(super) struct Message<'a> {
    pub(super) type_id: u8,
    pub(super) body: &'a [u8],
}

/// One chunk stream: its last header, which later ones build on.
#[derive(Debug, Clone, Copy)]
struct Stream {
    id: u32,
    len: u32,
    left: u32,
    type_id: u8,
    extended: bool,
}

#[derive(Debug)]
pub(super) struct Chunks {
    chunk_size: u32,
    header: [u8; MAX_HEADER_LEN],
    header_len: u8,
    /// Of these, the one that the present chunk belongs to.
    current: usize,
    chunk_left: u32,
    streams: Vec<Stream>,
    video: VideoMessage,
    collected: Vec<u8>,
}

impl Chunks {
    pub(super) fn new() -> Self {
        Self {
            chunk_size: 128,
            header: [0; MAX_HEADER_LEN],
            header_len: 0,
            current: 0,
            chunk_left: 0,
            streams: Vec::new(),
            video: VideoMessage::new(),
            collected: Vec::new(),
        }
    }

    /// The next bytes from the server.
    pub(super) fn receive(
        &mut self,
        mut bytes: &[u8],
        seen: &mut impl FnMut(Seen),
        take: &mut impl FnMut(Message<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        while let Some((&first, rest)) = bytes.split_first() {
            if self.chunk_left > 0 {
                let (part, rest) = bytes.split_at((self.chunk_left as usize).min(bytes.len()));
                bytes = rest;
                self.payload(part, seen, take)?;
                continue;
            }
            self.header[usize::from(self.header_len)] = first;
            self.header_len += 1;
            bytes = rest;
            self.try_header()?;
        }
        Ok(())
    }

    /// Begins the chunk if its header is complete.
    fn try_header(&mut self) -> Result<(), String> {
        let header = &self.header[..usize::from(self.header_len)];
        let (id, basic_len) = match *header {
            [first, low, high, ..] if first & 0x3F == 1 => (64 + u32::from(low) + (u32::from(high) << 8), 3),
            [first, low, ..] if first & 0x3F == 0 => (64 + u32::from(low), 2),
            [first, ..] if first & 0x3F > 1 => (u32::from(first & 0x3F), 1),
            _ => return Ok(()),
        };
        let format = header[0] >> 6;
        let fields = &header[basic_len..];
        let fields_len = [11, 7, 3, 0][usize::from(format)];
        if fields.len() < fields_len {
            return Ok(());
        }
        let known = self.streams.iter().position(|stream| stream.id == id);
        let mut stream = match known {
            Some(at) => self.streams[at],
            None if format == 0 => Stream {
                id,
                len: 0,
                left: 0,
                type_id: 0,
                extended: false,
            },
            None => return Err("RTMP: a chunk without the one that it builds on".into()),
        };
        if let [a, b, c, rest @ ..] = &fields[..fields_len] {
            stream.extended = u32::from_be_bytes([0, *a, *b, *c]) == EXTENDED;
            if let [a, b, c, type_id, ..] = rest {
                stream.len = u32::from_be_bytes([0, *a, *b, *c]);
                stream.type_id = *type_id;
            }
        }
        if fields.len() < fields_len + if stream.extended { 4 } else { 0 } {
            return Ok(());
        }
        self.header_len = 0;
        if stream.left == 0 {
            stream.left = stream.len;
            if !is_media(stream.type_id) {
                self.collected.clear();
                if stream.len > MAX_COLLECTED {
                    return Err("RTMP: a message is too long".into());
                }
            }
        }
        self.chunk_left = stream.left.min(self.chunk_size);
        self.current = match known {
            Some(at) => {
                self.streams[at] = stream;
                at
            }
            None if self.streams.len() < MAX_STREAMS => {
                self.streams.push(stream);
                self.streams.len() - 1
            }
            None => return Err("RTMP: too many chunk streams".into()),
        };
        Ok(())
    }

    fn payload(
        &mut self,
        part: &[u8],
        seen: &mut impl FnMut(Seen),
        take: &mut impl FnMut(Message<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        let stream = &mut self.streams[self.current];
        self.chunk_left -= part.len() as u32;
        stream.left -= part.len() as u32;
        let is_complete = stream.left == 0;
        match stream.type_id {
            VIDEO => {
                self.video.push(part, seen);
                if is_complete {
                    self.video.finish(seen);
                }
            }
            type_id if is_media(type_id) => {}
            type_id => {
                self.collected.extend_from_slice(part);
                if !is_complete {
                    return Ok(());
                }
                match (type_id, self.collected.as_slice()) {
                    (SET_CHUNK_SIZE, &[a, b, c, d, ..]) => {
                        self.chunk_size = u32::from_be_bytes([a & 0x7F, b, c, d]).max(1);
                    }
                    (_, body) => take(Message { type_id, body })?,
                }
                // A viewer's memory matters more than the few commands of its life.
                self.collected = Vec::new();
            }
        }
        Ok(())
    }
}

fn is_media(type_id: u8) -> bool {
    matches!(type_id, VIDEO | AUDIO | DATA)
}
