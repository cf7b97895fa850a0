//! A battery that is not there: it drains as configured, says so, and is put on the charger when it is empty.

use super::Inner;
use dap::Percent;
use dap::methods::{AlarmType, BatteryChange, BatteryChangeParams};
use parking_lot::Mutex;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Instant;

/// What the battery is like.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BatterySetup {
    /// Its charge when the agent starts, percent.
    pub charge: u8,
    /// How much of it goes in an hour, percent of a full one.
    pub drain_per_hour: f64,
    /// At this charge, percent, and below, it raises the alarm for a low battery.
    pub low: u8,
}

impl Default for BatterySetup {
    fn default() -> Self {
        Self {
            charge: 100,
            drain_per_hour: 5.0,
            low: 20,
        }
    }
}

impl BatterySetup {
    /// What is wrong with it, for people.
    ///
    /// # Errors
    /// The first thing that is.
    pub fn check(&self) -> Result<(), String> {
        if self.charge > 100 || self.low > 100 {
            return Err("charge and low must be 0–100".to_owned());
        }
        if !(0.0..=1_000_000.0).contains(&self.drain_per_hour) {
            return Err("drain_per_hour must be 0–1000000".to_owned());
        }
        Ok(())
    }
}

/// A battery under way.
pub(super) struct Battery {
    setup: BatterySetup,
    cell: Mutex<Cell>,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    charge: f64,
    at: Instant,
}

/// What became of the charge since the last look.
#[derive(Debug, PartialEq, Eq)]
struct Look {
    percent: u8,
    changed: bool,
    low: bool,
}

impl Battery {
    pub(super) fn new(setup: BatterySetup) -> Self {
        let cell = Cell {
            charge: f64::from(setup.charge),
            at: Instant::now(),
        };
        Self {
            setup,
            cell: Mutex::new(cell),
        }
    }

    pub(super) fn percent(&self) -> Percent {
        Percent::clamped(i64::from(percent(self.cell.lock().charge)))
    }

    fn look(&self, now: Instant) -> Look {
        let mut cell = self.cell.lock();
        let hours = now.saturating_duration_since(cell.at).as_secs_f64() / 3600.0;
        let before = percent(cell.charge);
        let mut charge = cell.charge - hours * self.setup.drain_per_hour;
        if charge <= 0.0 {
            charge = 100.0;
        }
        *cell = Cell { charge, at: now };
        let percent = percent(charge);
        Look {
            percent,
            changed: percent != before,
            low: percent <= self.setup.low,
        }
    }
}

/// Whole percent, the started one counted.
fn percent(charge: f64) -> u8 {
    charge.ceil().clamp(0.0, 100.0) as u8
}

impl Inner {
    /// Lets the battery drain. Called every second or so.
    pub(super) fn drain_battery(self: &Arc<Self>) {
        let Some(battery) = &self.battery else { return };
        let look = battery.look(Instant::now());
        if look.changed {
            let inner = Arc::clone(self);
            self.spawn(async move {
                let battery = Percent::clamped(i64::from(look.percent));
                let params = BatteryChangeParams {
                    battery,
                    extra: dap::Extra::default(),
                };
                inner.emit_now::<BatteryChange>(&params).await;
            });
        }
        let Some(channel) = self.channels.first().map(|channel| channel.number) else {
            return;
        };
        if look.low {
            let text = format!("battery at {} %", look.percent);
            // It is raised once; a channel that is switched off raises none.
            let _ = self.start_alarm(channel, AlarmType::LOW_BATTERY, &text);
        } else {
            self.end_alarm(channel, AlarmType::LOW_BATTERY, "battery charged");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_battery_drains_is_low_and_is_charged_again() {
        let battery = Battery::new(BatterySetup {
            charge: 22,
            drain_per_hour: 60.0,
            low: 20,
        });
        let start = battery.cell.lock().at;
        let looks: Vec<Look> = (0..=23)
            .map(|minute| battery.look(start + Duration::from_secs(minute * 60)))
            .collect();
        assert_eq!((looks[0].percent, looks[0].changed, looks[0].low), (22, false, false));
        assert!(looks[1].changed && looks[1].percent == 21);
        assert!(looks[2].low && looks[20].low);
        assert!(looks[23].percent > 90 && !looks[23].low, "{:?}", looks[23]);
    }
}
