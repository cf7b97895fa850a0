use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, ManagePeople, OnPlatform, OnTenantInPerson, RunPlatform};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use super::host::Origin;
use super::login::FromClient;
use super::users::user_in;
use crate::account::{LinkError, NewLink};
use crate::ids::UserId;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A password to have from now on.
#[derive(Deserialize, ToSchema)]
pub(super) struct PasswordReset {
    /// What makes the link work: the part after `#`.
    token: String,
    password: String,
}

/// A link to pass on to the user, shown this once.
#[derive(Serialize, ToSchema)]
pub(super) struct ResetLink {
    link: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

impl ResetLink {
    fn new(link: &NewLink, origin: &Origin) -> Self {
        Self {
            link: origin.http(&format!("/reset#{}", link.token)),
            expires_at: link.expires_at.to_rfc3339(),
        }
    }
}

/// Set a password by a link. Every session of the user ends.
#[utoipa::path(
    post,
    path = "/api/v1/password_reset",
    operation_id = "reset_password",
    tag = "session",
    security(),
    request_body = PasswordReset,
    responses(
        (status = 204, description = "Set"),
        (status = 400, description = "`weak_password`", body = ErrorBody),
        (status = 404, description = "`bad_link`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`, with Retry-After", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn reset_password(
    State(api): State<Arc<Api>>,
    from: FromClient,
    slot: AuditSlot,
    Body(PasswordReset { token, password }): Body<PasswordReset>,
) -> Result<StatusCode, ApiError> {
    let set = api
        .accounts
        .reset_password(&token, password, from.client.address)
        .await?;
    from.is(&set.whose);
    if set.second_factor_off {
        slot.fill(|note| note.detail = "second factor taken off".into());
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Make a link by which a member sets a new password. Only for one who is in no other tenant, does not run the cloud and
/// may do no more than the caller.
#[utoipa::path(
    post,
    path = "/api/v1/tenants/{tenant}/members/{user}/reset_link",
    operation_id = "member_reset_link",
    tag = "people",
    params(
        ("tenant" = i64, Path, description = "The tenant's number"),
        ("user" = i64, Path, description = "The user's number"),
    ),
    responses(
        (status = 201, description = "Made", body = ResetLink),
        (status = 403, description = "`not_yours`, `forbidden`, `not_for_keys`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`, `no_such_member`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn member_reset_link(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenantInPerson<ManagePeople>>,
    origin: Origin,
    Path(path): Path<(String, String)>,
) -> Result<(StatusCode, Json<ResetLink>), ApiError> {
    let user = path.1.parse().map(UserId).map_err(|_| LinkError::NoSuchMember)?;
    let link = api.accounts.member_reset_link(&on.caller, on.tenant, user).await?;
    Ok((StatusCode::CREATED, Json(ResetLink::new(&link, &origin))))
}

/// Make a link by which any user sets a new password.
#[utoipa::path(
    post,
    path = "/api/v1/users/{user}/reset_link",
    operation_id = "user_reset_link",
    tag = "platform",
    params(("user" = i64, Path, description = "The user's number")),
    responses(
        (status = 201, description = "Made", body = ResetLink),
        (status = 403, description = "`forbidden`", body = ErrorBody),
        (status = 404, description = "`no_such_user`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn user_reset_link(
    State(api): State<Arc<Api>>,
    on: Allowed<OnPlatform<RunPlatform>>,
    slot: AuditSlot,
    origin: Origin,
    Path(user): Path<String>,
) -> Result<(StatusCode, Json<ResetLink>), ApiError> {
    let user = user_in(&user, &api, &slot)?;
    let link = api.accounts.user_reset_link(&on.caller, user).await?;
    Ok((StatusCode::CREATED, Json(ResetLink::new(&link, &origin))))
}
