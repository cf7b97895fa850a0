use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, ManagePeople, OnTenant, OnTenantInPerson};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use crate::account::{KeyInfo, NewKey, Permission};
use crate::clock::UnixMs;
use crate::ids::KeyId;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyRequest {
    /// What it is for.
    name: String,
    /// What it may do, with everything of the tenant.
    scopes: Vec<Permission>,
    /// When it ends. Left out: never.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// An API key, without what makes it work.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiKey {
    id: i64,
    name: String,
    scopes: Vec<Permission>,
    /// Who made it, while there.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    /// Absent: it does not end.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// Absent: not used yet.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<String>,
}

/// A fresh API key.
#[derive(Serialize, ToSchema)]
pub(super) struct FreshApiKey {
    #[serde(flatten)]
    its: ApiKey,
    /// For `Authorization: Bearer`, shown this once.
    key: String,
}

/// A tenant's API keys, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiKeys {
    items: Vec<ApiKey>,
}

impl From<KeyInfo> for ApiKey {
    fn from(key: KeyInfo) -> Self {
        Self {
            id: key.id.0,
            name: key.name,
            scopes: key.scopes.iter().collect(),
            created_by: key.created_by,
            created_at: key.created_at.to_rfc3339(),
            expires_at: key.expires_at.map(UnixMs::to_rfc3339),
            last_used_at: key.last_used_at.map(UnixMs::to_rfc3339),
        }
    }
}

/// List a tenant's API keys.
#[utoipa::path(
    get,
    path = "/api/v1/tenants/{tenant}/keys",
    operation_id = "list_keys",
    tag = "people",
    params(("tenant" = i64, Path, description = "The tenant's number")),
    responses(
        (status = 200, description = "The keys", body = ApiKeys),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_keys(State(api): State<Arc<Api>>, allowed: Allowed<OnTenant<ManagePeople>>) -> Json<ApiKeys> {
    let keys = api.accounts.keys(allowed.tenant).into_iter();
    Json(ApiKeys {
        items: keys.map(ApiKey::from).collect(),
    })
}

/// Make an API key. It may do at most what its maker may do with everything of the tenant.
#[utoipa::path(
    post,
    path = "/api/v1/tenants/{tenant}/keys",
    operation_id = "create_key",
    tag = "people",
    params(("tenant" = i64, Path, description = "The tenant's number")),
    request_body = KeyRequest,
    responses(
        (status = 201, description = "Made", body = FreshApiKey),
        (status = 400, description = "`bad_name`, `bad_scopes`, `bad_expiry`", body = ErrorBody),
        (status = 403, description = "`not_for_keys`, `too_much`, `too_many_keys`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn create_key(
    State(api): State<Arc<Api>>,
    allowed: Allowed<OnTenantInPerson<ManagePeople>>,
    slot: AuditSlot,
    Body(request): Body<KeyRequest>,
) -> Result<(StatusCode, Json<FreshApiKey>), ApiError> {
    let scopes = serde_json::to_string(&request.scopes).unwrap_or_default();
    slot.fill(|note| note.detail = scopes);
    let expires_at = request.expires_at.map(|text| {
        UnixMs::from_rfc3339(&text).ok_or_else(|| {
            ApiError::new(
                StatusCode::BAD_REQUEST,
                "bad_expiry",
                "expires_at is not an RFC 3339 time",
            )
        })
    });
    let new = NewKey {
        name: request.name,
        scopes: request.scopes.into_iter().collect(),
        expires_at: expires_at.transpose()?,
    };
    let (info, key) = api.accounts.add_key(&allowed.caller, allowed.tenant, new).await?;
    slot.fill(|note| note.target = format!("{} key {}", note.target, info.id));
    let its = ApiKey::from(info);
    Ok((StatusCode::CREATED, Json(FreshApiKey { its, key })))
}

/// End an API key.
#[utoipa::path(
    delete,
    path = "/api/v1/tenants/{tenant}/keys/{key}",
    operation_id = "delete_key",
    tag = "people",
    params(
        ("tenant" = i64, Path, description = "The tenant's number"),
        ("key" = i64, Path, description = "The key's number"),
    ),
    responses(
        (status = 204, description = "Ended"),
        (status = 404, description = "`no_such_tenant`, `no_such_key`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn delete_key(
    State(api): State<Arc<Api>>,
    allowed: Allowed<OnTenant<ManagePeople>>,
    Path(path): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let ended = match path.1.parse().map(KeyId) {
        Ok(key) => api.accounts.delete_key(allowed.tenant, key).await?,
        Err(_) => false,
    };
    if ended {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "no_such_key",
            "the tenant has no such key",
        ))
    }
}
