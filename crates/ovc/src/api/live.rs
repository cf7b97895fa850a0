use super::Api;
use super::auth::{Allowed, AnyUser, OnChannel, SeeLive};
use super::error::{ApiError, ErrorBody};
use super::host::Origin;
use crate::account::Permission;
use crate::account::policy::{self, Decision, DevicePlace, Resource};
use crate::account::tokens::Holder;
use crate::clock::UnixMs;
use crate::ids::{ChannelId, LoginCode};
use crate::live::{AudioInfo, OpenError, StreamInfo, VideoInfo};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dap::ErrorCode;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A stream that runs, and where to watch it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LiveAnswer {
    stream_id: String,
    play: PlayUrls,
    /// Until when the URLs are good for joining.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Where to watch a stream. Each URL carries a token.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlayUrls {
    /// FLV over HTTP.
    flv: String,
    /// Fragmented MP4 over WebSocket.
    fmp4_ws: String,
}

impl From<OpenError> for ApiError {
    fn from(error: OpenError) -> Self {
        let message = error.to_string();
        let (status, code) = match &error {
            OpenError::Offline => (StatusCode::CONFLICT, "device_offline"),
            OpenError::Refused(refused) => match refused.code {
                ErrorCode::CHANNEL_OFFLINE => (StatusCode::CONFLICT, "channel_offline"),
                ErrorCode::NO_SUCH_CHANNEL => (StatusCode::NOT_FOUND, "no_such_channel"),
                ErrorCode::UNKNOWN_METHOD => (StatusCode::UNPROCESSABLE_ENTITY, "not_supported"),
                ErrorCode::BITRATE_TOO_HIGH => (StatusCode::UNPROCESSABLE_ENTITY, "bitrate_too_high"),
                _ => (StatusCode::UNPROCESSABLE_ENTITY, "device_refused"),
            },
            OpenError::DeviceTimeout => (StatusCode::GATEWAY_TIMEOUT, "device_timeout"),
            OpenError::Busy => (StatusCode::TOO_MANY_REQUESTS, "device_busy"),
            OpenError::NoMedia => (StatusCode::GATEWAY_TIMEOUT, "no_media"),
            OpenError::ShuttingDown => (StatusCode::SERVICE_UNAVAILABLE, "shutting_down"),
        };
        match &error {
            OpenError::Refused(refused) => Self::refused_by_device(status, code, refused),
            _ => Self::new(status, code, message),
        }
    }
}

/// Watch a channel live. Starts its stream if it does not run, and answers when video has come.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/channels/{channel}/live",
    operation_id = "open_live",
    tag = "live",
    params(("login_code" = String, Path), ("channel" = u32, Path)),
    responses(
        (status = 200, description = "Where to watch", body = LiveAnswer),
        (status = 404, description = "`no_such_device`, `no_such_channel`", body = ErrorBody),
        (status = 409, description = "`device_offline`, `channel_offline`", body = ErrorBody),
        (status = 429, description = "`too_many_streams`", body = ErrorBody),
        (status = 422, description = "`not_supported`, `bitrate_too_high`, `device_refused`", body = ErrorBody),
        (status = 504, description = "`no_media`, `device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn open_live(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<SeeLive>>,
    origin: Origin,
) -> Result<Json<LiveAnswer>, ApiError> {
    room_for_stream(&api, &on.place, on.channel)?;
    let holder = Holder {
        principal: on.caller.principal,
        session: on.session,
    };
    let opened = api.live.open(holder, &on.place.code, on.channel).await?;
    let url = |suffix: &str| format!("/live/{}.{suffix}?token={}", opened.stream_id, opened.play_token);
    Ok(Json(LiveAnswer {
        play: PlayUrls {
            flv: origin.http(&url("flv")),
            fmp4_ws: origin.ws(&url("mp4")),
        },
        stream_id: opened.stream_id.to_string(),
        expires_at: opened.expires_at.to_rfc3339(),
    }))
}

/// Whether the tenant may have one more stream. Who joins one that runs needs no room.
fn room_for_stream(api: &Api, place: &DevicePlace, channel: ChannelId) -> Result<(), ApiError> {
    let max = api.limits.max_streams_per_tenant;
    let wanted = api.live.wanted();
    let of_tenant = |(device, _): &&(LoginCode, ChannelId)| {
        let belonging = api.devices.belonging(device);
        belonging.is_some_and(|belonging| belonging.tenant == place.tenant)
    };
    let runs = wanted
        .iter()
        .any(|(device, running)| *device == place.code && *running == channel);
    // Nobody has more than there are: mostly that says it already.
    if runs || wanted.len() < max || wanted.iter().filter(of_tenant).count() < max {
        return Ok(());
    }
    let message = format!("{max} streams of this tenant run, and there may be no more: stop watching one");
    Err(ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_streams",
        message,
    ))
}

/// A live stream.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Stream {
    stream_id: String,
    /// The device that publishes it.
    login_code: String,
    channel: u32,
    /// `starting`: no video yet; `live`; `waiting`: the publisher is gone and expected back.
    #[schema(value_type = String)]
    state: &'static str,
    /// How many watch.
    viewers: u64,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<StreamVideo>,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<StreamAudio>,
    /// What came in over the last seconds.
    bitrate_bps: u64,
    #[schema(format = DateTime)]
    started_at: String,
}

/// The picture of a stream.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StreamVideo {
    /// `h264` or `h265`.
    #[schema(value_type = String)]
    codec: &'static str,
    width: u32,
    height: u32,
}

/// The sound of a stream.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StreamAudio {
    /// `aac`
    #[schema(value_type = String)]
    codec: &'static str,
    sample_rate_hz: u32,
    channels: u8,
}

/// The live streams.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StreamList {
    items: Vec<Stream>,
}

impl From<StreamInfo> for Stream {
    fn from(stream: StreamInfo) -> Self {
        let video = |VideoInfo { codec, width, height }| StreamVideo { codec, width, height };
        let audio = |AudioInfo {
                         codec,
                         sample_rate_hz,
                         channels,
                     }| StreamAudio {
            codec,
            sample_rate_hz,
            channels,
        };
        Self {
            stream_id: stream.stream_id.to_string(),
            login_code: stream.device.to_string(),
            channel: stream.channel.0,
            state: stream.state.name(),
            viewers: stream.viewers as u64,
            video: stream.video.map(video),
            audio: stream.audio.map(audio),
            bitrate_bps: stream.bitrate_bps,
            started_at: stream.started_at.to_rfc3339(),
        }
    }
}

/// List the live streams of channels that the caller may see.
#[utoipa::path(
    get,
    path = "/api/v1/streams",
    operation_id = "list_streams",
    tag = "live",
    responses(
        (status = 200, description = "All of them", body = StreamList),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_streams(State(api): State<Arc<Api>>, user: Allowed<AnyUser>) -> Json<StreamList> {
    let now = UnixMs::now();
    let may_see = |stream: &StreamInfo| {
        api.place(&stream.device, now).is_some_and(|place| {
            let which = Resource::Channel(&place, stream.channel);
            policy::decide(&user.caller, Permission::View, which) == Decision::Allow
        })
    };
    Json(StreamList {
        items: api.live.list().into_iter().filter(may_see).map(Stream::from).collect(),
    })
}
