//! What browsers are told as it happens: the bus, thinned to changes, written as JSON once for all of them.

use super::device_events::DeviceEvent;
use super::devices::Channel;
use crate::bus::{Bus, Change, Event, Lagged};
use crate::clock::UnixMs;
use crate::device::DeviceEventKind;
use parking_lot::Mutex;
use serde_json::json;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::broadcast;

/// Items kept for a browser that comes back after a short break. One away for longer is told to look anew.
const KEPT: usize = 1024;
/// Items that may wait for a browser. One further behind is told to look anew.
const CAPACITY: usize = 1024;

/// Told instead of what was missed: look at the present state anew.
pub(super) const RESYNC: &str = "resync";

/// One thing told.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) id: u64,
    pub(super) kind: &'static str,
    pub(super) data: String,
}

/// What browsers are told.
#[derive(Debug, Clone)]
pub struct Feed {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    next_id: u64,
    kept: VecDeque<Arc<Item>>,
    live: broadcast::Sender<Arc<Item>>,
}

impl Feed {
    /// Starts to listen to the bus. Must be called within a tokio runtime.
    pub fn start(bus: &Bus) -> Self {
        // Later than any id before a restart, so that a browser which returns with an older one is told so.
        let next_id = u64::try_from(UnixMs::now().0).unwrap_or(0) * 1000;
        let live = broadcast::Sender::new(CAPACITY);
        let feed = Self {
            state: Arc::new(Mutex::new(State {
                next_id,
                kept: VecDeque::new(),
                live,
            })),
        };
        let mut events = bus.subscribe();
        let publisher = feed.clone();
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                if let Some((kind, data)) = item(event) {
                    publisher.publish(kind, data);
                }
            }
        });
        feed
    }

    fn publish(&self, kind: &'static str, data: serde_json::Value) {
        let mut state = self.state.lock();
        let item = Arc::new(Item {
            id: state.next_id,
            kind,
            data: data.to_string(),
        });
        state.next_id += 1;
        if state.kept.len() == KEPT {
            state.kept.pop_front();
        }
        state.kept.push_back(item.clone());
        // The only error is "nobody listens".
        let _ = state.live.send(item);
    }

    /// What came after the item `after`, and what comes. `None` for the past if that is not known any more.
    pub(super) fn subscribe(
        &self,
        after: Option<u64>,
    ) -> (Option<VecDeque<Arc<Item>>>, broadcast::Receiver<Arc<Item>>) {
        let state = self.state.lock();
        let past = match after {
            None => Some(VecDeque::new()),
            Some(after) => {
                let known = after + 1 == state.next_id || state.kept.iter().any(|item| item.id == after);
                known.then(|| state.kept.iter().filter(|item| item.id > after).cloned().collect())
            }
        };
        (past, state.live.subscribe())
    }
}

fn item(event: Result<Event, Lagged>) -> Option<(&'static str, serde_json::Value)> {
    let event = match event {
        Ok(event) => event,
        Err(Lagged(missed)) => return Some((RESYNC, json!({ "missed": missed }))),
    };
    Some(match event {
        Event::Presence { device, presence } => ("presence", json!({ "login_code": device, "presence": presence })),
        Event::Keepalive {
            device,
            report,
            changed: true,
        } => {
            let channels: Vec<_> = report.channels.iter().map(Channel::from).collect();
            (
                "channels",
                json!({ "login_code": device, "state": report.state, "channels": channels }),
            )
        }
        Event::DeviceChanged { device, change, .. } => {
            let change = match change {
                Change::Created => "created",
                Change::Updated | Change::ShutOut => "updated",
                Change::Deleted => "deleted",
            };
            ("device", json!({ "login_code": device, "change": change }))
        }
        Event::Device(event) => {
            let kind = event.kind.name();
            let mut data = serde_json::to_value(DeviceEvent::from(&*event)).unwrap_or_default();
            data["login_code"] = json!(event.device);
            if event.kind == DeviceEventKind::Battery {
                data["battery"] = data["data"]["battery"].clone();
            }
            (kind, data)
        }
        _ => return None,
    })
}
