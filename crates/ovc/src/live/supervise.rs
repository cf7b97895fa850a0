//! One task a stream that does what its lifecycle says, and one task that tells the lifecycles what devices did.

use std::pin::pin;
use std::sync::Arc;

use dap::Method;
use dap::methods::{LivePublish, LivePublishParams, LiveStop, LiveStopParams};
use futures_util::future::OptionFuture;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use tokio::time::{Instant, sleep_until};

use super::lifecycle::{Action, Answer};
use super::registry::Progress;
use super::service::Shared;
use crate::bus::{Change, Event, Lagged, Subscription};
use crate::device::{CallError, Report};
use crate::ids::{ChannelId, LoginCode, StreamId};

/// LiveStops under way at once for streams that are not wanted. Over it a device is told at its next Keepalive.
const MAX_STOPPING: usize = 10_000;

/// Starts the task of a stream that was just entered into the registry.
pub(super) fn start(shared: &Arc<Shared>, id: StreamId) {
    tokio::spawn(supervise(shared.clone(), id));
}

async fn supervise(shared: Arc<Shared>, id: StreamId) {
    let Some((changed, device, channel)) = ({
        let registry = shared.registry.lock();
        registry
            .get(id.as_str())
            .map(|entry| (entry.changed.clone(), entry.device.clone(), entry.channel))
    }) else {
        return;
    };
    let mut asking = pin!(OptionFuture::from(None));
    let mut has_question = false;
    while let Some((action, deadline)) = step(&shared, &id) {
        match action {
            Some(Action::Stop) => {
                tracing::info!(stream = %id, %device, %channel, "nobody watches any more");
                stop(&shared, &device, channel, id.clone()).await;
                return;
            }
            Some(Action::Ask) => {
                asking.set(OptionFuture::from(Some(ask(&shared, &device, channel, &id))));
                has_question = true;
            }
            None => {}
        }
        tokio::select! {
            () = changed.notified() => {}
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {}
            answer = &mut asking, if has_question => {
                has_question = false;
                asking.set(OptionFuture::from(None));
                if let Some(answer) = answer {
                    asked(&shared, &id, answer);
                }
            }
        }
    }
}

/// What to do now, and when to look again at the latest. `None`: the stream is over. A stream to be stopped is
/// forgotten here, under the lock: whoever comes later finds none and begins another.
fn step(shared: &Shared, id: &StreamId) -> Option<(Option<Action>, Option<Instant>)> {
    let mut registry = shared.registry.lock();
    let entry = registry.get_mut(id.as_str())?;
    let action = entry.life.poll(Instant::now());
    let deadline = entry.life.next_deadline();
    match action {
        Some(Action::Ask) if *entry.progress.borrow() != Progress::Live => {
            entry.progress.send_replace(Progress::Asking);
        }
        Some(Action::Stop) => {
            let ended = registry.remove(id, Progress::Ended);
            drop(registry);
            if let Some(entry) = ended {
                entry.hub.close();
            }
        }
        _ => {}
    }
    Some((action, deadline))
}

async fn ask(shared: &Shared, device: &LoginCode, channel: ChannelId, id: &StreamId) -> Result<(), CallError> {
    let url = shared.publish_url(device, id).ok_or(CallError::Offline)?;
    let params = LivePublishParams {
        channel,
        url,
        stream_id: id.clone(),
        max_bitrate: shared.options.config.max_bitrate_bps,
        extra: Default::default(),
    };
    tracing::info!(stream = %id, %device, %channel, "asking for the stream");
    call(shared, device, LivePublish::NAME, &params).await
}

async fn call(shared: &Shared, device: &LoginCode, method: &str, params: &impl Serialize) -> Result<(), CallError> {
    // Parameters of ours always become JSON.
    let params: Box<RawValue> = to_raw_value(params).map_err(|_| CallError::Offline)?;
    shared
        .port
        .call(device, method, params, shared.options.config.start_timeout)
        .await
        .map(drop)
}

/// LivePublish ended, well or not.
fn asked(shared: &Shared, id: &StreamId, answer: Result<(), CallError>) {
    let mut registry = shared.registry.lock();
    let Some(entry) = registry.get_mut(id.as_str()) else {
        return;
    };
    let heard = match &answer {
        Ok(()) => Answer::Accepted,
        Err(CallError::Disconnected | CallError::Replaced) => Answer::Lost,
        Err(_) => Answer::Refused,
    };
    let over = entry.life.asked(heard, entry.viewers());
    let outcome = if answer.is_ok() { "ok" } else { "failed" };
    metrics::counter!("ovc_live_publish_requests_total", "outcome" => outcome).increment(1);
    if let Err(error) = &answer {
        tracing::info!(stream = %id, device = %entry.device, %error, "the device was asked for the stream in vain");
    }
    // What an opener is told: a publisher that is there counts more than what the device says of it.
    entry.progress.send_if_modified(|progress| {
        let next = match answer {
            _ if *progress == Progress::Live => return false,
            Ok(()) => Progress::Asked,
            // The device is about to be asked again on its new connection.
            Err(CallError::Disconnected | CallError::Replaced) => Progress::Asking,
            Err(error) => Progress::Failed(error),
        };
        *progress = next;
        true
    });
    if over {
        let failed = entry.progress.borrow().clone();
        if let Some(entry) = registry.remove(id, failed) {
            entry.hub.close();
        }
    }
}

/// Tells a device to stop publishing. Its answer changes nothing: whatever it is, nobody can publish the stream.
async fn stop(shared: &Shared, device: &LoginCode, channel: ChannelId, id: StreamId) {
    {
        let stopping = &mut shared.registry.lock().stopping;
        if stopping.len() >= MAX_STOPPING || !stopping.insert(id.clone()) {
            return;
        }
    }
    let params = LiveStopParams {
        stream_id: id.clone(),
        channel,
        extra: Default::default(),
    };
    if let Err(error) = call(shared, device, LiveStop::NAME, &params).await {
        tracing::debug!(stream = %id, %device, %error, "LiveStop failed");
    }
    shared.registry.lock().stopping.remove(&id);
}

/// Starts the task that follows the bus for as long as there are live streams.
pub(super) fn follow_bus(shared: &Arc<Shared>, mut events: Subscription) {
    let shared = Arc::downgrade(shared);
    tokio::spawn(async move {
        while let Some(event) = events.next().await {
            let Some(shared) = shared.upgrade() else { return };
            match event {
                Ok(Event::LoggedIn { device }) => returned(&shared, &device),
                Ok(Event::Keepalive { device, report, .. }) => reported(&shared, &device, &report),
                Ok(Event::DeviceChanged {
                    device,
                    change: Change::Deleted | Change::ShutOut,
                    ..
                }) => shut_out(&shared, &device),
                // What its former holder watched is nobody's.
                Ok(Event::DeviceMoved { device, from, .. }) if from.tenant.is_some() => shut_out(&shared, &device),
                Ok(Event::AccessChanged) => shared.rights_changed.notify_one(),
                Ok(_) => {}
                Err(Lagged(_)) => look_anew(&shared),
            }
        }
    });
}

/// Events were missed. What devices said, their next Keepalives tell again; what people did is looked up.
fn look_anew(shared: &Shared) {
    shared.rights_changed.notify_one();
    let streams = shared.registry.lock().standings();
    for (device, standing) in streams {
        if shared.gate.standing(&device) != standing {
            shut_out(shared, &device);
        }
    }
}

fn returned(shared: &Shared, device: &LoginCode) {
    let mut registry = shared.registry.lock();
    for id in registry.of_device(device) {
        if let Some(entry) = registry.get_mut(id.as_str()) {
            entry.life.device_returned();
            entry.changed.notify_one();
        }
    }
}

fn reported(shared: &Arc<Shared>, device: &LoginCode, report: &Report) {
    let silence = shared.options.config.publisher_silence;
    let mut registry = shared.registry.lock();
    for id in registry.of_device(device) {
        let Some(entry) = registry.get_mut(id.as_str()) else {
            continue;
        };
        let publishes_this = report
            .channel(entry.channel)
            .is_some_and(|told| told.stream_id.as_ref() == Some(&id));
        let alive = entry.publisher.is_some() && entry.hub.silent_for(std::time::Instant::now()) < silence;
        entry.life.device_reported(publishes_this, alive, Instant::now());
        entry.changed.notify_one();
    }
    for told in &report.channels {
        let Some(id) = told.stream_id.as_ref().filter(|id| !id.is_empty()) else {
            continue;
        };
        if registry.get(id.as_str()).is_some() || registry.stopping.contains(id) || registry.is_closing() {
            continue;
        }
        tracing::info!(stream = %id, %device, channel = %told.channel, "the device publishes what nobody wants");
        let (shared, device, channel, id) = (shared.clone(), device.clone(), told.channel, id.clone());
        tokio::spawn(async move { stop(&shared, &device, channel, id).await });
    }
}

/// The device may no longer publish: its streams end, and with them its publish URLs.
fn shut_out(shared: &Shared, device: &LoginCode) {
    let ended: Vec<_> = {
        let mut registry = shared.registry.lock();
        registry
            .of_device(device)
            .iter()
            .filter_map(|id| registry.remove(id, Progress::Ended))
            .collect()
    };
    for entry in ended {
        entry.hub.close();
    }
}
