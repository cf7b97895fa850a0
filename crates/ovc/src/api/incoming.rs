//! Bodies that are streamed to where they are kept: never whole in memory, never without end.

use super::auth::Still;
use super::error::ApiError;
use crate::transfer::ReceiveError;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use multer::{Constraints, Multipart, SizeLimit};
use std::time::Duration;

/// Of whom nothing comes for so long is not waited for.
const STALL_LIMIT: Duration = Duration::from_secs(20);
/// What a form has beside its file.
const FORM_ROOM: u64 = 64 << 10;
/// How much is read of what is refused, and for how long: a connection that is closed with bytes unread is reset, and the
/// answer may be lost with it.
const DRAINED: u64 = 1 << 20;
const DRAIN_LIMIT: Duration = Duration::from_secs(2);

/// What a body does not come to its end by.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Broken {
    #[error("nothing came for {} seconds", STALL_LIMIT.as_secs())]
    Stalled,
    #[error("{0}")]
    Cut(String),
}

/// The pieces of a body.
pub(super) type Pieces = BoxStream<'static, Result<Bytes, Broken>>;

/// The body as it comes. It may be asked for more after its end.
pub(super) fn pieces(body: Body) -> Pieces {
    let pieces = stream::unfold(Some(body.into_data_stream()), |rest| async {
        let mut rest = rest?;
        match tokio::time::timeout(STALL_LIMIT, rest.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(piece))) => Some((Ok(piece), Some(rest))),
            Ok(Some(Err(error))) => Some((Err(Broken::Cut(error.to_string())), None)),
            Err(_) => Some((Err(Broken::Stalled), None)),
        }
    });
    pieces.fuse().boxed()
}

/// The first file of a form (RFC 7578). `None`: it has none.
pub(super) async fn file_of_form(pieces: Pieces, boundary: String, max: u64) -> Result<Option<Pieces>, Broken> {
    let limit = SizeLimit::new().whole_stream(max.saturating_add(FORM_ROOM));
    let mut form = Multipart::with_constraints(pieces, boundary, Constraints::new().size_limit(limit));
    let cut = |error: multer::Error| Broken::Cut(error.to_string());
    while let Some(field) = form.next_field().await.map_err(cut)? {
        if field.file_name().is_some() {
            // The form goes along: what it reads is its stream.
            let file = field.map_err(cut).chain(stream::once(async move {
                drop(form);
                Ok(Bytes::new())
            }));
            return Ok(Some(file.boxed()));
        }
    }
    Ok(None)
}

/// How long a body says it is.
pub(super) fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads some of a body that nobody wants.
pub(super) async fn drain(body: Body) {
    drain_pieces(&mut pieces(body)).await;
}

/// The same of one that was begun.
pub(super) async fn drain_pieces(rest: &mut Pieces) {
    drain_more(rest, DRAINED, DRAIN_LIMIT).await;
}

/// Reads on to the end, no further than so many bytes, and no longer.
pub(super) async fn drain_more(rest: &mut Pieces, most: u64, limit: Duration) {
    let draining = async {
        let mut read = 0;
        while let Some(Ok(piece)) = rest.next().await {
            read += piece.len() as u64;
            if read > most {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(limit, draining).await;
}

/// A file that a person sends, as it comes.
pub(super) struct Incoming {
    pieces: Pieces,
    length: Option<u64>,
    still: Option<Still>,
}

impl Incoming {
    /// Its pieces, how long it says it is, and what is to be asked when it is there: whether he may still send it.
    pub(super) fn split(self) -> (Pieces, Option<u64>, Option<Still>) {
        (self.pieces, self.length, self.still)
    }
}

impl<S: Send + Sync> FromRequest<S> for Incoming {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let still = request.extensions().get::<Still>().cloned();
        let length = length(request.headers());
        Ok(Self {
            pieces: pieces(request.into_body()),
            length,
            still,
        })
    }
}

pub(super) fn too_large(max: u64) -> ApiError {
    let message = format!("longer than {} MiB", max >> 20);
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
}

impl From<ReceiveError<Broken>> for ApiError {
    fn from(error: ReceiveError<Broken>) -> Self {
        let message = error.to_string();
        match error {
            ReceiveError::TooBig(max) => too_large(max),
            ReceiveError::BadContent(_) => Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "bad_content", message),
            ReceiveError::Source(Broken::Stalled) => Self::new(StatusCode::REQUEST_TIMEOUT, "timeout", message),
            ReceiveError::Source(Broken::Cut(_)) => Self::bad_request(message),
            ReceiveError::Blob(error) => error.into(),
        }
    }
}
