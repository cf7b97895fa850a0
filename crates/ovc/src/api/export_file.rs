//! The file of an export, as it is fetched.

use super::Api;
use super::content::{self, Part, Shown};
use super::error::ApiError;
use super::host::Secure;
use super::pass::{self, Pass};
use super::playback::{no_footage, over_tls};
use crate::account::tokens::Purpose;
use crate::record::export::Plan;
use crate::record::exports::{Failure, State as Standing};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long an answer waits for the file's head, which after a restart is made anew.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a client may not take anything before he is given up.
const STALLED: Duration = Duration::from_secs(120);

pub(super) async fn send(
    State(api): State<Arc<Api>>,
    Secure(secure): Secure,
    Path((ticket, name)): Path<(String, String)>,
    method: Method,
    asked: HeaderMap,
) -> Result<Response, ApiError> {
    over_tls(&api, secure)?;
    let pass = pass::admit(&api, Purpose::Export, &ticket).await?;
    let plan = plan(&api, &pass).await?;
    let etag = format!("\"{}\"", plan.etag);
    let shown = Shown {
        name: &name,
        download: true,
        forever: false,
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("video/mp4"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    content::insert(&mut headers, header::ETAG, &etag);
    content::insert(&mut headers, header::CONTENT_DISPOSITION, &content::disposition(&shown));
    let range = match content::part(&asked, &etag, plan.bytes()) {
        Part::Known => return Ok((StatusCode::NOT_MODIFIED, headers).into_response()),
        Part::All => None,
        Part::Of(range) => Some(range),
        Part::Nothing => return Ok(content::no_such_part(plan.bytes())),
    };
    let status = content::span(&mut headers, range.as_ref(), plan.bytes());
    if method == Method::HEAD {
        return Ok((status, headers).into_response());
    }
    drop(api.exports.room()?);
    let range = range.unwrap_or(0..plan.bytes());
    let (pieces, taken) = mpsc::channel(1);
    tokio::spawn(async move {
        if let Err(error) = write(&api, &pass, &plan, range, &pieces).await {
            // Broken off before its length, which the client knows, is reached.
            let _ = pieces.send_timeout(Err(error), STALLED).await;
        }
    });
    let body = futures_util::stream::unfold(taken, |mut taken| async {
        let piece: io::Result<Bytes> = taken.recv().await?;
        Some((piece, taken))
    });
    Ok((status, headers, Body::from_stream(body)).into_response())
}

async fn plan(api: &Api, pass: &Pass) -> Result<Arc<Plan>, ApiError> {
    let mut state = api.exports.plan(pass.stream, pass.ticket.span, &pass.seen).await??;
    let settled = state.wait_for(|state| !matches!(state, Standing::Preparing(_)));
    let settled = tokio::time::timeout(PATIENCE, settled).await;
    let preparing = || {
        let message = "the file is being prepared: try again in a while";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "preparing", message)
    };
    match &*settled.map_err(|_| preparing())?.map_err(|_| preparing())? {
        Standing::Preparing(_) => Err(preparing()),
        Standing::Ready(plan) => Ok(plan.clone()),
        Standing::Failed(Failure::Nothing) => Err(no_footage()),
        Standing::Failed(failure) => {
            let message = failure.to_string();
            Err(ApiError::new(StatusCode::NOT_FOUND, "gone", message))
        }
    }
}

type Pieces = mpsc::Sender<io::Result<Bytes>>;

async fn write(api: &Api, pass: &Pass, plan: &Plan, range: Range<u64>, out: &Pieces) -> io::Result<()> {
    let _room = api.exports.room().map_err(io::Error::other)?;
    let head = plan.head.bytes.len() as u64;
    put(out, &plan.head.bytes, 0, &range).await?;
    let first = plan
        .pieces
        .partition_point(|piece| head + piece.offset + piece.bytes <= range.start);
    for (number, piece) in plan.pieces.iter().enumerate().skip(first) {
        let mut at = head + piece.offset;
        if at >= range.end {
            break;
        }
        // It takes its time: he may have lost his right since.
        pass.again(api)
            .await
            .map_err(|_| io::Error::other("the right to it has ended"))?;
        let taken = api.exports.piece(pass.stream, plan, number).await;
        for bytes in gathered(taken.map_err(io::Error::other)?) {
            put(out, &bytes, at, &range).await?;
            at += bytes.len() as u64;
        }
    }
    Ok(())
}

/// Small frames together, so that each of them is not a write of its own.
fn gathered(frames: Vec<Bytes>) -> Vec<Bytes> {
    const ENOUGH: usize = 256 << 10;
    let mut gathered = Vec::new();
    let mut buffer = Vec::with_capacity(ENOUGH);
    for frame in frames {
        buffer.extend_from_slice(&frame);
        if buffer.len() >= ENOUGH {
            gathered.push(std::mem::take(&mut buffer).into());
        }
    }
    gathered.push(buffer.into());
    gathered
}

/// Sends what of these bytes, which begin at `at` of the file, is in the range.
async fn put(out: &Pieces, bytes: &Bytes, at: u64, range: &Range<u64>) -> io::Result<()> {
    let end = at + bytes.len() as u64;
    let (from, to) = (range.start.clamp(at, end) - at, range.end.clamp(at, end) - at);
    if from >= to {
        return Ok(());
    }
    let (Ok(from), Ok(to)) = (usize::try_from(from), usize::try_from(to)) else {
        return Ok(());
    };
    let sent = out.send_timeout(Ok(bytes.slice(from..to)), STALLED).await;
    sent.map_err(|_| io::Error::other("nobody takes it"))
}
