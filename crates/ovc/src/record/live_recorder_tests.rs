use super::*;
use crate::account::tokens::Tokens;
use crate::blob::Blobs;
use crate::bus::Bus;
use crate::config::RecordingConfig;
use crate::db::{Db, NewDeviceRow, RecordCause, RecordedBy};
use crate::ids::{ChannelId, LoginCode};
use crate::record::RecordParts;
use crate::transfer::Links;
use bytes::Bytes;
use media::Frame;
use std::ops::Range;

const WALL_MS: i64 = 1_800_000_000_000;

struct Rig {
    records: Records,
    session: Arc<RecordSession>,
    connected_at: Arc<AtomicI64>,
    _dir: tempfile::TempDir,
}

impl Rig {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).await.unwrap();
        let device = LoginCode::parse("cam").unwrap();
        let new = NewDeviceRow {
            login_code: device.clone(),
            name: String::new(),
            passwd_hash: [0; 32],
            created_at: UnixMs(0),
            tenant: None,
            group: None,
            stocked: false,
        };
        db.add_device(&new).await.unwrap();
        let tokens = Tokens::new(&[7; 32]);
        let parts = RecordParts {
            db,
            blobs: Blobs::open(dir.path()).unwrap(),
            bus: Bus::default(),
            links: Links::new(tokens.clone(), 0, false),
            tokens,
            storage: crate::record::storage::Storage::default(),
            config: RecordingConfig::default(),
        };
        let records = Records::start(parts).await.unwrap();
        let session = records
            .open(&device, ChannelId(0), RecordedBy::Cloud, RecordCause::Always)
            .await
            .unwrap();
        Self {
            records,
            session,
            connected_at: Arc::default(),
            _dir: dir,
        }
    }

    /// A recorder whose segments wait until somebody takes them.
    fn recording(&self, running: &Running) -> (Recording, mpsc::Receiver<Waiting>) {
        let (segments, waiting) = mpsc::channel(MAX_WAITING);
        let connected_at = self.connected_at.clone();
        let recording = Recording {
            cutter: Cutter::new(Limits {
                duration_ms: 1000,
                max_bytes: 1 << 20,
            }),
            segments,
            saver: tokio::spawn(async {}),
            running: running.clone(),
            records: self.records.clone(),
            session: self.session.clone(),
            connected_at: Box::new(move || Some(UnixMs(WALL_MS + connected_at.load(Ordering::Relaxed)))),
            missing_since: UnixMs(WALL_MS),
            last_frame: None,
        };
        (recording, waiting)
    }

    /// Why, from when on, and how long, in the order in which it was told.
    async fn losses(&self) -> Vec<(String, i64, i64)> {
        let losses = self.records.db().losses_between(self.session.stream, 0, i64::MAX / 2);
        let losses = losses.await.unwrap().into_iter();
        losses
            .map(|loss| (loss.reason, loss.from_ms.unwrap() - WALL_MS, loss.lost_ms))
            .collect()
    }
}

/// A publisher comes, sends sound, and goes.
async fn publish(recording: &mut Recording, times: Range<i64>) {
    let audio = media::aac::config(48_000, 2).unwrap();
    let begin = Tapped::Begin {
        video: None,
        audio: Some(audio),
    };
    recording.take(begin).await;
    for at_ms in times.step_by(20) {
        let wall = UNIX_EPOCH + Duration::from_millis((WALL_MS + at_ms).unsigned_abs());
        let frame = Frame::audio(at_ms, Bytes::from(vec![7; 100]));
        recording.take(Tapped::Frame(frame, wall)).await;
    }
    recording.take(Tapped::End).await;
}

fn told(losses: &[(&str, i64, i64)]) -> Vec<(String, i64, i64)> {
    losses
        .iter()
        .map(|(why, from, ms)| ((*why).to_owned(), *from, *ms))
        .collect()
}

#[tokio::test]
async fn of_every_gap_it_is_told_why() {
    let rig = Rig::new().await;
    let (mut recording, mut waiting) = rig.recording(&Running::default());
    publish(&mut recording, 0..3000).await;
    publish(&mut recording, 6000..8000).await;
    // So short a gap is none.
    publish(&mut recording, 8500..10_000).await;
    let mut expected = vec![("no_media", 3000, 3000)];
    assert_eq!(rig.losses().await, told(&expected));
    while waiting.try_recv().is_ok() {}
    // The device was away, and is back at once; or it is, and sends nothing.
    rig.connected_at.store(12_000, Ordering::Relaxed);
    publish(&mut recording, 14_000..15_000).await;
    expected.push(("device_offline", 10_000, 2000));
    assert_eq!(rig.losses().await, told(&expected));
    rig.connected_at.store(20_000, Ordering::Relaxed);
    publish(&mut recording, 40_000..41_000).await;
    expected.extend([("device_offline", 15_000, 5000), ("no_media", 35_000, 5000)]);
    assert_eq!(rig.losses().await, told(&expected));
}

#[tokio::test]
async fn what_waits_of_all_recorders_together_takes_no_more_memory_than_it_may() {
    let rig = Rig::new().await;
    let running = Running::with_room(40);
    let (mut one, mut of_one) = rig.recording(&running);
    let (mut other, mut of_other) = rig.recording(&running);
    publish(&mut one, 0..3000).await;
    publish(&mut other, 0..3000).await;
    let mut waiting: Vec<_> = std::iter::from_fn(|| of_one.try_recv().ok()).collect();
    waiting.extend(std::iter::from_fn(|| of_other.try_recv().ok()));
    let kib: usize = waiting.iter().map(|next| next.cut.bytes.len().div_ceil(1024)).sum();
    assert!(kib <= 40 && !waiting.is_empty(), "{kib}");
    let lost = rig.losses().await;
    assert_eq!(waiting.len() + lost.len(), 6);
    assert!(
        !lost.is_empty() && lost.iter().all(|(why, ..)| why == "dropped"),
        "{lost:?}"
    );
    // What is stored makes room.
    drop(waiting);
    publish(&mut other, 3000..4000).await;
    assert!(of_other.try_recv().is_ok());
    assert_eq!(rig.losses().await.len(), lost.len());
}
