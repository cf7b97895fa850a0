//! Who calls, and whether he may: every handler takes an [`Allowed`] with the permission it needs.

use super::Api;
use super::error::ApiError;
use crate::account::{Caller, Permission};
use crate::clock::UnixMs;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use std::marker::PhantomData;
use std::sync::Arc;

/// The console's cookie.
pub(super) const COOKIE: &str = "ovc_session";

/// A permission as a type, for [`Allowed`].
pub(super) trait Needs: Send + 'static {
    /// The permission; `None`: any user.
    const PERMISSION: Option<Permission>;
}

macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident = $permission:expr;)+) => {$(
        $(#[$doc])*
        pub(super) struct $name;
        impl Needs for $name {
            const PERMISSION: Option<Permission> = $permission;
        }
    )+};
}

needs! {
    /// Any user.
    AnyUser = None;
    /// May see devices.
    ViewDevices = Some(Permission::ViewDevices);
    /// May add, change and remove devices.
    EditDevices = Some(Permission::EditDevices);
    /// May watch live video.
    WatchLive = Some(Permission::WatchLive);
    /// May call methods of devices.
    OperateDevices = Some(Permission::OperateDevices);
}

/// A caller who has the permission.
pub(super) struct Allowed<N> {
    pub(super) caller: Arc<Caller>,
    /// The token he came with.
    pub(super) token: String,
    needs: PhantomData<N>,
}

impl<N: Needs> FromRequestParts<Arc<Api>> for Allowed<N> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let token = match bearer(&parts.headers) {
            Some(token) => token,
            None => {
                let token = cookie(&parts.headers).ok_or_else(ApiError::unauthorized)?;
                same_origin(&parts.method, &parts.headers)?;
                token
            }
        };
        let caller = api
            .accounts
            .authenticate(token, UnixMs::now())
            .ok_or_else(ApiError::unauthorized)?;
        if N::PERMISSION.is_some_and(|permission| !caller.role.allows(permission)) {
            return Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                "your role does not allow this",
            ));
        }
        Ok(Self {
            caller,
            token: token.to_owned(),
            needs: PhantomData,
        })
    }
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
/// cookie is `SameSite=Strict` too; "site" is wider than "origin", which has the port.)
fn same_origin(method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
    if method.is_safe() {
        return Ok(());
    }
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
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text(header::HOST)
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
        let allowed = |pairs: &[_]| same_origin(&Method::POST, &headers(pairs)).is_ok();
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
        assert!(same_origin(&Method::GET, &headers(&[])).is_ok());
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
