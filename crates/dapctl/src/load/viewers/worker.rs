//! A thread that owns a share of the viewers and one event loop.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};
use socket2::SockRef;

use super::Plan;
use super::progress::Progress;
#[cfg(doc)]
use super::progress::Steady;
use super::video::Seen;
use super::viewer::Viewer;
use crate::load::stamp::{Stamp, UnixClock};
use crate::transport::Transport;

/// When what counts begins and ends, set by the one who runs the load and seen by the workers.
#[derive(Debug)]
pub(super) struct Window {
    from_unix_ns: AtomicU64,
    to_unix_ns: AtomicU64,
    over: AtomicBool,
}

impl Window {
    pub(super) fn new() -> Self {
        Self {
            from_unix_ns: AtomicU64::new(u64::MAX),
            to_unix_ns: AtomicU64::new(u64::MAX),
            over: AtomicBool::new(false),
        }
    }

    pub(super) fn begin(&self, unix_ns: u64) {
        self.from_unix_ns.store(unix_ns, Ordering::Relaxed);
    }

    pub(super) fn end(&self, unix_ns: u64) {
        self.to_unix_ns.store(unix_ns, Ordering::Relaxed);
    }

    /// The workers shall end.
    pub(super) fn close(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    fn from(&self) -> u64 {
        self.from_unix_ns.load(Ordering::Relaxed)
    }

    fn to(&self) -> u64 {
        self.to_unix_ns.load(Ordering::Relaxed)
    }

    fn contains(&self, unix_ns: u64) -> bool {
        (self.from()..self.to()).contains(&unix_ns)
    }
}

/// How often progress is told, and the window looked at, at the latest.
const TELL_EVERY: Duration = Duration::from_millis(250);
/// A frame of 1080p fits, so that a viewer costs one read a frame.
const SCRATCH_LEN: usize = 256 << 10;
/// All that is ready is taken at once; what comes later was not ready before (see [`Steady::loader_lag`]).
const MAX_EVENTS: usize = 16 << 10;
/// Taking what is ready is quicker than this.
const WAITED_NS: u64 = 20_000;

pub(super) struct Worker {
    plan: Arc<Plan>,
    window: Arc<Window>,
    tell: SyncSender<Progress>,
    poll: Poll,
    /// By token. `None`: failed or lost.
    viewers: Vec<Option<Viewer>>,
    share: usize,
    clock: UnixClock,
    progress: Progress,
    /// When it was last asked what is ready.
    polled_unix_ns: u64,
    /// Kept for its memory.
    sighting: Sighting,
}

impl Worker {
    pub(super) fn new(
        n: usize,
        plan: Arc<Plan>,
        window: Arc<Window>,
        clock: UnixClock,
        tell: SyncSender<Progress>,
    ) -> io::Result<Self> {
        let share = plan.viewers.saturating_sub(n).div_ceil(plan.threads);
        Ok(Self {
            poll: Poll::new()?,
            viewers: Vec::with_capacity(share),
            share,
            clock,
            progress: Progress::of(n),
            polled_unix_ns: clock.unix_ns(),
            sighting: Sighting::default(),
            plan,
            window,
            tell,
        })
    }

    pub(super) fn run(mut self) {
        let mut events = Events::with_capacity(self.share.clamp(1, MAX_EVENTS));
        let mut scratch = vec![0; SCRATCH_LEN];
        let started_at = Instant::now();
        let mut tell_at = started_at + TELL_EVERY;
        while !self.window.over.load(Ordering::Relaxed) {
            let now = Instant::now();
            if now >= tell_at {
                tell_at = now + TELL_EVERY;
                self.tell_progress();
            }
            let next_join = self.begin_joins(started_at, now);
            let wake_at = next_join.map_or(tell_at, |join| join.min(tell_at));
            let wait = wake_at.saturating_duration_since(Instant::now());
            let timeout = if self.plan.rest.is_zero() {
                wait
            } else {
                std::thread::sleep(self.plan.rest.min(wait));
                Duration::ZERO
            };
            let waited_since = std::mem::replace(&mut self.polled_unix_ns, self.clock.unix_ns());
            if let Err(error) = self.poll.poll(&mut events, Some(timeout))
                && error.kind() != io::ErrorKind::Interrupted
            {
                self.progress.errors.add(format!("poll: {error}"));
                break;
            }
            // Nothing was ready when the last batch was taken. If this one had to be waited for, nor was it until now.
            let now = self.clock.unix_ns();
            let has_waited = now - self.polled_unix_ns > WAITED_NS;
            let ready_since = if has_waited { now } else { waited_since };
            for event in &events {
                self.on_ready(event.token(), event.is_writable(), ready_since, &mut scratch);
            }
        }
        self.finish();
        // The last word, which must not be lost; the receiver waits for it.
        let _ = self.tell.send(self.progress);
    }

    /// Tells what happened since the last time. If nobody keeps up, it is told together with what comes next.
    fn tell_progress(&mut self) {
        let fresh = Progress::of(self.progress.worker);
        let fresh = Progress {
            playing: self.progress.playing,
            ..fresh
        };
        let progress = std::mem::replace(&mut self.progress, fresh);
        if let Err(TrySendError::Full(progress) | TrySendError::Disconnected(progress)) = self.tell.try_send(progress) {
            self.progress = progress;
        }
    }

    /// Lets the viewers come whose time it is. Answers when the next one's is.
    fn begin_joins(&mut self, started_at: Instant, now: Instant) -> Option<Instant> {
        let rate = self.plan.ramp_per_s / self.plan.threads as f64;
        let due = ((now - started_at).as_secs_f64() * rate) as usize + 1;
        while self.viewers.len() < due.min(self.share) {
            let viewer = self.begin_join();
            if let Err(error) = &viewer {
                self.progress.errors.add(format!("connect: {}", error.kind()));
                self.progress.failed += 1;
            }
            self.viewers.push(viewer.ok());
        }
        (self.viewers.len() < self.share)
            .then(|| started_at + Duration::from_secs_f64(self.viewers.len() as f64 / rate))
    }

    fn begin_join(&self) -> io::Result<Viewer> {
        let began_unix_ns = self.clock.unix_ns();
        let mut stream = mio::net::TcpStream::connect(self.plan.address)?;
        let socket = SockRef::from(&stream);
        socket.set_tcp_nodelay(true)?;
        // At the end a reset, not an orderly close: thousands of ports in TIME_WAIT would keep the next run from
        // connecting.
        socket.set_linger(Some(Duration::ZERO))?;
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll
            .registry()
            .register(&mut stream, Token(self.viewers.len()), interest)?;
        let stream = Transport::new(stream, self.plan.secured.as_ref())?;
        Ok(Viewer::new(stream, &self.plan.source, began_unix_ns))
    }

    fn on_ready(&mut self, token: Token, writable: bool, ready_since: u64, scratch: &mut [u8]) {
        let Some(Some(viewer)) = self.viewers.get_mut(token.0) else {
            return;
        };
        if writable && let Err(problem) = viewer.on_writable() {
            self.lose(token, problem);
            return;
        }
        let sighting = &mut self.sighting;
        sighting.clear();
        let read = viewer.on_readable(&self.plan.source, scratch, &mut |seen| match seen {
            Seen::Keyframe => sighting.keyframe = true,
            Seen::Frame(stamp) => sighting.frame(stamp),
        });
        let now = self.clock.unix_ns();
        if sighting.keyframe && !viewer.has_joined {
            viewer.has_joined = true;
            self.progress.joined += 1;
            self.progress.playing += 1;
            self.progress.join.record(since(viewer.began_unix_ns, now));
        }
        if sighting.frames > 0 {
            note(viewer, sighting, now, ready_since, &self.window, &mut self.progress);
        }
        match read {
            Ok(len) => {
                self.progress.bytes += len;
                if self.window.contains(now) {
                    self.progress.steady.bytes += len;
                }
            }
            Err(problem) => self.lose(token, problem),
        }
    }

    fn lose(&mut self, token: Token, problem: String) {
        let Some(viewer) = self.viewers.get_mut(token.0).and_then(Option::take) else {
            return;
        };
        self.progress.errors.add(problem);
        if viewer.has_joined {
            self.progress.playing -= 1;
            self.progress.lost += 1;
        } else {
            self.progress.failed += 1;
        }
    }

    /// A viewer's last gap lasts to the end of the window.
    fn finish(&mut self) {
        let (from, to) = (self.window.from(), self.window.to());
        for viewer in self.viewers.iter().flatten() {
            let last_gap = since(viewer.last_frame_unix_ns.max(from), to);
            self.progress.gaps.record(viewer.longest_gap.max(last_gap));
        }
    }
}

/// What one read showed: mostly one frame.
#[derive(Debug, Default)]
struct Sighting {
    keyframe: bool,
    frames: u64,
    stamps: Vec<Stamp>,
}

impl Sighting {
    fn clear(&mut self) {
        self.keyframe = false;
        self.frames = 0;
        self.stamps.clear();
    }

    fn frame(&mut self, stamp: Option<Stamp>) {
        self.frames += 1;
        self.stamps.extend(stamp);
    }
}

/// Counts frames that a viewer has got.
fn note(
    viewer: &mut Viewer,
    sighting: &Sighting,
    now: u64,
    ready_since: u64,
    window: &Window,
    progress: &mut Progress,
) {
    progress.frames += sighting.frames;
    for stamp in &sighting.stamps {
        let delay = since(stamp.sent_unix_ns, now);
        let skipped = viewer
            .last_sequence
            .map(|last| stamp.sequence.wrapping_sub(last.wrapping_add(1)));
        viewer.last_sequence = Some(stamp.sequence);
        if window.contains(stamp.sent_unix_ns) {
            progress.steady.delay.record(delay);
            // A publisher that started anew counts from 0: that is no gap.
            progress.steady.missing += skipped.filter(|&skipped| skipped < u32::MAX / 2).map_or(0, u64::from);
        }
        // Older ones are the group of pictures that a viewer joins with.
        if stamp.sent_unix_ns > viewer.began_unix_ns {
            progress.recent_delay.record(delay);
        }
    }
    if window.contains(now) {
        progress.steady.frames += sighting.frames;
        progress.steady.loader_lag.record(since(ready_since, now));
        let gap = since(viewer.last_frame_unix_ns.max(window.from()), now);
        viewer.longest_gap = viewer.longest_gap.max(gap);
    }
    viewer.last_frame_unix_ns = now;
}

fn since(from_unix_ns: u64, to_unix_ns: u64) -> Duration {
    Duration::from_nanos(to_unix_ns.saturating_sub(from_unix_ns))
}
