//! The configuration document of a device. It goes through as the device wrote it: keys that nobody here knows, and those of
//! either edition, reach the reader and the device as they are.

use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, Configure, OnDevice};
use super::commands::by;
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use crate::clock::UnixMs;
use crate::device::{By, CallError, expect_object};
use crate::ids::LoginCode;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dap::methods::{Empty, GetConfig, SetConfig};
use dap::{Method as _, RpcError, parse_params, to_raw};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// The key of the channels on the wire, which the protocol misspells, and how it should be.
const CHANNELS: &str = "channls";
const CHANNELS_RIGHT: &str = "channels";
/// Settings deeper than this have no field of their own in an answer.
const MAX_DEPTH: usize = 16;

/// The configuration of a device.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeviceConfig {
    /// The document as the device sent it; the channels stand under `channls` whatever it called them. Absent after a change
    /// where the device took it and could not be asked again.
    #[schema(value_type = Object, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<Box<RawValue>>,
    /// When it said that.
    #[schema(format = DateTime)]
    fetched_at: String,
}

impl DeviceConfig {
    fn now(config: Option<Box<RawValue>>) -> Json<Self> {
        Json(Self {
            config,
            fetched_at: UnixMs::now().to_rfc3339(),
        })
    }
}

/// Read the configuration of a device.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/config",
    operation_id = "get_config",
    tag = "configuration",
    params(("login_code" = String, Path)),
    responses(
        (status = 200, description = "As the device has it", body = DeviceConfig),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = 409, description = "`device_offline`, `device_disconnected`", body = ErrorBody),
        (status = 422, description = "`not_supported`, `device_refused`", body = ErrorBody),
        (status = 504, description = "`device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_config(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
) -> Result<Json<DeviceConfig>, ApiError> {
    let config = read(&api, &by(&on.caller), &on.place.code).await?;
    on.decide_again(&api)?;
    Ok(DeviceConfig::now(Some(config)))
}

/// Change the configuration of a device: what is given, and nothing else.
#[utoipa::path(
    patch,
    path = "/api/v1/devices/{login_code}/config",
    operation_id = "change_config",
    tag = "configuration",
    params(("login_code" = String, Path)),
    request_body(content = Object, description = "A part of the document, with the keys that the device uses"),
    responses(
        (status = 200, description = "As the device has it now", body = DeviceConfig),
        (status = 400, description = "`bad_config`, with `field`", body = ErrorBody),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = 409, description = "`device_offline`, `device_disconnected`", body = ErrorBody),
        (status = 422, description = "`not_supported`, `device_refused`, with `field` where that is known", body = ErrorBody),
        (status = 504, description = "`device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn change_config(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    slot: AuditSlot,
    Body(change): Body<Map<String, Value>>,
) -> Result<Json<DeviceConfig>, ApiError> {
    let (by, code) = (by(&on.caller), &on.place.code);
    let change = Value::Object(checked(change)?);
    // Which settings, and not to what: passwords may be among them.
    slot.fill(|note| note.detail = leaves(&change).join(", "));
    let done = api.commands.call_raw(&by, code, SetConfig::NAME, to_raw(&change)).await;
    if let Err(CallError::Device(error)) = &done {
        let field = field_of(error, &change);
        let refused = ApiError::from(CallError::Device(error.clone()));
        return Err(match field {
            Some(field) => refused.at(field),
            None => refused,
        });
    }
    done?;
    // It is changed, whether or not the device can be asked for it: it may be busy coming up with it.
    let config = read(&api, &by, code).await;
    on.decide_again(&api)?;
    Ok(DeviceConfig::now(config.ok()))
}

/// The document, as the device sent it.
pub(super) async fn read(api: &Api, by: &By, code: &LoginCode) -> Result<Box<RawValue>, CallError> {
    let nothing = to_raw(&Empty::default());
    let answer = api.commands.call_raw(by, code, GetConfig::NAME, nothing).await?;
    Ok(with_wire_key(expect_object(answer)?))
}

/// The zone that a device's configuration names, in hours east of UTC.
pub(super) fn zone(config: &RawValue) -> Option<i32> {
    #[derive(serde::Deserialize)]
    struct Zone {
        tz: i32,
    }
    let zone: Zone = serde_json::from_str(config.get()).ok()?;
    Some(zone.tz)
}

/// A document in which the channels stand under their key of the wire.
fn with_wire_key(document: Box<RawValue>) -> Box<RawValue> {
    if !document.get().contains("\"channels\"") {
        return document;
    }
    // The rest stays text: numbers and the order of keys are as they came.
    let Ok(mut keys) = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(document.get()) else {
        return document;
    };
    if keys.contains_key(CHANNELS) {
        return document;
    }
    match keys.remove(CHANNELS_RIGHT) {
        Some(channels) => {
            keys.insert(CHANNELS.to_owned(), channels);
            to_raw(&keys)
        }
        None => document,
    }
}

/// A change that a device may get: what the protocol knows of it is as the protocol has it.
fn checked(mut change: Map<String, Value>) -> Result<Map<String, Value>, ApiError> {
    let bad = |message: String| ApiError::new(StatusCode::BAD_REQUEST, "bad_config", message);
    if let Some(channels) = change.remove(CHANNELS_RIGHT)
        && change.insert(CHANNELS.to_owned(), channels).is_some()
    {
        return Err(bad("channls and channels are the same".into()).at(CHANNELS));
    }
    if change.is_empty() {
        return Err(bad("there is nothing to change".into()));
    }
    match parse_params::<SetConfig>(Some(&to_raw(&change))) {
        Ok(_) => Ok(change),
        Err(fault) => Err(bad(fault.to_string()).at(fault.path)),
    }
}

/// Which field of a change a device's error is about: the one that its message begins with, or the only one there is.
fn field_of(error: &RpcError, change: &Value) -> Option<String> {
    let named = error.msg.split_once(':').map(|(path, _)| path.trim());
    if let Some(named) = named.filter(|named| is_within(change, named)) {
        return Some(named.to_owned());
    }
    match &leaves(change)[..] {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// The paths of the single settings in a change.
fn leaves(change: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    add_leaves(change, String::new(), 0, &mut paths);
    paths
}

fn add_leaves(value: &Value, path: String, depth: usize, paths: &mut Vec<String>) {
    match value {
        Value::Object(map) if !map.is_empty() && depth < MAX_DEPTH => {
            for (key, value) in map {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                add_leaves(value, path, depth + 1, paths);
            }
        }
        _ => paths.push(path),
    }
}

/// Whether a path leads into what was sent, or to something missing beside it: its first key must be there.
fn is_within(change: &Value, path: &str) -> bool {
    let simple = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '[' | ']');
    let first = path.split(['.', '[']).next().unwrap_or_default();
    !path.is_empty() && path.chars().all(simple) && change.get(first).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dap::ErrorCode;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn what_the_protocol_knows_is_checked_and_the_rest_goes_through() {
        let odd = json!({
            "channls": { "0": { "image": { "wdr": [1, null] }, "night": "auto" } },
            "auto_reboot": { "start": 7200, "end": "06:00:00" }, "wifi": { "ssid": "home" }
        });
        assert_eq!(checked(object(odd.clone())).unwrap(), object(odd));
        let right = json!({ "channels": { "0": { "trace": true } } });
        assert_eq!(
            checked(object(right)).unwrap(),
            object(json!({ "channls": { "0": { "trace": true } } }))
        );
        for (bad, field) in [
            (json!({}), None),
            (json!({ "channels": {}, "channls": {} }), Some("channls")),
            (json!({ "log_level": 6 }), Some("log_level")),
            (
                json!({ "channls": { "0": { "image": { "horflip": 1 } } } }),
                Some("channls.0.image.horflip"),
            ),
            (
                json!({ "auto_reboot": { "start": "25:00:00" } }),
                Some("auto_reboot.start"),
            ),
        ] {
            let error = checked(object(bad)).unwrap_err();
            assert_eq!((error.code, error.field.as_deref()), ("bad_config", field));
        }
    }

    #[test]
    fn the_field_of_a_refusal_is_found() {
        let change = json!({ "channls": { "0": { "image": { "horflip": true }, "trace": true } }, "tz": 8 });
        let field = |msg: &str, change: &Value| field_of(&RpcError::new(ErrorCode::BAD_PARAMETER, msg), change);
        assert_eq!(
            field("channls.0.image.horflip: no motor", &change).as_deref(),
            Some("channls.0.image.horflip")
        );
        assert_eq!(field("sorry: no", &change), None);
        assert_eq!(field("no", &change), None);
        let only = json!({ "channls": { "0": { "image": { "horflip": true } } } });
        assert_eq!(field("no", &only).as_deref(), Some("channls.0.image.horflip"));
    }

    #[test]
    fn a_document_stays_as_it_was_written_but_for_one_key() {
        let text = |text: &str| {
            with_wire_key(RawValue::from_string(text.into()).unwrap())
                .get()
                .to_owned()
        };
        assert_eq!(
            text(r#"{"channels": {"1": {"b": 1.0, "a": 1e3}}, "tz":  8}"#),
            r#"{"channls":{"1": {"b": 1.0, "a": 1e3}},"tz":8}"#
        );
        let same = r#"{ "channls": {"0": {"channels": 1}} }"#;
        assert_eq!(text(same), same);
        let zone = |text: &str| zone(&RawValue::from_string(text.into()).unwrap());
        assert_eq!(
            (zone(r#"{"tz": -5}"#), zone(r#"{"tz": "x"}"#), zone("{}")),
            (Some(-5), None, None)
        );
    }
}
