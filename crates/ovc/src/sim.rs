//! `ovc sim`: plays the cloud for who makes devices (DAP section 7). Nothing is stored; devices log in as they do at a
//! cloud, and a page shows what passes.

use crate::api::SimDoor;
use crate::app::{StartError, listen};
use crate::bus::Bus;
use crate::config::GatewayConfig;
use crate::device::{Directory, Journal, PasswdHasher};
use crate::gateway::{Gateway, GatewayParts, Simulated};
use crate::ids::LoginCode;
use rand::random;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Login codes that there may be at once.
const ROOMS: usize = 256;
/// How long what passed is kept once the device is gone and nobody looks.
const ROOM_KEPT: Duration = Duration::from_secs(600);
const TIDY_INTERVAL: Duration = Duration::from_secs(10);
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(5);

/// A device that may log in.
#[derive(Clone, PartialEq, Eq)]
pub struct SimDevice {
    code: LoginCode,
    passwd: String,
}

impl std::fmt::Debug for SimDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SimDevice({}:***)", self.code)
    }
}

/// It is not of that form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected CODE:PASSWORD, the code of 1 to 64 letters, digits, _ and -")]
pub struct BadSimDevice;

impl FromStr for SimDevice {
    type Err = BadSimDevice;

    fn from_str(text: &str) -> Result<Self, BadSimDevice> {
        let (code, passwd) = text.split_once(':').ok_or(BadSimDevice)?;
        let code = LoginCode::parse(code).map_err(|_| BadSimDevice)?;
        if passwd.is_empty() {
            return Err(BadSimDevice);
        }
        let passwd = passwd.to_owned();
        Ok(Self { code, passwd })
    }
}

/// How it runs.
#[derive(Debug, Clone)]
pub struct SimOptions {
    /// Where to listen.
    pub http: SocketAddr,
    /// Who may log in; empty: whoever comes.
    pub devices: Vec<SimDevice>,
    /// How long what passed is kept once the device is gone and nobody looks.
    pub room_kept: Duration,
}

impl SimOptions {
    /// For these devices; none: for whoever comes.
    pub fn new(http: SocketAddr, devices: Vec<SimDevice>) -> Self {
        Self {
            http,
            devices,
            room_kept: ROOM_KEPT,
        }
    }
}

/// The simulated cloud, running.
#[derive(Debug)]
pub struct Sim {
    http: SocketAddr,
    gateway: Gateway,
    closing: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Sim {
    /// Starts it. It serves when this returns.
    ///
    /// # Errors
    /// The port cannot be listened on.
    pub fn start(options: &SimOptions) -> Result<Self, StartError> {
        let listener = listen(options.http)?;
        let http = listener.local_addr()?;
        let hasher = PasswdHasher::new(&random());
        let directory = Directory::default();
        for SimDevice { code, passwd } in &options.devices {
            directory.list(code, hasher.hash(code.as_str(), passwd));
        }
        let parts = GatewayParts {
            directory: directory.into(),
            journal: Journal::nowhere().into(),
            hasher,
            bus: Bus::default(),
            kept: None,
        };
        let config = GatewayConfig {
            max_devices: ROOMS,
            ..GatewayConfig::default()
        };
        let simulated = Simulated {
            anyone: options.devices.is_empty(),
            rooms: ROOMS,
        };
        let gateway = Gateway::simulated(&config, parts, simulated);
        let (closing, is_closing) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let listed = (!simulated.anyone).then(|| options.devices.iter().map(|device| device.code.clone()).collect());
        let door = SimDoor::new(gateway.clone(), listed, is_closing);
        tasks.spawn(async move { door.serve(listener).await });
        tasks.spawn({
            let gateway = gateway.clone();
            async move { gateway.sweep().await }
        });
        tasks.spawn({
            let (gateway, kept) = (gateway.clone(), options.room_kept);
            async move {
                let mut ticker = tokio::time::interval(TIDY_INTERVAL.min(kept));
                loop {
                    ticker.tick().await;
                    gateway.forget_idle(kept);
                }
            }
        });
        Ok(Self {
            http,
            gateway,
            closing,
            tasks,
        })
    }

    /// Where it listens.
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// Takes nothing new, tells devices and pages, and ends.
    pub async fn shutdown(mut self) {
        // Nobody listens for changes of it where this fails.
        let _ = self.closing.send(true);
        self.gateway.shutdown(SHUTDOWN_LIMIT).await;
        self.tasks.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_with_its_password_which_is_not_shown() {
        let device: SimDevice = "cam-1:a:b c".parse().unwrap();
        assert_eq!((device.code.as_str(), device.passwd.as_str()), ("cam-1", "a:b c"));
        assert!(!format!("{device:?}").contains("a:b"));
        for bad in ["", "cam", "cam:", ":x", "c am:x"] {
            assert_eq!(bad.parse::<SimDevice>(), Err(BadSimDevice), "{bad}");
        }
    }
}
