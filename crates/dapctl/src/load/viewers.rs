//! Many viewers of one live stream, over HTTP-FLV or RTMP.
//!
//! A viewer skims its stream: it reads tag headers and the beginning of each video frame, and lets the rest pass, so
//! that one core can be thousands of viewers at full rate. What a frame's delay is, the frame tells itself if it comes
//! from `dapctl load publisher` (see [`crate::load::stamp`]).
//!
//! The load's own share in a delay is reported beside it, as `loader.lag` (how long, at most, data that the kernel had
//! ready waited to be read) and as `loader.cpu_share`: near 1, the load was the bottleneck and the delays are its own.
//!
//! Where load and server share a machine, a load that waits for data is woken by the server's writes, and that takes the
//! server's time: a fifth of it was seen. `--rest-us` lets the load look by the clock instead, as if it were far away.

use std::fs::File;
use std::io::{self, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use ovd::rtmp::Target;
use url::{Position, Url};

mod flv;
mod http;
mod progress;
mod report;
mod rtmp;
mod video;
mod viewer;
mod worker;

use crate::load::stamp::UnixClock;
use crate::process::Usage;
use crate::transport::Secured;
use progress::Progress;
use report::Report;
use worker::{Window, Worker};

/// Options of `dapctl load viewers`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// What to watch: an http:// or https:// address of an FLV stream, or an rtmp:// one.
    #[arg(long)]
    pub url: Url,
    /// Certificate authorities to trust besides the system's (PEM file), for https://.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// How many viewers.
    #[arg(long, default_value_t = 100)]
    pub viewers: usize,
    /// Viewers that come in a second.
    #[arg(long, default_value_t = 200.0)]
    pub ramp_per_s: f64,
    /// Seconds to measure after all have come.
    #[arg(long, default_value_t = 20.0)]
    pub duration_s: f64,
    /// Seconds to wait between the last one's coming and the measurement.
    #[arg(long, default_value_t = 2.0)]
    pub settle_s: f64,
    /// Seconds within which all must have come or failed.
    #[arg(long, default_value_t = 60.0)]
    pub ramp_limit_s: f64,
    /// Microseconds to rest before looking for data again; delays grow by up to as much. 0: be woken by data.
    #[arg(long, default_value_t = 0)]
    pub rest_us: u64,
    /// Threads that make the load.
    #[arg(long, default_value_t = 1)]
    pub threads: usize,
    /// Process id of the server, if it runs on this machine: its memory and CPU time go into the report.
    #[arg(long)]
    pub server_pid: Option<u32>,
    /// Where to write the report as JSON.
    #[arg(long)]
    pub json: Option<PathBuf>,
}

/// Files that this process needs beside its connections.
const SPARE_FILES: u64 = 64;
/// How long frames that were sent within the window may still be on their way when it ends.
const DRAIN: Duration = Duration::from_secs(1);

/// What the viewers watch.
#[derive(Debug, Clone)]
enum Source {
    HttpFlv { request: String },
    Rtmp { target: Target },
}

/// What all workers do together.
#[derive(Debug)]
struct Plan {
    address: SocketAddr,
    source: Source,
    /// For https://.
    secured: Option<Secured>,
    viewers: usize,
    ramp_per_s: f64,
    rest: Duration,
    threads: usize,
}

/// Runs the load, reports on stderr every second, and writes the report.
///
/// # Errors
/// If the options do not fit together, the server's name is unknown, the process may not hold so many connections, or
/// the report cannot be written.
pub fn run(args: &Args) -> anyhow::Result<()> {
    ensure!(
        args.threads > 0 && args.viewers > 0,
        "at least one viewer and one thread"
    );
    ensure!(args.ramp_per_s > 0.0, "--ramp-per-s must be over 0");
    let wanted_files = args.viewers as u64 + SPARE_FILES;
    let allowed_files = rlimit::increase_nofile_limit(wanted_files).context("raising the limit of open files")?;
    ensure!(
        allowed_files >= wanted_files,
        "this process may hold {allowed_files} files: at most {} viewers",
        allowed_files.saturating_sub(SPARE_FILES)
    );
    let (address, source) = source(&args.url)?;
    let plan = Arc::new(Plan {
        address,
        source,
        secured: match args.url.scheme() {
            "https" => Some(Secured::to(
                args.url.host_str().unwrap_or_default(),
                args.ca.as_deref(),
            )?),
            _ => None,
        },
        viewers: args.viewers,
        ramp_per_s: args.ramp_per_s,
        rest: Duration::from_micros(args.rest_us),
        threads: args.threads,
    });
    let report = measure(args, &plan)?;
    writeln!(io::stdout(), "{}", report.table())?;
    if let Some(path) = &args.json {
        let file = File::create(path).with_context(|| format!("creating {}", path.display()))?;
        serde_json::to_writer_pretty(file, &report.json())?;
    }
    Ok(())
}

fn measure(args: &Args, plan: &Arc<Plan>) -> anyhow::Result<Report> {
    let sample = || {
        let server = args.server_pid.map(Usage::of).transpose();
        server.context("reading the server's usage")
    };
    let own = || Usage::of(std::process::id()).context("reading this process's usage");
    let clock = UnixClock::new();
    let window = Arc::new(Window::new());
    let mut report = Report::new(args);
    report.server_at_start = sample()?;

    // Workers tell a few times a second; the channel holds a few of these, and a worker that finds it full keeps its
    // figures for the next time.
    let (progress_sender, progress) = mpsc::sync_channel(args.threads * 4);
    let workers: Vec<_> = (0..args.threads)
        .map(|n| {
            let worker = Worker::new(n, Arc::clone(plan), Arc::clone(&window), clock, progress_sender.clone())?;
            std::thread::Builder::new()
                .name(format!("viewers-{n}"))
                .spawn(move || worker.run())
        })
        .collect::<io::Result<_>>()?;
    drop(progress_sender);

    let watch = |report: &mut Report, limit: Duration, until_ramped: bool| {
        watch(&progress, report, limit, |report| until_ramped && report.has_ramped())
    };
    watch(&mut report, Duration::from_secs_f64(args.ramp_limit_s), true)?;
    watch(&mut report, Duration::from_secs_f64(args.settle_s), false)?;
    (report.server_when_steady, report.own_when_steady) = (sample()?, Some(own()?));
    report.playing_at_start = report.playing();
    report.steady_from_unix_ns = clock.unix_ns();
    window.begin(report.steady_from_unix_ns);
    watch(&mut report, Duration::from_secs_f64(args.duration_s), false)?;
    report.steady_to_unix_ns = clock.unix_ns();
    window.end(report.steady_to_unix_ns);
    (report.server_at_end, report.own_at_end) = (sample()?, Some(own()?));
    report.playing_at_end = report.playing();
    watch(&mut report, DRAIN, false)?;
    window.close();
    while let Ok(progress) = progress.recv() {
        report.add(&progress);
    }
    for worker in workers {
        if worker.join().is_err() {
            bail!("a worker thread failed");
        }
    }
    Ok(report)
}

/// Takes the workers' progress for `limit` or until `is_over`, with a line on stderr every second.
fn watch(
    progress: &mpsc::Receiver<Progress>,
    report: &mut Report,
    limit: Duration,
    is_over: impl Fn(&Report) -> bool,
) -> anyhow::Result<()> {
    let end = Instant::now() + limit;
    while !is_over(report) {
        let wait = report.next_line_at().min(end).saturating_duration_since(Instant::now());
        match progress.recv_timeout(wait) {
            Ok(progress) => report.add(&progress),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => bail!("all worker threads ended"),
        }
        let now = Instant::now();
        if now >= report.next_line_at() {
            writeln!(io::stderr(), "{}", report.line())?;
        }
        if now >= end {
            break;
        }
    }
    Ok(())
}

fn source(url: &Url) -> anyhow::Result<(SocketAddr, Source)> {
    let (host, port, source) = match url.scheme() {
        "http" | "https" => {
            let host = url.host_str().context("the URL names no host")?;
            let request = format!(
                "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: dapctl\r\nAccept: */*\r\n\r\n",
                &url[Position::BeforePath..Position::AfterQuery],
                &url[Position::BeforeHost..Position::AfterPort]
            );
            let port = url.port_or_known_default().unwrap_or(80);
            (
                host.trim_matches(['[', ']']).to_owned(),
                port,
                Source::HttpFlv { request },
            )
        }
        "rtmp" => {
            let target = Target::parse(url.as_str())?;
            (target.host.clone(), target.port, Source::Rtmp { target })
        }
        other => bail!("{other}:// is none of http://, https:// and rtmp://"),
    };
    let mut addresses = (host.as_str(), port)
        .to_socket_addrs()
        .with_context(|| format!("resolving {host}"))?;
    let address = addresses.next().with_context(|| format!("{host} has no address"))?;
    Ok((address, source))
}
