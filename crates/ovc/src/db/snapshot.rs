//! Copies of the whole database: made while it is in use, and put in its place again.

mod swap;

pub use swap::Before;
pub(super) use swap::undo_unfinished;

use super::{DataDir, DbError, FILE_NAME, MIGRATIONS};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The master key, beside the database, if there is one; beside a copy it has the copy's name and this ending.
const KEY_NAME: &str = "ovc.key";
const KEY_ENDING: &str = ".key";
/// A copy on its way into place.
const STAGED: &str = "restoring";

/// Why a copy was not made, or is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// It is no database of ours, damaged, or of a newer version.
    #[error("{} cannot be restored: {why}", path.display())]
    Unfit {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<sqlx::Error> for SnapshotError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

fn fault(path: &Path) -> impl FnOnce(io::Error) -> SnapshotError + '_ {
    move |error| SnapshotError::File {
        path: path.into(),
        error,
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// Writes a copy of the database in `data_dir` to `to`, which must not exist yet: one moment's state, whether a server
/// runs on it or not. The master key goes beside it as `<to>.key`. Nobody else may read them. What has the name `to` is
/// whole, also if the machine stops in between.
///
/// # Errors
/// See [`SnapshotError`].
pub async fn backup(data_dir: &Path, to: &Path) -> Result<(), SnapshotError> {
    let from = data_dir.join(FILE_NAME);
    if !from.is_file() {
        return Err(fault(&from)(io::ErrorKind::NotFound.into()));
    }
    let key = data_dir.join(KEY_NAME);
    let key_to = with_ending(to, KEY_ENDING);
    let has_key = key.is_file();
    for taken in [Some(to), has_key.then_some(key_to.as_path())].into_iter().flatten() {
        if taken.exists() {
            return Err(fault(taken)(io::ErrorKind::AlreadyExists.into()));
        }
    }
    let part = with_ending(to, ".part");
    // An empty file is filled by SQLite, and keeps its permissions.
    drop(new_private_file(&part).map_err(fault(&part))?);
    let made = async {
        vacuum(&from, &part).await?;
        if has_key {
            // First: a copy without its key would look whole.
            copy_new(&key, &key_to).map_err(fault(&key_to))?;
        }
        place_new(&part, to).map_err(fault(to)).inspect_err(|_| {
            if has_key {
                drop(fs::remove_file(&key_to));
            }
        })
    };
    made.await.inspect_err(|_| drop(fs::remove_file(&part)))
}

/// Gives a file its name for good, never that of another.
fn place_new(part: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(part, to) {
        Ok(()) => fs::remove_file(part)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        // Not every file system has links. Whether the name is free was looked at a moment ago.
        Err(_) => fs::rename(part, to)?,
    }
    match to.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => sync_dir(dir),
        _ => sync_dir(Path::new(".")),
    }
}

/// Writes one moment's state of the database `from` into the empty file `to`.
async fn vacuum(from: &Path, to: &Path) -> Result<(), SnapshotError> {
    let target = to
        .to_str()
        .ok_or_else(|| fault(to)(io::ErrorKind::InvalidFilename.into()))?;
    let mut connection = SqliteConnectOptions::new()
        .filename(from)
        .create_if_missing(false)
        .read_only(true)
        .busy_timeout(Duration::from_secs(10))
        .connect()
        .await?;
    sqlx::query("VACUUM INTO ?")
        .bind(target)
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    File::open(to).and_then(|file| file.sync_all()).map_err(fault(to))
}

/// A copy that was found good, ready to go into place.
#[derive(Debug)]
pub struct Staged {
    database: PathBuf,
    key: Option<PathBuf>,
}

/// Copies `from` into the data directory and looks whether it can be restored. Changes nothing else.
///
/// # Errors
/// See [`SnapshotError`].
pub async fn stage(taken: &DataDir, from: &Path) -> Result<Staged, SnapshotError> {
    let data_dir = taken.path();
    let staged = Staged {
        database: data_dir.join(format!("{FILE_NAME}.{STAGED}")),
        key: None,
    };
    staged.remove();
    // From here on, what is left of it goes when it is dropped.
    let mut staged = staged;
    if fs::metadata(with_ending(from, "-wal")).is_ok_and(|log| log.len() > 0) {
        // The database of a process that was killed, or that runs: part of it is in the log yet.
        drop(new_private_file(&staged.database).map_err(fault(&staged.database))?);
        vacuum(from, &staged.database).await?;
    } else {
        copy_new(from, &staged.database).map_err(fault(from))?;
    }
    let unfit = |why: String| SnapshotError::Unfit { path: from.into(), why };
    check(&staged.database).await.map_err(unfit)?;
    let key = with_ending(from, KEY_ENDING);
    if key.is_file() {
        let to = data_dir.join(format!("{KEY_NAME}.{STAGED}"));
        let _ = fs::remove_file(&to);
        copy_new(&key, &to).map_err(fault(&key))?;
        staged.key = Some(to);
    }
    Ok(staged)
}

async fn check(path: &Path) -> Result<(), String> {
    let said = |error: sqlx::Error| error.to_string();
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .connect()
        .await
        .map_err(said)?;
    let checked = check_open(&mut connection).await;
    // Its side files go with it.
    let _ = connection.close().await;
    checked
}

async fn check_open(connection: &mut SqliteConnection) -> Result<(), String> {
    let said = |error: sqlx::Error| error.to_string();
    let faults: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(3)")
        .fetch_all(&mut *connection)
        .await
        .map_err(said)?;
    if faults != ["ok"] {
        return Err(format!("it is damaged: {}", faults.join("; ")));
    }
    let orphans = sqlx::query("PRAGMA foreign_key_check")
        .fetch_all(&mut *connection)
        .await
        .map_err(said)?;
    if !orphans.is_empty() {
        return Err("it is damaged: rows refer to others that are not there".into());
    }
    let versions: Vec<i64> = sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success ORDER BY version")
        .fetch_all(&mut *connection)
        .await
        .map_err(|_| "it is no database of this program".to_owned())?;
    let known = |version: &i64| MIGRATIONS.iter().any(|migration| migration.version == *version);
    match versions.last() {
        None => Err("it is no database of this program".into()),
        Some(last) if !versions.iter().all(known) => Err(format!(
            "it was made by a newer version of this program (schema {last})"
        )),
        Some(_) => Ok(()),
    }
}

impl Staged {
    fn remove(&self) {
        for ending in ["", "-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(with_ending(&self.database, ending));
        }
        if let Some(key) = &self.key {
            let _ = fs::remove_file(key);
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        self.remove();
    }
}

fn new_private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn copy_new(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut target = new_private_file(to)?;
    io::copy(&mut source, &mut target)?;
    target.sync_all()
}

fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
