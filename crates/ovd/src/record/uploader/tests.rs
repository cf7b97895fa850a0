//! Against a service in memory, in virtual time.

use super::super::queue::Memory;
use super::super::segmenter::Segment;
use super::*;
use bytes::Bytes;
use parking_lot::Mutex;
use std::collections::HashMap;
use tokio::time::Instant;

/// A service that does what it should, unless a test tells it not to.
#[derive(Default)]
struct Service {
    /// Every call, as `op` and what stands for it in the tests.
    log: Vec<String>,
    /// Names and the start of their segments.
    created: HashMap<String, String>,
    uploaded: Vec<String>,
    /// Confirmed, in order, by their start in seconds.
    saved: Vec<String>,
    stat: Vec<(u64, String)>,
    next: u32,
    /// Nobody is reached.
    is_down: bool,
    /// Whoever is reached cannot at the moment.
    is_busy: bool,
    /// What the next calls of this kind come to; then they work.
    faults: HashMap<&'static str, Vec<Failure>>,
    /// Nothing is wanted.
    declines: bool,
    /// How long an upload takes.
    upload_takes: Duration,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Service>>);

impl Service {
    fn fault(&mut self, op: &str) -> Result<(), Failure> {
        if self.is_down {
            return Err(Failure::Unreachable("down".to_owned()));
        }
        if self.is_busy {
            return Err(busy(0));
        }
        match self.faults.get_mut(op).filter(|faults| !faults.is_empty()) {
            Some(faults) => Err(faults.remove(0)),
            None => Ok(()),
        }
    }

    fn save(&mut self, name: &str) {
        let start = self.created.get(name).expect("a name that was given").clone();
        assert!(self.uploaded.contains(&name.to_owned()), "saved before it was there");
        if !self.saved.contains(&start) {
            self.saved.push(start);
        }
    }
}

impl Ovr for Shared {
    async fn call(&self, form: &[(&str, String)]) -> Result<Bytes, Failure> {
        let form: HashMap<&str, &str> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let op = form["op"];
        let mut service = self.0.lock();
        let subject = form
            .get("start")
            .or(form.get("name"))
            .or(form.get("dropped_nb"))
            .unwrap();
        service.log.push(format!("{op} {subject}"));
        service.fault(op)?;
        let answer = match op {
            "create" => {
                assert_eq!(form["content_type"], "video/mp2t");
                assert_eq!(form["https"], "1");
                if let Some(name) = form.get("last_file_name") {
                    service.save(name);
                }
                if service.declines {
                    r#"{"name": "", "uri": ""}"#.to_owned()
                } else {
                    service.next += 1;
                    let name = format!("n{}", service.next);
                    service.created.insert(name.clone(), form["start"].to_owned());
                    format!(r#"{{"name": "{name}", "uri": "http://store/{name}"}}"#)
                }
            }
            "save" => {
                service.save(form["name"]);
                String::new()
            }
            "fail" => String::new(),
            "stat" => {
                let dropped = (form["dropped_nb"].parse().unwrap(), form["dropped_time"].to_owned());
                service.stat.push(dropped);
                String::new()
            }
            other => panic!("{other}"),
        };
        Ok(Bytes::from(answer))
    }

    async fn upload(&self, uri: &str, _data: Bytes) -> Result<(), Failure> {
        let takes = self.0.lock().upload_takes;
        tokio::time::sleep(takes).await;
        let mut service = self.0.lock();
        let name = uri.strip_prefix("http://store/").unwrap();
        service.log.push(format!("put {name}"));
        service.fault("put")?;
        service.uploaded.push(name.to_owned());
        Ok(())
    }

    fn is_secure(&self) -> bool {
        true
    }
}

struct Rig {
    service: Shared,
    queue: Arc<Queue>,
    task: tokio::task::JoinHandle<()>,
}

const PATIENCE: Duration = Duration::from_secs(20);
const DRAIN: Duration = Duration::from_secs(300);

fn rig(max_count: usize) -> Rig {
    let (service, memory) = (Shared::default(), Arc::new(Memory::new(1 << 20)));
    let queue = Arc::new(Queue::new(max_count, memory));
    let task = tokio::spawn(run(service.clone(), Arc::clone(&queue), PATIENCE, DRAIN));
    Rig { service, queue, task }
}

impl Rig {
    fn record(&self, start_s: i64) {
        self.queue.push(Segment {
            start_ms: start_s * 1000,
            duration_ms: 10_000,
            discontinues: false,
            lost_before_ms: 0,
            data: Bytes::from_static(&[0x47; 188]),
        });
    }

    /// A segment every ten seconds, from one time to another.
    async fn run(&self, from_s: i64, to_s: i64) {
        for start_s in (from_s..to_s).step_by(10) {
            tokio::time::sleep(Duration::from_secs(10)).await;
            self.record(start_s);
        }
    }

    async fn finish(self) -> Service {
        self.queue.close();
        self.task.await.unwrap();
        std::mem::take(&mut *self.service.0.lock())
    }
}

fn starts(from_s: i64, to_s: i64) -> Vec<String> {
    (from_s..to_s)
        .step_by(10)
        .map(|start_s| format!("{start_s}.000"))
        .collect()
}

fn busy(wait_s: u64) -> Failure {
    Failure::Busy {
        text: "503".to_owned(),
        wait: Duration::from_secs(wait_s),
    }
}

fn refused(status: u16) -> Failure {
    Failure::Refused {
        status,
        text: status.to_string(),
    }
}

#[tokio::test(start_paused = true)]
async fn each_segment_is_announced_uploaded_and_confirmed_with_the_next() {
    let rig = rig(4);
    rig.run(0, 30).await;
    let service = rig.finish().await;
    assert_eq!(
        service.log,
        [
            "create 0.000",
            "put n1",
            "create 10.000",
            "put n2",
            "create 20.000",
            "put n3",
            "save n3"
        ]
    );
    assert_eq!(service.saved, starts(0, 30));
}

#[tokio::test(start_paused = true)]
async fn the_last_one_is_confirmed_by_itself_when_none_follows() {
    let rig = rig(4);
    rig.record(0);
    tokio::time::sleep(PATIENCE + Duration::from_secs(1)).await;
    assert_eq!(rig.service.0.lock().saved, starts(0, 10));
    rig.record(60);
    let service = rig.finish().await;
    assert_eq!(
        service.log,
        [
            "create 0.000",
            "put n1",
            "save n1",
            "create 60.000",
            "put n2",
            "save n2"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn after_an_outage_the_queue_drains_oldest_first_while_new_ones_go_on() {
    let rig = rig(30);
    rig.run(0, 60).await;
    rig.service.0.lock().is_down = true;
    rig.run(60, 120).await;
    rig.service.0.lock().is_down = false;
    rig.run(120, 180).await;
    let service = rig.finish().await;
    assert_eq!(service.saved, starts(0, 180), "all of them, in order");
    assert!(service.stat.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_an_outage_leaves_no_room_for_is_told() {
    let rig = rig(6);
    rig.run(0, 30).await;
    rig.service.0.lock().is_down = true;
    rig.run(30, 330).await;
    rig.service.0.lock().is_down = false;
    rig.run(330, 400).await;
    let service = rig.finish().await;
    let told: u64 = service.stat.iter().map(|(segments, _)| segments).sum();
    let time_s: f64 = service.stat.iter().map(|(_, time)| time.parse::<f64>().unwrap()).sum();
    let failed = service.log.iter().filter(|call| call.starts_with("fail")).count();
    // Where the outage began, one may have been announced.
    assert_eq!(
        service.saved.len() + told as usize + failed,
        40,
        "every segment is there or told"
    );
    assert_eq!(time_s, told as f64 * 10.0);
    assert!(
        told >= 20 && service.saved.len() >= 13,
        "{told} dropped, {} there",
        service.saved.len()
    );
    let mut sorted = service.saved.clone();
    sorted.sort_by_key(|start| start.parse::<f64>().unwrap() as i64);
    assert_eq!(service.saved, sorted);
}

#[tokio::test(start_paused = true)]
async fn what_is_busy_is_tried_again_and_not_before_it_said() {
    let rig = rig(4);
    rig.service.0.lock().faults.insert("create", vec![busy(0), busy(40)]);
    rig.service
        .0
        .lock()
        .faults
        .insert("put", vec![busy(0), Failure::Unreachable("broken".to_owned())]);
    let began = Instant::now();
    rig.record(0);
    let service = rig.finish().await;
    assert_eq!(
        service.log,
        [
            "create 0.000",
            "create 0.000",
            "create 0.000",
            "put n1",
            "put n1",
            "put n1",
            "save n1"
        ]
    );
    assert!(began.elapsed() >= Duration::from_secs(40), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn at_the_end_of_all_tries_at_several_addresses_the_cloud_is_told() {
    let rig = rig(4);
    rig.service.0.lock().faults.insert("put", vec![busy(0); 12]);
    rig.record(0);
    rig.record(10);
    let service = rig.finish().await;
    let count = |what: &str| service.log.iter().filter(|call| *call == what).count();
    for name in ["n1", "n2", "n3"] {
        assert_eq!((count(&format!("put {name}")), count(&format!("fail {name}"))), (4, 1));
    }
    assert_eq!(service.saved, starts(10, 20));
}

#[tokio::test(start_paused = true)]
async fn a_cloud_that_cannot_for_minutes_costs_nothing_while_there_is_room() {
    let rig = rig(40);
    rig.run(0, 30).await;
    rig.service.0.lock().upload_takes = Duration::from_secs(5);
    rig.record(30);
    // Where it begins, one is being uploaded.
    tokio::time::sleep(Duration::from_secs(3)).await;
    rig.service.0.lock().is_busy = true;
    rig.run(40, 340).await;
    rig.service.0.lock().is_busy = false;
    rig.run(340, 400).await;
    let service = rig.finish().await;
    assert_eq!(service.saved, starts(0, 400), "all of them, in order");
    assert!(service.stat.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_address_behind_which_nobody_is_reached_is_replaced() {
    let rig = rig(4);
    let unreachable = Failure::Unreachable("gone".to_owned());
    rig.service.0.lock().faults.insert("put", vec![unreachable; 4]);
    rig.record(0);
    let service = rig.finish().await;
    assert_eq!(service.saved, starts(0, 10));
    assert_eq!(
        service.log[4..],
        ["put n1", "fail n1", "create 0.000", "put n2", "save n2"]
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_cloud_does_not_confirm_is_uploaded_once_more() {
    let rig = rig(40);
    rig.record(0);
    tokio::time::sleep(Duration::from_secs(1)).await;
    // By the end of an outage it has forgotten what was announced before.
    rig.service.0.lock().is_down = true;
    rig.run(10, 910).await;
    {
        let mut service = rig.service.0.lock();
        service.is_down = false;
        service.faults.insert("save", vec![refused(410)]);
    }
    rig.run(910, 960).await;
    let mut service = rig.finish().await;
    service.saved.sort_by_key(|start| start.parse::<f64>().unwrap() as i64);
    // There was room for forty: what is told, and what is there, are all.
    let told: u64 = service.stat.iter().map(|(segments, _)| segments).sum();
    assert_eq!(
        service.saved.len() as u64 + told,
        95,
        "the first one is not kept when there is no room"
    );

    let rig = self::rig(40);
    rig.record(0);
    tokio::time::sleep(Duration::from_secs(1)).await;
    rig.service.0.lock().faults.insert("save", vec![refused(409)]);
    let service = rig.finish().await;
    assert_eq!(
        service.log,
        [
            "create 0.000",
            "put n1",
            "save n1",
            "fail n1",
            "create 0.000",
            "put n2",
            "save n2"
        ]
    );
    assert_eq!(service.saved, starts(0, 10));
}

#[tokio::test(start_paused = true)]
async fn what_the_cloud_never_confirms_is_told_in_the_end() {
    let rig = rig(4);
    rig.service.0.lock().faults.insert("save", vec![refused(409); 3]);
    rig.record(0);
    let service = rig.finish().await;
    let puts = service.log.iter().filter(|call| call.starts_with("put")).count();
    assert_eq!((puts, service.log.last().map(String::as_str)), (3, Some("fail n3")));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_session_does_not_wait_for_the_next_try() {
    let rig = rig(4);
    rig.service.0.lock().is_down = true;
    rig.record(0);
    tokio::time::sleep(Duration::from_secs(100)).await;
    rig.service.0.lock().is_down = false;
    let began = Instant::now();
    assert_eq!(rig.finish().await.saved, starts(0, 10));
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_abandoned_tells_what_it_still_had() {
    let rig = rig(4);
    rig.service.0.lock().is_busy = true;
    rig.record(0);
    rig.record(10);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let queue = Arc::clone(&rig.queue);
    queue.close();
    tokio::time::sleep(Duration::from_secs(3)).await;
    rig.service.0.lock().faults.insert("create", vec![busy(0); 100]);
    rig.service.0.lock().is_busy = false;
    queue.abandon();
    let began = Instant::now();
    let service = rig.finish().await;
    assert!(began.elapsed() <= LAST_WORDS_LIMIT);
    assert_eq!(service.stat, [(2, "20.000".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_upload_is_not_tried_again() {
    for status in [400, 413, 415] {
        let rig = rig(4);
        rig.service.0.lock().faults.insert("put", vec![refused(status)]);
        rig.record(0);
        let service = rig.finish().await;
        assert_eq!(service.log, ["create 0.000", "put n1", "fail n1"], "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_that_is_dead_is_replaced_twice() {
    let rig = rig(4);
    rig.service
        .0
        .lock()
        .faults
        .insert("put", vec![refused(403), refused(404)]);
    rig.record(0);
    let service = rig.finish().await;
    assert_eq!(service.saved, starts(0, 10));
    assert_eq!(service.next, 3);
    let rig = self::rig(4);
    rig.service.0.lock().faults.insert("put", vec![refused(403); 3]);
    rig.record(0);
    let service = rig.finish().await;
    assert!(
        service.saved.is_empty() && service.log.contains(&"fail n3".to_owned()),
        "{:?}",
        service.log
    );
}

#[tokio::test(start_paused = true)]
async fn an_announcement_that_is_refused_for_the_one_before_is_made_again_without_it() {
    let rig = rig(4);
    rig.record(0);
    tokio::time::sleep(Duration::from_secs(1)).await;
    rig.service.0.lock().faults.insert("create", vec![refused(404)]);
    rig.record(10);
    let service = rig.finish().await;
    assert_eq!(
        service.log,
        [
            "create 0.000",
            "put n1",
            "create 10.000",
            "save n1",
            "create 10.000",
            "put n2",
            "save n2"
        ]
    );
    assert_eq!(service.saved, starts(0, 20));
}

#[tokio::test(start_paused = true)]
async fn a_segment_nobody_wants_is_not_uploaded_and_a_session_that_is_unknown_costs_one_call_each() {
    let rig = rig(4);
    rig.service.0.lock().declines = true;
    rig.record(0);
    let service = rig.finish().await;
    assert_eq!(service.log, ["create 0.000"]);
    let rig = self::rig(4);
    rig.service.0.lock().faults.insert("create", vec![refused(404); 2]);
    rig.service.0.lock().faults.insert("stat", vec![refused(404); 2]);
    rig.record(0);
    rig.record(10);
    let service = rig.finish().await;
    assert_eq!(service.log, ["create 0.000", "stat 1", "create 10.000", "stat 1"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_is_given_up_some_minutes_after_the_end() {
    let rig = rig(4);
    rig.record(0);
    tokio::time::sleep(Duration::from_secs(1)).await;
    rig.service.0.lock().is_down = true;
    rig.record(10);
    let began = Instant::now();
    let service = rig.finish().await;
    let took = began.elapsed();
    assert!((DRAIN..DRAIN + LAST_WORDS_LIMIT * 2).contains(&took), "{took:?}");
    assert_eq!(service.saved, [""; 0], "it was there, but never confirmed");
}

#[tokio::test(start_paused = true)]
async fn a_long_session_is_not_cut_short_by_the_limit_for_its_end() {
    let rig = rig(4);
    rig.run(0, 1000).await;
    assert_eq!(rig.finish().await.saved, starts(0, 1000));
}

#[tokio::test(start_paused = true)]
async fn an_uplink_that_is_too_slow_loses_segments_but_never_all_of_them() {
    let rig = rig(3);
    rig.service.0.lock().upload_takes = Duration::from_secs(25);
    rig.run(0, 500).await;
    let service = rig.finish().await;
    let told: u64 = service.stat.iter().map(|(segments, _)| segments).sum();
    assert_eq!(service.saved.len() as u64 + told, 50);
    assert!(service.saved.len() >= 18, "{}", service.saved.len());
}
