//! Looks at a channel, has done what is to be done, and tells how it stands.

use super::calls::{self, Asked, Done, Outcome};
use super::{Parts, Steward};
use crate::bus::Event;
use crate::clock::UnixMs;
use crate::db::{DbError, LossReason, RecordCause, RecordedBy};
use crate::device::CallError;
use crate::record::live_recorder::LiveRecorder;
use crate::record::plans::{Key, State};
use crate::record::wish::{Link, Problem, Seen, StartFault, Step};
use crate::record::{Lost, RecordSession};
use dap::ErrorCode;
use futures_util::future::BoxFuture;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// How long it is waited after the database failed.
const DB_PAUSE: Duration = Duration::from_secs(5);

impl Steward {
    /// Looks at a channel: has done what is to be done, unless something is, and tells how it stands.
    pub(super) fn look(&mut self, key: &Key) {
        let now = UnixMs::now();
        let connected_at = self.parts.port.seen(&key.0).and_then(|seen| seen.connected_at);
        let heard = self.heard.get(&key.0);
        let channels = self.channels.get_mut(&key.0);
        let Some(channel) = channels.and_then(|channels| channels.get_mut(&key.1)) else {
            return;
        };
        let link = connected_at.map(|connected_at| Link {
            connected_at,
            told: heard
                .filter(|heard| heard.connected_at == connected_at)
                .map(|heard| heard.told(key.1)),
        });
        // Somebody else may have ended it: its device was somebody else's for a moment.
        if let Some((_, session)) = &channel.session
            && session.ended_at().is_some()
            && !channel.is_busy
        {
            channel.set_session(None);
        }
        let mut restarted = None;
        if let (Some(link), Some((ours, _))) = (&link, &channel.session)
            && link.told.as_ref().is_some_and(|told| told.session == Some(&ours.id))
        {
            restarted = channel.accepted(link.connected_at, now);
        }
        let wanted = channel.wanted(now);
        let is_full = self.parts.records.is_full();
        let seen = Seen {
            now,
            wanted: wanted.cause,
            recorder: channel.recorder(link.as_ref()),
            session: channel.session.as_ref().map(|(session, _)| session),
            link,
            // Where there is no room it is not the device's fault that nothing comes.
            newest: if is_full { Some(now) } else { channel.newest },
            patience: self.patience,
        };
        let step = match channel.paused_until.filter(|until| *until > now) {
            _ if channel.is_busy => Step::Rest(None),
            Some(until) => Step::Rest(Some(until)),
            None => channel.tries.decide(&seen),
        };
        let mut problem = channel.tries.problem(&seen);
        let recorder = channel.session.as_ref().map(|(session, _)| session.recorder);
        if let (Some(RecordedBy::Cloud), None, Some(_)) = (recorder, &problem, wanted.cause) {
            problem = channel.live.as_ref().and_then(LiveRecorder::problem);
        }
        if problem.is_none() && wanted.cause.is_some() && is_full {
            problem = Some(Problem::new(
                "storage_full",
                "there is no room where recordings are kept",
            ));
        }
        let mut look_at = wanted.next_change;
        let mut later = |at: Option<UnixMs>| look_at = [look_at, at].into_iter().flatten().min();
        let parts = self.parts.clone();
        let doing = match step {
            Step::Rest(until) => {
                later(until);
                None
            }
            Step::Learn => {
                let device = key.0.clone();
                Some(boxed(async move { calls::learn(&parts, &device).await }))
            }
            Step::Open(recorder, cause) => {
                let key = key.clone();
                Some(boxed(async move { calls::open(&parts, key, recorder, cause).await }))
            }
            Step::Close(reason) => channel.session.as_ref().map(|(ours, session)| {
                channel.tries.gives_up(reason);
                let told = link.and_then(|link| link.told).and_then(|told| told.session);
                let records = channel.accepted_on.is_some() || told == Some(&ours.id);
                let (key, session) = (key.clone(), session.clone());
                boxed(async move { calls::close(&parts, key, &session, reason, records).await })
            }),
            Step::Start => {
                let prerecord = channel.plan.as_ref().map(|(plan, _)| plan.prerecord_seconds);
                let is_alarm = wanted.cause == Some(RecordCause::Alarm) && channel.accepted_on.is_none();
                let prerecord_seconds = prerecord.filter(|seconds| is_alarm && *seconds > 0);
                channel.asked_on = link.map(|link| link.connected_at);
                channel.session.as_ref().zip(link).map(|((_, session), link)| {
                    let asked = Asked {
                        session: session.clone(),
                        prerecord_seconds,
                    };
                    let key = key.clone();
                    boxed(async move { calls::start(&parts, key, asked, link.connected_at).await })
                })
            }
            Step::Stop(id) => link.map(|link| {
                let key = key.clone();
                tracing::info!(device = %key.0, channel = %key.1, session = %id, "the device records what nobody wants");
                boxed(async move { calls::stop(&parts, key, id, link.connected_at).await })
            }),
        };
        let loss = channel.missing(problem.as_ref().and_then(|problem| lost_by(problem, recorder)), now);
        later(channel.missing_until());
        if let Some(doing) = doing {
            channel.is_busy = true;
            self.spawn(key.clone(), doing);
        }
        for loss in [restarted, loss].into_iter().flatten() {
            note(&self.parts, loss);
        }
        let live_at = self.follow_live(key, now);
        self.show(key, wanted.cause, wanted.next_change, problem);
        let Some(channels) = self.channels.get_mut(&key.0) else {
            return;
        };
        let Some(channel) = channels.get_mut(&key.1) else {
            return;
        };
        channel.look_at = [look_at, live_at].into_iter().flatten().min();
        let records = self
            .heard
            .get(&key.0)
            .is_some_and(|heard| heard.told(key.1).session.is_some());
        if channel.is_idle() && !records {
            channels.remove(&key.1);
            if channels.is_empty() {
                self.channels.remove(&key.0);
                self.heard.remove(&key.0);
            }
        }
    }

    /// Starts the recorder of a channel's live stream where the cloud is to record and the device is there. When to look
    /// again.
    fn follow_live(&mut self, key: &Key, now: UnixMs) -> Option<UnixMs> {
        let seen = self.parts.port.seen(&key.0);
        let channels = self.channels.get_mut(&key.0);
        let channel = channels.and_then(|channels| channels.get_mut(&key.1))?;
        let session = match &channel.session {
            Some((session, open)) if session.recorder == RecordedBy::Cloud => open.clone(),
            _ => return None,
        };
        let Some(seen) = seen else {
            // Nothing will come.
            channel.live = None;
            return None;
        };
        let heard = self
            .heard
            .get(&key.0)
            .filter(|heard| Some(heard.connected_at) == seen.connected_at);
        if heard.is_some_and(|heard| !heard.told(key.1).online) {
            // Nothing either; its next Keepalive says when it is back.
            channel.live = None;
            return None;
        }
        if channel.live.as_ref().is_some_and(|live| !live.is_over()) {
            // Its stream may go on though it has no connection at the moment.
            return None;
        }
        seen.connected_at?;
        let live = channel.live.get_or_insert_with(LiveRecorder::new);
        if let Some(again_at) = live.again_at(now) {
            return Some(again_at);
        }
        let (done, key) = (self.done.0.clone(), key.clone());
        live.start(&self.parts, &self.running, session, move |number, status| {
            let what = Outcome::Live(number, status);
            // Nobody listens in a shutdown.
            let _ = done.send(Done { key: key.clone(), what });
        });
        None
    }

    /// Tells how it stands with a channel, if that is new.
    fn show(&mut self, key: &Key, cause: Option<RecordCause>, next_change: Option<UnixMs>, problem: Option<Problem>) {
        let channels = self.channels.get_mut(&key.0);
        let Some(channel) = channels.and_then(|channels| channels.get_mut(&key.1)) else {
            return;
        };
        let session = channel.session.as_ref().map(|(_, session)| session);
        let state = State {
            cause,
            recorder: session.map(|session| session.recorder),
            since: session.map(|session| session.began_at),
            problem,
            next_change,
        };
        if state == channel.shown {
            return;
        }
        count(&channel.shown, -1.0);
        count(&state, 1.0);
        channel.shown = state.clone();
        {
            let mut states = self.states.lock();
            let of_device = states.entry(key.0.clone()).or_default();
            if state == State::default() {
                of_device.remove(&key.1);
            } else {
                of_device.insert(key.1, state);
            }
            if of_device.is_empty() {
                states.remove(&key.0);
            }
        }
        self.parts.bus.publish(Event::RecordingChanged {
            device: key.0.clone(),
            channel: key.1,
        });
    }

    fn spawn(&self, key: Key, doing: BoxFuture<'static, Outcome>) {
        let (turns, done) = (self.turns.clone(), self.done.0.clone());
        tokio::spawn(async move {
            // It is never closed.
            let _turn = turns.acquire_owned().await;
            let what = doing.await;
            // Nobody listens in a shutdown.
            let _ = done.send(Done { key, what });
        });
    }

    /// Something was done for a channel.
    pub(super) fn finish(&mut self, Done { key, what }: Done) {
        let now = UnixMs::now();
        let channels = self.channels.get_mut(&key.0);
        let Some(channel) = channels.and_then(|channels| channels.get_mut(&key.1)) else {
            return;
        };
        if let Outcome::Live(number, status) = what {
            if let Some(live) = &mut channel.live {
                live.told(number, status, now);
            }
            self.look(&key);
            return;
        }
        channel.is_busy = false;
        let mut loss = None;
        let mut failed = |error: &DbError| {
            tracing::error!(device = %key.0, channel = %key.1, %error, "cannot write down how a channel is recorded");
            channel.paused_until = Some(now.plus(DB_PAUSE));
        };
        match what {
            Outcome::Learned(connected_at, Ok(recorder)) => channel.recorder = Some((recorder, connected_at)),
            // The device is gone, and its plans with it.
            Outcome::Opened(Err(DbError::Missing)) => channel.plan = None,
            Outcome::Learned(_, Err(error)) | Outcome::Opened(Err(error)) | Outcome::Closed(Err(error), _) => {
                failed(&error);
            }
            Outcome::Opened(Ok(session)) => channel.set_session(Some(session)),
            Outcome::Closed(Ok(()), stopped) => {
                loss = channel.missing(None, now);
                channel.set_session(None);
                if let Some(stopped) = stopped {
                    channel.stopped(stopped);
                }
            }
            Outcome::Started(connected_at, answer) => {
                match &answer {
                    Ok(()) => loss = channel.accepted(connected_at, now),
                    // That is known of it now: the cloud does it.
                    Err(StartFault::Call(CallError::Device(error))) if error.code == ErrorCode::UNKNOWN_METHOD => {
                        channel.recorder = None;
                    }
                    Err(error) => {
                        tracing::info!(device = %key.0, channel = %key.1, %error, "the device does not record");
                    }
                }
                channel.tries.started(now, connected_at, &answer);
            }
            Outcome::Stopped(stopped) => channel.stopped(stopped),
            Outcome::Live(..) => {}
        }
        if let Some(loss) = loss {
            note(&self.parts, loss);
        }
        self.look(&key);
    }
}

/// Counts a channel that should be recorded by how it stands with it.
fn count(state: &State, by: f64) {
    if state.cause.is_some() {
        let problem = state.problem.as_ref().map_or("none", |problem| problem.code);
        metrics::gauge!("ovc_record_channels", "problem" => problem).increment(by);
    }
}

fn boxed(doing: impl Future<Output = Outcome> + Send + 'static) -> BoxFuture<'static, Outcome> {
    Box::pin(doing)
}

/// What a problem costs that nothing else tells of. The recorder of a live stream notes by itself what does not come.
fn lost_by(problem: &Problem, recorder: Option<RecordedBy>) -> Option<LossReason> {
    match problem.code {
        "bitrate_too_high" | "device_refused" => Some(LossReason::DeviceRefused),
        "not_answering" => Some(LossReason::NotAnswering),
        "no_media" if recorder == Some(RecordedBy::Device) => Some(LossReason::NoMedia),
        "channel_offline" => Some(LossReason::ChannelOffline),
        _ => None,
    }
}

/// Writes down what is missing.
fn note(parts: &Parts, (session, lost): (Arc<RecordSession>, Lost)) {
    let records = parts.records.clone();
    tokio::spawn(async move {
        if let Err(error) = records.lost(&session, lost).await {
            tracing::error!(device = %session.device, %error, "cannot write down what was not recorded");
        }
    });
}
