//! One viewer's connection.

use std::io::{self, IoSlice, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use socket2::{SockRef, TcpKeepalive};

use super::super::eviction::Seat;
use super::super::format::PlayFormat;
use super::super::output::{Cursor, Output};
use super::super::talk::Talk;
use super::super::watch::Watching;

/// Bytes the kernel may hold unsent for a viewer: about a second of video, so that one that is slow is found out soon
/// and lags little.
const MAX_UNSENT_BYTES: u32 = 256 * 1024;
/// Chunks given to the kernel at once.
pub(super) const MAX_SLICES: usize = 64;
/// A viewer that skips more often than this within [`SKIP_WINDOW`] cannot keep up at all.
const MAX_SKIPS: u8 = 5;
const SKIP_WINDOW: Duration = Duration::from_secs(60);
/// Reads of one event; a viewer that sends more than fits is not one.
const MAX_READS: usize = 16;

/// A viewer's use of an output. Dropping it is leaving.
pub(in super::super) struct Attached {
    output: Arc<Output>,
    watching: Watching,
}

impl Attached {
    pub(in super::super) fn new(watching: Watching, format: PlayFormat) -> Self {
        Self {
            output: watching.hub().attach(format),
            watching,
        }
    }

    pub(in super::super) fn output(&self) -> &Arc<Output> {
        &self.output
    }

    /// Where the viewer learns that he has to leave.
    pub(in super::super) fn seat(&self) -> &Arc<Seat> {
        self.watching.seat()
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        self.watching.hub().release(self.output.format());
    }
}

/// Makes a socket one for a viewer.
pub(in super::super) fn prepare(socket: SockRef<'_>) -> io::Result<()> {
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_notsent_lowat(MAX_UNSENT_BYTES)?;
    // Finds dead peers while nothing is sent; while something is, the stall limit does.
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(Duration::from_secs(30)))
}

/// A viewer on its way to its thread.
pub(in super::super) struct NewViewer {
    pub(super) viewer: Viewer,
    pub(super) leftover: Vec<u8>,
}

impl NewViewer {
    pub(in super::super) fn new(
        watching: Watching,
        format: PlayFormat,
        stream: TcpStream,
        head: Vec<u8>,
        leftover: &[u8],
    ) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        prepare(SockRef::from(&stream))?;
        let attached = Attached::new(watching, format);
        let mut head = head;
        if let Some(word) = attached.output().waiting_word() {
            head.extend_from_slice(&word);
        }
        let viewer = Viewer {
            stream: mio::net::TcpStream::from_std(stream),
            cursor: Cursor::START,
            current: Some((head.into(), 0)),
            blocked: false,
            patience: Patience::default(),
            progress: Instant::now(),
            talk: Talk::new(format),
            attached,
            place: 0,
        };
        Ok(Self {
            viewer,
            leftover: leftover.to_vec(),
        })
    }
}

/// Why a viewer's connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Leave {
    /// It closed, or its connection broke.
    Gone,
    /// The stream is over and it has got everything.
    Over,
    /// It may no longer watch.
    Evicted,
    /// It could not keep up.
    TooSlow,
    /// It broke the rules of its protocol.
    Misbehaved,
}

impl Leave {
    pub(in super::super) fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Over => "over",
            Self::Evicted => "evicted",
            Self::TooSlow => "too_slow",
            Self::Misbehaved => "misbehaved",
        }
    }
}

/// How often a viewer may skip before he is taken for one that cannot keep up.
#[derive(Debug, Default)]
pub(in super::super) struct Patience {
    skips: u8,
    first_skip: Option<Instant>,
}

impl Patience {
    /// He skips.
    pub(in super::super) fn skipped(&mut self, now: Instant) -> Result<(), Leave> {
        metrics::counter!("ovc_live_viewer_skips_total").increment(1);
        if self
            .first_skip
            .is_none_or(|first| now.saturating_duration_since(first) > SKIP_WINDOW)
        {
            self.first_skip = Some(now);
            self.skips = 0;
        }
        self.skips += 1;
        if self.skips > MAX_SKIPS {
            Err(Leave::TooSlow)
        } else {
            Ok(())
        }
    }
}

/// A viewer's connection. Holds no media but the chunk that is half sent.
pub(super) struct Viewer {
    pub(super) stream: mio::net::TcpStream,
    cursor: Cursor,
    /// What is being sent, and how much of it is.
    current: Option<(Bytes, usize)>,
    /// The socket takes no more.
    blocked: bool,
    patience: Patience,
    /// When the socket last took something, or had nothing to take.
    progress: Instant,
    talk: Talk,
    attached: Attached,
    /// Its place in its group.
    pub(super) place: usize,
}

impl Viewer {
    pub(super) fn output(&self) -> &Arc<Output> {
        self.attached.output()
    }

    /// Everything up to `end` is sent, so what comes next can be.
    pub(super) fn is_ready_at(&self, end: u64) -> bool {
        self.cursor.is_at(end) && self.current.is_none() && !self.talk.has_replies() && !self.blocked
    }

    /// Sends chunks that follow at once on what it has: the way of nearly every frame.
    pub(super) fn send_fresh(&mut self, chunks: &[Bytes], now: Instant) -> Result<(), Leave> {
        self.cursor.forth(chunks.len());
        let sent = match chunks {
            [chunk] => self.stream.write(chunk),
            _ => self.stream.write_vectored(&slices(chunks, 0)),
        };
        self.account(sent, chunks, 0, 0, now)
    }

    /// Sends whatever is to be sent until there is nothing more or the socket takes no more.
    pub(super) fn pump(&mut self, batch: &mut Vec<Bytes>, now: Instant) -> Result<(), Leave> {
        loop {
            batch.clear();
            let mut offset = 0;
            if let Some((chunk, sent)) = self.current.take() {
                batch.push(chunk);
                offset = sent;
            }
            batch.extend(self.talk.take_replies());
            let (collected, over) = {
                let ring = self.attached.output().ring();
                (ring.collect(&mut self.cursor, batch, MAX_SLICES), ring.is_closed())
            };
            if collected.skips {
                self.patience.skipped(now)?;
            }
            if batch.is_empty() {
                self.blocked = false;
                self.progress = now;
                return if over { Err(Leave::Over) } else { Ok(()) };
            }
            let sent = self.stream.write_vectored(&slices(batch, offset));
            self.account(sent, batch, offset, batch.len() - collected.chunks, now)?;
            if self.blocked {
                return Ok(());
            }
        }
    }

    /// Notes what of `batch` (whose first piece was sent up to `offset`) the socket took. The first `lead` pieces come
    /// from elsewhere than the ring and must not get lost; what follows them is collected again, or skipped, later.
    fn account(
        &mut self,
        sent: io::Result<usize>,
        batch: &[Bytes],
        offset: usize,
        lead: usize,
        now: Instant,
    ) -> Result<(), Leave> {
        let mut sent = offset
            + match sent {
                Ok(sent) => {
                    self.progress = now;
                    sent
                }
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => 0,
                Err(_) => return Err(Leave::Gone),
            };
        self.blocked = false;
        for (at, piece) in batch.iter().enumerate() {
            if sent < piece.len() {
                let kept = match batch.get(at..lead) {
                    Some(several @ [_, _, ..]) => several.concat().into(),
                    _ => piece.clone(),
                };
                self.current = Some((kept, sent));
                self.cursor.back(batch.len() - lead.max(at + 1));
                self.blocked = true;
                break;
            }
            sent -= piece.len();
        }
        Ok(())
    }

    /// Whether he has to leave.
    pub(super) fn is_evicted(&self) -> bool {
        self.attached.seat().is_evicted()
    }

    /// Tells a WebSocket why it ends. HTTP has no word for it.
    pub(super) fn say_evicted(&mut self) {
        self.talk.say_evicted();
        self.say_last_word();
    }

    pub(super) fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// The socket takes more again. Answers whether there is something to send.
    pub(super) fn unblock(&mut self) -> bool {
        std::mem::take(&mut self.blocked)
    }

    /// Whether pongs wait, and can go.
    pub(super) fn has_replies(&self) -> bool {
        self.talk.has_replies() && !self.blocked
    }

    /// Whether it has taken nothing for so long though there was something.
    pub(super) fn is_stalled(&self, limit: Duration, now: Instant) -> bool {
        self.blocked && now.saturating_duration_since(self.progress) > limit
    }

    /// Takes what the viewer says.
    pub(super) fn read(&mut self, scratch: &mut [u8]) -> Result<(), Leave> {
        for _ in 0..MAX_READS {
            match self.stream.read(scratch) {
                Ok(0) => return Err(Leave::Gone),
                Ok(len) => self.hear(&mut scratch[..len])?,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Leave::Gone),
            }
        }
        Err(Leave::Misbehaved)
    }

    pub(super) fn hear(&mut self, input: &mut [u8]) -> Result<(), Leave> {
        let heard = self.talk.hear(input);
        if heard.is_err() {
            self.say_last_word();
        }
        heard
    }

    /// Closes in order: a socket that is closed with bytes unread resets the connection, and what the viewer has not
    /// read yet might be lost with it.
    pub(super) fn finish(&mut self, scratch: &mut [u8]) {
        let _ = self.stream.shutdown(std::net::Shutdown::Write);
        for _ in 0..MAX_READS {
            if !matches!(self.stream.read(scratch), Ok(1..)) {
                return;
            }
        }
    }

    /// The last word, if there is one, behind what is half sent, as far as the socket takes it now.
    fn say_last_word(&mut self) {
        let Some(word) = self.talk.take_last_word() else {
            return;
        };
        let mut last = Vec::new();
        if let Some((chunk, sent)) = self.current.take() {
            last.extend_from_slice(&chunk[sent..]);
        }
        last.extend_from_slice(&word);
        let _ = self.stream.write(&last);
    }
}

fn slices(chunks: &[Bytes], offset: usize) -> Vec<IoSlice<'_>> {
    let mut slices: Vec<IoSlice<'_>> = chunks.iter().map(|chunk| IoSlice::new(chunk)).collect();
    if let Some(first) = chunks.first() {
        slices[0] = IoSlice::new(&first[offset..]);
    }
    slices
}
