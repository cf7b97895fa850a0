//! When to ask a device for a stream, when to ask again, and when to let it go. Pure: time is passed in.

use std::time::Duration;

use tokio::time::Instant;

/// A device that does not publish, though it should, is asked again no sooner than after this.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(10);

/// What is to be done for a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Send LivePublish.
    Ask,
    /// Nobody watches any more: forget the stream and send LiveStop. The lifecycle is over.
    Stop,
}

/// How LivePublish ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The device said yes.
    Accepted,
    /// It said no, or could not be asked.
    Refused,
    /// Its connection ended before the answer. It will be asked on the next one.
    Lost,
}

/// The life of one wanted stream.
#[derive(Debug)]
pub(super) struct Lifecycle {
    linger: Duration,
    /// Who waits for the first frame, and who watches.
    interested: usize,
    /// Since when nobody is interested.
    idle_since: Option<Instant>,
    publishing: bool,
    /// LivePublish is to be sent.
    ask: bool,
    /// LivePublish is under way.
    asking: bool,
    asked_at: Option<Instant>,
    over: bool,
}

impl Lifecycle {
    pub(super) fn new(linger: Duration, now: Instant) -> Self {
        Self {
            linger,
            interested: 0,
            idle_since: Some(now),
            publishing: false,
            ask: false,
            asking: false,
            asked_at: None,
            over: false,
        }
    }

    /// Somebody waits for the first frame. Asks the device, again if need be: it may have given up in the meantime.
    pub(super) fn opener_came(&mut self) {
        self.watcher_came();
        self.ask |= !self.publishing && !self.asking;
    }

    /// Somebody watches.
    pub(super) fn watcher_came(&mut self) {
        self.interested += 1;
        self.idle_since = None;
    }

    /// An opener or a viewer went.
    pub(super) fn watcher_left(&mut self, now: Instant) {
        self.interested = self.interested.saturating_sub(1);
        if self.interested == 0 {
            self.idle_since = Some(now);
        }
    }

    /// A publisher came or went.
    pub(super) fn set_publishing(&mut self, publishing: bool) {
        self.publishing = publishing;
    }

    /// The device logged in anew. Whether it still publishes its Keepalive will tell; without a publisher there is
    /// nothing to wait for. An answer still awaited belongs to the connection before, so this counts even then.
    pub(super) fn device_returned(&mut self) {
        self.ask |= !self.publishing;
    }

    /// The device said which stream it publishes. `alive`: frames came recently.
    pub(super) fn device_reported(&mut self, publishes_this: bool, alive: bool, now: Instant) {
        let waited = self.asked_at.is_none_or(|asked| now >= asked + ASK_AGAIN_AFTER);
        self.ask |= !publishes_this && !alive && !self.asking && waited;
    }

    /// LivePublish ended. Answers whether the stream should end because of it: the device refused, and nobody watches
    /// who could wait for a better time.
    pub(super) fn asked(&mut self, answer: Answer, watchers: usize) -> bool {
        self.asking = false;
        self.over |= answer == Answer::Refused && !self.publishing && !self.ask && watchers == 0;
        self.over
    }

    /// What to do now; to be called again until there is nothing.
    pub(super) fn poll(&mut self, now: Instant) -> Option<Action> {
        if self.over {
            return None;
        }
        if self.idle_since.is_some_and(|since| now >= since + self.linger) {
            self.over = true;
            return Some(Action::Stop);
        }
        if self.ask && !self.asking {
            self.ask = false;
            self.asking = true;
            self.asked_at = Some(now);
            return Some(Action::Ask);
        }
        None
    }

    /// When [`Self::poll`] will have something to do if nothing happens.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.idle_since.map(|since| since + self.linger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINGER: Duration = Duration::from_secs(30);
    const SECOND: Duration = Duration::from_secs(1);

    fn wanted() -> (Lifecycle, Instant) {
        let now = Instant::now();
        let mut life = Lifecycle::new(LINGER, now);
        life.opener_came();
        assert_eq!(life.poll(now), Some(Action::Ask));
        (life, now)
    }

    #[test]
    fn two_openers_ask_once() {
        let (mut life, now) = wanted();
        life.opener_came();
        assert_eq!(life.poll(now), None);
    }

    #[test]
    fn a_stream_without_watchers_stops_after_the_linger_time_and_not_before() {
        let (mut life, now) = wanted();
        assert_eq!(life.next_deadline(), None);
        life.asked(Answer::Accepted, 0);
        life.watcher_left(now);
        assert_eq!(life.next_deadline(), Some(now + LINGER));
        assert_eq!(life.poll(now + LINGER - SECOND), None);
        assert_eq!(life.poll(now + LINGER), Some(Action::Stop));
        assert_eq!(life.poll(now + LINGER), None);
    }

    #[test]
    fn a_watcher_in_the_linger_time_keeps_the_stream() {
        let (mut life, now) = wanted();
        life.watcher_left(now);
        life.watcher_came();
        assert_eq!(life.poll(now + LINGER * 2), None);
    }

    #[test]
    fn a_device_that_returns_is_asked_again_only_while_nobody_publishes() {
        let (mut life, now) = wanted();
        life.asked(Answer::Accepted, 1);
        life.set_publishing(true);
        life.device_returned();
        assert_eq!(life.poll(now), None);
        life.set_publishing(false);
        life.device_returned();
        assert_eq!(life.poll(now), Some(Action::Ask));
    }

    #[test]
    fn a_device_that_returns_while_it_is_asked_is_asked_again_after_the_lost_answer() {
        let (mut life, now) = wanted();
        life.device_returned();
        assert_eq!(life.poll(now), None, "one question at a time");
        assert!(!life.asked(Answer::Lost, 0), "the stream lives on");
        assert_eq!(life.poll(now), Some(Action::Ask));
    }

    #[test]
    fn a_device_that_forgot_the_stream_is_reminded_at_most_every_ten_seconds() {
        let (mut life, now) = wanted();
        life.asked(Answer::Accepted, 1);
        life.device_reported(false, false, now + SECOND * 9);
        assert_eq!(life.poll(now + SECOND * 9), None);
        life.device_reported(true, false, now + SECOND * 11);
        life.device_reported(false, true, now + SECOND * 11);
        assert_eq!(
            life.poll(now + SECOND * 11),
            None,
            "it says it publishes, or frames come"
        );
        life.device_reported(false, false, now + SECOND * 11);
        assert_eq!(life.poll(now + SECOND * 11), Some(Action::Ask));
    }

    #[test]
    fn a_refusal_ends_the_stream_unless_somebody_watches() {
        let (mut life, now) = wanted();
        assert!(life.asked(Answer::Refused, 0));
        assert_eq!(life.poll(now + LINGER * 2), None);
        let (mut life, _) = wanted();
        assert!(!life.asked(Answer::Refused, 1));
    }
}
