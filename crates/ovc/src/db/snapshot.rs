//! Copies of the whole database: made while it is in use, and put in its place again.

use super::{DbError, FILE_NAME, LOCK_NAME, MIGRATIONS, lock};
use crate::clock::UnixMs;
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
/// runs on it or not. The master key goes beside it as `<to>.key`. Nobody else may read them.
///
/// # Errors
/// See [`SnapshotError`].
pub async fn backup(data_dir: &Path, to: &Path) -> Result<(), SnapshotError> {
    let from = data_dir.join(FILE_NAME);
    if !from.is_file() {
        return Err(fault(&from)(io::ErrorKind::NotFound.into()));
    }
    // An empty file is filled by SQLite, and keeps its permissions.
    drop(new_private_file(to).map_err(fault(to))?);
    let made = async {
        let mut connection = SqliteConnectOptions::new()
            .filename(&from)
            .create_if_missing(false)
            .read_only(true)
            .busy_timeout(Duration::from_secs(10))
            .connect()
            .await?;
        let target = to
            .to_str()
            .ok_or_else(|| fault(to)(io::ErrorKind::InvalidFilename.into()))?;
        sqlx::query("VACUUM INTO ?")
            .bind(target)
            .execute(&mut connection)
            .await?;
        connection.close().await?;
        File::open(to).and_then(|file| file.sync_all()).map_err(fault(to))?;
        let key = data_dir.join(KEY_NAME);
        if key.is_file() {
            let key_to = with_ending(to, KEY_ENDING);
            copy_new(&key, &key_to).map_err(fault(&key_to))?;
        }
        Ok(())
    };
    made.await.inspect_err(|_| drop(fs::remove_file(to)))
}

/// A copy that was found good, ready to go into place.
#[derive(Debug)]
pub struct Staged {
    data_dir: PathBuf,
    database: PathBuf,
    key: Option<PathBuf>,
}

/// What was in place before, kept aside.
#[derive(Debug)]
pub struct Before {
    data_dir: PathBuf,
    suffix: String,
    has_key: bool,
}

/// Copies `from` into the data directory and looks whether it can be restored. Changes nothing else.
///
/// # Errors
/// See [`SnapshotError`].
pub async fn stage(data_dir: &Path, from: &Path) -> Result<Staged, SnapshotError> {
    let staged = Staged {
        data_dir: data_dir.into(),
        database: data_dir.join(format!("{FILE_NAME}.{STAGED}")),
        key: None,
    };
    staged.remove();
    // From here on, what is left of it goes when it is dropped.
    let mut staged = staged;
    copy_new(from, &staged.database).map_err(fault(from))?;
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
    /// Puts the copy in the place of the database, which nobody may have open. What was there is kept beside it.
    ///
    /// # Errors
    /// See [`SnapshotError`]; the database is as before then.
    pub fn swap(self) -> Result<Before, SnapshotError> {
        let lock = lock(&self.data_dir)?;
        let before = Before {
            data_dir: self.data_dir.clone(),
            suffix: format!(".before-restore-{}", UnixMs::now().0),
            has_key: self.key.is_some() && self.data_dir.join(KEY_NAME).exists(),
        };
        let database = self.data_dir.join(FILE_NAME);
        // A log that is still there belongs to the database before, and goes with it.
        for ending in ["", "-wal", "-shm"] {
            let old = with_ending(&database, ending);
            if old.exists() {
                fs::rename(&old, before.aside(&database, ending)).map_err(fault(&old))?;
            }
        }
        let placed = fs::rename(&self.database, &database).and_then(|()| match &self.key {
            None => Ok(()),
            Some(key) => {
                let place = self.data_dir.join(KEY_NAME);
                if before.has_key {
                    fs::rename(&place, before.aside(&place, ""))?;
                }
                fs::rename(key, place)
            }
        });
        if let Err(error) = placed {
            before.put_back()?;
            return Err(fault(&database)(error));
        }
        sync_dir(&self.data_dir).map_err(fault(&self.data_dir))?;
        drop(lock);
        Ok(before)
    }

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

impl Before {
    /// Where the database before is kept.
    pub fn database(&self) -> PathBuf {
        self.aside(&self.data_dir.join(FILE_NAME), "")
    }

    fn aside(&self, path: &Path, ending: &str) -> PathBuf {
        with_ending(&with_ending(path, &self.suffix), ending)
    }

    /// Undoes the swap, for a copy with which the server does not start.
    ///
    /// # Errors
    /// See [`SnapshotError`].
    pub fn put_back(self) -> Result<(), SnapshotError> {
        let database = self.data_dir.join(FILE_NAME);
        for ending in ["", "-wal", "-shm"] {
            let place = with_ending(&database, ending);
            let _ = fs::remove_file(&place);
            let kept = self.aside(&database, ending);
            if kept.exists() {
                fs::rename(&kept, &place).map_err(fault(&place))?;
            }
        }
        if self.has_key {
            let place = self.data_dir.join(KEY_NAME);
            let kept = self.aside(&place, "");
            if kept.exists() {
                fs::rename(kept, &place).map_err(fault(&place))?;
            }
        }
        sync_dir(&self.data_dir).map_err(fault(&self.data_dir))
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

/// Whether a server runs on this data directory.
///
/// # Errors
/// The directory cannot be used.
pub fn is_in_use(data_dir: &Path) -> Result<bool, DbError> {
    if !data_dir.join(LOCK_NAME).exists() {
        return Ok(false);
    }
    match lock(data_dir) {
        Ok(_) => Ok(false),
        Err(DbError::InUse(_)) => Ok(true),
        Err(error) => Err(error),
    }
}
