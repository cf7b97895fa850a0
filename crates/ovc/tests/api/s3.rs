//! Objects in a store that speaks S3: a real server that checks signatures, and when addresses end.

use crate::app::{LIMIT, TestApp};
use crate::ovr::{create, open, packets, post, raw};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use ovc::blob::{BlobError, BlobKind, Blobs, Content, Day, SegmentKey};
use ovc::clock::UnixMs;
use ovc::config::{BlobsConfig, Config, S3Config, StoreKind};
use ovc::ids::RecordStreamId;
use reqwest::StatusCode;
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

const BUCKET: &str = "ovs";
const STREAM: RecordStreamId = RecordStreamId(7);
const MINUTE: Duration = Duration::from_secs(60);

/// The server, with one bucket.
struct Server {
    port: u16,
    dir: TempDir,
    _child: Child,
}

fn program() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/bin/s3s-fs");
    if own.exists() { own } else { "s3s-fs".into() }
}

impl Server {
    async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join(BUCKET)).unwrap();
        let port = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|socket| socket.local_addr())
            .unwrap()
            .port();
        let child = Command::new(program())
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .args(["--access-key", "key", "--secret-key", "secret"])
            .arg(dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("s3s-fs: {error}; scripts/need.sh s3 installs it"));
        let ready = async { while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {} };
        tokio::time::timeout(LIMIT, ready).await.expect("it is ready in time");
        Self {
            port,
            dir,
            _child: child,
        }
    }

    fn config(&self) -> S3Config {
        let mut config = S3Config {
            endpoint: format!("http://127.0.0.1:{}", self.port),
            bucket: BUCKET.into(),
            prefix: "cloud/one".into(),
            access_key_id: "key".into(),
            ..S3Config::default()
        };
        config.secret_access_key = serde_json::from_str("\"secret\"").unwrap();
        config
    }

    fn blobs(&self) -> Blobs {
        open_blobs(&self.config())
    }

    /// The files under a folder of the bucket, without what the server keeps for itself.
    fn files(&self, under: &str) -> usize {
        fn count(folder: &Path) -> usize {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries
                .map(|entry| match entry.path().is_dir() {
                    true => count(&entry.path()),
                    false => usize::from(!entry.file_name().to_string_lossy().starts_with('.')),
                })
                .sum()
        }
        count(&self.dir.path().join(BUCKET).join(under))
    }
}

fn open_blobs(config: &S3Config) -> Blobs {
    let blobs = BlobsConfig {
        store: StoreKind::S3,
        ..BlobsConfig::default()
    };
    Blobs::open_as(&blobs, config, Path::new("/nonexistent")).unwrap()
}

fn pieces(bytes: &[u8]) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
    let pieces: Vec<_> = bytes
        .chunks(100_003)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    stream::iter(pieces)
}

async fn read(content: Content) -> Vec<u8> {
    content.stream.map(|piece| piece.unwrap().to_vec()).concat().await
}

#[tokio::test]
async fn objects_and_segments_are_read_whole_and_in_parts_until_they_are_deleted() {
    let server = Server::start().await;
    let blobs = server.blobs();
    assert!(!blobs.is_local());
    assert_eq!(blobs.space().await.unwrap(), None);
    // What is short goes in one piece, what is long in several.
    for len in [0, 1, 20 << 20] {
        let all = packets(len / 188 + 1, 7)[..len].to_vec();
        let stored = blobs
            .put(BlobKind::Log, pieces(&all), u64::MAX, |_| Ok(()))
            .await
            .unwrap();
        let content = blobs.get(&stored.key, None).await.unwrap();
        assert_eq!((content.total, read(content).await == all), (len as u64, true));
        let key = SegmentKey::random(UnixMs::now());
        blobs.put_segment(STREAM, &key, len as u64, pieces(&all)).await.unwrap();
        assert_eq!(blobs.head_segment(STREAM, &key).await.unwrap(), len as u64);
        if len > 1 {
            let part = blobs.get_segment(STREAM, &key, Some(5..9)).await.unwrap();
            assert_eq!((part.total, read(part).await), (len as u64, all[5..9].to_vec()));
            let begins = blobs.peek_segment(STREAM, &key, 188).await.unwrap();
            assert_eq!(begins, (len as u64, Bytes::copy_from_slice(&all[..188])));
            let other = SegmentKey::random(UnixMs::now());
            let short = blobs.put_segment(STREAM, &other, 1 + len as u64, pieces(&all)).await;
            assert!(short.is_err());
        }
        let today = Day::of(key.made_at());
        assert_eq!(blobs.streams().await.unwrap(), [STREAM]);
        assert_eq!(blobs.days(STREAM).await.unwrap(), std::slice::from_ref(&today));
        assert_eq!(
            blobs.segments_of(STREAM, &today, UnixMs(i64::MAX)).await.unwrap(),
            [key]
        );
        let mut others = blobs.older_than(UnixMs(i64::MAX));
        assert_eq!(others.next().await.transpose().unwrap(), Some(stored.key.clone()));
        assert!(others.next().await.is_none());
        for _ in 0..2 {
            blobs.delete(&stored.key).await.unwrap();
            blobs.delete_segments(&[(STREAM, key)]).await.unwrap();
        }
        assert!(matches!(blobs.get(&stored.key, None).await, Err(BlobError::NotFound)));
        assert!(matches!(
            blobs.head_segment(STREAM, &key).await,
            Err(BlobError::NotFound)
        ));
    }
    assert_eq!(server.files("cloud/one/segments") + server.files("cloud/one/logs"), 0);
}

#[tokio::test]
async fn an_address_is_good_for_what_it_was_made_for_and_for_a_while() {
    let server = Server::start().await;
    let blobs = server.blobs();
    let client = reqwest::Client::new();
    let bytes = packets(10, 7);
    let put = async |address: &str, kind: &str, bytes: &[u8]| {
        let request = client.put(address).header("content-type", kind).body(bytes.to_vec());
        request.timeout(LIMIT).send().await.unwrap().status()
    };
    let key = SegmentKey::random(UnixMs::now());
    let address = async |lifetime| {
        let address = blobs.presigned_put(STREAM, &key, bytes.len() as u64, lifetime).await;
        address.unwrap().expect("an address")
    };
    let good = address(MINUTE).await;
    let refused = [
        put(&good, "video/mp4", &bytes).await,
        put(&good, "video/mp2t", &bytes[188..]).await,
        put(
            &good.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
            "video/mp2t",
            &bytes,
        )
        .await,
        put(
            &good.replace(&key.to_string(), &SegmentKey::random(UnixMs::now()).to_string()),
            "video/mp2t",
            &bytes,
        )
        .await,
        put(good.split_once('?').unwrap().0, "video/mp2t", &bytes).await,
    ];
    assert!(
        refused.iter().all(|status| *status == StatusCode::FORBIDDEN),
        "{refused:?}"
    );
    assert!(matches!(
        blobs.head_segment(STREAM, &key).await,
        Err(BlobError::NotFound)
    ));
    assert_eq!(put(&good, "video/mp2t", &bytes).await, StatusCode::OK);
    assert_eq!(blobs.head_segment(STREAM, &key).await.unwrap(), bytes.len() as u64);
    let short = address(Duration::from_secs(1)).await;
    let ends = async { while put(&short, "video/mp2t", &bytes).await == StatusCode::OK {} };
    tokio::time::timeout(LIMIT, ends).await.expect("it ends");
    // With another key nothing is signed that counts.
    let mut config = server.config();
    config.secret_access_key = serde_json::from_str("\"another\"").unwrap();
    let blobs = open_blobs(&config);
    let forged = blobs
        .presigned_put(STREAM, &key, bytes.len() as u64, MINUTE)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(put(&forged, "video/mp2t", &bytes).await, StatusCode::FORBIDDEN);
    assert!(matches!(
        blobs.head_segment(STREAM, &key).await,
        Err(BlobError::Store(_))
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_uploads_straight_to_the_store() {
    let server = Server::start().await;
    let s3 = server.config();
    let app = TestApp::start_with(move |config: &mut Config| {
        config.blobs.store = StoreKind::S3;
        config.s3 = s3;
    })
    .await;
    app.add_device("cam").await;
    let session = open(&app).await;
    let call = async |form: String| {
        let path = format!("/live/cseg/{}", session.secret);
        raw(&app.authority(), &post(&path, &form)).await.unwrap()
    };
    let bytes = packets(100, 7);
    let begin = UnixMs::now().minus(MINUTE);
    let made = call(create(begin, 10.0, bytes.len())).await;
    let (name, uri) = (made.body["name"].as_str().unwrap(), made.body["uri"].as_str().unwrap());
    assert!(
        uri.starts_with(&format!("http://127.0.0.1:{}/ovs/cloud/one/segments/", server.port)),
        "{uri}"
    );
    let early = call(format!("op=save&name={name}")).await;
    assert_eq!(early.status, 409, "{early:?}");
    let request = reqwest::Client::new().put(uri).header("content-type", "video/mp2t");
    let status = request.body(bytes).timeout(LIMIT).send().await.unwrap().status();
    assert_eq!(status, StatusCode::OK);
    for _ in 0..2 {
        let saved = call(format!("op=save&name={name}")).await;
        assert_eq!(saved.status, 200, "{saved:?}");
    }
    let listed = app
        .records()
        .db()
        .segments(session.stream, begin.minus(MINUTE)..UnixMs::now(), 9);
    assert_eq!(listed.await.unwrap().len(), 1);
    // The next is given up: nothing is left of it.
    let bytes = packets(100, 8);
    let made = call(create(begin.plus(Duration::from_secs(10)), 10.0, bytes.len())).await;
    let (name, uri) = (made.body["name"].as_str().unwrap(), made.body["uri"].as_str().unwrap());
    let request = reqwest::Client::new().put(uri).header("content-type", "video/mp2t");
    let status = request.body(bytes).timeout(LIMIT).send().await.unwrap().status();
    assert_eq!(status, StatusCode::OK);
    assert_eq!(server.files("cloud/one/segments"), 2);
    let failed = call(format!("op=fail&name={name}")).await;
    assert_eq!(failed.status, 200, "{failed:?}");
    assert_eq!(server.files("cloud/one/segments"), 1);
    // What is no MPEG-TS is found out when it is to be saved.
    for len in [188, 18_800] {
        let made = call(create(begin.plus(Duration::from_secs(20)), 10.0, len)).await;
        let (name, uri) = (made.body["name"].as_str().unwrap(), made.body["uri"].as_str().unwrap());
        let request = reqwest::Client::new().put(uri).header("content-type", "video/mp2t");
        let status = request
            .body(vec![b'x'; len])
            .timeout(LIMIT)
            .send()
            .await
            .unwrap()
            .status();
        assert_eq!(status, StatusCode::OK);
        let saved = call(format!("op=save&name={name}")).await;
        assert_eq!(saved.status, 400, "{saved:?}");
        let failed = call(format!("op=fail&name={name}")).await;
        assert_eq!(failed.status, 200, "{failed:?}");
    }
    assert_eq!(server.files("cloud/one/segments"), 1);
    app.shutdown().await;
}

/// Stands before a server: every second connection breaks at once, and the others after what fits in one go.
async fn flaky(port: u16) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let own = listener.local_addr().unwrap().port();
    let broken = Arc::new(AtomicUsize::new(0));
    let count = broken.clone();
    tokio::spawn(async move {
        for number in 0_usize.. {
            let Ok((mut client, _)) = listener.accept().await else {
                return;
            };
            if number % 2 == 0 {
                count.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            tokio::spawn(async move {
                let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
                // Whoever uses a connection for much finds it broken.
                let relay = tokio::io::copy_bidirectional(&mut client, &mut server);
                let _ = tokio::time::timeout(Duration::from_millis(50), relay).await;
            });
        }
    });
    (own, broken)
}

#[tokio::test]
async fn a_store_that_fails_half_of_the_time_is_asked_again() {
    let server = Server::start().await;
    let (port, broken) = flaky(server.port).await;
    let mut config = server.config();
    config.endpoint = format!("http://127.0.0.1:{port}");
    let blobs = open_blobs(&config);
    let bytes = packets(100, 7);
    let mut keys = Vec::new();
    for _ in 0..10 {
        let key = SegmentKey::random(UnixMs::now());
        let put = blobs.put_segment(STREAM, &key, bytes.len() as u64, pieces(&bytes));
        tokio::time::timeout(LIMIT, put).await.expect("in time").unwrap();
        assert_eq!(blobs.head_segment(STREAM, &key).await.unwrap(), bytes.len() as u64);
        assert_eq!(read(blobs.get_segment(STREAM, &key, None).await.unwrap()).await, bytes);
        keys.push((STREAM, key));
    }
    blobs.delete_segments(&keys).await.unwrap();
    assert_eq!(server.files("cloud/one/segments"), 0);
    assert!(broken.load(Ordering::Relaxed) > 0);
}
