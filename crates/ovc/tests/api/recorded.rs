//! Footage put where the cloud keeps it, without a device that records it.

use crate::app::TestApp;
use bytes::BytesMut;
use media::ts::Muxer;
use media::{AudioConfig, Frame, VideoConfig, aac, h264};
use ovc::blob::SegmentKey;
use ovc::clock::UnixMs;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;
use std::path::{Path, PathBuf};

/// Beside the running cloud.
pub(crate) struct Recorded {
    pool: SqlitePool,
    folder: PathBuf,
    pub(crate) stream: i64,
    session: i64,
}

fn tracks() -> (VideoConfig, AudioConfig) {
    let sps = [
        0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0, 0, 3, 0, 1, 0, 0, 3, 0, 0x32, 0x0f, 0x16,
        0x2e, 0x48,
    ];
    let video = h264::config_from_parameter_sets(&[&sps], &[&[0x68, 0xcb, 0x83, 0xcb, 0x20]]).unwrap();
    (video, aac::config(48_000, 2).unwrap())
}

/// A transport stream of so long, its timestamps beginning at `begin_ms`: 25 pictures a second, a keyframe every 2 s, and
/// sound.
pub(crate) fn transport_stream(begin_ms: i64, lasting_ms: i64) -> Vec<u8> {
    let (video, audio) = tracks();
    let mut muxer = Muxer::new(Some(&video), Some(&audio));
    let mut out = BytesMut::new();
    // The muxer counts from its first frame; so that segments continue each other, its clock is started at zero.
    let mut frames = Vec::new();
    for number in begin_ms / 40..(begin_ms + lasting_ms) / 40 {
        let is_key = number % 50 == 0;
        let slice = [
            &[0, 0, 0, 101, if is_key { 0x65 } else { 0x41 }][..],
            &[number as u8 | 1; 100],
        ]
        .concat();
        frames.push(Frame::video(number * 40, is_key, slice.into()));
    }
    for number in begin_ms * 48 / 1024..(begin_ms + lasting_ms) * 48 / 1024 {
        frames.push(Frame::audio(number * 1024 / 48, vec![number as u8; 20].into()));
    }
    frames.sort_by_key(|frame| frame.dts_ms);
    muxer.begin_segment();
    muxer.write(&mut out, &Frame::video(0, true, vec![0, 0, 0, 2, 0x65, 1].into()));
    out.clear();
    muxer.begin_segment();
    for frame in &frames {
        muxer.write(&mut out, frame);
    }
    out.to_vec()
}

impl Recorded {
    /// A channel that is recorded since long ago and until now, of a device that was always there and a cloud that always ran.
    pub(crate) async fn of(app: &TestApp, device: &str, channel: i64) -> Self {
        Self::in_dir(app.data_dir(), device, channel).await
    }

    pub(crate) async fn in_dir(dir: &Path, device: &str, channel: i64) -> Self {
        let options = SqliteConnectOptions::new().filename(dir.join("ovc.sqlite"));
        let pool = SqlitePool::connect_with(options).await.unwrap();
        let stream = sqlx::query("INSERT INTO record_streams (login_code, channel) VALUES (?, ?)")
            .bind(device)
            .bind(channel)
            .execute(&pool)
            .await
            .unwrap()
            .last_insert_rowid();
        sqlx::query("INSERT INTO cloud_runs (began_ms, alive_at_ms) VALUES (0, ?)")
            .bind(UnixMs::now().0)
            .execute(&pool)
            .await
            .unwrap();
        sqlx::query("INSERT INTO presence_history (login_code, at_ms, presence) VALUES (?, 1, 'online')")
            .bind(device)
            .execute(&pool)
            .await
            .unwrap();
        let mut recorded = Self {
            pool,
            folder: dir.join("blobs/segments"),
            stream,
            session: 0,
        };
        recorded.session = recorded.add_session(0, None).await;
        recorded
    }

    /// A recording session.
    pub(crate) async fn add_session(&self, began_ms: i64, ended_ms: Option<i64>) -> i64 {
        sqlx::query(
            "INSERT INTO record_sessions (stream_id, token, recorder, cause, began_ms, ended_ms)
             VALUES (?, hex(randomblob(16)), 'device', 'always', ?, ?)",
        )
        .bind(self.stream)
        .bind(began_ms)
        .bind(ended_ms)
        .execute(&self.pool)
        .await
        .unwrap()
        .last_insert_rowid()
    }

    /// A segment of 10 s whose timestamps begin at `media_ms`; its number.
    pub(crate) async fn add(&self, start_ms: i64, media_ms: i64, flags: i64) -> i64 {
        let bytes = transport_stream(media_ms, 10_000);
        let key = SegmentKey::random(UnixMs(start_ms));
        let day = &UnixMs(start_ms).to_rfc3339()[..10].replace('-', "");
        let folder = self.folder.join(format!("{}/{day}", self.stream));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(key.to_string()), &bytes).unwrap();
        let id = sqlx::query(
            "INSERT INTO segments (stream_id, session_id, start_ms, duration_ms, bytes, flags, received_ms, key)
             VALUES (?, ?, ?, 10000, ?, ?, ?, ?)",
        )
        .bind(self.stream)
        .bind(self.session)
        .bind(start_ms)
        .bind(bytes.len() as i64)
        .bind(flags)
        .bind(start_ms + 11_000)
        .bind(&key.as_bytes()[..])
        .execute(&self.pool)
        .await
        .unwrap()
        .last_insert_rowid();
        self.add_span(start_ms, start_ms + 10_000).await;
        id
    }

    /// So many segments one behind the other.
    pub(crate) async fn add_many(&self, start_ms: i64, count: i64) -> Vec<i64> {
        let mut ids = Vec::new();
        for number in 0..count {
            ids.push(self.add(start_ms + number * 10_000, number * 10_000, 0).await);
        }
        ids
    }

    /// Notes that there is footage.
    pub(crate) async fn add_span(&self, from: i64, to: i64) {
        self.run(
            "INSERT OR REPLACE INTO record_spans (stream_id, start_ms, end_ms) VALUES (?, ?, ?)",
            &[self.stream, from, to],
        )
        .await;
    }

    pub(crate) async fn run(&self, sql: &'static str, values: &[i64]) {
        let mut query = sqlx::query(sql);
        for value in values {
            query = query.bind(*value);
        }
        query.execute(&self.pool).await.unwrap();
    }

    /// Something that is lost.
    pub(crate) async fn lose(&self, reason: &str, at: i64, from: Option<i64>, lost: i64) {
        sqlx::query(
            "INSERT INTO record_losses (stream_id, session_id, reason, at_ms, from_ms, lost_ms, segments)
             VALUES (?, ?, ?, ?, ?, ?, 1)",
        )
        .bind(self.stream)
        .bind(self.session)
        .bind(reason)
        .bind(at)
        .bind(from)
        .bind(lost)
        .execute(&self.pool)
        .await
        .unwrap();
    }
}
