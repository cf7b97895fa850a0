/// What a frame is (RFC 6455 section 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Opcode {
    /// A further part of a fragmented message.
    Continuation = 0,
    /// UTF-8 text.
    Text = 1,
    /// Bytes.
    Binary = 2,
    /// The connection ends.
    Close = 8,
    /// Wants a pong.
    Ping = 9,
    /// Answers a ping.
    Pong = 10,
}

impl Opcode {
    pub(crate) fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return None,
        })
    }

    pub(crate) fn is_control(self) -> bool {
        self as u8 & 8 != 0
    }
}

/// The bytes before a frame's payload, 2 to 14 of them.
#[derive(Debug, Clone, Copy)]
pub struct FrameHeader {
    bytes: [u8; 14],
    len: u8,
}

impl std::ops::Deref for FrameHeader {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// The header of an unfragmented frame with `payload_len` bytes. A client must give a fresh random `mask` and apply it
/// to the payload (section 5.3); a server gives none.
#[must_use]
pub fn frame_header(opcode: Opcode, payload_len: usize, mask: Option<[u8; 4]>) -> FrameHeader {
    let mut header = FrameHeader { bytes: [0; 14], len: 0 };
    let mut push = |bytes: &[u8]| {
        let at = usize::from(header.len);
        header.bytes[at..at + bytes.len()].copy_from_slice(bytes);
        header.len += bytes.len() as u8;
    };
    let mask_bit = if mask.is_some() { 0x80 } else { 0 };
    push(&[0x80 | opcode as u8]);
    match payload_len {
        0..=125 => push(&[mask_bit | payload_len as u8]),
        126..=0xFFFF => {
            push(&[mask_bit | 126]);
            push(&(payload_len as u16).to_be_bytes());
        }
        _ => {
            push(&[mask_bit | 127]);
            push(&(payload_len as u64).to_be_bytes());
        }
    }
    if let Some(mask) = mask {
        push(&mask);
    }
    header
}

/// What a decoder needs to know of a frame before its payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parsed {
    pub(crate) fin: bool,
    pub(crate) reserved: bool,
    /// The four bits as they came; not all are opcodes.
    pub(crate) opcode_bits: u8,
    pub(crate) header_len: usize,
    pub(crate) payload_len: u64,
    pub(crate) mask: Option<[u8; 4]>,
    /// The length was written in the shortest way (section 5.2).
    pub(crate) minimal: bool,
}

/// Reads a frame's header, `None` if `input` does not hold all of it.
pub(crate) fn parse_header(input: &[u8]) -> Option<Parsed> {
    let (&[first, second], rest) = input.split_first_chunk::<2>()?;
    let (payload_len, rest, minimal) = match second & 0x7F {
        126 => {
            let (len, rest) = rest.split_first_chunk::<2>()?;
            let len = u64::from(u16::from_be_bytes(*len));
            (len, rest, len > 125)
        }
        127 => {
            let (len, rest) = rest.split_first_chunk::<8>()?;
            let len = u64::from_be_bytes(*len);
            (len, rest, len > 0xFFFF && len >> 63 == 0)
        }
        len => (u64::from(len), rest, true),
    };
    let (mask, rest) = if second & 0x80 == 0 {
        (None, rest)
    } else {
        let (mask, rest) = rest.split_first_chunk::<4>()?;
        (Some(*mask), rest)
    };
    Some(Parsed {
        fin: first & 0x80 != 0,
        reserved: first & 0x70 != 0,
        opcode_bits: first & 0x0F,
        header_len: input.len() - rest.len(),
        payload_len,
        mask,
        minimal,
    })
}

/// Applies or removes a mask (section 5.3), eight bytes at a time.
pub(crate) fn apply_mask(payload: &mut [u8], mask: [u8; 4]) {
    let [a, b, c, d] = mask;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (chunks, tail) = payload.as_chunks_mut::<8>();
    for chunk in chunks {
        *chunk = (u64::from_ne_bytes(*chunk) ^ wide).to_ne_bytes();
    }
    for (byte, mask) in tail.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
}
