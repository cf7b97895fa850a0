//! Which way a request came: from whom, through TLS or not, and under which name. A proxy before the cloud tells so in
//! headers; anybody else could write them too, so only the word of trusted proxies counts.

use crate::config::Networks;
use http::{HeaderMap, HeaderValue, header};
use std::net::IpAddr;

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";
const FORWARDED_HOST: &str = "x-forwarded-host";

/// The other end of a connection, and whether it is encrypted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hop {
    pub(super) peer: IpAddr,
    pub(super) secure: bool,
}

/// The way of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way<'h> {
    /// Who asks.
    pub(super) from: IpAddr,
    /// Nobody in between could read or change it.
    pub(super) secure: bool,
    /// The name he knows the cloud by, with the port, as it stands in `Host`.
    pub(super) host: Option<&'h str>,
}

impl<'h> Way<'h> {
    /// From the headers of this name, all of them in order.
    pub(super) fn of<I: DoubleEndedIterator<Item = &'h str>>(
        hop: Hop,
        trusted: &Networks,
        headers: impl Fn(&'static str) -> I,
    ) -> Self {
        let own = headers("host").next();
        if !trusted.contain(hop.peer) {
            return Self {
                from: hop.peer,
                secure: hop.secure,
                host: own,
            };
        }
        // Where several proxies add to a list, the one next to us wrote the last item.
        let last = |name| {
            headers(name)
                .next_back()
                .and_then(|value| value.rsplit(',').next())
                .map(str::trim)
        };
        Self {
            from: client(hop.peer, trusted, headers(FORWARDED_FOR)),
            secure: last(FORWARDED_PROTO).map_or(hop.secure, |proto| proto.eq_ignore_ascii_case("https")),
            host: last(FORWARDED_HOST).filter(|host| !host.is_empty()).or(own),
        }
    }
}

/// The last address that is not a trusted proxy's: what stands before it, anybody could have written.
fn client<'h>(peer: IpAddr, trusted: &Networks, lists: impl DoubleEndedIterator<Item = &'h str>) -> IpAddr {
    let mut client = peer;
    for item in lists.rev().flat_map(|list| list.rsplit(',')) {
        let Some(address) = parse(item.trim()) else { break };
        client = address;
        if !trusted.contain(address) {
            break;
        }
    }
    client.to_canonical()
}

/// An address, with a port or without.
fn parse(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split(']').next()?.parse().ok();
    }
    text.rsplit_once(':')?.0.parse().ok()
}

/// Makes the headers say what is so: what was forwarded stands in `Host`, and nobody behind this has to know of proxies.
pub(super) fn settle(headers: &mut HeaderMap, host: Option<&str>) {
    if let Some(host) = host.and_then(|host| HeaderValue::from_str(host).ok()) {
        headers.insert(header::HOST, host);
    }
    for name in [FORWARDED_FOR, FORWARDED_PROTO, FORWARDED_HOST, "forwarded"] {
        headers.remove(name);
    }
}

/// All headers of this name that are text.
pub(super) fn texts<'h>(headers: &'h HeaderMap, name: &'static str) -> impl DoubleEndedIterator<Item = &'h str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(peer: &str, secure: bool, headers: &[(&'static str, &'static str)]) -> (String, bool, Option<&'static str>) {
        let trusted = ["10.0.0.0/8", "fd00::/8"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let hop = Hop {
            peer: peer.parse().unwrap(),
            secure,
        };
        let named = |name| {
            let found: Vec<&str> = headers
                .iter()
                .filter(|(n, _)| *n == name)
                .map(|(_, value)| *value)
                .collect();
            found.into_iter()
        };
        let Way { from, secure, host } = Way::of(hop, &trusted, named);
        (from.to_string(), secure, host)
    }

    #[test]
    fn a_stranger_is_taken_by_his_address_whatever_he_says() {
        let said = [
            ("host", "cloud:8080"),
            ("x-forwarded-for", "10.0.0.9"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "evil.example"),
        ];
        assert_eq!(
            way("192.0.2.1", false, &said),
            ("192.0.2.1".into(), false, Some("cloud:8080"))
        );
        assert_eq!(way("192.0.2.1", true, &[]), ("192.0.2.1".into(), true, None));
    }

    #[test]
    fn a_trusted_proxy_tells_who_asks_and_how() {
        let said = [
            ("host", "backend"),
            ("x-forwarded-for", "198.51.100.7"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "cloud.example"),
        ];
        let told = ("198.51.100.7".into(), true, Some("cloud.example"));
        assert_eq!(way("10.0.0.1", false, &said), told);
        assert_eq!(way("::ffff:10.0.0.1", false, &said), told);
        // Between us and the proxy is TLS, before the proxy is none.
        assert!(!way("10.0.0.1", true, &[("x-forwarded-proto", "http")]).1);
        assert!(way("10.0.0.1", true, &[]).1);
    }

    #[test]
    fn the_last_address_that_is_no_proxy_counts() {
        for (lists, from) in [
            (&["203.0.113.5, 198.51.100.7, 10.0.0.2"][..], "198.51.100.7"),
            (&["203.0.113.5", "198.51.100.7:4711", "10.0.0.2"], "198.51.100.7"),
            (&["[2001:db8::1]:4711"], "2001:db8::1"),
            (&["2001:db8::1"], "2001:db8::1"),
            // Garbage before what a proxy wrote is not looked at, garbage by a proxy tells nothing.
            (&["nonsense, 198.51.100.7"], "198.51.100.7"),
            (&["198.51.100.7, unknown"], "10.0.0.1"),
            (&["198.51.100.7, unknown, 10.0.0.2"], "10.0.0.2"),
            (&["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (&[""], "10.0.0.1"),
            (&[], "10.0.0.1"),
        ] {
            let headers: Vec<_> = lists.iter().map(|list| ("x-forwarded-for", *list)).collect();
            assert_eq!(way("10.0.0.1", false, &headers).0, from, "{lists:?}");
        }
    }

    #[test]
    fn what_was_forwarded_stands_where_others_look() {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("backend"));
        headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
        settle(&mut headers, Some("cloud.example"));
        assert_eq!(headers["host"], "cloud.example");
        assert_eq!(headers.len(), 1);
    }
}
