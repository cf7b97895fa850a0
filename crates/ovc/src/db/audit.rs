use super::{Db, DbError};
use crate::clock::UnixMs;
use crate::ids::TenantId;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};
use tokio::sync::{mpsc, oneshot};
use utoipa::ToSchema;

/// Entries that may wait to be written. Over it, whoever did what they tell of waits for his answer.
const QUEUE_LEN: usize = 4096;
/// Entries written in one transaction: one wait for the disk serves them all.
const BATCH_LEN: usize = 512;
/// Longest text in an entry, in bytes. What is longer is cut: much of it comes from outside.
const MAX_TEXT: usize = 200;

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditActor {
    /// What he is.
    pub kind: ActorKind,
    /// His number, or a device's login code.
    pub id: Option<String>,
    /// What he was called then.
    pub name: String,
}

/// What did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A person.
    User,
    /// A program with an API key.
    Key,
    /// A device.
    Device,
    /// The cloud itself.
    System,
    /// Somebody who has not said who he is.
    Nobody,
}

impl ActorKind {
    const ALL: [Self; 5] = [Self::User, Self::Key, Self::Device, Self::System, Self::Nobody];

    /// The name in the database and on the wire of the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Key => "key",
            Self::Device => "device",
            Self::System => "system",
            Self::Nobody => "nobody",
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
    /// It was tried, and went wrong.
    Failed,
}

impl AuditOutcome {
    const ALL: [Self; 3] = [Self::Done, Self::Refused, Self::Failed];

    /// The name in the database and on the wire of the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// Who did what from where, to be written down. Holds no secret: not what was said, only what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: UnixMs,
    /// Who.
    pub actor: AuditActor,
    /// Of which tenant.
    pub tenant: Option<TenantId>,
    /// From where.
    pub address: String,
    /// What: the name of an operation of the API, or of what happened.
    pub action: String,
    /// With what.
    pub target: String,
    /// What came of it.
    pub outcome: AuditOutcome,
    /// More about it, such as why it was refused.
    pub detail: String,
}

/// What is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number; later ones have greater numbers.
    pub id: i64,
    /// What it says.
    pub entry: AuditEntry,
}

/// Which entries to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Of this tenant only.
    pub tenant: Option<TenantId>,
    /// Part of the actor's name, upper and lower case (of ASCII) the same.
    pub actor: Option<String>,
    /// Exactly this action.
    pub action: Option<String>,
    /// Part of the target.
    pub target: Option<String>,
    /// With this outcome only.
    pub outcome: Option<AuditOutcome>,
    /// Not before.
    pub from: Option<UnixMs>,
    /// Before that.
    pub to: Option<UnixMs>,
    /// Older than the entry of this number only.
    pub before: Option<i64>,
    /// So many at most.
    pub limit: u32,
}

/// Writes entries in groups. Clones write through the same task.
#[derive(Debug, Clone)]
pub struct AuditLog {
    queue: mpsc::Sender<Job>,
}

type Job = (AuditEntry, oneshot::Sender<bool>);

impl AuditLog {
    /// Starts the task that writes; it ends with the last clone.
    pub fn start(db: Db) -> Self {
        let (queue, mut jobs) = mpsc::channel::<Job>(QUEUE_LEN);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(BATCH_LEN);
            while jobs.recv_many(&mut batch, BATCH_LEN).await > 0 {
                let written = insert_all(&db, batch.iter().map(|(entry, _)| entry)).await;
                if let Err(error) = &written {
                    tracing::error!(%error, entries = batch.len(), "cannot write the audit log");
                    metrics::counter!("ovc_audit_failures_total").increment(batch.len() as u64);
                }
                for (_, done) in batch.drain(..) {
                    // Who asked may be gone; the entry is written all the same.
                    let _ = done.send(written.is_ok());
                }
            }
        });
        Self { queue }
    }

    /// Writes an entry down; it is on the disk when this returns.
    ///
    /// # Errors
    /// It could not be written; why is in the log.
    pub async fn write(&self, entry: AuditEntry) -> Result<(), DbError> {
        let (done, written) = oneshot::channel();
        self.queue.send((entry, done)).await.map_err(|_| DbError::Closed)?;
        match written.await {
            Ok(true) => Ok(()),
            _ => Err(DbError::Closed),
        }
    }
}

async fn insert_all(db: &Db, entries: impl Iterator<Item = &AuditEntry>) -> Result<(), DbError> {
    let mut transaction = db.writer.begin().await?;
    for entry in entries {
        sqlx::query(
            "INSERT INTO audit
                (at_ms, actor_kind, actor_id, actor_name, tenant_id, address, action, target, outcome, detail)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(entry.at.0)
        .bind(entry.actor.kind.name())
        .bind(entry.actor.id.as_deref().map(cut))
        .bind(cut(&entry.actor.name))
        .bind(entry.tenant.map(|tenant| tenant.0))
        .bind(cut(&entry.address))
        .bind(cut(&entry.action))
        .bind(cut(&entry.target))
        .bind(entry.outcome.name())
        .bind(cut(&entry.detail))
        .execute(&mut *transaction)
        .await?;
    }
    Ok(transaction.commit().await?)
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT)]
}

fn audit(row: &SqliteRow) -> Result<AuditRow, DbError> {
    let kind: &str = row.try_get("actor_kind")?;
    let outcome: &str = row.try_get("outcome")?;
    let kind = ActorKind::ALL.into_iter().find(|known| known.name() == kind);
    let outcome = AuditOutcome::ALL.into_iter().find(|known| known.name() == outcome);
    let entry = AuditEntry {
        at: UnixMs(row.try_get("at_ms")?),
        actor: AuditActor {
            kind: kind.ok_or(DbError::Corrupt("actor"))?,
            id: row.try_get("actor_id")?,
            name: row.try_get("actor_name")?,
        },
        tenant: row.try_get::<Option<i64>, _>("tenant_id")?.map(TenantId),
        address: row.try_get("address")?,
        action: row.try_get("action")?,
        target: row.try_get("target")?,
        outcome: outcome.ok_or(DbError::Corrupt("outcome"))?,
        detail: row.try_get("detail")?,
    };
    let id = row.try_get("id")?;
    Ok(AuditRow { id, entry })
}

fn contains(sql: &mut QueryBuilder<Sqlite>, column: &str, part: &str) {
    let escaped = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    sql.push(" AND ")
        .push(column)
        .push(" LIKE ")
        .push_bind(format!("%{escaped}%"))
        .push(" ESCAPE '\\'");
}

impl Db {
    /// Entries of the audit log, newest first.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>, DbError> {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "SELECT id, at_ms, actor_kind, actor_id, actor_name, tenant_id, address, action, target, outcome, detail
             FROM audit WHERE id < ",
        );
        sql.push_bind(filter.before.unwrap_or(i64::MAX));
        if let Some(tenant) = filter.tenant {
            sql.push(" AND tenant_id = ").push_bind(tenant.0);
        }
        if let Some(actor) = &filter.actor {
            contains(&mut sql, "actor_name", actor);
        }
        if let Some(action) = &filter.action {
            sql.push(" AND action = ").push_bind(action.clone());
        }
        if let Some(target) = &filter.target {
            contains(&mut sql, "target", target);
        }
        if let Some(outcome) = filter.outcome {
            sql.push(" AND outcome = ").push_bind(outcome.name());
        }
        if let Some(from) = filter.from {
            sql.push(" AND at_ms >= ").push_bind(from.0);
        }
        if let Some(to) = filter.to {
            sql.push(" AND at_ms < ").push_bind(to.0);
        }
        sql.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(filter.limit));
        sql.build().fetch_all(&self.reader).await?.iter().map(audit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, action: &str, target: &str, at: i64) -> AuditEntry {
        AuditEntry {
            at: UnixMs(at),
            actor: AuditActor {
                kind: ActorKind::User,
                id: Some("7".into()),
                name: name.into(),
            },
            tenant: Some(TenantId(at % 2)),
            address: "192.0.2.1".into(),
            action: action.into(),
            target: target.into(),
            outcome: AuditOutcome::Done,
            detail: String::new(),
        }
    }

    #[tokio::test]
    async fn what_is_written_is_found_and_stays() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).await.unwrap();
        let log = AuditLog::start(db.clone());
        let first = entry("Ann", "create_device", "cam_1", 100);
        log.write(first.clone()).await.unwrap();
        log.write(entry("Bob", "open_live", "cam%2", 201)).await.unwrap();
        let long = "é".repeat(300);
        log.write(entry("Bob", &long, "", 301)).await.unwrap();

        let found = async |change: fn(&mut AuditFilter)| {
            let mut filter = AuditFilter {
                limit: 10,
                ..AuditFilter::default()
            };
            change(&mut filter);
            let rows = db.audit(&filter).await.unwrap();
            rows.into_iter().map(|row| row.entry.at.0).collect::<Vec<_>>()
        };
        assert_eq!(found(|_| {}).await, [301, 201, 100]);
        assert_eq!(found(|filter| filter.limit = 1).await, [301]);
        assert_eq!(found(|filter| filter.before = Some(3)).await, [201, 100]);
        assert_eq!(found(|filter| filter.actor = Some("bO".into())).await, [301, 201]);
        assert_eq!(found(|filter| filter.action = Some("open_live".into())).await, [201]);
        assert_eq!(found(|filter| filter.action = Some("open".into())).await, [0; 0]);
        assert_eq!(found(|filter| filter.target = Some("m_".into())).await, [100]);
        assert_eq!(found(|filter| filter.tenant = Some(TenantId(0))).await, [100]);
        assert_eq!(found(|filter| filter.from = Some(UnixMs(201))).await, [301, 201]);
        assert_eq!(found(|filter| filter.to = Some(UnixMs(201))).await, [100]);
        assert_eq!(
            found(|filter| filter.outcome = Some(AuditOutcome::Failed)).await,
            [0; 0]
        );
        let all = db
            .audit(&AuditFilter {
                limit: 10,
                ..AuditFilter::default()
            })
            .await
            .unwrap();
        assert_eq!(all[2].entry, first);
        assert_eq!(all[0].entry.action, "é".repeat(100), "cut, and between characters");

        for sql in ["DELETE FROM audit", "UPDATE audit SET actor_name = 'x'"] {
            let refused = sqlx::query(sql).execute(&db.writer).await.unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{refused}");
        }
    }
}
