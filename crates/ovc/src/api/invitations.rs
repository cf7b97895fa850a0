use super::Api;
use super::auth::{Allowed, AnyPerson};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use super::host::Origin;
use super::login::{Begun, FromClient, LoginAnswer, begin};
use super::me::Me;
use crate::account::Role;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What makes an invitation work: the part of the link after `#`.
#[derive(Deserialize, ToSchema)]
pub(super) struct InvitationToken {
    token: String,
}

/// An invitation as who is invited sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InvitationLook {
    tenant_name: String,
    role: Role,
    /// Absent: a program, or somebody who is gone.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    invited_by: Option<String>,
    /// In the inviter's words.
    note: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Somebody new who accepts an invitation.
#[derive(Deserialize, ToSchema)]
pub(super) struct AcceptRequest {
    token: String,
    username: String,
    password: String,
}

/// See what an invitation is to.
#[utoipa::path(
    post,
    path = "/api/v1/invitations/look",
    operation_id = "look_at_invitation",
    tag = "session",
    security(),
    request_body = InvitationToken,
    responses(
        (status = 200, description = "The invitation", body = InvitationLook),
        (status = 404, description = "`bad_link`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`, with Retry-After", body = ErrorBody),
        (status = "default", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn look_at_invitation(
    State(api): State<Arc<Api>>,
    from: FromClient,
    Body(InvitationToken { token }): Body<InvitationToken>,
) -> Result<Json<InvitationLook>, ApiError> {
    let look = api.accounts.look_at_invitation(&token, from.client.address).await?;
    Ok(Json(InvitationLook {
        tenant_name: look.tenant_name,
        role: look.role,
        invited_by: look.invited_by,
        note: look.note,
        expires_at: look.expires_at.to_rfc3339(),
    }))
}

/// Accept an invitation as somebody new, who is logged in then.
#[utoipa::path(
    post,
    path = "/api/v1/invitations/accept",
    operation_id = "accept_invitation",
    tag = "session",
    security(),
    request_body = AcceptRequest,
    responses(
        (status = 200, description = "Accepted and logged in", body = LoginAnswer),
        (status = 400, description = "`weak_password`, `bad_username`", body = ErrorBody),
        (status = 404, description = "`bad_link`", body = ErrorBody),
        (status = 409, description = "`username_taken`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`, with Retry-After", body = ErrorBody),
        (status = "default", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn accept_invitation(
    State(api): State<Arc<Api>>,
    from: FromClient,
    origin: Origin,
    Body(request): Body<AcceptRequest>,
) -> Result<Begun, ApiError> {
    let login = api
        .accounts
        .accept_as_new(&request.token, &request.username, request.password, &from.client)
        .await?;
    Ok(begin(&api, login, &from, &origin))
}

/// Accept an invitation as the user who is logged in.
#[utoipa::path(
    post,
    path = "/api/v1/me/invitations",
    operation_id = "join",
    tag = "session",
    request_body = InvitationToken,
    responses(
        (status = 200, description = "Joined", body = Me),
        (status = 404, description = "`bad_link`", body = ErrorBody),
        (status = 409, description = "`already_member`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`, with Retry-After", body = ErrorBody),
        (status = "default", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn join(
    State(api): State<Arc<Api>>,
    person: Allowed<AnyPerson>,
    from: FromClient,
    Body(InvitationToken { token }): Body<InvitationToken>,
) -> Result<Json<Me>, ApiError> {
    let user = person.user()?;
    api.accounts.accept_as(user, &token, from.client.address).await?;
    let caller = api.accounts.caller(person.caller.principal);
    let caller = caller.ok_or_else(ApiError::unauthorized)?;
    Ok(Json(Me::of(&api, &caller)))
}
