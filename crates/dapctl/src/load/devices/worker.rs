//! A thread that owns a share of the connections and one event loop.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use rand::rngs::SmallRng;
use rand::{Rng, RngCore, SeedableRng};
use socket2::{Domain, Socket, Type};
use url::Url;

use super::connection::{Connection, Told, Upgrade};
use super::dialect::Dialect;
use super::report::Progress;
use crate::transport::{Secured, Transport};

/// What all workers do together.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) address: SocketAddr,
    /// Connections come from these by turns; empty: from wherever the system wants.
    pub(super) sources: Vec<IpAddr>,
    pub(super) url: Url,
    /// For wss://.
    pub(super) secured: Option<Secured>,
    pub(super) dialect: Dialect,
    /// Codes and passwords. Worker n takes every `threads`-th from the n-th on.
    pub(super) devices: Vec<(Box<str>, Box<str>)>,
    /// Logins begun a second by all workers together; 0: no limit.
    pub(super) ramp_per_s: f64,
    /// Logins under way at once in each worker.
    pub(super) logins_in_flight: usize,
    pub(super) keepalive: Duration,
    pub(super) threads: usize,
}

/// Where the run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Ramp,
    Steady,
    Over,
}

/// The phase, set by the one who runs the load and seen by the workers.
#[derive(Debug, Default)]
pub(super) struct SharedPhase(AtomicU8);

impl SharedPhase {
    pub(super) fn set(&self, phase: Phase) {
        self.0.store(phase as u8, Ordering::Relaxed);
    }

    fn get(&self) -> Phase {
        match self.0.load(Ordering::Relaxed) {
            0 => Phase::Ramp,
            1 => Phase::Steady,
            _ => Phase::Over,
        }
    }
}

/// A request that is not answered for this long is an error (DAP rule 4).
const ANSWER_LIMIT: Duration = Duration::from_secs(20);
/// How often progress is told, and the phase looked at, at the latest.
const TELL_EVERY: Duration = Duration::from_millis(100);

pub(super) struct Worker {
    plan: Arc<Plan>,
    phase: Arc<SharedPhase>,
    tell: SyncSender<Progress>,
    poll: Poll,
    rng: SmallRng,
    /// By position among this worker's devices. `None`: not begun, or ended.
    connections: Vec<Option<Connection>>,
    first_device: usize,
    begun: usize,
    logins_in_flight: usize,
    /// When which device sends its next request.
    due: BinaryHeap<Reverse<(Instant, usize)>>,
    progress: Progress,
    told: Vec<Told>,
}

impl Worker {
    pub(super) fn new(
        n: usize,
        plan: Arc<Plan>,
        phase: Arc<SharedPhase>,
        tell: SyncSender<Progress>,
    ) -> io::Result<Self> {
        let share = plan.devices.len().saturating_sub(n).div_ceil(plan.threads);
        Ok(Self {
            poll: Poll::new()?,
            rng: SmallRng::from_os_rng(),
            connections: (0..share).map(|_| None).collect(),
            first_device: n,
            begun: 0,
            logins_in_flight: 0,
            due: BinaryHeap::with_capacity(share),
            progress: Progress {
                worker: n,
                ..Progress::default()
            },
            told: Vec::new(),
            plan,
            phase,
            tell,
        })
    }

    pub(super) fn run(mut self) {
        let mut events = Events::with_capacity(1024);
        let mut scratch = vec![0; 64 << 10];
        let started_at = Instant::now();
        let mut tell_at = started_at + TELL_EVERY;
        loop {
            let now = Instant::now();
            if now >= tell_at {
                tell_at = now + TELL_EVERY;
                if self.phase.get() == Phase::Over {
                    break;
                }
                self.tell_progress();
            }
            self.begin_logins(started_at, now);
            self.send_due(now);
            let wake_at = self.next_wake(started_at).map_or(tell_at, |wake| wake.min(tell_at));
            let timeout = wake_at.saturating_duration_since(Instant::now());
            if let Err(error) = self.poll.poll(&mut events, Some(timeout))
                && error.kind() != io::ErrorKind::Interrupted
            {
                self.progress.error(format!("poll: {error}"));
                break;
            }
            for event in &events {
                let Token(device) = event.token();
                self.on_ready(device, event.is_writable(), event.is_readable(), &mut scratch);
            }
        }
        // The last word, which must not be lost; the receiver waits for it.
        let _ = self.tell.send(self.progress);
    }

    /// Tells what happened since the last time. If nobody keeps up, it is told together with what comes next.
    fn tell_progress(&mut self) {
        self.progress.connected = self
            .connections
            .iter()
            .flatten()
            .filter(|one| one.is_logged_in())
            .count();
        let fresh = Progress {
            worker: self.progress.worker,
            ..Progress::default()
        };
        let progress = std::mem::replace(&mut self.progress, fresh);
        match self.tell.try_send(progress) {
            Ok(()) => {}
            Err(
                std::sync::mpsc::TrySendError::Full(progress) | std::sync::mpsc::TrySendError::Disconnected(progress),
            ) => {
                self.progress = progress;
            }
        }
    }

    /// How many logins this worker may have begun by now.
    fn allowed_logins(&self, started_at: Instant, now: Instant) -> usize {
        if self.plan.ramp_per_s == 0.0 {
            return self.connections.len();
        }
        let share = self.plan.ramp_per_s / self.plan.threads as f64;
        ((now - started_at).as_secs_f64() * share) as usize + 1
    }

    fn next_wake(&self, started_at: Instant) -> Option<Instant> {
        let due = self.due.peek().map(|Reverse((due, _))| *due);
        let waits_for_ramp = self.begun < self.connections.len()
            && self.logins_in_flight < self.plan.logins_in_flight
            && self.plan.ramp_per_s > 0.0;
        let ramp = waits_for_ramp.then(|| {
            let share = self.plan.ramp_per_s / self.plan.threads as f64;
            started_at + Duration::from_secs_f64(self.begun as f64 / share)
        });
        due.into_iter().chain(ramp).min()
    }

    fn begin_logins(&mut self, started_at: Instant, now: Instant) {
        let allowed = self.allowed_logins(started_at, now).min(self.connections.len());
        while self.begun < allowed && self.logins_in_flight < self.plan.logins_in_flight {
            let device = self.begun;
            self.begun += 1;
            match self.begin_login(device) {
                Ok(connection) => {
                    self.connections[device] = Some(connection);
                    self.logins_in_flight += 1;
                }
                Err(error) => self.fail(device, format!("connect: {}", error.kind())),
            }
        }
    }

    fn begin_login(&mut self, device: usize) -> io::Result<Connection> {
        let (code, password) = &self.plan.devices[self.first_device + device * self.plan.threads];
        let dialect = self.plan.dialect;
        let mut random = [0; 16];
        self.rng.fill_bytes(&mut random);
        let key = ws::client_key(random);
        let host = &self.plan.url[url::Position::BeforeHost..url::Position::AfterPort];
        let mut request = ws::handshake::client_request(host, &dialect.path(&self.plan.url, code, password), &key);
        if let Some(subprotocol) = dialect.subprotocol() {
            // Before the empty line that ends the head.
            request.insert_str(request.len() - 2, &format!("Sec-WebSocket-Protocol: {subprotocol}\r\n"));
        }
        let sources = &self.plan.sources;
        let source = if sources.is_empty() {
            None
        } else {
            Some(sources[device % sources.len()])
        };
        let mut stream = connect(self.plan.address, source)?;
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut stream, Token(device), interest)?;
        Ok(Connection::new(
            Transport::new(stream, self.plan.secured.as_ref())?,
            Upgrade {
                request,
                key,
                login: dialect.login(code),
            },
            Instant::now(),
        ))
    }

    fn send_due(&mut self, now: Instant) {
        while let Some(&Reverse((due, device))) = self.due.peek()
            && due <= now
        {
            self.due.pop();
            let Some(connection) = &mut self.connections[device] else {
                continue;
            };
            // By the clock of the plan, not by when this one was sent.
            self.due.push(Reverse((due + self.plan.keepalive, device)));
            if let Some(since) = connection.waits_since() {
                // One at a time: a device whose last keepalive is unanswered waits, and gives up in the end.
                if now - since > ANSWER_LIMIT {
                    self.fail(device, "no answer within 20 s".into());
                } else {
                    self.progress
                        .error("keepalive left out: the last one is unanswered".into());
                }
                continue;
            }
            self.progress.loader_lag.record(now - due);
            match connection.request(self.plan.dialect, Instant::now(), &mut self.rng) {
                Ok(()) => self.progress.requests += 1,
                Err(problem) => self.fail(device, problem),
            }
        }
    }

    fn on_ready(&mut self, device: usize, writable: bool, readable: bool, scratch: &mut [u8]) {
        let Some(connection) = &mut self.connections[device] else {
            return;
        };
        let mut result = if writable { connection.on_writable() } else { Ok(()) };
        if result.is_ok() && readable {
            result = connection.on_readable(self.plan.dialect, scratch, &mut self.rng, &mut self.told);
        }
        for told in self.told.drain(..) {
            match told {
                Told::LoggedIn(latency) => {
                    self.logins_in_flight -= 1;
                    self.progress.logins += 1;
                    self.progress.login_latency.record(latency);
                    // Spread over the interval, as devices are that came at different times.
                    let wait = self.plan.keepalive.mul_f64(self.rng.random());
                    self.due.push(Reverse((Instant::now() + wait, device)));
                }
                Told::Answered(latency) => {
                    self.progress.answers += 1;
                    self.progress.answer_latency.record(latency);
                }
            }
        }
        if let Err(problem) = result {
            self.fail(device, problem);
        }
    }

    fn fail(&mut self, device: usize, problem: String) {
        self.progress.error(problem);
        match self.connections[device].take() {
            Some(connection) if connection.is_logged_in() => {}
            Some(_) => {
                self.logins_in_flight -= 1;
                self.progress.failed_logins += 1;
            }
            None => self.progress.failed_logins += 1,
        }
    }
}

/// Begins a connection.
fn connect(to: SocketAddr, from: Option<IpAddr>) -> io::Result<TcpStream> {
    /// "Operation now in progress", connect(2) on Linux.
    const EINPROGRESS: i32 = 115;

    let socket = Socket::new(Domain::for_address(to), Type::STREAM.nonblocking(), None)?;
    if let Some(from) = from {
        socket.bind(&SocketAddr::new(from, 0).into())?;
    }
    socket.set_tcp_nodelay(true)?;
    // At the end a reset, not an orderly close: tens of thousands of ports in TIME_WAIT would keep the next run from
    // connecting.
    socket.set_linger(Some(Duration::ZERO))?;
    match socket.connect(&to.into()) {
        Err(error) if error.raw_os_error() != Some(EINPROGRESS) => Err(error),
        _ => Ok(TcpStream::from_std(socket.into())),
    }
}
