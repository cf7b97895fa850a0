//! Binding: the device tells the cloud an id that somebody made there, and so becomes his.

use crate::connection::{self, Cloud, CloudError, Login};
use crate::device::{Device, Identity};
use crate::tls::Roots;
use dap::Extra;
use dap::methods::{Bind, BindParams, DeviceState, Empty, GetServerInfo, GetServerInfoAnswer, KeepaliveParams};
use parking_lot::Mutex;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// How long [`log_in_and_bind`] tries to reach the cloud.
const LIMIT: Duration = Duration::from_secs(30);

/// What a bind QR code holds, in the form that vendors use; the Wi-Fi part is for devices that need it.
#[derive(Deserialize)]
struct QrText {
    id: String,
}

/// The bind id in what a person gives: the id itself, or the whole text of the QR code.
pub fn bind_id(text: &str) -> String {
    let text = text.trim();
    serde_json::from_str::<QrText>(text).map_or_else(|_| text.to_owned(), |qr| qr.id)
}

/// Sends Bind, and returns when the cloud has taken it. What comes of it is shown where the id was made.
///
/// # Errors
/// When the connection is over, or the cloud does not answer.
pub async fn bind(cloud: &Cloud, id: &str) -> Result<(), CloudError> {
    let params = BindParams {
        bind_id: id.to_owned(),
        extra: Extra::default(),
    };
    cloud.emit::<Bind>(&params).await?;
    // Events are not answered, but keep their place among requests (spec section 2, rule 7).
    cloud.call::<GetServerInfo>(&Empty::default()).await.map(drop)
}

/// Logs in for no more than sending Bind, where no agent runs.
///
/// # Errors
/// A text for people.
pub async fn log_in_and_bind(login: Login, identity: Identity, tls: Roots, id: &str) -> Result<(), String> {
    let (connected, cloud) = oneshot::channel();
    let device = Arc::new(Visitor {
        identity,
        connected: Mutex::new(Some(connected)),
    });
    let (finish, finished) = oneshot::channel::<()>();
    let connection = connection::run(login, device, tls, async {
        let _ = finished.await;
    });
    let binding = async {
        let told = async {
            let cloud = cloud.await.map_err(|_| "no connection".to_owned())?;
            bind(&cloud, id).await.map_err(|error| error.to_string())
        };
        let outcome = tokio::time::timeout(LIMIT, told).await;
        drop(finish);
        outcome.unwrap_or_else(|_| Err("the cloud was not reached in time; see above".to_owned()))
    };
    tokio::join!(connection, binding).1
}

/// A device that logs in and shows no channels.
struct Visitor {
    identity: Identity,
    connected: Mutex<Option<oneshot::Sender<Cloud>>>,
}

impl Device for Visitor {
    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    fn report(&self) -> KeepaliveParams {
        KeepaliveParams {
            state: DeviceState::ONLINE,
            channels: Vec::new(),
            extra: Extra::default(),
        }
    }

    fn connected(&self, cloud: Cloud, _server: &GetServerInfoAnswer) {
        if let Some(waiting) = self.connected.lock().take() {
            // Nobody waits any more only if it took too long.
            let _ = waiting.send(cloud);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::bind_id;

    #[test]
    fn the_id_is_found_in_the_text_of_the_qr_code_too() {
        assert_eq!(bind_id(" 7fA9 \n"), "7fA9");
        assert_eq!(bind_id(r#"{"ssid":"my \"home\"","pwd":"x","id":"7fA9"}"#), "7fA9");
        assert_eq!(bind_id(r#"{"ssid":"a"}"#), r#"{"ssid":"a"}"#);
    }
}
