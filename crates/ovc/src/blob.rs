//! Objects: pictures, logs, firmware, sounds. Bytes that are too many for the database, each under a key that is made
//! here and never comes from outside.
//!
//! An object is whole or not there, and on the disk before its key is handed out. What refers to one is written to the
//! database after that, and forgotten before the object is deleted: no row ever points to bytes that are not there. What a
//! crash leaves in between is swept up later ([`crate::retention`]).

mod folder;
mod key;
mod leftovers;
mod s3;
mod segments;
mod upload;

pub use folder::Space;
pub use key::{BadKey, BlobKey, BlobKind, SegmentKey};
pub use segments::{Day, NotDeleted, PutSegmentError};

use crate::config::{BlobsConfig, S3Config, StoreKind};
use crate::db::make_private_dir;
use bytes::Bytes;
use folder::Folder;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path as StorePath;
use object_store::{GetOptions, GetRange, GetResultPayload, ObjectStore, ObjectStoreExt as _};
use sha2::{Digest as _, Sha256};
use std::error::Error as _;
use std::fmt;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use upload::Upload;

/// What is gathered of an object in memory before it is written on: to a file, and to S3, which takes no parts of less
/// than 5 MiB.
const PART: usize = 256 << 10;
const PART_OF_S3: usize = 8 << 20;
/// What is read of a file at once.
const PIECE: u64 = 256 << 10;

/// Where objects are kept. Clones are the same.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    place: Place,
    part: usize,
}

/// What differs between the stores.
#[derive(Clone)]
enum Place {
    Folder(Folder),
    S3(Arc<s3::Signer>),
}

impl fmt::Debug for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blobs({})", self.store)
    }
}

/// An object just stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its key.
    pub key: BlobKey,
    /// How long it is.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: [u8; 32],
}

/// An object that is read.
pub struct Content {
    /// Its bytes.
    pub stream: BoxStream<'static, Result<Bytes, BlobError>>,
    /// How long all of it is.
    pub total: u64,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

/// Why an object cannot be read, written or deleted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
    /// There is none with this key.
    #[error("there is no such object")]
    NotFound,
    /// The disk is full.
    #[error("there is no room left where objects are kept")]
    Full,
    /// The disk failed.
    #[error("object store: {0}")]
    Disk(io::Error),
    /// Whatever else a store may have.
    #[error("object store: {0}")]
    Store(object_store::Error),
}

impl From<io::Error> for BlobError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Disk(error),
        }
    }
}

impl From<object_store::Error> for BlobError {
    fn from(error: object_store::Error) -> Self {
        if let object_store::Error::NotFound { .. } = error {
            return Self::NotFound;
        }
        let mut cause = error.source();
        while let Some(error) = cause {
            let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
            if let Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) = kind {
                return Self::Full;
            }
            cause = error.source();
        }
        Self::Store(error)
    }
}

/// Why an object was not stored. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum PutError<E> {
    /// It is longer than allowed.
    #[error("longer than {0} bytes")]
    TooBig(u64),
    /// Where it came from failed, or did not like it.
    #[error(transparent)]
    Source(E),
    /// It could not be written.
    #[error(transparent)]
    Blob(BlobError),
}

impl Blobs {
    /// Those in the folder that a data directory has for them if nothing else is said.
    ///
    /// # Errors
    /// See [`Self::open_as`].
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        Self::open_as(&BlobsConfig::default(), &S3Config::default(), data_dir)
    }

    /// Those in the configured store. A folder is made if it is not there, for its owner only.
    ///
    /// # Errors
    /// It cannot be made, or what is configured makes no sense. Whether a store elsewhere answers is not asked.
    pub fn open_as(config: &BlobsConfig, s3: &S3Config, data_dir: &Path) -> io::Result<Self> {
        if config.store == StoreKind::S3 {
            let (store, signer) = s3::open(s3)?;
            return Ok(Self {
                store,
                place: Place::S3(Arc::new(signer)),
                part: PART_OF_S3,
            });
        }
        let folder = config.local_folder(data_dir);
        make_private_dir(&folder)?;
        let store = LocalFileSystem::new_with_prefix(&folder)
            .map_err(io::Error::other)?
            .with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
            place: Place::Folder(Folder::new(&folder)),
            part: PART,
        })
    }

    /// Stores what comes, at most `max` bytes. `look` sees each piece before it is kept and may refuse it. It is on the
    /// disk when this returns; dropped before, nothing is left of it.
    ///
    /// # Errors
    /// See [`PutError`].
    pub async fn put<E>(
        &self,
        kind: BlobKind,
        source: impl Stream<Item = Result<Bytes, E>>,
        max: u64,
        mut look: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Stored, PutError<E>> {
        let key = BlobKey::random(kind);
        let mut upload = Upload::new(self, path(&key));
        let mut hash = Sha256::new();
        let mut bytes = 0_u64;
        let mut source = pin!(source);
        while let Some(piece) = source.next().await {
            let piece = piece.map_err(PutError::Source)?;
            bytes += piece.len() as u64;
            if bytes > max {
                return Err(PutError::TooBig(max));
            }
            look(&piece).map_err(PutError::Source)?;
            hash.update(&piece);
            upload.write(piece).await.map_err(PutError::Blob)?;
        }
        upload.finish().await.map_err(PutError::Blob)?;
        Ok(Stored {
            key,
            bytes,
            sha256: hash.finalize().into(),
        })
    }

    /// Reads an object, or the part of it within `range`.
    ///
    /// # Errors
    /// See [`BlobError`].
    pub async fn get(&self, key: &BlobKey, range: Option<Range<u64>>) -> Result<Content, BlobError> {
        self.read(&path(key), range).await
    }

    async fn read(&self, path: &StorePath, range: Option<Range<u64>>) -> Result<Content, BlobError> {
        let options = GetOptions {
            range: range.map(GetRange::Bounded),
            ..GetOptions::default()
        };
        let found = self.store.get_opts(path, options).await?;
        let (total, range) = (found.meta.size, found.range.clone());
        let stream = match found.payload {
            // The store's own way is by eighths of a frame.
            GetResultPayload::File(file, _) => folder::read(file, range, PIECE).map_err(BlobError::from).boxed(),
            GetResultPayload::Stream(stream) => stream.map_err(BlobError::from).boxed(),
        };
        Ok(Content { stream, total })
    }

    /// Deletes an object. One that is gone already is fine.
    ///
    /// # Errors
    /// See [`BlobError`].
    pub async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        match self.store.delete(&path(key)).await.map_err(BlobError::from) {
            Err(BlobError::NotFound) => Ok(()),
            done => done,
        }
    }
}

fn path(key: &BlobKey) -> StorePath {
    StorePath::from(key.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use std::convert::Infallible;
    use std::path::PathBuf;

    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(files(&path));
            } else {
                found.push(path);
            }
        }
        found
    }

    fn pieces(len: usize) -> (Vec<u8>, Vec<Result<Bytes, &'static str>>) {
        let all: Vec<u8> = (0..len).map(|at| (at * 7 % 251) as u8).collect();
        let pieces = all.chunks(10_007).map(|piece| Ok(Bytes::copy_from_slice(piece)));
        let pieces = pieces.collect();
        (all, pieces)
    }

    async fn read(content: Content) -> Vec<u8> {
        content.stream.map(|piece| piece.unwrap().to_vec()).concat().await
    }

    #[tokio::test]
    async fn what_is_stored_is_read_whole_and_in_parts_until_it_is_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        for len in [0, 1, PART, 3 * PART + 5] {
            let (all, pieces) = pieces(len);
            let stored = blobs
                .put(BlobKind::Log, stream::iter(pieces), len as u64, |_| Ok(()))
                .await
                .unwrap();
            assert_eq!(stored.bytes, len as u64);
            assert_eq!(stored.sha256, <[u8; 32]>::from(Sha256::digest(&all)));
            let content = blobs.get(&stored.key, None).await.unwrap();
            assert_eq!((content.total, read(content).await), (len as u64, all.clone()));
            if len > 10 {
                let part = blobs.get(&stored.key, Some(5..9)).await.unwrap();
                assert_eq!((part.total, read(part).await), (len as u64, all[5..9].to_vec()));
            }
            blobs.delete(&stored.key).await.unwrap();
            blobs.delete(&stored.key).await.unwrap();
            assert!(matches!(blobs.get(&stored.key, None).await, Err(BlobError::NotFound)));
        }
    }

    #[tokio::test]
    async fn what_is_not_stored_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        let put = async |len: usize, max: u64, fault: Option<&'static str>| {
            let (_, mut pieces) = pieces(len);
            pieces.extend(fault.map(Err));
            blobs.put(BlobKind::Log, stream::iter(pieces), max, |_| Ok(())).await
        };
        assert!(matches!(
            put(2 * PART, 2 * PART as u64 - 1, None).await,
            Err(PutError::TooBig(_))
        ));
        assert!(matches!(
            put(2 * PART, u64::MAX, Some("gone")).await,
            Err(PutError::Source("gone"))
        ));
        let refused = blobs
            .put(BlobKind::Log, stream::iter([Ok(Bytes::from_static(b"x"))]), 9, |_| {
                Err("bad")
            })
            .await;
        assert!(matches!(refused, Err(PutError::Source("bad"))));
        // Whoever drops it half done does not wait for the file to be removed.
        let half = stream::iter(pieces(2 * PART).1).chain(stream::pending());
        {
            let mut putting = pin!(blobs.put(BlobKind::Log, half, u64::MAX, |_| Ok(())));
            while files(dir.path()).is_empty() {
                assert!(futures_util::poll!(&mut putting).is_pending());
                tokio::task::yield_now().await;
            }
        }
        while !files(dir.path()).is_empty() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn an_empty_source_is_an_empty_object() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        let nothing = stream::iter(Vec::<Result<Bytes, Infallible>>::new());
        let stored = blobs.put(BlobKind::Log, nothing, 0, |_| Ok(())).await.unwrap();
        assert_eq!(read(blobs.get(&stored.key, None).await.unwrap()).await, b"");
    }
}
