//! ONVIF cameras on the local network, by WS-Discovery: one question to everybody, and who answers.

use super::soap::{Answer, escaped};
use rand::Rng as _;
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::Instant;
use url::Url;

/// Where cameras listen (WS-Discovery 1.0, 2.4).
pub const GROUP: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(239, 255, 255, 250), 3702);
/// The question is repeated, because datagrams get lost.
const REPEAT: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(900)];
/// More cameras than this are not listed: somebody floods the network.
const MOST: usize = 1000;

/// A camera that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its device service.
    pub url: Url,
    /// What it calls itself; empty when it does not say.
    pub name: String,
    /// Its hardware; empty when it does not say.
    pub hardware: String,
}

/// Asks at `group` through every interface and collects answers for `time`. Sorted by address.
///
/// # Errors
/// When no question could be sent at all.
pub async fn discover(group: SocketAddrV4, time: Duration) -> io::Result<Vec<Found>> {
    let id: u128 = rand::rng().random();
    let probe = probe(id);
    let mut sockets = Vec::new();
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "no network interface");
    for address in interfaces() {
        match open(address, group, &probe).await {
            Ok(socket) => sockets.push(socket),
            Err(error) => failure = error,
        }
    }
    if sockets.is_empty() {
        return Err(failure);
    }
    let listening = sockets.iter().map(|socket| listen(socket, group, &probe, time));
    let heard = futures_util::future::join_all(listening).await;
    let mut found = BTreeMap::new();
    for camera in heard.into_iter().flatten().take(MOST) {
        found.entry(camera.url.to_string()).or_insert(camera);
    }
    Ok(found.into_values().collect())
}

/// The addresses of this machine's interfaces: the question goes out by each, not only where the default route goes.
fn interfaces() -> Vec<Ipv4Addr> {
    let own = if_addrs::get_if_addrs().unwrap_or_default();
    let addresses = own.into_iter().filter_map(|interface| match interface.ip() {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    });
    addresses.collect()
}

async fn open(address: Ipv4Addr, group: SocketAddrV4, probe: &str) -> io::Result<UdpSocket> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    socket.bind(&SocketAddr::from((address, 0)).into())?;
    socket.set_multicast_if_v4(&address)?;
    socket.set_nonblocking(true)?;
    let socket = UdpSocket::from_std(socket.into())?;
    socket.send_to(probe.as_bytes(), SocketAddr::V4(group)).await?;
    Ok(socket)
}

async fn listen(socket: &UdpSocket, group: SocketAddrV4, probe: &str, time: Duration) -> Vec<Found> {
    let begun = Instant::now();
    let mut repeats = REPEAT.iter().map(|&after| begun + after).peekable();
    let mut found = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let until = repeats.peek().copied().unwrap_or(begun + time).min(begun + time);
        match tokio::time::timeout_at(until, socket.recv_from(&mut buffer)).await {
            Ok(Ok((length, from))) => {
                let text = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned();
                found.extend(matches(Answer::from(text), from.ip()));
                if found.len() > MOST {
                    return found;
                }
            }
            // An interface that went away has nothing more to say.
            Ok(Err(_)) => return found,
            Err(_) if repeats.next().is_some() && Instant::now() < begun + time => {
                let _ = socket.send_to(probe.as_bytes(), SocketAddr::V4(group)).await;
            }
            Err(_) => return found,
        }
    }
}

fn probe(id: u128) -> String {
    let hex = format!("{id:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    let uuid = format!(
        "{}-{}-4{}-a{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        part(17, 20),
        part(20, 32)
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:w=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" \
         xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" \
         xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\"><e:Header><w:MessageID>uuid:{}</w:MessageID>\
         <w:To e:mustUnderstand=\"true\">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>\
         <w:Action e:mustUnderstand=\"true\">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action>\
         </e:Header><e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>",
        escaped(&uuid)
    )
}

/// The cameras in an answer that came from this address.
fn matches(answer: Answer, from: IpAddr) -> Vec<Found> {
    let found = answer.read(|body| {
        let matches = body.child("ProbeMatches");
        let matches = matches.iter().flat_map(|matches| matches.all("ProbeMatch"));
        let read = |found: super::soap::Element<'_, '_>| {
            let addresses = found.text_at(&["XAddrs"]).split_whitespace();
            let urls: Vec<Url> = addresses
                .filter_map(|address| Url::parse(address).ok())
                .filter(|url| matches!(url.scheme(), "http" | "https"))
                .collect();
            // A camera with several addresses is reached by the one it answered from.
            let reached = urls.iter().find(|url| url.host_str() == Some(&from.to_string()));
            let url = reached.or(urls.first())?.clone();
            let scopes = found.text_at(&["Scopes"]);
            let scope = |name: &str| {
                let prefix = format!("onvif://www.onvif.org/{name}/");
                let value = scopes.split_whitespace().find_map(|scope| scope.strip_prefix(&prefix));
                let value = value.map(crate::source::rtsp::decode_percent).unwrap_or_default();
                value
                    .chars()
                    .filter(|sign| !sign.is_control())
                    .take(100)
                    .collect::<String>()
            };
            Some(Found {
                url,
                name: scope("name"),
                hardware: scope("hardware"),
            })
        };
        matches.filter_map(read).collect()
    });
    found.unwrap_or_default()
}
