//! A certificate by ACME, from Pebble (Let's Encrypt's own test authority), which looks at the port for TLS itself.

use crate::app::{LIMIT, TestApp};
use crate::tls::{connect, connector, exchange};
use ovc::config::{Listen, Plain};
use rcgen::CertifiedKey;
use reqwest::{Method, StatusCode};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject as _};

const NAME: &str = "cloud.example";
/// What the programs say when they are ready.
const NAMES_READY: &str = "Starting management server";
const AUTHORITY_READY: &str = "ACME directory available";
const A_YEAR: u32 = 365 * 24 * 3600;

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

/// Starts a program; it says `ready` when it is.
async fn start(program: &str, arguments: &[&str], ready: &str) -> Child {
    let mut child = Command::new(program)
        .args(arguments)
        .env("PEBBLE_VA_NOSLEEP", "1")
        .env("PEBBLE_VA_ALWAYS_VALID", "0")
        .env("PEBBLE_WFE_NONCEREJECT", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}; scripts/need.sh pebble installs it"));
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let waiting = async { while !lines.next_line().await.unwrap().expect("it runs").contains(ready) {} };
    tokio::time::timeout(LIMIT, waiting).await.expect("it is ready in time");
    // Read on, so that it never blocks.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    child
}

impl Pebble {
    /// Looks for what it is asked to certify at this port. Its certificates are good for so many seconds.
    async fn start(tls_port: u16, validity: u32) -> Self {
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
            "certificateValidityPeriod": validity,
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
            NAMES_READY,
        )
        .await;
        let authority = start(
            "pebble",
            &["-config", &file("config.json"), "-dnsserver", &names.to_string()],
            AUTHORITY_READY,
        )
        .await;
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

/// A cloud that gets its certificates there.
async fn cloud(pebble: &Pebble, https: u16) -> TestApp {
    TestApp::start_with(|config| {
        config.tls.listen = Listen(Some((Ipv4Addr::LOCALHOST, https).into()));
        config.tls.plain = Plain::Allow;
        config.acme.domains = vec![NAME.into()];
        config.acme.contact = vec!["mailto:ops@cloud.example".into()];
        config.acme.directory = format!("https://localhost:{}/dir", pebble.directory);
        config.acme.directory_ca = pebble.dir.path().join("ca.pem");
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_comes_by_itself_and_is_kept() {
    let https = free_port();
    let mut pebble = Pebble::start(https, A_YEAR).await;
    let app = cloud(&pebble, https).await;
    app.certificates(|seen| seen.taken_up == 1).await;
    let shown = connect(https, NAME, &connector([])).await.unwrap_err();
    assert!(shown.to_string().contains("UnknownIssuer"), "{shown}");
    let trusting = connector([pebble.root().await]);
    pebble.running = None;
    let healthz = "GET /healthz HTTP/1.1\r\nHost: cloud.example\r\nConnection: close\r\n\r\n";
    let ask = async || exchange(connect(https, NAME, &trusting).await.unwrap(), healthz).await;
    assert!(ask().await.starts_with("HTTP/1.1 200 "));
    // The authority is gone: the certificate comes from the data directory.
    let app = app.restart().await;
    app.certificates(|seen| seen.taken_up == 1).await;
    assert!(ask().await.starts_with("HTTP/1.1 200 "));
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_renewed_before_it_ends_and_connections_go_on() {
    let https = free_port();
    // Due when a third of its time is left: eight seconds, in which the next one has to come.
    let pebble = Pebble::start(https, 24).await;
    let app = cloud(&pebble, https).await;
    app.certificates(|seen| seen.taken_up == 1).await;
    let root = pebble.root().await;
    let certificate = |stream: &TlsStream<TcpStream>| stream.get_ref().1.peer_certificates().unwrap()[0].clone();
    // Each with a client of its own: one that knows the cloud already would not be shown the certificate again.
    let mut before = connect(https, NAME, &connector([root.clone()])).await.unwrap();
    // In use: one that asks for nothing is not waited for.
    before
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: cloud.example\r\n\r\n")
        .await
        .unwrap();
    let mut answer = [0; 12];
    before.read_exact(&mut answer).await.unwrap();
    app.certificates(|seen| seen.taken_up == 2).await;
    // Trusted, and so good at this moment.
    let after = connect(https, NAME, &connector([root])).await.unwrap();
    assert_ne!(certificate(&before), certificate(&after));
    let healthz = "GET /healthz HTTP/1.1\r\nHost: cloud.example\r\nConnection: close\r\n\r\n";
    assert!(exchange(after, healthz).await.starts_with("HTTP/1.1 200 "));
    let rest = exchange(before, healthz).await;
    assert!(rest.contains("ok\nHTTP/1.1 200 "), "{rest}");
    app.shutdown().await;
}
