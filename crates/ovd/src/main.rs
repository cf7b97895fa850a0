//! `ovd`: the agent that brings cameras, files and a test pattern to an open video cloud.

use anyhow::Context;
use clap::{Args, Parser, Subcommand, ValueEnum};
use ovd::agent::Agent;
use ovd::config::{ChannelFile, ConfigFile, LogFormat};
use ovd::connection;
use ovd::source::Source;
use ovd::tls::Roots;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

/// Agent that brings cameras, files and a test pattern to an open video cloud.
#[derive(Parser)]
#[command(name = "ovd", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Log in to the cloud and serve the channels until told to end.
    Run(Settings),
    /// Check the configuration and say what it amounts to.
    CheckConfig(Settings),
}

/// Flags win over the environment, and that over the file.
#[derive(Args)]
struct Settings {
    /// Configuration file (TOML).
    #[arg(long, env = "OVD_CONFIG")]
    config: Option<PathBuf>,
    /// Address of the cloud: ws://host:port/ovc or wss://host:port/ovc.
    #[arg(long, env = "OVD_URL")]
    url: Option<String>,
    /// The device's id. Its password comes from OVD_LOGIN_PASSWD or the file, so that no process list shows it.
    #[arg(long, env = "OVD_LOGIN_CODE")]
    login_code: Option<String>,
    /// Source of a channel: test, rtsp://user:password@host/path, or a file (mp4, mkv, ts). Once for each channel.
    #[arg(long = "source", value_parser = Source::parse)]
    sources: Vec<Source>,
    /// Certificate authorities to trust besides the system's (PEM file).
    #[arg(long, env = "OVD_CA_FILE")]
    ca_file: Option<PathBuf>,
    /// What to log, such as info, debug or ovd=debug.
    #[arg(long, env = "OVD_LOG")]
    log: Option<String>,
    /// Form of the log.
    #[arg(long, env = "OVD_LOG_FORMAT")]
    log_format: Option<Format>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Settings {
    /// The file with the flags and the environment laid over it.
    fn combine(self) -> anyhow::Result<ConfigFile> {
        let mut file = self
            .config
            .as_deref()
            .map(ConfigFile::load)
            .transpose()?
            .unwrap_or_default();
        file.url = self.url.or(file.url);
        file.login_code = self.login_code.or(file.login_code);
        file.login_passwd = std::env::var("OVD_LOGIN_PASSWD").ok().or(file.login_passwd);
        file.ca_file = self.ca_file.or(file.ca_file);
        file.log.filter = self.log.or_else(|| std::env::var("RUST_LOG").ok()).or(file.log.filter);
        file.log.format = match self.log_format {
            Some(Format::Text) => LogFormat::Text,
            Some(Format::Json) => LogFormat::Json,
            None => file.log.format,
        };
        if !self.sources.is_empty() {
            let channel = |source| ChannelFile {
                number: None,
                name: None,
                source,
            };
            file.channels = self.sources.into_iter().map(channel).collect();
        }
        Ok(file)
    }
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Run(settings) => run(settings),
        Command::CheckConfig(settings) => check_config(settings),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "ovd: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn check_config(settings: Settings) -> anyhow::Result<()> {
    let config = settings.combine()?.check()?;
    Roots::load(config.ca_file.as_deref())?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} as {}", config.login.url, config.login.login_code)?;
    for channel in &config.channels {
        writeln!(out, "channel {} ({}): {}", channel.number, channel.name, channel.source)?;
    }
    Ok(())
}

fn run(settings: Settings) -> anyhow::Result<()> {
    let file = settings.combine()?;
    ovd::log::start(file.log.filter.as_deref().unwrap_or("info"), file.log.format).map_err(anyhow::Error::msg)?;
    let config = file.check()?;
    let tls = Roots::load(config.ca_file.as_deref())?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let stop = async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            tracing::info!("stopping");
        };
        let login_code = config.login.login_code.clone();
        let agent = Arc::new(Agent::start(login_code, config.identity, config.channels, tls.clone()));
        connection::run(config.login, Arc::clone(&agent), tls, stop).await;
        agent.stop().await;
        anyhow::Ok(())
    })?;
    // Threads that wait for a frame's time need not be waited for.
    runtime.shutdown_background();
    Ok(())
}
