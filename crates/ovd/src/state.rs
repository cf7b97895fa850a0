//! The folder in which an agent keeps what outlives it: configuration, version, clock, logs.
//!
//! Files are replaced whole: whoever reads one finds the old or the new content, also after a power cut.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{DirBuilder, File, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// Such a folder. It is the agent's alone: only its user may look into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateDir {
    path: PathBuf,
}

/// Says that the folder is taken.
#[derive(Debug)]
pub struct StateLock {
    _file: File,
}

impl StateDir {
    /// Opens the folder; it is made if there is none.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
        Ok(Self { path })
    }

    /// Where the agent of this login code keeps its state unless configured otherwise: in `$XDG_STATE_HOME`, or
    /// `~/.local/state`. `None` if there is neither.
    pub fn default_path(login_code: &str) -> Option<PathBuf> {
        let folder = |name: &str| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        folder("XDG_STATE_HOME")
            .or_else(|| folder("HOME").map(|home| home.join(".local").join("state")))
            .map(|state| state.join("ovd").join(login_code))
    }

    /// Takes the folder for one agent alone, for as long as the guard lives; also after a crash it is free again.
    ///
    /// # Errors
    /// When another agent has it.
    pub fn lock(&self) -> io::Result<StateLock> {
        let file = File::create(self.path.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(StateLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(io::Error::new(
                io::ErrorKind::AddrInUse,
                "another agent uses this state folder",
            )),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder in it; it is made if there is none.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path.join(name);
        DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
        Ok(path)
    }

    /// Reads what [`Self::save`] wrote. `None` if nothing was written yet; so too, with a warning, if it cannot be
    /// understood any more: the agent then starts with what it would have without it.
    pub fn load<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let path = self.path.join(name);
        let problem = match std::fs::read(&path) {
            Ok(bytes) => match serde_json::from_slice(&bytes) {
                Ok(value) => return Some(value),
                Err(error) => error.to_string(),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => error.to_string(),
        };
        tracing::warn!(file = %path.display(), %problem, "cannot use what was kept, going on without it");
        None
    }

    /// Writes `value` as JSON under `name`, durably.
    ///
    /// # Errors
    /// When it cannot be written; what was there before is still there then.
    pub fn save<T: Serialize>(&self, name: &str, value: &T) -> io::Result<()> {
        let mut bytes = serde_json::to_vec_pretty(value)?;
        bytes.push(b'\n');
        write_atomically(&self.path.join(name), &bytes)
    }

    /// Forgets what was written under `name`.
    ///
    /// # Errors
    /// When it is still there.
    pub fn forget(&self, name: &str) -> io::Result<()> {
        match std::fs::remove_file(self.path.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => sync_folder(&self.path),
        }
    }
}

/// Replaces a file: the new content is on the disk before it takes the old one's name, and the name is on the disk when
/// this returns.
///
/// # Errors
/// When it cannot; the old content is untouched then.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let beside = folder.join(name);
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(&beside, path)?;
    sync_folder(folder)
}

/// Makes names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn what_was_saved_is_found_again_and_forgotten_when_told() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path().join("a").join("b")).unwrap();
        assert_eq!(state.load::<Vec<u32>>("numbers.json"), None);
        state.save("numbers.json", &vec![1, 2]).unwrap();
        state.save("numbers.json", &vec![3]).unwrap();
        assert_eq!(state.load("numbers.json"), Some(vec![3]));
        let left: Vec<_> = std::fs::read_dir(state.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
        state.forget("numbers.json").unwrap();
        state.forget("numbers.json").unwrap();
        assert_eq!(state.load::<Vec<u32>>("numbers.json"), None);
        let mode = std::fs::metadata(state.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "nobody else looks into it");
    }

    #[test]
    fn two_agents_do_not_share_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path()).unwrap();
        let lock = state.lock().unwrap();
        assert_eq!(state.lock().unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(lock);
        state.lock().unwrap();
    }

    #[test]
    fn a_damaged_file_and_a_write_that_was_cut_off_are_survived() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path()).unwrap();
        state.save("it.json", &7).unwrap();
        // The power went while the next content was written.
        std::fs::write(folder.path().join("it.json.new"), b"{\"half").unwrap();
        assert_eq!(state.load("it.json"), Some(7));
        std::fs::write(folder.path().join("it.json"), b"not json").unwrap();
        assert_eq!(state.load::<u32>("it.json"), None);
        state.save("it.json", &8).unwrap();
        assert_eq!(state.load("it.json"), Some(8));
    }
}
