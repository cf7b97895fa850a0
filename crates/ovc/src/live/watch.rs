//! Guards of interest in a stream: who waits for it to start, and who watches. Dropping one is leaving.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::Instant;

use super::eviction::Seat;
use super::hub::Hub;
use super::registry::{Progress, Registry};
use super::service::{OpenError, PlayRefused, Shared};
use super::supervise;
use crate::account::random_text;
use crate::account::tokens::Holder;
use crate::ids::{ChannelId, LoginCode, StreamId};

/// Waits for a stream to have video.
pub(super) struct Opening {
    shared: Arc<Shared>,
    stream_id: StreamId,
    progress: watch::Receiver<Progress>,
}

impl Opening {
    /// Joins the channel's stream, or makes it wanted and starts its task.
    pub(super) fn begin(shared: &Arc<Shared>, device: &LoginCode, channel: ChannelId) -> Result<Self, OpenError> {
        let mut registry = shared.registry.lock();
        if registry.is_closing() {
            return Err(OpenError::ShuttingDown);
        }
        let stream_id = match registry.of_channel(device, channel) {
            Some(id) => id.clone(),
            None => {
                let id = StreamId(random_text::<12>());
                let config = &shared.options.config;
                let hub = Arc::new(Hub::new(id.clone(), config.buffer.as_u64()));
                let standing = shared.gate.standing(device);
                registry.insert(id.clone(), device, channel, standing, hub, config.linger);
                supervise::start(shared, id.clone());
                id
            }
        };
        let Some(entry) = registry.get_mut(stream_id.as_str()) else {
            return Err(OpenError::ShuttingDown);
        };
        entry.life.opener_came();
        if matches!(*entry.progress.borrow(), Progress::Failed(_)) {
            entry.progress.send_replace(Progress::Asking);
        }
        entry.changed.notify_one();
        let progress = entry.progress.subscribe();
        drop(registry);
        Ok(Self {
            shared: shared.clone(),
            stream_id,
            progress,
        })
    }

    pub(super) fn stream_id(&self) -> &StreamId {
        &self.stream_id
    }

    pub(super) fn progress(&self) -> Progress {
        self.progress.borrow().clone()
    }

    /// The next change; the first call answers changes since [`Self::begin`]. Safe to cancel.
    pub(super) async fn changed(&mut self) {
        if self.progress.changed().await.is_err() {
            // The stream is gone, and said so before: `Ended` has been seen.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        left(&mut self.shared.registry.lock(), &self.stream_id);
    }
}

/// One viewer of a stream.
pub(super) struct Watching {
    shared: Arc<Shared>,
    hub: Arc<Hub>,
    seat: Arc<Seat>,
    number: usize,
}

impl Watching {
    /// Takes a seat, and only then asks whether he may: whoever takes the right back meanwhile finds him there.
    pub(super) fn begin(shared: &Arc<Shared>, stream_id: &str, holder: Holder) -> Result<Self, PlayRefused> {
        let (watching, device, channel) = Self::sit_down(shared, stream_id, holder)?;
        if shared.gate.may_watch(&holder, &device, channel) {
            Ok(watching)
        } else {
            Err(PlayRefused::NotAllowed)
        }
    }

    fn sit_down(
        shared: &Arc<Shared>,
        stream_id: &str,
        holder: Holder,
    ) -> Result<(Self, LoginCode, ChannelId), PlayRefused> {
        let mut registry = shared.registry.lock();
        if registry.viewers >= shared.options.config.max_viewers {
            return Err(PlayRefused::Full);
        }
        let entry = registry.get_mut(stream_id).ok_or(PlayRefused::Ended)?;
        entry.life.watcher_came();
        let seat = Arc::new(Seat::new(holder));
        let number = entry.sit_down(seat.clone());
        entry.changed.notify_one();
        let (hub, device, channel) = (entry.hub.clone(), entry.device.clone(), entry.channel);
        registry.viewers += 1;
        metrics::gauge!("ovc_live_viewers").set(registry.viewers as f64);
        drop(registry);
        let watching = Self {
            shared: shared.clone(),
            hub,
            seat,
            number,
        };
        Ok((watching, device, channel))
    }

    /// Where he learns that he has to leave.
    pub(super) fn seat(&self) -> &Arc<Seat> {
        &self.seat
    }

    pub(super) fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }
}

impl fmt::Debug for Watching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watching")
            .field("stream_id", self.hub.stream_id())
            .finish_non_exhaustive()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let mut registry = self.shared.registry.lock();
        registry.viewers = registry.viewers.saturating_sub(1);
        metrics::gauge!("ovc_live_viewers").set(registry.viewers as f64);
        if let Some(entry) = registry.get_mut(self.hub.stream_id().as_str()) {
            entry.get_up(self.number);
        }
        left(&mut registry, self.hub.stream_id());
    }
}

fn left(registry: &mut Registry, stream_id: &StreamId) {
    if let Some(entry) = registry.get_mut(stream_id.as_str()) {
        entry.life.watcher_left(Instant::now());
        entry.changed.notify_one();
    }
}
