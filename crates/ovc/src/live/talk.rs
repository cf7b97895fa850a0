//! What a viewer says, and what is said to him beside the video.

use bytes::Bytes;
use ws::{Decoder, Message, Role, encode_close, encode_pong};

use super::eviction::{ACCESS_ENDED, ACCESS_ENDED_REASON};
use super::fanout::Leave;
use super::format::PlayFormat;

/// Viewers have nothing to say but small control frames.
const MAX_MESSAGE_BYTES: u32 = 4096;

/// The WebSocket half of a viewer. Over plain HTTP it is empty: what is said there means nothing, and there is no word
/// for the end.
pub(super) struct Talk {
    decoder: Option<Box<Decoder>>,
    /// Control frames to be sent between chunks; at most one read's worth of pongs.
    replies: Vec<u8>,
    /// The close frame that ends it.
    last_word: Option<Box<[u8]>>,
}

impl Talk {
    pub(super) fn new(format: PlayFormat) -> Self {
        Self {
            decoder: match format {
                PlayFormat::Flv => None,
                PlayFormat::Fmp4WebSocket => Some(Box::new(Decoder::new(Role::Server, MAX_MESSAGE_BYTES))),
            },
            replies: Vec::new(),
            last_word: None,
        }
    }

    /// Takes what the viewer says: pings are answered, a close ends it. There may be a last word where it ends.
    pub(super) fn hear(&mut self, input: &mut [u8]) -> Result<(), Leave> {
        let Some(decoder) = &mut self.decoder else {
            return Ok(());
        };
        let (replies, mut closed) = (&mut self.replies, None);
        let decoded = decoder.decode(input, |message| match message {
            Message::Ping(payload) => encode_pong(replies, payload, None),
            Message::Close { code, .. } => closed = Some(code.unwrap_or(ws::close_code::NORMAL)),
            Message::Text(_) | Message::Binary(_) | Message::Pong(_) => {}
        });
        if let Err(error) = decoded {
            self.say_close(error.close_code(), &error.to_string());
            return Err(Leave::Misbehaved);
        }
        if let Some(code) = closed {
            self.say_close(code, "");
            return Err(Leave::Gone);
        }
        if self.replies.len() > 2 * MAX_MESSAGE_BYTES as usize {
            return Err(Leave::Misbehaved);
        }
        Ok(())
    }

    /// The last word is that he may no longer watch.
    pub(super) fn say_evicted(&mut self) {
        if self.decoder.is_some() {
            self.say_close(ACCESS_ENDED, ACCESS_ENDED_REASON);
        }
    }

    fn say_close(&mut self, code: u16, reason: &str) {
        let mut close = Vec::new();
        encode_close(&mut close, code, reason, None);
        self.last_word = Some(close.into());
    }

    /// Whether replies wait.
    pub(super) fn has_replies(&self) -> bool {
        !self.replies.is_empty()
    }

    /// The replies that wait, to be sent whole.
    pub(super) fn take_replies(&mut self) -> Option<Bytes> {
        self.has_replies().then(|| std::mem::take(&mut self.replies).into())
    }

    /// The last word, to be sent behind what is half sent.
    pub(super) fn take_last_word(&mut self) -> Option<Box<[u8]>> {
        self.last_word.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small frame as a client sends it, with a mask of zeros.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![first, 0x80 | payload.len() as u8, 0, 0, 0, 0];
        frame.extend_from_slice(payload);
        frame
    }

    const PING: u8 = 0x89;
    const CLOSE: u8 = 0x88;

    #[test]
    fn pings_are_answered_and_a_close_is_returned() {
        let mut talk = Talk::new(PlayFormat::Fmp4WebSocket);
        assert_eq!(talk.hear(&mut frame(PING, b"hi")), Ok(()));
        assert_eq!(talk.take_replies().as_deref(), Some(&b"\x8a\x02hi"[..]));
        assert_eq!(talk.take_replies(), None);
        assert_eq!(talk.hear(&mut frame(CLOSE, &[0x03, 0xE9])), Err(Leave::Gone));
        assert_eq!(talk.take_last_word().as_deref(), Some(&[0x88, 2, 0x03, 0xE9][..]));
    }

    #[test]
    fn who_breaks_the_rules_or_floods_has_to_leave() {
        let mut talk = Talk::new(PlayFormat::Fmp4WebSocket);
        // Not masked.
        assert_eq!(talk.hear(&mut [0x89, 0]), Err(Leave::Misbehaved));
        assert!(talk.take_last_word().is_some_and(|word| word[0] == 0x88));
        let mut talk = Talk::new(PlayFormat::Fmp4WebSocket);
        let mut flood = frame(PING, &[b'x'; 100]).repeat(100);
        assert_eq!(talk.hear(&mut flood), Err(Leave::Misbehaved));
    }

    #[test]
    fn over_plain_http_nothing_is_heard_or_said() {
        let mut talk = Talk::new(PlayFormat::Flv);
        assert_eq!(talk.hear(&mut frame(PING, b"hi")), Ok(()));
        talk.say_evicted();
        assert_eq!((talk.take_replies(), talk.take_last_word()), (None, None));
    }
}
