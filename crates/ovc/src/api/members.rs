use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, Know, ManagePeople, OnTenant};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use super::grant::{Grant, read_grants};
use crate::account::policy::{Decision, decide};
use crate::account::{self, MemberChange, MemberError, Permission, Principal, Role};
use crate::ids::UserId;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A user in a tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Member {
    user_id: i64,
    username: String,
    role: Role,
    /// Whether the role holds for everything of the tenant; if not, the member may do what the grants say.
    everywhere: bool,
    /// What he may do with parts of the tenant beyond that.
    grants: Vec<Grant>,
    /// Has a second factor.
    totp: bool,
    /// May not log in.
    disabled: bool,
}

impl From<account::Member> for Member {
    fn from(member: account::Member) -> Self {
        Self {
            user_id: member.user.0,
            username: member.username,
            role: member.role,
            everywhere: member.everywhere,
            grants: member.grants.iter().map(Grant::from).collect(),
            totp: member.totp,
            disabled: member.disabled,
        }
    }
}

/// The people of a tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MemberList {
    items: Vec<Member>,
}

/// List the people of a tenant.
#[utoipa::path(
    get,
    path = "/api/v1/tenants/{tenant}/members",
    operation_id = "list_members",
    tag = "people",
    params(("tenant" = i64, Path)),
    responses(
        (status = 200, description = "Members", body = MemberList),
        (status = 403, description = "`forbidden`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_members(State(api): State<Arc<Api>>, on: Allowed<OnTenant<ManagePeople>>) -> Json<MemberList> {
    Json(MemberList {
        items: api.accounts.members(on.tenant).into_iter().map(Member::from).collect(),
    })
}

/// What to change of a member; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangedMember {
    #[schema(nullable = false)]
    role: Option<Role>,
    /// Always so for owners and admins.
    #[schema(nullable = false)]
    everywhere: Option<bool>,
    /// All grants he then has, 200 at most.
    #[schema(nullable = false)]
    grants: Option<Vec<Grant>>,
}

/// The user in the path.
fn user_in(path: &str) -> Result<UserId, ApiError> {
    let id = path.parse().map(UserId);
    id.map_err(|_| MemberError::NotFound.into())
}

/// What is changed, for the audit log, and how many keys he has made: they stay as they are.
fn said(change: &ChangedMember, keys: usize) -> String {
    let role = change.role.map(|role| format!("as {}", role.name()));
    let everywhere = change
        .everywhere
        .map(|is| if is { "everywhere" } else { "by grants only" }.to_owned());
    let grants = change.grants.as_ref().map(|grants| format!("grants: {}", grants.len()));
    let said = [role, everywhere, grants, kept(keys)];
    said.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn kept(keys: usize) -> Option<String> {
    (keys > 0).then(|| format!("API keys made by him that stay: {keys}"))
}

/// Change what a member is and may do. Nobody gives more than he has.
#[utoipa::path(
    patch,
    path = "/api/v1/tenants/{tenant}/members/{user}",
    operation_id = "change_member",
    tag = "people",
    params(("tenant" = i64, Path), ("user" = i64, Path)),
    request_body = ChangedMember,
    responses(
        (status = 200, description = "The member as he is now", body = Member),
        (status = 400, description = "`bad_grant`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `too_much`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`, `no_such_member`", body = ErrorBody),
        (status = 409, description = "`last_owner`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn change_member(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<ManagePeople>>,
    slot: AuditSlot,
    Path(path): Path<(String, String)>,
    Body(change): Body<ChangedMember>,
) -> Result<Json<Member>, ApiError> {
    let user = user_in(&path.1)?;
    slot.fill(|note| note.detail = said(&change, api.accounts.count_keys_of(on.tenant, user)));
    let grants = change.grants.map(|grants| read_grants(&api, on.tenant, grants));
    let change = MemberChange {
        role: change.role,
        everywhere: change.everywhere,
        grants: grants.transpose()?,
    };
    let member = api.accounts.change_member(&on.caller, on.tenant, user, change).await?;
    Ok(Json(member.into()))
}

/// Take a member out of the tenant. Everybody may leave by himself.
#[utoipa::path(
    delete,
    path = "/api/v1/tenants/{tenant}/members/{user}",
    operation_id = "remove_member",
    tag = "people",
    params(("tenant" = i64, Path), ("user" = i64, Path)),
    responses(
        (status = 204, description = "No member any more"),
        (status = 403, description = "`forbidden`, `too_much`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`, `no_such_member`", body = ErrorBody),
        (status = 409, description = "`last_owner`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn remove_member(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<Know>>,
    slot: AuditSlot,
    Path(path): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let himself = on.caller.principal;
    let may_others = decide(&on.caller, Permission::ManagePeople, on.its.resource()) == Decision::Allow;
    // Who may not manage people does not learn who else is in the tenant.
    let user = path.1.parse().map(UserId).ok();
    let user = match user {
        Some(user) if may_others || himself == Principal::User(user) => user,
        None if may_others => return Err(MemberError::NotFound.into()),
        _ => return Err(ApiError::forbidden()),
    };
    let keys = api.accounts.count_keys_of(on.tenant, user);
    slot.fill(|note| note.detail = kept(keys).unwrap_or_default());
    api.accounts.remove_member(&on.caller, on.tenant, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
