use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ChannelId, Extra, StreamId};

/// Parameters of LivePublish.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LivePublishParams {
    /// Which channel.
    pub channel: ChannelId,
    /// Where to push the stream.
    pub url: String,
    /// What the cloud calls the stream.
    pub stream_id: StreamId,
    /// The most bits a second that are allowed; 0 is no limit. Above it the device answers error 11.
    pub max_bitrate: u64,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Parameters of LiveStop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveStopParams {
    /// Which stream.
    pub stream_id: StreamId,
    /// Which channel.
    pub channel: ChannelId,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Parameters of Snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotParams {
    /// Which channel.
    pub channel: ChannelId,
    /// Where to upload the picture, by HTTP PUT.
    pub url: String,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}
