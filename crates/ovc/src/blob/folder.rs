//! Recordings in a folder of this machine. They are most of what is written, so they do not go by way of the general
//! store: a segment is written as it comes, costs two syncs, and nothing is read again.

use super::SegmentKey;
use super::key::{SEGMENTS, day};
use crate::clock::UnixMs;
use crate::ids::RecordStreamId;
use bytes::Bytes;
use parking_lot::Mutex;
use rand::Rng as _;
use std::collections::{BTreeMap, HashSet};
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
    /// Objects that have their names, or are just getting them, of which it is not known that they are on the disk under
    /// them. Whoever finds one there before that syncs it himself.
    settling: Arc<Mutex<HashSet<PathBuf>>>,
}

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// For us.
    pub free_bytes: u64,
    /// In all.
    pub total_bytes: u64,
}

/// What could not be deleted.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// Which.
    pub(super) objects: Vec<(RecordStreamId, SegmentKey)>,
    /// Why the first could not.
    pub(super) why: Option<io::Error>,
}

impl Left {
    fn add(&mut self, objects: impl IntoIterator<Item = (RecordStreamId, SegmentKey)>, why: io::Error) {
        self.objects.extend(objects);
        self.why.get_or_insert(why);
    }
}

impl Folder {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.into(),
            durable: Arc::default(),
            settling: Arc::default(),
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
        match Growing::create(self.clone(), path.clone()) {
            // It was emptied and removed meanwhile.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.durable.lock().remove(&parent);
                self.make(&parent)?;
                Growing::create(self.clone(), path)
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
    /// returns. Those that could not be deleted, and why the first could not: the others go all the same.
    pub(super) async fn delete(&self, objects: Vec<(RecordStreamId, SegmentKey)>) -> io::Result<Left> {
        let folder = self.clone();
        blocking(move || Ok(folder.delete_now(&objects))).await
    }

    fn delete_now(&self, objects: &[(RecordStreamId, SegmentKey)]) -> Left {
        let mut left = Left::default();
        let mut folders: BTreeMap<PathBuf, Vec<_>> = BTreeMap::new();
        for (stream, key) in objects {
            let path = self.path(*stream, key);
            match std::fs::remove_file(&path) {
                Ok(()) => {
                    if let Some(parent) = path.parent() {
                        folders.entry(parent.to_owned()).or_default().push((*stream, *key));
                    }
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => left.add([(*stream, *key)], error),
            }
        }
        // One sync a folder, however many files.
        for (folder, deleted) in folders {
            let still_there = if std::fs::remove_dir(&folder).is_ok() {
                self.durable.lock().remove(&folder);
                folder.parent().unwrap_or(&self.root)
            } else {
                &folder
            };
            match sync_folder(still_there) {
                // They may come back.
                Err(error) if error.kind() != ErrorKind::NotFound => left.add(deleted, error),
                _ => {}
            }
        }
        left
    }

    /// How long an object is that is there, and on the disk.
    pub(super) async fn len(&self, path: PathBuf) -> io::Result<u64> {
        let folder = self.clone();
        blocking(move || {
            let len = std::fs::metadata(&path)?.len();
            folder.settle(&path)?;
            Ok(len)
        })
        .await
    }

    /// Sees to it that an object that was found stays where it is. Mostly that is so: the one who brought it synced it. But
    /// he may be at it still, or may have been killed before he got to it.
    fn settle(&self, path: &Path) -> io::Result<()> {
        let parent = path.parent().unwrap_or(&self.root);
        // Of what was there before the start nothing is known: once a folder, for all in it.
        self.make(parent)?;
        if self.settling.lock().contains(path) {
            sync_folder(parent)?;
            self.settling.lock().remove(path);
        }
        Ok(())
    }

    /// Gives an object its name.
    fn name(&self, at: &Path, to: &Path) -> io::Result<()> {
        let parent = to.parent().unwrap_or(&self.root);
        self.settling.lock().insert(to.to_owned());
        let named = std::fs::rename(at, to).and_then(|()| sync_folder(parent));
        if named.is_err() {
            // Whoever finds something there syncs the folder anew.
            self.durable.lock().remove(parent);
        }
        self.settling.lock().remove(to);
        named
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
    folder: Folder,
    file: Option<File>,
    /// Its name until then: that of the object, `#` and a number, as the general store has it.
    at: PathBuf,
    to: PathBuf,
}

impl Growing {
    fn create(folder: Folder, to: PathBuf) -> io::Result<Self> {
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
            folder,
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
            self.folder.name(&self.at, &self.to)?;
            // It has its name: nothing is to be removed.
            drop(self.file.take());
            Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: RecordStreamId = RecordStreamId(7);

    async fn put(folder: &Folder, path: &Path) {
        let growing = folder.begin(path.to_owned()).await.unwrap();
        growing.finish(vec![Bytes::from_static(b"abc")]).await.unwrap();
    }

    #[tokio::test]
    async fn what_a_run_before_left_is_synced_before_it_counts() {
        let dir = tempfile::tempdir().unwrap();
        let before = Folder::new(dir.path());
        let path = before.path(STREAM, &SegmentKey::random(UnixMs(0)));
        put(&before, &path).await;
        let folder = Folder::new(dir.path());
        assert_eq!(
            folder.len(dir.path().join("none")).await.unwrap_err().kind(),
            ErrorKind::NotFound
        );
        assert!(folder.durable.lock().is_empty());
        assert_eq!(folder.len(path.clone()).await.unwrap(), 3);
        assert!(folder.durable.lock().contains(path.parent().unwrap()));
    }

    #[tokio::test]
    async fn what_somebody_else_is_about_to_sync_is_synced_before_it_counts() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        let [one, other] = [(); 2].map(|()| folder.path(STREAM, &SegmentKey::random(UnixMs(0))));
        put(&folder, &one).await;
        assert!(folder.settling.lock().is_empty(), "it is synced");
        // He has renamed it, and hangs.
        std::fs::copy(&one, &other).unwrap();
        folder.settling.lock().insert(other.clone());
        assert_eq!(folder.len(other).await.unwrap(), 3);
        assert!(folder.settling.lock().is_empty());
        // Nothing was named: it is not known any more what is on the disk.
        let growing = folder.begin(one.clone()).await.unwrap();
        std::fs::remove_file(&growing.at).unwrap();
        growing.finish(Vec::new()).await.unwrap_err();
        assert!(folder.settling.lock().is_empty() && folder.durable.lock().is_empty());
        assert_eq!(folder.len(one).await.unwrap(), 3);
    }
}
