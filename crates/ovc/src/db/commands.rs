use super::{Db, DbError};
use crate::clock::UnixMs;
use crate::ids::{KeyId, LoginCode, TenantId, UserId};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};
use utoipa::ToSchema;

/// Who wants something of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A person.
    User {
        /// Which.
        id: UserId,
        /// His name at the time.
        name: String,
    },
    /// A program with an API key.
    Key {
        /// Which.
        id: KeyId,
        /// Its name at the time.
        name: String,
    },
    /// The cloud, of its own accord.
    Cloud,
}

impl By {
    /// The name of its sort in the database and on the wire of the API.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User { .. } => "user",
            Self::Key { .. } => "key",
            Self::Cloud => "cloud",
        }
    }

    /// What it was called at the time; the cloud needs no name.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::User { name, .. } | Self::Key { name, .. } => Some(name),
            Self::Cloud => None,
        }
    }

    pub(super) fn id(&self) -> Option<i64> {
        match self {
            Self::User { id, .. } => Some(id.0),
            Self::Key { id, .. } => Some(id.0),
            Self::Cloud => None,
        }
    }

    pub(super) fn from_columns(kind: &str, id: Option<i64>, name: Option<String>) -> Option<Self> {
        let name = name.unwrap_or_default();
        Some(match (kind, id) {
            ("user", Some(id)) => Self::User { id: UserId(id), name },
            ("key", Some(id)) => Self::Key { id: KeyId(id), name },
            ("cloud", _) => Self::Cloud,
            _ => return None,
        })
    }
}

/// What came of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CommandOutcome {
    /// The device did it.
    Ok,
    /// The device answered with an error.
    Refused,
    /// No answer in time.
    Timeout,
    /// It was not connected.
    Offline,
    /// Its connection ended before it answered.
    Disconnected,
    /// It answered something that is no answer to this.
    BadAnswer,
    /// Too many commands waited for it already.
    Busy,
    /// An event, which has no answer, was handed to its connection.
    Sent,
}

impl CommandOutcome {
    const ALL: [Self; 8] = [
        Self::Ok,
        Self::Refused,
        Self::Timeout,
        Self::Offline,
        Self::Disconnected,
        Self::BadAnswer,
        Self::Busy,
        Self::Sent,
    ];

    /// The name in the database and on the wire of the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Offline => "offline",
            Self::Disconnected => "disconnected",
            Self::BadAnswer => "bad_answer",
            Self::Busy => "busy",
            Self::Sent => "sent",
        }
    }
}

/// A command to be written down.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCommand {
    /// Which device.
    pub device: LoginCode,
    /// Whose it was at the time. Once it is another's, the command is not written: it is none of his business.
    pub tenant: Option<TenantId>,
    /// When it was given.
    pub at: UnixMs,
    /// By whom.
    pub by: By,
    /// The protocol's name of what was wanted.
    pub method: String,
    /// A request; else an event.
    pub is_request: bool,
    /// JSON without secrets.
    pub params: Option<String>,
    /// What came of it.
    pub outcome: CommandOutcome,
    /// The device's error, or what is wrong with its answer (then without a code).
    pub error: Option<(Option<i64>, String)>,
    /// JSON without secrets.
    pub answer: Option<String>,
    /// From the call to its end, in milliseconds; of requests only.
    pub duration_ms: Option<i64>,
}

/// A command that is written down.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandRow {
    /// Its number; later ones have greater numbers.
    pub id: i64,
    /// What it says.
    pub command: NewCommand,
}

/// Which commands to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct CommandFilter {
    /// Of this method only.
    pub method: Option<String>,
    /// Older than the one of this number only.
    pub before: Option<i64>,
    /// So many at most.
    pub limit: u32,
}

fn command(row: &SqliteRow, device: &LoginCode, tenant: Option<TenantId>) -> Result<CommandRow, DbError> {
    let by = By::from_columns(row.try_get("by_kind")?, row.try_get("by_id")?, row.try_get("by_name")?);
    let outcome: &str = row.try_get("outcome")?;
    let outcome = CommandOutcome::ALL.into_iter().find(|known| known.name() == outcome);
    let error: Option<String> = row.try_get("error_msg")?;
    let code: Option<i64> = row.try_get("error_code")?;
    Ok(CommandRow {
        id: row.try_get("id")?,
        command: NewCommand {
            device: device.clone(),
            tenant,
            at: UnixMs(row.try_get("at_ms")?),
            by: by.ok_or(DbError::Corrupt("who gave a command"))?,
            method: row.try_get("method")?,
            is_request: row.try_get("is_request")?,
            params: row.try_get("params")?,
            outcome: outcome.ok_or(DbError::Corrupt("outcome of a command"))?,
            error: error.map(|msg| (code, msg)),
            answer: row.try_get("answer")?,
            duration_ms: row.try_get("duration_ms")?,
        },
    })
}

impl Db {
    /// Writes commands down in one transaction. Their numbers in order; none where the device is gone or another's.
    ///
    /// # Errors
    /// See [`DbError`]; none is written then.
    pub async fn add_commands(&self, commands: &[NewCommand]) -> Result<Vec<Option<i64>>, DbError> {
        let mut transaction = self.writer.begin().await?;
        let mut ids = Vec::with_capacity(commands.len());
        for command in commands {
            let error = command.error.as_ref();
            let done = sqlx::query(
                "INSERT INTO commands (login_code, at_ms, by_kind, by_id, by_name, method, is_request, params, outcome,
                                       error_code, error_msg, answer, duration_ms)
                 SELECT login_code, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM devices
                 WHERE login_code = ? AND tenant_id IS ?",
            )
            .bind(command.at.0)
            .bind(command.by.kind())
            .bind(command.by.id())
            .bind(command.by.name())
            .bind(&command.method)
            .bind(command.is_request)
            .bind(command.params.as_deref())
            .bind(command.outcome.name())
            .bind(error.and_then(|(code, _)| *code))
            .bind(error.map(|(_, msg)| msg.as_str()))
            .bind(command.answer.as_deref())
            .bind(command.duration_ms)
            .bind(command.device.as_str())
            .bind(command.tenant.map(|tenant| tenant.0))
            .execute(&mut *transaction)
            .await?;
            ids.push((done.rows_affected() > 0).then(|| done.last_insert_rowid()));
        }
        transaction.commit().await?;
        Ok(ids)
    }

    /// Commands given to a device, newest first. `tenant` is whose it is.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn commands(
        &self,
        device: &LoginCode,
        tenant: Option<TenantId>,
        filter: &CommandFilter,
    ) -> Result<Vec<CommandRow>, DbError> {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "SELECT id, at_ms, by_kind, by_id, by_name, method, is_request, params, outcome, error_code, error_msg,
                    answer, duration_ms
             FROM commands WHERE login_code = ",
        );
        sql.push_bind(device.as_str().to_owned());
        sql.push(" AND id < ").push_bind(filter.before.unwrap_or(i64::MAX));
        if let Some(method) = &filter.method {
            sql.push(" AND method = ").push_bind(method.clone());
        }
        sql.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(filter.limit));
        let rows = sql.build().fetch_all(&self.reader).await?;
        rows.iter().map(|row| command(row, device, tenant)).collect()
    }

    /// Forgets the oldest commands of a device: of this method but for the newest `max_of_it`, of all others but for the newest
    /// `max`.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn trim_commands(
        &self,
        device: &LoginCode,
        method: &str,
        max_of_it: u32,
        max: u32,
    ) -> Result<(), DbError> {
        for (of_it, max) in [(true, max_of_it), (false, max)] {
            sqlx::query(
                "DELETE FROM commands WHERE login_code = ?1 AND (method = ?2) = ?3 AND id <= (
                    SELECT id FROM commands WHERE login_code = ?1 AND (method = ?2) = ?3
                    ORDER BY id DESC LIMIT 1 OFFSET ?4)",
            )
            .bind(device.as_str())
            .bind(method)
            .bind(of_it)
            .bind(max)
            .execute(&self.writer)
            .await?;
        }
        Ok(())
    }

    /// Forgets commands given before `before`. How many they were.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_commands_before(&self, before: UnixMs) -> Result<u64, DbError> {
        let done = sqlx::query("DELETE FROM commands WHERE at_ms < ?")
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}
