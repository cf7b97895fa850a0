//! Answers on a connection that the HTTP library has not seen.

use crate::api::error::ApiError;
use crate::api::layers::{self, request_id};
use crate::gateway::{Refusal, RefusalReason};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// An answer that ends its connection.
pub(in crate::api) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn new(status: StatusCode, kind: &'static str, body: String) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        Self { status, headers, body }
    }

    /// In words.
    pub(super) fn plain(status: StatusCode, body: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body.to_owned())
    }

    /// A device's login was refused.
    pub(in crate::api) fn refusal(refusal: &Refusal) -> Self {
        let status = match refusal.reason {
            RefusalReason::BadRequest => StatusCode::BAD_REQUEST,
            RefusalReason::NoUpgrade => StatusCode::UPGRADE_REQUIRED,
            RefusalReason::BadCredentials => StatusCode::UNAUTHORIZED,
            RefusalReason::Disabled | RefusalReason::PlainText => StatusCode::FORBIDDEN,
            RefusalReason::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
            RefusalReason::Draining | RefusalReason::Full => StatusCode::SERVICE_UNAVAILABLE,
        };
        let body = serde_json::json!({ "info": refusal.info }).to_string();
        let mut answer = Self::new(status, "application/json", body);
        if refusal.reason == RefusalReason::NoUpgrade {
            let headers = &mut answer.headers;
            headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        }
        answer.retry_after(refusal.retry_after.map(crate::throttle::RetryAfter::seconds));
        answer
    }

    /// A failure of the API's kind. Pages of others may see it: they play what somebody gave them a token for.
    pub(super) fn error(error: ApiError) -> Self {
        let wait = error.retry_after.map(crate::throttle::RetryAfter::seconds);
        let status = error.status;
        let body = serde_json::to_string(&error.body(request_id())).unwrap_or_default();
        let mut answer = Self::new(status, "application/json", body);
        answer
            .headers
            .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        answer.retry_after(wait);
        answer
    }

    pub(super) fn retry_after(&mut self, seconds: Option<u64>) {
        if let Some(seconds) = seconds {
            self.headers.insert(header::RETRY_AFTER, seconds.into());
        }
    }

    /// As it goes over the wire.
    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        layers::secure(&mut self.headers, &request_id());
        let reason = self.status.canonical_reason().unwrap_or_default();
        let mut out = format!("HTTP/1.1 {} {reason}\r\n", self.status.as_u16()).into_bytes();
        for (name, value) in &self.headers {
            out.extend(in_title_case(name.as_str()));
            out.extend_from_slice(b": ");
            out.extend_from_slice(value.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(format!("Content-Length: {}\r\n\r\n{}", self.body.len(), self.body).as_bytes());
        out
    }
}

/// `retry-after` as `Retry-After`: devices with little room may look for it just so.
fn in_title_case(name: &str) -> impl Iterator<Item = u8> {
    let mut begins = true;
    name.bytes().map(move |byte| {
        let written = if begins { byte.to_ascii_uppercase() } else { byte };
        begins = byte == b'-';
        written
    })
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.status, self.headers, self.body).into_response()
    }
}
