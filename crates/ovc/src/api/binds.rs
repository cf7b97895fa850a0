use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, Configure, OnTenant};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use crate::account::Principal;
use crate::binding::{BindError, BindState};
use crate::clock::UnixMs;
use crate::db::BindRow;
use crate::ids::{BindId, GroupId};
use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// A bind id to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBind {
    /// What the device will be called.
    #[schema(nullable = false)]
    name: Option<String>,
    /// The group it goes to.
    #[schema(nullable = false)]
    group_id: Option<i64>,
}

/// A bind id just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CreatedBind {
    id: i64,
    /// What the device has to send. Shown this once.
    bind_id: String,
    #[schema(format = DateTime)]
    expires_at: String,
    qr: BindQr,
}

/// What a QR code for the device's camera says, in the form vendors use; `ssid` and `pwd` of the Wi-Fi may be added.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BindQr {
    id: String,
}

/// How it stands with a bind id.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Bind {
    id: i64,
    /// `waiting`, `bound`, `refused` or `expired`.
    #[schema(value_type = String)]
    state: &'static str,
    /// Of a refused one: `held_elsewhere`, another tenant has the device and must release or reset it first;
    /// `too_many_devices`, the tenant has as many as it may. Of a bound one: `already_yours`.
    #[schema(value_type = String, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// What the device will be called; may be empty.
    name: String,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<i64>,
    /// The device that sent it.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    login_code: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    expires_at: String,
    /// When the device sent it.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_at: Option<String>,
}

/// Bind ids, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BindList {
    items: Vec<Bind>,
}

impl From<BindRow> for Bind {
    fn from(row: BindRow) -> Self {
        let (state, reason) = BindState::of(&row, UnixMs::now());
        Self {
            id: row.id.0,
            state: state.name(),
            reason,
            name: row.name,
            group_id: row.group.map(|group| group.0),
            login_code: row.device.map(|device| device.to_string()),
            created_at: row.created_at.to_rfc3339(),
            expires_at: row.expires_at.to_rfc3339(),
            settled_at: row.settled_at.map(|at| at.to_rfc3339()),
        }
    }
}

impl From<BindError> for ApiError {
    fn from(error: BindError) -> Self {
        let message = error.to_string();
        match error {
            BindError::BadName => Self::new(StatusCode::BAD_REQUEST, "bad_name", message),
            BindError::NoGroup => Self::no_such_group(),
            BindError::TooMany => Self::new(StatusCode::CONFLICT, "too_many_binds", message),
            BindError::Db(error) => error.into(),
        }
    }
}

fn no_such_bind() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "no_such_bind", "there is no such bind id")
}

/// The bind id named in the path, by its number.
pub(super) struct BindInPath(BindId);

impl<S: Send + Sync> FromRequestParts<S> for BindInPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, state).await;
        let id = path.ok().and_then(|Path(path)| path.get("bind")?.parse().ok());
        id.map(|id| Self(BindId(id))).ok_or_else(no_such_bind)
    }
}

/// Make a bind id: the device that sends it within a quarter of an hour comes to the tenant.
#[utoipa::path(
    post,
    path = "/api/v1/tenants/{tenant}/binds",
    operation_id = "create_bind",
    tag = "binding",
    params(("tenant" = i64, Path)),
    request_body = NewBind,
    responses(
        (status = 201, description = "Made", body = CreatedBind),
        (status = 400, description = "`bad_request`, `bad_name`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`, `no_such_group`", body = ErrorBody),
        (status = 409, description = "`too_many_binds`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn create_bind(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<Configure>>,
    slot: AuditSlot,
    Body(new): Body<NewBind>,
) -> Result<(StatusCode, Json<CreatedBind>), ApiError> {
    let by = match on.caller.principal {
        Principal::User(user) => Some(user),
        Principal::Key(_) => None,
    };
    let name = new.name.unwrap_or_default();
    let made = api
        .binding
        .create(on.tenant, new.group_id.map(GroupId), &name, by)
        .await?;
    slot.fill(|note| note.target = format!("{} bind {}", note.target, made.id));
    let made = CreatedBind {
        id: made.id.0,
        qr: BindQr {
            id: made.bind_id.clone(),
        },
        bind_id: made.bind_id,
        expires_at: made.expires_at.to_rfc3339(),
    };
    Ok((StatusCode::CREATED, Json(made)))
}

/// The tenant's bind ids of the last 30 days, newest first, at most 200.
#[utoipa::path(
    get,
    path = "/api/v1/tenants/{tenant}/binds",
    operation_id = "list_binds",
    tag = "binding",
    params(("tenant" = i64, Path)),
    responses(
        (status = 200, description = "All of them", body = BindList),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_binds(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<Configure>>,
) -> Result<Json<BindList>, ApiError> {
    let rows = api.binding.list(on.tenant).await?;
    Ok(Json(BindList {
        items: rows.into_iter().map(Bind::from).collect(),
    }))
}

/// How it stands with a bind id.
#[utoipa::path(
    get,
    path = "/api/v1/tenants/{tenant}/binds/{bind}",
    operation_id = "get_bind",
    tag = "binding",
    params(("tenant" = i64, Path), ("bind" = i64, Path)),
    responses(
        (status = 200, description = "How it stands", body = Bind),
        (status = 404, description = "`no_such_tenant`, `no_such_bind`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_bind(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<Configure>>,
    BindInPath(id): BindInPath,
) -> Result<Json<Bind>, ApiError> {
    let row = api.binding.get(on.tenant, id).await?.ok_or_else(no_such_bind)?;
    Ok(Json(row.into()))
}

/// Take a bind id back.
#[utoipa::path(
    delete,
    path = "/api/v1/tenants/{tenant}/binds/{bind}",
    operation_id = "delete_bind",
    tag = "binding",
    params(("tenant" = i64, Path), ("bind" = i64, Path)),
    responses(
        (status = 204, description = "Taken back"),
        (status = 404, description = "`no_such_tenant`, `no_such_bind`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn delete_bind(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<Configure>>,
    BindInPath(id): BindInPath,
) -> Result<StatusCode, ApiError> {
    if api.binding.delete(on.tenant, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_such_bind())
    }
}
