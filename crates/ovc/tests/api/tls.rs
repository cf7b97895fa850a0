//! TLS: certificate files and what becomes of the port without it.

use crate::app::{LIMIT, PASSWORD, TestApp};
use crate::device::{Io, ScriptedDevice};
use ovc::config::{Config, Hsts, Listen, Plain};
use rcgen::{CertifiedKey, KeyPair};
use reqwest::{Method, StatusCode};
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

const NAME: &str = "cloud.example";

/// Certificate files as an operator has them.
pub(crate) struct Files {
    dir: TempDir,
}

impl Files {
    pub(crate) fn new() -> Self {
        let files = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        files.renew();
        files
    }

    /// Writes a new certificate and its key; the certificate.
    fn renew(&self) -> CertificateDer<'static> {
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        self.write(&cert.pem(), &signing_key);
        cert.der().clone()
    }

    fn write(&self, certificate: &str, key: &KeyPair) {
        std::fs::write(self.dir.path().join("key.pem"), key.serialize_pem()).unwrap();
        std::fs::write(self.dir.path().join("certificate.pem"), certificate).unwrap();
    }

    fn certificate(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(self.dir.path().join("certificate.pem")).unwrap()
    }

    pub(crate) fn configure(&self, config: &mut Config) {
        config.tls.listen = Listen(Some((Ipv4Addr::LOCALHOST, 0).into()));
        config.tls.certificate = self.dir.path().join("certificate.pem");
        config.tls.key = self.dir.path().join("key.pem");
    }
}

/// Trusts these and nothing else.
pub(crate) fn connector(trusted: impl IntoIterator<Item = CertificateDer<'static>>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    for certificate in trusted {
        roots.add(certificate).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config).into()
}

pub(crate) async fn connect(
    port: u16,
    name: &'static str,
    connector: &TlsConnector,
) -> std::io::Result<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    connector.connect(ServerName::try_from(name).unwrap(), tcp).await
}

/// Sends a request as it stands and reads what comes until the end.
pub(crate) async fn exchange(mut stream: impl Io, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // The end may come without TLS's own goodbye.
    let _ = tokio::time::timeout(LIMIT, stream.read_to_end(&mut answer))
        .await
        .unwrap();
    String::from_utf8(answer).unwrap()
}

pub(crate) async fn secure(app: &TestApp, files: &Files) -> TlsStream<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, app.https_port())).await;
    secure_on(stream.unwrap(), files).await
}

/// Over TLS on this connection.
pub(crate) async fn secure_on(stream: TcpStream, files: &Files) -> TlsStream<TcpStream> {
    let name = ServerName::try_from(NAME).unwrap();
    let connecting = connector([files.certificate()]).connect(name, stream);
    connecting.await.unwrap()
}

#[tokio::test]
async fn pages_the_api_and_devices_come_over_tls() {
    let files = Files::new();
    let app = TestApp::start_with(|config| {
        files.configure(config);
        config.tls.plain = Plain::Allow;
        config.tls.public_port = 443;
    })
    .await;
    let page = exchange(
        secure(&app, &files).await,
        "GET / HTTP/1.1\r\nHost: cloud.example\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
    assert!(
        page.contains("strict-transport-security: max-age=15552000\r\n"),
        "{page}"
    );

    let body = format!("{{\"username\":\"admin\",\"password\":\"{PASSWORD}\"}}");
    let login = format!(
        "POST /api/v1/login HTTP/1.1\r\nHost: cloud.example\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(secure(&app, &files).await, &login).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("; Secure"), "{answer}");

    let passwd = app.add_device("cam").await;
    let url = format!("ws://{NAME}/ovc?login_code=cam&login_passwd={passwd}");
    let mut device = ScriptedDevice::over(Box::new(secure(&app, &files).await), &url)
        .await
        .unwrap();
    device.keepalive(serde_json::json!([])).await;
    let mut last = None;
    // More than one record each way.
    for _ in 0..3 {
        let big = "x".repeat(100_000);
        last = Some(device.call("Teleport", serde_json::json!({ "big": big })).await);
    }
    assert_eq!(last.unwrap()["err"]["code"], 101);
    app.shutdown().await;
    assert_eq!(device.closed().await.unwrap().0, 1001);
}

#[tokio::test]
async fn browsers_are_not_told_to_use_tls_on_a_port_that_has_none() {
    let files = Files::new();
    let hsts = async |hsts: Hsts| {
        let app = TestApp::start_with(|config| {
            files.configure(config);
            config.tls.hsts = hsts;
        })
        .await;
        let request = "GET /healthz HTTP/1.1\r\nHost: cloud.example\r\nConnection: close\r\n\r\n";
        let answer = exchange(secure(&app, &files).await, request).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        answer.contains("strict-transport-security")
    };
    assert!(!hsts(Hsts::Auto).await, "the port for TLS is not 443");
    assert!(!hsts(Hsts::For(std::time::Duration::ZERO)).await);
    assert!(hsts(Hsts::For(LIMIT)).await, "wanted all the same");
}

#[tokio::test]
async fn who_comes_without_tls_is_sent_to_it() {
    let files = Files::new();
    let app = TestApp::start_with(|config| files.configure(config)).await;
    let plain = || TcpStream::connect(app.authority());
    let ask = async |path: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nHost: cloud.example:8080\r\nConnection: close\r\n\r\n");
        exchange(plain().await.unwrap(), &request).await
    };
    for path in ["/", "/devices?page=2", "/api/v1/me"] {
        let answer = ask(path).await;
        assert!(answer.starts_with("HTTP/1.1 308 "), "{answer}");
        let location = format!("location: https://cloud.example:{}{path}\r\n", app.https_port());
        assert!(answer.contains(&location), "{answer}");
        assert!(answer.contains("x-content-type-options: nosniff\r\n"), "{answer}");
        assert!(
            !answer.contains("strict-transport-security"),
            "only a TLS answer may say so: {answer}"
        );
    }
    // Who does not say where he wanted to go cannot be sent on, and is not answered in clear either.
    for head in ["GET /api/v1/me HTTP/1.0", "GET /api/v1/me HTTP/1.1\r\nHost: \u{e9}"] {
        let request = format!("{head}\r\nConnection: close\r\n\r\n");
        let answer = exchange(plain().await.unwrap(), &request).await;
        assert!(
            answer.contains(" 403 ") && answer.contains("\"tls_needed\""),
            "{answer}"
        );
    }
    assert!(ask("/healthz").await.starts_with("HTTP/1.1 200 "));
    // Not logged in: this is the device's own answer.
    assert!(
        ask("/ovc?login_code=cam&login_passwd=x")
            .await
            .starts_with("HTTP/1.1 426 ")
    );
    assert!(ask("/live/a.flv?token=x").await.starts_with("HTTP/1.1 403 "));
}

#[tokio::test]
async fn who_has_asked_for_nothing_yet_does_not_hold_up_the_shutdown() {
    let files = Files::new();
    let app = TestApp::start_with(|config| {
        files.configure(config);
        config.tls.plain = Plain::Allow;
        config.shutdown_limit = LIMIT;
    })
    .await;
    let silent = TcpStream::connect(app.authority()).await.unwrap();
    let no_handshake = TcpStream::connect((Ipv4Addr::LOCALHOST, app.https_port()))
        .await
        .unwrap();
    let mut half_a_head = TcpStream::connect(app.authority()).await.unwrap();
    half_a_head.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let mut silent_over_tls = secure(&app, &files).await;
    // Connections are taken in order: those before are taken too.
    let request = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    exchange(TcpStream::connect(app.authority()).await.unwrap(), request).await;
    let began = Instant::now();
    app.shutdown().await;
    assert!(
        began.elapsed() < std::time::Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    let _ = silent_over_tls.read(&mut [0]).await;
    drop((silent, no_handshake, half_a_head));
}

#[tokio::test]
async fn devices_and_players_are_refused_without_tls_where_that_is_wanted() {
    let files = Files::new();
    let app = TestApp::start_with(|config| {
        files.configure(config);
        config.tls.plain = Plain::Refuse;
    })
    .await;
    let refused = ScriptedDevice::try_connect(&app.dap_url("cam", "whatever"))
        .await
        .err()
        .unwrap();
    assert_eq!(refused.status, 403);
    assert!(
        refused.body["info"].as_str().unwrap().contains("wss://"),
        "{:?}",
        refused.body
    );
    let player = app.bare(Method::GET, "/live/a.flv?token=x").send().await.unwrap();
    assert_eq!(player.status(), StatusCode::FORBIDDEN);
    let error: serde_json::Value = player.json().await.unwrap();
    assert_eq!(error["error"]["code"], "tls_needed");
}

#[tokio::test]
async fn who_finds_no_place_is_told_so_over_tls_too() {
    let files = Files::new();
    let app = TestApp::start_with(|config| {
        files.configure(config);
        config.limits.connections_per_address = 2;
    })
    .await;
    let here = [secure(&app, &files).await, secure(&app, &files).await];
    let request = "GET /healthz HTTP/1.1\r\nHost: cloud.example\r\n\r\n";
    let refused = exchange(secure(&app, &files).await, request).await;
    assert!(refused.starts_with("HTTP/1.1 429 "), "{refused}");
    assert!(
        refused.contains("Retry-After: 5\r\n") && refused.contains("too many connections"),
        "{refused}"
    );
    // Who does not even shake hands uses up what there is of that; the next sees the connection end.
    let mut silent = Vec::new();
    for _ in 0..16 {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, app.https_port())).await;
        silent.push(stream.unwrap());
    }
    let trusting = connector([files.certificate()]);
    assert!(connect(app.https_port(), NAME, &trusting).await.is_err());
    drop(here);
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_up_and_a_bad_one_is_not() {
    let files = Files::new();
    let app = TestApp::start_with(|config| {
        files.configure(config);
        config.tls.plain = Plain::Allow;
    })
    .await;
    let first = files.certificate();
    // A key that is of another certificate, then one that is nonsense: the first certificate stays.
    let other = KeyPair::generate().unwrap();
    let pem = std::fs::read_to_string(files.dir.path().join("certificate.pem")).unwrap();
    files.write(&format!("{pem}\n"), &other);
    app.certificates(|seen| seen.refused == 1).await;
    assert!(shows(&app, &first).await);
    std::fs::write(files.dir.path().join("certificate.pem"), "nonsense").unwrap();
    app.certificates(|seen| seen.refused > 1).await;
    assert!(shows(&app, &first).await);
    let second = files.renew();
    app.certificates(|seen| seen.taken_up > 1).await;
    assert!(shows(&app, &second).await);
}

/// Whether this is the certificate that is shown.
async fn shows(app: &TestApp, certificate: &CertificateDer<'static>) -> bool {
    connect(app.https_port(), NAME, &connector([certificate.clone()]))
        .await
        .is_ok()
}

#[tokio::test]
async fn certificates_that_cannot_be_used_stop_the_start() {
    let files = Files::new();
    let dir = tempfile::tempdir().unwrap();
    let start = async |change: &dyn Fn(&Path)| {
        files.renew();
        change(files.dir.path());
        let mut config = Config::default();
        config.http.listen = (Ipv4Addr::LOCALHOST, 0).into();
        config.rtmp.listen = (Ipv4Addr::LOCALHOST, 0).into();
        config.data_dir = dir.path().to_owned();
        files.configure(&mut config);
        ovc::app::App::start(config, ovc::account::Secrets::default())
            .await
            .err()
            .map(|error| error.to_string())
    };
    let missing = start(&|dir| std::fs::remove_file(dir.join("key.pem")).unwrap()).await;
    assert!(missing.unwrap().contains("key.pem"));
    let empty = start(&|dir| std::fs::write(dir.join("certificate.pem"), "").unwrap()).await;
    assert!(empty.unwrap().contains("holds no certificate"));
    let strange =
        start(&|dir| std::fs::write(dir.join("key.pem"), KeyPair::generate().unwrap().serialize_pem()).unwrap());
    assert!(strange.await.unwrap().contains("certificate"));
}
