//! What there is of recordings, and what is missing and why.

use super::Api;
use super::auth::{Allowed, OnChannel, SomeRecordings};
use super::error::{ApiError, ErrorBody};
use super::extract::Params;
use crate::access;
use crate::account::Caller;
use crate::account::policy::DevicePlace;
use crate::alarm;
use crate::clock::UnixMs;
use crate::ids::ChannelId;
use crate::record::footage::{Timeline, View, What};
use crate::record::spans::{self, Span};
use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

pub(super) const DAY_MS: i64 = 24 * 3600 * 1000;
/// Longest that a timeline tells of, and a calendar.
const MAX_DAYS: i64 = 400;

/// A channel, and what the caller may see of it.
pub(super) fn view(who: &Caller, place: &DevicePlace, channel: ChannelId) -> View {
    View {
        device: place.code.clone(),
        channel,
        seen: access::footage(who, place, channel),
    }
}

/// A range of time that somebody asks for.
pub(super) fn span(from: &str, to: &str, longest_ms: i64) -> Result<Span, ApiError> {
    let moment = |text: &str, name: &str| {
        let bad = || ApiError::bad_request(format!("{name} is no time in RFC 3339")).at(name);
        UnixMs::from_rfc3339(text).map(|at| at.0).ok_or_else(bad)
    };
    let span = Span::new(moment(from, "from")?, moment(to, "to")?);
    if span.is_empty() {
        return Err(ApiError::bad_request("from has to be before to").at("to"));
    }
    if span.len() > longest_ms {
        let longest = match longest_ms / DAY_MS {
            1 => "24 hours".to_owned(),
            days => format!("{days} days"),
        };
        return Err(ApiError::bad_request(format!("this is for at most {longest} at once")).at("to"));
    }
    Ok(span)
}

/// The part of a range that he may see; refuses where there is none.
pub(super) fn seen_of(view: &View, asked: Span) -> Result<Vec<Span>, ApiError> {
    let seen = spans::common(&view.seen, &[asked]);
    if seen.is_empty() {
        return Err(ApiError::forbidden());
    }
    Ok(seen)
}

/// Of which time.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TimelineParams {
    /// From when, in RFC 3339.
    from: String,
    /// Until when, in RFC 3339; at most 400 days later.
    to: String,
    /// Gaps shorter than this are not told apart from what is beside them.
    #[param(nullable = false, minimum = 1)]
    resolution_ms: Option<u32>,
}

/// What became of every moment.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TimelineAnswer {
    /// From when this tells: later than asked for where the caller may not see what was before.
    #[schema(format = DateTime)]
    from: String,
    /// Until when: of the future nothing is told.
    #[schema(format = DateTime)]
    to: String,
    /// They follow each other without a gap.
    ranges: Vec<TimelineRange>,
    marks: Vec<TimelineMark>,
    /// How much of it is footage.
    recorded_ms: i64,
    /// How much is missing, by reason.
    gap_ms: BTreeMap<&'static str, i64>,
}

/// A time in which it is the same all along.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TimelineRange {
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    to: String,
    /// `continuous`: there is footage; `alarm`: there is, around an alarm, and it is kept as such; `gap`: there is none
    #[schema(value_type = String)]
    kind: &'static str,
    /// Why there is no footage: `not_asked`, `starting` (recording was just asked for, or the device was just back),
    /// `pending` (it may still come), `device_offline`, `channel_offline`, `cloud_down`, `dropped` (the device had no
    /// room), `failed` (the device could not upload it), `refused`, `disk_full`, `expired` (promised and not uploaded),
    /// `no_media`, `device_refused`, `not_answering`, `deleted`, `unreported` (the device neither sent it nor said why),
    /// `hidden` (not for the caller). Others may come.
    #[schema(value_type = String, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl From<(Span, What)> for TimelineRange {
    fn from((span, what): (Span, What)) -> Self {
        let (kind, reason) = match what {
            What::Continuous => ("continuous", None),
            What::Alarm => ("alarm", None),
            What::Gap(reason) => ("gap", Some(reason.name())),
        };
        Self {
            from: UnixMs(span.from).to_rfc3339(),
            to: UnixMs(span.to).to_rfc3339(),
            kind,
            reason,
        }
    }
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TimelineMark {
    #[schema(format = DateTime)]
    from: String,
    /// Absent: it goes on.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// `alarm`, `clip` (somebody locked it) or `clock` (the device's clock was wrong, and its footage is placed by when
    /// it came).
    #[schema(value_type = String)]
    kind: &'static str,
    /// The alarm's or the clip's number.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    /// What raised the alarm, by the protocol's number.
    #[schema(nullable = false)]
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    alarm_type: Option<i64>,
    /// The name of the alarm's type, or that of the clip.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl From<Timeline> for TimelineAnswer {
    fn from(told: Timeline) -> Self {
        let show = |at: i64| UnixMs(at).to_rfc3339();
        let mut marks: Vec<(i64, TimelineMark)> = Vec::new();
        for alarm in told.alarms {
            let mark = TimelineMark {
                from: show(alarm.begin_ms),
                to: alarm.end_ms.map(show),
                kind: "alarm",
                id: Some(alarm.id),
                alarm_type: Some(alarm.alarm_type),
                name: Some(alarm::type_name(alarm.alarm_type).to_owned()),
            };
            marks.push((alarm.begin_ms, mark));
        }
        for clip in told.clips {
            let mark = TimelineMark {
                from: show(clip.from.0),
                to: Some(show(clip.to.0)),
                kind: "clip",
                id: Some(clip.id),
                alarm_type: None,
                name: Some(clip.name),
            };
            marks.push((clip.from.0, mark));
        }
        for span in told.misplaced {
            let mark = TimelineMark {
                from: show(span.from),
                to: Some(show(span.to)),
                kind: "clock",
                id: None,
                alarm_type: None,
                name: None,
            };
            marks.push((span.from, mark));
        }
        marks.sort_by_key(|(from, _)| *from);
        Self {
            from: show(told.range.from),
            to: show(told.range.to),
            ranges: told.parts.into_iter().map(TimelineRange::from).collect(),
            marks: marks.into_iter().map(|(_, mark)| mark).collect(),
            recorded_ms: told.recorded_ms,
            gap_ms: told
                .gap_ms
                .into_iter()
                .map(|(reason, len)| (reason.name(), len))
                .collect(),
        }
    }
}

/// Which seconds of a channel are recorded, why others are not, and what happened then.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/channels/{channel}/recordings/timeline",
    operation_id = "get_timeline",
    tag = "recordings",
    params(("login_code" = String, Path), ("channel" = u32, Path), TimelineParams),
    responses(
        (status = 200, description = "Every moment", body = TimelineAnswer),
        (status = 404, description = "`no_such_device`, `no_such_channel`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn get_timeline(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<SomeRecordings>>,
    Params(params): Params<TimelineParams>,
) -> Result<Json<TimelineAnswer>, ApiError> {
    let asked = span(&params.from, &params.to, MAX_DAYS * DAY_MS)?;
    let view = view(&on.caller, &on.place, on.channel);
    seen_of(&view, asked)?;
    let resolution_ms = params.resolution_ms.unwrap_or(1).into();
    let told = api.footage.timeline(&view, asked, resolution_ms, UnixMs::now()).await?;
    // While that was read the device may have gone to somebody else, whose it is then.
    on.decide_again(&api)?;
    Ok(Json(told.into()))
}

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DaysParams {
    /// The first, such as `2026-11-01`.
    from: String,
    /// The last; at most 400 days.
    to: String,
    /// Whose clocks say when a day begins, such as `Europe/Berlin`; default UTC.
    #[param(nullable = false)]
    time_zone: Option<String>,
}

/// Days on which there is something.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DaysAnswer {
    days: Vec<RecordedDay>,
}

/// A day on which there is footage, or on which alarms began.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordedDay {
    #[schema(example = "2026-11-29")]
    day: String,
    /// How much footage there is.
    recorded_ms: i64,
    /// How many alarms began.
    alarms: u64,
}

/// The days on which there is footage of a channel, or alarms.
#[utoipa::path(
    get,
    path = "/api/v1/devices/{login_code}/channels/{channel}/recordings/days",
    operation_id = "list_recorded_days",
    tag = "recordings",
    params(("login_code" = String, Path), ("channel" = u32, Path), DaysParams),
    responses(
        (status = 200, description = "In order", body = DaysAnswer),
        (status = 404, description = "`no_such_device`, `no_such_channel`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_recorded_days(
    State(api): State<Arc<Api>>,
    on: Allowed<OnChannel<SomeRecordings>>,
    Params(params): Params<DaysParams>,
) -> Result<Json<DaysAnswer>, ApiError> {
    let day = |text: &str, name: &str| {
        let bad = |_| ApiError::bad_request(format!("{name} is no day such as 2026-11-29")).at(name);
        text.parse::<Date>().map_err(bad)
    };
    let (from, to) = (day(&params.from, "from")?, day(&params.to, "to")?);
    let days = to.since(from).map_or(i64::MAX, |span| i64::from(span.get_days()));
    if days >= MAX_DAYS {
        return Err(ApiError::bad_request("at most 400 days at once").at("to"));
    }
    let zone = params.time_zone.as_deref().unwrap_or("UTC");
    let zone = TimeZone::get(zone).map_err(|_| ApiError::bad_request("there is no such time zone").at("time_zone"))?;
    let view = view(&on.caller, &on.place, on.channel);
    let days = api.footage.days(&view, (from, to), &zone).await?;
    on.decide_again(&api)?;
    let shown = days.into_iter().map(|day| RecordedDay {
        day: day.day.to_string(),
        recorded_ms: day.recorded_ms,
        alarms: day.alarms as u64,
    });
    Ok(Json(DaysAnswer { days: shown.collect() }))
}
