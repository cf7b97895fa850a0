//! Writes down when devices come and go.

use super::{Directory, Presence};
use crate::bus::{Event, Lagged, Subscription};
use crate::clock::UnixMs;
use crate::db::{Db, DbError, PresenceEntry, PresenceRow};
use crate::ids::LoginCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long an entry may wait for others to be written together with it.
const GATHER: Duration = Duration::from_millis(500);
/// Entries in one statement.
const BATCH_LEN: usize = 512;

/// When devices came and went. Written behind their back, many at a time: nobody waits for it. Clones are the same.
#[derive(Debug, Clone)]
pub struct Chronicle {
    db: Db,
    directory: Arc<Directory>,
}

impl Chronicle {
    /// Over these parts.
    pub fn new(db: Db, directory: Arc<Directory>) -> Self {
        Self { db, directory }
    }

    /// Writes what is told, until nobody can tell any more. What is told faster than it can be written for long is lost;
    /// devices never wait for it.
    pub async fn run(&self, mut events: Subscription) {
        let mut batch = Vec::new();
        while let Some(event) = events.next().await {
            self.take(event, &mut batch);
            let until = Instant::now() + GATHER;
            while !batch.is_empty() && batch.len() < BATCH_LEN {
                match tokio::time::timeout_at(until, events.next()).await {
                    Ok(Some(event)) => self.take(event, &mut batch),
                    Ok(None) | Err(_) => break,
                }
            }
            if batch.is_empty() {
                continue;
            }
            if let Err(error) = self.db.add_presences(&batch).await {
                tracing::error!(%error, entries = batch.len(), "cannot write down which devices came and went");
            }
            batch.clear();
        }
    }

    fn take(&self, event: Result<Event, Lagged>, batch: &mut Vec<PresenceEntry>) {
        let (device, presence, reason) = match event {
            Ok(Event::Presence {
                device,
                presence,
                reason,
            }) => (device, presence, reason),
            Ok(_) => return,
            Err(Lagged(missed)) => {
                return tracing::warn!(missed, "it is not written down which devices came and went");
            }
        };
        let Some(entry) = self.directory.get(device.as_str()) else {
            return;
        };
        let address = entry.home().filter(|_| presence == Presence::Online);
        batch.push(PresenceEntry {
            tenant: entry.belonging().tenant,
            at: UnixMs::now(),
            presence: presence.name().to_owned(),
            address: address.map(|address| address.to_string()),
            reason: reason.map(|reason| reason.name().to_owned()),
            device,
        });
    }

    /// When a device came and went, newest first: older than the entry `before`, `limit` at most.
    ///
    /// # Errors
    /// The database.
    pub async fn list(&self, device: &LoginCode, before: Option<i64>, limit: u32) -> Result<Vec<PresenceRow>, DbError> {
        self.db.presences(device, before, limit).await
    }

    /// Forgets what came before `before`.
    ///
    /// # Errors
    /// The database.
    pub async fn forget_before(&self, before: UnixMs) -> Result<(), DbError> {
        self.db.delete_presences_before(before).await.map(drop)
    }
}
