//! The few AMF0 values that `onMetaData` needs (Adobe "AMF 0", section 2).

use bytes::{BufMut, BytesMut};

/// Writes a string value.
pub(super) fn string(out: &mut BytesMut, value: &str) {
    out.put_u8(2);
    key(out, value);
}

/// Writes a property name: a string without its marker. Names are ours and short.
pub(super) fn key(out: &mut BytesMut, name: &str) {
    out.put_u16(u16::try_from(name.len()).unwrap_or(u16::MAX));
    out.put_slice(name.as_bytes());
}

/// Writes a number property.
pub(super) fn number(out: &mut BytesMut, name: &str, value: f64) {
    key(out, name);
    out.put_u8(0);
    out.put_f64(value);
}

/// Writes a boolean property.
pub(super) fn boolean(out: &mut BytesMut, name: &str, value: bool) {
    key(out, name);
    out.put_u8(1);
    out.put_u8(u8::from(value));
}
