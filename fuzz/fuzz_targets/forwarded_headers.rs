//! The headers of a request that comes by a proxy, or of one who claims so: never a panic; a stranger is who he is,
//! whatever he says; behind a proxy the answer is an address that somebody wrote, and nothing forwarded is left over.
#![no_main]

// The files by themselves: the cloud as a dependency would bring a database to build.
#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/ovc/src/config"]
mod config {
    mod networks;
    pub use networks::Networks;
}
#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/ovc/src/api/way.rs"]
mod way;

use arbitrary::Arbitrary;
use config::Networks;
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use std::net::IpAddr;
use way::{Hop, Way};

const NAMES: [&str; 5] = ["host", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded"];

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    peer: IpAddr,
    trusted: bool,
    secure: bool,
    headers: Vec<(u8, &'a [u8])>,
}

fuzz_target!(|input: Input<'_>| {
    let mut headers = HeaderMap::new();
    for (name, value) in input.headers {
        let name = HeaderName::from_static(NAMES[usize::from(name) % NAMES.len()]);
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(name, value);
        }
    }
    // The peer itself, if it is to be trusted, and a network that its list may name.
    let mut networks = vec!["10.0.0.0/8".to_owned()];
    if input.trusted {
        networks.push(input.peer.to_canonical().to_string());
    }
    let trusted: Networks = serde_json::from_value(networks.into()).expect("networks");
    let peer = input.peer.to_canonical();
    let hop = Hop { peer, secure: input.secure };
    let way = Way::of(hop, &trusted, |name| way::texts(&headers, name));
    if trusted.contain(peer) {
        assert_eq!(way.from, way.from.to_canonical());
        // Nobody is taken for an address that neither connects nor stands in a list.
        let listed = way::texts(&headers, "x-forwarded-for").any(|list| !list.is_empty());
        assert!(listed || way.from == peer);
    } else {
        let own = way::texts(&headers, "host").next();
        assert_eq!(way, Way { from: peer, secure: input.secure, host: own });
    }
    let host = way.host.map(str::to_owned);
    let has_host = headers.contains_key("host") || host.is_some();
    way::settle(&mut headers, host.as_deref());
    assert!(NAMES[1..].iter().all(|name| !headers.contains_key(*name)));
    assert_eq!(headers.contains_key("host"), has_host);
    if let Some(host) = host {
        assert_eq!(headers["host"], *host);
    }
});
