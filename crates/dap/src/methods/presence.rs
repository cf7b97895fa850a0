use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::AlarmFlags;
use crate::open::open_number;
use crate::{ChannelId, Extra, Percent, RecordSessionId, StreamId};

open_number! {
    /// How a device is.
    DeviceState {
        /// It works.
        ONLINE = 1 "online",
        /// It installs firmware.
        UPGRADING = 2 "upgrading",
        /// Something is wrong with it.
        FAULTY = 3 "faulty",
    }
}

open_number! {
    /// How a channel is.
    ChannelState {
        /// Its camera does not answer.
        OFFLINE = 0 "offline",
        /// It works.
        ONLINE = 1 "online",
        /// It works and pushes a live stream.
        LIVE = 2 "live",
        /// Something is wrong with it (later edition).
        FAULTY = 3 "faulty",
        /// It is switched off (later edition).
        DISABLED = 4 "disabled",
    }
}

/// Parameters of Keepalive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KeepaliveParams {
    /// How the device is: 1 online, 2 upgrading, 3 faulty.
    pub state: DeviceState,
    /// How each channel is.
    pub channels: Vec<ChannelReport>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How one channel is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelReport {
    /// Which channel.
    pub channel: ChannelId,
    /// How it is: 0 offline, 1 online, 2 live; later edition: 3 faulty, 4 disabled.
    pub state: ChannelState,
    /// The stream it pushes; empty or absent is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_id: Option<StreamId>,
    /// The session it records for; empty or absent is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record_session: Option<RecordSessionId>,
    /// Which alarms are raised, a bit for each alarm type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<AlarmFlags>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ChannelReport {
    /// A channel with nothing more to say than its state.
    #[must_use]
    pub fn new(channel: ChannelId, state: ChannelState) -> Self {
        Self {
            channel,
            state,
            stream_id: None,
            record_session: None,
            alarm: None,
            extra: Extra::default(),
        }
    }

    /// The stream it pushes, if any.
    #[must_use]
    pub fn live_stream(&self) -> Option<&StreamId> {
        self.stream_id.as_ref().filter(|id| !id.is_empty())
    }

    /// The session it records for, if any.
    #[must_use]
    pub fn recording(&self) -> Option<&RecordSessionId> {
        self.record_session.as_ref().filter(|id| !id.is_empty())
    }
}

/// Longest `hb_token`, in characters.
const MAX_HB_TOKEN: usize = 16;

fn short_token<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let token = Option::<String>::deserialize(deserializer)?;
    match &token {
        Some(text) if text.chars().count() > MAX_HB_TOKEN => {
            Err(serde::de::Error::custom("hb_token is longer than 16 characters"))
        }
        _ => Ok(token),
    }
}

/// Answer of GetServerInfo.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GetServerInfoAnswer {
    /// `IP:port` of the service that keeps sleeping devices reachable; empty or absent is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hibernation: Option<String>,
    /// Seconds from one Keepalive to the next; absent is 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hb_interval: Option<u32>,
    /// Names the device to that service, at most 16 characters (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default, deserialize_with = "short_token")]
    #[schemars(length(max = 16))]
    pub hb_token: Option<String>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Parameters of Bind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BindParams {
    /// What the user was given to be bound by.
    pub bind_id: String,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Parameters of KeepAwaken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KeepAwakenParams {
    /// Which channel.
    pub channel: ChannelId,
    /// How long to stay awake at least, in seconds.
    pub expired: u32,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Parameters of BatteryChange.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BatteryChangeParams {
    /// The battery's charge in percent.
    pub battery: Percent,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}
