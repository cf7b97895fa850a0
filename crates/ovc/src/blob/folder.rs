//! Recordings in a folder of this machine. They are most of what is written, so they do not go by way of the general
//! store: a segment is written as it comes, costs two syncs, and nothing is read again.

use super::SegmentKey;
use super::key::{SEGMENTS, day};
use crate::clock::UnixMs;
use crate::ids::RecordStreamId;
use bytes::Bytes;
use parking_lot::Mutex;
use rand::Rng as _;
use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folders that are remembered as being on the disk.
const REMEMBERED: usize = 100_000;

/// Runs what waits for the disk where it keeps nobody from running.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// The folder. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: Arc<Path>,
    /// Folders of segments of which it is known that they are on the disk, with the way to them. The one who makes a
    /// folder has not yet synced it when the next finds it there.
    durable: Arc<Mutex<HashSet<PathBuf>>>,
}

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// For us.
    pub free_bytes: u64,
    /// In all.
    pub total_bytes: u64,
}

impl Folder {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.into(),
            durable: Arc::default(),
        }
    }

    pub(super) fn path(&self, stream: RecordStreamId, key: &SegmentKey) -> PathBuf {
        let day = day(key.made_at());
        self.root
            .join(SEGMENTS)
            .join(stream.to_string())
            .join(day)
            .join(key.to_string())
    }

    /// Begins a file that is to become this object.
    pub(super) async fn begin(&self, path: PathBuf) -> io::Result<Growing> {
        let folder = self.clone();
        blocking(move || folder.create(path)).await
    }

    fn create(&self, path: PathBuf) -> io::Result<Growing> {
        let parent = path.parent().unwrap_or(&self.root).to_owned();
        self.make(&parent)?;
        match Growing::create(path.clone()) {
            // It was emptied and removed meanwhile.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.durable.lock().remove(&parent);
                self.make(&parent)?;
                Growing::create(path)
            }
            created => created,
        }
    }

    /// Sees to it that a folder is there, and on the disk with all that lead to it.
    fn make(&self, folder: &Path) -> io::Result<()> {
        if self.durable.lock().contains(folder) {
            return Ok(());
        }
        std::fs::create_dir_all(folder)?;
        let mut at = folder;
        loop {
            sync_folder(at)?;
            match at.parent() {
                Some(parent) if at != &*self.root => at = parent,
                _ => break,
            }
        }
        let mut durable = self.durable.lock();
        if durable.len() >= REMEMBERED {
            durable.clear();
        }
        durable.insert(folder.to_owned());
        Ok(())
    }

    /// Deletes objects, those that are gone already too, and the folders that are empty then. On the disk when this
    /// returns.
    pub(super) async fn delete(&self, objects: Vec<(RecordStreamId, SegmentKey)>) -> io::Result<()> {
        let folder = self.clone();
        blocking(move || folder.delete_now(&objects)).await
    }

    fn delete_now(&self, objects: &[(RecordStreamId, SegmentKey)]) -> io::Result<()> {
        let mut folders = BTreeSet::new();
        for (stream, key) in objects {
            let path = self.path(*stream, key);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                removed => {
                    if let (Ok(()), Some(parent)) = (removed, path.parent()) {
                        folders.insert(parent.to_owned());
                    }
                }
            }
        }
        // One sync a folder, however many files.
        for folder in folders {
            let left = if std::fs::remove_dir(&folder).is_ok() {
                self.durable.lock().remove(&folder);
                folder.parent().unwrap_or(&self.root)
            } else {
                &folder
            };
            match sync_folder(left) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// How long an object is.
    pub(super) async fn len(&self, path: PathBuf) -> io::Result<u64> {
        blocking(move || std::fs::metadata(path).map(|meta| meta.len())).await
    }

    /// Removes the files of a day's folder that were begun before this moment and are not whole.
    pub(super) async fn remove_unfinished(
        &self,
        stream: RecordStreamId,
        day: String,
        before: UnixMs,
    ) -> io::Result<()> {
        let folder = self.root.join(SEGMENTS).join(stream.to_string()).join(day);
        blocking(move || {
            for name in names(&folder)? {
                let key = name.split_once('#').and_then(|(key, _)| SegmentKey::parse(key).ok());
                if key.is_some_and(|key| key.made_at() < before) {
                    // One that cannot be removed is found again.
                    let _ = std::fs::remove_file(folder.join(name));
                }
            }
            Ok(())
        })
        .await
    }

    /// The objects of a day's folder that were made before this moment.
    pub(super) async fn made_before(
        &self,
        stream: RecordStreamId,
        day: String,
        before: UnixMs,
    ) -> io::Result<Vec<SegmentKey>> {
        let folder = self.root.join(SEGMENTS).join(stream.to_string()).join(day);
        blocking(move || {
            let names = names(&folder)?.into_iter();
            let keys = names.filter_map(|name| SegmentKey::parse(&name).ok());
            Ok(keys.filter(|key| key.made_at() < before).collect())
        })
        .await
    }

    /// The streams of which there is something.
    pub(super) async fn streams(&self) -> io::Result<Vec<RecordStreamId>> {
        let folder = self.root.join(SEGMENTS);
        let names = blocking(move || names(&folder)).await?;
        Ok(names
            .into_iter()
            .filter_map(|name| name.parse().ok().map(RecordStreamId))
            .collect())
    }

    /// The days of a stream of which there is something.
    pub(super) async fn days(&self, stream: RecordStreamId) -> io::Result<Vec<String>> {
        let folder = self.root.join(SEGMENTS).join(stream.to_string());
        blocking(move || names(&folder)).await
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) async fn space(&self) -> io::Result<Space> {
        let root = self.root.clone();
        blocking(move || {
            let stat = rustix::fs::statvfs(&*root)?;
            Ok(Space {
                free_bytes: stat.f_bavail.saturating_mul(stat.f_frsize),
                total_bytes: stat.f_blocks.saturating_mul(stat.f_frsize),
            })
        })
        .await
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let names = entries.map(|entry| Ok(entry?.file_name().into_string().ok()));
    names.filter_map(Result::transpose).collect()
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// A file that becomes an object when it is whole; dropped before, nothing is left of it.
pub(super) struct Growing {
    file: Option<File>,
    /// Its name until then: that of the object, `#` and a number, as the general store has it.
    at: PathBuf,
    to: PathBuf,
}

impl Growing {
    fn create(to: PathBuf) -> io::Result<Self> {
        let number: u32 = rand::rng().random();
        let mut at = to.clone().into_os_string();
        at.push(format!("#{number}"));
        let at = PathBuf::from(at);
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&at)?;
        Ok(Self {
            file: Some(file),
            at,
            to,
        })
    }

    /// Writes on.
    pub(super) async fn write(mut self, pieces: Vec<Bytes>) -> io::Result<Self> {
        blocking(move || {
            self.append(&pieces)?;
            Ok(self)
        })
        .await
    }

    /// Writes the rest, and it is an object, on the disk.
    pub(super) async fn finish(mut self, pieces: Vec<Bytes>) -> io::Result<()> {
        blocking(move || {
            self.append(&pieces)?;
            if let Some(file) = &self.file {
                file.sync_all()?;
            }
            std::fs::rename(&self.at, &self.to)?;
            self.file = None;
            sync_folder(self.to.parent().unwrap_or(&self.to))
        })
        .await
    }

    fn append(&mut self, pieces: &[Bytes]) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        pieces.iter().try_for_each(|piece| file.write_all(piece))
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        if self.file.take().is_none() {
            return;
        }
        let at = std::mem::take(&mut self.at);
        // Whoever gives up does not wait for it. What cannot be removed is found later.
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || std::fs::remove_file(at))),
            Err(_) => drop(std::fs::remove_file(at)),
        }
    }
}

/// Reads a part of a file, in pieces of `piece` bytes.
pub(super) fn read(
    file: File,
    range: Range<u64>,
    piece: u64,
) -> impl futures_util::Stream<Item = io::Result<Bytes>> + Send + 'static {
    futures_util::stream::try_unfold((Some(file), range), move |(file, range)| async move {
        let Some(mut file) = file.filter(|_| !range.is_empty()) else {
            return Ok(None);
        };
        blocking(move || {
            let wanted = (range.end - range.start).min(piece);
            let mut bytes = Vec::with_capacity(usize::try_from(wanted).unwrap_or(0));
            file.seek(SeekFrom::Start(range.start))?;
            let came = (&mut file).take(wanted).read_to_end(&mut bytes)?;
            if (came as u64) < wanted {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            Ok(Some((
                Bytes::from(bytes),
                (Some(file), range.start + wanted..range.end),
            )))
        })
        .await
    })
}
