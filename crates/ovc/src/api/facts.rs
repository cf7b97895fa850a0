//! What a device is and can do.

use super::Api;
use super::auth::{Allowed, OnDevice, View};
use super::commands::by;
use super::error::{ApiError, ErrorBody};
use super::extract::Params;
use crate::account::{Permission, policy};
use crate::device::{Can, FactError};
use axum::Json;
use axum::extract::State;
use dap::CapabilityDocument;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

impl From<FactError> for ApiError {
    fn from(error: FactError) -> Self {
        match error {
            FactError::Call(error) => error.into(),
            FactError::Db(error) => error.into(),
        }
    }
}

/// Whether to ask the device anew.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RefreshParams {
    /// Ask the device again, if it is connected, though it is known what it said.
    #[param(nullable = false)]
    #[serde(default)]
    refresh: bool,
}

/// What is known of what a device can do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeviceCapabilities {
    /// It has said what it can do. Else try.
    known: bool,
    /// What it said.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    capabilities: Option<Capabilities>,
    /// Methods of the protocol that it said it does not know, on its present or last connection.
    unsupported: Vec<String>,
    /// When it said that.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    fetched_at: Option<String>,
}

/// What a device says it can do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Capabilities {
    /// It can pan, tilt or zoom.
    ptz: bool,
    /// It runs on a battery.
    battery: bool,
    /// How it sends media: `rtmp`, `srt`; others may come.
    media_protocol: String,
    /// It can play music.
    audio_out: bool,
    /// A person can speak through it.
    voice_out: bool,
    /// It can record to the cloud.
    cloud_record: bool,
    /// It can follow what moves.
    trace: bool,
    /// It uploads pictures and recorded segments over HTTPS.
    https: bool,
    /// It uploads pictures over HTTPS.
    pic_upload_https: bool,
    /// It uploads logs over HTTPS.
    log_upload_https: bool,
    /// It fetches firmware over HTTPS.
    firmware_download_https: bool,
    /// It can encrypt the video.
    video_encrypt: bool,
    /// Its channels can be switched off.
    switch: bool,
    /// It has an indicator light that can be switched.
    led: bool,
    /// It can restart itself regularly.
    auto_reboot: bool,
    alarms: AlarmCapabilities,
    /// Extensions of this project that it knows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    x: Vec<String>,
    /// What else it said, as it came.
    #[schema(value_type = Object, nullable = false)]
    #[serde(skip_serializing_if = "Map::is_empty")]
    other: Map<String, Value>,
}

/// Which alarms a device says it can raise.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlarmCapabilities {
    /// An external input.
    io: bool,
    /// A face.
    face: bool,
    /// Crying.
    cry: bool,
    /// Sound.
    voice: bool,
    /// Motion.
    motion: bool,
    /// A human body.
    body: bool,
    /// A crossed line.
    cross: bool,
}

impl From<CapabilityDocument> for Capabilities {
    fn from(said: CapabilityDocument) -> Self {
        let is = |said: Option<bool>| said.unwrap_or(false);
        let alarms = said.alarms.unwrap_or_default();
        let media_protocol = said.media_protocol.as_ref();
        Self {
            ptz: is(said.ptz),
            battery: is(said.battery),
            media_protocol: media_protocol.map_or("rtmp", |protocol| protocol.as_str()).to_owned(),
            audio_out: is(said.audio_out),
            voice_out: is(said.voice_out),
            cloud_record: is(said.cloud_record),
            trace: is(said.trace),
            https: is(said.https),
            pic_upload_https: is(said.pic_upload_https),
            log_upload_https: is(said.log_upload_https),
            firmware_download_https: is(said.firmware_download_https),
            video_encrypt: is(said.video_encrypt),
            switch: is(said.switch),
            led: is(said.led),
            auto_reboot: is(said.auto_reboot),
            alarms: AlarmCapabilities {
                io: is(alarms.io),
                face: is(alarms.face),
                cry: is(alarms.cry),
                voice: is(alarms.voice),
                motion: is(alarms.motion),
                body: is(alarms.body),
                cross: is(alarms.cross),
            },
            x: said.extensions.unwrap_or_default(),
            other: said.extra.0,
        }
    }
}

impl From<Can> for DeviceCapabilities {
    fn from(can: Can) -> Self {
        let capabilities = can.parsed().map(Capabilities::from);
        Self {
            known: capabilities.is_some(),
            capabilities,
            unsupported: can.unsupported,
            fetched_at: can.document.map(|(_, at)| at.to_rfc3339()),
        }
    }
}

/// What a device can do: what it says it can, and what it turned out not to know. It is asked once a connection; of one that
/// is away it is what it said last.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/capabilities",
    operation_id = "get_capabilities",
    tag = "devices",
    params(("login_code" = String, Path), RefreshParams),
    responses(
        (status = 200, description = "As far as it is known", body = DeviceCapabilities),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = 504, description = "`device_timeout`, with `refresh`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_capabilities(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<View>>,
    Params(params): Params<RefreshParams>,
) -> Result<Json<DeviceCapabilities>, ApiError> {
    let code = &on.place.code;
    let can = if params.refresh {
        api.facts.capabilities_anew(code, &by(&on.caller)).await?
    } else {
        api.facts.capabilities(code).await?
    };
    // A device may take its time, and go to somebody else meanwhile.
    on.decide_again(&api)?;
    Ok(Json(can.into()))
}

/// What a device says it is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeviceInfo {
    /// As it came: `dev_id`, `hardware_model`, `firmware_model`, `last_upgrade_datetime`, and where it says so `wifi_ssid`,
    /// `wifi_signal`, `up_bandwidth`, `down_bandwidth`, `ip_addr`, `mac_addr`, `battery` and more.
    #[schema(value_type = Object, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<Box<RawValue>>,
    /// When it said that.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    fetched_at: Option<String>,
}

/// Facts about a device and its network. A connected device is asked, unless it said so within the last 10 s; of one that is
/// away it is what it said last. Who may see single channels only does not get it.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/info",
    operation_id = "get_device_info",
    tag = "devices",
    params(("login_code" = String, Path), RefreshParams),
    responses(
        (status = 200, description = "As far as it is known", body = DeviceInfo),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = 422, description = "`not_supported`, `device_refused`", body = ErrorBody),
        (status = 504, description = "`device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_device_info(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<View>>,
    Params(params): Params<RefreshParams>,
) -> Result<Json<DeviceInfo>, ApiError> {
    if policy::channels(&on.caller, Permission::View, &on.place).is_some() {
        return Err(ApiError::forbidden());
    }
    let said = api.facts.info(&on.place.code, &by(&on.caller), params.refresh).await?;
    on.decide_again(&api)?;
    let (info, at) = said.unzip();
    Ok(Json(DeviceInfo {
        info,
        fetched_at: at.map(|at| at.to_rfc3339()),
    }))
}
