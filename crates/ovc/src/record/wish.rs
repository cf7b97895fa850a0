//! What is to be done so that a channel is recorded as it should be. Pure: what is seen is passed in, time is too.
//!
//! Whether a channel *should* be recorded is the plan's; whether it *is* the device says in its Keepalives. Between the two
//! stands a session: it lasts as long as the channel should be recorded, whatever becomes of the device meanwhile, so that
//! each second of it can be accounted for. A device that was away goes on with the session that it has; one that forgot it
//! gets the same again. A session is not renewed as it grows old: each renewal would cost a moment of footage.

use super::plan::{RecordMode, RecordPlan};
use super::schedule::Schedule;
use crate::clock::UnixMs;
use crate::db::{RecordCause, RecordedBy};
use crate::device::CallError;
use crate::ids::RecordSessionId;
use dap::ErrorCode;
use std::collections::HashSet;
use std::time::Duration;

/// A device that has just connected says in its first Keepalive what it records. One that says nothing for so long is
/// asked to record all the same.
const FIRST_REPORT: Duration = Duration::from_secs(15);
/// A Keepalive that comes this soon after an answer may have been on its way before.
const CROSSING: Duration = Duration::from_secs(3);
/// The first wait after something failed, and the longest.
const SOON: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(300));
/// The same after the device said no: it will not change its mind of itself.
const LATER: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(1800));
/// A device that says that it records, and of which nothing comes for so long beyond [`Seen::patience`], gets another
/// session: what it was given for this one may be of no use any more, as after the cloud's address changed. Each time that
/// this does not help the wait is twice as long, a few times.
const STALLED: Duration = Duration::from_secs(1800);
const MAX_DOUBLINGS: u32 = 5;

/// Why a session of which nothing came is ended.
const STALLED_REASON: &str = "stalled";

/// Alarms of a channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alarmed {
    /// Those that stand, by their numbers.
    pub open: HashSet<i64>,
    /// When the last of those that are over ended.
    pub ended_at: Option<UnixMs>,
}

/// Whether a channel should be recorded at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Why; `None`: it should not.
    pub cause: Option<RecordCause>,
    /// When this changes by itself.
    pub next_change: Option<UnixMs>,
}

/// Whether a plan wants a channel recorded now.
pub fn wanted(plan: &RecordPlan, schedule: &Schedule, alarmed: &Alarmed, now: UnixMs) -> Wanted {
    let (cause, next_change) = match plan.mode {
        RecordMode::Off => (None, None),
        RecordMode::Always => (Some(RecordCause::Always), None),
        RecordMode::Schedule => (
            schedule.is_on(now).then_some(RecordCause::Schedule),
            schedule.next_change(now),
        ),
        RecordMode::Alarm if !alarmed.open.is_empty() => (Some(RecordCause::Alarm), None),
        RecordMode::Alarm => {
            let tail = Duration::from_secs(plan.tail_seconds.into());
            let until = alarmed
                .ended_at
                .map(|ended| ended.plus(tail))
                .filter(|until| *until > now);
            (until.map(|_| RecordCause::Alarm), until)
        }
    };
    Wanted { cause, next_change }
}

/// A session, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What it is called on the wire.
    pub id: RecordSessionId,
    /// Who records.
    pub recorder: RecordedBy,
}

/// A device's connection.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// Since when it is up.
    pub connected_at: UnixMs,
    /// What the device said of the channel in its last Keepalive on it.
    pub told: Option<Told<'a>>,
}

/// What a device said of a channel.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// When.
    pub at: UnixMs,
    /// The channel works.
    pub online: bool,
    /// The session that it records for.
    pub session: Option<&'a RecordSessionId>,
}

/// What is seen of a channel at a moment.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// When.
    pub now: UnixMs,
    /// Why it should be recorded.
    pub wanted: Option<RecordCause>,
    /// Who is to do it; `None`: that is not known yet.
    pub recorder: Option<RecordedBy>,
    /// The session that is open.
    pub session: Option<&'a Session>,
    /// The device's connection, if it has one.
    pub link: Option<Link<'a>>,
    /// When something last came of the session, as far as is known.
    pub newest: Option<UnixMs>,
    /// How long nothing may come of a device that records.
    pub patience: Duration,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Find out what the device can do.
    Learn,
    /// Begin a session.
    Open(RecordedBy, RecordCause),
    /// End the session, and have the device stop.
    Close(&'static str),
    /// StartCloudRecord for the session.
    Start,
    /// StopCloudRecord for what nobody wants.
    Stop(RecordSessionId),
    /// Nothing, until something happens or this moment has come.
    Rest(Option<UnixMs>),
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// For programs.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

impl Problem {
    /// A problem.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Why StartCloudRecord came to nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StartFault {
    /// What became of the call.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The protocol has no room for the address at which the device would ask where to upload.
    #[error("the cloud's address is too long for the protocol: 256 bytes with the session's name")]
    LongAddress,
}

/// How often something failed, and when it may be tried again.
#[derive(Debug, Clone, Copy, Default)]
struct BackOff {
    failures: u32,
    not_before: Option<UnixMs>,
    /// The connection that it failed on: another one is another chance.
    connected_at: Option<UnixMs>,
}

impl BackOff {
    fn failed(&mut self, now: UnixMs, connected_at: UnixMs, (first, most): (Duration, Duration)) {
        let wait = first.saturating_mul(1 << self.failures.min(16)).min(most);
        self.failures = self.failures.saturating_add(1);
        self.not_before = Some(now.plus(wait));
        self.connected_at = Some(connected_at);
    }

    /// Until when to wait, if at all.
    fn wait(&self, now: UnixMs, connected_at: UnixMs) -> Option<UnixMs> {
        let not_before = self.not_before.filter(|_| self.connected_at == Some(connected_at))?;
        // A clock that was put back does not make it wait longer than ever meant.
        let sane = not_before.since(now) <= LATER.1;
        (now < not_before && sane).then_some(not_before)
    }
}

/// What was tried with a channel, and what came of it.
#[derive(Debug, Clone, Default)]
pub struct Tries {
    starting: BackOff,
    stopping: BackOff,
    /// When the device said yes to the session that is open, and on which connection.
    accepted: Option<(UnixMs, UnixMs)>,
    /// What was stopped last, and when.
    stopped: Option<(RecordSessionId, UnixMs)>,
    problem: Option<Problem>,
    /// Since when the device says that it records for the session that is open, and on which connection.
    in_step: Option<(UnixMs, UnixMs)>,
    /// Sessions that were given up because nothing came.
    renewals: u32,
}

impl Tries {
    /// What to do now.
    pub fn decide(&self, seen: &Seen<'_>) -> Step {
        let Some(cause) = seen.wanted else {
            return match seen.session {
                Some(_) => Step::Close("not_wanted"),
                None => self.stop_stray(seen),
            };
        };
        match (seen.session, seen.recorder) {
            (_, None) => Step::Learn,
            (None, Some(recorder)) => Step::Open(recorder, cause),
            (Some(session), Some(recorder)) if session.recorder != recorder => Step::Close("recorder_changed"),
            (Some(_), Some(RecordedBy::Cloud)) => self.stop_stray(seen),
            (Some(session), Some(RecordedBy::Device)) => self.start(seen, session),
        }
    }

    fn start(&self, seen: &Seen<'_>, session: &Session) -> Step {
        let (now, Some(link)) = (seen.now, seen.link) else {
            return Step::Rest(None);
        };
        let accepted = self.accepted.filter(|(_, on)| *on == link.connected_at);
        match link.told {
            Some(told) if told.session == Some(&session.id) => {
                let Some(quiet_since) = self.quiet_since(seen).filter(|_| told.online) else {
                    return Step::Rest(None);
                };
                let limit = (seen.patience + STALLED).saturating_mul(1 << self.renewals.min(MAX_DOUBLINGS));
                let until = quiet_since.plus(limit);
                if now >= until {
                    return Step::Close(STALLED_REASON);
                }
                // To see that nothing comes, if so.
                let told_at = quiet_since.plus(seen.patience);
                return Step::Rest(Some(if now < told_at { told_at } else { until }));
            }
            // Its next Keepalive says when it is back.
            Some(told) if !told.online => return Step::Rest(None),
            Some(told) => {
                // Whether it records it cannot have said yet.
                if let Some((at, _)) = accepted
                    && told.at < at.plus(CROSSING)
                {
                    return Step::Rest(None);
                }
            }
            None if accepted.is_some() => return Step::Rest(None),
            None => {
                let said_by = link.connected_at.plus(FIRST_REPORT);
                // A moment in the future by more than that is a clock that was put back.
                if now < said_by && said_by.since(now) <= FIRST_REPORT {
                    return Step::Rest(Some(said_by));
                }
            }
        }
        match self.starting.wait(now, link.connected_at) {
            Some(until) => Step::Rest(Some(until)),
            None => Step::Start,
        }
    }

    /// Since when nothing has come of a device that says that it records.
    fn quiet_since(&self, seen: &Seen<'_>) -> Option<UnixMs> {
        let link = seen.link?;
        let (since, _) = self.in_step.filter(|(_, on)| *on == link.connected_at)?;
        // Nothing comes from the future, as it seems where a clock was put back.
        let newest = seen.newest.filter(|newest| *newest <= seen.now);
        Some(newest.map_or(since, |newest| newest.max(since)))
    }

    /// What the device records though nobody wants it.
    fn stop_stray(&self, seen: &Seen<'_>) -> Step {
        let Some((link, told)) = seen.link.and_then(|link| Some((link, link.told?))) else {
            return Step::Rest(None);
        };
        let Some(id) = told.session else {
            return Step::Rest(None);
        };
        let is_old_news = |(stopped, at): &(RecordSessionId, UnixMs)| stopped == id && told.at < at.plus(CROSSING);
        if self.stopped.as_ref().is_some_and(is_old_news) {
            return Step::Rest(None);
        }
        match self.stopping.wait(seen.now, link.connected_at) {
            Some(until) => Step::Rest(Some(until)),
            None => Step::Stop(id.clone()),
        }
    }

    /// A session was begun or ended: what was tried for another counts no more.
    pub fn changed_session(&mut self) {
        (self.starting, self.accepted, self.problem, self.in_step) = (BackOff::default(), None, None, None);
    }

    /// A session is given up for this reason.
    pub fn gives_up(&mut self, reason: &str) {
        if reason == STALLED_REASON {
            self.renewals = self.renewals.saturating_add(1);
        }
    }

    /// Something came of the session that is open.
    pub fn segment_came(&mut self) {
        self.renewals = 0;
    }

    /// The device says on this connection that it records for the session that is open; whether the channel works.
    pub fn in_step(&mut self, now: UnixMs, connected_at: UnixMs, online: bool) {
        (self.starting, self.problem) = (BackOff::default(), None);
        let before = self.in_step.filter(|(_, on)| *on == connected_at);
        self.in_step = online.then(|| before.unwrap_or((now, connected_at)));
    }

    /// StartCloudRecord ended, on this connection.
    pub fn started(&mut self, now: UnixMs, connected_at: UnixMs, answer: &Result<(), StartFault>) {
        let error = match answer {
            Ok(()) => {
                // A device that says yes and does not do it is reminded more and more seldom.
                self.starting.failed(now, connected_at, SOON);
                self.accepted = Some((now, connected_at));
                self.problem = None;
                return;
            }
            Err(error) => error,
        };
        self.accepted = None;
        let (code, pace) = match error {
            StartFault::LongAddress => ("device_refused", LATER),
            StartFault::Call(error) => match error {
                CallError::Device(error) if error.code == ErrorCode::BITRATE_TOO_HIGH => ("bitrate_too_high", LATER),
                CallError::Device(error) if error.code == ErrorCode::CHANNEL_OFFLINE => ("channel_offline", SOON),
                CallError::Device(_) | CallError::BadAnswer(_) => ("device_refused", LATER),
                CallError::TimedOut | CallError::QueueFull => ("not_answering", SOON),
                // It is asked on its next connection.
                CallError::Offline | CallError::Disconnected | CallError::Replaced => ("device_offline", SOON),
            },
        };
        self.starting.failed(now, connected_at, pace);
        self.problem = Some(Problem::new(code, error.to_string()));
    }

    /// StopCloudRecord ended, on this connection.
    pub fn stopped(&mut self, now: UnixMs, connected_at: UnixMs, id: RecordSessionId, answer: &Result<(), CallError>) {
        match answer {
            Ok(()) => {
                self.stopping = BackOff::default();
                self.stopped = Some((id, now));
            }
            Err(CallError::Device(_) | CallError::BadAnswer(_)) => self.stopping.failed(now, connected_at, LATER),
            Err(_) => self.stopping.failed(now, connected_at, SOON),
        }
    }

    /// Why a channel that should be recorded is not, as far as is seen.
    pub fn problem(&self, seen: &Seen<'_>) -> Option<Problem> {
        seen.wanted?;
        let Some(link) = seen.link else {
            return Some(Problem::new("device_offline", "the device is not connected"));
        };
        match link.told {
            Some(told) if !told.online => Some(Problem::new("channel_offline", "the channel's camera does not work")),
            Some(told) if told.session.is_some() && told.session == seen.session.map(|session| &session.id) => {
                let is_quiet = |since: UnixMs| seen.now.since(since) >= seen.patience;
                let message = "the device says that it records, and nothing comes";
                let quiet = self.quiet_since(seen).filter(|since| is_quiet(*since));
                quiet.map(|_| Problem::new("no_media", message))
            }
            _ => self.problem.clone(),
        }
    }
}

#[cfg(test)]
#[path = "wish_tests.rs"]
mod tests;
