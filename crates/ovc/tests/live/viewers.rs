//! Viewers over TCP: fast ones, slow ones, and ones that misbehave.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ovc::config::LiveConfig;
use ovc::live::{Live, Opened, PlayFormat};
use socket2::SockRef;
use tokio::task::spawn_blocking;

use crate::bench::{LiveBench, begin, frame, publish};

const LIMIT: Duration = Duration::from_secs(20);
const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";

/// Who writes to a viewer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Way {
    FanOut,
    Task,
}

/// A viewer's end of a connection that the cloud plays to.
pub(crate) fn watch_by(way: Way, live: &Live, opened: &Opened, format: PlayFormat) -> TcpStream {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let viewer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    viewer.set_read_timeout(Some(LIMIT)).unwrap();
    let (stream, _) = listener.accept().unwrap();
    stream.set_nonblocking(true).unwrap();
    let stream = tokio::net::TcpStream::from_std(stream).unwrap();
    let admission = live.admit(opened.stream_id.as_str(), &opened.play_token).unwrap();
    match way {
        Way::FanOut => live.play(admission, format, stream, HEAD.to_vec(), &[]).unwrap(),
        Way::Task => {
            Live::prepare(&stream).unwrap();
            live.play_over(admission, format, stream, HEAD.to_vec(), &[]);
        }
    }
    viewer
}

/// Reads FLV: the numbers of the frames, and whether each is a keyframe.
struct FlvReader {
    socket: TcpStream,
    /// Read, between any two tags, at most so fast.
    pause: Duration,
}

impl FlvReader {
    fn new(mut socket: TcpStream) -> Self {
        let mut head = [0; HEAD.len() + 13];
        socket.read_exact(&mut head).unwrap();
        assert!(head.starts_with(HEAD) && head[HEAD.len()..].starts_with(b"FLV"));
        Self {
            socket,
            pause: Duration::ZERO,
        }
    }

    /// The next video frame; `None` at the end of the stream.
    fn next(&mut self) -> Option<(u32, bool)> {
        loop {
            let mut head = [0; 11];
            match self.socket.read_exact(&mut head) {
                Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => {
                    return None;
                }
                read => read.unwrap(),
            }
            let mut body = vec![0; u32::from_be_bytes([0, head[1], head[2], head[3]]) as usize + 4];
            match self.socket.read_exact(&mut body) {
                Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => {
                    return None;
                }
                read => read.unwrap(),
            }
            std::thread::sleep(self.pause);
            if head[0] == 9 && body[1] == 1 {
                return Some((
                    u32::from_be_bytes([body[10], body[11], body[12], body[13]]),
                    body[0] >> 4 == 1,
                ));
            }
        }
    }
}

async fn a_viewer_starts_with_the_last_keyframe_and_misses_nothing(way: Way) {
    let mut bench = LiveBench::new(&[]);
    let (opened, publisher, _) = bench.started().await;
    // All that follows the keyframe at 50 is kept till the one after the next, however late the viewer is.
    let is_key = |number| matches!(number, 50 | 150);
    for number in 1..60 {
        publish(&publisher, frame(number, is_key(number), 3000));
    }
    let socket = watch_by(way, &bench.live, &opened, PlayFormat::Flv);
    let mut viewer = spawn_blocking(|| FlvReader::new(socket)).await.unwrap();
    for number in 60..200 {
        publish(&publisher, frame(number, is_key(number), 3000));
    }
    let seen = spawn_blocking(move || (50..200).map(|_| viewer.next().unwrap()).collect::<Vec<_>>())
        .await
        .unwrap();
    assert_eq!(
        seen,
        (50..200).map(|number| (number, is_key(number))).collect::<Vec<_>>()
    );
}

async fn a_slow_viewer_skips_to_keyframes_and_nobody_else_notices(way: Way) {
    let mut bench = LiveBench::new(&[]);
    let (opened, publisher, _) = bench.started().await;
    let slow = watch_by(way, &bench.live, &opened, PlayFormat::Flv);
    SockRef::from(&slow).set_recv_buffer_size(4096).unwrap();
    let fast = watch_by(way, &bench.live, &opened, PlayFormat::Flv);
    let fast_has = Arc::new(AtomicUsize::new(0));
    let counted = fast_has.clone();
    let fast = spawn_blocking(move || {
        let mut reader = FlvReader::new(fast);
        let counting = std::iter::from_fn(|| reader.next()).inspect(|_| {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        counting.take_while(|(number, _)| *number != 1000).collect::<Vec<_>>()
    });
    let slow = spawn_blocking(move || {
        let mut reader = FlvReader::new(slow);
        reader.pause = Duration::from_millis(2);
        std::iter::from_fn(|| reader.next())
            .take_while(|(number, _)| *number != 1000)
            .collect::<Vec<_>>()
    });
    // As fast as the fast one takes it, and never more than one group of 25 ahead of it: far more than the slow one takes.
    let began = Instant::now();
    for number in 1..=1000 {
        while fast_has.load(Ordering::Relaxed) + 20 < number {
            assert!(began.elapsed() < LIMIT, "the fast viewer hangs");
            tokio::task::yield_now().await;
        }
        publish(&publisher, frame(number as u32, number % 25 == 0, 20_000));
    }
    let fast = tokio::time::timeout(LIMIT, fast).await.unwrap().unwrap();
    assert_eq!(
        fast.iter().map(|(number, _)| *number).collect::<Vec<_>>(),
        (0..1000).collect::<Vec<_>>()
    );
    drop(publisher);
    bench.live.shutdown(Duration::from_secs(5)).await;
    let slow = tokio::time::timeout(LIMIT, slow).await.unwrap().unwrap();
    assert!(slow.len() < 1000 && slow.len() > 1, "{} frames", slow.len());
    for pair in slow.windows(2) {
        let [(before, _), (number, keyframe)] = pair else {
            unreachable!()
        };
        assert!(
            *number == before + 1 || (*number > *before && *keyframe),
            "{before} then {number}: not decodable"
        );
    }
}

async fn a_viewer_that_takes_nothing_is_dropped(way: Way) {
    let config = LiveConfig {
        viewer_stall_limit: Duration::from_millis(300),
        ..LiveConfig::default()
    };
    let mut bench = LiveBench::with(&[], config);
    let (opened, publisher, _) = bench.started().await;
    let _stuck = watch_by(way, &bench.live, &opened, PlayFormat::Flv);
    let began = Instant::now();
    let mut number = 0;
    while bench.live.list()[0].viewers > 0 {
        assert!(began.elapsed() < LIMIT, "still there");
        number += 1;
        publish(&publisher, frame(number, true, 100_000));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn a_viewer_that_leaves_is_noticed(way: Way) {
    let mut bench = LiveBench::new(&[]);
    let (opened, _publisher, _) = bench.started().await;
    for format in [PlayFormat::Flv, PlayFormat::Fmp4WebSocket] {
        let viewer = watch_by(way, &bench.live, &opened, format);
        assert_eq!(bench.live.list()[0].viewers, 1);
        drop(viewer);
        let began = Instant::now();
        while bench.live.list()[0].viewers > 0 {
            assert!(began.elapsed() < LIMIT, "still there");
            tokio::task::yield_now().await;
        }
    }
}

/// Messages from the cloud over a WebSocket.
struct WsReader {
    socket: TcpStream,
    decoder: ws::Decoder,
    ready: std::collections::VecDeque<Received>,
}

#[derive(Debug, PartialEq)]
enum Received {
    Text(String),
    Binary(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>),
}

impl WsReader {
    fn new(mut socket: TcpStream) -> Self {
        let mut head = [0; HEAD.len()];
        socket.read_exact(&mut head).unwrap();
        Self {
            socket,
            decoder: ws::Decoder::new(ws::Role::Client, 1 << 24),
            ready: Default::default(),
        }
    }

    fn next(&mut self) -> Option<Received> {
        let mut buffer = [0; 16384];
        while self.ready.is_empty() {
            let len = self.socket.read(&mut buffer).unwrap();
            if len == 0 {
                return None;
            }
            let ready = &mut self.ready;
            let heard = self.decoder.decode(&mut buffer[..len], |message| {
                ready.push_back(match message {
                    ws::Message::Text(text) => Received::Text(text.into()),
                    ws::Message::Binary(bytes) => Received::Binary(bytes.into()),
                    ws::Message::Pong(bytes) => Received::Pong(bytes.into()),
                    ws::Message::Close { code, .. } => Received::Close(code),
                    ws::Message::Ping(_) => unreachable!("the cloud sends none"),
                });
            });
            heard.unwrap();
        }
        self.ready.pop_front()
    }
}

async fn a_browser_gets_the_init_segment_fragments_and_words_about_the_state(way: Way) {
    let mut bench = LiveBench::new(&[]);
    let (opened, publisher, call) = bench.started().await;
    let socket = watch_by(way, &bench.live, &opened, PlayFormat::Fmp4WebSocket);
    let mut viewer = WsReader::new(socket);
    let Some(Received::Text(init)) = viewer.next() else {
        panic!("no init message")
    };
    let init: serde_json::Value = serde_json::from_str(&init).unwrap();
    let mime = "video/mp4; codecs=\"avc1.42c01e\"";
    assert_eq!(
        init,
        serde_json::json!({ "type": "init", "mime": mime, "width": 640, "height": 360 })
    );
    assert!(matches!(viewer.next(), Some(Received::Binary(bytes)) if &bytes[4..8] == b"ftyp"));
    assert!(matches!(viewer.next(), Some(Received::Binary(bytes)) if &bytes[4..8] == b"prft"));
    publish(&publisher, frame(1, false, 100));
    assert!(matches!(viewer.next(), Some(Received::Binary(bytes)) if bytes.ends_with(&frame(1, false, 100).data)));
    drop(publisher);
    assert_eq!(viewer.next(), Some(Received::Text(r#"{"type":"waiting"}"#.into())));
    // Who joins now is told the same.
    let mut late = WsReader::new(watch_by(way, &bench.live, &opened, PlayFormat::Fmp4WebSocket));
    assert_eq!(late.next(), Some(Received::Text(r#"{"type":"waiting"}"#.into())));
    let publisher = bench.live.publish(&call.stream_id(), &call.publish_token()).unwrap();
    begin(&publisher);
    for viewer in [&mut viewer, &mut late] {
        assert!(matches!(viewer.next(), Some(Received::Text(text)) if text.contains("init")));
        assert!(matches!(viewer.next(), Some(Received::Binary(bytes)) if &bytes[4..8] == b"ftyp"));
        assert!(matches!(viewer.next(), Some(Received::Binary(bytes)) if &bytes[4..8] == b"prft"));
    }
    bench.live.shutdown(Duration::from_secs(5)).await;
    assert_eq!(viewer.next(), Some(Received::Close(Some(1001))));
    assert_eq!(viewer.next(), None);
}

async fn a_ping_gets_its_pong_and_nonsense_a_close(way: Way) {
    let mut bench = LiveBench::new(&[]);
    let (opened, _publisher, _) = bench.started().await;
    let mut viewer = WsReader::new(watch_by(way, &bench.live, &opened, PlayFormat::Fmp4WebSocket));
    let mut ping = Vec::new();
    ws::encode_ping(&mut ping, b"there?", Some([1, 2, 3, 4]));
    viewer.socket.write_all(&ping).unwrap();
    let pong = std::iter::from_fn(|| viewer.next()).find(|message| matches!(message, Received::Pong(_)));
    assert_eq!(pong, Some(Received::Pong(b"there?".to_vec())));
    let mut unmasked = Vec::new();
    ws::encode_text(&mut unmasked, "no mask", None);
    viewer.socket.write_all(&unmasked).unwrap();
    assert_eq!(viewer.next(), Some(Received::Close(Some(1002))));
    assert_eq!(viewer.next(), None);
}

async fn the_pings_of_a_slow_viewer_tear_nothing(way: Way) {
    let mut bench = LiveBench::new(&[]);
    let (opened, publisher, call) = bench.started().await;
    let socket = watch_by(way, &bench.live, &opened, PlayFormat::Fmp4WebSocket);
    SockRef::from(&socket).set_recv_buffer_size(32 * 1024).unwrap();
    let mut pings = socket.try_clone().unwrap();
    let pongs = Arc::new(AtomicUsize::new(0));
    let counted = pongs.clone();
    let reader = spawn_blocking(move || {
        let mut viewer = WsReader::new(socket);
        // The decoder refuses torn messages; a fragment must be whole as well.
        while let Some(message) = viewer.next() {
            match message {
                Received::Pong(payload) => {
                    assert_eq!(payload, b"there?");
                    counted.fetch_add(1, Ordering::Relaxed);
                }
                Received::Binary(bytes) => {
                    assert!(matches!(&bytes[4..8], b"ftyp" | b"prft"));
                    let last = bytes.rchunks(4_000).next().unwrap();
                    assert!(&bytes[4..8] == b"ftyp" || last.len() < 4_000 || last.iter().all(|&byte| byte == 0xAB));
                }
                Received::Text(_) => {}
                Received::Close(_) => return,
            }
        }
        panic!("no goodbye");
    });
    // All at once: more than the socket takes.
    let mut ping = Vec::new();
    ws::encode_ping(&mut ping, b"there?", Some([1, 2, 3, 4]));
    let mut publisher = Some(publisher);
    for number in 1..=400 {
        if number % 10 == 0 {
            pings.write_all(&ping).unwrap();
        }
        if number % 100 == 0 {
            // Headers come in between, too.
            drop(publisher.take());
            let next = bench.live.publish(&call.stream_id(), &call.publish_token()).unwrap();
            begin(&next);
            publisher = Some(next);
        }
        // No further keyframes: nothing is dropped from the ring, so that the viewer never skips.
        publish(publisher.as_ref().unwrap(), frame(number, false, 5_000));
    }
    let began = Instant::now();
    while pongs.load(Ordering::Relaxed) < 40 {
        assert!(began.elapsed() < LIMIT, "every ping gets its pong");
        tokio::task::yield_now().await;
    }
    bench.live.shutdown(Duration::from_secs(10)).await;
    tokio::time::timeout(LIMIT, reader).await.unwrap().unwrap();
}

/// All of it for both ways.
macro_rules! both_ways {
    ($($name:ident,)+) => {
        mod by_fan_out {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(super::Way::FanOut).await;
            })+
        }
        mod by_task {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(super::Way::Task).await;
            })+
        }
    };
}

both_ways! {
    a_viewer_starts_with_the_last_keyframe_and_misses_nothing,
    a_slow_viewer_skips_to_keyframes_and_nobody_else_notices,
    a_viewer_that_takes_nothing_is_dropped,
    a_viewer_that_leaves_is_noticed,
    a_browser_gets_the_init_segment_fragments_and_words_about_the_state,
    a_ping_gets_its_pong_and_nonsense_a_close,
    the_pings_of_a_slow_viewer_tear_nothing,
}
