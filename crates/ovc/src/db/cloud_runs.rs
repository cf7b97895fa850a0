use super::{Db, DbError};
use crate::clock::UnixMs;
use sqlx::Row as _;
use std::ops::Range;

/// A time in which the cloud ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloudRun {
    /// From when.
    pub began_at: UnixMs,
    /// When it was last there.
    pub alive_at: UnixMs,
}

impl Db {
    /// The cloud starts. The number of this run.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn begin_cloud_run(&self, now: UnixMs) -> Result<i64, DbError> {
        let id = sqlx::query_scalar("INSERT INTO cloud_runs (began_ms, alive_at_ms) VALUES (?1, ?1) RETURNING id")
            .bind(now.0)
            .fetch_one(&self.writer)
            .await?;
        Ok(id)
    }

    /// The cloud still runs.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn cloud_alive(&self, run: i64, now: UnixMs) -> Result<(), DbError> {
        sqlx::query("UPDATE cloud_runs SET alive_at_ms = max(alive_at_ms, ?2) WHERE id = ?1")
            .bind(run)
            .bind(now.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// When the cloud ran, as far as it lies within the range, in order.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn cloud_runs(&self, range: Range<UnixMs>) -> Result<Vec<CloudRun>, DbError> {
        let rows = sqlx::query(
            "SELECT began_ms, alive_at_ms FROM cloud_runs WHERE began_ms < ?2 AND alive_at_ms >= ?1 ORDER BY id",
        )
        .bind(range.start.0)
        .bind(range.end.0)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(CloudRun {
                    began_at: UnixMs(row.try_get("began_ms")?),
                    alive_at: UnixMs(row.try_get("alive_at_ms")?),
                })
            })
            .collect()
    }
}
