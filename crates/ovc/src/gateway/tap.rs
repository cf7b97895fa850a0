//! Looking at what passes between one device and the cloud, while somebody does.
//!
//! A connection asks one flag of its device once a batch, each way, and only where that is set does anything more: it puts a copy of
//! each message into the ring of the device's [`Tap`]. Who looks takes from there at his own pace; what is pushed out
//! meanwhile is gone, and he is told how many. What there is to say about a message is worked out by who looks.

mod ring;

use super::attendance::Attendance;
use super::{Accepted, Gateway, Link, Shared};
use crate::clock::UnixMs;
use crate::device::ByCode;
use crate::ids::LoginCode;
use dap::Direction;
use parking_lot::Mutex;
use ring::{Limits, Ring};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Who may look at one device at once.
const MAX_WATCHERS: usize = 32;
/// Longest text of a reason that is kept.
const MAX_REASON: usize = 200;

/// One thing that passed.
#[derive(Debug)]
pub struct Passed {
    /// Counts what passed on this tap.
    pub n: u64,
    /// Which connection of the device, counted since the start of the cloud.
    pub connection: u64,
    /// When, by the clock.
    pub at: UnixMs,
    /// When, from a fixed moment, for spans of time.
    pub since_start: Duration,
    /// Who said it.
    pub direction: Direction,
    /// What it was.
    pub what: What,
}

/// What passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A text frame, as it is.
    Text {
        /// All of it.
        text: Box<str>,
        /// A person typed it; the cloud did not mean to say it.
        by_hand: bool,
    },
    /// A binary frame, which the protocol does not have.
    Binary {
        /// Its size.
        bytes: usize,
    },
    /// The connection closed.
    Close {
        /// The code of the close frame; `None`: there was none, or no code in it.
        code: Option<u16>,
        /// Its reason, or in words what happened.
        reason: Box<str>,
    },
    /// The device logged in. As JSON: the parameters without the password, and the address it came from.
    Login {
        /// JSON.
        facts: Box<str>,
    },
    /// A login under the device's code was refused.
    Refused {
        /// The reason's name and what the device was told, as JSON.
        facts: Box<str>,
    },
}

impl What {
    /// What it takes in memory beside its own size.
    fn bytes(&self) -> usize {
        match self {
            Self::Text { text, .. } => text.len(),
            Self::Binary { .. } => 0,
            Self::Close { reason, .. } => reason.len(),
            Self::Login { facts } | Self::Refused { facts } => facts.len(),
        }
    }
}

/// Where what passes between one device and the cloud is seen.
#[derive(Debug)]
pub(super) struct Tap {
    ring: Mutex<Ring>,
    /// The number of the next thing: changes with each.
    next: watch::Sender<u64>,
    /// The cloud's start.
    started: Instant,
    watchers: AtomicUsize,
    /// When somebody last looked, or the device last logged in: a tick of milliseconds. For [`Taps::kept`] only.
    used_at: AtomicU64,
}

impl Tap {
    fn new(started: Instant, limits: Limits) -> Self {
        Self {
            ring: Mutex::new(Ring::new(limits)),
            next: watch::Sender::new(0),
            started,
            watchers: AtomicUsize::new(0),
            used_at: AtomicU64::new(0),
        }
    }

    pub(super) fn pass(&self, connection: u64, direction: Direction, what: What) {
        let at = UnixMs::now();
        // The lock gives moments in the order of the numbers.
        let mut ring = self.ring.lock();
        let n = ring.next();
        ring.push(Arc::new(Passed {
            n,
            connection,
            at,
            since_start: self.started.elapsed(),
            direction,
            what,
        }));
        self.next.send_replace(n + 1);
    }

    pub(super) fn text(&self, connection: u64, direction: Direction, text: &str, by_hand: bool) {
        let text = text.into();
        self.pass(connection, direction, What::Text { text, by_hand });
    }

    pub(super) fn close(&self, connection: u64, direction: Direction, code: Option<u16>, reason: &str) {
        let end = reason.floor_char_boundary(MAX_REASON);
        let reason = reason[..end].into();
        self.pass(connection, direction, What::Close { code, reason });
    }
}

/// The taps that are open.
#[derive(Debug, Default)]
pub(super) struct Taps {
    by_code: ByCode<Arc<Tap>>,
    /// How many there are.
    open: AtomicUsize,
    /// Held while one is opened or closed, so that a device's flag says what is.
    changing: Mutex<()>,
    /// They are opened by devices and stay when nobody looks, so many at most; 0: not so.
    kept: usize,
}

impl Taps {
    /// Taps that devices open, so many at most.
    pub(super) fn kept(most: usize) -> Self {
        Self {
            kept: most,
            ..Self::default()
        }
    }

    /// The tap of this device, if one is open.
    pub(super) fn get(&self, code: &str) -> Option<Arc<Tap>> {
        self.by_code.get(code)
    }

    /// Whether there is room for one of this device.
    pub(super) fn has_room(&self, code: &str) -> bool {
        self.kept == 0 || self.open.load(Ordering::Relaxed) < self.kept || self.by_code.get(code).is_some()
    }

    fn enter(&self, code: &LoginCode, started: Instant) -> Arc<Tap> {
        let limits = if self.kept > 0 { Limits::KEPT } else { Limits::WATCHED };
        let (tap, ()) = self.by_code.update(
            code,
            || Arc::new(Tap::new(started, limits)),
            |_, fresh| {
                if fresh {
                    self.open.fetch_add(1, Ordering::Relaxed);
                }
            },
        );
        tap
    }

    fn leave(&self, code: &LoginCode, tap: &Arc<Tap>) {
        let same = |there: &Arc<Tap>| Arc::ptr_eq(there, tap);
        if self.by_code.remove_if(code.as_str(), same, |_| {}) {
            self.open.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Why nobody more can look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TapRefused {
    /// Too many look at this device.
    #[error("{MAX_WATCHERS} look at this device already")]
    TooManyWatchers,
    /// There is no room for another device.
    #[error("there is no room for another device")]
    NoRoom,
}

impl Shared {
    /// Tells who looks at a device that it logged in. To be called once it is among those present: who begins to look
    /// at the same moment finds either the device, or is found.
    pub(super) fn tell_login(&self, attendance: &Attendance, link: &Link, facts: impl FnOnce() -> String) {
        let code = &attendance.entry.code;
        let tap = if self.taps.kept > 0 {
            let _changing = self.taps.changing.lock();
            let tap = self.taps.enter(code, self.started);
            tap.used_at.store(self.tick(Instant::now()), Ordering::Relaxed);
            tap
        } else {
            match self.taps.get(code.as_str()) {
                Some(tap) => tap,
                None => return,
            }
        };
        attendance.set_tapped(true);
        let facts = facts().into();
        tap.pass(link.number(), Direction::DeviceToCloud, What::Login { facts });
    }

    /// Tells who looks at this device that somebody was refused under its code.
    pub(super) fn tell_refused(&self, code: &str, facts: impl FnOnce() -> String) {
        if let Some(tap) = self.taps.get(code) {
            let facts = facts().into();
            tap.pass(0, Direction::DeviceToCloud, What::Refused { facts });
        }
    }

    /// Of taps that stay, forgets those that nobody looked at and no device used for so long.
    pub(super) fn forget_idle_taps(&self, limit: Duration) {
        let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        let now = self.tick(Instant::now());
        let mut idle = Vec::new();
        self.taps.by_code.for_each(|code, tap| {
            if self.is_in_use(code, tap) {
                tap.used_at.store(now, Ordering::Relaxed);
            } else if now.saturating_sub(tap.used_at.load(Ordering::Relaxed)) >= limit {
                idle.push((code.clone(), tap.clone()));
            }
        });
        for (code, tap) in idle {
            let _changing = self.taps.changing.lock();
            if !self.is_in_use(&code, &tap) {
                self.taps.leave(&code, &tap);
            }
        }
    }

    fn is_in_use(&self, code: &LoginCode, tap: &Tap) -> bool {
        tap.watchers.load(Ordering::Relaxed) > 0 || self.present.get(code.as_str()).is_some()
    }
}

impl Accepted {
    /// The device's tap while somebody looks. One relaxed load while nobody does.
    pub(super) fn tap(&self) -> Option<Arc<Tap>> {
        if !self.attendance.is_tapped() {
            return None;
        }
        self.shared.taps.get(self.attendance.entry.code.as_str())
    }
}

impl Gateway {
    /// Looks at what passes between a device and the cloud from now on; where taps stay, from the oldest on that is
    /// kept.
    ///
    /// # Errors
    /// See [`TapRefused`].
    pub fn watch(&self, device: &LoginCode) -> Result<Watcher, TapRefused> {
        let shared = &self.shared;
        let _changing = shared.taps.changing.lock();
        if !shared.taps.has_room(device.as_str()) {
            return Err(TapRefused::NoRoom);
        }
        let tap = shared.taps.enter(device, shared.started);
        if tap.watchers.load(Ordering::Relaxed) >= MAX_WATCHERS {
            return Err(TapRefused::TooManyWatchers);
        }
        tap.watchers.fetch_add(1, Ordering::Relaxed);
        let (news, next) = {
            let ring = tap.ring.lock();
            // What passed before is of another owner's time, perhaps; where it stays anyhow, everybody may see it.
            let next = if shared.taps.kept > 0 {
                ring.first()
            } else {
                ring.next()
            };
            (tap.next.subscribe(), next)
        };
        // After it is entered: a device that logs in meanwhile finds it, and of one that is there this sets the flag.
        let attendance = shared.present.get(device.as_str());
        if let Some(attendance) = &attendance {
            attendance.set_tapped(true);
        }
        Ok(Watcher {
            gateway: self.clone(),
            device: device.clone(),
            tap,
            news,
            next,
            connected: attendance.is_some_and(|attendance| attendance.link().is_some()),
        })
    }
}

/// Somebody who looks. When he is dropped, and nobody else looks, nothing is copied any more.
#[derive(Debug)]
pub struct Watcher {
    gateway: Gateway,
    device: LoginCode,
    tap: Arc<Tap>,
    news: watch::Receiver<u64>,
    next: u64,
    connected: bool,
}

/// What a [`Watcher`] gets at once.
#[derive(Debug)]
pub struct Seen {
    /// So many passed before these and are gone.
    pub dropped: u64,
    /// What passed, in order.
    pub passed: Vec<Arc<Passed>>,
}

impl Watcher {
    /// Whether the device was connected when he began to look.
    pub fn was_connected(&self) -> bool {
        self.connected
    }

    /// The number of the first that he sees.
    pub fn first(&self) -> u64 {
        self.next
    }

    /// What passed, at most `max`, as soon as there is something. Safe to cancel.
    pub async fn next(&mut self, max: usize) -> Seen {
        loop {
            self.news.mark_unchanged();
            let seen = self.tap.ring.lock().take(&mut self.next, max);
            if seen.dropped > 0 || !seen.passed.is_empty() {
                return seen;
            }
            // The sender lives in the tap, which is held here.
            let _ = self.news.changed().await;
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let shared = &self.gateway.shared;
        let _changing = shared.taps.changing.lock();
        let last = self.tap.watchers.fetch_sub(1, Ordering::Relaxed) == 1;
        if !last || shared.taps.kept > 0 {
            return;
        }
        shared.taps.leave(&self.device, &self.tap);
        if let Some(attendance) = shared.present.get(self.device.as_str()) {
            attendance.set_tapped(false);
        }
    }
}

#[cfg(test)]
mod tests;
