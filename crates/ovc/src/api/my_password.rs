use super::Api;
use super::auth::{Allowed, AnyPerson};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use super::login::FromClient;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A password to have from now on.
#[derive(Deserialize, ToSchema)]
pub(super) struct PasswordChange {
    /// The present one.
    current: String,
    new: String,
}

/// Change one's password. One's other sessions end.
#[utoipa::path(
    post,
    path = "/api/v1/me/password",
    operation_id = "change_my_password",
    tag = "session",
    request_body = PasswordChange,
    responses(
        (status = 204, description = "Changed"),
        (status = 400, description = "`weak_password`", body = ErrorBody),
        (status = 403, description = "`wrong_password`, `not_for_keys`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`, with Retry-After", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn change_my_password(
    State(api): State<Arc<Api>>,
    person: Allowed<AnyPerson>,
    from: FromClient,
    Body(PasswordChange { current, new }): Body<PasswordChange>,
) -> Result<StatusCode, ApiError> {
    let user = person.user()?;
    api.accounts
        .change_password(user, person.session, current, new, from.client.address)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
