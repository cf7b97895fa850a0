use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, AnyUser};
use super::commands::{limit as page_limit, next};
use super::content::{self, Shown};
use super::error::{ApiError, ErrorBody};
use super::extract::{Body, Last, Params};
use super::snapshots::{ShowParams, file_time, may_see};
use crate::account::policy::{self, Decision, DevicePlace, Resource};
use crate::account::{Caller, Permission};
use crate::alarm;
use crate::clock::UnixMs;
use crate::db::{AlarmFilter, AlarmKey, AlarmRow, BlobRow};
use crate::ids::{ChannelId, LoginCode, TenantId};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Further than this nobody counts.
const MAX_COUNT: u32 = 1000;

/// Something that a device raised an alarm of.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Alarm {
    /// Later ones have greater numbers.
    id: i64,
    login_code: String,
    /// What people call the device; may be empty.
    device_name: String,
    channel: u32,
    /// By the protocol's number.
    #[serde(rename = "type")]
    alarm_type: i64,
    /// `io`, `motion`, `cross`, `cry`, `face`, `voice`, `low_battery`, `lock_picked`, `doorbell`, `body` or `other`.
    #[schema(value_type = String)]
    type_name: &'static str,
    #[schema(format = DateTime)]
    begin_at: String,
    /// Absent: it stands.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    end_at: Option<String>,
    /// `told`: by the device; `bit_cleared`: its Keepalive does not carry it any more; `timeout`: nothing was heard of it for
    /// too long; `device_reset`: the device started anew.
    #[schema(value_type = String, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    end_reason: Option<&'static str>,
    /// The device's words; may be empty.
    text: String,
    /// There is a picture, and the caller may see it.
    has_picture: bool,
    /// When somebody has seen to it.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged_at: Option<String>,
    /// Who that was.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged_by: Option<String>,
}

impl Alarm {
    /// As this caller may see it. `None`: he is not to know of it.
    fn seen_by(caller: &Caller, row: AlarmRow, api: &Api, now: UnixMs) -> Option<Self> {
        let place = place(api, &row, now)?;
        let which = Resource::Channel(&place, row.key.channel);
        if policy::decide(caller, Permission::View, which) != Decision::Allow {
            return None;
        }
        let picture = row.picture.as_ref();
        let has_picture = picture.is_some_and(|blob| may_see_picture(caller, &place, &row, blob));
        let (end, reason) = row.end.unzip();
        let (acknowledged_at, acknowledged_by) = row.acknowledged.unzip();
        Some(Self {
            id: row.id,
            has_picture,
            login_code: row.key.device.to_string(),
            device_name: row.device_name,
            channel: row.key.channel.0,
            alarm_type: row.key.alarm_type,
            type_name: alarm::type_name(row.key.alarm_type),
            begin_at: row.begin.to_rfc3339(),
            end_at: end.map(UnixMs::to_rfc3339),
            end_reason: reason.map(crate::db::EndReason::name),
            text: row.text,
            acknowledged_at: acknowledged_at.map(UnixMs::to_rfc3339),
            acknowledged_by,
        })
    }
}

/// Where the device of an alarm stands. `None`: it is gone, or somebody else's since, whose business this is not.
fn place(api: &Api, row: &AlarmRow, now: UnixMs) -> Option<DevicePlace> {
    let place = api.place(&row.key.device, now)?;
    (place.tenant == row.tenant).then_some(place)
}

/// Whether the caller may see the picture of an alarm. It is of when it came: of an alarm that stands for hours, the last one
/// that the device sent.
fn may_see_picture(caller: &Caller, place: &DevicePlace, row: &AlarmRow, blob: &BlobRow) -> bool {
    [row.begin, blob.created_at]
        .into_iter()
        .all(|at| may_see(caller, place, row.key.channel, at))
}

fn no_such_alarm() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "no_such_alarm", "there is no such alarm")
}

/// Which alarms.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AlarmsAsked {
    /// Of devices of this tenant only.
    #[schema(nullable = false)]
    tenant: Option<i64>,
    /// Of this device only.
    #[schema(nullable = false)]
    login_code: Option<String>,
    /// Of channels with this number only.
    #[schema(nullable = false)]
    channel: Option<u32>,
    /// Of this type only: by its name or by the protocol's number.
    #[schema(nullable = false)]
    #[serde(rename = "type")]
    alarm_type: Option<String>,
    /// Those that stand only; or, false, those that have ended.
    #[schema(nullable = false)]
    active: Option<bool>,
    /// Those that somebody has seen to only; or, false, those that nobody has.
    #[schema(nullable = false)]
    acknowledged: Option<bool>,
    /// Those that stood at this time or later only.
    #[schema(nullable = false, format = DateTime)]
    from: Option<String>,
    /// Those that began at this time or before only.
    #[schema(nullable = false, format = DateTime)]
    to: Option<String>,
}

impl AlarmsAsked {
    fn filter(&self, api: &Api, caller: &Caller) -> Result<AlarmFilter, ApiError> {
        let time = |text: &Option<String>, name| {
            let parse = |text: &String| UnixMs::from_rfc3339(text).ok_or(name);
            text.as_ref().map(parse).transpose()
        };
        let bad_time = |name: &str| ApiError::bad_request(format!("{name} is no time in RFC 3339"));
        let device = self.login_code.as_deref().map(LoginCode::parse).transpose();
        let alarm_type = |text: &String| {
            let number = alarm::type_number(text).or_else(|| text.parse().ok());
            number.ok_or_else(|| ApiError::bad_request("there is no such type of alarm"))
        };
        Ok(AlarmFilter {
            scope: api.accounts.alarm_scope(caller),
            tenant: self.tenant.map(TenantId),
            device: device.map_err(|error| ApiError::bad_request(format!("login_code: {error}")))?,
            channel: self.channel.map(ChannelId),
            alarm_type: self.alarm_type.as_ref().map(alarm_type).transpose()?,
            active: self.active,
            acknowledged: self.acknowledged,
            from: time(&self.from, "from").map_err(bad_time)?,
            to: time(&self.to, "to").map_err(bad_time)?,
            ..AlarmFilter::default()
        })
    }
}

/// Alarms, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlarmList {
    items: Vec<Alarm>,
    /// For `before`, to get those before; absent: there are none.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// Which alarms, and which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AlarmParams {
    /// Of devices of this tenant only.
    #[param(nullable = false)]
    tenant: Option<i64>,
    /// Of this device only.
    #[param(nullable = false)]
    login_code: Option<String>,
    /// Of channels with this number only.
    #[param(nullable = false)]
    channel: Option<u32>,
    /// Of this type only: by its name or by the protocol's number.
    #[param(nullable = false)]
    #[serde(rename = "type")]
    alarm_type: Option<String>,
    /// Those that stand only; or, false, those that have ended.
    #[param(nullable = false)]
    active: Option<bool>,
    /// Those that somebody has seen to only; or, false, those that nobody has.
    #[param(nullable = false)]
    acknowledged: Option<bool>,
    /// Those that stood at this time or later only.
    #[param(nullable = false, format = DateTime)]
    from: Option<String>,
    /// Those that began at this time or before only.
    #[param(nullable = false, format = DateTime)]
    to: Option<String>,
    /// Older than the one of this number only: `next` of the part before.
    #[param(nullable = false)]
    before: Option<i64>,
    /// 1 to 500; default 50.
    #[param(nullable = false, minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Alarms of the channels that the caller may see, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/alarms",
    operation_id = "list_alarms",
    tag = "alarms",
    params(AlarmParams),
    responses(
        (status = 200, description = "Alarms", body = AlarmList),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_alarms(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
    Params(params): Params<AlarmParams>,
) -> Result<Json<AlarmList>, ApiError> {
    let limit = page_limit(params.limit)?;
    let asked = AlarmsAsked {
        tenant: params.tenant,
        login_code: params.login_code,
        channel: params.channel,
        alarm_type: params.alarm_type,
        active: params.active,
        acknowledged: params.acknowledged,
        from: params.from,
        to: params.to,
    };
    let filter = AlarmFilter {
        before: params.before,
        ..asked.filter(&api, &user.caller)?
    };
    let rows = api.alarms.list(&filter, limit).await?;
    let next = next(rows.iter().map(|row| row.id), limit);
    let now = UnixMs::now();
    let seen = |row| Alarm::seen_by(&user.caller, row, &api, now);
    Ok(Json(AlarmList {
        items: rows.into_iter().filter_map(seen).collect(),
        next,
    }))
}

/// How many alarms want attention.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlarmCounts {
    /// That nobody has seen to; 1000 at most.
    unacknowledged: u32,
    /// That stand; 1000 at most.
    active: u32,
    /// There are more of either than are counted.
    more: bool,
}

/// How many alarms want attention.
#[utoipa::path(
    get,
    path = "/api/v1/alarms/unread",
    operation_id = "count_alarms",
    tag = "alarms",
    responses(
        (status = 200, description = "So many", body = AlarmCounts),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn count_alarms(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
) -> Result<Json<AlarmCounts>, ApiError> {
    let scope = api.accounts.alarm_scope(&user.caller);
    let count = api.alarms.count(scope.as_ref(), MAX_COUNT + 1).await?;
    Ok(Json(AlarmCounts {
        unacknowledged: count.unacknowledged.min(MAX_COUNT),
        active: count.active.min(MAX_COUNT),
        more: count.unacknowledged.max(count.active) > MAX_COUNT,
    }))
}

/// The alarm named in the path, if the caller is to know of it, and where its device stands.
async fn known(api: &Api, caller: &Caller, id: Option<i64>) -> Result<(AlarmRow, DevicePlace), ApiError> {
    let id = id.ok_or_else(no_such_alarm)?;
    let row = api.alarms.get(id).await?.ok_or_else(no_such_alarm)?;
    let place = place(api, &row, UnixMs::now()).ok_or_else(no_such_alarm)?;
    let which = Resource::Channel(&place, row.key.channel);
    match policy::decide(caller, Permission::View, which) {
        Decision::Allow => Ok((row, place)),
        _ => Err(no_such_alarm()),
    }
}

/// One alarm.
#[utoipa::path(
    get,
    path = "/api/v1/alarms/{alarm}",
    operation_id = "get_alarm",
    tag = "alarms",
    params(("alarm" = i64, Path)),
    responses(
        (status = 200, description = "The alarm", body = Alarm),
        (status = 404, description = "`no_such_alarm`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_alarm(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
    Last(id): Last,
) -> Result<Json<Alarm>, ApiError> {
    let (row, _) = known(&api, &user.caller, id).await?;
    let seen = Alarm::seen_by(&user.caller, row, &api, UnixMs::now());
    seen.map(Json).ok_or_else(no_such_alarm)
}

/// Note that somebody has seen to an alarm.
#[utoipa::path(
    post,
    path = "/api/v1/alarms/{alarm}/acknowledge",
    operation_id = "acknowledge_alarm",
    tag = "alarms",
    params(("alarm" = i64, Path)),
    responses(
        (status = 200, description = "The alarm as it is now", body = Alarm),
        (status = 404, description = "`no_such_alarm`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn acknowledge_alarm(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
    slot: AuditSlot,
    Last(id): Last,
) -> Result<Json<Alarm>, ApiError> {
    let (row, place) = known(&api, &user.caller, id).await?;
    slot.fill(|note| {
        note.tenant = place.tenant;
        note.target = format!("device {} alarm {}", place.code, row.id);
    });
    let AlarmKey { device, channel, .. } = row.key;
    let only = AlarmFilter {
        scope: api.accounts.alarm_scope(&user.caller),
        device: Some(device),
        channel: Some(channel),
        id: Some(row.id),
        ..AlarmFilter::default()
    };
    api.alarms.acknowledge(&only, &user.caller.name).await?;
    let (row, _) = known(&api, &user.caller, id).await?;
    let seen = Alarm::seen_by(&user.caller, row, &api, UnixMs::now());
    seen.map(Json).ok_or_else(no_such_alarm)
}

/// How many were acknowledged.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Acknowledged {
    acknowledged: usize,
}

/// Note that somebody has seen to all these alarms: those that the list would show with the same filters, the newest 10,000
/// of them.
#[utoipa::path(
    post,
    path = "/api/v1/alarms/acknowledge",
    operation_id = "acknowledge_alarms",
    tag = "alarms",
    request_body = AlarmsAsked,
    responses(
        (status = 200, description = "Done", body = Acknowledged),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn acknowledge_alarms(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
    slot: AuditSlot,
    Body(asked): Body<AlarmsAsked>,
) -> Result<Json<Acknowledged>, ApiError> {
    let filter = asked.filter(&api, &user.caller)?;
    slot.fill(|note| {
        note.target = match &filter.device {
            Some(device) => format!("alarms of device {device}"),
            None => "alarms".to_owned(),
        };
    });
    let acknowledged = api.alarms.acknowledge(&filter, &user.caller.name).await?;
    slot.fill(|note| note.detail = format!("{acknowledged} alarms"));
    Ok(Json(Acknowledged { acknowledged }))
}

/// An alarm's picture.
#[utoipa::path(
    get,
    path = "/api/v1/alarms/{alarm}/picture",
    operation_id = "get_alarm_picture",
    tag = "alarms",
    params(("alarm" = i64, Path), ShowParams),
    responses(
        (status = 200, description = "The picture", content_type = "image/jpeg", body = Vec<u8>),
        (status = 403, description = "`forbidden`: the caller may see the alarm, but no recordings", body = ErrorBody),
        (status = 404, description = "`no_such_alarm`, `no_picture`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_alarm_picture(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
    slot: AuditSlot,
    Last(id): Last,
    Params(params): Params<ShowParams>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (row, place) = known(&api, &user.caller, id).await?;
    slot.fill(|note| {
        note.tenant = place.tenant;
        note.target = format!("device {} alarm {}", place.code, row.id);
    });
    let channel = row.key.channel;
    let no_picture = || ApiError::new(StatusCode::NOT_FOUND, "no_picture", "the alarm has no picture");
    let may_see = match &row.picture {
        Some(blob) => may_see_picture(&user.caller, &place, &row, blob),
        None => may_see(&user.caller, &place, channel, row.begin),
    };
    if !may_see {
        return Err(ApiError::forbidden());
    }
    let blob = row.picture.ok_or_else(no_picture)?;
    let ending = if blob.content_type == "image/bmp" { "bmp" } else { "jpg" };
    let name = format!("{}-{channel}-alarm-{}.{ending}", place.code, file_time(row.begin));
    let shown = Shown {
        name: &name,
        download: params.download,
        forever: false,
    };
    content::answer(&api.blobs, &blob, &headers, &shown).await
}
