//! The device access protocol for people: the table of its methods, and what passes between a device and the cloud.

use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, AnyUser, CallAny, OnDevice, of_our_origin};
use super::error::{ApiError, ErrorBody};
use super::feed_socket;
use super::host::{Remote, Secure};
use super::protocol_right::{Person, Right};
use super::protocol_socket::{self, Watching};
use crate::gateway::TapRefused;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use dap::{Direction, Edition, Kind, METHODS, MethodInfo};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;

/// The methods of the protocol.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProtocolMethods {
    items: Vec<ProtocolMethod>,
}

/// One method of the protocol, as its table has it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProtocolMethod {
    /// As it stands in messages.
    name: &'static str,
    /// Other names that are understood.
    aliases: Vec<&'static str>,
    /// Whether it is answered.
    kind: MethodKind,
    /// Who sends it.
    direction: Way,
    /// Which edition of the protocol brought it.
    edition: MethodEdition,
    /// What it does, in English.
    doc: &'static str,
    /// Parameters as an example.
    #[schema(value_type = Value)]
    example_params: Value,
    /// An answer as an example.
    #[schema(value_type = Value)]
    example_answer: Value,
    /// JSON Schema of the parameters.
    #[schema(value_type = Object)]
    params_schema: Value,
    /// JSON Schema of the answer.
    #[schema(value_type = Object)]
    answer_schema: Value,
}

/// Whether a method is answered.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MethodKind {
    Rpc,
    Event,
}

/// Who sends: `up` devices, `down` the cloud.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Way {
    Up,
    Down,
}

/// An edition of the protocol.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MethodEdition {
    Seed,
    Later,
}

impl From<Direction> for Way {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::DeviceToCloud => Self::Up,
            Direction::CloudToDevice => Self::Down,
        }
    }
}

impl From<&'static MethodInfo> for ProtocolMethod {
    fn from(info: &'static MethodInfo) -> Self {
        let json = |text| serde_json::from_str(text).unwrap_or_default();
        Self {
            name: info.name,
            aliases: info.aliases.to_vec(),
            kind: match info.kind {
                Kind::Rpc => MethodKind::Rpc,
                Kind::Event => MethodKind::Event,
            },
            direction: info.direction.into(),
            edition: match info.edition {
                Edition::Seed => MethodEdition::Seed,
                Edition::Later => MethodEdition::Later,
            },
            doc: info.doc,
            example_params: json(info.example_params),
            example_answer: json(info.example_answer),
            params_schema: (info.params_schema)().into(),
            answer_schema: (info.answer_schema)().into(),
        }
    }
}

/// The table of methods.
pub(super) fn methods() -> ProtocolMethods {
    ProtocolMethods {
        items: METHODS.iter().map(ProtocolMethod::from).collect(),
    }
}

/// List the methods of the device access protocol, with JSON Schemas and examples.
#[utoipa::path(
    get,
    path = "/api/v1/protocol/methods",
    operation_id = "list_protocol_methods",
    tag = "protocol",
    responses(
        (status = 200, description = "All of them", body = ProtocolMethods),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_protocol_methods(_: Allowed<AnyUser>) -> Json<ProtocolMethods> {
    Json(methods())
}

/// See what passes between a device and the cloud, as it passes, and send messages to the device.
///
/// A WebSocket of JSON texts. From the cloud: `{"type": "hello", "login_code", "connected", "answer_timeout_s",
/// "max_message"}` first · `{"type": "message", "n", "connection", "at", "direction": "up|down", "kind":
/// "request|answer|error|event|malformed|close|login", "method"?, "seq"?, "latency_ms"?, "bytes", "by_hand"?, "text",
/// "verdict": [{"level": "error|warning", "path"?, "text"}]}` · `{"type": "dropped", "count"}`: so many passed too fast
/// and are gone · `{"type": "done", "id"?}` and `{"type": "failed", "id"?, "code", "message"}`: what came of what was
/// sent. To the cloud: `{"type": "send", "id"?, "text"}` sends a text to the device as it is, past every check · `{"type":
/// "call", "id"?, "method", "params"?}` sends a request or an event, well-formed and numbered.
///
/// Passwords of logins are never among it; messages are shown as they are. The socket is closed with 4401 when the caller
/// may no longer look.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/protocol",
    operation_id = "watch_protocol",
    tag = "protocol",
    params(("login_code" = String, Path)),
    responses(
        (status = 101, description = "A WebSocket"),
        (status = 426, description = "`no_websocket`", body = ErrorBody),
        (status = 429, description = "`too_many_readers`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn watch_protocol(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<CallAny>>,
    Remote(from): Remote,
    slot: AuditSlot,
    parts: Parts,
) -> Result<Response, ApiError> {
    // A browser sends the cookie along whoever's page asks, and lets that page read a WebSocket.
    if on.by_cookie {
        of_our_origin(&parts.headers, parts.extensions.get() == Some(&Secure(true)))?;
    }
    if !feed_socket::is_asked_for(&parts.headers) {
        return Err(no_websocket());
    }
    let person = Person::new(api.clone(), &on, from.ip(), &parts)?;
    let watcher = api.gateway.watch(&on.place.code)?;
    // Who looks at what a device says is written down each time.
    slot.fill(|note| note.always = true);
    let watching = Watching {
        watcher,
        device: on.place.code.clone(),
        gateway: api.gateway.clone(),
        right: Right::Person(person),
        closing: api.closing.clone(),
    };
    feed_socket::accept(&parts, |socket| protocol_socket::serve(socket, watching))
}

pub(super) fn no_websocket() -> ApiError {
    let message = "this is read by WebSocket";
    ApiError::new(StatusCode::UPGRADE_REQUIRED, "no_websocket", message)
}

impl From<TapRefused> for ApiError {
    fn from(refused: TapRefused) -> Self {
        let (status, code) = match refused {
            TapRefused::TooManyWatchers => (StatusCode::TOO_MANY_REQUESTS, "too_many_readers"),
            TapRefused::NoRoom => (StatusCode::SERVICE_UNAVAILABLE, "full"),
        };
        Self::new(status, code, refused.to_string())
    }
}
