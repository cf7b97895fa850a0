//! What the device is and can do.

use super::Inner;
use crate::clock::local;
use crate::device::{Answer, Relogin};
use crate::steering::Abilities;
use dap::methods::{DevInfo, DevInfoAnswer, Empty, GetCap};
use dap::{AlarmCapabilities, CapabilityDocument, Extra, MediaProtocol, Percent};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A key of ours in the answer of DevInfo: the cameras behind the channels.
const CAMERAS: &str = "x-cameras";
/// So long a camera is waited for before the cloud is told what it or the device is.
const CAMERA_LIMIT: Duration = Duration::from_secs(5);

impl Inner {
    pub(super) async fn get_cap(&self, _params: Empty) -> Answer<GetCap> {
        // Whatever detects something beside the agent raises it with `ovd alarm`, so there is no kind that it cannot.
        let alarms = AlarmCapabilities {
            io: Some(true),
            face: Some(true),
            cry: Some(true),
            voice: Some(true),
            motion: Some(true),
            body: Some(true),
            cross: Some(true),
            ..AlarmCapabilities::default()
        };
        let ptz = self.cameras_known().await;
        *self.told_ptz.lock() = Some(ptz);
        Ok(CapabilityDocument {
            ptz: Some(ptz),
            battery: Some(self.battery.is_some()),
            media_protocol: Some(MediaProtocol::Rtmp),
            audio_out: Some(self.audio_out.exists()),
            voice_out: Some(false),
            cloud_record: Some(self.channels.iter().any(|channel| channel.recorder.is_some())),
            trace: Some(false),
            alarms: Some(alarms),
            https: Some(true),
            pic_upload_https: Some(true),
            log_upload_https: Some(true),
            firmware_download_https: Some(true),
            video_encrypt: Some(false),
            switch: Some(true),
            led: Some(self.channels.iter().any(|channel| channel.pattern.is_some())),
            auto_reboot: Some(true),
            ..CapabilityDocument::default()
        })
    }

    /// Whether any camera can be moved, once it is known of all; a camera that is away is not waited for long.
    async fn cameras_known(&self) -> bool {
        let unknown = self.channels.iter().filter_map(|channel| channel.steering.as_ref());
        let known = unknown.map(|steering| async move {
            let mut abilities = steering.abilities();
            let _ = abilities.wait_for(|abilities| *abilities != Abilities::default()).await;
        });
        let _ = tokio::time::timeout(CAMERA_LIMIT, futures_util::future::join_all(known)).await;
        self.can_move()
    }

    /// What the cameras behind the channels say of themselves, by the numbers of the channels; those that do not answer
    /// are left out. `None`: there is nothing to say.
    async fn cameras(&self) -> Option<Value> {
        let asked = self.channels.iter().filter_map(|channel| {
            let steering = channel.steering.as_ref()?;
            steering.abilities().borrow().information.then_some(())?;
            Some(async move {
                let answer = tokio::time::timeout(CAMERA_LIMIT, steering.information()).await;
                let camera = answer.ok()?.ok()?;
                let told = json!({
                    "manufacturer": camera.manufacturer,
                    "model": camera.model,
                    "firmware": camera.firmware,
                    "serial_number": camera.serial_number,
                    "hardware": camera.hardware,
                });
                Some((channel.number.to_string(), told))
            })
        });
        let told = futures_util::future::join_all(asked).await.into_iter().flatten();
        let told: serde_json::Map<String, Value> = told.collect();
        (!told.is_empty()).then_some(Value::Object(told))
    }

    fn can_move(&self) -> bool {
        self.channels.iter().any(|channel| {
            let steering = channel.steering.as_ref();
            steering.is_some_and(|steering| steering.abilities().borrow().ptz)
        })
    }

    /// Logs in anew when a camera that was away turns out to be another than the cloud was told, for ever.
    pub(super) async fn follow_abilities(self: Arc<Self>, mut abilities: watch::Receiver<Abilities>) {
        while abilities.changed().await.is_ok() {
            abilities.borrow_and_update();
            let told = *self.told_ptz.lock();
            if told.is_some_and(|told| told != self.can_move()) {
                self.reboots.want(Relogin::Changed);
            }
        }
    }

    pub(super) async fn dev_info(&self, _params: Empty) -> Answer<DevInfo> {
        let identity = self.firmware.identity();
        let address = self
            .cloud
            .borrow()
            .as_ref()
            .and_then(crate::connection::Cloud::local_address);
        let network = address.map(network).unwrap_or_default();
        let cameras = self.cameras().await;
        Ok(DevInfoAnswer {
            dev_id: self.login_code.as_str().to_owned(),
            hardware_model: identity.hardware_model.unwrap_or_default(),
            firmware_model: identity.firmware_model.unwrap_or_default(),
            // A device that was never upgraded says when time began.
            last_upgrade_datetime: self
                .firmware
                .installed_at()
                .map_or_else(|| local(0, 0), |at| local(at, self.clock.zone_h()))
                .to_string(),
            ip_addr: address.map(|address| address.to_string()),
            mac_addr: network.mac,
            up_bandwidth: network.bits_per_second,
            down_bandwidth: network.bits_per_second,
            wifi_signal: network.wifi_signal,
            battery: self.battery.as_ref().map(super::battery::Battery::percent),
            extra: cameras.map_or_else(Extra::default, |cameras| {
                Extra(serde_json::Map::from_iter([(CAMERAS.to_owned(), cameras)]))
            }),
            ..DevInfoAnswer::default()
        })
    }
}

/// What the system knows of the network card that is used.
#[derive(Debug, Default, PartialEq, Eq)]
struct Network {
    mac: Option<String>,
    bits_per_second: Option<u64>,
    wifi_signal: Option<Percent>,
}

/// The card that has this address.
fn network(address: IpAddr) -> Network {
    let cards = if_addrs::get_if_addrs().unwrap_or_default();
    match cards.iter().find(|card| card.ip() == address) {
        Some(card) => facts(&Path::new("/sys/class/net").join(&card.name), &card.name),
        None => Network::default(),
    }
}

/// From the folder that Linux shows of a card.
fn facts(folder: &Path, name: &str) -> Network {
    let read = |file: &str| {
        let text = std::fs::read_to_string(folder.join(file)).ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    // Of a card that is down or does not know its speed it is -1.
    let megabits = read("speed")
        .and_then(|text| text.parse::<i64>().ok())
        .filter(|&speed| speed > 0);
    let wireless = std::fs::read_to_string("/proc/net/wireless").unwrap_or_default();
    Network {
        mac: read("address"),
        bits_per_second: megabits
            .and_then(|speed| u64::try_from(speed).ok())
            .map(|speed| speed * 1_000_000),
        wifi_signal: wifi_signal(&wireless, name),
    }
}

/// Signal from `/proc/net/wireless`, where the link's quality is a share of 70.
fn wifi_signal(wireless: &str, name: &str) -> Option<Percent> {
    let line = wireless
        .lines()
        .find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'))?;
    let quality: f64 = line.split_whitespace().nth(1)?.trim_end_matches('.').parse().ok()?;
    Some(Percent::clamped((quality * 100.0 / 70.0).round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_card_s_facts_are_what_linux_shows() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("address"), "02:42:ac:11:00:02\n").unwrap();
        std::fs::write(folder.path().join("speed"), "1000\n").unwrap();
        let found = facts(folder.path(), "eth9");
        assert_eq!(found.mac.as_deref(), Some("02:42:ac:11:00:02"));
        assert_eq!(found.bits_per_second, Some(1_000_000_000));
        std::fs::write(folder.path().join("speed"), "-1\n").unwrap();
        assert_eq!(facts(folder.path(), "eth9").bits_per_second, None);
        assert_eq!(network(IpAddr::from([203, 0, 113, 77])), Network::default());
    }

    #[test]
    fn the_wireless_signal_is_a_share_of_a_hundred() {
        let text = "Inter-| sta-|   Quality\n face | tus | link level noise\n wlan0: 0000   35.  -75.  -256        0\n";
        assert_eq!(wifi_signal(text, "wlan0").map(Percent::get), Some(50));
        assert_eq!(wifi_signal(text, "wlan1"), None);
    }
}
