//! Commands to a running agent from its own machine: one JSON line each way over a Unix socket that only the agent's
//! user can open. `ovd bind` uses it, so that a second login does not throw the running agent out.

use crate::agent::Agent;
use crate::alarm::parse_type;
use dap::ChannelId;
use serde::{Deserialize, Serialize};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

/// Longest line either way.
const MAX_LINE: u64 = 4096;
/// How long a command may take, both ends.
const LIMIT: Duration = Duration::from_secs(25);
/// How long to wait when the system has no file for another connection.
const PAUSE: Duration = Duration::from_secs(1);

/// What a running agent can be told to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Ask the cloud to bind the device to whoever made this id.
    Bind {
        /// The bind id.
        id: String,
    },
    /// Raise an alarm, as a detector would.
    AlarmStart {
        /// Which channel.
        channel: u32,
        /// The type's name, or its number in the protocol.
        #[serde(rename = "type")]
        alarm: String,
        /// What is said of it.
        text: String,
    },
    /// End an alarm.
    AlarmEnd {
        /// Which channel.
        channel: u32,
        /// The type's name, or its number in the protocol.
        #[serde(rename = "type")]
        alarm: String,
        /// What is said of it.
        text: String,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Done,
    Failed(String),
}

/// Where the agent of this login code listens unless configured otherwise: in `$XDG_RUNTIME_DIR`, or `~/.ovd`. `None`
/// if there is neither.
pub fn default_socket(login_code: &str) -> Option<PathBuf> {
    let folder = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    folder("XDG_RUNTIME_DIR")
        .map(|runtime| runtime.join("ovd"))
        .or_else(|| folder("HOME").map(|home| home.join(".ovd")))
        .map(|folder| folder.join(format!("{login_code}.sock")))
}

/// Opens the socket. One left behind by an agent that was killed is replaced.
///
/// # Errors
/// Another agent listens there, or the place cannot be used.
pub async fn listen(socket: &Path) -> io::Result<UnixListener> {
    if let Some(folder) = socket.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    if UnixStream::connect(socket).await.is_ok() {
        let text = "another agent with this login_code runs here";
        return Err(io::Error::new(io::ErrorKind::AddrInUse, text));
    }
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(socket)?;
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Serves commands, one after the other, until dropped.
pub async fn serve(listener: UnixListener, agent: Arc<Agent>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                if tokio::time::timeout(LIMIT, answer(stream, &agent)).await.is_err() {
                    tracing::debug!("a command from this machine took too long");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "cannot take commands from this machine for the moment");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn answer(mut stream: UnixStream, agent: &Agent) {
    let (reader, mut writer) = stream.split();
    let mut line = String::new();
    let reply = match BufReader::new(reader.take(MAX_LINE)).read_line(&mut line).await {
        Ok(_) => match serde_json::from_str(&line) {
            Ok(command) => act(agent, command).await,
            Err(error) => Err(format!("not a command: {error}")),
        },
        Err(error) => Err(error.to_string()),
    };
    let reply = reply.map_or_else(Reply::Failed, |()| Reply::Done);
    let mut text = serde_json::to_vec(&reply).unwrap_or_default();
    text.push(b'\n');
    // Who asked may be gone already.
    let _ = writer.write_all(&text).await;
}

async fn act(agent: &Agent, command: Command) -> Result<(), String> {
    match command {
        Command::Bind { id } => agent.bind(&id).await.map_err(|error| error.to_string()),
        Command::AlarmStart { channel, alarm, text } => {
            agent.start_alarm(ChannelId(channel), parse_type(&alarm)?, text.trim())
        }
        Command::AlarmEnd { channel, alarm, text } => {
            agent.end_alarm(ChannelId(channel), parse_type(&alarm)?, text.trim())
        }
    }
}

/// Why a running agent did not do it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TellError {
    /// No agent listens there.
    #[error("no agent runs here")]
    NotRunning,
    /// It said why not.
    #[error("{0}")]
    Refused(String),
    /// It answered nothing that can be used.
    #[error("the running agent does not answer: {0}")]
    Broken(io::Error),
}

/// Tells the agent that listens on this socket to do something, and waits until it is done.
///
/// # Errors
/// See [`TellError`].
pub async fn tell(socket: &Path, command: &Command) -> Result<(), TellError> {
    let mut stream = UnixStream::connect(socket).await.map_err(|_| TellError::NotRunning)?;
    let talk = async {
        let mut text = serde_json::to_vec(command)?;
        text.push(b'\n');
        stream.write_all(&text).await?;
        let mut line = String::new();
        BufReader::new((&mut stream).take(MAX_LINE))
            .read_line(&mut line)
            .await?;
        Ok(serde_json::from_str(&line)?)
    };
    match tokio::time::timeout(LIMIT, talk).await {
        Ok(Ok(Reply::Done)) => Ok(()),
        Ok(Ok(Reply::Failed(why))) => Err(TellError::Refused(why)),
        Ok(Err(error)) => Err(TellError::Broken(error)),
        Err(_) => Err(TellError::Broken(io::ErrorKind::TimedOut.into())),
    }
}
