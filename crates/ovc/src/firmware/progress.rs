//! How an upgrade goes on: pure, time is passed in.

use crate::db::UpgradeState;
use dap::methods::{QueryUpgradeAnswer, UpgradeStatus};
use std::time::Duration;
use tokio::time::Instant;

/// How long a device may say that it has not begun.
const BEGIN_LIMIT: Duration = Duration::from_secs(60);
/// A device that is away, or says nothing of use, is asked less and less often, no less than this.
const SLOWEST: Duration = Duration::from_secs(30);

/// A device that says it is done may lose its connection once more before it restarts: what it is by then counts.
const RESTART_LIMIT: Duration = Duration::from_secs(120);

/// One upgrade that runs.
#[derive(Debug)]
pub(super) struct Progress {
    from: Option<String>,
    to: String,
    state: UpgradeState,
    percent: u8,
    error: Option<String>,
    over: bool,
    began: Instant,
    /// When it must be over.
    until: Instant,
    ask_every: Duration,
    pause: Duration,
    /// When to ask next; `None`: it is being asked, or need not be.
    ask_at: Option<Instant>,
    /// Until when it may restart after it said that it is done.
    restarts_until: Option<Instant>,
    /// The other version that it came back with since.
    back_with: Option<String>,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Send QueryUpgrade.
    Ask,
}

/// How it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) state: UpgradeState,
    pub(super) percent: u8,
    pub(super) error: Option<String>,
    pub(super) over: bool,
}

/// What came of QueryUpgrade.
#[derive(Debug)]
pub(super) enum Heard {
    Answer(QueryUpgradeAnswer),
    /// The device does not know the method: how far it is nobody will know before it is back.
    Unknown,
    /// It is away, or answered something else.
    Nothing,
}

impl Progress {
    /// Of an upgrade that was begun `ago`, or went on then, and is at `state`.
    pub(super) fn new(
        (from, to): (Option<String>, String),
        (state, percent): (UpgradeState, u8),
        (ask_every, time_limit): (Duration, Duration),
        ago: Duration,
        now: Instant,
    ) -> Self {
        Self {
            from,
            to,
            state,
            percent,
            error: None,
            over: false,
            began: now,
            until: now + time_limit.saturating_sub(ago),
            ask_every,
            pause: ask_every,
            ask_at: (state != UpgradeState::Done).then(|| now + ask_every),
            restarts_until: (state == UpgradeState::Done).then(|| now + RESTART_LIMIT),
            back_with: None,
        }
    }

    pub(super) fn standing(&self) -> Standing {
        Standing {
            state: self.state,
            percent: self.percent,
            error: self.error.clone(),
            over: self.over,
        }
    }

    /// What to do now.
    pub(super) fn poll(&mut self, now: Instant) -> Option<Action> {
        if !self.over && now >= self.until {
            match self.state {
                // It said so, and may be switched off.
                UpgradeState::Done => self.over = true,
                _ => self.end(UpgradeState::TimedOut, "it took too long"),
            }
        }
        if !self.over
            && self.restarts_until.is_some_and(|until| now >= until)
            && let Some(version) = self.back_with.take()
        {
            self.end(UpgradeState::Error, &format!("the device came back with {version}"));
        }
        let due = !self.over && self.ask_at.is_some_and(|at| now >= at);
        due.then(|| {
            self.ask_at = None;
            Action::Ask
        })
    }

    /// When [`Self::poll`] will have something to do if nothing happens.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let judged_at = self.restarts_until.filter(|_| self.back_with.is_some());
        let next = [self.ask_at, judged_at]
            .into_iter()
            .flatten()
            .fold(self.until, Instant::min);
        (!self.over).then_some(next)
    }

    /// QueryUpgrade came to its end.
    pub(super) fn heard(&mut self, heard: Heard, now: Instant) {
        if self.over || self.state == UpgradeState::Done {
            return;
        }
        self.pause = match &heard {
            Heard::Answer(_) => self.ask_every,
            _ => (self.pause * 2).min(SLOWEST.max(self.ask_every)),
        };
        self.ask_at = Some(now + self.pause);
        let answer = match heard {
            Heard::Answer(answer) => answer,
            Heard::Unknown => {
                self.ask_at = None;
                return;
            }
            Heard::Nothing => return,
        };
        let percent = u8::try_from(answer.progress.get()).unwrap_or(0);
        match answer.upgrade_status {
            UpgradeStatus::NotStart => match self.state {
                UpgradeState::Requested if now < self.began + BEGIN_LIMIT => {}
                UpgradeState::Requested => self.end(UpgradeState::Error, "the device did not begin"),
                _ => self.end(UpgradeState::Error, "the device gave up"),
            },
            UpgradeStatus::Downloading => {
                // What was installing before does not fetch again; it may tell the two late.
                if self.state != UpgradeState::Installing {
                    self.state = UpgradeState::Downloading;
                }
                self.percent = percent;
            }
            UpgradeStatus::Installing => {
                self.state = UpgradeState::Installing;
                self.percent = percent;
            }
            UpgradeStatus::Done => {
                self.state = UpgradeState::Done;
                self.percent = 100;
                self.ask_at = None;
                self.restarts_until = Some(now + RESTART_LIMIT);
            }
            UpgradeStatus::Error => self.end(UpgradeState::Error, "the device says that it failed"),
            UpgradeStatus::Other(_) => {}
        }
    }

    /// The device logged in, and is of this version.
    pub(super) fn logged_in(&mut self, version: Option<&str>, now: Instant) {
        if self.over {
            return;
        }
        // Of the same version again a login says nothing before it was installed.
        let tells = self.from.as_deref() != Some(&*self.to)
            || matches!(self.state, UpgradeState::Installing | UpgradeState::Done);
        if version == Some(&*self.to) && tells {
            self.state = UpgradeState::Confirmed;
            self.percent = 100;
            self.over = true;
        } else if self.state == UpgradeState::Done {
            self.back_with = Some(version.unwrap_or("no version").to_owned());
        } else {
            // It is there again: no need to wait.
            self.pause = self.ask_every;
            self.ask_at = Some(now + self.ask_every);
        }
    }

    fn end(&mut self, state: UpgradeState, why: &str) {
        self.state = state;
        self.error = Some(why.to_owned());
        self.over = true;
        self.ask_at = None;
    }
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
