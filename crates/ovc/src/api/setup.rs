use super::Api;
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use super::host::Origin;
use super::login::{Begun, FromClient, LoginAnswer, begin};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Whether the first run is still to come.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Setup {
    /// There is no user yet.
    needed: bool,
}

/// The first administrator to be.
#[derive(Deserialize, ToSchema)]
pub(super) struct SetupRequest {
    /// As the cloud printed it at its start.
    code: String,
    username: String,
    password: String,
    /// What the first tenant is called. Left out: `Home`.
    tenant_name: Option<String>,
}

/// Whether there is no user yet.
#[utoipa::path(
    get,
    path = "/api/v1/setup",
    operation_id = "setup_needed",
    tag = "session",
    security(),
    responses(
        (status = 200, description = "Whether it is needed", body = Setup),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn setup_needed(State(api): State<Arc<Api>>) -> Json<Setup> {
    Json(Setup {
        needed: api.accounts.needs_setup(),
    })
}

/// Make the first administrator, who owns the first tenant, and log him in.
#[utoipa::path(
    post,
    path = "/api/v1/setup",
    operation_id = "set_up",
    tag = "session",
    security(),
    request_body = SetupRequest,
    responses(
        (status = 200, description = "Made and logged in", body = LoginAnswer),
        (status = 400, description = "`weak_password`, `bad_username`, `bad_name`", body = ErrorBody),
        (status = 403, description = "`bad_setup_code`", body = ErrorBody),
        (status = 409, description = "`already_set_up`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`, with Retry-After", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn set_up(
    State(api): State<Arc<Api>>,
    from: FromClient,
    origin: Origin,
    Body(request): Body<SetupRequest>,
) -> Result<Begun, ApiError> {
    let tenant_name = request.tenant_name.as_deref().filter(|name| !name.trim().is_empty());
    let login = api
        .accounts
        .set_up(
            &request.code,
            &request.username,
            request.password,
            tenant_name,
            &from.client,
        )
        .await?;
    Ok(begin(&api, login, &from, &origin))
}
