use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, Control, OnChannel};
use super::commands::{Accepted, by};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use super::sounds::no_such_sound;
use crate::device::CallError;
use crate::transfer::Download;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dap::methods::{
    AudioOp, AudioOutCtrl, AudioOutCtrlParams, AudioOutPlay, AudioOutPlayParams, AudioOutQuery, ChannelParams,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use url::Url;
use utoipa::ToSchema;

/// How long the address of a sound is good.
const ADDRESS_TIME: Duration = Duration::from_secs(3600);
/// Longest address that a device is given.
const MAX_URL: usize = 2048;

/// What to play: exactly one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhatToPlay {
    /// A sound of the device's tenant.
    #[schema(nullable = false)]
    sound: Option<i64>,
    /// Where the device finds something to play: an http:// or https:// address.
    #[schema(nullable = false)]
    url: Option<String>,
}

/// An address that a person gives for a device to fetch: the device does, the cloud does not.
pub(super) fn for_device(url: &str) -> Result<String, ApiError> {
    let bad = |message: &str| ApiError::bad_request(message).at("url");
    let parsed = Url::parse(url).map_err(|_| bad("this is no address"))?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none_or(str::is_empty) {
        return Err(bad("the address must begin with http:// or https://"));
    }
    if url.len() > MAX_URL {
        return Err(bad("the address is longer than 2048 bytes"));
    }
    Ok(parsed.into())
}

/// Have a device play something.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/channels/{channel}/audio/play",
    operation_id = "play_sound",
    tag = "sounds",
    params(("login_code" = String, Path), ("channel" = u32, Path)),
    request_body = WhatToPlay,
    responses(
        (status = 202, description = "The device was told", body = Accepted),
        (status = 400, description = "`bad_request`: neither or both, or no address", body = ErrorBody),
        (status = 404, description = "`no_such_device`, `no_such_channel`, `no_such_sound`", body = ErrorBody),
        (status = 409, description = "`device_offline`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn play_sound(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<Control>>,
    slot: AuditSlot,
    Body(what): Body<WhatToPlay>,
) -> Result<(StatusCode, Json<Accepted>), ApiError> {
    let device = &on.place.code;
    let url = match (what.sound, what.url) {
        (Some(id), None) => {
            slot.fill(|note| note.detail = format!("sound {id}"));
            let row = api.sounds.get(id).await?;
            let row = row.filter(|row| Some(row.tenant) == on.place.tenant);
            let row = row.ok_or_else(no_such_sound)?;
            let reached = api.devices.port().reached(device).ok_or(CallError::Offline)?;
            let what = Download::Sound(row.id);
            let url = api.links.download(device, &reached, &what, ADDRESS_TIME).await;
            url.ok_or(CallError::Offline)?
        }
        (None, Some(url)) => for_device(&url)?,
        _ => return Err(ApiError::bad_request("say either a sound or an address")),
    };
    let params = AudioOutPlayParams {
        channel: on.channel,
        url,
        extra: Default::default(),
    };
    api.commands.emit::<AudioOutPlay>(&by(&on.caller), device, &params)?;
    Ok(Accepted::answer())
}

/// What to do with what plays.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AudioControl {
    /// End it.
    Stop,
    /// Halt it.
    Pause,
    /// Go on.
    Resume,
}

/// What to do with what plays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AudioWanted {
    op: AudioControl,
}

/// End, halt or go on with what a device plays.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/channels/{channel}/audio/control",
    operation_id = "control_audio",
    tag = "sounds",
    params(("login_code" = String, Path), ("channel" = u32, Path)),
    request_body = AudioWanted,
    responses(
        (status = 202, description = "The device was told", body = Accepted),
        (status = 404, description = "`no_such_device`, `no_such_channel`", body = ErrorBody),
        (status = 409, description = "`device_offline`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn control_audio(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<Control>>,
    Body(wanted): Body<AudioWanted>,
) -> Result<(StatusCode, Json<Accepted>), ApiError> {
    let params = AudioOutCtrlParams {
        channel: on.channel,
        op: match wanted.op {
            AudioControl::Stop => AudioOp::Stop,
            AudioControl::Pause => AudioOp::Pause,
            AudioControl::Resume => AudioOp::Resume,
        },
        extra: Default::default(),
    };
    let by = by(&on.caller);
    api.commands.emit::<AudioOutCtrl>(&by, &on.place.code, &params)?;
    Ok(Accepted::answer())
}

/// What a device plays.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Audio {
    /// `stopped`, `pausing` or `playing`; others may come.
    status: String,
    /// Where it has it from, without what is secret.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The sound, if it is one of the tenant's.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    sound: Option<i64>,
}

/// What a device plays. It is asked.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/channels/{channel}/audio",
    operation_id = "get_audio",
    tag = "sounds",
    params(("login_code" = String, Path), ("channel" = u32, Path)),
    responses(
        (status = 200, description = "What it says", body = Audio),
        (status = 404, description = "`no_such_device`, `no_such_channel`", body = ErrorBody),
        (status = 409, description = "`device_offline`, `device_disconnected`", body = ErrorBody),
        (status = 422, description = "`device_refused`, `not_supported`", body = ErrorBody),
        (status = 504, description = "`device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_audio(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<Control>>,
) -> Result<Json<Audio>, ApiError> {
    let params = ChannelParams {
        channel: on.channel,
        extra: Default::default(),
    };
    let by = by(&on.caller);
    let said = api.commands.call::<AudioOutQuery>(&by, &on.place.code, &params).await?;
    let url = said.url.filter(|url| !url.is_empty());
    Ok(Json(Audio {
        status: said.status.as_str().to_owned(),
        sound: url.as_deref().and_then(sound),
        url: url.as_deref().map(masked),
    }))
}

/// The sound that an address of ours is for.
fn sound(url: &str) -> Option<i64> {
    let url = Url::parse(url).ok()?;
    match url.path().strip_prefix("/download/")?.parse() {
        Ok(Download::Sound(id)) => Some(id),
        _ => None,
    }
}

/// An address without its query and whatever else in it may be secret.
fn masked(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else {
        return "***".to_owned();
    };
    if url.query().is_some() {
        url.set_query(Some("***"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let _ = url.set_username("***").and_then(|()| url.set_password(None));
    }
    url.set_fragment(None);
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_plays_is_told_without_secrets() {
        let own = "http://cloud.example/download/p12?token=secret";
        assert_eq!(sound(own), Some(12));
        assert_eq!(masked(own), "http://cloud.example/download/p12?***");
        assert_eq!(sound("http://else.example/a.mp3"), None);
        assert_eq!(
            masked("http://u:p@else.example/a.mp3#x"),
            "http://***@else.example/a.mp3"
        );
        assert_eq!(masked("nonsense"), "***");
    }

    #[test]
    fn only_what_a_device_can_fetch_is_an_address() {
        assert!(for_device("https://music.example/a.mp3?x=1").is_ok());
        for bad in [
            "",
            "a.mp3",
            "ftp://x/a",
            "file:///etc/passwd",
            &format!("http://x/{}", "a".repeat(3000)),
        ] {
            assert!(for_device(bad).is_err(), "{bad}");
        }
    }
}
