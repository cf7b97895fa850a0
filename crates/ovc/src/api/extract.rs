//! What handlers take from a request; what is wrong with it is told in the API's own form.

use super::auth::Still;
use super::error::ApiError;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use std::convert::Infallible;
use std::time::Duration;

/// How long a body may take to come.
const BODY_LIMIT: Duration = Duration::from_secs(20);

/// The body, as JSON. It may take its time: who was let in to send it is asked for again when it is there.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let still = request.extensions().get::<Still>().cloned();
        let reading = axum::Json::<T>::from_request(request, state);
        match tokio::time::timeout(BODY_LIMIT, reading).await {
            Ok(Ok(axum::Json(body))) => {
                still.map_or(Ok(()), |still| still.allowed())?;
                Ok(Self(body))
            }
            Ok(Err(rejection)) => Err(bad_body(&rejection)),
            Err(_) => Err(ApiError::new(
                StatusCode::REQUEST_TIMEOUT,
                "timeout",
                "the body did not come in time",
            )),
        }
    }
}

fn bad_body(rejection: &JsonRejection) -> ApiError {
    let code = match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "not_json",
        _ => return ApiError::bad_request(rejection.body_text()),
    };
    ApiError::new(rejection.status(), code, rejection.body_text())
}

/// The number that is the last thing in the path; `None`: what stands there is none.
pub(super) struct Last(pub(super) Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for Last {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = RawPathParams::from_request_parts(parts, state).await.ok();
        let last = path.and_then(|path| path.iter().last().map(|(_, value)| value.to_owned()));
        Ok(Self(last.and_then(|value| value.parse().ok())))
    }
}

/// The query.
pub(super) struct Params<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(params) = Query::<T>::from_request_parts(parts, state)
            .await
            .map_err(|rejection| ApiError::bad_request(rejection.body_text()))?;
        Ok(Self(params))
    }
}
