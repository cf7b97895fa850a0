//! One reader of the feed: gets what he may see, and no more once he may not.

use super::Api;
use super::auth::{Allowed, AnyUser};
use super::door::Place;
use super::error::ApiError;
use super::feed::{Item, RESYNC};
use crate::account::{Caller, Principal};
use crate::clock::UnixMs;
use crate::ids::SessionId;
use axum::http::StatusCode;
use axum::http::request::Parts;
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Readers that one user or key may have at once: many tabs have room, a program that opens more and more has not.
const MAX_READERS: usize = 100;
/// Items taken at once.
const BATCH: usize = 64;
/// How often a reader's session is looked at, even if nobody ended it: it also ends by itself.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// Told when the reader's own rights changed: look at `/me` anew.
const ACCESS: &str = "access";

/// One message to a reader.
#[derive(Debug)]
pub(super) struct Message {
    /// Where to go on after it; of what happened to this reader only: none.
    pub(super) id: Option<u64>,
    pub(super) event: &'static str,
    /// JSON.
    pub(super) data: String,
}

/// Why there are no more messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The reader's session, key or user ended.
    AccessEnded,
    /// The cloud shuts down.
    Closing,
}

/// How many readers everybody has.
#[derive(Debug, Default)]
pub struct Readers {
    counts: Mutex<HashMap<Principal, usize>>,
}

impl Readers {
    /// A place for another reader.
    ///
    /// # Errors
    /// `too_many_readers`.
    pub(super) fn seat(self: &Arc<Self>, principal: Principal) -> Result<Seat, ApiError> {
        let mut counts = self.counts.lock();
        let count = counts.entry(principal).or_default();
        if *count >= MAX_READERS {
            return Err(ApiError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_readers",
                "this user or key follows the events a hundred times already: close what is not needed",
            ));
        }
        *count += 1;
        let readers = self.clone();
        Ok(Seat { readers, principal })
    }
}

/// One of a user's or key's readers. Dropping it frees it.
pub(super) struct Seat {
    readers: Arc<Readers>,
    principal: Principal,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.readers.counts.lock();
        if let Some(count) = counts.get_mut(&self.principal) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.principal);
            }
        }
    }
}

/// One reader.
pub(super) struct Reader {
    api: Arc<Api>,
    _seat: Seat,
    /// Its connection's: a WebSocket outlives the request that it began with, and counts as long as it is there.
    _place: Option<Arc<Place>>,
    caller: Arc<Caller>,
    session: Option<SessionId>,
    /// The number of the item to be told next.
    next: u64,
    ready: VecDeque<Arc<Item>>,
    resync: bool,
    news: watch::Receiver<u64>,
    access: watch::Receiver<()>,
    closing: watch::Receiver<bool>,
}

impl Reader {
    /// A reader who saw the item `last` before, as he says; it may be none of ours.
    ///
    /// # Errors
    /// `too_many_readers`.
    pub(super) fn new(
        api: Arc<Api>,
        user: &Allowed<AnyUser>,
        parts: &Parts,
        last: Option<&str>,
    ) -> Result<Self, ApiError> {
        let seat = api.readers.seat(user.caller.principal)?;
        let known = last.and_then(|last| last.parse().ok());
        let (news, access, closing) = (api.feed.news(), api.feed.access(), api.closing.clone());
        let (next, resync) = match api.feed.begin(known) {
            Ok(next) => (next, last.is_some() && known.is_none()),
            Err(next) => (next, true),
        };
        Ok(Self {
            api,
            _seat: seat,
            _place: parts.extensions.get::<Arc<Place>>().cloned(),
            caller: user.caller.clone(),
            session: user.session,
            next,
            ready: VecDeque::new(),
            resync,
            news,
            access,
            closing,
        })
    }

    /// The next message. Safe to cancel.
    pub(super) async fn next(&mut self) -> Result<Message, End> {
        loop {
            // Before every item: what was taken away a moment ago is not told any more.
            if self.access.has_changed().unwrap_or(false)
                && let Some(message) = self.look_again()?
            {
                return Ok(message);
            }
            if std::mem::take(&mut self.resync) {
                return Ok(own(RESYNC));
            }
            if let Some(item) = self.ready.pop_front() {
                if let Some(data) = item.data_for(&self.caller) {
                    return Ok(Message {
                        id: Some(item.id),
                        event: item.kind,
                        data: data.into_owned(),
                    });
                }
                continue;
            }
            self.news.mark_unchanged();
            let taken = self.api.feed.take(&mut self.next, BATCH);
            self.resync = taken.missed;
            self.ready.extend(taken.items);
            if self.resync || !self.ready.is_empty() {
                continue;
            }
            tokio::select! {
                _ = self.news.changed() => {}
                _ = self.access.changed() => self.access.mark_changed(),
                () = tokio::time::sleep(LOOK_AGAIN) => self.access.mark_changed(),
                _ = self.closing.wait_for(|closing| *closing) => return Err(End::Closing),
            }
        }
    }

    /// Whether the reader may go on, and as whom.
    fn look_again(&mut self) -> Result<Option<Message>, End> {
        self.access.mark_unchanged();
        let accounts = &self.api.accounts;
        let now = accounts
            .caller_still(self.caller.principal, self.session, UnixMs::now())
            .ok_or(End::AccessEnded)?;
        let same = Arc::ptr_eq(&now, &self.caller) || now == self.caller;
        self.caller = now;
        Ok((!same).then(|| own(ACCESS)))
    }
}

fn own(event: &'static str) -> Message {
    Message {
        id: None,
        event,
        data: "{}".to_owned(),
    }
}
