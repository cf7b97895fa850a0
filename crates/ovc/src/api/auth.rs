//! Who calls, and whether he may: every handler takes an [`Allowed`] that names what it needs, and on what.

use super::Api;
use super::audit_slot::{Actor, AuditSlot};
use super::door::Place;
use super::error::ApiError;
use super::host::Secure;
use crate::account::policy::{self, Decision, DevicePlace, Resource};
use crate::account::{Caller, Permission, Principal, Tenant};
use crate::clock::UnixMs;
use crate::ids::{ChannelId, LoginCode, SessionId, TenantId, UserId};
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use std::collections::HashMap;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

/// The console's cookie.
pub(super) const COOKIE: &str = "ovc_session";

/// A permission as a type: `OnDevice<SeeLive>`.
pub(super) trait Permit: Send + Sync + 'static {
    /// What comes of it.
    fn decide(who: &Caller, which: Resource<'_>) -> Decision;
}

macro_rules! permits {
    ($($name:ident,)+) => {$(
        #[doc = concat!("[`Permission::", stringify!($name), "`].")]
        pub(super) struct $name;
        impl Permit for $name {
            fn decide(who: &Caller, which: Resource<'_>) -> Decision {
                policy::decide(who, Permission::$name, which)
            }
        }
    )+};
}

permits! {
    View,
    SeeLive,
    Control,
    Configure,
    CallAny,
    ManagePeople,
    ManageTenant,
    RunPlatform,
}

/// Whoever knows the thing: every member of the tenant, whatever he may do there.
pub(super) struct Know;

impl Permit for Know {
    fn decide(who: &Caller, which: Resource<'_>) -> Decision {
        match policy::decide(who, Permission::View, which) {
            Decision::Hide => Decision::Hide,
            _ => Decision::Allow,
        }
    }
}

/// [`Permission::SeeRecordings`] on something of the device: of a channel, or of some time.
pub(super) struct SomeRecordings;

impl Permit for SomeRecordings {
    fn decide(who: &Caller, which: Resource<'_>) -> Decision {
        match which {
            Resource::Device(place) if !policy::recordings(who, place).is_empty() => Decision::Allow,
            which => policy::decide(who, Permission::SeeRecordings, which),
        }
    }
}

/// The same, or [`Permission::SeeLive`] on something of the device: who may take pictures.
pub(super) struct SomePictures;

impl Permit for SomePictures {
    fn decide(who: &Caller, which: Resource<'_>) -> Decision {
        match which {
            Resource::Device(place)
                if policy::channels(who, Permission::SeeLive, place).is_none_or(|channels| !channels.is_empty()) =>
            {
                Decision::Allow
            }
            which => SomeRecordings::decide(who, which),
        }
    }
}

/// [`Permission::ManageTenant`] on the tenant, or [`Permission::RunPlatform`].
pub(super) struct ManageTenantOrRunPlatform;

impl Permit for ManageTenantOrRunPlatform {
    fn decide(who: &Caller, which: Resource<'_>) -> Decision {
        match policy::decide(who, Permission::RunPlatform, Resource::Platform) {
            Decision::Allow => Decision::Allow,
            _ => policy::decide(who, Permission::ManageTenant, which),
        }
    }
}

/// [`Permission::RunPlatform`], for what is done to a tenant or a device from outside. Who has not got it is answered by
/// what he may know of the thing.
pub(super) struct RunPlatformFor;

impl Permit for RunPlatformFor {
    fn decide(who: &Caller, which: Resource<'_>) -> Decision {
        match policy::decide(who, Permission::RunPlatform, Resource::Platform) {
            Decision::Allow => Decision::Allow,
            _ => policy::decide(who, Permission::RunPlatform, which),
        }
    }
}

/// What a handler needs its caller to be allowed.
pub(super) trait Need: Send + 'static {
    /// What it is needed on, from the path.
    type On: Send;

    fn check(asked: Asked<'_>) -> Result<Self::On, ApiError>;
}

/// What a need is checked by.
pub(super) struct Asked<'a> {
    api: &'a Api,
    who: &'a Caller,
    by_session: bool,
    path: HashMap<String, String>,
    slot: Option<&'a AuditSlot>,
    now: UnixMs,
}

/// Any user or key.
pub(super) struct AnyUser;

impl Need for AnyUser {
    type On = ();

    fn check(_: Asked<'_>) -> Result<(), ApiError> {
        Ok(())
    }
}

/// Any user, no key: what is about a person himself.
pub(super) struct AnyPerson;

impl Need for AnyPerson {
    type On = ();

    fn check(asked: Asked<'_>) -> Result<(), ApiError> {
        if asked.by_session {
            Ok(())
        } else {
            Err(ApiError::not_for_keys())
        }
    }
}

/// A permission on the cloud itself.
pub(super) struct OnPlatform<P>(PhantomData<P>);

impl<P: Permit> Need for OnPlatform<P> {
    type On = ();

    fn check(asked: Asked<'_>) -> Result<(), ApiError> {
        match P::decide(asked.who, Resource::Platform) {
            Decision::Allow => Ok(()),
            _ => Err(ApiError::forbidden()),
        }
    }
}

/// A permission on the tenant in the path.
pub(super) struct OnTenant<P>(PhantomData<P>);

/// What it is on.
pub(super) struct ThisTenant {
    /// The number in the path.
    pub(super) tenant: TenantId,
    /// The tenant.
    pub(super) its: Tenant,
}

impl<P: Permit> Need for OnTenant<P> {
    type On = ThisTenant;

    fn check(asked: Asked<'_>) -> Result<ThisTenant, ApiError> {
        let id = asked.path.get("tenant").and_then(|id| id.parse().ok()).map(TenantId);
        let its = id.and_then(|id| asked.api.accounts.tenant(id, asked.now));
        let its = its.ok_or_else(ApiError::no_such_tenant)?;
        let decision = P::decide(asked.who, its.resource());
        asked.note(Some(its.id), decision);
        match decision {
            Decision::Allow => Ok(ThisTenant { tenant: its.id, its }),
            Decision::Forbid => Err(ApiError::forbidden()),
            Decision::Hide => Err(ApiError::no_such_tenant()),
        }
    }
}

/// The same for people alone: what outlives the key it would be done with.
pub(super) struct OnTenantInPerson<P>(PhantomData<P>);

impl<P: Permit> Need for OnTenantInPerson<P> {
    type On = ThisTenant;

    fn check(asked: Asked<'_>) -> Result<ThisTenant, ApiError> {
        let by_session = asked.by_session;
        let on = OnTenant::<P>::check(asked)?;
        if by_session {
            Ok(on)
        } else {
            Err(ApiError::not_for_keys())
        }
    }
}

/// A permission on the device in the path, as a whole.
pub(super) struct OnDevice<P>(PhantomData<P>);

/// What it is on.
pub(super) struct ThisDevice {
    /// Which device, and where it stands.
    pub(super) place: DevicePlace,
}

impl<P: Permit> Need for OnDevice<P> {
    type On = ThisDevice;

    fn check(asked: Asked<'_>) -> Result<ThisDevice, ApiError> {
        let place = asked.place()?;
        let decision = P::decide(asked.who, Resource::Device(&place));
        asked.note(place.tenant, decision);
        match decision {
            Decision::Allow => Ok(ThisDevice { place }),
            Decision::Forbid => Err(ApiError::forbidden()),
            Decision::Hide => Err(ApiError::no_such_device()),
        }
    }
}

/// A permission on the channel in the path.
pub(super) struct OnChannel<P>(PhantomData<P>);

/// What it is on.
pub(super) struct ThisChannel {
    /// Which device, and where it stands.
    pub(super) place: DevicePlace,
    /// Which channel of it.
    pub(super) channel: ChannelId,
}

impl<P: Permit> Need for OnChannel<P> {
    type On = ThisChannel;

    fn check(asked: Asked<'_>) -> Result<ThisChannel, ApiError> {
        let place = asked.place()?;
        let channel = asked.path.get("channel").and_then(|channel| channel.parse().ok());
        let Some(channel) = channel.map(ChannelId) else {
            // Only who knows the device is told what is wrong with the channel.
            return Err(match Know::decide(asked.who, Resource::Device(&place)) {
                Decision::Hide => ApiError::no_such_device(),
                _ => ApiError::bad_request("a channel is a whole number from 0"),
            });
        };
        let decision = P::decide(asked.who, Resource::Channel(&place, channel));
        asked.note(place.tenant, decision);
        match decision {
            Decision::Allow => Ok(ThisChannel { place, channel }),
            Decision::Forbid => Err(ApiError::forbidden()),
            // Who sees another channel of the device learns no more than that this one is not his.
            Decision::Hide => Err(match Know::decide(asked.who, Resource::Device(&place)) {
                Decision::Hide => ApiError::no_such_device(),
                _ => ApiError::no_such_channel(),
            }),
        }
    }
}

impl Asked<'_> {
    /// The device in the path.
    fn place(&self) -> Result<DevicePlace, ApiError> {
        // What is no login code is no device either.
        let code = self.path.get("login_code").and_then(|code| LoginCode::parse(code).ok());
        code.and_then(|code| self.api.place(&code, self.now))
            .ok_or_else(ApiError::no_such_device)
    }

    /// Notes for the audit log whose things are asked for. A tenant is not told of those who do not even know the thing.
    fn note(&self, tenant: Option<TenantId>, decision: Decision) {
        if let Some(slot) = self.slot {
            slot.fill(|note| note.tenant = tenant.filter(|_| decision != Decision::Hide));
        }
    }
}

/// A caller who may do what the handler needs. What it is on can be read through it: `allowed.tenant`,
/// `allowed.place`, `allowed.channel`.
pub(super) struct Allowed<N: Need> {
    /// Who calls, and what he may do.
    pub(super) caller: Arc<Caller>,
    /// By which session; `None`: by an API key.
    pub(super) session: Option<SessionId>,
    /// By the cookie, which a browser sends along whoever's page asks.
    pub(super) by_cookie: bool,
    on: N::On,
}

impl<N: Need> Deref for Allowed<N> {
    type Target = N::On;

    fn deref(&self) -> &N::On {
        &self.on
    }
}

/// Asks again whether the caller of a request may do what he was let in for: in a request's extensions, for what takes
/// its time before it acts.
#[derive(Clone)]
pub(super) struct Still(Arc<dyn Fn() -> Result<(), ApiError> + Send + Sync>);

impl Still {
    fn new<N: Need>(
        api: Arc<Api>,
        token: String,
        path: HashMap<String, String>,
        slot: Option<AuditSlot>,
        before: Arc<Caller>,
    ) -> Self {
        Self(Arc::new(move || {
            let now = UnixMs::now();
            let known = api.accounts.authenticate(&token, now);
            let known = known.ok_or_else(ApiError::unauthorized)?;
            N::check(Asked {
                api: &api,
                who: &known.caller,
                by_session: known.session.is_some(),
                path: path.clone(),
                slot: slot.as_ref(),
                now,
            })?;
            // The handler goes by what he was.
            if known.caller == before {
                Ok(())
            } else {
                Err(ApiError::new(
                    StatusCode::FORBIDDEN,
                    "forbidden",
                    "what you may do was changed at this moment: try again",
                ))
            }
        }))
    }

    /// Refuses if he may no longer.
    pub(super) fn allowed(&self) -> Result<(), ApiError> {
        (self.0)()
    }
}

impl<N: Need> FromRequestParts<Arc<Api>> for Allowed<N> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let (token, by_cookie) = match bearer(&parts.headers) {
            Some(token) => (token.to_owned(), false),
            None => {
                let token = cookie(&parts.headers).ok_or_else(ApiError::unauthorized)?;
                let secure = parts.extensions.get() == Some(&Secure(true));
                same_origin(&parts.method, &parts.headers, secure)?;
                (token.to_owned(), true)
            }
        };
        let now = UnixMs::now();
        let known = api
            .accounts
            .authenticate(&token, now)
            .ok_or_else(ApiError::unauthorized)?;
        if let Some(place) = parts.extensions.get::<Arc<Place>>() {
            place.known();
        }
        api.pace
            .admit(known.caller.principal)
            .map_err(ApiError::too_many_requests)?;
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, api)
            .await
            .map(|Path(path)| path)
            .map_err(|rejection| ApiError::bad_request(rejection.body_text()))?;
        let slot = parts.extensions.get::<AuditSlot>().cloned();
        if let Some(slot) = &slot {
            slot.fill(|note| {
                note.actor = Some(Actor::from(&*known.caller));
                note.target = target(&path);
            });
        }
        let on = N::check(Asked {
            api,
            who: &known.caller,
            by_session: known.session.is_some(),
            path: path.clone(),
            slot: slot.as_ref(),
            now,
        })?;
        if !parts.method.is_safe() {
            let still = Still::new::<N>(api.clone(), token, path, slot, known.caller.clone());
            parts.extensions.insert(still);
        }
        Ok(Self {
            caller: known.caller,
            session: known.session,
            by_cookie,
            on,
        })
    }
}

impl<P: Permit> Allowed<OnDevice<P>> {
    /// Decides again. To be called once the request's body is there: while that came, which may take as long as the
    /// caller likes, the device may have gone to somebody else.
    pub(super) fn decide_again(&self, api: &Api) -> Result<(), ApiError> {
        let place = api.place(&self.place.code, UnixMs::now());
        let place = place.filter(|now| now.tenant == self.place.tenant);
        let place = place.ok_or_else(ApiError::no_such_device)?;
        match P::decide(&self.caller, Resource::Device(&place)) {
            Decision::Allow => Ok(()),
            Decision::Forbid => Err(ApiError::forbidden()),
            Decision::Hide => Err(ApiError::no_such_device()),
        }
    }
}

impl<P: Permit> Allowed<OnChannel<P>> {
    /// The same for a channel.
    pub(super) fn decide_again(&self, api: &Api) -> Result<(), ApiError> {
        let place = api.place(&self.place.code, UnixMs::now());
        let place = place.filter(|now| now.tenant == self.place.tenant);
        let place = place.ok_or_else(ApiError::no_such_device)?;
        match P::decide(&self.caller, Resource::Channel(&place, self.channel)) {
            Decision::Allow => Ok(()),
            Decision::Forbid => Err(ApiError::forbidden()),
            Decision::Hide => Err(ApiError::no_such_channel()),
        }
    }
}

impl Allowed<AnyPerson> {
    /// Which person.
    pub(super) fn user(&self) -> Result<UserId, ApiError> {
        match self.caller.principal {
            Principal::User(user) => Ok(user),
            Principal::Key(_) => Err(ApiError::not_for_keys()),
        }
    }
}

/// What a path is about, as the audit log says it: `tenant 1 user 7`, `device cam channel 0`.
fn target(path: &HashMap<String, String>) -> String {
    let rank = |name: &str| match name {
        "tenant" => 0,
        "login_code" => 1,
        _ => 2,
    };
    let mut parts: Vec<_> = path.iter().collect();
    parts.sort_by_key(|(name, _)| (rank(name), *name));
    let words = parts.into_iter().map(|(name, value)| match name.as_str() {
        "login_code" => format!("device {value}"),
        name => format!("{name} {value}"),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}

/// A browser sends the cookie along by itself: a request that changes something must come from a page of ours. (The
/// cookie is `SameSite=Strict` too; "site" is wider than "origin", which has the port.) A page that did not come over TLS
/// could be anybody's in between: where the request did, its page must have too.
fn same_origin(method: &Method, headers: &HeaderMap, secure: bool) -> Result<(), ApiError> {
    if method.is_safe() {
        return Ok(());
    }
    of_our_origin(headers, secure)
}

/// The same for what is read: a WebSocket, which pages of others could open as well.
pub(super) fn of_our_origin(headers: &HeaderMap, secure: bool) -> Result<(), ApiError> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &header::HeaderValue| value.to_str().ok())
    };
    let own = match (
        text(header::HeaderName::from_static("sec-fetch-site")),
        text(header::ORIGIN),
    ) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let (scheme, host) = origin.split_once("://").unzip();
            host.is_some() && host == text(header::HOST) && (!secure || scheme == Some("https"))
        }
        (None, None) => false,
    };
    if own {
        Ok(())
    } else {
        Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "cross_origin",
            "the request does not come from a page of this cloud",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn only_pages_of_ours_change_something_by_cookie() {
        let allowed = |pairs: &[_]| same_origin(&Method::POST, &headers(pairs), false).is_ok();
        assert!(allowed(&[("sec-fetch-site", "same-origin")]));
        assert!(allowed(&[("host", "a:8080"), ("origin", "http://a:8080")]));
        assert!(!allowed(&[
            ("sec-fetch-site", "same-site"),
            ("host", "a:8080"),
            ("origin", "http://a:8080")
        ]));
        assert!(!allowed(&[("host", "a:8080"), ("origin", "http://a:8081")]));
        assert!(!allowed(&[("host", "a:8080"), ("origin", "null")]));
        assert!(!allowed(&[]));
        assert!(same_origin(&Method::GET, &headers(&[]), false).is_ok());
        let over_tls =
            |origin| same_origin(&Method::POST, &headers(&[("host", "a"), ("origin", origin)]), true).is_ok();
        assert!(over_tls("https://a"));
        assert!(!over_tls("http://a"));
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        assert_eq!(
            cookie(&headers(&[("cookie", "a=1; ovc_session=tok; b=2")])),
            Some("tok")
        );
        assert_eq!(cookie(&headers(&[("cookie", "xovc_session=tok")])), None);
    }
}
