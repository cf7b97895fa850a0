//! A connection of the load's, with TLS or without. Nothing here ever blocks.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use mio::net::TcpStream;
use ovd::tls::Roots;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

/// How TLS is to be spoken to one server.
#[derive(Debug, Clone)]
pub(crate) struct Secured {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Secured {
    /// To the server `host`, whose certificate leads to an authority of the system's, or one in `ca` (PEM).
    pub(crate) fn to(host: &str, ca: Option<&Path>) -> anyhow::Result<Self> {
        let name = host.trim_matches(['[', ']']).to_owned();
        Ok(Self {
            config: Roots::load(ca)
                .context("loading certificate authorities")?
                .client_config(),
            name: ServerName::try_from(name).context("the server's name")?,
        })
    }
}

/// A connection.
#[derive(Debug)]
pub(crate) enum Transport {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Transport {
    pub(crate) fn new(stream: TcpStream, secured: Option<&Secured>) -> io::Result<Self> {
        let Some(Secured { config, name }) = secured else {
            return Ok(Self::Plain(stream));
        };
        let tls = ClientConnection::new(config.clone(), name.clone()).map_err(io::Error::other)?;
        Ok(Self::Tls(Box::new(StreamOwned::new(tls, stream))))
    }

    /// What went wrong with connecting.
    pub(crate) fn take_error(&self) -> io::Result<Option<io::Error>> {
        match self {
            Self::Plain(stream) => stream.take_error(),
            Self::Tls(stream) => stream.sock.take_error(),
        }
    }

    /// Whether a read that fills less than it might says that there is no more (epoll(7), on edge-triggered readiness).
    pub(crate) fn short_read_is_last(&self) -> bool {
        matches!(self, Self::Plain(_))
    }
}

impl Read for Transport {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Transport {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    /// Sends what lies in TLS's own buffer, as far as the socket takes it.
    fn flush(&mut self) -> io::Result<()> {
        let Self::Tls(stream) = self else { return Ok(()) };
        match stream.flush() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            done => done,
        }
    }
}
