//! How much of recordings is stored, and how much room there is.

use super::Api;
use super::auth::{Allowed, OnPlatform, RunPlatform};
use super::error::{ApiError, ErrorBody};
use crate::record::keeping;
use crate::record::storage::StorageState;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Where recordings are stored.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum StoreName {
    /// In a folder of the cloud's machine.
    Local,
    /// In a store that speaks S3.
    S3,
}

/// How it stands with recordings.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordingStorage {
    store: StoreName,
    state: StorageState,
    /// Bytes of recordings.
    used_bytes: u64,
    /// Segments of recordings.
    segments: u64,
    /// When the oldest recording begins.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest: Option<String>,
    /// Room that is left, where that is known.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    free_bytes: Option<u64>,
    /// Room in all, for whatever is on the same disk.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    total_bytes: Option<u64>,
}

/// How much of recordings is stored, and how much room there is.
#[utoipa::path(
    get,
    path = "/api/v1/recording/storage",
    operation_id = "get_recording_storage",
    tag = "platform",
    responses(
        (status = 200, description = "How it stands", body = RecordingStorage),
        (status = 403, description = "`forbidden`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_recording_storage(
    State(api): State<Arc<Api>>,
    _: Allowed<OnPlatform<RunPlatform>>,
) -> Result<Json<RecordingStorage>, ApiError> {
    let stored = keeping::stored(&api.db).await?;
    let space = api.blobs.space().await.unwrap_or_else(|error| {
        tracing::error!(%error, "cannot see how much room there is");
        None
    });
    Ok(Json(RecordingStorage {
        store: if api.blobs.is_local() {
            StoreName::Local
        } else {
            StoreName::S3
        },
        state: api.storage.state(),
        used_bytes: stored.bytes,
        segments: stored.segments,
        oldest: stored.oldest.map(crate::clock::UnixMs::to_rfc3339),
        free_bytes: space.map(|space| space.free_bytes),
        total_bytes: space.map(|space| space.total_bytes),
    }))
}
