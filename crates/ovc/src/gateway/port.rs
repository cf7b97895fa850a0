use super::link::Command;
use super::{Gateway, close_code};
use crate::device::{CallError, DevicePort, Dismissal, Gone, Presence, Reached, Seen};
use crate::ids::LoginCode;
use futures_util::future::BoxFuture;
use serde_json::value::RawValue;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

impl DevicePort for Gateway {
    fn call<'a>(
        &'a self,
        device: &'a LoginCode,
        method: &'a str,
        params: Box<RawValue>,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<Box<RawValue>, CallError>> {
        Box::pin(async move {
            self.shared.meters.calls.increment(1);
            let (reply, answer) = oneshot::channel();
            let command = Command::Call {
                method: method.to_owned(),
                params,
                deadline: Instant::now() + deadline,
                reply,
            };
            self.send(device, command)?;
            match tokio::time::timeout(deadline, answer).await {
                Ok(Ok(result)) => result,
                // The connection's task is gone, and the call with it.
                Ok(Err(_)) => Err(CallError::Disconnected),
                Err(_) => Err(CallError::TimedOut),
            }
        })
    }

    fn emit(&self, device: &LoginCode, event: &str, params: Box<RawValue>) -> Result<(), CallError> {
        self.send(
            device,
            Command::Emit {
                event: event.to_owned(),
                params,
            },
        )
    }

    fn presence(&self, device: &LoginCode) -> Presence {
        match self.shared.present.get(device.as_str()) {
            Some(_) => Presence::Online,
            None => Presence::Offline,
        }
    }

    fn reached_host(&self, device: &LoginCode) -> Option<String> {
        let attendance = self.shared.present.get(device.as_str())?;
        attendance.host().map(|host| host.as_ref().to_owned())
    }

    fn reached(&self, device: &LoginCode) -> Option<Reached> {
        self.shared.present.get(device.as_str())?.reached()
    }

    fn seen(&self, device: &LoginCode) -> Option<Seen> {
        let attendance = self.shared.present.get(device.as_str())?;
        Some(Seen {
            presence: Presence::Online,
            last_seen_at: self.shared.wall(attendance.heard_at()),
            report: attendance.report(),
            connected_at: attendance.link().map(|link| link.connected_at),
        })
    }

    fn present(&self) -> Vec<LoginCode> {
        let mut present = Vec::new();
        self.shared.present.for_each(|code, _| present.push(code.clone()));
        present
    }

    fn dismiss(&self, device: &LoginCode, why: Dismissal) {
        let (gone, reason) = match why {
            Dismissal::Disabled => (Gone::Disabled, "the device was disabled"),
            Dismissal::Deleted => (Gone::Deleted, "the device was deleted"),
            Dismissal::HandedOn => (Gone::HandedOn, "the device changed hands"),
            Dismissal::PasswdChanged => {
                // It stays online until it has been silent for too long: it may be back at once.
                let link = self
                    .shared
                    .present
                    .get(device.as_str())
                    .and_then(|attendance| attendance.link());
                if let Some(link) = link {
                    link.close(close_code::DISMISSED, "the device's password was changed");
                }
                return;
            }
        };
        self.shared
            .go_offline(device, |_| true, gone, close_code::DISMISSED, reason);
    }
}

impl Gateway {
    /// Sends a text frame to a device as it is, past every check: what a person typed who tries the device out. Its order
    /// with calls and events made before is kept.
    ///
    /// # Errors
    /// [`CallError::Offline`] and [`CallError::QueueFull`] only.
    pub fn send_by_hand(&self, device: &LoginCode, text: String) -> Result<(), CallError> {
        self.send(device, Command::ByHand { text })
    }

    fn send(&self, device: &LoginCode, command: Command) -> Result<(), CallError> {
        let attendance = self.shared.present.get(device.as_str()).ok_or(CallError::Offline)?;
        let link = attendance.link().ok_or(CallError::Offline)?;
        attendance.address();
        link.push(command, self.shared.max_queued_calls)
    }
}
