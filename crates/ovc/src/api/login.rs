use super::Api;
use super::auth::{Allowed, AnyPerson, COOKIE};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use super::host::{Origin, Remote};
use super::me::Me;
use crate::account::Principal;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Longest password that is looked at.
const MAX_PASSWORD_LEN: usize = 1024;

/// What a user logs in with.
#[derive(Deserialize, ToSchema)]
pub(super) struct LoginRequest {
    username: String,
    password: String,
}

/// A session has begun. The browser gets it as a cookie too.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LoginAnswer {
    /// For `Authorization: Bearer`.
    token: String,
    /// When the session ends.
    #[schema(format = DateTime)]
    expires_at: String,
    user: Me,
}

/// Log in.
#[utoipa::path(
    post,
    path = "/api/v1/login",
    operation_id = "login",
    tag = "session",
    security(),
    request_body = LoginRequest,
    responses(
        (status = 200, description = "Logged in", body = LoginAnswer),
        (status = 401, description = "`bad_credentials`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`, with Retry-After", body = ErrorBody),
        (status = "default", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn login(
    State(api): State<Arc<Api>>,
    Remote(remote): Remote,
    origin: Origin,
    headers: HeaderMap,
    Body(request): Body<LoginRequest>,
) -> Result<(HeaderMap, Json<LoginAnswer>), ApiError> {
    if request.password.len() > MAX_PASSWORD_LEN || request.username.len() > MAX_PASSWORD_LEN {
        return Err(ApiError::bad_request("user name or password is too long"));
    }
    let login = api
        .accounts
        .login(&request.username, request.password, remote.ip(), user_agent(&headers))
        .await?;
    let max_age_s = login.expires_at.since(crate::clock::UnixMs::now()).as_secs();
    let answer = LoginAnswer {
        expires_at: login.expires_at.to_rfc3339(),
        user: Me::of(&api, &login.caller),
        token: login.token,
    };
    let headers = set_cookie(&answer.token, max_age_s, &origin);
    Ok((headers, Json(answer)))
}

/// End the session.
#[utoipa::path(
    post,
    path = "/api/v1/logout",
    operation_id = "logout",
    tag = "session",
    responses(
        (status = 204, description = "Logged out"),
        (status = "default", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn logout(
    State(api): State<Arc<Api>>,
    person: Allowed<AnyPerson>,
    origin: Origin,
) -> Result<(StatusCode, HeaderMap), ApiError> {
    if let (Principal::User(user), Some(session)) = (person.caller.principal, person.session) {
        api.accounts.end_session(user, session).await?;
    }
    Ok((StatusCode::NO_CONTENT, set_cookie("", 0, &origin)))
}

/// The program that asks, as it says.
pub(super) fn user_agent(headers: &HeaderMap) -> &str {
    headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn set_cookie(token: &str, max_age_s: u64, origin: &Origin) -> HeaderMap {
    let secure = if origin.is_secure() { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}{secure}");
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        headers.insert(header::SET_COOKIE, value);
    }
    headers
}
