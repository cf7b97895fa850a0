//! The few commands of a player, and what servers say to them. AMF0 as in Adobe "Action Message Format -- AMF 0".

use ovd::rtmp::Target;

use super::COMMAND;

const CONNECT: f64 = 1.0;
const CREATE_STREAM: f64 = 2.0;

/// Appends one message as one chunk after another.
pub(super) fn message(out: &mut Vec<u8>, chunk_stream: u8, type_id: u8, message_stream: u32, body: &[u8]) {
    /// What a peer expects that was told nothing else.
    const CHUNK_SIZE: usize = 128;
    out.push(chunk_stream);
    out.extend_from_slice(&[0; 3]);
    out.extend_from_slice(&(body.len() as u32).to_be_bytes()[1..]);
    out.push(type_id);
    out.extend_from_slice(&message_stream.to_le_bytes());
    for (n, part) in body.chunks(CHUNK_SIZE).enumerate() {
        if n > 0 {
            out.push(0xC0 | chunk_stream);
        }
        out.extend_from_slice(part);
    }
}

pub(super) fn connect(out: &mut Vec<u8>, target: &Target) {
    let mut body = Vec::new();
    put_text(&mut body, "connect");
    put_number(&mut body, CONNECT);
    body.push(3);
    for (key, value) in [
        ("app", target.app.as_str()),
        ("flashVer", "LNX 9,0,124,2"),
        ("tcUrl", &target.tc_url),
    ] {
        put_key(&mut body, key);
        put_text(&mut body, value);
    }
    body.extend_from_slice(&[0, 0, 9]);
    message(out, 3, COMMAND, 0, &body);
}

pub(super) fn create_stream(out: &mut Vec<u8>) {
    let mut body = Vec::new();
    put_text(&mut body, "createStream");
    put_number(&mut body, CREATE_STREAM);
    body.push(5);
    message(out, 3, COMMAND, 0, &body);
}

pub(super) fn play(out: &mut Vec<u8>, message_stream: u32, name: &str) {
    let mut body = Vec::new();
    put_text(&mut body, "play");
    put_number(&mut body, 0.0);
    body.push(5);
    put_text(&mut body, name);
    message(out, 8, COMMAND, message_stream, &body);
}

/// What a server's command means to a player.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Connected,
    /// With the number of the stream.
    Created(u32),
    /// With the server's code, such as `NetStream.Play.StreamNotFound`.
    Failed(String),
}

/// `None`: it means nothing to a player.
pub(super) fn parse(body: &[u8]) -> Option<Reply> {
    let (name, rest) = take_text(body)?;
    let (transaction, rest) = take_number(rest)?;
    match name {
        b"_result" if transaction == CONNECT => Some(Reply::Connected),
        b"_result" if transaction == CREATE_STREAM => {
            let (stream, _) = take_number(rest.strip_prefix(&[5])?)?;
            Some(Reply::Created(stream as u32))
        }
        b"_error" => Some(Reply::Failed(code_in(rest).unwrap_or_else(|| "_error".into()))),
        b"onStatus" => code_in(rest).filter(|code| is_failure(code)).map(Reply::Failed),
        _ => None,
    }
}

fn is_failure(code: &str) -> bool {
    matches!(
        code,
        "NetStream.Play.StreamNotFound"
            | "NetStream.Play.Failed"
            | "NetStream.Play.Stop"
            | "NetStream.Play.UnpublishNotify"
    )
}

/// The text behind the key `code`, wherever it stands.
fn code_in(body: &[u8]) -> Option<String> {
    const KEY: &[u8] = b"\0\x04code";
    let at = body.windows(KEY.len()).position(|window| window == KEY)?;
    let (code, _) = take_text(&body[at + KEY.len()..])?;
    Some(String::from_utf8_lossy(code).into_owned())
}

fn put_key(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u16).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.push(2);
    put_key(out, text);
}

fn put_number(out: &mut Vec<u8>, number: f64) {
    out.push(0);
    out.extend_from_slice(&number.to_be_bytes());
}

fn take_text(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = body.strip_prefix(&[2])?.split_first_chunk::<2>()?;
    rest.split_at_checked(u16::from_be_bytes(*len).into())
}

fn take_number(body: &[u8]) -> Option<(f64, &[u8])> {
    let (number, rest) = body.strip_prefix(&[0])?.split_first_chunk::<8>()?;
    Some((f64::from_be_bytes(*number), rest))
}
