use super::{Db, DbError};
use crate::ids::{ChannelId, LoginCode, TenantId};
use sqlx::Row as _;
use std::collections::HashMap;

impl Db {
    /// What people call the stored positions of a camera, by number.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn preset_names(&self, device: &LoginCode, channel: ChannelId) -> Result<HashMap<i64, String>, DbError> {
        let rows = sqlx::query("SELECT preset, name FROM ptz_presets WHERE login_code = ? AND channel = ?")
            .bind(device.as_str())
            .bind(channel.0)
            .fetch_all(&self.reader)
            .await?;
        rows.iter()
            .map(|row| Ok((row.try_get("preset")?, row.try_get("name")?)))
            .collect()
    }

    /// Names a stored position, as long as the device is this tenant's.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn name_preset(
        &self,
        device: &LoginCode,
        tenant: Option<TenantId>,
        channel: ChannelId,
        preset: i64,
        name: &str,
    ) -> Result<(), DbError> {
        sqlx::query(
            "INSERT INTO ptz_presets (login_code, channel, preset, name)
             SELECT login_code, ?1, ?2, ?3 FROM devices WHERE login_code = ?4 AND tenant_id IS ?5
             ON CONFLICT (login_code, channel, preset) DO UPDATE SET name = ?3",
        )
        .bind(channel.0)
        .bind(preset)
        .bind(name)
        .bind(device.as_str())
        .bind(tenant.map(|tenant| tenant.0))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Takes the name of a stored position away.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn forget_preset(&self, device: &LoginCode, channel: ChannelId, preset: i64) -> Result<(), DbError> {
        sqlx::query("DELETE FROM ptz_presets WHERE login_code = ? AND channel = ? AND preset = ?")
            .bind(device.as_str())
            .bind(channel.0)
            .bind(preset)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
