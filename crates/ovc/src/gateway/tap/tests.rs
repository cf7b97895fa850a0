use super::super::{Gateway, GatewayParts, Simulated};
use super::ring::{Limits, Ring};
use super::*;
use crate::bus::Bus;
use crate::config::GatewayConfig;
use crate::device::{Directory, Journal, PasswdHasher};
use crate::head::Head;
use std::net::Ipv4Addr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use ws::{Decoder, Role};

const PASSWD: &str = "never to be seen";

fn passed(n: u64, text: &str) -> Arc<Passed> {
    Arc::new(Passed {
        n,
        connection: 1,
        at: UnixMs(0),
        since_start: Duration::ZERO,
        direction: Direction::DeviceToCloud,
        what: What::Text {
            text: text.into(),
            by_hand: false,
        },
    })
}

#[test]
fn the_oldest_go_first_and_how_many_is_told() {
    let mut ring = Ring::new(Limits::WATCHED);
    let mut at = 0;
    for n in 0..3 {
        ring.push(passed(n, "x"));
    }
    let numbers = |seen: &Seen| seen.passed.iter().map(|passed| passed.n).collect::<Vec<_>>();
    let seen = ring.take(&mut at, 2);
    assert_eq!((seen.dropped, numbers(&seen)), (0, vec![0, 1]));
    for n in 3..5000 {
        ring.push(passed(n, "x"));
    }
    let seen = ring.take(&mut at, 1);
    assert_eq!((seen.dropped, numbers(&seen)), (5000 - 2048 - 2, vec![5000 - 2048]));
    // Big ones push out more.
    for n in 5000..5020 {
        ring.push(passed(n, &"x".repeat(1 << 20)));
    }
    let seen = ring.take(&mut at, usize::MAX);
    assert!(seen.passed.len() < 8, "{}", seen.passed.len());
    assert_eq!(seen.dropped + seen.passed.len() as u64, 5020 - (5000 - 2048) - 1);
}

fn parts() -> GatewayParts {
    let hasher = PasswdHasher::new(&[7; 32]);
    let directory = Directory::default();
    let cam = LoginCode::parse("cam").unwrap();
    directory.list(&cam, hasher.hash("cam", PASSWD));
    GatewayParts {
        directory: directory.into(),
        journal: Journal::nowhere().into(),
        hasher,
        bus: Bus::default(),
        kept: None,
    }
}

/// The device's end of a connection.
struct Device {
    socket: DuplexStream,
    decoder: Decoder,
}

impl Device {
    fn connect(gateway: &Gateway, code: &str, passwd: &str) -> Self {
        let head = format!(
            "GET /ovc?login_code={code}&login_passwd={}&sdk=1.2 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            passwd.replace(' ', "%20"),
        );
        let head = Head::parse(head.as_bytes()).unwrap().unwrap();
        let accepted = gateway.login(&head, Ipv4Addr::LOCALHOST.into(), None, false).unwrap();
        let (socket, far) = tokio::io::duplex(1 << 20);
        gateway.serve(accepted, far, Vec::new(), &[]);
        Self {
            socket,
            decoder: Decoder::new(Role::Client, 1 << 20),
        }
    }

    async fn say(&mut self, text: &str) {
        let mut out = Vec::new();
        ws::encode_text(&mut out, text, Some([1, 2, 3, 4]));
        self.socket.write_all(&out).await.unwrap();
    }

    /// The next messages, at least one.
    async fn hear(&mut self) -> Vec<String> {
        let mut heard = Vec::new();
        while heard.is_empty() {
            let mut input = vec![0; 4096];
            let len = self.socket.read(&mut input).await.unwrap();
            assert!(len > 0, "the connection ended");
            let heard = &mut heard;
            self.decoder
                .decode(&mut input[..len], |message| match message {
                    ws::Message::Text(text) => heard.push(text.to_owned()),
                    ws::Message::Close { code, .. } => heard.push(format!("closed {code:?}")),
                    _ => {}
                })
                .unwrap();
        }
        heard
    }
}

fn lines(seen: &Seen) -> Vec<String> {
    let line = |passed: &Arc<Passed>| {
        let way = if passed.direction == Direction::DeviceToCloud {
            "up"
        } else {
            "down"
        };
        match &passed.what {
            What::Text { text, by_hand: false } => format!("{way} {text}"),
            What::Text { text, by_hand: true } => format!("{way} by hand {text}"),
            What::Binary { bytes } => format!("{way} binary {bytes}"),
            What::Close { code, reason } => format!("{way} close {code:?} {reason}"),
            What::Login { facts } => format!("{way} login {facts}"),
            What::Refused { facts } => format!("{way} refused {facts}"),
        }
    };
    seen.passed.iter().map(line).collect()
}

/// So many things that passed.
async fn see(watcher: &mut Watcher, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    while all.len() < count {
        let seen = tokio::time::timeout(Duration::from_secs(10), watcher.next(count)).await;
        all.extend(lines(&seen.expect("something passes in time")));
    }
    all
}

const KEEPALIVE: &str = r#"{"req":"Keepalive","params":{"state":1,"channels":[]},"seq":1}"#;

#[tokio::test]
async fn everything_passes_in_order_and_no_password() {
    let gateway = Gateway::new(&GatewayConfig::default(), parts());
    let code = LoginCode::parse("cam").unwrap();
    let mut watcher = gateway.watch(&code).unwrap();
    assert!(!watcher.was_connected());
    let mut device = Device::connect(&gateway, "cam", PASSWD);
    device.say(KEEPALIVE).await;
    device.hear().await;
    gateway.send_by_hand(&code, "not JSON".into()).unwrap();
    assert_eq!(device.hear().await, ["not JSON"]);
    device.say("[]").await;
    assert_eq!(device.hear().await, ["closed Some(1008)"]);
    let seen = see(&mut watcher, 6).await;
    let (login, rest) = seen.split_first().unwrap();
    assert!(
        login.starts_with("up login {") && login.contains(r#""sdk":"1.2""#),
        "{login}"
    );
    assert!(!login.contains("never"), "{login}");
    assert_eq!(
        rest,
        [
            format!("up {KEEPALIVE}"),
            r#"down {"seq":1,"resp":{}}"#.to_owned(),
            "down by hand not JSON".to_owned(),
            "up []".to_owned(),
            "down close Some(1008) rule 5: not an object".to_owned(),
        ]
    );
}

#[tokio::test]
async fn a_connection_looks_for_no_tap_unless_somebody_looks() {
    let gateway = Gateway::new(&GatewayConfig::default(), parts());
    let code = LoginCode::parse("cam").unwrap();
    let mut device = Device::connect(&gateway, "cam", PASSWD);
    let is_tapped = || gateway.shared.present.get("cam").unwrap().is_tapped();
    device.say(KEEPALIVE).await;
    device.hear().await;
    assert!(!is_tapped() && gateway.shared.taps.get("cam").is_none());
    let first = gateway.watch(&code).unwrap();
    let mut second = gateway.watch(&code).unwrap();
    assert!(second.was_connected() && is_tapped());
    drop(first);
    device.say(KEEPALIVE).await;
    assert_eq!(see(&mut second, 1).await.len(), 1);
    drop(second);
    assert!(!is_tapped() && gateway.shared.taps.get("cam").is_none());
    // What passed before is not shown to who comes later.
    let mut third = gateway.watch(&code).unwrap();
    device.hear().await;
    device.say(r#"{"req":"GetServerInfo","seq":9}"#).await;
    assert_eq!(see(&mut third, 1).await[0], r#"up {"req":"GetServerInfo","seq":9}"#);
}

#[tokio::test]
async fn who_looks_and_takes_nothing_slows_no_device() {
    let config = GatewayConfig {
        messages_per_second: 0,
        ..GatewayConfig::default()
    };
    let gateway = Gateway::new(&config, parts());
    let code = LoginCode::parse("cam").unwrap();
    let mut watcher = gateway.watch(&code).unwrap();
    let mut device = Device::connect(&gateway, "cam", PASSWD);
    let (mut sent, mut heard) = (0, 0);
    while sent < 3000 {
        for _ in 0..100 {
            sent += 1;
            device.say(KEEPALIVE).await;
        }
        while heard < sent {
            heard += device.hear().await.len();
        }
    }
    let seen = watcher.next(10_000).await;
    assert_eq!((seen.dropped, seen.passed.len()), (1 + 2 * 3000 - 2048, 2048));
}

#[tokio::test]
async fn a_wrong_password_is_seen_and_lookers_are_bounded() {
    let gateway = Gateway::new(&GatewayConfig::default(), parts());
    let code = LoginCode::parse("cam").unwrap();
    let mut watcher = gateway.watch(&code).unwrap();
    let head = b"GET /ovc?login_code=cam&login_passwd=guess HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\
        Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let head = Head::parse(head).unwrap().unwrap();
    assert!(gateway.login(&head, Ipv4Addr::LOCALHOST.into(), None, false).is_err());
    let seen = see(&mut watcher, 1).await;
    assert!(
        seen[0].starts_with("up refused") && seen[0].contains("bad_credentials"),
        "{seen:?}"
    );
    assert!(!seen[0].contains("guess"), "{seen:?}");
    let _others: Vec<_> = (1..MAX_WATCHERS).map(|_| gateway.watch(&code).unwrap()).collect();
    assert_eq!(gateway.watch(&code).err(), Some(TapRefused::TooManyWatchers));
}

#[tokio::test]
async fn rooms_of_the_simulated_cloud_are_bounded_and_forgotten_when_idle() {
    let simulated = Simulated { anyone: true, rooms: 2 };
    let gateway = Gateway::simulated(&GatewayConfig::default(), parts(), simulated);
    let code = |code: &str| LoginCode::parse(code).unwrap();
    let mut device = Device::connect(&gateway, "one", "any");
    device.say(KEEPALIVE).await;
    assert_eq!(device.hear().await, [r#"{"seq":1,"resp":{}}"#]);
    // Who comes later sees it from the login on, and of his room only.
    let mut one = gateway.watch(&code("one")).unwrap();
    assert_eq!(see(&mut one, 3).await.len(), 3);
    let two = gateway.watch(&code("two")).unwrap();
    assert_eq!(two.first(), 0);
    assert_eq!(gateway.watch(&code("three")).err(), Some(TapRefused::NoRoom));
    drop(two);
    gateway.forget_idle(Duration::ZERO);
    let _three = gateway.watch(&code("three")).unwrap();
    // The one in use is still there.
    assert!(gateway.shared.taps.get("one").is_some() && gateway.shared.taps.get("two").is_none());
}
