//! Recorded segments straight from devices, by a client that knows no more than what services.md says of OVR.

use crate::app::{LIMIT, TestApp};
use crate::tls::{Files, secure};
use bytesize::ByteSize;
use ovc::blob::SegmentKey;
use ovc::clock::UnixMs;
use ovc::config::{Config, Plain};
use ovc::db::{
    CLOCK_DOUBTED, DISCONTINUOUS, LossReason, NewRecordSession, RecordCause, RecordSpan, RecordedBy, SegmentRow,
};
use ovc::ids::{ChannelId, LoginCode};
use ovc::record::RecordSession;
use ovc::record::storage::StorageState;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// So many packets of MPEG-TS, as far as their sync bytes go.
pub(crate) fn packets(count: usize, fill: u8) -> Vec<u8> {
    let mut bytes = vec![fill; 188 * count];
    for packet in bytes.chunks_mut(188) {
        packet[0] = 0x47;
    }
    bytes
}

/// What came back, as text and as JSON.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Value,
}

impl Answer {
    /// Whether it says so, and why not.
    #[track_caller]
    fn is(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{self:?}");
        let info = self.body["info"].as_str();
        assert!(status < 400 || info.is_some_and(|info| !info.is_empty()), "{self:?}");
        info.unwrap_or_default()
    }

    fn text(&self, name: &str) -> String {
        self.body[name].as_str().unwrap().to_owned()
    }
}

/// Sends a request as it stands, on a connection of its own. `None`: the connection broke.
pub(crate) async fn raw(authority: &str, request: &[u8]) -> Option<Answer> {
    exchange(authority, request, false).await
}

/// `closes`: it says by closing its half of the connection that there is nothing more.
async fn exchange(authority: &str, request: &[u8], closes: bool) -> Option<Answer> {
    let exchange = async {
        let mut stream = TcpStream::connect(authority).await.ok()?;
        stream.write_all(request).await.ok()?;
        if closes {
            stream.shutdown().await.ok()?;
        }
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        let answer = String::from_utf8(answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some(Answer {
            status: head.split(' ').nth(1)?.parse().ok()?,
            head: head.to_ascii_lowercase(),
            body: match body {
                "" => Value::Null,
                body => serde_json::from_str(body).ok()?,
            },
        })
    };
    tokio::time::timeout(LIMIT, exchange).await.expect("an answer in time")
}

pub(crate) fn post(path: &str, form: &str) -> Vec<u8> {
    let len = form.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: cloud.example\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {len}\r\nConnection: close\r\n\r\n{form}"
    );
    head.into_bytes()
}

pub(crate) fn put(path: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: cloud.example\r\nContent-Type: video/mp2t\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        bytes.len()
    );
    [head.as_bytes(), bytes].concat()
}

pub(crate) fn create(start: UnixMs, duration: f64, size: usize) -> String {
    let seconds = Duration::from_millis(u64::try_from(start.0).unwrap()).as_secs_f64();
    format!("op=create&content_type=video%2Fmp2t&size={size}&start={seconds:.3}&duration={duration}")
}

/// The path of an address.
pub(crate) fn path_of(uri: &str) -> String {
    let (_, rest) = uri.split_once("://").unwrap();
    rest[rest.find('/').unwrap()..].to_owned()
}

struct Recording {
    app: TestApp,
    session: Arc<RecordSession>,
}

impl Recording {
    async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let app = TestApp::start_with(change).await;
        app.add_device("cam").await;
        let session = open(&app).await;
        Self { app, session }
    }

    fn path(&self) -> String {
        format!("/live/cseg/{}", self.session.secret)
    }

    async fn send(&self, request: Vec<u8>) -> Answer {
        raw(&self.app.authority(), &request).await.unwrap()
    }

    async fn call(&self, form: &str) -> Answer {
        self.send(post(&self.path(), form)).await
    }

    /// Announces a segment that begins so long ago; its name and where it goes.
    async fn create(&self, ago: u64, size: usize) -> (String, String) {
        self.create_and(ago, size, "").await
    }

    async fn create_and(&self, ago: u64, size: usize, more: &str) -> (String, String) {
        let start = UnixMs::now().minus(Duration::from_secs(ago));
        let made = self.call(&format!("{}{more}", create(start, 10.0, size))).await;
        made.is(200);
        (made.text("name"), path_of(&made.text("uri")))
    }

    async fn save(&self, name: &str) -> Answer {
        self.call(&format!("op=save&name={name}")).await
    }

    async fn segments(&self) -> Vec<SegmentRow> {
        let db = self.app.records().db();
        db.segments(self.session.stream, UnixMs(0)..UnixMs(i64::MAX), 1000)
            .await
            .unwrap()
    }

    async fn spans(&self) -> Vec<RecordSpan> {
        let db = self.app.records().db();
        db.record_spans(self.session.stream, UnixMs(0)..UnixMs(i64::MAX))
            .await
            .unwrap()
    }

    async fn losses(&self) -> Vec<(LossReason, bool, u64, u32)> {
        let db = self.app.records().db();
        let rows = db
            .record_losses(self.session.stream, UnixMs(0)..UnixMs(i64::MAX / 2))
            .await
            .unwrap();
        rows.iter()
            .map(|row| row.loss)
            .map(|loss| (loss.reason, loss.from.is_some(), loss.lost_ms, loss.segments))
            .collect()
    }

    async fn bytes(&self, row: &SegmentRow) -> Vec<u8> {
        use futures_util::TryStreamExt as _;
        let content = self.app.records().blobs().get_segment(row.stream, &row.key, None).await;
        content
            .unwrap()
            .stream
            .map_ok(|piece| piece.to_vec())
            .try_concat()
            .await
            .unwrap()
    }
}

pub(crate) async fn open(app: &TestApp) -> Arc<RecordSession> {
    let cam = LoginCode::parse("cam").unwrap();
    let opened = app
        .records()
        .open(&cam, ChannelId(0), RecordedBy::Device, RecordCause::Always);
    opened.await.unwrap()
}

#[tokio::test]
async fn all_five_calls_as_the_page_says() {
    let recording = Recording::start().await;
    let before = UnixMs::now();
    let time = recording.call("op=getcurrenttime").await;
    time.is(200);
    let time = time.body["currenttime"].as_f64().unwrap();
    let after = UnixMs::now();
    let ms = |at: UnixMs| Duration::from_millis(u64::try_from(at.0).unwrap()).as_secs_f64();
    assert!((ms(before)..=ms(after)).contains(&time), "{time}");

    let bytes = packets(50, 1);
    let start = UnixMs::now().minus(Duration::from_secs(20));
    let made = recording.call(&create(start, 10.0, bytes.len())).await;
    made.is(200);
    for header in [
        "content-type: application/json; charset=utf-8",
        "access-control-allow-origin: *",
        "access-control-allow-methods: post",
    ] {
        assert!(made.head.contains(header), "{made:?}");
    }
    let (name, uri) = (made.text("name"), made.text("uri"));
    assert!(uri.starts_with("http://cloud.example/") && uri.len() <= 256, "{uri}");
    assert!(recording.segments().await.is_empty(), "announced is not there");
    recording.save(&name).await.is(409);
    recording.send(put(&path_of(&uri), &bytes)).await.is(200);
    assert!(recording.segments().await.is_empty(), "nor is uploaded");
    let saved = recording.save(&name).await;
    saved.is(200);
    assert_eq!(saved.body, Value::Null, "an empty body");
    assert!(saved.head.contains("access-control-allow-origin: *"), "{saved:?}");
    let rows = recording.segments().await;
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert!((row.start.0 - start.0).abs() <= 1, "{row:?}");
    assert_eq!((row.duration_ms, row.bytes, row.flags), (10_000, 9400, DISCONTINUOUS));
    assert_eq!(recording.bytes(row).await, bytes);
    // Again, and nothing else comes of it.
    recording.save(&name).await.is(200);
    recording.send(put(&path_of(&uri), &bytes)).await.is(200);
    assert_eq!(recording.segments().await, rows);

    // The next confirms the one before: one call less.
    let (second, path) = recording.create_and(10, bytes.len(), "&discontinue=0").await;
    recording.send(put(&path, &bytes)).await.is(200);
    let more = format!("&discontinue=1&last_file_name={second}");
    let (third, path) = recording.create_and(0, 188, &more).await;
    assert_eq!(recording.segments().await.len(), 2);
    assert_eq!(recording.segments().await[1].flags, 0, "its timestamps go on");
    assert_eq!(recording.spans().await.len(), 1);
    // The third is there, and is given up all the same.
    recording.send(put(&path, &packets(1, 2))).await.is(200);
    let failed = recording.call(&format!("op=fail&name={third}")).await;
    failed.is(200);
    assert_eq!(failed.body, Value::Null);
    recording.call(&format!("op=fail&name={third}")).await.is(200);
    assert!(recording.save(&third).await.is(410).contains("given up"));
    recording.send(put(&path, &packets(1, 2))).await.is(410);
    // What is saved is not taken away by that.
    recording.call(&format!("op=fail&name={name}")).await.is(200);
    assert_eq!(recording.segments().await.len(), 2);

    recording.call("op=stat&dropped_nb=3&dropped_time=29.5").await.is(200);
    recording.call("op=stat").await.is(200);
    let losses = recording.losses().await;
    assert_eq!(
        losses,
        [
            (LossReason::Failed, true, 10_000, 1),
            (LossReason::Dropped, false, 29_500, 3)
        ]
    );
    assert_eq!(recording.session.pending(), 0);
}

#[tokio::test]
async fn clients_of_http_1_0_need_not_know_more() {
    let recording = Recording::start().await;
    let bytes = packets(3, 7);
    let form = create(UnixMs::now().minus(Duration::from_secs(10)), 10.0, bytes.len());
    let path = recording.path();
    let request = |form: &str| format!("POST {path} HTTP/1.0\r\nContent-Length: {}\r\n\r\n{form}", form.len());
    let send = async |request: Vec<u8>| exchange(&recording.app.authority(), &request, true).await.unwrap();
    let made = send(request(&form).into_bytes()).await;
    made.is(200);
    let uri = made.text("uri");
    let origin = format!("http://{}/", recording.app.authority());
    assert!(
        uri.starts_with(&origin),
        "who names no host is sent where it came to: {uri}"
    );
    let head = format!(
        "PUT {} HTTP/1.0\r\nContent-Length: {}\r\n\r\n",
        path_of(&uri),
        bytes.len()
    );
    send([head.as_bytes(), &bytes].concat()).await.is(200);
    let save = format!("op=save&name={}", made.text("name"));
    send(request(&save).into_bytes()).await.is(200);
    assert_eq!(recording.segments().await.len(), 1);
    // Nor does one that says nothing of the length.
    let chunked = format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
         11\r\nop=getcurrenttime\r\n0\r\n\r\n"
    );
    recording.send(chunked.into_bytes()).await.is(200);
}

#[tokio::test]
async fn what_is_wrong_is_told_and_nothing_is_kept_of_it() {
    let recording = Recording::start_with(|config| {
        config.recording.pending_per_session = 3;
        config.recording.segment_max_size = bytesize::ByteSize::mib(1);
    })
    .await;
    let good = create(UnixMs::now().minus(Duration::from_secs(10)), 10.0, 376);
    for (form, status, told) in [
        ("", 400, "op is missing"),
        ("op=delete", 400, "op is none of"),
        ("op=save", 400, "name is missing"),
        ("op=save&name=0003.ts", 400, "no name"),
        ("op=fail&name=..%2f..", 400, "no name"),
        (&good.replace("mp2t", "mp4"), 400, "video/mp2t"),
        (&good.replace("size=376", "size=0"), 400, "size"),
        (&good.replace("size=376", "size=1048577"), 413, "1048576"),
        (&good.replace("size=376", "size=1048577"), 413, "1048576"),
        (&good.replace("duration=10", "duration=3600"), 400, "duration"),
        (&format!("{good}&x={}", "x".repeat(9000)), 413, "longer"),
    ] {
        let answer = recording.call(form).await;
        assert!(answer.is(status).contains(told), "{form} {answer:?}");
        assert!(answer.head.contains("access-control-allow-origin: *"), "{answer:?}");
        assert!(answer.head.contains("access-control-allow-methods: post"), "{answer:?}");
    }
    let json = b"{\"op\":\"getcurrenttime\"}";
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        recording.path(),
        json.len()
    );
    recording.send([head.as_bytes(), json].concat()).await.is(400);
    let get = format!(
        "GET {} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        recording.path()
    );
    recording.send(get.into_bytes()).await.is(405);
    let asked = format!(
        "OPTIONS {} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        recording.path()
    );
    recording.send(asked.into_bytes()).await.is(204);
    // What people see of a session is not what its address is made of.
    let seen = recording.session.token.to_string();
    for nowhere in ["AAAAAAAAAAAAAAAAAAAAAA", &seen] {
        let nowhere = post(&format!("/live/cseg/{nowhere}"), "op=getcurrenttime");
        recording.send(nowhere).await.is(404);
    }

    let (name, path) = recording.create(10, 376).await;
    let with = |head: &str, bytes: &[u8]| {
        let head = format!(
            "{head} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            bytes.len()
        );
        [head.as_bytes(), bytes].concat()
    };
    let two = packets(2, 0);
    let mp4 = format!(
        "PUT {path} HTTP/1.1\r\nHost: a\r\nContent-Type: video/mp4\r\nContent-Length: 376\r\nConnection: close\r\n\r\n"
    );
    for (request, status, told) in [
        (with(&format!("PUT {path}"), &two[..188]), 400, "188 bytes where 376"),
        (with(&format!("PUT {path}"), &packets(3, 0)), 413, "564 bytes where 376"),
        (with(&format!("PUT {path}"), &[0; 376]), 400, "MPEG-TS"),
        (with("PUT /upload/s/AAAA", &two), 400, "no name"),
        ([mp4.as_bytes(), &two].concat(), 400, "video/mp2t"),
    ] {
        let answer = recording.send(request).await;
        assert!(answer.is(status).contains(told), "{answer:?}");
    }
    // Nor by not saying how long it is.
    let chunked =
        format!("PUT {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nBC\r\n");
    let short = [chunked.as_bytes(), &two[..188], b"\r\n0\r\n\r\n"].concat();
    recording.send(short).await.is(400);
    let chunked = chunked.replace("BC", "234");
    let long = [chunked.as_bytes(), &packets(3, 0), b"\r\n0\r\n\r\n"].concat();
    recording.send(long).await.is(413);
    recording.save(&name).await.is(409);
    // Raw by POST, too, for devices differ.
    recording.send(with(&format!("POST {path}"), &two)).await.is(200);
    recording.save(&name).await.is(200);

    for ago in [20, 30, 40] {
        recording.create(ago, 188).await;
    }
    // Announced once more it is still one.
    let start = UnixMs::now().minus(Duration::from_secs(50));
    recording.call(&create(start, 10.0, 188)).await.is(429);
    assert_eq!(recording.session.pending(), 3);
    // What is too long is missing, however often that is said.
    assert_eq!(recording.losses().await, [(LossReason::Refused, true, 10_000, 1)]);
    assert_eq!(recording.segments().await.len(), 1);
}

#[tokio::test]
async fn who_sends_all_before_it_listens_hears_why_it_is_refused() {
    let recording = Recording::start().await;
    let size = 188 * 50_000;
    let (_, path) = recording.create(10, size).await;
    let answer = recording.send(put(&path, &vec![0; size])).await;
    assert!(answer.is(400).contains("MPEG-TS"), "{answer:?}");
    let answer = recording.send(put(&path, &packets(50_001, 0))).await;
    assert!(answer.is(413).contains("9400000"), "{answer:?}");
    let mut mp4 = put(&path, &packets(50_000, 0));
    let at = mp4.windows(4).position(|kind| kind == b"mp2t").unwrap();
    mp4[at..at + 4].copy_from_slice(b"mp4v");
    recording.send(mp4).await.is(400);
    recording.send(put(&path, &packets(50_000, 0))).await.is(200);
}

#[tokio::test]
async fn a_name_that_nothing_can_come_of_holds_nobody_up() {
    let recording = Recording::start().await;
    recording.app.add_device("another").await;
    let another = LoginCode::parse("another").unwrap();
    let records = recording.app.records();
    let opened = records.open(&another, ChannelId(0), RecordedBy::Device, RecordCause::Always);
    let of_another = format!("/live/cseg/{}", opened.await.unwrap().secret);
    let made = create(UnixMs::now().minus(Duration::from_secs(10)), 10.0, 188);
    let made = recording.send(post(&of_another, &made)).await;
    recording
        .send(put(&path_of(&made.text("uri")), &packets(1, 0)))
        .await
        .is(200);
    // Of a session that is forgotten, sealed with another key, somebody else's.
    for name in ["0003.ts", &"A".repeat(92), &made.text("name")] {
        let (next, path) = recording.create_and(10, 188, &format!("&last_file_name={name}")).await;
        recording.send(put(&path, &packets(1, 0))).await.is(200);
        recording.save(name).await.is(400);
        recording.call(&format!("op=fail&name={next}")).await.is(200);
    }
    assert!(recording.segments().await.is_empty());
    assert_eq!(recording.losses().await.len(), 3, "those that were given up");
}

#[tokio::test]
async fn what_was_confirmed_and_is_not_there_counts_as_failed() {
    let recording = Recording::start().await;
    let (first, _) = recording.create(20, 188).await;
    let (second, path) = recording.create_and(10, 188, &format!("&last_file_name={first}")).await;
    assert_eq!(recording.losses().await, [(LossReason::Failed, true, 10_000, 1)]);
    recording.send(put(&path, &packets(1, 0))).await.is(200);
    let third = create(UnixMs::now(), 1.0, 188) + "&last_file_name=" + &second;
    recording.call(&third).await.is(200);
    // The answer was lost, the device asks again.
    recording.call(&third).await.is(200);
    assert_eq!(recording.segments().await.len(), 1);
    assert_eq!(recording.losses().await.len(), 1);
    assert_eq!(recording.session.pending(), 1);
}

#[tokio::test]
async fn what_was_announced_before_a_restart_is_saved_after_it() {
    let mut recording = Recording::start().await;
    let bytes = packets(5, 3);
    let (first, path) = recording.create(30, bytes.len()).await;
    recording.send(put(&path, &bytes)).await.is(200);
    let (second, second_path) = recording.create(20, bytes.len()).await;
    let (third, third_path) = recording.create(10, bytes.len()).await;
    recording.send(put(&third_path, &bytes)).await.is(200);
    recording.save(&third).await.is(200);

    recording.app = recording.app.restart().await;
    let token = recording.session.token.clone();
    let cam = LoginCode::parse("cam").unwrap();
    let running = recording.app.records().running(&cam, ChannelId(0)).unwrap();
    assert_eq!((&running.token, running.id), (&token, recording.session.id));
    recording.session = running;
    recording.save(&first).await.is(200);
    recording.save(&second).await.is(409);
    recording.send(put(&second_path, &bytes)).await.is(200);
    recording.save(&second).await.is(200);
    recording.save(&third).await.is(200);
    assert_eq!(recording.segments().await.len(), 3);
    assert_eq!(recording.spans().await.len(), 1);
    let runs = recording
        .app
        .records()
        .db()
        .cloud_runs(UnixMs(0)..UnixMs(i64::MAX))
        .await
        .unwrap();
    assert_eq!(runs.len(), 2);
    assert!(
        runs[0].began_at <= runs[0].alive_at && runs[0].alive_at <= runs[1].began_at,
        "{runs:?}"
    );
}

#[tokio::test]
async fn a_clock_that_jumps_does_not_move_the_footage() {
    let recording = Recording::start().await;
    let (name, path) = recording.create(10, 188).await;
    recording.send(put(&path, &packets(1, 0))).await.is(200);
    recording.save(&name).await.is(200);
    let first = recording.segments().await[0];
    for jump in [3600_i64, -3600, 1_000_000_000] {
        let said = UnixMs(first.end().0 + jump * 1000);
        let made = recording
            .call(&format!("{}&discontinue=0", create(said, 1.0, 188)))
            .await;
        made.is(200);
        recording
            .send(put(&path_of(&made.text("uri")), &packets(1, 0)))
            .await
            .is(200);
        recording.save(&made.text("name")).await.is(200);
        let last = *recording.segments().await.last().unwrap();
        // One after the other, faster than they could be recorded.
        let latest = UnixMs::now().plus(Duration::from_secs(3));
        assert!(last.start >= first.end() && last.start <= latest, "{jump} {last:?}");
        assert_eq!(last.device_start, Some(said));
        assert_eq!(last.flags & CLOCK_DOUBTED, CLOCK_DOUBTED);
    }
    assert_eq!(recording.spans().await.len(), 1);
}

#[tokio::test]
async fn after_a_restart_too_nothing_lands_on_footage_that_is_there() {
    let mut recording = Recording::start().await;
    let records = recording.app.records();
    let began_at = UnixMs::now().minus(Duration::from_secs(600));
    let new = NewRecordSession {
        device: recording.session.device.clone(),
        channel: ChannelId(1),
        recorder: RecordedBy::Device,
        cause: RecordCause::Always,
        secret: "of-a-session-that-goes-on".to_owned(),
        began_at,
    };
    let session = records.db().begin_record_session(&new).await.unwrap();
    // More than are remembered one by one.
    let rows: Vec<_> = (0..120)
        .map(|number| SegmentRow {
            id: 0,
            stream: session.stream,
            session: session.id,
            start: began_at.plus(Duration::from_secs(5 * number)),
            duration_ms: 5_000,
            bytes: 188 * number,
            flags: 0,
            device_start: None,
            received: began_at,
            key: SegmentKey::random(began_at),
        })
        .collect();
    records.db().write_segments(&rows, &[]).await.unwrap();
    recording.app = recording.app.restart().await;
    let running = recording.app.records().running(&new.device, new.channel);
    recording.session = running.expect("it goes on");
    let (name, path) = recording.create(590, 376).await;
    recording.send(put(&path, &packets(2, 0))).await.is(200);
    recording.save(&name).await.is(200);
    let placed = *recording.segments().await.last().unwrap();
    assert_eq!((placed.bytes, placed.flags & CLOCK_DOUBTED), (376, CLOCK_DOUBTED));
    assert!(
        placed.start >= rows[119].start.plus(Duration::from_secs(5)),
        "{placed:?}"
    );
}

#[tokio::test]
async fn a_session_takes_for_a_while_what_was_recorded_before_its_end() {
    let recording = Recording::start().await;
    let (name, path) = recording.create(30, 188).await;
    let second = open(&recording.app).await;
    assert!(recording.session.ended_at().is_some(), "one at a time");
    recording.send(put(&path, &packets(1, 0))).await.is(200);
    recording.save(&name).await.is(200);
    let (name, path) = recording.create(10, 188).await;
    recording.send(put(&path, &packets(1, 0))).await.is(200);
    // The next session of the channel confirms it, too.
    let form = create(UnixMs::now(), 1.0, 188) + "&last_file_name=" + &name;
    let of_second = post(&format!("/live/cseg/{}", second.secret), &form);
    recording.send(of_second).await.is(200);
    assert_eq!(recording.segments().await.len(), 2);

    // A while is at least as long as a device may hold it back.
    let recording = Recording::start_with(|config| {
        config.recording.grace = Duration::ZERO;
        config.recording.segment_duration = Duration::from_secs(1);
        config.recording.segment_max_count = 1;
    })
    .await;
    let (name, path) = recording.create(10, 188).await;
    recording.app.records().close(&recording.session, "over").await.unwrap();
    // What was announced may be finished.
    recording.send(put(&path, &packets(1, 0))).await.is(200);
    recording.save(&name).await.is(200);
    let form = create(UnixMs::now().minus(Duration::from_secs(20)), 10.0, 188);
    let over = recording.session.ended_at().unwrap().plus(Duration::from_secs(1));
    while UnixMs::now() <= over {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    recording.call(&form).await.is(410);
    // It is known to be missing, however often the device tries.
    recording.call(&form).await.is(410);
    assert_eq!(recording.losses().await, [(LossReason::Refused, true, 10_000, 1)]);
}

#[tokio::test]
async fn who_is_shut_out_records_no_more() {
    let recording = Recording::start().await;
    let (name, path) = recording.create(10, 188).await;
    let disabled = serde_json::json!({ "disabled": true });
    let (status, _) = recording
        .app
        .send(reqwest::Method::PATCH, "/api/v1/devices/cam", disabled)
        .await;
    assert_eq!(status, 200);
    recording.call("op=getcurrenttime").await.is(403);
    recording.send(put(&path, &packets(1, 0))).await.is(403);
    let enabled = serde_json::json!({ "disabled": false });
    recording
        .app
        .send(reqwest::Method::PATCH, "/api/v1/devices/cam", enabled)
        .await;
    recording.send(put(&path, &packets(1, 0))).await.is(200);
    let deleted = recording.app.request(reqwest::Method::DELETE, "/api/v1/devices/cam");
    assert!(deleted.send().await.unwrap().status().is_success());
    recording.save(&name).await.is(403);
    // Nor is it another's of the same name.
    recording.app.add_device("cam").await;
    recording.save(&name).await.is(403);
    recording.call(&create(UnixMs::now(), 10.0, 188)).await.is(403);
    assert!(recording.segments().await.is_empty());
}

#[tokio::test]
async fn without_room_segments_are_refused_and_that_is_noted() {
    // More is to be free than any disk has.
    let recording = Recording::start_with(|config| {
        config.recording.keep_free = ByteSize::b(1 << 60);
        config.recording.warn_free = ByteSize::b(1 << 60);
    })
    .await;
    let mut states = recording.app.records().storage().changes();
    let full = states.wait_for(|state| *state == StorageState::Full);
    tokio::time::timeout(LIMIT, full).await.expect("in time").unwrap();
    let start = UnixMs::now().minus(Duration::from_secs(10));
    let made = recording.call(&create(start, 10.0, 188)).await;
    made.is(200);
    assert_eq!((made.text("name"), made.text("uri")), (String::new(), String::new()));
    assert_eq!(recording.losses().await, [(LossReason::DiskFull, true, 10_000, 1)]);
}

#[tokio::test]
async fn too_many_calls_are_told_to_come_back() {
    let recording = Recording::start().await;
    for _ in 0..60 {
        recording.call("op=stat&dropped_nb=1&dropped_time=1").await.is(200);
    }
    let mut refused = None;
    while refused.is_none() {
        let answer = recording.call("op=stat&dropped_nb=1&dropped_time=1").await;
        refused = (answer.status != 200).then_some(answer);
    }
    let refused = refused.unwrap();
    refused.is(429);
    assert!(refused.head.contains("retry-after: 1"), "{refused:?}");
    // Other calls go on.
    recording.create(10, 188).await;
}

#[tokio::test]
async fn over_tls_if_the_device_wants_it_or_came_that_way() {
    let files = Files::new();
    let recording = Recording::start_with(|config| {
        files.configure(config);
        config.tls.plain = Plain::Allow;
    })
    .await;
    let secure_origin = format!("https://cloud.example:{}/upload/s/", recording.app.https_port());
    let form = create(UnixMs::now().minus(Duration::from_secs(10)), 10.0, 188);
    for (more, origin) in [
        ("", "http://cloud.example/upload/s/"),
        ("&https=0", "http://cloud.example/upload/s/"),
        ("&https=1", &secure_origin),
    ] {
        let made = recording.call(&format!("{form}{more}")).await;
        assert!(made.text("uri").starts_with(origin), "{more} {made:?}");
    }
    let mut stream = secure(&recording.app, &files).await;
    stream.write_all(&post(&recording.path(), &form)).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.contains("\"https://cloud.example/upload/s/"), "{answer}");
}
