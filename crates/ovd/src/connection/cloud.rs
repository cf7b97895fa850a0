//! What a device says to the cloud by itself.

use dap::{CallError, Method, parse_answer, to_raw};
use serde_json::value::RawValue;
use std::net::IpAddr;
use tokio::sync::{mpsc, oneshot};

/// Something the device wants said.
pub(super) enum Command {
    Call {
        method: &'static str,
        params: Box<RawValue>,
        answer: oneshot::Sender<Result<Box<RawValue>, CallError>>,
    },
    Emit {
        name: &'static str,
        params: Box<RawValue>,
    },
}

/// The cloud, as long as one connection lasts. Clones speak over the same connection.
#[derive(Clone)]
pub struct Cloud {
    commands: mpsc::Sender<Command>,
    local: Option<IpAddr>,
}

/// Why something was not said or not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CloudError {
    /// The connection this handle belongs to is over.
    #[error("the connection to the cloud is over")]
    Disconnected,
    /// The cloud answered with an error, or not.
    #[error(transparent)]
    Call(CallError),
    /// The answer is not what the protocol says.
    #[error("the answer cannot be used: {0}")]
    BadAnswer(#[from] dap::BadField),
}

impl Cloud {
    /// Calls and events that may wait; when full, callers wait too.
    pub(super) const CAPACITY: usize = 32;

    pub(super) fn new(commands: mpsc::Sender<Command>, local: Option<IpAddr>) -> Self {
        Self { commands, local }
    }

    /// The device's own end of the connection: the address by which it is known in its network.
    pub fn local_address(&self) -> Option<IpAddr> {
        self.local
    }

    /// Resolves when the connection is over.
    pub async fn closed(&self) {
        self.commands.closed().await;
    }

    /// Calls a method of the cloud, such as `AlarmNotify`.
    ///
    /// # Errors
    /// When there is no answer, or it is an error.
    pub async fn call<M: Method>(&self, params: &M::Params) -> Result<M::Answer, CloudError> {
        let (answer, answered) = oneshot::channel();
        let command = Command::Call {
            method: M::NAME,
            params: to_raw(params),
            answer,
        };
        self.commands
            .send(command)
            .await
            .map_err(|_| CloudError::Disconnected)?;
        let answer = answered
            .await
            .map_err(|_| CloudError::Disconnected)?
            .map_err(CloudError::Call)?;
        Ok(parse_answer::<M>(&answer)?)
    }

    /// Tells the cloud an event, such as `Bind`. It keeps its place among calls.
    ///
    /// # Errors
    /// When the connection is over.
    pub async fn emit<M: Method>(&self, params: &M::Params) -> Result<(), CloudError> {
        let command = Command::Emit {
            name: M::NAME,
            params: to_raw(params),
        };
        self.commands.send(command).await.map_err(|_| CloudError::Disconnected)
    }
}
