//! One viewer's connection.

use std::io::{self, Read, Write};
use std::time::Duration;

use super::Source;
use super::flv::FlvScanner;
use super::http::Response;
use super::rtmp::PlaySession;
use super::video::Seen;
use crate::transport::Transport;

#[derive(Debug)]
enum Protocol {
    HttpFlv(Response, FlvScanner),
    Rtmp(Box<PlaySession>),
}

/// One viewer's connection, and what it has seen. Some 300 bytes; the stream itself is not kept.
#[derive(Debug)]
pub(super) struct Viewer {
    stream: Transport,
    protocol: Protocol,
    unsent: Vec<u8>,
    /// When it began to connect.
    pub(super) began_unix_ns: u64,
    pub(super) has_joined: bool,
    pub(super) last_sequence: Option<u32>,
    pub(super) last_frame_unix_ns: u64,
    pub(super) longest_gap: Duration,
}

impl Viewer {
    pub(super) fn new(stream: Transport, source: &Source, began_unix_ns: u64) -> Self {
        let (protocol, unsent) = match source {
            Source::HttpFlv { request, .. } => (
                Protocol::HttpFlv(Response::new(), FlvScanner::new()),
                request.clone().into_bytes(),
            ),
            Source::Rtmp { .. } => {
                let (session, hello) = PlaySession::new();
                (Protocol::Rtmp(Box::new(session)), hello)
            }
        };
        Self {
            stream,
            protocol,
            unsent,
            began_unix_ns,
            has_joined: false,
            last_sequence: None,
            last_frame_unix_ns: 0,
            longest_gap: Duration::ZERO,
        }
    }

    /// Sends what is to be sent.
    pub(super) fn on_writable(&mut self) -> Result<(), String> {
        if self.unsent.is_empty() {
            return self.flush();
        }
        if let Some(error) = self.stream.take_error().ok().flatten() {
            return Err(format!("connect: {}", error.kind()));
        }
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(len) => drop(self.unsent.drain(..len)),
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::NotConnected) => {
                    return Ok(());
                }
                Err(error) => return Err(format!("write: {}", error.kind())),
            }
        }
        // Hardly anything is sent after the start.
        self.unsent = Vec::new();
        self.flush()
    }

    fn flush(&mut self) -> Result<(), String> {
        self.stream.flush().map_err(|error| format!("write: {}", error.kind()))
    }

    /// Reads what there is. Answers how many bytes that were.
    pub(super) fn on_readable(
        &mut self,
        source: &Source,
        scratch: &mut [u8],
        seen: &mut impl FnMut(Seen),
    ) -> Result<u64, String> {
        let mut total = 0;
        loop {
            let len = match self.stream.read(scratch) {
                Ok(0) => return Err("the server closed the connection".into()),
                Ok(len) => len,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // In a handshake, what was read may be what sending waited for.
                    self.on_writable()?;
                    return Ok(total);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(format!("read: {}", error.kind())),
            };
            total += len as u64;
            let bytes = &scratch[..len];
            match (&mut self.protocol, source) {
                (Protocol::HttpFlv(response, scanner), _) => {
                    response.receive(bytes, |body| scanner.scan(body, seen))?;
                }
                (Protocol::Rtmp(session), Source::Rtmp { target }) => {
                    session.receive(bytes, target, &mut self.unsent, seen)?;
                    self.on_writable()?;
                }
                (Protocol::Rtmp(_), Source::HttpFlv { .. }) => {}
            }
            // Less than asked for: the socket is empty, and will tell when it is not (epoll(7), question 9).
            if len < scratch.len() && self.stream.short_read_is_last() {
                return Ok(total);
            }
        }
    }
}
