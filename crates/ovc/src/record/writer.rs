//! The one task that writes down segments and losses: whatever came while the disk was waited for goes into the next
//! transaction together.

use crate::db::{Db, DbError, NewRecordLoss, SegmentRow, SegmentWritten};
use tokio::sync::{mpsc, oneshot};

/// What may wait to be written. Over it whoever brings more waits: devices for their answer, which slows them alone.
const QUEUE_LEN: usize = 4096;
/// What is written in one transaction.
const BATCH_LEN: usize = 512;

/// Writes. Clones are the same; the task ends with the last.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
}

enum Job {
    Segment(SegmentRow, oneshot::Sender<Result<SegmentWritten, DbError>>),
    Loss(NewRecordLoss, oneshot::Sender<Result<(), DbError>>),
}

impl Writer {
    pub(super) fn start(db: Db) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE_LEN);
        tokio::spawn(run(db, jobs));
        Self { queue }
    }

    /// Stores a segment; it is on the disk when this returns.
    pub(super) async fn segment(&self, row: SegmentRow) -> Result<SegmentWritten, DbError> {
        let (reply, answer) = oneshot::channel();
        self.put(Job::Segment(row, reply)).await?;
        answer.await.map_err(|_| DbError::Closed)?
    }

    /// Stores a loss; it is on the disk when this returns.
    pub(super) async fn loss(&self, loss: NewRecordLoss) -> Result<(), DbError> {
        let (reply, answer) = oneshot::channel();
        self.put(Job::Loss(loss, reply)).await?;
        answer.await.map_err(|_| DbError::Closed)?
    }

    async fn put(&self, job: Job) -> Result<(), DbError> {
        self.queue.send(job).await.map_err(|_| DbError::Closed)
    }
}

async fn run(db: Db, mut jobs: mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(BATCH_LEN);
    while jobs.recv_many(&mut batch, BATCH_LEN).await > 0 {
        write(&db, &mut batch).await;
    }
}

async fn write(db: &Db, batch: &mut Vec<Job>) {
    let (mut rows, mut of_rows) = (Vec::new(), Vec::new());
    let (mut losses, mut of_losses) = (Vec::new(), Vec::new());
    for job in batch.drain(..) {
        match job {
            Job::Segment(row, reply) => {
                rows.push(row);
                of_rows.push(reply);
            }
            Job::Loss(loss, reply) => {
                losses.push(loss);
                of_losses.push(reply);
            }
        }
    }
    // Who asked may be gone; it is stored all the same.
    match db.write_segments(&rows, &losses).await {
        Ok(written) => {
            for (reply, written) in std::iter::zip(of_rows, written) {
                let _ = reply.send(Ok(written));
            }
            for reply in of_losses {
                let _ = reply.send(Ok(()));
            }
        }
        Err(error) => {
            tracing::error!(%error, segments = rows.len(), losses = losses.len(), "cannot write down what was recorded");
            for reply in of_rows {
                let _ = reply.send(Err(DbError::Closed));
            }
            for reply in of_losses {
                let _ = reply.send(Err(DbError::Closed));
            }
        }
    }
}
