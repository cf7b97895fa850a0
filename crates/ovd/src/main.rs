//! `ovd`: the agent that brings cameras, files and a test pattern to an open video cloud.

use anyhow::Context;
use clap::{Args, Parser, Subcommand, ValueEnum};
use ovd::agent::Agent;
use ovd::config::{ChannelFile, ConfigFile, LogFormat};
use ovd::control::TellError;
use ovd::source::Source;
use ovd::tls::Roots;
use ovd::{binding, connection, control};
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
    /// Bind the device to whoever made this id in the console, through the running agent if there is one.
    Bind {
        /// The bind id, or the whole text of the QR code.
        id: String,
        #[command(flatten)]
        settings: Settings,
    },
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
    #[arg(long, visible_alias = "ca", env = "OVD_CA_FILE")]
    ca_file: Option<PathBuf>,
    /// Where the agent takes commands from this machine, such as `ovd bind`.
    #[arg(long, env = "OVD_CONTROL_SOCKET")]
    control_socket: Option<PathBuf>,
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
        file.control_socket = self.control_socket.or(file.control_socket);
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
        Command::Bind { id, settings } => bind(&id, settings),
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
        let commands = match &config.control_socket {
            None => None,
            Some(socket) => match control::listen(socket).await {
                Ok(listener) => Some(tokio::spawn(control::serve(listener, Arc::clone(&agent)))),
                Err(error) => {
                    tracing::warn!(socket = %socket.display(), %error, "takes no commands from this machine");
                    None
                }
            },
        };
        connection::run(config.login, Arc::clone(&agent), tls, stop).await;
        if let (Some(commands), Some(socket)) = (commands, &config.control_socket) {
            commands.abort();
            // It may have been removed by hand.
            let _ = std::fs::remove_file(socket);
        }
        agent.stop().await;
        anyhow::Ok(())
    })?;
    // Threads that wait for a frame's time need not be waited for.
    runtime.shutdown_background();
    Ok(())
}

fn bind(id: &str, settings: Settings) -> anyhow::Result<()> {
    let file = settings.combine()?;
    ovd::log::start(file.log.filter.as_deref().unwrap_or("warn"), file.log.format).map_err(anyhow::Error::msg)?;
    let config = file.check_visit()?;
    let tls = Roots::load(config.ca_file.as_deref())?;
    let id = binding::bind_id(id);
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    runtime.block_on(async {
        if let Some(socket) = &config.control_socket {
            match control::tell(socket, &control::Command::Bind { id: id.clone() }).await {
                Err(TellError::NotRunning) => {}
                outcome => return outcome.context("the running agent could not do it"),
            }
        }
        binding::log_in_and_bind(config.login, config.identity, tls, &id)
            .await
            .map_err(anyhow::Error::msg)
    })?;
    writeln!(
        std::io::stdout(),
        "The cloud has the bind id. What came of it is shown where the id was made."
    )?;
    Ok(())
}
