//! The program, killed over and over while devices upload: what it said it has it has, and it shows nothing else.

use crate::app::{LIMIT, TestApp};
use crate::durability::Program;
use crate::ovr::{Answer, create, open, packets, path_of, post, put, raw};
use ovc::clock::UnixMs;
use ovc::db::{RecordSpan, SPAN_TOLERANCE_MS, SegmentRow};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::watch;

/// Devices that upload, of one channel: to the cloud they are many calls of one session.
const UPLOADERS: u64 = 8;
const ROUNDS: usize = 4;
/// What is saved between two times it is killed.
const SAVED: usize = 30;

/// Where the cloud is now; it has another port after each start.
type Where = watch::Receiver<String>;

/// Asks until there is an answer.
async fn asked(cloud: &mut Where, request: &[u8]) -> Answer {
    let asking = async {
        loop {
            let authority = cloud.borrow_and_update().clone();
            match raw(&authority, request).await {
                // Many devices' calls are one session's here.
                Some(answer) if answer.status == 429 => tokio::task::yield_now().await,
                Some(answer) => return answer,
                // Killed: on to the next.
                None => cloud.changed().await.unwrap(),
            }
        }
    };
    tokio::time::timeout(3 * LIMIT, asking)
        .await
        .expect("an answer in time")
}

/// One segment of its own length, from its announcement until it is saved; whether it was kept back at some step.
async fn upload(cloud: &mut Where, path: &str, start: UnixMs, size: usize) -> bool {
    let bytes = packets(size, u8::try_from(size % 251).unwrap());
    let made = asked(cloud, &post(path, &create(start, 0.1, bytes.len()))).await;
    assert_eq!(made.status, 200, "{made:?}");
    let name = made.body["name"].as_str().unwrap();
    let uri = path_of(made.body["uri"].as_str().unwrap());
    if size.is_multiple_of(7) {
        return false;
    }
    let put = asked(cloud, &put(&uri, &bytes)).await;
    assert_eq!(put.status, 200, "{put:?}");
    if size.is_multiple_of(5) {
        return false;
    }
    let saved = asked(cloud, &post(path, &format!("op=save&name={name}"))).await;
    assert_eq!(saved.status, 200, "{saved:?}");
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_over_and_over_nothing_saved_is_lost_and_nothing_else_is_listed() {
    let app = TestApp::start().await;
    app.add_device("cam").await;
    let session = open(&app).await;
    let path = format!("/live/cseg/{}", session.secret);
    let began = UnixMs::now();
    let token = app.token.clone();
    let dir = app.stopped().await;

    let mut program = Program::start(dir.path()).await;
    let (moved, cloud) = watch::channel(program.authority().to_owned());
    let (told, mut saved) = tokio::sync::mpsc::unbounded_channel();
    let (finish, finished) = watch::channel(false);
    let uploaders: Vec<_> = (0..UPLOADERS)
        .map(|number| {
            let (mut cloud, path, told, finished) = (cloud.clone(), path.clone(), told.clone(), finished.clone());
            tokio::spawn(async move {
                let mut count = 0;
                while !*finished.borrow() {
                    count += 1;
                    // Each its own length, so that each is known again, and its own place.
                    let number = number + count * UPLOADERS;
                    let start = began.minus(Duration::from_secs(100));
                    let start = start.plus(Duration::from_millis(number * 100));
                    let size = usize::try_from(number).unwrap();
                    if upload(&mut cloud, &path, start, size).await {
                        told.send(size).unwrap();
                    }
                }
            })
        })
        .collect();
    let mut sizes = Vec::new();
    for _ in 0..ROUNDS {
        for _ in 0..SAVED {
            let size = tokio::time::timeout(3 * LIMIT, saved.recv()).await;
            sizes.push(size.expect("it goes on").unwrap());
        }
        program.kill().await;
        program = Program::start(dir.path()).await;
        moved.send(program.authority().to_owned()).unwrap();
    }
    finish.send(true).unwrap();
    for uploader in uploaders {
        uploader.await.unwrap();
    }
    drop(told);
    while let Some(size) = saved.recv().await {
        sizes.push(size);
    }
    program.stop().await;

    let app = TestApp::start_on(dir, &token).await;
    let records = app.records();
    let everything = UnixMs(0)..UnixMs(i64::MAX);
    let rows = records
        .db()
        .segments(session.stream, everything.clone(), 100_000)
        .await
        .unwrap();
    let mut listed: HashMap<usize, SegmentRow> = HashMap::new();
    for row in rows {
        let size = usize::try_from(row.bytes / 188).unwrap();
        assert!(listed.insert(size, row).is_none(), "{size} packets are listed twice");
    }
    for size in &sizes {
        assert!(listed.contains_key(size), "{size} packets were saved");
    }
    let mut expected: Vec<RecordSpan> = Vec::new();
    let mut in_order: Vec<_> = listed.into_iter().collect();
    in_order.sort_by_key(|(_, row)| row.start);
    for (size, row) in in_order {
        match expected.last_mut() {
            Some(last) if row.start.0 <= last.end.0 + SPAN_TOLERANCE_MS => last.end = row.end(),
            _ => expected.push(RecordSpan {
                start: row.start,
                end: row.end(),
            }),
        }
        assert!(
            !size.is_multiple_of(7) && !size.is_multiple_of(5),
            "{size} packets were never saved"
        );
        let content = records.blobs().get_segment(row.stream, &row.key, None).await.unwrap();
        assert_eq!(content.total, row.bytes, "{size} packets are whole");
    }
    let spans = records.db().record_spans(session.stream, everything).await.unwrap();
    assert_eq!(spans, expected);
}
