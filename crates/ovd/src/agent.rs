//! A [`Device`] whose channels are configured sources.

mod channel;
mod documents;

pub use channel::Channel;

use crate::binding;
use crate::connection::{Cloud, CloudError};
use crate::device::{Answer, Device, Identity, done};
use crate::feed::SourceState;
use crate::publisher::{Publisher, Status, Surroundings};
use crate::rtmp::Target;
use crate::source::Source;
use crate::tls::Roots;
use dap::methods::{
    ChannelReport, ChannelState, DevInfo, DevInfoAnswer, DeviceState, Empty, GetCap, GetConfig, GetServerInfoAnswer,
    KeepaliveParams, LivePublish, LivePublishParams, LiveStop, LiveStopParams, QueryTime, QueryTimeAnswer, SetConfig,
};
use dap::{
    CapabilityDocument, ChannelId, ConfigDocument, ErrorCode, Extra, LocalDateTime, LoginCode, MediaProtocol, RpcError,
};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{Notify, watch};

/// A source that has just been started may take this long to show whether it works.
const START_LIMIT: Duration = Duration::from_secs(5);
/// How long [`Agent::bind`] waits for a connection: one that was just lost is soon back.
const CONNECTION_LIMIT: Duration = Duration::from_secs(15);

/// One channel to be.
#[derive(Debug, Clone)]
pub struct ChannelSetup {
    /// Its number.
    pub number: ChannelId,
    /// What people call it; shown in the test pattern and in logs.
    pub name: String,
    /// Its source.
    pub source: Source,
}

/// Speaks for cameras, files and test patterns. Dropped, it stops everything.
pub struct Agent {
    login_code: LoginCode,
    identity: Identity,
    channels: Vec<Channel>,
    surroundings: Surroundings,
    /// The connection that is or was last.
    cloud: watch::Sender<Option<Cloud>>,
}

impl Agent {
    /// Starts the sources of all channels. Must be called within a tokio runtime.
    pub fn start(login_code: LoginCode, identity: Identity, channels: Vec<ChannelSetup>, tls: Roots) -> Self {
        let changed = Arc::new(Notify::new());
        let channels = channels
            .into_iter()
            .map(|setup| Channel::start(setup, Arc::clone(&changed)))
            .collect();
        Self {
            login_code,
            identity,
            channels,
            surroundings: Surroundings { tls, changed },
            cloud: watch::Sender::default(),
        }
    }

    /// Asks the cloud to bind the device to whoever made this id; see [`binding::bind`]. Waits a while for the
    /// connection, if there is none at the moment.
    ///
    /// # Errors
    /// When no connection comes, or the cloud does not answer.
    pub async fn bind(&self, id: &str) -> Result<(), CloudError> {
        let mut clouds = self.cloud.subscribe();
        let bound = async {
            loop {
                let cloud = clouds.borrow_and_update().clone();
                if let Some(cloud) = cloud {
                    match binding::bind(&cloud, id).await {
                        Err(CloudError::Disconnected | CloudError::Call(dap::CallError::Disconnected)) => {}
                        outcome => return outcome,
                    }
                }
                clouds.changed().await.map_err(|_| CloudError::Disconnected)?;
            }
        };
        tokio::time::timeout(CONNECTION_LIMIT, bound)
            .await
            .unwrap_or(Err(CloudError::Disconnected))
    }

    /// Ends all live streams and tells the media servers so.
    pub async fn stop(&self) {
        for channel in &self.channels {
            if let Some(publisher) = channel.take_publisher() {
                publisher.stop().await;
            }
        }
    }

    fn channel(&self, number: ChannelId) -> Result<&Channel, RpcError> {
        let channel = self.channels.iter().find(|channel| channel.number == number);
        channel.ok_or_else(|| RpcError::no_such_channel(number))
    }
}

fn channel_report(channel: &Channel) -> ChannelReport {
    let publisher = channel.publisher();
    let publishing = publisher
        .as_ref()
        .is_some_and(|publisher| publisher.status() == Status::Publishing);
    let state = match (channel.feed.state(), publishing) {
        (SourceState::Online, true) => ChannelState::LIVE,
        (SourceState::Online, false) => ChannelState::ONLINE,
        (SourceState::Starting | SourceState::Offline(_), _) => ChannelState::OFFLINE,
    };
    // Shown for as long as the stream is being pushed or retried, so that the cloud neither forgets nor doubles it.
    let stream_id = publisher.map(|publisher| publisher.stream_id().clone());
    ChannelReport {
        stream_id,
        ..ChannelReport::new(channel.number, state)
    }
}

impl Device for Agent {
    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    fn report(&self) -> KeepaliveParams {
        let channels = self.channels.iter().map(channel_report).collect();
        KeepaliveParams {
            state: DeviceState::ONLINE,
            channels,
            extra: Extra::default(),
        }
    }

    async fn changed(&self) {
        self.surroundings.changed.notified().await;
    }

    fn connected(&self, cloud: Cloud, server: &GetServerInfoAnswer) {
        tracing::debug!(?server, "server info");
        self.cloud.send_replace(Some(cloud));
    }

    async fn live_publish(&self, params: LivePublishParams) -> Answer<LivePublish> {
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
        match publisher.accepted().await {
            Ok(()) => done(),
            Err(reason) => {
                channel.take_publisher();
                publisher.stop().await;
                Err(RpcError::internal(format!("cannot publish: {reason}")))
            }
        }
    }

    async fn live_stop(&self, params: LiveStopParams) -> Answer<LiveStop> {
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

    async fn get_config(&self, _params: Empty) -> Answer<GetConfig> {
        Ok(documents::config(&self.channels))
    }

    async fn set_config(&self, params: ConfigDocument) -> Answer<SetConfig> {
        for number in params.channels.iter().flat_map(|channels| channels.keys()) {
            self.channel(*number)?;
        }
        if params == ConfigDocument::default() {
            return done();
        }
        let text = "the agent's sources are configured where it runs, not from here";
        Err(RpcError::new(ErrorCode::CONFIG_NOT_SUPPORTED, text))
    }

    async fn get_cap(&self, _params: Empty) -> Answer<GetCap> {
        Ok(CapabilityDocument {
            media_protocol: Some(MediaProtocol::Rtmp),
            ..CapabilityDocument::default()
        })
    }

    async fn dev_info(&self, _params: Empty) -> Answer<DevInfo> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Ok(DevInfoAnswer {
            dev_id: self.login_code.as_str().to_owned(),
            hardware_model: text(&self.identity.hardware_model),
            firmware_model: text(&self.identity.firmware_model),
            last_upgrade_datetime: LocalDateTime::from_unix_s(0).to_string(),
            ..DevInfoAnswer::default()
        })
    }

    async fn query_time(&self, _params: Empty) -> Answer<QueryTime> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let datetime = LocalDateTime::from_unix_s(i64::try_from(now).unwrap_or(0));
        Ok(QueryTimeAnswer {
            datetime,
            tz: Some(0),
            extra: Extra::default(),
        })
    }
}
