use crate::bus::{Bus, Event};
use crate::clock::UnixMs;
use crate::db::{CommandFilter, CommandRow, Db, DbError, NewCommand};
use crate::ids::{LoginCode, TenantId};
use dap::Method as _;
use dap::methods::CtrlPTZ;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Commands that may wait to be written. Over it the newest are not written down.
const QUEUE_LEN: usize = 4096;
/// Commands written in one transaction: one wait for the disk serves them all.
const BATCH_LEN: usize = 256;
/// Commands kept of one device, whatever their age; and of those by which a camera is steered, which come by the dozen from
/// one hand. It is more for a while, by [`TRIM_EVERY`].
const MAX_KEPT: u32 = 10_000;
const MAX_STEERINGS_KEPT: u32 = 2000;
/// How many commands of a device are written before it is looked at how many there are.
const TRIM_EVERY: u32 = 500;

enum Job {
    Write(Box<NewCommand>),
    /// These methods a device of this tenant does not know.
    Unsupported(LoginCode, Option<TenantId>, Vec<String>),
    /// Answers once all before it is done.
    Flush(oneshot::Sender<()>),
}

/// Writes commands down behind those who give them. Clones write through the same task.
#[derive(Debug, Clone)]
pub(super) struct CommandJournal {
    queue: mpsc::Sender<Job>,
    db: Db,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job")
    }
}

impl CommandJournal {
    pub(super) fn start(db: Db, bus: Bus) -> Self {
        let (queue, mut jobs) = mpsc::channel::<Job>(QUEUE_LEN);
        let writer = db.clone();
        tokio::spawn(async move {
            let mut since_trim = HashMap::new();
            let mut batch = Vec::with_capacity(BATCH_LEN);
            while jobs.recv_many(&mut batch, BATCH_LEN).await > 0 {
                let mut commands = Vec::with_capacity(batch.len());
                let (mut unsupported, mut waiting) = (Vec::new(), Vec::new());
                for job in batch.drain(..) {
                    match job {
                        Job::Write(command) => commands.push(*command),
                        Job::Unsupported(device, tenant, methods) => unsupported.push((device, tenant, methods)),
                        Job::Flush(done) => waiting.push(done),
                    }
                }
                write(&writer, &bus, commands, &mut since_trim).await;
                for (device, tenant, methods) in unsupported {
                    write_unsupported(&writer, &bus, device, tenant, &methods).await;
                }
                for done in waiting {
                    // Who waited may have gone.
                    let _ = done.send(());
                }
            }
        });
        Self { queue, db }
    }

    /// Never waits.
    pub(super) fn write(&self, command: NewCommand) {
        if self.queue.try_send(Job::Write(Box::new(command))).is_err() {
            metrics::counter!("ovc_commands_not_written_total").increment(1);
        }
    }

    /// Never waits.
    pub(super) fn write_unsupported(&self, device: LoginCode, tenant: Option<TenantId>, methods: Vec<String>) {
        // The next one learned is written with these.
        let _ = self.queue.try_send(Job::Unsupported(device, tenant, methods));
    }

    pub(super) async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        if self.queue.send(Job::Flush(done)).await.is_ok() {
            // It fails only where the task is gone, and everything with it.
            let _ = flushed.await;
        }
    }

    pub(super) async fn list(
        &self,
        device: &LoginCode,
        tenant: Option<TenantId>,
        filter: &CommandFilter,
    ) -> Result<Vec<CommandRow>, DbError> {
        self.flush().await;
        self.db.commands(device, tenant, filter).await
    }

    pub(super) async fn forget_before(&self, before: UnixMs) -> Result<(), DbError> {
        self.db.delete_commands_before(before).await.map(drop)
    }
}

async fn write(db: &Db, bus: &Bus, commands: Vec<NewCommand>, since_trim: &mut HashMap<LoginCode, u32>) {
    if commands.is_empty() {
        return;
    }
    let mut full = Vec::new();
    for command in &commands {
        let written = since_trim.entry(command.device.clone()).or_default();
        *written += 1;
        if *written >= TRIM_EVERY {
            since_trim.remove(&command.device);
            full.push(command.device.clone());
        }
    }
    match db.add_commands(&commands).await {
        Ok(ids) => {
            for (command, id) in commands.into_iter().zip(ids) {
                // What somebody steers by hand concerns nobody else by the dozen.
                if let Some(id) = id.filter(|_| command.method != CtrlPTZ::NAME) {
                    bus.publish(Event::Command(Arc::new(CommandRow { id, command })));
                }
            }
        }
        Err(error) => {
            tracing::error!(%error, commands = commands.len(), "cannot write down what was wanted of devices");
            metrics::counter!("ovc_commands_not_written_total").increment(commands.len() as u64);
        }
    }
    for device in full {
        if let Err(error) = db
            .trim_commands(&device, CtrlPTZ::NAME, MAX_STEERINGS_KEPT, MAX_KEPT)
            .await
        {
            tracing::error!(%error, %device, "cannot forget the oldest of what was wanted of the device");
        }
    }
}

async fn write_unsupported(db: &Db, bus: &Bus, device: LoginCode, tenant: Option<TenantId>, methods: &[String]) {
    match db.set_unsupported(&device, tenant, methods).await {
        Ok(true) => bus.publish(Event::CapabilitiesChanged { device }),
        Ok(false) => {}
        Err(error) => tracing::error!(%error, %device, "cannot write down what the device does not know"),
    }
}
