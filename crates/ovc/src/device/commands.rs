//! What is wanted of devices, by whom, and what comes of it.

mod journal;
mod lacking;
mod mask;
mod port;

use super::{CallError, DevicePort, Directory};
use crate::bus::Bus;
use crate::clock::UnixMs;
use crate::db::{By, CommandFilter, CommandOutcome, CommandRow, Db, DbError, NewCommand};
use crate::ids::{LoginCode, TenantId};
use dap::methods::Empty;
use dap::{BadField, ErrorCode, Message, Method, RpcError, method_info, to_raw};
use futures_util::poll;
use journal::CommandJournal;
use lacking::Lacking;
use serde_json::value::RawValue;
use std::fmt;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

pub use mask::masked as masked_json;
pub use port::CloudPort;

/// How long a caller waits: the device's own time to answer, and some for what is queued before.
pub const PATIENCE: Duration = Duration::from_secs(45);
/// What stands for a method's name where a text was sent by hand that is no message of the protocol's.
const BY_HAND: &str = "(raw text)";
/// Longest message of a device's error that is written down, in bytes.
const MAX_MSG: usize = 1024;

/// Calls devices for somebody, and writes down who wanted what when, and what came of it. Whoever calls a device for a
/// person, or for the cloud itself, does it by this. Clones are the same.
///
/// Writing down is done behind: a command waits neither for the disk nor for others' commands to be written. Where more
/// come than can be written, the oldest that wait are written and the newest are not, which is counted.
#[derive(Clone)]
pub struct Commands {
    port: Arc<dyn DevicePort>,
    directory: Arc<Directory>,
    journal: CommandJournal,
    lacking: Arc<Lacking>,
}

impl fmt::Debug for Commands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commands").finish_non_exhaustive()
    }
}

impl Commands {
    /// Starts the task that writes; it ends with the last clone. Must be called within a tokio runtime.
    pub fn start(db: Db, port: Arc<dyn DevicePort>, directory: Arc<Directory>, bus: Bus) -> Self {
        Self {
            port,
            directory,
            journal: CommandJournal::start(db, bus),
            lacking: Arc::default(),
        }
    }

    /// Calls a method of a device and waits for its answer, [`PATIENCE`] at most.
    ///
    /// Requests and events go to the device in the order in which this and the others here are called (of a future: first
    /// polled). Dropping the future gives up on the answer; what comes of the request is written down all the same.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn call<M: Method>(
        &self,
        by: &By,
        device: &LoginCode,
        params: &M::Params,
    ) -> Result<M::Answer, CallError> {
        self.call_within::<M>(by, device, params, PATIENCE).await
    }

    /// The same with another patience.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn call_within<M: Method>(
        &self,
        by: &By,
        device: &LoginCode,
        params: &M::Params,
        patience: Duration,
    ) -> Result<M::Answer, CallError> {
        let parse = |answer: Box<RawValue>| dap::parse_answer::<M>(&answer);
        self.run(by, device, M::NAME, to_raw(params), patience, parse).await
    }

    /// Calls a method by its name; the answer as it came.
    ///
    /// # Errors
    /// See [`CallError`]; never [`CallError::BadAnswer`].
    pub async fn call_raw(
        &self,
        by: &By,
        device: &LoginCode,
        method: &str,
        params: Box<RawValue>,
    ) -> Result<Box<RawValue>, CallError> {
        self.call_raw_within(by, device, method, params, PATIENCE).await
    }

    /// The same with another patience.
    ///
    /// # Errors
    /// See [`CallError`]; never [`CallError::BadAnswer`].
    pub async fn call_raw_within(
        &self,
        by: &By,
        device: &LoginCode,
        method: &str,
        params: Box<RawValue>,
        patience: Duration,
    ) -> Result<Box<RawValue>, CallError> {
        self.run(by, device, method, params, patience, Ok).await
    }

    /// Sends an event to a device. It keeps its order with what was sent before it.
    ///
    /// # Errors
    /// [`CallError::Offline`] and [`CallError::QueueFull`] only.
    pub fn emit<M: Method>(&self, by: &By, device: &LoginCode, params: &M::Params) -> Result<(), CallError> {
        self.emit_raw(by, device, M::NAME, to_raw(params))
    }

    /// Sends an event by its name.
    ///
    /// # Errors
    /// [`CallError::Offline`] and [`CallError::QueueFull`] only.
    pub fn emit_raw(&self, by: &By, device: &LoginCode, event: &str, params: Box<RawValue>) -> Result<(), CallError> {
        let note = self.note(by, device, event, false, &params);
        let sent = self.port.emit(device, event, params);
        self.journal.write(note.done(&sent, CommandOutcome::Sent, None));
        sent
    }

    /// Keeps that a text was sent to a device by hand, past all that is checked elsewhere. Its answer, if one comes, is
    /// nobody's.
    pub fn note_by_hand(&self, by: &By, device: &LoginCode, text: &str, sent: &Result<(), CallError>) {
        let (name, params) = match Message::parse(text) {
            Ok(
                Message::Request {
                    method: name, params, ..
                }
                | Message::Event { name, params },
            ) => (method_info(&name).map(|info| info.name), params),
            _ => (None, None),
        };
        let none = to_raw(&Empty::default());
        let note = self.note(by, device, name.unwrap_or(BY_HAND), false, params.unwrap_or(&none));
        self.journal.write(note.done(sent, CommandOutcome::Sent, None));
    }

    /// The way to the devices for parts of the cloud that call them of their own accord: what they want is written down
    /// as the cloud's.
    pub fn port_of_cloud(&self) -> CloudPort {
        CloudPort(self.clone())
    }

    /// The commands given to a device, newest first; those among them whose end has been told to whoever gave them.
    ///
    /// # Errors
    /// The database.
    pub async fn list(
        &self,
        device: &LoginCode,
        tenant: Option<TenantId>,
        filter: &CommandFilter,
    ) -> Result<Vec<CommandRow>, DbError> {
        self.journal.list(device, tenant, filter).await
    }

    /// Forgets commands given before `before`.
    ///
    /// # Errors
    /// The database.
    pub async fn forget_before(&self, before: UnixMs) -> Result<(), DbError> {
        self.journal.forget_before(before).await
    }

    /// Since when a device's connection is up; `None`: it has none.
    pub fn connected_at(&self, device: &LoginCode) -> Option<UnixMs> {
        self.port.seen(device)?.connected_at
    }

    /// Methods that a device said on its present connection it does not know. `None` if it has no connection.
    pub fn unknown_to(&self, device: &LoginCode) -> Option<Vec<String>> {
        Some(self.lacking.of(device, self.connected_at(device)?))
    }

    /// Forgets what devices do not know that have gone since.
    pub fn tidy(&self) {
        self.lacking.tidy(|device| self.connected_at(device));
    }

    /// Waits until all there is has been written down, or could not be.
    pub async fn flush(&self) {
        self.journal.flush().await;
    }

    async fn run<T: Send + 'static>(
        &self,
        by: &By,
        device: &LoginCode,
        method: &str,
        params: Box<RawValue>,
        patience: Duration,
        parse: impl FnOnce(Box<RawValue>) -> Result<T, BadField> + Send + 'static,
    ) -> Result<T, CallError> {
        let note = self.note(by, device, method, true, &params);
        let (here, device, method) = (self.clone(), device.clone(), method.to_owned());
        let mut calling = Box::pin(async move {
            let answer = here.port.call(&device, &method, params, patience).await;
            let kept = answer.as_ref().ok().map(|answer| mask::masked(answer));
            let result = answer.and_then(|answer| parse(answer).map_err(CallError::BadAnswer));
            if matches!(&result, Err(CallError::Device(error)) if error.code == ErrorCode::UNKNOWN_METHOD) {
                here.learn(&device, note.command.tenant, &method);
            }
            here.journal.write(note.done(&result, CommandOutcome::Ok, kept));
            result
        });
        // Here and not elsewhere, so that it is queued before this returns to who may send the next.
        match poll!(&mut calling) {
            Poll::Ready(result) => result,
            // Who asked may go; what comes of it is written down all the same.
            Poll::Pending => tokio::spawn(calling).await.unwrap_or(Err(CallError::Disconnected)),
        }
    }

    fn learn(&self, device: &LoginCode, tenant: Option<TenantId>, method: &str) {
        let Some(connected_at) = self.connected_at(device) else {
            return;
        };
        if let Some(methods) = self.lacking.learn(device, connected_at, method) {
            self.journal.write_unsupported(device.clone(), tenant, methods);
        }
    }

    fn note(&self, by: &By, device: &LoginCode, method: &str, is_request: bool, params: &RawValue) -> Note {
        let entry = self.directory.get(device.as_str());
        Note {
            began: Instant::now(),
            command: NewCommand {
                device: device.clone(),
                tenant: entry.and_then(|entry| entry.belonging().tenant),
                at: UnixMs::now(),
                by: by.clone(),
                method: method.to_owned(),
                is_request,
                params: Some(mask::masked(params)).filter(|params| params != "{}"),
                outcome: CommandOutcome::Sent,
                error: None,
                answer: None,
                duration_ms: None,
            },
        }
    }
}

/// A command under way.
struct Note {
    began: Instant,
    command: NewCommand,
}

impl Note {
    fn done<T>(mut self, result: &Result<T, CallError>, good: CommandOutcome, answer: Option<String>) -> NewCommand {
        let (outcome, error) = match result {
            Ok(_) => (good, None),
            Err(CallError::Device(RpcError { code, msg })) => {
                (CommandOutcome::Refused, Some((Some(code.0), mask::masked_text(msg))))
            }
            Err(CallError::BadAnswer(bad)) => (CommandOutcome::BadAnswer, Some((None, bad.to_string()))),
            Err(CallError::TimedOut) => (CommandOutcome::Timeout, None),
            Err(CallError::Offline) => (CommandOutcome::Offline, None),
            Err(CallError::QueueFull) => (CommandOutcome::Busy, None),
            Err(CallError::Disconnected | CallError::Replaced) => (CommandOutcome::Disconnected, None),
        };
        let command = &mut self.command;
        command.outcome = outcome;
        command.error = error.map(|(code, mut msg)| {
            msg.truncate(msg.floor_char_boundary(MAX_MSG));
            (code, msg)
        });
        command.answer = answer.filter(|answer| answer != "{}");
        let took = || i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        command.duration_ms = command.is_request.then(took);
        self.command
    }
}

#[cfg(test)]
mod tests;
