//! `ovc`: the open video cloud.

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use ovc::account::{FirstStart, Secrets};
use ovc::app::App;
use ovc::config::{Config, LogConfig, LogFormat, Overrides};
use ovc::control::{self, Control};
use ovc::db::snapshot;
use ovc::sim::{Sim, SimDevice, SimOptions};
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
    /// Play the cloud for who makes devices: any device logs in, a page shows what passes, nothing is stored.
    Sim {
        /// Address for devices and the page.
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
        http: SocketAddr,
        /// A device that may log in; may be given several times. Without any: whoever comes, with any password.
        #[arg(long = "device", value_name = "CODE:PASSWORD")]
        devices: Vec<SimDevice>,
    },
    /// Check the configuration and print all of it, secrets left out.
    CheckConfig(Source),
    /// Print the API's OpenAPI document.
    Openapi,
    /// The keys that sign tokens.
    #[command(subcommand)]
    Keys(Keys),
    /// Make a link by which a user sets a new password and loses his second factor: for one who has lost everything that
    /// proves who he is, and has no administrator above him. While the server runs or not.
    ResetLink {
        /// Who.
        username: String,
        #[command(flatten)]
        source: Source,
    },
    /// Copy the database as it is at this moment to a new file, while the server runs or not.
    Backup {
        /// Where to; must not exist. If there is a master key, it goes beside it as FILE.key.
        file: PathBuf,
        #[command(flatten)]
        source: Source,
    },
    /// Put a copy in the place of the database, while the server runs or not. What was there is kept aside.
    Restore {
        /// The copy; the master key, if there is one, as FILE.key beside it.
        file: PathBuf,
        #[command(flatten)]
        source: Source,
    },
}

#[derive(Subcommand)]
enum Keys {
    /// Sign tokens with a new key: play, publish, upload and bind tokens made before are void at once.
    Rotate(Source),
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
        Command::Sim { http, devices } => {
            start_logging(&LogConfig::default())?;
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(simulate(&SimOptions::new(http, devices)))
        }
        Command::CheckConfig(source) => {
            let config = source.load()?;
            EnvFilter::try_new(&config.log.filter).context("log.filter")?;
            Ok(write!(std::io::stdout(), "{}", toml::to_string_pretty(&config)?)?)
        }
        Command::Keys(Keys::Rotate(source)) => {
            tell(async { Ok(control::rotate_keys(&source.load()?.data_dir).await?) })
        }
        Command::ResetLink { username, source } => {
            tell(async { Ok(control::reset_link(&source.load()?.data_dir, &username).await?) })
        }
        Command::Backup { file, source } => tell(async {
            snapshot::backup(&source.load()?.data_dir, &file).await?;
            Ok(format!("{} is written: keep it like a password", file.display()))
        }),
        Command::Restore { file, source } => {
            tell(async { Ok(control::restore(&source.load()?.data_dir, &file).await?) })
        }
        Command::Openapi => Ok(write!(std::io::stdout(), "{}", ovc::api::document())?),
    }
}

/// Runs a short command and says what came of it.
fn tell(command: impl Future<Output = anyhow::Result<String>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let said = runtime.block_on(command)?;
    Ok(writeln!(std::io::stdout(), "{said}")?)
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let secrets = Secrets {
        admin_password: std::env::var("OVC_ADMIN_PASSWORD").ok(),
        master_key: std::env::var("OVC_MASTER_KEY").ok(),
    };
    let mut app = App::start(config.clone(), secrets.clone()).await?;
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
    let mut control = Control::open(&config.data_dir)
        .inspect_err(|error| tracing::warn!(%error, "commands such as `ovc restore` cannot reach this server"))
        .ok();
    loop {
        let order = async {
            match &mut control {
                Some(control) => control.next().await,
                None => None,
            }
        };
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            Some(order) = order => app = order.carry_out(app, &config, &secrets).await?,
        }
    }
    // Before the data directory is free for another.
    drop(control);
    app.shutdown().await;
    Ok(())
}

async fn simulate(options: &SimOptions) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let sim = Sim::start(options)?;
    let address = sim.http();
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "whoever reaches this address sees every message, and sends any: for tests only");
    }
    let who = if options.devices.is_empty() {
        "Any device may log in, with any password"
    } else {
        "The devices that were named may log in"
    };
    let mut out = std::io::stdout();
    writeln!(
        out,
        "\n    A simulated cloud. {who}:\n        ws://{address}/ovc?login_code=CODE&login_passwd=PASSWORD\n    \
         See what passes:\n        http://{address}/?login_code=CODE\n    Nothing is stored.\n"
    )?;
    out.flush()?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    sim.shutdown().await;
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
