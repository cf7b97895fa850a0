//! A gateway that only plays the cloud for who makes devices: nothing that a device says is kept, beyond what passes.

use super::requests::{Answer, empty};
use super::{Accepted, Gateway, GatewayParts};
use crate::config::GatewayConfig;
use dap::methods::{AlarmNotify, GetServerInfo, Keepalive};
use dap::{Method, RpcError, parse_params};
use serde_json::value::RawValue;
use std::time::Duration;

/// How it differs from a gateway of a cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Simulated {
    /// Whoever names any login code and any password is let in. Otherwise those in the directory.
    pub anyone: bool,
    /// Login codes that there may be at once. Over it logins are refused.
    pub rooms: usize,
}

impl Gateway {
    /// One that plays the cloud.
    pub fn simulated(config: &GatewayConfig, parts: GatewayParts, simulated: Simulated) -> Self {
        Self::make(config, parts, Some(simulated))
    }

    /// Forgets what passed of devices that are gone and that nobody looks at, once both have been so for so long.
    pub fn forget_idle(&self, limit: Duration) {
        self.shared.forget_idle_taps(limit);
    }
}

/// The answer to a request: a cloud's, as far as it needs no memory.
pub(super) fn answer(from: &Accepted, method: &str, params: Option<&RawValue>) -> Answer {
    match method {
        Keepalive::NAME => parse_params::<Keepalive>(params)
            .map(|_| empty())
            .map_err(RpcError::from),
        GetServerInfo::NAME => Ok(from.shared.server_info.clone()),
        AlarmNotify::NAME => parse_params::<AlarmNotify>(params)
            .map(|_| empty())
            .map_err(RpcError::from),
        _ => Err(RpcError::unknown_method(method)),
    }
}
