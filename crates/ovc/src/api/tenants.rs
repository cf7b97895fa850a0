use super::audit_slot::AuditSlot;
use super::auth::{
    Allowed, AnyUser, Know, ManageTenant, ManageTenantOrRunPlatform, OnPlatform, OnTenant, OnTenantInPerson,
    RunPlatform, RunPlatformFor,
};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use super::host::Origin;
use super::{Api, invitations};
use crate::account::{self, Caller, Permission, Role, policy};
use crate::clock::UnixMs;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// Longest time for which platform administrators are let in at once.
const MAX_SUPPORT_HOURS: u32 = 168;

/// An organisation that owns devices.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Tenant {
    id: i64,
    name: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// What the caller is in it; absent: no member, or an API key.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    /// What the caller may do with everything of it.
    permissions: Vec<Permission>,
    /// How many devices it holds.
    devices: u64,
    /// How many people are in it.
    members: u64,
    /// Whether any of them owns it and may log in. Who runs the cloud can invite one where nobody does.
    has_owner: bool,
    /// Until when it lets platform administrators in.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    support_until: Option<String>,
}

impl Tenant {
    fn seen_by(caller: &Caller, tenant: account::Tenant, devices: u64, members: usize, has_owner: bool) -> Self {
        let membership = caller.memberships.iter().find(|of| of.tenant == tenant.id);
        Self {
            id: tenant.id.0,
            role: membership.and_then(|of| of.role),
            permissions: policy::permissions(caller, tenant.resource()).iter().collect(),
            created_at: tenant.created_at.to_rfc3339(),
            support_until: tenant.support_until.map(UnixMs::to_rfc3339),
            name: tenant.name,
            devices,
            members: members as u64,
            has_owner,
        }
    }
}

/// The tenant with what is counted of it.
async fn shown(api: &Api, caller: &Caller, tenant: account::Tenant) -> Result<Tenant, ApiError> {
    let devices = api.db.devices_by_tenant().await?.remove(&tenant.id).unwrap_or(0);
    let members = api.accounts.count_members().remove(&tenant.id).unwrap_or(0);
    let has_owner = api.accounts.owned_tenants().contains(&tenant.id);
    Ok(Tenant::seen_by(caller, tenant, devices, members, has_owner))
}

/// Tenants.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TenantList {
    items: Vec<Tenant>,
}

/// List the caller's tenants; all of them for platform administrators.
#[utoipa::path(
    get,
    path = "/api/v1/tenants",
    operation_id = "list_tenants",
    tag = "tenants",
    responses(
        (status = 200, description = "Tenants", body = TenantList),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_tenants(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
) -> Result<Json<TenantList>, ApiError> {
    let caller = &*user.caller;
    let mut devices = api.db.devices_by_tenant().await?;
    let mut members = api.accounts.count_members();
    let owned = api.accounts.owned_tenants();
    let is_member = |tenant: &account::Tenant| caller.memberships.iter().any(|of| of.tenant == tenant.id);
    let items = api
        .accounts
        .tenants(UnixMs::now())
        .into_iter()
        .filter(|tenant| caller.platform_admin || is_member(tenant))
        .map(|tenant| {
            let devices = devices.remove(&tenant.id).unwrap_or(0);
            let members = members.remove(&tenant.id).unwrap_or(0);
            let has_owner = owned.contains(&tenant.id);
            Tenant::seen_by(caller, tenant, devices, members, has_owner)
        })
        .collect();
    Ok(Json(TenantList { items }))
}

/// What a tenant is to be called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TenantNaming {
    /// 1 to 100 characters.
    name: String,
}

/// A tenant just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CreatedTenant {
    #[serde(flatten)]
    tenant: Tenant,
    /// An invitation to pass on to its first owner; shown this once, good once, for seven days.
    owner_link: String,
}

/// Make a tenant. It has no members until somebody takes the invitation as its owner.
#[utoipa::path(
    post,
    path = "/api/v1/tenants",
    operation_id = "create_tenant",
    tag = "tenants",
    request_body = TenantNaming,
    responses(
        (status = 201, description = "Made", body = CreatedTenant),
        (status = 400, description = "`bad_name`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `too_many_tenants`", body = ErrorBody),
        (status = 409, description = "`tenant_exists`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn create_tenant(
    State(api): State<Arc<Api>>,
    user: Allowed<OnPlatform<RunPlatform>>,
    origin: Origin,
    Body(new): Body<TenantNaming>,
) -> Result<(StatusCode, Json<CreatedTenant>), ApiError> {
    let made = api.accounts.add_tenant(&new.name).await?;
    let invitation = api.accounts.invite_owner(&user.caller, made.id).await?;
    let created = CreatedTenant {
        tenant: Tenant::seen_by(&user.caller, made, 0, 0, false),
        owner_link: invitations::link(&origin, &invitation),
    };
    Ok((StatusCode::CREATED, Json(created)))
}

/// An invitation for who is to own a tenant.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnerLink {
    /// To pass on, shown this once.
    link: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Invite an owner into a tenant that has none who may log in. The link is good once, for seven days.
#[utoipa::path(
    post,
    path = "/api/v1/tenants/{tenant}/owner_link",
    operation_id = "invite_owner",
    tag = "platform",
    params(("tenant" = i64, Path, description = "The tenant's number")),
    responses(
        (status = 201, description = "Made", body = OwnerLink),
        (status = 403, description = "`forbidden`, `not_for_keys`, `too_many_invitations`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = 409, description = "`tenant_has_owner`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn invite_owner(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenantInPerson<RunPlatformFor>>,
    origin: Origin,
    slot: AuditSlot,
) -> Result<(StatusCode, Json<OwnerLink>), ApiError> {
    let made = api.accounts.invite_owner(&on.caller, on.tenant).await?;
    let id = made.id.map_or(0, |id| id.0);
    slot.fill(|note| {
        note.target = format!("{} invitation {id}", note.target);
        note.detail = "as owner".into();
    });
    let answer = OwnerLink {
        link: invitations::link(&origin, &made),
        expires_at: made.expires_at.to_rfc3339(),
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// One tenant.
#[utoipa::path(
    get,
    path = "/api/v1/tenants/{tenant}",
    operation_id = "get_tenant",
    tag = "tenants",
    params(("tenant" = i64, Path)),
    responses(
        (status = 200, description = "The tenant", body = Tenant),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_tenant(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<Know>>,
) -> Result<Json<Tenant>, ApiError> {
    Ok(Json(shown(&api, &on.caller, on.its.clone()).await?))
}

/// Rename a tenant.
#[utoipa::path(
    patch,
    path = "/api/v1/tenants/{tenant}",
    operation_id = "rename_tenant",
    tag = "tenants",
    params(("tenant" = i64, Path)),
    request_body = TenantNaming,
    responses(
        (status = 200, description = "The tenant as it is now", body = Tenant),
        (status = 400, description = "`bad_name`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = 409, description = "`tenant_exists`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn rename_tenant(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<ManageTenantOrRunPlatform>>,
    Body(change): Body<TenantNaming>,
) -> Result<Json<Tenant>, ApiError> {
    let tenant = api.accounts.rename_tenant(on.tenant, &change.name).await?;
    Ok(Json(shown(&api, &on.caller, tenant).await?))
}

/// Remove a tenant that holds no devices, with its groups, keys and memberships.
#[utoipa::path(
    delete,
    path = "/api/v1/tenants/{tenant}",
    operation_id = "delete_tenant",
    tag = "tenants",
    params(("tenant" = i64, Path)),
    responses(
        (status = 204, description = "Removed"),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = 409, description = "`tenant_not_empty`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn delete_tenant(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<ManageTenantOrRunPlatform>>,
) -> Result<StatusCode, ApiError> {
    api.accounts.delete_tenant(on.tenant).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// For how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SupportSpan {
    /// 1 to 168.
    #[schema(minimum = 1, maximum = 168)]
    hours: u32,
}

/// Let platform administrators into the tenant for a while: they may then see what its administrators see.
#[utoipa::path(
    put,
    path = "/api/v1/tenants/{tenant}/support",
    operation_id = "allow_support",
    tag = "tenants",
    params(("tenant" = i64, Path)),
    request_body = SupportSpan,
    responses(
        (status = 200, description = "The tenant as it is now", body = Tenant),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn allow_support(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<ManageTenant>>,
    slot: AuditSlot,
    Body(span): Body<SupportSpan>,
) -> Result<Json<Tenant>, ApiError> {
    slot.fill(|note| note.detail = format!("hours: {}", span.hours));
    if !(1..=MAX_SUPPORT_HOURS).contains(&span.hours) {
        return Err(ApiError::bad_request("hours is 1 to 168"));
    }
    let span = Duration::from_secs(u64::from(span.hours) * 3600);
    let tenant = api.accounts.set_support(on.tenant, Some(span)).await?;
    Ok(Json(shown(&api, &on.caller, tenant).await?))
}

/// Let platform administrators in no longer.
#[utoipa::path(
    delete,
    path = "/api/v1/tenants/{tenant}/support",
    operation_id = "end_support",
    tag = "tenants",
    params(("tenant" = i64, Path)),
    responses(
        (status = 200, description = "The tenant as it is now", body = Tenant),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn end_support(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<ManageTenant>>,
) -> Result<Json<Tenant>, ApiError> {
    let tenant = api.accounts.set_support(on.tenant, None).await?;
    Ok(Json(shown(&api, &on.caller, tenant).await?))
}
