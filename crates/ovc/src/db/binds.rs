use super::{Db, DbError};
use crate::clock::UnixMs;
use crate::ids::{BindId, GroupId, LoginCode, TenantId, UserId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

/// A bind id that a tenant made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindRow {
    /// Its number: not the secret that the device sends.
    pub id: BindId,
    /// Whose.
    pub tenant: TenantId,
    /// The group its device goes to.
    pub group: Option<GroupId>,
    /// What its device will be called.
    pub name: String,
    /// When it was made.
    pub created_at: UnixMs,
    /// Until when it is good.
    pub expires_at: UnixMs,
    /// The name of what came of it; `None` while it waits.
    pub outcome: Option<String>,
    /// The device that sent it.
    pub device: Option<LoginCode>,
    /// When it did.
    pub settled_at: Option<UnixMs>,
}

/// A bind id to keep.
#[derive(Debug, Clone)]
pub struct NewBind<'a> {
    /// SHA-256 of what the device will send.
    pub id_hash: &'a [u8; 32],
    /// Whose.
    pub tenant: TenantId,
    /// The group its device goes to.
    pub group: Option<GroupId>,
    /// What its device will be called.
    pub name: &'a str,
    /// Who made it, if a person did.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: UnixMs,
    /// Until when it is good.
    pub expires_at: UnixMs,
}

/// What came of a bind id that a device sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindOutcome {
    /// The device is the tenant's now.
    Bound,
    /// It was already.
    AlreadyYours,
    /// Another tenant has it.
    HeldElsewhere,
    /// The tenant has as many devices as it may.
    TooManyDevices,
    /// The bind id was sent too late.
    Expired,
}

impl BindOutcome {
    const ALL: [Self; 5] = [
        Self::Bound,
        Self::AlreadyYours,
        Self::HeldElsewhere,
        Self::TooManyDevices,
        Self::Expired,
    ];

    /// The name in the database and on the wire of the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bound => "bound",
            Self::AlreadyYours => "already_yours",
            Self::HeldElsewhere => "held_elsewhere",
            Self::TooManyDevices => "too_many_devices",
            Self::Expired => "expired",
        }
    }

    /// The reverse of [`Self::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// Whether the bind id is still good after it, until it expires: what stood in the way may be gone when a device
    /// sends it again.
    pub fn may_change(self) -> bool {
        matches!(self, Self::HeldElsewhere | Self::TooManyDevices)
    }
}

/// A bind id that was sent, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// Nobody made this bind id, or it was taken back.
    Unknown,
    /// It was sent before. Nothing changes.
    Used(BindRow),
    /// Something came of it now. It is used up unless that [may change](BindOutcome::may_change).
    Now {
        /// As it is now.
        bind: BindRow,
        /// What came of it.
        outcome: BindOutcome,
        /// The tenant that has the device, if another one does.
        holder: Option<TenantId>,
    },
}

const COLUMNS: &str = "id, tenant_id, group_id, name, created_at_ms, expires_at_ms, outcome, login_code, settled_at_ms";

fn bind(row: &SqliteRow) -> Result<BindRow, DbError> {
    let device: Option<&str> = row.try_get("login_code")?;
    let device = device.map(LoginCode::parse).transpose();
    Ok(BindRow {
        id: BindId(row.try_get("id")?),
        tenant: TenantId(row.try_get("tenant_id")?),
        group: row.try_get::<Option<i64>, _>("group_id")?.map(GroupId),
        name: row.try_get("name")?,
        created_at: UnixMs(row.try_get("created_at_ms")?),
        expires_at: UnixMs(row.try_get("expires_at_ms")?),
        outcome: row.try_get("outcome")?,
        device: device.map_err(|_| DbError::Corrupt("login code"))?,
        settled_at: row.try_get::<Option<i64>, _>("settled_at_ms")?.map(UnixMs),
    })
}

impl Db {
    /// Keeps a bind id, unless the tenant has `max_waiting` that wait already (then the answer is `None`).
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn add_bind(&self, new: &NewBind<'_>, max_waiting: u32) -> Result<Option<BindId>, DbError> {
        let done = sqlx::query(
            "INSERT INTO binds (id_hash, tenant_id, group_id, name, created_by, created_at_ms, expires_at_ms)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
             WHERE (SELECT count(*) FROM binds WHERE tenant_id = ?2 AND outcome IS NULL AND expires_at_ms > ?6) < ?8",
        )
        .bind(new.id_hash.as_slice())
        .bind(new.tenant.0)
        .bind(new.group.map(|group| group.0))
        .bind(new.name)
        .bind(new.created_by.map(|user| user.0))
        .bind(new.created_at.0)
        .bind(new.expires_at.0)
        .bind(max_waiting)
        .execute(&self.writer)
        .await?;
        Ok((done.rows_affected() > 0).then(|| BindId(done.last_insert_rowid())))
    }

    /// The bind ids of a tenant, newest first, at most 200.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn binds(&self, tenant: TenantId) -> Result<Vec<BindRow>, DbError> {
        let sql = format!("SELECT {COLUMNS} FROM binds WHERE tenant_id = ? ORDER BY id DESC LIMIT 200");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(tenant.0)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(bind).collect()
    }

    /// One bind id of a tenant.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn bind(&self, tenant: TenantId, id: BindId) -> Result<Option<BindRow>, DbError> {
        let sql = format!("SELECT {COLUMNS} FROM binds WHERE tenant_id = ? AND id = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(tenant.0)
            .bind(id.0)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(bind).transpose()
    }

    /// Forgets a bind id. `false` if there is none of this number.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_bind(&self, tenant: TenantId, id: BindId) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM binds WHERE tenant_id = ? AND id = ?")
            .bind(tenant.0)
            .bind(id.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Forgets bind ids that were good until before `before`. How many they were.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_binds_before(&self, before: UnixMs) -> Result<u64, DbError> {
        let done = sqlx::query("DELETE FROM binds WHERE expires_at_ms < ?")
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }

    /// A device sent a bind id at `now`: decides what comes of it, and does it, all at once or not at all.
    ///
    /// # Errors
    /// See [`DbError`]; [`DbError::Missing`] if there is no such device.
    pub async fn settle_bind(
        &self,
        id_hash: &[u8; 32],
        device: &LoginCode,
        now: UnixMs,
        max_devices: u64,
    ) -> Result<Settled, DbError> {
        let mut transaction = self.writer.begin().await?;
        let sql = format!("SELECT {COLUMNS} FROM binds WHERE id_hash = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id_hash.as_slice())
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(mut row) = row.as_ref().map(bind).transpose()? else {
            return Ok(Settled::Unknown);
        };
        let before = row.outcome.as_deref().and_then(BindOutcome::from_name);
        if row.outcome.is_some() && !before.is_some_and(BindOutcome::may_change) {
            return Ok(Settled::Used(row));
        }
        let holder: Option<Option<i64>> = sqlx::query_scalar("SELECT tenant_id FROM devices WHERE login_code = ?")
            .bind(device.as_str())
            .fetch_optional(&mut *transaction)
            .await?;
        let holder = holder.ok_or(DbError::Missing)?.map(TenantId);
        let outcome = match holder {
            _ if row.expires_at <= now => BindOutcome::Expired,
            Some(holder) if holder == row.tenant => BindOutcome::AlreadyYours,
            Some(_) => BindOutcome::HeldElsewhere,
            None if devices_of(&mut transaction, row.tenant).await? >= max_devices => BindOutcome::TooManyDevices,
            None => {
                let to = Place {
                    tenant: Some(row.tenant),
                    group: row.group,
                    name: &row.name,
                };
                move_device(&mut transaction, device, to).await?;
                BindOutcome::Bound
            }
        };
        if before == Some(outcome) && row.device.as_ref() == Some(device) {
            return Ok(Settled::Used(row));
        }
        sqlx::query("UPDATE binds SET outcome = ?, login_code = ?, settled_at_ms = ? WHERE id = ?")
            .bind(outcome.name())
            .bind(device.as_str())
            .bind(now.0)
            .bind(row.id.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        row.outcome = Some(outcome.name().to_owned());
        row.device = Some(device.clone());
        row.settled_at = Some(now);
        Ok(Settled::Now {
            holder: holder.filter(|holder| *holder != row.tenant),
            bind: row,
            outcome,
        })
    }

    /// Gives a device that nobody has to a tenant: [`BindOutcome::Bound`] if that was done, or why not.
    ///
    /// # Errors
    /// See [`DbError`]; [`DbError::Missing`] if there is no such device or tenant.
    pub async fn assign_device(
        &self,
        device: &LoginCode,
        tenant: TenantId,
        max_devices: u64,
    ) -> Result<BindOutcome, DbError> {
        let mut transaction = self.writer.begin().await?;
        let holder: Option<Option<i64>> = sqlx::query_scalar("SELECT tenant_id FROM devices WHERE login_code = ?")
            .bind(device.as_str())
            .fetch_optional(&mut *transaction)
            .await?;
        match holder.ok_or(DbError::Missing)? {
            Some(holder) if holder == tenant.0 => return Ok(BindOutcome::AlreadyYours),
            Some(_) => return Ok(BindOutcome::HeldElsewhere),
            None => {}
        }
        if devices_of(&mut transaction, tenant).await? >= max_devices {
            return Ok(BindOutcome::TooManyDevices);
        }
        let to = Place {
            tenant: Some(tenant),
            ..Place::default()
        };
        move_device(&mut transaction, device, to).await?;
        forget_told(&mut transaction, device).await?;
        transaction.commit().await?;
        Ok(BindOutcome::Bound)
    }

    /// Takes a device that the platform keeps out of its tenant: nobody has it from here on. `false` if it is not `from`'s.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn release_device(&self, device: &LoginCode, from: TenantId) -> Result<bool, DbError> {
        let mut transaction = self.writer.begin().await?;
        let holder: Option<Option<i64>> = sqlx::query_scalar("SELECT tenant_id FROM devices WHERE login_code = ?")
            .bind(device.as_str())
            .fetch_optional(&mut *transaction)
            .await?;
        if holder.flatten() != Some(from.0) {
            return Ok(false);
        }
        move_device(&mut transaction, device, Place::default()).await?;
        forget_told(&mut transaction, device).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

async fn devices_of(connection: &mut SqliteConnection, tenant: TenantId) -> Result<u64, DbError> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM devices WHERE tenant_id = ?")
        .bind(tenant.0)
        .fetch_one(connection)
        .await?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Where a device goes.
#[derive(Default)]
struct Place<'a> {
    tenant: Option<TenantId>,
    group: Option<GroupId>,
    name: &'a str,
}

/// A device goes from one hand to another. Nothing of the one is to be seen by the other: neither what happened to the
/// device, nor what a tenant called it; and what people were allowed there ends. The name that it has in stock stays
/// unless it gets one.
async fn move_device(connection: &mut SqliteConnection, device: &LoginCode, to: Place<'_>) -> Result<(), DbError> {
    for sql in [
        "DELETE FROM grants WHERE login_code = ?",
        "DELETE FROM device_events WHERE login_code = ?",
        "DELETE FROM commands WHERE login_code = ?",
        "DELETE FROM alarms WHERE login_code = ?",
        "DELETE FROM snapshots WHERE login_code = ?",
        "DELETE FROM device_logs WHERE login_code = ?",
        "DELETE FROM upgrades WHERE login_code = ?",
        "DELETE FROM device_facts WHERE login_code = ?",
        "DELETE FROM presence_history WHERE login_code = ?",
        "DELETE FROM ptz_presets WHERE login_code = ?",
    ] {
        sqlx::query(sql).bind(device.as_str()).execute(&mut *connection).await?;
    }
    sqlx::query(
        "UPDATE devices SET
            name = iif(tenant_id IS NULL AND ?3 = '', name, ?3),
            tenant_id = ?1, group_id = ?2
         WHERE login_code = ?4",
    )
    .bind(to.tenant.map(|tenant| tenant.0))
    .bind(to.group.map(|group| group.0))
    .bind(to.name)
    .bind(device.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets how and from where a device was last heard. One that is bound told that in stock, to nobody, and goes on.
async fn forget_told(connection: &mut SqliteConnection, device: &LoginCode) -> Result<(), DbError> {
    sqlx::query(
        "UPDATE devices SET last_seen_at_ms = NULL, address = NULL, battery = NULL, report = NULL WHERE login_code = ?",
    )
    .bind(device.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::NewDeviceRow;
    use std::time::Duration;

    const NOW: UnixMs = UnixMs(1_795_379_696_250);
    const LIFETIME: Duration = Duration::from_secs(900);

    async fn world() -> (Db, TenantId, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).await.unwrap();
        let tenant = db.add_tenant("Acme", NOW).await.unwrap();
        for code in ["one", "two", "three"] {
            let device = NewDeviceRow {
                login_code: LoginCode::parse(code).unwrap(),
                name: "from stock".into(),
                passwd_hash: [0; 32],
                tenant: None,
                group: None,
                stocked: true,
                created_at: NOW,
            };
            db.add_device(&device).await.unwrap();
        }
        (db, tenant, dir)
    }

    async fn make(db: &Db, tenant: TenantId, number: u8, name: &str, at: UnixMs) -> Option<BindId> {
        let new = NewBind {
            id_hash: &[number; 32],
            tenant,
            group: None,
            name,
            created_by: None,
            created_at: at,
            expires_at: at.plus(LIFETIME),
        };
        db.add_bind(&new, 2).await.unwrap()
    }

    async fn send(db: &Db, device: &str, number: u8, at: UnixMs) -> Result<BindOutcome, Settled> {
        let device = LoginCode::parse(device).unwrap();
        match db.settle_bind(&[number; 32], &device, at, 2).await.unwrap() {
            Settled::Now { outcome, .. } => Ok(outcome),
            settled => Err(settled),
        }
    }

    #[tokio::test]
    async fn a_bind_id_is_good_for_its_time_and_within_the_tenants_limit() {
        let (db, tenant, _dir) = world().await;
        let late = NOW.plus(LIFETIME);
        make(&db, tenant, 1, "", NOW).await.unwrap();
        assert_eq!(send(&db, "one", 1, late).await, Ok(BindOutcome::Expired));
        assert!(
            matches!(send(&db, "one", 1, NOW).await, Err(Settled::Used(_))),
            "it stays so"
        );
        for (number, device, outcome) in [
            (2, "one", BindOutcome::Bound),
            (3, "two", BindOutcome::Bound),
            (4, "three", BindOutcome::TooManyDevices),
        ] {
            make(&db, tenant, number, if number == 3 { "Gate" } else { "" }, NOW)
                .await
                .unwrap();
            assert_eq!(send(&db, device, number, NOW).await, Ok(outcome));
        }
        let name = async |code: &str| db.device(&LoginCode::parse(code).unwrap()).await.unwrap().unwrap().name;
        assert_eq!(
            (name("one").await, name("two").await),
            ("from stock".into(), "Gate".into())
        );
        assert_eq!(send(&db, "one", 9, NOW).await, Err(Settled::Unknown));
        // The same again is nothing new; once there is room, it is.
        assert!(matches!(send(&db, "three", 4, NOW).await, Err(Settled::Used(_))));
        let one = LoginCode::parse("one").unwrap();
        assert!(db.release_device(&one, tenant).await.unwrap());
        assert_eq!(send(&db, "three", 4, NOW).await, Ok(BindOutcome::Bound));
    }

    #[tokio::test]
    async fn only_so_many_bind_ids_wait_at_once() {
        let (db, tenant, _dir) = world().await;
        assert!(make(&db, tenant, 1, "", NOW).await.is_some());
        assert!(make(&db, tenant, 2, "", NOW).await.is_some());
        assert_eq!(make(&db, tenant, 3, "", NOW).await, None);
        let other = db.add_tenant("Bolt", NOW).await.unwrap();
        assert!(make(&db, other, 4, "", NOW).await.is_some(), "each tenant has its own");
        send(&db, "one", 1, NOW).await.unwrap();
        assert!(
            make(&db, tenant, 5, "", NOW).await.is_some(),
            "a used one waits no more"
        );
        let late = NOW.plus(LIFETIME);
        assert!(
            make(&db, tenant, 6, "", late).await.is_some(),
            "nor does an expired one"
        );
        assert_eq!(
            db.delete_binds_before(late.plus(Duration::from_secs(1))).await.unwrap(),
            4
        );
    }
}
