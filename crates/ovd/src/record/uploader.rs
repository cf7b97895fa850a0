//! Brings segments to the cloud, one after the other, as often as it takes.

use super::ovr::{Failure, Ovr};
use super::queue::{Created, Dropped, Held, Next, Queue};
use rand::Rng as _;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Delay before the second try; it doubles with every further one in a row, up to
const FIRST_DELAY: Duration = Duration::from_millis(500);
/// this. Short, because segments are lost where the uplink is back and nobody notices.
const LONGEST_DELAY: Duration = Duration::from_secs(15);
/// So often a server may say that it cannot take a segment before it is given up. While it cannot be reached at all
/// nothing is: then the queue decides what goes.
const MAX_FAILURES: u32 = 12;
/// So often a segment is announced anew because the address for it is dead.
const MAX_DEAD_ADDRESSES: u32 = 2;
/// What there still is to say when the time is over must be said within this.
const LAST_WORDS_LIMIT: Duration = Duration::from_secs(10);

/// Uploads what is in the queue, until it is closed and empty; `drain_limit` after it was closed at the latest.
///
/// A segment that is there is confirmed by announcing the next one, or, where none comes within `patience`, by itself.
pub(super) async fn run(ovr: impl Ovr, queue: Arc<Queue>, patience: Duration, drain_limit: Duration) {
    let mut uploader = Uploader {
        ovr,
        queue: Arc::clone(&queue),
        unsaved: None,
        delay: FIRST_DELAY,
    };
    let in_time = async {
        // However long the session is, the limit is for what comes after it.
        queue.closed().await;
        tokio::time::sleep(drain_limit).await;
    };
    let all = async {
        uploader.work(patience).await;
        uploader.last_words().await;
    };
    tokio::select! {
        () = all => return,
        () = in_time => {}
    }
    tracing::warn!("the rest of the recording could not be uploaded in time");
    queue.give_up_all();
    let _ = timeout(LAST_WORDS_LIMIT, uploader.last_words()).await;
}

struct Uploader<O> {
    ovr: O,
    queue: Arc<Queue>,
    /// Uploaded, and not confirmed.
    unsaved: Option<String>,
    delay: Duration,
}

/// How an attempt ended.
enum Outcome {
    /// It is there.
    Done,
    /// Nobody wants it.
    Unwanted,
    /// Again, after this.
    Again(Held, Duration),
    /// Never.
    Hopeless(Held),
}

#[derive(Deserialize)]
struct CreateAnswer {
    name: String,
    uri: String,
}

impl<O: Ovr> Uploader<O> {
    async fn work(&mut self, patience: Duration) {
        loop {
            let next = match &self.unsaved {
                None => self.queue.next().await,
                Some(_) => match timeout(patience, self.queue.next()).await {
                    Ok(next) => next,
                    Err(_) => {
                        if let Err(failure) = self.save().await {
                            self.wait(&failure).await;
                        }
                        continue;
                    }
                },
            };
            let Next::Segment(held) = next else { return };
            match self.attempt((*held).clone()).await {
                Outcome::Done | Outcome::Unwanted => self.queue.done(&held),
                Outcome::Again(held, delay) => {
                    self.queue.put_back(held);
                    tokio::time::sleep(delay).await;
                }
                Outcome::Hopeless(held) => self.queue.give_up(&held),
            }
        }
    }

    async fn attempt(&mut self, mut held: Held) -> Outcome {
        if let Err(Failure::Unreachable(_)) = self.tell_losses().await {
            // Nor can it be for the segment.
            return Outcome::Again(held, self.next_delay(Duration::ZERO));
        }
        let created = match held.created.clone() {
            Some(created) => created,
            None => match self.create(&held).await {
                Ok(Some(created)) => {
                    held.created = Some(created.clone());
                    created
                }
                Ok(None) => return Outcome::Unwanted,
                Err(failure) => return self.failed(held, failure, "it cannot be announced"),
            },
        };
        match self.ovr.upload(&created.uri, held.segment.data.clone()).await {
            Ok(()) => {
                tracing::debug!(bytes = held.segment.data.len(), "segment uploaded");
                self.unsaved = Some(created.name);
                self.delay = FIRST_DELAY;
                Outcome::Done
            }
            // Addresses are good for a while only: after a long time without the cloud a new one is needed.
            Err(Failure::Refused { status, text })
                if matches!(status, 401 | 403 | 404 | 410) && held.dead_addresses < MAX_DEAD_ADDRESSES =>
            {
                tracing::info!(%text, "the address for the segment is dead, another is asked for");
                self.queue.add_failed(created.name);
                held.created = None;
                held.dead_addresses += 1;
                Outcome::Again(held, Duration::ZERO)
            }
            Err(failure) => self.failed(held, failure, "it cannot be uploaded"),
        }
    }

    fn failed(&mut self, mut held: Held, failure: Failure, what: &str) -> Outcome {
        let wait = match &failure {
            Failure::Refused { .. } => {
                tracing::warn!(%failure, "a segment is given up: {what}");
                return Outcome::Hopeless(held);
            }
            Failure::Busy { wait, .. } => {
                held.failures += 1;
                if held.failures >= MAX_FAILURES {
                    tracing::warn!(%failure, "a segment is given up after many tries: {what}");
                    return Outcome::Hopeless(held);
                }
                *wait
            }
            Failure::Unreachable(_) => Duration::ZERO,
        };
        let delay = self.next_delay(wait);
        tracing::debug!(%failure, retry_in = ?delay, "a segment waits: {what}");
        Outcome::Again(held, delay)
    }

    /// At least `asked`, and never all devices at once.
    fn next_delay(&mut self, asked: Duration) -> Duration {
        let delay = self.delay.mul_f64(rand::rng().random_range(0.5..1.0));
        self.delay = (self.delay * 2).min(LONGEST_DELAY);
        delay.max(asked + asked.mul_f64(rand::rng().random_range(0.0..0.25)))
    }

    async fn wait(&mut self, failure: &Failure) {
        let asked = match failure {
            Failure::Busy { wait, .. } => *wait,
            _ => Duration::ZERO,
        };
        let delay = self.next_delay(asked);
        tokio::time::sleep(delay).await;
    }

    /// Announces a segment, and confirms the one before with it. `None`: it is not wanted.
    async fn create(&mut self, held: &Held) -> Result<Option<Created>, Failure> {
        let segment = &held.segment;
        let seconds = |ms: i64| format!("{}.{:03}", ms.div_euclid(1000), ms.rem_euclid(1000));
        let flag = |is: bool| u8::from(is).to_string();
        let mut form = vec![
            ("op", "create".to_owned()),
            ("content_type", "video/mp2t".to_owned()),
            ("size", segment.data.len().to_string()),
            ("start", seconds(segment.start_ms)),
            ("duration", seconds(segment.duration_ms)),
            ("discontinue", flag(segment.discontinues)),
            ("https", flag(self.ovr.is_secure())),
        ];
        if let Some(name) = &self.unsaved {
            form.push(("last_file_name", name.clone()));
        }
        let answer = match self.ovr.call(&form).await {
            Err(Failure::Refused { text, .. }) if self.unsaved.is_some() => {
                // It may be the one before that is refused.
                tracing::debug!(%text, "announced once more by itself");
                self.save().await?;
                form.pop();
                self.ovr.call(&form).await?
            }
            answer => answer?,
        };
        self.unsaved = None;
        let answer = serde_json::from_slice::<CreateAnswer>(&answer).map_err(|error| Failure::Busy {
            text: format!("an answer that is none: {error}"),
            wait: Duration::ZERO,
        })?;
        if answer.uri.is_empty() {
            tracing::info!("the cloud does not want this segment");
            return Ok(None);
        }
        Ok(Some(Created {
            name: answer.name,
            uri: answer.uri,
        }))
    }

    /// Confirms what is uploaded. A refusal is the end of it.
    async fn save(&mut self) -> Result<(), Failure> {
        let Some(name) = self.unsaved.clone() else {
            return Ok(());
        };
        match self.call_by_name("save", &name).await {
            Err(Failure::Refused { text, .. }) => {
                tracing::warn!(%text, "the cloud does not confirm a segment");
            }
            outcome => outcome?,
        }
        self.unsaved = None;
        self.delay = FIRST_DELAY;
        Ok(())
    }

    async fn call_by_name(&self, op: &str, name: &str) -> Result<(), Failure> {
        let form = [("op", op.to_owned()), ("name", name.to_owned())];
        self.ovr.call(&form).await.map(drop)
    }

    /// Tells what will not come. A refusal is the end of it.
    async fn tell_losses(&self) -> Result<(), Failure> {
        while let Some(name) = self.queue.failed() {
            match self.call_by_name("fail", &name).await {
                Ok(()) | Err(Failure::Refused { .. }) => self.queue.told_failed(),
                Err(failure) => return Err(failure),
            }
        }
        let dropped = self.queue.dropped();
        if dropped == Dropped::default() {
            return Ok(());
        }
        let Dropped { segments, time_ms } = dropped;
        let form = [
            ("op", "stat".to_owned()),
            ("dropped_nb", segments.to_string()),
            ("dropped_time", format!("{}.{:03}", time_ms / 1000, time_ms % 1000)),
        ];
        match self.ovr.call(&form).await {
            Ok(_) | Err(Failure::Refused { .. }) => {
                tracing::warn!(segments, time_ms, "the cloud was told what is missing");
                self.queue.told(dropped);
                Ok(())
            }
            Err(failure) => Err(failure),
        }
    }

    /// The session is over: the last segment is confirmed, what is missing told.
    async fn last_words(&mut self) {
        loop {
            let said = match self.save().await {
                Ok(()) => self.tell_losses().await,
                Err(failure) => Err(failure),
            };
            match said {
                Ok(()) => return,
                Err(failure) => self.wait(&failure).await,
            }
        }
    }
}

#[cfg(test)]
mod tests;
