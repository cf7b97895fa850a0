use super::Api;
use super::auth::{Allowed, AnyUser, of_our_origin};
use super::error::{ApiError, ErrorBody};
use super::extract::Params;
use super::feed_reader::{Message, Reader};
use super::feed_socket;
use super::host::Secure;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use utoipa::IntoParams;

/// How long a browser waits before it comes back.
const RETRY: Duration = Duration::from_secs(2);
/// How often a line without meaning keeps proxies from closing an idle connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EventsParams {
    /// The id of the last event that was read, for who cannot send `Last-Event-ID`.
    #[param(nullable = false)]
    after: Option<String>,
}

/// What happens, as it happens: of what the caller may see.
///
/// As server-sent events, or, asked for an upgrade, as WebSocket with a text message `{"id", "event", "data"}` each.
///
/// `presence` {login_code, presence} · `channels` {login_code, state, channels} · `device` {login_code, change:
/// created|updated|deleted} · `battery` {login_code, battery, id, at, data} · `alarm`, `bind` and `log_done`
/// {login_code, channel?, id, at, data} · `bind_result` {bind, outcome, login_code, reason?} · `access` {}: what the
/// caller may do has changed, look at `/me` anew · `resync`: something was missed, look at the present state anew. Ids
/// let a reader that comes back get what it missed; events without one need no repeating.
///
/// The stream ends when the session or key does; a WebSocket with code 4401.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    operation_id = "events",
    tag = "events",
    params(("Last-Event-ID" = Option<String>, Header, description = "Where to go on after a break"), EventsParams),
    responses(
        (status = 101, description = "A WebSocket, as was asked for"),
        (status = 200, description = "A stream of events that does not end", content_type = "text/event-stream", body = String),
        (status = 429, description = "`too_many_readers`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn events(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
    Params(params): Params<EventsParams>,
    parts: Parts,
) -> Result<Response, ApiError> {
    let header = parts.headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let last = header.or(params.after.as_deref());
    let reader = Reader::new(api, &user, &parts, last)?;
    if feed_socket::is_asked_for(&parts.headers) {
        // A browser sends the cookie along whoever's page asks, and lets that page read a WebSocket.
        if user.by_cookie {
            of_our_origin(&parts.headers, parts.extensions.get() == Some(&Secure(true)))?;
        }
        return feed_socket::upgrade(&parts, reader);
    }
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
    Ok(response)
}

fn stream_of(reader: Reader) -> impl Stream<Item = Result<Event, Infallible>> {
    // Something at once, so that the browser knows that the stream stands.
    let hello = Event::default().retry(RETRY).comment("hello");
    stream::unfold((Some(hello), reader), |(hello, mut reader)| async move {
        let event = match hello {
            Some(hello) => hello,
            None => event(reader.next().await.ok()?),
        };
        Some((Ok(event), (None, reader)))
    })
}

fn event(message: Message) -> Event {
    let event = Event::default().event(message.event).data(message.data);
    match message.id {
        Some(id) => event.id(id.to_string()),
        None => event,
    }
}
