//! Plans of channels as the rest of the cloud sees them: what was decided, and how it stands with it.

use super::live_recorder::Running;
use super::plan::RecordPlan;
use super::wish::Problem;
use crate::clock::UnixMs;
use crate::db::{Db, DbError, PlanRow, RecordCause, RecordedBy};
use crate::ids::{ChannelId, LoginCode, TenantId};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// A channel of a device.
pub(super) type Key = (LoginCode, ChannelId);

/// How it stands with the recording of a channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Why it should be recorded now; `None`: it should not.
    pub cause: Option<RecordCause>,
    /// Who records.
    pub recorder: Option<RecordedBy>,
    /// Since when the session runs.
    pub since: Option<UnixMs>,
    /// Why nothing is recorded though it should be.
    pub problem: Option<Problem>,
    /// When it begins or ends by itself.
    pub next_change: Option<UnixMs>,
}

/// A channel's plan and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelRecording {
    /// Which channel.
    pub channel: ChannelId,
    /// Its plan; `None`: nobody made one.
    pub plan: Option<RecordPlan>,
    /// How it stands.
    pub state: State,
    /// Until when there is footage of it.
    pub last_segment_at: Option<UnixMs>,
}

/// Plans of channels, and how it stands with them. Clones are the same.
#[derive(Clone)]
pub struct Plans {
    db: Db,
    jobs: mpsc::Sender<Job>,
    states: States,
    /// Recorders of live streams.
    running: Running,
}

impl fmt::Debug for Plans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plans").finish_non_exhaustive()
    }
}

/// How it stands with each channel.
pub(super) type States = Arc<Mutex<HashMap<LoginCode, BTreeMap<ChannelId, State>>>>;

/// What the steward is to do.
pub(super) enum Job {
    /// The plan of a channel changed.
    Planned(Key, Box<RecordPlan>, oneshot::Sender<()>),
}

impl Plans {
    pub(super) fn new(db: Db, jobs: mpsc::Sender<Job>, states: States, running: Running) -> Self {
        Self {
            db,
            jobs,
            states,
            running,
        }
    }

    /// The channels of a device that have a plan, or are recorded.
    ///
    /// # Errors
    /// The database.
    pub async fn of(&self, device: &LoginCode) -> Result<Vec<ChannelRecording>, DbError> {
        let mut channels = BTreeMap::new();
        let empty = |channel| ChannelRecording {
            channel,
            plan: None,
            state: State::default(),
            last_segment_at: None,
        };
        for row in self.db.record_plans_of(device).await? {
            let channel = channels.entry(row.channel).or_insert_with(|| empty(row.channel));
            channel.plan = Some(read(&row)?);
        }
        for (channel, at) in self.db.newest_footage(device).await? {
            channels
                .entry(channel)
                .or_insert_with(|| empty(channel))
                .last_segment_at = Some(at);
        }
        if let Some(states) = self.states.lock().get(device) {
            for (channel, state) in states {
                channels.entry(*channel).or_insert_with(|| empty(*channel)).state = state.clone();
            }
        }
        Ok(channels.into_values().collect())
    }

    /// Sets the plan of a channel, if the device is this tenant's. Whether it is. When this answers it has been looked at.
    ///
    /// # Errors
    /// The database.
    pub async fn set(
        &self,
        device: &LoginCode,
        channel: ChannelId,
        plan: RecordPlan,
        tenant: Option<TenantId>,
    ) -> Result<bool, DbError> {
        let row = PlanRow {
            device: device.clone(),
            channel,
            plan: serde_json::to_string(&plan).map_err(|_| DbError::Corrupt("recording plan"))?,
        };
        if !self.db.set_record_plan(&row, tenant, UnixMs::now()).await? {
            return Ok(false);
        }
        let (taken_up, is_taken_up) = oneshot::channel();
        let job = Job::Planned((device.clone(), channel), Box::new(plan), taken_up);
        // In a shutdown nobody takes it up: it stands in the database.
        if self.jobs.send(job).await.is_ok() {
            let _ = is_taken_up.await;
        }
        Ok(true)
    }

    /// Waits until what the cloud recorded itself is stored, for so long at most. Live streams have ended before.
    pub async fn drained(&self, limit: Duration) {
        if tokio::time::timeout(limit, self.running.none()).await.is_err() {
            tracing::warn!("what was recorded last of live streams is not stored");
        }
    }
}

/// A plan as it is stored.
pub(super) fn read(row: &PlanRow) -> Result<RecordPlan, DbError> {
    serde_json::from_str(&row.plan).map_err(|_| DbError::Corrupt("recording plan"))
}
