//! What keeps a device going: its disk, restarts, and the way back to how it left the factory. What cannot be taken back is
//! confirmed by the device's name.

use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, Configure, Control, OnChannel, OnDevice, View};
use super::commands::{Accepted, by};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use crate::device::By;
use crate::ids::{ChannelId, LoginCode};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dap::methods::{
    Empty, FormatDisk, GetDiskInfo, KeepAwaken, KeepAwakenParams, RebootChannel, RebootDevice, Reschedule, ResetConfig,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Longest time that a device is kept awake by one request, in seconds.
const MAX_AWAKE_S: u32 = 3600;

type Sent = Result<(StatusCode, Json<Accepted>), ApiError>;

/// How the SD card of a device is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DiskInfo {
    /// As the device says it.
    state: i64,
    /// `ok`, `no_card`, `faulty`, `formatting` or `unknown`.
    #[schema(value_type = String)]
    state_name: &'static str,
}

/// How the SD card of a device is.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/disk",
    operation_id = "get_disk",
    tag = "maintenance",
    params(("login_code" = String, Path)),
    responses(
        (status = 200, description = "As the device says it", body = DiskInfo),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = 409, description = "`device_offline`, `device_disconnected`", body = ErrorBody),
        (status = 422, description = "`not_supported`, `device_refused`", body = ErrorBody),
        (status = 504, description = "`device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_disk(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<View>>,
) -> Result<Json<DiskInfo>, ApiError> {
    let disk = api
        .commands
        .call::<GetDiskInfo>(&by(&on.caller), &on.place.code, &Empty::default())
        .await?;
    on.decide_again(&api)?;
    Ok(Json(DiskInfo {
        state: disk.state.0,
        state_name: disk.state.name().unwrap_or("unknown"),
    }))
}

/// Says that it is meant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Confirmation {
    /// The device's name or its login code.
    confirm: String,
}

/// Whether it is this device that is meant.
async fn confirmed(api: &Api, code: &LoginCode, confirm: &str) -> Result<(), ApiError> {
    let device = api.devices.get(code).await?;
    let confirm = confirm.trim();
    if confirm == code.as_str() || (!device.name.is_empty() && confirm == device.name) {
        return Ok(());
    }
    let message = "confirm with the name of the device or its login code";
    Err(ApiError::new(StatusCode::BAD_REQUEST, "confirmation_needed", message).at("confirm"))
}

/// Format the SD card of a device: what is on it is gone. How far it is, the state of the disk tells, where the device can.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/disk/format",
    operation_id = "format_disk",
    tag = "maintenance",
    params(("login_code" = String, Path)),
    request_body = Confirmation,
    responses(
        (status = 202, description = "It formats", body = Accepted),
        (status = 400, description = "`confirmation_needed`", body = ErrorBody),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = 409, description = "`device_offline`, `device_disconnected`", body = ErrorBody),
        (status = 422, description = "`not_supported`, `device_refused`", body = ErrorBody),
        (status = 504, description = "`device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn format_disk(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    Body(wanted): Body<Confirmation>,
) -> Sent {
    confirmed(&api, &on.place.code, &wanted.confirm).await?;
    on.decide_again(&api)?;
    api.commands
        .call::<FormatDisk>(&by(&on.caller), &on.place.code, &Empty::default())
        .await?;
    Ok(Accepted::answer())
}

/// Set a device back to what it was when it left the factory, its Wi-Fi too, and restart it: it may not find its way back.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/factory-reset",
    operation_id = "factory_reset",
    tag = "maintenance",
    params(("login_code" = String, Path)),
    request_body = Confirmation,
    responses(
        (status = 202, description = "It is reset, and restarts", body = Accepted),
        (status = 400, description = "`confirmation_needed`", body = ErrorBody),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = 409, description = "`device_offline`, `device_disconnected`", body = ErrorBody),
        (status = 422, description = "`not_supported`, `device_refused`", body = ErrorBody),
        (status = 504, description = "`device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn factory_reset(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    Body(wanted): Body<Confirmation>,
) -> Sent {
    confirmed(&api, &on.place.code, &wanted.confirm).await?;
    on.decide_again(&api)?;
    reset_to_factory(&api, &by(&on.caller), &on.place.code).await?;
    Ok(Accepted::answer())
}

/// Sets a device back to what it was when it left the factory, and restarts it, as the protocol has it.
pub(super) async fn reset_to_factory(api: &Api, by: &By, code: &LoginCode) -> Result<(), ApiError> {
    let nothing = Empty::default();
    api.commands.call::<ResetConfig>(by, code, &nothing).await?;
    // Reset it is; without this it only comes back later.
    if let Err(error) = api.commands.emit::<RebootDevice>(by, code, &nothing) {
        tracing::info!(device = %code, %error, "the device is reset and could not be told to reboot");
    }
    Ok(())
}

/// What to restart.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reboot {
    /// This channel only, if the device can do that; left out: the device.
    #[schema(nullable = false)]
    channel: Option<u32>,
    /// The device's name or its login code.
    confirm: String,
}

/// Restart a device, or one channel of it.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/reboot",
    operation_id = "reboot_device",
    tag = "maintenance",
    params(("login_code" = String, Path)),
    request_body = Reboot,
    responses(
        (status = 202, description = "On its way", body = Accepted),
        (status = 400, description = "`confirmation_needed`", body = ErrorBody),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = 409, description = "`device_offline`", body = ErrorBody),
        (status = 429, description = "`device_busy`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn reboot_device(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    slot: AuditSlot,
    Body(wanted): Body<Reboot>,
) -> Sent {
    confirmed(&api, &on.place.code, &wanted.confirm).await?;
    on.decide_again(&api)?;
    let (by, code) = (by(&on.caller), &on.place.code);
    match wanted.channel.map(ChannelId) {
        Some(channel) => {
            slot.fill(|note| note.detail = format!("channel {channel}"));
            api.commands.emit::<RebootChannel>(&by, code, &channel.into())?;
        }
        None => api.commands.emit::<RebootDevice>(&by, code, &Empty::default())?,
    }
    Ok(Accepted::answer())
}

/// Have a device fetch the address of its cloud anew, and connect there.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/reschedule",
    operation_id = "reschedule_device",
    tag = "maintenance",
    params(("login_code" = String, Path)),
    responses(
        (status = 202, description = "On its way", body = Accepted),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = 409, description = "`device_offline`", body = ErrorBody),
        (status = 429, description = "`device_busy`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn reschedule_device(State(api): State<Arc<Api>>, on: Allowed<OnDevice<Configure>>) -> Sent {
    api.commands
        .emit::<Reschedule>(&by(&on.caller), &on.place.code, &Empty::default())?;
    Ok(Accepted::answer())
}

/// How long to keep a device awake.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeepAwake {
    /// 1 to 3600.
    #[schema(minimum = 1, maximum = 3600)]
    seconds: u32,
}

/// Keep a device that saves power fully awake for a while.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/channels/{channel}/keep-awake",
    operation_id = "keep_awake",
    tag = "maintenance",
    params(("login_code" = String, Path), ("channel" = u32, Path)),
    request_body = KeepAwake,
    responses(
        (status = 200, description = "It stays awake", body = Accepted),
        (status = 404, description = "`no_such_device`, `no_such_channel`", body = ErrorBody),
        (status = 409, description = "`device_offline`, `device_disconnected`", body = ErrorBody),
        (status = 422, description = "`not_supported`, `device_refused`", body = ErrorBody),
        (status = 504, description = "`device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn keep_awake(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<Control>>,
    Body(wanted): Body<KeepAwake>,
) -> Result<Json<Accepted>, ApiError> {
    if !(1..=MAX_AWAKE_S).contains(&wanted.seconds) {
        return Err(ApiError::bad_request("seconds is 1 to 3600").at("seconds"));
    }
    let params = KeepAwakenParams {
        channel: on.channel,
        expired: wanted.seconds,
        extra: Default::default(),
    };
    api.commands
        .call::<KeepAwaken>(&by(&on.caller), &on.place.code, &params)
        .await?;
    Ok(Json(Accepted {}))
}
