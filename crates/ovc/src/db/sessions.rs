use super::{Db, DbError};
use crate::clock::UnixMs;
use crate::ids::UserId;
use sqlx::Row as _;

/// One login of a user.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// SHA-256 of its token.
    pub token_hash: [u8; 32],
    /// Whose.
    pub user: UserId,
    /// When it ends.
    pub expires_at: UnixMs,
}

impl Db {
    /// The sessions that have not expired; the others are deleted.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn sessions(&self, now: UnixMs) -> Result<Vec<SessionRow>, DbError> {
        sqlx::query("DELETE FROM sessions WHERE expires_at_ms <= ?")
            .bind(now.0)
            .execute(&self.writer)
            .await?;
        let rows = sqlx::query("SELECT token_hash, user_id, expires_at_ms FROM sessions ORDER BY created_at_ms")
            .fetch_all(&self.writer)
            .await?;
        rows.iter()
            .map(|row| {
                let hash: Vec<u8> = row.try_get("token_hash")?;
                Ok(SessionRow {
                    token_hash: hash.try_into().map_err(|_| DbError::Corrupt("session"))?,
                    user: UserId(row.try_get("user_id")?),
                    expires_at: UnixMs(row.try_get("expires_at_ms")?),
                })
            })
            .collect()
    }

    /// Keeps a session.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn add_session(&self, session: &SessionRow, now: UnixMs) -> Result<(), DbError> {
        sqlx::query("INSERT INTO sessions (token_hash, user_id, created_at_ms, expires_at_ms) VALUES (?, ?, ?, ?)")
            .bind(session.token_hash.as_slice())
            .bind(session.user.0)
            .bind(now.0)
            .bind(session.expires_at.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Forgets a session.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_session(&self, token_hash: &[u8; 32]) -> Result<(), DbError> {
        sqlx::query("DELETE FROM sessions WHERE token_hash = ?")
            .bind(token_hash.as_slice())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
