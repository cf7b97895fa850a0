use super::{Db, DbError};
use crate::clock::UnixMs;
use crate::ids::{SessionId, UserId};
use sqlx::Row as _;

/// One login of a user.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Its number.
    pub id: SessionId,
    /// SHA-256 of its token.
    pub token_hash: [u8; 32],
    /// Whose.
    pub user: UserId,
    /// When it began.
    pub created_at: UnixMs,
    /// When it ends.
    pub expires_at: UnixMs,
    /// When it was last used; coarsely.
    pub last_seen_at: UnixMs,
    /// From where it began.
    pub address: String,
    /// With which program.
    pub user_agent: String,
}

impl Db {
    /// The sessions that have not expired; the others are deleted.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn sessions(&self, now: UnixMs) -> Result<Vec<SessionRow>, DbError> {
        self.delete_expired_sessions(now).await?;
        let rows = sqlx::query(
            "SELECT id, token_hash, user_id, created_at_ms, expires_at_ms, last_seen_at_ms, address, user_agent
             FROM sessions ORDER BY id",
        )
        .fetch_all(&self.writer)
        .await?;
        rows.iter()
            .map(|row| {
                let hash: Vec<u8> = row.try_get("token_hash")?;
                Ok(SessionRow {
                    id: SessionId(row.try_get("id")?),
                    token_hash: hash.try_into().map_err(|_| DbError::Corrupt("session"))?,
                    user: UserId(row.try_get("user_id")?),
                    created_at: UnixMs(row.try_get("created_at_ms")?),
                    expires_at: UnixMs(row.try_get("expires_at_ms")?),
                    last_seen_at: UnixMs(row.try_get("last_seen_at_ms")?),
                    address: row.try_get("address")?,
                    user_agent: row.try_get("user_agent")?,
                })
            })
            .collect()
    }

    /// Forgets the sessions that have expired.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_expired_sessions(&self, now: UnixMs) -> Result<(), DbError> {
        sqlx::query("DELETE FROM sessions WHERE expires_at_ms <= ?")
            .bind(now.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Keeps a session; the number in `session` is ignored, the answer is the one it got.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn add_session(&self, session: &SessionRow) -> Result<SessionId, DbError> {
        let done = sqlx::query(
            "INSERT INTO sessions
                (token_hash, user_id, created_at_ms, expires_at_ms, last_seen_at_ms, address, user_agent)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(session.token_hash.as_slice())
        .bind(session.user.0)
        .bind(session.created_at.0)
        .bind(session.expires_at.0)
        .bind(session.last_seen_at.0)
        .bind(&session.address)
        .bind(&session.user_agent)
        .execute(&self.writer)
        .await?;
        Ok(SessionId(done.last_insert_rowid()))
    }

    /// Forgets sessions.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_sessions(&self, sessions: &[SessionId]) -> Result<(), DbError> {
        let ids = serde_json::to_string(sessions).map_err(|_| DbError::Corrupt("session"))?;
        sqlx::query("DELETE FROM sessions WHERE id IN (SELECT value FROM json_each(?))")
            .bind(ids)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Writes when sessions were last used.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn write_session_uses(&self, uses: &[(SessionId, UnixMs)]) -> Result<(), DbError> {
        let json = serde_json::to_string(uses).map_err(|_| DbError::Corrupt("session"))?;
        sqlx::query(
            "UPDATE sessions SET last_seen_at_ms = max(last_seen_at_ms, s.value ->> '$[1]')
             FROM json_each(?) AS s WHERE sessions.id = s.value ->> '$[0]'",
        )
        .bind(json)
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn it_is_kept_when_a_session_was_last_used() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).await.unwrap();
        let now = UnixMs(1_790_000_000_000);
        let user = db.add_user("vera", "h", now).await.unwrap();
        let session = |hash| SessionRow {
            id: SessionId(0),
            token_hash: [hash; 32],
            user,
            created_at: now,
            expires_at: now.plus(Duration::from_secs(60)),
            last_seen_at: now,
            address: String::new(),
            user_agent: String::new(),
        };
        let used = db.add_session(&session(1)).await.unwrap();
        db.add_session(&session(2)).await.unwrap();
        let later = now.plus(Duration::from_secs(5));
        db.write_session_uses(&[(used, later)]).await.unwrap();
        let seen: Vec<_> = db.sessions(now).await.unwrap();
        let seen: Vec<_> = seen.iter().map(|session| session.last_seen_at).collect();
        assert_eq!(seen, [later, now]);
    }
}
