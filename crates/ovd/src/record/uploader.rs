//! Brings segments to the cloud, one after the other, as often as it takes.

use super::ovr::{Failure, Ovr};
use super::queue::{Created, Dropped, Held, Next, Queue};
use rand::Rng as _;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// Delay before the second try; it doubles with every further one in a row, up to
const FIRST_DELAY: Duration = Duration::from_millis(500);
/// this. Short, because segments are lost where the uplink is back and nobody notices.
const LONGEST_DELAY: Duration = Duration::from_secs(15);
/// So often a server may say that it cannot take the bytes of a segment before it is given up. While no server can be
/// reached, or the cloud cannot take what is announced, nothing is: then the queue decides what goes.
const MAX_FAILURES: u32 = 12;
/// So often one address is tried: whoever stands behind it may be gone while the cloud is there.
const MAX_TRIES: u32 = 4;
/// The cloud takes the bytes of a segment, and its confirmation, within ten minutes of its announcement. An upload takes
/// up to five, so later than this it is announced anew.
const ADDRESS_LIFE: Duration = Duration::from_secs(240);
/// So often a segment is announced anew because the address for it is dead, or because the cloud does not confirm it.
const MAX_DEAD_ADDRESSES: u32 = 2;
/// A segment is confirmed within this of its announcement, however long segments are.
const MAX_PATIENCE: Duration = Duration::from_secs(120);
/// What there still is to say when the time is over must be said within this.
const LAST_WORDS_LIMIT: Duration = Duration::from_secs(10);

/// Uploads what is in the queue, until it is closed and empty; `drain_limit` after it was closed at the latest, or when it is
/// abandoned.
///
/// A segment that is there is confirmed by announcing the next one, or, where none comes within `patience`, by itself.
pub(super) async fn run(ovr: impl Ovr, queue: Arc<Queue>, patience: Duration, drain_limit: Duration) {
    let mut uploader = Uploader {
        ovr,
        queue: Arc::clone(&queue),
        patience: patience.min(MAX_PATIENCE),
        unsaved: None,
        delay: FIRST_DELAY,
    };
    let in_time = async {
        // However long the session is, the limit is for what comes after it.
        queue.closed().await;
        let _ = timeout(drain_limit, queue.abandoned()).await;
    };
    let all = async {
        loop {
            uploader.work().await;
            uploader.last_words().await;
            // What the cloud did not confirm in the end is to be uploaded once more.
            if queue.is_uploaded() {
                return;
            }
        }
    };
    tokio::select! {
        () = all => return,
        () = in_time => {}
    }
    tracing::warn!("the rest of the recording could not be uploaded in time");
    queue.give_up_all();
    uploader.delay = FIRST_DELAY;
    let _ = timeout(LAST_WORDS_LIMIT, uploader.last_words()).await;
}

struct Uploader<O> {
    ovr: O,
    queue: Arc<Queue>,
    patience: Duration,
    unsaved: Option<Unsaved>,
    delay: Duration,
}

/// What is uploaded, and not confirmed.
#[derive(Clone)]
struct Unsaved {
    /// In the queue, if there is still room.
    id: u64,
    name: String,
    announced_at: Instant,
}

/// How an attempt ended.
enum Outcome {
    /// It is there, but not confirmed.
    Uploaded(Held),
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
    async fn work(&mut self) {
        loop {
            let next = match &self.unsaved {
                None => self.queue.next().await,
                Some(unsaved) => match timeout_at(unsaved.announced_at + self.patience, self.queue.next()).await {
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
                Outcome::Uploaded(held) => self.queue.uploaded(held),
                Outcome::Unwanted => self.queue.done(&held),
                Outcome::Again(held, delay) => {
                    self.queue.put_back(held);
                    self.pause(delay).await;
                }
                Outcome::Hopeless(held) => self.queue.give_up(&held),
            }
        }
    }

    async fn attempt(&mut self, mut held: Held) -> Outcome {
        let is_stale = |created: &mut Created| created.tries >= MAX_TRIES || created.at.elapsed() > ADDRESS_LIFE;
        if let Some(stale) = held.created.take_if(is_stale) {
            self.queue.add_failed(stale.name);
        }
        if let Err(Failure::Unreachable(_)) = self.tell_losses().await {
            // Nor can it be for the segment.
            return Outcome::Again(held, self.next_delay(Duration::ZERO));
        }
        let mut created = match held.created.take() {
            Some(created) => created,
            None => match self.create(&held).await {
                Ok(Some(created)) => created,
                Ok(None) => return Outcome::Unwanted,
                Err(Failure::Refused { text, .. }) => {
                    tracing::warn!(%text, "a segment is given up: it cannot be announced");
                    return Outcome::Hopeless(held);
                }
                Err(failure) => return self.again(held, &failure, "it cannot be announced"),
            },
        };
        let outcome = self.ovr.upload(&created.uri, held.segment.data.clone()).await;
        let failure = match outcome {
            Ok(()) => {
                tracing::debug!(bytes = held.segment.data.len(), "segment uploaded");
                self.unsaved = Some(Unsaved {
                    id: held.id,
                    name: created.name.clone(),
                    announced_at: created.at,
                });
                self.delay = FIRST_DELAY;
                held.created = Some(created);
                return Outcome::Uploaded(held);
            }
            // Addresses are good for a while only: after a long time without the cloud a new one is needed.
            Err(Failure::Refused { status, text })
                if matches!(status, 401 | 403 | 404 | 410) && held.dead_addresses < MAX_DEAD_ADDRESSES =>
            {
                tracing::info!(%text, "the address for the segment is dead, another is asked for");
                self.queue.add_failed(created.name);
                held.dead_addresses += 1;
                return Outcome::Again(held, Duration::ZERO);
            }
            Err(failure) => failure,
        };
        created.tries += 1;
        held.created = Some(created);
        held.failures += u32::from(matches!(failure, Failure::Busy { .. }));
        if matches!(failure, Failure::Refused { .. }) || held.failures >= MAX_FAILURES {
            tracing::warn!(%failure, tries = held.failures, "a segment is given up: it cannot be uploaded");
            return Outcome::Hopeless(held);
        }
        self.again(held, &failure, "it cannot be uploaded")
    }

    fn again(&mut self, held: Held, failure: &Failure, what: &str) -> Outcome {
        let delay = self.next_delay(failure.asked());
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
        let delay = self.next_delay(failure.asked());
        self.pause(delay).await;
    }

    /// Waits. When the session ends meanwhile there is not much time left, and it is worth a try at once.
    async fn pause(&mut self, delay: Duration) {
        let queue = Arc::clone(&self.queue);
        if queue.is_closed() {
            tokio::time::sleep(delay).await;
        } else if timeout(delay, queue.closed()).await.is_ok() {
            self.delay = FIRST_DELAY;
        }
    }

    /// Announces a segment, and confirms the one before with it. `None`: it is not wanted.
    async fn create(&mut self, held: &Held) -> Result<Option<Created>, Failure> {
        // After a while the cloud may not have it any more: then it says so only to a call of its own.
        if let Some(unsaved) = &self.unsaved
            && unsaved.announced_at.elapsed() > self.patience
        {
            self.save().await?;
        }
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
        if let Some(unsaved) = &self.unsaved {
            form.push(("last_file_name", unsaved.name.clone()));
        }
        let at = Instant::now();
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
        if let Some(unsaved) = self.unsaved.take() {
            self.queue.confirmed(unsaved.id);
        }
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
            at,
            tries: 0,
        }))
    }

    /// Confirms what is uploaded. What is refused is not there, or was announced too long ago: once more from the
    /// beginning, if it is still here.
    async fn save(&mut self) -> Result<(), Failure> {
        let Some(Unsaved { id, name, .. }) = self.unsaved.clone() else {
            return Ok(());
        };
        match self.call_by_name("save", &name).await {
            Ok(()) => self.queue.confirmed(id),
            Err(Failure::Refused { text, .. }) => match self.queue.unconfirmed(id) {
                Some(mut held) if held.dead_addresses < MAX_DEAD_ADDRESSES => {
                    tracing::info!(%text, "the cloud does not confirm a segment, it is announced anew");
                    self.queue.add_failed(name);
                    held.created = None;
                    held.dead_addresses += 1;
                    self.queue.put_back(held);
                }
                held => {
                    tracing::warn!(%text, "a segment is given up: the cloud does not confirm it");
                    match held {
                        Some(held) => self.queue.give_up(&held),
                        None => self.queue.add_failed(name),
                    }
                }
            },
            Err(failure) => return Err(failure),
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
