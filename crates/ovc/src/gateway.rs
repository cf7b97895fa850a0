//! The device gateway: DAP over WebSocket at `/ovc`. The only place that holds a device's socket.
//!
//! A login is answered from memory, without waiting for anything. A connection is then one small task that owns no
//! buffers while nothing happens: it reads through a buffer of its thread, and what it writes goes out at once.

mod attendance;
mod link;
mod login;
mod meters;
mod pace;
mod port;
mod requests;
mod scratch;
mod session;
mod simulated;
mod sweep;
mod tap;

pub use login::{Accepted, Refusal, RefusalReason};
pub use simulated::Simulated;
pub use tap::{Passed, Seen, TapRefused, Watcher, What};

use crate::alarm::Alarms;
use crate::bus::Bus;
use crate::clock::UnixMs;
use crate::config::GatewayConfig;
use crate::db::EventLog;
use crate::device::{ByCode, Directory, Journal, PasswdHasher};
use crate::ids::LoginCode;
use crate::throttle::{AddressKey, Throttle};
use crate::transfer::Links;
use attendance::{Attendance, HostNames};
use dap::PeerOptions;
use link::Link;
use meters::Meters;
use pace::PaceLimits;
use serde_json::value::RawValue;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tap::Taps;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Notify;

/// Close codes of the gateway's own, beside those of [`dap::close_code`].
pub mod close_code {
    /// An operator disabled, deleted or handed on the device, or changed its password.
    pub const DISMISSED: u16 = 4003;
}

/// What a gateway holds devices to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long a device may take to answer.
    pub answer_timeout: Duration,
    /// Longest message taken from a device, in bytes.
    pub max_message: usize,
}

/// The parts of the cloud that the gateway works with.
#[derive(Debug, Clone)]
pub struct GatewayParts {
    /// Who may log in.
    pub directory: Arc<Directory>,
    /// Where what devices say of themselves goes.
    pub journal: Arc<Journal>,
    /// Checks their passwords.
    pub hasher: PasswdHasher,
    /// Where everybody is told.
    pub bus: Bus,
    /// Where what they tell is kept; `None`: nowhere, nothing of it is real.
    pub kept: Option<Keeping>,
}

/// Where a gateway keeps what devices tell.
#[derive(Debug, Clone)]
pub struct Keeping {
    /// Where alarms and the like are kept.
    pub events: EventLog,
    /// Puts alarms together.
    pub alarms: Alarms,
    /// Where pictures of alarms are uploaded.
    pub links: Links,
}

/// The gateway. Clones are the same.
#[derive(Clone)]
pub struct Gateway {
    shared: Arc<Shared>,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("connected", &self.connected())
            .finish_non_exhaustive()
    }
}

struct Shared {
    parts: GatewayParts,
    peer_options: PeerOptions,
    silence_limit: Duration,
    pace: PaceLimits,
    /// Devices connected at once.
    capacity: usize,
    max_queued_calls: usize,
    /// The answer to GetServerInfo.
    server_info: Box<RawValue>,
    /// Devices that are online: connected, or heard a moment ago.
    present: ByCode<Arc<Attendance>>,
    hosts: HostNames,
    /// Time between two events of one device that are kept, in the long run.
    event_interval: Duration,
    event_burst: u32,
    failures_by_address: Throttle<AddressKey>,
    /// By device, and the address where that is the device's own.
    failures_by_device: Throttle<(LoginCode, Option<AddressKey>)>,
    connected: AtomicUsize,
    /// Connections so far.
    connections: AtomicU64,
    /// Where people look at what passes.
    taps: Taps,
    /// It only plays the cloud.
    simulated: Option<Simulated>,
    /// Told when the last connection is gone.
    emptied: Notify,
    draining: AtomicBool,
    /// What times of hearing are counted from.
    started: Instant,
    meters: Meters,
}

impl Gateway {
    /// A gateway that takes devices.
    pub fn new(config: &GatewayConfig, parts: GatewayParts) -> Self {
        Self::make(config, parts, None)
    }

    fn make(config: &GatewayConfig, parts: GatewayParts, simulated: Option<Simulated>) -> Self {
        let seconds = config.heartbeat_interval.as_secs();
        let max_message = u32::try_from(config.max_message.as_u64()).unwrap_or(u32::MAX);
        let shared = Shared {
            parts,
            peer_options: PeerOptions {
                window: config.window,
                answer_timeout: config.answer_timeout,
                max_message,
                max_queued_calls: u16::try_from(config.max_queued_calls).unwrap_or(u16::MAX),
                // More than one read can hold; the session stops reading long before.
                max_inbound_queue: 1024,
            },
            silence_limit: config.silence_limit,
            pace: PaceLimits::new(config),
            capacity: match config.max_devices {
                0 => usize::MAX,
                limit => limit,
            },
            max_queued_calls: config.max_queued_calls.max(1),
            server_info: dap::to_raw(&serde_json::json!({ "hb_interval": seconds })),
            present: ByCode::default(),
            hosts: HostNames::default(),
            event_interval: match config.events_per_second {
                0 => Duration::ZERO,
                rate => Duration::from_secs(1) / rate,
            },
            event_burst: config.event_burst.max(1),
            failures_by_address: Throttle::new(config.failures_per_address, config.failure_forgiveness),
            failures_by_device: Throttle::new(config.failures_per_device, config.failure_forgiveness),
            connected: AtomicUsize::new(0),
            connections: AtomicU64::new(0),
            taps: simulated.map_or_else(Taps::default, |simulated| Taps::kept(simulated.rooms)),
            simulated,
            emptied: Notify::new(),
            draining: AtomicBool::new(false),
            started: Instant::now(),
            meters: Meters::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Runs the connection of a device whose login was accepted, until it ends. `greeting`, the `101`, goes out first;
    /// `leftover` is what the device sent behind its request.
    pub fn serve<S>(&self, accepted: Accepted, stream: S, greeting: Vec<u8>, leftover: &[u8])
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        tokio::spawn(session::Session::new(
            self.shared.clone(),
            accepted,
            stream,
            greeting,
            leftover,
        ));
    }

    /// What it holds devices to.
    pub fn limits(&self) -> Limits {
        let options = &self.shared.peer_options;
        Limits {
            answer_timeout: options.answer_timeout,
            max_message: usize::try_from(options.max_message).unwrap_or(usize::MAX),
        }
    }

    /// How many devices are connected.
    pub fn connected(&self) -> usize {
        self.shared.connected.load(Ordering::Relaxed)
    }

    /// Takes no more logins, tells every device that the cloud goes away, and waits until they are gone or `limit`
    /// has passed.
    pub async fn shutdown(&self, limit: Duration) {
        self.shared.draining.store(true, Ordering::Relaxed);
        self.shared.present.for_each(|_, attendance| {
            if let Some(link) = attendance.link() {
                link.close(dap::close_code::GOING_AWAY, "the cloud shuts down");
            }
        });
        let gone = async {
            loop {
                let emptied = self.shared.emptied.notified();
                if self.connected() == 0 {
                    return;
                }
                emptied.await;
            }
        };
        if tokio::time::timeout(limit, gone).await.is_err() {
            tracing::warn!(
                devices = self.connected(),
                "devices still connected at the end of the shutdown"
            );
        }
    }

    /// Marks silent devices offline, for ever.
    pub async fn sweep(&self) {
        sweep::run(&self.shared).await;
    }
}

impl Shared {
    /// Milliseconds since the start.
    fn tick(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.started).as_millis()).unwrap_or(u64::MAX)
    }

    /// The wall-clock time of a tick.
    fn wall(&self, tick: u64) -> UnixMs {
        let ago = self.tick(Instant::now()).saturating_sub(tick);
        UnixMs::now().minus(Duration::from_millis(ago))
    }
}
