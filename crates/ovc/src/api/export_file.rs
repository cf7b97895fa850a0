//! The file of an export, as it is fetched.

use super::Api;
use super::content::{self, Part, Shown};
use super::error::ApiError;
use super::host::Secure;
use super::pass::{self, Pass};
use super::playback::{no_footage, over_tls};
use crate::account::tokens::Purpose;
use crate::clock::UnixMs;
use crate::record::export::Plan;
use crate::record::exports::{Asker, Failure, State as Standing};
use crate::record::tickets::Ticket;
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
use tokio::time::Instant;

/// How long an answer waits for the file's head, which after a restart is made anew.
const PATIENCE: Duration = Duration::from_secs(60);
/// A client who takes less than [`LEAST`] in so long is given up: he would keep a place from others for days. Only the time
/// in which he is waited for counts, not that in which he waits for us.
const WINDOW: Duration = Duration::from_secs(60);
/// 16 KiB a second.
const LEAST: u64 = 60 * (16 << 10);
/// What is handed on at once: many of these are [`LEAST`].
const SLICE: usize = 64 << 10;

pub(super) async fn send(
    State(api): State<Arc<Api>>,
    Secure(secure): Secure,
    Path((ticket, name)): Path<(String, String)>,
    method: Method,
    asked: HeaderMap,
) -> Result<Response, ApiError> {
    over_tls(&api, secure)?;
    let pass = pass::admit(&api, Purpose::Export, &ticket).await?;
    let (_, holder) = Ticket::read(&api.tokens, Purpose::Export, &ticket, UnixMs::now())?;
    let asker = Asker::of(pass.ticket.base, holder);
    let plan = plan(&api, asker, &pass).await?;
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
    let room = api.exports.room(asker)?;
    let range = range.unwrap_or(0..plan.bytes());
    let (pieces, taken) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut out = Out::new(pieces);
        let written = write(&api, &pass, &plan, range, &mut out).await;
        drop(room);
        if let Err(error) = written {
            // Broken off before its length, which the client knows, is reached.
            let _ = out.pieces.send_timeout(Err(error), WINDOW).await;
        }
    });
    let body = futures_util::stream::unfold(taken, |mut taken| async {
        let piece: io::Result<Bytes> = taken.recv().await?;
        Some((piece, taken))
    });
    Ok((status, headers, Body::from_stream(body)).into_response())
}

async fn plan(api: &Api, asker: Asker, pass: &Pass) -> Result<Arc<Plan>, ApiError> {
    let file = api.exports.file(asker, pass.stream, pass.ticket.span, &pass.seen);
    let mut state = file.await??;
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
        // As when any other object cannot be read.
        Standing::Failed(failure @ Failure::Unreadable) => {
            let message = failure.to_string();
            Err(ApiError::new(StatusCode::INSUFFICIENT_STORAGE, "storage", message))
        }
    }
}

async fn write(api: &Api, pass: &Pass, plan: &Plan, range: Range<u64>, out: &mut Out) -> io::Result<()> {
    let head = plan.head.bytes.len() as u64;
    out.put(&plan.head.bytes, 0, &range).await?;
    let first = plan
        .pieces
        .partition_point(|piece| head + piece.offset + piece.bytes <= range.start);
    for (number, piece) in plan.pieces.iter().enumerate().skip(first) {
        let mut at = head + piece.offset;
        if at >= range.end {
            break;
        }
        // It takes its time: he may have lost his right since, or some of it.
        let ended = || io::Error::other("the right to it has ended");
        let now = pass.again(api).await.map_err(|_| ended())?;
        if !now.seen.iter().any(|seen| seen.contains(piece.span())) {
            return Err(ended());
        }
        let taken = api.exports.piece(pass.stream, plan, number).await;
        for bytes in gathered(taken.map_err(io::Error::other)?) {
            out.put(&bytes, at, &range).await?;
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

/// Where a file goes, as fast as it is taken.
struct Out {
    pieces: mpsc::Sender<io::Result<Bytes>>,
    /// How long he was waited for, and what he took in that time: at most a [`WINDOW`].
    waited: Duration,
    taken: u64,
}

impl Out {
    fn new(pieces: mpsc::Sender<io::Result<Bytes>>) -> Self {
        Self {
            pieces,
            waited: Duration::ZERO,
            taken: 0,
        }
    }

    /// Sends what of these bytes, which begin at `at` of the file, is in the range.
    async fn put(&mut self, bytes: &Bytes, at: u64, range: &Range<u64>) -> io::Result<()> {
        let end = at + bytes.len() as u64;
        let (from, to) = (range.start.clamp(at, end) - at, range.end.clamp(at, end) - at);
        let (Ok(from), Ok(to)) = (usize::try_from(from), usize::try_from(to)) else {
            return Ok(());
        };
        let mut rest = bytes.slice(from..to.max(from));
        while !rest.is_empty() {
            let slice = rest.split_to(rest.len().min(SLICE));
            self.send(slice).await?;
        }
        Ok(())
    }

    async fn send(&mut self, slice: Bytes) -> io::Result<()> {
        loop {
            let begun = Instant::now();
            let left = WINDOW.saturating_sub(self.waited);
            let room = tokio::time::timeout(left, self.pieces.reserve()).await;
            self.waited += begun.elapsed();
            if self.waited >= WINDOW {
                if self.taken < LEAST {
                    return Err(io::Error::other("it is taken too slowly"));
                }
                (self.waited, self.taken) = (Duration::ZERO, 0);
            }
            // Else the next window has begun.
            if let Ok(room) = room {
                let room = room.map_err(|_| io::Error::other("nobody takes it"))?;
                self.taken += slice.len() as u64;
                room.send(Ok(slice));
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    /// Sends so much in pieces of 1 MiB, before each of which the store takes its time, to somebody who takes a slice each
    /// so often; how long it took.
    async fn send(mib: usize, store: Duration, client: Duration) -> io::Result<Duration> {
        let (pieces, mut taken) = mpsc::channel::<io::Result<Bytes>>(1);
        let reader = tokio::spawn(async move {
            let mut bytes = 0;
            while let Some(piece) = taken.recv().await {
                bytes += piece.unwrap().len();
                tokio::time::sleep(client).await;
            }
            bytes
        });
        let begun = Instant::now();
        let mut out = Out::new(pieces);
        let (piece, range) = (Bytes::from(vec![0; MIB]), 0..(mib * MIB) as u64);
        for number in 0..mib {
            tokio::time::sleep(store).await;
            out.put(&piece, (number * MIB) as u64, &range).await?;
        }
        drop(out);
        assert_eq!(reader.await.unwrap(), mib * MIB);
        Ok(begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_a_file_too_slowly_is_given_up() {
        let seconds = Duration::from_secs;
        // 32 KiB a second: in its time.
        assert!(send(10, Duration::ZERO, seconds(2)).await.is_ok());
        // 8 KiB a second.
        assert!(send(10, Duration::ZERO, seconds(8)).await.is_err());
        // However slow the store is, that is not held against him.
        let took = send(5, seconds(300), Duration::ZERO).await.unwrap();
        assert!(took >= seconds(1500), "{took:?}");
        // Who takes nothing at all any more is given up in two windows at most.
        let begun = Instant::now();
        let stalled = tokio::time::timeout(2 * WINDOW, send(10, Duration::ZERO, seconds(3600)));
        assert!(stalled.await.unwrap().is_err());
        assert!(begun.elapsed() >= WINDOW);
    }

    #[tokio::test]
    async fn of_a_range_nothing_else_is_sent() {
        let (pieces, mut taken) = mpsc::channel::<io::Result<Bytes>>(8);
        let mut out = Out::new(pieces);
        for (bytes, at) in [("abc", 0), ("def", 3), ("ghi", 6), ("jkl", 9)] {
            out.put(&Bytes::from(bytes), at, &(4..7)).await.unwrap();
        }
        drop(out);
        let mut sent = Vec::new();
        while let Some(piece) = taken.recv().await {
            sent.extend_from_slice(&piece.unwrap());
        }
        assert_eq!(sent, b"efg");
    }
}
