//! One publishing session, without I/O: bytes in, bytes out, a state to look at.

use super::amf0::{self, Value};
use super::chunk::{self, Header, OUT_CHUNK_SIZE, Reader};
use super::url::Target;

const HANDSHAKE_LEN: usize = 1536;
const COMMAND: u8 = 20;
const DATA: u8 = 18;
const CONNECT_TRANSACTION: f64 = 1.0;
const CREATE_STREAM_TRANSACTION: f64 = 4.0;
const PUBLISH_TRANSACTION: f64 = 5.0;

/// Why a session ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The server said no; its own words.
    #[error("the server refused to take the stream: {0}")]
    Refused(String),
    /// The server ended a stream it had accepted.
    #[error("the server ended the stream: {0}")]
    Ended(String),
    /// The server does not speak RTMP.
    #[error("the server broke the protocol: {0}")]
    Protocol(&'static str),
}

/// How far a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Handshake and commands are under way.
    Starting,
    /// The server takes media.
    Publishing,
}

/// The kind of a media message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// Picture.
    Video,
    /// Sound.
    Audio,
    /// `onMetaData`.
    Metadata,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Handshake,
    Connect,
    CreateStream,
    Publish,
    Publishing,
}

/// The client's end of a publishing session.
pub struct Session {
    target: Target,
    step: Step,
    handshake: Vec<u8>,
    reader: Reader,
    out: Vec<u8>,
    message_stream: u32,
    received: u32,
    acknowledged: u32,
    ack_window: u32,
}

impl Session {
    /// A session that publishes to `target`. `seed` fills the handshake's random part.
    pub fn new(target: Target, seed: u64) -> Self {
        let mut out = Vec::with_capacity(1 + HANDSHAKE_LEN);
        out.push(3);
        out.extend_from_slice(&[0; 8]);
        let mut noise = seed | 1;
        while out.len() < 1 + HANDSHAKE_LEN {
            // xorshift64: the handshake only wants bytes that differ, not secrecy.
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            out.push(noise as u8);
        }
        Self {
            target,
            step: Step::Handshake,
            handshake: Vec::new(),
            reader: Reader::new(),
            out,
            message_stream: 0,
            received: 0,
            acknowledged: 0,
            ack_window: 2_500_000,
        }
    }

    /// How far the session is.
    pub fn state(&self) -> State {
        if self.step == Step::Publishing {
            State::Publishing
        } else {
            State::Starting
        }
    }

    /// Swaps what must be written to the server next against a buffer whose content has been written.
    pub fn swap_output(&mut self, written: &mut Vec<u8>) {
        /// A buffer that once held more than this is not kept.
        const KEPT_BYTES: usize = 1 << 20;
        written.clear();
        written.shrink_to(KEPT_BYTES);
        std::mem::swap(&mut self.out, written);
    }

    /// Bytes from the server.
    ///
    /// # Errors
    /// When the server refuses or ends the stream or breaks the protocol; the session is over then.
    pub fn receive(&mut self, mut bytes: &[u8]) -> Result<(), SessionError> {
        self.received = self
            .received
            .wrapping_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        if self.step == Step::Handshake {
            let missing = (1 + 2 * HANDSHAKE_LEN).saturating_sub(self.handshake.len());
            let (taken, rest) = bytes.split_at(missing.min(bytes.len()));
            self.handshake.extend_from_slice(taken);
            bytes = rest;
            if self.handshake.len() < 1 + 2 * HANDSHAKE_LEN {
                return Ok(());
            }
            self.finish_handshake()?;
        }
        self.reader.push(bytes);
        while let Some(message) = self.reader.next_message().map_err(SessionError::Protocol)? {
            self.handle(message.type_id, &message.body)?;
        }
        if self.received.wrapping_sub(self.acknowledged) >= self.ack_window {
            self.acknowledged = self.received;
            self.control(3, &self.received.to_be_bytes());
        }
        Ok(())
    }

    /// Appends a media message. Ignored before the server takes media.
    pub fn write_media(&mut self, kind: MediaKind, timestamp_ms: u32, body: &[u8]) {
        if self.step != Step::Publishing {
            return;
        }
        let (chunk_stream, type_id) = match kind {
            MediaKind::Video => (6, 9),
            MediaKind::Audio => (4, 8),
            MediaKind::Metadata => (5, DATA),
        };
        let header = Header {
            chunk_stream,
            type_id,
            message_stream: self.message_stream,
            timestamp_ms,
        };
        chunk::write_message(&mut self.out, header, body, OUT_CHUNK_SIZE);
    }

    /// Says goodbye: the stream is over.
    pub fn finish(&mut self) {
        if !matches!(self.step, Step::Publish | Step::Publishing) {
            return;
        }
        let name = self.target.stream_name.clone();
        self.command("FCUnpublish", 6.0, 0, |out| amf0::put_text(out, &name));
        let stream = f64::from(self.message_stream);
        self.command("deleteStream", 7.0, 0, |out| amf0::put_number(out, stream));
    }

    fn finish_handshake(&mut self) -> Result<(), SessionError> {
        if self.handshake.first() != Some(&3) {
            return Err(SessionError::Protocol("handshake version is not 3"));
        }
        // C2 echoes S1.
        self.out
            .extend_from_slice(self.handshake.get(1..=HANDSHAKE_LEN).unwrap_or_default());
        self.handshake = Vec::new();
        let chunk_size = u32::try_from(OUT_CHUNK_SIZE).unwrap_or(128);
        self.control(1, &chunk_size.to_be_bytes());
        self.step = Step::Connect;
        let (app, tc_url) = (self.target.app.clone(), self.target.tc_url.clone());
        let header = Header {
            chunk_stream: 3,
            type_id: COMMAND,
            message_stream: 0,
            timestamp_ms: 0,
        };
        let mut body = Vec::new();
        amf0::put_text(&mut body, "connect");
        amf0::put_number(&mut body, CONNECT_TRANSACTION);
        amf0::begin_object(&mut body);
        for (key, value) in [
            ("app", app.as_str()),
            ("type", "nonprivate"),
            ("flashVer", "FMLE/3.0 (compatible; ovd)"),
            ("tcUrl", &tc_url),
        ] {
            amf0::put_key(&mut body, key);
            amf0::put_text(&mut body, value);
        }
        // Enhanced RTMP: what the client may send besides the classic codecs.
        amf0::put_key(&mut body, "fourCcList");
        amf0::begin_array(&mut body, 1);
        amf0::put_text(&mut body, "hvc1");
        amf0::end_object(&mut body);
        chunk::write_message(&mut self.out, header, &body, OUT_CHUNK_SIZE);
        Ok(())
    }

    fn control(&mut self, type_id: u8, body: &[u8]) {
        let header = Header {
            chunk_stream: 2,
            type_id,
            message_stream: 0,
            timestamp_ms: 0,
        };
        chunk::write_message(&mut self.out, header, body, OUT_CHUNK_SIZE);
    }

    fn command(&mut self, name: &str, transaction: f64, message_stream: u32, arguments: impl FnOnce(&mut Vec<u8>)) {
        let mut body = Vec::new();
        amf0::put_text(&mut body, name);
        amf0::put_number(&mut body, transaction);
        amf0::put_null(&mut body);
        arguments(&mut body);
        let header = Header {
            chunk_stream: 3,
            type_id: COMMAND,
            message_stream,
            timestamp_ms: 0,
        };
        chunk::write_message(&mut self.out, header, &body, OUT_CHUNK_SIZE);
    }

    fn handle(&mut self, type_id: u8, body: &[u8]) -> Result<(), SessionError> {
        let number = || body.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes));
        match type_id {
            1 => self
                .reader
                .set_chunk_size(number().unwrap_or(0))
                .map_err(SessionError::Protocol),
            4 => {
                // User control: a ping (6) is answered with a pong (7) of the same timestamp.
                if let [0, 6, time @ ..] = body {
                    let pong: Vec<u8> = [0, 7].iter().chain(time.iter().take(4)).copied().collect();
                    self.control(4, &pong);
                }
                Ok(())
            }
            5 => {
                self.ack_window = number().unwrap_or(self.ack_window).max(1024);
                Ok(())
            }
            COMMAND => self.handle_command(body),
            // AMF3 command: an AMF0 command behind one byte.
            17 => self.handle_command(body.get(1..).unwrap_or_default()),
            _ => Ok(()),
        }
    }

    fn handle_command(&mut self, body: &[u8]) -> Result<(), SessionError> {
        let values = amf0::parse_all(body).ok_or(SessionError::Protocol("a command is no AMF0"))?;
        // ffmpeg sends `onFCPublish` without a transaction: nothing we wait for, so nothing to be strict about.
        let (Some(Value::Text(name)), Some(Value::Number(transaction))) = (values.first(), values.get(1)) else {
            return Ok(());
        };
        let reason = || {
            let said = values.iter().rev().find_map(|value| {
                let text = [value.text("code"), value.text("description")].into_iter().flatten();
                let text = text.collect::<Vec<_>>().join(": ");
                (!text.is_empty()).then_some(text)
            });
            said.unwrap_or_else(|| "no reason given".to_owned())
        };
        match (name.as_str(), self.step) {
            ("_error", Step::Connect) => Err(SessionError::Refused(reason())),
            ("_error", Step::CreateStream) if *transaction == CREATE_STREAM_TRANSACTION => {
                Err(SessionError::Refused(reason()))
            }
            // Some servers answer a publish command under transaction 0.
            ("_error", Step::Publish) if [0.0, PUBLISH_TRANSACTION].contains(transaction) => {
                Err(SessionError::Refused(reason()))
            }
            ("_result", Step::Connect) if *transaction == CONNECT_TRANSACTION => {
                self.create_stream();
                Ok(())
            }
            ("_result", Step::CreateStream) if *transaction == CREATE_STREAM_TRANSACTION => {
                let Some(Value::Number(stream)) = values.get(3) else {
                    return Err(SessionError::Protocol("createStream was answered without a stream"));
                };
                self.publish(*stream as u32);
                Ok(())
            }
            ("onStatus", step) => {
                let information = values.get(3);
                let code = information.and_then(|value| value.text("code")).unwrap_or_default();
                let level = information.and_then(|value| value.text("level")).unwrap_or_default();
                if step == Step::Publish && code == "NetStream.Publish.Start" {
                    self.step = Step::Publishing;
                    Ok(())
                } else if level == "error" {
                    let ended = step == Step::Publishing;
                    Err(if ended {
                        SessionError::Ended(reason())
                    } else {
                        SessionError::Refused(reason())
                    })
                } else if step == Step::Publishing && code == "NetStream.Unpublish.Success" {
                    Err(SessionError::Ended(reason()))
                } else {
                    Ok(())
                }
            }
            ("close", _) => Err(SessionError::Ended("closed by the server".to_owned())),
            _ => Ok(()),
        }
    }

    fn create_stream(&mut self) {
        self.step = Step::CreateStream;
        let name = self.target.stream_name.clone();
        // Not in the specification, but what encoders send and some servers wait for.
        self.command("releaseStream", 2.0, 0, |out| amf0::put_text(out, &name));
        self.command("FCPublish", 3.0, 0, |out| amf0::put_text(out, &name));
        self.command("createStream", CREATE_STREAM_TRANSACTION, 0, |_| {});
    }

    fn publish(&mut self, message_stream: u32) {
        self.step = Step::Publish;
        self.message_stream = message_stream;
        let name = self.target.stream_name.clone();
        self.command("publish", PUBLISH_TRANSACTION, message_stream, |out| {
            amf0::put_text(out, &name);
            amf0::put_text(out, "live");
        });
    }
}

#[cfg(test)]
mod tests;
