use super::{Presence, Report};
use crate::clock::UnixMs;
use crate::ids::LoginCode;
use dap::{BadField, RpcError};
use futures_util::future::BoxFuture;
use serde_json::value::RawValue;
use std::sync::Arc;
use std::time::Duration;

/// The way to a device, wherever its connection ends. Whoever wants something of a device goes through this.
pub trait DevicePort: Send + Sync + 'static {
    /// Sends a request and waits for its answer, no longer than `deadline` for both waiting in the queue and the
    /// device's answer. Requests of one device are sent in the order of these calls. Dropping the future gives up on
    /// the answer; a request already sent is not taken back.
    ///
    /// # Errors
    /// See [`CallError`].
    fn call<'a>(
        &'a self,
        device: &'a LoginCode,
        method: &'a str,
        params: Box<RawValue>,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<Box<RawValue>, CallError>>;

    /// Sends an event; there is no answer. Keeps its order with the calls made before it.
    ///
    /// # Errors
    /// [`CallError::Offline`] and [`CallError::QueueFull`] only.
    fn emit(&self, device: &LoginCode, event: &str, params: Box<RawValue>) -> Result<(), CallError>;

    /// Whether the device is there.
    fn presence(&self, device: &LoginCode) -> Presence;

    /// The `Host` (with port if given) under which the device reached `/ovc` on its present or last connection.
    /// `None` if it has not been here since the start.
    fn reached_host(&self, device: &LoginCode) -> Option<String>;

    /// The same, and whether it came over TLS.
    fn reached(&self, device: &LoginCode) -> Option<Reached> {
        let host = self.reached_host(device)?;
        Some(Reached { host, secure: false })
    }

    /// What is known of the device at this moment. `None` if it is offline.
    fn seen(&self, device: &LoginCode) -> Option<Seen>;

    /// The devices that are there.
    fn present(&self) -> Vec<LoginCode>;

    /// Ends the device's connection, if there is one.
    fn dismiss(&self, device: &LoginCode, why: Dismissal);
}

/// How a device reached the cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The `Host`, with port if given.
    pub host: String,
    /// Over TLS.
    pub secure: bool,
}

/// What is known of a device that is there.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Online or sleeping.
    pub presence: Presence,
    /// When it was last heard.
    pub last_seen_at: UnixMs,
    /// Its last Keepalive, if it sent one since it is there.
    pub report: Option<Arc<Report>>,
    /// Since when its connection is up; `None`: it has none at the moment.
    pub connected_at: Option<UnixMs>,
}

/// Why an operator ends a device's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dismissal {
    /// It may no longer log in.
    Disabled,
    /// It is no longer known.
    Deleted,
    /// Its password changed; it may come back with the new one.
    PasswdChanged,
    /// It went from one hand to another; it may come back at once, as if for the first time.
    HandedOn,
}

/// Why a call got no success answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// No DAP connection at the time of the call.
    #[error("the device is not connected")]
    Offline,
    /// The device answered with an error.
    #[error("the device answered error {}: {}", .0.code.0, .0.msg)]
    Device(RpcError),
    /// No answer in time.
    #[error("the device did not answer in time")]
    TimedOut,
    /// Too many calls wait for this device already.
    #[error("too many calls wait for the device")]
    QueueFull,
    /// The connection ended before the answer came.
    #[error("the device disconnected before it answered")]
    Disconnected,
    /// Another login of the same device took over before the answer came.
    #[error("the device connected anew before it answered")]
    Replaced,
    /// The device answered, but that is no answer to this method.
    #[error("the device answered something that makes no sense: {0}")]
    BadAnswer(BadField),
}
