//! Restarts: of the device, which is its sessions and sources, and of single channels.

use super::{Channel, Inner};
use crate::device::Relogin;
use crate::state::StateDir;
use dap::AutoReboot;
use dap::methods::{ChannelParams, Empty};
use parking_lot::Mutex;
use rand::Rng as _;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

const FILE: &str = "reboots.json";
/// A channel that starts anew is away for so long: as good as nothing, but long enough for everything that served it to
/// end.
const AWAY: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Kept {
    /// When the device last restarted by itself, in seconds since 1970 UTC.
    last_auto: Option<i64>,
}

/// What there is to know of restarts.
#[derive(Default)]
pub(super) struct Reboots {
    kept: Mutex<Kept>,
    wanted: Mutex<Option<Relogin>>,
    told: Notify,
    /// When within the present span the device restarts by itself.
    planned: Mutex<Option<i64>>,
}

impl Reboots {
    pub(super) fn load(state: &StateDir) -> Self {
        Self {
            kept: Mutex::new(state.load(FILE).unwrap_or_default()),
            ..Self::default()
        }
    }

    /// When the device last restarted by itself, in seconds since 1970 UTC.
    pub(super) fn last_auto(&self) -> Option<i64> {
        self.kept.lock().last_auto
    }

    /// The connection is to be made anew.
    pub(super) fn want(&self, relogin: Relogin) {
        let mut wanted = self.wanted.lock();
        // Who has just started need not be told to come back.
        if *wanted != Some(Relogin::Started) {
            *wanted = Some(relogin);
        }
        self.told.notify_one();
    }

    /// Resolves when the connection is to be made anew. Cancel-safe.
    pub(super) async fn wanted(&self) -> Relogin {
        loop {
            if let Some(relogin) = self.wanted.lock().take() {
                return relogin;
            }
            self.told.notified().await;
        }
    }
}

impl Inner {
    pub(super) fn reboot_device(self: &Arc<Self>, _params: Empty) {
        tracing::info!("the cloud wants a restart");
        let inner = Arc::clone(self);
        self.spawn(async move { inner.reboot().await });
    }

    pub(super) fn reboot_channel(self: &Arc<Self>, params: ChannelParams) {
        let inner = Arc::clone(self);
        self.spawn(async move {
            match inner.channel(params.channel) {
                Ok(channel) => inner.restart_channel(channel).await,
                Err(error) => tracing::warn!(%error, "cannot restart the channel"),
            }
        });
    }

    pub(super) fn reschedule(&self, _params: Empty) {
        tracing::info!("the cloud wants the device to come back");
        self.reboots.want(Relogin::Rescheduled);
    }

    /// Starts everything anew that a restart of a device would: streams, recordings, music and alarms end, sources begin again, and
    /// the device logs in as one that was just switched on.
    pub(super) async fn reboot(&self) {
        for channel in &self.channels {
            self.audio_out.stop(channel.number);
            self.end_alarms_of(channel.number);
            channel.set_restarting(true);
            channel.end_recording().await;
        }
        self.reboots.want(Relogin::Started);
        tokio::time::sleep(AWAY).await;
        for channel in &self.channels {
            channel.set_restarting(false);
        }
    }

    /// Starts a channel anew, and the camera behind it, where that can be done.
    async fn restart_channel(&self, channel: &Channel) {
        tracing::info!(channel = %channel.number, "restarting the channel");
        self.end_alarms_of(channel.number);
        channel.set_restarting(true);
        let camera = channel
            .steering
            .as_ref()
            .filter(|steering| steering.abilities().borrow().reboot);
        if let Some(camera) = camera
            && let Err(error) = camera.reboot().await
        {
            tracing::warn!(channel = %channel.number, %error, "the camera could not be restarted");
        }
        tokio::time::sleep(AWAY).await;
        channel.set_restarting(false);
    }

    /// Restarts the device by itself when that is due. Looked at every second or so.
    pub(super) async fn auto_reboot(&self) {
        let Some(setting) = self.configuration.document().auto_reboot else {
            return;
        };
        let now = self.clock.unix_s();
        let due = {
            let mut planned = self.reboots.planned.lock();
            let zone_s = i64::from(self.clock.zone_h()) * 3600;
            let luck = rand::rng().random_range(0.0..1.0);
            plan(
                &setting,
                self.reboots.last_auto(),
                now + zone_s,
                zone_s,
                &mut planned,
                luck,
            )
        };
        if !due {
            return;
        }
        let kept = Kept { last_auto: Some(now) };
        *self.reboots.kept.lock() = kept;
        if let Err(error) = self.state.save(FILE, &kept) {
            tracing::warn!(%error, "when the device restarted cannot be kept");
        }
        tracing::info!("restarting as set in auto_reboot");
        self.reboot().await;
    }
}

/// Whether it is time to restart, when clocks show `local_s`. The moment is drawn (`luck` 0 to 1) when the span begins,
/// and remembered in `planned`.
fn plan(
    setting: &AutoReboot,
    last: Option<i64>,
    local_s: i64,
    zone_s: i64,
    planned: &mut Option<i64>,
    luck: f64,
) -> bool {
    let on = setting.on.unwrap_or(false);
    let cycle_s = i64::try_from(setting.cycle.unwrap_or(604_800)).unwrap_or(i64::MAX);
    let rested = last.is_none_or(|last| (local_s - zone_s).saturating_sub(last) >= cycle_s);
    let start = i64::from(setting.start.map_or(2 * 3600, dap::TimeOfDay::seconds));
    let end = i64::from(setting.end.map_or(6 * 3600, dap::TimeOfDay::seconds));
    let length = if start < end { end - start } else { end + 86_400 - start };
    let into = (local_s.rem_euclid(86_400) - start).rem_euclid(86_400);
    if !on || !rested || into >= length {
        *planned = None;
        return false;
    }
    // From where in the span it is now to a little before its end, so that it is not missed.
    let moment = *planned.get_or_insert_with(|| local_s + ((length - into).max(1) as f64 * 0.95 * luck) as i64);
    if local_s < moment {
        return false;
    }
    *planned = None;
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use dap::TimeOfDay;

    #[test]
    fn a_restart_comes_in_its_span_once_a_cycle() {
        let setting = AutoReboot {
            on: Some(true),
            cycle: Some(3 * 86_400),
            start: Some(TimeOfDay::Seconds(23 * 3600)),
            end: Some(TimeOfDay::Clock(3600)),
            ..AutoReboot::default()
        };
        let zone_s = 8 * 3600;
        for luck in [0.0, 0.5, 0.999] {
            let (mut last, mut planned, mut restarts) = (None, None, Vec::new());
            // Ten days, minute by minute, from midnight.
            for local_s in (0..10 * 86_400).step_by(60).map(|second| 20_000 * 86_400 + second) {
                if plan(&setting, last, local_s, zone_s, &mut planned, luck) {
                    last = Some(local_s - zone_s);
                    restarts.push(local_s);
                }
            }
            let of_day: Vec<i64> = restarts.iter().map(|second| second % 86_400).collect();
            assert!(
                of_day.iter().all(|&second| !(3600..23 * 3600).contains(&second)),
                "{of_day:?}"
            );
            assert!(
                restarts.windows(2).all(|pair| pair[1] - pair[0] >= 3 * 86_400),
                "{restarts:?}"
            );
            assert!((3..=4).contains(&restarts.len()), "{restarts:?}");
        }
        let off = AutoReboot {
            on: Some(false),
            ..setting
        };
        assert!((0..86_400).all(|second| !plan(&off, None, second, 0, &mut None, 0.0)));
    }
}
