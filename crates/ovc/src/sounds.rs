//! Sounds that a tenant's devices may play.

use crate::blob::Stored;
use crate::clock::UnixMs;
use crate::db::{Db, DbError, SoundRow};
use crate::ids::TenantId;

/// Sounds that a tenant may have.
pub const MAX_SOUNDS: u32 = 200;
/// Longest name, in characters.
const MAX_NAME: usize = 100;

/// Why a sound was not kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SoundError {
    /// The name is empty, too long or holds control characters.
    #[error("a name has 1 to {MAX_NAME} characters, none of them control characters")]
    BadName,
    /// The tenant has as many as it may.
    #[error("there are {MAX_SOUNDS} sounds already: remove one first")]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Keeps sounds.
#[derive(Debug, Clone)]
pub struct Sounds {
    db: Db,
}

impl Sounds {
    /// Over this database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Whether this may be a name, without what surrounds it.
    ///
    /// # Errors
    /// [`SoundError::BadName`].
    pub fn check_name(name: &str) -> Result<&str, SoundError> {
        let name = name.trim();
        let good = (1..=MAX_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        if good { Ok(name) } else { Err(SoundError::BadName) }
    }

    /// Keeps a stored object as a sound.
    ///
    /// # Errors
    /// See [`SoundError`].
    pub async fn add(
        &self,
        tenant: TenantId,
        name: &str,
        stored: &Stored,
        content_type: &str,
    ) -> Result<SoundRow, SoundError> {
        let now = UnixMs::now();
        let id = self
            .db
            .add_sound(tenant, name, stored, content_type, MAX_SOUNDS, now)
            .await?;
        let id = id.ok_or(SoundError::TooMany)?;
        let row = self.db.sound(id).await?;
        row.ok_or(SoundError::Db(DbError::Missing))
    }

    /// A tenant's sounds, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn list(&self, tenant: TenantId) -> Result<Vec<SoundRow>, DbError> {
        self.db.list_sounds(tenant).await
    }

    /// One sound.
    ///
    /// # Errors
    /// The database.
    pub async fn get(&self, id: i64) -> Result<Option<SoundRow>, DbError> {
        self.db.sound(id).await
    }

    /// Removes a sound of a tenant. `false` if there is none.
    ///
    /// # Errors
    /// The database.
    pub async fn delete(&self, tenant: TenantId, id: i64) -> Result<bool, DbError> {
        self.db.delete_sound(tenant, id).await
    }
}
