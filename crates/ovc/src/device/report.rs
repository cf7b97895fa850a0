use crate::ids::{ChannelId, RecordSessionId, StreamId};

/// What a device said of itself in its last Keepalive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// 1 online, 2 upgrading, 3 faulty; other numbers as they came.
    pub state: Option<i64>,
    /// Its channels, as listed.
    pub channels: Vec<ChannelReport>,
}

/// One channel of a [`Report`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelReport {
    /// Its number.
    pub channel: ChannelId,
    /// 0 offline, 1 online, 2 live, 3 faulty, 4 disabled; other numbers as they came.
    pub state: i64,
    /// The stream it publishes.
    pub stream_id: Option<StreamId>,
    /// The recording it makes.
    pub record_session: Option<RecordSessionId>,
    /// Alarms that stand, a bit each.
    pub alarm: Option<i64>,
}

impl Report {
    /// The channel of this number.
    pub fn channel(&self, channel: ChannelId) -> Option<&ChannelReport> {
        self.channels.iter().find(|c| c.channel == channel)
    }
}
