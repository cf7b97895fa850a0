//! The capability document (spec section 6).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Extra;
use crate::open::open_words;

/// What a device can do (GetCap; spec section 6). An absent key means that it cannot. Keys that the protocol does not
/// name are kept in `extra`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CapabilityDocument {
    /// It can pan, tilt or zoom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ptz: Option<bool>,
    /// It runs on a battery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub battery: Option<bool>,
    /// How it sends media; absent is RTMP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_protocol: Option<MediaProtocol>,
    /// It can play music.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_out: Option<bool>,
    /// A person can speak through it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice_out: Option<bool>,
    /// It can record to the cloud.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_record: Option<bool>,
    /// It can follow what moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<bool>,
    /// Which alarms it can raise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarms: Option<AlarmCapabilities>,
    /// It uploads pictures and recorded segments over HTTPS; else over HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub https: Option<bool>,
    /// It uploads pictures over HTTPS (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pic_upload_https: Option<bool>,
    /// It uploads logs over HTTPS (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_upload_https: Option<bool>,
    /// It fetches firmware over HTTPS (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware_download_https: Option<bool>,
    /// It can encrypt the video (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_encrypt: Option<bool>,
    /// Its channels can be switched off (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switch: Option<bool>,
    /// It has an indicator light that can be switched (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub led: Option<bool>,
    /// It can restart itself regularly (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_reboot: Option<bool>,
    /// Which extensions of this project it knows (spec section 8), such as `p2p`.
    #[serde(rename = "x", skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Vec<String>>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// How a device sends media.
    MediaProtocol {
        /// RTMP.
        Rtmp = "rtmp",
        /// SRT.
        Srt = "srt",
    }
}

/// Which alarms a device can raise. An absent key means that it cannot.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlarmCapabilities {
    /// An external input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub io: Option<bool>,
    /// A face.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face: Option<bool>,
    /// Crying.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cry: Option<bool>,
    /// Sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<bool>,
    /// Motion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub motion: Option<bool>,
    /// A human body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<bool>,
    /// A crossed line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cross: Option<bool>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}
