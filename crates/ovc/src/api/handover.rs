//! Devices on their way from one hand to another: release, assignment, import.

use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, Configure, OnDevice, OnPlatform, RunPlatform, Still, View};
use super::commands::by;
use super::devices::Device;
use super::error::{ApiError, ErrorBody};
use super::extract::{Body, Params};
use super::maintenance::reset_to_factory;
use crate::account::policy::may_take_away;
use crate::clock::UnixMs;
use crate::device::{CsvFault, MAX_IMPORT_BYTES};
use crate::ids::TenantId;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// How long the file of an import may take to come.
const FILE_LIMIT: Duration = Duration::from_secs(60);

/// How to release a device.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Release {
    /// Reset it to what it was when it left the factory first; it must be online.
    #[serde(default)]
    factory_reset: bool,
}

/// Release a device: from here on nobody has it. What it told, its name, its group and what people were allowed with it are
/// gone, and its connection ends. One that the platform keeps (`stocked`) goes back to the stock, and whoever has it in
/// hand can bind it; one that the organisation added itself is removed, with its password.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/release",
    operation_id = "release_device",
    tag = "binding",
    params(("login_code" = String, Path)),
    request_body = Release,
    responses(
        (status = 204, description = "Released"),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = 409, description = "`device_offline`, `no_tenant`", body = ErrorBody),
        (status = 422, description = "`device_refused`: it did not reset itself", body = ErrorBody),
        (status = 504, description = "`device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn release_device(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    slot: AuditSlot,
    Body(release): Body<Release>,
) -> Result<StatusCode, ApiError> {
    on.decide_again(&api)?;
    let no_tenant = || ApiError::new(StatusCode::CONFLICT, "no_tenant", "nobody has the device");
    let (code, tenant) = (&on.place.code, on.place.tenant.ok_or_else(no_tenant)?);
    if !may_take_away(&on.caller, tenant, on.place.support) {
        return Err(ApiError::forbidden());
    }
    if release.factory_reset {
        slot.fill(|note| note.detail = "factory reset".into());
        reset_to_factory(&api, &by(&on.caller), code).await?;
    }
    if api.binding.release(code, tenant).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_tenant())
    }
}

/// Whom a device goes to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Assignment {
    tenant: i64,
}

/// Give a device that nobody has to a tenant.
#[utoipa::path(
    put,
    path = "/api/v1/devices/{login_code}/tenant",
    operation_id = "assign_device",
    tag = "binding",
    params(("login_code" = String, Path)),
    request_body = Assignment,
    responses(
        (status = 200, description = "The device as it is now", body = Device),
        (status = 403, description = "`forbidden`, `too_many_devices`", body = ErrorBody),
        (status = 404, description = "`no_such_device`, `no_such_tenant`", body = ErrorBody),
        (status = 409, description = "`device_held`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn assign_device(
    State(api): State<Arc<Api>>,
    user: Allowed<OnPlatform<RunPlatform>>,
    on: Allowed<OnDevice<View>>,
    slot: AuditSlot,
    Body(to): Body<Assignment>,
) -> Result<Json<Device>, ApiError> {
    let code = &on.place.code;
    let tenant = api
        .accounts
        .tenant(TenantId(to.tenant), UnixMs::now())
        .ok_or_else(ApiError::no_such_tenant)?;
    slot.fill(|note| note.tenant = Some(tenant.id));
    api.binding.assign(code, tenant.id).await?;
    Ok(Json(Device::seen_by(&user.caller, api.devices.get(code).await?, &api)))
}

/// Where imported devices go.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportParams {
    /// To this tenant; left out: to the platform's stock.
    #[param(nullable = false)]
    tenant: Option<i64>,
}

/// An import that was done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Imported {
    /// So many devices.
    imported: usize,
}

/// What is wrong with a line of a file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct LineFault {
    /// From 1.
    line: u64,
    message: String,
}

impl From<CsvFault> for LineFault {
    fn from(fault: CsvFault) -> Self {
        Self {
            line: fault.line,
            message: fault.message,
        }
    }
}

/// A file as it is.
pub(super) struct File(Bytes);

impl<S: Send + Sync> FromRequest<S> for File {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let still = request.extensions().get::<Still>().cloned();
        let reading = Bytes::from_request(request, state);
        match tokio::time::timeout(FILE_LIMIT, reading).await {
            Ok(Ok(bytes)) => {
                still.map_or(Ok(()), |still| still.allowed())?;
                Ok(Self(bytes))
            }
            Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(ApiError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "the file is over 4 MB: import it in parts",
            )),
            Ok(Err(rejection)) => Err(ApiError::bad_request(rejection.body_text())),
            Err(_) => Err(ApiError::new(
                StatusCode::REQUEST_TIMEOUT,
                "timeout",
                "the file did not come in time",
            )),
        }
    }
}

/// How much a file of an import may have.
pub(super) fn file_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MAX_IMPORT_BYTES)
}

/// Add many devices: a line each with login code, password, model and name, separated by commas. All or none.
///
/// A first line with the names `code,password,model,name`, in any order, may say what is where. At most 20,000 lines
/// and 4 MB.
#[utoipa::path(
    post,
    path = "/api/v1/devices/import",
    operation_id = "import_devices",
    tag = "devices",
    params(ImportParams),
    request_body(content = String, content_type = "text/csv", example = "code,password,model,name\n1000000000000001,correct-horse-battery,X1,Gate\n"),
    responses(
        (status = 200, description = "Added, all of them", body = Imported),
        (status = 400, description = "`bad_csv`: none is added; `lines` says what is wrong with which, the first hundred", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = 413, description = "`too_large`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn import_devices(
    State(api): State<Arc<Api>>,
    _: Allowed<OnPlatform<RunPlatform>>,
    slot: AuditSlot,
    Params(params): Params<ImportParams>,
    File(file): File,
) -> Result<Json<Imported>, ApiError> {
    let tenant = match params.tenant {
        Some(id) => {
            let its = api.accounts.tenant(TenantId(id), UnixMs::now());
            Some(its.ok_or_else(ApiError::no_such_tenant)?.id)
        }
        None => None,
    };
    slot.fill(|note| {
        note.tenant = tenant;
        note.target = "devices".into();
    });
    let imported = api.binding.import(&file, tenant).await?;
    slot.fill(|note| note.detail = format!("{imported} devices"));
    Ok(Json(Imported { imported }))
}
