use super::{Db, DbError};
use crate::account::random_key;
use crate::clock::UnixMs;

/// Signs tokens for one narrow right.
const TOKENS: &str = "tokens";

impl Db {
    /// The key of this name; made from `fresh` if there is none yet.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn key(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], DbError> {
        sqlx::query("INSERT INTO keys (name, secret) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(name)
            .bind(fresh.as_slice())
            .execute(&self.writer)
            .await?;
        let secret: Vec<u8> = sqlx::query_scalar("SELECT secret FROM keys WHERE name = ?")
            .bind(name)
            .fetch_one(&self.writer)
            .await?;
        secret.try_into().map_err(|_| DbError::Corrupt("key"))
    }

    /// Puts another key in the place of this one.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn replace_key(&self, name: &str, secret: [u8; 32]) -> Result<(), DbError> {
        sqlx::query("INSERT INTO keys (name, secret) VALUES (?, ?) ON CONFLICT DO UPDATE SET secret = excluded.secret")
            .bind(name)
            .bind(secret.as_slice())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// The key that signs tokens, made if there is none yet.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn token_key(&self) -> Result<[u8; 32], DbError> {
        self.key(TOKENS, random_key()).await
    }

    /// Makes another key that signs tokens, and lets all bind ids that wait expire. The key.
    ///
    /// # Errors
    /// See [`DbError`]; the key is as before then.
    pub async fn rotate_token_key(&self) -> Result<[u8; 32], DbError> {
        let fresh = random_key();
        let now = UnixMs::now().0;
        let mut change = self.writer.begin().await?;
        sqlx::query("INSERT INTO keys (name, secret) VALUES (?, ?) ON CONFLICT DO UPDATE SET secret = excluded.secret")
            .bind(TOKENS)
            .bind(fresh.as_slice())
            .execute(&mut *change)
            .await?;
        sqlx::query("UPDATE binds SET expires_at_ms = ? WHERE outcome IS NULL AND expires_at_ms > ?")
            .bind(now)
            .bind(now)
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        Ok(fresh)
    }
}
