use super::Api;
use super::auth::{Allowed, Configure, OnDevice};
use super::error::{ApiError, ErrorBody};
use super::extract::Params;
use crate::account::{Caller, Principal};
use crate::device::{By, CommandFilter, CommandOutcome, CommandRow};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 500;

/// As whom this caller wants something of a device.
pub(super) fn by(caller: &Caller) -> By {
    let name = caller.name.clone();
    match caller.principal {
        Principal::User(id) => By::User { id, name },
        Principal::Key(id) => By::Key { id, name },
    }
}

/// What was wanted is on its way to the device, which does not answer to it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Accepted {}

impl Accepted {
    /// It as an answer.
    pub(super) fn answer() -> (StatusCode, Json<Self>) {
        (StatusCode::ACCEPTED, Json(Self {}))
    }
}

/// A part of a list, newest first.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageParams {
    /// Older than the one of this number only: `next` of the part before.
    #[param(nullable = false)]
    pub(super) before: Option<i64>,
    /// 1 to 500; default 50.
    #[param(nullable = false, minimum = 1, maximum = 500)]
    pub(super) limit: Option<u32>,
}

impl PageParams {
    /// How many at most.
    pub(super) fn limit(&self) -> Result<u32, ApiError> {
        limit(self.limit)
    }
}

pub(super) fn limit(asked: Option<u32>) -> Result<u32, ApiError> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(ApiError::bad_request("limit is 1 to 500")),
    }
}

/// Where a list goes on behind these, which are at most `limit`: absent at its end.
pub(super) fn next(mut ids: impl DoubleEndedIterator<Item = i64> + ExactSizeIterator, limit: u32) -> Option<i64> {
    let full = u32::try_from(ids.len()).is_ok_and(|len| len >= limit);
    ids.next_back().filter(|_| full)
}

/// What was wanted of a device, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Command {
    /// Later ones have greater numbers.
    id: i64,
    #[schema(format = DateTime)]
    at: String,
    by: CommandBy,
    /// The protocol's name of what was wanted.
    method: String,
    kind: CommandKind,
    /// Without secrets, which are `***`; what is longer than 4 KiB is a text with its beginning.
    #[schema(value_type = Value, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<Box<RawValue>>,
    outcome: CommandOutcome,
    /// What the device said of why it refused, or what is wrong with its answer.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<CommandFault>,
    /// What the device answered, kept as `params` are.
    #[schema(value_type = Value, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Box<RawValue>>,
    /// From the call to its end; of requests only.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<i64>,
}

/// Who wanted it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CommandBy {
    kind: CommandByKind,
    /// His name at the time; the cloud has none.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// What wanted it.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CommandByKind {
    /// A person.
    User,
    /// A program with an API key.
    Key,
    /// The cloud, of its own accord.
    Cloud,
}

/// How it was sent.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CommandKind {
    /// It is answered.
    Request,
    /// It is not.
    Event,
}

/// Why it was not done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CommandFault {
    /// The device's; absent where it is the cloud that found the fault.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i64>,
    msg: String,
}

impl From<CommandRow> for Command {
    fn from(CommandRow { id, command }: CommandRow) -> Self {
        let kind = match command.by {
            By::User { .. } => CommandByKind::User,
            By::Key { .. } => CommandByKind::Key,
            By::Cloud => CommandByKind::Cloud,
        };
        let json = |text: Option<String>| text.and_then(|text| RawValue::from_string(text).ok());
        Self {
            id,
            at: command.at.to_rfc3339(),
            by: CommandBy {
                kind,
                name: command.by.name().map(str::to_owned),
            },
            method: command.method,
            kind: if command.is_request {
                CommandKind::Request
            } else {
                CommandKind::Event
            },
            params: json(command.params),
            outcome: command.outcome,
            error: command.error.map(|(code, msg)| CommandFault { code, msg }),
            answer: json(command.answer),
            duration_ms: command.duration_ms,
        }
    }
}

/// Which commands.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CommandParams {
    /// Of this method of the protocol only.
    #[param(nullable = false)]
    method: Option<String>,
    /// Older than the one of this number only: `next` of the part before.
    #[param(nullable = false)]
    before: Option<i64>,
    /// 1 to 500; default 50.
    #[param(nullable = false, minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Commands, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CommandList {
    items: Vec<Command>,
    /// For `before`, to get those before; absent: there are none.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// What was wanted of a device, by people, programs and the cloud itself, and what came of it. Newest first.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/commands",
    operation_id = "list_commands",
    tag = "devices",
    params(("login_code" = String, Path), CommandParams),
    responses(
        (status = 200, description = "Commands", body = CommandList),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_commands(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<Configure>>,
    Params(params): Params<CommandParams>,
) -> Result<Json<CommandList>, ApiError> {
    let filter = CommandFilter {
        method: params.method,
        before: params.before,
        limit: limit(params.limit)?,
    };
    let rows = api.commands.list(&on.place.code, on.place.tenant, &filter).await?;
    // While that was read the device may have gone to somebody else, whose it is then.
    on.decide_again(&api)?;
    Ok(Json(CommandList {
        next: next(rows.iter().map(|row| row.id), filter.limit),
        items: rows.into_iter().map(Command::from).collect(),
    }))
}
