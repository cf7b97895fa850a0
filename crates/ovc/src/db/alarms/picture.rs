use super::super::blobs::add_blob;
use super::super::{Db, DbError};
use super::{AlarmKey, key};
use crate::blob::Stored;
use crate::clock::UnixMs;
use crate::ids::TenantId;
use sqlx::{Row as _, SqliteConnection};

/// How it stands with the pictures of an event.
#[derive(Debug, Clone)]
pub struct PictureState {
    /// Which event.
    pub key: AlarmKey,
    /// Whose the device was when it happened.
    pub tenant: Option<TenantId>,
    /// Pictures asked for so far.
    pub asked: i64,
    /// The number of the one that is there, and its SHA-256.
    pub kept: Option<(i64, Vec<u8>)>,
}

/// What came of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptPicture {
    /// It is the event's now.
    Kept,
    /// The same is there already.
    Same,
    /// Another is there already under its number, or a later one.
    Late,
    /// There is no such event any more.
    Gone,
}

async fn state(connection: &mut SqliteConnection, id: i64) -> Result<Option<PictureState>, DbError> {
    let row = sqlx::query(
        "SELECT a.login_code, a.tenant_id, a.channel, a.type, a.asked, a.picture_number, b.sha256
         FROM alarms a LEFT JOIN blobs b ON b.key = a.picture WHERE a.id = ?",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let sha256: Option<Vec<u8>> = row.try_get("sha256")?;
    let number: i64 = row.try_get("picture_number")?;
    Ok(Some(PictureState {
        key: key(&row)?,
        tenant: row.try_get::<Option<i64>, _>("tenant_id")?.map(TenantId),
        asked: row.try_get("asked")?,
        kept: sha256.map(|sha256| (number, sha256)),
    }))
}

impl Db {
    /// How it stands with the pictures of an event.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn alarm_pictures(&self, id: i64) -> Result<Option<PictureState>, DbError> {
        state(&mut *self.reader.acquire().await?, id).await
    }

    /// Makes a stored object the picture of an event, as the one of this number.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn set_alarm_picture(
        &self,
        id: i64,
        number: i64,
        stored: &Stored,
        content_type: &str,
        now: UnixMs,
    ) -> Result<KeptPicture, DbError> {
        let mut transaction = self.writer.begin().await?;
        let Some(state) = state(&mut transaction, id).await? else {
            return Ok(KeptPicture::Gone);
        };
        match state.kept {
            Some((kept, sha256)) if kept == number && sha256 == stored.sha256 => return Ok(KeptPicture::Same),
            Some((kept, _)) if kept >= number => return Ok(KeptPicture::Late),
            _ => {}
        }
        add_blob(&mut transaction, stored, content_type, now).await?;
        sqlx::query("UPDATE alarms SET picture = ?, picture_number = ? WHERE id = ?")
            .bind(stored.key.as_str())
            .bind(number)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(KeptPicture::Kept)
    }
}
