use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, AnyUser, Configure, OnDevice, View};
use super::error::{ApiError, ErrorBody};
use super::extract::{Body, Params};
use super::host::Origin;
use crate::account::policy::{self, Decision, DevicePlace, Resource};
use crate::account::{Caller, Permission};
use crate::clock::UnixMs;
use crate::device::{self, Belonging, ChannelReport, DeviceEdit, DeviceQuery, DeviceToAdd, Presence};
use crate::ids::{GroupId, LoginCode, TenantId};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize};
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
    /// Whose it is; absent: nobody's, in the platform's stock.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<TenantName>,
    /// The group it is sorted into.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<i64>,
    /// The platform keeps it: a tenant may release it, but not remove it.
    stocked: bool,
    /// What the caller may do with it as a whole; with single channels he may be allowed more.
    permissions: Vec<Permission>,
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last heard; absent: never.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_at: Option<String>,
    /// Since when its connection is up; absent: it has none.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    connected_at: Option<String>,
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
    /// Those that the caller may see.
    channels: Vec<Channel>,
}

/// A tenant, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TenantName {
    pub(super) id: i64,
    pub(super) name: String,
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
    /// What the caller may do with it; absent: what he may do with the device.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<Vec<Permission>>,
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
            permissions: None,
        }
    }
}

impl Channel {
    /// As this caller may see it; `whole`: what he may do with the device.
    fn seen_by(caller: &Caller, place: &DevicePlace, whole: &[Permission], said: &ChannelReport) -> Self {
        let permissions: Vec<_> = policy::permissions(caller, Resource::Channel(place, said.channel))
            .iter()
            .collect();
        Self {
            permissions: (permissions != whole).then_some(permissions),
            ..Self::from(said)
        }
    }
}

impl Device {
    /// As this caller may see it.
    pub(super) fn seen_by(caller: &Caller, device: device::Device, api: &Api) -> Self {
        let now = UnixMs::now();
        let belonging = device.belonging;
        let place = api
            .accounts
            .place(&device.login_code, belonging.tenant, belonging.group, now);
        let tenant = belonging.tenant.and_then(|id| api.accounts.tenant(id, now));
        let report = device.report;
        // What an offline device said of itself last is no news.
        let state = report
            .as_ref()
            .map(|report| report.state)
            .filter(|_| device.presence != Presence::Offline);
        let shown = policy::channels(caller, Permission::View, &place);
        // Who may see single channels learns that there is the device, and no more of it.
        let whole = shown.is_none();
        let permissions: Vec<_> = policy::permissions(caller, Resource::Device(&place)).iter().collect();
        let may_see = |channel: &&ChannelReport| shown.as_ref().is_none_or(|shown| shown.contains(&channel.channel));
        Self {
            login_code: device.login_code.to_string(),
            name: device.name,
            disabled: device.disabled,
            presence: device.presence,
            tenant: tenant.map(|tenant| TenantName {
                id: tenant.id.0,
                name: tenant.name,
            }),
            group_id: belonging.group.map(|group| group.0),
            stocked: belonging.stocked,
            created_at: device.created_at.to_rfc3339(),
            last_seen_at: device.last_seen_at.map(|at| at.to_rfc3339()),
            connected_at: device.connected_at.map(|at| at.to_rfc3339()),
            hardware_model: device.hardware_model,
            firmware_model: device.firmware_model.filter(|_| whole),
            sdk: device.sdk.filter(|_| whole),
            address: device.address.filter(|_| whole),
            battery: device.battery,
            state,
            channels: report
                .iter()
                .flat_map(|report| &report.channels)
                .filter(may_see)
                .map(|said| Channel::seen_by(caller, &place, &permissions, said))
                .collect(),
            permissions,
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
    /// Whose it becomes; left out: the only tenant where the caller may add one, or else, for who runs the cloud, the
    /// platform's stock.
    #[schema(nullable = false)]
    tenant: Option<i64>,
    /// The group of the tenant's that it is sorted into.
    #[schema(nullable = false)]
    group: Option<i64>,
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
        (status = 400, description = "`bad_request`, `weak_password`, `bad_name`, `tenant_needed`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `too_many_devices`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`, `no_such_group`", body = ErrorBody),
        (status = 409, description = "`device_exists`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn create_device(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
    origin: Origin,
    slot: AuditSlot,
    Body(new): Body<NewDevice>,
) -> Result<(StatusCode, Json<CreatedDevice>), ApiError> {
    let code = new.login_code.as_deref().map(LoginCode::parse).transpose();
    let code = code.map_err(|error| ApiError::bad_request(format!("login_code: {error}")))?;
    if let Some(code) = &code {
        slot.fill(|note| note.target = format!("device {code}"));
    }
    let belonging = where_to_add(&api, &user.caller, new.tenant.map(TenantId), new.group.map(GroupId))?;
    slot.fill(|note| note.tenant = belonging.tenant);
    let made = api
        .devices
        .create(DeviceToAdd {
            code,
            passwd: new.login_passwd.as_deref(),
            name: new.name.as_deref(),
            belonging,
        })
        .await?;
    slot.fill(|note| note.target = format!("device {}", made.login_code));
    let created = CreatedDevice {
        device: Device::seen_by(&user.caller, api.devices.get(&made.login_code).await?, &api),
        login_passwd: made.passwd.reveal().to_owned(),
        dap_url: origin.ws("/ovc"),
    };
    Ok((StatusCode::CREATED, Json(created)))
}

/// Where a new device comes, if the caller may put it there.
fn where_to_add(
    api: &Api,
    caller: &Caller,
    tenant: Option<TenantId>,
    group: Option<GroupId>,
) -> Result<Belonging, ApiError> {
    let now = UnixMs::now();
    let group = group
        .map(|id| api.accounts.any_group(id).ok_or_else(ApiError::no_such_group))
        .transpose()?;
    let tenant = match (tenant, &group) {
        (Some(tenant), Some(group)) if group.tenant != tenant => return Err(ApiError::no_such_group()),
        (Some(tenant), _) => tenant,
        (None, Some(group)) => group.tenant,
        (None, None) => {
            let everywhere = |of: &&policy::Membership| of.everywhere.contains(Permission::Configure);
            let mut possible = caller.memberships.iter().filter(everywhere);
            match (possible.next(), possible.next()) {
                (Some(only), None) => only.tenant,
                (None, _) if caller.platform_admin => {
                    return Ok(Belonging {
                        stocked: true,
                        ..Belonging::default()
                    });
                }
                (None, _) => return Err(ApiError::forbidden()),
                (Some(_), Some(_)) => {
                    let message = "say which tenant the device is for";
                    return Err(ApiError::new(StatusCode::BAD_REQUEST, "tenant_needed", message));
                }
            }
        }
    };
    let its = api.accounts.tenant(tenant, now).ok_or_else(ApiError::no_such_tenant)?;
    let which = match &group {
        Some(group) => Resource::Group {
            tenant,
            path: &group.path,
            support: its.support_until.is_some(),
        },
        None => its.resource(),
    };
    match policy::decide(caller, Permission::Configure, which) {
        Decision::Allow => Ok(Belonging {
            tenant: Some(tenant),
            group: group.map(|group| group.id),
            stocked: false,
        }),
        Decision::Forbid => Err(ApiError::forbidden()),
        Decision::Hide if group.is_some() => Err(ApiError::no_such_group()),
        Decision::Hide => Err(ApiError::no_such_tenant()),
    }
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
    /// Only those of this tenant.
    #[param(nullable = false)]
    tenant: Option<i64>,
    /// Only those that are nobody's, in the platform's stock.
    #[param(nullable = false)]
    #[serde(default)]
    unassigned: bool,
    /// Only those in this group and in those below it.
    #[param(nullable = false)]
    group: Option<i64>,
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

/// List the devices that the caller may see, in the order they were added.
#[utoipa::path(
    get,
    path = "/api/v1/devices",
    operation_id = "list_devices",
    tag = "devices",
    params(ListParams),
    responses(
        (status = 200, description = "A page", body = DevicePage),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_devices(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
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
            tenant: params.tenant.map(TenantId),
            unassigned: params.unassigned,
            groups: params.group.map(|group| api.accounts.with_below(&[GroupId(group)])),
            scope: api.accounts.device_scope(&user.caller),
            page,
            page_size,
        })
        .await?;
    let items = list
        .items
        .into_iter()
        .map(|device| Device::seen_by(&user.caller, device, &api))
        .collect();
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
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_device(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<View>>,
) -> Result<Json<Device>, ApiError> {
    let device = api.devices.get(&on.place.code).await?;
    Ok(Json(Device::seen_by(&on.caller, device, &api)))
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
    /// The group of its tenant's that it is sorted into; null: into none.
    #[serde(default, deserialize_with = "given")]
    group_id: Option<Option<i64>>,
}

impl DeviceChange {
    /// What is changed, for the audit log.
    fn said(&self) -> String {
        let name = self.name.as_ref().map(|_| "name".to_owned());
        let disabled = self
            .disabled
            .map(|is| if is { "disabled" } else { "enabled" }.to_owned());
        let group = self.group_id.map(|group| match group {
            Some(group) => format!("group {group}"),
            None => "no group".to_owned(),
        });
        [name, disabled, group]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// What is given, be it null; with `default`, what is left out is `None`.
pub(super) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// Rename, disable or enable a device, or sort it into a group.
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
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn change_device(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    slot: AuditSlot,
    Body(change): Body<DeviceChange>,
) -> Result<Json<Device>, ApiError> {
    slot.fill(|note| note.detail = change.said());
    let group = change.group_id.map(|group| group.map(GroupId));
    if let Some(group) = group {
        check_group(&api, &on, group)?;
    }
    let edit = DeviceEdit {
        of: on.place.tenant,
        name: change.name.as_deref(),
        disabled: change.disabled,
        group,
    };
    let device = api.devices.change(&on.place.code, edit).await?;
    Ok(Json(Device::seen_by(&on.caller, device, &api)))
}

/// Whether the caller may sort a device into this group of its tenant's, or into none.
fn check_group(api: &Api, on: &Allowed<OnDevice<Configure>>, group: Option<GroupId>) -> Result<(), ApiError> {
    let place = &on.place;
    let its = place
        .tenant
        .and_then(|tenant| api.accounts.tenant(tenant, UnixMs::now()));
    let Some(its) = its else {
        // What is in stock stands in no group.
        return group.map_or(Ok(()), |_| Err(ApiError::no_such_group()));
    };
    let group = group.map(|id| api.accounts.group(its.id, id).ok_or_else(ApiError::no_such_group));
    let group = group.transpose()?;
    let which = match &group {
        Some(group) => Resource::Group {
            tenant: its.id,
            path: &group.path,
            support: place.support,
        },
        None => its.resource(),
    };
    match policy::decide(&on.caller, Permission::Configure, which) {
        Decision::Allow => Ok(()),
        Decision::Hide => Err(ApiError::no_such_group()),
        Decision::Forbid => Err(ApiError::forbidden()),
    }
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

/// Give a device a new password. It is disconnected. What the platform keeps has its maker's: only who runs the cloud gives
/// it another.
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
        (status = 409, description = "`stocked_password`: it is the platform's", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn new_password(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    Body(new): Body<NewPassword>,
) -> Result<Json<PasswordAnswer>, ApiError> {
    on.decide_again(&api)?;
    let stocked = api.devices.belonging(&on.place.code).is_some_and(|of| of.stocked);
    if stocked && !on.caller.platform_admin {
        // He would know it when the device has long been somebody else's.
        let message = "the device is the platform's, and keeps the password that it came with";
        return Err(ApiError::new(StatusCode::CONFLICT, "stocked_password", message));
    }
    let made = api
        .devices
        .set_passwd(&on.place.code, new.login_passwd.as_deref())
        .await?;
    let login_passwd = made.passwd.reveal().to_owned();
    Ok(Json(PasswordAnswer {
        login_code: made.login_code.to_string(),
        login_passwd,
    }))
}

/// Remove a device and all that is stored of it. It is disconnected. What the platform keeps is released instead. Needs
/// `configure` on the whole organisation; of who runs the cloud, that it lets him in.
#[utoipa::path(
    delete,
    path = "/api/v1/devices/{login_code}",
    operation_id = "delete_device",
    tag = "devices",
    params(("login_code" = String, Path)),
    responses(
        (status = 204, description = "Removed"),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = 409, description = "`release_instead`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn delete_device(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
) -> Result<StatusCode, ApiError> {
    let code = &on.place.code;
    let taken_from = on.place.tenant;
    if taken_from.is_some_and(|tenant| !policy::may_take_away(&on.caller, tenant, on.place.support)) {
        return Err(ApiError::forbidden());
    }
    let stocked = api.devices.belonging(code).is_some_and(|belonging| belonging.stocked);
    if stocked && !on.caller.platform_admin {
        let message = "the device is the platform's: release it instead";
        return Err(ApiError::new(StatusCode::CONFLICT, "release_instead", message));
    }
    api.devices.delete(code).await?;
    api.accounts.device_left(code).await?;
    Ok(StatusCode::NO_CONTENT)
}
