//! RTMP ingest: H.264 and AAC in the classic form, H.265 as Enhanced RTMP (and as codec 12, which older cameras send).
//!
//! A publisher connects to `rtmp://host/live/<stream id>?token=<token>`, as LivePublish told it. The token is good for
//! that stream while it is wanted; who is refused is told so with an RTMP status and in words.
//!
//! Limits: the time from connecting to publishing, connections in all and per address before they publish, bytes held
//! before and while publishing (in the RTMP library), the size of one message, and silence.

mod connection;
mod limits;
mod session;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::live::Live;
use limits::Limits;

/// How long to wait when the system has no file for another connection.
const NO_FILES_PAUSE: Duration = Duration::from_millis(50);

/// The RTMP listener.
pub struct Rtmp {
    listener: TcpListener,
    limits: Arc<Limits>,
}

impl Rtmp {
    /// Listens on `listen`. `max_connections`: publishers at once; over it new ones are refused.
    ///
    /// # Errors
    /// If the address cannot be listened on.
    pub async fn bind(listen: SocketAddr, max_connections: usize) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        Ok(Self {
            listener,
            limits: Arc::new(Limits::new(max_connections)),
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// As the system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Takes publishers until `closing` turns true, then ends their connections.
    pub async fn serve(self, live: Live, mut closing: watch::Receiver<bool>) {
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                _ = closing.wait_for(|closing| *closing) => return,
                Some(_) = connections.join_next() => continue,
            };
            match accepted {
                Ok((stream, from)) => self.admit(stream, from, &live, &mut connections),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept RTMP connections for the moment");
                    tokio::time::sleep(NO_FILES_PAUSE).await;
                }
            }
        }
    }

    fn admit(&self, stream: TcpStream, from: SocketAddr, live: &Live, connections: &mut JoinSet<()>) {
        match self.limits.admit(from.ip()) {
            Ok(place) => {
                connections.spawn(connection::serve(stream, from, live.clone(), place));
            }
            Err(why) => {
                metrics::counter!("ovc_rtmp_refused_connections_total", "why" => why.name()).increment(1);
                tracing::debug!(%from, %why, "RTMP connection refused");
            }
        }
    }
}
