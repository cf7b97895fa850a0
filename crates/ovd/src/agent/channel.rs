//! One channel: a source and, while somebody watches, a publisher.

use super::ChannelSetup;
use crate::feed::{Feed, SourceState};
use crate::publisher::{Publisher, Status};
use dap::{ChannelId, ErrorCode, RpcError};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// A channel of an [`super::Agent`].
pub struct Channel {
    /// Its number.
    pub number: ChannelId,
    /// What people call it.
    pub name: String,
    pub(super) feed: Feed,
    /// Held while a stream is started or stopped: a request that outlived its connection must not meet the next one's.
    pub(super) changing: tokio::sync::Mutex<()>,
    publisher: Mutex<Option<Arc<Publisher>>>,
    source: JoinHandle<()>,
    log: JoinHandle<()>,
}

impl Channel {
    pub(super) fn start(setup: ChannelSetup, changed: Arc<Notify>) -> Self {
        tracing::info!(channel = %setup.number, name = %setup.name, source = %setup.source, "channel");
        let (feed, source) = setup.source.start(setup.name.clone(), changed);
        let log = tokio::spawn(log_state(setup.number, feed.clone()));
        Self {
            number: setup.number,
            name: setup.name,
            feed,
            changing: tokio::sync::Mutex::default(),
            publisher: Mutex::default(),
            source,
            log,
        }
    }

    /// The stream being pushed, if any.
    pub(super) fn publisher(&self) -> Option<Arc<Publisher>> {
        let mut publisher = self.publisher.lock();
        if publisher
            .as_ref()
            .is_some_and(|publisher| publisher.status() == Status::Ended)
        {
            *publisher = None;
        }
        publisher.clone()
    }

    pub(super) fn set_publisher(&self, publisher: Arc<Publisher>) {
        *self.publisher.lock() = Some(publisher);
    }

    pub(super) fn take_publisher(&self) -> Option<Arc<Publisher>> {
        self.publisher.lock().take()
    }

    /// Whether the source works; one that is still starting is given `limit` to show.
    ///
    /// # Errors
    /// 103 with the reason.
    pub(super) async fn online(&self, limit: Duration) -> Result<(), RpcError> {
        let mut state = self.feed.watch_state();
        let _ = tokio::time::timeout(limit, state.wait_for(|state| *state != SourceState::Starting)).await;
        let reason = match self.feed.state() {
            SourceState::Online => return Ok(()),
            SourceState::Offline(reason) => reason,
            SourceState::Starting => "the source has not started yet".to_owned(),
        };
        Err(RpcError::new(ErrorCode::CHANNEL_OFFLINE, reason))
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.source.abort();
        self.log.abort();
    }
}

/// Logs when the source goes and comes.
async fn log_state(channel: ChannelId, feed: Feed) {
    let mut state = feed.watch_state();
    let mut known_offline = false;
    while state.changed().await.is_ok() {
        match &*state.borrow_and_update() {
            SourceState::Online => tracing::info!(%channel, "source online"),
            SourceState::Offline(reason) if known_offline => tracing::debug!(%channel, %reason, "source still offline"),
            SourceState::Offline(reason) => tracing::warn!(%channel, %reason, "source offline, it is retried"),
            SourceState::Starting => {}
        }
        known_offline = matches!(*state.borrow(), SourceState::Offline(_));
    }
}
