use super::{Db, DbError};
use crate::clock::UnixMs;
use crate::ids::{GroupId, LoginCode, TenantId};
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};
use std::collections::HashSet;

/// One device as stored. What a connected device said last may be newer than this: it is written behind.
#[derive(Debug, Clone)]
pub struct DeviceRow {
    /// Its id.
    pub login_code: LoginCode,
    /// What people call it.
    pub name: String,
    /// It may not log in.
    pub disabled: bool,
    /// Keyed hash of its password.
    pub passwd_hash: [u8; 32],
    /// Whose it is.
    pub tenant: Option<TenantId>,
    /// Where its tenant has sorted it.
    pub group: Option<GroupId>,
    /// The platform keeps it.
    pub stocked: bool,
    /// When it was added.
    pub created_at: UnixMs,
    /// When it was last heard.
    pub last_seen_at: Option<UnixMs>,
    /// As it said at its last login.
    pub hardware_model: Option<String>,
    /// As it said at its last login.
    pub firmware_model: Option<String>,
    /// As it said at its last login.
    pub sdk: Option<String>,
    /// The address it last logged in from.
    pub address: Option<String>,
    /// Percent.
    pub battery: Option<i64>,
    /// The last Keepalive, as JSON.
    pub report: Option<String>,
}

/// A device to add.
#[derive(Debug, Clone)]
pub struct NewDeviceRow {
    /// Its id.
    pub login_code: LoginCode,
    /// What people call it.
    pub name: String,
    /// Keyed hash of its password.
    pub passwd_hash: [u8; 32],
    /// Whose it is.
    pub tenant: Option<TenantId>,
    /// Where its tenant has sorted it.
    pub group: Option<GroupId>,
    /// The platform keeps it.
    pub stocked: bool,
    /// When it was added.
    pub created_at: UnixMs,
}

/// What became known of a device, to be written behind. Absent values leave what is stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Sighting {
    /// When it was last heard.
    pub last_seen_at: UnixMs,
    /// Whether the login's data below are of a new login and replace what is stored, absent ones too.
    pub login: bool,
    /// As it said at its login.
    pub hardware_model: Option<String>,
    /// As it said at its login.
    pub firmware_model: Option<String>,
    /// As it said at its login.
    pub sdk: Option<String>,
    /// The address it logged in from.
    pub address: Option<String>,
    /// Percent.
    pub battery: Option<i64>,
    /// The last Keepalive, as JSON.
    pub report: Option<String>,
}

/// Which devices to list.
#[derive(Debug, Clone, Default)]
pub struct DeviceFilter {
    /// Part of the login code, the name or the hardware model, upper and lower case the same.
    pub query: String,
    /// Of this tenant only.
    pub tenant: Option<TenantId>,
    /// Nobody's only: those in stock.
    pub unassigned: bool,
    /// In these groups only.
    pub groups: Option<Vec<GroupId>>,
    /// Those somebody may see only; `None`: all.
    pub scope: Option<DeviceScope>,
    /// By who is there.
    pub presence: Option<PresenceFilter>,
    /// Rows to leave out first.
    pub offset: u64,
    /// Rows at most.
    pub limit: u32,
}

/// Devices that somebody may see: those that any of these names.
#[derive(Debug, Clone, Default)]
pub struct DeviceScope {
    /// All of these tenants'.
    pub tenants: Vec<TenantId>,
    /// Those in these groups, as long as they are this tenant's.
    pub groups: Vec<(TenantId, GroupId)>,
    /// Single ones, as long as they are this tenant's.
    pub devices: Vec<(TenantId, LoginCode)>,
}

/// Presence is not stored; the caller knows who is there.
#[derive(Debug, Clone)]
pub enum PresenceFilter {
    /// These only.
    In(Vec<LoginCode>),
    /// All but these.
    NotIn(Vec<LoginCode>),
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct DevicePage {
    /// The devices on it.
    pub items: Vec<DeviceRow>,
    /// How many there are on all pages.
    pub total: u64,
}

/// What came of adding many devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddedDevices {
    /// All are there.
    All,
    /// None: these are there already.
    Exist(HashSet<LoginCode>),
    /// None: the tenant would have more than it may.
    TooMany,
}

const COLUMNS: &str = "login_code, name, disabled, passwd_hash, tenant_id, group_id, stocked, created_at_ms, last_seen_at_ms, \
                       hardware_model, firmware_model, sdk, address, battery, report";

fn device(row: &SqliteRow) -> Result<DeviceRow, DbError> {
    let code: &str = row.try_get("login_code")?;
    let hash: Vec<u8> = row.try_get("passwd_hash")?;
    Ok(DeviceRow {
        login_code: LoginCode::parse(code).map_err(|_| DbError::Corrupt("login code"))?,
        name: row.try_get("name")?,
        disabled: row.try_get("disabled")?,
        passwd_hash: hash.try_into().map_err(|_| DbError::Corrupt("device password"))?,
        tenant: row.try_get::<Option<i64>, _>("tenant_id")?.map(TenantId),
        group: row.try_get::<Option<i64>, _>("group_id")?.map(GroupId),
        stocked: row.try_get("stocked")?,
        created_at: UnixMs(row.try_get("created_at_ms")?),
        last_seen_at: row.try_get::<Option<i64>, _>("last_seen_at_ms")?.map(UnixMs),
        hardware_model: row.try_get("hardware_model")?,
        firmware_model: row.try_get("firmware_model")?,
        sdk: row.try_get("sdk")?,
        address: row.try_get("address")?,
        battery: row.try_get("battery")?,
        report: row.try_get("report")?,
    })
}

fn where_clause(sql: &mut QueryBuilder<Sqlite>, filter: &DeviceFilter) -> Result<(), DbError> {
    sql.push(" WHERE 1 = 1");
    if !filter.query.is_empty() {
        let escaped = filter
            .query
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        let pattern = format!("%{escaped}%");
        for (at, column) in ["login_code", "name", "hardware_model"].into_iter().enumerate() {
            sql.push(if at == 0 { " AND (" } else { " OR " });
            sql.push(column)
                .push(" LIKE ")
                .push_bind(pattern.clone())
                .push(" ESCAPE '\\'");
        }
        sql.push(")");
    }
    if let Some(tenant) = filter.tenant {
        sql.push(" AND tenant_id = ").push_bind(tenant.0);
    }
    if filter.unassigned {
        sql.push(" AND tenant_id IS NULL");
    }
    if let Some(groups) = &filter.groups {
        push_in(sql, " AND group_id IN", groups)?;
    }
    if let Some(scope) = &filter.scope {
        push_scope(sql, scope)?;
    }
    match &filter.presence {
        None => Ok(()),
        Some(PresenceFilter::In(codes)) => push_in(sql, " AND login_code IN", codes),
        Some(PresenceFilter::NotIn(codes)) => push_in(sql, " AND login_code NOT IN", codes),
    }
}

/// Only the parts that name something, so that a tenant's devices are found by the index.
fn push_scope(sql: &mut QueryBuilder<Sqlite>, scope: &DeviceScope) -> Result<(), DbError> {
    let mut word = " AND (";
    if !scope.tenants.is_empty() {
        sql.push(std::mem::replace(&mut word, " OR "));
        push_in(sql, "tenant_id IN", &scope.tenants)?;
    }
    if !scope.groups.is_empty() {
        sql.push(std::mem::replace(&mut word, " OR "));
        push_pairs(sql, "(tenant_id, group_id) IN", &scope.groups)?;
    }
    if !scope.devices.is_empty() {
        sql.push(std::mem::replace(&mut word, " OR "));
        push_pairs(sql, "(tenant_id, login_code) IN", &scope.devices)?;
    }
    let nothing = word == " AND (";
    sql.push(if nothing { " AND 0" } else { ")" });
    Ok(())
}

/// The same for two columns.
pub(super) fn push_pairs<T: Serialize>(sql: &mut QueryBuilder<Sqlite>, what: &str, pairs: &[T]) -> Result<(), DbError> {
    let pairs = serde_json::to_string(pairs).map_err(|_| DbError::Corrupt("filter"))?;
    sql.push(what)
        .push(" (SELECT value ->> '$[0]', value ->> '$[1]' FROM json_each(")
        .push_bind(pairs)
        .push("))");
    Ok(())
}

/// One JSON array instead of thousands of parameters.
pub(super) fn push_in<T: Serialize>(sql: &mut QueryBuilder<Sqlite>, what: &str, values: &[T]) -> Result<(), DbError> {
    let values = serde_json::to_string(values).map_err(|_| DbError::Corrupt("filter"))?;
    sql.push(what)
        .push(" (SELECT value FROM json_each(")
        .push_bind(values)
        .push("))");
    Ok(())
}

impl Db {
    /// Every device.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn all_devices(&self) -> Result<Vec<DeviceRow>, DbError> {
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT ");
        sql.push(COLUMNS).push(" FROM devices");
        sql.build().fetch_all(&self.reader).await?.iter().map(device).collect()
    }

    /// One device.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn device(&self, code: &LoginCode) -> Result<Option<DeviceRow>, DbError> {
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT ");
        sql.push(COLUMNS)
            .push(" FROM devices WHERE login_code = ")
            .push_bind(code.as_str().to_owned());
        sql.build()
            .fetch_optional(&self.reader)
            .await?
            .as_ref()
            .map(device)
            .transpose()
    }

    /// A page of devices, in the order they were added.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn list_devices(&self, filter: &DeviceFilter) -> Result<DevicePage, DbError> {
        let mut count = QueryBuilder::<Sqlite>::new("SELECT count(*) FROM devices");
        where_clause(&mut count, filter)?;
        let total: i64 = count.build_query_scalar().fetch_one(&self.reader).await?;
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT ");
        sql.push(COLUMNS).push(" FROM devices");
        where_clause(&mut sql, filter)?;
        sql.push(" ORDER BY created_at_ms, login_code LIMIT ")
            .push_bind(i64::from(filter.limit));
        sql.push(" OFFSET ")
            .push_bind(i64::try_from(filter.offset).unwrap_or(i64::MAX));
        let items = sql
            .build()
            .fetch_all(&self.reader)
            .await?
            .iter()
            .map(device)
            .collect::<Result<_, _>>()?;
        Ok(DevicePage {
            items,
            total: u64::try_from(total).unwrap_or(0),
        })
    }

    /// Adds a device.
    ///
    /// # Errors
    /// [`DbError::Exists`] if the login code is taken; [`DbError::Missing`] if there is no such tenant or group.
    pub async fn add_device(&self, device: &NewDeviceRow) -> Result<(), DbError> {
        sqlx::query(
            "INSERT INTO devices (login_code, name, passwd_hash, tenant_id, group_id, stocked, created_at_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(device.login_code.as_str())
        .bind(&device.name)
        .bind(device.passwd_hash.as_slice())
        .bind(device.tenant.map(|tenant| tenant.0))
        .bind(device.group.map(|group| group.0))
        .bind(device.stocked)
        .bind(device.created_at.0)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Renames, disables or enables a device, or sorts it into a group; `None` leaves as it is. `false` if there is no
    /// such device.
    ///
    /// # Errors
    /// [`DbError::Missing`] if there is no such group.
    pub async fn change_device(
        &self,
        code: &LoginCode,
        name: Option<&str>,
        disabled: Option<bool>,
        group: Option<Option<GroupId>>,
    ) -> Result<bool, DbError> {
        let done = sqlx::query(
            "UPDATE devices SET name = coalesce(?, name), disabled = coalesce(?, disabled),
                group_id = iif(?, ?, group_id)
             WHERE login_code = ?",
        )
        .bind(name)
        .bind(disabled)
        .bind(group.is_some())
        .bind(group.flatten().map(|group| group.0))
        .bind(code.as_str())
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Adds many devices, all or none; those of a tenant only while it has at most `max_devices`.
    ///
    /// # Errors
    /// [`DbError::Missing`] if there is no such tenant.
    pub async fn add_devices(
        &self,
        devices: &[(&NewDeviceRow, Option<&str>)],
        max_devices: u64,
    ) -> Result<AddedDevices, DbError> {
        let mut transaction = self.writer.begin().await?;
        let mut taken = HashSet::new();
        for (device, model) in devices {
            let done = sqlx::query(
                "INSERT INTO devices
                    (login_code, name, passwd_hash, tenant_id, group_id, stocked, created_at_ms, hardware_model)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            )
            .bind(device.login_code.as_str())
            .bind(&device.name)
            .bind(device.passwd_hash.as_slice())
            .bind(device.tenant.map(|tenant| tenant.0))
            .bind(device.group.map(|group| group.0))
            .bind(device.stocked)
            .bind(device.created_at.0)
            .bind(*model)
            .execute(&mut *transaction)
            .await?;
            if done.rows_affected() == 0 {
                taken.insert(device.login_code.clone());
            }
        }
        if !taken.is_empty() {
            return Ok(AddedDevices::Exist(taken));
        }
        let tenants: HashSet<_> = devices.iter().filter_map(|(device, _)| device.tenant).collect();
        for tenant in tenants {
            let count: i64 = sqlx::query_scalar("SELECT count(*) FROM devices WHERE tenant_id = ?")
                .bind(tenant.0)
                .fetch_one(&mut *transaction)
                .await?;
            if u64::try_from(count).unwrap_or(0) > max_devices {
                return Ok(AddedDevices::TooMany);
            }
        }
        transaction.commit().await?;
        Ok(AddedDevices::All)
    }

    /// Sets a device's password. `false` if there is no such device.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn set_device_passwd(&self, code: &LoginCode, passwd_hash: &[u8; 32]) -> Result<bool, DbError> {
        let done = sqlx::query("UPDATE devices SET passwd_hash = ? WHERE login_code = ?")
            .bind(passwd_hash.as_slice())
            .bind(code.as_str())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Removes a device with all that is stored of it. `false` if there is no such device.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_device(&self, code: &LoginCode) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM devices WHERE login_code = ?")
            .bind(code.as_str())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Writes sightings of many devices in one statement. Those of unknown devices are dropped.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn write_sightings(&self, sightings: &[(&LoginCode, &Sighting)]) -> Result<(), DbError> {
        let json = serde_json::to_string(sightings).map_err(|_| DbError::Corrupt("sighting"))?;
        sqlx::query(
            "UPDATE devices SET
                last_seen_at_ms = max(coalesce(last_seen_at_ms, 0), s.value ->> '$[1].last_seen_at'),
                hardware_model = iif(s.value ->> '$[1].login', s.value ->> '$[1].hardware_model', hardware_model),
                firmware_model = iif(s.value ->> '$[1].login', s.value ->> '$[1].firmware_model', firmware_model),
                sdk = iif(s.value ->> '$[1].login', s.value ->> '$[1].sdk', sdk),
                address = iif(s.value ->> '$[1].login', s.value ->> '$[1].address', address),
                battery = coalesce(s.value ->> '$[1].battery', battery),
                report = coalesce(s.value ->> '$[1].report', report)
             FROM json_each(?) AS s
             WHERE login_code = s.value ->> '$[0]'",
        )
        .bind(json)
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
