//! Footage that somebody locks: it is kept until somebody says otherwise.

use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, Configure, Control, OnChannel, SomeRecordings};
use super::error::{ApiError, ErrorBody};
use super::extract::{Body, Last};
use super::playback::{no_footage, told};
use super::recordings::{DAY_MS, span, view};
use crate::clock::UnixMs;
use crate::db::{ClipRow, NewPiece};
use crate::record::spans::Span;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// Longest name, in characters.
pub(super) const MAX_NAME: usize = 200;
/// So far may the clock of whoever asks be ahead of ours.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);
/// Clips, and links, of one channel.
pub(super) const MAX_EACH: u32 = 1_000;

/// Footage that is locked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Clip {
    id: i64,
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    to: String,
    name: String,
    /// Until when it is kept; absent: until it is deleted.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    /// The name of who locked it, at the time.
    created_by: String,
}

impl From<ClipRow> for Clip {
    fn from(row: ClipRow) -> Self {
        Self {
            id: row.id,
            from: row.from.to_rfc3339(),
            to: row.to.to_rfc3339(),
            name: row.name,
            until: row.until.map(UnixMs::to_rfc3339),
            created_at: row.created_at.to_rfc3339(),
            created_by: row.created_by,
        }
    }
}

/// Clips, in the order of their times.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClipList {
    items: Vec<Clip>,
}

/// Footage to lock.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewClip {
    /// In RFC 3339.
    #[schema(format = DateTime)]
    from: String,
    /// In RFC 3339; at most 24 hours later.
    #[schema(format = DateTime)]
    to: String,
    /// At most 200 characters.
    #[serde(default)]
    name: String,
    /// Until when it is kept, in RFC 3339; absent: until it is deleted.
    #[schema(format = DateTime, nullable = false)]
    until: Option<String>,
}

/// A name that somebody gave.
pub(super) fn name(text: &str) -> Result<&str, ApiError> {
    let text = text.trim();
    if text.chars().count() > MAX_NAME || text.chars().any(char::is_control) {
        let message = "a name has at most 200 characters, and no control characters";
        return Err(ApiError::bad_request(message).at("name"));
    }
    Ok(text)
}

fn no_such_clip() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "no_such_clip", "there is no such clip")
}

pub(super) fn too_many(what: &str) -> ApiError {
    let message = format!("this channel has {MAX_EACH} {what}, and there may be no more");
    ApiError::new(StatusCode::CONFLICT, "too_many", message)
}

/// What is locked, as far as the caller may see of it.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/channels/{channel}/recordings/clips",
    operation_id = "list_clips",
    tag = "recordings",
    params(("login_code" = String, Path), ("channel" = u32, Path)),
    responses(
        (status = 200, description = "In the order of their times", body = ClipList),
        (status = 404, description = "`no_such_device`, `no_such_channel`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_clips(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<SomeRecordings>>,
) -> Result<Json<ClipList>, ApiError> {
    let view = view(&on.caller, &on.place, on.channel);
    let clips = match api.footage.stream(&view.device, view.channel).await? {
        Some(stream) => api.db.clips(stream).await?,
        None => Vec::new(),
    };
    on.decide_again(&api)?;
    let shown = |clip: &ClipRow| {
        let span = Span::new(clip.from.0, clip.to.0);
        view.seen.iter().any(|seen| !seen.within(span).is_empty())
    };
    let items = clips.into_iter().filter(shown).map(Clip::from).collect();
    Ok(Json(ClipList { items }))
}

/// Lock a range: it is not deleted when its time is over, nor to make room. Needs to see recordings, too.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/channels/{channel}/recordings/clips",
    operation_id = "lock_clip",
    tag = "recordings",
    params(("login_code" = String, Path), ("channel" = u32, Path)),
    request_body = NewClip,
    responses(
        (status = 201, description = "It is locked", body = Clip),
        (status = 404, description = "`no_such_device`, `no_such_channel`, `no_footage`", body = ErrorBody),
        (status = 409, description = "`too_many`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn lock_clip(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<Control>>,
    slot: AuditSlot,
    Body(new): Body<NewClip>,
) -> Result<(StatusCode, Json<Clip>), ApiError> {
    let asked = span(&new.from, &new.to, DAY_MS)?;
    let name = name(&new.name)?;
    let now = UnixMs::now();
    if asked.to > now.plus(CLOCKS_DIFFER).0 {
        // What is to come would be kept whatever it is, and however little room there is.
        return Err(ApiError::bad_request("only footage that is there can be locked: to lies in the future").at("to"));
    }
    let until = new
        .until
        .map(|until| {
            let until = UnixMs::from_rfc3339(&until).filter(|until| *until > now);
            until.ok_or_else(|| ApiError::bad_request("until is no time in RFC 3339 to come").at("until"))
        })
        .transpose()?;
    slot.fill(|note| note.detail = told(asked));
    let view = view(&on.caller, &on.place, on.channel);
    if !view.seen.iter().any(|seen| seen.contains(asked)) {
        return Err(ApiError::forbidden());
    }
    let stream = api.footage.stream(&view.device, view.channel).await?;
    let stream = stream.ok_or_else(no_footage)?;
    on.decide_again(&api)?;
    let piece = NewPiece {
        stream,
        from: UnixMs(asked.from),
        to: UnixMs(asked.to),
        name,
        now,
        by_name: &on.caller.name,
    };
    let id = api.db.add_clip(&piece, until, MAX_EACH).await?;
    let row = ClipRow {
        id: id.ok_or_else(|| too_many("clips"))?,
        from: piece.from,
        to: piece.to,
        until,
        name: name.to_owned(),
        created_at: now,
        created_by: on.caller.name.clone(),
    };
    Ok((StatusCode::CREATED, Json(row.into())))
}

/// Keep a clip no longer than other footage. Needs to see all of it, too.
#[utoipa::path(
    delete,
    path = "/api/v1/devices/{login_code}/channels/{channel}/recordings/clips/{clip}",
    operation_id = "delete_clip",
    tag = "recordings",
    params(("login_code" = String, Path), ("channel" = u32, Path), ("clip" = i64, Path)),
    responses(
        (status = 204, description = "It is not locked any more"),
        (status = 404, description = "`no_such_device`, `no_such_channel`, `no_such_clip`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn delete_clip(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<Configure>>,
    Last(id): Last,
) -> Result<StatusCode, ApiError> {
    let id = id.ok_or_else(no_such_clip)?;
    let view = view(&on.caller, &on.place, on.channel);
    let stream = api.footage.stream(&view.device, view.channel).await?;
    let stream = stream.ok_or_else(no_such_clip)?;
    let clips = api.db.clips(stream).await?;
    on.decide_again(&api)?;
    // Whoever may not see it does not hear of it either, and cannot have it deleted.
    let is_shown = |clip: &ClipRow| {
        let span = Span::new(clip.from.0, clip.to.0);
        clip.id == id && view.seen.iter().any(|seen| seen.contains(span))
    };
    if !clips.iter().any(is_shown) {
        return Err(no_such_clip());
    }
    if api.db.delete_clip(stream, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_such_clip())
    }
}
