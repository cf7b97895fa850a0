//! Firmware: fetched, verified, installed. What is installed is a version: the file that says which one is swapped, and
//! the device restarts as it.

use super::Inner;
use crate::http::Download;
use crate::state::{StateDir, sync_folder};
use dap::methods::{QueryUpgrade, QueryUpgradeAnswer, UpgradeFirmwareParams, UpgradeStatus};
use dap::{Extra, Percent};
use parking_lot::Mutex;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;

use crate::device::{Answer, Identity};
use dap::methods::Empty;

const FILE: &str = "firmware.json";
/// Largest image, bytes.
const MAX_BYTES: u64 = 512 << 20;
/// A download may take this long in all.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(3600);
/// From the end of the installation to the restart: whoever watches the progress sees that it is done.
const RESTART_AFTER: Duration = Duration::from_secs(3);
/// Longest name of a version, bytes: it is sent at every login.
const MAX_MODEL: usize = 64;
/// Share of the whole that downloading is, percent.
const DOWNLOAD_SHARE: u64 = 90;
const INSTALLING: i64 = 95;

/// The version that was installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Installed {
    firmware_model: String,
    /// When, in seconds since 1970 UTC.
    at: i64,
    /// Of the image, hexadecimal.
    sha256: String,
    bytes: u64,
    /// What the agent's own configuration called the version at that time: when that changes, somebody has really put
    /// another program here, and this one is no more.
    over: Option<String>,
}

/// How far an upgrade is.
#[derive(Debug, Clone)]
struct Progress {
    status: UpgradeStatus,
    percent: i64,
    firmware_model: Option<String>,
}

/// The device's firmware.
pub(super) struct Firmware {
    configured: Identity,
    installed: Mutex<Option<Installed>>,
    progress: Mutex<Progress>,
}

impl Firmware {
    pub(super) fn load(state: &StateDir, configured: Identity) -> Self {
        let installed = state
            .load::<Installed>(FILE)
            .filter(|installed| installed.over == configured.firmware_model);
        Self {
            configured,
            installed: Mutex::new(installed),
            progress: Mutex::new(Progress {
                status: UpgradeStatus::NotStart,
                percent: 0,
                firmware_model: None,
            }),
        }
    }

    /// What the device says of itself at login.
    pub(super) fn identity(&self) -> Identity {
        let installed = self.installed.lock();
        let model = installed.as_ref().map(|installed| installed.firmware_model.clone());
        Identity {
            firmware_model: model.or_else(|| self.configured.firmware_model.clone()),
            ..self.configured.clone()
        }
    }

    /// When the version was installed, in seconds since 1970 UTC.
    pub(super) fn installed_at(&self) -> Option<i64> {
        self.installed.lock().as_ref().map(|installed| installed.at)
    }

    /// Whether an upgrade is under way.
    pub(super) fn is_upgrading(&self) -> bool {
        matches!(
            self.progress.lock().status,
            UpgradeStatus::Downloading | UpgradeStatus::Installing
        )
    }

    fn set(&self, status: UpgradeStatus, percent: i64) {
        let mut progress = self.progress.lock();
        progress.status = status;
        progress.percent = percent;
    }

    /// Begins an upgrade; `false` when one is under way.
    fn begin(&self, firmware_model: &str) -> bool {
        if self.is_upgrading() {
            return false;
        }
        *self.progress.lock() = Progress {
            status: UpgradeStatus::Downloading,
            percent: 0,
            firmware_model: Some(firmware_model.to_owned()),
        };
        true
    }
}

impl Inner {
    pub(super) fn upgrade_firmware(self: &Arc<Self>, params: UpgradeFirmwareParams) {
        if !self.firmware.begin(&params.firmware_model) {
            tracing::warn!(firmware_model = %params.firmware_model, "another upgrade is under way, this one is ignored");
            return;
        }
        self.surroundings.changed.notify_one();
        tracing::info!(firmware_model = %params.firmware_model, "upgrading");
        let inner = Arc::clone(self);
        self.spawn(async move {
            let outcome = inner.upgrade(&params).await;
            if let Err(error) = &outcome {
                tracing::error!(firmware_model = %params.firmware_model, %error, "the upgrade failed");
                let percent = inner.firmware.progress.lock().percent;
                inner.firmware.set(UpgradeStatus::Error, percent);
            }
            inner.surroundings.changed.notify_one();
            if outcome.is_ok() {
                tokio::time::sleep(RESTART_AFTER).await;
                inner.reboot().await;
            }
        });
    }

    async fn upgrade(&self, params: &UpgradeFirmwareParams) -> Result<(), String> {
        let model = &params.firmware_model;
        if model.trim().is_empty() || model.len() > MAX_MODEL || model.chars().any(char::is_control) {
            return Err(format!("firmware_model must be 1 to {MAX_MODEL} characters"));
        }
        let folder = self.state.folder("firmware").map_err(|error| error.to_string())?;
        let incoming = folder.join("incoming.img");
        let fetched = tokio::time::timeout(DOWNLOAD_LIMIT, self.fetch(&params.url, &incoming))
            .await
            .unwrap_or_else(|_| Err("the download took too long".to_owned()));
        let (sha256, bytes) = match fetched {
            Ok(fetched) => fetched,
            Err(error) => {
                // What came of it is of no use.
                let _ = std::fs::remove_file(&incoming);
                return Err(error);
            }
        };
        self.firmware.set(UpgradeStatus::Installing, INSTALLING);
        let installed = Installed {
            firmware_model: model.clone(),
            at: self.clock.unix_s(),
            sha256,
            bytes,
            over: self.firmware.configured.firmware_model.clone(),
        };
        std::fs::rename(&incoming, folder.join("installed.img"))
            .and_then(|()| sync_folder(&folder))
            .and_then(|()| self.state.save(FILE, &installed))
            .map_err(|error| format!("cannot install: {error}"))?;
        tracing::info!(firmware_model = %model, bytes, sha256 = %installed.sha256, "installed, restarting");
        *self.firmware.installed.lock() = Some(installed);
        self.firmware.set(UpgradeStatus::Done, 100);
        Ok(())
    }

    /// Fetches an image into `path`, and verifies it; gives its SHA-256 and length.
    async fn fetch(&self, url: &str, path: &Path) -> Result<(String, u64), String> {
        let mut download = self.http.get(url, MAX_BYTES).await.map_err(|error| error.to_string())?;
        let wanted = expected_sha256(url, &download)?;
        let length = download.length();
        let cannot = |error: std::io::Error| format!("cannot keep the image: {error}");
        let mut file = tokio::fs::File::create(path).await.map_err(cannot)?;
        let (mut hash, mut bytes) = (Context::new(&SHA256), 0u64);
        while let Some(part) = download.next().await.map_err(|error| error.to_string())? {
            hash.update(&part);
            bytes += part.len() as u64;
            file.write_all(&part).await.map_err(cannot)?;
            let percent = length
                .filter(|&length| length > 0)
                .map_or(0, |length| bytes.saturating_mul(DOWNLOAD_SHARE) / length);
            self.firmware.set(
                UpgradeStatus::Downloading,
                i64::try_from(percent.min(DOWNLOAD_SHARE)).unwrap_or(0),
            );
        }
        file.sync_all().await.map_err(cannot)?;
        if bytes == 0 {
            return Err("the image is empty".to_owned());
        }
        let sha256 = hex(hash.finish().as_ref());
        match wanted {
            Some(wanted) if wanted != sha256 => Err(format!(
                "the image is damaged: its SHA-256 is {sha256}, {wanted} was announced"
            )),
            _ => Ok((sha256, bytes)),
        }
    }

    pub(super) async fn query_upgrade(&self, _params: Empty) -> Answer<QueryUpgrade> {
        let progress = self.firmware.progress.lock().clone();
        Ok(QueryUpgradeAnswer {
            upgrade_status: progress.status,
            progress: Percent::clamped(progress.percent),
            firmware_model: progress
                .firmware_model
                .or_else(|| self.firmware.identity().firmware_model),
            extra: Extra::default(),
        })
    }
}

/// The SHA-256 that was announced, in lower-case hexadecimal: by the address (`#sha256=` and 64 digits), or by the server
/// (`Repr-Digest: sha-256=:…:`, RFC 9530). An announcement that cannot be read is an error: somebody wanted it checked.
fn expected_sha256(url: &str, download: &Download) -> Result<Option<String>, String> {
    if let Some((_, digits)) = url.rsplit_once("#sha256=") {
        return if digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            Ok(Some(digits.to_ascii_lowercase()))
        } else {
            Err("url: what follows #sha256= is no SHA-256".to_owned())
        };
    }
    let header = download.headers().get("repr-digest").map(|value| value.to_str());
    match header {
        None => Ok(None),
        Some(Ok(text)) => repr_digest(text),
        Some(Err(_)) => Err("Repr-Digest cannot be read".to_owned()),
    }
}

fn repr_digest(text: &str) -> Result<Option<String>, String> {
    let Some(value) = text
        .split(',')
        .find_map(|member| member.trim().strip_prefix("sha-256="))
    else {
        return Ok(None);
    };
    let coded = value.trim().strip_prefix(':').and_then(|rest| rest.split_once(':'));
    coded
        .and_then(|(coded, _)| base64(coded))
        .filter(|digest| digest.len() == 32)
        .map(|digest| Some(hex(&digest)))
        .ok_or_else(|| "Repr-Digest cannot be read".to_owned())
}

/// Base64 with padding (RFC 4648, section 4).
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').as_bytes();
    let (mut bits, mut count, mut bytes) = (0u32, 0, Vec::with_capacity(text.len() * 3 / 4));
    for sign in text {
        let value = match sign {
            b'A'..=b'Z' => sign - b'A',
            b'a'..=b'z' => sign - b'a' + 26,
            b'0'..=b'9' => sign - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_servers_are_read() {
        // RFC 9530, appendix B.1.
        let text = "sha-512=:AA==:, sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
        let digest = repr_digest(text).unwrap().unwrap();
        assert_eq!(
            digest,
            "44aff4ab2d7c3250525675a08f0cfa9591168cffe51791c5f5bbc417c15a6c38"
        );
        assert_eq!(repr_digest("md5=:AA==:"), Ok(None));
        for bad in ["sha-256=x", "sha-256=:AA==:", "sha-256=:R(/0:"] {
            assert!(repr_digest(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_new_program_outdates_what_was_installed_over_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path()).unwrap();
        let configured = |model: &str| Identity {
            hardware_model: Some("NVR".to_owned()),
            firmware_model: Some(model.to_owned()),
        };
        let installed = Installed {
            firmware_model: "2.0".to_owned(),
            at: 7,
            sha256: String::new(),
            bytes: 1,
            over: Some("1.0".to_owned()),
        };
        state.save(FILE, &installed).unwrap();
        let model = |configured: Identity| Firmware::load(&state, configured).identity().firmware_model.unwrap();
        assert_eq!(model(configured("1.0")), "2.0");
        assert_eq!(model(configured("3.0")), "3.0");
    }
}
