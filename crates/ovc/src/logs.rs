//! Logs that devices are asked for: by LogUploadAsync, and where a device does not know that, by LogUpload. The upload, or
//! LogDone, says that it is over; else time does.

use crate::blob::Stored;
use crate::bus::{Bus, Event, Subscription};
use crate::clock::UnixMs;
use crate::config::LogsConfig;
use crate::db::{Db, DbError, DeviceEvent, DeviceEventKind, LogRow, LogState, NewLog};
use crate::device::{By, CallError, Commands, DevicePort};
use crate::ids::LoginCode;
use crate::transfer::{Links, Upload};
use dap::methods::{
    Empty, GetConfig, LogDone, LogDoneParams, LogStatus, LogUpload, LogUploadAsync, LogUploadAsyncParams,
    LogUploadParams, SyncTimeParams,
};
use dap::{ErrorCode, LocalDateTime};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long the address is good, whatever the device is given to upload.
const ADDRESS_TIME: Duration = Duration::from_secs(1800);
/// How often it is looked for logs that did not come.
const TICK: Duration = Duration::from_secs(5);
/// Longest error of a device that is kept, in characters.
const MAX_ERROR: usize = 500;
/// Zones that there are, in hours east of UTC.
const ZONES: std::ops::RangeInclusive<i32> = -12..=14;

/// Why no log was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The device could not be asked, or refused.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Asks devices for logs. Clones are the same.
#[derive(Clone)]
pub struct Logs {
    inside: Arc<Inside>,
}

struct Inside {
    db: Db,
    bus: Bus,
    commands: Commands,
    port: Arc<dyn DevicePort>,
    links: Links,
    config: LogsConfig,
}

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logs").finish_non_exhaustive()
    }
}

impl Logs {
    /// Over these parts.
    pub fn new(
        db: Db,
        bus: Bus,
        (commands, port): (Commands, Arc<dyn DevicePort>),
        links: Links,
        config: LogsConfig,
    ) -> Self {
        let inside = Inside {
            db,
            bus,
            commands,
            port,
            links,
            config,
        };
        Self {
            inside: Arc::new(inside),
        }
    }

    /// Asks a device for its log of this time. The answer comes when the device knows; the log comes later.
    ///
    /// # Errors
    /// See [`LogError`].
    pub async fn request(&self, by: &By, device: &LoginCode, (from, to): (UnixMs, UnixMs)) -> Result<LogRow, LogError> {
        let inside = &*self.inside;
        let reached = inside.port.reached(device).ok_or(CallError::Offline)?;
        // Before there is anything: most that cannot be asked now are offline.
        let zone = self.zone(device).await?;
        let new = NewLog {
            device,
            from,
            to,
            by,
            now: UnixMs::now(),
        };
        let id = inside.db.add_log(&new).await?;
        self.tell(device, id, LogState::Requested);
        let url = inside
            .links
            .upload(device, &reached, &Upload::Log(id), ADDRESS_TIME)
            .await;
        let asked = match url {
            Some(url) => {
                self.ask(by, device, id, url, (local(from, zone), local(to, zone)))
                    .await
            }
            None => Err(CallError::Offline),
        };
        if let Err(error) = asked {
            self.settle(device, id, LogState::Failed, Some(&error.to_string()))
                .await?;
            return Err(error.into());
        }
        // It may have come already.
        let row = inside.db.log(id).await?;
        Ok(row.ok_or(DbError::Missing)?)
    }

    async fn ask(
        &self,
        by: &By,
        device: &LoginCode,
        id: i64,
        url: String,
        (start, end): (LocalDateTime, LocalDateTime),
    ) -> Result<(), CallError> {
        let commands = &self.inside.commands;
        let params = LogUploadAsyncParams {
            trans_id: id.to_string(),
            start,
            end,
            url: url.clone(),
            extra: Default::default(),
        };
        match commands.call::<LogUploadAsync>(by, device, &params).await {
            Ok(_) => Ok(()),
            // What it answered beside "yes" is of no use here.
            Err(CallError::BadAnswer(_)) => Ok(()),
            Err(CallError::Device(error)) if error.code == ErrorCode::UNKNOWN_METHOD => {
                let params = LogUploadParams {
                    start,
                    end,
                    url,
                    extra: Default::default(),
                };
                commands.emit::<LogUpload>(by, device, &params)
            }
            Err(error) => Err(error),
        }
    }

    /// The zone of a device's clock, in hours east of UTC: as its configuration says, else that of the protocol.
    async fn zone(&self, device: &LoginCode) -> Result<i32, CallError> {
        let nothing = Empty::default();
        let config = self.inside.commands.call::<GetConfig>(&By::Cloud, device, &nothing);
        match config.await {
            Ok(config) => Ok(config
                .tz
                .filter(|tz| ZONES.contains(tz))
                .unwrap_or(SyncTimeParams::DEFAULT_TZ)),
            Err(CallError::Device(_) | CallError::BadAnswer(_)) => Ok(SyncTimeParams::DEFAULT_TZ),
            Err(error) => Err(error),
        }
    }

    /// A log is about to come. `None`: nobody waits for it.
    ///
    /// # Errors
    /// The database.
    pub async fn begin_upload(&self, id: i64) -> Result<Option<LogRow>, DbError> {
        let inside = &*self.inside;
        let Some(row) = inside.db.log(id).await? else {
            return Ok(None);
        };
        if row.state == LogState::Requested
            && inside
                .db
                .set_log_state(id, LogState::Uploading, None, UnixMs::now())
                .await?
        {
            self.tell(&row.device, id, LogState::Uploading);
        }
        Ok(Some(row))
    }

    /// A log that came did not come to its end, or was none. The device may try again as long as it has time.
    pub async fn upload_failed(&self, id: i64, why: &str) {
        let inside = &*self.inside;
        let now = UnixMs::now();
        let noted = inside.db.set_log_state(id, LogState::Requested, Some(why), now).await;
        if let Err(error) = noted {
            tracing::error!(%error, "cannot note that a log did not come");
        }
    }

    /// Makes a stored object the log of this number. `Some(false)`: it has one; `None`: nobody waits for it.
    ///
    /// # Errors
    /// The database.
    pub async fn keep(&self, id: i64, stored: &Stored, content_type: &str) -> Result<Option<bool>, DbError> {
        let inside = &*self.inside;
        let Some(row) = inside.db.log(id).await? else {
            return Ok(None);
        };
        let kept = inside.db.keep_log(id, stored, content_type, UnixMs::now()).await?;
        if kept {
            self.tell(&row.device, id, LogState::Done);
        }
        Ok(Some(kept))
    }

    /// The SHA-256 of the log of this number, if it is there.
    ///
    /// # Errors
    /// The database.
    pub async fn hash(&self, id: i64) -> Result<Option<[u8; 32]>, DbError> {
        let row = self.inside.db.log(id).await?;
        Ok(row.and_then(|row| row.blob).map(|blob| blob.sha256))
    }

    /// Logs of a device, newest first, `limit` at most.
    ///
    /// # Errors
    /// The database.
    pub async fn list(&self, device: &LoginCode, before: Option<i64>, limit: u32) -> Result<Vec<LogRow>, DbError> {
        self.inside.db.list_logs(device, before, limit).await
    }

    /// One log of a device.
    ///
    /// # Errors
    /// The database.
    pub async fn get(&self, device: &LoginCode, id: i64) -> Result<Option<LogRow>, DbError> {
        let row = self.inside.db.log(id).await?;
        Ok(row.filter(|row| row.device == *device))
    }

    /// Forgets a log of a device. `false` if there is none.
    ///
    /// # Errors
    /// The database.
    pub async fn delete(&self, device: &LoginCode, id: i64) -> Result<bool, DbError> {
        self.inside.db.delete_log(device, id).await
    }

    /// Follows what devices say of their logs, and settles those that do not come, for ever.
    pub async fn follow(&self, mut events: Subscription) {
        let mut ticks = tokio::time::interval(TICK);
        loop {
            let done = tokio::select! {
                event = events.next() => match event {
                    None => return,
                    Some(Ok(Event::Device(event))) if event.kind == DeviceEventKind::LogDone => self.said(&event).await,
                    // What was missed ends by time.
                    Some(_) => Ok(()),
                },
                _ = ticks.tick() => self.time_out(UnixMs::now()).await,
            };
            if let Err(error) = done {
                tracing::error!(%error, "cannot note how it stands with logs of devices");
            }
        }
    }

    /// A device sent LogDone.
    async fn said(&self, event: &DeviceEvent) -> Result<(), DbError> {
        let Ok(done) = dap::parse_params::<LogDone>(Some(&event.data)) else {
            return Ok(());
        };
        let LogDoneParams {
            trans_id, status, size, ..
        } = done;
        let Ok(id) = trans_id.parse() else { return Ok(()) };
        // Nobody settles what is another's.
        let Some(row) = self.get(&event.device, id).await? else {
            return Ok(());
        };
        if row.finished_at.is_some() {
            return Ok(());
        }
        match (status, size) {
            (LogStatus::Success, 0) => self.settle(&event.device, id, LogState::Done, None).await,
            (LogStatus::Success, _) => {
                let error = "the device says that it has uploaded the log, but none came";
                self.settle(&event.device, id, LogState::Failed, Some(error)).await
            }
            (status, _) => {
                let error = format!("the device says: {}", status.as_str());
                let error = row.error.filter(|_| status == LogStatus::Fail).unwrap_or(error);
                self.settle(&event.device, id, LogState::Failed, Some(&error)).await
            }
        }
    }

    async fn time_out(&self, now: UnixMs) -> Result<(), DbError> {
        let inside = &*self.inside;
        let before = now.minus(inside.config.time_limit);
        for (id, device) in inside.db.time_out_logs(before, now).await? {
            self.tell(&device, id, LogState::TimedOut);
        }
        Ok(())
    }

    async fn settle(&self, device: &LoginCode, id: i64, state: LogState, error: Option<&str>) -> Result<(), DbError> {
        let error = error.map(|error| error.chars().take(MAX_ERROR).collect::<String>());
        let settled = self
            .inside
            .db
            .set_log_state(id, state, error.as_deref(), UnixMs::now())
            .await?;
        if settled {
            self.tell(device, id, state);
        }
        Ok(())
    }

    fn tell(&self, device: &LoginCode, id: i64, state: LogState) {
        self.inside.bus.publish(Event::DeviceLog {
            device: device.clone(),
            id,
            state,
        });
    }
}

/// What a clock of this zone shows.
fn local(at: UnixMs, zone: i32) -> LocalDateTime {
    LocalDateTime::from_unix_s(at.0.div_euclid(1000).saturating_add(i64::from(zone) * 3600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_asked_in_its_own_time() {
        let at = UnixMs::from_rfc3339("2026-11-29T20:30:15Z").unwrap();
        assert_eq!(local(at, 8).to_string(), "2026-11-30T04:30:15");
        assert_eq!(local(at, -5).to_string(), "2026-11-29T15:30:15");
    }
}
