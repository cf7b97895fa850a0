//! Live streams: started, replaced, stopped.

use super::channel::Power;
use super::{Channel, Inner, START_LIMIT};
use crate::device::{Answer, done};
use crate::feed::SourceState;
use crate::publisher::{Publisher, Status};
use crate::record::Recorder;
use crate::rtmp::Target;
use dap::methods::{ChannelReport, ChannelState, LivePublish, LivePublishParams, LiveStop, LiveStopParams};
use dap::{ErrorCode, RpcError};
use std::sync::Arc;

impl Inner {
    pub(super) async fn live_publish(&self, params: LivePublishParams) -> Answer<LivePublish> {
        let channel = self.channel(params.channel)?;
        let bad = |what: String| RpcError::new(ErrorCode::BAD_PARAMETER, what);
        let target = Target::parse(&params.url).map_err(|error| bad(format!("url: {error}")))?;
        if params.stream_id.is_empty() {
            return Err(bad("stream_id: empty".to_owned()));
        }
        let _one_at_a_time = channel.changing.lock().await;
        channel.online(START_LIMIT).await?;
        if let Some(needed) = channel
            .feed
            .bitrate_bps()
            .filter(|&needed| (1..needed).contains(&params.max_bitrate))
        {
            let text = format!("the stream needs {needed} bit/s, {} are allowed", params.max_bitrate);
            return Err(RpcError::new(ErrorCode::BITRATE_TOO_HIGH, text));
        }
        if let Some(present) = channel.publisher() {
            if *present.stream_id() == params.stream_id {
                present.retarget(target);
                return done();
            }
            channel.take_publisher();
            present.stop().await;
        }
        let feed = channel.feed.clone();
        let publisher = Arc::new(Publisher::start(
            params.stream_id,
            target,
            feed,
            self.surroundings.clone(),
        ));
        channel.set_publisher(Arc::clone(&publisher));
        // Whoever switches the channel off ends the publisher that is there: this one may have come a moment later.
        let outcome = match channel.online(START_LIMIT).await {
            Ok(()) => publisher
                .accepted()
                .await
                .map_err(|reason| RpcError::internal(format!("cannot publish: {reason}"))),
            Err(offline) => Err(offline),
        };
        if outcome.is_err() {
            channel.take_publisher();
            publisher.stop().await;
        }
        outcome.and_then(|()| done())
    }

    pub(super) async fn live_stop(&self, params: LiveStopParams) -> Answer<LiveStop> {
        let channel = self.channel(params.channel)?;
        let _one_at_a_time = channel.changing.lock().await;
        if let Some(present) = channel
            .publisher()
            .filter(|present| *present.stream_id() == params.stream_id)
        {
            channel.take_publisher();
            present.stop().await;
            self.surroundings.changed.notify_one();
        }
        done()
    }

    pub(super) fn channel_report(&self, channel: &Channel) -> ChannelReport {
        let publisher = channel.publisher();
        let publishing = publisher
            .as_ref()
            .is_some_and(|publisher| publisher.status() == Status::Publishing);
        let state = match (channel.power(), channel.feed.state(), publishing) {
            (Power::Off, _, _) => ChannelState::DISABLED,
            (Power::On, SourceState::Online, true) => ChannelState::LIVE,
            (Power::On, SourceState::Online, false) => ChannelState::ONLINE,
            (Power::On, SourceState::Starting | SourceState::Offline(_), _) | (Power::Restarting, _, _) => {
                ChannelState::OFFLINE
            }
        };
        // Shown for as long as the stream is being pushed or retried, so that the cloud neither forgets nor doubles it.
        let stream_id = publisher.map(|publisher| publisher.stream_id().clone());
        ChannelReport {
            stream_id,
            record_session: channel.recorder.as_ref().and_then(Recorder::session),
            alarm: self.alarms.flags(channel.number),
            ..ChannelReport::new(channel.number, state)
        }
    }
}
