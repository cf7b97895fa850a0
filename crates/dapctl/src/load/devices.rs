//! Many devices that log in and then send keepalives.
//!
//! Each worker thread owns its share of the connections and one event loop. Keepalives are sent by the clock, whether
//! or not the last one was answered, so that a slow server cannot slow the load down and look better for it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use url::Url;

mod connection;
mod dialect;
mod report;
mod worker;

pub use dialect::Dialect;
pub use report::Report;

use crate::process::Usage;
use crate::transport::Secured;
use report::Progress;
use worker::{Plan, Worker};

/// Options of `dapctl load devices`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Where the server is, such as ws://127.0.0.1:8080/ovc or wss://…; the path may be left out.
    #[arg(long)]
    pub url: Url,
    /// Certificate authorities to trust besides the system's (PEM file), for wss://.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// How many devices.
    #[arg(long, default_value_t = 100)]
    pub devices: usize,
    /// File with a line `<login code> <password>` for each device.
    #[arg(long)]
    pub codes: Option<PathBuf>,
    /// Logins begun a second; 0: as many as the server takes.
    #[arg(long, default_value_t = 0)]
    pub ramp_per_s: u32,
    /// Logins under way at once, at most.
    #[arg(long, default_value_t = 256)]
    pub logins_in_flight: usize,
    /// Seconds from one keepalive of a device to its next.
    #[arg(long, default_value_t = 10.0)]
    pub keepalive_s: f64,
    /// Seconds to let pass after all have logged in, before the steady state is measured. Unless given, one interval,
    /// so that every device has told its state once.
    #[arg(long)]
    pub settle_s: Option<f64>,
    /// Seconds to measure the steady state.
    #[arg(long, default_value_t = 30.0)]
    pub duration_s: f64,
    /// Seconds within which all must have logged in or failed.
    #[arg(long, default_value_t = 120.0)]
    pub ramp_limit_s: f64,
    /// Local addresses to connect from, by turns. One address has some 28,000 ports, and finding a free one gets slow
    /// when half of them are taken. Unless given, a server at 127.0.0.1 is reached from 127.0.0.2 to 127.0.0.9.
    #[arg(long, value_delimiter = ',')]
    pub sources: Vec<IpAddr>,
    /// Threads that make the load.
    #[arg(long, default_value_t = 1)]
    pub threads: usize,
    /// The protocol; the others are for comparison.
    #[arg(long, value_enum, default_value_t = Dialect::Dap)]
    pub protocol: Dialect,
    /// Process id of the server, if it runs on this machine: its memory and CPU time go into the report.
    #[arg(long)]
    pub server_pid: Option<u32>,
    /// Where to write the report as JSON.
    #[arg(long)]
    pub json: Option<PathBuf>,
}

/// Files that this process needs beside its connections.
const SPARE_FILES: u64 = 64;

/// Runs the load, reports on stderr every second, and writes the report.
///
/// # Errors
/// If the options do not fit together, the server's name is unknown, the process may not hold so many connections, or
/// the report cannot be written.
pub fn run(args: &Args) -> anyhow::Result<()> {
    ensure!(
        args.threads > 0 && args.devices > 0,
        "at least one device and one thread"
    );
    ensure!(args.keepalive_s > 0.0, "--keepalive-s must be over 0");
    let wanted_files = args.devices as u64 + SPARE_FILES;
    let allowed_files = rlimit::increase_nofile_limit(wanted_files).context("raising the limit of open files")?;
    ensure!(
        allowed_files >= wanted_files,
        "this process may hold {allowed_files} files: at most {} devices",
        allowed_files.saturating_sub(SPARE_FILES)
    );
    let address = resolve(&args.url)?;
    let plan = Arc::new(Plan {
        address,
        sources: sources(args, address.ip()),
        secured: match args.url.scheme() {
            "wss" => Some(Secured::to(
                args.url.host_str().unwrap_or_default(),
                args.ca.as_deref(),
            )?),
            _ => None,
        },
        url: args.url.clone(),
        dialect: args.protocol,
        devices: credentials(args)?,
        ramp_per_s: f64::from(args.ramp_per_s),
        logins_in_flight: args.logins_in_flight.div_ceil(args.threads).max(1),
        keepalive: Duration::from_secs_f64(args.keepalive_s),
        threads: args.threads,
    });

    let sample = || {
        args.server_pid
            .map(Usage::of)
            .transpose()
            .context("reading the server's usage")
    };
    let mut report = Report::new(args);
    report.usage_at_start = sample()?;

    // Workers report once a second; the channel holds a few of these, and a worker that finds it full keeps its
    // figures for the next second.
    let (progress_sender, progress) = mpsc::sync_channel(args.threads * 4);
    let phase = Arc::new(worker::SharedPhase::default());
    let workers: Vec<_> = (0..args.threads)
        .map(|n| {
            let worker = Worker::new(n, Arc::clone(&plan), Arc::clone(&phase), progress_sender.clone())?;
            std::thread::Builder::new()
                .name(format!("load-{n}"))
                .spawn(move || worker.run())
        })
        .collect::<io::Result<_>>()?;
    drop(progress_sender);

    watch(
        &progress,
        &mut report,
        Duration::from_secs_f64(args.ramp_limit_s),
        Report::has_ramped,
    )?;
    report.usage_when_ramped = sample()?;
    let settle = Duration::from_secs_f64(args.settle_s.unwrap_or(args.keepalive_s));
    watch(&progress, &mut report, settle, |_| false)?;
    report.usage_when_steady = sample()?;
    report.begin_steady();
    phase.set(worker::Phase::Steady);
    watch(&progress, &mut report, Duration::from_secs_f64(args.duration_s), |_| {
        false
    })?;
    report.end_steady();
    report.usage_at_end = sample()?;
    phase.set(worker::Phase::Over);
    while let Ok(progress) = progress.recv() {
        report.add(progress);
    }
    for worker in workers {
        if worker.join().is_err() {
            bail!("a worker thread failed");
        }
    }

    writeln!(io::stdout(), "{}", report.table())?;
    if let Some(path) = &args.json {
        let file = File::create(path).with_context(|| format!("creating {}", path.display()))?;
        serde_json::to_writer_pretty(file, &report.json())?;
    }
    Ok(())
}

/// Takes the workers' progress for `limit` or until `is_over`, with a line on stderr every second.
fn watch(
    progress: &mpsc::Receiver<Progress>,
    report: &mut Report,
    limit: Duration,
    is_over: impl Fn(&Report) -> bool,
) -> anyhow::Result<()> {
    let end = std::time::Instant::now() + limit;
    let mut next_line = std::time::Instant::now() + Duration::from_secs(1);
    while !is_over(report) {
        let now = std::time::Instant::now();
        if now >= end {
            break;
        }
        match progress.recv_timeout(next_line.min(end).saturating_duration_since(now)) {
            Ok(progress) => report.add(progress),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => bail!("all worker threads ended"),
        }
        if std::time::Instant::now() >= next_line {
            next_line += Duration::from_secs(1);
            writeln!(io::stderr(), "{}", report.line())?;
        }
    }
    Ok(())
}

fn resolve(url: &Url) -> anyhow::Result<SocketAddr> {
    ensure!(matches!(url.scheme(), "ws" | "wss"), "only ws:// and wss:// URLs");
    let host = url
        .host_str()
        .context("the URL names no host")?
        .trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(80);
    let mut addresses = (host, port)
        .to_socket_addrs()
        .with_context(|| format!("resolving {host}"))?;
    addresses.next().with_context(|| format!("{host} has no address"))
}

fn sources(args: &Args, to: IpAddr) -> Vec<IpAddr> {
    if args.sources.is_empty() && to == Ipv4Addr::LOCALHOST {
        return (2..10).map(|last| Ipv4Addr::new(127, 0, 0, last).into()).collect();
    }
    args.sources.clone()
}

/// The devices' codes and passwords: from the file, or made up where the protocol does not ask for them.
fn credentials(args: &Args) -> anyhow::Result<Vec<(Box<str>, Box<str>)>> {
    let Some(path) = &args.codes else {
        ensure!(
            args.protocol != Dialect::Dap,
            "--codes is needed; dapctl provision makes such a file"
        );
        return Ok((0..args.devices)
            .map(|n| (format!("load-{n}").into(), "".into()))
            .collect());
    };
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let mut devices = Vec::with_capacity(args.devices);
    for line in BufReader::new(file).lines().take(args.devices) {
        let line = line?;
        let Some((code, password)) = line.trim().split_once(' ') else {
            bail!("not \"<code> <password>\": {line}")
        };
        devices.push((code.into(), password.into()));
    }
    ensure!(
        devices.len() == args.devices,
        "{} holds only {} devices",
        path.display(),
        devices.len()
    );
    Ok(devices)
}
