//! The feed as a WebSocket.

use super::error::ApiError;
use super::feed_reader::{End, Message, Reader};
use crate::live::ACCESS_ENDED;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::value::RawValue;
use std::io;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use ws::{Decoder, Role};

/// Readers have nothing to say but small control frames.
const MAX_MESSAGE: u32 = 4096;
/// How long a reader may take for one message before it is given up.
const WRITE_LIMIT: Duration = Duration::from_secs(20);
/// How often an idle reader is asked whether it is still there; it is given up when it does not answer the second time.
const PING_EVERY: Duration = Duration::from_secs(20);

/// Whether a request asks for a WebSocket.
pub(super) fn is_asked_for(headers: &HeaderMap) -> bool {
    let value = headers.get(header::UPGRADE).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
}

/// Answers with the upgrade, and serves the reader behind it.
pub(super) fn upgrade(parts: &Parts, reader: Reader) -> Result<Response, ApiError> {
    accept(parts, |socket| serve(socket, reader))
}

/// Answers with the upgrade, and has the socket behind it served.
pub(super) fn accept<F>(
    parts: &Parts,
    serve: impl FnOnce(TokioIo<Upgraded>) -> F + Send + 'static,
) -> Result<Response, ApiError>
where
    F: Future<Output = io::Result<()>> + Send,
{
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let key = text(header::SEC_WEBSOCKET_KEY).filter(|key| ws::handshake::is_client_key(key));
    let version = text(header::SEC_WEBSOCKET_VERSION) == Some("13");
    let on_upgrade = parts.extensions.get::<OnUpgrade>().cloned();
    let (Some(key), true, Some(on_upgrade)) = (key, version, on_upgrade) else {
        return Err(ApiError::bad_request("this is no WebSocket handshake of version 13"));
    };
    tokio::spawn(async move {
        if let Ok(upgraded) = on_upgrade.await {
            // Whatever ends it: there is nobody left to tell.
            let _ = serve(TokioIo::new(upgraded)).await;
        }
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let accept = HeaderValue::from_str(&ws::accept_key(key)).map_err(|_| ApiError::bad_request("bad key"))?;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    Ok(response)
}

async fn serve(mut socket: impl AsyncRead + AsyncWrite + Unpin, mut reader: Reader) -> io::Result<()> {
    let mut decoder = Decoder::new(Role::Server, MAX_MESSAGE);
    let mut input = [0; 512];
    let mut out = Vec::new();
    let mut asked = false;
    let mut ping_at = Instant::now() + PING_EVERY;
    loop {
        let mut over = false;
        tokio::select! {
            message = reader.next() => match message {
                Ok(message) => ws::encode_text(&mut out, &text(&message), None),
                Err(end) => {
                    let (code, reason) = match end {
                        End::AccessEnded => (ACCESS_ENDED, "access_ended"),
                        End::Closing => (ws::close_code::GOING_AWAY, "the cloud shuts down"),
                    };
                    ws::encode_close(&mut out, code, reason, None);
                    over = true;
                }
            },
            len = socket.read(&mut input) => match len? {
                0 => return Ok(()),
                len => {
                    asked = false;
                    over = hear(&mut decoder, &mut input[..len], &mut out);
                }
            },
            () = tokio::time::sleep_until(ping_at.into()) => {
                if std::mem::replace(&mut asked, true) {
                    return Ok(());
                }
                ws::encode_ping(&mut out, &[], None);
                ping_at = Instant::now() + PING_EVERY;
            }
        }
        if !out.is_empty() {
            tokio::time::timeout(WRITE_LIMIT, socket.write_all(&out)).await??;
            out = Vec::new();
        }
        if over {
            return tokio::time::timeout(WRITE_LIMIT, socket.shutdown()).await?;
        }
    }
}

/// Takes what the reader says; answers to it go to `out`. Whether that was the end.
fn hear(decoder: &mut Decoder, input: &mut [u8], out: &mut Vec<u8>) -> bool {
    let mut over = false;
    let heard = decoder.decode(input, |message| match message {
        ws::Message::Ping(payload) => ws::encode_pong(out, payload, None),
        ws::Message::Close { code, .. } => {
            ws::encode_close(out, code.unwrap_or(ws::close_code::NORMAL), "", None);
            over = true;
        }
        ws::Message::Text(_) | ws::Message::Binary(_) | ws::Message::Pong(_) => {}
    });
    if let Err(error) = heard {
        ws::encode_close(out, error.close_code(), &error.to_string(), None);
        over = true;
    }
    over
}

/// A message as it goes out.
#[derive(Serialize)]
struct Frame<'a> {
    /// As text, like the ids of server-sent events.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    event: &'a str,
    data: &'a RawValue,
}

fn text(message: &Message) -> String {
    let frame = Frame {
        id: message.id.map(|id| id.to_string()),
        event: message.event,
        data: serde_json::from_str(&message.data).unwrap_or(RawValue::NULL),
    };
    serde_json::to_string(&frame).unwrap_or_default()
}
