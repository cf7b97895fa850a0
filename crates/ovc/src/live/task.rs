//! A viewer whose connection is no socket of the fan-out's: one over TLS, or one taken over from the HTTP library. A
//! task writes to it. The chunks are the same ones that all others get, and so are the limits.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::time::Instant;
use ws::{Decoder, Message, Role, encode_close, encode_pong};

use super::eviction::{ACCESS_ENDED, ACCESS_ENDED_REASON};
use super::fanout::{Leave, MAX_MESSAGE_BYTES};
use super::format::PlayFormat;
use super::subscription::Subscription;

/// What a viewer says is small.
const READ_BYTES: usize = 1024;
/// How long the end of a connection may take.
const CLOSING_LIMIT: Duration = Duration::from_secs(2);

/// Plays until the stream or the viewer ends. `head` goes out first, `leftover` is what the viewer said already.
pub(super) async fn play<S: AsyncRead + AsyncWrite>(
    subscription: Subscription,
    format: PlayFormat,
    stream: S,
    head: Vec<u8>,
    leftover: &[u8],
    stall_limit: Duration,
) {
    metrics::counter!("ovc_live_viewers_total", "format" => format.name()).increment(1);
    let (reader, writer) = tokio::io::split(stream);
    let mut viewer = Viewer {
        writer,
        subscription,
        decoder: match format {
            PlayFormat::Flv => None,
            PlayFormat::Fmp4WebSocket => Some(Box::new(Decoder::new(Role::Server, MAX_MESSAGE_BYTES))),
        },
        current: (!head.is_empty()).then(|| (head.into(), 0)),
        unflushed: false,
        replies: Vec::new(),
        last_word: None,
        progress: Instant::now(),
        stall_limit,
    };
    let why = match viewer.hear(&mut leftover.to_vec()) {
        Ok(()) => viewer.run(reader).await,
        Err(why) => why,
    };
    metrics::counter!("ovc_live_viewers_left_total", "why" => why.name()).increment(1);
    // In order, so that what was sent last is not lost to a reset.
    let _ = tokio::time::timeout(CLOSING_LIMIT, viewer.finish(why)).await;
}

struct Viewer<S> {
    writer: WriteHalf<S>,
    subscription: Subscription,
    decoder: Option<Box<Decoder>>,
    /// What is being sent, and how much of it is.
    current: Option<(Bytes, usize)>,
    /// Something was written that may still lie in a buffer of TLS.
    unflushed: bool,
    /// WebSocket control frames to be sent between chunks.
    replies: Vec<u8>,
    /// The close frame that ends it.
    last_word: Option<Vec<u8>>,
    /// When the connection last took something, or had nothing to take.
    progress: Instant,
    stall_limit: Duration,
}

impl<S: AsyncRead + AsyncWrite> Viewer<S> {
    async fn run(&mut self, mut reader: ReadHalf<S>) -> Leave {
        let mut heard = [0; READ_BYTES];
        let seat = self.subscription.seat().clone();
        loop {
            let outcome = tokio::select! {
                biased;
                () = seat.evicted() => Err(Leave::Evicted),
                outcome = self.send() => outcome,
                read = reader.read(&mut heard) => match read {
                    Ok(len @ 1..) => self.hear(&mut heard[..len]),
                    Ok(0) | Err(_) => Err(Leave::Gone),
                },
            };
            if let Err(why) = outcome {
                if why == Leave::Evicted && self.decoder.is_some() {
                    self.say_close(ACCESS_ENDED, ACCESS_ENDED_REASON);
                }
                return why;
            }
        }
    }

    /// One step of sending: a piece of what is at hand, or else the next chunk. Safe to cancel.
    async fn send(&mut self) -> Result<(), Leave> {
        if self.current.is_none() && !self.replies.is_empty() {
            self.current = Some((std::mem::take(&mut self.replies).into(), 0));
        }
        let deadline = self.progress + self.stall_limit;
        if let Some((chunk, sent)) = &mut self.current {
            let written = tokio::time::timeout_at(deadline, self.writer.write(&chunk[*sent..])).await;
            *sent += taken(written)?;
            if *sent == chunk.len() {
                self.current = None;
            }
            (self.unflushed, self.progress) = (true, Instant::now());
            return Ok(());
        }
        tokio::select! {
            biased;
            chunk = self.subscription.take() => {
                self.current = Some((chunk?, 0));
                if !self.unflushed {
                    self.progress = Instant::now();
                }
            }
            flushed = tokio::time::timeout_at(deadline, self.writer.flush()), if self.unflushed => {
                match flushed {
                    Ok(Ok(())) => (self.unflushed, self.progress) = (false, Instant::now()),
                    Ok(Err(_)) => return Err(Leave::Gone),
                    Err(_) => return Err(Leave::TooSlow),
                }
            }
        }
        Ok(())
    }

    /// An HTTP viewer's bytes mean nothing. A WebSocket's pings are answered, its close ends it.
    fn hear(&mut self, input: &mut [u8]) -> Result<(), Leave> {
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

    fn say_close(&mut self, code: u16, reason: &str) {
        let mut close = Vec::new();
        encode_close(&mut close, code, reason, None);
        self.last_word = Some(close);
    }

    async fn finish(&mut self, why: Leave) -> io::Result<()> {
        if why == Leave::TooSlow {
            return Ok(());
        }
        if let Some(word) = self.last_word.take() {
            // What is half sent must be whole before it.
            if let Some((chunk, sent)) = self.current.take() {
                self.writer.write_all(&chunk[sent..]).await?;
            }
            self.writer.write_all(&word).await?;
        }
        self.writer.flush().await?;
        self.writer.shutdown().await
    }
}

/// What a write took, within its time.
fn taken(written: Result<io::Result<usize>, tokio::time::error::Elapsed>) -> Result<usize, Leave> {
    match written {
        Ok(Ok(len @ 1..)) => Ok(len),
        Ok(Ok(0) | Err(_)) => Err(Leave::Gone),
        Err(_) => Err(Leave::TooSlow),
    }
}
