//! Viewers: who may watch, and in which format. Paths are `/live/<stream id>.flv` and, as WebSocket,
//! `/live/<stream id>.mp4`; the token in the query is the right to watch.

use super::Api;
use super::door::switching;
use super::error::ApiError;
use super::host::Secure;
use crate::config::Plain;
use crate::head::{Head, query_param};
use crate::live::{Admission, PlayFormat, PlayRefused};
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// How long the library may take to hand a connection over.
const UPGRADE_LIMIT: Duration = Duration::from_secs(10);

/// Pages of others may show what somebody gave them a token for.
const FLV_HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\nCache-Control: no-store\r\n\
    Access-Control-Allow-Origin: *\r\nX-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n\
    Connection: close\r\n\r\n";

/// A viewer who may watch.
pub(super) struct Play {
    pub(super) admission: Admission,
    pub(super) format: PlayFormat,
    /// What goes out before the video.
    pub(super) greeting: Vec<u8>,
}

/// Decides on the first request of a connection. `None`: it is not for a stream.
pub(super) fn admit(api: &Api, head: &Head<'_>, secure: bool) -> Option<Result<Play, ApiError>> {
    let (stream_id, format) = parse(head.path.strip_prefix("/live/")?)?;
    Some(match format {
        _ if head.method != "GET" => return None,
        _ if !secure && api.plain() == Plain::Refuse => Err(only_over_tls(api)),
        PlayFormat::Fmp4WebSocket => match head.websocket_key() {
            None => Err(no_websocket()),
            Some(key) => check(api, stream_id, head.query).map(|admission| Play {
                admission,
                format,
                greeting: ws::handshake::server_response(key).into_bytes(),
            }),
        },
        PlayFormat::Flv => check(api, stream_id, head.query).map(|admission| Play {
            admission,
            format,
            greeting: FLV_HEAD.to_vec(),
        }),
    })
}

/// A viewer on a connection already used for other requests.
pub(super) async fn on_used_connection(
    State(api): State<Arc<Api>>,
    Path(name): Path<String>,
    Secure(secure): Secure,
    mut request: Request,
) -> Result<Response, ApiError> {
    let not_found = || ApiError::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here");
    let (stream_id, format) = parse(&name).ok_or_else(not_found)?;
    if !secure && api.plain() == Plain::Refuse {
        return Err(only_over_tls(&api));
    }
    let upgrade = hyper::upgrade::on(&mut request);
    let (parts, _) = request.into_parts();
    let head = Head::of(&parts);
    match format {
        PlayFormat::Fmp4WebSocket => {
            let key = head.websocket_key().ok_or_else(no_websocket)?;
            let admission = check(&api, stream_id, head.query)?;
            let live = api.live.clone();
            tokio::spawn(async move {
                if let Ok(Ok(upgraded)) = tokio::time::timeout(UPGRADE_LIMIT, upgrade).await {
                    live.play_over(admission, format, TokioIo::new(upgraded), Vec::new(), &[]);
                }
            });
            Ok(switching(key))
        }
        PlayFormat::Flv => {
            let admission = check(&api, stream_id, head.query)?;
            let chunks = api
                .live
                .subscribe(admission, PlayFormat::Flv)
                .into_stream()
                .map(Ok::<_, Infallible>);
            let headers = [
                (header::CONTENT_TYPE, "video/x-flv"),
                (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            ];
            Ok((headers, Body::from_stream(chunks)).into_response())
        }
    }
}

fn parse(name: &str) -> Option<(&str, PlayFormat)> {
    match name.rsplit_once('.')? {
        (stream_id, "flv") => Some((stream_id, PlayFormat::Flv)),
        (stream_id, "mp4") => Some((stream_id, PlayFormat::Fmp4WebSocket)),
        _ => None,
    }
}

fn check(api: &Api, stream_id: &str, query: &str) -> Result<Admission, ApiError> {
    let token = query_param(query, "token").ok().flatten().unwrap_or_default();
    api.live.admit(stream_id, &token).map_err(|refused| {
        let (status, code) = match refused {
            PlayRefused::BadToken => (StatusCode::FORBIDDEN, "bad_token"),
            PlayRefused::Expired => (StatusCode::FORBIDDEN, "token_expired"),
            PlayRefused::NotAllowed => (StatusCode::FORBIDDEN, "forbidden"),
            PlayRefused::Ended => (StatusCode::NOT_FOUND, "stream_ended"),
            PlayRefused::Full => (StatusCode::SERVICE_UNAVAILABLE, "too_many_viewers"),
        };
        ApiError::new(status, code, refused.to_string())
    })
}

fn no_websocket() -> ApiError {
    let message = "this is watched by WebSocket";
    ApiError::new(StatusCode::UPGRADE_REQUIRED, "no_websocket", message)
}

pub(super) fn only_over_tls(api: &Api) -> ApiError {
    let message = format!(
        "this cloud plays over TLS only: use wss:// or https://, port {}",
        api.tls_port
    );
    ApiError::new(StatusCode::FORBIDDEN, "tls_needed", message)
}
