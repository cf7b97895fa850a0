//! Finished segments that wait for the uplink.

use super::segmenter::Segment;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// Names of segments that were announced and will not come, remembered until the cloud can be told.
const MAX_FAILED: usize = 64;

/// What all sessions of a channel may take in memory together.
#[derive(Debug)]
pub(super) struct Memory {
    used: AtomicU64,
    limit: u64,
}

impl Memory {
    pub(super) fn new(limit: u64) -> Self {
        Self {
            used: AtomicU64::new(0),
            limit,
        }
    }

    /// Only the recorder's task takes, so what fits now still fits a moment later.
    fn has_room(&self, bytes: u64) -> bool {
        self.used.load(Ordering::Relaxed).saturating_add(bytes) <= self.limit
    }

    fn take(&self, bytes: u64) {
        self.used.fetch_add(bytes, Ordering::Relaxed);
    }

    fn give_back(&self, bytes: u64) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// What the cloud made of a segment that was announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Created {
    /// What it is called there.
    pub(super) name: String,
    /// Where it is to be uploaded.
    pub(super) uri: String,
    /// When it was announced.
    pub(super) at: Instant,
    /// How often the upload did not work.
    pub(super) tries: u32,
}

/// A segment, and how far it is.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) id: u64,
    pub(super) segment: Segment,
    pub(super) created: Option<Created>,
    /// How often a server said that it cannot take it at the moment.
    pub(super) failures: u32,
    /// How often an address for it turned out to be dead, or its upload not to have arrived.
    pub(super) dead_addresses: u32,
    /// It is uploaded, and the cloud has not said that it has it: kept while there is room, in case it has not.
    is_uploaded: bool,
}

/// What was given up and the cloud has not been told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Dropped {
    pub(super) segments: u64,
    pub(super) time_ms: u64,
}

/// Where the oldest is, when there is any.
#[derive(Debug)]
pub(super) enum Next {
    Segment(Box<Held>),
    /// All are uploaded, and it is closed.
    End,
}

/// How a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Recording,
    /// No more will come.
    Closed,
    /// What is there is not wanted any more.
    Abandoned,
}

#[derive(Default)]
struct Inner {
    /// Oldest first.
    held: VecDeque<Held>,
    /// The one that is being uploaded at this moment.
    in_flight: Option<u64>,
    next_id: u64,
    dropped: Dropped,
    failed: VecDeque<String>,
}

/// Holds as many segments as the cloud allows, the one that is being uploaded and the one that is not confirmed included.
/// When it is full, the oldest that is not being uploaded goes.
pub(super) struct Queue {
    inner: Mutex<Inner>,
    max_count: usize,
    memory: Arc<Memory>,
    changed: Notify,
    stage: watch::Sender<Stage>,
}

impl Queue {
    pub(super) fn new(max_count: usize, memory: Arc<Memory>) -> Self {
        Self {
            inner: Mutex::default(),
            max_count: max_count.max(1),
            memory,
            changed: Notify::new(),
            stage: watch::Sender::new(Stage::Recording),
        }
    }

    /// Adds the newest.
    pub(super) fn push(&self, segment: Segment) {
        let bytes = segment.data.len() as u64;
        let mut inner = self.inner.lock();
        inner.dropped.time_ms += segment.lost_before_ms.unsigned_abs();
        while inner.held.len() >= self.max_count || !self.memory.has_room(bytes) {
            let in_flight = inner.in_flight;
            let oldest = inner.held.iter().position(|held| Some(held.id) != in_flight);
            let Some(dropped) = oldest.and_then(|oldest| inner.held.remove(oldest)) else {
                inner.drop_segment(&segment, None);
                return;
            };
            self.memory.give_back(dropped.segment.data.len() as u64);
            inner.drop_held(dropped);
        }
        self.memory.take(bytes);
        let id = inner.next_id;
        inner.next_id += 1;
        inner.held.push_back(Held {
            id,
            segment,
            created: None,
            failures: 0,
            dead_addresses: 0,
            is_uploaded: false,
        });
        drop(inner);
        self.changed.notify_one();
    }

    /// No more will come.
    pub(super) fn close(&self) {
        self.reach(Stage::Closed);
    }

    /// What is there is to be given up.
    pub(super) fn abandon(&self) {
        self.reach(Stage::Abandoned);
    }

    fn reach(&self, stage: Stage) {
        self.stage.send_modify(|current| *current = stage.max(*current));
        self.changed.notify_one();
    }

    pub(super) fn is_closed(&self) -> bool {
        *self.stage.borrow() >= Stage::Closed
    }

    /// Waits until no more will come. Cancel-safe.
    pub(super) async fn closed(&self) {
        let _ = self.stage.subscribe().wait_for(|stage| *stage >= Stage::Closed).await;
    }

    /// Waits until what is there is to be given up. Cancel-safe.
    pub(super) async fn abandoned(&self) {
        let _ = self
            .stage
            .subscribe()
            .wait_for(|stage| *stage == Stage::Abandoned)
            .await;
    }

    /// There is no time left: what is there is lost.
    pub(super) fn give_up_all(&self) {
        let mut inner = self.inner.lock();
        inner.in_flight = None;
        while let Some(held) = inner.held.pop_front() {
            self.memory.give_back(held.segment.data.len() as u64);
            inner.drop_held(held);
        }
    }

    /// Waits for the oldest segment that is not uploaded and takes it up: until [`Queue::uploaded`], [`Queue::done`] or
    /// [`Queue::put_back`] it is not dropped. Cancel-safe.
    pub(super) async fn next(&self) -> Next {
        loop {
            {
                let mut inner = self.inner.lock();
                if let Some(held) = inner.held.iter().find(|held| !held.is_uploaded).cloned() {
                    inner.in_flight = Some(held.id);
                    return Next::Segment(Box::new(held));
                }
                if self.is_closed() {
                    return Next::End;
                }
            }
            self.changed.notified().await;
        }
    }

    /// It is uploaded: it waits for [`Queue::confirmed`] or [`Queue::unconfirmed`].
    pub(super) fn uploaded(&self, held: Held) {
        self.put_back(Held {
            is_uploaded: true,
            ..held
        });
    }

    /// The cloud has what was uploaded.
    pub(super) fn confirmed(&self, id: u64) {
        self.remove(&mut self.inner.lock(), id);
    }

    /// The cloud does not have what was uploaded. `None`: nor is it here any more.
    pub(super) fn unconfirmed(&self, id: u64) -> Option<Held> {
        let inner = self.inner.lock();
        let held = inner.held.iter().find(|held| held.id == id)?;
        Some(Held {
            is_uploaded: false,
            ..held.clone()
        })
    }

    /// Nothing more is to be done about it.
    pub(super) fn done(&self, held: &Held) {
        let mut inner = self.inner.lock();
        inner.in_flight = None;
        self.remove(&mut inner, held.id);
    }

    fn remove(&self, inner: &mut Inner, id: u64) {
        if let Some(at) = inner.held.iter().position(|held| held.id == id)
            && let Some(removed) = inner.held.remove(at)
        {
            self.memory.give_back(removed.segment.data.len() as u64);
        }
    }

    /// It did not work for now.
    pub(super) fn put_back(&self, held: Held) {
        let mut inner = self.inner.lock();
        if inner.in_flight == Some(held.id) {
            inner.in_flight = None;
        }
        if let Some(slot) = inner.held.iter_mut().find(|other| other.id == held.id) {
            *slot = held;
        }
    }

    /// It will not work: as if there had been no room.
    pub(super) fn give_up(&self, held: &Held) {
        let mut inner = self.inner.lock();
        if inner.in_flight == Some(held.id) {
            inner.in_flight = None;
        }
        self.remove(&mut inner, held.id);
        inner.drop_segment(&held.segment, held.created.clone());
    }

    /// Whether all that is there is uploaded.
    pub(super) fn is_uploaded(&self) -> bool {
        self.inner.lock().held.iter().all(|held| held.is_uploaded)
    }

    /// What the cloud is to be told of.
    pub(super) fn dropped(&self) -> Dropped {
        self.inner.lock().dropped
    }

    /// The cloud has been told.
    pub(super) fn told(&self, dropped: Dropped) {
        let mut inner = self.inner.lock();
        inner.dropped.segments = inner.dropped.segments.saturating_sub(dropped.segments);
        inner.dropped.time_ms = inner.dropped.time_ms.saturating_sub(dropped.time_ms);
    }

    /// A segment under this name will not come.
    pub(super) fn add_failed(&self, name: String) {
        self.inner.lock().add_failed(name);
    }

    /// The next name of which the cloud is to be told that it will not come.
    pub(super) fn failed(&self) -> Option<String> {
        self.inner.lock().failed.front().cloned()
    }

    /// The cloud has been told of the next name.
    pub(super) fn told_failed(&self) {
        self.inner.lock().failed.pop_front();
    }
}

impl Inner {
    /// There is no room for it. One that is uploaded is not lost by that.
    fn drop_held(&mut self, held: Held) {
        if !held.is_uploaded {
            self.drop_segment(&held.segment, held.created);
        }
    }

    /// Notes what is lost: the cloud is told by name where it has one, which says which seconds they are.
    fn drop_segment(&mut self, segment: &Segment, created: Option<Created>) {
        tracing::warn!(
            start_ms = segment.start_ms,
            duration_ms = segment.duration_ms,
            "a segment is given up"
        );
        match created {
            Some(created) => self.add_failed(created.name),
            None => {
                self.dropped.segments += 1;
                self.dropped.time_ms += segment.duration_ms.unsigned_abs();
            }
        }
    }

    fn add_failed(&mut self, name: String) {
        if self.failed.len() >= MAX_FAILED {
            // The cloud notices by itself that it never came.
            self.failed.pop_front();
        }
        self.failed.push_back(name);
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        for held in &self.inner.get_mut().held {
            self.memory.give_back(held.segment.data.len() as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn segment(number: i64) -> Segment {
        Segment {
            start_ms: number * 1000,
            duration_ms: 1000,
            discontinues: false,
            lost_before_ms: 0,
            data: Bytes::from(vec![0; 100]),
        }
    }

    fn queue(max_count: usize, memory: u64) -> Queue {
        Queue::new(max_count, Arc::new(Memory::new(memory)))
    }

    fn created() -> Created {
        Created {
            name: "a".to_owned(),
            uri: "http://cloud/a".to_owned(),
            at: Instant::now(),
            tries: 0,
        }
    }

    async fn take(queue: &Queue) -> Option<Held> {
        match queue.next().await {
            Next::Segment(held) => Some(*held),
            Next::End => None,
        }
    }

    #[tokio::test]
    async fn the_oldest_go_first_and_when_full_the_oldest_are_dropped() {
        let queue = queue(3, 1000);
        for number in 0..5 {
            queue.push(segment(number));
        }
        queue.close();
        let dropped = Dropped {
            segments: 2,
            time_ms: 2000,
        };
        assert_eq!(queue.dropped(), dropped);
        queue.told(dropped);
        assert_eq!(queue.dropped(), Dropped::default());
        for number in 2..5 {
            let held = take(&queue).await.unwrap();
            assert_eq!(held.segment.start_ms, number * 1000);
            queue.done(&held);
        }
        assert!(take(&queue).await.is_none());
        assert_eq!(queue.memory.used.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn what_is_being_uploaded_is_not_dropped_but_counts() {
        let queue = queue(2, 1000);
        queue.push(segment(0));
        let held = take(&queue).await.unwrap();
        for number in 1..4 {
            queue.push(segment(number));
        }
        assert_eq!(queue.dropped().segments, 2);
        queue.put_back(held);
        queue.push(segment(4));
        assert_eq!(queue.dropped().segments, 3, "now it is the oldest");
        assert_eq!(take(&queue).await.unwrap().segment.start_ms, 3000);
    }

    #[tokio::test]
    async fn memory_is_bounded_over_all_queues() {
        let memory = Arc::new(Memory::new(250));
        let (first, second) = (Queue::new(9, Arc::clone(&memory)), Queue::new(9, Arc::clone(&memory)));
        first.push(segment(0));
        first.push(segment(1));
        second.push(segment(2));
        assert_eq!(second.dropped().segments, 1, "the other one's are not its to drop");
        first.push(segment(3));
        assert_eq!(
            (first.dropped().segments, memory.used.load(Ordering::Relaxed)),
            (1, 200)
        );
        drop(first);
        second.push(segment(4));
        assert_eq!(
            (second.dropped().segments, memory.used.load(Ordering::Relaxed)),
            (1, 100)
        );
    }

    #[tokio::test]
    async fn one_that_was_announced_is_told_by_its_name() {
        let queue = queue(1, 1000);
        queue.push(segment(0));
        let mut held = take(&queue).await.unwrap();
        held.created = Some(created());
        queue.put_back(held);
        queue.push(segment(1));
        assert_eq!(
            (queue.dropped(), queue.failed().as_deref()),
            (Dropped::default(), Some("a"))
        );
        queue.told_failed();
        assert_eq!(queue.failed(), None);
    }

    #[tokio::test]
    async fn one_that_is_uploaded_is_kept_while_there_is_room_and_not_lost_without() {
        let queue = queue(2, 1000);
        queue.push(segment(0));
        let mut held = take(&queue).await.unwrap();
        held.created = Some(created());
        let id = held.id;
        queue.uploaded(held);
        queue.push(segment(1));
        assert_eq!(take(&queue).await.unwrap().segment.start_ms, 1000);
        let again = queue.unconfirmed(id).unwrap();
        assert_eq!(again.segment.start_ms, 0);
        queue.push(segment(2));
        assert!(queue.unconfirmed(id).is_none(), "there was no room");
        assert_eq!((queue.dropped(), queue.failed()), (Dropped::default(), None));
    }
}
