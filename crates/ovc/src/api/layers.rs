//! What every answer gets: a request id, headers that keep browsers safe, and a place in the metrics.

use super::Api;
use super::error::ApiError;
use super::host::Secure;
use super::play::only_over_tls;
use super::recorder;
use crate::config::Plain;
use axum::Json;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Router, http};
use metrics::{counter, histogram};
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument as _;

const REQUEST_ID: http::HeaderName = http::HeaderName::from_static("x-request-id");

/// Scripts come from files of ours only. Styles may be inline: the component library writes them so.
const CSP: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
                   media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'; object-src 'none'; \
                   base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Answered without TLS whatever becomes of other requests: machines ask, from nearby.
const FOR_MACHINES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Paths that are the right to what is there.
const SECRET_PATHS: [&str; 5] = ["/live/cseg/", "/upload/s/", "/play/", "/share/", "/api/v1/shares/"];

pub(super) fn apply(router: Router, api: &Arc<Api>) -> Router {
    let max_body = usize::try_from(api.limits.max_body.as_u64()).unwrap_or(usize::MAX);
    router
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(max_body))
        .layer(middleware::from_fn_with_state(api.clone(), recorder::record))
        .layer(middleware::from_fn_with_state(api.clone(), outermost))
}

/// A path as it stands in logs: where it is a secret itself, without that.
fn shown(path: &str) -> &str {
    SECRET_PATHS
        .into_iter()
        .find(|way| path.starts_with(way))
        .unwrap_or(path)
}

/// Names one request in answers and logs.
pub(super) fn request_id() -> String {
    format!("{:016x}", rand::random::<u64>())
}

async fn method_not_allowed(method: Method) -> ApiError {
    let message = format!("{method} is not possible here");
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}

async fn outermost(State(api): State<Arc<Api>>, Secure(is_secure): Secure, request: Request, next: Next) -> Response {
    let id = request_id();
    if !is_secure && let Some(elsewhere) = over_tls(&api, &request) {
        let mut elsewhere = with_body(elsewhere, &id);
        secure(elsewhere.headers_mut(), &id);
        return elsewhere;
    }
    let started = Instant::now();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let method = request.method().clone();
    let span = tracing::info_span!("request", id, %method, path = shown(request.uri().path()));
    let answering = next.run(request).instrument(span);
    let response = if method.is_safe() {
        answering.await
    } else {
        // What changes something is done to its end, also when the client does not wait for it: otherwise the database
        // would know of a change and the memory not.
        match tokio::spawn(answering).await {
            Ok(response) => response,
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    };
    let mut response = with_body(response, &id);
    secure(response.headers_mut(), &id);
    if is_secure && let Some(hsts) = api.hsts.clone() {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, hsts);
    }
    let route = route.unwrap_or_else(|| "other".to_owned());
    let status = response.status().as_u16().to_string();
    counter!("ovc_http_requests_total", "route" => route.clone(), "method" => label(&method), "status" => status)
        .increment(1);
    histogram!("ovc_http_answer_seconds", "route" => route).record(started.elapsed());
    response
}

/// A refusal gets its body, which names the request.
fn with_body(mut response: Response, id: &str) -> Response {
    let Some(error) = response.extensions_mut().remove::<ApiError>() else {
        return response;
    };
    let headers = std::mem::take(response.headers_mut());
    let mut response = (response.status(), Json(error.body(id.to_owned()))).into_response();
    keep(&headers, response.headers_mut());
    response
}

/// Sends a request that came without TLS to the port with it, where that is wanted, and refuses one that does not say
/// where it wanted to go.
fn over_tls(api: &Api, request: &Request) -> Option<Response> {
    let path = request.uri().path();
    // These answer for themselves.
    let for_devices_and_players = path == "/ovc"
        || ["/live/", "/upload/", "/download/", "/play/"]
            .iter()
            .any(|way| path.starts_with(way));
    if api.plain() == Plain::Allow || for_devices_and_players || FOR_MACHINES.contains(&path) {
        return None;
    }
    let location = elsewhere(request, api.tls_port);
    Some(match location {
        Some(location) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response(),
        None => only_over_tls(api).into_response(),
    })
}

/// The same on the port with TLS. `None`: the request has no host that can be read.
fn elsewhere(request: &Request, tls_port: u16) -> Option<HeaderValue> {
    let host = request.headers().get(header::HOST)?.to_str().ok()?;
    let host = host
        .rfind(':')
        .filter(|at| !host[*at..].contains(']'))
        .map_or(host, |at| &host[..at]);
    if host.is_empty() {
        return None;
    }
    let port = match tls_port {
        443 => String::new(),
        port => format!(":{port}"),
    };
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    HeaderValue::from_str(&format!("https://{host}{port}{target}")).ok()
}

/// A method as a label: what clients make up must not make up labels too.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// What a failed answer keeps of the headers it had: all but those of its body.
fn keep(from: &HeaderMap, to: &mut HeaderMap) {
    for (name, value) in from {
        if !matches!(*name, header::CONTENT_LENGTH | header::CONTENT_TYPE) {
            to.insert(name.clone(), value.clone());
        }
    }
}

pub(super) fn secure(headers: &mut HeaderMap, id: &str) {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    let always = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}
