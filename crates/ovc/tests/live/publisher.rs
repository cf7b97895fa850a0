//! A device's end of RTMP, over TCP.

use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;
use media::Frame;
use sapflow_rtmp::chunk::ChunkWriter;
use sapflow_rtmp::client::{ClientError, Publisher, PublisherConfig, PublisherState};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Chunk stream and message type of video that goes out as it is.
const VIDEO_CHUNKS: u8 = 7;
const VIDEO: u8 = 9;
/// What the client announced as its chunk size.
const CHUNK_BYTES: u32 = 4096;

pub(crate) struct RtmpClient {
    socket: TcpStream,
    session: Publisher,
    began: Instant,
}

impl RtmpClient {
    /// Connects and asks to publish `name` in `app`. The error is what the server answered.
    pub(crate) async fn publish(to: SocketAddr, app: &str, name: &str) -> Result<Self, ClientError> {
        let socket = TcpStream::connect(to).await.unwrap();
        let config = PublisherConfig::new(app.into(), name.into(), format!("rtmp://{to}/{app}"));
        let mut client = Self {
            socket,
            session: Publisher::new(config, 1, 0).unwrap(),
            began: Instant::now(),
        };
        let mut buffer = [0; 4096];
        while client.session.state() != PublisherState::Publishing {
            client.flush().await;
            let len = client.socket.read(&mut buffer).await.unwrap();
            if len == 0 {
                return Err(ClientError::Closed);
            }
            client.session.feed(&buffer[..len], client.now_ms())?;
        }
        Ok(client)
    }

    fn now_ms(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    async fn flush(&mut self) {
        loop {
            let output = self.session.take_output();
            self.socket.write_all(&output).await.unwrap();
            if self.session.queued_output_bytes() == 0 {
                return;
            }
            if output.is_empty() {
                // As much as may be is on its way: the server has to say that it has it.
                let mut buffer = [0; 4096];
                let len = self.socket.read(&mut buffer).await.unwrap();
                self.session.feed(&buffer[..len], self.now_ms()).unwrap();
            }
        }
    }

    pub(crate) async fn avc_config(&mut self, record: &[u8]) {
        self.session.send_avc_config(record).unwrap();
        self.flush().await;
    }

    pub(crate) async fn aac_config(&mut self, asc: &[u8]) {
        self.session.send_aac_config(asc).unwrap();
        self.flush().await;
    }

    pub(crate) async fn avc(&mut self, frame: &Frame) {
        let composition_ms = (frame.pts_ms - frame.dts_ms) as i32;
        self.session
            .send_avc(frame.dts_ms as u32, composition_ms, frame.keyframe, &frame.data)
            .unwrap();
        self.flush().await;
    }

    pub(crate) async fn aac(&mut self, timestamp_ms: u32, data: &[u8]) {
        self.session.send_aac(timestamp_ms, data).unwrap();
        self.flush().await;
    }

    /// A video message whose body is given: for what the client library does not know.
    pub(crate) async fn video_body(&mut self, timestamp_ms: u32, body: &Bytes) {
        let mut writer = ChunkWriter::default();
        writer.set_chunk_size(CHUNK_BYTES);
        let mut out = Vec::new();
        writer.write(&mut out, VIDEO_CHUNKS, VIDEO, 1, timestamp_ms, body);
        self.socket.write_all(&out).await.unwrap();
    }

    /// Waits until the server closes the connection.
    pub(crate) async fn closed_by_server(mut self) {
        let mut buffer = [0; 4096];
        while self.socket.read(&mut buffer).await.is_ok_and(|len| len > 0) {}
    }
}
