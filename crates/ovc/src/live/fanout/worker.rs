//! One fan-out thread.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use mio::{Events, Interest as Readiness, Poll, Token};
use parking_lot::Mutex;
use slab::Slab;

use super::super::output::Output;
use super::viewer::{Leave, MAX_SLICES, NewViewer, Viewer};
use super::{Command, Inbox, Interest};

const WAKER: Token = Token(usize::MAX);
const EVENTS: usize = 1024;
const READ_BYTES: usize = 16 * 1024;
/// How often viewers are looked over for those that take nothing.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// A thread's viewers of one output.
struct Group {
    output: Arc<Output>,
    interest: Arc<Interest>,
    viewers: Vec<usize>,
    /// The end of the ring when it was last looked at.
    end: u64,
}

/// One fan-out thread: its event queue and its viewers.
pub(super) struct Worker {
    poll: Poll,
    inbox: Arc<Inbox>,
    viewers: Slab<Viewer>,
    groups: Slab<Group>,
    /// By address of the output: an output lives as long as its group.
    group_of: HashMap<usize, usize>,
    stall_limit: Duration,
    next_sweep: Option<Instant>,
    finish: Option<Instant>,
    scratch: Box<[u8]>,
    batch: Vec<Bytes>,
}

impl Worker {
    pub(super) fn new(stall_limit: Duration) -> io::Result<(Self, Arc<Inbox>)> {
        let poll = Poll::new()?;
        let waker = mio::Waker::new(poll.registry(), WAKER)?;
        let inbox = Arc::new(Inbox {
            commands: Mutex::new(Vec::new()),
            waker,
        });
        let worker = Self {
            poll,
            inbox: inbox.clone(),
            viewers: Slab::new(),
            groups: Slab::new(),
            group_of: HashMap::new(),
            stall_limit,
            next_sweep: None,
            finish: None,
            scratch: vec![0; READ_BYTES].into(),
            batch: Vec::with_capacity(MAX_SLICES),
        };
        Ok((worker, inbox))
    }

    pub(super) fn run(mut self) {
        let mut events = Events::with_capacity(EVENTS);
        loop {
            let now = Instant::now();
            if self
                .finish
                .is_some_and(|deadline| self.viewers.is_empty() || now >= deadline)
            {
                return;
            }
            let wait = match (self.next_sweep, self.finish) {
                (Some(sweep), Some(finish)) => Some(sweep.min(finish)),
                (sweep, finish) => sweep.or(finish),
            };
            if let Err(error) = self
                .poll
                .poll(&mut events, wait.map(|at| at.saturating_duration_since(now)))
            {
                if error.kind() == io::ErrorKind::Interrupted {
                    continue;
                }
                tracing::error!(%error, "a fan-out thread lost its event queue; its viewers are dropped");
                return;
            }
            let commands = std::mem::take(&mut *self.inbox.commands.lock());
            for command in commands {
                match command {
                    Command::Join(new) => self.join(*new),
                    Command::Grown(group) => self.grown(group),
                    Command::Evict => self.evict(),
                    Command::Finish(deadline) => self.finish = Some(deadline),
                }
            }
            for event in events.iter().filter(|event| event.token() != WAKER) {
                let readable = event.is_readable() || event.is_read_closed() || event.is_error();
                self.ready(event.token().0, readable, event.is_writable());
            }
            self.sweep();
        }
    }

    fn join(&mut self, new: NewViewer) {
        let NewViewer {
            mut viewer,
            mut leftover,
        } = new;
        let entry = self.viewers.vacant_entry();
        let key = entry.key();
        let readiness = Readiness::READABLE | Readiness::WRITABLE;
        if self
            .poll
            .registry()
            .register(&mut viewer.stream, Token(key), readiness)
            .is_err()
        {
            return;
        }
        let output = viewer.output().clone();
        metrics::counter!("ovc_live_viewers_total", "format" => output.format().name()).increment(1);
        let group = self.group(&output);
        let viewers = &mut self.groups[group].viewers;
        viewer.place = viewers.len();
        viewers.push(key);
        self.viewers.insert(viewer);
        let now = Instant::now();
        self.next_sweep.get_or_insert(now + SWEEP_EVERY);
        let viewer = &mut self.viewers[key];
        // Between his admission and now: the thread was told before he was here.
        if viewer.is_evicted() {
            return self.leave(key, Leave::Evicted);
        }
        let outcome = viewer
            .hear(&mut leftover)
            .and_then(|()| viewer.pump(&mut self.batch, now));
        self.settle(key, outcome);
    }

    fn group(&mut self, output: &Arc<Output>) -> usize {
        *self.group_of.entry(Arc::as_ptr(output) as usize).or_insert_with(|| {
            let entry = self.groups.vacant_entry();
            let interest = Interest::new(self.inbox.clone(), entry.key());
            output.add_interest(interest.clone());
            let end = output.ring().end();
            let key = entry.key();
            entry.insert(Group {
                output: output.clone(),
                interest,
                viewers: Vec::new(),
                end,
            });
            key
        })
    }

    /// An output has new chunks: they go to all who have everything before them. The others get them when their
    /// sockets take more.
    fn grown(&mut self, key: usize) {
        let Some(group) = self.groups.get_mut(key) else { return };
        group.interest.looking();
        let from = group.end;
        let mut fresh = std::mem::take(&mut self.batch);
        fresh.clear();
        let closed = {
            let ring = group.output.ring();
            group.end = ring.end();
            ring.since(from, MAX_SLICES, &mut fresh);
            ring.is_closed()
        };
        let complete = from + fresh.len() as u64 == group.end && !closed;
        let viewers = std::mem::take(&mut group.viewers);
        let now = Instant::now();
        let mut left = Vec::new();
        let mut batch = Vec::new();
        for &viewer_key in &viewers {
            let Some(viewer) = self.viewers.get_mut(viewer_key) else {
                continue;
            };
            let outcome = if complete && viewer.is_ready_at(from) {
                viewer.send_fresh(&fresh, now)
            } else if viewer.is_blocked() {
                Ok(())
            } else {
                viewer.pump(&mut batch, now)
            };
            if let Err(why) = outcome {
                left.push((viewer_key, why));
            }
        }
        if let Some(group) = self.groups.get_mut(key) {
            group.viewers = viewers;
        }
        fresh.clear();
        self.batch = fresh;
        for (viewer_key, why) in left {
            self.leave(viewer_key, why);
        }
    }

    fn ready(&mut self, key: usize, readable: bool, writable: bool) {
        let Some(viewer) = self.viewers.get_mut(key) else {
            return;
        };
        let mut outcome = Ok(());
        if readable {
            outcome = viewer.read(&mut self.scratch);
        }
        let has_more = (writable && viewer.unblock()) || viewer.has_replies();
        if outcome.is_ok() && has_more {
            outcome = viewer.pump(&mut self.batch, Instant::now());
        }
        self.settle(key, outcome);
    }

    fn settle(&mut self, key: usize, outcome: Result<(), Leave>) {
        if let Err(why) = outcome {
            self.leave(key, why);
        }
    }

    fn leave(&mut self, key: usize, why: Leave) {
        let Some(mut viewer) = self.viewers.try_remove(key) else {
            return;
        };
        metrics::counter!("ovc_live_viewers_left_total", "why" => why.name()).increment(1);
        match why {
            Leave::Over | Leave::Misbehaved => viewer.finish(&mut self.scratch),
            Leave::Evicted => {
                viewer.say_evicted();
                viewer.finish(&mut self.scratch);
            }
            Leave::Gone | Leave::TooSlow => {}
        }
        // Closing the socket takes it out of the event queue as well.
        let _ = self.poll.registry().deregister(&mut viewer.stream);
        let address = Arc::as_ptr(viewer.output()) as usize;
        let Some(&group_key) = self.group_of.get(&address) else {
            return;
        };
        let group = &mut self.groups[group_key];
        group.viewers.swap_remove(viewer.place);
        if let Some(&moved) = group.viewers.get(viewer.place) {
            self.viewers[moved].place = viewer.place;
        }
        if group.viewers.is_empty() {
            group.output.remove_interest(&group.interest);
            self.group_of.remove(&address);
            self.groups.remove(group_key);
        }
    }

    /// Ends the connections of viewers who may no longer watch.
    fn evict(&mut self) {
        let evicted = self.viewers.iter().filter(|(_, viewer)| viewer.is_evicted());
        let evicted: Vec<usize> = evicted.map(|(key, _)| key).collect();
        for key in evicted {
            self.leave(key, Leave::Evicted);
        }
    }

    /// Drops viewers that have taken nothing for too long.
    fn sweep(&mut self) {
        let now = Instant::now();
        if self.next_sweep.is_none_or(|at| now < at) {
            return;
        }
        let stalled = self
            .viewers
            .iter()
            .filter(|(_, viewer)| viewer.is_stalled(self.stall_limit, now));
        let stalled: Vec<usize> = stalled.map(|(key, _)| key).collect();
        for key in stalled {
            self.leave(key, Leave::TooSlow);
        }
        self.next_sweep = (!self.viewers.is_empty()).then(|| now + SWEEP_EVERY);
    }
}
