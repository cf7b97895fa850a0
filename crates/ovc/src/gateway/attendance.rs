use super::Link;
use crate::device::{Entry, Reached, Report};
use parking_lot::Mutex;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A device that is online, from its login until it has been silent for too long.
pub(super) struct Attendance {
    pub(super) entry: Arc<Entry>,
    /// Tick of its last message.
    heard_at: AtomicU64,
    /// Whether anything was sent to it since it is online.
    addressed: AtomicBool,
    /// Whether somebody looks at what passes.
    tapped: AtomicBool,
    state: Mutex<State>,
}

struct State {
    /// Its connection, if it has one.
    link: Option<Arc<Link>>,
    /// Under which name it reached us.
    host: Option<Arc<str>>,
    /// Over TLS.
    secure: bool,
    /// Its last Keepalive.
    report: Option<Arc<Report>>,
    /// Fingerprint of the text that `report` was parsed from.
    report_print: u64,
    /// When the events it told so far would be over, had they come at the pace that is allowed.
    events_until: Option<Instant>,
}

impl Attendance {
    pub(super) fn new(entry: Arc<Entry>) -> Self {
        let state = State {
            link: None,
            host: None,
            secure: false,
            report: None,
            report_print: 0,
            events_until: None,
        };
        Self {
            entry,
            heard_at: AtomicU64::new(0),
            addressed: AtomicBool::new(false),
            tapped: AtomicBool::new(false),
            state: Mutex::new(state),
        }
    }

    /// It said something at this tick.
    pub(super) fn hear(&self, tick: u64) {
        self.heard_at.store(tick, Ordering::Relaxed);
    }

    pub(super) fn heard_at(&self) -> u64 {
        self.heard_at.load(Ordering::Relaxed)
    }

    /// Somebody sends something to it.
    pub(super) fn address(&self) {
        self.addressed.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_addressed(&self) -> bool {
        self.addressed.load(Ordering::Relaxed)
    }

    /// Somebody looks at what passes, or nobody does any more.
    pub(super) fn set_tapped(&self, tapped: bool) {
        self.tapped.store(tapped, Ordering::Relaxed);
    }

    pub(super) fn is_tapped(&self) -> bool {
        self.tapped.load(Ordering::Relaxed)
    }

    pub(super) fn link(&self) -> Option<Arc<Link>> {
        self.state.lock().link.clone()
    }

    pub(super) fn host(&self) -> Option<Arc<str>> {
        self.state.lock().host.clone()
    }

    /// How it reached us.
    pub(super) fn reached(&self) -> Option<Reached> {
        let state = self.state.lock();
        let host = state.host.as_ref()?.as_ref().to_owned();
        let secure = state.secure;
        Some(Reached { host, secure })
    }

    pub(super) fn report(&self) -> Option<Arc<Report>> {
        self.state.lock().report.clone()
    }

    /// The last Keepalive if it was made from a text with this fingerprint.
    pub(super) fn same_report(&self, print: u64) -> Option<Arc<Report>> {
        let state = self.state.lock();
        state.report.clone().filter(|_| state.report_print == print)
    }

    /// Keeps a Keepalive. Answers whether it says something else than the one before.
    pub(super) fn set_report(&self, report: Arc<Report>, print: u64) -> bool {
        let mut state = self.state.lock();
        let changed = state.report.as_ref() != Some(&report);
        state.report = Some(report);
        state.report_print = print;
        changed
    }

    /// Whether an event that it tells now is kept: of `burst` at once, and then of one each `interval`.
    pub(super) fn may_tell(&self, now: Instant, interval: Duration, burst: u32) -> bool {
        let mut state = self.state.lock();
        let until = state.events_until.map_or(now, |until| until.max(now));
        let room = until.saturating_duration_since(now) <= interval * (burst - 1);
        if room {
            state.events_until = Some(until + interval);
        }
        room
    }

    /// It has a new connection. The one before, if any.
    pub(super) fn connect(&self, link: Arc<Link>, host: Option<Arc<str>>, secure: bool) -> Option<Arc<Link>> {
        let mut state = self.state.lock();
        state.secure = secure;
        state.host = host;
        state.link.replace(link)
    }

    /// This connection has ended. Whether it was the present one.
    pub(super) fn disconnect(&self, link: &Arc<Link>) -> bool {
        let mut state = self.state.lock();
        let present = state.link.as_ref().is_some_and(|present| Arc::ptr_eq(present, link));
        if present {
            state.link = None;
        }
        present
    }
}

/// Names under which devices reach the cloud. Nearly all use the same one, so it is kept once.
#[derive(Debug, Default)]
pub(super) struct HostNames {
    known: Mutex<HashSet<Arc<str>>>,
}

/// Names kept. Further ones get an allocation per device.
const MAX_SHARED_HOSTS: usize = 64;

impl HostNames {
    pub(super) fn share(&self, host: &str) -> Arc<str> {
        let mut known = self.known.lock();
        if let Some(shared) = known.get(host) {
            return shared.clone();
        }
        let shared: Arc<str> = host.into();
        if known.len() < MAX_SHARED_HOSTS {
            known.insert(shared.clone());
        }
        shared
    }
}
