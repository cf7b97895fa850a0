use super::Api;
use super::auth::{Allowed, OnDevice, View};
use super::commands::{PageParams, next};
use super::error::{ApiError, ErrorBody};
use super::extract::Params;
use crate::account::{Permission, policy};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A device came or went.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PresenceEntry {
    /// Later ones have greater numbers.
    id: i64,
    #[schema(format = DateTime)]
    at: String,
    /// What it was from then on: `online`, `sleeping` or `offline`.
    presence: String,
    /// Where it came from; for who may see all of it.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// Why it went: `silent`, `disabled`; others may come.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// How a device came and went, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PresenceList {
    items: Vec<PresenceEntry>,
    /// For `before`, to get those before; absent: there are none.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// When a device came and went. Newest first; what is just happening stands there a second later.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/presence",
    operation_id = "list_presence",
    tag = "devices",
    params(("login_code" = String, Path), PageParams),
    responses(
        (status = 200, description = "How it came and went", body = PresenceList),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_presence(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<View>>,
    Params(params): Params<PageParams>,
) -> Result<Json<PresenceList>, ApiError> {
    let limit = params.limit()?;
    let whole = policy::channels(&on.caller, Permission::View, &on.place).is_none();
    let rows = api.chronicle.list(&on.place.code, params.before, limit).await?;
    on.decide_again(&api)?;
    Ok(Json(PresenceList {
        next: next(rows.iter().map(|row| row.id), limit),
        items: rows
            .into_iter()
            .map(|row| PresenceEntry {
                id: row.id,
                at: row.at.to_rfc3339(),
                presence: row.presence,
                address: row.address.filter(|_| whole),
                reason: row.reason,
            })
            .collect(),
    }))
}
