//! A live stream made for measuring: real time, constant bit rate, and in every frame the time it was sent at (see
//! [`crate::load::stamp`]). Pushed to any RTMP server, or by a device that logs in to a cloud and waits to be asked.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use dap::{ChannelId, LoginCode};
use ovd::connection::{Login, Password};
use ovd::publisher::{Publisher, Surroundings};
use ovd::rtmp::Target;
use ovd::tls::Roots;
use std::sync::Arc;
use url::Url;

mod camera;
mod clockwork;

pub use clockwork::Shape;

/// Options of `dapctl load publisher`.
#[derive(Debug, Clone, clap::Args)]
#[command(group = clap::ArgGroup::new("target").required(true).args(["url", "device"]))]
pub struct Args {
    /// Push to this rtmp:// address.
    #[arg(long)]
    pub url: Option<Url>,
    /// Log in as a device to this ws:// address, and push when the cloud asks for it.
    #[arg(long, requires = "login_code")]
    pub device: Option<Url>,
    /// The device's login code.
    #[arg(long)]
    pub login_code: Option<LoginCode>,
    /// The environment variable that holds the device's password.
    #[arg(long, default_value = "OVD_LOGIN_PASSWD")]
    pub password_env: String,
    /// How many channels the device has.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub channels: u16,
    #[command(flatten)]
    /// What the stream is like.
    pub shape: Shape,
    /// Seconds until it ends; without, it goes on until it is interrupted.
    #[arg(long)]
    pub duration_s: Option<f64>,
}

/// Pushes until the time is over or the process is interrupted.
///
/// # Errors
/// If the options make no sense, or the server does not take the stream.
pub fn run(args: &Args) -> anyhow::Result<()> {
    args.shape.check()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let end = end(args.duration_s)?;
        match (&args.url, &args.device) {
            (Some(url), _) => push(args, url, end).await,
            (None, Some(url)) => be_device(args, url, end).await,
            (None, None) => bail!("--url or --device is needed"),
        }
    })
}

/// Resolves when the run shall end.
fn end(duration_s: Option<f64>) -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate())?;
    let limit = duration_s.map(Duration::try_from_secs_f64).transpose()?;
    Ok(async move {
        let over = async {
            match limit {
                Some(limit) => tokio::time::sleep(limit).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = over => {}
            _ = terminated.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    })
}

async fn push(args: &Args, url: &Url, end: impl Future<Output = ()>) -> anyhow::Result<()> {
    let surroundings = Surroundings {
        tls: Roots::load(None)?,
        changed: Arc::default(),
    };
    let feed = clockwork::start(args.shape, Arc::clone(&surroundings.changed));
    let publisher = Publisher::start("load".into(), Target::parse(url.as_str())?, feed, surroundings);
    if let Err(reason) = publisher.accepted().await {
        bail!("cannot publish: {reason}");
    }
    writeln!(io::stderr(), "publishing")?;
    end.await;
    publisher.stop().await;
    Ok(())
}

async fn be_device(args: &Args, url: &Url, end: impl Future<Output = ()> + Send) -> anyhow::Result<()> {
    let login_code = args.login_code.clone().context("--login-code is needed")?;
    let password = std::env::var(&args.password_env)
        .with_context(|| format!("reading the password from ${}", args.password_env))?;
    ensure!(!password.is_empty(), "${} is empty", args.password_env);
    let tls = Roots::load(None)?;
    let channels = (0..args.channels).map(|number| ChannelId(number.into())).collect();
    let camera = Arc::new(camera::Camera::start(channels, args.shape, tls.clone()));
    let login = Login {
        url: url.clone(),
        login_code,
        login_passwd: Password::new(password),
    };
    ovd::connection::run(login, Arc::clone(&camera), tls, end).await;
    camera.stop().await;
    Ok(())
}
