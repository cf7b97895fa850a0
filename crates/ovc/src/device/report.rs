use crate::ids::{ChannelId, RecordSessionId, StreamId};
use dap::methods::KeepaliveParams;
use serde::{Deserialize, Serialize};

/// What a device said of itself in its last Keepalive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Report {
    /// 1 online, 2 upgrading, 3 faulty; other numbers as they came.
    pub state: i64,
    /// Its channels, as listed.
    pub channels: Vec<ChannelReport>,
}

/// One channel of a [`Report`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelReport {
    /// Its number.
    pub channel: ChannelId,
    /// 0 offline, 1 online, 2 live, 3 faulty, 4 disabled; other numbers as they came.
    pub state: i64,
    /// The stream it publishes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_id: Option<StreamId>,
    /// The recording it makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_session: Option<RecordSessionId>,
    /// Alarms that stand, a bit each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<u64>,
}

impl Report {
    /// Whether it publishes any stream.
    pub fn has_streams(&self) -> bool {
        self.channels.iter().any(|channel| channel.stream_id.is_some())
    }

    /// The channel of this number.
    pub fn channel(&self, channel: ChannelId) -> Option<&ChannelReport> {
        self.channels.iter().find(|c| c.channel == channel)
    }
}

impl From<KeepaliveParams> for Report {
    fn from(said: KeepaliveParams) -> Self {
        let channels = said.channels.into_iter().map(|channel| ChannelReport {
            channel: channel.channel,
            state: channel.state.0,
            stream_id: channel.stream_id.filter(|id| !id.is_empty()),
            record_session: channel.record_session.filter(|id| !id.is_empty()),
            alarm: channel.alarm.map(|flags| flags.0),
        });
        Self {
            state: said.state.0,
            channels: channels.collect(),
        }
    }
}
