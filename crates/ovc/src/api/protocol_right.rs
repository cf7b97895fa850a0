//! By what right somebody looks at a device's messages, and sends his own.

use super::Api;
use super::auth::{Allowed, CallAny, OnDevice};
use super::commands::by;
use super::door::Place;
use super::error::ApiError;
use super::feed_reader::Seat;
use super::recorder;
use crate::account::policy::{Decision, Resource, decide};
use crate::account::{Caller, Permission};
use crate::clock::UnixMs;
use crate::device::{CallError, DevicePort as _, PATIENCE};
use crate::gateway::Gateway;
use crate::ids::{LoginCode, SessionId, TenantId};
use axum::http::request::Parts;
use dap::{Kind, method_info};
use futures_util::future::BoxFuture;
use serde_json::value::RawValue;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often a right is looked at, even if nobody took it away: sessions also end by themselves.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// By what right.
pub(super) enum Right {
    /// Everybody may: nothing here is real.
    Anyone,
    /// Somebody may call anything of the device.
    Person(Person),
}

/// Somebody who may.
pub(super) struct Person {
    api: Arc<Api>,
    caller: Arc<Caller>,
    session: Option<SessionId>,
    device: LoginCode,
    tenant: Option<TenantId>,
    from: IpAddr,
    access: watch::Receiver<()>,
    /// When it was last looked at.
    looked_at: Instant,
    _seat: Seat,
    /// Its connection's: a WebSocket outlives the request that it began with, and counts as long as it is there.
    _place: Option<Arc<Place>>,
}

impl Person {
    /// Who was let in.
    ///
    /// # Errors
    /// `too_many_readers`.
    pub(super) fn new(
        api: Arc<Api>,
        on: &Allowed<OnDevice<CallAny>>,
        from: IpAddr,
        parts: &Parts,
    ) -> Result<Self, ApiError> {
        Ok(Self {
            caller: on.caller.clone(),
            session: on.session,
            device: on.place.code.clone(),
            tenant: on.place.tenant,
            from,
            access: api.feed.access(),
            looked_at: Instant::now(),
            _seat: api.readers.seat(on.caller.principal)?,
            _place: parts.extensions.get().cloned(),
            api,
        })
    }

    fn holds(&mut self) -> bool {
        self.access.mark_unchanged();
        self.looked_at = Instant::now();
        let now = UnixMs::now();
        let caller = self.api.accounts.caller_still(self.caller.principal, self.session, now);
        // In other hands it is another device.
        let place = self
            .api
            .place(&self.device, now)
            .filter(|now| now.tenant == self.tenant);
        let (Some(caller), Some(place)) = (caller, place) else {
            return false;
        };
        let decision = decide(&caller, Permission::CallAny, Resource::Device(&place));
        self.caller = caller;
        decision == Decision::Allow
    }
}

impl Right {
    /// Whether what passes may still be shown. To be asked before anything is.
    pub(super) fn holds(&mut self) -> bool {
        match self {
            Self::Anyone => true,
            Self::Person(person) => {
                let changed = person.access.has_changed().unwrap_or(true);
                // Also where so much passes that it is never waited for.
                let stale = person.looked_at.elapsed() >= LOOK_AGAIN;
                !(changed || stale) || person.holds()
            }
        }
    }

    /// The same, looked at anew in any case.
    pub(super) fn holds_now(&mut self) -> bool {
        match self {
            Self::Anyone => true,
            Self::Person(person) => person.holds(),
        }
    }

    /// When it is to be looked at again. Safe to cancel.
    pub(super) async fn look_again(&mut self) {
        match self {
            Self::Anyone => std::future::pending().await,
            Self::Person(person) => {
                // Where nobody tells any more, the time does.
                let _ = tokio::time::timeout(LOOK_AGAIN, person.access.changed()).await;
            }
        }
    }

    /// Lets somebody send something, and writes down that he does: `what` says no more than its name and size.
    ///
    /// # Errors
    /// He asks too often, or it could not be written down.
    pub(super) async fn admit(&self, what: String) -> Result<(), ApiError> {
        let Self::Person(person) = self else { return Ok(()) };
        let api = &person.api;
        api.pace
            .admit(person.caller.principal)
            .map_err(ApiError::too_many_requests)?;
        let target = format!("device {}", person.device);
        let deed = recorder::Deed {
            action: "send_protocol_message",
            target,
            detail: what,
        };
        recorder::record_deed(api, &person.caller, person.from, person.tenant, deed).await
    }

    /// Keeps among the device's commands that a text was sent to it by hand: under the method's name, if it is a message
    /// of one of the protocol's.
    pub(super) fn keep(&self, device: &LoginCode, text: &str, sent: &Result<(), CallError>) {
        if let Self::Person(person) = self {
            person
                .api
                .commands
                .note_by_hand(&by(&person.caller), device, text, sent);
        }
    }

    /// Calls a method by its name, known or not, and waits for the answer, if it has one; what it is passes by anyhow.
    pub(super) fn call(
        &self,
        gateway: &Gateway,
        device: &LoginCode,
        method: String,
        params: Option<Box<RawValue>>,
    ) -> BoxFuture<'static, Result<(), CallError>> {
        let params = params.unwrap_or_else(|| dap::to_raw(&dap::methods::Empty::default()));
        let is_event = method_info(&method).is_some_and(|info| info.kind == Kind::Event);
        let device = device.clone();
        let answered = |result| match result {
            // That it refused is an answer too.
            Ok(_) | Err(CallError::Device(_)) => Ok(()),
            Err(error) => Err(error),
        };
        match self {
            Self::Anyone => {
                let gateway = gateway.clone();
                Box::pin(async move {
                    if is_event {
                        return gateway.emit(&device, &method, params);
                    }
                    answered(gateway.call(&device, &method, params, PATIENCE).await)
                })
            }
            Self::Person(person) => {
                let (commands, by) = (person.api.commands.clone(), by(&person.caller));
                Box::pin(async move {
                    if is_event {
                        return commands.emit_raw(&by, &device, &method, params);
                    }
                    answered(commands.call_raw(&by, &device, &method, params).await)
                })
            }
        }
    }
}
