use crate::header::{Opcode, apply_mask, frame_header};

/// A client's masking key for one frame: four unpredictable bytes (RFC 6455 section 10.3). A server has none.
pub type Mask = Option<[u8; 4]>;

/// Appends a text message as one frame.
pub fn encode_text(out: &mut Vec<u8>, text: &str, mask: Mask) {
    encode(out, Opcode::Text, text.as_bytes(), mask);
}

/// Appends a binary message as one frame.
pub fn encode_binary(out: &mut Vec<u8>, payload: &[u8], mask: Mask) {
    encode(out, Opcode::Binary, payload, mask);
}

/// Appends a ping. Of the payload 125 bytes count, the rest is cut off.
pub fn encode_ping(out: &mut Vec<u8>, payload: &[u8], mask: Mask) {
    encode(out, Opcode::Ping, control_payload(payload), mask);
}

/// Appends a pong with the payload of the ping that it answers. Of the payload 125 bytes count, the rest is cut off.
pub fn encode_pong(out: &mut Vec<u8>, payload: &[u8], mask: Mask) {
    encode(out, Opcode::Pong, control_payload(payload), mask);
}

/// Appends a close with a code and a reason, cut to the 123 bytes that fit.
pub fn encode_close(out: &mut Vec<u8>, code: u16, reason: &str, mask: Mask) {
    let reason = &reason[..reason.floor_char_boundary(123)];
    let mut payload = [0; 125];
    payload[..2].copy_from_slice(&code.to_be_bytes());
    payload[2..2 + reason.len()].copy_from_slice(reason.as_bytes());
    encode(out, Opcode::Close, &payload[..2 + reason.len()], mask);
}

fn control_payload(payload: &[u8]) -> &[u8] {
    &payload[..payload.len().min(125)]
}

fn encode(out: &mut Vec<u8>, opcode: Opcode, payload: &[u8], mask: Mask) {
    let header = frame_header(opcode, payload.len(), mask);
    out.reserve(header.len() + payload.len());
    out.extend_from_slice(&header);
    let start = out.len();
    out.extend_from_slice(payload);
    if let Some(mask) = mask {
        apply_mask(&mut out[start..], mask);
    }
}
