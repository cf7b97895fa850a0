use super::attendance::Attendance;
use super::close_code;
use super::{Gateway, Link, Shared};
use crate::bus::Event;
use crate::clock::UnixMs;
use crate::device::{Entry, LoginInfo, PasswdHash, Presence};
use crate::head::{Head, query_param};
use crate::ids::LoginCode;
use crate::throttle::{AddressKey, RetryAfter};
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What a device is told to wait when the cloud has no place for it, or goes down.
const RETRY_WHEN_FULL: Duration = Duration::from_secs(30);
const RETRY_WHEN_DRAINING: Duration = Duration::from_secs(5);
/// Longest model or version that is taken.
const MAX_INFO_LEN: usize = 128;
/// Longest host name that is remembered (RFC 1035 limit, and a port).
const MAX_HOST_LEN: usize = 261;

/// A login that was accepted: a place among the connected devices, given up when this is dropped.
pub struct Accepted {
    pub(super) shared: Arc<Shared>,
    pub(super) attendance: Arc<Attendance>,
    pub(super) link: Arc<Link>,
}

impl Drop for Accepted {
    fn drop(&mut self) {
        let Self {
            shared,
            attendance,
            link,
        } = self;
        // Who waits for a command that was not taken learns by the end of its channel.
        drop(link.shut());
        let device = &attendance.entry.code;
        // Of one that was taken off the list that has been written down, unless it is to be forgotten.
        let listed = shared.present.get(device.as_str());
        if listed.is_some_and(|listed| Arc::ptr_eq(&listed, attendance)) {
            shared.parts.journal.heard(device, shared.wall(attendance.heard_at()));
        }
        if attendance.disconnect(link) {
            shared.parts.bus.publish(Event::Disconnected { device: device.clone() });
        }
        shared.meters.connected.decrement(1.0);
        if shared.connected.fetch_sub(1, Ordering::AcqRel) == 1 {
            shared.emptied.notify_waiters();
        }
    }
}

/// A login that was refused, with all that the answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: RefusalReason,
    /// Why, in words for the device's maker.
    pub info: Cow<'static, str>,
    /// When to come back, where that helps.
    pub retry_after: Option<RetryAfter>,
}

/// Why a login is refused (DAP section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalReason {
    /// A parameter is missing or malformed.
    BadRequest,
    /// It does not ask for a WebSocket.
    NoUpgrade,
    /// Unknown id or wrong password.
    BadCredentials,
    /// The device is disabled.
    Disabled,
    /// Too many failed attempts.
    TooManyAttempts,
    /// The cloud shuts down.
    Draining,
    /// The cloud has no place.
    Full,
    /// It came without TLS, where that is not wanted.
    PlainText,
}

impl RefusalReason {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::BadRequest,
        Self::NoUpgrade,
        Self::BadCredentials,
        Self::Disabled,
        Self::TooManyAttempts,
        Self::Draining,
        Self::Full,
        Self::PlainText,
    ];

    /// For metrics and logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::NoUpgrade => "no_upgrade",
            Self::BadCredentials => "bad_credentials",
            Self::Disabled => "disabled",
            Self::TooManyAttempts => "too_many_attempts",
            Self::Draining => "draining",
            Self::Full => "full",
            Self::PlainText => "plain_text",
        }
    }
}

fn refuse(reason: RefusalReason, info: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal {
        reason,
        info: info.into(),
        retry_after: None,
    }
}

fn later(reason: RefusalReason, info: &'static str, retry_after: RetryAfter) -> Refusal {
    Refusal {
        reason,
        info: info.into(),
        retry_after: Some(retry_after),
    }
}

/// The parameters of a login.
struct Params<'q> {
    code: LoginCode,
    passwd: Cow<'q, str>,
    /// It said that it started anew, and does not only connect again.
    booted: bool,
    info: LoginInfo,
    reconnect: bool,
}

impl<'q> Params<'q> {
    fn parse(query: &'q str) -> Result<Self, Refusal> {
        let get = |name: &'static str| {
            query_param(query, name)
                .map_err(|_| refuse(RefusalReason::BadRequest, format!("{name} is not UTF-8 once decoded")))
        };
        let required = |name: &'static str| {
            get(name)?
                .filter(|value| !value.is_empty())
                .ok_or_else(|| refuse(RefusalReason::BadRequest, format!("{name} is missing")))
        };
        let optional = |name: &'static str| match get(name)? {
            Some(value) if value.len() > MAX_INFO_LEN => Err(refuse(
                RefusalReason::BadRequest,
                format!("{name} is longer than {MAX_INFO_LEN} bytes"),
            )),
            value => Ok(value.filter(|value| !value.is_empty()).map(Cow::into_owned)),
        };
        let code = LoginCode::parse(&required("login_code")?)
            .map_err(|error| refuse(RefusalReason::BadRequest, format!("login_code: {error}")))?;
        let reconnect = get("reconnect")?.unwrap_or_default();
        if !matches!(&*reconnect, "" | "0" | "1") {
            return Err(refuse(RefusalReason::BadRequest, "reconnect is neither 0 nor 1"));
        }
        Ok(Self {
            code,
            passwd: required("login_passwd")?,
            // Devices of the first edition never say it; then nobody knows.
            booted: &*reconnect == "0",
            info: LoginInfo {
                hardware_model: optional("hardware_model")?,
                firmware_model: optional("firmware_model")?,
                sdk: optional("sdk")?,
            },
            reconnect: &*reconnect == "1",
        })
    }

    /// What who looks at the device may know of its login: all but the password.
    fn facts(info: &LoginInfo, reconnect: bool, code: &LoginCode, from: IpAddr) -> String {
        let mut facts = serde_json::json!({ "login_code": code, "reconnect": u8::from(reconnect), "from": from });
        for (name, value) in [
            ("hardware_model", &info.hardware_model),
            ("firmware_model", &info.firmware_model),
            ("sdk", &info.sdk),
        ] {
            if let Some(value) = value {
                facts[name] = value.as_str().into();
            }
        }
        facts.to_string()
    }
}

impl Gateway {
    /// Decides on a login. An accepted one counts as connected at once, and takes over from the device's connection
    /// before; the caller sends `101` and runs it with [`Gateway::serve`], or drops it. `host` is the name under which
    /// the device reached the cloud, `secure` whether it did so over TLS.
    ///
    /// # Errors
    /// The [`Refusal`] to answer with.
    pub fn login(&self, head: &Head<'_>, from: IpAddr, host: Option<&str>, secure: bool) -> Result<Accepted, Refusal> {
        self.admit(head, from, (host, secure)).inspect_err(|refusal| {
            self.shared.meters.refused(refusal.reason);
            tracing::debug!(%from, reason = refusal.reason.name(), info = %refusal.info, "device login refused");
            if let Ok(Some(code)) = query_param(head.query, "login_code") {
                self.shared.tell_refused(&code, || {
                    let (reason, info) = (refusal.reason.name(), &refusal.info);
                    serde_json::json!({ "login_code": code, "from": from, "refused": reason, "info": info }).to_string()
                });
            }
        })
    }

    fn admit(&self, head: &Head<'_>, from: IpAddr, (host, secure): (Option<&str>, bool)) -> Result<Accepted, Refusal> {
        let shared = &*self.shared;
        if shared.draining.load(Ordering::Relaxed) {
            return Err(later(
                RefusalReason::Draining,
                "the cloud is shutting down",
                RetryAfter(RETRY_WHEN_DRAINING),
            ));
        }
        let params = Params::parse(head.query)?;
        let booted = params.booted;
        if head.websocket_key().is_none() {
            return Err(refuse(
                RefusalReason::NoUpgrade,
                "a device connects by WebSocket, version 13",
            ));
        }

        let now = Instant::now();
        let too_many = |wait| later(RefusalReason::TooManyAttempts, "too many failed logins", wait);
        let address = AddressKey::from(from);
        // Where nothing is real, whoever comes is let in.
        let anyone = shared.simulated.is_some_and(|simulated| simulated.anyone);
        if !shared.taps.has_room(params.code.as_str()) {
            let why = "the cloud has no room for another device";
            return Err(later(RefusalReason::Full, why, RetryAfter(RETRY_WHEN_FULL)));
        }
        let entry = if anyone {
            Some(Arc::new(Entry::unlisted(params.code.clone())))
        } else {
            shared.parts.directory.get(params.code.as_str())
        };
        // Where the device itself comes from, others' failures do not lock it out, be they for it from elsewhere or of
        // its neighbours behind the same address: only those for it from there count.
        let at_home = entry.as_ref().is_some_and(|entry| entry.is_home(from.to_canonical()));
        if !at_home {
            shared.failures_by_address.check(&address, now).map_err(too_many)?;
        }
        let device = (params.code, at_home.then_some(address));
        shared.failures_by_device.check(&device, now).map_err(too_many)?;

        // The same work whether the device exists or not.
        let given = shared.parts.hasher.hash(device.0.as_str(), &params.passwd);
        let kept = entry.as_ref().map_or(PasswdHash::NOBODY, |entry| entry.passwd_hash());
        let right = anyone || kept.matches(&given);
        let Some(entry) = entry.filter(|_| right) else {
            shared.failures_by_address.charge(address, now);
            shared.failures_by_device.charge(device, now);
            return Err(refuse(
                RefusalReason::BadCredentials,
                "unknown login_code or wrong login_passwd",
            ));
        };
        if entry.is_disabled() {
            return Err(refuse(RefusalReason::Disabled, "the device is disabled"));
        }
        // Who takes over from a connection of its own needs no further place: that one ends.
        let takes_over = || {
            shared
                .present
                .get(entry.code.as_str())
                .is_some_and(|before| before.link().is_some())
        };
        if shared.connected.fetch_add(1, Ordering::Relaxed) >= shared.capacity && !takes_over() {
            shared.connected.fetch_sub(1, Ordering::Relaxed);
            return Err(later(
                RefusalReason::Full,
                "the cloud is full",
                RetryAfter(RETRY_WHEN_FULL),
            ));
        }

        entry.set_home(from.to_canonical());
        let facts = (params.info.clone(), params.reconnect);
        let connected_at = UnixMs::now();
        shared
            .parts
            .journal
            .logged_in(&entry.code, params.info, from, connected_at);
        shared.meters.logins.increment(1);
        shared.meters.connected.increment(1.0);
        tracing::debug!(device = %entry.code, %from, "device logged in");
        let host = host
            .filter(|host| host.len() <= MAX_HOST_LEN)
            .map(|host| shared.hosts.share(host));
        let number = shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
        let link = Arc::new(Link::new(number, connected_at));
        let code = entry.code.clone();
        let tick = shared.tick(now);
        let bus = &shared.parts.bus;
        // All under the lock of the device's place, so that the sweep cannot remove it in between and what is told
        // on the bus is told in the order in which it happened.
        let make = || Arc::new(Attendance::new(entry));
        let (attendance, before) = shared.present.update(&code, make, |attendance, fresh| {
            attendance.hear(tick);
            let before = attendance.connect(link.clone(), host, secure);
            if fresh {
                shared.meters.online.increment(1.0);
                bus.publish(Event::Presence {
                    device: code.clone(),
                    presence: Presence::Online,
                    reason: None,
                });
            }
            bus.publish(Event::LoggedIn { device: code.clone() });
            if booted && let Some(kept) = &shared.parts.kept {
                kept.alarms.booted(&code);
            }
            before
        });
        let (info, reconnect) = facts;
        shared.tell_login(&attendance, &link, || Params::facts(&info, reconnect, &code, from));
        if let Some(before) = before {
            shared.meters.takeovers.increment(1);
            before.close(dap::close_code::REPLACED, "replaced");
        }
        // Whoever shuts down, disables the device or changes its password may have looked for the connection just
        // before it was there.
        if shared.draining.load(Ordering::Relaxed) {
            link.close(dap::close_code::GOING_AWAY, "the cloud shuts down");
        }
        if attendance.entry.is_disabled() || !(anyone || attendance.entry.passwd_hash().matches(&given)) {
            link.close(close_code::DISMISSED, "no longer admitted");
        }
        Ok(Accepted {
            shared: self.shared.clone(),
            attendance,
            link,
        })
    }
}
