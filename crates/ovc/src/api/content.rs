//! Objects as answers: whole or in part, to browsers and to devices.

use super::error::ApiError;
use crate::blob::{BlobError, Blobs};
use crate::db::BlobRow;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::ops::Range;

/// RFC 8187 `attr-char`.
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const DIGEST: header::HeaderName = header::HeaderName::from_static("repr-digest");

/// How an object is shown.
pub(super) struct Shown<'a> {
    /// What the file is called when it is saved.
    pub(super) name: &'a str,
    /// To be saved rather than shown.
    pub(super) download: bool,
    /// The address will never show another one.
    pub(super) forever: bool,
}

impl From<BlobError> for ApiError {
    fn from(error: BlobError) -> Self {
        if matches!(error, BlobError::NotFound) {
            // As after the restore of a database without the objects that it knows.
            return Self::new(StatusCode::NOT_FOUND, "gone", "the file is not there any more");
        }
        tracing::error!(%error, "object store failed");
        let message = "the cloud cannot read or write what it stores; see its log";
        Self::new(StatusCode::INSUFFICIENT_STORAGE, "storage", message)
    }
}

/// The object, or the part of it that is asked for.
pub(super) async fn answer(
    blobs: &Blobs,
    blob: &BlobRow,
    asked: &HeaderMap,
    shown: &Shown<'_>,
) -> Result<Response, ApiError> {
    let etag = format!("\"{}\"", data_encoding::HEXLOWER.encode(&blob.sha256[..16]));
    let range = match part(asked, &etag, blob.bytes) {
        Part::Known => return Ok((StatusCode::NOT_MODIFIED, headers(blob, &etag, shown)).into_response()),
        Part::All => None,
        Part::Of(range) => Some(range),
        Part::Nothing => return Ok(no_such_part(blob.bytes)),
    };
    let content = blobs.get(&blob.key, range.clone()).await?;
    let mut headers = headers(blob, &etag, shown);
    let status = span(&mut headers, range.as_ref(), blob.bytes);
    Ok((status, headers, Body::from_stream(content.stream)).into_response())
}

/// Which part of something is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// He has it already.
    Known,
    All,
    Of(Range<u64>),
    /// One that is not there.
    Nothing,
}

/// Which part a request asks for of something of this length. `etag` in its quotes.
pub(super) fn part(asked: &HeaderMap, etag: &str, total: u64) -> Part {
    let text = |name: header::HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_NONE_MATCH).is_some_and(|known| known.split(',').any(|known| known.trim() == etag)) {
        return Part::Known;
    }
    // Of another object no part is wanted (RFC 9110 section 13.1.5).
    let range = text(header::RANGE).filter(|_| text(header::IF_RANGE).is_none_or(|known| known == etag));
    match range.map_or(Asked::All, |range| parse(range, total)) {
        Asked::All => Part::All,
        Asked::Part(range) => Part::Of(range),
        Asked::Nothing => Part::Nothing,
    }
}

/// The answer to who asks for a part that is not there.
pub(super) fn no_such_part(total: u64) -> Response {
    let range = format!("bytes */{total}");
    (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, range)]).into_response()
}

/// Status and headers of an answer with all of something, or a part of it.
pub(super) fn span(headers: &mut HeaderMap, range: Option<&Range<u64>>, total: u64) -> StatusCode {
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(
        header::CONTENT_LENGTH,
        range.map_or(total, |range| range.end - range.start).into(),
    );
    match range {
        Some(Range { start, end }) => {
            insert(
                headers,
                header::CONTENT_RANGE,
                &format!("bytes {start}-{}/{total}", end - 1),
            );
            StatusCode::PARTIAL_CONTENT
        }
        None => StatusCode::OK,
    }
}

/// What every answer with it says.
pub(super) fn headers(blob: &BlobRow, etag: &str, shown: &Shown<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    insert(&mut headers, header::CONTENT_TYPE, &blob.content_type);
    insert(&mut headers, header::ETAG, etag);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // Of all of it, also where a part is answered (RFC 9530): a device that installs it can tell whether it is whole.
    let digest = format!("sha-256=:{}:", STANDARD.encode(blob.sha256));
    insert(&mut headers, DIGEST, &digest);
    insert(&mut headers, header::CONTENT_DISPOSITION, &disposition(shown));
    let caching = if shown.forever {
        "private, max-age=86400, immutable"
    } else {
        "private, no-cache"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers
}

pub(super) fn disposition(shown: &Shown<'_>) -> String {
    let how = if shown.download { "attachment" } else { "inline" };
    format!("{how}; filename*=UTF-8''{}", utf8_percent_encode(shown.name, NAME))
}

pub(super) fn insert(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    All,
    Part(Range<u64>),
    /// There is nothing of it.
    Nothing,
}

/// One range of bytes (RFC 9110 section 14.1.2). Several, and what cannot be understood, are answered with all.
fn parse(range: &str, total: u64) -> Asked {
    let Some((first, last)) = range
        .strip_prefix("bytes=")
        .and_then(|range| range.trim().split_once('-'))
    else {
        return Asked::All;
    };
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(total),
        (Ok(first), Err(_)) if last.is_empty() => first..total,
        (Err(_), Ok(last)) if first.is_empty() => total.saturating_sub(last)..total,
        _ => return Asked::All,
    };
    if range.start < range.end {
        Asked::Part(range)
    } else {
        Asked::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_within_what_there_is() {
        for (range, expected) in [
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=2-", Asked::Part(2..10)),
            ("bytes=2-100", Asked::Part(2..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-100", Asked::Part(0..10)),
            ("bytes=0-18446744073709551615", Asked::Part(0..10)),
            ("bytes=10-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=5-2", Asked::All),
            ("bytes=1-2,4-5", Asked::All),
            ("bytes=-", Asked::All),
            ("lines=1-2", Asked::All),
        ] {
            assert_eq!(parse(range, 10), expected, "{range}");
        }
        assert_eq!(parse("bytes=0-", 0), Asked::Nothing);
    }

    #[test]
    fn a_name_is_harmless_in_a_header() {
        let shown = Shown {
            name: "门 1\".jpg\r\n",
            download: true,
            forever: true,
        };
        assert_eq!(
            disposition(&shown),
            "attachment; filename*=UTF-8''%E9%97%A8%201%22.jpg%0D%0A"
        );
    }
}
