//! Finished segments that wait for the uplink.

use super::segmenter::Segment;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Notify, watch};

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
}

/// A segment, and how far it is.
#[derive(Debug, Clone)]
pub(super) struct Held {
    id: u64,
    pub(super) segment: Segment,
    pub(super) created: Option<Created>,
    /// How often a server said that it cannot at the moment.
    pub(super) failures: u32,
    /// How often an address for it turned out to be dead.
    pub(super) dead_addresses: u32,
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
    /// Empty, and closed.
    End,
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

/// Holds as many segments as the cloud allows, the one that is being uploaded included. When it is full, the oldest that
/// is not being uploaded goes.
pub(super) struct Queue {
    inner: Mutex<Inner>,
    max_count: usize,
    memory: Arc<Memory>,
    changed: Notify,
    closed: watch::Sender<bool>,
}

impl Queue {
    pub(super) fn new(max_count: usize, memory: Arc<Memory>) -> Self {
        Self {
            inner: Mutex::default(),
            max_count: max_count.max(1),
            memory,
            changed: Notify::new(),
            closed: watch::Sender::new(false),
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
            inner.drop_segment(&dropped.segment, dropped.created);
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
        });
        drop(inner);
        self.changed.notify_one();
    }

    /// No more will come.
    pub(super) fn close(&self) {
        self.closed.send_replace(true);
        self.changed.notify_one();
    }

    /// Waits until no more will come. Cancel-safe.
    pub(super) async fn closed(&self) {
        let _ = self.closed.subscribe().wait_for(|closed| *closed).await;
    }

    /// There is no time left: what is there is lost.
    pub(super) fn give_up_all(&self) {
        let mut inner = self.inner.lock();
        inner.in_flight = None;
        while let Some(held) = inner.held.pop_front() {
            self.memory.give_back(held.segment.data.len() as u64);
            inner.drop_segment(&held.segment, held.created);
        }
    }

    /// Waits for the oldest segment and takes it up: until [`Queue::done`] or [`Queue::put_back`] it is not dropped.
    /// Cancel-safe.
    pub(super) async fn next(&self) -> Next {
        loop {
            {
                let mut inner = self.inner.lock();
                if let Some(held) = inner.held.front().cloned() {
                    inner.in_flight = Some(held.id);
                    return Next::Segment(Box::new(held));
                }
                if *self.closed.borrow() {
                    return Next::End;
                }
            }
            self.changed.notified().await;
        }
    }

    /// Nothing more is to be done about it.
    pub(super) fn done(&self, held: &Held) {
        let mut inner = self.inner.lock();
        inner.in_flight = None;
        if let Some(at) = inner.held.iter().position(|other| other.id == held.id)
            && let Some(removed) = inner.held.remove(at)
        {
            self.memory.give_back(removed.segment.data.len() as u64);
        }
    }

    /// It did not work for now.
    pub(super) fn put_back(&self, held: Held) {
        let mut inner = self.inner.lock();
        inner.in_flight = None;
        if let Some(slot) = inner.held.iter_mut().find(|other| other.id == held.id) {
            *slot = held;
        }
    }

    /// It will not work: as if there had been no room.
    pub(super) fn give_up(&self, held: &Held) {
        self.done(held);
        self.inner.lock().drop_segment(&held.segment, held.created.clone());
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
        held.created = Some(Created {
            name: "a".to_owned(),
            uri: "http://cloud/a".to_owned(),
        });
        queue.put_back(held);
        queue.push(segment(1));
        assert_eq!(
            (queue.dropped(), queue.failed().as_deref()),
            (Dropped::default(), Some("a"))
        );
        queue.told_failed();
        assert_eq!(queue.failed(), None);
    }
}
