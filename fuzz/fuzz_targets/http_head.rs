//! The head of a connection's first request, from anybody on the network: never a panic; more bytes never change what a
//! whole head says, and every parameter is decoded or refused.
#![no_main]

// The file by itself: the cloud as a dependency would bring a database to build.
#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/ovc/src/head.rs"]
mod head;

use head::{Head, query_param};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &[u8])| {
    let (bytes, more) = input;
    let Ok(Some(head)) = Head::parse(bytes) else { return };
    assert!(head.len <= bytes.len());
    let key = head.websocket_key().map(ws::handshake::accept_key);
    for name in ["login_code", "login_passwd", "sdk", "token"] {
        let _ = query_param(head.query, name);
    }
    for name in ["host", "x-forwarded-for", "origin", "cookie"] {
        let _ = head.header(name);
    }
    let longer = [bytes, more].concat();
    let again = Head::parse(&longer).ok().flatten().expect("a head stays one");
    assert_eq!((again.len, again.method, again.path, again.query), (head.len, head.method, head.path, head.query));
    assert_eq!(again.websocket_key().map(ws::handshake::accept_key), key);
});
