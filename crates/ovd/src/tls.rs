//! TLS towards the cloud: which certificates are trusted.

use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The certificate authorities a device trusts: the system's, and those of a file of the operator's.
#[derive(Clone)]
pub struct Roots {
    config: Arc<rustls::ClientConfig>,
}

impl Roots {
    /// The system's authorities, and those in `extra` (PEM) if given. A system without any is no error here: a
    /// connection that needs one fails then, and says so.
    ///
    /// # Errors
    /// When `extra` cannot be read or holds no certificate.
    pub fn load(extra: Option<&Path>) -> io::Result<Self> {
        let mut store = rustls::RootCertStore::empty();
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(path) = extra {
            let describe = |error: &dyn std::fmt::Display| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("certificate file {}: {error}", path.display()),
                )
            };
            let certificates = CertificateDer::pem_file_iter(path).map_err(|error| describe(&error))?;
            let mut found = 0;
            for certificate in certificates {
                store
                    .add(certificate.map_err(|error| describe(&error))?)
                    .map_err(|error| describe(&error))?;
                found += 1;
            }
            if found == 0 {
                return Err(describe(&"holds no certificate"));
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(store)
            .with_no_client_auth();
        Ok(Self {
            config: Arc::new(config),
        })
    }

    /// What a TLS client of one's own is made from.
    pub fn client_config(&self) -> Arc<rustls::ClientConfig> {
        Arc::clone(&self.config)
    }

    /// Starts TLS on `socket` with the server `host`.
    ///
    /// # Errors
    /// When the server's certificate is not trusted for `host`, or the connection breaks.
    pub async fn connect<S>(&self, host: &str, socket: S) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        TlsConnector::from(Arc::clone(&self.config)).connect(name, socket).await
    }
}
