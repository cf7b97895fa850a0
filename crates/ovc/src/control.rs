//! The socket by which `ovc keys rotate`, `ovc reset-link` and `ovc restore` reach the server that runs on their data
//! directory. One line of JSON each way. Only the owner of the data directory (and root) gets through.

mod rescue;

use crate::account::Secrets;
use crate::app::{App, StartError, Stopped};
use crate::clock::UnixMs;
use crate::config::Config;
use crate::db::snapshot;
use crate::db::{ActorKind, AuditActor, AuditEntry, AuditLog, AuditOutcome, DataDir, Db, DbError};
use crate::tls::Tls;
use serde::{Deserialize, Serialize};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// The socket in the data directory.
const SOCKET: &str = "ovc.sock";
/// Longest line either way.
const MAX_LINE: u64 = 64 * 1024;
/// How long whoever connected may take to say what he wants.
const ASK_LIMIT: Duration = Duration::from_secs(10);
/// How long a client looks for the socket.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long a client waits: a restore shuts the server down and starts it.
const ANSWER_LIMIT: Duration = Duration::from_secs(120);

/// What is wanted of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "want", rename_all = "snake_case")]
pub enum Want {
    /// Another key for signed tokens.
    RotateKeys,
    /// A link for somebody who cannot log in any more.
    ResetLink {
        /// Who.
        username: String,
    },
    /// Another database.
    Restore {
        /// The copy, by its whole path.
        file: PathBuf,
    },
}

/// What came of it, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is done.
    Done(String),
    /// It is not, and nothing has changed.
    Failed(String),
}

/// Why a command did not do it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// It was refused, by the server or here.
    #[error("{0}")]
    Refused(String),
    /// A server runs there, and cannot be reached.
    #[error("a server runs on {}, but does not answer on {SOCKET}: {error}", data_dir.display())]
    Unreachable {
        /// The data directory.
        data_dir: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A copy cannot be made or taken.
    #[error(transparent)]
    Snapshot(#[from] snapshot::SnapshotError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The server's end: hands over what is wanted, one after the other.
#[derive(Debug)]
pub struct Control {
    orders: mpsc::Receiver<Order>,
    path: PathBuf,
    task: JoinHandle<()>,
}

/// Something wanted, and whom to tell.
#[derive(Debug)]
pub struct Order {
    want: Want,
    tell: oneshot::Sender<Outcome>,
}

impl Control {
    /// Listens. The caller has the data directory for itself (an [`App`] runs on it).
    ///
    /// # Errors
    /// The socket cannot be made; its path may be too long, for one.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join(SOCKET);
        // One of a server that was killed.
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        let owner = std::fs::metadata(&path)?.uid();
        let (sender, orders) = mpsc::channel(1);
        let task = tokio::spawn(listen(listener, owner, sender));
        Ok(Self { orders, path, task })
    }

    /// The next order. Safe to cancel.
    pub async fn next(&mut self) -> Option<Order> {
        self.orders.recv().await
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.task.abort();
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn listen(listener: UnixListener, owner: u32, orders: mpsc::Sender<Order>) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "cannot take commands for the moment");
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        // Between making the socket and closing it to others somebody may have connected.
        if !stream
            .peer_cred()
            .is_ok_and(|peer| peer.uid() == owner || peer.uid() == 0)
        {
            continue;
        }
        if let Err(error) = serve(stream, &orders).await {
            tracing::debug!(%error, "a command was not understood, or not waited for");
        }
    }
}

async fn serve(stream: UnixStream, orders: &mpsc::Sender<Order>) -> io::Result<()> {
    let mut stream = BufReader::new(stream.take(MAX_LINE));
    let mut line = String::new();
    tokio::time::timeout(ASK_LIMIT, stream.read_line(&mut line)).await??;
    let mut stream = stream.into_inner().into_inner();
    let outcome = match serde_json::from_str(&line) {
        Ok(want) => {
            let (tell, told) = oneshot::channel();
            let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
            orders.send(Order { want, tell }).await.map_err(|_| gone())?;
            told.await.map_err(|_| gone())?
        }
        Err(error) => Outcome::Failed(format!("not understood: {error}")),
    };
    let mut answer = serde_json::to_vec(&outcome)?;
    answer.push(b'\n');
    stream.write_all(&answer).await?;
    stream.shutdown().await
}

impl Order {
    /// Does what is wanted. The server that runs afterwards: the same, or another one on another database.
    ///
    /// # Errors
    /// The server was shut down and does not start again.
    pub async fn carry_out(self, app: App, config: &Config, secrets: &Secrets) -> Result<App, StartError> {
        let Self { want, tell } = self;
        let (app, outcome) = match want {
            Want::RotateKeys => {
                let outcome = match app.rotate_keys().await {
                    Ok(()) => {
                        app.note(entry("rotate_keys", "")).await;
                        Outcome::Done(ROTATED.into())
                    }
                    Err(error) => Outcome::Failed(error.to_string()),
                };
                (app, outcome)
            }
            Want::ResetLink { username } => {
                let outcome = match rescue::link(app.db(), &username).await {
                    Ok(rescue) => {
                        for entry in rescue.entries {
                            app.note(entry).await;
                        }
                        Outcome::Done(rescue.said)
                    }
                    Err(error) => Outcome::Failed(error.to_string()),
                };
                (app, outcome)
            }
            Want::Restore { file } => restore_running(app, config, secrets, &file).await?,
        };
        // Who asked may have given up.
        let _ = tell.send(outcome);
        Ok(app)
    }
}

/// For the audit log: what a command from this machine did.
fn entry(action: &str, target: &str) -> AuditEntry {
    AuditEntry {
        at: UnixMs::now(),
        actor: AuditActor {
            kind: ActorKind::System,
            id: None,
            name: "command line".into(),
        },
        tenant: None,
        address: String::new(),
        action: action.into(),
        target: target.into(),
        outcome: AuditOutcome::Done,
        detail: String::new(),
    }
}

const ROTATED: &str = "there is a new key; earlier play, publish, upload and bind tokens are void";

fn restored(before: &snapshot::Before) -> String {
    match before.database() {
        Some(kept) => format!("restored; what was there before is kept as {}", kept.display()),
        None => "restored".into(),
    }
}

async fn restore_running(
    app: App,
    config: &Config,
    secrets: &Secrets,
    file: &Path,
) -> Result<(App, Outcome), StartError> {
    let staged = match snapshot::stage(app.data_dir(), file).await {
        Ok(staged) => staged,
        Err(error) => return Ok((app, Outcome::Failed(error.to_string()))),
    };
    // What may be wrong is found out while the server still runs.
    if app.https().is_some()
        && let Err(error) = Tls::open(&config.tls, &config.acme, &config.data_dir)
    {
        let why = format!("the server would not start again: {error}");
        return Ok((app, Outcome::Failed(why)));
    }
    // On the ports it has now, whichever were configured.
    let mut config = config.clone();
    config.http.listen = app.http();
    config.rtmp.listen = app.rtmp();
    config.tls.listen.0 = app.https();
    // What was said for the first start is not said again.
    let secrets = secrets.again();
    tracing::info!(file = %file.display(), "restoring a copy of the database");
    // Taken throughout: no other server gets between the one before and the one after.
    let Stopped { taken, is_closed } = app.stop().await;
    let again = async || App::start_in(taken.clone(), config.clone(), secrets.clone()).await;
    if !is_closed {
        let why = "the database did not close within shutdown_limit";
        return Ok((again().await?, Outcome::Failed(why.into())));
    }
    let before = match staged.swap(&taken) {
        Ok(before) => before,
        Err(error) => return Ok((again().await?, Outcome::Failed(error.to_string()))),
    };
    let done = restored(&before);
    match again().await {
        Ok(app) => {
            app.note(entry("restore", &file.to_string_lossy())).await;
            Ok((app, Outcome::Done(done)))
        }
        Err(error) => {
            tracing::error!(%error, "the server does not start with the copy; back to the database before");
            if let Err(error) = before.put_back(&taken) {
                tracing::error!(%error, "the database before cannot be put back");
            }
            let why = format!("the server does not start with it: {error}");
            Ok((again().await?, Outcome::Failed(why)))
        }
    }
}

/// `ovc keys rotate`: with the server that runs on the data directory, or without.
///
/// # Errors
/// See [`ControlError`].
pub async fn rotate_keys(data_dir: &Path) -> Result<String, ControlError> {
    let db = match DataDir::take(data_dir) {
        Err(DbError::InUse(_)) => return ask(data_dir, &Want::RotateKeys).await,
        taken => Db::open_in(taken?).await?,
    };
    let rotated = db.rotate_token_key().await;
    if rotated.is_ok() {
        // Why it was not written is in the log.
        let _ = AuditLog::start(db.clone()).write(entry("rotate_keys", "")).await;
    }
    db.close().await;
    rotated?;
    Ok(ROTATED.into())
}

/// `ovc reset-link`: with the server that runs on the data directory, or without.
///
/// # Errors
/// See [`ControlError`].
pub async fn reset_link(data_dir: &Path, username: &str) -> Result<String, ControlError> {
    let db = match DataDir::take(data_dir) {
        Err(DbError::InUse(_)) => {
            let username = username.to_owned();
            return ask(data_dir, &Want::ResetLink { username }).await;
        }
        taken => Db::open_in(taken?).await?,
    };
    let made = rescue::link(&db, username).await;
    if let Ok(rescue) = &made {
        let audit = AuditLog::start(db.clone());
        for entry in &rescue.entries {
            // Why it was not written is in the log.
            let _ = audit.write(entry.clone()).await;
        }
    }
    db.close().await;
    Ok(made?.said)
}

/// `ovc restore`: with the server that runs on the data directory, or without.
///
/// # Errors
/// See [`ControlError`].
pub async fn restore(data_dir: &Path, file: &Path) -> Result<String, ControlError> {
    // Taken until it is done: a server that starts meanwhile would run on what may have to go again.
    let taken = match DataDir::take(data_dir) {
        Err(DbError::InUse(_)) => {
            let file = std::path::absolute(file).unwrap_or_else(|_| file.into());
            return ask(data_dir, &Want::Restore { file }).await;
        }
        taken => taken?,
    };
    let before = snapshot::stage(&taken, file).await?.swap(&taken)?;
    match Db::open_in(taken.clone()).await {
        Ok(db) => {
            let noted = entry("restore", &file.to_string_lossy());
            let _ = AuditLog::start(db.clone()).write(noted).await;
            db.close().await;
            Ok(restored(&before))
        }
        Err(error) => {
            before.put_back(&taken)?;
            Err(error.into())
        }
    }
}

/// A server that has just started may not have its socket yet.
async fn connect(path: &Path) -> io::Result<UnixStream> {
    let deadline = tokio::time::Instant::now() + CONNECT_LIMIT;
    loop {
        match UnixStream::connect(path).await {
            Err(error)
                if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
                    && tokio::time::Instant::now() < deadline =>
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            done => return done,
        }
    }
}

async fn ask(data_dir: &Path, want: &Want) -> Result<String, ControlError> {
    let unreachable = |error| ControlError::Unreachable {
        data_dir: data_dir.into(),
        error,
    };
    let asking = async {
        let mut stream = connect(&data_dir.join(SOCKET)).await?;
        let mut line = serde_json::to_vec(want)?;
        line.push(b'\n');
        stream.write_all(&line).await?;
        let mut answer = String::new();
        BufReader::new(stream.take(MAX_LINE)).read_line(&mut answer).await?;
        Ok(serde_json::from_str(&answer)?)
    };
    let answer: io::Result<Outcome> = match tokio::time::timeout(ANSWER_LIMIT, asking).await {
        Ok(answer) => answer,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    };
    match answer.map_err(unreachable)? {
        Outcome::Done(said) => Ok(said),
        Outcome::Failed(why) => Err(ControlError::Refused(why)),
    }
}
