//! Wires the services together: the one place that knows them all.

use crate::access::Access;
use crate::account::tokens::Tokens;
use crate::account::{Accounts, FirstStart, OpenError, Secrets, random_key};
use crate::alarm::{self, Alarms};
use crate::api::{Api, Door, Feed, Pace, Recorder};
use crate::binding::Binding;
use crate::blob::Blobs;
use crate::bus::Bus;
use crate::capacity;
use crate::clock::UnixMs;
use crate::config::{Config, DevicesConfig, Plain};
use crate::db::{AuditEntry, AuditLog, DataDir, Db, DbError, EventLog};
use crate::device::{Chronicle, Commands, DevicePort, Devices, Directory, Facts, Journal, PasswdHasher};
use crate::firmware::{Firmware, Upgrades};
use crate::gateway::{Gateway, GatewayParts, Keeping};
use crate::ingest::rtmp::Rtmp;
use crate::live::{Live, LiveOptions};
use crate::logs::Logs;
use crate::record::exports::Exports;
use crate::record::footage::{Footage, Holding};
use crate::record::keeping::RecordKeeping;
use crate::record::steward::{self, Steward};
use crate::record::storage::Storage;
use crate::record::{RecordParts, Records};
use crate::retention::{self, Kept, Uploaders};
use crate::snapshots::Snapshots;
use crate::sounds::Sounds;
use crate::tls::{Certificates, Tls, TlsError};
use crate::transfer::{Knows, Links};
use http::HeaderValue;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Connections the system may hold until they are taken: every device at once after a restart.
const BACKLOG: u32 = 16_384;
const TIDY_INTERVAL: Duration = Duration::from_secs(600);
const EXPIRY_INTERVAL: Duration = Duration::from_secs(1);
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// Why the cloud does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The database cannot be used.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Users and what protects them cannot be read.
    #[error(transparent)]
    Accounts(#[from] OpenError),
    /// A port cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why not.
        error: io::Error,
    },
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The system gives no threads or files.
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
}

/// The running cloud.
pub struct App {
    config: Config,
    http: SocketAddr,
    https: Option<SocketAddr>,
    rtmp: SocketAddr,
    first_start: FirstStart,
    api: Arc<Api>,
    door: Door,
    gateway: Gateway,
    live: Live,
    journal: Arc<Journal>,
    tokens: Tokens,
    db: Db,
    closing: watch::Sender<bool>,
    certificates: watch::Receiver<Certificates>,
    tasks: JoinSet<()>,
}

/// What a cloud that has stopped leaves.
#[derive(Debug)]
pub(crate) struct Stopped {
    /// Its data directory, still taken.
    pub(crate) taken: DataDir,
    /// Whether nothing has the database open any more.
    pub(crate) is_closed: bool,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("http", &self.http)
            .field("https", &self.https)
            .field("rtmp", &self.rtmp)
            .finish_non_exhaustive()
    }
}

impl App {
    /// Starts everything. It serves when this returns.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(config: Config, secrets: Secrets) -> Result<Self, StartError> {
        let taken = DataDir::take(&config.data_dir)?;
        Self::start_in(taken, config, secrets).await
    }

    /// The same in a data directory that is taken already.
    ///
    /// # Errors
    /// See [`StartError`]; nothing of it has the database open then.
    pub async fn start_in(taken: DataDir, config: Config, secrets: Secrets) -> Result<Self, StartError> {
        let db = Db::open_in(taken).await?;
        let started = Self::start_on(db.clone(), config, secrets).await;
        if started.is_err() {
            db.close_files().await;
        }
        started
    }

    async fn start_on(db: Db, mut config: Config, secrets: Secrets) -> Result<Self, StartError> {
        // Every device is an open file. As many as the system lets us have.
        let files = rlimit::increase_nofile_limit(u64::MAX)
            .or_else(|_| rlimit::Resource::NOFILE.get_soft())
            .unwrap_or(1024);
        capacity::fit(&mut config, files);
        let metrics = recorder();
        // Before the first start makes an administrator: if a port is taken, it is still the first start next time.
        let listener = listen(config.http.listen)?;
        let http = listener.local_addr()?;
        let secure_listener = config.tls.listen.0.map(listen).transpose()?;
        let https = secure_listener.as_ref().map(TcpListener::local_addr).transpose()?;
        let tls = match &secure_listener {
            Some(_) => Some(Tls::open(&config.tls, &config.acme, &config.data_dir)?),
            None => None,
        };
        let certificates = match &tls {
            Some((tls, _)) => tls.certificates(),
            None => watch::channel(Certificates::default()).1,
        };
        let address = config.rtmp.listen;
        let rtmp = Rtmp::bind(address, config.rtmp.max_connections)
            .await
            .map_err(|error| StartError::Listen { address, error })?;
        let rtmp_address = rtmp.local_addr()?;
        let bus = Bus::default();
        let (accounts, first_start) = Accounts::open(
            db.clone(),
            config.account.clone(),
            bus.clone(),
            &config.data_dir,
            secrets,
        )
        .await?;
        let accounts = Arc::new(accounts);
        let tokens = Tokens::new(&db.token_key().await?);
        let hasher = PasswdHasher::new(&db.key("device_passwords", random_key()).await?);
        let directory = Arc::new(Directory::load(&db).await?);
        let journal = Arc::new(Journal::new(db.clone()));
        let only_tls = https.is_some() && config.tls.plain == Plain::Refuse;
        let links = Links::new(tokens.clone(), tls_port(&config, https), only_tls);
        let blobs = Blobs::open_as(&config.blobs, &config.s3, &config.data_dir)?;
        let limits = alarm::Limits::new(config.alarms.silence);
        let alarms = Alarms::start(db.clone(), bus.clone(), limits).await?;
        let parts = GatewayParts {
            directory: directory.clone(),
            journal: journal.clone(),
            hasher: hasher.clone(),
            bus: bus.clone(),
            kept: Some(Keeping {
                events: EventLog::start(db.clone()),
                alarms: alarms.clone(),
                links: links.clone(),
            }),
        };
        let gateway = Gateway::new(&config.gateway, parts);
        let port: Arc<dyn DevicePort> = Arc::new(gateway.clone());
        let commands = Commands::start(db.clone(), port.clone(), directory.clone(), bus.clone());
        let facts = Facts::new(db.clone(), commands.clone(), directory.clone(), bus.clone());
        links.ask(knows_https(facts.clone(), certificates.clone()));
        let chronicle = Chronicle::new(db.clone(), directory.clone());
        let access = Access::new(accounts.clone(), directory.clone());
        let devices = Arc::new(
            Devices::new(db.clone(), directory, journal.clone(), hasher, port, bus.clone())
                .limited_to(config.limits.max_devices_per_tenant),
        );

        let snapshots = Snapshots::new(
            db.clone(),
            bus.clone(),
            commands.clone(),
            links.clone(),
            config.snapshots.clone(),
        );
        let logs = Logs::new(
            db.clone(),
            bus.clone(),
            (commands.clone(), devices.port().clone()),
            links.clone(),
            config.logs.clone(),
        );
        let upgrades = Upgrades::start(
            db.clone(),
            bus.clone(),
            (commands.clone(), devices.clone()),
            links.clone(),
            config.firmware.clone(),
        )
        .await?;
        let storage = Storage::default();
        let records = Records::start(RecordParts {
            db: db.clone(),
            blobs: blobs.clone(),
            bus: bus.clone(),
            tokens: tokens.clone(),
            links: links.clone(),
            storage: storage.clone(),
            config: config.recording.clone(),
        })
        .await?;
        let audit = AuditLog::start(db.clone());
        let binding = Arc::new(Binding::new(
            db.clone(),
            devices.clone(),
            accounts.clone(),
            audit.clone(),
            bus.clone(),
            config.limits.max_devices_per_tenant,
        ));

        let live = Live::start(
            live_options(&config, rtmp_address),
            Arc::new(commands.port_of_cloud()),
            Arc::new(access.clone()),
            &bus,
            tokens.clone(),
        )?;
        let keeping = RecordKeeping {
            db: db.clone(),
            blobs: blobs.clone(),
            bus: bus.clone(),
            audit: audit.clone(),
            storage: storage.clone(),
            config: config.recording.clone(),
        };
        let parts = steward::Parts {
            db: db.clone(),
            bus: bus.clone(),
            records: records.clone(),
            commands: commands.clone(),
            port: devices.port().clone(),
            facts: facts.clone(),
            live: live.clone(),
            config: config.recording.clone(),
        };
        let (steward, plans) = Steward::open(parts).await?;
        let footage = Footage::new(db.clone(), holding(&config));
        let (closing, is_closing) = watch::channel(false);
        let api = Arc::new(Api {
            config: config.http.clone(),
            limits: config.limits.clone(),
            pace: Pace::new(&config.limits),
            tls_port: tls_port(&config, https),
            plain: config.tls.plain,
            certificates: certificates.clone(),
            hsts: hsts(&config, tls_port(&config, https)),
            accounts,
            feed: Feed::start(&bus, access.clone()),
            readers: Arc::default(),
            access,
            devices,
            commands,
            blobs: blobs.clone(),
            storage,
            uploaders: Uploaders::default(),
            links,
            alarms: alarms.clone(),
            snapshots,
            logs: logs.clone(),
            plans,
            records: records.clone(),
            sounds: Sounds::new(db.clone()),
            firmware: Firmware::new(db.clone()),
            upgrades: upgrades.clone(),
            turns: Arc::default(),
            facts,
            chronicle: chronicle.clone(),
            binding: binding.clone(),
            audit,
            recorder: Recorder::default(),
            tokens: tokens.clone(),
            exports: Exports::new(footage.clone(), blobs.clone()),
            footage,
            db: db.clone(),
            gateway: gateway.clone(),
            live: live.clone(),
            metrics,
            ready: AtomicBool::new(true),
            closing: is_closing.clone(),
        });
        let door = Door::new(api.clone());
        let mut tasks = JoinSet::new();
        // Before anybody can log in.
        let port = api.devices.port().clone();
        let of_alarms = bus.subscribe();
        tasks.spawn(async move { alarms.follow(of_alarms, port).await });
        let of_logs = bus.subscribe();
        tasks.spawn(async move { logs.follow(of_logs).await });
        let of_records = bus.subscribe();
        tasks.spawn(async move { records.run(of_records).await });
        tasks.spawn(steward.run(bus.subscribe()));
        let of_upgrades = bus.subscribe();
        tasks.spawn(async move { upgrades.follow(of_upgrades).await });
        let kept = Kept {
            of_device: config.limits.max_stored_per_device.as_u64(),
            alarms: config.alarms.clone(),
            snapshots: config.snapshots.clone(),
            logs: config.logs.clone(),
        };
        let uploaders = api.uploaders.clone();
        tasks.spawn(retention::run(db.clone(), blobs, kept, uploaders));
        tasks.spawn(keeping.run());
        tasks.spawn({
            let door = door.clone();
            let is_closing = is_closing.clone();
            async move { door.serve(listener, None, is_closing).await }
        });
        if let (Some(listener), Some((tls, renewal))) = (secure_listener, tls) {
            tasks.spawn(renewal);
            let (door, is_closing) = (door.clone(), is_closing.clone());
            tasks.spawn(async move { door.serve(listener, Some(tls), is_closing).await });
        }
        tasks.spawn({
            let live = live.clone();
            async move { rtmp.serve(live, is_closing).await }
        });
        tasks.spawn({
            let gateway = gateway.clone();
            async move { gateway.sweep().await }
        });
        tasks.spawn({
            let journal = journal.clone();
            async move { journal.run().await }
        });
        let presences = bus.subscribe();
        tasks.spawn(async move { chronicle.run(presences).await });
        let binds = bus.subscribe();
        tasks.spawn(async move { binding.run(binds).await });
        tasks.spawn(tidy(api.clone(), config.devices.clone()));
        tasks.spawn(expire(api.clone()));
        tasks.spawn(upkeep(api.metrics.clone()));
        if config.tls.plain == Plain::Redirect && !config.acme.domains.is_empty() {
            tracing::info!("until there is a certificate, the port without TLS answers for itself");
        }
        if let Some(https) = https {
            tracing::info!(%https, plain = ?config.tls.plain, "serving over TLS");
        }
        tracing::info!(%http, rtmp = %rtmp_address, data_dir = %config.data_dir.display(), "serving");
        Ok(Self {
            config,
            http,
            https,
            rtmp: rtmp_address,
            first_start,
            api,
            door,
            gateway,
            live,
            journal,
            tokens,
            db,
            closing,
            certificates,
            tasks,
        })
    }

    /// Where HTTP is listened on.
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// Where HTTP over TLS is listened on.
    pub fn https(&self) -> Option<SocketAddr> {
        self.https
    }

    /// What becomes of the certificates that are shown.
    pub fn certificates(&self) -> watch::Receiver<Certificates> {
        self.certificates.clone()
    }

    /// Where RTMP is listened on.
    pub fn rtmp(&self) -> SocketAddr {
        self.rtmp
    }

    /// Recordings.
    pub fn records(&self) -> &Records {
        &self.api.records
    }

    /// What the start did about the administrator.
    pub fn first_start(&self) -> &FirstStart {
        &self.first_start
    }

    /// Signs tokens with another key from now on: those made before are void at once. Streams that run run on.
    ///
    /// # Errors
    /// The database failed; the key is as before.
    pub async fn rotate_keys(&self) -> Result<(), DbError> {
        self.tokens.replace_key(&self.db.rotate_token_key().await?);
        tracing::info!("tokens are signed with a new key");
        Ok(())
    }

    /// Notes in the audit log what a command from this machine did.
    pub(crate) async fn note(&self, entry: AuditEntry) {
        // Why it was not written is in the log.
        let _ = self.api.audit.write(entry).await;
    }

    /// The database.
    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    /// The data directory it runs on.
    pub(crate) fn data_dir(&self) -> &DataDir {
        self.db.data_dir()
    }

    /// Takes nothing new, tells devices and viewers, and ends within the configured limit.
    pub async fn shutdown(self) {
        let stopped = self.stop().await;
        if stopped.is_closed {
            stopped.taken.release();
        }
        tracing::info!("bye");
    }

    /// The same, but the data directory stays taken.
    pub(crate) async fn stop(mut self) -> Stopped {
        tracing::info!(limit = ?self.config.shutdown_limit, "shutting down");
        let deadline = Instant::now() + self.config.shutdown_limit;
        let left = || deadline.saturating_duration_since(Instant::now());
        self.api.ready.store(false, Ordering::Relaxed);
        // Nobody listens for changes of it where this fails.
        let _ = self.closing.send(true);
        tokio::join!(
            self.gateway.shutdown(left()),
            self.live.shutdown(left()),
            self.door.drained(left())
        );
        // Their streams have ended.
        self.api.plans.drained(left()).await;
        self.tasks.shutdown().await;
        if tokio::time::timeout(left().max(Duration::from_secs(1)), self.journal.flush())
            .await
            .is_err()
        {
            tracing::warn!("what devices said last is not written");
        }
        if tokio::time::timeout(left().max(Duration::from_secs(1)), self.api.commands.flush())
            .await
            .is_err()
        {
            tracing::warn!("what was wanted of devices last is not written");
        }
        if tokio::time::timeout(left().max(Duration::from_secs(1)), self.api.records.flush())
            .await
            .is_err()
        {
            tracing::warn!("it is not written until when the cloud ran");
        }
        // The last commit is on the disk already; this only tidies up.
        let closing = tokio::time::timeout(left().max(Duration::from_secs(1)), self.db.close_files());
        Stopped {
            is_closed: closing.await.is_ok(),
            taken: self.db.data_dir().clone(),
        }
    }
}

/// The port for TLS as others see it; 0: there is none.
fn tls_port(config: &Config, listening: Option<SocketAddr>) -> u16 {
    match (listening, config.tls.public_port) {
        (None, _) => 0,
        (Some(address), 0) => address.port(),
        (Some(_), port) => port,
    }
}

/// For how long whoever records may hold footage back.
fn holding(config: &Config) -> Holding {
    let segment = config.recording.segment_duration;
    Holding {
        // As many as it may hold, and the one that it gathers.
        by_device: segment * config.recording.segment_max_count.saturating_add(1),
        // One that is being gathered, one that is being written, and a moment.
        by_cloud: segment * 2 + Duration::from_secs(10),
        segment,
        silence: config.gateway.silence_limit,
    }
}

fn hsts(config: &Config, tls_port: u16) -> Option<HeaderValue> {
    let lasting = config.tls.hsts.lasting(tls_port)?;
    HeaderValue::from_str(&format!("max-age={}", lasting.as_secs())).ok()
}

/// What devices can carry over HTTPS, once there is a certificate to show them.
fn knows_https(facts: Facts, certificates: watch::Receiver<Certificates>) -> Knows {
    Box::new(move |device, carried| {
        let shown = certificates.borrow().taken_up > 0;
        let facts = facts.clone();
        Box::pin(async move {
            let can = match shown {
                true => facts.known(&device).await.ok(),
                false => None,
            };
            can.and_then(|can| can.parsed())
                .is_some_and(|can| carried.over_https(&can))
        })
    })
}

fn live_options(config: &Config, rtmp: SocketAddr) -> LiveOptions {
    let host = &config.rtmp.public_host;
    LiveOptions {
        config: config.live.clone(),
        rtmp_host: (!host.is_empty()).then(|| host.clone()),
        rtmp_port: if config.rtmp.public_port == 0 {
            rtmp.port()
        } else {
            config.rtmp.public_port
        },
        fan_out_threads: std::thread::available_parallelism().map_or(1, usize::from),
    }
}

pub(crate) fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let open = || {
        let socket = if address.is_ipv4() {
            TcpSocket::new_v4()?
        } else {
            TcpSocket::new_v6()?
        };
        // A restart must not wait for connections of the process before.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    open().map_err(|error| StartError::Listen { address, error })
}

/// The process-wide metrics recorder.
fn recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            // Somebody's else already: then /metrics stays empty, and nothing else changes.
            let _ = metrics::set_global_recorder(recorder);
            handle
        })
        .clone()
}

async fn tidy(api: Arc<Api>, kept: DevicesConfig) {
    let mut ticker = tokio::time::interval(TIDY_INTERVAL);
    loop {
        ticker.tick().await;
        api.pace.tidy();
        api.snapshots.tidy();
        api.commands.tidy();
        api.facts.tidy();
        api.exports.tidy();
        let done = async {
            api.accounts.tidy().await?;
            api.binding.tidy().await?;
            let now = UnixMs::now();
            api.commands.forget_before(now.minus(kept.commands_kept)).await?;
            api.chronicle.forget_before(now.minus(kept.events_kept)).await?;
            api.db.delete_events_before(now.minus(kept.events_kept)).await
        };
        if let Err(error) = done.await {
            tracing::error!(%error, "cannot tidy up");
        }
    }
}

async fn expire(api: Arc<Api>) {
    let mut ticker = tokio::time::interval(EXPIRY_INTERVAL);
    loop {
        ticker.tick().await;
        api.accounts.expire(UnixMs::now());
    }
}

async fn upkeep(metrics: PrometheusHandle) {
    let mut ticker = tokio::time::interval(METRICS_UPKEEP);
    loop {
        ticker.tick().await;
        metrics.run_upkeep();
    }
}
