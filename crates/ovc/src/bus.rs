//! The one typed event bus: what devices say and what becomes of them travels up on it, so that nothing below calls
//! upward.

use crate::alarm::AlarmChanged;
use crate::binding::BindSettled;
use crate::clock::UnixMs;
use crate::db::{LogState, UpgradeState};
use crate::device::{Belonging, CommandRow, DeviceEvent, Gone, Presence, Report};
use crate::ids::{ChannelId, LoginCode};
use crate::record::storage::StorageState;
use std::sync::Arc;
use tokio::sync::broadcast;

/// Events kept for a subscriber that has not yet taken them. A subscriber further behind is told how many it missed
/// ([`Lagged`]) and must look at the present state anew; it never slows the publisher.
const CAPACITY: usize = 8192;

/// Something happened. Cheap to clone.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// A device's DAP connection is up. Comes before anything the device says on it.
    LoggedIn {
        /// Which device.
        device: LoginCode,
    },
    /// A device's DAP connection is gone (it may come back before it counts as offline).
    Disconnected {
        /// Which device.
        device: LoginCode,
    },
    /// A device changed between online, sleeping and offline.
    Presence {
        /// Which device.
        device: LoginCode,
        /// What it is now.
        presence: Presence,
        /// Why it is offline.
        reason: Option<Gone>,
    },
    /// A device sent Keepalive. Told if it says something new, or names a stream, or anything was sent to the device
    /// since it is online; an idle device that only repeats itself is not told of.
    Keepalive {
        /// Which device.
        device: LoginCode,
        /// What it said. The same allocation as the time before if it said the same.
        report: Arc<Report>,
        /// Whether it differs from the Keepalive before.
        changed: bool,
    },
    /// An alarm, a wish to be bound, a battery level or the end of a log upload; stored already.
    Device(Arc<DeviceEvent>),
    /// Something was wanted of a device, and it is known what came of it; written down already.
    Command(Arc<CommandRow>),
    /// An alarm event changed; stored already.
    Alarm(Arc<AlarmChanged>),
    /// Somebody had a device take a picture, and it is there.
    Snapshot {
        /// Which device.
        device: LoginCode,
        /// Which channel.
        channel: ChannelId,
        /// The picture's number.
        id: i64,
    },
    /// How it stands with a log that a device was asked for.
    DeviceLog {
        /// Which device.
        device: LoginCode,
        /// The log's number.
        id: i64,
        /// How it stands.
        state: LogState,
    },
    /// How it stands with an upgrade of a device.
    Upgrade {
        /// Which device.
        device: LoginCode,
        /// The upgrade's number.
        id: i64,
        /// How it stands.
        state: UpgradeState,
        /// In percent.
        progress: u8,
    },
    /// How it stands with the room for recordings, and it was told otherwise before.
    Storage {
        /// How.
        state: StorageState,
    },
    /// A device says that it can do something else than before, or it was learned that it cannot do something; stored
    /// already.
    CapabilitiesChanged {
        /// Which device.
        device: LoginCode,
    },
    /// An operator changed a device.
    DeviceChanged {
        /// Which device.
        device: LoginCode,
        /// How.
        change: Change,
        /// Whose it is, or was.
        belonging: Belonging,
        /// When.
        at: UnixMs,
    },
    /// A device went from one hand to another.
    DeviceMoved {
        /// Which device.
        device: LoginCode,
        /// Whose it was.
        from: Belonging,
        /// Whose it is.
        to: Belonging,
    },
    /// A segment of a recording is there; listed already. Comes for each: who tells people of it does so less often.
    Segment {
        /// Which device.
        device: LoginCode,
        /// Which channel.
        channel: ChannelId,
        /// When it begins.
        start: UnixMs,
        /// How long it is.
        duration_ms: u32,
    },
    /// How a channel is recorded, or is to be, changed.
    RecordingChanged {
        /// Which device.
        device: LoginCode,
        /// Which channel.
        channel: ChannelId,
    },
    /// Many devices were added at once.
    DevicesImported,
    /// It was decided what comes of a bind id that a device sent.
    BindSettled(Arc<BindSettled>),
    /// What somebody may do changed, a session or key ended, or a device went to somebody else: whoever does something
    /// for a caller for longer than a request looks anew whether he may.
    AccessChanged,
}

/// What an operator did to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was added.
    Created,
    /// Its name changed, or it may log in again.
    Updated,
    /// It was disabled, or got a new password: whatever it had open ends.
    ShutOut,
    /// It was removed.
    Deleted,
}

/// The bus. Clones are the same bus.
#[derive(Debug, Clone)]
pub struct Bus {
    sender: broadcast::Sender<Event>,
}

impl Default for Bus {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(CAPACITY),
        }
    }
}

impl Bus {
    /// Tells every subscriber. Never blocks; without subscribers the event is dropped.
    pub fn publish(&self, event: Event) {
        // The only error is "nobody listens".
        let _ = self.sender.send(event);
    }

    /// Everything published from now on.
    pub fn subscribe(&self) -> Subscription {
        Subscription {
            receiver: self.sender.subscribe(),
        }
    }
}

/// One subscriber's place in the stream of events.
#[derive(Debug)]
pub struct Subscription {
    receiver: broadcast::Receiver<Event>,
}

/// The subscriber was too slow and missed this many events; the next ones follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lagged(pub u64);

impl Subscription {
    /// The next event; `None` once the bus is gone. Safe to cancel.
    pub async fn next(&mut self) -> Option<Result<Event, Lagged>> {
        match self.receiver.recv().await {
            Ok(event) => Some(Ok(event)),
            Err(broadcast::error::RecvError::Lagged(missed)) => Some(Err(Lagged(missed))),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}
