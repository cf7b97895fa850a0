use super::{Db, DbError};
use crate::clock::UnixMs;
use crate::ids::{TenantId, UserId};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};

/// One user.
#[derive(Debug, Clone)]
pub struct UserRow {
    /// Its number.
    pub id: UserId,
    /// The name it logs in with; upper and lower case (of ASCII) are the same.
    pub username: String,
    /// argon2id in PHC form.
    pub password_hash: String,
    /// Runs the cloud.
    pub platform_admin: bool,
    /// May not log in.
    pub disabled: bool,
    /// The secret of its second factor, sealed.
    pub totp_sealed: Option<Vec<u8>>,
    /// The time step of the last code of its second factor that was taken.
    pub totp_last_step: i64,
    /// Recovery codes not used yet.
    pub recovery_codes: u32,
    /// When it was made.
    pub created_at: UnixMs,
}

fn user(row: &SqliteRow) -> Result<UserRow, DbError> {
    Ok(UserRow {
        id: UserId(row.try_get("id")?),
        username: row.try_get("username")?,
        password_hash: row.try_get("password_hash")?,
        platform_admin: row.try_get("platform_admin")?,
        disabled: row.try_get("disabled")?,
        totp_sealed: row.try_get("totp_sealed")?,
        totp_last_step: row.try_get("totp_last_step")?,
        recovery_codes: row.try_get("recovery_codes")?,
        created_at: UnixMs(row.try_get("created_at_ms")?),
    })
}

const SELECT: &str = "SELECT id, username, password_hash, platform_admin, disabled, totp_sealed, totp_last_step, \
                      created_at_ms, (SELECT count(*) FROM recovery_codes WHERE user_id = users.id) AS recovery_codes \
                      FROM users";

impl Db {
    /// Every user.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn users(&self) -> Result<Vec<UserRow>, DbError> {
        let mut sql = QueryBuilder::<Sqlite>::new(SELECT);
        sql.push(" ORDER BY id");
        sql.build().fetch_all(&self.reader).await?.iter().map(user).collect()
    }

    /// One user.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn user(&self, id: UserId) -> Result<Option<UserRow>, DbError> {
        let mut sql = QueryBuilder::<Sqlite>::new(SELECT);
        sql.push(" WHERE id = ").push_bind(id.0);
        let row = sql.build().fetch_optional(&self.reader).await?;
        row.as_ref().map(user).transpose()
    }

    /// Adds a user.
    ///
    /// # Errors
    /// [`DbError::Exists`] if the name is taken.
    pub async fn add_user(&self, username: &str, password_hash: &str, now: UnixMs) -> Result<UserId, DbError> {
        let done = sqlx::query("INSERT INTO users (username, password_hash, created_at_ms) VALUES (?, ?, ?)")
            .bind(username)
            .bind(password_hash)
            .bind(now.0)
            .execute(&self.writer)
            .await?;
        Ok(UserId(done.last_insert_rowid()))
    }

    /// Adds the first user, who runs the cloud, with a tenant of his own. `None` if there are users already.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn add_first_user(
        &self,
        username: &str,
        password_hash: &str,
        tenant_name: &str,
        now: UnixMs,
    ) -> Result<Option<(UserId, TenantId)>, DbError> {
        let mut transaction = self.writer.begin().await?;
        let done = sqlx::query(
            "INSERT INTO users (username, password_hash, platform_admin, created_at_ms)
             SELECT ?, ?, 1, ? WHERE NOT EXISTS (SELECT 1 FROM users)",
        )
        .bind(username)
        .bind(password_hash)
        .bind(now.0)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(None);
        }
        let user = done.last_insert_rowid();
        let tenant = sqlx::query("INSERT INTO tenants (name, created_at_ms) VALUES (?, ?)")
            .bind(tenant_name)
            .bind(now.0)
            .execute(&mut *transaction)
            .await?
            .last_insert_rowid();
        sqlx::query("INSERT INTO members (tenant_id, user_id, role, everywhere) VALUES (?, ?, 'owner', 1)")
            .bind(tenant)
            .bind(user)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Some((UserId(user), TenantId(tenant))))
    }

    /// Disables or enables a user, makes him a platform administrator or no longer one; `None` leaves as it is. A user
    /// who is disabled has no sessions.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn change_user(
        &self,
        id: UserId,
        disabled: Option<bool>,
        platform_admin: Option<bool>,
    ) -> Result<(), DbError> {
        let mut transaction = self.writer.begin().await?;
        sqlx::query(
            "UPDATE users SET disabled = coalesce(?, disabled), platform_admin = coalesce(?, platform_admin)
             WHERE id = ?",
        )
        .bind(disabled)
        .bind(platform_admin)
        .bind(id.0)
        .execute(&mut *transaction)
        .await?;
        if disabled == Some(true) {
            sqlx::query("DELETE FROM sessions WHERE user_id = ?")
                .bind(id.0)
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Removes a user with all that is his.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_user(&self, id: UserId) -> Result<(), DbError> {
        sqlx::query("DELETE FROM users WHERE id = ?")
            .bind(id.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
