use crate::close_code;
use crate::header::{Opcode, Parsed, apply_mask, parse_header};

/// Which end of the connection decodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Takes masked frames of a client.
    Server,
    /// Takes unmasked frames of a server.
    Client,
}

/// A message or a control frame, borrowed from the input or the decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message<'a> {
    /// A whole text message.
    Text(&'a str),
    /// A whole binary message.
    Binary(&'a [u8]),
    /// To be answered by a pong with the same payload.
    Ping(&'a [u8]),
    /// Answers a ping.
    Pong(&'a [u8]),
    /// The other end closes: to be answered by a close, after which the connection ends. Nothing follows.
    Close {
        /// Why, as a number, if it was given.
        code: Option<u16>,
        /// Why, in words.
        reason: &'a str,
    },
}

/// Input that ends the connection, with the close code to send in [`Error::close_code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A reserved bit is set, though no extension was agreed on (RFC 6455 section 5.2).
    #[error("reserved bit set")]
    ReservedBit,
    /// An opcode that is none.
    #[error("unknown opcode")]
    UnknownOpcode,
    /// A client's frame is not masked (section 5.1).
    #[error("client frame without mask")]
    NotMasked,
    /// A server's frame is masked (section 5.1).
    #[error("server frame with mask")]
    Masked,
    /// A length in more bytes than it needs, or with its highest bit set (section 5.2).
    #[error("length not written in the shortest form")]
    LongLength,
    /// A control frame is fragmented or over 125 bytes (section 5.5).
    #[error("control frame fragmented or too long")]
    BadControl,
    /// A continuation without a beginning, or a new message inside a fragmented one (section 5.4).
    #[error("fragments out of order")]
    BadFragment,
    /// A close with a payload of one byte, or with a code that may not be sent (section 7.4).
    #[error("bad close frame")]
    BadClose,
    /// A text or a close reason that is not UTF-8 (section 8.1).
    #[error("text is not UTF-8")]
    NotUtf8,
    /// A message over the decoder's limit.
    #[error("message over the size limit")]
    TooBig,
}

impl Error {
    /// The code to close with.
    #[must_use]
    pub fn close_code(self) -> u16 {
        match self {
            Self::NotUtf8 => close_code::INVALID_DATA,
            Self::TooBig => close_code::TOO_BIG,
            _ => close_code::PROTOCOL_ERROR,
        }
    }
}

/// Turns received bytes, in pieces of any size, into messages. Between messages it owns no heap memory.
#[derive(Debug)]
pub struct Decoder {
    role: Role,
    ended: bool,
    /// Of the fragmented message under way: `Text` or `Binary`.
    fragmented: Option<Opcode>,
    max_message: u32,
    /// The beginning of a frame whose end has not come. At most a header and `max_message`, grown as bytes come.
    partial: Vec<u8>,
    /// The parts so far of a fragmented message, at most `max_message` bytes.
    fragments: Vec<u8>,
}

impl Decoder {
    /// A decoder at the start of a connection, for messages of at most `max_message` bytes.
    #[must_use]
    pub fn new(role: Role, max_message: u32) -> Self {
        Self {
            role,
            ended: false,
            fragmented: None,
            max_message,
            partial: Vec::new(),
            fragments: Vec::new(),
        }
    }

    /// Takes received bytes (which it unmasks in place) and hands every message that is complete to `on_message`, in
    /// order. What comes after a close, or after an error, is ignored.
    ///
    /// # Errors
    /// [`Error`] at the first frame that breaks a rule; messages before it have been handed over.
    pub fn decode(&mut self, mut input: &mut [u8], mut on_message: impl FnMut(Message<'_>)) -> Result<(), Error> {
        while !self.ended && !input.is_empty() {
            let used = if self.partial.is_empty() {
                self.decode_in_place(input, &mut on_message)
            } else {
                self.decode_partial(input, &mut on_message)
            };
            match used {
                Ok(used) => input = &mut input[used..],
                Err(error) => {
                    self.end();
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// A message is incomplete: the connection should not end here.
    #[must_use]
    pub fn is_mid_message(&self) -> bool {
        !self.partial.is_empty() || self.fragmented.is_some()
    }

    /// The frame begins in `input`. Returns how much of it was used.
    fn decode_in_place(&mut self, input: &mut [u8], on_message: impl FnMut(Message<'_>)) -> Result<usize, Error> {
        if let Some(header) = parse_header(input) {
            let frame_len = self.check(&header)?;
            if let Some(frame) = input.get_mut(..frame_len) {
                self.take_frame(&header, &mut frame[header.header_len..], on_message)?;
                return Ok(frame_len);
            }
        }
        self.partial.extend_from_slice(input);
        Ok(input.len())
    }

    /// The frame began in an earlier input. Returns how much of this one was used.
    fn decode_partial(&mut self, input: &[u8], on_message: impl FnMut(Message<'_>)) -> Result<usize, Error> {
        let mut used = 0;
        // A header has at most 14 bytes; it is completed byte by byte.
        let header = loop {
            if let Some(header) = parse_header(&self.partial) {
                break header;
            }
            let Some(&byte) = input.get(used) else { return Ok(used) };
            self.partial.push(byte);
            used += 1;
        };
        let frame_len = self.check(&header)?;
        let missing = frame_len - self.partial.len();
        let taken = missing.min(input.len() - used);
        self.partial.extend_from_slice(&input[used..used + taken]);
        used += taken;
        if self.partial.len() == frame_len {
            let mut frame = std::mem::take(&mut self.partial);
            self.take_frame(&header, &mut frame[header.header_len..], on_message)?;
        }
        Ok(used)
    }

    /// Checks what a header alone shows. Returns the frame's whole length.
    fn check(&self, header: &Parsed) -> Result<usize, Error> {
        if header.reserved {
            return Err(Error::ReservedBit);
        }
        let opcode = Opcode::from_bits(header.opcode_bits).ok_or(Error::UnknownOpcode)?;
        match (self.role, header.mask) {
            (Role::Server, None) => return Err(Error::NotMasked),
            (Role::Client, Some(_)) => return Err(Error::Masked),
            _ => {}
        }
        if !header.minimal {
            return Err(Error::LongLength);
        }
        if opcode.is_control() {
            if !header.fin || header.payload_len > 125 {
                return Err(Error::BadControl);
            }
        } else if (opcode == Opcode::Continuation) != self.fragmented.is_some() {
            return Err(Error::BadFragment);
        } else if header.payload_len + self.fragments.len() as u64 > u64::from(self.max_message) {
            return Err(Error::TooBig);
        }
        Ok(header.header_len + header.payload_len as usize)
    }

    fn take_frame(
        &mut self,
        header: &Parsed,
        payload: &mut [u8],
        mut on_message: impl FnMut(Message<'_>),
    ) -> Result<(), Error> {
        if let Some(mask) = header.mask {
            apply_mask(payload, mask);
        }
        match (
            Opcode::from_bits(header.opcode_bits).ok_or(Error::UnknownOpcode)?,
            header.fin,
        ) {
            (Opcode::Ping, _) => on_message(Message::Ping(payload)),
            (Opcode::Pong, _) => on_message(Message::Pong(payload)),
            (Opcode::Close, _) => {
                let close = parse_close(payload)?;
                self.end();
                on_message(close);
            }
            (Opcode::Continuation, fin) => {
                self.fragments.extend_from_slice(payload);
                if fin {
                    let whole = std::mem::take(&mut self.fragments);
                    on_message(data(self.fragmented.take(), &whole)?);
                }
            }
            (opcode, true) => on_message(data(Some(opcode), payload)?),
            (opcode, false) => {
                self.fragmented = Some(opcode);
                self.fragments.extend_from_slice(payload);
            }
        }
        Ok(())
    }

    fn end(&mut self) {
        self.ended = true;
        self.fragmented = None;
        self.partial = Vec::new();
        self.fragments = Vec::new();
    }
}

fn data(opcode: Option<Opcode>, payload: &[u8]) -> Result<Message<'_>, Error> {
    match opcode {
        Some(Opcode::Text) => std::str::from_utf8(payload)
            .map(Message::Text)
            .map_err(|_| Error::NotUtf8),
        _ => Ok(Message::Binary(payload)),
    }
}

fn parse_close(payload: &[u8]) -> Result<Message<'_>, Error> {
    match payload.split_first_chunk::<2>() {
        None if payload.is_empty() => Ok(Message::Close { code: None, reason: "" }),
        None => Err(Error::BadClose),
        Some((code, reason)) => {
            let code = u16::from_be_bytes(*code);
            // Section 7.4: 1004 to 1006 and 1015 are never sent; 1016 to 2999 and what lies outside are not assigned.
            if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
                return Err(Error::BadClose);
            }
            let reason = std::str::from_utf8(reason).map_err(|_| Error::NotUtf8)?;
            Ok(Message::Close {
                code: Some(code),
                reason,
            })
        }
    }
}
