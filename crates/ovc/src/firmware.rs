//! Images of devices' software, and upgrades with them.

mod progress;
mod upgrades;

pub use upgrades::{UpgradeError, Upgrades, WithWhat};

use crate::clock::UnixMs;
use crate::db::{Db, DbError, FirmwareRow, NewFirmware};
use crate::ids::{LoginCode, TenantId};

/// Images that a tenant, and that the platform may have.
pub const MAX_IMAGES: u32 = 200;
/// Longest name of a model or version, in characters.
const MAX_MODEL: usize = 128;
/// Longest notes, in characters.
const MAX_NOTES: usize = 4000;

/// Why an image was not kept or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FirmwareError {
    /// A model or version is empty, too long or holds control characters.
    #[error("{0} needs 1 to {MAX_MODEL} characters, none of them control characters")]
    BadModel(&'static str),
    /// The notes are too long.
    #[error("notes have at most {MAX_NOTES} characters")]
    BadNotes,
    /// There is one of this version for these devices.
    #[error("there is an image of this version for these devices already")]
    Exists,
    /// There are as many as there may be.
    #[error("there are {MAX_IMAGES} images already: remove one first")]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for FirmwareError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Exists => Self::Exists,
            error => Self::Db(error),
        }
    }
}

/// Keeps images.
#[derive(Debug, Clone)]
pub struct Firmware {
    db: Db,
}

impl Firmware {
    /// Over this database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Whether this may be a model or version, called `what` in the refusal.
    ///
    /// # Errors
    /// [`FirmwareError::BadModel`].
    pub fn check_model<'a>(what: &'static str, text: &'a str) -> Result<&'a str, FirmwareError> {
        let text = text.trim();
        let good = (1..=MAX_MODEL).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if good {
            Ok(text)
        } else {
            Err(FirmwareError::BadModel(what))
        }
    }

    /// Whether these may be notes.
    ///
    /// # Errors
    /// [`FirmwareError::BadNotes`].
    pub fn check_notes(notes: &str) -> Result<(), FirmwareError> {
        if notes.chars().count() <= MAX_NOTES {
            Ok(())
        } else {
            Err(FirmwareError::BadNotes)
        }
    }

    /// Whether there is one of this version for these devices already: to be asked before half a gigabyte comes.
    ///
    /// # Errors
    /// [`FirmwareError::Exists`] or the database.
    pub async fn check_new(
        &self,
        tenant: Option<TenantId>,
        hardware: &str,
        version: &str,
    ) -> Result<(), FirmwareError> {
        if self.db.has_firmware(tenant, hardware, version).await? {
            return Err(FirmwareError::Exists);
        }
        Ok(())
    }

    /// Keeps a stored object as an image.
    ///
    /// # Errors
    /// See [`FirmwareError`].
    pub async fn add(&self, new: &NewFirmware<'_>) -> Result<FirmwareRow, FirmwareError> {
        let id = self.db.add_firmware(new, MAX_IMAGES, UnixMs::now()).await?;
        let id = id.ok_or(FirmwareError::TooMany)?;
        let row = self.db.firmware(id).await?;
        row.ok_or(FirmwareError::Db(DbError::Missing))
    }

    /// Images of these tenants (`None`: of all) and of the platform, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn list(
        &self,
        tenants: Option<&[TenantId]>,
        hardware_model: Option<&str>,
    ) -> Result<Vec<FirmwareRow>, DbError> {
        self.db.list_firmware(tenants, hardware_model).await
    }

    /// One image.
    ///
    /// # Errors
    /// The database.
    pub async fn get(&self, id: i64) -> Result<Option<FirmwareRow>, DbError> {
        self.db.firmware(id).await
    }

    /// The image that an upgrade installs, and on which device. `None`: there is no such upgrade, it is over, or its image is
    /// gone.
    ///
    /// # Errors
    /// The database.
    pub async fn of_upgrade(&self, upgrade: i64) -> Result<Option<(LoginCode, FirmwareRow)>, DbError> {
        let row = self.db.upgrade(upgrade).await?.filter(|row| row.ended_at.is_none());
        let Some((device, firmware)) = row.and_then(|row| Some((row.device, row.firmware?))) else {
            return Ok(None);
        };
        let firmware = self.db.firmware(firmware).await?;
        Ok(firmware.map(|firmware| (device, firmware)))
    }

    /// Changes an image's notes. `false` if there is none.
    ///
    /// # Errors
    /// See [`FirmwareError`].
    pub async fn change(&self, id: i64, notes: &str) -> Result<bool, FirmwareError> {
        Self::check_notes(notes)?;
        Ok(self.db.change_firmware(id, notes).await?)
    }

    /// Removes an image. `false` if there is none.
    ///
    /// # Errors
    /// The database.
    pub async fn delete(&self, id: i64) -> Result<bool, DbError> {
        self.db.delete_firmware(id).await
    }
}
