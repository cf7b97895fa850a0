//! A certificate by ACME: kept on the disk, shown, and renewed in time.

use super::{News, TlsError, client_config, expiry};
use crate::config::AcmeConfig;
use async_trait::async_trait;
use data_encoding::HEXLOWER;
use futures_util::StreamExt as _;
use parking_lot::{Mutex, RwLock};
use rustls_acme::{AccountCache, AcmeState, CertCache, EventError, EventOk, ResolvesServerCertAcme};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::sign::any_ecdsa_type;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject as _};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

/// How often it is looked whether a renewal that is due goes on, and how long one may say nothing.
const LOOK_EVERY: Duration = Duration::from_secs(60);
const ATTEMPT_LIMIT: Duration = Duration::from_secs(600);
/// How long to wait after a failure; twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// What is shown. Each attempt at a renewal has its own answers for the authority; the certificate stays until there is
/// another.
#[derive(Debug)]
pub(super) struct Shown {
    certificate: RwLock<Arc<ResolvesServerCertAcme>>,
    challenge: RwLock<Arc<ServerConfig>>,
    pub(super) news: News,
}

impl Shown {
    /// For the authority that looks whether the domain is ours.
    pub(super) fn challenge(&self) -> Arc<ServerConfig> {
        self.challenge.read().clone()
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let certificate = self.certificate.read().clone();
        certificate.resolve(hello)
    }
}

/// Gets certificates, one attempt after the other.
pub(super) struct Renewal {
    config: AcmeConfig,
    client: Arc<tokio_rustls::rustls::ClientConfig>,
    store: Store,
    state: AcmeState<io::Error>,
    shown: Arc<Shown>,
}

impl Renewal {
    pub(super) fn new(config: &AcmeConfig, directory: PathBuf) -> Result<Self, TlsError> {
        // It will hold private keys.
        crate::db::make_private_dir(&directory)?;
        let trusted = Some(config.directory_ca.as_path()).filter(|path| !path.as_os_str().is_empty());
        let client = client_config(trusted)?;
        let store = Store(Arc::new(Inside {
            directory,
            due: Mutex::default(),
        }));
        let state = attempt(config, &client, &store);
        let shown = Arc::new(Shown {
            certificate: RwLock::new(state.resolver()),
            challenge: RwLock::new(state.challenge_rustls_config()),
            news: News::default(),
        });
        Ok(Self {
            config: config.clone(),
            client,
            store,
            state,
            shown,
        })
    }

    pub(super) fn shown(&self) -> Arc<Shown> {
        self.shown.clone()
    }

    fn start_again(&mut self) {
        self.state = attempt(&self.config, &self.client, &self.store);
        *self.shown.challenge.write() = self.state.challenge_rustls_config();
    }

    /// For ever.
    pub(super) async fn run(mut self) {
        let mut failures = 0;
        let mut due_since = None;
        loop {
            let event = tokio::select! {
                event = self.state.next() => event,
                () = tokio::time::sleep(LOOK_EVERY) => {
                    due_since = self.store.is_due().then(|| due_since.unwrap_or_else(Instant::now));
                    if due_since.is_some_and(|since| since.elapsed() > ATTEMPT_LIMIT) {
                        tracing::warn!("ACME: a certificate is due, and nothing happens; trying anew");
                        self.start_again();
                        due_since = None;
                    }
                    continue;
                }
            };
            due_since = None;
            match event {
                Some(Ok(EventOk::DeployedNewCert)) => {
                    failures = 0;
                    self.show();
                    tracing::info!("a new certificate came by ACME");
                }
                Some(Ok(EventOk::DeployedCachedCert)) => self.show(),
                Some(Ok(_)) => {}
                Some(Err(EventError::Order(error))) => {
                    let pause = pause(failures);
                    failures += 1;
                    tracing::error!(?error, ?pause, "ACME: no new certificate; it is tried again later");
                    tokio::time::sleep(pause).await;
                    // The library's own pauses grow to most of a day.
                    self.start_again();
                }
                Some(Err(error)) => tracing::error!(?error, "ACME"),
                None => return,
            }
        }
    }

    fn show(&self) {
        *self.shown.certificate.write() = self.state.resolver();
        self.shown.news.taken_up();
    }
}

fn attempt(
    config: &AcmeConfig,
    client: &Arc<tokio_rustls::rustls::ClientConfig>,
    store: &Store,
) -> AcmeState<io::Error> {
    rustls_acme::AcmeConfig::new_with_client_config(&config.domains, client.clone())
        .contact(&config.contact)
        .directory(&config.directory)
        .cache(store.clone())
        .state()
}

fn pause(failures: u32) -> Duration {
    FIRST_PAUSE
        .saturating_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX))
        .min(LONGEST_PAUSE)
}

/// The account and the certificate, in files of their own.
#[derive(Clone)]
struct Store(Arc<Inside>);

struct Inside {
    directory: PathBuf,
    /// When the certificate is to be renewed; `None`: there is none.
    due: Mutex<Option<SystemTime>>,
}

impl Store {
    fn is_due(&self) -> bool {
        self.0.due.lock().is_none_or(|due| due <= SystemTime::now())
    }

    /// Another file for each authority and each set of names.
    fn path(&self, kind: &str, of: &[String], authority: &str) -> PathBuf {
        let mut hash = Sha256::new();
        for part in of.iter().map(String::as_str).chain([authority]) {
            hash.update(part);
            hash.update([0]);
        }
        let hash = HEXLOWER.encode(&hash.finalize()[..16]);
        self.0.directory.join(format!("{kind}-{hash}"))
    }

    fn note(&self, pem: &[u8]) {
        let Ok(certificate) = CertificateDer::from_pem_slice(pem) else {
            return;
        };
        if let Some((from, to)) = expiry(&certificate) {
            let lifetime = to.duration_since(from).unwrap_or_default();
            *self.0.due.lock() = to.checked_sub(lifetime / 3);
        }
    }
}

#[async_trait]
impl CertCache for Store {
    type EC = io::Error;

    async fn load_cert(&self, domains: &[String], authority: &str) -> io::Result<Option<Vec<u8>>> {
        let pem = read(&self.path("certificate", domains, authority))?;
        if let Some(pem) = &pem {
            self.note(pem);
        }
        Ok(pem)
    }

    async fn store_cert(&self, domains: &[String], authority: &str, pem: &[u8]) -> io::Result<()> {
        self.note(pem);
        write(&self.path("certificate", domains, authority), pem)
    }
}

#[async_trait]
impl AccountCache for Store {
    type EA = io::Error;

    async fn load_account(&self, contact: &[String], authority: &str) -> io::Result<Option<Vec<u8>>> {
        let path = self.path("account", contact, authority);
        let account = read(&path)?;
        let is_key = |der: &Vec<u8>| any_ecdsa_type(&PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(&der[..]))).is_ok();
        if account.as_ref().is_some_and(|account| !is_key(account)) {
            // With it no order would ever succeed; another account costs nothing.
            tracing::warn!(file = %path.display(), "ACME: the account cannot be read; making another");
            return Ok(None);
        }
        Ok(account)
    }

    async fn store_account(&self, contact: &[String], authority: &str, account: &[u8]) -> io::Result<()> {
        write(&self.path("account", contact, authority), account)
    }
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// All of it or nothing, also if the machine stops in between; for the owner alone.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension("part");
    // One that was left keeps its permissions otherwise.
    let _ = fs::remove_file(&part);
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, path)?;
    path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_to_an_hour() {
        assert_eq!(pause(0), FIRST_PAUSE);
        assert_eq!(pause(2), FIRST_PAUSE * 4);
        assert_eq!([pause(9), pause(31), pause(32)], [LONGEST_PAUSE; 3]);
    }

    #[tokio::test]
    async fn what_is_stored_is_its_owners_and_a_broken_account_is_given_up() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store(Arc::new(Inside {
            directory: dir.path().into(),
            due: Mutex::default(),
        }));
        let contact = ["mailto:ops@example.com".to_owned()];
        let account = rcgen::KeyPair::generate().unwrap().serialize_der();
        store.store_account(&contact, "https://a", &account).await.unwrap();
        assert_eq!(store.load_account(&contact, "https://a").await.unwrap(), Some(account));
        assert_eq!(store.load_account(&contact, "https://b").await.unwrap(), None);
        let file = store.path("account", &contact, "https://a");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&file, "half").unwrap();
        assert_eq!(store.load_account(&contact, "https://a").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_certificate_is_due_when_a_third_of_its_time_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store(Arc::new(Inside {
            directory: dir.path().into(),
            due: Mutex::default(),
        }));
        assert!(store.is_due());
        let names = ["cloud.example".to_owned()];
        let key = rcgen::KeyPair::generate().unwrap();
        for (year, due) in [(2001, true), (4000, false)] {
            let mut params = rcgen::CertificateParams::new(names.clone()).unwrap();
            params.not_before = rcgen::date_time_ymd(2000, 1, 1);
            params.not_after = rcgen::date_time_ymd(year, 1, 1);
            let pem = params.self_signed(&key).unwrap().pem();
            store.store_cert(&names, "https://a", pem.as_bytes()).await.unwrap();
            assert_eq!(store.is_due(), due);
        }
    }
}
