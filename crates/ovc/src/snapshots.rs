//! Pictures that somebody has a device take: the device uploads it to an address made for this one picture, and answers.

use crate::blob::Stored;
use crate::bus::{Bus, Event};
use crate::clock::UnixMs;
use crate::config::SnapshotsConfig;
use crate::db::{Db, DbError, NewSnapshot, SnapshotFilter, SnapshotRow};
use crate::device::{By, CallError, Commands, Reached};
use crate::ids::{ChannelId, LoginCode, TenantId};
use crate::transfer::{Links, Upload};
use dap::methods::{Snapshot, SnapshotParams};
use media::image::ImageInfo;
use parking_lot::Mutex;
use rand::Rng as _;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How long the address is good. Longer than anybody waits: who repeats an upload is told that it is there.
const ADDRESS_TIME: Duration = Duration::from_secs(60);
/// Pictures waited for at once, of all devices.
const MAX_WAITED_FOR: usize = 10_000;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The device could not be asked, or refused.
    #[error(transparent)]
    Call(#[from] CallError),
    /// It answered that it is done, and nothing came.
    #[error("the device says that it took a picture, but none came")]
    NoPicture,
    /// Too many are waited for.
    #[error("too many pictures are waited for")]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// A picture that is waited for.
#[derive(Debug, Clone)]
pub struct Awaited {
    /// Which device takes it.
    pub device: LoginCode,
    /// Of which channel.
    pub channel: ChannelId,
    /// Whose the device was then.
    pub tenant: Option<TenantId>,
    by: By,
    until: UnixMs,
    came: watch::Sender<Option<Came>>,
    /// Held while one that came is written down: of two at once one is late.
    keeping: Arc<tokio::sync::Mutex<()>>,
}

/// A picture that came.
#[derive(Debug, Clone, Copy)]
struct Came {
    id: i64,
    sha256: [u8; 32],
}

/// What came of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptSnapshot {
    /// It is a snapshot now.
    Kept,
    /// The same is there already.
    Same,
    /// Another is there already.
    Late,
    /// The device is not there any more.
    Gone,
}

/// Has devices take pictures. Clones are the same.
#[derive(Clone)]
pub struct Snapshots {
    inside: Arc<Inside>,
}

struct Inside {
    db: Db,
    bus: Bus,
    commands: Commands,
    links: Links,
    config: SnapshotsConfig,
    /// By the name in the address.
    awaited: Mutex<HashMap<String, Awaited>>,
}

impl fmt::Debug for Snapshots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshots").finish_non_exhaustive()
    }
}

impl Snapshots {
    /// Over these parts.
    pub fn new(db: Db, bus: Bus, commands: Commands, links: Links, config: SnapshotsConfig) -> Self {
        let inside = Inside {
            db,
            bus,
            commands,
            links,
            config,
            awaited: Mutex::default(),
        };
        Self {
            inside: Arc::new(inside),
        }
    }

    /// Has a device take a picture, and waits until it is there.
    ///
    /// # Errors
    /// See [`SnapshotError`].
    pub async fn take(
        &self,
        by: &By,
        device: &LoginCode,
        (channel, tenant): (ChannelId, Option<TenantId>),
        reached: Option<Reached>,
    ) -> Result<SnapshotRow, SnapshotError> {
        let inside = &*self.inside;
        let name = format!("{:032x}", rand::rng().random::<u128>());
        let upload = Upload::Snapshot(name.clone());
        let reached = reached.ok_or(CallError::Offline)?;
        let url = inside.links.upload(device, &reached, &upload, ADDRESS_TIME).await;
        let url = url.ok_or(CallError::Offline)?;
        let (came, mut coming) = watch::channel(None);
        self.await_it(
            name,
            Awaited {
                device: device.clone(),
                channel,
                tenant,
                by: by.clone(),
                until: UnixMs::now().plus(ADDRESS_TIME),
                came,
                keeping: Arc::default(),
            },
        )?;
        let params = SnapshotParams {
            channel,
            url,
            extra: Default::default(),
        };
        let answer = inside.commands.call::<Snapshot>(by, device, &params).await;
        match answer {
            Ok(_) => {}
            // What the device said is lost; what it did may be there.
            Err(error @ (CallError::TimedOut | CallError::Disconnected | CallError::Replaced)) => {
                if coming.borrow().is_none() {
                    return Err(error.into());
                }
            }
            Err(error) => return Err(error.into()),
        }
        // Some answer a moment too early.
        let there = coming.wait_for(Option::is_some);
        let there = tokio::time::timeout(inside.config.patience, there).await;
        let came = there.ok().and_then(|came| *came.ok()?);
        let id = came.ok_or(SnapshotError::NoPicture)?.id;
        let row = inside.db.snapshot(device, id).await?;
        row.ok_or(SnapshotError::NoPicture)
    }

    fn await_it(&self, name: String, awaited: Awaited) -> Result<(), SnapshotError> {
        let now = UnixMs::now();
        let mut all = self.inside.awaited.lock();
        if all.len() >= MAX_WAITED_FOR {
            all.retain(|_, awaited| awaited.until > now);
            if all.len() >= MAX_WAITED_FOR {
                return Err(SnapshotError::TooMany);
            }
        }
        all.insert(name, awaited);
        Ok(())
    }

    /// The picture that is waited for under this name; `None`: it is not, or not any more.
    pub fn awaited(&self, name: &str) -> Option<Awaited> {
        let awaited = self.inside.awaited.lock().get(name).cloned();
        awaited.filter(|awaited| awaited.until > UnixMs::now())
    }

    /// Makes a stored object the picture that is waited for.
    ///
    /// # Errors
    /// The database.
    pub async fn keep(&self, awaited: &Awaited, stored: &Stored, picture: ImageInfo) -> Result<KeptSnapshot, DbError> {
        let _turn = awaited.keeping.lock().await;
        if let Some(came) = *awaited.came.borrow() {
            return Ok(if came.sha256 == stored.sha256 {
                KeptSnapshot::Same
            } else {
                KeptSnapshot::Late
            });
        }
        let new = NewSnapshot {
            device: &awaited.device,
            tenant: awaited.tenant,
            channel: awaited.channel,
            at: UnixMs::now(),
            width: picture.width,
            height: picture.height,
            by: &awaited.by,
            stored,
            content_type: picture.format.content_type(),
        };
        let Some(id) = self.inside.db.add_snapshot(&new).await? else {
            return Ok(KeptSnapshot::Gone);
        };
        let sha256 = stored.sha256;
        awaited.came.send_replace(Some(Came { id, sha256 }));
        self.inside.bus.publish(Event::Snapshot {
            device: awaited.device.clone(),
            channel: awaited.channel,
            id,
        });
        Ok(KeptSnapshot::Kept)
    }

    /// Snapshots of a device, newest first, `limit` at most.
    ///
    /// # Errors
    /// The database.
    pub async fn list(
        &self,
        device: &LoginCode,
        filter: &SnapshotFilter,
        limit: u32,
    ) -> Result<Vec<SnapshotRow>, DbError> {
        self.inside.db.list_snapshots(device, filter, limit).await
    }

    /// One snapshot of a device.
    ///
    /// # Errors
    /// The database.
    pub async fn get(&self, device: &LoginCode, id: i64) -> Result<Option<SnapshotRow>, DbError> {
        self.inside.db.snapshot(device, id).await
    }

    /// Forgets a snapshot of a device. `false` if there is none.
    ///
    /// # Errors
    /// The database.
    pub async fn delete(&self, device: &LoginCode, id: i64) -> Result<bool, DbError> {
        self.inside.db.delete_snapshot(device, id).await
    }

    /// Forgets addresses that are not good any more.
    pub fn tidy(&self) {
        let now = UnixMs::now();
        self.inside.awaited.lock().retain(|_, awaited| awaited.until > now);
    }
}
