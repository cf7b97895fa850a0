//! Alarm events.

mod list;
mod picture;

pub use list::{AlarmCount, AlarmFilter, AlarmScope};
pub use picture::{KeptPicture, PictureState};

use super::blobs::{BlobRow, blob};
use super::{Db, DbError, NewEvent, device_events};
use crate::clock::UnixMs;
use crate::ids::{ChannelId, LoginCode, TenantId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

/// What an event is told apart by; only one of each is open at a time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AlarmKey {
    /// The device that raised it.
    pub device: LoginCode,
    /// On which channel.
    pub channel: ChannelId,
    /// What raised it, by the protocol's number.
    pub alarm_type: i64,
}

/// Why an event ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The device said so.
    Told,
    /// Its Keepalive does not carry it any more.
    BitCleared,
    /// Nothing was heard of it for too long.
    Timeout,
    /// The device started anew.
    DeviceReset,
}

impl EndReason {
    /// The name in the database and on the wire of the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::BitCleared => "bit_cleared",
            Self::Timeout => "timeout",
            Self::DeviceReset => "device_reset",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Told, Self::BitCleared, Self::Timeout, Self::DeviceReset]
            .into_iter()
            .find(|reason| reason.name() == name)
    }
}

/// What happens to an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlarmChange {
    /// It begins.
    Begin {
        /// When.
        at: UnixMs,
        /// The device's words.
        text: String,
        /// Whether a Keepalive carries it.
        carried: bool,
        /// When this was heard.
        now: UnixMs,
        /// Whether the device is asked for a picture.
        picture: bool,
    },
    /// The device told of it again.
    Update {
        /// Its words; empty ones replace none.
        text: String,
        /// Whether a Keepalive carries it.
        carried: bool,
        /// When this was heard.
        now: UnixMs,
        /// Whether the device is asked for a picture.
        picture: bool,
    },
    /// A Keepalive carries it, too.
    Carried {
        /// When this was heard.
        now: UnixMs,
    },
    /// It ends.
    End {
        /// When.
        at: UnixMs,
        /// Why.
        reason: EndReason,
    },
}

/// What is to be written of one notice.
#[derive(Debug)]
pub struct AlarmWrite {
    /// The notice as it came.
    pub event: Option<NewEvent>,
    /// What comes of it.
    pub change: Option<(AlarmKey, AlarmChange)>,
}

/// What was written of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlarmWritten {
    /// The number of the notice; `None`: there is no such device any more.
    pub event: Option<i64>,
    /// The number of the event that changed.
    pub alarm: Option<i64>,
    /// The number of the picture that the device is to be asked for.
    pub picture: Option<i64>,
}

/// An event that is open.
#[derive(Debug, Clone)]
pub struct OpenAlarmRow {
    /// Which.
    pub key: AlarmKey,
    /// When it began.
    pub begin: UnixMs,
    /// When it was last heard of.
    pub news: UnixMs,
    /// A Keepalive carried it.
    pub carried: bool,
}

/// An event.
#[derive(Debug, Clone)]
pub struct AlarmRow {
    /// Its number; later ones have greater numbers.
    pub id: i64,
    /// Which.
    pub key: AlarmKey,
    /// Whose the device is.
    pub tenant: Option<TenantId>,
    /// What people call the device.
    pub device_name: String,
    /// When it began.
    pub begin: UnixMs,
    /// When and why it ended; `None`: it stands.
    pub end: Option<(UnixMs, EndReason)>,
    /// The device's words.
    pub text: String,
    /// Its picture.
    pub picture: Option<BlobRow>,
    /// When, and by whom it was seen to.
    pub acknowledged: Option<(UnixMs, String)>,
}

pub(super) const COLUMNS: &str = "a.id, a.login_code, a.tenant_id, d.name, a.channel, a.type, a.begin_ms, a.end_ms, a.end_reason, a.text, \
     a.acknowledged_ms, a.acknowledged_by";

pub(super) fn alarm(row: &SqliteRow) -> Result<AlarmRow, DbError> {
    let end: Option<i64> = row.try_get("end_ms")?;
    let reason: Option<&str> = row.try_get("end_reason")?;
    let reason = reason.and_then(EndReason::from_name);
    let acknowledged: Option<i64> = row.try_get("acknowledged_ms")?;
    let by: Option<String> = row.try_get("acknowledged_by")?;
    let has_picture = row.try_get::<Option<&str>, _>("blob_key")?.is_some();
    Ok(AlarmRow {
        id: row.try_get("id")?,
        key: key(row)?,
        tenant: row.try_get::<Option<i64>, _>("tenant_id")?.map(TenantId),
        device_name: row.try_get("name")?,
        begin: UnixMs(row.try_get("begin_ms")?),
        end: end.map(UnixMs).zip(reason),
        text: row.try_get("text")?,
        picture: has_picture.then(|| blob(row)).transpose()?,
        acknowledged: acknowledged.map(UnixMs).map(|at| (at, by.unwrap_or_default())),
    })
}

fn key(row: &SqliteRow) -> Result<AlarmKey, DbError> {
    let device: &str = row.try_get("login_code")?;
    Ok(AlarmKey {
        device: LoginCode::parse(device).map_err(|_| DbError::Corrupt("login code"))?,
        channel: ChannelId(row.try_get("channel")?),
        alarm_type: row.try_get("type")?,
    })
}

impl Db {
    /// The events that are open.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn open_alarms(&self) -> Result<Vec<OpenAlarmRow>, DbError> {
        let rows = sqlx::query(
            "SELECT login_code, channel, type, begin_ms, news_ms, carried FROM alarms WHERE end_ms IS NULL",
        )
        .fetch_all(&self.reader)
        .await?;
        let open = |row: &SqliteRow| {
            Ok(OpenAlarmRow {
                key: key(row)?,
                begin: UnixMs(row.try_get("begin_ms")?),
                news: UnixMs(row.try_get("news_ms")?),
                carried: row.try_get("carried")?,
            })
        };
        rows.iter().map(open).collect()
    }

    /// Writes notices and what comes of them, in order, all in one transaction.
    ///
    /// # Errors
    /// See [`DbError`]; then none is written.
    pub async fn write_alarms(&self, writes: &[AlarmWrite]) -> Result<Vec<AlarmWritten>, DbError> {
        let mut transaction = self.writer.begin().await?;
        let mut written = Vec::with_capacity(writes.len());
        for write in writes {
            let event = match &write.event {
                Some(event) => device_events::insert(&mut transaction, event).await?,
                None => None,
            };
            let changed = match &write.change {
                Some((key, change)) => apply(&mut transaction, key, change).await?,
                None => None,
            };
            written.push(AlarmWritten {
                event,
                alarm: changed.map(|(id, _)| id),
                picture: changed.and_then(|(_, picture)| picture),
            });
        }
        transaction.commit().await?;
        Ok(written)
    }

    /// Forgets events that began before `before` and have ended, with their pictures; at most `limit` of them. How many they
    /// were.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_alarms_before(&self, before: UnixMs, limit: u32) -> Result<u64, DbError> {
        let done = sqlx::query(
            "DELETE FROM alarms WHERE id IN
                (SELECT id FROM alarms WHERE begin_ms < ? AND end_ms IS NOT NULL ORDER BY begin_ms LIMIT ?)",
        )
        .bind(before.0)
        .bind(limit)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected())
    }

    /// Forgets the oldest events of devices that have more than `max`, at most `limit` of them. How many they were.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_alarms_over(&self, max: u32, limit: u32) -> Result<u64, DbError> {
        let crowded: Vec<String> =
            sqlx::query_scalar("SELECT login_code FROM alarms GROUP BY login_code HAVING count(*) > ?")
                .bind(max)
                .fetch_all(&self.reader)
                .await?;
        let mut count = 0;
        for code in crowded {
            let done = sqlx::query(
                "DELETE FROM alarms WHERE id IN (
                    SELECT id FROM alarms WHERE login_code = ?1 AND end_ms IS NOT NULL AND id <=
                        (SELECT id FROM alarms WHERE login_code = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
                    ORDER BY id LIMIT ?3)",
            )
            .bind(code)
            .bind(max)
            .bind(limit)
            .execute(&self.writer)
            .await?;
            count += done.rows_affected();
        }
        Ok(count)
    }
}

/// The number of the event, and that of the picture to ask for.
async fn apply(
    connection: &mut SqliteConnection,
    key: &AlarmKey,
    change: &AlarmChange,
) -> Result<Option<(i64, Option<i64>)>, DbError> {
    let (device, channel) = (key.device.as_str(), key.channel.0);
    let row = match change {
        AlarmChange::Begin {
            at,
            text,
            carried,
            now,
            picture,
        } => {
            sqlx::query(
                "INSERT INTO alarms (login_code, tenant_id, channel, type, begin_ms, text, carried, news_ms, asked)
                 SELECT login_code, tenant_id, ?, ?, ?, ?, ?, ?, ? FROM devices WHERE login_code = ?
                 ON CONFLICT (login_code, channel, type) WHERE end_ms IS NULL
                 DO UPDATE SET news_ms = excluded.news_ms, carried = excluded.carried, asked = asked + excluded.asked
                 RETURNING id, asked",
            )
            .bind(channel)
            .bind(key.alarm_type)
            .bind(at.0)
            .bind(text)
            .bind(carried)
            .bind(now.0)
            .bind(picture)
            .bind(device)
            .fetch_optional(connection)
            .await?
        }
        AlarmChange::Update {
            text,
            carried,
            now,
            picture,
        } => {
            sqlx::query(
                "UPDATE alarms SET text = iif(?1 = '', text, ?1), carried = max(carried, ?2), news_ms = ?3, asked = asked + ?4
                 WHERE login_code = ?5 AND channel = ?6 AND type = ?7 AND end_ms IS NULL RETURNING id, asked",
            )
            .bind(text)
            .bind(carried)
            .bind(now.0)
            .bind(picture)
            .bind(device)
            .bind(channel)
            .bind(key.alarm_type)
            .fetch_optional(connection)
            .await?
        }
        AlarmChange::Carried { now } => {
            sqlx::query(
                "UPDATE alarms SET carried = 1, news_ms = ?
                 WHERE login_code = ? AND channel = ? AND type = ? AND end_ms IS NULL RETURNING id, asked",
            )
            .bind(now.0)
            .bind(device)
            .bind(channel)
            .bind(key.alarm_type)
            .fetch_optional(connection)
            .await?
        }
        AlarmChange::End { at, reason } => {
            sqlx::query(
                "UPDATE alarms SET end_ms = max(begin_ms, ?), end_reason = ?
                 WHERE login_code = ? AND channel = ? AND type = ? AND end_ms IS NULL RETURNING id, asked",
            )
            .bind(at.0)
            .bind(reason.name())
            .bind(device)
            .bind(channel)
            .bind(key.alarm_type)
            .fetch_optional(connection)
            .await?
        }
    };
    let asks = matches!(
        change,
        AlarmChange::Begin { picture: true, .. } | AlarmChange::Update { picture: true, .. }
    );
    row.map(|row| Ok((row.try_get("id")?, asks.then(|| row.try_get("asked")).transpose()?)))
        .transpose()
}
