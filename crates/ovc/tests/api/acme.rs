//! A certificate by ACME, from Pebble (Let's Encrypt's own test authority), which looks at the port for TLS itself.

use crate::app::TestApp;
use crate::tls::{connect, connector, exchange};
use ovc::config::{Listen, Plain};
use rcgen::CertifiedKey;
use reqwest::{Method, StatusCode};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject as _};

const NAME: &str = "cloud.example";
/// The authority takes its time.
const ISSUE_LIMIT: Duration = Duration::from_secs(60);

/// An authority of one's own, and the name server it asks.
struct Pebble {
    dir: TempDir,
    directory: u16,
    management: u16,
    certificate: CertificateDer<'static>,
    /// They end when this is dropped.
    running: Option<[Child; 2]>,
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn start(program: &str, arguments: &[&str]) -> Child {
    Command::new(program)
        .args(arguments)
        .env("PEBBLE_VA_NOSLEEP", "1")
        .env("PEBBLE_VA_ALWAYS_VALID", "0")
        .env("PEBBLE_WFE_NONCEREJECT", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}; scripts/need.sh pebble installs it"))
}

impl Pebble {
    /// Looks for what it is asked to certify at this port.
    async fn start(tls_port: u16) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(file("ca.pem"), cert.pem()).unwrap();
        std::fs::write(file("key.pem"), signing_key.serialize_pem()).unwrap();
        let [directory, management] = [free_port(), free_port()];
        let config = serde_json::json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{directory}"),
            "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": file("ca.pem"),
            "privateKey": file("key.pem"),
            "httpPort": 1,
            "tlsPort": tls_port,
        }});
        std::fs::write(file("config.json"), config.to_string()).unwrap();
        let names = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let management_of_names = free_port();
        // Every name is this machine.
        let name_server = start(
            "pebble-challtestsrv",
            &[
                &format!("-dns01={names}"),
                &format!("-management=127.0.0.1:{management_of_names}"),
                "-defaultIPv4=127.0.0.1",
                "-defaultIPv6=",
                "-http01=",
                "-https01=",
                "-tlsalpn01=",
            ],
        );
        let authority = start(
            "pebble",
            &["-config", &file("config.json"), "-dnsserver", &names.to_string()],
        );
        Self {
            directory,
            management,
            certificate: cert.der().clone(),
            running: Some([name_server, authority]),
            dir,
        }
    }

    /// What its certificates lead to.
    async fn root(&self) -> CertificateDer<'static> {
        let connector = connector([self.certificate.clone()]);
        let stream = connect(self.management, "localhost", &connector).await.unwrap();
        let request = "GET /roots/0 HTTP/1.0\r\nHost: localhost\r\n\r\n";
        let answer = exchange(stream, request).await;
        CertificateDer::from_pem_slice(answer.as_bytes()).unwrap()
    }
}

#[tokio::test]
async fn the_console_can_be_reached_before_there_is_a_certificate() {
    let app = TestApp::start_with(|config| {
        config.tls.listen = Listen(Some((Ipv4Addr::LOCALHOST, 0).into()));
        config.tls.plain = Plain::Redirect;
        config.acme.domains = vec![NAME.into()];
        // Nobody there.
        config.acme.directory = format!("https://localhost:{}/dir", free_port());
    })
    .await;
    let page = app.bare(Method::GET, "/").send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_comes_by_itself_and_is_kept() {
    let https = free_port();
    let mut pebble = Pebble::start(https).await;
    let app = TestApp::start_with(|config| {
        config.tls.listen = Listen(Some((Ipv4Addr::LOCALHOST, https).into()));
        config.tls.plain = Plain::Allow;
        config.acme.domains = vec![NAME.into()];
        config.acme.contact = vec!["mailto:ops@cloud.example".into()];
        config.acme.directory = format!("https://localhost:{}/dir", pebble.directory);
        config.acme.directory_ca = pebble.dir.path().join("ca.pem");
    })
    .await;
    let began = Instant::now();
    let anybody = connector([]);
    // Any answer to the handshake but "no certificate" means that there is one.
    let shown = loop {
        assert!(began.elapsed() < ISSUE_LIMIT, "no certificate came");
        match connect(https, NAME, &anybody).await {
            Err(error) if error.to_string().contains("invalid peer certificate") => break error,
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    };
    assert!(shown.to_string().contains("UnknownIssuer"), "{shown}");
    let trusting = connector([pebble.root().await]);
    pebble.running = None;
    let healthz = "GET /healthz HTTP/1.1\r\nHost: cloud.example\r\nConnection: close\r\n\r\n";
    let ask = async || exchange(connect(https, NAME, &trusting).await.unwrap(), healthz).await;
    assert!(ask().await.starts_with("HTTP/1.1 200 "));
    // The authority is gone: the certificate comes from the data directory.
    let app = app.restart().await;
    let began = Instant::now();
    while connect(https, NAME, &trusting).await.is_err() {
        assert!(began.elapsed() < ISSUE_LIMIT, "the certificate was not kept");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(ask().await.starts_with("HTTP/1.1 200 "));
    app.shutdown().await;
}
