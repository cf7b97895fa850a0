//! Footage to keep: a range as one MP4.

use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, OnChannel, SomeRecordings};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use super::host::Origin;
use super::pass::Pass;
use super::playback::{GOOD_FOR, RangeAsked, no_footage, told};
use super::recordings::{DAY_MS, seen_of, span, view};
use super::snapshots::file_time;
use crate::account::tokens::{Holder, Purpose};
use crate::clock::UnixMs;
use crate::ids::{ChannelId, LoginCode, RecordStreamId};
use crate::record::exports::{Asker, State as Standing};
use crate::record::spans::Span;
use crate::record::tickets::{Base, Ticket};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A file that is made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExportAnswer {
    /// Names the range: asked for again it is made again, also after a restart of the cloud.
    id: String,
    /// `preparing`; `ready`; `failed`
    #[schema(value_type = String)]
    state: &'static str,
    /// How much of it is prepared, from 0 to 1.
    progress: f64,
    /// How long the file is.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// How long it plays. It begins with the last picture before the range that stands alone, and gaps are left out.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<i64>,
    /// In how many places time is left out.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    gaps: Option<usize>,
    /// When its first picture was.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    begins_at: Option<String>,
    /// Where the file is, once it is ready: to be fetched without logging in, whole, in parts, or from where a fetch was
    /// broken off.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Until when a fetch may begin.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// Why it failed.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// Who wants a file, and of what.
pub(super) struct Wanted<'a> {
    pub(super) ticket: Ticket,
    pub(super) holder: Option<Holder>,
    pub(super) until: UnixMs,
    pub(super) stream: RecordStreamId,
    pub(super) seen: &'a [Span],
    pub(super) device: &'a LoginCode,
    pub(super) channel: ChannelId,
}

impl<'a> Wanted<'a> {
    /// By somebody's link.
    pub(super) fn by_link(pass: &'a Pass, until: UnixMs) -> Self {
        Self {
            ticket: pass.ticket,
            holder: None,
            until,
            stream: pass.stream,
            seen: &pass.seen,
            device: &pass.device,
            channel: pass.channel,
        }
    }
}

/// How it stands with a file; it is begun if it is not there.
pub(super) async fn answer(api: &Api, origin: &Origin, wanted: Wanted<'_>) -> Result<ExportAnswer, ApiError> {
    let asked = wanted.ticket.span;
    let asker = Asker::of(wanted.ticket.base, wanted.holder);
    let state = api.exports.plan(asker, wanted.stream, asked, wanted.seen).await??;
    let state = state.borrow().clone();
    let id = format!("{}-{}", asked.from, asked.to);
    let nothing_yet = |state, progress| ExportAnswer {
        id: id.clone(),
        state,
        progress,
        bytes: None,
        duration_ms: None,
        gaps: None,
        begins_at: None,
        url: None,
        expires_at: None,
        message: None,
    };
    Ok(match state {
        Standing::Preparing(progress) => nothing_yet("preparing", progress),
        Standing::Failed(failure) => ExportAnswer {
            message: Some(failure.to_string()),
            ..nothing_yet("failed", 0.0)
        },
        Standing::Ready(plan) => {
            let Wanted { device, channel, .. } = wanted;
            let name = format!("{device}-{channel}-{}.mp4", file_time(UnixMs(plan.begin_ms)));
            let signed = wanted
                .ticket
                .sign(&api.tokens, Purpose::Export, wanted.holder, wanted.until);
            ExportAnswer {
                bytes: Some(plan.bytes()),
                duration_ms: Some(plan.duration_ms),
                gaps: Some(plan.gaps),
                begins_at: Some(UnixMs(plan.begin_ms).to_rfc3339()),
                url: Some(origin.http(&format!("/play/export/{signed}/{name}"))),
                expires_at: Some(wanted.until.to_rfc3339()),
                ..nothing_yet("ready", 1.0)
            }
        }
    })
}

async fn answer_to(
    api: &Api,
    origin: &Origin,
    on: &Allowed<OnChannel<SomeRecordings>>,
    asked: Span,
) -> Result<ExportAnswer, ApiError> {
    let view = view(&on.caller, &on.place, on.channel);
    seen_of(&view, asked)?;
    let stream = api.footage.stream(&view.device, view.channel).await?;
    let stream = stream.ok_or_else(no_footage)?;
    on.decide_again(api)?;
    let holder = Holder {
        principal: on.caller.principal,
        session: on.session,
    };
    let wanted = Wanted {
        ticket: Ticket {
            base: Base::Stream(stream),
            span: asked,
        },
        holder: Some(holder),
        until: UnixMs::now().plus(GOOD_FOR),
        stream,
        seen: &view.seen,
        device: &view.device,
        channel: view.channel,
    };
    answer(api, origin, wanted).await
}

/// Have a range of at most 24 hours made into an MP4.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{login_code}/channels/{channel}/recordings/exports",
    operation_id = "export_recording",
    tag = "recordings",
    params(("login_code" = String, Path), ("channel" = u32, Path)),
    request_body = RangeAsked,
    responses(
        (status = 202, description = "It is being made, or made already", body = ExportAnswer),
        (status = 404, description = "`no_such_device`, `no_such_channel`, `no_footage`", body = ErrorBody),
        (status = 503, description = "`busy`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn export_recording(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<SomeRecordings>>,
    origin: Origin,
    slot: AuditSlot,
    Body(asked): Body<RangeAsked>,
) -> Result<(StatusCode, Json<ExportAnswer>), ApiError> {
    let asked = span(&asked.from, &asked.to, DAY_MS)?;
    slot.fill(|note| note.detail = told(asked));
    let answer = answer_to(&api, &origin, &on, asked).await?;
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

/// Where a file is that is asked for.
#[derive(Debug, Deserialize)]
pub(super) struct ExportPath {
    export: String,
}

/// How it stands with a file.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/channels/{channel}/recordings/exports/{export}",
    operation_id = "get_export",
    tag = "recordings",
    params(("login_code" = String, Path), ("channel" = u32, Path), ("export" = String, Path)),
    responses(
        (status = 200, description = "How it stands", body = ExportAnswer),
        (status = 404, description = "`no_such_device`, `no_such_channel`, `no_such_export`, `no_footage`", body = ErrorBody),
        (status = 503, description = "`busy`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_export(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<SomeRecordings>>,
    origin: Origin,
    Path(ExportPath { export }): Path<ExportPath>,
) -> Result<Json<ExportAnswer>, ApiError> {
    let asked = export.split_once('-').and_then(|(from, to)| {
        let asked = Span::new(from.parse().ok()?, to.parse().ok()?);
        (!asked.is_empty() && asked.len() <= DAY_MS).then_some(asked)
    });
    let asked = asked.ok_or_else(|| ApiError::new(StatusCode::NOT_FOUND, "no_such_export", "there is no such file"))?;
    Ok(Json(answer_to(&api, &origin, &on, asked).await?))
}
