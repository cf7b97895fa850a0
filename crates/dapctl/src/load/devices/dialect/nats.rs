//! The NATS client protocol, as much of it as a client needs that never subscribes.

use super::{Meaning, Payload};

pub(super) const PING: &[u8] = b"PING\r\n";

/// CONNECT, and a PING whose PONG tells that the server took it.
pub(super) fn connect(name: &str) -> Vec<u8> {
    let options = serde_json::json!({
        "verbose": false, "pedantic": false, "echo": false, "lang": "rust", "version": env!("CARGO_PKG_VERSION"),
        "protocol": 1, "name": name,
    });
    format!("CONNECT {options}\r\nPING\r\n").into_bytes()
}

/// The server sends each line in a frame of its own.
pub(super) fn read(bytes: &[u8], is_logged_in: bool) -> Meaning {
    let word = bytes
        .split(|byte| byte.is_ascii_whitespace())
        .next()
        .unwrap_or_default();
    match word {
        b"PONG" if is_logged_in => Meaning::Answer,
        b"PONG" => Meaning::LoggedIn,
        b"PING" => Meaning::Reply(Payload::Binary(b"PONG\r\n".to_vec())),
        b"INFO" | b"+OK" => Meaning::Nothing,
        b"-ERR" => Meaning::Bad(String::from_utf8_lossy(bytes).trim().to_owned()),
        _ => Meaning::Bad("unexpected NATS line".into()),
    }
}
