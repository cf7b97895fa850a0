//! Writes down who did what: one entry for each request that changes something, before it is answered; of mere reading
//! the first in a while.

use super::Api;
use super::audit_slot::{AuditNote, AuditSlot};
use super::error::ApiError;
use super::host::Remote;
use super::openapi;
use crate::account::{Caller, Principal};
use crate::clock::UnixMs;
use crate::db::{ActorKind, AuditActor, AuditEntry, AuditOutcome};
use crate::throttle::AddressKey;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

/// The same reading, or the same refusal, is written down once in this time.
const ONCE_IN: Duration = Duration::from_secs(600);
/// So many of them are remembered.
const MAX_REMEMBERED: usize = 65_536;

/// What was written down a short while ago.
#[derive(Debug, Default)]
pub struct Recorder {
    hasher: RandomState,
    /// When what has this hash may be written down again.
    seen: Mutex<HashMap<u64, Instant>>,
}

/// What makes two entries the same.
#[derive(Hash)]
struct Sameness<'a> {
    actor: Option<Principal>,
    address: Option<AddressKey>,
    action: &'a str,
    target: &'a str,
    outcome: AuditOutcome,
    detail: &'a str,
}

impl Recorder {
    /// Whether this was not there in a while. `None`: there is no room to remember it.
    fn is_new(&self, what: &Sameness<'_>, now: Instant) -> Option<bool> {
        let hash = self.hasher.hash_one(what);
        let mut seen = self.seen.lock();
        if seen.get(&hash).is_some_and(|until| *until > now) {
            return Some(false);
        }
        if seen.len() >= MAX_REMEMBERED {
            seen.retain(|_, until| *until > now);
            if seen.len() >= MAX_REMEMBERED {
                return None;
            }
        }
        seen.insert(hash, now + ONCE_IN);
        Some(true)
    }
}

/// The operations of the API, by method and route.
static OPERATIONS: LazyLock<HashMap<(Method, String), String>> = LazyLock::new(|| {
    let document = openapi::routes().into_openapi();
    let mut operations = HashMap::new();
    for (path, item) in document.paths.paths {
        let of_methods = [
            (Method::GET, item.get),
            (Method::PUT, item.put),
            (Method::POST, item.post),
            (Method::DELETE, item.delete),
            (Method::PATCH, item.patch),
        ];
        for (method, operation) in of_methods {
            if let Some(id) = operation.and_then(|operation| operation.operation_id) {
                operations.insert((method, path.clone()), id);
            }
        }
    }
    operations
});

/// Around every request.
pub(super) async fn record(State(api): State<Arc<Api>>, mut request: Request, next: Next) -> Response {
    let reads = request.method().is_safe();
    let method = if reads { Method::GET } else { request.method().clone() };
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    // The console's files and the like are nobody's business.
    let Some(action) = route.and_then(|route| OPERATIONS.get(&(method, route))) else {
        return next.run(request).await;
    };
    let slot = AuditSlot::default();
    request.extensions_mut().insert(slot.clone());
    let from = request
        .extensions()
        .get::<Remote>()
        .map(|remote| remote.0.ip().to_canonical());
    let response = next.run(request).await;
    let entry = entry(&api, slot.note(), action, from, &response);
    if !is_worth_it(&api.recorder, &entry, from, reads) {
        return response;
    }
    match api.audit.write(entry.entry).await {
        Ok(()) => response,
        // What nobody can answer for is not handed out. (A change is made; so is every change before a crash.)
        Err(error) => ApiError::from(error).into_response(),
    }
}

struct Noted {
    entry: AuditEntry,
    actor: Option<Principal>,
    status: StatusCode,
}

fn entry(api: &Api, note: AuditNote, action: &str, from: Option<IpAddr>, response: &Response) -> Noted {
    let status = response.status();
    let outcome = match status.as_u16() {
        ..400 => AuditOutcome::Done,
        400..500 => AuditOutcome::Refused,
        _ => AuditOutcome::Failed,
    };
    let mut details = Vec::new();
    if let Some(error) = response.extensions().get::<ApiError>() {
        details.push(error.code.to_owned());
    }
    if !note.detail.is_empty() {
        details.push(note.detail.clone());
    }
    let principal = note.actor.as_ref().map(|actor| actor.principal);
    let caller = principal.and_then(|principal| api.accounts.caller(principal));
    if let Some(capacity) = caller.as_ref().and_then(|caller| capacity(api, caller, &note)) {
        details.push(capacity.to_owned());
    }
    let (kind, id) = match principal {
        Some(Principal::User(user)) => (ActorKind::User, Some(user.to_string())),
        Some(Principal::Key(key)) => (ActorKind::Key, Some(key.to_string())),
        None => (ActorKind::Nobody, None),
    };
    let entry = AuditEntry {
        at: UnixMs::now(),
        actor: AuditActor {
            kind,
            id,
            name: note.actor.map(|actor| actor.name).unwrap_or_default(),
        },
        // What is of no tenant stands with the tenant of who did it.
        tenant: note.tenant.or_else(|| match &caller.as_ref()?.memberships[..] {
            [only] => Some(only.tenant),
            _ => None,
        }),
        address: from.map(|from| from.to_string()).unwrap_or_default(),
        action: action.to_owned(),
        target: known_target(api, note.target, principal.is_none()),
        outcome,
        detail: details.join("; "),
    };
    Noted {
        entry,
        actor: principal,
        status,
    }
}

/// What somebody unknown says is his name is written down only if it is one: it may be his password.
fn known_target(api: &Api, target: String, by_nobody: bool) -> String {
    match target.strip_prefix("user ") {
        Some(name) if by_nobody && !api.accounts.is_user(name) => "user unknown".to_owned(),
        _ => target,
    }
}

/// As what he did it, where that is not as one of the tenant's own people.
fn capacity(api: &Api, caller: &Caller, note: &AuditNote) -> Option<&'static str> {
    let tenant = note.tenant?;
    let own = caller.memberships.iter().any(|membership| membership.tenant == tenant);
    if !caller.platform_admin || own {
        return None;
    }
    let support = api
        .accounts
        .tenant(tenant, UnixMs::now())
        .is_some_and(|its| its.support_until.is_some());
    Some(if support {
        "platform administrator, let in for support"
    } else {
        "platform administrator"
    })
}

/// Changes are, always. The same reading again and again is not, nor is the same refusal.
fn is_worth_it(recorder: &Recorder, noted: &Noted, from: Option<IpAddr>, reads: bool) -> bool {
    let entry = &noted.entry;
    let refused = entry.outcome == AuditOutcome::Refused;
    // Wrong passwords and the like. There are few: after some the answer is 429.
    let attempt = refused && !reads && noted.actor.is_none() && noted.status != StatusCode::TOO_MANY_REQUESTS;
    let attempt = attempt && entry.detail != "unauthorized";
    if !reads && (!refused || attempt) {
        return true;
    }
    // What is for everybody to read.
    if reads && noted.actor.is_none() && !refused {
        return false;
    }
    let what = Sameness {
        actor: noted.actor,
        address: from.filter(|_| noted.actor.is_none()).map(AddressKey::from),
        action: &entry.action,
        target: &entry.target,
        outcome: entry.outcome,
        detail: &entry.detail,
    };
    // Without room to remember: what somebody known did is written down, what somebody unknown tried is not.
    recorder
        .is_new(&what, Instant::now())
        .unwrap_or_else(|| noted.actor.is_some())
}
