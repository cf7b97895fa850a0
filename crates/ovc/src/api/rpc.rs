use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, CallAny, OnDevice};
use super::commands::by;
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use crate::device::CallError;
use axum::Json;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dap::methods::CtrlPTZ;
use dap::{Direction, Kind, Method as _, method_info};
use futures_util::poll;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use utoipa::ToSchema;

/// Longest method name.
const MAX_METHOD_LEN: usize = 64;

/// A method to call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RpcRequest {
    /// A method of the device access protocol that goes to devices.
    #[schema(example = "DevInfo")]
    method: String,
    /// Its parameters.
    #[schema(value_type = Object, nullable = false)]
    params: Option<Box<RawValue>>,
    /// Send it also if the cloud does not know the method or finds fault with the parameters.
    #[serde(default)]
    unchecked: bool,
}

/// What the device answered: one of the two.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RpcAnswer {
    /// It did it.
    #[schema(value_type = Value, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    resp: Option<Box<RawValue>>,
    /// It refused.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    err: Option<RpcFailure>,
}

/// An error of the device access protocol.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RpcFailure {
    code: i64,
    msg: String,
}

/// Call a method of a device, or send it an event.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/rpc",
    operation_id = "call_device",
    tag = "devices",
    params(("login_code" = String, Path)),
    request_body = RpcRequest,
    responses(
        (status = 200, description = "What the device answered", body = RpcAnswer),
        (status = 202, description = "The event is on its way"),
        (status = 400, description = "`unknown_method`, `bad_params`", body = ErrorBody),
        (status = 409, description = "`device_offline`", body = ErrorBody),
        (status = 504, description = "`device_timeout`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn call_device(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<CallAny>>,
    slot: AuditSlot,
    request: Request,
) -> Result<Response, ApiError> {
    let code = &on.place.code;
    let mut turn = api.turns.take(on.caller.principal, code);
    let Body(request) = Body::<RpcRequest>::from_request(request, &()).await?;
    on.decide_again(&api)?;
    let kind = check(&request)?;
    slot.fill(|note| {
        // Never the parameters: passwords are among them.
        note.detail.clone_from(&request.method);
        note.often = request.method == CtrlPTZ::NAME;
    });
    turn.come().await;
    let params = request
        .params
        .unwrap_or_else(|| dap::to_raw(&dap::methods::Empty::default()));
    let by = by(&on.caller);
    if kind == Kind::Event {
        api.commands.emit_raw(&by, code, &request.method, params)?;
        return Ok((StatusCode::ACCEPTED, Json(serde_json::json!({}))).into_response());
    }
    let mut calling = pin!(api.commands.call_raw(&by, code, &request.method, params));
    // Asked once, it is on its way; the next need not wait for the answer.
    let asked = poll!(&mut calling);
    drop(turn);
    let answer = match asked {
        Poll::Ready(answer) => answer,
        Poll::Pending => calling.await,
    };
    let answer = match answer {
        Ok(resp) => RpcAnswer {
            resp: Some(resp),
            err: None,
        },
        Err(CallError::Device(error)) => RpcAnswer {
            resp: None,
            err: Some(RpcFailure {
                code: error.code.0,
                msg: error.msg,
            }),
        },
        Err(error) => return Err(error.into()),
    };
    Ok(Json(answer).into_response())
}

/// Checks a request against the table of methods. A method unknown to it is called as a request.
fn check(request: &RpcRequest) -> Result<Kind, ApiError> {
    let known = method_info(&request.method).filter(|info| info.direction == Direction::CloudToDevice);
    if request.unchecked {
        let good = (1..=MAX_METHOD_LEN).contains(&request.method.len());
        return if good {
            Ok(known.map_or(Kind::Rpc, |info| info.kind))
        } else {
            Err(ApiError::bad_request("method is empty or too long"))
        };
    }
    let info = known.ok_or_else(|| {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "unknown_method",
            "no such method goes to devices",
        )
    })?;
    info.check_params(request.params.as_deref())
        .map_err(|bad| ApiError::new(StatusCode::BAD_REQUEST, "bad_params", bad.to_string()))?;
    Ok(info.kind)
}
