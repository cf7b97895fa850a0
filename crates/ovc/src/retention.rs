//! What is kept for how long, and what goes when nobody refers to it any more.

use crate::blob::{BlobError, Blobs};
use crate::clock::UnixMs;
use crate::config::{AlarmsConfig, LogsConfig, SnapshotsConfig};
use crate::db::{Db, DbError};
use crate::ids::LoginCode;
use futures_util::StreamExt as _;
use parking_lot::Mutex;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// Rows, and objects, forgotten in one go: others write to the database in between.
const BATCH: u32 = 500;
/// What is younger may be on its way into the database still.
const SETTLED_AFTER: Duration = Duration::from_secs(24 * 3600);
/// How often what is too old is looked for.
const INTERVAL: Duration = Duration::from_secs(60);
/// How often every object is looked at, the first time that long after the start.
const LOOK_AT_ALL: Duration = Duration::from_secs(24 * 3600);
const FIRST_LOOK_AT_ALL: Duration = Duration::from_secs(600);

/// The devices that have uploaded something of late: of no others there can be more than before. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Uploaders(Arc<Mutex<HashSet<LoginCode>>>);

impl Uploaders {
    /// This one has.
    pub fn note(&self, device: &LoginCode) {
        self.0.lock().insert(device.clone());
    }

    fn take(&self) -> HashSet<LoginCode> {
        std::mem::take(&mut *self.0.lock())
    }
}

/// How long what is kept, and how much.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Bytes of what one device uploads.
    pub of_device: u64,
    /// Alarms.
    pub alarms: AlarmsConfig,
    /// Snapshots.
    pub snapshots: SnapshotsConfig,
    /// Logs of devices.
    pub logs: LogsConfig,
}

/// Why not all went that should have. What is left goes the next time.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RetentionError {
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The object store failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

/// Does it at intervals, for ever.
pub async fn run(db: Db, blobs: Blobs, kept: Kept, uploaders: Uploaders) {
    let mut ticks = tokio::time::interval(INTERVAL);
    let begin = tokio::time::Instant::now() + FIRST_LOOK_AT_ALL;
    let mut looks = tokio::time::interval_at(begin, LOOK_AT_ALL);
    loop {
        let done = tokio::select! {
            _ = ticks.tick() => async {
                forget(&db, &kept, UnixMs::now()).await?;
                trim(&db, &kept, &uploaders).await?;
                delete_dropped(&db, &blobs).await
            }.await,
            _ = looks.tick() => delete_orphans(&db, &blobs, UnixMs::now()).await.map(|count| {
                if count > 0 {
                    tracing::info!(count, "objects that nothing refers to are deleted");
                }
            }),
        };
        if let Err(error) = done {
            tracing::error!(%error, "cannot delete what is not kept any longer");
        }
    }
}

/// Forgets what is too old, and of alarms what is too much.
///
/// # Errors
/// The database failed.
pub async fn forget(db: &Db, kept: &Kept, now: UnixMs) -> Result<(), DbError> {
    let full = u64::from(BATCH);
    while db.delete_alarms_before(now.minus(kept.alarms.kept), BATCH).await? == full {}
    while db.delete_alarms_over(kept.alarms.max_per_device, BATCH).await? >= full {}
    while db
        .delete_snapshots_before(now.minus(kept.snapshots.kept), BATCH)
        .await?
        == full
    {}
    while db.delete_logs_before(now.minus(kept.logs.kept), BATCH).await? == full {}
    Ok(())
}

/// Forgets the oldest uploads of those that have uploaded too much.
async fn trim(db: &Db, kept: &Kept, uploaders: &Uploaders) -> Result<(), DbError> {
    for device in uploaders.take() {
        let count = db.trim_uploads(&device, kept.of_device).await?;
        if count > 0 {
            tracing::info!(%device, count, "the device has uploaded more than is kept: the oldest is forgotten");
        }
    }
    Ok(())
}

/// Deletes the objects that nothing refers to any more.
///
/// # Errors
/// See [`RetentionError`].
pub async fn delete_dropped(db: &Db, blobs: &Blobs) -> Result<(), RetentionError> {
    loop {
        let keys = db.dropped_blobs(BATCH).await?;
        for key in &keys {
            blobs.delete(key).await?;
        }
        // After the objects: cut short in between, they are deleted again, which is fine.
        db.forget_blobs(&keys).await?;
        if keys.len() < BATCH as usize {
            return Ok(());
        }
    }
}

/// Deletes objects that the database has never heard of, and unfinished ones: what a crash left. Looks at every object. How
/// many they were.
///
/// # Errors
/// See [`RetentionError`].
pub async fn delete_orphans(db: &Db, blobs: &Blobs, now: UnixMs) -> Result<u64, RetentionError> {
    let before = now.minus(SETTLED_AFTER);
    let mut listed = blobs.older_than(before).chunks(BATCH as usize);
    let mut count = 0;
    while let Some(found) = listed.next().await {
        let found = found.into_iter().collect::<Result<Vec<_>, _>>()?;
        for key in db.unknown_blobs(&found).await? {
            blobs.delete(&key).await?;
            count += 1;
        }
    }
    Ok(count + blobs.remove_unfinished(before).await)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::BlobKind;
    use crate::db::{By, NewDeviceRow, NewSnapshot, SnapshotFilter};
    use crate::ids::ChannelId;
    use bytes::Bytes;
    use futures_util::stream;
    use std::convert::Infallible;

    #[tokio::test]
    async fn what_the_database_does_not_know_goes_when_it_is_old() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).await.unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        let source = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"x"))]);
        let stored = blobs.put(BlobKind::Sound, source, 9, |_| Ok(())).await.unwrap();
        std::fs::write(dir.path().join("blobs/sounds/half#1"), "half").unwrap();
        let now = UnixMs::now();
        assert_eq!(delete_orphans(&db, &blobs, now).await.unwrap(), 0);
        let later = now.plus(SETTLED_AFTER * 2);
        assert_eq!(delete_orphans(&db, &blobs, later).await.unwrap(), 2);
        assert!(matches!(blobs.get(&stored.key, None).await, Err(BlobError::NotFound)));
        assert_eq!(delete_orphans(&db, &blobs, later).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn the_oldest_goes_when_it_is_too_old_or_a_device_has_uploaded_too_much() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).await.unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        let cam = LoginCode::parse("cam").unwrap();
        let device = NewDeviceRow {
            login_code: cam.clone(),
            name: String::new(),
            passwd_hash: [0; 32],
            tenant: None,
            group: None,
            stocked: false,
            created_at: UnixMs(1),
        };
        db.add_device(&device).await.unwrap();
        for at in 1..=5 {
            let source = stream::iter([Ok::<_, Infallible>(Bytes::from(vec![0; 100]))]);
            let stored = blobs.put(BlobKind::Snapshot, source, 100, |_| Ok(())).await.unwrap();
            let new = NewSnapshot {
                device: &cam,
                tenant: None,
                channel: ChannelId(0),
                at: UnixMs(at),
                width: 1,
                height: 1,
                by: &By::Cloud,
                stored: &stored,
                content_type: "image/jpeg",
            };
            db.add_snapshot(&new).await.unwrap().unwrap();
        }
        let left = async || {
            let filter = SnapshotFilter {
                reach: vec![(None, Default::default())],
                ..SnapshotFilter::default()
            };
            let rows = db.list_snapshots(&cam, &filter, 9).await.unwrap();
            delete_dropped(&db, &blobs).await.unwrap();
            let mut there = 0;
            let mut objects = blobs.older_than(UnixMs(i64::MAX));
            while objects.next().await.transpose().unwrap().is_some() {
                there += 1;
            }
            assert_eq!(there, rows.len());
            rows.iter().map(|row| row.at.0).collect::<Vec<_>>()
        };
        assert_eq!(left().await, [5, 4, 3, 2, 1]);
        let kept = Kept {
            of_device: 350,
            alarms: AlarmsConfig::default(),
            snapshots: SnapshotsConfig {
                kept: Duration::from_millis(10),
                ..SnapshotsConfig::default()
            },
            logs: LogsConfig::default(),
        };
        let uploaders = Uploaders::default();
        trim(&db, &kept, &uploaders).await.unwrap();
        assert_eq!(left().await.len(), 5, "nobody uploaded anything");
        uploaders.note(&cam);
        trim(&db, &kept, &uploaders).await.unwrap();
        assert_eq!(left().await, [5, 4, 3]);
        forget(&db, &kept, UnixMs(15)).await.unwrap();
        assert_eq!(left().await, [5]);
        // All goes with the device.
        db.delete_device(&cam).await.unwrap();
        assert_eq!(left().await, [0; 0]);
    }
}
