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
use crate::ids::TenantId;
use crate::throttle::AddressKey;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::future::try_join_all;
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

/// How a wrong secret is refused: somebody may be guessing. Each one counts against his address, so they stay few.
const GUESSES: [&str; 4] = ["bad_credentials", "bad_code", "bad_link", "bad_setup_code"];

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
    let note = slot.note();
    let often = reads || note.often;
    let noted = noted(&api, note, action, from, &response);
    if !is_worth_it(&api.recorder, &noted, from, often) {
        return response;
    }
    // All at once: they share a wait for the disk.
    match try_join_all(noted.entries(&api).map(|entry| api.audit.write(entry))).await {
        Ok(_) => response,
        // What nobody can answer for is not handed out. (A change is made; so is every change before a crash.)
        Err(error) => ApiError::from(error).into_response(),
    }
}

struct Noted {
    /// What is written down, but for whose business it is.
    entry: AuditEntry,
    actor: Option<Principal>,
    caller: Option<Arc<Caller>>,
    /// Whose business it is: there is an entry for each.
    tenants: Vec<Option<TenantId>>,
    /// Somebody unknown gave a wrong secret.
    guess: bool,
    /// It is written down each time.
    always: bool,
}

/// What somebody does on a connection that has outlived its request.
pub(super) struct Deed {
    /// What, as the log names it.
    pub(super) action: &'static str,
    /// To what.
    pub(super) target: String,
    /// What else is worth keeping. Never a secret.
    pub(super) detail: String,
}

/// Writes a deed down, before it is done.
///
/// # Errors
/// It could not be written down.
pub(super) async fn record_deed(
    api: &Api,
    caller: &Arc<Caller>,
    from: IpAddr,
    tenant: Option<TenantId>,
    deed: Deed,
) -> Result<(), ApiError> {
    let noted = Noted {
        entry: AuditEntry {
            at: UnixMs::now(),
            actor: actor(Some(caller.principal), caller.name.clone()),
            tenant: None,
            address: from.to_canonical().to_string(),
            action: deed.action.to_owned(),
            target: deed.target,
            outcome: AuditOutcome::Done,
            detail: deed.detail,
        },
        actor: Some(caller.principal),
        caller: Some(caller.clone()),
        tenants: vec![tenant],
        guess: false,
        always: true,
    };
    try_join_all(noted.entries(api).map(|entry| api.audit.write(entry))).await?;
    Ok(())
}

fn actor(principal: Option<Principal>, name: String) -> AuditActor {
    let (kind, id) = match principal {
        Some(Principal::User(user)) => (ActorKind::User, Some(user.to_string())),
        Some(Principal::Key(key)) => (ActorKind::Key, Some(key.to_string())),
        None => (ActorKind::Nobody, None),
    };
    AuditActor { kind, id, name }
}

fn noted(api: &Api, note: AuditNote, action: &str, from: Option<IpAddr>, response: &Response) -> Noted {
    let outcome = match response.status().as_u16() {
        ..400 => AuditOutcome::Done,
        400..500 => AuditOutcome::Refused,
        _ => AuditOutcome::Failed,
    };
    let error = response.extensions().get::<ApiError>().map(|error| error.code);
    let mut details = Vec::from_iter(error.map(str::to_owned));
    if !note.detail.is_empty() {
        details.push(note.detail.clone());
    }
    let principal = note.actor.as_ref().map(|actor| actor.principal);
    let caller = principal.and_then(|principal| api.accounts.caller(principal));
    let mut tenants: Vec<_> = note.tenant.into_iter().chain(note.also).map(Some).collect();
    tenants.sort_unstable();
    tenants.dedup();
    if tenants.is_empty() {
        // What is of no tenant stands with the tenant of who did it.
        let memberships = caller.as_ref().map(|caller| &caller.memberships[..]);
        tenants.push(match memberships {
            Some([only]) => Some(only.tenant),
            _ => None,
        });
    }
    let entry = AuditEntry {
        at: UnixMs::now(),
        actor: actor(principal, note.actor.map(|actor| actor.name).unwrap_or_default()),
        tenant: None,
        address: from.map(|from| from.to_string()).unwrap_or_default(),
        action: action.to_owned(),
        target: known_target(api, note.target, principal.is_none()),
        outcome,
        detail: details.join("; "),
    };
    Noted {
        entry,
        actor: principal,
        caller,
        tenants,
        guess: principal.is_none() && error.is_some_and(|code| GUESSES.contains(&code)),
        always: note.always,
    }
}

impl Noted {
    fn entries(&self, api: &Api) -> impl Iterator<Item = AuditEntry> {
        self.tenants.iter().map(|tenant| {
            let mut entry = self.entry.clone();
            entry.tenant = *tenant;
            let caller = self.caller.as_ref().zip(*tenant);
            if let Some(capacity) = caller.and_then(|(caller, tenant)| capacity(api, caller, tenant)) {
                let divider = if entry.detail.is_empty() { "" } else { "; " };
                entry.detail.push_str(divider);
                entry.detail.push_str(capacity);
            }
            entry
        })
    }
}

/// What somebody unknown says is his name is written down only if it is one: it may be his password.
fn known_target(api: &Api, target: String, by_nobody: bool) -> String {
    match target.strip_prefix("user ") {
        Some(name) if by_nobody && api.accounts.caller_of_name(name).is_none() => "user unknown".to_owned(),
        _ => target,
    }
}

/// As what he did it, where that is not as one of the tenant's own people.
fn capacity(api: &Api, caller: &Caller, tenant: TenantId) -> Option<&'static str> {
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

/// What somebody known changed is, always, and so is every wrong secret. The same reading (or steering of a camera) again
/// and again is not, nor is the same refusal, nor whatever else somebody unknown sends: the log only grows, and must not be what somebody fills a
/// disk with.
fn is_worth_it(recorder: &Recorder, noted: &Noted, from: Option<IpAddr>, reads: bool) -> bool {
    let entry = &noted.entry;
    let always = match (noted.actor, entry.outcome) {
        (Some(_), AuditOutcome::Done | AuditOutcome::Failed) => !reads || noted.always,
        (Some(_), AuditOutcome::Refused) => false,
        // What is for everybody to read.
        (None, AuditOutcome::Done) if reads => return false,
        (None, _) => noted.guess,
    };
    if always {
        return true;
    }
    let what = Sameness {
        actor: noted.actor,
        // Of somebody known too: who stole his session reads from elsewhere.
        address: from.map(AddressKey::from),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::UserId;

    fn noted(actor: Option<i64>, status: u16, detail: &str) -> Noted {
        let outcome = match status {
            ..400 => AuditOutcome::Done,
            400..500 => AuditOutcome::Refused,
            _ => AuditOutcome::Failed,
        };
        Noted {
            entry: AuditEntry {
                at: UnixMs(0),
                actor: AuditActor {
                    kind: ActorKind::Nobody,
                    id: None,
                    name: String::new(),
                },
                tenant: None,
                address: String::new(),
                action: "something".into(),
                target: String::new(),
                outcome,
                detail: detail.into(),
            },
            actor: actor.map(|id| Principal::User(UserId(id))),
            caller: None,
            tenants: vec![None],
            guess: actor.is_none() && GUESSES.contains(&detail),
            always: false,
        }
    }

    /// How many of two are written down.
    fn of_two(actor: Option<i64>, status: u16, detail: &str, reads: bool) -> usize {
        let recorder = Recorder::default();
        let from = Some("192.0.2.1".parse().unwrap());
        (0..2)
            .filter(|_| is_worth_it(&recorder, &noted(actor, status, detail), from, reads))
            .count()
    }

    #[test]
    fn changes_and_wrong_passwords_always_the_rest_once() {
        let known = Some(7);
        for (actor, status, detail, reads, written) in [
            (known, 200, "", false, 2),
            (known, 502, "device_disconnected", false, 2),
            (known, 200, "", true, 1),
            (known, 403, "forbidden", false, 1),
            (known, 404, "no_such_device", true, 1),
            (None, 401, "bad_credentials", false, 2),
            (None, 404, "bad_link", false, 2),
            (None, 429, "too_many_attempts", false, 1),
            (None, 400, "bad_request", false, 1),
            (None, 401, "code_required", false, 1),
            (None, 403, "cross_origin", false, 1),
            (None, 409, "already_set_up", false, 1),
            (None, 401, "unauthorized", false, 1),
            (None, 401, "unauthorized", true, 1),
            (None, 503, "busy", false, 1),
            (None, 200, "", true, 0),
        ] {
            assert_eq!(
                of_two(actor, status, detail, reads),
                written,
                "{actor:?} {status} {detail} {reads}"
            );
        }
    }

    #[test]
    fn the_same_reading_from_elsewhere_is_written_down() {
        let recorder = Recorder::default();
        let noted = noted(Some(7), 200, "");
        let from = |address: &str| is_worth_it(&recorder, &noted, Some(address.parse().unwrap()), true);
        assert!(from("192.0.2.1"));
        assert!(from("198.51.100.1"));
        assert!(!from("192.0.2.1"));
    }

    #[test]
    fn memory_is_bounded_and_whom_one_knows_is_written_down_all_the_same() {
        let recorder = Recorder::default();
        let until = Instant::now() + ONCE_IN;
        recorder
            .seen
            .lock()
            .extend((0..MAX_REMEMBERED as u64).map(|hash| (hash, until)));
        let from = Some("192.0.2.1".parse().unwrap());
        assert!(is_worth_it(&recorder, &noted(Some(7), 200, ""), from, true));
        assert!(!is_worth_it(&recorder, &noted(None, 400, "bad_request"), from, false));
        assert_eq!(recorder.seen.lock().len(), MAX_REMEMBERED);
    }
}
