//! The beginning of a video message: all of it that a viewer under load looks at.

use crate::load::stamp::Stamp;

/// FLV's five bytes before H.264 data (frame type and codec, packet type, composition time), then the length of the
/// first NAL unit, then the stamp.
const NAL_AT: usize = 5 + 4;
const PREFIX_LEN: usize = NAL_AT + Stamp::NAL_LEN;

/// What was seen in a viewer's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// The first byte of a keyframe.
    Keyframe,
    /// The last byte of a video frame.
    Frame(Option<Stamp>),
}

/// Collects the beginning of one video message after another, and lets the rest pass.
#[derive(Debug)]
pub(super) struct VideoMessage {
    prefix: [u8; PREFIX_LEN],
    len: u8,
}

impl VideoMessage {
    pub(super) fn new() -> Self {
        Self {
            prefix: [0; PREFIX_LEN],
            len: 0,
        }
    }

    /// The next bytes of the message, of whatever length.
    pub(super) fn push(&mut self, part: &[u8], seen: &mut impl FnMut(Seen)) {
        let have = usize::from(self.len);
        let missing = &mut self.prefix[have..];
        let taken = part.len().min(missing.len());
        missing[..taken].copy_from_slice(&part[..taken]);
        let len = have + taken;
        self.len = len as u8;
        if have < 2 && len >= 2 && self.is_frame() && self.is_keyframe() {
            seen(Seen::Keyframe);
        }
    }

    /// The message is complete, and the next one begins.
    pub(super) fn finish(&mut self, seen: &mut impl FnMut(Seen)) {
        if self.is_frame() {
            let nal = &self.prefix[NAL_AT..usize::from(self.len).max(NAL_AT)];
            seen(Seen::Frame(Stamp::from_nal(nal)));
        }
        self.len = 0;
    }

    /// Not a configuration or the end of a sequence. Enhanced RTMP has its packet type in the first byte.
    fn is_frame(&self) -> bool {
        match self.prefix[..usize::from(self.len)] {
            [first, ..] if first & 0x80 != 0 => matches!(first & 0x0F, 1 | 3),
            [_, packet_type, ..] => packet_type == 1,
            _ => false,
        }
    }

    fn is_keyframe(&self) -> bool {
        self.prefix[0] >> 4 & 7 == 1
    }
}
