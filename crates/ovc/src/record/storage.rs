//! How it stands with the room for recordings, for whoever has to know.

use parking_lot::Mutex;
use serde::Serialize;
use std::sync::Arc;
use std::time::{Duration, Instant};
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
    /// As good as none, and nothing more that may go: what comes is not kept.
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
    asked: Notify,
    /// When something last did not fit.
    short_at: Mutex<Option<Instant>>,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            state: watch::Sender::new(StorageState::Ok),
            asked: Notify::new(),
            short_at: Mutex::default(),
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
        *self.shared.short_at.lock() = Some(Instant::now());
        self.shared.asked.notify_one();
    }

    /// Whether something did not fit within this time.
    pub(super) fn was_short(&self, within: Duration) -> bool {
        self.shared.short_at.lock().is_some_and(|at| at.elapsed() < within)
    }

    /// Sets it. Whether it is another than before.
    pub(super) fn set(&self, state: StorageState) -> bool {
        let set = |now: &mut StorageState| std::mem::replace(now, state) != state;
        self.shared.state.send_if_modified(set)
    }

    /// Somebody has no room.
    pub(super) async fn asked(&self) {
        self.shared.asked.notified().await;
    }
}
