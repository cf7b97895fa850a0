//! One device's connection: TCP, upgrade, login, then requests and answers.

use std::io::{self, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use rand::RngCore;
use ws::{Decoder, Role};

use super::dialect::{Dialect, Meaning, Payload};
use crate::transport::Transport;

/// Largest message of a server that is accepted, in bytes.
const MAX_MESSAGE: u32 = 1 << 20;
/// Largest head of the answer to the upgrade, in bytes.
const MAX_HEAD: usize = 8 << 10;

/// A connection, a few hundred bytes with nothing under way.
#[derive(Debug)]
pub(super) struct Connection {
    stream: Transport,
    stage: Stage,
    decoder: Decoder,
    /// What the socket did not take at once.
    unsent: Vec<u8>,
    began_at: Instant,
    requested_at: Option<Instant>,
    seq: u32,
}

#[derive(Debug)]
enum Stage {
    /// Waits for the TCP connection, then sends this upgrade.
    Connecting(Box<Upgrade>),
    /// Waits for the answer to the upgrade; holds its key and what came so far.
    Upgrading(Box<Upgrade>, Vec<u8>),
    /// Waits for the answer to the protocol's login.
    LoggingIn,
    LoggedIn,
}

#[derive(Debug)]
pub(super) struct Upgrade {
    pub(super) request: String,
    pub(super) key: String,
    pub(super) login: Option<Payload>,
}

/// What a connection tells the worker.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    LoggedIn(Duration),
    Answered(Duration),
}

impl Connection {
    pub(super) fn new(stream: Transport, upgrade: Upgrade, now: Instant) -> Self {
        Self {
            stream,
            stage: Stage::Connecting(Box::new(upgrade)),
            decoder: Decoder::new(Role::Client, MAX_MESSAGE),
            unsent: Vec::new(),
            began_at: now,
            requested_at: None,
            seq: 0,
        }
    }

    pub(super) fn is_logged_in(&self) -> bool {
        matches!(self.stage, Stage::LoggedIn)
    }

    /// When the request under way was sent.
    pub(super) fn waits_since(&self) -> Option<Instant> {
        self.requested_at
    }

    /// Sends the next request.
    pub(super) fn request(&mut self, dialect: Dialect, now: Instant, rng: &mut impl RngCore) -> Result<(), String> {
        self.seq += 1;
        // An answer to an older request that is still out comes first and would be measured wrongly; the worker ends
        // such connections.
        self.requested_at = Some(now);
        self.send(&dialect.request(self.seq), rng)
    }

    /// The socket can be written.
    pub(super) fn on_writable(&mut self) -> Result<(), String> {
        if let Stage::Connecting(_) = self.stage {
            if let Some(error) = self.stream.take_error().map_err(text)? {
                return Err(format!("connect: {}", error.kind()));
            }
            let Stage::Connecting(upgrade) = std::mem::replace(&mut self.stage, Stage::LoggingIn) else {
                return Ok(());
            };
            self.unsent = upgrade.request.clone().into_bytes();
            self.stage = Stage::Upgrading(upgrade, Vec::new());
        }
        self.flush()
    }

    /// The socket can be read: reads all there is into `scratch`, piece by piece.
    pub(super) fn on_readable(
        &mut self,
        dialect: Dialect,
        scratch: &mut [u8],
        rng: &mut impl RngCore,
        told: &mut Vec<Told>,
    ) -> Result<(), String> {
        loop {
            let len = match self.stream.read(scratch) {
                Ok(0) => return Err(self.name("closed by the server")),
                Ok(len) => len,
                // In a handshake, what was read may be what sending waited for.
                Err(error) if error.kind() == ErrorKind::WouldBlock => return self.flush(),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.name(&text(error))),
            };
            self.take(dialect, &mut scratch[..len], rng, told)?;
            if len < scratch.len() && self.stream.short_read_is_last() {
                return Ok(());
            }
        }
    }

    fn take(
        &mut self,
        dialect: Dialect,
        bytes: &mut [u8],
        rng: &mut impl RngCore,
        told: &mut Vec<Told>,
    ) -> Result<(), String> {
        let mut after_head;
        let bytes = if let Stage::Upgrading(upgrade, head) = &mut self.stage {
            head.extend_from_slice(bytes);
            let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") else {
                return if head.len() > MAX_HEAD {
                    Err("login: endless answer".into())
                } else {
                    Ok(())
                };
            };
            check_head(&head[..end], &upgrade.key)?;
            after_head = head.split_off(end + 4);
            let login = upgrade.login.take();
            match login {
                Some(login) => {
                    self.stage = Stage::LoggingIn;
                    self.send(&login, rng)?;
                }
                None => self.log_in(told),
            }
            &mut after_head[..]
        } else {
            bytes
        };

        let mut decoder = std::mem::replace(&mut self.decoder, Decoder::new(Role::Client, MAX_MESSAGE));
        let mut result = Ok(());
        let decoded = decoder.decode(bytes, |message| {
            if result.is_ok() {
                result = self.on_message(dialect, message, rng, told);
            }
        });
        self.decoder = decoder;
        decoded.map_err(|error| format!("bad frame: {error}"))?;
        result
    }

    fn on_message(
        &mut self,
        dialect: Dialect,
        message: ws::Message<'_>,
        rng: &mut impl RngCore,
        told: &mut Vec<Told>,
    ) -> Result<(), String> {
        match message {
            ws::Message::Ping(payload) => {
                let mut frame = Vec::new();
                ws::encode_pong(&mut frame, payload, mask(rng));
                return self.send_frame(&frame);
            }
            ws::Message::Pong(_) => return Ok(()),
            ws::Message::Close { code, reason } => {
                return Err(format!("closed by the server: {} {reason}", code.unwrap_or_default()));
            }
            _ => {}
        }
        match dialect.read(message, self.is_logged_in(), self.seq) {
            Meaning::LoggedIn => self.log_in(told),
            Meaning::Answer => {
                let sent_at = self.requested_at.take().ok_or("answer to no request")?;
                told.push(Told::Answered(sent_at.elapsed()));
            }
            Meaning::Reply(payload) => self.send(&payload, rng)?,
            Meaning::Nothing => {}
            Meaning::Bad(problem) => return Err(problem),
        }
        Ok(())
    }

    fn log_in(&mut self, told: &mut Vec<Told>) {
        self.stage = Stage::LoggedIn;
        told.push(Told::LoggedIn(self.began_at.elapsed()));
    }

    fn send(&mut self, payload: &Payload, rng: &mut impl RngCore) -> Result<(), String> {
        let mut frame = Vec::with_capacity(128);
        match payload {
            Payload::Text(text) => ws::encode_text(&mut frame, text, mask(rng)),
            Payload::Binary(bytes) => ws::encode_binary(&mut frame, bytes, mask(rng)),
        }
        self.send_frame(&frame)
    }

    fn send_frame(&mut self, frame: &[u8]) -> Result<(), String> {
        if !self.unsent.is_empty() {
            self.unsent.extend_from_slice(frame);
            return Ok(());
        }
        let sent = self.write(frame)?;
        self.unsent.extend_from_slice(&frame[sent..]);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), String> {
        let unsent = std::mem::take(&mut self.unsent);
        let sent = self.write(&unsent)?;
        self.unsent.extend_from_slice(&unsent[sent..]);
        self.stream.flush().map_err(|error| self.name(&text(error)))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, String> {
        let mut sent = 0;
        while sent < bytes.len() {
            match self.stream.write(&bytes[sent..]) {
                Ok(len) => sent += len,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.name(&text(error))),
            }
        }
        Ok(sent)
    }

    /// Tells in which stage a problem came.
    fn name(&self, problem: &str) -> String {
        match self.stage {
            Stage::Connecting(_) => format!("connect: {problem}"),
            Stage::Upgrading(..) | Stage::LoggingIn => format!("login: {problem}"),
            Stage::LoggedIn => format!("connected: {problem}"),
        }
    }
}

fn text(error: io::Error) -> String {
    error.kind().to_string()
}

fn mask(rng: &mut impl RngCore) -> ws::Mask {
    Some(rng.next_u32().to_ne_bytes())
}

/// Whether a server's answer is the one that opens this WebSocket.
fn check_head(head: &[u8], key: &str) -> Result<(), String> {
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    if status != "101" {
        return Err(format!("login: HTTP status {status:.3}"));
    }
    let accepted = lines
        .filter_map(|line| line.split_once(':'))
        .any(|(name, value)| name.eq_ignore_ascii_case("sec-websocket-accept") && value.trim() == ws::accept_key(key));
    if accepted {
        Ok(())
    } else {
        Err("login: wrong Sec-WebSocket-Accept".into())
    }
}
