use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, AnyUser};
use super::error::{ApiError, ErrorBody};
use super::extract::{Body, Last, Params};
use super::incoming::{Incoming, too_large};
use crate::account::policy::{self, Decision, Resource};
use crate::account::{Caller, Permission};
use crate::blob::BlobKind;
use crate::clock::UnixMs;
use crate::db::{FirmwareRow, NewFirmware};
use crate::firmware::{self as store, FirmwareError};
use crate::ids::TenantId;
use crate::transfer::{Rule, discard, receive};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Longest image.
const MAX_IMAGE: u64 = 512 << 20;

/// An image of devices' software.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Firmware {
    id: i64,
    /// Whose it is; absent: the platform's, for all.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<i64>,
    /// The devices it is for.
    hardware_model: String,
    /// What they say of themselves once it is installed.
    firmware_model: String,
    bytes: u64,
    /// Hexadecimal.
    sha256: String,
    notes: String,
    #[schema(format = DateTime)]
    created_at: String,
    created_by: String,
}

impl From<FirmwareRow> for Firmware {
    fn from(row: FirmwareRow) -> Self {
        Self {
            id: row.id,
            tenant: row.tenant.map(|tenant| tenant.0),
            hardware_model: row.hardware_model,
            firmware_model: row.firmware_model,
            bytes: row.blob.bytes,
            sha256: HEXLOWER.encode(&row.blob.sha256),
            notes: row.notes,
            created_at: row.created_at.to_rfc3339(),
            created_by: row.created_by,
        }
    }
}

impl From<FirmwareError> for ApiError {
    fn from(error: FirmwareError) -> Self {
        let message = error.to_string();
        match error {
            FirmwareError::BadModel(field) => Self::new(StatusCode::BAD_REQUEST, "bad_model", message).at(field),
            FirmwareError::BadNotes => Self::new(StatusCode::BAD_REQUEST, "bad_notes", message).at("notes"),
            FirmwareError::Exists => Self::new(StatusCode::CONFLICT, "firmware_exists", message),
            FirmwareError::TooMany => Self::new(StatusCode::FORBIDDEN, "too_much_firmware", message),
            FirmwareError::Db(error) => error.into(),
        }
    }
}

pub(super) fn no_such_firmware() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "no_such_firmware", "there is no such image")
}

/// Whether the caller may change what this owner has.
fn may_change(api: &Api, caller: &Caller, owner: Option<TenantId>) -> Result<(), ApiError> {
    let Some(tenant) = owner else {
        return match policy::decide(caller, Permission::RunPlatform, Resource::Platform) {
            Decision::Allow => Ok(()),
            _ => Err(ApiError::forbidden()),
        };
    };
    let its = api.accounts.tenant(tenant, UnixMs::now());
    let its = its.ok_or_else(ApiError::no_such_tenant)?;
    match policy::decide(caller, Permission::Configure, its.resource()) {
        Decision::Allow => Ok(()),
        Decision::Forbid => Err(ApiError::forbidden()),
        Decision::Hide => Err(ApiError::no_such_tenant()),
    }
}

/// The tenants of which the caller may see the images; `None`: of all. Empty: he may configure nothing.
fn seen(caller: &Caller) -> Option<Vec<TenantId>> {
    let configures = |of: &&policy::Membership| {
        of.everywhere.contains(Permission::Configure)
            || of
                .grants
                .iter()
                .any(|grant| grant.permissions.contains(Permission::Configure))
    };
    let tenants = caller.memberships.iter().filter(configures).map(|of| of.tenant);
    (!caller.platform_admin).then(|| tenants.collect())
}

/// Which images.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FirmwareAsked {
    /// Of this tenant, and of the platform, only.
    #[param(nullable = false)]
    tenant: Option<i64>,
    /// For devices of this model only.
    #[param(nullable = false)]
    hardware_model: Option<String>,
}

/// Images, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FirmwareList {
    items: Vec<Firmware>,
}

/// Images of tenants where the caller may configure something, and the platform's: all of them, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/firmware",
    operation_id = "list_firmware",
    tag = "firmware",
    params(FirmwareAsked),
    responses(
        (status = 200, description = "Images", body = FirmwareList),
        (status = 403, description = "`forbidden`: the caller may configure nothing", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_firmware(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
    Params(asked): Params<FirmwareAsked>,
) -> Result<Json<FirmwareList>, ApiError> {
    let seen = seen(&user.caller);
    if seen.as_ref().is_some_and(Vec::is_empty) {
        return Err(ApiError::forbidden());
    }
    let tenants = match asked.tenant.map(TenantId) {
        Some(tenant) if seen.as_ref().is_none_or(|seen| seen.contains(&tenant)) => Some(vec![tenant]),
        Some(_) => return Err(ApiError::no_such_tenant()),
        None => seen,
    };
    let rows = api
        .firmware
        .list(tenants.as_deref(), asked.hardware_model.as_deref())
        .await?;
    Ok(Json(FirmwareList {
        items: rows.into_iter().map(Firmware::from).collect(),
    }))
}

/// What an image is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NewImage {
    /// Whose it becomes; left out: the platform's, for all.
    #[param(nullable = false)]
    tenant: Option<i64>,
    /// The devices it is for.
    hardware_model: String,
    /// What they will say of themselves.
    firmware_model: String,
    /// For people.
    #[serde(default)]
    notes: String,
}

/// Upload an image, as it is, 512 MiB at most.
#[utoipa::path(
    post,
    path = "/api/v1/firmware",
    operation_id = "upload_firmware",
    tag = "firmware",
    params(NewImage),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 201, description = "Kept", body = Firmware),
        (status = 400, description = "`bad_model`, `bad_notes`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `too_much_firmware`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = 409, description = "`firmware_exists`", body = ErrorBody),
        (status = 413, description = "`too_large`", body = ErrorBody),
        (status = 415, description = "`bad_content`: there is nothing in it", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn upload_firmware(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
    slot: AuditSlot,
    Params(new): Params<NewImage>,
    incoming: Incoming,
) -> Result<(StatusCode, Json<Firmware>), ApiError> {
    let tenant = new.tenant.map(TenantId);
    may_change(&api, &user.caller, tenant)?;
    let hardware_model = store::Firmware::check_model("hardware_model", &new.hardware_model)?;
    let firmware_model = store::Firmware::check_model("firmware_model", &new.firmware_model)?;
    store::Firmware::check_notes(&new.notes)?;
    slot.fill(|note| {
        note.tenant = tenant;
        note.target = format!("firmware {firmware_model} for {hardware_model}");
    });
    api.firmware.check_new(tenant, hardware_model, firmware_model).await?;
    let (pieces, length, still) = incoming.split();
    if length.is_some_and(|length| length > MAX_IMAGE) {
        return Err(too_large(MAX_IMAGE));
    }
    let (stored, _) = receive(&api.blobs, BlobKind::Firmware, Rule::Image, MAX_IMAGE, pieces).await?;
    let kept = async {
        // What he may was a question of when he began.
        still.map_or(Ok(()), |still| still.allowed())?;
        may_change(&api, &user.caller, tenant)?;
        let new = NewFirmware {
            tenant,
            hardware_model,
            firmware_model,
            notes: &new.notes,
            by: &user.caller.name,
            stored: &stored,
        };
        Ok::<_, ApiError>(api.firmware.add(&new).await?)
    };
    match kept.await {
        Ok(row) => Ok((StatusCode::CREATED, Json(row.into()))),
        Err(error) => {
            discard(&api.blobs, &stored).await;
            Err(error)
        }
    }
}

/// The image named in the path, if the caller may change it.
async fn changeable(api: &Api, caller: &Caller, slot: &AuditSlot, id: Option<i64>) -> Result<FirmwareRow, ApiError> {
    let id = id.ok_or_else(no_such_firmware)?;
    let row = api.firmware.get(id).await?.ok_or_else(no_such_firmware)?;
    let known = match (seen(caller), row.tenant) {
        (Some(seen), Some(tenant)) => seen.contains(&tenant),
        (Some(seen), None) => !seen.is_empty(),
        (None, _) => true,
    };
    if !known {
        return Err(no_such_firmware());
    }
    slot.fill(|note| {
        note.tenant = row.tenant;
        note.target = format!("firmware {} {} for {}", row.id, row.firmware_model, row.hardware_model);
    });
    may_change(api, caller, row.tenant)?;
    Ok(row)
}

/// What to change of an image.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FirmwareChange {
    notes: String,
}

/// Change an image's notes.
#[utoipa::path(
    patch,
    path = "/api/v1/firmware/{firmware}",
    operation_id = "change_firmware",
    tag = "firmware",
    params(("firmware" = i64, Path)),
    request_body = FirmwareChange,
    responses(
        (status = 200, description = "The image as it is now", body = Firmware),
        (status = 400, description = "`bad_notes`", body = ErrorBody),
        (status = 404, description = "`no_such_firmware`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn change_firmware(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
    slot: AuditSlot,
    Last(id): Last,
    Body(change): Body<FirmwareChange>,
) -> Result<Json<Firmware>, ApiError> {
    let row = changeable(&api, &user.caller, &slot, id).await?;
    slot.fill(|note| note.detail = "notes".to_owned());
    if !api.firmware.change(row.id, &change.notes).await? {
        return Err(no_such_firmware());
    }
    let row = api.firmware.get(row.id).await?.ok_or_else(no_such_firmware)?;
    Ok(Json(row.into()))
}

/// Remove an image. An upgrade with it that has not fetched it yet will fail.
#[utoipa::path(
    delete,
    path = "/api/v1/firmware/{firmware}",
    operation_id = "delete_firmware",
    tag = "firmware",
    params(("firmware" = i64, Path)),
    responses(
        (status = 204, description = "Removed"),
        (status = 404, description = "`no_such_firmware`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn delete_firmware(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
    slot: AuditSlot,
    Last(id): Last,
) -> Result<StatusCode, ApiError> {
    let row = changeable(&api, &user.caller, &slot, id).await?;
    if api.firmware.delete(row.id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_such_firmware())
    }
}
