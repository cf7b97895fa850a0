//! A device that can do nothing but push its streams.

use std::sync::Arc;

use dap::methods::{
    ChannelReport, ChannelState, DeviceState, KeepaliveParams, LivePublish, LivePublishParams, LiveStop, LiveStopParams,
};
use dap::{ChannelId, ErrorCode, Extra, RpcError};
use ovd::device::{Answer, Device, done};
use ovd::feed::Feed;
use ovd::publisher::{Publisher, Status, Surroundings};
use ovd::rtmp::Target;
use ovd::tls::Roots;
use tokio::sync::{Mutex, Notify};

use super::clockwork::{self, Shape};

/// Its channels all show the same.
pub(super) struct Camera {
    channels: Vec<Channel>,
    surroundings: Surroundings,
}

struct Channel {
    number: ChannelId,
    feed: Feed,
    publisher: Mutex<Option<Publisher>>,
}

impl Camera {
    pub(super) fn start(channels: Vec<ChannelId>, shape: Shape, tls: Roots) -> Self {
        let changed = Arc::new(Notify::new());
        let channels = channels
            .into_iter()
            .map(|number| Channel {
                number,
                feed: clockwork::start(shape, Arc::clone(&changed)),
                publisher: Mutex::default(),
            })
            .collect();
        Self {
            channels,
            surroundings: Surroundings { tls, changed },
        }
    }

    /// Ends its streams.
    pub(super) async fn stop(&self) {
        for channel in &self.channels {
            if let Some(publisher) = channel.publisher.lock().await.take() {
                publisher.stop().await;
            }
        }
    }

    fn channel(&self, number: ChannelId) -> Result<&Channel, RpcError> {
        let channel = self.channels.iter().find(|channel| channel.number == number);
        channel.ok_or_else(|| RpcError::no_such_channel(number))
    }
}

impl Channel {
    fn report(&self) -> ChannelReport {
        // Whoever starts or stops a stream says so afterwards, so that nothing stays unseen.
        let publisher = self.publisher.try_lock().ok();
        let publisher = publisher.as_deref().and_then(Option::as_ref);
        let publishing = publisher.filter(|publisher| publisher.status() != Status::Ended);
        let state = if publishing.is_some() {
            ChannelState::LIVE
        } else {
            ChannelState::ONLINE
        };
        ChannelReport {
            stream_id: publishing.map(|publisher| publisher.stream_id().clone()),
            ..ChannelReport::new(self.number, state)
        }
    }
}

impl Device for Camera {
    fn report(&self) -> KeepaliveParams {
        KeepaliveParams {
            state: DeviceState::ONLINE,
            channels: self.channels.iter().map(Channel::report).collect(),
            extra: Extra::default(),
        }
    }

    async fn changed(&self) {
        self.surroundings.changed.notified().await;
    }

    async fn live_publish(&self, params: LivePublishParams) -> Answer<LivePublish> {
        let channel = self.channel(params.channel)?;
        let target =
            Target::parse(&params.url).map_err(|error| RpcError::new(ErrorCode::BAD_PARAMETER, error.to_string()))?;
        let mut present = channel.publisher.lock().await;
        if let Some(before) = present.take() {
            before.stop().await;
        }
        let surroundings = self.surroundings.clone();
        let publisher = Publisher::start(params.stream_id, target, channel.feed.clone(), surroundings);
        publisher.accepted().await.map_err(RpcError::internal)?;
        *present = Some(publisher);
        drop(present);
        self.surroundings.changed.notify_one();
        done()
    }

    async fn live_stop(&self, params: LiveStopParams) -> Answer<LiveStop> {
        let channel = self.channel(params.channel)?;
        let mut present = channel.publisher.lock().await;
        if let Some(publisher) = present.take_if(|publisher| *publisher.stream_id() == params.stream_id) {
            publisher.stop().await;
            drop(present);
            self.surroundings.changed.notify_one();
        }
        done()
    }
}
