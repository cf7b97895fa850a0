use super::super::blobs::BLOB_COLUMNS;
use super::super::devices::{push_in, push_pairs};
use super::super::{Db, DbError, DeviceScope};
use super::{AlarmKey, AlarmRow, COLUMNS, alarm, key};
use crate::clock::UnixMs;
use crate::ids::{ChannelId, LoginCode, TenantId};
use sqlx::{QueryBuilder, Row as _, Sqlite};

/// Which alarms somebody may see: those that any of these names.
#[derive(Debug, Clone, Default)]
pub struct AlarmScope {
    /// Of these devices, all.
    pub devices: DeviceScope,
    /// Of single channels, as long as the device is this tenant's.
    pub channels: Vec<(TenantId, LoginCode, ChannelId)>,
}

/// Which events.
#[derive(Debug, Clone, Default)]
pub struct AlarmFilter {
    /// Those somebody may see only; `None`: all.
    pub scope: Option<AlarmScope>,
    /// This one only.
    pub id: Option<i64>,
    /// Of this tenant only.
    pub tenant: Option<TenantId>,
    /// Of this device only.
    pub device: Option<LoginCode>,
    /// Of channels with this number only.
    pub channel: Option<ChannelId>,
    /// Of this type only.
    pub alarm_type: Option<i64>,
    /// Those that stand only, or those that have ended.
    pub active: Option<bool>,
    /// Those that somebody has seen to only, or those that nobody has.
    pub acknowledged: Option<bool>,
    /// Those that stood at this time or later only.
    pub from: Option<UnixMs>,
    /// Those that began at this time or before only.
    pub to: Option<UnixMs>,
    /// Older than this one only.
    pub before: Option<i64>,
}

/// How many events there are that want somebody's attention; more than counted are so many at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlarmCount {
    /// That nobody has seen to.
    pub unacknowledged: u32,
    /// That stand.
    pub active: u32,
}

fn push_scope(sql: &mut QueryBuilder<Sqlite>, scope: &AlarmScope) -> Result<(), DbError> {
    let AlarmScope { devices, channels } = scope;
    // For the index: whatever follows is of one of these.
    let mut tenants = devices.tenants.clone();
    tenants.extend(devices.groups.iter().map(|(tenant, _)| *tenant));
    tenants.extend(devices.devices.iter().map(|(tenant, _)| *tenant));
    tenants.extend(channels.iter().map(|(tenant, ..)| *tenant));
    tenants.sort_unstable();
    tenants.dedup();
    push_in(sql, " AND a.tenant_id IN", &tenants)?;
    sql.push(" AND (0");
    if !devices.tenants.is_empty() {
        push_in(sql, " OR a.tenant_id IN", &devices.tenants)?;
    }
    if !devices.groups.is_empty() {
        push_pairs(sql, " OR (d.tenant_id, d.group_id) IN", &devices.groups)?;
    }
    if !devices.devices.is_empty() {
        push_pairs(sql, " OR (a.tenant_id, a.login_code) IN", &devices.devices)?;
    }
    if !channels.is_empty() {
        let triples = serde_json::to_string(channels).map_err(|_| DbError::Corrupt("filter"))?;
        sql.push(
            " OR (a.tenant_id, a.login_code, a.channel) IN
                (SELECT value ->> '$[0]', value ->> '$[1]', value ->> '$[2]' FROM json_each(",
        )
        .push_bind(triples)
        .push("))");
    }
    sql.push(")");
    Ok(())
}

fn push_where(sql: &mut QueryBuilder<Sqlite>, filter: &AlarmFilter) -> Result<(), DbError> {
    sql.push(" WHERE 1 = 1");
    if let Some(scope) = &filter.scope {
        push_scope(sql, scope)?;
    }
    if let Some(id) = filter.id {
        sql.push(" AND a.id = ").push_bind(id);
    }
    if let Some(tenant) = filter.tenant {
        sql.push(" AND a.tenant_id = ").push_bind(tenant.0);
    }
    if let Some(device) = &filter.device {
        sql.push(" AND a.login_code = ").push_bind(device.as_str().to_owned());
    }
    if let Some(channel) = filter.channel {
        sql.push(" AND a.channel = ").push_bind(channel.0);
    }
    if let Some(alarm_type) = filter.alarm_type {
        sql.push(" AND a.type = ").push_bind(alarm_type);
    }
    if let Some(active) = filter.active {
        sql.push(if active {
            " AND a.end_ms IS NULL"
        } else {
            " AND a.end_ms IS NOT NULL"
        });
    }
    if let Some(acknowledged) = filter.acknowledged {
        sql.push(if acknowledged {
            " AND a.acknowledged_ms IS NOT NULL"
        } else {
            " AND a.acknowledged_ms IS NULL"
        });
    }
    if let Some(from) = filter.from {
        sql.push(" AND coalesce(a.end_ms, 9223372036854775807) >= ")
            .push_bind(from.0);
    }
    if let Some(to) = filter.to {
        sql.push(" AND a.begin_ms <= ").push_bind(to.0);
    }
    if let Some(before) = filter.before {
        sql.push(" AND a.id < ").push_bind(before);
    }
    Ok(())
}

impl Db {
    /// Events, newest first, `limit` at most.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn list_alarms(&self, filter: &AlarmFilter, limit: u32) -> Result<Vec<AlarmRow>, DbError> {
        let mut sql = select();
        push_where(&mut sql, filter)?;
        sql.push(" ORDER BY a.id DESC LIMIT ").push_bind(limit);
        let rows = sql.build().fetch_all(&self.reader).await?;
        rows.iter().map(alarm).collect()
    }

    /// One event.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn alarm(&self, id: i64) -> Result<Option<AlarmRow>, DbError> {
        let mut sql = select();
        sql.push(" WHERE a.id = ").push_bind(id);
        let row = sql.build().fetch_optional(&self.reader).await?;
        row.as_ref().map(alarm).transpose()
    }

    /// Counts events that want attention, of each sort up to `max`.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn count_alarms(&self, scope: Option<&AlarmScope>, max: u32) -> Result<AlarmCount, DbError> {
        let count = async |active: Option<bool>, acknowledged: Option<bool>| {
            let filter = AlarmFilter {
                scope: scope.cloned(),
                active,
                acknowledged,
                ..AlarmFilter::default()
            };
            let mut sql = QueryBuilder::<Sqlite>::new(
                "SELECT count(*) FROM (SELECT 1 FROM alarms a JOIN devices d ON d.login_code = a.login_code",
            );
            push_where(&mut sql, &filter)?;
            sql.push(" LIMIT ").push_bind(max).push(")");
            let count: i64 = sql.build_query_scalar().fetch_one(&self.reader).await?;
            Ok::<_, DbError>(u32::try_from(count).unwrap_or(max))
        };
        Ok(AlarmCount {
            unacknowledged: count(None, Some(false)).await?,
            active: count(Some(true), None).await?,
        })
    }

    /// Notes that somebody has seen to these events, the newest 10000 of them; of those where it is noted already nothing
    /// changes. The others.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn acknowledge_alarms(
        &self,
        filter: &AlarmFilter,
        by: &str,
        now: UnixMs,
    ) -> Result<Vec<(i64, AlarmKey)>, DbError> {
        let filter = AlarmFilter {
            acknowledged: Some(false),
            ..filter.clone()
        };
        let mut sql = QueryBuilder::<Sqlite>::new("UPDATE alarms SET acknowledged_ms = ");
        sql.push_bind(now.0)
            .push(", acknowledged_by = ")
            .push_bind(by.to_owned());
        sql.push(" WHERE id IN (SELECT a.id FROM alarms a JOIN devices d ON d.login_code = a.login_code");
        push_where(&mut sql, &filter)?;
        sql.push(" ORDER BY a.id DESC LIMIT 10000) RETURNING id, login_code, channel, type");
        let rows = sql.build().fetch_all(&self.writer).await?;
        rows.iter().map(|row| Ok((row.try_get("id")?, key(row)?))).collect()
    }
}

fn select() -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT ");
    sql.push(COLUMNS)
        .push(", ")
        .push(BLOB_COLUMNS)
        .push(" FROM alarms a JOIN devices d ON d.login_code = a.login_code LEFT JOIN blobs b ON b.key = a.picture");
    sql
}
