//! One reader of the feed: gets what he may see, and no more once he may not.

use super::Api;
use super::feed::{Item, RESYNC};
use crate::account::Caller;
use crate::clock::UnixMs;
use crate::ids::SessionId;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

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

/// One reader.
pub(super) struct Reader {
    api: Arc<Api>,
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
    pub(super) fn new(api: Arc<Api>, caller: Arc<Caller>, session: Option<SessionId>, last: Option<&str>) -> Self {
        let known = last.and_then(|last| last.parse().ok());
        let (news, access, closing) = (api.feed.news(), api.feed.access(), api.closing.clone());
        let (next, resync) = match api.feed.begin(known) {
            Ok(next) => (next, last.is_some() && known.is_none()),
            Err(next) => (next, true),
        };
        Self {
            api,
            caller,
            session,
            next,
            ready: VecDeque::new(),
            resync,
            news,
            access,
            closing,
        }
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
