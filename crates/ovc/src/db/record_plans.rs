use super::{Db, DbError};
use crate::clock::UnixMs;
use crate::ids::{ChannelId, LoginCode, TenantId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

/// How a channel is to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRow {
    /// Of which device.
    pub device: LoginCode,
    /// Of which channel.
    pub channel: ChannelId,
    /// The plan, as JSON.
    pub plan: String,
}

/// An alarm of a channel that is to be recorded: it stands, or ended a while ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedAlarm {
    /// Its number.
    pub id: i64,
    /// Of which device.
    pub device: LoginCode,
    /// Of which channel.
    pub channel: ChannelId,
    /// When it ended; `None`: it stands.
    pub end: Option<UnixMs>,
}

/// Alarms begin no longer than this before they end, as far as it is looked for those that ended of late.
const LONGEST_ALARM_MS: i64 = 24 * 3600 * 1000;

fn place(row: &SqliteRow) -> Result<(LoginCode, ChannelId), DbError> {
    let device: &str = row.try_get("login_code")?;
    let device = LoginCode::parse(device).map_err(|_| DbError::Corrupt("login code"))?;
    let channel: i64 = row.try_get("channel")?;
    let channel = channel.try_into().map_err(|_| DbError::Corrupt("channel"))?;
    Ok((device, ChannelId(channel)))
}

fn plan(row: &SqliteRow) -> Result<PlanRow, DbError> {
    let (device, channel) = place(row)?;
    let plan = row.try_get("plan")?;
    Ok(PlanRow { device, channel, plan })
}

impl Db {
    /// Every plan.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn record_plans(&self) -> Result<Vec<PlanRow>, DbError> {
        let rows = sqlx::query("SELECT login_code, channel, plan FROM record_plans")
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(plan).collect()
    }

    /// The plans of a device, by channel.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn record_plans_of(&self, device: &LoginCode) -> Result<Vec<PlanRow>, DbError> {
        let rows =
            sqlx::query("SELECT login_code, channel, plan FROM record_plans WHERE login_code = ? ORDER BY channel")
                .bind(device.as_str())
                .fetch_all(&self.reader)
                .await?;
        rows.iter().map(plan).collect()
    }

    /// Sets the plan of a channel, if the device is this tenant's. Whether it is. The footage around alarms that there were
    /// stays for as long as this plan says.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn set_record_plan(&self, row: &PlanRow, tenant: Option<TenantId>, at: UnixMs) -> Result<bool, DbError> {
        let mut change = self.writer.begin().await?;
        let done = sqlx::query(
            "INSERT INTO record_plans (login_code, channel, plan, changed_at_ms)
             SELECT login_code, ?1, ?2, ?3 FROM devices WHERE login_code = ?4 AND tenant_id IS ?5
             ON CONFLICT (login_code, channel) DO UPDATE SET plan = ?2, changed_at_ms = ?3",
        )
        .bind(i64::from(row.channel.0))
        .bind(&row.plan)
        .bind(at.0)
        .bind(row.device.as_str())
        .bind(tenant.map(|tenant| tenant.0))
        .execute(&mut *change)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(
            "UPDATE record_keeps SET until_ms = CASE ?2 ->> 'keep_alarm_days' WHEN 0 THEN NULL
                 ELSE to_ms - 1000 * (?2 ->> 'tail_seconds') + 86400000 * (?2 ->> 'keep_alarm_days') END
             WHERE alarm_id IS NOT NULL
                 AND stream_id = (SELECT id FROM record_streams WHERE login_code = ?3 AND channel = ?1)",
        )
        .bind(i64::from(row.channel.0))
        .bind(&row.plan)
        .bind(row.device.as_str())
        .execute(&mut *change)
        .await?;
        change.commit().await?;
        Ok(true)
    }

    /// Until when there is footage of each channel of a device.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn newest_footage(&self, device: &LoginCode) -> Result<Vec<(ChannelId, UnixMs)>, DbError> {
        let rows = sqlx::query(
            "SELECT s.login_code, s.channel,
                 (SELECT end_ms FROM record_spans WHERE stream_id = s.id ORDER BY start_ms DESC LIMIT 1) AS newest_ms
             FROM record_streams s WHERE s.login_code = ?",
        )
        .bind(device.as_str())
        .fetch_all(&self.reader)
        .await?;
        let mut newest = Vec::new();
        for row in &rows {
            if let Some(at) = row.try_get::<Option<i64>, _>("newest_ms")? {
                newest.push((place(row)?.1, UnixMs(at)));
            }
        }
        Ok(newest)
    }

    /// The alarms that stand, of channels that have a plan, and those that ended after this moment.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn planned_alarms(&self, ended_after: UnixMs) -> Result<Vec<PlannedAlarm>, DbError> {
        let rows = sqlx::query(
            // When one ended a device says by its own clock: it is heard of at most a moment before.
            "SELECT a.id, a.login_code, a.channel, NULL AS end_ms
             FROM alarms a JOIN record_plans p USING (login_code, channel) WHERE a.end_ms IS NULL
             UNION ALL
             SELECT a.id, a.login_code, a.channel, max(a.news_ms, min(a.end_ms, a.news_ms + 60000))
             FROM alarms a JOIN record_plans p USING (login_code, channel)
             WHERE a.begin_ms >= ?1 AND a.end_ms IS NOT NULL AND max(a.news_ms, min(a.end_ms, a.news_ms + 60000)) >= ?2",
        )
        .bind(ended_after.0.saturating_sub(LONGEST_ALARM_MS))
        .bind(ended_after.0)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                let (device, channel) = place(row)?;
                Ok(PlannedAlarm {
                    id: row.try_get("id")?,
                    device,
                    channel,
                    end: row.try_get::<Option<i64>, _>("end_ms")?.map(UnixMs),
                })
            })
            .collect()
    }

    /// Keeps the footage around these alarms for as long as their channels' plans say. Of one that stands, up to now and
    /// `ahead_ms` more. Devices say when by their own clocks, footage may be placed by ours: what was told is kept, and what
    /// was around when it was heard of.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn keep_alarm_footage(&self, alarms: &[i64], now: UnixMs, ahead_ms: i64) -> Result<u64, DbError> {
        let ids = serde_json::to_string(alarms).map_err(|_| DbError::Corrupt("list of alarms"))?;
        let done = sqlx::query(
            "INSERT INTO record_keeps (stream_id, from_ms, to_ms, until_ms, alarm_id, created_at_ms)
             SELECT s.id,
                 min(a.begin_ms, a.news_ms, ?2) - 1000 * (p.plan ->> 'prerecord_seconds'),
                 a.over_ms + 1000 * (p.plan ->> 'tail_seconds'),
                 CASE p.plan ->> 'keep_alarm_days' WHEN 0 THEN NULL
                     ELSE a.over_ms + 86400000 * (p.plan ->> 'keep_alarm_days') END,
                 a.id, ?2
             FROM json_each(?1) AS j
             JOIN (SELECT *, CASE WHEN end_ms IS NULL THEN ?2 + ?3 ELSE max(news_ms, min(end_ms, news_ms + 60000)) END
                 AS over_ms FROM alarms) a ON a.id = j.value
             JOIN record_plans p ON p.login_code = a.login_code AND p.channel = a.channel
             JOIN record_streams s ON s.login_code = a.login_code AND s.channel = a.channel
             WHERE p.plan ->> 'mode' <> 'off'
             ON CONFLICT (alarm_id) WHERE alarm_id IS NOT NULL DO UPDATE SET
                 from_ms = min(from_ms, excluded.from_ms), to_ms = excluded.to_ms, until_ms = excluded.until_ms",
        )
        .bind(ids)
        .bind(now.0)
        .bind(ahead_ms)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 24 * 3600 * 1000;

    async fn sql(db: &Db, text: &'static str) {
        sqlx::query(text).execute(&db.writer).await.unwrap();
    }

    #[tokio::test]
    async fn footage_around_alarms_is_kept_as_the_plan_says() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).await.unwrap();
        let device = LoginCode::parse("cam").unwrap();
        sql(
            &db,
            "INSERT INTO devices (login_code, name, passwd_hash, created_at_ms) VALUES ('cam', '', zeroblob(32), 8)",
        )
        .await;
        let mut row = PlanRow {
            device: device.clone(),
            channel: ChannelId(0),
            plan: r#"{"mode":"always","prerecord_seconds":10,"tail_seconds":30,"keep_alarm_days":2}"#.into(),
        };
        assert!(db.set_record_plan(&row, None, UnixMs(1)).await.unwrap());
        assert!(!db.set_record_plan(&row, Some(TenantId(9)), UnixMs(1)).await.unwrap());
        assert_eq!(db.record_plans().await.unwrap(), [row.clone()]);
        assert_eq!(db.record_plans_of(&device).await.unwrap(), [row.clone()]);
        for text in [
            "INSERT INTO record_streams (id, login_code, channel) VALUES (4, 'cam', 0)",
            "INSERT INTO record_spans VALUES (4, 100, 200), (4, 300, 400)",
            "INSERT INTO alarms (id, login_code, channel, type, begin_ms, end_ms, text, carried, news_ms)
             VALUES (1, 'cam', 0, 3, 100000, 200000, '', 0, 200000), (2, 'cam', 0, 4, 150000, NULL, '', 0, 150000),
                 (3, 'cam', 1, 4, 150000, NULL, '', 0, 150000)",
        ] {
            sql(&db, text).await;
        }
        assert_eq!(db.newest_footage(&device).await.unwrap(), [(ChannelId(0), UnixMs(400))]);
        let known = db.planned_alarms(UnixMs(150_000)).await.unwrap();
        let known: Vec<_> = known.iter().map(|alarm| (alarm.id, alarm.end)).collect();
        assert_eq!(known, [(2, None), (1, Some(UnixMs(200_000)))]);

        // The one of a channel without a plan keeps nothing.
        let kept = db.keep_alarm_footage(&[1, 2, 3], UnixMs(210_000), 1000).await.unwrap();
        assert_eq!(kept, 2);
        let keeps = async || {
            let sql = "SELECT alarm_id, from_ms, to_ms, until_ms FROM record_keeps ORDER BY alarm_id";
            sqlx::query_as::<_, (i64, i64, i64, Option<i64>)>(sql)
                .fetch_all(&db.reader)
                .await
                .unwrap()
        };
        assert_eq!(
            keeps().await,
            [
                (1, 90_000, 230_000, Some(200_000 + 2 * DAY_MS)),
                (2, 140_000, 241_000, Some(211_000 + 2 * DAY_MS))
            ]
        );
        // It ends, and the plan says for ever by now: of those that were, too.
        sql(&db, "UPDATE alarms SET end_ms = 215000, news_ms = 216000 WHERE id = 2").await;
        row.plan = r#"{"mode":"always","prerecord_seconds":10,"tail_seconds":30,"keep_alarm_days":0}"#.into();
        db.set_record_plan(&row, None, UnixMs(1)).await.unwrap();
        db.keep_alarm_footage(&[2], UnixMs(216_000), 1000).await.unwrap();
        assert_eq!(keeps().await, [(1, 90_000, 230_000, None), (2, 140_000, 246_000, None)]);
        row.plan = r#"{"mode":"always","prerecord_seconds":10,"tail_seconds":30,"keep_alarm_days":1}"#.into();
        db.set_record_plan(&row, None, UnixMs(1)).await.unwrap();
        assert_eq!(keeps().await[0], (1, 90_000, 230_000, Some(200_000 + DAY_MS)));

        // A device whose clock is five minutes slow, and one whose clock is an hour ahead.
        for (id, begin, end) in [(5, 9_700_000, 9_710_000), (6, 13_600_000, 13_610_000)] {
            let text = format!(
                "INSERT INTO alarms (id, login_code, channel, type, begin_ms, end_ms, text, carried, news_ms)
                 VALUES ({id}, 'cam', 0, {id}, {begin}, {end}, '', 0, 10010000)"
            );
            sqlx::query(sqlx::AssertSqlSafe(text))
                .execute(&db.writer)
                .await
                .unwrap();
        }
        db.keep_alarm_footage(&[5, 6], UnixMs(10_010_000), 1000).await.unwrap();
        let kept = keeps().await;
        assert_eq!((kept[2].1, kept[2].2), (9_690_000, 10_040_000));
        assert_eq!((kept[3].1, kept[3].2), (10_000_000, 10_100_000));
        db.close().await;
    }
}
