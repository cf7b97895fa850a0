use super::Commands;
use crate::db::By;
use crate::device::{CallError, DevicePort, Dismissal, Presence, Reached, Seen};
use crate::ids::LoginCode;
use futures_util::future::BoxFuture;
use serde_json::value::RawValue;
use std::time::Duration;

/// The way to devices for the cloud itself: see [`Commands::port_of_cloud`].
#[derive(Debug, Clone)]
pub struct CloudPort(pub(super) Commands);

impl DevicePort for CloudPort {
    fn call<'a>(
        &'a self,
        device: &'a LoginCode,
        method: &'a str,
        params: Box<RawValue>,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<Box<RawValue>, CallError>> {
        Box::pin(self.0.call_raw_within(&By::Cloud, device, method, params, deadline))
    }

    fn emit(&self, device: &LoginCode, event: &str, params: Box<RawValue>) -> Result<(), CallError> {
        self.0.emit_raw(&By::Cloud, device, event, params)
    }

    fn presence(&self, device: &LoginCode) -> Presence {
        self.0.port.presence(device)
    }

    fn reached_host(&self, device: &LoginCode) -> Option<String> {
        self.0.port.reached_host(device)
    }

    fn reached(&self, device: &LoginCode) -> Option<Reached> {
        self.0.port.reached(device)
    }

    fn seen(&self, device: &LoginCode) -> Option<Seen> {
        self.0.port.seen(device)
    }

    fn present(&self) -> Vec<LoginCode> {
        self.0.port.present()
    }

    fn dismiss(&self, device: &LoginCode, why: Dismissal) {
        self.0.port.dismiss(device, why);
    }
}
