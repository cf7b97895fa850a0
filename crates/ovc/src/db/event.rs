use crate::clock::UnixMs;
use crate::ids::{ChannelId, LoginCode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// Something a device told that is kept.
#[derive(Debug, Clone)]
pub struct DeviceEvent {
    /// Its number; later events have greater ones.
    pub id: i64,
    /// Which device.
    pub device: LoginCode,
    /// What sort.
    pub kind: DeviceEventKind,
    /// Which channel, where it concerns one.
    pub channel: Option<ChannelId>,
    /// When the cloud got it.
    pub at: UnixMs,
    /// The parameters as the device sent them; of a bind id its hash only.
    pub data: Box<RawValue>,
}

/// The sorts of events kept of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceEventKind {
    /// AlarmNotify.
    Alarm,
    /// Bind.
    Bind,
    /// BatteryChange.
    Battery,
    /// LogDone.
    LogDone,
}

impl DeviceEventKind {
    /// The name on the wire of the API and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alarm => "alarm",
            Self::Bind => "bind",
            Self::Battery => "battery",
            Self::LogDone => "log_done",
        }
    }

    /// The reverse of [`Self::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Alarm, Self::Bind, Self::Battery, Self::LogDone]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}
