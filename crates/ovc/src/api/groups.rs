use super::Api;
use super::auth::{Allowed, Know, OnTenant};
use super::devices::given;
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use crate::account::policy::{Decision, Resource, decide};
use crate::account::{self, Permission};
use crate::ids::GroupId;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;
use utoipa::ToSchema;

/// A group of a tenant's devices: a site, a floor.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Group {
    id: i64,
    name: String,
    /// The group it is in, if the caller may see that.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<i64>,
    /// How many devices are in it, not in those below.
    devices: u64,
}

/// Groups of a tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GroupList {
    items: Vec<Group>,
}

/// What the caller may do with a group.
fn decide_on(on: &Allowed<OnTenant<Know>>, what: Permission, group: &account::Group) -> Decision {
    let which = Resource::Group {
        tenant: on.tenant,
        path: &group.path,
        support: on.its.support_until.is_some(),
    };
    decide(&on.caller, what, which)
}

/// A group that the caller may configure, or the tenant as a whole.
fn configurable(
    api: &Api,
    on: &Allowed<OnTenant<Know>>,
    group: Option<GroupId>,
) -> Result<Option<account::Group>, ApiError> {
    let Some(id) = group else {
        return match decide(&on.caller, Permission::Configure, on.its.resource()) {
            Decision::Allow => Ok(None),
            _ => Err(ApiError::forbidden()),
        };
    };
    let group = api.accounts.group(on.tenant, id).ok_or_else(ApiError::no_such_group)?;
    match decide_on(on, Permission::Configure, &group) {
        Decision::Allow => Ok(Some(group)),
        Decision::Forbid => Err(ApiError::forbidden()),
        Decision::Hide => Err(ApiError::no_such_group()),
    }
}

/// The group in the path.
fn group_in(path: &str) -> Result<GroupId, ApiError> {
    path.parse().map(GroupId).map_err(|_| ApiError::no_such_group())
}

async fn shown(api: &Api, group: account::Group) -> Result<Group, ApiError> {
    let devices = api.db.devices_by_group(group.tenant).await?;
    Ok(Group {
        id: group.id.0,
        parent_id: group.parent().map(|parent| parent.0),
        devices: devices.get(&group.id).copied().unwrap_or(0),
        name: group.name,
    })
}

/// List the groups of a tenant that the caller may see, by name.
#[utoipa::path(
    get,
    path = "/api/v1/tenants/{tenant}/groups",
    operation_id = "list_groups",
    tag = "tenants",
    params(("tenant" = i64, Path)),
    responses(
        (status = 200, description = "Groups", body = GroupList),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_groups(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<Know>>,
) -> Result<Json<GroupList>, ApiError> {
    let devices = api.db.devices_by_group(on.tenant).await?;
    let mut groups = api.accounts.groups(on.tenant);
    groups.retain(|group| decide_on(&on, Permission::View, group) == Decision::Allow);
    let seen: HashSet<GroupId> = groups.iter().map(|group| group.id).collect();
    let items = groups.into_iter().map(|group| Group {
        id: group.id.0,
        parent_id: group.parent().filter(|id| seen.contains(id)).map(|id| id.0),
        devices: devices.get(&group.id).copied().unwrap_or(0),
        name: group.name,
    });
    Ok(Json(GroupList { items: items.collect() }))
}

/// A group to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewGroup {
    /// 1 to 100 characters.
    name: String,
    /// The group it is in; left out: in none.
    parent_id: Option<i64>,
}

/// Make a group.
#[utoipa::path(
    post,
    path = "/api/v1/tenants/{tenant}/groups",
    operation_id = "create_group",
    tag = "tenants",
    params(("tenant" = i64, Path)),
    request_body = NewGroup,
    responses(
        (status = 201, description = "Made", body = Group),
        (status = 400, description = "`bad_name`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `too_many_groups`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`, `no_such_group`", body = ErrorBody),
        (status = 409, description = "`group_exists`, `too_deep`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn create_group(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<Know>>,
    Body(new): Body<NewGroup>,
) -> Result<(StatusCode, Json<Group>), ApiError> {
    let parent = new.parent_id.map(GroupId);
    configurable(&api, &on, parent)?;
    let made = api.accounts.add_group(on.tenant, parent, &new.name).await?;
    Ok((StatusCode::CREATED, Json(shown(&api, made).await?)))
}

/// What to change of a group; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupChange {
    #[schema(nullable = false)]
    name: Option<String>,
    /// The group it is in; null: in none.
    #[serde(default, deserialize_with = "given")]
    parent_id: Option<Option<i64>>,
}

/// Rename a group, or put it elsewhere.
#[utoipa::path(
    patch,
    path = "/api/v1/tenants/{tenant}/groups/{group}",
    operation_id = "change_group",
    tag = "tenants",
    params(("tenant" = i64, Path), ("group" = i64, Path)),
    request_body = GroupChange,
    responses(
        (status = 200, description = "The group as it is now", body = Group),
        (status = 400, description = "`bad_name`", body = ErrorBody),
        (status = 403, description = "`forbidden`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`, `no_such_group`", body = ErrorBody),
        (status = 409, description = "`group_exists`, `within_itself`, `too_deep`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn change_group(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<Know>>,
    Path(path): Path<(String, String)>,
    Body(change): Body<GroupChange>,
) -> Result<Json<Group>, ApiError> {
    let id = group_in(&path.1)?;
    configurable(&api, &on, Some(id))?;
    let parent = change.parent_id.map(|parent| parent.map(GroupId));
    if let Some(parent) = parent {
        configurable(&api, &on, parent)?;
    }
    let changed = api
        .accounts
        .change_group(on.tenant, id, change.name.as_deref(), parent)
        .await?;
    Ok(Json(shown(&api, changed).await?))
}

/// Remove a group that nothing is in.
#[utoipa::path(
    delete,
    path = "/api/v1/tenants/{tenant}/groups/{group}",
    operation_id = "delete_group",
    tag = "tenants",
    params(("tenant" = i64, Path), ("group" = i64, Path)),
    responses(
        (status = 204, description = "Removed"),
        (status = 403, description = "`forbidden`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`, `no_such_group`", body = ErrorBody),
        (status = 409, description = "`group_not_empty`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn delete_group(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<Know>>,
    Path(path): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let id = group_in(&path.1)?;
    configurable(&api, &on, Some(id))?;
    api.accounts.delete_group(on.tenant, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
