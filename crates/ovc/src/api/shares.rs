//! Links that show footage to whoever has them, until they are over, are ended, or who made them may not see the footage
//! any more.

use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, Control, OnChannel};
use super::clips::{MAX_EACH, name, too_many};
use super::error::{ApiError, ErrorBody};
use super::exports::{self, ExportAnswer, Wanted};
use super::extract::{Body, Last};
use super::host::Origin;
use super::pass::{self, Pass, no_such_share};
use super::playback::{self, GOOD_FOR, no_footage, told};
use super::recordings::{DAY_MS, span, view};
use crate::account::tokens::TokenError;
use crate::clock::UnixMs;
use crate::db::{NewPiece, ShareRow};
use crate::record::spans::Span;
use crate::record::tickets::{read_share, sign_share};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// How long a link lasts: at least, at most, and if nobody says.
const LASTING_S: (u64, u64, u64) = (60, 90 * 24 * 3600, 7 * 24 * 3600);

/// A link that shows a piece of footage.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordingShare {
    id: i64,
    /// Whoever has it sees the footage.
    url: String,
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    to: String,
    name: String,
    #[schema(format = DateTime)]
    expires_at: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// The name of who made it, at the time.
    created_by: String,
}

/// Links, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordingShareList {
    items: Vec<RecordingShare>,
}

/// A link to make.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewRecordingShare {
    /// In RFC 3339.
    #[schema(format = DateTime)]
    from: String,
    /// In RFC 3339; at most 24 hours later.
    #[schema(format = DateTime)]
    to: String,
    /// At most 200 characters; who has the link sees it.
    #[serde(default)]
    name: String,
    /// How long the link lasts: a minute to 90 days; default 7 days.
    #[schema(nullable = false, minimum = 60, maximum = 7776000)]
    expires_in_seconds: Option<u64>,
}

fn shown(api: &Api, origin: &Origin, row: ShareRow) -> RecordingShare {
    let token = sign_share(&api.tokens, row.id, row.expires_at);
    RecordingShare {
        id: row.id,
        url: origin.http(&format!("/share/{token}")),
        from: row.from.to_rfc3339(),
        to: row.to.to_rfc3339(),
        name: row.name,
        expires_at: row.expires_at.to_rfc3339(),
        created_at: row.created_at.to_rfc3339(),
        created_by: row.created_by,
    }
}

/// The links to footage of a channel that are not over.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/channels/{channel}/recordings/shares",
    operation_id = "list_recording_shares",
    tag = "recordings",
    params(("login_code" = String, Path), ("channel" = u32, Path)),
    responses(
        (status = 200, description = "Newest first", body = RecordingShareList),
        (status = 404, description = "`no_such_device`, `no_such_channel`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_recording_shares(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<Control>>,
    origin: Origin,
) -> Result<Json<RecordingShareList>, ApiError> {
    let view = view(&on.caller, &on.place, on.channel);
    let rows = match api.footage.stream(&view.device, view.channel).await? {
        Some(stream) => api.db.shares(stream, UnixMs::now()).await?,
        None => Vec::new(),
    };
    on.decide_again(&api)?;
    // A link in the list is the right to all that it shows.
    let may_see = |row: &ShareRow| {
        let span = Span::new(row.from.0, row.to.0);
        view.seen.iter().any(|seen| seen.contains(span))
    };
    let items = rows.into_iter().filter(may_see);
    Ok(Json(RecordingShareList {
        items: items.map(|row| shown(&api, &origin, row)).collect(),
    }))
}

/// Make a link that shows a range to whoever has it. Needs to see recordings, too; it ends when who made it may not any
/// more. Segments are shown whole: at both ends there may be some seconds more.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/channels/{channel}/recordings/shares",
    operation_id = "share_recording",
    tag = "recordings",
    params(("login_code" = String, Path), ("channel" = u32, Path)),
    request_body = NewRecordingShare,
    responses(
        (status = 201, description = "The link", body = RecordingShare),
        (status = 404, description = "`no_such_device`, `no_such_channel`, `no_footage`", body = ErrorBody),
        (status = 409, description = "`too_many`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn share_recording(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<Control>>,
    origin: Origin,
    slot: AuditSlot,
    Body(new): Body<NewRecordingShare>,
) -> Result<(StatusCode, Json<RecordingShare>), ApiError> {
    let asked = span(&new.from, &new.to, DAY_MS)?;
    let name = name(&new.name)?;
    let (min, max, default) = LASTING_S;
    let lasting = new.expires_in_seconds.unwrap_or(default);
    if !(min..=max).contains(&lasting) {
        let message = "a link lasts a minute to 90 days";
        return Err(ApiError::bad_request(message).at("expires_in_seconds"));
    }
    slot.fill(|note| note.detail = told(asked));
    let view = view(&on.caller, &on.place, on.channel);
    if !view.seen.iter().any(|seen| seen.contains(asked)) {
        return Err(ApiError::forbidden());
    }
    let stream = api.footage.stream(&view.device, view.channel).await?;
    let stream = stream.ok_or_else(no_footage)?;
    on.decide_again(&api)?;
    let now = UnixMs::now();
    let piece = NewPiece {
        stream,
        from: UnixMs(asked.from),
        to: UnixMs(asked.to),
        name,
        now,
        by_name: &on.caller.name,
    };
    let expires_at = now.plus(Duration::from_secs(lasting));
    let by = on.caller.principal;
    let id = api.db.add_share(&piece, by, expires_at, MAX_EACH).await?;
    let id = id.ok_or_else(|| too_many("links"))?;
    slot.fill(|note| note.detail = format!("link {id}, {}, until {expires_at}", told(asked)));
    let row = ShareRow {
        id,
        stream,
        from: piece.from,
        to: piece.to,
        name: name.to_owned(),
        created_at: now,
        created_by: on.caller.name.clone(),
        by,
        expires_at,
    };
    Ok((StatusCode::CREATED, Json(shown(&api, &origin, row))))
}

/// End a link.
#[utoipa::path(
    delete,
    path = "/api/v1/devices/{login_code}/channels/{channel}/recordings/shares/{share}",
    operation_id = "delete_recording_share",
    tag = "recordings",
    params(("login_code" = String, Path), ("channel" = u32, Path), ("share" = i64, Path)),
    responses(
        (status = 204, description = "It shows nothing any more"),
        (status = 404, description = "`no_such_device`, `no_such_channel`, `no_such_share`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn delete_recording_share(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<Control>>,
    Last(id): Last,
) -> Result<StatusCode, ApiError> {
    let id = id.ok_or_else(no_such_share)?;
    let stream = api.footage.stream(&on.place.code, on.channel).await?;
    on.decide_again(&api)?;
    let stream = stream.ok_or_else(no_such_share)?;
    if api.db.delete_share(stream, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_such_share())
    }
}

/// What a link shows.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SharedFootage {
    name: String,
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    to: String,
    /// When the link ends.
    #[schema(format = DateTime)]
    expires_at: String,
    /// HTTP Live Streaming; absent: there is no footage of it any more.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    playlist_url: Option<String>,
    /// How much footage there is.
    duration_ms: i64,
}

/// Which link.
#[derive(Debug, Deserialize)]
pub(super) struct SharePath {
    token: String,
}

async fn opened(api: &Api, token: &str, slot: &AuditSlot) -> Result<(ShareRow, Pass), ApiError> {
    let share = read_share(&api.tokens, token, UnixMs::now()).map_err(|error| match error {
        // Whoever has a link that was one is told so.
        TokenError::Expired => no_such_share(),
        TokenError::Invalid => no_such_share(),
    })?;
    let (row, pass) = pass::shown_by(api, share).await?;
    let place = api.access.place(&pass.device, UnixMs::now());
    slot.fill(|note| {
        note.often = true;
        note.tenant = place.and_then(|place| place.tenant);
        // Not the token, which is a secret.
        note.target = format!("device {} channel {} share {share}", pass.device, pass.channel);
    });
    Ok((row, pass))
}

/// What a link shows, for whoever has it.
#[utoipa::path(
    get,
    path = "/api/v1/shares/{token}",
    operation_id = "open_recording_share",
    tag = "recordings",
    params(("token" = String, Path)),
    responses(
        (status = 200, description = "What it shows", body = SharedFootage),
        (status = 403, description = "`forbidden`: who made it may not see the footage any more", body = ErrorBody),
        (status = 404, description = "`no_such_share`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
    security(()),
)]
pub(super) async fn open_recording_share(
    State(api): State<Arc<Api>>,
    origin: Origin,
    slot: AuditSlot,
    Path(SharePath { token }): Path<SharePath>,
) -> Result<Json<SharedFootage>, ApiError> {
    let (row, pass) = opened(&api, &token, &slot).await?;
    let segments = api.footage.segments(pass.stream, pass.ticket.span, &pass.seen).await?;
    let until = UnixMs::now().plus(GOOD_FOR).min(row.expires_at);
    let (url, duration_ms) = playback::answer(&api, &origin, pass.ticket, None, until, &segments).into_url();
    Ok(Json(SharedFootage {
        name: row.name,
        from: row.from.to_rfc3339(),
        to: row.to.to_rfc3339(),
        expires_at: row.expires_at.to_rfc3339(),
        playlist_url: (!segments.is_empty()).then_some(url),
        duration_ms,
    }))
}

/// Have what a link shows made into an MP4; asked again, how it stands.
#[utoipa::path(
    post,
    path = "/api/v1/shares/{token}/export",
    operation_id = "export_recording_share",
    tag = "recordings",
    params(("token" = String, Path)),
    responses(
        (status = 202, description = "How it stands", body = ExportAnswer),
        (status = 403, description = "`forbidden`: who made it may not see the footage any more", body = ErrorBody),
        (status = 404, description = "`no_such_share`", body = ErrorBody),
        (status = 503, description = "`busy`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
    security(()),
)]
pub(super) async fn export_recording_share(
    State(api): State<Arc<Api>>,
    origin: Origin,
    slot: AuditSlot,
    Path(SharePath { token }): Path<SharePath>,
) -> Result<(StatusCode, Json<ExportAnswer>), ApiError> {
    let (row, pass) = opened(&api, &token, &slot).await?;
    let until = UnixMs::now().plus(GOOD_FOR).min(row.expires_at);
    let answer = exports::answer(&api, &origin, Wanted::by_link(&pass, until)).await?;
    Ok((StatusCode::ACCEPTED, Json(answer)))
}
