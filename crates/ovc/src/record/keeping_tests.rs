use super::*;
use crate::blob::SegmentKey;
use crate::db::{NewDeviceRow, NewRecordSession, RecordCause, RecordedBy, SegmentRow};
use crate::ids::{ChannelId, LoginCode, RecordingId};
use bytes::Bytes;
use bytesize::ByteSize;
use std::convert::Infallible;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Every segment's.
const SECONDS: i64 = 10;
const BYTES: u64 = 1880;

fn now() -> UnixMs {
    UnixMs::from_rfc3339("2026-11-29T12:00:00Z").unwrap()
}

fn ago(days: i64) -> UnixMs {
    UnixMs(now().0 - days * DAY_MS)
}

struct Recorder {
    keeping: RecordKeeping,
    dir: tempfile::TempDir,
}

/// One channel of a device.
#[derive(Clone, Copy)]
struct Channel {
    stream: RecordStreamId,
    session: RecordingId,
}

impl Recorder {
    async fn new(change: impl FnOnce(&mut RecordingConfig)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).await.unwrap();
        let mut config = RecordingConfig {
            keep_free: ByteSize::b(0),
            warn_free: ByteSize::b(0),
            ..RecordingConfig::default()
        };
        change(&mut config);
        let keeping = RecordKeeping {
            blobs: Blobs::open(dir.path()).unwrap(),
            bus: Bus::default(),
            audit: AuditLog::start(db.clone()),
            storage: Storage::default(),
            db,
            config,
        };
        Self { keeping, dir }
    }

    fn db(&self) -> &Db {
        &self.keeping.db
    }

    async fn channel(&self, code: &str) -> Channel {
        let device = LoginCode::parse(code).unwrap();
        let new = NewDeviceRow {
            login_code: device.clone(),
            name: String::new(),
            passwd_hash: [0; 32],
            created_at: UnixMs(0),
            tenant: None,
            group: None,
            stocked: false,
        };
        self.db().add_device(&new).await.unwrap();
        let new = NewRecordSession {
            device,
            channel: ChannelId(0),
            recorder: RecordedBy::Device,
            cause: RecordCause::Always,
            secret: code.into(),
            began_at: ago(100),
        };
        let row = self.db().begin_record_session(&new).await.unwrap();
        Channel {
            stream: row.stream,
            session: row.id,
        }
    }

    /// Records `count` segments one after the other.
    async fn record(&self, channel: Channel, from: UnixMs, count: i64) {
        let mut rows = Vec::new();
        for at in 0..count {
            let start = UnixMs(from.0 + at * SECONDS * 1000);
            let row = SegmentRow {
                id: 0,
                stream: channel.stream,
                session: channel.session,
                start,
                duration_ms: SECONDS as u32 * 1000,
                bytes: BYTES,
                flags: 0,
                device_start: None,
                received: start,
                key: SegmentKey::random(start),
            };
            let bytes = Bytes::from(vec![0x47; BYTES as usize]);
            let source = futures_util::stream::iter([Ok::<_, Infallible>(bytes)]);
            let put = self.keeping.blobs.put_segment(row.stream, &row.key, BYTES, source);
            put.await.unwrap();
            rows.push(row);
        }
        self.db().write_segments(&rows, &[]).await.unwrap();
    }

    async fn keep(&self, channel: Channel, from: UnixMs, to: UnixMs, until: Option<UnixMs>, alarm: Option<i64>) {
        let db = self.db();
        db.keep_for_test(channel.stream, from, to, until, alarm).await;
    }

    async fn pass(&self, at: UnixMs) {
        self.keeping.pass(&mut Spared::default(), at).await.unwrap();
    }

    /// Where there is footage, in hours since `from`; and it is the same by the spans, by the rows, by the sums and by
    /// the objects.
    async fn left(&self, channel: Channel, from: UnixMs) -> Vec<(f64, f64)> {
        let all = UnixMs(i64::MIN / 2)..UnixMs(i64::MAX / 2);
        let spans = self.db().record_spans(channel.stream, all.clone()).await.unwrap();
        let rows = self.db().segments(channel.stream, all, u32::MAX).await.unwrap();
        let mut by_rows: Vec<(i64, i64)> = Vec::new();
        for row in &rows {
            match by_rows.last_mut() {
                Some(last) if row.start.0 <= last.1 + 1000 => last.1 = last.1.max(row.end().0),
                _ => by_rows.push((row.start.0, row.end().0)),
            }
            let there = self.keeping.blobs.head_segment(row.stream, &row.key).await;
            assert_eq!(there.unwrap(), BYTES);
        }
        let by_spans: Vec<_> = spans.iter().map(|span| (span.start.0, span.end.0)).collect();
        assert_eq!(by_spans, by_rows);
        let streams = self.db().stored_streams().await.unwrap();
        let stream = streams.into_iter().find(|stream| stream.id == channel.stream).unwrap();
        assert_eq!(
            (stream.segments, stream.bytes),
            (rows.len() as u64, rows.len() as u64 * BYTES)
        );
        let hours = |at: i64| (at - from.0) as f64 / HOUR_MS as f64;
        by_spans
            .into_iter()
            .map(|(start, end)| (hours(start), hours(end)))
            .collect()
    }

    async fn objects(&self) -> usize {
        let blobs = &self.keeping.blobs;
        let mut count = 0;
        for stream in blobs.streams().await.unwrap() {
            for day in blobs.days(stream).await.unwrap() {
                count += blobs.segments_of(stream, &day, UnixMs(i64::MAX)).await.unwrap().len();
            }
        }
        count
    }
}

const HOUR: i64 = 3600 / SECONDS;

#[tokio::test]
async fn what_is_older_than_its_plan_says_goes_but_what_is_kept_for_longer() {
    let recorder = Recorder::new(|_| {}).await;
    let channel = recorder.channel("cam").await;
    // Four hours, of which the first three are older than 30 days.
    let from = UnixMs(ago(30).0 - 3 * HOUR_MS);
    recorder.record(channel, from, 4 * HOUR).await;
    let at = |hours: f64| UnixMs(from.0 + (hours * HOUR_MS as f64) as i64);
    recorder.keep(channel, at(1.0), at(1.5), Some(ago(-1)), Some(7)).await;
    recorder.keep(channel, at(2.0), at(2.25), None, None).await;
    recorder.pass(now()).await;
    let whole = |hours: f64| ((hours * HOUR_MS as f64) as i64).rem_euclid(SECONDS * 1000) == 0;
    let left = recorder.left(channel, from).await;
    assert!(left.iter().all(|(start, end)| whole(*start) && whole(*end)));
    assert_eq!(left[..2], [(1.0, 1.5), (2.0, 2.25)]);
    // All of a segment is to be too old.
    assert!(left[2].0 > 2.99 && left[2].0 <= 3.0 && left[2].1 == 4.0, "{left:?}");
    assert_eq!(recorder.objects().await as i64, HOUR / 2 + HOUR / 4 + HOUR + 1);
    // Two days on, the alarm is forgotten, and the rest is older than 30 days. What is locked stays.
    recorder.pass(ago(-2)).await;
    assert_eq!(recorder.left(channel, from).await, [(2.0, 2.25)]);
    assert_eq!(recorder.objects().await as i64, HOUR / 4);
}

#[tokio::test]
async fn a_plan_says_how_many_days_and_bytes() {
    let recorder = Recorder::new(|_| {}).await;
    let channel = recorder.channel("cam").await;
    let from = ago(2);
    recorder.record(channel, from, 2 * HOUR).await;
    recorder
        .db()
        .plan_for_test("cam", r#"{"mode":"always","keep_days":0}"#)
        .await;
    recorder.pass(ago(-1000)).await;
    assert_eq!(recorder.left(channel, from).await, [(0.0, 2.0)]);
    let bytes = HOUR as u64 * BYTES;
    let plan = format!(r#"{{"mode":"always","keep_days":0,"keep_bytes":{bytes}}}"#);
    recorder.db().plan_for_test("cam", &plan).await;
    recorder.pass(now()).await;
    assert_eq!(recorder.left(channel, from).await, [(1.0, 2.0)]);
    recorder
        .db()
        .plan_for_test("cam", r#"{"mode":"off","keep_days":1}"#)
        .await;
    recorder.pass(now()).await;
    assert_eq!(recorder.left(channel, from).await, []);
    assert!(
        !recorder
            .dir
            .path()
            .join("blobs/segments")
            .join(channel.stream.to_string())
            .join("20261127")
            .exists()
    );
}

#[tokio::test]
async fn where_all_together_is_too_much_the_oldest_of_all_goes_first_and_alarms_last() {
    let recorder = Recorder::new(|config| config.keep_bytes = ByteSize::b(3 * HOUR as u64 * BYTES)).await;
    let (old, new) = (recorder.channel("old").await, recorder.channel("new").await);
    let from = ago(1);
    let at = |hours: i64| UnixMs(from.0 + hours * HOUR_MS);
    recorder.record(old, at(0), 2 * HOUR).await;
    recorder.record(new, at(1), 2 * HOUR).await;
    recorder.pass(now()).await;
    assert_eq!(recorder.left(old, from).await, [(1.0, 2.0)]);
    assert_eq!(recorder.left(new, from).await, [(1.0, 3.0)]);
    // An alarm stands in the way, and a clip.
    recorder.keep(old, at(1), at(2), Some(ago(-9)), Some(1)).await;
    recorder.keep(new, at(1), at(2), None, None).await;
    recorder.record(new, at(3), HOUR).await;
    recorder.pass(now()).await;
    assert_eq!(recorder.left(old, from).await, [(1.0, 2.0)]);
    assert_eq!(recorder.left(new, from).await, [(1.0, 2.0), (3.0, 4.0)]);
    recorder.record(new, at(5), 2 * HOUR).await;
    recorder.pass(now()).await;
    assert_eq!(recorder.left(old, from).await, [(1.0, 2.0)]);
    assert_eq!(recorder.left(new, from).await, [(1.0, 2.0), (6.0, 7.0)]);
    // Nothing else is left: then the alarm goes, but never the clip.
    recorder.keep(new, at(6), at(7), None, None).await;
    recorder.record(new, at(8), HOUR).await;
    recorder.keep(new, at(8), at(9), None, None).await;
    recorder.pass(now()).await;
    assert_eq!(recorder.left(old, from).await, []);
    assert_eq!(recorder.left(new, from).await, [(1.0, 2.0), (6.0, 7.0), (8.0, 9.0)]);
}

#[tokio::test]
async fn what_belongs_to_nobody_any_more_goes_with_all_that_is_known_of_it() {
    let recorder = Recorder::new(|_| {}).await;
    let (gone, stays) = (recorder.channel("gone").await, recorder.channel("stays").await);
    for channel in [gone, stays] {
        recorder.record(channel, ago(1), 700).await;
    }
    recorder.keep(gone, ago(2), now(), None, None).await;
    recorder
        .db()
        .delete_device(&LoginCode::parse("gone").unwrap())
        .await
        .unwrap();
    recorder.pass(now()).await;
    let streams = recorder.db().stored_streams().await.unwrap();
    assert_eq!(
        streams.iter().map(|stream| stream.id).collect::<Vec<_>>(),
        [stays.stream]
    );
    assert_eq!(recorder.objects().await, 700);
}

#[tokio::test]
async fn a_full_disk_is_told_of_and_the_oldest_goes_as_far_as_it_may() {
    // Of the whole disk, more is to be free than there is.
    let recorder = Recorder::new(|config| {
        config.keep_free = ByteSize::b(1 << 60);
        config.warn_free = ByteSize::b(1 << 60);
    })
    .await;
    let channel = recorder.channel("cam").await;
    recorder.record(channel, ago(1), HOUR).await;
    let clip = (UnixMs(ago(1).0 + HOUR_MS / 2), UnixMs(ago(1).0 + HOUR_MS));
    recorder.keep(channel, clip.0, clip.1, None, None).await;
    let mut events = recorder.keeping.bus.subscribe();
    assert!(recorder.keeping.make_room(false, now()).await.unwrap());
    assert!(
        !recorder.keeping.make_room(false, now()).await.unwrap(),
        "the rest is locked"
    );
    let state = recorder.keeping.look().await.unwrap();
    assert_eq!(state, StorageState::Full);
    assert_eq!(recorder.left(channel, ago(1)).await, [(0.5, 1.0)]);
    let event = events.next().await.unwrap().unwrap();
    assert!(
        matches!(
            event,
            Event::Storage {
                state: StorageState::Low
            }
        ),
        "{event:?}"
    );
    recorder.keeping.tell(state).await;
    let event = events.next().await.unwrap().unwrap();
    assert!(
        matches!(
            event,
            Event::Storage {
                state: StorageState::Full
            }
        ),
        "{event:?}"
    );
    let filter = crate::db::AuditFilter {
        limit: 9,
        ..Default::default()
    };
    let told = recorder.db().audit(&filter).await.unwrap();
    let told: Vec<_> = told.iter().map(|row| row.entry.detail.as_str()).collect();
    assert_eq!(told, ["full", "low"]);
}

#[tokio::test]
async fn what_was_uploaded_and_never_saved_is_swept_away() {
    let recorder = Recorder::new(|_| {}).await;
    let channel = recorder.channel("cam").await;
    recorder.record(channel, now(), 3).await;
    let blobs = &recorder.keeping.blobs;
    let never = SegmentKey::random(now());
    let source = futures_util::stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"G"))]);
    blobs.put_segment(channel.stream, &never, 1, source).await.unwrap();
    let folder = recorder.dir.path().join("blobs/segments");
    let half = folder.join(format!("{}/20261129/{}#7", channel.stream, SegmentKey::random(now())));
    std::fs::write(&half, "half").unwrap();
    let sweep = async |after: Duration| recorder.keeping.sweep(false, now().plus(after)).await.unwrap();
    assert_eq!(sweep(Duration::from_secs(3600)).await, 0);
    assert!(half.exists());
    assert_eq!(sweep(Duration::from_secs(2 * 3600)).await, 1);
    assert!(!half.exists());
    assert_eq!(recorder.objects().await, 3);
    // Days later only a look at all finds it.
    blobs
        .put_segment(
            channel.stream,
            &never,
            1,
            futures_util::stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"G"))]),
        )
        .await
        .unwrap();
    assert_eq!(sweep(DAY * 5).await, 0);
    assert_eq!(recorder.keeping.sweep(true, now().plus(DAY * 5)).await.unwrap(), 1);
}
