//! What readers are told as it happens: the bus, thinned to changes, written as JSON once for all of them. Each item
//! knows what it is about, so that everybody gets what he may see.

use super::device_events::DeviceEvent;
use super::devices::Channel;
use crate::access::Access;
use crate::account::Permission;
use crate::account::policy::{Caller, Decision, DevicePlace, Resource, channels, decide};
use crate::bus::{Bus, Change, Event, Lagged};
use crate::clock::UnixMs;
use crate::device::{Belonging, DeviceEventKind, Report};
use crate::ids::{ChannelId, LoginCode, TenantId};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::watch;

/// Items kept, for readers that are behind and for those that come back after a short break. One further behind is
/// told to look anew.
const MAX_ITEMS: usize = 4096;
/// And bytes of them.
const MAX_BYTES: usize = 8 << 20;
/// What an item takes beside its text, roughly.
const ITEM_BYTES: usize = 256;

/// Told instead of what was missed: look at the present state anew.
pub(super) const RESYNC: &str = "resync";

/// One thing told.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) id: u64,
    pub(super) kind: &'static str,
    /// For a reader who may see all of it.
    data: String,
    about: About,
}

/// What an item is about: who may see that, gets it.
#[derive(Debug)]
enum About {
    /// Everybody gets it.
    Everything,
    /// A device: that it is there, and how.
    Device(DevicePlace),
    /// What a device told of itself, for those who see all of it.
    Whole(DevicePlace),
    /// A device, for those with this permission on it as a whole.
    DeviceFor(DevicePlace, Permission),
    /// A channel of it.
    Channel(DevicePlace, ChannelId),
    /// Its channels: a reader gets those that he may see.
    Channels(DevicePlace, Arc<Report>),
    /// A tenant as a whole, for those with this permission.
    Tenant(TenantId, Permission),
    /// The cloud itself, for those who run it.
    Platform,
}

impl Item {
    /// What this reader gets of it; `None`: nothing.
    pub(super) fn data_for(&self, reader: &Caller) -> Option<Cow<'_, str>> {
        let sees = |which: Resource<'_>| decide(reader, Permission::View, which) == Decision::Allow;
        let all = match &self.about {
            About::Everything => true,
            About::Device(place) => sees(Resource::Device(place)),
            About::Whole(place) => channels(reader, Permission::View, place).is_none(),
            About::DeviceFor(place, permission) => {
                decide(reader, *permission, Resource::Device(place)) == Decision::Allow
            }
            About::Channel(place, channel) => sees(Resource::Channel(place, *channel)),
            About::Tenant(tenant, permission) => {
                let which = Resource::Tenant {
                    tenant: *tenant,
                    support: false,
                };
                decide(reader, *permission, which) == Decision::Allow
            }
            About::Platform => decide(reader, Permission::RunPlatform, Resource::Platform) == Decision::Allow,
            About::Channels(place, report) => {
                let mut channels = report.channels.iter().map(|channel| channel.channel);
                let all = channels.all(|channel| sees(Resource::Channel(place, channel)));
                if !all && sees(Resource::Device(place)) {
                    let seen = |channel: ChannelId| sees(Resource::Channel(place, channel));
                    return Some(channels_told(&place.code, report, seen).to_string().into());
                }
                all && sees(Resource::Device(place))
            }
        };
        all.then_some(Cow::Borrowed(&self.data))
    }

    fn bytes(&self) -> usize {
        self.data.len() + ITEM_BYTES
    }
}

/// What readers are told. Clones are the same.
#[derive(Debug, Clone)]
pub struct Feed {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    ring: Mutex<Ring>,
    /// The number of the next item: changes with each.
    next: watch::Sender<u64>,
    /// Changes whenever readers' rights may have.
    access: watch::Sender<()>,
}

/// The last items. Their numbers follow each other.
#[derive(Debug)]
struct Ring {
    items: VecDeque<Arc<Item>>,
    bytes: usize,
    next_id: u64,
}

/// A reader's next items.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) items: Vec<Arc<Item>>,
    /// Some came before them that are gone.
    pub(super) missed: bool,
}

impl Ring {
    fn first_id(&self) -> u64 {
        self.next_id - self.items.len() as u64
    }

    fn push(&mut self, kind: &'static str, data: &Value, about: About) {
        let item = Item {
            id: self.next_id,
            kind,
            data: data.to_string(),
            about,
        };
        self.next_id += 1;
        self.bytes += item.bytes();
        self.items.push_back(Arc::new(item));
        while self.items.len() > MAX_ITEMS || self.bytes > MAX_BYTES {
            let Some(oldest) = self.items.pop_front() else { return };
            self.bytes -= oldest.bytes();
        }
    }

    fn take(&self, from: &mut u64, max: usize) -> Taken {
        let first = self.first_id();
        let missed = *from < first;
        let start = (*from).max(first);
        let skip = usize::try_from(start - first).unwrap_or(usize::MAX);
        let items: Vec<_> = self.items.iter().skip(skip).take(max).cloned().collect();
        *from = start + items.len() as u64;
        Taken { items, missed }
    }
}

impl Feed {
    /// Starts to listen to the bus. Must be called within a tokio runtime.
    pub fn start(bus: &Bus, access: Access) -> Self {
        // Later than any id before a restart, so that a reader which returns with an older one is told so.
        let next_id = u64::try_from(UnixMs::now().0).unwrap_or(0) * 1000;
        let ring = Ring {
            items: VecDeque::new(),
            bytes: 0,
            next_id,
        };
        let shared = Shared {
            ring: Mutex::new(ring),
            next: watch::Sender::new(next_id),
            access: watch::Sender::new(()),
        };
        let feed = Self {
            shared: Arc::new(shared),
        };
        let mut events = bus.subscribe();
        let publisher = feed.clone();
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                publisher.hear(event, &access);
            }
        });
        feed
    }

    fn hear(&self, event: Result<Event, Lagged>, access: &Access) {
        match event {
            Ok(Event::AccessChanged) => self.shared.access.send_replace(()),
            Ok(event) => {
                for (kind, data, about) in told(event, access) {
                    self.publish(kind, &data, about);
                }
            }
            Err(Lagged(missed)) => {
                self.shared.access.send_replace(());
                self.publish(RESYNC, &json!({ "missed": missed }), About::Everything);
            }
        }
    }

    fn publish(&self, kind: &'static str, data: &Value, about: About) {
        let mut ring = self.shared.ring.lock();
        ring.push(kind, data, about);
        self.shared.next.send_replace(ring.next_id);
    }

    /// Where a reader begins that saw the item `after` last, or has seen none. `None` if what came after it is not
    /// known any more.
    pub(super) fn begin(&self, after: Option<u64>) -> Result<u64, u64> {
        let ring = self.shared.ring.lock();
        match after {
            Some(after) if (ring.first_id()..=ring.next_id).contains(&after.saturating_add(1)) => Ok(after + 1),
            Some(_) => Err(ring.next_id),
            None => Ok(ring.next_id),
        }
    }

    /// At most `max` items from the one numbered `from` on, which is set to the one behind them.
    pub(super) fn take(&self, from: &mut u64, max: usize) -> Taken {
        self.shared.ring.lock().take(from, max)
    }

    /// Changes when there are new items.
    pub(super) fn news(&self) -> watch::Receiver<u64> {
        self.shared.next.subscribe()
    }

    /// Changes when readers' rights may have changed.
    pub(super) fn access(&self) -> watch::Receiver<()> {
        self.shared.access.subscribe()
    }
}

type Told = (&'static str, Value, About);

fn channels_told(device: &LoginCode, report: &Report, seen: impl Fn(ChannelId) -> bool) -> Value {
    let seen = report.channels.iter().filter(|channel| seen(channel.channel));
    let channels: Vec<_> = seen.map(Channel::from).collect();
    json!({ "login_code": device, "state": report.state, "channels": channels })
}

fn told(event: Event, access: &Access) -> Vec<Told> {
    // What is known of no device any more concerns those only who see everything.
    let now = UnixMs::now();
    let place = |device: &LoginCode| access.place_of(device, access.belonging(device).unwrap_or_default(), now);
    let changed = |device: &LoginCode, change: &str, belonging: Belonging| -> Told {
        let data = json!({ "login_code": device, "change": change });
        ("device", data, About::Device(access.place_of(device, belonging, now)))
    };
    match event {
        Event::Presence { device, presence, .. } => {
            let data = json!({ "login_code": device, "presence": presence });
            vec![("presence", data, About::Device(place(&device)))]
        }
        Event::Keepalive {
            device,
            report,
            changed: true,
        } => {
            let data = channels_told(&device, &report, |_| true);
            vec![("channels", data, About::Channels(place(&device), report))]
        }
        Event::DeviceChanged {
            device,
            change,
            belonging,
            ..
        } => {
            let change = match change {
                Change::Created => "created",
                Change::Updated | Change::ShutOut => "updated",
                Change::Deleted => "deleted",
            };
            vec![changed(&device, change, belonging)]
        }
        // For each side what it is for them.
        Event::DeviceMoved { device, from, to } => {
            vec![changed(&device, "deleted", from), changed(&device, "created", to)]
        }
        Event::DevicesImported => vec![(RESYNC, json!({}), About::Everything)],
        Event::BindSettled(settled) => {
            let mut data = json!({
                "bind": settled.bind,
                "outcome": settled.state.name(),
                "login_code": settled.device,
            });
            if let Some(reason) = settled.reason {
                data["reason"] = json!(reason);
            }
            vec![(
                "bind_result",
                data,
                About::Tenant(settled.tenant, Permission::Configure),
            )]
        }
        Event::Command(row) => {
            let (id, command) = (row.id, &row.command);
            let place = place(&command.device);
            // What was wanted of it while it was another's is not told to who has it now.
            if place.tenant != command.tenant {
                return Vec::new();
            }
            let data = json!({
                "login_code": command.device,
                "id": id,
                "method": command.method,
                "outcome": command.outcome,
            });
            vec![("command", data, About::DeviceFor(place, Permission::Configure))]
        }
        Event::CapabilitiesChanged { device } => {
            let data = json!({ "login_code": device });
            vec![("capabilities", data, About::Device(place(&device)))]
        }
        Event::Device(event) => {
            let mut data = serde_json::to_value(DeviceEvent::from(&*event)).unwrap_or_default();
            data["login_code"] = json!(event.device);
            if event.kind == DeviceEventKind::Battery {
                data["battery"] = data["data"]["battery"].clone();
            }
            let place = place(&event.device);
            let about = match event.channel {
                Some(channel) => About::Channel(place, channel),
                None => About::Whole(place),
            };
            vec![(event.kind.name(), data, about)]
        }
        Event::Alarm(changed) => {
            let key = &changed.key;
            let data = json!({
                "id": changed.id,
                "login_code": key.device,
                "channel": key.channel,
                "type": key.alarm_type,
                "state": changed.state.name(),
            });
            vec![("alarm_changed", data, About::Channel(place(&key.device), key.channel))]
        }
        Event::Snapshot { device, channel, id } => {
            let data = json!({ "login_code": device, "channel": channel, "id": id });
            vec![("snapshot", data, About::Channel(place(&device), channel))]
        }
        Event::RecordingChanged { device, channel } => {
            let data = json!({ "login_code": device, "channel": channel });
            vec![("recording_changed", data, About::Channel(place(&device), channel))]
        }
        Event::DeviceLog { device, id, state } => {
            let data = json!({ "login_code": device, "id": id, "state": state });
            vec![("device_log", data, About::Whole(place(&device)))]
        }
        Event::Upgrade {
            device,
            id,
            state,
            progress,
        } => {
            let data = json!({ "login_code": device, "id": id, "state": state, "progress": progress });
            vec![("upgrade", data, About::Whole(place(&device)))]
        }
        Event::Storage { state } => vec![("storage", json!({ "state": state }), About::Platform)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring() -> Ring {
        Ring {
            items: VecDeque::new(),
            bytes: 0,
            next_id: 1000,
        }
    }

    #[test]
    fn memory_is_bounded_in_items_and_in_bytes() {
        let mut ring = ring();
        for _ in 0..MAX_ITEMS + 10 {
            ring.push("device", &json!({}), About::Everything);
        }
        assert_eq!(ring.items.len(), MAX_ITEMS);
        let big = json!("x".repeat(1 << 20));
        for _ in 0..20 {
            ring.push("alarm", &big, About::Everything);
        }
        assert!(ring.items.len() < 9 && ring.bytes <= MAX_BYTES, "{}", ring.bytes);
        assert_eq!(ring.bytes, ring.items.iter().map(|item| item.bytes()).sum::<usize>());
    }

    #[test]
    fn a_reader_gets_each_item_once_and_learns_what_it_missed() {
        let mut ring = ring();
        let mut at = 1000;
        for _ in 0..5 {
            ring.push("device", &json!({}), About::Everything);
        }
        let ids = |taken: &Taken| taken.items.iter().map(|item| item.id).collect::<Vec<_>>();
        let taken = ring.take(&mut at, 3);
        assert_eq!((ids(&taken), taken.missed), (vec![1000, 1001, 1002], false));
        let taken = ring.take(&mut at, 3);
        assert_eq!((ids(&taken), taken.missed), (vec![1003, 1004], false));
        assert!(ring.take(&mut at, 3).items.is_empty());
        for _ in 0..MAX_ITEMS + 1 {
            ring.push("device", &json!({}), About::Everything);
        }
        let taken = ring.take(&mut at, 1);
        assert_eq!((ids(&taken), taken.missed), (vec![1006], true));
    }
}
