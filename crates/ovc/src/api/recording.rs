//! When channels are recorded, and how it stands with it.

use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, Configure, OnChannel, OnDevice, View};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use crate::account::Permission;
use crate::account::policy::{self, Decision, DevicePlace, Resource};
use crate::clock::UnixMs;
use crate::db::{RecordCause, RecordedBy};
use crate::ids::ChannelId;
use crate::record::plan::{PlanFault, RecordMode, RecordPlan, WeeklyTime};
use crate::record::plans::{ChannelRecording, State as Standing};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Channels have smaller numbers than this, as far as they are recorded.
const MAX_CHANNELS: u32 = 1024;

/// How a channel is to be recorded; what is left out is as usual. 0 is no limit where something is kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRecordPlan {
    mode: RecordMode,
    /// The times of a week, for the mode `schedule`.
    #[serde(default)]
    schedule: Vec<WeeklyTime>,
    /// The time zone of the schedule, by its IANA name; default UTC.
    #[schema(nullable = false, example = "Europe/Berlin")]
    time_zone: Option<String>,
    /// How much is recorded before an alarm, as far as the device holds it; default 10.
    #[schema(nullable = false, minimum = 0, maximum = 60)]
    prerecord_seconds: Option<u32>,
    /// How long recording goes on after an alarm; default 30.
    #[schema(nullable = false, minimum = 0, maximum = 3600)]
    tail_seconds: Option<u32>,
    /// How long footage is kept; default as configured.
    #[schema(nullable = false, minimum = 0, maximum = 3650)]
    keep_days: Option<u32>,
    /// How much footage of the channel is kept; default no limit.
    #[schema(nullable = false)]
    keep_bytes: Option<u64>,
    /// How long footage around alarms is kept; default as configured.
    #[schema(nullable = false, minimum = 0, maximum = 3650)]
    keep_alarm_days: Option<u32>,
}

impl NewRecordPlan {
    fn whole(self, api: &Api) -> RecordPlan {
        let usual = RecordPlan::default();
        let config = api.records.config();
        RecordPlan {
            mode: self.mode,
            schedule: self.schedule,
            time_zone: self.time_zone.unwrap_or(usual.time_zone),
            prerecord_seconds: self.prerecord_seconds.unwrap_or(usual.prerecord_seconds),
            tail_seconds: self.tail_seconds.unwrap_or(usual.tail_seconds),
            keep_days: self.keep_days.unwrap_or(config.keep_days),
            keep_bytes: self.keep_bytes.unwrap_or(usual.keep_bytes),
            keep_alarm_days: self.keep_alarm_days.unwrap_or(config.keep_alarm_days),
        }
    }
}

/// Why nothing is recorded though it should be.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordProblem {
    /// `device_offline`, `channel_offline`, `bitrate_too_high`, `device_refused`, `not_answering`, `no_media` or
    /// `storage_full`; others may come.
    #[schema(value_type = String)]
    code: &'static str,
    /// For people, in English.
    message: String,
}

/// How it stands with the recording of a channel.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordState {
    /// It should be recorded now.
    wanted: bool,
    /// Why: `always`, `schedule` or `alarm`.
    #[schema(value_type = Option<String>)]
    cause: Option<&'static str>,
    /// Who makes the segments: the `device`, or the `cloud` of its live stream.
    #[schema(value_type = Option<String>)]
    recorder: Option<&'static str>,
    /// Since when it is to be recorded without a break.
    #[schema(format = DateTime)]
    since: Option<String>,
    /// Until when there is footage.
    #[schema(format = DateTime)]
    last_segment_at: Option<String>,
    problem: Option<RecordProblem>,
    /// When recording begins or ends by itself.
    #[schema(format = DateTime)]
    next_change_at: Option<String>,
}

impl RecordState {
    fn new(state: Standing, last_segment_at: Option<UnixMs>) -> Self {
        Self {
            wanted: state.cause.is_some(),
            cause: state.cause.map(RecordCause::name),
            recorder: state.recorder.map(RecordedBy::name),
            since: state.since.map(UnixMs::to_rfc3339),
            last_segment_at: last_segment_at.map(UnixMs::to_rfc3339),
            problem: state.problem.map(|problem| RecordProblem {
                code: problem.code,
                message: problem.message,
            }),
            next_change_at: state.next_change.map(UnixMs::to_rfc3339),
        }
    }
}

/// The recording of a channel.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Recording {
    channel: u32,
    /// Null: nobody has said how it is to be recorded, and it is not.
    plan: Option<RecordPlan>,
    state: RecordState,
}

impl From<ChannelRecording> for Recording {
    fn from(channel: ChannelRecording) -> Self {
        Self {
            channel: channel.channel.0,
            plan: channel.plan,
            state: RecordState::new(channel.state, channel.last_segment_at),
        }
    }
}

/// The recording of a device's channels, in their order.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordingList {
    items: Vec<Recording>,
}

impl From<PlanFault> for ApiError {
    fn from(fault: PlanFault) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_plan", fault.to_string()).at(fault.field)
    }
}

/// When a device's channels are recorded, and how it stands with it: of the channels that the caller may see.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/recording",
    operation_id = "list_recording",
    tag = "recording",
    params(("login_code" = String, Path)),
    responses(
        (status = 200, description = "The channels", body = RecordingList),
        (status = 404, description = "`no_such_device`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_recording(
    State(api): State<Arc<Api>>,
    on: Allowed<OnDevice<View>>,
) -> Result<Json<RecordingList>, ApiError> {
    let items = channels(&api, &on.place).await?;
    on.decide_again(&api)?;
    let sees = |item: &Recording| {
        let which = Resource::Channel(&on.place, ChannelId(item.channel));
        policy::decide(&on.caller, Permission::View, which) == Decision::Allow
    };
    Ok(Json(RecordingList {
        items: items.into_iter().filter(sees).collect(),
    }))
}

/// Say when a channel is recorded, and how long that is kept. What is recorded already stays as long as the new plan says.
#[utoipa::path(
    put,
    path = "/api/v1/devices/{login_code}/channels/{channel}/recording",
    operation_id = "set_recording",
    tag = "recording",
    params(("login_code" = String, Path), ("channel" = u32, Path)),
    request_body = NewRecordPlan,
    responses(
        (status = 200, description = "The channel as it is now", body = Recording),
        (status = 400, description = "`bad_plan`, with `field`", body = ErrorBody),
        (status = 404, description = "`no_such_device`, `no_such_channel`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn set_recording(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<Configure>>,
    slot: AuditSlot,
    Body(plan): Body<NewRecordPlan>,
) -> Result<Json<Recording>, ApiError> {
    let plan = plan.whole(&api);
    plan.check()?;
    slot.fill(|note| note.detail = format!("record {}", plan.mode.name()));
    let (code, channel) = (&on.place.code, on.channel);
    if channel.0 >= MAX_CHANNELS {
        return Err(ApiError::no_such_channel());
    }
    if !api.plans.set(code, channel, plan, on.place.tenant).await? {
        // It went to somebody else meanwhile.
        return Err(ApiError::no_such_device());
    }
    let items = channels(&api, &on.place).await?;
    on.decide_again(&api)?;
    let item = items.into_iter().find(|item| item.channel == channel.0);
    item.map(Json).ok_or_else(ApiError::no_such_device)
}

/// The channels that a device told of, those that have a plan, and those of which there is something.
async fn channels(api: &Api, place: &DevicePlace) -> Result<Vec<Recording>, ApiError> {
    let device = api.devices.get(&place.code).await?;
    let told = device.report.iter().flat_map(|report| &report.channels);
    let nothing = |channel: ChannelId| Recording {
        channel: channel.0,
        plan: None,
        state: RecordState::new(Standing::default(), None),
    };
    let mut items: BTreeMap<u32, Recording> = told.map(|told| (told.channel.0, nothing(told.channel))).collect();
    for channel in api.plans.of(&place.code).await? {
        items.insert(channel.channel.0, channel.into());
    }
    if items.is_empty() {
        // It has at least one, which has this number.
        items.insert(0, nothing(ChannelId(0)));
    }
    Ok(items.into_values().collect())
}
