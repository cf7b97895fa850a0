//! One channel: a source, while somebody watches a publisher, and a recorder.

use super::ChannelSetup;
use crate::clock::Clock;
use crate::feed::{Feed, SourceState};
use crate::http::Client;
use crate::onvif::OnvifCamera;
use crate::publisher::{Publisher, Status};
use crate::record::{self, Recorder};
use crate::source::test_pattern::Controls;
use crate::source::{Started, Surroundings};
use crate::state::StateDir;
use crate::steering::Steering;
use crate::tls::Roots;
use dap::{ChannelId, ErrorCode, RpcError};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Whether a channel is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Power {
    /// It is.
    On,
    /// It is not.
    Off,
    /// It is being started anew.
    Restarting,
}

/// How a channel is switched: by the configuration and its schedule, and by a restart over it.
#[derive(Debug, Clone, Copy)]
struct Switch {
    wanted: Power,
    restarting: bool,
}

impl Switch {
    fn power(self) -> Power {
        match (self.wanted, self.restarting) {
            (Power::On, true) => Power::Restarting,
            (wanted, _) => wanted,
        }
    }
}

/// What channels are started with.
pub(super) struct Place<'a> {
    pub(super) clock: &'a Clock,
    pub(super) changed: Arc<Notify>,
    pub(super) tls: &'a Roots,
    pub(super) state: &'a StateDir,
    /// How it is recorded to the cloud, if it is.
    pub(super) record: Option<record::Setup>,
}

/// A channel of an [`super::Agent`].
pub struct Channel {
    /// Its number.
    pub number: ChannelId,
    /// What people call it.
    pub name: String,
    pub(super) feed: Feed,
    pub(super) pattern: Option<Controls>,
    pub(super) steering: Option<Arc<dyn Steering>>,
    /// It was told to move, and not to stop.
    pub(super) moving: AtomicBool,
    /// Held while a stream is started or stopped: a request that outlived its connection must not meet the next one's.
    pub(super) changing: tokio::sync::Mutex<()>,
    publisher: Mutex<Option<Arc<Publisher>>>,
    pub(super) recorder: Option<Recorder>,
    switch: Mutex<Switch>,
    source: JoinHandle<()>,
    log: JoinHandle<()>,
}

impl Channel {
    pub(super) fn start(setup: &ChannelSetup, place: &Place<'_>) -> Self {
        tracing::info!(channel = %setup.number, name = %setup.name, source = %setup.source, "channel");
        let Started {
            feed,
            task,
            pattern,
            steering,
        } = setup.source.clone().start(Surroundings {
            name: setup.name.clone(),
            clock: place.clock.clone(),
            changed: Arc::clone(&place.changed),
            positions: Some(place.state.path().join(format!("positions-{}.json", setup.number))),
        });
        let camera = setup.onvif.clone().map(|onvif| {
            let positions = place
                .state
                .path()
                .join(format!("onvif-positions-{}.json", setup.number));
            OnvifCamera::start(onvif, place.tls.clone(), Some(positions))
        });
        let steering = camera.map_or(steering, |camera| Some(Arc::new(camera) as Arc<dyn Steering>));
        let recorder = place.record.map(|setup| {
            let surroundings = record::Surroundings {
                http: Client::new(place.tls.clone()),
                clock: place.clock.clone(),
                changed: Arc::clone(&place.changed),
            };
            Recorder::new(feed.clone(), setup, surroundings)
        });
        let log = tokio::spawn(log_state(setup.number, feed.clone()));
        Self {
            number: setup.number,
            name: setup.name.clone(),
            feed,
            pattern,
            steering,
            moving: AtomicBool::new(false),
            changing: tokio::sync::Mutex::default(),
            publisher: Mutex::default(),
            recorder,
            switch: Mutex::new(Switch {
                wanted: Power::On,
                restarting: false,
            }),
            source: task,
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

    pub(super) fn power(&self) -> Power {
        self.switch.lock().power()
    }

    /// Switches as the configuration wants it. `false` when it was so already.
    pub(super) fn set_power(&self, wanted: Power) -> bool {
        let mut switch = self.switch.lock();
        let new = std::mem::replace(&mut switch.wanted, wanted) != wanted;
        self.follow(*switch);
        new
    }

    /// Off for a restart, or on again after it.
    pub(super) fn set_restarting(&self, restarting: bool) {
        let mut switch = self.switch.lock();
        switch.restarting = restarting;
        self.follow(*switch);
    }

    fn follow(&self, switch: Switch) {
        let on = switch.power() == Power::On;
        self.feed.set_enabled(on);
        if on {
            return;
        }
        if let Some(publisher) = self.take_publisher() {
            // It says goodbye to the media server by itself.
            tokio::spawn(async move { publisher.stop().await });
        }
    }

    /// Whether the channel works; a source that is still starting is given `limit` to show.
    ///
    /// # Errors
    /// 103 with the reason.
    pub(super) async fn online(&self, limit: Duration) -> Result<(), RpcError> {
        let offline = |reason: String| RpcError::new(ErrorCode::CHANNEL_OFFLINE, reason);
        match self.power() {
            Power::On => {}
            Power::Off => return Err(offline("the channel is switched off".to_owned())),
            Power::Restarting => return Err(offline("the channel is being started anew".to_owned())),
        }
        let mut state = self.feed.watch_state();
        let _ = tokio::time::timeout(limit, state.wait_for(|state| *state != SourceState::Starting)).await;
        match self.feed.state() {
            SourceState::Online => Ok(()),
            SourceState::Offline(reason) => Err(offline(reason)),
            SourceState::Starting => Err(offline("the source has not started yet".to_owned())),
        }
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
