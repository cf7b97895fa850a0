//! Keeps what one caller sends to one device in the order in which his requests came in.

use crate::account::Principal;
use crate::ids::LoginCode;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// How long a request waits for those before it. Then it goes first: a camera must stop, whatever else is late.
const PATIENCE: Duration = Duration::from_secs(2);

type Key = (Principal, LoginCode);

/// Those in line for one device.
#[derive(Debug, Default)]
struct Line {
    turn: Arc<tokio::sync::Mutex<()>>,
    /// The number of the next place in it.
    next: AtomicU64,
    /// The number behind the last place that went first though others were before it.
    overtook: AtomicU64,
}

/// Requests under way that have an order. Holds nothing where there are none.
#[derive(Debug, Default)]
pub struct Turns {
    queues: Mutex<HashMap<Key, Arc<Line>>>,
}

/// A request's place in the order: behind those that took theirs before, until this is dropped.
pub(super) struct Turn {
    turns: Arc<Turns>,
    key: Key,
    queue: Arc<Line>,
    number: u64,
    state: State,
}

enum State {
    Waiting(BoxFuture<'static, OwnedMutexGuard<()>>),
    Come(#[expect(dead_code, reason = "held")] OwnedMutexGuard<()>),
    Over,
}

impl Turns {
    /// To be called as soon as it is known who asks, before anything is waited for: a press must not go out behind its
    /// release because its body came late.
    pub(super) fn take(self: &Arc<Self>, who: Principal, device: &LoginCode) -> Turn {
        let key = (who, device.clone());
        let mut queues = self.queues.lock();
        let queue = queues.entry(key.clone()).or_default().clone();
        let number = queue.next.fetch_add(1, Ordering::Relaxed);
        let mut waiting = queue.turn.clone().lock_owned().boxed();
        // Asked once, it stands in line.
        let state = match (&mut waiting).now_or_never() {
            Some(come) => State::Come(come),
            None => State::Waiting(waiting),
        };
        drop(queues);
        Turn {
            turns: self.clone(),
            key,
            queue,
            number,
            state,
        }
    }
}

impl Turn {
    /// Waits for those before it, but not for ever.
    pub(super) async fn come(&mut self) {
        if let State::Waiting(waiting) = &mut self.state {
            self.state = match tokio::time::timeout(PATIENCE, waiting).await {
                Ok(come) => State::Come(come),
                Err(_) => {
                    self.queue.overtook.fetch_max(self.number + 1, Ordering::Relaxed);
                    State::Over
                }
            };
        }
    }

    /// Whether one behind it has gone before it. To be asked once it has come: what was to be done before may be wrong now.
    pub(super) fn is_overtaken(&self) -> bool {
        self.queue.overtook.load(Ordering::Relaxed) > self.number + 1
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut queues = self.turns.queues.lock();
        self.state = State::Over;
        // One for the map, one for this.
        if Arc::strong_count(&self.queue) == 2 {
            queues.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::UserId;
    use futures_util::poll;
    use std::pin::pin;

    fn ann() -> Principal {
        Principal::User(UserId(1))
    }

    #[tokio::test(start_paused = true)]
    async fn turns_come_in_the_order_taken_and_nothing_stays() {
        let turns = Arc::new(Turns::default());
        let cam = LoginCode::parse("cam").unwrap();
        let mut first = turns.take(ann(), &cam);
        let mut second = turns.take(ann(), &cam);
        let mut third = turns.take(ann(), &cam);
        first.come().await;
        // Others, and other devices, do not wait.
        turns.take(Principal::User(UserId(2)), &cam).come().await;
        turns.take(ann(), &LoginCode::parse("door").unwrap()).come().await;
        {
            let mut third = pin!(third.come());
            assert!(poll!(&mut third).is_pending());
            drop(first);
            assert!(poll!(&mut third).is_pending());
            second.come().await;
            drop(second);
            third.await;
        }
        drop(third);
        assert!(turns.queues.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_lets_others_go_and_who_is_late_holds_nobody_for_long() {
        let turns = Arc::new(Turns::default());
        let cam = LoginCode::parse("cam").unwrap();
        let late = turns.take(ann(), &cam);
        drop(turns.take(ann(), &cam));
        let mut stop = turns.take(ann(), &cam);
        let began = tokio::time::Instant::now();
        stop.come().await;
        assert_eq!(began.elapsed(), PATIENCE);
        // A press that comes now would move the camera behind its stop.
        assert!(late.is_overtaken() && !stop.is_overtaken());
        let next = turns.take(ann(), &cam);
        assert!(!next.is_overtaken());
        drop(next);
        drop((late, stop));
        assert!(turns.queues.lock().is_empty());
    }
}
