//! Steering cameras.

use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, Control, OnChannel};
use super::commands::{Accepted, by};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use super::turns::Turn;
use crate::device::MAX_NAME_LEN;
use axum::Json;
use axum::extract::{FromRequest as _, FromRequestParts, Path, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use dap::methods::{CtrlPTZ, GetPTZPresetList};
use dap::{PresetId, parse_params, to_raw};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// What a camera is to do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PtzMove {
    /// `up`, `down`, `left`, `right`, `upleft`, `upright`, `downleft`, `downright`, `zoomin`, `zoomout`: it moves until
    /// `stop`; the same with `_step` behind: one step; `goto_preset`, `set_preset`, `clear_preset`.
    #[schema(example = "left")]
    op: String,
    /// Moves: speed 0 to 100, default 50. Steps: size 0 to 100. Presets: the number 0 to 255.
    #[schema(nullable = false)]
    value: Option<i64>,
}

/// Move or zoom a camera, or stop it. What one caller sends to a device reaches it in the order in which the requests came in.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/channels/{channel}/ptz",
    operation_id = "move_ptz",
    tag = "control",
    params(("login_code" = String, Path), ("channel" = u32, Path)),
    request_body = PtzMove,
    responses(
        (status = 202, description = "On its way", body = Accepted),
        (status = 400, description = "`bad_params`", body = ErrorBody),
        (status = 404, description = "`no_such_device`, `no_such_channel`", body = ErrorBody),
        (status = 409, description = "`device_offline`", body = ErrorBody),
        (status = 429, description = "`device_busy`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn move_ptz(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<Control>>,
    slot: AuditSlot,
    request: Request,
) -> Result<(StatusCode, Json<Accepted>), ApiError> {
    // Ten times a second in somebody's hand: each stands among the device's commands, not each in the audit log.
    slot.fill(|note| note.often = true);
    let mut turn = api.turns.take(on.caller.principal, &on.place.code);
    let Body(wanted) = Body::<PtzMove>::from_request(request, &()).await?;
    turn.come().await;
    if wanted.op != "stop" {
        in_time(&turn)?;
    }
    steer(&api, &on, &wanted.op, wanted.value)?;
    drop(turn);
    if let ("clear_preset", Some(id)) = (&*wanted.op, wanted.value) {
        api.db.forget_preset(&on.place.code, on.channel, id).await?;
    }
    Ok(Accepted::answer())
}

/// Refuses what comes so late that others did not wait for it: behind its stop nothing moves a camera.
fn in_time(turn: &Turn) -> Result<(), ApiError> {
    if turn.is_overtaken() {
        let message = "it came too late: what was sent after it is done already";
        return Err(ApiError::new(StatusCode::CONFLICT, "overtaken", message));
    }
    Ok(())
}

fn steer(api: &Api, on: &Allowed<OnChannel<Control>>, op: &str, value: Option<i64>) -> Result<(), ApiError> {
    let mut params = json!({ "channel": on.channel, "op": op });
    if let Some(value) = value {
        params["value"] = value.into();
    }
    let params = parse_params::<CtrlPTZ>(Some(&to_raw(&params))).map_err(|bad| {
        let message = if bad.path == "." { bad.problem } else { bad.to_string() };
        let field = message.split(':').next().unwrap_or_default().to_owned();
        ApiError::new(StatusCode::BAD_REQUEST, "bad_params", message).at(field)
    })?;
    Ok(api.commands.emit::<CtrlPTZ>(&by(&on.caller), &on.place.code, &params)?)
}

/// A stored position of a camera.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Preset {
    /// 0 to 255.
    id: i64,
    /// What people call it; the cloud keeps that.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// The stored positions of a camera.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PresetList {
    items: Vec<Preset>,
}

/// The stored positions of a camera, as it lists them.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/channels/{channel}/presets",
    operation_id = "list_presets",
    tag = "control",
    params(("login_code" = String, Path), ("channel" = u32, Path)),
    responses(
        (status = 200, description = "In its order", body = PresetList),
        (status = 404, description = "`no_such_device`, `no_such_channel`", body = ErrorBody),
        (status = 409, description = "`device_offline`, `device_disconnected`", body = ErrorBody),
        (status = 422, description = "`not_supported`, `device_refused`", body = ErrorBody),
        (status = 504, description = "`device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_presets(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<Control>>,
) -> Result<Json<PresetList>, ApiError> {
    let code = &on.place.code;
    let listed = api
        .commands
        .call::<GetPTZPresetList>(&by(&on.caller), code, &on.channel.into())
        .await?;
    let mut names = api.db.preset_names(code, on.channel).await?;
    on.decide_again(&api)?;
    let items = listed.into_iter().map(|preset| {
        let id = preset.id.get();
        let name = names.remove(&id);
        Preset { id, name }
    });
    Ok(Json(PresetList { items: items.collect() }))
}

/// How to store a position.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PresetToSet {
    /// What to call it; left out: as it is called already; empty: nothing.
    #[schema(nullable = false)]
    name: Option<String>,
}

/// Store where a camera looks now.
#[utoipa::path(
    put,
    path = "/api/v1/devices/{login_code}/channels/{channel}/presets/{preset}",
    operation_id = "set_preset",
    tag = "control",
    params(("login_code" = String, Path), ("channel" = u32, Path), ("preset" = i64, Path, description = "0 to 255")),
    request_body = PresetToSet,
    responses(
        (status = 200, description = "It is told to", body = Preset),
        (status = 400, description = "`bad_request`, `bad_name`", body = ErrorBody),
        (status = 404, description = "`no_such_device`, `no_such_channel`", body = ErrorBody),
        (status = 409, description = "`device_offline`", body = ErrorBody),
        (status = 429, description = "`device_busy`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn set_preset(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<Control>>,
    ThisPreset(id): ThisPreset,
    request: Request,
) -> Result<Json<Preset>, ApiError> {
    let mut turn = api.turns.take(on.caller.principal, &on.place.code);
    let Body(wanted) = Body::<PresetToSet>::from_request(request, &()).await?;
    let name = wanted.name.as_deref().map(check_name).transpose()?;
    turn.come().await;
    in_time(&turn)?;
    steer(&api, &on, "set_preset", Some(id))?;
    drop(turn);
    let code = &on.place.code;
    match name {
        Some("") => api.db.forget_preset(code, on.channel, id).await?,
        Some(name) => {
            api.db.name_preset(code, on.place.tenant, on.channel, id, name).await?;
        }
        None => {}
    }
    let name = api.db.preset_names(code, on.channel).await?.remove(&id);
    Ok(Json(Preset { id, name }))
}

/// Turn a camera to a stored position.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/channels/{channel}/presets/{preset}/goto",
    operation_id = "goto_preset",
    tag = "control",
    params(("login_code" = String, Path), ("channel" = u32, Path), ("preset" = i64, Path, description = "0 to 255")),
    responses(
        (status = 202, description = "On its way", body = Accepted),
        (status = 404, description = "`no_such_device`, `no_such_channel`", body = ErrorBody),
        (status = 409, description = "`device_offline`", body = ErrorBody),
        (status = 429, description = "`device_busy`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn goto_preset(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<Control>>,
    slot: AuditSlot,
    ThisPreset(id): ThisPreset,
) -> Result<(StatusCode, Json<Accepted>), ApiError> {
    slot.fill(|note| note.often = true);
    let mut turn = api.turns.take(on.caller.principal, &on.place.code);
    turn.come().await;
    steer(&api, &on, "goto_preset", Some(id))?;
    Ok(Accepted::answer())
}

/// Forget a stored position.
#[utoipa::path(
    delete,
    path = "/api/v1/devices/{login_code}/channels/{channel}/presets/{preset}",
    operation_id = "clear_preset",
    tag = "control",
    params(("login_code" = String, Path), ("channel" = u32, Path), ("preset" = i64, Path, description = "0 to 255")),
    responses(
        (status = 204, description = "It is told to"),
        (status = 404, description = "`no_such_device`, `no_such_channel`", body = ErrorBody),
        (status = 409, description = "`device_offline`", body = ErrorBody),
        (status = 429, description = "`device_busy`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn clear_preset(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<Control>>,
    ThisPreset(id): ThisPreset,
) -> Result<StatusCode, ApiError> {
    let mut turn = api.turns.take(on.caller.principal, &on.place.code);
    turn.come().await;
    steer(&api, &on, "clear_preset", Some(id))?;
    drop(turn);
    api.db.forget_preset(&on.place.code, on.channel, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The stored position in the path.
pub(super) struct ThisPreset(i64);

impl<S: Send + Sync> FromRequestParts<S> for ThisPreset {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, state).await;
        let number = path.ok().and_then(|Path(path)| path.get("preset")?.parse().ok());
        let id = number.and_then(|id| PresetId::new(id).ok());
        id.map(|id| Self(id.get()))
            .ok_or_else(|| ApiError::bad_request("a preset is a whole number from 0 to 255"))
    }
}

fn check_name(name: &str) -> Result<&str, ApiError> {
    let name = name.trim();
    if name.chars().count() <= MAX_NAME_LEN && !name.chars().any(char::is_control) {
        return Ok(name);
    }
    let message = format!("a name has at most {MAX_NAME_LEN} characters, none of them control characters");
    Err(ApiError::new(StatusCode::BAD_REQUEST, "bad_name", message))
}
