//! A media server that takes one publisher at a time: enough of RTMP to see what a publisher sends.

use super::cloud::within;
use bytes::Bytes;
use media::flv::{Body, BodyParser};
use rml_rtmp::handshake::{Handshake, HandshakeProcessResult, PeerType};
use rml_rtmp::sessions::{ServerSession, ServerSessionConfig, ServerSessionEvent, ServerSessionResult};
use std::collections::VecDeque;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct MediaServer {
    listener: TcpListener,
    pub(crate) port: u16,
}

/// A publisher.
pub(crate) struct Publication {
    tcp: TcpStream,
    session: ServerSession,
    parser: BodyParser,
    events: VecDeque<ServerSessionEvent>,
    /// What it publishes: app, stream name with its query.
    pub(crate) app: String,
    pub(crate) stream: String,
    finished: bool,
}

impl MediaServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        Self { listener, port }
    }

    pub(crate) fn url(&self, stream: &str) -> String {
        format!("rtmp://127.0.0.1:{}/live/{stream}?token=secret", self.port)
    }

    /// Takes the next publisher.
    pub(crate) async fn accept(&self) -> Publication {
        within("publisher", self.take(true)).await.expect("accepted")
    }

    /// Refuses the next publisher.
    pub(crate) async fn refuse(&self) {
        assert!(within("publisher", self.take(false)).await.is_none());
    }

    async fn take(&self, accept: bool) -> Option<Publication> {
        let (mut tcp, _) = self.listener.accept().await.unwrap();
        tcp.set_nodelay(true).unwrap();
        let rest = shake_hands(&mut tcp).await;
        let (session, results) = ServerSession::new(ServerSessionConfig::new()).unwrap();
        let mut publication = Publication {
            tcp,
            session,
            parser: BodyParser::new(),
            events: VecDeque::new(),
            app: String::new(),
            stream: String::new(),
            finished: false,
        };
        publication.handle(results).await;
        publication.input(&rest).await;
        loop {
            match publication.event().await? {
                ServerSessionEvent::ConnectionRequested { request_id, app_name } => {
                    publication.app = app_name;
                    let results = publication.session.accept_request(request_id).unwrap();
                    publication.handle(results).await;
                }
                ServerSessionEvent::PublishStreamRequested {
                    request_id, stream_key, ..
                } => {
                    publication.stream = stream_key;
                    if !accept {
                        let results = publication
                            .session
                            .reject_request(request_id, "NetStream.Publish.BadName", "not allowed")
                            .unwrap();
                        publication.handle(results).await;
                        // The publisher leaves by itself.
                        while publication.event().await.is_some() {}
                        return None;
                    }
                    let results = publication.session.accept_request(request_id).unwrap();
                    publication.handle(results).await;
                    return Some(publication);
                }
                _ => {}
            }
        }
    }
}

async fn shake_hands(tcp: &mut TcpStream) -> Vec<u8> {
    let mut handshake = Handshake::new(PeerType::Server);
    let mut scratch = [0; 4096];
    loop {
        let len = tcp.read(&mut scratch).await.unwrap();
        assert!(len > 0, "gone during the handshake");
        match handshake.process_bytes(&scratch[..len]).unwrap() {
            HandshakeProcessResult::InProgress { response_bytes } => tcp.write_all(&response_bytes).await.unwrap(),
            HandshakeProcessResult::Completed {
                response_bytes,
                remaining_bytes,
            } => {
                tcp.write_all(&response_bytes).await.unwrap();
                return remaining_bytes;
            }
        }
    }
}

impl Publication {
    async fn input(&mut self, bytes: &[u8]) {
        let results = self.session.handle_input(bytes).unwrap();
        self.handle(results).await;
    }

    async fn handle(&mut self, results: Vec<ServerSessionResult>) {
        for result in results {
            match result {
                ServerSessionResult::OutboundResponse(packet) => {
                    // The publisher may be gone already; reading tells.
                    let _ = self.tcp.write_all(&packet.bytes).await;
                }
                ServerSessionResult::RaisedEvent(event) => self.events.push_back(event),
                ServerSessionResult::UnhandleableMessageReceived(_) => {}
            }
        }
    }

    /// The next event; `None` when the publisher is gone.
    async fn event(&mut self) -> Option<ServerSessionEvent> {
        let mut scratch = vec![0; 64 * 1024];
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            match self.tcp.read(&mut scratch).await {
                Ok(len) if len > 0 => self.input(&scratch[..len]).await,
                _ => return None,
            }
        }
    }

    /// The next media body, understood; `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Body> {
        within("media", async {
            loop {
                match self.event().await? {
                    ServerSessionEvent::VideoDataReceived { data, timestamp, .. } => {
                        return Some(
                            self.parser
                                .video(i64::from(timestamp.value), Bytes::from(data.to_vec()))
                                .unwrap(),
                        );
                    }
                    ServerSessionEvent::AudioDataReceived { data, timestamp, .. } => {
                        return Some(
                            self.parser
                                .audio(i64::from(timestamp.value), Bytes::from(data.to_vec()))
                                .unwrap(),
                        );
                    }
                    ServerSessionEvent::PublishStreamFinished { .. } => {
                        self.finished = true;
                        return None;
                    }
                    _ => {}
                }
            }
        })
        .await
    }

    /// Waits for the end; whether the publisher said goodbye.
    pub(crate) async fn ended(&mut self) -> bool {
        while self.next().await.is_some() {}
        self.finished
    }
}
