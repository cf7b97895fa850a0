use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, Configure, OnChannel, OnDevice, SeeLive, SomePictures, SomeRecordings};
use super::commands::{by, limit as page_limit, next};
use super::content::{self, Shown};
use super::error::{ApiError, ErrorBody};
use super::extract::{Last, Params};
use crate::account::policy::{self, Decision, DevicePlace, Resource, TimeWindow};
use crate::account::{Caller, Permission, Principal};
use crate::clock::UnixMs;
use crate::db::{SnapshotFilter, SnapshotRow};
use crate::ids::ChannelId;
use crate::snapshots::SnapshotError;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// Who had a picture taken may look at it for so long, as somebody who may watch live, though he may watch no recordings.
const OWN_TIME: Duration = Duration::from_secs(3600);

/// A picture that somebody had a device take.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Snapshot {
    /// Later ones have greater numbers.
    id: i64,
    channel: u32,
    /// When it came.
    #[schema(format = DateTime)]
    at: String,
    /// In pixels.
    width: u32,
    /// In pixels.
    height: u32,
    /// How long the file is.
    bytes: u64,
    /// `image/jpeg`
    content_type: String,
}

impl From<SnapshotRow> for Snapshot {
    fn from(row: SnapshotRow) -> Self {
        Self {
            id: row.id,
            channel: row.channel.0,
            at: row.at.to_rfc3339(),
            width: row.width,
            height: row.height,
            bytes: row.blob.bytes,
            content_type: row.blob.content_type,
        }
    }
}

impl From<SnapshotError> for ApiError {
    fn from(error: SnapshotError) -> Self {
        let message = error.to_string();
        match error {
            SnapshotError::Call(error) => error.into(),
            SnapshotError::NoPicture => Self::new(StatusCode::BAD_GATEWAY, "no_picture", message),
            SnapshotError::TooMany => Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message),
            SnapshotError::Db(error) => error.into(),
        }
    }
}

fn no_such_snapshot() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "no_such_snapshot", "there is no such picture")
}

/// Have a device take a picture now. Answers when it is there.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/channels/{channel}/snapshots",
    operation_id = "take_snapshot",
    tag = "pictures",
    params(("login_code" = String, Path), ("channel" = u32, Path)),
    responses(
        (status = 201, description = "The picture", body = Snapshot),
        (status = 404, description = "`no_such_device`, `no_such_channel`", body = ErrorBody),
        (status = 409, description = "`device_offline`, `device_disconnected`", body = ErrorBody),
        (status = 422, description = "`device_refused`, `not_supported`", body = ErrorBody),
        (status = 429, description = "`device_busy`", body = ErrorBody),
        (status = 502, description = "`no_picture`: the device says that it took one, but none came", body = ErrorBody),
        (status = 504, description = "`device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn take_snapshot(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<SeeLive>>,
) -> Result<(StatusCode, Json<Snapshot>), ApiError> {
    let device = &on.place.code;
    let reached = api.devices.port().reached(device);
    let of = (on.channel, on.place.tenant);
    let row = api.snapshots.take(&by(&on.caller), device, of, reached).await?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

/// Which pictures.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SnapshotParams {
    /// Of this channel only.
    #[param(nullable = false)]
    channel: Option<u32>,
    /// Older than the one of this number only: `next` of the part before.
    #[param(nullable = false)]
    before: Option<i64>,
    /// 1 to 500; default 50.
    #[param(nullable = false, minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Pictures, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SnapshotList {
    items: Vec<Snapshot>,
    /// For `before`, to get those before; absent: there are none.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// Pictures that people had a device take, newest first: of the channels and times of which the caller may watch
/// recordings.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/snapshots",
    operation_id = "list_snapshots",
    tag = "pictures",
    params(("login_code" = String, Path), SnapshotParams),
    responses(
        (status = 200, description = "Pictures", body = SnapshotList),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_snapshots(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<SomeRecordings>>,
    Params(params): Params<SnapshotParams>,
) -> Result<Json<SnapshotList>, ApiError> {
    let limit = page_limit(params.limit)?;
    let filter = SnapshotFilter {
        channel: params.channel.map(ChannelId),
        reach: policy::recordings(&on.caller, &on.place),
        before: params.before,
    };
    let rows = api.snapshots.list(&on.place.code, &filter, limit).await?;
    // While that was read the device may have gone to somebody else, whose it is then.
    on.decide_again(&api)?;
    Ok(Json(SnapshotList {
        next: next(rows.iter().map(|row| row.id), limit),
        items: rows.into_iter().map(Snapshot::from).collect(),
    }))
}

/// How a file is to be shown.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ShowParams {
    /// To be saved rather than shown.
    #[serde(default)]
    pub(super) download: bool,
}

/// Whether the caller may see what a channel showed at this time.
pub(super) fn may_see(caller: &Caller, place: &DevicePlace, channel: ChannelId, at: UnixMs) -> bool {
    let moment = TimeWindow {
        from_ms: Some(at.0),
        to_ms: Some(at.0),
    };
    let which = Resource::Recording(place, channel, moment);
    policy::decide(caller, Permission::SeeRecordings, which) == Decision::Allow
}

/// Whether he had it taken just now.
fn is_own(caller: &Caller, place: &DevicePlace, row: &SnapshotRow) -> bool {
    let own = match caller.principal {
        Principal::User(user) => row.by == ("user".to_owned(), user.0),
        Principal::Key(key) => row.by == ("key".to_owned(), key.0),
    };
    let which = Resource::Channel(place, row.channel);
    own && UnixMs::now().since(row.at) < OWN_TIME
        && policy::decide(caller, Permission::SeeLive, which) == Decision::Allow
}

/// A picture itself.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/snapshots/{snapshot}/image",
    operation_id = "get_snapshot_image",
    tag = "pictures",
    params(("login_code" = String, Path), ("snapshot" = i64, Path), ShowParams),
    responses(
        (status = 200, description = "The picture", content_type = "image/jpeg", body = Vec<u8>),
        (status = 404, description = "`no_such_device`, `no_such_snapshot`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_snapshot_image(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<SomePictures>>,
    Last(id): Last,
    Params(params): Params<ShowParams>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = id.ok_or_else(no_such_snapshot)?;
    let row = api.snapshots.get(&on.place.code, id).await?;
    on.decide_again(&api)?;
    let may_see =
        |row: &SnapshotRow| may_see(&on.caller, &on.place, row.channel, row.at) || is_own(&on.caller, &on.place, row);
    let row = row.filter(may_see).ok_or_else(no_such_snapshot)?;
    let name = format!("{}-{}-{}.jpg", on.place.code, row.channel, file_time(row.at));
    let shown = Shown {
        name: &name,
        download: params.download,
        forever: true,
    };
    content::answer(&api.blobs, &row.blob, &headers, &shown).await
}

/// A time as a part of a file's name.
pub(super) fn file_time(at: UnixMs) -> String {
    let text = at.to_rfc3339();
    text.chars()
        .take(19)
        .map(|char| if char == ':' { '-' } else { char })
        .collect()
}

/// Forget a picture.
#[utoipa::path(
    delete,
    path = "/api/v1/devices/{login_code}/snapshots/{snapshot}",
    operation_id = "delete_snapshot",
    tag = "pictures",
    params(("login_code" = String, Path), ("snapshot" = i64, Path)),
    responses(
        (status = 204, description = "Forgotten"),
        (status = 404, description = "`no_such_device`, `no_such_snapshot`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn delete_snapshot(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    slot: AuditSlot,
    Last(id): Last,
) -> Result<StatusCode, ApiError> {
    let id = id.ok_or_else(no_such_snapshot)?;
    slot.fill(|note| note.detail = format!("snapshot {id}"));
    if api.snapshots.delete(&on.place.code, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_such_snapshot())
    }
}
