//! Viewers who may no longer watch have to leave at once: their session ended, or what they were allowed was taken back.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use super::service::Shared;
use crate::account::tokens::Holder;

/// The close code that tells a viewer on a WebSocket that he may no longer watch.
pub const ACCESS_ENDED: u16 = 4401;
/// The reason beside it.
pub(super) const ACCESS_ENDED_REASON: &str = "access_ended";
/// Seats are looked over no more often than this, however often rights change.
const MIN_PAUSE: Duration = Duration::from_millis(100);
/// And this often even if nobody changes any: sessions and keys also end by themselves.
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// A viewer's seat.
#[derive(Debug)]
pub(super) struct Seat {
    holder: Holder,
    evicted: AtomicBool,
    told: Notify,
}

impl Seat {
    pub(super) fn new(holder: Holder) -> Self {
        Self {
            holder,
            evicted: AtomicBool::new(false),
            told: Notify::new(),
        }
    }

    /// Who sits there.
    pub(super) fn holder(&self) -> &Holder {
        &self.holder
    }

    /// Whether he has to leave.
    pub(super) fn is_evicted(&self) -> bool {
        self.evicted.load(Ordering::Acquire)
    }

    /// Returns once he has to leave. Safe to cancel.
    pub(super) async fn evicted(&self) {
        let told = self.told.notified();
        tokio::pin!(told);
        told.as_mut().enable();
        if !self.is_evicted() {
            told.await;
        }
    }

    fn evict(&self) {
        self.evicted.store(true, Ordering::Release);
        self.told.notify_waiters();
    }
}

/// Starts the task that looks over all seats when `rights_changed` tells, and now and then.
pub(super) fn start(shared: &Arc<Shared>) {
    let rights_changed = shared.rights_changed.clone();
    let shared = Arc::downgrade(shared);
    tokio::spawn(async move {
        loop {
            // Time is up, or somebody's rights changed: the same has to be done.
            let _ = tokio::time::timeout(MAX_PAUSE, rights_changed.notified()).await;
            if !look_over(&shared).await {
                return;
            }
            tokio::time::sleep(MIN_PAUSE).await;
        }
    });
}

/// Evicts whoever may no longer watch. `false` once there are no live streams any more.
async fn look_over(shared: &Weak<Shared>) -> bool {
    let streams = match shared.upgrade() {
        Some(shared) => shared.registry.lock().ids(),
        None => return false,
    };
    let mut evicted = 0_usize;
    for id in streams {
        let Some(shared) = shared.upgrade() else { return false };
        let (device, channel, seats) = match shared.registry.lock().get(id.as_str()) {
            Some(entry) => (entry.device.clone(), entry.channel, entry.seats()),
            None => continue,
        };
        // Many viewers of one stream are often the same person or program.
        let mut decided: HashMap<Holder, bool> = HashMap::new();
        for seat in seats {
            let allowed = *decided
                .entry(*seat.holder())
                .or_insert_with(|| shared.gate.may_watch(seat.holder(), &device, channel));
            if !allowed && !seat.is_evicted() {
                seat.evict();
                evicted += 1;
            }
        }
        tokio::task::yield_now().await;
    }
    if evicted > 0
        && let Some(shared) = shared.upgrade()
    {
        tracing::info!(viewers = evicted, "viewers may no longer watch");
        metrics::counter!("ovc_live_evicted_viewers_total").increment(evicted as u64);
        shared.fan_out.evict();
    }
    true
}
