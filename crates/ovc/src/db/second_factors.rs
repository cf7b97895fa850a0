use super::{Db, DbError};
use crate::ids::UserId;
use sqlx::{Sqlite, Transaction};

impl Db {
    /// Gives a user a second factor and recovery codes. `last_step` is that of the code that proved it.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn set_second_factor(
        &self,
        user: UserId,
        sealed: &[u8],
        last_step: i64,
        codes: &[[u8; 32]],
    ) -> Result<(), DbError> {
        let mut transaction = self.writer.begin().await?;
        sqlx::query("UPDATE users SET totp_sealed = ?, totp_last_step = ? WHERE id = ?")
            .bind(sealed)
            .bind(last_step)
            .bind(user.0)
            .execute(&mut *transaction)
            .await?;
        put_codes(&mut transaction, user, codes).await?;
        Ok(transaction.commit().await?)
    }

    /// Takes a user's second factor and recovery codes away.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn clear_second_factor(&self, user: UserId) -> Result<(), DbError> {
        let mut transaction = self.writer.begin().await?;
        take_second_factor(&mut transaction, user).await?;
        Ok(transaction.commit().await?)
    }

    /// Takes everybody's second factor away: the key that opens them is lost.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn clear_second_factors(&self) -> Result<u64, DbError> {
        let mut transaction = self.writer.begin().await?;
        sqlx::query("DELETE FROM recovery_codes")
            .execute(&mut *transaction)
            .await?;
        let done = sqlx::query("UPDATE users SET totp_sealed = NULL WHERE totp_sealed IS NOT NULL")
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(done.rows_affected())
    }

    /// Whether anybody has a second factor.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn has_second_factors(&self) -> Result<bool, DbError> {
        let row = sqlx::query("SELECT 1 FROM users WHERE totp_sealed IS NOT NULL LIMIT 1")
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.is_some())
    }

    /// Marks the codes of this time step and before as used; `false` if they were already.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn take_totp_step(&self, user: UserId, step: i64) -> Result<bool, DbError> {
        let done = sqlx::query("UPDATE users SET totp_last_step = ? WHERE id = ? AND totp_last_step < ?")
            .bind(step)
            .bind(user.0)
            .bind(step)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Uses a recovery code up; `false` if the user has no such code.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn take_recovery_code(&self, user: UserId, code: &[u8; 32]) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM recovery_codes WHERE user_id = ? AND code_hash = ?")
            .bind(user.0)
            .bind(code.as_slice())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Gives a user fresh recovery codes; those before are void.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn replace_recovery_codes(&self, user: UserId, codes: &[[u8; 32]]) -> Result<(), DbError> {
        let mut transaction = self.writer.begin().await?;
        put_codes(&mut transaction, user, codes).await?;
        Ok(transaction.commit().await?)
    }
}

pub(super) async fn take_second_factor(
    transaction: &mut Transaction<'_, Sqlite>,
    user: UserId,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE users SET totp_sealed = NULL WHERE id = ?")
        .bind(user.0)
        .execute(&mut **transaction)
        .await?;
    put_codes(transaction, user, &[]).await
}

async fn put_codes(
    transaction: &mut Transaction<'_, Sqlite>,
    user: UserId,
    codes: &[[u8; 32]],
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM recovery_codes WHERE user_id = ?")
        .bind(user.0)
        .execute(&mut **transaction)
        .await?;
    for code in codes {
        sqlx::query("INSERT INTO recovery_codes (user_id, code_hash) VALUES (?, ?)")
            .bind(user.0)
            .bind(code.as_slice())
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}
