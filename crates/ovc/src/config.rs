//! The configuration: one TOML file, one struct per concern, every key optional. `OVC_<SECTION>_<KEY>` in the
//! environment goes before the file, a flag before both. Unknown keys are refused.

mod account;
mod alarms;
mod blobs;
mod devices;
mod firmware;
mod gateway;
mod http;
mod limits;
mod live;
mod load;
mod log;
mod logs;
mod networks;
mod outbound;
mod recording;
mod rtmp;
mod snapshots;
mod tls;

pub use account::AccountConfig;
pub use alarms::AlarmsConfig;
pub use blobs::{BlobsConfig, S3Config, StoreKind};
pub use devices::DevicesConfig;
pub use firmware::FirmwareConfig;
pub use gateway::GatewayConfig;
pub use http::{HttpConfig, Secret};
pub use limits::LimitsConfig;
pub use live::LiveConfig;
pub use load::{ConfigError, Overrides, load};
pub use log::{LogConfig, LogFormat};
pub use logs::LogsConfig;
pub use networks::Networks;
pub use outbound::OutboundConfig;
pub use recording::RecordingConfig;
pub use rtmp::RtmpConfig;
pub use snapshots::SnapshotsConfig;
pub use tls::{AcmeConfig, Hsts, Listen, Plain, TlsConfig};

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// Everything that can be configured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the database lives. Made if it is not there.
    pub data_dir: PathBuf,
    /// How long a shutdown may take before what is left is dropped.
    #[serde(with = "humantime_serde")]
    pub shutdown_limit: Duration,
    /// The port for everything but RTMP.
    pub http: HttpConfig,
    /// The port for the same over TLS.
    pub tls: TlsConfig,
    /// Where its certificate comes from, if not from files.
    pub acme: AcmeConfig,
    /// How much anybody may ask for.
    pub limits: LimitsConfig,
    /// RTMP ingest.
    pub rtmp: RtmpConfig,
    /// The device gateway.
    pub gateway: GatewayConfig,
    /// What is kept of devices.
    pub devices: DevicesConfig,
    /// Alarms.
    pub alarms: AlarmsConfig,
    /// Pictures that somebody has a device take.
    pub snapshots: SnapshotsConfig,
    /// Logs of devices.
    pub logs: LogsConfig,
    /// Upgrades of devices' software.
    pub firmware: FirmwareConfig,
    /// Users and their sessions.
    pub account: AccountConfig,
    /// Live streams.
    pub live: LiveConfig,
    /// Recordings.
    pub recording: RecordingConfig,
    /// Where objects are kept.
    pub blobs: BlobsConfig,
    /// The store that speaks S3.
    pub s3: S3Config,
    /// Requests to addresses that people give.
    pub outbound: OutboundConfig,
    /// Logging.
    pub log: LogConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("ovc-data"),
            shutdown_limit: Duration::from_secs(10),
            http: HttpConfig::default(),
            tls: TlsConfig::default(),
            acme: AcmeConfig::default(),
            limits: LimitsConfig::default(),
            rtmp: RtmpConfig::default(),
            gateway: GatewayConfig::default(),
            devices: DevicesConfig::default(),
            alarms: AlarmsConfig::default(),
            snapshots: SnapshotsConfig::default(),
            logs: LogsConfig::default(),
            firmware: FirmwareConfig::default(),
            account: AccountConfig::default(),
            live: LiveConfig::default(),
            recording: RecordingConfig::default(),
            blobs: BlobsConfig::default(),
            s3: S3Config::default(),
            outbound: OutboundConfig::default(),
            log: LogConfig::default(),
        }
    }
}

impl Config {
    /// What no type can say: ranges, and values that contradict each other.
    ///
    /// # Errors
    /// Names the key and what is wrong with it.
    pub fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key: &'static str, why: String| Err(ConfigError::Value { key, why });
        let gateway = &self.gateway;
        if !(1..=16).contains(&gateway.window) {
            return wrong("gateway.window", format!("{} is not within 1 to 16", gateway.window));
        }
        if gateway.heartbeat_interval < Duration::from_secs(1) {
            return wrong("gateway.heartbeat_interval", "must be 1s or more".into());
        }
        if gateway.silence_limit < gateway.heartbeat_interval * 3 {
            let why = "must be at least three times gateway.heartbeat_interval, or a device that is well goes offline";
            return wrong("gateway.silence_limit", why.into());
        }
        if self.firmware.ask_every < Duration::from_millis(10) {
            return wrong("firmware.ask_every", "must be 10ms or more".into());
        }
        if self.account.session_lifetime < Duration::from_secs(60) {
            return wrong("account.session_lifetime", "must be 1m or more".into());
        }
        if self.shutdown_limit.is_zero() {
            return wrong("shutdown_limit", "must not be zero".into());
        }
        if gateway.max_message.as_u64() > gateway.byte_burst.as_u64() {
            let why = "must hold one message of gateway.max_message";
            return wrong("gateway.byte_burst", why.into());
        }
        if !(8 << 10..=1 << 20).contains(&self.limits.max_head.as_u64()) {
            return wrong("limits.max_head", "is not within 8 KiB to 1 MiB".into());
        }
        if let (StoreKind::S3, Some((key, why))) = (self.blobs.store, self.s3.fault()) {
            return wrong(key, why.into());
        }
        self.check_recording()?;
        self.check_tls()
    }

    fn check_recording(&self) -> Result<(), ConfigError> {
        let wrong = |key: &'static str, why: &str| Err(ConfigError::Value { key, why: why.into() });
        let recording = &self.recording;
        let (second, ten_minutes) = (Duration::from_secs(1), Duration::from_secs(600));
        if !(second..=ten_minutes).contains(&recording.segment_duration) {
            return wrong("recording.segment_duration", "is not within 1s to 10m");
        }
        if !((256 << 10)..=(1 << 30)).contains(&recording.segment_max_size.as_u64()) {
            return wrong("recording.segment_max_size", "is not within 256 KiB to 1 GiB");
        }
        if !(1..=1000).contains(&recording.segment_max_count) {
            return wrong("recording.segment_max_count", "is not within 1 to 1000");
        }
        if recording.pending_per_session < 2 {
            return wrong("recording.pending_per_session", "must be 2 or more");
        }
        let week = Duration::from_secs(7 * 24 * 3600);
        if !(Duration::from_secs(10)..=week).contains(&recording.upload_time_limit) {
            return wrong("recording.upload_time_limit", "is not within 10s to 7days");
        }
        if recording.warn_free < recording.keep_free {
            return wrong("recording.warn_free", "must not be less than recording.keep_free");
        }
        Ok(())
    }

    fn check_tls(&self) -> Result<(), ConfigError> {
        let wrong = |key: &'static str, why: &str| Err(ConfigError::Value { key, why: why.into() });
        let TlsConfig {
            listen,
            certificate,
            key,
            ..
        } = &self.tls;
        let files = !certificate.as_os_str().is_empty();
        if files == key.as_os_str().is_empty() {
            return wrong("tls.key", "goes together with tls.certificate");
        }
        match (listen.0, files, !self.acme.domains.is_empty()) {
            (_, true, true) => wrong(
                "acme.domains",
                "are of no use beside tls.certificate: choose one of the two",
            ),
            (Some(_), false, false) => wrong("tls.listen", "needs tls.certificate and tls.key, or acme.domains"),
            (None, true, _) | (None, _, true) => wrong("tls.listen", "is missing: where to listen for TLS"),
            _ if !self.acme.directory.starts_with("https://") => wrong("acme.directory", "must be an https:// address"),
            _ => Ok(()),
        }
    }
}
