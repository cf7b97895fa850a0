use super::Api;
use super::audit_slot::{Actor, AuditSlot};
use super::auth::{Allowed, AnyPerson, COOKIE};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use super::host::{Origin, Remote};
use super::me::Me;
use crate::account::{Caller, Client, Login};
use crate::clock::UnixMs;
use crate::ids::TenantId;
use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Longest user name that is looked at: none is longer.
const MAX_USERNAME: usize = 256;
/// Longest password or code.
const MAX_SECRET: usize = 1024;

/// What a user logs in with.
#[derive(Deserialize, ToSchema)]
pub(super) struct LoginRequest {
    username: String,
    password: String,
    /// Of the second factor: what the app shows, or a recovery code.
    code: Option<String>,
}

/// Where a request to sign in is from, and its place in the audit log.
pub(super) struct FromClient {
    pub(super) client: Client,
    slot: Option<AuditSlot>,
}

impl FromClient {
    /// Notes whom somebody says he is. Where he is in, people are to learn who tries to be him.
    fn says(&self, api: &Api, username: &str) {
        if let Some(slot) = &self.slot {
            slot.fill(|note| note.target = format!("user {username}"));
            if let Some(known) = api.accounts.caller_of_name(username) {
                slot.is_about(&known);
            }
        }
    }

    /// Notes which tenant it is about.
    pub(super) fn is_about(&self, tenant: TenantId) {
        if let Some(slot) = &self.slot {
            slot.fill(|note| note.tenant = Some(tenant));
        }
    }

    /// Notes who it turned out to be.
    pub(super) fn is(&self, caller: &Caller) {
        if let Some(slot) = &self.slot {
            slot.is_about(caller);
            slot.fill(|note| {
                note.actor = Some(Actor::from(caller));
                note.target = format!("user {}", caller.name);
            });
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for FromClient {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Remote(remote) = Remote::from_request_parts(parts, state).await?;
        let user_agent = parts.headers.get(header::USER_AGENT);
        let client = Client {
            address: remote.ip(),
            user_agent: user_agent
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned(),
        };
        let slot = parts.extensions.get().cloned();
        Ok(Self { client, slot })
    }
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
        (status = 401, description = "`bad_credentials`, `code_required`, `bad_code`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`, with Retry-After", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn login(
    State(api): State<Arc<Api>>,
    from: FromClient,
    origin: Origin,
    Body(request): Body<LoginRequest>,
) -> Result<Begun, ApiError> {
    let LoginRequest {
        username,
        password,
        code,
    } = request;
    let code_len = code.as_ref().map_or(0, String::len);
    if username.len() > MAX_USERNAME || password.len().max(code_len) > MAX_SECRET {
        return Err(ApiError::bad_request("user name, password or code is too long"));
    }
    from.says(&api, &username);
    let login = api
        .accounts
        .login(&username, password, code.as_deref(), &from.client)
        .await?;
    Ok(begin(&api, login, &from, &origin))
}

/// What a request is answered with that has begun a session.
pub(super) type Begun = (HeaderMap, Json<LoginAnswer>);

pub(super) fn begin(api: &Api, login: Login, from: &FromClient, origin: &Origin) -> Begun {
    from.is(&login.caller);
    let max_age_s = login.expires_at.since(UnixMs::now()).as_secs();
    let answer = LoginAnswer {
        expires_at: login.expires_at.to_rfc3339(),
        user: Me::of(api, &login.caller),
        token: login.token,
    };
    (set_cookie(&answer.token, max_age_s, origin), Json(answer))
}

/// End the session.
#[utoipa::path(
    post,
    path = "/api/v1/logout",
    operation_id = "logout",
    tag = "session",
    responses(
        (status = 204, description = "Logged out"),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn logout(
    State(api): State<Arc<Api>>,
    person: Allowed<AnyPerson>,
    origin: Origin,
) -> Result<(StatusCode, HeaderMap), ApiError> {
    if let Some(session) = person.session {
        api.accounts.end_session(person.user()?, session).await?;
    }
    Ok((StatusCode::NO_CONTENT, set_cookie("", 0, &origin)))
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
