//! The HTTP upgrade (RFC 6455 section 4).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The `Sec-WebSocket-Accept` that proves that a server understood this `Sec-WebSocket-Key` (section 4.2.2).
#[must_use]
pub fn accept_key(client_key: &str) -> String {
    let digest = Sha1::new()
        .chain_update(client_key.trim())
        .chain_update(GUID)
        .finalize();
    STANDARD.encode(digest)
}

/// A `Sec-WebSocket-Key` from 16 random bytes (section 4.1).
#[must_use]
pub fn client_key(random: [u8; 16]) -> String {
    STANDARD.encode(random)
}

/// Whether a `Sec-WebSocket-Key` is one: base64 of 16 bytes.
#[must_use]
pub fn is_client_key(key: &str) -> bool {
    STANDARD.decode(key.trim()).is_ok_and(|bytes| bytes.len() == 16)
}

/// A server's whole answer that accepts the upgrade.
#[must_use]
pub fn server_response(client_key: &str) -> String {
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {}\r\n\r\n",
        accept_key(client_key)
    )
}

/// A client's whole request. `host` is what stands in the URL (with the port unless it is the scheme's own),
/// `path_and_query` begins with `/`; both must be valid there, with nothing that needs escaping.
#[must_use]
pub fn client_request(host: &str, path_and_query: &str, client_key: &str) -> String {
    format!(
        "GET {path_and_query} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {client_key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
}
