//! One publisher's connection.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use media::MediaError;
use media::flv::{Body, BodyParser};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep_until, timeout};

use super::limits::Place;
use super::session::{Broken, Event, Session};
use crate::live::{Live, PublishRefused, Publisher, Unwrap};

/// From connecting to being allowed to publish.
const SETUP_LIMIT: Duration = Duration::from_secs(10);
/// A publisher that sent nothing at all for so long is dead.
const SILENCE_LIMIT: Duration = Duration::from_secs(30);
/// The few bytes that go to a publisher must go within this.
const WRITE_LIMIT: Duration = Duration::from_secs(5);
/// How long a refused publisher may take to read why.
const FAREWELL_LIMIT: Duration = Duration::from_secs(2);
/// Largest message taken; a picture is far smaller.
const MAX_MESSAGE_BYTES: usize = 8 << 20;
/// Messages in a row that make no sense before the connection is given up.
const MAX_BAD_MESSAGES: u32 = 50;
const READ_BYTES: usize = 32 * 1024;
/// The application name in publish URLs.
const APP: &str = "live";

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error("it said that it is done")]
    Finished,
    #[error("it closed the connection")]
    Closed,
    #[error("the connection broke: {0}")]
    Io(#[from] io::Error),
    #[error("it spoke no RTMP: {0}")]
    Handshake(Broken),
    #[error("it broke the protocol: {0}")]
    Protocol(Broken),
    #[error("it did not ask to publish in time")]
    SetupTimeout,
    #[error("it sent nothing for too long")]
    Silent,
    #[error("it may not publish: {0}")]
    Refused(&'static str),
    #[error("another publisher took over, or the stream ended")]
    Replaced,
    #[error("a message of {0} bytes is too large")]
    TooLarge(usize),
    #[error("its media makes no sense: {0}")]
    Media(MediaError),
}

impl From<Broken> for End {
    fn from(broken: Broken) -> Self {
        if broken.is_handshake() {
            Self::Handshake(broken)
        } else {
            Self::Protocol(broken)
        }
    }
}

impl End {
    fn name(&self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Closed => "closed",
            Self::Io(_) => "io",
            Self::Handshake(_) => "handshake",
            Self::Protocol(_) => "protocol",
            Self::SetupTimeout => "setup_timeout",
            Self::Silent => "silent",
            Self::Refused(why) => why,
            Self::Replaced => "replaced",
            Self::TooLarge(_) => "too_large",
            Self::Media(_) => "media",
        }
    }
}

/// Serves a connection to its end.
pub(super) async fn serve(stream: TcpStream, from: SocketAddr, live: Live, place: Place) {
    let mut connection = Connection {
        stream,
        from,
        live,
        place,
        session: Session::new(),
        publishing: None,
        heard: tokio::time::Instant::now(),
        received: metrics::counter!("ovc_rtmp_received_bytes_total"),
    };
    let end = match connection.run().await {
        Ok(never) => match never {},
        Err(end) => end,
    };
    metrics::counter!("ovc_rtmp_ended_total", "why" => end.name()).increment(1);
    let stream_id = connection
        .publishing
        .as_ref()
        .map(|p| p.publisher.stream_id().as_str())
        .unwrap_or_default();
    tracing::info!(%from, stream = stream_id, "RTMP publisher ended: {end}");
    // Its place becomes free at once, whatever the farewell takes.
    connection.publishing = None;
    if matches!(end, End::Refused(_) | End::Finished) {
        let _ = timeout(FAREWELL_LIMIT, connection.farewell()).await;
    }
}

struct Connection {
    stream: TcpStream,
    from: SocketAddr,
    live: Live,
    place: Place,
    session: Session,
    publishing: Option<Publishing>,
    /// When the last bytes came.
    heard: tokio::time::Instant,
    received: metrics::Counter,
}

/// What there is once it publishes.
struct Publishing {
    publisher: Publisher,
    parser: BodyParser,
    clock: Unwrap,
    bad_messages: u32,
    told_unsupported: bool,
}

impl Connection {
    async fn run(&mut self) -> Result<std::convert::Infallible, End> {
        self.stream.set_nodelay(true)?;
        let setup_deadline = self.heard + SETUP_LIMIT;
        loop {
            let deadline = if self.publishing.is_some() {
                self.heard + SILENCE_LIMIT
            } else {
                setup_deadline
            };
            tokio::select! {
                readable = self.stream.readable() => readable?,
                () = replaced(self.publishing.as_ref()) => return Err(End::Replaced),
                () = sleep_until(deadline) => {
                    return Err(if self.publishing.is_some() { End::Silent } else { End::SetupTimeout });
                }
            }
            let outcome = self.read();
            // What was said so far, an answer to a refused publisher above all, goes out in any case.
            self.flush().await?;
            outcome?;
        }
    }

    /// Reads once and handles what came. Buffers nothing of its own between reads.
    fn read(&mut self) -> Result<(), End> {
        let mut buffer = [0; READ_BYTES];
        let len = match self.stream.try_read(&mut buffer) {
            Ok(0) => return Err(End::Closed),
            Ok(len) => len,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        self.heard = tokio::time::Instant::now();
        self.received.increment(len as u64);
        self.session.feed(&buffer[..len])?;
        let (now, wall) = (Instant::now(), SystemTime::now());
        while let Some(event) = self.session.poll()? {
            match event {
                Event::Publish { app, name } => self.publish(&app, &name)?,
                Event::Announced { audio } => {
                    if let Some(publishing) = &self.publishing {
                        publishing.publisher.expect_audio(audio);
                    }
                }
                Event::Video { body, .. } | Event::Audio { body, .. } if body.len() > MAX_MESSAGE_BYTES => {
                    return Err(End::TooLarge(body.len()));
                }
                Event::Video { timestamp_ms, body } => {
                    self.take(now, wall, |parser, clock| {
                        parser.video(clock.unwrap(timestamp_ms), body)
                    })?;
                }
                Event::Audio { timestamp_ms, body } => {
                    self.take(now, wall, |parser, clock| {
                        parser.audio(clock.unwrap(timestamp_ms), body)
                    })?;
                }
                Event::Finished => return Err(End::Finished),
            }
        }
        Ok(())
    }

    fn publish(&mut self, app: &str, name: &str) -> Result<(), End> {
        let (app, app_query) = app.split_once('?').unwrap_or((app, ""));
        let (stream_id, query) = name.split_once('?').unwrap_or((name, ""));
        let token = [query, app_query]
            .iter()
            .flat_map(|query| query.split('&'))
            .find_map(|pair| pair.strip_prefix("token="))
            .unwrap_or_default();
        if app.trim_end_matches('/') != APP {
            self.session.refuse("NetStream.Publish.BadName", "no such application");
            return Err(End::Refused("bad_app"));
        }
        match self.live.publish(stream_id, token) {
            Ok(publisher) => {
                tracing::info!(from = %self.from, stream = stream_id, "RTMP publisher accepted");
                self.session.accept();
                self.place.proven();
                self.publishing = Some(Publishing {
                    publisher,
                    parser: BodyParser::new(),
                    clock: Unwrap::default(),
                    bad_messages: 0,
                    told_unsupported: false,
                });
                Ok(())
            }
            Err(why) => {
                let code = match why {
                    PublishRefused::Busy => "NetStream.Publish.BadName",
                    _ => "NetStream.Publish.Denied",
                };
                self.session.refuse(code, &why.to_string());
                Err(End::Refused(why.name()))
            }
        }
    }

    fn take(
        &mut self,
        now: Instant,
        wall: SystemTime,
        parse: impl FnOnce(&mut BodyParser, &mut Unwrap) -> Result<Body, MediaError>,
    ) -> Result<(), End> {
        let Some(publishing) = &mut self.publishing else {
            return Ok(());
        };
        match parse(&mut publishing.parser, &mut publishing.clock) {
            Ok(body) => {
                publishing.bad_messages = 0;
                publishing.publisher.take(body, now, wall);
            }
            // A track that nobody can play does not spoil the other one.
            Err(error @ MediaError::Unsupported(_)) => {
                if !publishing.told_unsupported {
                    publishing.told_unsupported = true;
                    tracing::warn!(from = %self.from, stream = %publishing.publisher.stream_id(), %error, "track left out");
                }
            }
            Err(error) => {
                publishing.bad_messages += 1;
                metrics::counter!("ovc_rtmp_bad_messages_total").increment(1);
                if publishing.bad_messages >= MAX_BAD_MESSAGES {
                    return Err(End::Media(error));
                }
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), End> {
        let output = self.session.take_output();
        if output.is_empty() {
            return Ok(());
        }
        match timeout(WRITE_LIMIT, self.stream.write_all(&output)).await {
            Ok(written) => Ok(written?),
            Err(_) => Err(End::Silent),
        }
    }

    /// Closes so that the last words are read: a socket closed with bytes unread resets the connection.
    async fn farewell(&mut self) -> io::Result<()> {
        self.stream.shutdown().await?;
        let mut scratch = [0; 1024];
        while self.stream.read(&mut scratch).await? > 0 {}
        Ok(())
    }
}

async fn replaced(publishing: Option<&Publishing>) {
    match publishing {
        Some(publishing) => publishing.publisher.replaced().await,
        None => std::future::pending().await,
    }
}
