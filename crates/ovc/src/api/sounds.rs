use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, Configure, Know, OnTenant};
use super::error::{ApiError, ErrorBody};
use super::extract::{Last, Params};
use super::incoming::{Incoming, too_large};
use crate::blob::BlobKind;
use crate::db::SoundRow;
use crate::sounds::{SoundError, Sounds};
use crate::transfer::{Rule, discard, receive};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Longest sound.
const MAX_SOUND: u64 = 16 << 20;

/// Something that a tenant's devices may play.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Sound {
    id: i64,
    name: String,
    bytes: u64,
    /// `audio/mpeg`, `audio/wav`, `audio/aac`, `audio/mp4` or `audio/ogg`
    content_type: String,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<SoundRow> for Sound {
    fn from(row: SoundRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            bytes: row.blob.bytes,
            content_type: row.blob.content_type,
            created_at: row.created_at.to_rfc3339(),
        }
    }
}

impl From<SoundError> for ApiError {
    fn from(error: SoundError) -> Self {
        let message = error.to_string();
        match error {
            SoundError::BadName => Self::new(StatusCode::BAD_REQUEST, "bad_name", message).at("name"),
            SoundError::TooMany => Self::new(StatusCode::FORBIDDEN, "too_many_sounds", message),
            SoundError::Db(error) => error.into(),
        }
    }
}

pub(super) fn no_such_sound() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "no_such_sound", "there is no such sound")
}

/// Sounds, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SoundList {
    items: Vec<Sound>,
}

/// What a tenant's devices may play: all of it, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/tenants/{tenant}/sounds",
    operation_id = "list_sounds",
    tag = "sounds",
    params(("tenant" = i64, Path)),
    responses(
        (status = 200, description = "Sounds", body = SoundList),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_sounds(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<Know>>,
) -> Result<Json<SoundList>, ApiError> {
    let rows = api.sounds.list(on.tenant).await?;
    Ok(Json(SoundList {
        items: rows.into_iter().map(Sound::from).collect(),
    }))
}

/// What it is called.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SoundName {
    /// 1 to 100 characters.
    name: String,
}

/// Upload a sound for a tenant's devices: MP3, WAV, AAC, M4A or Ogg, 16 MiB at most, as it is.
#[utoipa::path(
    post,
    path = "/api/v1/tenants/{tenant}/sounds",
    operation_id = "upload_sound",
    tag = "sounds",
    params(("tenant" = i64, Path), SoundName),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 201, description = "Kept", body = Sound),
        (status = 400, description = "`bad_name`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `too_many_sounds`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = 413, description = "`too_large`", body = ErrorBody),
        (status = 415, description = "`bad_content`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn upload_sound(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<Configure>>,
    slot: AuditSlot,
    Params(params): Params<SoundName>,
    incoming: Incoming,
) -> Result<(StatusCode, Json<Sound>), ApiError> {
    let name = Sounds::check_name(&params.name)?;
    slot.fill(|note| note.detail = format!("sound {name}"));
    let (pieces, length, still) = incoming.split();
    if length.is_some_and(|length| length > MAX_SOUND) {
        return Err(too_large(MAX_SOUND));
    }
    let (stored, found) = receive(&api.blobs, BlobKind::Sound, Rule::Sound, MAX_SOUND, pieces).await?;
    let kept = async {
        still.map_or(Ok(()), |still| still.allowed())?;
        let kept = api.sounds.add(on.tenant, name, &stored, found.content_type).await?;
        Ok::<_, ApiError>(kept)
    };
    match kept.await {
        Ok(row) => Ok((StatusCode::CREATED, Json(row.into()))),
        Err(error) => {
            discard(&api.blobs, &stored).await;
            Err(error)
        }
    }
}

/// Remove a sound.
#[utoipa::path(
    delete,
    path = "/api/v1/tenants/{tenant}/sounds/{sound}",
    operation_id = "delete_sound",
    tag = "sounds",
    params(("tenant" = i64, Path), ("sound" = i64, Path)),
    responses(
        (status = 204, description = "Removed"),
        (status = 404, description = "`no_such_tenant`, `no_such_sound`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn delete_sound(
    State(api): State<Arc<Api>>,
    on: Allowed<OnTenant<Configure>>,
    Last(id): Last,
) -> Result<StatusCode, ApiError> {
    let id = id.ok_or_else(no_such_sound)?;
    if api.sounds.delete(on.tenant, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_such_sound())
    }
}
