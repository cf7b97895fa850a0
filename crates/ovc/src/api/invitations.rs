use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, AnyPerson, ManagePeople, OnTenant, OnTenantInPerson};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use super::grant::{Grant, read_grants};
use super::host::Origin;
use super::login::{Begun, FromClient, LoginAnswer, begin};
use super::me::Me;
use crate::account::{self, NewLink, Role};
use crate::ids::LinkId;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
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
    /// Absent: somebody who is gone.
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

/// What somebody is invited to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInvitation {
    role: Role,
    /// Whether the role holds for everything of the tenant; it always does for owners and admins. Left out: it does,
    /// unless there are grants.
    everywhere: Option<bool>,
    /// What is allowed with parts of the tenant.
    #[serde(default)]
    grants: Vec<Grant>,
    /// Whom it is meant for; who is invited sees it too.
    #[serde(default)]
    note: String,
}

/// A fresh invitation.
#[derive(Serialize, ToSchema)]
pub(super) struct InvitationLink {
    id: i64,
    /// To pass on to who is invited, shown this once.
    link: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// An open invitation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Invitation {
    id: i64,
    role: Role,
    /// Whether the role holds for everything of the tenant.
    everywhere: bool,
    grants: Vec<Grant>,
    note: String,
    /// Absent: somebody who is gone.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    invited_by: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// A tenant's open invitations, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InvitationList {
    items: Vec<Invitation>,
}

/// The link that an invitation is passed on as. What makes it work stands after `#`: browsers send that to nobody.
pub(super) fn link(origin: &Origin, link: &NewLink) -> String {
    origin.http(&format!("/invite#{}", link.token))
}

/// List a tenant's open invitations.
#[utoipa::path(
    get,
    path = "/api/v1/tenants/{tenant}/invitations",
    operation_id = "list_invitations",
    tag = "people",
    params(("tenant" = i64, Path)),
    responses(
        (status = 200, description = "The invitations", body = InvitationList),
        (status = 403, description = "`forbidden`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_invitations(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<ManagePeople>>,
) -> Result<Json<InvitationList>, ApiError> {
    let open = api.accounts.invitations(on.tenant).await?;
    let items = open.into_iter().map(|open| Invitation {
        id: open.id.0,
        role: open.role,
        everywhere: open.everywhere,
        grants: open.grants.iter().map(Grant::from).collect(),
        note: open.note,
        invited_by: open.invited_by,
        created_at: open.created_at.to_rfc3339(),
        expires_at: open.expires_at.to_rfc3339(),
    });
    Ok(Json(InvitationList { items: items.collect() }))
}

/// Invite somebody. The link is good once, for seven days.
#[utoipa::path(
    post,
    path = "/api/v1/tenants/{tenant}/invitations",
    operation_id = "invite",
    tag = "people",
    params(("tenant" = i64, Path)),
    request_body = NewInvitation,
    responses(
        (status = 201, description = "Made", body = InvitationLink),
        (status = 400, description = "`bad_grant`, `bad_note`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `not_for_keys`, `too_much`, `too_many_invitations`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn invite(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenantInPerson<ManagePeople>>,
    origin: Origin,
    slot: AuditSlot,
    Body(request): Body<NewInvitation>,
) -> Result<(StatusCode, Json<InvitationLink>), ApiError> {
    let grants = read_grants(&api, on.tenant, request.grants)?;
    let new = account::NewInvitation {
        role: request.role,
        everywhere: request.everywhere.unwrap_or(grants.is_empty()),
        grants,
        note: request.note,
    };
    let role = new.role.name();
    let made = api.accounts.invite(&on.caller, on.tenant, new).await?;
    let id = made.id.map_or(0, |id| id.0);
    slot.fill(|note| {
        note.target = format!("{} invitation {id}", note.target);
        note.detail = format!("as {role}");
    });
    let answer = InvitationLink {
        id,
        link: link(&origin, &made),
        expires_at: made.expires_at.to_rfc3339(),
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Take an invitation back.
#[utoipa::path(
    delete,
    path = "/api/v1/tenants/{tenant}/invitations/{invitation}",
    operation_id = "withdraw_invitation",
    tag = "people",
    params(("tenant" = i64, Path), ("invitation" = i64, Path)),
    responses(
        (status = 204, description = "Taken back"),
        (status = 403, description = "`forbidden`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`, `no_such_invitation`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn withdraw_invitation(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<ManagePeople>>,
    Path(path): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let gone = match path.1.parse().map(LinkId) {
        Ok(invitation) => api.accounts.withdraw(on.tenant, invitation).await?,
        Err(_) => false,
    };
    if gone {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "no_such_invitation",
            "the tenant has no such open invitation",
        ))
    }
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
        (status = "4XX", description = "Refused", body = ErrorBody),
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
        (status = "4XX", description = "Refused", body = ErrorBody),
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
    if let Some(membership) = login.caller.memberships.first() {
        from.is_about(membership.tenant);
    }
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
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn join(
    State(api): State<Arc<Api>>,
    person: Allowed<AnyPerson>,
    from: FromClient,
    Body(InvitationToken { token }): Body<InvitationToken>,
) -> Result<Json<Me>, ApiError> {
    let user = person.user()?;
    let tenant = api.accounts.accept_as(user, &token, from.client.address).await?;
    from.is_about(tenant);
    let caller = api.accounts.caller(person.caller.principal);
    let caller = caller.ok_or_else(ApiError::unauthorized)?;
    Ok(Json(Me::of(&api, &caller)))
}
