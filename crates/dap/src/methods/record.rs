use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::{ChannelId, Extra, RecordSessionId};

/// Parameters of StartCloudRecord.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StartCloudRecordParams {
    /// What the cloud calls the recording.
    pub session_id: RecordSessionId,
    /// Which channel.
    pub channel: ChannelId,
    /// The most bits a second that are allowed; 0 or absent is no limit. Above it the device answers error 11.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bitrate: Option<u64>,
    /// How long a segment is, in seconds.
    pub seg_duration: u32,
    /// How large a segment may be, in bytes.
    pub seg_max_size: u64,
    /// How many segments the device may hold in memory.
    pub seg_max_count: u32,
    /// Where an alarm is the cause: the recording begins so many seconds before the command. 0 or absent: with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prerecord_seconds: Option<u32>,
    /// The first segment's time in seconds since 1970; 0 or less: the device's own clock.
    pub start_ts: f64,
    /// Where the device asks for an upload URL for each segment.
    pub cbk_url: CallbackUrl,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A URL of at most 256 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Cow<str>", into = "String")]
pub struct CallbackUrl(String);

impl CallbackUrl {
    /// Longest URL, in bytes.
    pub const MAX_LEN: usize = 256;

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<Cow<'_, str>> for CallbackUrl {
    type Error = &'static str;

    fn try_from(url: Cow<'_, str>) -> Result<Self, Self::Error> {
        if url.len() <= Self::MAX_LEN {
            Ok(Self(url.into_owned()))
        } else {
            Err("longer than 256 bytes")
        }
    }
}

impl From<CallbackUrl> for String {
    fn from(url: CallbackUrl) -> String {
        url.0
    }
}

impl JsonSchema for CallbackUrl {
    fn schema_name() -> Cow<'static, str> {
        "CallbackUrl".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": Self::MAX_LEN })
    }
}

/// Parameters of StopCloudRecord.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StopCloudRecordParams {
    /// Which recording.
    pub session_id: RecordSessionId,
    /// Which channel.
    pub channel: ChannelId,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}
