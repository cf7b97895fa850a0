//! The one task that keeps alarms.

use super::merge::{Limits, Machine};
use super::{AlarmChanged, AlarmStep};
use crate::bus::{Bus, Change, Event, Subscription};
use crate::clock::UnixMs;
use crate::db::{AlarmChange, AlarmKey, AlarmWrite, AlarmWritten, Db, DbError, DeviceEvent, NewEvent};
use crate::device::{DevicePort, Presence, Report};
use crate::ids::LoginCode;
use dap::methods::AlarmNotifyParams;
use parking_lot::RwLock;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Notices that may wait. Over it a device that notifies waits for its answer; of a Keepalive it is noted that something was
/// missed, and all devices are looked at again.
const QUEUE_LEN: usize = 4096;
/// Notices written in one transaction: one wait for the disk serves them all.
const BATCH_LEN: usize = 512;
/// How often it is looked for events that nobody speaks of any more, and for what was missed.
const TICK: Duration = Duration::from_secs(5);

/// Keeps alarms. Clones are the same.
#[derive(Clone)]
pub struct Alarms {
    queue: mpsc::Sender<Job>,
    shared: Arc<Shared>,
}

impl fmt::Debug for Alarms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alarms").finish_non_exhaustive()
    }
}

struct Shared {
    db: Db,
    bus: Bus,
    /// Devices of which an event may be open: of others a Keepalive without alarms says nothing new.
    watched: RwLock<HashSet<LoginCode>>,
    /// A Keepalive found no room in the queue.
    missed: AtomicBool,
}

/// What comes of AlarmNotify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The device is to be asked for a picture: of this event, and its number.
    pub picture: Option<(i64, i64)>,
}

type Reply = oneshot::Sender<Result<Told, DbError>>;

enum Job {
    /// AlarmNotify, to be answered.
    Notify(NewEvent, Box<AlarmNotifyParams>, Reply),
    /// A Keepalive that says something new.
    Report(LoginCode, Arc<Report>),
    /// A device is silent.
    Silent(LoginCode),
    /// A device started anew.
    Booted(LoginCode),
    /// A device is gone, or somebody else's now: so is all that it told.
    Forget(LoginCode),
    /// Events that are over may be.
    Tick,
}

/// What a job is about once it is decided: its writes, and who waits.
struct Decided {
    /// Of which device; `None`: of those that the writes name.
    device: Option<LoginCode>,
    writes: usize,
    reply: Option<(NewEvent, Reply)>,
}

impl Alarms {
    /// Starts the task; it ends with the last clone.
    ///
    /// # Errors
    /// The database failed.
    pub async fn start(db: Db, bus: Bus, limits: Limits) -> Result<Self, DbError> {
        let machine = Machine::new(limits, db.open_alarms().await?, UnixMs::now());
        let (queue, jobs) = mpsc::channel(QUEUE_LEN);
        let shared = Arc::new(Shared {
            db,
            bus,
            watched: RwLock::default(),
            missed: AtomicBool::new(false),
        });
        let keeper = Keeper {
            limits,
            machine,
            shared: shared.clone(),
        };
        keeper.watch_all();
        tokio::spawn(keeper.run(jobs));
        Ok(Self { queue, shared })
    }

    /// A device sent AlarmNotify; it is on the disk when this returns.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn notify(&self, event: NewEvent, told: AlarmNotifyParams) -> Result<Told, DbError> {
        let (reply, answer) = oneshot::channel();
        // A Keepalive behind it is not passed over.
        self.shared.watched.write().insert(event.device.clone());
        let job = Job::Notify(event, Box::new(told), reply);
        self.queue.send(job).await.map_err(|_| DbError::Closed)?;
        answer.await.map_err(|_| DbError::Closed)?
    }

    /// A device's Keepalive says something new. Never waits.
    pub fn report(&self, device: &LoginCode, report: &Arc<Report>) {
        let carries = report
            .channels
            .iter()
            .any(|channel| channel.alarm.is_some_and(|bits| bits != 0));
        if !carries && !self.shared.watched.read().contains(device) {
            return;
        }
        if self
            .queue
            .try_send(Job::Report(device.clone(), report.clone()))
            .is_err()
        {
            self.shared.missed.store(true, Ordering::Relaxed);
        }
    }

    /// A device said that it started anew. Never waits.
    pub fn booted(&self, device: &LoginCode) {
        if self.shared.watched.read().contains(device) {
            // Without room: its events end when nothing is heard of them.
            let _ = self.queue.try_send(Job::Booted(device.clone()));
        }
    }

    /// Follows what becomes of devices, for ever.
    pub async fn follow(&self, mut events: Subscription, port: Arc<dyn DevicePort>) {
        let mut ticks = tokio::time::interval(TICK);
        loop {
            let job = tokio::select! {
                event = events.next() => match event {
                    None => return,
                    Some(Ok(event)) => self.concerned(event),
                    Some(Err(_)) => {
                        self.shared.missed.store(true, Ordering::Relaxed);
                        None
                    }
                },
                _ = ticks.tick() => {
                    if self.shared.missed.swap(false, Ordering::Relaxed) {
                        self.look_anew(&*port).await;
                    }
                    Some(Job::Tick)
                }
            };
            // It may be back, and its Keepalive ahead of this: then its alarms stand, and no other Keepalive says so again.
            let job = job.filter(|job| !matches!(job, Job::Silent(device) if port.seen(device).is_some()));
            if let Some(job) = job
                && self.queue.send(job).await.is_err()
            {
                return;
            }
        }
    }

    fn concerned(&self, event: Event) -> Option<Job> {
        let (device, job): (_, fn(LoginCode) -> Job) = match event {
            Event::Presence {
                device,
                presence: Presence::Offline,
                ..
            } => (device, Job::Silent),
            Event::DeviceChanged {
                device,
                change: Change::Deleted,
                ..
            } => (device, Job::Forget),
            Event::DeviceMoved { device, .. } => (device, Job::Forget),
            _ => return None,
        };
        self.shared.watched.read().contains(&device).then(|| job(device))
    }

    /// Something was missed: how devices are now says all there is to know.
    async fn look_anew(&self, port: &dyn DevicePort) {
        let watched = self.shared.watched.read().clone();
        for device in port.present().into_iter().chain(watched) {
            let job = match port.seen(&device) {
                Some(seen) => match seen.report {
                    Some(report) => Job::Report(device, report),
                    None => continue,
                },
                None => Job::Silent(device),
            };
            if self.queue.send(job).await.is_err() {
                return;
            }
        }
    }

    pub(super) fn db(&self) -> &Db {
        &self.shared.db
    }

    /// Tells what happened to an event.
    pub(super) fn publish(&self, changed: AlarmChanged) {
        self.shared.bus.publish(Event::Alarm(Arc::new(changed)));
    }
}

struct Keeper {
    limits: Limits,
    machine: Machine,
    shared: Arc<Shared>,
}

impl Keeper {
    async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut batch = Vec::with_capacity(BATCH_LEN);
        while jobs.recv_many(&mut batch, BATCH_LEN).await > 0 {
            self.work(&mut batch).await;
        }
    }

    async fn work(&mut self, batch: &mut Vec<Job>) {
        let mut writes = Vec::new();
        let decided: Vec<_> = batch.drain(..).map(|job| self.decide(job, &mut writes)).collect();
        let changes: Vec<_> = writes.iter().map(|write| write.change.clone()).collect();
        let written = match writes.is_empty() {
            true => Ok(Vec::new()),
            false => self.shared.db.write_alarms(&writes).await,
        };
        let mut touched: HashSet<_> = decided.iter().filter_map(|decided| decided.device.clone()).collect();
        touched.extend(changes.iter().flatten().map(|(key, _)| key.device.clone()));
        match written {
            Ok(written) => {
                let mut written = written.into_iter().zip(changes);
                for decided in decided {
                    let its = written.by_ref().take(decided.writes).collect();
                    self.settle(decided.reply, its);
                }
            }
            Err(error) => {
                tracing::error!(%error, notices = decided.len(), "cannot store alarms");
                for (_, reply) in decided.into_iter().filter_map(|decided| decided.reply) {
                    let _ = reply.send(Err(DbError::Closed));
                }
                self.begin_anew().await;
            }
        }
        let mut watched = self.shared.watched.write();
        for device in touched {
            if self.machine.is_watched(&device) {
                watched.insert(device);
            } else {
                watched.remove(&device);
            }
        }
    }

    /// Answers who waits and tells everybody.
    fn settle(
        &mut self,
        reply: Option<(NewEvent, Reply)>,
        written: Vec<(AlarmWritten, Option<(AlarmKey, AlarmChange)>)>,
    ) {
        if let Some((event, reply)) = reply {
            let first = written.first().map(|(written, _)| *written);
            let stored = first.and_then(|written| Some((written.event?, written)));
            let answer = match stored {
                Some((id, written)) => {
                    self.shared.bus.publish(Event::Device(Arc::new(DeviceEvent {
                        id,
                        device: event.device,
                        kind: event.kind,
                        channel: event.channel,
                        at: event.at,
                        data: event.data,
                    })));
                    let picture = written.alarm.zip(written.picture);
                    Ok(Told { picture })
                }
                None => {
                    self.machine.forget(&event.device);
                    Err(DbError::Corrupt("reference to a device"))
                }
            };
            // Who asked may be gone; it is stored all the same.
            let _ = reply.send(answer);
        }
        for (written, change) in written {
            let (Some(id), Some((key, change))) = (written.alarm, change) else {
                continue;
            };
            let state = match change {
                AlarmChange::Begin { .. } => AlarmStep::Begun,
                AlarmChange::Update { .. } => AlarmStep::Updated,
                AlarmChange::End { .. } => AlarmStep::Ended,
                AlarmChange::Carried { .. } => continue,
            };
            self.shared
                .bus
                .publish(Event::Alarm(Arc::new(AlarmChanged { id, key, state })));
        }
    }

    /// Memory may know of changes that are not on the disk.
    async fn begin_anew(&mut self) {
        match self.shared.db.open_alarms().await {
            Ok(open) => self.machine = Machine::new(self.limits, open, UnixMs::now()),
            Err(error) => tracing::error!(%error, "cannot read the alarms that stand"),
        }
        // As if they had been missed.
        self.shared.missed.store(true, Ordering::Relaxed);
        self.watch_all();
    }

    fn watch_all(&self) {
        *self.shared.watched.write() = self.machine.watched().cloned().collect();
    }

    fn decide(&mut self, job: Job, writes: &mut Vec<AlarmWrite>) -> Decided {
        let now = UnixMs::now();
        let mut reply = None;
        let before = writes.len();
        let (device, steps) = match job {
            Job::Notify(event, told, waits) => {
                let device = event.device.clone();
                let change = self.machine.notify(&device, &told, now);
                let copy = NewEvent {
                    device: device.clone(),
                    data: event.data.clone(),
                    ..event
                };
                writes.push(AlarmWrite {
                    event: Some(event),
                    change,
                });
                reply = Some((copy, waits));
                (Some(device), Vec::new())
            }
            Job::Report(device, report) => {
                let steps = self.machine.report(&device, &report, now);
                (Some(device), steps)
            }
            Job::Booted(device) => {
                let steps = self.machine.booted(&device, now);
                (Some(device), steps)
            }
            Job::Silent(device) => {
                self.machine.silent(&device, now);
                (Some(device), Vec::new())
            }
            Job::Forget(device) => {
                self.machine.forget(&device);
                (Some(device), Vec::new())
            }
            Job::Tick => {
                let steps = self.machine.expire(now);
                for (key, change) in &steps {
                    tracing::debug!(device = %key.device, ?change, "nothing is heard of an alarm any more");
                }
                (None, steps)
            }
        };
        let changes = steps.into_iter().map(|change| AlarmWrite {
            event: None,
            change: Some(change),
        });
        writes.extend(changes);
        Decided {
            device,
            writes: writes.len() - before,
            reply,
        }
    }
}
