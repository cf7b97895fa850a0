//! What comes of a notice: pure, time is passed in.

use super::moment;
use crate::clock::UnixMs;
use crate::db::{AlarmChange, AlarmKey, EndReason, OpenAlarmRow};
use crate::device::Report;
use crate::ids::{ChannelId, LoginCode};
use dap::methods::{AlarmFlags, AlarmNotifyParams, AlarmState};
use std::collections::HashMap;
use std::time::Duration;

/// Events of one device that may be open at once. Over it a notice is recorded as it came and makes no event.
const MAX_OPEN: usize = 256;
/// Longest text kept, in characters.
const MAX_TEXT: usize = 1000;

/// What one device may make of alarms.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// An event that only a notice opened, and of which nothing is heard for so long, is over.
    pub silence: Duration,
    /// Time between two events that one device begins, in the long run.
    pub begin_interval: Duration,
    /// Events that may begin at once.
    pub begin_burst: u32,
    /// Time between two pictures that one device is asked for, in the long run.
    pub picture_interval: Duration,
    /// Pictures that may be asked for at once.
    pub picture_burst: u32,
}

impl Limits {
    /// As they are, but for the time of silence.
    pub fn new(silence: Duration) -> Self {
        Self {
            silence,
            begin_interval: Duration::from_secs(1),
            begin_burst: 300,
            picture_interval: Duration::from_secs(5),
            picture_burst: 30,
        }
    }
}

/// What is open, of all devices.
#[derive(Debug)]
pub(super) struct Machine {
    limits: Limits,
    devices: HashMap<LoginCode, Device>,
}

#[derive(Debug, Default)]
struct Device {
    open: HashMap<(ChannelId, i64), Open>,
    begins: Pace,
    pictures: Pace,
}

#[derive(Debug)]
struct Open {
    begin: UnixMs,
    /// A Keepalive has carried it: it ends when one does not any more.
    carried: bool,
    /// The device's last Keepalive carries it, and the device is there.
    stands: bool,
    /// When it was last heard of.
    news: UnixMs,
}

/// When what came so far would be over, had it come at the pace that is allowed.
#[derive(Debug, Default)]
struct Pace {
    until: UnixMs,
}

impl Pace {
    fn admit(&mut self, now: UnixMs, interval: Duration, burst: u32) -> bool {
        let until = self.until.max(now);
        let room = until.since(now) <= interval * burst.saturating_sub(1);
        if room {
            self.until = until.plus(interval);
        }
        room
    }

    fn is_idle(&self, now: UnixMs) -> bool {
        self.until <= now
    }
}

/// A change of one event.
pub(super) type Step = (AlarmKey, AlarmChange);

impl Machine {
    pub(super) fn new(limits: Limits, open: Vec<OpenAlarmRow>, now: UnixMs) -> Self {
        let mut machine = Self {
            limits,
            devices: HashMap::new(),
        };
        for row in open {
            let device = machine.devices.entry(row.key.device).or_default();
            let open = Open {
                begin: row.begin,
                carried: row.carried,
                stands: false,
                // Nobody could tell while the cloud was away.
                news: row.news.max(now),
            };
            device.open.insert((row.key.channel, row.key.alarm_type), open);
        }
        machine
    }

    /// Whether a Keepalive of this device that carries no alarm may change something.
    pub(super) fn is_watched(&self, device: &LoginCode) -> bool {
        self.devices.get(device).is_some_and(|device| !device.open.is_empty())
    }

    /// The devices of which that is so.
    pub(super) fn watched(&self) -> impl Iterator<Item = &LoginCode> {
        let open = self.devices.iter().filter(|(_, its)| !its.open.is_empty());
        open.map(|(device, _)| device)
    }

    /// A device sent AlarmNotify.
    pub(super) fn notify(&mut self, device: &LoginCode, told: &AlarmNotifyParams, now: UnixMs) -> Option<Step> {
        let limits = self.limits;
        let its = self.devices.entry(device.clone()).or_default();
        let at = (told.channel, told.alarm_type.0);
        let key = AlarmKey {
            device: device.clone(),
            channel: told.channel,
            alarm_type: told.alarm_type.0,
        };
        let moment = moment(told.timestamp, now);
        let room = its.open.len() < MAX_OPEN;
        match (told.state, its.open.get_mut(&at)) {
            (AlarmState::Start, Some(open)) => {
                open.news = now;
                let change = AlarmChange::Update {
                    text: text(&told.desc),
                    carried: open.carried,
                    now,
                    picture: its.pictures.admit(now, limits.picture_interval, limits.picture_burst),
                };
                Some((key, change))
            }
            (AlarmState::Start, None) => {
                if !room || !its.begins.admit(now, limits.begin_interval, limits.begin_burst) {
                    return None;
                }
                let open = Open {
                    begin: moment,
                    carried: false,
                    stands: false,
                    news: now,
                };
                its.open.insert(at, open);
                let change = AlarmChange::Begin {
                    at: moment,
                    text: text(&told.desc),
                    carried: false,
                    now,
                    picture: its.pictures.admit(now, limits.picture_interval, limits.picture_burst),
                };
                Some((key, change))
            }
            (AlarmState::End, Some(open)) => {
                let change = AlarmChange::End {
                    at: moment.max(open.begin),
                    reason: EndReason::Told,
                };
                its.open.remove(&at);
                Some((key, change))
            }
            // Its bit cleared before, or its start was lost.
            (AlarmState::End, None) => None,
        }
    }

    /// A device's Keepalive says something new.
    pub(super) fn report(&mut self, device: &LoginCode, report: &Report, now: UnixMs) -> Vec<Step> {
        let limits = self.limits;
        let carries = |channel: &crate::device::ChannelReport| channel.alarm.is_some_and(|bits| bits != 0);
        if !self.devices.contains_key(device) && !report.channels.iter().any(carries) {
            return Vec::new();
        }
        let its = self.devices.entry(device.clone()).or_default();
        let key = |channel: ChannelId, alarm_type: i64| AlarmKey {
            device: device.clone(),
            channel,
            alarm_type,
        };
        let mut steps = Vec::new();
        for told in &report.channels {
            let bits = AlarmFlags(told.alarm.unwrap_or(0));
            // Those that a Keepalive carried, and this one does not.
            let cleared: Vec<_> = its
                .open
                .iter()
                .filter(|((channel, number), open)| {
                    *channel == told.channel && open.carried && !bits.contains(dap::methods::AlarmType(*number))
                })
                .map(|(at, open)| (*at, open.begin))
                .collect();
            for ((channel, number), begin) in cleared {
                its.open.remove(&(channel, number));
                let change = AlarmChange::End {
                    at: now.max(begin),
                    reason: EndReason::BitCleared,
                };
                steps.push((key(channel, number), change));
            }
            for raised in bits.iter() {
                let at = (told.channel, raised.0);
                if let Some(open) = its.open.get_mut(&at) {
                    let first = !open.carried;
                    open.carried = true;
                    open.stands = true;
                    open.news = now;
                    if first {
                        steps.push((key(told.channel, raised.0), AlarmChange::Carried { now }));
                    }
                    continue;
                }
                if its.open.len() >= MAX_OPEN || !its.begins.admit(now, limits.begin_interval, limits.begin_burst) {
                    continue;
                }
                let open = Open {
                    begin: now,
                    carried: true,
                    stands: true,
                    news: now,
                };
                its.open.insert(at, open);
                let change = AlarmChange::Begin {
                    at: now,
                    text: String::new(),
                    carried: true,
                    now,
                    picture: false,
                };
                steps.push((key(told.channel, raised.0), change));
            }
        }
        steps
    }

    /// Nothing is heard of a device any more.
    pub(super) fn silent(&mut self, device: &LoginCode, now: UnixMs) {
        let Some(its) = self.devices.get_mut(device) else {
            return;
        };
        for open in its.open.values_mut().filter(|open| open.stands) {
            open.stands = false;
            open.news = now;
        }
    }

    /// A device started anew: what it did not tell the end of before, it never will. What a Keepalive carried, the next one
    /// tells.
    pub(super) fn booted(&mut self, device: &LoginCode, now: UnixMs) -> Vec<Step> {
        let mut steps = Vec::new();
        if let Some(its) = self.devices.get_mut(device) {
            its.end_where(device, now, EndReason::DeviceReset, |open| !open.carried, &mut steps);
        }
        steps
    }

    /// The events that are over because nothing was heard of them.
    pub(super) fn expire(&mut self, now: UnixMs) -> Vec<Step> {
        let before = now.minus(self.limits.silence);
        let over = |open: &Open| !open.stands && open.news <= before;
        let mut steps = Vec::new();
        self.devices.retain(|device, its| {
            its.end_where(device, now, EndReason::Timeout, over, &mut steps);
            !its.open.is_empty() || !its.begins.is_idle(now) || !its.pictures.is_idle(now)
        });
        steps
    }

    /// All that is known of a device is gone.
    pub(super) fn forget(&mut self, device: &LoginCode) {
        self.devices.remove(device);
    }
}

impl Device {
    fn end_where(
        &mut self,
        code: &LoginCode,
        now: UnixMs,
        reason: EndReason,
        over: impl Fn(&Open) -> bool,
        steps: &mut Vec<Step>,
    ) {
        self.open.retain(|(channel, number), open| {
            let ends = over(open);
            if ends {
                let key = AlarmKey {
                    device: code.clone(),
                    channel: *channel,
                    alarm_type: *number,
                };
                let at = now.max(open.begin);
                steps.push((key, AlarmChange::End { at, reason }));
            }
            !ends
        });
    }
}

/// A device's words, as far as they are kept.
fn text(desc: &str) -> String {
    desc.chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .take(MAX_TEXT)
        .collect()
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
