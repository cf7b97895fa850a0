//! Single pictures: of what a channel shows now, uploaded where the cloud wants it.

use super::{Channel, Inner, START_LIMIT};
use crate::device::{Answer, done};
use crate::http;
use crate::picture::{self, PictureError};
use bytes::Bytes;
use dap::methods::{Snapshot, SnapshotParams};
use dap::{ErrorCode, RpcError};
use std::time::Duration;

/// Taking the picture and uploading it: the cloud waits 20 s for the answer (spec section 2, rule 4).
const LIMIT: Duration = Duration::from_secs(18);
/// An upload alone.
const UPLOAD_LIMIT: Duration = Duration::from_secs(60);
pub(super) const JPEG: &str = "image/jpeg";

impl Inner {
    pub(super) async fn snapshot(&self, params: SnapshotParams) -> Answer<Snapshot> {
        let channel = self.channel(params.channel)?;
        http::parse(&params.url).map_err(|error| RpcError::new(ErrorCode::BAD_PARAMETER, error.to_string()))?;
        let taken = async {
            channel.online(START_LIMIT).await?;
            let jpeg = jpeg(channel).await?;
            let uploaded = self.http.put(&params.url, JPEG, jpeg.clone(), UPLOAD_LIMIT).await;
            uploaded.map_err(|error| RpcError::internal(format!("the picture could not be uploaded: {error}")))?;
            tracing::info!(channel = %channel.number, bytes = jpeg.len(), "snapshot");
            Ok(())
        };
        tokio::time::timeout(LIMIT, taken)
            .await
            .unwrap_or_else(|_| Err(RpcError::internal("taking the picture and uploading it took too long")))?;
        done()
    }
}

/// What a channel shows now, as JPEG: decoded here, or taken by the camera where that cannot be done.
pub(super) async fn jpeg(channel: &Channel) -> Result<Bytes, RpcError> {
    let failure = match decoded(channel).await {
        Ok(jpeg) => return Ok(jpeg),
        Err(failure) => failure,
    };
    let camera = channel
        .steering
        .as_ref()
        .filter(|steering| steering.abilities().borrow().snapshot);
    match camera {
        Some(camera) => {
            tracing::debug!(channel = %channel.number, %failure, "the camera is asked for a picture");
            camera.snapshot().await.map_err(RpcError::from)
        }
        None if matches!(failure, PictureError::Codec(_)) => Err(RpcError::internal(format!(
            "{failure}, and the camera offers no single pictures"
        ))),
        None => Err(RpcError::internal(failure.to_string())),
    }
}

async fn decoded(channel: &Channel) -> Result<Bytes, PictureError> {
    let picture = picture::current(&channel.feed).await?;
    tokio::task::spawn_blocking(move || picture.to_jpeg())
        .await
        .unwrap_or_else(|_| Err(PictureError::Jpeg("the encoder failed".into())))
        .map(Bytes::from)
}
