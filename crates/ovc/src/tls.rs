//! TLS: which certificate the cloud shows, and whose it trusts.

mod acme;
mod files;

use crate::config::{AcmeConfig, TlsConfig};
use files::Files;
use rustls_acme::is_tls_alpn_challenge;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject as _};
use tokio_rustls::rustls::server::{Acceptor, ResolvesServerCert};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

/// A connection over TLS.
pub type Stream = tokio_rustls::server::TlsStream<TcpStream>;

/// Where ACME keeps its account and its certificate, within the data directory.
const ACME_DIR: &str = "acme";

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be used.
    #[error("{}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The certificate and the key are not of each other, or of a kind that is not known.
    #[error("the certificate cannot be used: {0}")]
    Certificate(tokio_rustls::rustls::Error),
    /// Anything else.
    #[error("TLS: {0}")]
    Other(#[from] io::Error),
}

/// What has become of certificates since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Certificates {
    /// So many came into use; none yet: there is none to show.
    pub taken_up: u32,
    /// So many were of no use.
    pub refused: u32,
}

/// Tells what becomes of them.
#[derive(Debug, Default)]
struct News(watch::Sender<Certificates>);

impl News {
    fn taken_up(&self) {
        metrics::counter!("ovc_tls_certificates_total", "outcome" => "taken_up").increment(1);
        self.0.send_modify(|seen| seen.taken_up += 1);
    }

    fn refused(&self) {
        metrics::counter!("ovc_tls_certificates_total", "outcome" => "refused").increment(1);
        self.0.send_modify(|seen| seen.refused += 1);
    }
}

/// Shows the certificate. Clones are the same.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    /// For the authority that looks whether the domain is ours.
    challenge: Option<Arc<acme::Shown>>,
    /// One by ACME comes after the first start.
    certificates: watch::Receiver<Certificates>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls(..)")
    }
}

/// Keeps the certificate fresh for as long as it is polled.
pub type Renewal = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Tls {
    /// With the certificate of the files, or the one of ACME, which comes a while later if there is none yet.
    ///
    /// # Errors
    /// See [`TlsError`].
    pub fn open(config: &TlsConfig, acme: &AcmeConfig, data_dir: &Path) -> Result<(Self, Renewal), TlsError> {
        if acme.domains.is_empty() {
            let files = Arc::new(Files::open(&config.certificate, &config.key)?);
            let tls = Self {
                config: server_config(files.clone())?,
                challenge: None,
                certificates: files.news.0.subscribe(),
            };
            return Ok((tls, Box::pin(async move { files.watch().await })));
        }
        let renewal = acme::Renewal::new(acme, data_dir.join(ACME_DIR))?;
        let shown = renewal.shown();
        let tls = Self {
            config: server_config(shown.clone())?,
            certificates: shown.news.0.subscribe(),
            challenge: Some(shown),
        };
        Ok((tls, Box::pin(renewal.run())))
    }

    /// What becomes of certificates.
    pub fn certificates(&self) -> watch::Receiver<Certificates> {
        self.certificates.clone()
    }

    /// Shakes hands. `None`: it was the authority that looks whether the domain is ours, and it has seen so.
    ///
    /// # Errors
    /// The other end speaks no TLS that is good enough, or is gone.
    pub async fn accept(&self, stream: TcpStream) -> io::Result<Option<Stream>> {
        let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        if let Some(challenge) = &self.challenge
            && is_tls_alpn_challenge(&hello.client_hello())
        {
            let mut stream = hello.into_stream(challenge.challenge()).await?;
            stream.shutdown().await?;
            return Ok(None);
        }
        hello.into_stream(self.config.clone()).await.map(Some)
    }
}

/// Since when a certificate is good, and until when; the metrics tell the latter.
fn expiry(certificate: &CertificateDer<'_>) -> Option<(SystemTime, SystemTime)> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let [from, to] = [parsed.validity().not_before, parsed.validity().not_after]
        .map(|time| u64::try_from(time.timestamp()).unwrap_or_default());
    #[allow(clippy::cast_precision_loss, reason = "seconds since 1970 are few enough")]
    metrics::gauge!("ovc_tls_certificate_expires_at_seconds").set(to as f64);
    let at = |seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
    Some((at(from)?, at(to)?))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn server_config(certificates: Arc<dyn ResolvesServerCert>) -> Result<Arc<ServerConfig>, TlsError> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Certificate)?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Devices that all come back at once need not all do the whole work again.
    config.ticketer = ring::Ticketer::new().map_err(TlsError::Certificate)?;
    Ok(Arc::new(config))
}

/// For connections from here: trusts the system's authorities, and those in `extra` (PEM) if given.
///
/// # Errors
/// `extra` cannot be read or holds no certificate.
pub fn client_config(extra: Option<&Path>) -> io::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = extra {
        let fault = |why: String| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", path.display()));
        let mut found = 0;
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| fault(error.to_string()))? {
            let certificate = certificate.map_err(|error| fault(error.to_string()))?;
            roots.add(certificate).map_err(|error| fault(error.to_string()))?;
            found += 1;
        }
        if found == 0 {
            return Err(fault("holds no certificate".into()));
        }
    }
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
