//! What a crash may leave.

use super::{BlobError, BlobKey, BlobKind, Blobs, Place};
use crate::clock::UnixMs;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, future};
use object_store::ObjectStore as _;
use object_store::path::Path as StorePath;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

impl Blobs {
    /// The objects that were stored before this moment, but recordings, which have keys of their own.
    pub fn older_than(&self, before: UnixMs) -> impl Stream<Item = Result<BlobKey, BlobError>> + Unpin {
        let folders = BlobKind::ALL.map(|kind| StorePath::from(kind.folder()));
        let store = self.store.clone();
        let listed = futures_util::stream::iter(folders).flat_map(move |folder| store.list(Some(&folder)));
        let listed = listed.map_err(BlobError::from);
        listed.try_filter_map(move |object| {
            let old = object.last_modified.timestamp_millis() < before.0;
            let key = BlobKey::parse(object.location.as_ref()).ok();
            future::ok(key.filter(|_| old))
        })
    }

    /// Removes files that were begun before this moment and never became objects. How many they were.
    pub async fn remove_unfinished(&self, before: UnixMs) -> u64 {
        let Place::Folder(folder) = &self.place else { return 0 };
        let folder = folder.root().to_owned();
        let removing = tokio::task::spawn_blocking(move || remove_unfinished(&folder, before));
        removing.await.unwrap_or(0)
    }
}

/// They have the name that the store gives a file until it is whole: that of the object, `#` and a number.
fn remove_unfinished(folder: &Path, before: UnixMs) -> u64 {
    let before = UNIX_EPOCH + Duration::from_millis(u64::try_from(before.0).unwrap_or(0));
    let mut count = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
                continue;
            }
            // There may be millions that are finished: they are not looked at.
            if !entry.file_name().as_encoded_bytes().contains(&b'#') {
                continue;
            }
            let old = entry
                .metadata()
                .and_then(|meta| meta.modified())
                .is_ok_and(|at| at < before);
            count += u64::from(old && std::fs::remove_file(entry.path()).is_ok());
        }
    }
    count
}
