use super::*;
use parking_lot::Mutex;
use std::collections::HashMap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Names and what they stand for; what was asked.
#[derive(Default)]
struct Names {
    known: HashMap<&'static str, Vec<IpAddr>>,
    asked: Mutex<Vec<String>>,
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        self.asked.lock().push(host.to_owned());
        let found = self.known.get(host).cloned();
        Box::pin(async move { found.ok_or_else(|| io::ErrorKind::NotFound.into()) })
    }
}

fn outbound(allow: &[&str], names: &[(&'static str, &[&str])]) -> Outbound {
    let config = OutboundConfig {
        allow: allow.iter().map(|network| network.parse().unwrap()).collect(),
        timeout: Duration::from_secs(5),
    };
    let known = names
        .iter()
        .map(|(name, addresses)| (*name, addresses.iter().map(|a| a.parse().unwrap()).collect()));
    let names = Names {
        known: known.collect(),
        ..Names::default()
    };
    Outbound::new(&config, Arc::new(names), None).unwrap()
}

async fn get(outbound: &Outbound, url: &str) -> Result<Answer, OutboundError> {
    outbound
        .send(Method::GET, url, HeaderMap::new(), Bytes::new(), 100)
        .await
}

/// A server on this machine that says `answer` to whoever comes; its port and the head of what it was asked.
async fn server(answer: &'static str) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            asked.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(asked).unwrap()
    });
    (port, task)
}

#[tokio::test]
async fn an_allowed_server_is_asked_by_name_at_the_address_that_was_checked() {
    let (port, asked) = server("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok").await;
    let outbound = outbound(&["127.0.0.1/32"], &[("hook.example", &["127.0.0.1"])]);
    let answer = get(&outbound, &format!("http://hook.example:{port}/a?b=c#d"))
        .await
        .unwrap();
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (201, &b"ok"[..]));
    let asked = asked.await.unwrap();
    assert!(asked.starts_with("GET /a?b=c HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains(&format!("host: hook.example:{port}\r\n")), "{asked}");
}

#[tokio::test]
async fn what_leads_inside_is_refused_however_it_is_written() {
    let outbound = outbound(&[], &[("localhost", &["127.0.0.1"]), ("v6.example", &["::1"])]);
    for url in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/latest/meta-data",
        "http://[64:ff9b::a9fe:a9fe]/",
        "https://10.0.0.1/",
        "http://localhost/",
        "http://v6.example/",
    ] {
        let refused = get(&outbound, url).await;
        assert!(
            matches!(refused, Err(OutboundError::Forbidden { .. })),
            "{url}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn one_bad_address_of_a_name_spoils_it() {
    let outbound = outbound(
        &["127.0.0.0/8"],
        &[("mixed.example", &["127.0.0.1", "10.0.0.1"]), ("none.example", &[])],
    );
    let refused = get(&outbound, "http://mixed.example/").await;
    assert!(matches!(refused, Err(OutboundError::Forbidden { .. })), "{refused:?}");
    for url in ["http://none.example/", "http://unknown.example/"] {
        let unknown = get(&outbound, url).await;
        assert!(matches!(unknown, Err(OutboundError::UnknownHost { .. })), "{url}");
    }
}

#[tokio::test]
async fn only_plain_http_addresses_are_taken() {
    let outbound = outbound(&["127.0.0.0/8"], &[]);
    for url in [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "nonsense",
        "http://u:p@127.0.0.1/",
    ] {
        assert!(matches!(outbound.check(url), Err(OutboundError::BadUrl(_))), "{url}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let (port, _) = server("HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n").await;
    let outbound = outbound(&["127.0.0.1/32"], &[]);
    let answer = get(&outbound, &format!("http://127.0.0.1:{port}/")).await.unwrap();
    assert_eq!(answer.status.as_u16(), 302);
}

#[tokio::test]
async fn long_answers_are_cut_off_and_silence_is_not_waited_for() {
    let outbound = Outbound {
        timeout: Duration::from_millis(300),
        ..outbound(&["127.0.0.1/32"], &[])
    };
    let long = "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n\
                xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    let (port, _) = server(long).await;
    let refused = get(&outbound, &format!("http://127.0.0.1:{port}/")).await;
    assert!(matches!(refused, Err(OutboundError::TooLong)), "{refused:?}");
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let refused = get(&outbound, &format!("http://127.0.0.1:{port}/")).await;
    assert!(matches!(refused, Err(OutboundError::TimedOut)), "{refused:?}");
}
