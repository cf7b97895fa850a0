//! The data directory: one process has it at a time, and finds it whole.

use super::{DbError, LOCK_NAME, make_private_dir, make_private_file, snapshot};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The data directory, taken for this process. Clones are the same; it is free when the last one is dropped.
#[derive(Debug, Clone)]
pub struct DataDir {
    path: PathBuf,
    lock: Arc<File>,
}

impl DataDir {
    /// Takes it, and makes it if it is not there. A restore that was cut short in it is undone first.
    ///
    /// # Errors
    /// It cannot be used, or belongs to another process.
    pub fn take(path: &Path) -> Result<Self, DbError> {
        let fault = |error| DbError::DataDir {
            path: path.into(),
            error,
        };
        make_private_dir(path).map_err(fault)?;
        let lock = make_private_file(&path.join(LOCK_NAME)).map_err(fault)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DbError::InUse(path.into())),
            Err(TryLockError::Error(error)) => return Err(fault(error)),
        }
        snapshot::undo_unfinished(path).map_err(fault)?;
        Ok(Self {
            path: path.into(),
            lock: Arc::new(lock),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it free, whoever still holds a clone.
    pub fn release(&self) {
        if let Err(error) = self.lock.unlock() {
            tracing::warn!(%error, "cannot give the data directory free");
        }
    }
}
