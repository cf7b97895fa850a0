use super::Api;
use super::auth::{Allowed, AnyUser};
use super::error::ErrorBody;
use super::feed::{Item, RESYNC};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, watch};

/// How long a browser waits before it comes back.
const RETRY: Duration = Duration::from_secs(2);
/// How often a line without meaning keeps proxies from closing an idle connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What happens, as it happens, as server-sent events.
///
/// `presence` {login_code, presence} · `channels` {login_code, state, channels} · `device` {login_code, change:
/// created|updated|deleted} · `battery` {login_code, battery, id, at, data} · `alarm`, `bind` and `log_done`
/// {login_code, channel?, id, at, data} · `resync`: something was missed, look at the present state anew. Ids let a browser that comes back
/// get what it missed.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    operation_id = "events",
    tag = "events",
    params(("Last-Event-ID" = Option<String>, Header, description = "Where to go on after a break")),
    responses(
        (status = 200, description = "A stream of events that does not end", content_type = "text/event-stream", body = String),
        (status = "default", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn events(State(api): State<Arc<Api>>, _: Allowed<AnyUser>, headers: HeaderMap) -> Response {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let known = last.and_then(|last| last.parse().ok());
    let (past, live) = api.feed.subscribe(known);
    // An id that is none of ours is as good as one too old.
    let resync = past.is_none() || (last.is_some() && known.is_none());
    let reader = Reader {
        past: past.unwrap_or_default(),
        resync,
        first: true,
        live,
        closing: api.closing.clone(),
    };
    let mut response = Sse::new(stream_of(reader))
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response();
    // nginx would hold the events back otherwise.
    response
        .headers_mut()
        .insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

struct Reader {
    past: VecDeque<Arc<Item>>,
    resync: bool,
    first: bool,
    live: broadcast::Receiver<Arc<Item>>,
    closing: watch::Receiver<bool>,
}

fn stream_of(reader: Reader) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(reader, |mut reader| async move {
        reader.next().await.map(|event| (Ok(event), reader))
    })
}

impl Reader {
    async fn next(&mut self) -> Option<Event> {
        if std::mem::take(&mut self.first) {
            // Something at once, so that the browser knows that the stream stands.
            return Some(Event::default().retry(RETRY).comment("hello"));
        }
        if std::mem::take(&mut self.resync) {
            return Some(Event::default().event(RESYNC).data("{}"));
        }
        if let Some(item) = self.past.pop_front() {
            return Some(event(&item));
        }
        tokio::select! {
            item = self.live.recv() => match item {
                Ok(item) => Some(event(&item)),
                Err(broadcast::error::RecvError::Lagged(_)) => Some(Event::default().event(RESYNC).data("{}")),
                Err(broadcast::error::RecvError::Closed) => None,
            },
            _ = self.closing.wait_for(|closing| *closing) => None,
        }
    }
}

fn event(item: &Item) -> Event {
    Event::default()
        .id(item.id.to_string())
        .event(item.kind)
        .data(&item.data)
}
