//! The database: the only place with SQL. SQLite in the data directory, in WAL mode, with one writer and several
//! readers. What a call here has answered is on the disk: the process may be killed at any moment.

mod alarms;
mod api_keys;
mod audit;
mod binds;
mod blobs;
mod cloud_runs;
mod commands;
mod data_dir;
mod device_events;
mod device_facts;
mod device_logs;
mod devices;
mod event;
mod firmware;
mod groups;
mod keeping;
mod keys;
mod links;
mod members;
mod pictures;
mod presence_history;
mod ptz_presets;
mod record_clips;
mod record_losses;
mod record_plans;
mod record_sessions;
mod record_timeline;
mod second_factors;
mod segments;
mod sessions;
pub mod snapshot;
mod sounds;
mod tenants;
mod upgrades;
mod users;

pub use alarms::{
    AlarmChange, AlarmCount, AlarmFilter, AlarmKey, AlarmRow, AlarmScope, AlarmWrite, AlarmWritten, EndReason,
    KeptPicture, OpenAlarmRow, PictureState,
};
pub use api_keys::ApiKeyRow;
pub use audit::{ActorKind, AuditActor, AuditEntry, AuditFilter, AuditLog, AuditOutcome, AuditRow};
pub use binds::{BindOutcome, BindRow, NewBind, Settled};
pub use blobs::BlobRow;
pub use cloud_runs::CloudRun;
pub use commands::{By, CommandFilter, CommandOutcome, CommandRow, NewCommand};
pub use data_dir::DataDir;
pub use device_events::{EventFilter, EventLog, NewEvent};
pub use device_facts::DeviceFacts;
pub use device_logs::{LogRow, LogState, NewLog};
pub use devices::{
    AddedDevices, DeviceFilter, DevicePage, DeviceRow, DeviceScope, NewDeviceRow, PresenceFilter, Sighting,
};
pub use event::{DeviceEvent, DeviceEventKind};
pub use firmware::{FirmwareRow, NewFirmware};
pub use groups::GroupRow;
pub use keeping::{Deleted, Deleting, SegmentPlace, Sparing, StoredStream};
pub use links::{Accepted, InvitationRow, Invited};
pub use members::{GrantRow, MemberRow};
pub use pictures::{NewSnapshot, SnapshotFilter, SnapshotRow};
pub use presence_history::{PresenceEntry, PresenceRow};
pub use record_clips::{ClipRow, NewPiece, ShareRow};
pub use record_losses::{LossReason, NewRecordLoss, RecordLossRow};
pub use record_plans::{PlanRow, PlannedAlarm};
pub use record_sessions::{NewRecordSession, RecordCause, RecordSessionRow, RecordedBy};
pub use record_timeline::{AlarmMarkRow, FootageRow, LossRow, PresenceStepRow, SessionSpanRow};
pub use segments::{
    CLOCK_DOUBTED, DISCONTINUOUS, MAX_SEGMENT_MS, RecordSpan, SPAN_TOLERANCE_MS, SegmentRow, SegmentWritten,
};
pub use sessions::SessionRow;
pub use sounds::SoundRow;
pub use tenants::TenantRow;
pub use upgrades::{NewUpgrade, UpgradeRow, UpgradeState};
pub use users::UserRow;

use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file in the data directory.
const FILE_NAME: &str = "ovc.sqlite";
/// Held while the process runs, so that no second one writes to the same directory.
const LOCK_NAME: &str = "ovc.lock";
const READERS: u32 = 4;
/// Every version of the schema.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Why the database did not do it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// The data directory cannot be used.
    #[error("cannot use the data directory {}: {error}", path.display())]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// Another process runs on this data directory.
    #[error("another ovc already runs on the data directory {}", .0.display())]
    InUse(PathBuf),
    /// A row with this key is there already.
    #[error("already there")]
    Exists,
    /// What the row refers to is not there, or no more.
    #[error("what it refers to is not there")]
    Missing,
    /// The database made by a newer version, or damaged.
    #[error("cannot bring the database up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// Anything else: disk full, damaged file.
    #[error("database: {0}")]
    Sql(sqlx::Error),
    /// What is stored is not what was written.
    #[error("database holds a bad {0}")]
    Corrupt(&'static str),
    /// It is being closed.
    #[error("the database is closed")]
    Closed,
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(inner) if inner.is_unique_violation() => Self::Exists,
            sqlx::Error::Database(inner) if inner.is_foreign_key_violation() => Self::Missing,
            sqlx::Error::PoolClosed => Self::Closed,
            _ => Self::Sql(error),
        }
    }
}

/// The open database. Clones share it.
#[derive(Debug, Clone)]
pub struct Db {
    reader: SqlitePool,
    /// One connection: SQLite has one writer, and queueing here is fair where its file lock is not.
    writer: SqlitePool,
    taken: DataDir,
}

impl Db {
    /// Opens or makes the database in `data_dir` and brings it up to date.
    ///
    /// # Errors
    /// The directory cannot be used, belongs to another process, or holds the database of a newer version.
    pub async fn open(data_dir: &Path) -> Result<Self, DbError> {
        Self::open_in(DataDir::take(data_dir)?).await
    }

    /// The same in a directory that is taken already.
    ///
    /// # Errors
    /// The directory cannot be used, or holds the database of a newer version.
    pub async fn open_in(taken: DataDir) -> Result<Self, DbError> {
        let data_dir = taken.path();
        let fault = |error| DbError::DataDir {
            path: data_dir.into(),
            error,
        };
        // SQLite gives its files beside it the same permissions.
        make_private_file(&data_dir.join(FILE_NAME)).map_err(fault)?;
        let options = SqliteConnectOptions::new()
            .filename(data_dir.join(FILE_NAME))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Each commit is on the disk before it is answered, even if the machine loses power.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10));
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            // Where the disk is full SQLite undoes a transaction by itself, and the library goes on counting it: what is written
            // after that would be part of a transaction that nobody commits. Such a connection is replaced.
            .before_acquire(|connection, _| Box::pin(std::future::ready(Ok(!connection.is_in_transaction()))))
            .connect_with(options.clone())
            .await?;
        MIGRATIONS.run(&writer).await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.create_if_missing(false).read_only(true))
            .await?;
        Ok(Self { reader, writer, taken })
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), DbError> {
        sqlx::query("SELECT 1").execute(&self.reader).await?;
        Ok(())
    }

    /// The directory it is in.
    pub fn data_dir(&self) -> &DataDir {
        &self.taken
    }

    /// Closes it in order: what is running ends, the log is folded into the file, and the directory is free.
    pub async fn close(&self) {
        self.close_files().await;
        self.taken.release();
    }

    /// The same, but the directory stays taken.
    pub async fn close_files(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// The directory holds password hashes and keys: nobody else may read it.
pub(crate) fn make_private_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The directory may have been made by others, for all to read; what is in it is not.
fn make_private_file(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::UnixMs;

    #[tokio::test]
    async fn one_process_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let first = Db::open(dir.path()).await.unwrap();
        assert!(matches!(Db::open(dir.path()).await, Err(DbError::InUse(_))));
        first.close().await;
        Db::open(dir.path()).await.unwrap();
    }

    #[tokio::test]
    async fn what_is_written_after_the_disk_was_full_is_committed() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).await.unwrap();
        let insert = async |size: i64| -> Result<(), sqlx::Error> {
            let mut change = db.writer.begin().await?;
            sqlx::query("INSERT INTO keys (name, secret) VALUES (?, zeroblob(?))")
                .bind(size.to_string())
                .bind(size)
                .execute(&mut *change)
                .await?;
            change.commit().await
        };
        let seen = async || -> i64 {
            let count = sqlx::query_scalar("SELECT count(*) FROM keys WHERE length(secret) = ?");
            count.bind(3_i64).fetch_one(&db.reader).await.unwrap()
        };
        for _ in 0..3 {
            // As many pages as there are: the next one does not fit.
            sqlx::query("PRAGMA max_page_count = 1")
                .execute(&db.writer)
                .await
                .unwrap();
            let error = insert(1 << 20).await.unwrap_err();
            let code = error
                .as_database_error()
                .and_then(|error| error.code())
                .map(|code| code.into_owned());
            assert_eq!(code.as_deref(), Some("13"), "{error}");
        }
        insert(3).await.unwrap();
        assert_eq!(seen().await, 1);
    }

    #[tokio::test]
    async fn what_was_there_before_tenants_belongs_to_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let mut migrations = sqlx::migrate!("./migrations");
        migrations.migrations = migrations.migrations.iter().take(1).cloned().collect();
        let options = SqliteConnectOptions::new()
            .filename(dir.path().join(FILE_NAME))
            .create_if_missing(true);
        let old = SqlitePool::connect_with(options).await.unwrap();
        migrations.run(&old).await.unwrap();
        for sql in [
            "INSERT INTO users (username, password_hash, role, created_at_ms) VALUES ('admin', 'h', 'admin', 7)",
            "INSERT INTO sessions VALUES (x'00', 1, 8, 9)",
            "INSERT INTO devices (login_code, name, passwd_hash, created_at_ms) VALUES ('cam', '', zeroblob(32), 8)",
            "INSERT INTO device_events (login_code, kind, at_ms, data) VALUES ('cam', 'alarm', 9, '{}')",
        ] {
            sqlx::query(sql).execute(&old).await.unwrap();
        }
        old.close().await;

        let db = Db::open(dir.path()).await.unwrap();
        let tenant = db.tenants(None).await.unwrap().pop().unwrap();
        assert_eq!((tenant.name.as_str(), tenant.created_at), ("Home", UnixMs(7)));
        let user = db.users().await.unwrap().pop().unwrap();
        assert!(user.platform_admin && !user.disabled);
        let member = db.members(Some(user.id)).await.unwrap().pop().unwrap();
        assert_eq!(
            (member.tenant, member.role.as_str(), member.everywhere),
            (tenant.id, "owner", true)
        );
        let device = db.all_devices().await.unwrap().pop().unwrap();
        assert_eq!(
            (device.tenant, device.group, device.stocked),
            (Some(tenant.id), None, false)
        );
        let filter = EventFilter {
            kind: None,
            channels: None,
            before: None,
            limit: 9,
        };
        assert_eq!(db.device_events(&device.login_code, &filter).await.unwrap().len(), 1);
    }
}
