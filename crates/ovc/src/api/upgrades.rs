use super::Api;
use super::audio::for_device;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, Configure, OnDevice, View};
use super::commands::{PageParams, by, next};
use super::error::{ApiError, ErrorBody};
use super::extract::{Body, Params};
use super::firmware::no_such_firmware;
use crate::clock::UnixMs;
use crate::db::{UpgradeRow, UpgradeState};
use crate::firmware::{Firmware, UpgradeError, WithWhat};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What to install: an image that is kept here, or what is at an address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpgradeWanted {
    /// The number of an image.
    #[schema(nullable = false)]
    firmware: Option<i64>,
    /// Where the device finds one, an http:// or https:// address.
    #[schema(nullable = false)]
    url: Option<String>,
    /// With `url`: what the device will say of itself.
    #[schema(nullable = false)]
    firmware_model: Option<String>,
    /// Also if the image is for devices of another model.
    #[serde(default)]
    force: bool,
}

/// An upgrade of a device.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Upgrade {
    /// Later ones have greater numbers.
    id: i64,
    /// `requested`, `downloading`, `installing`, `done` (the device says so), `confirmed` (it is back with the new version),
    /// `error` or `timed_out`.
    state: UpgradeState,
    /// In percent, of what it does at the moment.
    progress: u8,
    /// The version before.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// The version after.
    to: String,
    #[schema(format = DateTime)]
    started_at: String,
    /// Absent: it runs.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    /// Why it failed.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Who wanted it.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

impl From<UpgradeRow> for Upgrade {
    fn from(row: UpgradeRow) -> Self {
        Self {
            id: row.id,
            state: row.state,
            progress: row.progress,
            from: row.from,
            to: row.to,
            started_at: row.started_at.to_rfc3339(),
            ended_at: row.ended_at.map(UnixMs::to_rfc3339),
            error: row.error,
            by: row.by.name().map(str::to_owned),
        }
    }
}

impl From<UpgradeError> for ApiError {
    fn from(error: UpgradeError) -> Self {
        let message = error.to_string();
        match error {
            UpgradeError::Running => Self::new(StatusCode::CONFLICT, "upgrade_running", message),
            UpgradeError::Gone => Self::new(StatusCode::NOT_FOUND, "no_such_firmware", message),
            UpgradeError::Call(error) => error.into(),
            UpgradeError::Db(error) => error.into(),
        }
    }
}

/// Have a device install another version of its software. One upgrade of a device runs at a time.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/upgrade",
    operation_id = "upgrade_device",
    tag = "firmware",
    params(("login_code" = String, Path)),
    request_body = UpgradeWanted,
    responses(
        (status = 202, description = "The device was told", body = Upgrade),
        (status = 400, description = "`bad_request`: neither or both, no address, no version", body = ErrorBody),
        (status = 404, description = "`no_such_device`, `no_such_firmware`", body = ErrorBody),
        (status = 409, description = "`device_offline`, `upgrade_running`, `wrong_model`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn upgrade_device(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    slot: AuditSlot,
    Body(wanted): Body<UpgradeWanted>,
) -> Result<(StatusCode, Json<Upgrade>), ApiError> {
    let device = api.devices.get(&on.place.code).await?;
    let (with, to) = match (wanted.firmware, &wanted.url) {
        (Some(id), None) => {
            let row = api.firmware.get(id).await?;
            // The platform's is for all; a tenant's for its own devices.
            let row = row.filter(|row| row.tenant.is_none() || row.tenant == on.place.tenant);
            let row = row.ok_or_else(no_such_firmware)?;
            let model = device.hardware_model.as_deref();
            if model != Some(&*row.hardware_model) && !wanted.force {
                let its = model.unwrap_or("of a model that it does not tell");
                let message = format!("the image is for {}, and the device is {its}", row.hardware_model);
                return Err(ApiError::new(StatusCode::CONFLICT, "wrong_model", message));
            }
            (WithWhat::Image(id), row.firmware_model)
        }
        (None, Some(url)) => {
            let to = wanted.firmware_model.as_deref().unwrap_or_default();
            let to = Firmware::check_model("firmware_model", to)?;
            (WithWhat::Elsewhere(for_device(url)?), to.to_owned())
        }
        _ => return Err(ApiError::bad_request("say either an image or an address")),
    };
    slot.fill(|note| note.detail = format!("to {to}"));
    on.decide_again(&api)?;
    let row = api.upgrades.begin(&by(&on.caller), &device, with, &to).await?;
    Ok((StatusCode::ACCEPTED, Json(row.into())))
}

/// The last upgrade of a device, the one that runs if one does.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/upgrade",
    operation_id = "get_upgrade",
    tag = "firmware",
    params(("login_code" = String, Path)),
    responses(
        (status = 200, description = "The upgrade", body = Upgrade),
        (status = 404, description = "`no_such_device`, `no_such_upgrade`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_upgrade(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<View>>,
) -> Result<Json<Upgrade>, ApiError> {
    let last = api.upgrades.list(&on.place.code, None, 1).await?.pop();
    on.decide_again(&api)?;
    let none = || {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "no_such_upgrade",
            "the device was never upgraded",
        )
    };
    Ok(Json(last.ok_or_else(none)?.into()))
}

/// Upgrades, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UpgradeList {
    items: Vec<Upgrade>,
    /// For `before`, to get those before; absent: there are none.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// Upgrades of a device, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/upgrades",
    operation_id = "list_upgrades",
    tag = "firmware",
    params(("login_code" = String, Path), PageParams),
    responses(
        (status = 200, description = "Upgrades", body = UpgradeList),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_upgrades(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<View>>,
    Params(page): Params<PageParams>,
) -> Result<Json<UpgradeList>, ApiError> {
    let limit = page.limit()?;
    let rows = api.upgrades.list(&on.place.code, page.before, limit).await?;
    on.decide_again(&api)?;
    Ok(Json(UpgradeList {
        next: next(rows.iter().map(|row| row.id), limit),
        items: rows.into_iter().map(Upgrade::from).collect(),
    }))
}
