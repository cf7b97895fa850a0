//! The clock of a device.

use super::Api;
use super::auth::{Allowed, Configure, OnDevice};
use super::commands::by;
use super::device_config;
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use crate::clock::UnixMs;
use crate::device::{By, CallError};
use crate::ids::LoginCode;
use axum::Json;
use axum::extract::State;
use dap::LocalDateTime;
use dap::methods::{Empty, QueryTime, SyncTime, SyncTimeParams};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// By how many seconds a device's clock may be off without being set, where nobody says.
const DEFAULT_OFFSET_S: u32 = 1;
/// Zones that there are, in hours east of UTC.
const ZONES: std::ops::RangeInclusive<i32> = -12..=14;

/// What the clock of a device shows.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeviceTime {
    /// `yyyy-MM-ddTHH:mm:ss`, in the device's zone.
    #[schema(example = "2016-12-05T02:15:32")]
    datetime: String,
    /// The zone, in hours east of UTC, as the device says it with its time or in its configuration.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    tz: Option<i32>,
    /// By how many seconds it is ahead of the cloud's; absent where the zone is not known.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    skew_s: Option<i64>,
}

/// Read the clock of a device.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/time",
    operation_id = "get_device_time",
    tag = "configuration",
    params(("login_code" = String, Path)),
    responses(
        (status = 200, description = "What it shows", body = DeviceTime),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = 409, description = "`device_offline`, `device_disconnected`", body = ErrorBody),
        (status = 422, description = "`not_supported`, `device_refused`", body = ErrorBody),
        (status = 504, description = "`device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_device_time(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
) -> Result<Json<DeviceTime>, ApiError> {
    let time = read(&api, &by(&on.caller), &on.place.code, None).await?;
    on.decide_again(&api)?;
    Ok(Json(time))
}

/// How to set a clock.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TimeToSet {
    /// By how many seconds it may be off without being set; default 1.
    #[schema(nullable = false)]
    offset_s: Option<u32>,
    /// The zone in which it shows its time, in hours east of UTC, -12 to 14; left out: that of the device's configuration, or
    /// else 8.
    #[schema(nullable = false, minimum = -12, maximum = 14)]
    tz: Option<i32>,
}

/// Set the clock of a device to the cloud's.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/time",
    operation_id = "sync_device_time",
    tag = "configuration",
    params(("login_code" = String, Path)),
    request_body = TimeToSet,
    responses(
        (status = 200, description = "What it shows now", body = DeviceTime),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = 409, description = "`device_offline`, `device_disconnected`", body = ErrorBody),
        (status = 422, description = "`not_supported`, `device_refused`", body = ErrorBody),
        (status = 504, description = "`device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn sync_device_time(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    Body(wanted): Body<TimeToSet>,
) -> Result<Json<DeviceTime>, ApiError> {
    if wanted.tz.is_some_and(|tz| !ZONES.contains(&tz)) {
        return Err(ApiError::bad_request("tz is -12 to 14").at("tz"));
    }
    let (by, code) = (by(&on.caller), &on.place.code);
    let tz = match wanted.tz {
        Some(tz) => tz,
        None => zone(&api, &by, code).await?.unwrap_or(SyncTimeParams::DEFAULT_TZ),
    };
    let params = SyncTimeParams {
        datetime: LocalDateTime::from_unix_s(now_s() + i64::from(tz) * 3600),
        offset: wanted.offset_s.unwrap_or(DEFAULT_OFFSET_S),
        tz: Some(tz),
        extra: Default::default(),
    };
    api.commands.call::<SyncTime>(&by, code, &params).await?;
    let time = read(&api, &by, code, Some(tz)).await?;
    on.decide_again(&api)?;
    Ok(Json(time))
}

/// What a device's clock shows; `tz` is its zone, if that is known.
async fn read(api: &Api, by: &By, code: &LoginCode, tz: Option<i32>) -> Result<DeviceTime, CallError> {
    let shown = api.commands.call::<QueryTime>(by, code, &Empty::default()).await?;
    let now = UnixMs::now();
    let tz = match shown.tz.or(tz) {
        Some(tz) => Some(tz),
        None => zone(api, by, code).await?,
    };
    Ok(DeviceTime {
        datetime: shown.datetime.to_string(),
        tz,
        skew_s: tz.map(|tz| skew_s(shown.datetime.to_unix_s() - i64::from(tz) * 3600, now)),
    })
}

/// The zone of a device's configuration. A device that keeps none there, or has no configuration, has none.
async fn zone(api: &Api, by: &By, code: &LoginCode) -> Result<Option<i32>, CallError> {
    match device_config::read(api, by, code).await {
        Ok(config) => Ok(device_config::zone(&config).filter(|tz| ZONES.contains(tz))),
        Err(CallError::Device(_) | CallError::BadAnswer(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// By how many seconds a clock is ahead that shows this second, of which nobody knows how much is over.
fn skew_s(shown_s: i64, now: UnixMs) -> i64 {
    let ahead_ms = shown_s * 1000 + 500 - now.0;
    (ahead_ms + 499).div_euclid(1000)
}

/// Seconds since 1970, to the nearest.
fn now_s() -> i64 {
    (UnixMs::now().0 + 500).div_euclid(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_right_is_right_all_second_long() {
        for ms in [0, 1, 499, 500, 501, 999] {
            assert_eq!(skew_s(100, UnixMs(100_000 + ms)), 0, "{ms}");
        }
        assert_eq!(skew_s(100, UnixMs(99_999)), 1);
        assert_eq!(skew_s(100, UnixMs(101_000)), -1);
        assert_eq!(skew_s(100, UnixMs(40_500)), 60);
    }
}
