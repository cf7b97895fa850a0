//! What a request turns out to be about, for the audit log: filled while the request is handled, read when it is
//! answered.

use crate::account::{Caller, Principal};
use crate::ids::TenantId;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use parking_lot::Mutex;
use std::convert::Infallible;
use std::sync::Arc;

/// A place in the request's extensions. Clones are the same slot.
#[derive(Debug, Clone, Default)]
pub(super) struct AuditSlot(Arc<Mutex<AuditNote>>);

/// What became known of a request.
#[derive(Debug, Clone, Default)]
pub(super) struct AuditNote {
    /// Who asks; `None`: nobody known.
    pub(super) actor: Option<Actor>,
    /// Whose things it is about.
    pub(super) tenant: Option<TenantId>,
    /// Whose people it is about: it stands in the log of each of these tenants.
    pub(super) also: Vec<TenantId>,
    /// What it is about, `device cam 0` for example.
    pub(super) target: String,
    /// What else is worth keeping. Never a secret.
    pub(super) detail: String,
    /// It is written down each time, though it changes nothing.
    pub(super) always: bool,
    /// It is done again and again: the same thing is written down once in a while only.
    pub(super) often: bool,
}

/// Who asks.
#[derive(Debug, Clone)]
pub(super) struct Actor {
    pub(super) principal: Principal,
    /// His name at the time.
    pub(super) name: String,
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        Self {
            principal: caller.principal,
            name: caller.name.clone(),
        }
    }
}

impl AuditSlot {
    /// Adds to what is known.
    pub(super) fn fill(&self, fill: impl FnOnce(&mut AuditNote)) {
        fill(&mut self.0.lock());
    }

    /// It is about this person, and so the business of every tenant he is in.
    pub(super) fn is_about(&self, person: &Caller) {
        self.fill(|note| note.also = person.memberships.iter().map(|of| of.tenant).collect());
    }

    /// What is known.
    pub(super) fn note(&self) -> AuditNote {
        self.0.lock().clone()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AuditSlot {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // Without one nobody will read it.
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}
