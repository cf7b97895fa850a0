//! Cameras answer a probe; what else answers does no harm.

use ovd::onvif::discover;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;
use tokio::net::UdpSocket;

fn answer(addresses: &str, scopes: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope' xmlns:d='http://schemas.xmlsoap.org/ws/2005/04/discovery'>\
         <e:Body><d:ProbeMatches><d:ProbeMatch><d:Scopes>{scopes}</d:Scopes><d:XAddrs>{addresses}</d:XAddrs>\
         </d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"
    )
}

#[tokio::test]
async fn cameras_are_listed_once_each() {
    let cameras = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let std::net::SocketAddr::V4(group) = cameras.local_addr().unwrap() else {
        panic!("not IPv4")
    };
    let answering = tokio::spawn(async move {
        let mut buffer = vec![0; 65536];
        loop {
            let (length, from) = cameras.recv_from(&mut buffer).await.unwrap();
            assert!(onvif_server::discovery_is_probe(&buffer[..length]));
            let answers = [
                onvif_server::discovery_build_probe_match(
                    "uuid:1",
                    "http://10.0.0.9/onvif/device_service",
                    Default::default(),
                ),
                answer(
                    "http://[fe80::1]/onvif/device_service http://127.0.0.1:81/onvif/device_service",
                    "onvif://www.onvif.org/name/Front%20door onvif://www.onvif.org/hardware/D-1",
                ),
                answer("ftp://10.0.0.8/", ""),
                "no xml".to_owned(),
            ];
            for answer in answers {
                cameras.send_to(answer.as_bytes(), from).await.unwrap();
            }
        }
    });
    let found = discover(
        SocketAddrV4::new(Ipv4Addr::LOCALHOST, group.port()),
        Duration::from_millis(1200),
    )
    .await
    .unwrap();
    answering.abort();
    let found: Vec<(&str, &str, &str)> = found
        .iter()
        .map(|found| (found.url.as_str(), found.name.as_str(), found.hardware.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("http://10.0.0.9/onvif/device_service", "", ""),
            ("http://127.0.0.1:81/onvif/device_service", "Front door", "D-1"),
        ]
    );
}
