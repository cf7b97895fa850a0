//! A publishing session on a socket.

use super::session::{MediaKind, Session, SessionError, State};
use super::url::Target;
use crate::tls;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A server that takes no byte for this long is gone.
const WRITE_STALL: Duration = Duration::from_secs(10);
/// What the kernel may hold for a slow uplink: beyond it, frames wait (and are dropped) on our side, where the
/// oldest can go first.
const SEND_BUFFER_BYTES: usize = 256 * 1024;

/// Why publishing failed or ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The connection could not be made or broke.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The server refused, ended the stream or broke the protocol.
    #[error("{0}")]
    Session(#[from] SessionError),
    /// The server took nothing, or answered nothing, for too long.
    #[error("the server did not respond in time")]
    TimedOut,
}

trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

/// A server that takes our media.
pub struct Connection {
    socket: Box<dyn Socket>,
    session: Session,
    scratch: Vec<u8>,
    /// What is being sent, and how much of it has been.
    sending: Vec<u8>,
    sent: usize,
}

impl Connection {
    /// Connects and asks to publish; done when the server has said yes. Cancel-safe: dropped, it leaves nothing.
    ///
    /// # Errors
    /// When the server cannot be reached or says no.
    pub async fn open(target: &Target, tls: &tls::Roots) -> Result<Self, ConnectError> {
        let tcp = TcpStream::connect((target.host.as_str(), target.port)).await?;
        tcp.set_nodelay(true)?;
        socket2::SockRef::from(&tcp).set_send_buffer_size(SEND_BUFFER_BYTES)?;
        let socket: Box<dyn Socket> = if target.tls {
            Box::new(tls.connect(&target.host, tcp).await?)
        } else {
            Box::new(tcp)
        };
        let mut connection = Self {
            socket,
            session: Session::new(target.clone(), rand::random()),
            scratch: vec![0; 16 * 1024],
            sending: Vec::new(),
            sent: 0,
        };
        connection.flush().await?;
        while connection.session.state() == State::Starting {
            connection.receive().await?;
            connection.flush().await?;
        }
        Ok(connection)
    }

    /// Adds a media message to what [`Connection::flush`] sends.
    pub fn write(&mut self, kind: MediaKind, timestamp_ms: u32, body: &[u8]) {
        self.session.write_media(kind, timestamp_ms, body);
    }

    /// Sends what was written. Cancel-safe: the next call goes on where this one was.
    ///
    /// # Errors
    /// When the connection is gone or takes nothing for ten seconds.
    pub async fn flush(&mut self) -> Result<(), ConnectError> {
        loop {
            while let Some(rest) = self.sending.get(self.sent..).filter(|rest| !rest.is_empty()) {
                let written = timeout(WRITE_STALL, self.socket.write(rest))
                    .await
                    .map_err(|_| ConnectError::TimedOut)??;
                if written == 0 {
                    return Err(io::Error::from(io::ErrorKind::WriteZero).into());
                }
                self.sent += written;
            }
            self.sent = 0;
            self.session.swap_output(&mut self.sending);
            if self.sending.is_empty() {
                break;
            }
        }
        timeout(WRITE_STALL, self.socket.flush())
            .await
            .map_err(|_| ConnectError::TimedOut)??;
        Ok(())
    }

    /// Waits for input from the server and handles it. Cancel-safe. Answers to it go out with the next flush.
    ///
    /// # Errors
    /// When the server ends the stream or the connection is gone.
    pub async fn receive(&mut self) -> Result<(), ConnectError> {
        let len = self.socket.read(&mut self.scratch).await?;
        if len == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        self.session.receive(self.scratch.get(..len).unwrap_or_default())?;
        Ok(())
    }

    /// Tells the server that the stream is over, and closes. Gives up silently when the server no longer listens.
    pub async fn finish(mut self) {
        self.session.finish();
        let goodbye = async {
            self.flush().await?;
            self.socket.shutdown().await.map_err(ConnectError::from)
        };
        let _ = timeout(Duration::from_secs(1), goodbye).await;
    }
}
