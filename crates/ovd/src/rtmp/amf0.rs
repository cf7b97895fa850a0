//! The part of AMF0 (Adobe, "Action Message Format -- AMF 0", 2007) that a publisher needs.

/// Objects within objects deeper than this are refused.
const MAX_DEPTH: u8 = 8;

/// A value as the server sent it. What a publisher never looks at is only skipped.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Text(String),
    Object(Vec<(String, Value)>),
    /// Null, undefined, booleans, dates and arrays: parsed, not kept.
    Other,
}

impl Value {
    /// The text under `key` of an object.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        let Self::Object(members) = self else { return None };
        members
            .iter()
            .find(|(name, _)| name == key)
            .and_then(|(_, value)| match value {
                Self::Text(text) => Some(text.as_str()),
                _ => None,
            })
    }
}

pub(super) fn put_number(out: &mut Vec<u8>, value: f64) {
    out.push(0);
    out.extend_from_slice(&value.to_be_bytes());
}

/// Long text (over 65,535 bytes) is cut: nothing we send comes near it.
pub(super) fn put_text(out: &mut Vec<u8>, value: &str) {
    out.push(2);
    put_key(out, value);
}

pub(super) fn put_null(out: &mut Vec<u8>) {
    out.push(5);
}

pub(super) fn begin_object(out: &mut Vec<u8>) {
    out.push(3);
}

pub(super) fn put_key(out: &mut Vec<u8>, key: &str) {
    let len = u16::try_from(key.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&len.to_be_bytes());
    out.extend_from_slice(&key.as_bytes()[..usize::from(len)]);
}

pub(super) fn end_object(out: &mut Vec<u8>) {
    out.extend_from_slice(&[0, 0, 9]);
}

pub(super) fn begin_array(out: &mut Vec<u8>, len: u32) {
    out.push(10);
    out.extend_from_slice(&len.to_be_bytes());
}

/// All values of a command; `None` when the bytes are no AMF0.
pub(super) fn parse_all(mut input: &[u8]) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    while !input.is_empty() {
        values.push(value(&mut input, MAX_DEPTH)?);
    }
    Some(values)
}

fn take<'a>(input: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (taken, rest) = input.split_at_checked(len)?;
    *input = rest;
    Some(taken)
}

fn u16_be(input: &mut &[u8]) -> Option<usize> {
    take(input, 2).map(|bytes| usize::from(bytes[0]) << 8 | usize::from(bytes[1]))
}

fn u32_be(input: &mut &[u8]) -> Option<usize> {
    take(input, 4)?
        .try_into()
        .ok()
        .map(|bytes| u32::from_be_bytes(bytes) as usize)
}

fn text(input: &mut &[u8], len: usize) -> Option<String> {
    take(input, len).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

fn members(input: &mut &[u8], depth: u8) -> Option<Value> {
    let mut members = Vec::new();
    loop {
        let len = u16_be(input)?;
        if len == 0 && input.first() == Some(&9) {
            take(input, 1)?;
            return Some(Value::Object(members));
        }
        let key = text(input, len)?;
        members.push((key, value(input, depth)?));
    }
}

fn value(input: &mut &[u8], depth: u8) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    match take(input, 1)?[0] {
        0 => take(input, 8)?
            .try_into()
            .ok()
            .map(|bytes| Value::Number(f64::from_be_bytes(bytes))),
        1 => take(input, 1).map(|_| Value::Other),
        2 => {
            let len = u16_be(input)?;
            text(input, len).map(Value::Text)
        }
        3 => members(input, depth),
        5 | 6 | 13 => Some(Value::Other),
        7 => take(input, 2).map(|_| Value::Other),
        // An ECMA array is an object with a count nobody relies on.
        8 => {
            u32_be(input)?;
            members(input, depth)
        }
        10 => {
            for _ in 0..u32_be(input)? {
                value(input, depth)?;
            }
            Some(Value::Other)
        }
        11 => take(input, 10).map(|_| Value::Other),
        12 => {
            let len = u32_be(input)?;
            text(input, len).map(Value::Text)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut bytes = Vec::new();
        put_text(&mut bytes, "onStatus");
        put_number(&mut bytes, 0.0);
        put_null(&mut bytes);
        begin_object(&mut bytes);
        put_key(&mut bytes, "code");
        put_text(&mut bytes, "NetStream.Publish.Start");
        put_key(&mut bytes, "list");
        begin_array(&mut bytes, 1);
        put_text(&mut bytes, "hvc1");
        put_key(&mut bytes, "fine");
        bytes.extend_from_slice(&[1, 1]);
        end_object(&mut bytes);
        let values = parse_all(&bytes).unwrap();
        assert_eq!(
            values[..3],
            [Value::Text("onStatus".into()), Value::Number(0.0), Value::Other]
        );
        assert_eq!(values[3].text("code"), Some("NetStream.Publish.Start"));
    }

    #[test]
    fn cut_short_or_nested_without_end_is_refused() {
        let mut bytes = Vec::new();
        begin_object(&mut bytes);
        put_key(&mut bytes, "code");
        put_text(&mut bytes, "x");
        for len in 1..bytes.len() {
            assert_eq!(parse_all(&bytes[..len]), None);
        }
        assert_eq!(parse_all(&[3, 0, 1, b'a'].repeat(100)), None);
        assert_eq!(parse_all(&[10, 255, 255, 255, 255]), None);
    }
}
