use super::Api;
use super::auth::{Allowed, AnyPerson};
use super::error::{ApiError, ErrorBody};
use crate::clock::UnixMs;
use crate::ids::SessionId;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// One's sessions, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MySessions {
    items: Vec<MySession>,
}

/// One login of one's own.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MySession {
    id: i64,
    /// It is the one that asks.
    current: bool,
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last used.
    #[schema(format = DateTime)]
    last_seen_at: String,
    #[schema(format = DateTime)]
    expires_at: String,
    /// From where it began.
    address: String,
    /// With which program.
    user_agent: String,
}

/// List one's sessions.
#[utoipa::path(
    get,
    path = "/api/v1/me/sessions",
    operation_id = "list_my_sessions",
    tag = "session",
    responses(
        (status = 200, description = "The sessions", body = MySessions),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_my_sessions(
    State(api): State<Arc<Api>>,
    person: Allowed<AnyPerson>,
) -> Result<Json<MySessions>, ApiError> {
    let sessions = api.accounts.sessions_of(person.user()?, UnixMs::now());
    let items = sessions.into_iter().map(|session| MySession {
        id: session.id.0,
        current: Some(session.id) == person.session,
        created_at: session.created_at.to_rfc3339(),
        last_seen_at: session.last_seen_at.to_rfc3339(),
        expires_at: session.expires_at.to_rfc3339(),
        address: session.address,
        user_agent: session.user_agent,
    });
    Ok(Json(MySessions { items: items.collect() }))
}

/// End one of one's sessions. What it had open ends at once.
#[utoipa::path(
    delete,
    path = "/api/v1/me/sessions/{session}",
    operation_id = "end_my_session",
    tag = "session",
    params(("session" = i64, Path, description = "Its number")),
    responses(
        (status = 204, description = "Ended"),
        (status = 404, description = "`no_such_session`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn end_my_session(
    State(api): State<Arc<Api>>,
    person: Allowed<AnyPerson>,
    Path(session): Path<String>,
) -> Result<StatusCode, ApiError> {
    let ended = match session.parse().map(SessionId) {
        Ok(session) => api.accounts.end_session(person.user()?, session).await?,
        Err(_) => false,
    };
    if ended {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "no_such_session",
            "you have no such session",
        ))
    }
}

/// End all of one's sessions but the one that asks.
#[utoipa::path(
    delete,
    path = "/api/v1/me/sessions",
    operation_id = "end_my_other_sessions",
    tag = "session",
    responses(
        (status = 204, description = "Ended"),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn end_my_other_sessions(
    State(api): State<Arc<Api>>,
    person: Allowed<AnyPerson>,
) -> Result<StatusCode, ApiError> {
    api.accounts.end_sessions(person.user()?, person.session).await?;
    Ok(StatusCode::NO_CONTENT)
}
