//! MQTT 3.1.1 (OASIS), as much of it as a client needs that never subscribes.

use super::Meaning;

/// Section 3.12.
pub(super) const PINGREQ: [u8; 2] = [0xC0, 0];

/// CONNECT (section 3.1) with a clean session and no keep-alive supervision.
pub(super) fn connect(client_id: &str) -> Vec<u8> {
    // A client id here has at most 64 bytes, so that the remaining length fits one byte.
    let id = &client_id.as_bytes()[..client_id.len().min(64)];
    let mut packet = vec![
        0x10,
        12 + id.len() as u8,
        0,
        4,
        b'M',
        b'Q',
        b'T',
        b'T',
        4,
        0x02,
        0,
        0,
        0,
        id.len() as u8,
    ];
    packet.extend_from_slice(id);
    packet
}

pub(super) fn read(bytes: &[u8]) -> Meaning {
    match bytes {
        [0x20, 2, _, 0] => Meaning::LoggedIn,
        [0x20, 2, _, code] => Meaning::Bad(format!("CONNACK refuses with {code}")),
        [0xD0, 0] => Meaning::Answer,
        _ => Meaning::Bad("unexpected MQTT packet".into()),
    }
}
