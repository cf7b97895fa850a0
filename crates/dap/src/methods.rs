//! The table of methods (spec section 4).
//!
//! [`METHODS`] names every method once. Each row makes a marker type that implements [`Method`], so that typed code
//! says `call::<LivePublish>(…)`, and a [`MethodInfo`] for code that only has a name.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::parse::{from_text, params_text};
use crate::{BadField, CapabilityDocument, ChannelId, ConfigDocument, Extra};

mod alarm;
mod audio;
mod live;
mod logs;
mod maintenance;
mod presence;
mod ptz;
mod record;
mod table;

pub use alarm::{AlarmFlags, AlarmNotifyAnswer, AlarmNotifyParams, AlarmState, AlarmType};
pub use audio::{AudioOp, AudioOutCtrlParams, AudioOutPlayParams, AudioOutQueryAnswer, AudioStatus};
pub use live::{LivePublishParams, LiveStopParams, SnapshotParams};
pub use logs::{LogDoneParams, LogStatus, LogUploadAsyncParams, LogUploadParams};
pub use maintenance::{
    DevInfoAnswer, DiskState, GetDiskInfoAnswer, QueryTimeAnswer, QueryUpgradeAnswer, SyncTimeParams,
    UpgradeFirmwareParams, UpgradeStatus,
};
pub use presence::{
    BatteryChangeParams, BindParams, ChannelReport, ChannelState, DeviceState, GetServerInfoAnswer, KeepAwakenParams,
    KeepaliveParams,
};
pub use ptz::{CtrlPTZParams, PtzOp, PtzPreset};
pub use record::{CallbackUrl, StartCloudRecordParams, StopCloudRecordParams};
pub use table::*;

/// Whether a method is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A request with an answer.
    Rpc,
    /// A notice without an answer.
    Event,
}

/// Who sends a request or an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// OVD → OVC.
    DeviceToCloud,
    /// OVC → OVD.
    CloudToDevice,
}

/// Which public edition of the protocol brought a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edition {
    /// The first one; every device may be expected to know the method by name.
    Seed,
    /// The later one; a device of the first answers 101.
    Later,
}

/// One method of the protocol.
pub trait Method {
    /// The name on the wire.
    const NAME: &'static str;
    /// Request or event.
    const KIND: Kind;
    /// Who sends it.
    const DIRECTION: Direction;
    /// Its parameters; [`Empty`] if it has none.
    type Params: Serialize + DeserializeOwned + JsonSchema + Send + 'static;
    /// Its answer; [`Empty`] if it says no more than "done", and for events, which have none.
    type Answer: Serialize + DeserializeOwned + JsonSchema + Send + 'static;
}

/// What is known of a method by its name.
#[derive(Debug)]
#[non_exhaustive]
pub struct MethodInfo {
    /// The name on the wire.
    pub name: &'static str,
    /// Other names that are understood.
    pub aliases: &'static [&'static str],
    /// Request or event.
    pub kind: Kind,
    /// Who sends it.
    pub direction: Direction,
    /// Which edition brought it.
    pub edition: Edition,
    /// What it does, in English.
    pub doc: &'static str,
    /// JSON of parameters as an example; `{}` where there are none.
    pub example_params: &'static str,
    /// JSON of an answer as an example; `{}` for events too.
    pub example_answer: &'static str,
    /// JSON Schema of the parameters.
    pub params_schema: fn() -> Schema,
    /// JSON Schema of the answer.
    pub answer_schema: fn() -> Schema,
    params_check: fn(&str) -> Result<(), BadField>,
    answer_check: fn(&str) -> Result<(), BadField>,
    #[cfg(test)]
    rewrite: [Rewrite; 2],
}

/// Reads parameters or an answer and writes them again.
#[cfg(test)]
type Rewrite = fn(&str) -> Result<String, BadField>;

impl MethodInfo {
    /// Checks parameters. Absent ones and `null` count as `{}`.
    ///
    /// # Errors
    /// The first field that is missing, of the wrong type or out of range.
    pub fn check_params(&self, params: Option<&RawValue>) -> Result<(), BadField> {
        (self.params_check)(params_text(params))
    }

    /// Checks an answer.
    ///
    /// # Errors
    /// The first field that is missing, of the wrong type or out of range.
    pub fn check_answer(&self, answer: &RawValue) -> Result<(), BadField> {
        (self.answer_check)(answer.get())
    }
}

/// Finds a method by its name or an alias.
#[must_use]
pub fn method_info(name: &str) -> Option<&'static MethodInfo> {
    METHODS
        .iter()
        .find(|info| info.name == name || info.aliases.contains(&name))
}

/// The main name of a known method without allocating, or the name as given.
pub(crate) fn main_name(name: Cow<'_, str>) -> Cow<'static, str> {
    match method_info(&name) {
        Some(info) => Cow::Borrowed(info.name),
        None => Cow::Owned(name.into_owned()),
    }
}

/// No parameters, or an answer that says no more than "done". Keys that come all the same are kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Empty {
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Only a channel.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelParams {
    /// Which channel.
    pub channel: ChannelId,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

impl From<ChannelId> for ChannelParams {
    fn from(channel: ChannelId) -> Self {
        Self {
            channel,
            extra: Extra::default(),
        }
    }
}

#[cfg(test)]
mod tests;
