//! Keeps plans, sessions and devices in step. One task: it hears of what happens on the bus and looks at each channel that
//! is concerned; `wish` decides what is to be done, and what takes time is done beside it, one thing a channel at a time.

mod calls;
mod channel;
mod look;

use super::Records;
use super::live_recorder::Running;
use super::plans::{Job, Key, Plans, States, read};
use super::wish::Alarmed;
use crate::alarm::AlarmStep;
use crate::bus::{Bus, Change, Event, Lagged, Subscription};
use crate::clock::UnixMs;
use crate::config::RecordingConfig;
use crate::db::{Db, DbError};
use crate::device::{ChannelReport, Commands, DevicePort, Facts, Report};
use crate::ids::{ChannelId, LoginCode};
use crate::live::Live;
use calls::Done;
use channel::{Channel, Heard, is_online};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};

/// How often it is looked whether something has become due.
const TICK: Duration = Duration::from_secs(1);
/// Devices called, or sessions begun and ended, at once; the others wait for their turn.
const AT_ONCE: usize = 256;
/// Plans that wait to be taken up. Over it who sets one waits.
const QUEUE_LEN: usize = 64;
/// How long nothing may come of a device that records, beside the time of three segments.
const PATIENCE: Duration = Duration::from_secs(60);
/// Footage around an alarm that stands is kept so far ahead, and this is renewed in time.
const KEEP_AHEAD: Duration = Duration::from_secs(2 * 3600);
const KEEP_RENEWAL: Duration = Duration::from_secs(3600);
/// Alarms that ended while nobody looked are looked for so far back.
const ALARMS_BACK: Duration = Duration::from_secs(24 * 3600);

/// What the steward works with.
#[derive(Clone)]
pub struct Parts {
    /// The database.
    pub db: Db,
    /// Where it hears and tells of what happens.
    pub bus: Bus,
    /// Sessions, and what is recorded in them.
    pub records: Records,
    /// Calls devices.
    pub commands: Commands,
    /// Sees devices.
    pub port: Arc<dyn DevicePort>,
    /// Knows what they can do.
    pub facts: Facts,
    /// Live streams, for those that cannot record.
    pub live: Live,
    /// How segments are to be.
    pub config: RecordingConfig,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}

/// The task.
pub struct Steward {
    parts: Parts,
    channels: HashMap<LoginCode, BTreeMap<ChannelId, Channel>>,
    heard: HashMap<LoginCode, Heard>,
    states: States,
    /// Recorders of live streams.
    running: Running,
    jobs: mpsc::Receiver<Job>,
    turns: Arc<Semaphore>,
    /// How long nothing may come of a device that records.
    patience: Duration,
    /// At most one of each channel is under way, and what recorders of live streams say replaces what they said before.
    done: (mpsc::UnboundedSender<Done>, mpsc::UnboundedReceiver<Done>),
    /// Alarms whose footage is to be kept.
    keeps: HashSet<i64>,
    renew_keeps_at: UnixMs,
    /// There was no room for more when it was last looked.
    was_full: bool,
}

impl fmt::Debug for Steward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Steward").finish_non_exhaustive()
    }
}

impl Steward {
    /// What was left when the cloud last ran. Nothing is done before [`Self::run`].
    ///
    /// # Errors
    /// The database.
    pub async fn open(parts: Parts) -> Result<(Self, Plans), DbError> {
        let (sender, jobs) = mpsc::channel(QUEUE_LEN);
        let states = States::default();
        let running = Running::default();
        let plans = Plans::new(parts.db.clone(), sender, states.clone(), running.clone());
        let patience = parts.config.segment_duration.saturating_mul(3) + PATIENCE;
        let mut steward = Self {
            parts,
            patience,
            channels: HashMap::new(),
            heard: HashMap::new(),
            states,
            running,
            jobs,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            done: mpsc::unbounded_channel(),
            keeps: HashSet::new(),
            renew_keeps_at: UnixMs(0),
            was_full: false,
        };
        for session in steward.parts.records.all_running() {
            let key = (session.device.clone(), session.channel);
            steward.channel(key).set_session(Some(session));
        }
        steward.load().await?;
        Ok((steward, plans))
    }

    /// Follows what happens, for ever.
    pub async fn run(mut self, mut events: Subscription) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        self.look_at_all();
        loop {
            tokio::select! {
                event = events.next() => match event {
                    None => return,
                    Some(Ok(event)) => self.hear(event).await,
                    Some(Err(Lagged(_))) => self.look_anew().await,
                },
                Some(job) = self.jobs.recv() => self.work(job),
                Some(done) = self.done.1.recv() => self.finish(done),
                _ = ticks.tick() => self.tick().await,
            }
        }
    }

    /// Reads plans and alarms.
    async fn load(&mut self) -> Result<(), DbError> {
        let plans = self.parts.db.record_plans().await?;
        for channel in self.channels.values_mut().flat_map(BTreeMap::values_mut) {
            (channel.plan, channel.alarmed) = (None, Alarmed::default());
        }
        for row in plans {
            match read(&row) {
                Ok(plan) => self.channel((row.device, row.channel)).set_plan(plan),
                Err(error) => {
                    tracing::error!(device = %row.device, channel = %row.channel, %error, "a plan cannot be read")
                }
            }
        }
        let since = UnixMs::now().minus(ALARMS_BACK);
        for alarm in self.parts.db.planned_alarms(since).await? {
            self.keeps.insert(alarm.id);
            let alarmed = &mut self.channel((alarm.device, alarm.channel)).alarmed;
            match alarm.end {
                None => _ = alarmed.open.insert(alarm.id),
                Some(end) => alarmed.ended_at = alarmed.ended_at.max(Some(end)),
            }
        }
        Ok(())
    }

    /// Something was missed: how things are now says all there is to know.
    async fn look_anew(&mut self) {
        if let Err(error) = self.load().await {
            tracing::error!(%error, "cannot read how channels are to be recorded");
        }
        self.heard.clear();
        for device in self.parts.port.present() {
            self.see(&device);
        }
        self.look_at_all();
    }

    /// What a device said last, from who saw it.
    fn see(&mut self, device: &LoginCode) {
        let Some(seen) = self.parts.port.seen(device) else {
            return;
        };
        if let (Some(connected_at), Some(report)) = (seen.connected_at, seen.report) {
            let at = seen.last_seen_at;
            self.take_report(device, connected_at, at, report);
        }
    }

    /// A device's Keepalive. The channels that it concerns.
    fn take_report(&mut self, device: &LoginCode, connected_at: UnixMs, at: UnixMs, report: Arc<Report>) {
        let is_watched = self.channels.contains_key(device);
        let records = |channel: &ChannelReport| channel.record_session.is_some();
        if !is_watched && !report.channels.iter().any(records) {
            return;
        }
        for told in report.channels.iter().filter(|told| records(told)) {
            // What nobody planned may be recorded all the same.
            let channel = self.channel((device.clone(), told.channel));
            if told.record_session.as_ref() == channel.session.as_ref().map(|(session, _)| &session.id) {
                channel.tries.in_step(at, connected_at, is_online(told));
            }
        }
        self.heard.insert(
            device.clone(),
            Heard {
                connected_at,
                at,
                report,
            },
        );
    }

    fn channel(&mut self, (device, channel): Key) -> &mut Channel {
        self.channels.entry(device).or_default().entry(channel).or_default()
    }

    async fn hear(&mut self, event: Event) {
        match event {
            Event::LoggedIn { device } => {
                self.heard.remove(&device);
                for channel in self
                    .channels
                    .get_mut(&device)
                    .into_iter()
                    .flat_map(BTreeMap::values_mut)
                {
                    if let Some(live) = &mut channel.live {
                        live.device_returned();
                    }
                }
                self.look_at_device(&device);
            }
            Event::Disconnected { device } | Event::Presence { device, .. } => self.look_at_device(&device),
            Event::Keepalive { device, report, .. } => {
                let seen = self.parts.port.seen(&device);
                if let Some(connected_at) = seen.and_then(|seen| seen.connected_at) {
                    self.take_report(&device, connected_at, UnixMs::now(), report);
                    self.look_at_device(&device);
                }
            }
            Event::CapabilitiesChanged { device } => {
                for channel in self
                    .channels
                    .get_mut(&device)
                    .into_iter()
                    .flat_map(BTreeMap::values_mut)
                {
                    channel.recorder = None;
                }
                self.look_at_device(&device);
            }
            Event::Segment { device, channel, .. } => {
                let channels = self.channels.get_mut(&device);
                if let Some(channel) = channels.and_then(|channels| channels.get_mut(&channel)) {
                    channel.segment_came(UnixMs::now());
                }
            }
            Event::Alarm(changed) => {
                let key = (changed.key.device.clone(), changed.key.channel);
                self.alarm(key, changed.id, changed.state);
            }
            Event::DeviceMoved { device, .. }
            | Event::DeviceChanged {
                device,
                change: Change::Deleted,
                ..
            } => self.reload(&device).await,
            _ => {}
        }
    }

    fn alarm(&mut self, key: Key, id: i64, state: AlarmStep) {
        let channel = self
            .channels
            .get_mut(&key.0)
            .and_then(|channels| channels.get_mut(&key.1));
        let Some(channel) = channel.filter(|channel| channel.plan.is_some()) else {
            return;
        };
        match state {
            AlarmStep::Begun | AlarmStep::Updated => _ = channel.alarmed.open.insert(id),
            AlarmStep::Ended => {
                channel.alarmed.open.remove(&id);
                channel.alarmed.ended_at = Some(UnixMs::now());
            }
            AlarmStep::Picture | AlarmStep::Acknowledged => return,
        }
        self.keeps.insert(id);
        self.look(&key);
    }

    /// A device went, or is somebody else's, whose plans are others.
    async fn reload(&mut self, device: &LoginCode) {
        let plans = match self.parts.db.record_plans_of(device).await {
            Ok(plans) => plans,
            Err(error) => {
                tracing::error!(%device, %error, "cannot read how channels are to be recorded");
                return;
            }
        };
        for channel in self.channels.get_mut(device).into_iter().flat_map(BTreeMap::values_mut) {
            (channel.plan, channel.alarmed, channel.recorder) = (None, Alarmed::default(), None);
        }
        for row in plans {
            if let Ok(plan) = read(&row) {
                self.channel((row.device, row.channel)).set_plan(plan);
            }
        }
        self.look_at_device(device);
    }

    fn work(&mut self, job: Job) {
        match job {
            Job::Planned(key, plan, taken_up) => {
                let is_first = !self.channels.contains_key(&key.0);
                let channel = self.channel(key.clone());
                channel.set_plan(*plan);
                channel.paused_until = None;
                if is_first {
                    self.see(&key.0);
                }
                self.look(&key);
                self.parts.bus.publish(Event::RecordingChanged {
                    device: key.0,
                    channel: key.1,
                });
                // Who set it may be gone.
                let _ = taken_up.send(());
            }
        }
    }

    async fn tick(&mut self) {
        let now = UnixMs::now();
        if self.parts.records.is_full() != self.was_full {
            self.was_full = !self.was_full;
            self.look_at_all();
        }
        let due = |channel: &Channel| channel.look_at.is_some_and(|at| at <= now);
        let all = self.channels.iter().flat_map(|(device, channels)| {
            let due = channels.iter().filter(|(_, channel)| due(channel));
            due.map(|(channel, _)| (device.clone(), *channel))
        });
        for key in all.collect::<Vec<_>>() {
            self.look(&key);
        }
        if self.renew_keeps_at <= now {
            self.renew_keeps_at = now.plus(KEEP_RENEWAL);
            let open = self.channels.values().flat_map(BTreeMap::values);
            self.keeps
                .extend(open.flat_map(|channel| channel.alarmed.open.iter().copied()));
        }
        if !self.keeps.is_empty() {
            let alarms: Vec<_> = self.keeps.iter().copied().collect();
            let ahead_ms = i64::try_from(KEEP_AHEAD.as_millis()).unwrap_or(0);
            match self.parts.db.keep_alarm_footage(&alarms, now, ahead_ms).await {
                Ok(_) => self.keeps.clear(),
                Err(error) => tracing::error!(%error, "cannot keep the footage around alarms"),
            }
        }
    }

    fn look_at_all(&mut self) {
        let devices: Vec<_> = self.channels.keys().cloned().collect();
        for device in devices {
            self.look_at_device(&device);
        }
    }

    fn look_at_device(&mut self, device: &LoginCode) {
        let channels = self.channels.get(device).map(|channels| channels.keys().copied());
        for channel in channels.into_iter().flatten().collect::<Vec<_>>() {
            self.look(&(device.clone(), channel));
        }
    }
}
