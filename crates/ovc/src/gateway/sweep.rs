use super::Shared;
use super::attendance::Attendance;
use crate::bus::Event;
use crate::device::{ByCode, Gone, Presence};
use crate::ids::LoginCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the devices are looked through: how much later than the limit a silence may be noticed.
const INTERVAL: Duration = Duration::from_secs(1);

/// Devices that were silent for too long go offline; that of the others is written down now and then when they were
/// last heard. One task for all devices instead of a timer for each.
pub(super) async fn run(shared: &Shared) {
    let mut ticker = tokio::time::interval(INTERVAL);
    ticker.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut part = 0;
    loop {
        ticker.tick().await;
        sweep(shared).await;
        shared.present.for_each_in(part, |code, attendance| {
            shared.parts.journal.heard(code, shared.wall(attendance.heard_at()));
        });
        part = (part + 1) % ByCode::<Arc<Attendance>>::PARTS;
        if part == 0 {
            shared.failures_by_address.tidy(Instant::now());
            shared.failures_by_device.tidy(Instant::now());
        }
    }
}

async fn sweep(shared: &Shared) {
    let limit = u64::try_from(shared.silence_limit.as_millis()).unwrap_or(u64::MAX);
    for part in 0..ByCode::<Arc<Attendance>>::PARTS {
        let now = shared.tick(Instant::now());
        let is_silent = |attendance: &Arc<Attendance>| now.saturating_sub(attendance.heard_at()) >= limit;
        let mut silent = Vec::new();
        shared.present.for_each_in(part, |code, attendance| {
            if is_silent(attendance) {
                silent.push(code.clone());
            }
        });
        for code in silent {
            shared.go_offline(
                &code,
                is_silent,
                Gone::Silent,
                dap::close_code::RULE_BROKEN,
                "no message for too long",
            );
        }
        // A walk over all devices takes milliseconds: answers to devices go in between.
        tokio::task::yield_now().await;
    }
}

impl Shared {
    /// Takes a device that is still like that off the list of those present, and ends its connection if it has one.
    pub(super) fn go_offline(
        &self,
        code: &LoginCode,
        like: impl FnOnce(&Arc<Attendance>) -> bool,
        why: Gone,
        close_code: u16,
        reason: &'static str,
    ) {
        self.present.remove_if(code.as_str(), like, |attendance| {
            if let Some(link) = attendance.link() {
                link.close(close_code, reason);
            }
            self.meters.online.decrement(1.0);
            self.parts.journal.heard(code, self.wall(attendance.heard_at()));
            self.parts.bus.publish(Event::Presence {
                device: code.clone(),
                presence: Presence::Offline,
                reason: Some(why),
            });
        });
    }
}
