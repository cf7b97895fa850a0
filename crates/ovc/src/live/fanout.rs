//! The threads that write to viewers: one event queue each, no task and no buffer a viewer. A chunk costs one write a
//! viewer, straight from the memory all of them share.

mod viewer;
mod worker;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

pub(super) use viewer::{Attached, Leave, NewViewer, Patience, prepare};
use worker::Worker;

/// All fan-out threads. Clones are the same.
#[derive(Clone)]
pub(super) struct FanOut {
    inboxes: Arc<[Arc<Inbox>]>,
    turn: Arc<AtomicUsize>,
    running: Arc<Running>,
}

/// How many threads run.
struct Running {
    count: Mutex<usize>,
    ended: Condvar,
}

impl FanOut {
    /// Starts the threads. `stall_limit`: how long a viewer may take nothing at all.
    pub(super) fn start(threads: usize, stall_limit: Duration) -> io::Result<Self> {
        let running = Arc::new(Running {
            count: Mutex::new(0),
            ended: Condvar::new(),
        });
        let mut inboxes = Vec::new();
        for number in 0..threads {
            let (worker, inbox) = Worker::new(stall_limit)?;
            *running.count.lock() += 1;
            let running = running.clone();
            std::thread::Builder::new()
                .name(format!("fanout-{number}"))
                .spawn(move || {
                    worker.run();
                    *running.count.lock() -= 1;
                    running.ended.notify_all();
                })?;
            inboxes.push(inbox);
        }
        Ok(Self {
            inboxes: inboxes.into(),
            turn: Arc::default(),
            running,
        })
    }

    /// Takes a viewer. They go to the threads in turn, so that one stream's many viewers use all cores.
    pub(super) fn join(&self, viewer: NewViewer) {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.inboxes[turn % self.inboxes.len()].send(Command::Join(Box::new(viewer)));
    }

    /// Viewers have been evicted: the threads look which.
    pub(super) fn evict(&self) {
        for inbox in self.inboxes.iter() {
            inbox.send(Command::Evict);
        }
    }

    /// Lets the threads finish what their viewers still have to get, and drops the rest at `limit`.
    pub(super) fn shutdown(&self, limit: Duration) {
        let deadline = Instant::now() + limit;
        for inbox in self.inboxes.iter() {
            inbox.send(Command::Finish(deadline));
        }
        let mut count = self.running.count.lock();
        while *count > 0 {
            if self
                .running
                .ended
                .wait_until(&mut count, deadline + Duration::from_secs(1))
                .timed_out()
            {
                return;
            }
        }
    }
}

/// What a thread is told.
enum Command {
    Join(Box<NewViewer>),
    /// This output has new chunks.
    Grown(usize),
    /// Some viewers have been evicted.
    Evict,
    /// End when the last viewer is gone, at the latest then.
    Finish(Instant),
}

/// The way to a thread. Bounded by what it carries: a viewer stands in it once, and so does an output; evictions come
/// a few times a second at most.
struct Inbox {
    commands: Mutex<Vec<Command>>,
    waker: mio::Waker,
}

impl Inbox {
    fn send(&self, command: Command) {
        let mut commands = self.commands.lock();
        let was_empty = commands.is_empty();
        commands.push(command);
        drop(commands);
        if was_empty {
            // Failing to wake can only mean that the kernel is out of memory; the next command tries again.
            let _ = self.waker.wake();
        }
    }
}

/// A thread's interest in an output.
pub(super) struct Interest {
    inbox: Arc<Inbox>,
    group: usize,
    told: AtomicBool,
}

impl Interest {
    fn new(inbox: Arc<Inbox>, group: usize) -> Arc<Self> {
        Arc::new(Self {
            inbox,
            group,
            told: AtomicBool::new(false),
        })
    }

    /// Tells the thread once, until it looks.
    pub(super) fn wake(&self) {
        if !self.told.swap(true, Ordering::AcqRel) {
            self.inbox.send(Command::Grown(self.group));
        }
    }

    fn looking(&self) {
        self.told.store(false, Ordering::Release);
    }
}
