use super::{Db, DbError};
use crate::clock::UnixMs;
use crate::ids::UserId;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

/// One user.
#[derive(Debug, Clone)]
pub struct UserRow {
    /// Its number.
    pub id: UserId,
    /// The name it logs in with; upper and lower case are the same.
    pub username: String,
    /// argon2id in PHC form.
    pub password_hash: String,
    /// The name of its role.
    pub role: String,
}

fn user(row: &SqliteRow) -> Result<UserRow, sqlx::Error> {
    Ok(UserRow {
        id: UserId(row.try_get("id")?),
        username: row.try_get("username")?,
        password_hash: row.try_get("password_hash")?,
        role: row.try_get("role")?,
    })
}

impl Db {
    /// Every user.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn users(&self) -> Result<Vec<UserRow>, DbError> {
        let rows = sqlx::query("SELECT id, username, password_hash, role FROM users ORDER BY id")
            .fetch_all(&self.writer)
            .await?;
        Ok(rows.iter().map(user).collect::<Result<_, _>>()?)
    }

    /// Adds a user.
    ///
    /// # Errors
    /// [`DbError::Exists`] if the name is taken.
    pub async fn add_user(
        &self,
        username: &str,
        password_hash: &str,
        role: &str,
        now: UnixMs,
    ) -> Result<UserId, DbError> {
        let done = sqlx::query("INSERT INTO users (username, password_hash, role, created_at_ms) VALUES (?, ?, ?, ?)")
            .bind(username)
            .bind(password_hash)
            .bind(role)
            .bind(now.0)
            .execute(&self.writer)
            .await?;
        Ok(UserId(done.last_insert_rowid()))
    }
}
