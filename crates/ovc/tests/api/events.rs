//! Who is told what, and for how long.

use crate::app::{LIMIT, TestApp};
use crate::cast::{Cast, each, refusal};
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, Message};

fn alarm(channel: u32) -> Value {
    json!({ "channel": channel, "timestamp": 1, "type": 3, "state": "start", "desc": "" })
}

#[tokio::test]
async fn a_reader_is_told_of_what_he_may_see_only() {
    let cast = Cast::start().await;
    let mut device = cast.connected_device("cam", None).await;
    cast.grant(json!([{ "login_code": "cam", "channel": 1, "permissions": ["see_live"] }]))
        .await;
    let mut guest = cast.app.feed_of("guest", None).await;
    let mut boris = cast.app.feed_of("boris", None).await;
    let mut vera = cast.app.feed_of("vera", None).await;
    device
        .keepalive(json!([{ "channel": 0, "state": 2 }, { "channel": 1, "state": 3 }]))
        .await;
    // Of the device as a whole, which one channel of it does not show.
    device.event("BatteryChange", json!({ "battery": 55 })).await;
    device.event("Bind", json!({ "bind_id": "secret" })).await;
    device.call("AlarmNotify", alarm(0)).await;
    device.call("AlarmNotify", alarm(1)).await;

    let channels = |item: &Value| item["channels"].as_array().unwrap().len();
    assert_eq!(channels(&vera.next_of("channels").await.data), 2);
    assert_eq!(vera.next().await.unwrap().data["battery"], 55);
    let bind = vera.next().await.unwrap();
    assert!(
        bind.kind == "bind" && !bind.data.to_string().contains("secret"),
        "{bind:?}"
    );
    assert_eq!(vera.next_of("alarm").await.data["channel"], 0);
    let seen = guest.next_of("channels").await.data;
    assert_eq!((channels(&seen), &seen["channels"][0]["channel"]), (1, &json!(1)));
    let alarm = guest.next().await.unwrap();
    assert_eq!((alarm.kind.as_str(), &alarm.data["channel"]), ("alarm", &json!(1)));
    let stored = cast.get("vera", "/api/v1/devices/cam/events?kind=bind").await.1;
    assert_eq!(each(&stored, "kind"), ["bind"]);
    assert!(!stored.to_string().contains("secret"), "{stored}");
    cast.post("boris", "/api/v1/devices", json!({ "login_code": "own" }))
        .await;
    assert_eq!(boris.next().await.unwrap().data["login_code"], "own");
}

#[tokio::test]
async fn a_reader_learns_that_his_rights_changed_and_is_told_by_the_new_ones() {
    let cast = Cast::start().await;
    let mut device = cast.connected_device("cam", None).await;
    let mut guest = cast.app.feed_of("guest", None).await;
    cast.grant(json!([{ "login_code": "cam", "permissions": [] }])).await;
    assert_eq!(guest.next().await.unwrap().kind, "access");
    device.call("AlarmNotify", alarm(0)).await;
    assert_eq!(guest.next().await.unwrap().kind, "alarm");
    assert_eq!(guest.next().await.unwrap().kind, "alarm_changed");
    cast.grant(json!([])).await;
    assert_eq!(guest.next().await.unwrap().kind, "access");
    device.call("AlarmNotify", alarm(0)).await;
    cast.grant(json!([{ "login_code": "cam", "permissions": [] }])).await;
    assert_eq!(guest.next().await.unwrap().kind, "access", "not the alarm");
}

#[tokio::test]
async fn the_stream_ends_with_the_session() {
    let cast = Cast::start().await;
    let mut feed = cast.app.feed_of("vera", None).await;
    let mut other = cast.app.feed_of("otto", None).await;
    assert_eq!(
        cast.post("vera", "/api/v1/logout", json!({})).await.0,
        StatusCode::NO_CONTENT
    );
    assert!(feed.next().await.is_none());
    cast.device("cam", None).await;
    assert_eq!(other.next().await.unwrap().kind, "device");
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn socket(app: &TestApp, query: &str, headers: &[(&'static str, &str)]) -> Result<Socket, StatusCode> {
    let mut request = format!("ws://{}/api/v1/events{query}", app.authority())
        .into_client_request()
        .unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match tokio_tungstenite::connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::Error::Http(response)) => Err(StatusCode::from_u16(response.status().as_u16()).unwrap()),
        Err(error) => panic!("{error}"),
    }
}

async fn next(socket: &mut Socket) -> Message {
    let message = tokio::time::timeout(LIMIT, socket.next())
        .await
        .expect("a message in time");
    message.expect("an open connection").unwrap()
}

async fn told(socket: &mut Socket) -> Value {
    serde_json::from_str(next(socket).await.to_text().unwrap()).unwrap()
}

#[tokio::test]
async fn the_same_comes_by_websocket_and_goes_on_after_a_break() {
    let cast = Cast::start().await;
    let bearer = [("authorization", "Bearer vera")];
    let mut first = socket(&cast.app, "", &bearer).await.unwrap();
    first.send(Message::Ping("?".into())).await.unwrap();
    assert_eq!(next(&mut first).await, Message::Pong("?".into()));
    cast.device("one", None).await;
    let one = told(&mut first).await;
    assert_eq!(
        (&one["event"], &one["data"]),
        (&json!("device"), &json!({ "login_code": "one", "change": "created" }))
    );
    drop(first);
    cast.device("two", None).await;
    let after = format!("?after={}", one["id"].as_str().unwrap());
    let mut again = socket(&cast.app, &after, &bearer).await.unwrap();
    assert_eq!(told(&mut again).await["data"]["login_code"], "two");
    let mut lost = socket(&cast.app, "?after=1", &bearer).await.unwrap();
    assert_eq!(told(&mut lost).await["event"], "resync");

    cast.post("vera", "/api/v1/logout", json!({})).await;
    let Message::Close(Some(close)) = next(&mut again).await else {
        panic!("no close");
    };
    assert_eq!((u16::from(close.code), close.reason.as_str()), (4401, "access_ended"));
    assert_eq!(
        socket(&cast.app, "", &bearer).await.err(),
        Some(StatusCode::UNAUTHORIZED)
    );
}

#[tokio::test]
async fn pages_of_others_cannot_listen_with_somebodys_cookie() {
    let cast = Cast::start().await;
    let cookie = ("cookie", "ovc_session=vera");
    let own = format!("http://{}", cast.app.authority());
    for (headers, expected) in [
        (vec![cookie], Some(StatusCode::FORBIDDEN)),
        (
            vec![cookie, ("origin", "https://evil.example")],
            Some(StatusCode::FORBIDDEN),
        ),
        // A header that logs nobody in is none.
        (
            vec![
                cookie,
                ("authorization", "Basic dmVyYQ=="),
                ("origin", "https://evil.example"),
            ],
            Some(StatusCode::FORBIDDEN),
        ),
        (vec![cookie, ("origin", own.as_str())], None),
    ] {
        assert_eq!(socket(&cast.app, "", &headers).await.err(), expected, "{headers:?}");
    }
    let plain = cast
        .app
        .bare(Method::GET, "/api/v1/events")
        .bearer_auth("vera")
        .header("upgrade", "websocket")
        .send()
        .await
        .unwrap();
    assert_eq!(plain.status(), StatusCode::BAD_REQUEST, "half a handshake");
}

#[tokio::test]
async fn nobody_follows_the_events_without_end() {
    let cast = Cast::start().await;
    let bearer = [("authorization", "Bearer vera")];
    let mut sockets = Vec::new();
    for _ in 0..99 {
        sockets.push(socket(&cast.app, "", &bearer).await.unwrap());
    }
    let feed = cast.app.feed_of("vera", None).await;
    assert_eq!(
        refusal(&cast.get("vera", "/api/v1/events").await),
        (429, "too_many_readers")
    );
    let one_more = socket(&cast.app, "", &bearer).await;
    assert_eq!(one_more.err(), Some(StatusCode::TOO_MANY_REQUESTS));
    cast.app.feed_of("otto", None).await;
    // A closed one makes room: the answer to its close comes when it is gone.
    let mut last = sockets.pop().unwrap();
    last.close(None).await.unwrap();
    while last.next().await.is_some() {}
    socket(&cast.app, "", &bearer).await.unwrap();
    drop(feed);
}

#[tokio::test]
async fn one_device_does_not_drown_the_others() {
    let app = TestApp::start_with(|config| {
        config.gateway.events_per_second = 1;
        config.gateway.event_burst = 3;
    })
    .await;
    let (mut loud, mut calm) = (app.connected_device("loud").await, app.connected_device("calm").await);
    for _ in 0..20 {
        let answer = loud.call("AlarmNotify", alarm(0)).await;
        assert!(answer["resp"].is_object(), "{answer}");
    }
    calm.call("AlarmNotify", alarm(0)).await;
    let kept = async |code: &str| {
        let (_, list) = app.get(&format!("/api/v1/devices/{code}/events")).await;
        list["items"].as_array().unwrap().len()
    };
    assert!((3..6).contains(&kept("loud").await), "{}", kept("loud").await);
    assert_eq!(kept("calm").await, 1);
}
