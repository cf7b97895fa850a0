//! Alarms: what devices notify of and the bits of their Keepalives, put together into events with a beginning and an end.
//!
//! One task (`keeper`) has what is open in memory, decides by `merge` what comes of each notice, and writes many of
//! them in one transaction. A device is answered when its notice is on the disk.

mod keeper;
mod merge;

pub use keeper::{Alarms, Told};
pub use merge::Limits;

use crate::blob::Stored;
use crate::clock::UnixMs;
use crate::db::{AlarmCount, AlarmFilter, AlarmKey, AlarmRow, AlarmScope, DbError, KeptPicture, PictureState};
use std::collections::HashSet;

/// Events changed at once that are told of one by one.
const MAX_TOLD: usize = 200;

/// An alarm event changed, for whoever listens.
#[derive(Debug, Clone)]
pub struct AlarmChanged {
    /// Its number.
    pub id: i64,
    /// Which device, which channel, and what raised it.
    pub key: AlarmKey,
    /// What happened to it.
    pub state: AlarmStep,
}

/// What happens to an alarm event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmStep {
    /// It began.
    Begun,
    /// The device told of it again.
    Updated,
    /// It ended.
    Ended,
    /// Its picture is there.
    Picture,
    /// Somebody has seen to it.
    Acknowledged,
}

impl AlarmStep {
    /// The name on the wire of the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Updated => "updated",
            Self::Ended => "ended",
            Self::Picture => "picture",
            Self::Acknowledged => "acknowledged",
        }
    }
}

/// The name of a type on the wire of the API; `other` for one that the protocol does not name.
pub fn type_name(alarm_type: i64) -> &'static str {
    TYPES
        .iter()
        .find(|(number, _)| *number == alarm_type)
        .map_or("other", |(_, name)| name)
}

/// The number of a type by its name on the wire of the API.
pub fn type_number(name: &str) -> Option<i64> {
    TYPES.iter().find(|(_, its)| *its == name).map(|(number, _)| *number)
}

const TYPES: [(i64, &str); 10] = [
    (2, "io"),
    (3, "motion"),
    (4, "cross"),
    (5, "cry"),
    (6, "face"),
    (7, "voice"),
    (8, "low_battery"),
    (9, "lock_picked"),
    (10, "doorbell"),
    (11, "body"),
];

/// The moment a device names, in seconds since 1970, if it can be true: within a day of `now`. Clocks of devices are not
/// to be relied upon.
fn moment(told_s: i64, now: UnixMs) -> UnixMs {
    const DAY_MS: u64 = 24 * 3600 * 1000;
    let told = UnixMs(told_s.saturating_mul(1000));
    if told.0.abs_diff(now.0) <= DAY_MS { told } else { now }
}

impl Alarms {
    /// Events, newest first, `limit` at most.
    ///
    /// # Errors
    /// The database.
    pub async fn list(&self, filter: &AlarmFilter, limit: u32) -> Result<Vec<AlarmRow>, DbError> {
        self.db().list_alarms(filter, limit).await
    }

    /// One event.
    ///
    /// # Errors
    /// The database.
    pub async fn get(&self, id: i64) -> Result<Option<AlarmRow>, DbError> {
        self.db().alarm(id).await
    }

    /// How many want attention, of each sort up to `max`.
    ///
    /// # Errors
    /// The database.
    pub async fn count(&self, scope: Option<&AlarmScope>, max: u32) -> Result<AlarmCount, DbError> {
        self.db().count_alarms(scope, max).await
    }

    /// Somebody has seen to these. How many of them nobody had before.
    ///
    /// # Errors
    /// The database.
    pub async fn acknowledge(&self, filter: &AlarmFilter, by: &str) -> Result<usize, DbError> {
        let done = self.db().acknowledge_alarms(filter, by, UnixMs::now()).await?;
        // Of thousands at once, one for each channel says as much.
        let mut told = HashSet::new();
        for (id, key) in &done {
            if done.len() <= MAX_TOLD || told.insert((key.device.clone(), key.channel)) {
                self.publish(AlarmChanged {
                    id: *id,
                    key: key.clone(),
                    state: AlarmStep::Acknowledged,
                });
            }
        }
        Ok(done.len())
    }

    /// How it stands with the pictures of an event.
    ///
    /// # Errors
    /// The database.
    pub async fn pictures(&self, id: i64) -> Result<Option<PictureState>, DbError> {
        self.db().alarm_pictures(id).await
    }

    /// Makes a stored object the picture of an event, as the one of this number.
    ///
    /// # Errors
    /// The database.
    pub async fn keep_picture(
        &self,
        (id, number): (i64, i64),
        key: &AlarmKey,
        stored: &Stored,
        content_type: &str,
    ) -> Result<KeptPicture, DbError> {
        let kept = self
            .db()
            .set_alarm_picture(id, number, stored, content_type, UnixMs::now())
            .await?;
        if kept == KeptPicture::Kept {
            self.publish(AlarmChanged {
                id,
                key: key.clone(),
                state: AlarmStep::Picture,
            });
        }
        Ok(kept)
    }
}
