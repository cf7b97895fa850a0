use super::Api;
use super::auth::{Allowed, EditDevices, ViewDevices};
use super::error::{ApiError, ErrorBody};
use super::extract::{Body, DeviceInPath, Params};
use super::host::Origin;
use crate::device::{self, ChannelReport, DeviceQuery, Presence};
use crate::ids::LoginCode;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

const DEFAULT_PAGE_SIZE: u32 = 50;
const MAX_PAGE_SIZE: u32 = 500;
/// Longest search text, in bytes.
const MAX_QUERY_LEN: usize = 200;

/// A device.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Device {
    /// Its id.
    login_code: String,
    /// What people call it; may be empty.
    name: String,
    /// It may not log in.
    disabled: bool,
    presence: Presence,
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last heard; absent: never.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_at: Option<String>,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    hardware_model: Option<String>,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    firmware_model: Option<String>,
    /// Version of its SDK.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    sdk: Option<String>,
    /// The address it last logged in from.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// Percent.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    battery: Option<i64>,
    /// As it said last: 1 online, 2 upgrading, 3 faulty; others may come.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<i64>,
    channels: Vec<Channel>,
}

/// A channel of a device, as it said last; of an offline device all are offline.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Channel {
    channel: u32,
    /// 0 offline, 1 online, 2 live, 3 faulty, 4 disabled; others may come.
    state: i64,
    /// `offline`, `online`, `live`, `faulty`, `disabled` or `unknown`.
    #[schema(value_type = String)]
    state_name: &'static str,
    /// The stream it publishes.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_id: Option<String>,
    /// The recording it makes.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    record_session: Option<String>,
    /// Alarms that stand, a bit for each type.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    alarm: Option<u64>,
}

impl From<&ChannelReport> for Channel {
    fn from(said: &ChannelReport) -> Self {
        let state_name = match said.state {
            0 => "offline",
            1 => "online",
            2 => "live",
            3 => "faulty",
            4 => "disabled",
            _ => "unknown",
        };
        Self {
            channel: said.channel.0,
            state: said.state,
            state_name,
            stream_id: said.stream_id.as_ref().map(ToString::to_string),
            record_session: said.record_session.as_ref().map(ToString::to_string),
            alarm: said.alarm,
        }
    }
}

impl From<device::Device> for Device {
    fn from(device: device::Device) -> Self {
        let report = device.report;
        // What an offline device said of itself last is no news.
        let state = report
            .as_ref()
            .map(|report| report.state)
            .filter(|_| device.presence != Presence::Offline);
        Self {
            login_code: device.login_code.to_string(),
            name: device.name,
            disabled: device.disabled,
            presence: device.presence,
            created_at: device.created_at.to_rfc3339(),
            last_seen_at: device.last_seen_at.map(|at| at.to_rfc3339()),
            hardware_model: device.hardware_model,
            firmware_model: device.firmware_model,
            sdk: device.sdk,
            address: device.address,
            battery: device.battery,
            state,
            channels: report
                .iter()
                .flat_map(|report| &report.channels)
                .map(Channel::from)
                .collect(),
        }
    }
}

/// A device to add; what is left out is made up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDevice {
    /// 1 to 64 of `0-9 A-Z a-z _ -`; left out: 16 digits.
    #[schema(nullable = false)]
    login_code: Option<String>,
    /// 16 characters or more; left out: a strong one.
    #[schema(nullable = false)]
    login_passwd: Option<String>,
    #[schema(nullable = false)]
    name: Option<String>,
}

/// A device just added.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CreatedDevice {
    #[serde(flatten)]
    device: Device,
    /// Shown this once.
    login_passwd: String,
    /// Where the device connects.
    dap_url: String,
}

/// Add a device.
#[utoipa::path(
    post,
    path = "/api/v1/devices",
    operation_id = "create_device",
    tag = "devices",
    request_body = NewDevice,
    responses(
        (status = 201, description = "Added", body = CreatedDevice),
        (status = 400, description = "`bad_request`, `weak_password`, `bad_name`", body = ErrorBody),
        (status = 409, description = "`device_exists`", body = ErrorBody),
        (status = "default", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn create_device(
    State(api): State<Arc<Api>>,
    _: Allowed<EditDevices>,
    origin: Origin,
    Body(new): Body<NewDevice>,
) -> Result<(StatusCode, Json<CreatedDevice>), ApiError> {
    let code = new.login_code.as_deref().map(LoginCode::parse).transpose();
    let code = code.map_err(|error| ApiError::bad_request(format!("login_code: {error}")))?;
    let made = api
        .devices
        .create(code, new.login_passwd.as_deref(), new.name.as_deref())
        .await?;
    let created = CreatedDevice {
        device: api.devices.get(&made.login_code).await?.into(),
        login_passwd: made.passwd.reveal().to_owned(),
        dap_url: origin.ws("/ovc"),
    };
    Ok((StatusCode::CREATED, Json(created)))
}

/// Which devices.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Part of the login code, the name or the hardware model.
    #[param(nullable = false)]
    query: Option<String>,
    /// Only those with this presence.
    #[param(nullable = false)]
    presence: Option<Presence>,
    /// From 1, which is the default.
    #[param(nullable = false, minimum = 1)]
    page: Option<u32>,
    /// 1 to 500; default 50.
    #[param(nullable = false, minimum = 1, maximum = 500)]
    page_size: Option<u32>,
}

/// A page of devices.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DevicePage {
    items: Vec<Device>,
    /// On all pages.
    total: u64,
    page: u32,
    page_size: u32,
}

/// List devices in the order they were added.
#[utoipa::path(
    get,
    path = "/api/v1/devices",
    operation_id = "list_devices",
    tag = "devices",
    params(ListParams),
    responses(
        (status = 200, description = "A page", body = DevicePage),
        (status = "default", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_devices(
    State(api): State<Arc<Api>>,
    _: Allowed<ViewDevices>,
    Params(params): Params<ListParams>,
) -> Result<Json<DevicePage>, ApiError> {
    let page = params.page.unwrap_or(1);
    let page_size = params.page_size.unwrap_or(DEFAULT_PAGE_SIZE);
    if page == 0 || !(1..=MAX_PAGE_SIZE).contains(&page_size) {
        return Err(ApiError::bad_request("page starts at 1; page_size is 1 to 500"));
    }
    let query = params.query.unwrap_or_default();
    if query.len() > MAX_QUERY_LEN {
        return Err(ApiError::bad_request("query is too long"));
    }
    let list = api
        .devices
        .list(&DeviceQuery {
            query,
            presence: params.presence,
            page,
            page_size,
        })
        .await?;
    let items = list.items.into_iter().map(Device::from).collect();
    Ok(Json(DevicePage {
        items,
        total: list.total,
        page,
        page_size,
    }))
}

/// One device.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}",
    operation_id = "get_device",
    tag = "devices",
    params(("login_code" = String, Path)),
    responses(
        (status = 200, description = "The device", body = Device),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = "default", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_device(
    State(api): State<Arc<Api>>,
    _: Allowed<ViewDevices>,
    DeviceInPath(code): DeviceInPath,
) -> Result<Json<Device>, ApiError> {
    Ok(Json(api.devices.get(&code).await?.into()))
}

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceChange {
    #[schema(nullable = false)]
    name: Option<String>,
    /// A device that is disabled is disconnected.
    #[schema(nullable = false)]
    disabled: Option<bool>,
}

/// Rename, disable or enable a device.
#[utoipa::path(
    patch,
    path = "/api/v1/devices/{login_code}",
    operation_id = "change_device",
    tag = "devices",
    params(("login_code" = String, Path)),
    request_body = DeviceChange,
    responses(
        (status = 200, description = "The device as it is now", body = Device),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = "default", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn change_device(
    State(api): State<Arc<Api>>,
    _: Allowed<EditDevices>,
    DeviceInPath(code): DeviceInPath,
    Body(change): Body<DeviceChange>,
) -> Result<Json<Device>, ApiError> {
    Ok(Json(
        api.devices
            .change(&code, change.name.as_deref(), change.disabled)
            .await?
            .into(),
    ))
}

/// A new password; left out: a strong one is made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    #[schema(nullable = false)]
    login_passwd: Option<String>,
}

/// The new password.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PasswordAnswer {
    login_code: String,
    /// Shown this once.
    login_passwd: String,
}

/// Give a device a new password. It is disconnected.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/password",
    operation_id = "new_password",
    tag = "devices",
    params(("login_code" = String, Path)),
    request_body = NewPassword,
    responses(
        (status = 200, description = "The new password", body = PasswordAnswer),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = "default", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn new_password(
    State(api): State<Arc<Api>>,
    _: Allowed<EditDevices>,
    DeviceInPath(code): DeviceInPath,
    Body(new): Body<NewPassword>,
) -> Result<Json<PasswordAnswer>, ApiError> {
    let made = api.devices.set_passwd(&code, new.login_passwd.as_deref()).await?;
    let login_passwd = made.passwd.reveal().to_owned();
    Ok(Json(PasswordAnswer {
        login_code: made.login_code.to_string(),
        login_passwd,
    }))
}

/// Remove a device and all that is stored of it. It is disconnected.
#[utoipa::path(
    delete,
    path = "/api/v1/devices/{login_code}",
    operation_id = "delete_device",
    tag = "devices",
    params(("login_code" = String, Path)),
    responses(
        (status = 204, description = "Removed"),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = "default", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn delete_device(
    State(api): State<Arc<Api>>,
    _: Allowed<EditDevices>,
    DeviceInPath(code): DeviceInPath,
) -> Result<StatusCode, ApiError> {
    api.devices.delete(&code).await?;
    Ok(StatusCode::NO_CONTENT)
}
