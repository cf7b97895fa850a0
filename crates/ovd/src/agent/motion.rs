//! Motion, told by the camera or found in its picture, becomes an alarm.

use super::Inner;
use super::channel::Power;
use super::configuration::DEFAULT_SENSITIVITY;
use crate::motion::Watch;
use crate::steering::Motion;
use dap::ChannelId;
use dap::methods::AlarmType;
use std::sync::Arc;
use tokio::sync::watch;

impl Inner {
    /// Raises alarms of what a camera tells by itself, for ever.
    pub(super) async fn follow_camera(self: Arc<Self>, number: ChannelId, mut motion: watch::Receiver<Motion>) {
        let mut begun = 0;
        while motion.changed().await.is_ok() {
            let seen = *motion.borrow_and_update();
            self.note_motion(number, seen, &mut begun);
        }
    }

    /// Raises alarms of what is found in a channel's picture, for ever. While such alarms are not wanted, nobody looks.
    pub(super) async fn follow_picture(self: Arc<Self>, number: ChannelId) {
        let mut configured = self.configured.subscribe();
        let mut watching: Option<(Watch, watch::Receiver<Motion>)> = None;
        let mut begun = 0;
        loop {
            configured.borrow_and_update();
            match (self.wanted_sensitivity(number), &watching) {
                (Some(sensitivity), Some((watch, _))) => watch.set_sensitivity(sensitivity),
                (Some(sensitivity), None) => {
                    let Ok(channel) = self.channel(number) else { return };
                    let watch = Watch::start(channel.feed.clone(), sensitivity);
                    let motion = watch.motion();
                    watching = Some((watch, motion));
                    begun = 0;
                }
                (None, Some(_)) => {
                    watching = None;
                    self.end_alarm(number, AlarmType::MOTION, "");
                }
                (None, None) => {}
            }
            tokio::select! {
                changed = configured.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
                seen = next(&mut watching) => self.note_motion(number, seen, &mut begun),
            }
        }
    }

    /// How easily motion is to raise an alarm; `None`: not at all.
    fn wanted_sensitivity(&self, number: ChannelId) -> Option<u8> {
        let on = self.channel(number).is_ok_and(|channel| channel.power() == Power::On);
        if !on || !self.alarm_on(number, AlarmType::MOTION) {
            return None;
        }
        let alarms = self.configuration.channel(number).alarms.unwrap_or_default();
        let set = alarms.motion.and_then(|motion| motion.sensitivity);
        u8::try_from(set.map_or(DEFAULT_SENSITIVITY, dap::Bounded::get)).ok()
    }

    fn note_motion(&self, number: ChannelId, seen: Motion, begun: &mut u64) {
        if seen.begun != *begun {
            *begun = seen.begun;
            if let Err(reason) = self.start_alarm(number, AlarmType::MOTION, "motion") {
                tracing::debug!(channel = %number, %reason, "motion raises no alarm");
            }
        }
        if !seen.active {
            self.end_alarm(number, AlarmType::MOTION, "");
        }
    }
}

/// The next change of what is watched; never where nothing is.
async fn next(watching: &mut Option<(Watch, watch::Receiver<Motion>)>) -> Motion {
    if let Some((_, motion)) = watching
        && motion.changed().await.is_ok()
    {
        return *motion.borrow_and_update();
    }
    std::future::pending().await
}
