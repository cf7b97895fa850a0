use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, Configure, OnDevice};
use super::commands::{PageParams, by, next};
use super::content::{self, Shown};
use super::error::{ApiError, ErrorBody};
use super::extract::{Body, Last, Params};
use super::snapshots::{ShowParams, file_time};
use crate::clock::UnixMs;
use crate::db::{BlobRow, LogRow, LogState};
use crate::logs::LogError;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// Longest time that a log may be wanted of.
const MAX_SPAN: Duration = Duration::from_secs(366 * 24 * 3600);
/// Most that is shown of what was packed.
const MAX_UNPACKED: u64 = 64 << 20;
/// What is unpacked in one go: a small piece may become a thousand times longer.
const PIECE: usize = 1 << 10;

/// Which time a log is wanted of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LogWanted {
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    to: String,
}

/// A log that a device was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeviceLog {
    /// Later ones have greater numbers.
    id: i64,
    state: LogState,
    /// The time that was wanted.
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    to: String,
    #[schema(format = DateTime)]
    requested_at: String,
    /// When it was settled.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<String>,
    /// How long it is; 0: the device has nothing of that time.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// `text/plain`, `application/gzip` or `application/zip`
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    /// Why it failed.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Who wanted it.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

impl From<LogRow> for DeviceLog {
    fn from(row: LogRow) -> Self {
        let empty = (row.state == LogState::Done).then_some(0);
        Self {
            id: row.id,
            state: row.state,
            from: row.from.to_rfc3339(),
            to: row.to.to_rfc3339(),
            requested_at: row.requested_at.to_rfc3339(),
            finished_at: row.finished_at.map(UnixMs::to_rfc3339),
            bytes: row.blob.as_ref().map(|blob| blob.bytes).or(empty),
            content_type: row.blob.map(|blob| blob.content_type),
            error: row.error,
            by: row.by.name().map(str::to_owned),
        }
    }
}

impl From<LogError> for ApiError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Call(error) => error.into(),
            LogError::Db(error) => error.into(),
        }
    }
}

fn no_such_log() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "no_such_log", "there is no such log")
}

/// Ask a device for its log of some time. It uploads it when it can: see its state.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/logs",
    operation_id = "request_logs",
    tag = "logs",
    params(("login_code" = String, Path)),
    request_body = LogWanted,
    responses(
        (status = 202, description = "The device knows", body = DeviceLog),
        (status = 400, description = "`bad_request`: no times, or a year apart", body = ErrorBody),
        (status = 409, description = "`device_offline`, `device_disconnected`", body = ErrorBody),
        (status = 422, description = "`device_refused`", body = ErrorBody),
        (status = 504, description = "`device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn request_logs(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    slot: AuditSlot,
    Body(wanted): Body<LogWanted>,
) -> Result<(StatusCode, Json<DeviceLog>), ApiError> {
    let time = |text: &str, name: &str| {
        let bad = || ApiError::bad_request(format!("{name} is no time in RFC 3339")).at(name);
        UnixMs::from_rfc3339(text).ok_or_else(bad)
    };
    let (from, to) = (time(&wanted.from, "from")?, time(&wanted.to, "to")?);
    if from > to || to.since(from) > MAX_SPAN {
        return Err(ApiError::bad_request("from comes before to, and at most a year before").at("from"));
    }
    slot.fill(|note| note.detail = format!("from {from} to {to}"));
    let row = api.logs.request(&by(&on.caller), &on.place.code, (from, to)).await?;
    Ok((StatusCode::ACCEPTED, Json(row.into())))
}

/// Logs, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeviceLogList {
    items: Vec<DeviceLog>,
    /// For `before`, to get those before; absent: there are none.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// Logs that a device was asked for, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/logs",
    operation_id = "list_device_logs",
    tag = "logs",
    params(("login_code" = String, Path), PageParams),
    responses(
        (status = 200, description = "Logs", body = DeviceLogList),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_device_logs(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    Params(page): Params<PageParams>,
) -> Result<Json<DeviceLogList>, ApiError> {
    let limit = page.limit()?;
    let rows = api.logs.list(&on.place.code, page.before, limit).await?;
    // While that was read the device may have gone to somebody else, whose it is then.
    on.decide_again(&api)?;
    Ok(Json(DeviceLogList {
        next: next(rows.iter().map(|row| row.id), limit),
        items: rows.into_iter().map(DeviceLog::from).collect(),
    }))
}

async fn known(api: &Api, on: &Allowed<OnDevice<Configure>>, id: Option<i64>) -> Result<LogRow, ApiError> {
    let id = id.ok_or_else(no_such_log)?;
    let row = api.logs.get(&on.place.code, id).await?;
    on.decide_again(api)?;
    row.ok_or_else(no_such_log)
}

/// How it stands with a log.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/logs/{log}",
    operation_id = "get_device_log",
    tag = "logs",
    params(("login_code" = String, Path), ("log" = i64, Path)),
    responses(
        (status = 200, description = "The log", body = DeviceLog),
        (status = 404, description = "`no_such_device`, `no_such_log`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_device_log(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    Last(id): Last,
) -> Result<Json<DeviceLog>, ApiError> {
    Ok(Json(known(&api, &on, id).await?.into()))
}

/// A log itself, as text: what is packed by gzip is unpacked, up to 64 MiB. To be saved (`download=true`) as it came.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/logs/{log}/content",
    operation_id = "get_device_log_text",
    tag = "logs",
    params(("login_code" = String, Path), ("log" = i64, Path), ShowParams),
    responses(
        (status = 200, description = "The log", content_type = "text/plain", body = String),
        (status = 404, description = "`no_such_device`, `no_such_log`", body = ErrorBody),
        (status = 409, description = "`not_there`: it has not come; `not_text`: it can only be saved", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_device_log_text(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    Last(id): Last,
    Params(params): Params<ShowParams>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let row = known(&api, &on, id).await?;
    let base = format!("{}-{}", row.device, file_time(row.from));
    let Some(blob) = row.blob else {
        if row.state == LogState::Done {
            return Ok(([(header::CONTENT_TYPE, TEXT)], "").into_response());
        }
        return Err(ApiError::new(StatusCode::CONFLICT, "not_there", "the log has not come"));
    };
    let ending = match &*blob.content_type {
        "application/gzip" => "log.gz",
        "application/zip" => "zip",
        _ => "log",
    };
    let name = format!("{base}.{ending}");
    let shown = Shown {
        name: &name,
        download: params.download,
        forever: true,
    };
    match (&*blob.content_type, params.download) {
        ("application/gzip", false) => unpacked(&api, &blob, &shown).await,
        ("application/zip", false) => {
            let message = "this is a zip file: save it";
            Err(ApiError::new(StatusCode::CONFLICT, "not_text", message))
        }
        (_, download) => {
            let mut answer = content::answer(&api.blobs, &blob, &headers, &shown).await?;
            if !download && answer.status() != StatusCode::NOT_MODIFIED {
                let text = header::HeaderValue::from_static(TEXT);
                answer.headers_mut().insert(header::CONTENT_TYPE, text);
            }
            Ok(answer)
        }
    }
}

const TEXT: &str = "text/plain; charset=utf-8";

/// What was packed, as it is unpacked.
async fn unpacked(api: &Api, blob: &BlobRow, shown: &Shown<'_>) -> Result<Response, ApiError> {
    let content = api.blobs.get(&blob.key, None).await?;
    // Small pieces, so that none becomes very long.
    let packed = content.stream.flat_map(|piece| {
        let pieces = match piece {
            Ok(piece) => piece
                .chunks(PIECE)
                .map(|piece| Ok(Bytes::copy_from_slice(piece)))
                .collect(),
            Err(error) => vec![Err(io::Error::other(error))],
        };
        stream::iter(pieces)
    });
    let unpacking = stream::try_unfold((packed, Unpacker::default()), |(mut packed, mut unpacker)| async {
        while let Some(piece) = packed.next().await {
            let text = unpacker.unpack(&piece?)?;
            if !text.is_empty() {
                return Ok::<_, io::Error>(Some((text, (packed, unpacker))));
            }
        }
        Ok(None)
    });
    let answer = (
        [
            (header::CONTENT_TYPE, TEXT.to_owned()),
            (header::CONTENT_DISPOSITION, content::disposition(shown)),
        ],
        axum::body::Body::from_stream(unpacking),
    );
    Ok(answer.into_response())
}

/// Unpacks in pieces, no more than is shown.
struct Unpacker {
    decoder: MultiGzDecoder<Vec<u8>>,
    left: u64,
}

impl Default for Unpacker {
    fn default() -> Self {
        Self {
            decoder: MultiGzDecoder::new(Vec::new()),
            left: MAX_UNPACKED,
        }
    }
}

impl Unpacker {
    fn unpack(&mut self, packed: &[u8]) -> io::Result<Bytes> {
        if self.left == 0 {
            return Ok(Bytes::new());
        }
        self.decoder.write_all(packed)?;
        // Else the last of it would stay within.
        self.decoder.flush()?;
        let mut text = std::mem::take(self.decoder.get_mut());
        text.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= text.len() as u64;
        Ok(text.into())
    }
}

/// Forget a log.
#[utoipa::path(
    delete,
    path = "/api/v1/devices/{login_code}/logs/{log}",
    operation_id = "delete_device_log",
    tag = "logs",
    params(("login_code" = String, Path), ("log" = i64, Path)),
    responses(
        (status = 204, description = "Forgotten"),
        (status = 404, description = "`no_such_device`, `no_such_log`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn delete_device_log(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    Last(id): Last,
) -> Result<StatusCode, ApiError> {
    let id = id.ok_or_else(no_such_log)?;
    if api.logs.delete(&on.place.code, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_such_log())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    #[test]
    fn what_is_packed_is_unpacked_but_not_without_end() {
        let mut packing = GzEncoder::new(Vec::new(), Compression::best());
        packing.write_all(b"one line\n").unwrap();
        let small = packing.finish().unwrap();
        let mut unpacker = Unpacker::default();
        let mut text = Vec::new();
        for piece in small.chunks(3) {
            text.extend(unpacker.unpack(piece).unwrap());
        }
        assert_eq!(text, b"one line\n");

        let mut packing = GzEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![b'0'; 1 << 20];
        for _ in 0..70 {
            packing.write_all(&zeros).unwrap();
        }
        let bomb = packing.finish().unwrap();
        let mut unpacker = Unpacker::default();
        let (mut len, mut longest) = (0, 0);
        for piece in bomb.chunks(PIECE) {
            let text = unpacker.unpack(piece).unwrap().len();
            len += text as u64;
            longest = longest.max(text);
        }
        assert_eq!(len, MAX_UNPACKED);
        assert!(longest <= 2 << 20, "{longest}");
        assert!(Unpacker::default().unpack(b"\x1f\x8bno gzip at all").is_err());
    }
}
