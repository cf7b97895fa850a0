//! Recorded segments: many, large, each of a size that was promised.

use super::folder::Growing;
use super::key::{SEGMENTS, day};
use super::{BlobError, Blobs, Content, Place, SegmentKey, Space};
use crate::clock::UnixMs;
use crate::ids::RecordStreamId;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use object_store::ObjectStoreExt as _;
use object_store::path::Path as StorePath;
use std::ops::Range;
use std::pin::pin;
use std::time::Duration;

/// What is gathered of a segment in memory before it is written on.
const PART: usize = 512 << 10;
/// How long the first bytes of a segment may take to come from a store elsewhere.
const PEEK_LIMIT: Duration = Duration::from_secs(60);

/// Why a segment was not stored. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum PutSegmentError<E> {
    /// It is longer or shorter than was promised.
    #[error("{} than the {promised} bytes that were promised", if came > promised { "longer" } else { "shorter" })]
    WrongSize {
        /// How long it was to be.
        promised: u64,
        /// What came of it; of what is too long, no more than was looked at.
        came: u64,
    },
    /// Where it came from failed.
    #[error(transparent)]
    Source(E),
    /// It could not be written.
    #[error(transparent)]
    Blob(BlobError),
}

/// Segments that could not be deleted.
#[derive(Debug, thiserror::Error)]
#[error("{} objects cannot be deleted, such as {}: {why}", .segments.len(), first_of(.segments))]
pub struct NotDeleted {
    /// Which.
    pub segments: Vec<(RecordStreamId, SegmentKey)>,
    /// Why the first could not.
    pub why: BlobError,
}

fn first_of(segments: &[(RecordStreamId, SegmentKey)]) -> String {
    let first = segments.first();
    first.map_or_else(String::new, |(stream, key)| key.path(*stream).to_string())
}

impl Blobs {
    /// Stores a segment that is exactly `size` bytes long. It is on the disk when this returns; dropped before, nothing
    /// is left of it. One that is there already is replaced.
    ///
    /// # Errors
    /// See [`PutSegmentError`].
    pub async fn put_segment<E>(
        &self,
        stream: RecordStreamId,
        key: &SegmentKey,
        size: u64,
        source: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<(), PutSegmentError<E>> {
        let blob = |error: BlobError| PutSegmentError::Blob(error);
        let file = |error: std::io::Error| PutSegmentError::Blob(error.into());
        let mut growing = match &self.place {
            Place::Folder(folder) => Upload::File(Some(folder.begin(folder.path(stream, key)).await.map_err(file)?)),
            Place::S3(_) => Upload::Store(super::upload::Upload::new(self, key.path(stream))),
        };
        let mut source = pin!(source);
        let mut came = 0_u64;
        let mut gathered = Gathered::default();
        while let Some(piece) = source.next().await {
            let piece = piece.map_err(PutSegmentError::Source)?;
            came += piece.len() as u64;
            if came > size {
                break;
            }
            match &mut growing {
                Upload::File(growing) => {
                    gathered.push(piece);
                    if gathered.bytes >= PART
                        && let Some(begun) = growing.take()
                    {
                        *growing = Some(begun.write(gathered.take()).await.map_err(file)?);
                    }
                }
                Upload::Store(upload) => upload.write(piece).await.map_err(blob)?,
            }
        }
        if came != size {
            return Err(PutSegmentError::WrongSize { promised: size, came });
        }
        match growing {
            Upload::File(Some(growing)) => growing.finish(gathered.take()).await.map_err(file),
            Upload::File(None) => Ok(()),
            Upload::Store(upload) => upload.finish().await.map_err(blob),
        }
    }

    /// How long a segment is that is there; it is so after a crash, too.
    ///
    /// # Errors
    /// See [`BlobError`].
    pub async fn head_segment(&self, stream: RecordStreamId, key: &SegmentKey) -> Result<u64, BlobError> {
        match &self.place {
            Place::Folder(folder) => Ok(folder.len(folder.path(stream, key)).await?),
            Place::S3(_) => Ok(self.store.head(&key.path(stream)).await?.size),
        }
    }

    /// The same, and how it begins: as many as `most` bytes, which is more than none. Of what came by way of us nothing, for
    /// it was looked at as it came.
    ///
    /// # Errors
    /// See [`BlobError`].
    pub async fn peek_segment(
        &self,
        stream: RecordStreamId,
        key: &SegmentKey,
        most: u64,
    ) -> Result<(u64, Bytes), BlobError> {
        if self.is_local() {
            return Ok((self.head_segment(stream, key).await?, Bytes::new()));
        }
        // The answer tells the length of the whole, too: one call, as it would be without the bytes.
        let peeking = async {
            let content = self.get_segment(stream, key, Some(0..most)).await?;
            let head = content.stream.try_fold(Vec::new(), async |mut head, piece| {
                head.extend_from_slice(&piece);
                Ok(head)
            });
            Ok((content.total, head.await?.into()))
        };
        let late = |_| BlobError::Disk(std::io::ErrorKind::TimedOut.into());
        tokio::time::timeout(PEEK_LIMIT, peeking).await.map_err(late)?
    }

    /// Reads a segment, or the part of it within `range`.
    ///
    /// # Errors
    /// See [`BlobError`].
    pub async fn get_segment(
        &self,
        stream: RecordStreamId,
        key: &SegmentKey,
        range: Option<Range<u64>>,
    ) -> Result<Content, BlobError> {
        self.read(&key.path(stream), range).await
    }

    /// Deletes segments, as many as a few hundred at once. Those that are gone already are fine.
    ///
    /// # Errors
    /// See [`BlobError`]; all others are gone.
    pub async fn delete_segments(&self, segments: &[(RecordStreamId, SegmentKey)]) -> Result<(), BlobError> {
        self.delete_what_goes(segments).await.map_err(|left| left.why)
    }

    /// The same, and it tells which are not gone.
    ///
    /// # Errors
    /// [`NotDeleted`]; all others are gone.
    pub async fn delete_what_goes(&self, segments: &[(RecordStreamId, SegmentKey)]) -> Result<(), NotDeleted> {
        if segments.is_empty() {
            return Ok(());
        }
        let (left, why) = match &self.place {
            Place::Folder(folder) => match folder.delete(segments.to_vec()).await {
                Ok(left) => (left.objects, left.why.map(BlobError::from)),
                Err(error) => (segments.to_vec(), Some(error.into())),
            },
            Place::S3(_) => {
                let paths: Vec<_> = segments.iter().map(|(stream, key)| Ok(key.path(*stream))).collect();
                let deleted = self.store.delete_stream(futures_util::stream::iter(paths).boxed());
                let answers: Vec<_> = deleted.map(|answer| answer.map_err(BlobError::from)).collect().await;
                // One answer each, in order; of a call that failed as a whole there is one for all of them.
                let is_each = answers.len() == segments.len();
                let (mut left, mut why) = (Vec::new(), None);
                for (at, answer) in answers.into_iter().enumerate() {
                    if let Err(error) = answer
                        && !(is_each && matches!(error, BlobError::NotFound))
                    {
                        left.extend(segments.get(at).filter(|_| is_each).copied());
                        why.get_or_insert(error);
                    }
                }
                match is_each {
                    true => (left, why),
                    false => (segments.to_vec(), why),
                }
            }
        };
        match why {
            Some(why) => Err(NotDeleted { segments: left, why }),
            None => Ok(()),
        }
    }

    /// An address to which whoever has it can PUT this segment, of this size and as `video/mp2t`, for so long. `None`: the
    /// store takes nothing but from us.
    ///
    /// # Errors
    /// See [`BlobError`].
    pub async fn presigned_put(
        &self,
        stream: RecordStreamId,
        key: &SegmentKey,
        size: u64,
        lifetime: Duration,
    ) -> Result<Option<String>, BlobError> {
        match &self.place {
            Place::Folder(_) => Ok(None),
            Place::S3(signer) => Ok(Some(signer.put(&key.path(stream), size, lifetime, UnixMs::now()))),
        }
    }

    /// Whether segments come by way of us: the store is a folder of this machine.
    pub fn is_local(&self) -> bool {
        matches!(self.place, Place::Folder(_))
    }

    /// How much room there is. `None`: nobody knows.
    ///
    /// # Errors
    /// See [`BlobError`].
    pub async fn space(&self) -> Result<Option<Space>, BlobError> {
        match &self.place {
            Place::Folder(folder) => Ok(Some(folder.space().await?)),
            Place::S3(_) => Ok(None),
        }
    }

    /// The streams of which there are segments.
    ///
    /// # Errors
    /// See [`BlobError`].
    pub async fn streams(&self) -> Result<Vec<RecordStreamId>, BlobError> {
        match &self.place {
            Place::Folder(folder) => Ok(folder.streams().await?),
            Place::S3(_) => {
                let names = self.folders(&StorePath::from(SEGMENTS)).await?.into_iter();
                Ok(names.filter_map(|name| name.parse().ok().map(RecordStreamId)).collect())
            }
        }
    }

    /// The days on which segments of a stream were made that are there, the oldest first.
    ///
    /// # Errors
    /// See [`BlobError`].
    pub async fn days(&self, stream: RecordStreamId) -> Result<Vec<Day>, BlobError> {
        let names: Vec<_> = match &self.place {
            Place::Folder(folder) => folder.days(stream).await?,
            Place::S3(_) => self.folders(&StorePath::from(format!("{SEGMENTS}/{stream}"))).await?,
        };
        let mut days: Vec<_> = names
            .into_iter()
            .filter(|name| name.len() == 8 && name.bytes().all(|byte| byte.is_ascii_digit()))
            .map(Day)
            .collect();
        days.sort();
        Ok(days)
    }

    /// The segments of a stream that were made on a day, and before this moment.
    ///
    /// # Errors
    /// See [`BlobError`].
    pub async fn segments_of(
        &self,
        stream: RecordStreamId,
        day: &Day,
        before: UnixMs,
    ) -> Result<Vec<SegmentKey>, BlobError> {
        match &self.place {
            Place::Folder(folder) => Ok(folder.made_before(stream, day.0.clone(), before).await?),
            Place::S3(_) => {
                let folder = StorePath::from(format!("{SEGMENTS}/{stream}/{}", day.0));
                let listed = self.store.list(Some(&folder));
                let mut keys: Vec<_> = listed
                    .try_filter_map(|object| {
                        let key = object.location.filename().and_then(|name| SegmentKey::parse(name).ok());
                        futures_util::future::ok(key)
                    })
                    .try_collect()
                    .await?;
                keys.retain(|key| key.made_at() < before);
                Ok(keys)
            }
        }
    }

    /// Removes what was begun of segments of a stream and day before this moment, and never became any.
    ///
    /// # Errors
    /// See [`BlobError`].
    pub async fn remove_unfinished_segments(
        &self,
        stream: RecordStreamId,
        day: &Day,
        before: UnixMs,
    ) -> Result<(), BlobError> {
        match &self.place {
            Place::Folder(folder) => Ok(folder.remove_unfinished(stream, day.0.clone(), before).await?),
            // A store forgets such by itself.
            Place::S3(_) => Ok(()),
        }
    }

    async fn folders(&self, of: &StorePath) -> Result<Vec<String>, BlobError> {
        let listed = self.store.list_with_delimiter(Some(of)).await?;
        let names = listed.common_prefixes.into_iter();
        Ok(names.filter_map(|path| path.filename().map(str::to_owned)).collect())
    }
}

/// The folder of a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(String);

impl Day {
    /// The one that this moment lies in.
    pub fn of(at: UnixMs) -> Self {
        Self(day(at))
    }
}

enum Upload {
    /// `None` only while it is written to.
    File(Option<Growing>),
    Store(super::upload::Upload),
}

/// Pieces as they came: put together they would be copied.
#[derive(Default)]
struct Gathered {
    pieces: Vec<Bytes>,
    bytes: usize,
}

impl Gathered {
    fn push(&mut self, piece: Bytes) {
        self.bytes += piece.len();
        self.pieces.push(piece);
    }

    fn take(&mut self) -> Vec<Bytes> {
        self.bytes = 0;
        std::mem::take(&mut self.pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use std::path::{Path, PathBuf};

    const STREAM: RecordStreamId = RecordStreamId(7);

    fn now() -> UnixMs {
        UnixMs::from_rfc3339("2026-11-29T12:00:00Z").unwrap()
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => found.extend(files(&path)),
                false => found.push(path),
            }
        }
        found
    }

    fn pieces(len: usize) -> Vec<Result<Bytes, &'static str>> {
        let all: Vec<u8> = (0..len).map(|at| (at * 7 % 251) as u8).collect();
        all.chunks(10_007)
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect()
    }

    async fn put(
        blobs: &Blobs,
        key: &SegmentKey,
        len: usize,
        size: usize,
    ) -> Result<(), PutSegmentError<&'static str>> {
        blobs
            .put_segment(STREAM, key, size as u64, stream::iter(pieces(len)))
            .await
    }

    async fn read(content: Content) -> Vec<u8> {
        content.stream.map(|piece| piece.unwrap().to_vec()).concat().await
    }

    #[tokio::test]
    async fn a_segment_is_read_whole_and_in_parts_until_it_is_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        for len in [0, 1, PART, 3 * PART + 5] {
            let key = SegmentKey::random(now());
            assert!(matches!(
                blobs.head_segment(STREAM, &key).await,
                Err(BlobError::NotFound)
            ));
            put(&blobs, &key, len, len).await.unwrap();
            // Whoever did not hear the answer sends it again.
            put(&blobs, &key, len, len).await.unwrap();
            assert_eq!(blobs.head_segment(STREAM, &key).await.unwrap(), len as u64);
            let all: Vec<u8> = pieces(len).into_iter().flat_map(Result::unwrap).collect();
            let content = blobs.get_segment(STREAM, &key, None).await.unwrap();
            assert_eq!((content.total, read(content).await), (len as u64, all.clone()));
            if len > 10 {
                let part = blobs.get_segment(STREAM, &key, Some(5..9)).await.unwrap();
                assert_eq!((part.total, read(part).await), (len as u64, all[5..9].to_vec()));
            }
            let gone = SegmentKey::random(now());
            blobs.delete_segments(&[(STREAM, key), (STREAM, gone)]).await.unwrap();
            assert!(matches!(
                blobs.get_segment(STREAM, &key, None).await,
                Err(BlobError::NotFound)
            ));
        }
        assert!(!dir.path().join("blobs/segments/7/20261129").exists());
    }

    #[tokio::test]
    async fn what_is_not_as_long_as_promised_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        let key = SegmentKey::random(now());
        for (len, size) in [(2 * PART, 2 * PART + 1), (2 * PART, 2 * PART - 1), (0, 1), (1, 0)] {
            let done = put(&blobs, &key, len, size).await;
            assert!(matches!(done, Err(PutSegmentError::WrongSize { .. })), "{done:?}");
        }
        let cut = stream::iter(pieces(2 * PART)).chain(stream::iter([Err("gone")]));
        let done = blobs.put_segment(STREAM, &key, 1 << 30, cut).await;
        assert!(matches!(done, Err(PutSegmentError::Source("gone"))));
        {
            let half = stream::iter(pieces(2 * PART)).chain(stream::pending());
            let mut putting = pin!(blobs.put_segment(STREAM, &key, 1 << 30, half));
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
    async fn what_is_there_is_found_by_stream_and_day() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        assert!(blobs.streams().await.unwrap().is_empty());
        let yesterday = now().minus(Duration::from_secs(24 * 3600));
        let [old, new, newest] = [yesterday, now(), now().plus(Duration::from_secs(1))].map(SegmentKey::random);
        for key in [&old, &new, &newest] {
            put(&blobs, key, 1, 1).await.unwrap();
        }
        assert_eq!(blobs.streams().await.unwrap(), [STREAM]);
        let days = blobs.days(STREAM).await.unwrap();
        assert_eq!(days, [Day::of(yesterday), Day::of(now())]);
        let found = blobs.segments_of(STREAM, &days[1], newest.made_at()).await.unwrap();
        assert_eq!(found, [new]);
        assert!(blobs.space().await.unwrap().is_some_and(|space| space.free_bytes > 0));
        assert_eq!(
            blobs
                .presigned_put(STREAM, &new, 1, Duration::from_secs(1))
                .await
                .unwrap(),
            None
        );
        // The general sweep leaves recordings alone.
        assert!(blobs.older_than(UnixMs(i64::MAX)).next().await.is_none());
    }
}
