//! What devices ask and tell (DAP section 4, ↑).

use super::{Accepted, simulated};
use crate::binding::masked_bind;
use crate::bus::Event;
use crate::clock::UnixMs;
use crate::db::{DbError, NewEvent};
use crate::device::{CallError, DeviceEventKind, Report, masked_json};
use crate::transfer::Upload;
use dap::methods::{AlarmNotify, AlarmNotifyAnswer, AlarmNotifyParams, BatteryChange, Bind, Keepalive, LogDone};
use dap::{CallRefused, ErrorCode, InboundId, Method, RpcError, parse_params};
use serde_json::value::RawValue;
use std::future::Future;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Channels one device may have. What it reports is kept in memory and told to every console.
const MAX_CHANNELS: usize = 1024;
/// Size of the parameters of an event that is kept.
const MAX_EVENT_BYTES: usize = 16 * 1024;

pub(super) type Answer = Result<Box<RawValue>, RpcError>;

/// An event on its way to the disk, with the request to answer, and how, once it is there.
pub(super) type Storing = Pin<Box<dyn Future<Output = (Result<Box<RawValue>, DbError>, Option<InboundId>)> + Send>>;

/// How long a picture of an alarm may take to come.
const PICTURE_TIME: Duration = Duration::from_secs(600);

/// What is stored before it is answered.
pub(super) enum ToStore {
    /// An event as it is.
    Event(NewEvent),
    /// An alarm, from which more comes.
    Alarm(NewEvent, Box<AlarmNotifyParams>),
}

/// What becomes of a request.
pub(super) enum Handled {
    /// It is answered at once.
    Answer(Answer),
    /// This is stored first.
    Store(ToStore),
}

pub(super) fn handle_request(from: &Accepted, method: &str, params: Option<Box<RawValue>>) -> Handled {
    if from.shared.parts.kept.is_none() {
        return Handled::Answer(simulated::answer(from, method, params.as_deref()));
    }
    match method {
        "Keepalive" => Handled::Answer(keepalive(from, params.as_deref())),
        "GetServerInfo" => Handled::Answer(Ok(from.shared.server_info.clone())),
        "AlarmNotify" => match parse_params::<AlarmNotify>(params.as_deref()) {
            Ok(_) if too_big(params.as_deref()) => Handled::Answer(Err(bad_parameter("params are over 16 KiB"))),
            // It has said so and need not again; thousands of them help nobody.
            Ok(_) if !may_tell(from) => Handled::Answer(Ok(empty())),
            Ok(alarm) => {
                let event = new_event(from, DeviceEventKind::Alarm, Some(alarm.channel), params);
                Handled::Store(ToStore::Alarm(event, Box::new(alarm)))
            }
            Err(bad) => Handled::Answer(Err(bad.into())),
        },
        _ => {
            from.shared.meters.unknown_methods.increment(1);
            tracing::debug!(device = %from.attendance.entry.code, method, "unknown method");
            Handled::Answer(Err(RpcError::unknown_method(method)))
        }
    }
}

pub(super) fn handle_event(from: &Accepted, name: &str, params: Option<Box<RawValue>>) -> Option<NewEvent> {
    // A simulated cloud keeps nothing.
    from.shared.parts.kept.as_ref()?;
    let device = &from.attendance.entry.code;
    let bad = match name {
        LogDone::NAME | Bind::NAME | BatteryChange::NAME if !may_tell(from) => return None,
        _ if too_big(params.as_deref()) => "params are over 16 KiB".to_owned(),
        LogDone::NAME => match parse_params::<LogDone>(params.as_deref()) {
            Ok(_) => {
                // Its address is good for a while still: who reads of it later is not to upload there.
                let masked = params.and_then(|params| RawValue::from_string(masked_json(&params)).ok());
                // What is so long that only its beginning would be kept says nothing.
                let masked = masked.filter(|masked| parse_params::<LogDone>(Some(masked)).is_ok());
                return Some(new_event(from, DeviceEventKind::LogDone, None, masked));
            }
            Err(bad) => bad.to_string(),
        },
        Bind::NAME => match parse_params::<Bind>(params.as_deref()) {
            // Who reads of it later is not to bind a device of his own by it.
            Ok(said) => {
                let masked = masked_bind(&said.bind_id);
                return Some(new_event(from, DeviceEventKind::Bind, None, Some(masked)));
            }
            Err(bad) => bad.to_string(),
        },
        BatteryChange::NAME => match parse_params::<BatteryChange>(params.as_deref()) {
            Ok(said) => {
                from.shared
                    .parts
                    .journal
                    .battery(device, said.battery.get(), UnixMs::now());
                return Some(new_event(from, DeviceEventKind::Battery, None, params));
            }
            Err(bad) => bad.to_string(),
        },
        _ => "unknown".to_owned(),
    };
    from.shared.meters.unknown_events.increment(1);
    tracing::debug!(%device, event = name, why = bad, "event ignored");
    None
}

fn keepalive(from: &Accepted, params: Option<&RawValue>) -> Answer {
    let (shared, attendance) = (&from.shared, &from.attendance);
    let device = &attendance.entry.code;
    shared.meters.keepalives.increment(1);
    let text = params.map_or("{}", RawValue::get);
    let print = fingerprint(text);
    // Nearly every Keepalive says the same as the one before.
    let (report, changed) = match attendance.same_report(print) {
        Some(report) => (report, false),
        None => {
            let report: Report = parse_params::<Keepalive>(params)?.into();
            if report.channels.len() > MAX_CHANNELS {
                return Err(bad_parameter("channels has more than 1024 entries"));
            }
            let report = Arc::new(report);
            let changed = attendance.set_report(report.clone(), print);
            if changed {
                shared.parts.journal.reported(device, &report, UnixMs::now());
                if let Some(kept) = &shared.parts.kept {
                    kept.alarms.report(device, &report);
                }
            }
            (report, changed)
        }
    };
    // Of thousands of idle devices that say nothing new nobody needs to be woken.
    if changed || attendance.is_addressed() || report.has_streams() {
        shared.parts.bus.publish(Event::Keepalive {
            device: device.clone(),
            report,
            changed,
        });
    }
    Ok(empty())
}

/// Whether another event of the device is kept: one device does not flood everybody.
fn may_tell(from: &Accepted) -> bool {
    let shared = &from.shared;
    let (interval, burst) = (shared.event_interval, shared.event_burst);
    let room = from.attendance.may_tell(Instant::now(), interval, burst);
    if !room {
        shared.meters.dropped_events.increment(1);
        tracing::debug!(device = %from.attendance.entry.code, "too many events: this one is not kept");
    }
    room
}

fn too_big(params: Option<&RawValue>) -> bool {
    params.is_some_and(|params| params.get().len() > MAX_EVENT_BYTES)
}

fn bad_parameter(what: &str) -> RpcError {
    RpcError::new(ErrorCode::BAD_PARAMETER, what)
}

/// Of a device's own words only: nobody else gains by making two of them look alike.
fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn new_event(
    from: &Accepted,
    kind: DeviceEventKind,
    channel: Option<dap::ChannelId>,
    params: Option<Box<RawValue>>,
) -> NewEvent {
    let device = from.attendance.entry.code.clone();
    NewEvent {
        device,
        kind,
        channel,
        at: UnixMs::now(),
        data: params.unwrap_or_else(empty),
    }
}

/// Stores an event and tells everybody of it, also where the device hangs up before it is stored.
pub(super) fn store(from: &Accepted, what: ToStore, request: Option<InboundId>) -> Storing {
    let Some(kept) = from.shared.parts.kept.clone() else {
        return Box::pin(std::future::ready((Ok(empty()), request)));
    };
    let bus = from.shared.parts.bus.clone();
    let reached = from.attendance.reached();
    let device = from.attendance.entry.code.clone();
    let told = async move {
        match what {
            ToStore::Event(event) => {
                let event = kept.events.append(event).await?;
                bus.publish(Event::Device(Arc::new(event)));
                Ok(empty())
            }
            ToStore::Alarm(event, alarm) => {
                let told = kept.alarms.notify(event, *alarm).await?;
                let url = match told.picture.zip(reached) {
                    Some(((alarm, number), reached)) => {
                        let picture = Upload::AlarmPicture { alarm, number };
                        kept.links.upload(&device, &reached, &picture, PICTURE_TIME).await
                    }
                    None => None,
                };
                Ok(url.map_or_else(empty, picture_wanted))
            }
        }
    };
    Box::pin(async move {
        let told = tokio::spawn(told).await;
        (told.unwrap_or(Err(DbError::Closed)), request)
    })
}

/// The answer to the request that an event came by, if it came by one.
pub(super) fn stored(
    (result, request): (Result<Box<RawValue>, DbError>, Option<InboundId>),
) -> Option<(InboundId, Answer)> {
    // Whoever stores has told why already.
    let answer = result.map_err(|_| RpcError::internal("the event could not be stored"));
    request.map(|request| (request, answer))
}

/// The answer to AlarmNotify.
fn picture_wanted(url: String) -> Box<RawValue> {
    dap::to_raw(&AlarmNotifyAnswer {
        pic_upload_url: Some(url),
        extra: Default::default(),
    })
}

pub(super) fn empty() -> Box<RawValue> {
    dap::to_raw(&dap::methods::Empty::default())
}

pub(super) fn call_refused(refused: CallRefused) -> CallError {
    match refused {
        CallRefused::QueueFull => CallError::QueueFull,
        _ => CallError::Disconnected,
    }
}

pub(super) fn call_failed(error: dap::CallError) -> CallError {
    match error {
        dap::CallError::Device(error) => CallError::Device(error),
        dap::CallError::TimedOut | dap::CallError::QueueDeadline => CallError::TimedOut,
        dap::CallError::Replaced => CallError::Replaced,
        _ => CallError::Disconnected,
    }
}
