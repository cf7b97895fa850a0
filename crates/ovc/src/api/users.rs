use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, OnPlatform, RunPlatform};
use super::error::{ApiError, ErrorBody};
use super::extract::{Body, Params};
use crate::account::{self, Role, UserError};
use crate::clock::UnixMs;
use crate::ids::UserId;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Users on a page.
const PAGE_SIZE: usize = 50;
/// Longest search text, in bytes.
const MAX_QUERY_LEN: usize = 200;

/// A user, as who runs the cloud sees him.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct User {
    id: i64,
    username: String,
    platform_admin: bool,
    /// May not log in.
    disabled: bool,
    /// Has a second factor.
    totp: bool,
    #[schema(format = DateTime)]
    created_at: String,
    /// The tenants he belongs to.
    tenants: Vec<TenantOfUser>,
}

/// A tenant that a user belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TenantOfUser {
    id: i64,
    name: String,
    role: Role,
}

impl User {
    fn of(api: &Api, user: &account::User) -> Self {
        let now = UnixMs::now();
        let tenants = user.caller.memberships.iter().filter_map(|of| {
            let tenant = api.accounts.tenant(of.tenant, now)?;
            Some(TenantOfUser {
                id: tenant.id.0,
                name: tenant.name,
                role: of.role?,
            })
        });
        Self {
            id: user.id.0,
            username: user.caller.name.clone(),
            platform_admin: user.caller.platform_admin,
            disabled: user.disabled,
            totp: user.totp,
            created_at: user.created_at.to_rfc3339(),
            tenants: tenants.collect(),
        }
    }
}

/// Which users.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct UserParams {
    /// Part of the name.
    #[param(nullable = false)]
    query: Option<String>,
    /// From 1, which is the default; of 50 users each.
    #[param(nullable = false, minimum = 1)]
    page: Option<u32>,
}

/// A page of users.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserPage {
    items: Vec<User>,
    /// On all pages.
    total: u64,
    page: u32,
    page_size: u32,
}

/// List the users of the cloud in the order they were made.
#[utoipa::path(
    get,
    path = "/api/v1/users",
    operation_id = "list_users",
    tag = "platform",
    params(UserParams),
    responses(
        (status = 200, description = "A page", body = UserPage),
        (status = 403, description = "`forbidden`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_users(
    State(api): State<Arc<Api>>,
    _: Allowed<OnPlatform<RunPlatform>>,
    Params(params): Params<UserParams>,
) -> Result<Json<UserPage>, ApiError> {
    let page = params.page.unwrap_or(1);
    let query = params.query.unwrap_or_default();
    if page == 0 || query.len() > MAX_QUERY_LEN {
        return Err(ApiError::bad_request("page starts at 1; query has at most 200 bytes"));
    }
    let offset = (page as usize - 1).saturating_mul(PAGE_SIZE);
    let (users, total) = api.accounts.users(&query, offset, PAGE_SIZE);
    Ok(Json(UserPage {
        items: users.iter().map(|user| User::of(&api, user)).collect(),
        total: total as u64,
        page,
        page_size: PAGE_SIZE as u32,
    }))
}

/// The user in the path. What happens to him stands in the log of every tenant he is in, with his name: who looks later
/// finds nobody of that number.
pub(super) fn user_in(path: &str, api: &Api, slot: &AuditSlot) -> Result<UserId, ApiError> {
    let user = path.parse().map(UserId).map_err(|_| UserError::NotFound)?;
    let known = api.accounts.user(user).ok_or(UserError::NotFound)?;
    slot.is_about(&known.caller);
    slot.fill(|note| note.detail.clone_from(&known.caller.name));
    Ok(user)
}

/// What to change of a user; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserChange {
    /// A user who is disabled is logged out everywhere.
    #[schema(nullable = false)]
    disabled: Option<bool>,
    #[schema(nullable = false)]
    platform_admin: Option<bool>,
}

/// Disable or enable a user, make him a platform administrator or no longer one.
#[utoipa::path(
    patch,
    path = "/api/v1/users/{user}",
    operation_id = "change_user",
    tag = "platform",
    params(("user" = i64, Path)),
    request_body = UserChange,
    responses(
        (status = 200, description = "The user as he is now", body = User),
        (status = 403, description = "`forbidden`", body = ErrorBody),
        (status = 404, description = "`no_such_user`", body = ErrorBody),
        (status = 409, description = "`last_platform_admin`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn change_user(
    State(api): State<Arc<Api>>,
    _: Allowed<OnPlatform<RunPlatform>>,
    slot: AuditSlot,
    Path(user): Path<String>,
    Body(change): Body<UserChange>,
) -> Result<Json<User>, ApiError> {
    let user = user_in(&user, &api, &slot)?;
    let disabled = change.disabled.map(|is| if is { "disabled" } else { "enabled" });
    let platform_admin = change.platform_admin.map(|is| match is {
        true => "made platform administrator",
        false => "no platform administrator any more",
    });
    slot.fill(|note| {
        for done in disabled.into_iter().chain(platform_admin) {
            note.detail = format!("{}; {done}", note.detail);
        }
    });
    let user = api
        .accounts
        .change_user(user, change.disabled, change.platform_admin)
        .await?;
    Ok(Json(User::of(&api, &user)))
}

/// Remove a user.
#[utoipa::path(
    delete,
    path = "/api/v1/users/{user}",
    operation_id = "delete_user",
    tag = "platform",
    params(("user" = i64, Path)),
    responses(
        (status = 204, description = "Removed"),
        (status = 403, description = "`forbidden`", body = ErrorBody),
        (status = 404, description = "`no_such_user`", body = ErrorBody),
        (status = 409, description = "`last_platform_admin`, `last_owner`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn delete_user(
    State(api): State<Arc<Api>>,
    _: Allowed<OnPlatform<RunPlatform>>,
    slot: AuditSlot,
    Path(user): Path<String>,
) -> Result<StatusCode, ApiError> {
    api.accounts.delete_user(user_in(&user, &api, &slot)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Log a user out everywhere.
#[utoipa::path(
    delete,
    path = "/api/v1/users/{user}/sessions",
    operation_id = "end_user_sessions",
    tag = "platform",
    params(("user" = i64, Path)),
    responses(
        (status = 204, description = "Logged out"),
        (status = 403, description = "`forbidden`", body = ErrorBody),
        (status = 404, description = "`no_such_user`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn end_user_sessions(
    State(api): State<Arc<Api>>,
    _: Allowed<OnPlatform<RunPlatform>>,
    slot: AuditSlot,
    Path(user): Path<String>,
) -> Result<StatusCode, ApiError> {
    let user = user_in(&user, &api, &slot)?;
    api.accounts.end_sessions(user, None).await?;
    Ok(StatusCode::NO_CONTENT)
}
