use super::{Db, DbError};
use crate::clock::UnixMs;
use crate::ids::{LoginCode, TenantId};
use serde_json::value::RawValue;
use sqlx::Row as _;

/// What a device said of itself when it was asked last.
#[derive(Debug, Clone, Default)]
pub struct DeviceFacts {
    /// Its capability document, as it came, and when.
    pub capabilities: Option<(Box<RawValue>, UnixMs)>,
    /// Methods that it did not know.
    pub unsupported: Vec<String>,
    /// What it answered to DevInfo, as it came, and when.
    pub info: Option<(Box<RawValue>, UnixMs)>,
}

impl Db {
    /// What is known of a device.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn device_facts(&self, device: &LoginCode) -> Result<DeviceFacts, DbError> {
        let row = sqlx::query(
            "SELECT capabilities, capabilities_at_ms, unsupported, info, info_at_ms FROM device_facts
             WHERE login_code = ?",
        )
        .bind(device.as_str())
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else {
            return Ok(DeviceFacts::default());
        };
        let told = |text: &str, at: &str| -> Result<Option<(Box<RawValue>, UnixMs)>, DbError> {
            let text: Option<String> = row.try_get(text)?;
            let at: Option<i64> = row.try_get(at)?;
            let json = text.map(RawValue::from_string).transpose();
            let json = json.map_err(|_| DbError::Corrupt("device fact"))?;
            Ok(json.zip(at.map(UnixMs)))
        };
        let unsupported: &str = row.try_get("unsupported")?;
        Ok(DeviceFacts {
            capabilities: told("capabilities", "capabilities_at_ms")?,
            unsupported: serde_json::from_str(unsupported).map_err(|_| DbError::Corrupt("list of methods"))?,
            info: told("info", "info_at_ms")?,
        })
    }

    /// Keeps a device's capability document, and which methods it does not know, as long as it is this tenant's. Whether
    /// they are others than before.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn set_capabilities(
        &self,
        device: &LoginCode,
        tenant: Option<TenantId>,
        document: &RawValue,
        unsupported: &[String],
        at: UnixMs,
    ) -> Result<bool, DbError> {
        let unsupported = serde_json::to_string(unsupported).map_err(|_| DbError::Corrupt("list of methods"))?;
        let mut transaction = self.writer.begin().await?;
        let same =
            sqlx::query("SELECT 1 FROM device_facts WHERE login_code = ? AND capabilities = ? AND unsupported = ?")
                .bind(device.as_str())
                .bind(document.get())
                .bind(&unsupported)
                .fetch_optional(&mut *transaction)
                .await?;
        let done = sqlx::query(
            "INSERT INTO device_facts (login_code, capabilities, unsupported, capabilities_at_ms)
             SELECT login_code, ?1, ?2, ?3 FROM devices WHERE login_code = ?4 AND tenant_id IS ?5
             ON CONFLICT (login_code) DO UPDATE SET capabilities = ?1, unsupported = ?2, capabilities_at_ms = ?3",
        )
        .bind(document.get())
        .bind(&unsupported)
        .bind(at.0)
        .bind(device.as_str())
        .bind(tenant.map(|tenant| tenant.0))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0 && same.is_none())
    }

    /// Keeps which methods a device does not know, as long as it is this tenant's. Whether they are others than before.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn set_unsupported(
        &self,
        device: &LoginCode,
        tenant: Option<TenantId>,
        methods: &[String],
    ) -> Result<bool, DbError> {
        let methods = serde_json::to_string(methods).map_err(|_| DbError::Corrupt("list of methods"))?;
        let done = sqlx::query(
            "INSERT INTO device_facts (login_code, unsupported)
             SELECT login_code, ?1 FROM devices WHERE login_code = ?2 AND tenant_id IS ?3
             ON CONFLICT (login_code) DO UPDATE SET unsupported = ?1 WHERE unsupported <> ?1",
        )
        .bind(methods)
        .bind(device.as_str())
        .bind(tenant.map(|tenant| tenant.0))
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Keeps what a device answered to DevInfo, as long as it is this tenant's.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn set_device_info(
        &self,
        device: &LoginCode,
        tenant: Option<TenantId>,
        info: &RawValue,
        at: UnixMs,
    ) -> Result<(), DbError> {
        sqlx::query(
            "INSERT INTO device_facts (login_code, info, info_at_ms)
             SELECT login_code, ?1, ?2 FROM devices WHERE login_code = ?3 AND tenant_id IS ?4
             ON CONFLICT (login_code) DO UPDATE SET info = ?1, info_at_ms = ?2",
        )
        .bind(info.get())
        .bind(at.0)
        .bind(device.as_str())
        .bind(tenant.map(|tenant| tenant.0))
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
