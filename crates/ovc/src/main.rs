//! `ovc`: the open video cloud.

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use ovc::account::{FirstStart, Secrets};
use ovc::app::App;
use ovc::config::{Config, LogConfig, LogFormat, Overrides};
use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Open video cloud: takes devices and their video in, and serves it with an API and a web console.
#[derive(Parser)]
#[command(name = "ovc", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the cloud.
    Serve(Source),
    /// Check the configuration and print all of it, secrets left out.
    CheckConfig(Source),
    /// Print the API's OpenAPI document.
    Openapi,
}

/// Where the configuration comes from. Flags go before OVC_… variables, those before the file.
#[derive(Args)]
struct Source {
    /// The configuration file (TOML). Without one, everything has its default.
    #[arg(long, env = "OVC_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the database lives.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Address for HTTP, WebSocket, API, console and devices.
    #[arg(long, value_name = "ADDRESS")]
    http: Option<SocketAddr>,
    /// Address for RTMP.
    #[arg(long, value_name = "ADDRESS")]
    rtmp: Option<SocketAddr>,
}

impl Source {
    fn load(self) -> anyhow::Result<Config> {
        let overrides = Overrides {
            data_dir: self.data_dir,
            http: self.http,
            rtmp: self.rtmp,
        };
        Ok(ovc::config::load(self.config.as_deref(), std::env::vars(), &overrides)?)
    }
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "ovc: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(source) => {
            let config = source.load()?;
            start_logging(&config.log)?;
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(serve(config))
        }
        Command::CheckConfig(source) => {
            let config = source.load()?;
            EnvFilter::try_new(&config.log.filter).context("log.filter")?;
            Ok(write!(std::io::stdout(), "{}", toml::to_string_pretty(&config)?)?)
        }
        Command::Openapi => Ok(write!(std::io::stdout(), "{}", ovc::api::document())?),
    }
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let secrets = Secrets {
        admin_password: std::env::var("OVC_ADMIN_PASSWORD").ok(),
        master_key: std::env::var("OVC_MASTER_KEY").ok(),
    };
    let app = App::start(config, secrets).await?;
    if let FirstStart::Code(code) = app.first_start() {
        tracing::warn!("there is no user yet: make the first administrator in the browser");
        // Plainly, and not into the log, which is kept and sent around.
        let mut out = std::io::stdout();
        writeln!(
            out,
            "\n    There is no user yet: open the console (port {}) and make the first administrator.\n    \
             The set-up code is {code}\n    It is good until there is a user; each start prints another.\n",
            app.http().port()
        )?;
        out.flush()?;
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    app.shutdown().await;
    Ok(())
}

fn start_logging(config: &LogConfig) -> anyhow::Result<()> {
    let filter = match std::env::var(EnvFilter::DEFAULT_ENV) {
        Ok(filter) if !filter.is_empty() => EnvFilter::try_new(filter).context("RUST_LOG")?,
        _ => EnvFilter::try_new(&config.filter).context("log.filter")?,
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match config.format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}
