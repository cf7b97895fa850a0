use super::{News, TlsError, expiry, provider};
use parking_lot::{Mutex, RwLock};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A certificate from files. Whoever renews it only has to write them.
#[derive(Debug)]
pub(super) struct Files {
    certificate: PathBuf,
    key: PathBuf,
    seen: Mutex<Stamps>,
    current: RwLock<Arc<CertifiedKey>>,
    pub(super) news: News,
}

/// When the files were written, and how long they are.
type Stamps = [Option<(SystemTime, u64)>; 2];

impl Files {
    pub(super) fn open(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        // Before they are read: what is written in between is seen as new.
        let seen = stamps(certificate, key);
        let current = Arc::new(read(certificate, key)?);
        let news = News::default();
        news.taken_up();
        Ok(Self {
            certificate: certificate.into(),
            key: key.into(),
            seen: Mutex::new(seen),
            current: RwLock::new(current),
            news,
        })
    }

    /// Takes up what is new, for ever. What cannot be used is told once, and the certificate before stays.
    pub(super) async fn watch(&self) {
        let mut ticker = tokio::time::interval(LOOK_EVERY);
        loop {
            ticker.tick().await;
            self.look();
        }
    }

    fn look(&self) {
        let now = stamps(&self.certificate, &self.key);
        if std::mem::replace(&mut *self.seen.lock(), now) == now {
            return;
        }
        match read(&self.certificate, &self.key) {
            Ok(fresh) => {
                *self.current.write() = Arc::new(fresh);
                self.news.taken_up();
                tracing::info!(file = %self.certificate.display(), "a new certificate is in use");
            }
            Err(error) => {
                self.news.refused();
                tracing::error!(%error, "the new certificate is of no use, the old one stays");
            }
        }
    }
}

impl ResolvesServerCert for Files {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().clone())
    }
}

fn stamps(certificate: &Path, key: &Path) -> Stamps {
    [certificate, key].map(|path| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.modified().ok()?, found.len()))
    })
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let fault = |path: &Path, why: String| TlsError::File { path: path.into(), why };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|error| fault(certificate, error.to_string()))?;
    if chain.is_empty() {
        return Err(fault(certificate, "holds no certificate".into()));
    }
    // Only for the metrics.
    let _ = expiry(&chain[0]);
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| fault(key, error.to_string()))?;
    CertifiedKey::from_der(chain, private, &provider()).map_err(TlsError::Certificate)
}
