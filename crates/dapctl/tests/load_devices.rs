//! The load generator against a small server of each protocol: what it reports is what the server did.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use clap::Parser;
use dapctl::load::devices::{Args, run};
use serde_json::Value;
use ws::{Decoder, Message, Role};

/// Answers one client: the head it sent and a message give what is sent back.
type Script = fn(message: Message<'_>) -> Option<Vec<u8>>;

/// A server on a free port that refuses the device `bad` and plays `script` with the others.
fn serve(greeting: Vec<u8>, script: Script) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let greeting = greeting.clone();
            thread::spawn(move || serve_one(stream.unwrap(), &greeting, script));
        }
    });
    address
}

fn serve_one(mut stream: impl Read + Write, greeting: &[u8], script: Script) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    if head.contains("login_code=bad") {
        return stream
            .write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}")
            .ok();
    }
    let key = head
        .lines()
        .find_map(|line| line.strip_prefix("Sec-WebSocket-Key: "))
        .unwrap();
    stream.write_all(ws::handshake::server_response(key).as_bytes()).ok()?;
    stream.write_all(greeting).ok()?;
    let mut decoder = Decoder::new(Role::Server, 1 << 20);
    let mut scratch = [0; 4096];
    loop {
        let len = stream.read(&mut scratch).ok().filter(|len| *len > 0)?;
        let mut answers = Vec::new();
        decoder
            .decode(&mut scratch[..len], |message| {
                answers.extend(script(message).unwrap_or_default())
            })
            .expect("a client that keeps RFC 6455");
        stream.write_all(&answers).ok()?;
    }
}

/// The same over TLS; the certificate is written to `ca`.
fn serve_tls(ca: &Path, script: Script) -> SocketAddr {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    fs::write(ca, made.cert.pem()).unwrap();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let tls = rustls::ServerConnection::new(config.clone()).unwrap();
            let stream = rustls::StreamOwned::new(tls, stream.unwrap());
            thread::spawn(move || serve_one(stream, &[], script));
        }
    });
    address
}

fn report(address: SocketAddr, more: &[&str], dir: &Path) -> Value {
    report_of(&format!("ws://{address}"), more, dir)
}

fn report_of(url: &str, more: &[&str], dir: &Path) -> Value {
    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }
    let json = dir.join("report.json");
    let pid = std::process::id().to_string();
    let common = [
        "load",
        "--url",
        url,
        "--json",
        json.to_str().unwrap(),
        "--server-pid",
        &pid,
        "--keepalive-s",
        "0.05",
    ];
    let cli = Cli::parse_from(common.iter().chain(more));
    run(&cli.args).unwrap();
    serde_json::from_slice(&fs::read(json).unwrap()).unwrap()
}

fn answer_keepalive(message: Message<'_>) -> Option<Vec<u8>> {
    let Message::Text(text) = message else { return None };
    let Ok(dap::Message::Request { seq, method, .. }) = dap::Message::parse(text) else {
        panic!("{text}")
    };
    assert_eq!(method, "Keepalive");
    let mut frame = Vec::new();
    ws::encode_text(&mut frame, &format!(r#"{{"seq":{seq},"resp":{{}}}}"#), None);
    Some(frame)
}

#[test]
fn devices_come_over_tls_if_the_certificate_is_trusted() {
    let dir = tempfile::tempdir().unwrap();
    let ca = dir.path().join("ca.pem");
    let url = format!("wss://{}", serve_tls(&ca, answer_keepalive));
    let codes = dir.path().join("codes");
    fs::write(&codes, "d-1 secret\nd-2 p&w=1\n").unwrap();
    let options = [
        "--devices",
        "2",
        "--codes",
        codes.to_str().unwrap(),
        "--duration-s",
        "0.5",
    ];
    let trusting = report_of(
        &url,
        &[&options[..], &["--ca", ca.to_str().unwrap()]].concat(),
        dir.path(),
    );
    assert_eq!(trusting["ramp"]["logins"], 2, "{trusting:#}");
    assert!(trusting["steady"]["answers"].as_u64().unwrap() > 3, "{trusting:#}");
    assert_eq!(trusting["errors"], serde_json::json!({}));
    let suspicious = report_of(&url, &options, dir.path());
    assert_eq!(suspicious["ramp"]["logins"], 0, "{suspicious:#}");
}

#[test]
fn devices_log_in_and_their_keepalives_are_answered() {
    let address = serve(Vec::new(), answer_keepalive);
    let dir = tempfile::tempdir().unwrap();
    let codes = dir.path().join("codes");
    fs::write(&codes, "d-1 secret\nd-2 p&w=1\nbad guess\nd-3 x\n").unwrap();
    let options = [
        "--devices",
        "4",
        "--codes",
        codes.to_str().unwrap(),
        "--threads",
        "2",
        "--duration-s",
        "1",
    ];
    let report = report(address, &options, dir.path());
    assert_eq!(report["ramp"]["logins"], 3);
    assert_eq!(report["ramp"]["failed_logins"], 1);
    assert_eq!(report["errors"]["login: HTTP status 401"], 1);
    assert_eq!(report["steady"]["connected_at_end"], 3);
    // 3 devices for 1 s at one keepalive in 50 ms, less what a busy machine loses.
    let answers = report["steady"]["answers"].as_u64().unwrap();
    assert!((10..=66).contains(&answers), "{report:#}");
    assert!(report["server"]["end"]["rss_bytes"].as_u64().unwrap() > 100_000);
}

#[test]
fn mqtt_and_nats_are_measured_by_the_same_load() {
    let binary = |payload: &[u8]| {
        let mut frame = Vec::new();
        ws::encode_binary(&mut frame, payload, None);
        frame
    };
    let mqtt = serve(Vec::new(), |message| {
        let Message::Binary(packet) = message else {
            panic!("{message:?}")
        };
        let answer: &[u8] = if packet[0] == 0x10 {
            &[0x20, 2, 0, 0]
        } else {
            &[0xD0, 0]
        };
        let mut frame = Vec::new();
        ws::encode_binary(&mut frame, answer, None);
        Some(frame)
    });
    let nats = serve(binary(b"INFO {\"server_id\":\"x\"}\r\n"), |message| {
        let Message::Binary(lines) = message else {
            panic!("{message:?}")
        };
        assert!(lines.ends_with(b"PING\r\n"));
        let mut frame = Vec::new();
        ws::encode_binary(&mut frame, b"PONG\r\n", None);
        Some(frame)
    });
    for (protocol, address) in [("mqtt", mqtt), ("nats", nats)] {
        let dir = tempfile::tempdir().unwrap();
        let report = report(
            address,
            &["--protocol", protocol, "--devices", "3", "--duration-s", "0.5"],
            dir.path(),
        );
        assert_eq!(report["ramp"]["logins"], 3, "{protocol}");
        assert!(
            report["steady"]["answers"].as_u64().unwrap() > 3,
            "{protocol}: {report:#}"
        );
        assert_eq!(report["errors"], serde_json::json!({}), "{protocol}");
    }
}

#[test]
fn a_server_that_is_not_there_is_reported_not_fatal() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let report = report(
        address,
        &["--protocol", "nats", "--devices", "2", "--duration-s", "0.1"],
        dir.path(),
    );
    assert_eq!(report["ramp"]["logins"], 0);
    assert_eq!(report["errors"]["connect: connection refused"], 2);
}
