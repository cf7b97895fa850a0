//! What the steward knows of one channel.

use super::calls::StopDone;
use crate::clock::UnixMs;
use crate::db::{LossReason, RecordedBy};
use crate::device::{ChannelReport, Report};
use crate::ids::ChannelId;
use crate::record::live_recorder::LiveRecorder;
use crate::record::plan::RecordPlan;
use crate::record::plans::State;
use crate::record::schedule::Schedule;
use crate::record::wish::{self, Alarmed, Link, Session, Told, Tries, Wanted};
use crate::record::{Lost, RecordSession};
use std::sync::Arc;
use std::time::Duration;

/// What is missing because of a problem that goes on is written down at least so often.
const LOSS_INTERVAL: Duration = Duration::from_secs(300);

/// What a device said last.
pub(super) struct Heard {
    /// On which connection.
    pub(super) connected_at: UnixMs,
    /// When.
    pub(super) at: UnixMs,
    pub(super) report: Arc<Report>,
}

impl Heard {
    /// What it said of a channel. One that it does not name may be there all the same.
    pub(super) fn told(&self, channel: ChannelId) -> Told<'_> {
        let told = self.report.channel(channel);
        Told {
            at: self.at,
            online: told.is_none_or(is_online),
            session: told.and_then(|told| told.record_session.as_ref()),
        }
    }
}

/// Whether a channel works: it is not offline (0), faulty (3) or disabled (4).
pub(super) fn is_online(told: &ChannelReport) -> bool {
    !matches!(told.state, 0 | 3 | 4)
}

/// A channel.
#[derive(Default)]
pub(super) struct Channel {
    /// How it is to be recorded; `None`: nobody said so.
    pub(super) plan: Option<(RecordPlan, Schedule)>,
    pub(super) alarmed: Alarmed,
    pub(super) session: Option<(Session, Arc<RecordSession>)>,
    /// Who can record it, and on which connection the device said so.
    pub(super) recorder: Option<(RecordedBy, Option<UnixMs>)>,
    pub(super) tries: Tries,
    /// On which connection the device last accepted the session, or was in step with it: what was before that is not
    /// asked for again.
    pub(super) accepted_on: Option<UnixMs>,
    /// On which connection the device was last asked to begin the session.
    pub(super) asked_on: Option<UnixMs>,
    /// When something last came of the session.
    pub(super) newest: Option<UnixMs>,
    /// Something is being done.
    pub(super) is_busy: bool,
    /// Not before this: the database failed.
    pub(super) paused_until: Option<UnixMs>,
    /// When to look again though nothing happened.
    pub(super) look_at: Option<UnixMs>,
    pub(super) live: Option<LiveRecorder>,
    /// Why footage is missing, and since when that is not written down.
    missing: Option<(LossReason, UnixMs)>,
    pub(super) shown: State,
}

impl Channel {
    pub(super) fn set_plan(&mut self, plan: RecordPlan) {
        let schedule = Schedule::new(&plan);
        self.plan = Some((plan, schedule));
    }

    pub(super) fn wanted(&self, now: UnixMs) -> Wanted {
        match &self.plan {
            Some((plan, schedule)) => wish::wanted(plan, schedule, &self.alarmed, now),
            None => Wanted {
                cause: None,
                next_change: None,
            },
        }
    }

    /// Who can record it, as far as is known on this connection.
    pub(super) fn recorder(&self, link: Option<&Link<'_>>) -> Option<RecordedBy> {
        let (recorder, learned_on) = self.recorder?;
        let Some(link) = link else { return Some(recorder) };
        let is_in_step = |told: &Told<'_>| {
            let ours = self.session.as_ref().map(|(session, _)| &session.id);
            told.session.is_some() && told.session == ours
        };
        // One that says nothing yet, or that it records for us, is not asked anew.
        let is_known = learned_on == Some(link.connected_at) || link.told.as_ref().is_none_or(is_in_step);
        is_known.then_some(recorder)
    }

    /// A session was begun or ended.
    pub(super) fn set_session(&mut self, session: Option<Arc<RecordSession>>) {
        self.session = session.map(|open| {
            let session = Session {
                id: open.token.clone(),
                recorder: open.recorder,
            };
            (session, open)
        });
        (self.accepted_on, self.asked_on, self.live, self.newest) = (None, None, None, None);
        self.tries.changed_session();
    }

    /// The device says on this connection that it records for the session, by its answer or in a Keepalive, whichever comes
    /// first. If it had to be asked there, and has footage of it from another connection, it had lost the session in
    /// between: what it is missing of that time is to be written down.
    pub(super) fn accepted(&mut self, connected_at: UnixMs, now: UnixMs) -> Option<(Arc<RecordSession>, Lost)> {
        let before = self.accepted_on.replace(connected_at);
        let (_, session) = self.session.as_ref()?;
        let began_anew = before != Some(connected_at) && self.asked_on == Some(connected_at);
        let from = session.last_end().filter(|_| began_anew)?;
        let lost = Lost {
            reason: LossReason::DeviceOffline,
            from: Some(from),
            lost_ms: u64::try_from(now.since(from).as_millis()).unwrap_or(u64::MAX),
            segments: 0,
        };
        (lost.lost_ms > 0).then(|| (session.clone(), lost))
    }

    /// Something came of the session.
    pub(super) fn segment_came(&mut self, now: UnixMs) {
        self.newest = Some(now);
        self.tries.segment_came();
        if self.shown.problem.is_some() {
            // It may be over.
            self.look_at = Some(now);
        }
    }

    pub(super) fn stopped(&mut self, done: StopDone) {
        self.tries
            .stopped(UnixMs::now(), done.connected_at, done.id, &done.answer);
    }

    /// Footage is missing for this reason from now on, or for none. What is to be written down of what was missing until
    /// now.
    pub(super) fn missing(&mut self, reason: Option<LossReason>, now: UnixMs) -> Option<(Arc<RecordSession>, Lost)> {
        let reason = reason.filter(|_| self.session.is_some());
        if let (Some((before, since)), Some(reason)) = (self.missing, reason)
            && before == reason
            && now.since(since) < LOSS_INTERVAL
        {
            return None;
        }
        let before = std::mem::replace(&mut self.missing, reason.map(|reason| (reason, now)));
        let ((before, since), (_, session)) = before.zip(self.session.as_ref())?;
        let lost_ms = u64::try_from(now.since(since).as_millis()).unwrap_or(u64::MAX);
        let lost = Lost {
            reason: before,
            from: Some(since),
            lost_ms,
            segments: 0,
        };
        (lost_ms > 0).then(|| (session.clone(), lost))
    }

    /// When what is missing is to be written down at the latest.
    pub(super) fn missing_until(&self) -> Option<UnixMs> {
        self.missing.map(|(_, since)| since.plus(LOSS_INTERVAL))
    }

    /// Nothing is to be done for it, and nothing to be remembered.
    pub(super) fn is_idle(&self) -> bool {
        self.plan.is_none() && self.session.is_none() && !self.is_busy
    }
}
