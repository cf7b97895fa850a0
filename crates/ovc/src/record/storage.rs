//! How it stands with the room for recordings, for whoever has to know.

use parking_lot::Mutex;
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::{Notify, watch};
use utoipa::ToSchema;

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StorageState {
    /// Enough.
    #[default]
    Ok,
    /// Little: the oldest recordings go before their time, or soon will.
    Low,
    /// None: what comes cannot be kept.
    Full,
}

impl StorageState {
    /// The name on the wire of the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Low => "low",
            Self::Full => "full",
        }
    }
}

/// What is known of it. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Storage {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: watch::Sender<StorageState>,
    told: Mutex<StorageState>,
    asked: Notify,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            state: watch::Sender::new(StorageState::Ok),
            told: Mutex::new(StorageState::Ok),
            asked: Notify::new(),
        }
    }
}

impl Storage {
    /// How it stands.
    pub fn state(&self) -> StorageState {
        *self.shared.state.borrow()
    }

    /// Changes with it.
    pub fn changes(&self) -> watch::Receiver<StorageState> {
        self.shared.state.subscribe()
    }

    /// Something could not be kept for want of room. Room is made at once, if there is anything that may go.
    pub fn no_room(&self) {
        self.set(StorageState::Full);
        self.shared.asked.notify_one();
    }

    fn set(&self, state: StorageState) {
        self.shared
            .state
            .send_if_modified(|now| std::mem::replace(now, state) != state);
    }

    /// Sets it. Whether it is another than was told last.
    pub(super) fn tell(&self, state: StorageState) -> bool {
        self.set(state);
        std::mem::replace(&mut *self.shared.told.lock(), state) != state
    }

    /// Somebody has no room.
    pub(super) async fn asked(&self) {
        self.shared.asked.notified().await;
    }
}
