use super::{Db, DbError};

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
}
