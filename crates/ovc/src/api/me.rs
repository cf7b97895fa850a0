use super::Api;
use super::auth::{Allowed, AnyUser};
use super::error::ErrorBody;
use crate::account::{Caller, Permission, Principal, Role};
use crate::clock::UnixMs;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Who calls, and what he may do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    /// The user's number; absent: an API key calls.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    /// The user's name, or the key's.
    username: String,
    /// Runs the cloud.
    platform_admin: bool,
    /// Has a second factor.
    totp: bool,
    /// Recovery codes not used yet.
    recovery_codes_left: u32,
    /// The API key that calls.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<MyKey>,
    /// The tenants he belongs to, and what he may do there.
    tenants: Vec<MyTenant>,
}

/// An API key that calls.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MyKey {
    id: i64,
    name: String,
}

/// A tenant that the caller belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MyTenant {
    id: i64,
    name: String,
    /// What he is there; absent for an API key.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    /// Whether that holds for everything of the tenant.
    everywhere: bool,
    /// What he may do with everything of the tenant; with parts of it he may be allowed more.
    permissions: Vec<Permission>,
    /// Until when the tenant lets platform administrators in.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    support_until: Option<String>,
}

impl Me {
    pub(super) fn of(api: &Api, caller: &Caller) -> Self {
        let now = UnixMs::now();
        let user = match caller.principal {
            Principal::User(id) => api.accounts.user(id),
            Principal::Key(_) => None,
        };
        let key = match caller.principal {
            Principal::User(_) => None,
            Principal::Key(id) => Some(MyKey {
                id: id.0,
                name: caller.name.clone(),
            }),
        };
        let tenants = caller.memberships.iter().filter_map(|of| {
            let tenant = api.accounts.tenant(of.tenant, now)?;
            Some(MyTenant {
                id: tenant.id.0,
                name: tenant.name,
                role: of.role,
                everywhere: !of.everywhere.is_empty(),
                permissions: of.everywhere.iter().collect(),
                support_until: tenant.support_until.map(UnixMs::to_rfc3339),
            })
        });
        Self {
            id: user.as_ref().map(|user| user.id.0),
            username: caller.name.clone(),
            platform_admin: caller.platform_admin,
            totp: user.as_ref().is_some_and(|user| user.totp),
            recovery_codes_left: user.as_ref().map_or(0, |user| user.recovery_codes),
            key,
            tenants: tenants.collect(),
        }
    }
}

/// Who is logged in, and what he may do.
#[utoipa::path(
    get,
    path = "/api/v1/me",
    operation_id = "me",
    tag = "session",
    responses(
        (status = 200, description = "The user", body = Me),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn me(State(api): State<Arc<Api>>, user: Allowed<AnyUser>) -> Json<Me> {
    Json(Me::of(&api, &user.caller))
}
