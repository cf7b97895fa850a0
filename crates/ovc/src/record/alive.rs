//! Writes down that the cloud runs, so that it is known afterwards when it did not.

use crate::clock::UnixMs;
use crate::db::Db;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

const INTERVAL: Duration = Duration::from_secs(5);

/// Does it for ever; `run` becomes the number of this run.
pub(super) async fn keep(db: &Db, run: &AtomicI64) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        ticks.tick().await;
        let now = UnixMs::now();
        let done = match run.load(Ordering::Relaxed) {
            0 => db
                .begin_cloud_run(now)
                .await
                .map(|begun| run.store(begun, Ordering::Relaxed)),
            run => db.cloud_alive(run, now).await,
        };
        if let Err(error) = done {
            tracing::error!(%error, "cannot write down that the cloud runs");
        }
    }
}
