//! HTTP: the API, the console and the front door for everything that comes to the `--http` port. The only place that
//! knows HTTP statuses. One file per resource.

mod alarms;
mod audio;
mod audit;
mod audit_slot;
mod auth;
mod binds;
mod clips;
mod commands;
mod console;
mod content;
mod device_config;
mod device_events;
mod device_logs;
mod device_time;
mod devices;
mod door;
mod error;
mod export_file;
mod exports;
mod extract;
mod facts;
mod feed;
mod feed_reader;
mod feed_socket;
mod firmware;
mod grant;
mod groups;
mod handover;
mod health;
mod host;
mod incoming;
mod invitations;
mod keys;
mod layers;
mod live;
mod login;
mod maintenance;
mod me;
mod members;
mod my_password;
mod my_sessions;
mod my_totp;
mod openapi;
mod ovr;
mod pace;
mod pass;
mod password_reset;
mod play;
mod playback;
mod presence;
mod protocol;
mod protocol_right;
mod protocol_socket;
mod protocol_told;
mod ptz;
mod recorder;
mod recording;
mod recordings;
mod rpc;
mod setup;
mod shares;
mod sim;
mod snapshots;
mod sounds;
mod sse;
mod storage;
mod tenants;
mod transfers;
mod turns;
mod upgrades;
mod users;
mod way;

pub use door::Door;
pub use feed::Feed;
pub use feed_reader::Readers;
pub use openapi::document;
pub use pace::Pace;
pub use recorder::Recorder;
pub use sim::SimDoor;
pub use turns::Turns;

use crate::access::Access;
use crate::account::Accounts;
use crate::account::policy::DevicePlace;
use crate::account::tokens::Tokens;
use crate::alarm::Alarms;
use crate::binding::Binding;
use crate::blob::Blobs;
use crate::clock::UnixMs;
use crate::config::{HttpConfig, LimitsConfig, Plain};
use crate::db::{AuditLog, Db};
use crate::device::{Chronicle, Commands, Devices, Facts};
use crate::firmware::{Firmware, Upgrades};
use crate::gateway::Gateway;
use crate::ids::LoginCode;
use crate::live::Live;
use crate::logs::Logs;
use crate::record::Records;
use crate::record::exports::Exports;
use crate::record::footage::Footage;
use crate::record::plans::Plans;
use crate::record::storage::Storage;
use crate::retention::Uploaders;
use crate::snapshots::Snapshots;
use crate::sounds::Sounds;
use crate::tls::Certificates;
use crate::transfer::Links;
use axum::Router;
use axum::http::HeaderValue;
use metrics_exporter_prometheus::PrometheusHandle;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::sync::watch;

/// What the handlers work with.
pub struct Api {
    /// Its configuration.
    pub config: HttpConfig,
    /// How much anybody may ask for.
    pub limits: LimitsConfig,
    /// How often users and keys may ask.
    pub pace: Pace,
    /// The port for TLS, as others see it; 0: there is none.
    pub tls_port: u16,
    /// What becomes of who comes without TLS, if there is a port for it.
    pub plain: Plain,
    /// What becomes of the certificates for it.
    pub certificates: watch::Receiver<Certificates>,
    /// What browsers are told of coming by TLS only.
    pub hsts: Option<HeaderValue>,
    /// Users and sessions.
    pub accounts: Arc<Accounts>,
    /// Who may do what with which device.
    pub access: Access,
    /// Devices.
    pub devices: Arc<Devices>,
    /// What is wanted of devices.
    pub commands: Commands,
    /// Where objects are kept.
    pub blobs: Blobs,
    /// How it stands with the room for recordings.
    pub storage: Storage,
    /// Who has uploaded something of late.
    pub uploaders: Uploaders,
    /// Addresses for what devices upload and fetch.
    pub links: Links,
    /// Alarms.
    pub alarms: Alarms,
    /// Pictures that people have devices take.
    pub snapshots: Snapshots,
    /// Logs of devices.
    pub logs: Logs,
    /// When channels are recorded.
    pub plans: Plans,
    /// Recordings.
    pub records: Records,
    /// What devices may play.
    pub sounds: Sounds,
    /// Images of devices' software.
    pub firmware: Firmware,
    /// Upgrades with them.
    pub upgrades: Upgrades,
    /// In which order that was.
    pub turns: Arc<Turns>,
    /// What devices say of themselves when they are asked.
    pub facts: Facts,
    /// When they were there.
    pub chronicle: Chronicle,
    /// How devices come and go.
    pub binding: Arc<Binding>,
    /// Who did what from where.
    pub audit: AuditLog,
    /// What of that was written down a short while ago.
    pub recorder: Recorder,
    /// Signs what players and links are given.
    pub tokens: Tokens,
    /// What is recorded.
    pub footage: Footage,
    /// Files and pictures of it.
    pub exports: Exports,
    /// The database, for readiness, the audit log, and what is no more than a row of it.
    pub db: Db,
    /// Where devices connect.
    pub gateway: Gateway,
    /// Live streams.
    pub live: Live,
    /// What browsers are told as it happens.
    pub feed: Feed,
    /// How many follow that.
    pub readers: Arc<Readers>,
    /// What `/metrics` shows.
    pub metrics: PrometheusHandle,
    /// Whether the cloud takes work; not yet at the start, no more in a shutdown.
    pub ready: AtomicBool,
    /// Turns true when long answers have to end.
    pub closing: watch::Receiver<bool>,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").finish_non_exhaustive()
    }
}

impl Api {
    /// Where a device stands. `None` if there is no such device.
    fn place(&self, code: &LoginCode, now: UnixMs) -> Option<DevicePlace> {
        self.access.place(code, now)
    }

    /// What becomes of who comes without TLS.
    fn plain(&self) -> Plain {
        match self.plain {
            _ if self.tls_port == 0 => Plain::Allow,
            // Sent to a port where nobody can shake hands yet, a browser would reach nothing.
            Plain::Redirect if self.certificates.borrow().taken_up == 0 => Plain::Allow,
            plain => plain,
        }
    }
}

/// Every route, with its layers.
fn router(api: &Arc<Api>) -> Router {
    let (routes, _) = openapi::routes().split_for_parts();
    layers::apply(
        routes
            .merge(health::routes())
            .merge(openapi::document_route())
            .merge(transfers::routes())
            .merge(ovr::routes())
            .merge(playback::routes())
            .route("/ovc", axum::routing::any(door::device))
            .route("/live/{name}", axum::routing::get(play::on_used_connection))
            .fallback(console::serve)
            .with_state(api.clone()),
        api,
    )
}
