use super::Api;
use super::auth::{Allowed, OnDevice, View};
use super::error::{ApiError, ErrorBody};
use super::extract::Params;
use crate::account::{Permission, policy};
use crate::db::EventFilter;
use crate::device::{self, DeviceEventKind};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 500;

/// Something a device told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeviceEvent {
    /// Later ones have greater numbers.
    id: i64,
    kind: DeviceEventKind,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<u32>,
    /// When the cloud got it.
    #[schema(format = DateTime)]
    at: String,
    /// The parameters as the device sent them; of a bind id its hash only.
    #[schema(value_type = Object)]
    data: Box<RawValue>,
}

impl From<&device::DeviceEvent> for DeviceEvent {
    fn from(event: &device::DeviceEvent) -> Self {
        Self {
            id: event.id,
            kind: event.kind,
            channel: event.channel.map(|channel| channel.0),
            at: event.at.to_rfc3339(),
            data: event.data.clone(),
        }
    }
}

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EventParams {
    /// Of this kind only.
    #[param(nullable = false)]
    kind: Option<DeviceEventKind>,
    /// Older than the event of this number only.
    #[param(nullable = false)]
    before: Option<i64>,
    /// 1 to 500; default 50.
    #[param(nullable = false, minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Events, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeviceEventList {
    items: Vec<DeviceEvent>,
}

/// What a device told: alarms, wishes to be bound, battery levels. Newest first. Who may see single channels only gets
/// what concerns those.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/events",
    operation_id = "list_device_events",
    tag = "devices",
    params(("login_code" = String, Path), EventParams),
    responses(
        (status = 200, description = "Events", body = DeviceEventList),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_device_events(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<View>>,
    Params(params): Params<EventParams>,
) -> Result<Json<DeviceEventList>, ApiError> {
    let limit = params.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(ApiError::bad_request("limit is 1 to 500"));
    }
    let filter = EventFilter {
        kind: params.kind,
        channels: policy::channels(&on.caller, Permission::View, &on.place),
        before: params.before,
        limit,
    };
    let events = api.devices.events(&on.place.code, &filter).await?;
    Ok(Json(DeviceEventList {
        items: events.iter().map(DeviceEvent::from).collect(),
    }))
}
