use super::*;
use crate::blob::SegmentKey;
use crate::db::{NewDeviceRow, NewRecordSession, RecordCause, RecordedBy, SegmentRow};
use crate::ids::{ChannelId, LoginCode, RecordingId};
use crate::record::account::Reason;
use crate::record::footage::{Footage, Holding, View};
use crate::record::spans::Span;
use bytes::Bytes;
use bytesize::ByteSize;
use std::convert::Infallible;
use std::path::PathBuf;

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
        self.keeping.pass(&Learned::default(), at).await.unwrap();
    }

    /// Where the objects of a channel are that are listed.
    async fn files(&self, channel: Channel) -> Vec<PathBuf> {
        let all = UnixMs(i64::MIN / 2)..UnixMs(i64::MAX / 2);
        let rows = self.db().segments(channel.stream, all, u32::MAX).await.unwrap();
        let folder = self.dir.path().join("blobs/segments");
        let place = |row: &SegmentRow| {
            let day = row.key.made_at().to_rfc3339()[..10].replace('-', "");
            folder.join(format!("{}/{day}/{}", row.stream, row.key))
        };
        rows.iter().map(place).collect()
    }

    /// How many segments are listed.
    async fn listed(&self, channel: Channel) -> i64 {
        let streams = self.db().stored_streams().await.unwrap();
        let stream = streams.into_iter().find(|stream| stream.id == channel.stream);
        stream.map_or(0, |stream| stream.segments as i64)
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

/// Puts something in the place of each of these files that cannot be deleted like one.
fn make_undeletable(files: &[PathBuf]) {
    for file in files {
        std::fs::remove_file(file).unwrap();
        std::fs::create_dir(file).unwrap();
    }
}

/// More is to be free than any disk has.
fn no_disk_is_enough(config: &mut RecordingConfig) {
    config.keep_free = ByteSize::b(1 << 60);
    config.warn_free = ByteSize::b(1 << 60);
}

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
    // An alarm stands in the way, and a clip, which does not count.
    recorder.keep(old, at(1), at(2), Some(ago(-9)), Some(1)).await;
    recorder.keep(new, at(1), at(2), None, None).await;
    recorder.record(new, at(3), HOUR).await;
    recorder.pass(now()).await;
    assert_eq!(recorder.left(old, from).await, [(1.0, 2.0)]);
    assert_eq!(recorder.left(new, from).await, [(1.0, 4.0)]);
    recorder.record(new, at(5), 2 * HOUR).await;
    recorder.pass(now()).await;
    assert_eq!(recorder.left(old, from).await, [(1.0, 2.0)]);
    assert_eq!(recorder.left(new, from).await, [(1.0, 2.0), (5.0, 7.0)]);
    // Nothing else is left: then the alarm goes, but never the clip.
    recorder.keep(new, at(5), at(9), Some(ago(-9)), Some(2)).await;
    recorder.record(new, at(8), HOUR).await;
    recorder.pass(now()).await;
    assert_eq!(recorder.left(old, from).await, []);
    assert_eq!(recorder.left(new, from).await, [(1.0, 2.0), (5.0, 7.0), (8.0, 9.0)]);
}

#[tokio::test]
async fn what_is_locked_does_not_count_and_the_newest_goes_last_though_alarms_are_kept() {
    let recorder = Recorder::new(|_| {}).await;
    let bytes = HOUR as u64 * BYTES;
    let plan = async |code: &str, bytes: u64| {
        let plan = format!(r#"{{"mode":"always","keep_bytes":{bytes}}}"#);
        recorder.db().plan_for_test(code, &plan).await;
    };
    let back = |hours: f64| UnixMs(now().0 - (hours * HOUR_MS as f64) as i64);
    // Two hours around alarms, and half an hour since: one may be kept.
    let alarmed = recorder.channel("alarmed").await;
    recorder.record(alarmed, back(2.5), 5 * HOUR / 2).await;
    recorder
        .keep(alarmed, back(2.5), back(0.5), Some(ago(-9)), Some(1))
        .await;
    plan("alarmed", bytes).await;
    // Two hours that somebody locked, and an hour since.
    let locked = recorder.channel("locked").await;
    recorder.record(locked, back(6.0), 2 * HOUR).await;
    recorder.keep(locked, back(6.0), back(4.0), None, None).await;
    recorder.record(locked, back(1.0), HOUR).await;
    plan("locked", bytes).await;
    recorder.pass(now()).await;
    assert_eq!(recorder.left(alarmed, back(2.5)).await, [(1.5, 2.5)]);
    assert_eq!(recorder.left(locked, back(6.0)).await, [(0.0, 2.0), (5.0, 6.0)]);
    // Even the newest is too much: the oldest of that goes.
    plan("locked", bytes / 4).await;
    recorder.pass(now()).await;
    assert_eq!(recorder.left(locked, back(6.0)).await, [(0.0, 2.0), (5.75, 6.0)]);
}

#[tokio::test]
async fn beside_what_is_locked_it_is_known_that_there_was_more() {
    let recorder = Recorder::new(|_| {}).await;
    let channel = recorder.channel("cam").await;
    let from = ago(40);
    let at = |quarters: i64| UnixMs(from.0 + quarters * HOUR_MS / 4);
    recorder.record(channel, from, HOUR).await;
    recorder.keep(channel, at(1), at(2), None, None).await;
    recorder
        .db()
        .end_record_session(channel.session, ago(39), "over")
        .await
        .unwrap();
    recorder.pass(now()).await;
    let second = Duration::from_secs(1);
    let holding = Holding {
        by_device: second,
        by_cloud: second,
        segment: second,
        silence: second,
    };
    let view = View {
        device: LoginCode::parse("cam").unwrap(),
        channel: ChannelId(0),
        seen: vec![Span::new(0, i64::MAX)],
    };
    let footage = Footage::new(recorder.db().clone(), holding);
    let told = footage
        .timeline(&view, Span::new(at(0).0, at(4).0), 1, now())
        .await
        .unwrap();
    assert_eq!(told.recorded_ms, HOUR_MS / 4);
    let gaps: Vec<_> = told.gap_ms.into_iter().collect();
    assert_eq!(gaps, [(Reason::Deleted, 3 * HOUR_MS / 4)]);
}

#[tokio::test]
async fn what_cannot_be_deleted_keeps_nothing_else_from_it() {
    let recorder = Recorder::new(|_| {}).await;
    let (one, other) = (recorder.channel("one").await, recorder.channel("other").await);
    recorder.record(one, ago(32), 9).await;
    let files = recorder.files(one).await;
    make_undeletable(&files[4..5]);
    recorder.pass(now()).await;
    assert_eq!(recorder.left(one, ago(32)).await, []);
    let mut there: Vec<_> = files.iter().filter(|file| file.exists()).collect();
    assert_eq!(there, [&files[4]]);
    // What comes next goes, though nothing of a channel can be deleted that comes before.
    recorder.record(one, ago(31), 3).await;
    recorder.record(other, ago(31), 3).await;
    let bad = recorder.files(one).await;
    make_undeletable(&bad);
    assert!(recorder.keeping.pass(&Learned::default(), now()).await.is_err());
    assert_eq!(recorder.left(other, ago(31)).await, []);
    assert_eq!(recorder.listed(one).await, 0);
    recorder.pass(now()).await;
    // Once it can be deleted it is.
    std::fs::remove_dir(&files[4]).unwrap();
    std::fs::write(&files[4], "G").unwrap();
    recorder.pass(now().plus(TRY_AGAIN / 2)).await;
    there.retain(|file| file.exists());
    assert_eq!(there.len(), 1);
    recorder.pass(now().plus(TRY_AGAIN * 2)).await;
    there.retain(|file| file.exists());
    assert_eq!(there, [] as [&PathBuf; 0]);
    assert_eq!(recorder.objects().await, bad.len());
}

#[tokio::test]
async fn where_nothing_can_be_deleted_hardly_anything_is_forgotten_until_it_can() {
    let recorder = Recorder::new(no_disk_is_enough).await;
    let (one, other) = (recorder.channel("one").await, recorder.channel("other").await);
    recorder.record(one, ago(2), 200).await;
    recorder.record(other, ago(1), 200).await;
    let files = [recorder.files(one).await, recorder.files(other).await].concat();
    make_undeletable(&files);
    let learned = Learned::default();
    let mut rests_until = None;
    let listed = async || recorder.listed(one).await + recorder.listed(other).await;
    let begin = Instant::now();
    let mut make_room = async |seconds: u64| {
        let later = Duration::from_secs(seconds);
        let (at, now) = (begin + later, now().plus(later));
        let keeping = &recorder.keeping;
        keeping
            .make_room_or_rest(&mut rests_until, &learned, false, at, now)
            .await;
        listed().await
    };
    let first = make_room(0).await;
    assert!((300..400).contains(&first), "{first}");
    // It rests, and then tries with one at a time, more and more seldom.
    for second in 1..15 {
        assert_eq!(make_room(second).await, first);
    }
    let second = make_room(60).await;
    assert!((first - 2..first).contains(&second), "{first} {second}");
    for minute in (2..600).step_by(10) {
        make_room(minute * 60).await;
    }
    let last = make_room(600 * 60).await;
    assert!(last > first - 50 && last < second, "{first} {last}");
    for file in files {
        std::fs::remove_dir(file).unwrap();
    }
    assert_eq!(make_room(700 * 60).await, 0);
}

#[tokio::test]
async fn room_is_made_of_what_can_be_deleted() {
    let recorder = Recorder::new(no_disk_is_enough).await;
    let (bad, good) = (recorder.channel("bad").await, recorder.channel("good").await);
    recorder.record(bad, ago(2), 200).await;
    recorder.record(good, ago(1), 200).await;
    make_undeletable(&recorder.files(bad).await);
    let made = recorder.keeping.make_room(&Learned::default(), false, now()).await;
    assert!(made.unwrap());
    assert_eq!(recorder.left(good, ago(1)).await, []);
    assert!(recorder.listed(bad).await >= 140);
}

#[tokio::test]
async fn what_is_spared_is_looked_at_once_and_again_when_it_no_longer_is() {
    let recorder = Recorder::new(no_disk_is_enough).await;
    let channel = recorder.channel("cam").await;
    recorder.record(channel, ago(1), 60).await;
    let clip = (ago(1), UnixMs(ago(1).0 + 300_000));
    recorder.keep(channel, clip.0, clip.1, Some(ago(-1)), None).await;
    let learned = Learned::default();
    let make_room = async |at: UnixMs| recorder.keeping.make_room(&learned, false, at).await.unwrap();
    assert!(make_room(now()).await);
    assert_eq!(recorder.listed(channel).await, 30);
    let place = learned.spared(channel.stream, Sparing::Clips);
    assert!(place > SegmentPlace::before(clip.1), "{place:?}");
    recorder.record(channel, UnixMs(ago(1).0 + 600_000), 30).await;
    assert!(make_room(now()).await);
    assert_eq!(recorder.listed(channel).await, 30);
    // Its time is over.
    recorder.record(channel, UnixMs(ago(1).0 + 1_200_000), 1).await;
    recorder.keeping.pass(&learned, now()).await.unwrap();
    assert!(make_room(now()).await);
    recorder.keeping.pass(&learned, ago(-2)).await.unwrap();
    assert!(make_room(ago(-2)).await);
    assert_eq!(recorder.listed(channel).await, 0);
    // Somebody unlocks one while there is nothing else.
    recorder.record(channel, ago(1), 30).await;
    recorder.keep(channel, clip.0, clip.1, None, None).await;
    assert!(!make_room(now()).await);
    let clip = recorder.db().clips(channel.stream).await.unwrap().remove(0);
    assert!(recorder.db().delete_clip(channel.stream, clip.id).await.unwrap());
    assert!(make_room(now()).await);
    assert_eq!(recorder.listed(channel).await, 0);
}

#[test]
fn a_state_is_not_left_for_each_byte_that_comes_and_goes() {
    use StorageState::{Full, Low, Ok};
    let told = |free: &[u64]| {
        let next = |before: &mut StorageState, free: &u64| {
            *before = state_of(*free, 800, 1600, *before);
            Some(*before)
        };
        free.iter().scan(Ok, next).collect::<Vec<_>>()
    };
    assert_eq!(told(&[1600, 1599, 1600, 1699, 1700]), [Ok, Low, Low, Low, Ok]);
    assert_eq!(
        told(&[201, 200, 201, 399, 400, 399, 200]),
        [Low, Full, Full, Full, Low, Low, Full]
    );
    assert_eq!(told(&[0, 9999]), [Full, Ok]);
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
    let recorder = Recorder::new(no_disk_is_enough).await;
    let channel = recorder.channel("cam").await;
    recorder.record(channel, ago(1), HOUR).await;
    let clip = (UnixMs(ago(1).0 + HOUR_MS / 2), UnixMs(ago(1).0 + HOUR_MS));
    recorder.keep(channel, clip.0, clip.1, None, None).await;
    let mut events = recorder.keeping.bus.subscribe();
    let learned = Learned::default();
    let make_room = async || recorder.keeping.make_room(&learned, false, now()).await.unwrap();
    assert!(make_room().await);
    assert!(!make_room().await, "the rest is locked");
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
