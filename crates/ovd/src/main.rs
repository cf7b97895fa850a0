//! `ovd`: the agent that brings cameras, files and a test pattern to an open video cloud.

use anyhow::Context;
use clap::{Args, Parser, Subcommand, ValueEnum};
use ovd::agent::{Agent, Setup};
use ovd::alarm;
use ovd::clock::Clock;
use ovd::config::{ChannelFile, ConfigFile, LogFormat};
use ovd::control::TellError;
use ovd::log::LogFiles;
use ovd::onvif::{self, Found};
use ovd::source::Source;
use ovd::state::StateDir;
use ovd::tls::Roots;
use ovd::{binding, connection, control};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
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
    /// Raise or end an alarm of the running agent: what a detector beside it calls.
    Alarm {
        #[command(subcommand)]
        order: AlarmOrder,
    },
    /// Look for ONVIF cameras on the local network, and show what to write into the configuration for each.
    Discover {
        /// How long to listen for answers, seconds.
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
        seconds: u64,
    },
}

#[derive(Subcommand)]
enum AlarmOrder {
    /// It begins.
    Start(AlarmArgs),
    /// It ends.
    End(AlarmArgs),
}

#[derive(Args)]
struct AlarmArgs {
    /// The channel's number.
    #[arg(long, default_value_t = 0)]
    channel: u32,
    /// io, motion, cross, cry, face, voice, low_battery, lock_picked, doorbell, body, or a number of the protocol.
    #[arg(long = "type", default_value = "motion", value_parser = known_type)]
    alarm: String,
    /// What is said of it.
    #[arg(long, default_value = "")]
    text: String,
    #[command(flatten)]
    settings: Settings,
}

fn known_type(text: &str) -> Result<String, String> {
    alarm::parse_type(text).map(|_| text.to_owned())
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
    /// Where the agent keeps what outlives it: what the cloud has configured, its clock, firmware and logs.
    #[arg(long, env = "OVD_STATE_DIR")]
    state_dir: Option<PathBuf>,
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
        file.state_dir = self.state_dir.or(file.state_dir);
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
                detect_motion: false,
                onvif: None,
                alarms: Vec::new(),
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
        Command::Alarm { order } => alarm(order),
        Command::Discover { seconds } => discover(seconds),
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
    writeln!(out, "state in {}", config.state_dir.display())?;
    if let Some(disk) = &config.disk {
        writeln!(out, "disk {}, {} bytes", disk.path.display(), disk.size)?;
    }
    for channel in &config.channels {
        write!(out, "channel {} ({}): {}", channel.number, channel.name, channel.source)?;
        match &channel.onvif {
            Some(onvif) => writeln!(out, ", ONVIF at {}", onvif.url)?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}

fn run(settings: Settings) -> anyhow::Result<()> {
    let file = settings.combine()?;
    let (filter, format) = (file.log.filter.clone(), file.log.format);
    let config = file.check()?;
    let state = StateDir::open(&config.state_dir)
        .with_context(|| format!("cannot use the state folder {}", config.state_dir.display()))?;
    let _lock = state
        .lock()
        .with_context(|| format!("cannot use the state folder {}", config.state_dir.display()))?;
    let clock = Clock::load(&state);
    let logs = LogFiles::open(&state, clock.clone()).context("cannot keep a log")?;
    let log_level =
        ovd::log::start(filter.as_deref().unwrap_or("info"), format, Some(logs.clone())).map_err(anyhow::Error::msg)?;
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
        let agent = Arc::new(Agent::start(Setup {
            login_code: config.login.login_code.clone(),
            identity: config.identity,
            channels: config.channels,
            tls: tls.clone(),
            state,
            clock,
            logs: Some(logs),
            log_level,
            disk: config.disk,
            battery: config.battery,
            audio_out: config.audio_out,
            record: config.record,
        }));
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
    ovd::log::start(file.log.filter.as_deref().unwrap_or("warn"), file.log.format, None).map_err(anyhow::Error::msg)?;
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

fn alarm(order: AlarmOrder) -> anyhow::Result<()> {
    let (
        starts,
        AlarmArgs {
            channel,
            alarm,
            text,
            settings,
        },
    ) = match order {
        AlarmOrder::Start(arguments) => (true, arguments),
        AlarmOrder::End(arguments) => (false, arguments),
    };
    let file = settings.combine()?;
    // Who asks for an alarm need not know the password, only which agent is meant.
    let socket = match (file.control_socket, &file.login_code) {
        (Some(socket), _) => Some(socket),
        (None, Some(login_code)) => control::default_socket(login_code),
        (None, None) => None,
    };
    let socket = socket.context("which agent? Name its --config, --login-code or --control-socket")?;
    let command = if starts {
        control::Command::AlarmStart { channel, alarm, text }
    } else {
        control::Command::AlarmEnd { channel, alarm, text }
    };
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    runtime
        .block_on(control::tell(&socket, &command))
        .context("the running agent could not do it")
}

fn discover(seconds: u64) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    let cameras = runtime
        .block_on(onvif::discover(onvif::GROUP, Duration::from_secs(seconds)))
        .context("cannot ask the network")?;
    let mut out = std::io::stdout().lock();
    if cameras.is_empty() {
        writeln!(out, "# No ONVIF camera answered.")?;
    }
    for camera in cameras {
        let Found { url, name, hardware } = camera;
        let host = url.host_str().unwrap_or_default();
        let title = if name.is_empty() { host } else { name.as_str() };
        // What cameras say of themselves stands in quotes that it cannot leave.
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let comment: String = hardware.chars().filter(|sign| !sign.is_control()).collect();
        writeln!(
            out,
            "# {comment}\n[[channel]]\nname = {}\nsource = {}\nonvif = {{ url = {} }}\n",
            quoted(title),
            quoted(&format!("rtsp://USER:PASSWORD@{host}:554/STREAM")),
            quoted(url.as_str()),
        )?;
    }
    Ok(())
}
