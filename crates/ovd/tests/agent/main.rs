//! The agent against a scripted cloud and media server: what a cloud gets from a device, on real sockets.

// A test that cannot go on shall panic; the refusal of a handshake is as large as the WebSocket library made it.
#![allow(clippy::unwrap_used, clippy::result_large_err)]

mod alarms;
mod binding;
mod cloud;
mod configuration;
mod firmware;
mod http_server;
mod live;
mod login;
mod maintenance;
mod media_server;
mod music;
mod record;
mod record_service;
mod sdk;
mod snapshot;
mod steer;

use dap::{ChannelId, LoginCode};
use ovd::agent::{Agent, ChannelSetup, Setup};
use ovd::connection::{self, Login, Password};
use ovd::device::Identity;
use ovd::source::Source;
use ovd::state::StateDir;
use ovd::tls::Roots;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const PASSWORD: &str = "pass-word-of-the-device";

/// An agent whose channels have these sources, and whose state is in `folder`.
fn setup(folder: &Path, sources: &[&str]) -> Setup {
    let channels = (0u32..).zip(sources).map(|(number, source)| ChannelSetup {
        number: ChannelId(number),
        name: format!("camera {number}"),
        source: Source::parse(source).unwrap(),
        detect_motion: false,
        onvif: None,
        alarms: Vec::new(),
    });
    let login_code = LoginCode::parse("1234567890123456").unwrap();
    let state = StateDir::open(folder).unwrap();
    let mut setup = Setup::new(login_code, channels.collect(), Roots::load(None).unwrap(), state);
    setup.identity = Identity {
        hardware_model: Some("NVR 3".to_owned()),
        firmware_model: Some("1.2.3".to_owned()),
    };
    setup
}

/// An agent that runs until it is stopped.
struct Running {
    agent: Arc<Agent>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
    /// Its state folder, if it is not somebody else's.
    _state: Option<TempDir>,
}

impl Running {
    /// Starts an agent whose channels have these sources.
    fn start(url: &str, sources: &[&str]) -> Self {
        Self::start_trusting(None, url, sources)
    }

    /// Starts one that also trusts the certificate in this file.
    fn start_trusting(certificate: Option<&Path>, url: &str, sources: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut setup = setup(folder.path(), sources);
        setup.tls = Roots::load(certificate).unwrap();
        let mut running = Self::start_as(url, setup);
        running._state = Some(folder);
        running
    }

    /// Starts one that is as `setup` says.
    fn start_as(url: &str, setup: Setup) -> Self {
        let (login_code, tls) = (setup.login_code.clone(), setup.tls.clone());
        let agent = Arc::new(Agent::start(setup));
        let login = Login {
            url: url.parse().unwrap(),
            login_code,
            login_passwd: Password::new(PASSWORD),
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let running = Arc::clone(&agent);
        let task = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            connection::run(login, Arc::clone(&agent), tls, stopped).await;
            agent.stop().await;
        });
        Self {
            agent: running,
            stop: Some(stop),
            task,
            _state: None,
        }
    }

    /// Asks it to stop.
    fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}
