//! The ONVIF client against a simulated camera, on real sockets.

// A test that cannot go on shall panic.
#![allow(clippy::unwrap_used)]

mod camera;
mod discovery;
mod steered;
mod told;

use camera::{Options, PASSWORD, Running, USER};
use ovd::onvif::{Credentials, OnvifCamera, OnvifSettings};
use ovd::steering::{Abilities, FlipAbility, Steering as _};
use ovd::tls::Roots;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;

/// Longer than anything here takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A simulated camera and the client that steers it.
struct Scene {
    camera: Running,
    heard: mpsc::UnboundedReceiver<Value>,
    client: OnvifCamera,
}

impl Scene {
    /// Both, once the client knows the camera.
    async fn start(options: Options) -> Self {
        Self::start_keeping(options, None).await
    }

    async fn start_keeping(options: Options, presets: Option<PathBuf>) -> Self {
        let (heard_by, heard) = mpsc::unbounded_channel();
        let camera = Running::start(options, heard_by);
        let client = OnvifCamera::start(settings(&camera, PASSWORD), Roots::load(None).unwrap(), presets);
        let mut scene = Self { camera, heard, client };
        scene.acquainted().await;
        scene
    }

    async fn acquainted(&mut self) -> Abilities {
        let mut abilities = self.client.abilities();
        let known = abilities.wait_for(|abilities| *abilities != Abilities::default());
        *tokio::time::timeout(PATIENCE, known).await.unwrap().unwrap()
    }

    /// The next thing the camera did that has this key.
    async fn hears(&mut self, key: &str) -> Value {
        loop {
            let what = tokio::time::timeout(PATIENCE, self.heard.recv()).await;
            let what = what.unwrap_or_else(|_| panic!("never heard {key}")).unwrap();
            if what.get(key).is_some() {
                return what;
            }
        }
    }
}

fn settings(camera: &Running, password: &str) -> OnvifSettings {
    OnvifSettings {
        url: camera.url().parse().unwrap(),
        credentials: Some(Credentials {
            username: USER.to_owned(),
            password: password.to_owned(),
        }),
        profile: None,
        stream: Some("rtsp://127.0.0.1:8554/main".parse().unwrap()),
    }
}

#[tokio::test]
async fn what_a_camera_can_do_is_found_out() {
    let mut scene = Scene::start(Options::default()).await;
    let all = Abilities {
        ptz: true,
        presets: true,
        snapshot: true,
        flip: FlipAbility::HalfTurn,
        reboot: true,
        information: true,
        motion: true,
    };
    assert_eq!(scene.acquainted().await, all);
    let information = scene.client.information().await.unwrap();
    assert_eq!(
        (
            information.manufacturer.as_str(),
            information.model.as_str(),
            information.firmware.as_str()
        ),
        ("Simulated & Sons", "Dome <1>", "2.5.1")
    );
    let plain = Options {
        mute: true,
        upright: true,
        ..Options::default()
    };
    let less = Abilities {
        flip: FlipAbility::None,
        motion: false,
        ..all
    };
    assert_eq!(Scene::start(plain).await.acquainted().await, less);
}

#[tokio::test]
async fn the_password_is_dated_by_the_cameras_clock() {
    for ahead_s in [3600, -86_400 * 365 * 20] {
        let options = Options {
            ahead_s,
            ..Options::default()
        };
        let scene = Scene::start(options).await;
        assert_eq!(scene.client.information().await.unwrap().serial_number, "SN-0042");
    }
}
