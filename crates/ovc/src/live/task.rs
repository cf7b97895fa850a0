//! A viewer whose connection is no socket of the fan-out's: one over TLS, or one taken over from the HTTP library. A
//! task writes to it. The chunks are the same ones that all others get, and so are the limits.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::time::Instant;

use super::fanout::Leave;
use super::format::PlayFormat;
use super::subscription::Subscription;
use super::talk::Talk;

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
        talk: Talk::new(format),
        current: (!head.is_empty()).then(|| (head.into(), 0)),
        unflushed: false,
        progress: Instant::now(),
        stall_limit,
    };
    let why = match viewer.talk.hear(&mut leftover.to_vec()) {
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
    talk: Talk,
    /// What is being sent, and how much of it is.
    current: Option<(Bytes, usize)>,
    /// Something was written that may still lie in a buffer of TLS.
    unflushed: bool,
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
                    Ok(len @ 1..) => self.talk.hear(&mut heard[..len]),
                    Ok(0) | Err(_) => Err(Leave::Gone),
                },
            };
            if let Err(why) = outcome {
                if why == Leave::Evicted {
                    self.talk.say_evicted();
                }
                return why;
            }
        }
    }

    /// One step of sending: a piece of what is at hand, or else the next chunk. Safe to cancel.
    async fn send(&mut self) -> Result<(), Leave> {
        if self.current.is_none() {
            self.current = self.talk.take_replies().map(|replies| (replies, 0));
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

    async fn finish(&mut self, why: Leave) -> io::Result<()> {
        if why == Leave::TooSlow {
            return Ok(());
        }
        if let Some(word) = self.talk.take_last_word() {
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
