use super::{Db, DbError};
use super::{DeviceEvent, DeviceEventKind};
use crate::clock::UnixMs;
use crate::ids::{ChannelId, LoginCode};
use serde_json::value::RawValue;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

/// Events that may wait to be written. Over it the device that told one waits for its answer; nobody else does.
const QUEUE_LEN: usize = 4096;
/// Events written in one transaction: one wait for the disk serves them all.
const BATCH_LEN: usize = 512;

/// An event not yet stored.
#[derive(Debug)]
pub struct NewEvent {
    /// Which device.
    pub device: LoginCode,
    /// What sort.
    pub kind: DeviceEventKind,
    /// Which channel.
    pub channel: Option<ChannelId>,
    /// When the cloud got it.
    pub at: UnixMs,
    /// The parameters as the device sent them.
    pub data: Box<RawValue>,
}

/// Which events to list, newest first.
#[derive(Debug, Clone)]
pub struct EventFilter {
    /// Of this sort only.
    pub kind: Option<DeviceEventKind>,
    /// Of these channels only, and none that concern no channel; `None`: all.
    pub channels: Option<Vec<ChannelId>>,
    /// Older than this one only.
    pub before: Option<i64>,
    /// So many at most.
    pub limit: u32,
}

/// Stores events in groups. Clones write through the same task.
#[derive(Debug, Clone)]
pub struct EventLog {
    queue: mpsc::Sender<Job>,
}

type Job = (NewEvent, oneshot::Sender<Result<DeviceEvent, DbError>>);

impl EventLog {
    /// Starts the task that writes; it ends with the last clone.
    pub fn start(db: Db) -> Self {
        let (queue, mut jobs) = mpsc::channel::<Job>(QUEUE_LEN);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(BATCH_LEN);
            while jobs.recv_many(&mut batch, BATCH_LEN).await > 0 {
                write_batch(&db, &mut batch).await;
            }
        });
        Self { queue }
    }

    /// Stores an event; it is on the disk when this returns.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn append(&self, event: NewEvent) -> Result<DeviceEvent, DbError> {
        let (reply, answer) = oneshot::channel();
        self.queue.send((event, reply)).await.map_err(|_| DbError::Closed)?;
        answer.await.map_err(|_| DbError::Closed)?
    }
}

async fn write_batch(db: &Db, batch: &mut Vec<Job>) {
    match insert_all(db, batch.iter().map(|(event, _)| event)).await {
        Ok(ids) => {
            for ((event, reply), id) in batch.drain(..).zip(ids) {
                let stored = id
                    .ok_or(DbError::Corrupt("reference to a device"))
                    .map(|id| DeviceEvent {
                        id,
                        device: event.device,
                        kind: event.kind,
                        channel: event.channel,
                        at: event.at,
                        data: event.data,
                    });
                // Who asked may be gone; the event is stored all the same.
                let _ = reply.send(stored);
            }
        }
        Err(error) => {
            tracing::error!(%error, events = batch.len(), "cannot store device events");
            for (_, reply) in batch.drain(..) {
                let _ = reply.send(Err(DbError::Closed));
            }
        }
    }
}

/// The ids in order; none where the device was deleted meanwhile.
async fn insert_all(db: &Db, events: impl Iterator<Item = &NewEvent>) -> Result<Vec<Option<i64>>, DbError> {
    let mut transaction = db.writer.begin().await?;
    let mut ids = Vec::new();
    for event in events {
        ids.push(insert(&mut transaction, event).await?);
    }
    transaction.commit().await?;
    Ok(ids)
}

/// Its number; `None` where there is no such device any more.
pub(super) async fn insert(connection: &mut SqliteConnection, event: &NewEvent) -> Result<Option<i64>, DbError> {
    let done = sqlx::query(
        "INSERT INTO device_events (login_code, kind, channel, at_ms, data)
         SELECT login_code, ?, ?, ?, ? FROM devices WHERE login_code = ?",
    )
    .bind(event.kind.name())
    .bind(event.channel.map(|channel| i64::from(channel.0)))
    .bind(event.at.0)
    .bind(event.data.get())
    .bind(event.device.as_str())
    .execute(connection)
    .await?;
    Ok((done.rows_affected() > 0).then(|| done.last_insert_rowid()))
}

impl Db {
    /// Events of a device, newest first.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn device_events(&self, device: &LoginCode, filter: &EventFilter) -> Result<Vec<DeviceEvent>, DbError> {
        let mut sql =
            QueryBuilder::<Sqlite>::new("SELECT id, kind, channel, at_ms, data FROM device_events WHERE login_code = ");
        sql.push_bind(device.as_str().to_owned());
        if let Some(kind) = filter.kind {
            sql.push(" AND kind = ").push_bind(kind.name());
        }
        if let Some(channels) = &filter.channels {
            let channels = serde_json::to_string(channels).map_err(|_| DbError::Corrupt("channel"))?;
            sql.push(" AND channel IN (SELECT value FROM json_each(")
                .push_bind(channels)
                .push("))");
        }
        if let Some(before) = filter.before {
            sql.push(" AND id < ").push_bind(before);
        }
        sql.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(filter.limit));
        let rows = sql.build().fetch_all(&self.reader).await?;
        rows.iter()
            .map(|row| {
                let kind: &str = row.try_get("kind")?;
                let data: String = row.try_get("data")?;
                Ok(DeviceEvent {
                    id: row.try_get("id")?,
                    device: device.clone(),
                    kind: DeviceEventKind::from_name(kind).ok_or(DbError::Corrupt("event kind"))?,
                    channel: row.try_get::<Option<u32>, _>("channel")?.map(ChannelId),
                    at: UnixMs(row.try_get("at_ms")?),
                    data: RawValue::from_string(data).map_err(|_| DbError::Corrupt("event"))?,
                })
            })
            .collect()
    }

    /// Bind ids that devices sent: those stored after the event `after` and not before `since`, in order.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn binds_told_after(&self, after: i64, since: UnixMs, limit: u32) -> Result<Vec<DeviceEvent>, DbError> {
        let rows = sqlx::query(
            "SELECT id, login_code, at_ms, data FROM device_events
             WHERE id > ? AND kind = ? AND at_ms >= ? ORDER BY id LIMIT ?",
        )
        .bind(after)
        .bind(DeviceEventKind::Bind.name())
        .bind(since.0)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                let device: &str = row.try_get("login_code")?;
                let data: String = row.try_get("data")?;
                Ok(DeviceEvent {
                    id: row.try_get("id")?,
                    device: LoginCode::parse(device).map_err(|_| DbError::Corrupt("login code"))?,
                    kind: DeviceEventKind::Bind,
                    channel: None,
                    at: UnixMs(row.try_get("at_ms")?),
                    data: RawValue::from_string(data).map_err(|_| DbError::Corrupt("event"))?,
                })
            })
            .collect()
    }

    /// Forgets events older than `before`. How many they were.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_events_before(&self, before: UnixMs) -> Result<u64, DbError> {
        let done = sqlx::query("DELETE FROM device_events WHERE at_ms < ?")
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}
