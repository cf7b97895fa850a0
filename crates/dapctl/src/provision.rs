//! Creating many devices through the HTTP API.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde::Deserialize;
use serde_json::json;
use ureq::http::Response;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};
use url::Url;

/// Options of `dapctl provision`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Where the cloud is, such as http://127.0.0.1:8080 or https://….
    #[arg(long)]
    pub url: Url,
    /// Certificate authorities to trust besides the system's (PEM file), for https://.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Who creates the devices.
    #[arg(long, default_value = "admin")]
    pub user: String,
    /// The environment variable that holds this user's password.
    #[arg(long, default_value = "OVC_ADMIN_PASSWORD")]
    pub password_env: String,
    /// How many devices.
    #[arg(long, default_value_t = 1)]
    pub count: usize,
    /// Names of the devices: this and a number.
    #[arg(long, default_value = "load")]
    pub name: String,
    /// Requests under way at once.
    #[arg(long, default_value_t = 8)]
    pub threads: usize,
    /// Where to write a line `<login code> <password>` for each device. Only its owner may read it.
    #[arg(long)]
    pub out: PathBuf,
}

#[derive(Debug, Deserialize)]
struct LoggedIn {
    token: String,
}

#[derive(Debug, Deserialize)]
struct Created {
    login_code: String,
    login_passwd: String,
}

/// Creates the devices and writes down how they log in.
///
/// # Errors
/// If the login or a creation fails; the devices created until then are in the file.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let password = std::env::var(&args.password_env).with_context(|| format!("reading ${}", args.password_env))?;
    let agent: Agent = Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(30)))
        // What is wrong is told by the status; too often is not wrong.
        .http_status_as_error(false)
        .tls_config(tls(args)?)
        .build()
        .into();
    let endpoint = |path: &str| args.url.join(path).map(String::from);
    let login = json!({ "username": args.user, "password": password });
    let login = || {
        agent
            .post(endpoint("/api/v1/login")?)
            .send_json(&login)
            .context("logging in")
    };
    let token = patiently(login)?.body_mut().read_json::<LoggedIn>()?.token;
    let devices_url = endpoint("/api/v1/devices")?;

    let mut out = BufWriter::new(private_file(&args.out)?);
    let next = AtomicUsize::new(0);
    let started_at = Instant::now();
    // Bounded: a slow disk makes the threads wait.
    let (created_sender, created) = mpsc::sync_channel(args.threads * 2);
    std::thread::scope(|scope| -> anyhow::Result<()> {
        for _ in 0..args.threads.max(1) {
            let (agent, token, next, devices_url, sender) =
                (&agent, &token, &next, &devices_url, created_sender.clone());
            scope.spawn(move || {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= args.count {
                        return;
                    }
                    let result = create(agent, devices_url, token, &format!("{} {}", args.name, n + 1));
                    let failed = result.is_err();
                    // Nobody listens any more once a creation failed.
                    if sender.send(result).is_err() || failed {
                        return;
                    }
                }
            });
        }
        drop(created_sender);
        let mut count = 0usize;
        // Owned here, so that an early return lets the threads see that nobody listens.
        for result in created {
            let Created {
                login_code,
                login_passwd,
            } = result?;
            writeln!(out, "{login_code} {login_passwd}")?;
            count += 1;
            if count.is_multiple_of(1000) {
                writeln!(io::stderr(), "{count} of {} devices", args.count)?;
            }
        }
        if count != args.count {
            bail!("only {count} devices were created");
        }
        Ok(())
    })
    .and_then(|()| Ok(out.flush()?))?;
    let seconds = started_at.elapsed().as_secs_f64();
    writeln!(io::stderr(), "{} devices in {seconds:.1} s", args.count)?;
    Ok(())
}

fn create(agent: &Agent, url: &str, token: &str, name: &str) -> anyhow::Result<Created> {
    let asking = || {
        agent
            .post(url)
            .header("Authorization", format!("Bearer {token}"))
            .send_json(json!({ "name": name }))
            .context("creating a device")
    };
    Ok(patiently(asking)?.body_mut().read_json()?)
}

/// Asks again after the time the cloud names, as long as it is asked too often for its liking.
fn patiently(ask: impl Fn() -> anyhow::Result<Response<Body>>) -> anyhow::Result<Response<Body>> {
    loop {
        let mut response = ask()?;
        match response.status().as_u16() {
            200..=299 => return Ok(response),
            429 => {
                let wait = response.headers().get("retry-after");
                let seconds = wait.and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(1);
                std::thread::sleep(Duration::from_secs(seconds));
            }
            status => bail!("the cloud answered {status}: {}", response.body_mut().read_to_string()?),
        }
    }
}

/// Whose certificates are trusted: the system's authorities, and those of the option.
fn tls(args: &Args) -> anyhow::Result<TlsConfig> {
    let mut trusted: Vec<CertificateDer<'static>> = rustls_native_certs::load_native_certs().certs;
    if let Some(path) = &args.ca {
        for certificate in CertificateDer::pem_file_iter(path).with_context(|| format!("reading {}", path.display()))? {
            trusted.push(certificate.with_context(|| format!("reading {}", path.display()))?);
        }
    }
    let trusted: Vec<_> = trusted
        .iter()
        .map(|one| Certificate::from_der(one).to_owned())
        .collect();
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&trusted))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build())
}

/// The file holds passwords.
fn private_file(path: &PathBuf) -> anyhow::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = File::options();
    options.create(true).truncate(true).write(true).mode(0o600);
    options
        .open(path)
        .with_context(|| format!("creating {}", path.display()))
}
