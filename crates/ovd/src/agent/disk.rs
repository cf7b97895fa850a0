//! A disk that is a folder of limited size, as an SD card would be: pictures of alarms are kept on it, the oldest make
//! room for new ones, and it can be formatted.
//!
//! A folder is the agent's only when its marker file says so. Nothing is ever deleted in another one.

use super::Inner;
use crate::device::{Answer, done};
use crate::state::write_atomically;
use dap::methods::{DiskState, Empty, FormatDisk, GetDiskInfo, GetDiskInfoAnswer};
use dap::{Extra, RpcError};
use parking_lot::Mutex;
use serde::{Deserialize, Deserializer, de};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// Says whose the folder is.
const MARKER: &str = ".ovd-disk";
/// Smallest size that is of use, bytes.
const MIN_SIZE: u64 = 1 << 20;

/// Which folder, and how much may be in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiskSetup {
    /// The folder. It is made if there is none; one that holds something already is not taken.
    pub path: PathBuf,
    /// Its size in bytes, or such as `512 MiB`.
    #[serde(deserialize_with = "size", default = "default_size")]
    pub size: u64,
}

fn default_size() -> u64 {
    1 << 30
}

/// A number of bytes, or text with a unit; 1 MiB at least.
pub(super) fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Size {
        Bytes(u64),
        Text(String),
    }
    let size = match Size::deserialize(deserializer)? {
        Size::Bytes(bytes) => Some(bytes),
        Size::Text(text) => parse_size(&text),
    };
    size.filter(|&size| size >= MIN_SIZE)
        .ok_or_else(|| de::Error::custom("must be 1 MiB at least: a number of bytes, or such as \"512 MiB\""))
}

fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit: u64 = match unit.trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// Such a disk.
#[derive(Clone)]
pub(super) struct Disk {
    setup: DiskSetup,
    owner: String,
    /// Held while files on it are written or deleted.
    busy: Arc<Mutex<()>>,
    formatting: Arc<Mutex<bool>>,
}

impl Disk {
    /// Takes the folder for the agent of this login code. A folder that cannot be taken is a faulty disk.
    pub(super) fn new(setup: DiskSetup, owner: &str) -> Self {
        let disk = Self {
            setup,
            owner: owner.to_owned(),
            busy: Arc::default(),
            formatting: Arc::default(),
        };
        if let Err(error) = disk.take() {
            tracing::warn!(path = %disk.setup.path.display(), %error, "the disk cannot be used");
        }
        disk
    }

    fn take(&self) -> io::Result<()> {
        let path = &self.setup.path;
        std::fs::create_dir_all(path)?;
        if std::fs::read_dir(path)?.next().is_none() {
            write_atomically(&path.join(MARKER), self.owner.as_bytes())?;
        }
        self.check()
    }

    /// Whether the folder is this agent's.
    fn check(&self) -> io::Result<()> {
        let marker = std::fs::read(self.setup.path.join(MARKER)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => io::Error::other("the folder is not the agent's: it holds other things"),
            _ => error,
        })?;
        if marker == self.owner.as_bytes() {
            Ok(())
        } else {
            Err(io::Error::other("the folder is another agent's"))
        }
    }

    fn state(&self) -> DiskState {
        if *self.formatting.lock() {
            return DiskState::FORMATTING;
        }
        match self.check() {
            Ok(()) => DiskState::OK,
            Err(error) => {
                tracing::debug!(%error, "the disk is faulty");
                DiskState::FAULTY
            }
        }
    }

    /// Deletes everything on it.
    fn format(&self) -> io::Result<()> {
        let _busy = self.busy.lock();
        self.check()?;
        for entry in std::fs::read_dir(&self.setup.path)? {
            let entry = entry?;
            if entry.file_name() == MARKER {
                continue;
            }
            // A link is deleted, not followed.
            if entry.file_type()?.is_dir() {
                std::fs::remove_dir_all(entry.path())?;
            } else {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Keeps a file in a folder of the disk; the oldest ones there make room.
    pub(super) fn keep(&self, folder: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
        let _busy = self.busy.lock();
        self.check()?;
        let folder = self.setup.path.join(folder);
        std::fs::create_dir_all(&folder)?;
        let mut files = files(&folder)?;
        files.sort();
        let mut used: u64 = files.iter().map(|(_, _, len)| len).sum();
        for (_, path, len) in files {
            if used + bytes.len() as u64 <= self.setup.size {
                break;
            }
            std::fs::remove_file(path)?;
            used -= len;
        }
        write_atomically(&folder.join(name), bytes)
    }
}

/// The files in a folder: when they were written, where they are, how long they are.
fn files(folder: &Path) -> io::Result<Vec<(SystemTime, PathBuf, u64)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        if metadata.is_file() {
            files.push((metadata.modified()?, entry.path(), metadata.len()));
        }
    }
    Ok(files)
}

impl Inner {
    pub(super) async fn get_disk_info(&self, _params: Empty) -> Answer<GetDiskInfo> {
        let state = self.disk.as_ref().map_or(DiskState::NO_CARD, Disk::state);
        Ok(GetDiskInfoAnswer {
            state,
            extra: Extra::default(),
        })
    }

    /// Answered before it is done; GetDiskInfo tells the rest.
    pub(super) async fn format_disk(self: &Arc<Self>, _params: Empty) -> Answer<FormatDisk> {
        let disk = self
            .disk
            .clone()
            .ok_or_else(|| RpcError::internal("there is no disk"))?;
        disk.check()
            .map_err(|error| RpcError::internal(format!("the disk cannot be formatted: {error}")))?;
        if std::mem::replace(&mut *disk.formatting.lock(), true) {
            return done();
        }
        self.spawn(async move {
            let formatter = disk.clone();
            let outcome = tokio::task::spawn_blocking(move || formatter.format()).await;
            *disk.formatting.lock() = false;
            match outcome {
                Ok(Ok(())) => tracing::info!("disk formatted"),
                Ok(Err(error)) => tracing::warn!(%error, "the disk could not be formatted"),
                Err(error) => tracing::warn!(%error, "the disk could not be formatted"),
            }
        });
        done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(path: &Path, size: u64) -> Disk {
        let setup = DiskSetup {
            path: path.to_owned(),
            size,
        };
        Disk::new(setup, "42")
    }

    #[test]
    fn a_folder_that_holds_other_things_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
        let taken = disk(folder.path(), 1000);
        assert_eq!(taken.state(), DiskState::FAULTY);
        assert!(taken.format().is_err() && taken.keep("a", "b", b"c").is_err());
        assert!(folder.path().join("thesis.txt").exists());
        // Nor is another agent's disk formatted.
        let other = tempfile::tempdir().unwrap();
        std::fs::write(other.path().join(MARKER), "43").unwrap();
        std::fs::write(other.path().join("picture.jpg"), "x").unwrap();
        assert!(disk(other.path(), 1000).format().is_err());
        assert!(other.path().join("picture.jpg").exists());
    }

    #[test]
    fn formatting_empties_the_disk_and_follows_no_links() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("mine"), "x").unwrap();
        let disk = disk(&folder.path().join("card"), 1000);
        assert_eq!(disk.state(), DiskState::OK);
        disk.keep("alarms", "1.jpg", b"picture").unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("card").join("link")).unwrap();
        disk.format().unwrap();
        let left: Vec<_> = std::fs::read_dir(folder.path().join("card"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, [MARKER]);
        assert!(outside.path().join("mine").exists());
    }

    #[test]
    fn the_oldest_files_make_room() {
        let folder = tempfile::tempdir().unwrap();
        let disk = disk(&folder.path().join("card"), 1000);
        for number in 0..20u64 {
            let name = format!("{number}.jpg");
            disk.keep("alarms", &name, &[0; 100]).unwrap();
            let written = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000 + number);
            let file = std::fs::File::options()
                .write(true)
                .open(folder.path().join("card/alarms").join(name))
                .unwrap();
            file.set_modified(written).unwrap();
        }
        let mut names: Vec<u32> = files(&folder.path().join("card/alarms"))
            .unwrap()
            .iter()
            .map(|(_, path, _)| path.file_stem().unwrap().to_str().unwrap().parse().unwrap())
            .collect();
        names.sort_unstable();
        assert_eq!(names, (10..20).collect::<Vec<_>>());
    }

    #[test]
    fn sizes_are_read_as_people_write_them() {
        assert_eq!(parse_size("512 MiB"), Some(512 << 20));
        assert_eq!(parse_size("2GiB"), Some(2 << 30));
        assert_eq!(parse_size("4096"), Some(4096));
        for bad in ["", "many", "1 MB", "-1 MiB", "99999999999999 GiB"] {
            assert_eq!(parse_size(bad), None, "{bad}");
        }
    }
}
