use super::*;

fn session() -> Session {
    Session::new(Target::parse("rtmp://cloud.example/live/abc?token=t").unwrap(), 1)
}

fn take(session: &mut Session) -> Vec<u8> {
    let mut out = Vec::new();
    session.swap_output(&mut out);
    out
}

fn reply(name: &str, transaction: f64, arguments: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut body = Vec::new();
    amf0::put_text(&mut body, name);
    amf0::put_number(&mut body, transaction);
    amf0::put_null(&mut body);
    arguments(&mut body);
    let mut out = Vec::new();
    let header = Header {
        chunk_stream: 3,
        type_id: COMMAND,
        message_stream: 0,
        timestamp_ms: 0,
    };
    chunk::write_message(&mut out, header, &body, 128);
    out
}

fn status(level: &str, code: &str) -> Vec<u8> {
    reply("onStatus", 0.0, |out| {
        amf0::begin_object(out);
        for (key, value) in [("level", level), ("code", code), ("description", "why")] {
            amf0::put_key(out, key);
            amf0::put_text(out, value);
        }
        amf0::end_object(out);
    })
}

fn publishing() -> Session {
    let mut session = session();
    assert_eq!(take(&mut session).len(), 1 + HANDSHAKE_LEN);
    let mut hello = vec![3];
    hello.extend((0..2 * HANDSHAKE_LEN).map(|n| n as u8));
    session.receive(&hello).unwrap();
    assert_eq!(
        take(&mut session)[..HANDSHAKE_LEN],
        hello[1..=HANDSHAKE_LEN],
        "C2 echoes S1"
    );
    session.receive(&reply("_result", 1.0, amf0::put_null)).unwrap();
    session
        .receive(&reply("_result", 4.0, |out| amf0::put_number(out, 7.0)))
        .unwrap();
    assert_eq!(session.state(), State::Starting);
    session.receive(&status("status", "NetStream.Publish.Start")).unwrap();
    assert_eq!(session.state(), State::Publishing);
    take(&mut session);
    session
}

#[test]
fn media_flows_once_the_server_has_said_yes() {
    let mut early = session();
    take(&mut early);
    early.write_media(MediaKind::Video, 0, b"picture");
    assert!(take(&mut early).is_empty());
    let mut session = publishing();
    session.write_media(MediaKind::Video, 40, b"picture");
    assert_eq!(take(&mut session), b"\x06\0\0\x28\0\0\x07\x09\x07\0\0\0picture");
}

#[test]
fn a_refusal_is_told_in_the_servers_words() {
    let mut session = session();
    session.receive(&vec![3; 1 + 2 * HANDSHAKE_LEN]).unwrap();
    session.receive(&reply("_result", 1.0, |_| {})).unwrap();
    session
        .receive(&reply("_result", 4.0, |out| amf0::put_number(out, 1.0)))
        .unwrap();
    let error = session
        .receive(&status("error", "NetStream.Publish.BadName"))
        .unwrap_err();
    assert_eq!(error, SessionError::Refused("NetStream.Publish.BadName: why".into()));
    let error = publishing()
        .receive(&status("error", "NetStream.Unpublish"))
        .unwrap_err();
    assert!(matches!(error, SessionError::Ended(_)));
}

#[test]
fn pings_are_answered_and_received_bytes_acknowledged() {
    let mut session = publishing();
    let mut wire = Vec::new();
    let header = Header {
        chunk_stream: 2,
        type_id: 4,
        message_stream: 0,
        timestamp_ms: 0,
    };
    chunk::write_message(&mut wire, header, &[0, 6, 1, 2, 3, 4], 128);
    session.receive(&wire).unwrap();
    assert!(take(&mut session).ends_with(&[0, 7, 1, 2, 3, 4]));
    let mut wire = Vec::new();
    chunk::write_message(&mut wire, Header { type_id: 5, ..header }, &2000u32.to_be_bytes(), 128);
    chunk::write_message(&mut wire, Header { type_id: 20, ..header }, &reply_body(2000), 128);
    session.receive(&wire).unwrap();
    let acknowledgement = take(&mut session);
    assert_eq!(acknowledgement.get(7), Some(&3));
}

fn reply_body(len: usize) -> Vec<u8> {
    let mut body = Vec::new();
    amf0::put_text(&mut body, "onBWDone");
    amf0::put_number(&mut body, 0.0);
    amf0::put_text(&mut body, &"x".repeat(len));
    body
}

#[test]
fn a_server_that_speaks_something_else_is_left() {
    let mut session = session();
    assert!(session.receive(&vec![b'H'; 1 + 2 * HANDSHAKE_LEN]).is_err());
    let mut session = publishing();
    let mut wire = Vec::new();
    let header = Header {
        chunk_stream: 3,
        type_id: COMMAND,
        message_stream: 0,
        timestamp_ms: 0,
    };
    chunk::write_message(&mut wire, header, b"\xff\xff", 128);
    assert!(matches!(session.receive(&wire), Err(SessionError::Protocol(_))));
}
