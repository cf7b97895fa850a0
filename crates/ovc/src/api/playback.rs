//! Recordings played back: playlists, segments, single pictures. Players send no cookies and no tokens of ours: what they
//! play is named by addresses that are signed, under `/play/`.

use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, OnChannel, SomeRecordings};
use super::content::{self, Part};
use super::error::{ApiError, ErrorBody};
use super::export_file;
use super::extract::{Body, Params};
use super::host::{Origin, Secure};
use super::pass::{self, Pass};
use super::play::only_over_tls;
use super::recordings::{DAY_MS, seen_of, span, view};
use crate::account::tokens::{Holder, Purpose};
use crate::clock::UnixMs;
use crate::config::Plain;
use crate::db::FootageRow;
use crate::record::exports::{Busy, StillError};
use crate::record::playlist;
use crate::record::spans::Span;
use crate::record::tickets::{Base, Ticket};
use axum::body::Body as HttpBody;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router, middleware, routing};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// How long what is played back may be played: somebody may pause over night.
pub(super) const GOOD_FOR: Duration = Duration::from_secs(24 * 3600);
const FRAME_TIME: HeaderName = HeaderName::from_static("x-frame-time");

/// Addresses for players.
pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/play/rec/{ticket}/{name}", routing::get(play).options(preflight))
        .route(
            "/play/export/{ticket}/{name}",
            routing::get(export_file::send).options(preflight),
        )
        .layer(middleware::map_response(for_all))
}

/// Pages of others may show what somebody gave them an address for.
async fn for_all(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let exposed = "content-length, content-range, etag, accept-ranges, content-disposition";
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(exposed));
    response
}

async fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "range, if-range, if-none-match"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Which time.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RangeAsked {
    /// In RFC 3339.
    #[schema(format = DateTime)]
    pub(super) from: String,
    /// In RFC 3339.
    #[schema(format = DateTime)]
    pub(super) to: String,
}

/// Where to play a range.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlaylistAnswer {
    /// HTTP Live Streaming, to be played without logging in.
    url: String,
    /// Until when it is good.
    #[schema(format = DateTime)]
    expires_at: String,
    /// How much footage there is in it.
    duration_ms: i64,
}

pub(super) fn no_footage() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "no_footage", "there is no footage of this time")
}

impl From<Busy> for ApiError {
    fn from(busy: Busy) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", busy.to_string())
    }
}

/// Play a range of at most 24 hours. Segments are shown whole: at both ends there may be some seconds more.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/channels/{channel}/recordings/playlist",
    operation_id = "play_recording",
    tag = "recordings",
    params(("login_code" = String, Path), ("channel" = u32, Path)),
    request_body = RangeAsked,
    responses(
        (status = 200, description = "Where to play it", body = PlaylistAnswer),
        (status = 404, description = "`no_such_device`, `no_such_channel`, `no_footage`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn play_recording(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<SomeRecordings>>,
    origin: Origin,
    slot: AuditSlot,
    Body(asked): Body<RangeAsked>,
) -> Result<Json<PlaylistAnswer>, ApiError> {
    let asked = span(&asked.from, &asked.to, DAY_MS)?;
    slot.fill(|note| {
        note.often = true;
        note.detail = told(asked);
    });
    let view = view(&on.caller, &on.place, on.channel);
    seen_of(&view, asked)?;
    let stream = api.footage.stream(&view.device, view.channel).await?;
    let stream = stream.ok_or_else(no_footage)?;
    let segments = api.footage.segments(stream, asked, &view.seen).await?;
    on.decide_again(&api)?;
    if segments.is_empty() {
        return Err(no_footage());
    }
    let ticket = Ticket {
        base: Base::Stream(stream),
        span: asked,
    };
    let holder = Holder {
        principal: on.caller.principal,
        session: on.session,
    };
    let until = UnixMs::now().plus(GOOD_FOR);
    Ok(Json(answer(&api, &origin, ticket, Some(holder), until, &segments)))
}

/// Where somebody plays these segments.
pub(super) fn answer(
    api: &Api,
    origin: &Origin,
    ticket: Ticket,
    holder: Option<Holder>,
    until: UnixMs,
    segments: &[FootageRow],
) -> PlaylistAnswer {
    let signed = ticket.sign(&api.tokens, Purpose::Footage, holder, until);
    PlaylistAnswer {
        url: origin.http(&format!("/play/rec/{signed}/index.m3u8")),
        expires_at: until.to_rfc3339(),
        duration_ms: segments.iter().map(|segment| segment.duration_ms).sum(),
    }
}

impl PlaylistAnswer {
    pub(super) fn into_url(self) -> (String, i64) {
        (self.url, self.duration_ms)
    }
}

/// A range, for the audit log.
pub(super) fn told(asked: Span) -> String {
    format!("{} to {}", UnixMs(asked.from), UnixMs(asked.to))
}

/// Who comes without TLS where nobody is served so is told, not sent elsewhere: players may not follow.
pub(super) fn over_tls(api: &Api, secure: bool) -> Result<(), ApiError> {
    if !secure && api.plain() == Plain::Refuse {
        return Err(only_over_tls(api));
    }
    Ok(())
}

async fn play(
    State(api): State<Arc<Api>>,
    Secure(secure): Secure,
    Path((ticket, name)): Path<(String, String)>,
    method: Method,
    asked: HeaderMap,
) -> Result<Response, ApiError> {
    over_tls(&api, secure)?;
    let pass = pass::admit(&api, Purpose::Footage, &ticket).await?;
    if name == "index.m3u8" {
        let segments = api.footage.segments(pass.stream, pass.ticket.span, &pass.seen).await?;
        let headers = [
            (header::CONTENT_TYPE, "application/vnd.apple.mpegurl"),
            (header::CACHE_CONTROL, "private, no-cache"),
        ];
        return Ok((headers, playlist::write(&segments)).into_response());
    }
    let id = name.strip_suffix(".ts").and_then(|id| id.parse().ok());
    let id = id.ok_or_else(no_footage)?;
    send_segment(&api, &pass, id, &method, &asked).await
}

async fn send_segment(
    api: &Api,
    pass: &Pass,
    id: i64,
    method: &Method,
    asked: &HeaderMap,
) -> Result<Response, ApiError> {
    let found = api
        .footage
        .segment(pass.stream, id, pass.ticket.span, &pass.seen)
        .await?;
    let segment = found.ok_or_else(no_footage)?;
    let key = segment.key;
    let etag = format!("\"{key}\"");
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("video/mp2t"));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=86400, immutable"),
    );
    content::insert(&mut headers, header::ETAG, &etag);
    let range = match content::part(asked, &etag, segment.bytes) {
        Part::Known => return Ok((StatusCode::NOT_MODIFIED, headers).into_response()),
        Part::All => None,
        Part::Of(range) => Some(range),
        Part::Nothing => return Ok(content::no_such_part(segment.bytes)),
    };
    let status = content::span(&mut headers, range.as_ref(), segment.bytes);
    if method == Method::HEAD {
        return Ok((status, headers).into_response());
    }
    let content = api.blobs.get_segment(pass.stream, &key, range).await?;
    Ok((status, headers, HttpBody::from_stream(content.stream)).into_response())
}

/// Which moment.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FrameParams {
    /// In RFC 3339.
    at: String,
}

/// The picture nearest to a moment that stands alone: at it or before, else after it, at most 10 seconds away. As an MP4
/// of this one picture, for a `video` element; when it was is in `X-Frame-Time`.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/channels/{channel}/recordings/frame",
    operation_id = "get_recorded_frame",
    tag = "recordings",
    params(("login_code" = String, Path), ("channel" = u32, Path), FrameParams),
    responses(
        (status = 200, description = "The picture", content_type = "video/mp4", body = Vec<u8>),
        (status = 404, description = "`no_such_device`, `no_such_channel`, `no_footage`", body = ErrorBody),
        (status = 503, description = "`busy`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_recorded_frame(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<SomeRecordings>>,
    Params(params): Params<FrameParams>,
) -> Result<Response, ApiError> {
    let at = UnixMs::from_rfc3339(&params.at);
    let at = at.ok_or_else(|| ApiError::bad_request("at is no time in RFC 3339").at("at"))?;
    let view = view(&on.caller, &on.place, on.channel);
    seen_of(&view, Span::new(at.0, at.0.saturating_add(1)))?;
    let stream = api.footage.stream(&view.device, view.channel).await?;
    let stream = stream.ok_or_else(no_footage)?;
    let still = api
        .exports
        .still(stream, at.0, &view.seen)
        .await
        .map_err(|error| match error {
            StillError::Busy(busy) => busy.into(),
            StillError::NoFootage => no_footage(),
            StillError::Db(error) => error.into(),
            StillError::Blob(error) => error.into(),
        })?;
    on.decide_again(&api)?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("video/mp4"));
    // What comes later may be nearer only where nothing was there at all.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=600"));
    content::insert(&mut headers, FRAME_TIME, &UnixMs(still.at_ms).to_rfc3339());
    Ok((headers, still.file).into_response())
}
