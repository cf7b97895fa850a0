use super::{By, Db, DbError};
use crate::clock::UnixMs;
use crate::ids::LoginCode;
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};
use utoipa::ToSchema;

/// How it stands with an upgrade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UpgradeState {
    /// The device was told of it.
    Requested,
    /// It fetches the image.
    Downloading,
    /// It installs it.
    Installing,
    /// It says that it is done. It has not been back with the new version yet.
    Done,
    /// It is back with the new version.
    Confirmed,
    /// It failed.
    Error,
    /// Nothing came of it in time.
    TimedOut,
}

impl UpgradeState {
    /// The name in the database and on the wire of the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Downloading => "downloading",
            Self::Installing => "installing",
            Self::Done => "done",
            Self::Confirmed => "confirmed",
            Self::Error => "error",
            Self::TimedOut => "timed_out",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [
            Self::Requested,
            Self::Downloading,
            Self::Installing,
            Self::Done,
            Self::Confirmed,
            Self::Error,
            Self::TimedOut,
        ]
        .into_iter()
        .find(|state| state.name() == name)
    }
}

/// An upgrade to note.
#[derive(Debug)]
pub struct NewUpgrade<'a> {
    /// Of which device.
    pub device: &'a LoginCode,
    /// With which image; `None`: one from elsewhere.
    pub firmware: Option<i64>,
    /// The version before.
    pub from: Option<&'a str>,
    /// The version after.
    pub to: &'a str,
    /// Who wants it.
    pub by: &'a By,
}

/// An upgrade.
#[derive(Debug, Clone)]
pub struct UpgradeRow {
    /// Its number; later ones have greater numbers.
    pub id: i64,
    /// Of which device.
    pub device: LoginCode,
    /// With which image; `None`: one from elsewhere, or removed since.
    pub firmware: Option<i64>,
    /// The version before.
    pub from: Option<String>,
    /// The version after.
    pub to: String,
    /// How it stands.
    pub state: UpgradeState,
    /// In percent.
    pub progress: u8,
    /// When it began.
    pub started_at: UnixMs,
    /// When it ended; `None`: it runs.
    pub ended_at: Option<UnixMs>,
    /// Why it failed.
    pub error: Option<String>,
    /// Who wanted it.
    pub by: By,
}

fn upgrade(row: &SqliteRow) -> Result<UpgradeRow, DbError> {
    let device: &str = row.try_get("login_code")?;
    let kind: &str = row.try_get("by_kind")?;
    Ok(UpgradeRow {
        id: row.try_get("id")?,
        device: LoginCode::parse(device).map_err(|_| DbError::Corrupt("login code"))?,
        firmware: row.try_get("firmware_id")?,
        from: row.try_get("from_model")?,
        to: row.try_get("to_model")?,
        state: UpgradeState::from_name(row.try_get("state")?).ok_or(DbError::Corrupt("state of an upgrade"))?,
        progress: row.try_get("progress")?,
        started_at: UnixMs(row.try_get("started_ms")?),
        ended_at: row.try_get::<Option<i64>, _>("ended_ms")?.map(UnixMs),
        error: row.try_get("error")?,
        by: By::from_columns(kind, row.try_get("by_id")?, row.try_get("by_name")?).ok_or(DbError::Corrupt("name"))?,
    })
}

fn select() -> QueryBuilder<Sqlite> {
    QueryBuilder::new(
        "SELECT id, login_code, firmware_id, from_model, to_model, state, progress, started_ms, ended_ms, error, by_kind,
            by_id, by_name FROM upgrades WHERE ",
    )
}

impl Db {
    /// Notes an upgrade that begins. Its number.
    ///
    /// # Errors
    /// [`DbError::Exists`] if one of the device runs; [`DbError::Missing`] if there is no such device or image.
    pub async fn add_upgrade(&self, new: &NewUpgrade<'_>, now: UnixMs) -> Result<i64, DbError> {
        let done = sqlx::query(
            "INSERT INTO upgrades
                (login_code, firmware_id, from_model, to_model, state, progress, started_ms, by_kind, by_id, by_name)
             VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
        )
        .bind(new.device.as_str())
        .bind(new.firmware)
        .bind(new.from)
        .bind(new.to)
        .bind(UpgradeState::Requested.name())
        .bind(now.0)
        .bind(new.by.kind())
        .bind(new.by.id())
        .bind(new.by.name())
        .execute(&self.writer)
        .await?;
        Ok(done.last_insert_rowid())
    }

    /// Forgets an upgrade that did not begin.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_upgrade(&self, id: i64) -> Result<(), DbError> {
        sqlx::query("DELETE FROM upgrades WHERE id = ?")
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Notes how it stands with an upgrade that runs. `false` if it does not.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn set_upgrade(
        &self,
        id: i64,
        state: UpgradeState,
        progress: u8,
        error: Option<&str>,
        ended_at: Option<UnixMs>,
    ) -> Result<bool, DbError> {
        let done = sqlx::query(
            "UPDATE upgrades SET state = ?, progress = ?, error = ?, ended_ms = ? WHERE id = ? AND ended_ms IS NULL",
        )
        .bind(state.name())
        .bind(progress)
        .bind(error)
        .bind(ended_at.map(|at| at.0))
        .bind(id)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Upgrades of a device, newest first, `limit` at most.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn list_upgrades(
        &self,
        device: &LoginCode,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<UpgradeRow>, DbError> {
        let mut sql: QueryBuilder<Sqlite> = select();
        sql.push("login_code = ").push_bind(device.as_str().to_owned());
        if let Some(before) = before {
            sql.push(" AND id < ").push_bind(before);
        }
        sql.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
        let rows = sql.build().fetch_all(&self.reader).await?;
        rows.iter().map(upgrade).collect()
    }

    /// One upgrade.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn upgrade(&self, id: i64) -> Result<Option<UpgradeRow>, DbError> {
        let mut sql = select();
        sql.push("id = ").push_bind(id);
        let row = sql.build().fetch_optional(&self.reader).await?;
        row.as_ref().map(upgrade).transpose()
    }

    /// The upgrades that run.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn running_upgrades(&self) -> Result<Vec<UpgradeRow>, DbError> {
        let mut sql = select();
        sql.push("ended_ms IS NULL");
        let rows = sql.build().fetch_all(&self.reader).await?;
        rows.iter().map(upgrade).collect()
    }
}
