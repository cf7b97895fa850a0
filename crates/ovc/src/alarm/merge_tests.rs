use super::*;
use crate::device::ChannelReport;
use proptest::prelude::*;

const NOW: UnixMs = UnixMs(1_795_000_000_000);
const SECOND: Duration = Duration::from_secs(1);
const MOTION: i64 = 3;
const DOORBELL: i64 = 10;

fn cam() -> LoginCode {
    LoginCode::parse("cam").unwrap()
}

fn machine() -> Machine {
    Machine::new(Limits::new(Duration::from_secs(3600)), Vec::new(), NOW)
}

fn told(state: AlarmState, alarm_type: i64, at_s: i64) -> AlarmNotifyParams {
    AlarmNotifyParams {
        channel: ChannelId(0),
        timestamp: at_s,
        alarm_type: dap::methods::AlarmType(alarm_type),
        state,
        desc: "somebody".into(),
        extra: Default::default(),
    }
}

fn start(at_s: i64) -> AlarmNotifyParams {
    told(AlarmState::Start, MOTION, at_s)
}

fn end(at_s: i64) -> AlarmNotifyParams {
    told(AlarmState::End, MOTION, at_s)
}

fn bits(bits: impl Into<Option<u64>>) -> Report {
    let channel = ChannelReport {
        channel: ChannelId(0),
        state: 1,
        stream_id: None,
        record_session: None,
        alarm: bits.into(),
    };
    Report {
        state: 1,
        channels: vec![channel],
    }
}

fn after(seconds: u64) -> UnixMs {
    NOW.plus(SECOND * u32::try_from(seconds).unwrap())
}

/// What happened, in short.
fn said(steps: impl IntoIterator<Item = Step>) -> Vec<String> {
    let word = |(key, change): Step| match change {
        AlarmChange::Begin { at, text, picture, .. } => {
            format!(
                "begin {} at {} '{text}' {picture}",
                key.alarm_type,
                (at.0 - NOW.0) / 1000
            )
        }
        AlarmChange::Update { picture, .. } => format!("update {} {picture}", key.alarm_type),
        AlarmChange::Carried { .. } => format!("carried {}", key.alarm_type),
        AlarmChange::End { at, reason } => {
            format!("end {} at {} {}", key.alarm_type, (at.0 - NOW.0) / 1000, reason.name())
        }
    };
    let mut said: Vec<_> = steps.into_iter().map(word).collect();
    said.sort();
    said
}

#[test]
fn a_start_a_start_again_and_an_end_are_one_event() {
    let mut machine = machine();
    let now_s = NOW.0 / 1000;
    let mut notify = |told: &AlarmNotifyParams, at| said(machine.notify(&cam(), told, at));
    assert_eq!(notify(&start(now_s - 2), NOW), ["begin 3 at -2 'somebody' true"]);
    assert_eq!(notify(&start(now_s - 2), after(1)), ["update 3 true"]);
    assert_eq!(notify(&end(now_s + 9), after(10)), ["end 3 at 9 told"]);
    assert_eq!(notify(&end(now_s + 9), after(10)), [""; 0]);
    // A clock that is a year off is not believed, and no event ends before it began.
    assert_eq!(
        notify(&start(now_s - 31_000_000), after(20)),
        ["begin 3 at 20 'somebody' true"]
    );
    assert_eq!(notify(&end(now_s + 5), after(21)), ["end 3 at 20 told"]);
}

#[test]
fn a_bit_opens_and_ends_what_nobody_notified_of() {
    let mut machine = machine();
    let mut report = |told: Report, at| said(machine.report(&cam(), &told, at));
    assert_eq!(report(bits(None), NOW), [""; 0]);
    let both = 1 << MOTION | 1 << DOORBELL;
    assert_eq!(
        report(bits(both), after(1)),
        ["begin 10 at 1 '' false", "begin 3 at 1 '' false"]
    );
    assert_eq!(report(bits(both), after(2)), [""; 0]);
    assert_eq!(report(bits(1 << MOTION), after(3)), ["end 10 at 3 bit_cleared"]);
    assert_eq!(report(bits(None), after(4)), ["end 3 at 4 bit_cleared"]);
}

#[test]
fn a_lost_end_is_made_up_for_by_the_bit_and_a_late_one_changes_nothing() {
    let mut machine = machine();
    let now_s = NOW.0 / 1000;
    machine.notify(&cam(), &start(now_s), NOW);
    assert_eq!(
        said(machine.report(&cam(), &bits(1 << MOTION), after(1))),
        ["carried 3"]
    );
    assert_eq!(
        said(machine.report(&cam(), &bits(0), after(2))),
        ["end 3 at 2 bit_cleared"]
    );
    assert_eq!(said(machine.notify(&cam(), &end(now_s + 2), after(3))), [""; 0]);
}

#[test]
fn a_device_without_bits_ends_by_its_own_word_or_after_an_hour() {
    let mut machine = machine();
    let now_s = NOW.0 / 1000;
    machine.notify(&cam(), &start(now_s), NOW);
    assert_eq!(said(machine.report(&cam(), &bits(0), after(1))), [""; 0]);
    assert_eq!(said(machine.expire(after(3599))), [""; 0]);
    machine.notify(&cam(), &start(now_s + 3599), after(3599));
    assert_eq!(said(machine.expire(after(3600))), [""; 0], "it was heard of again");
    assert_eq!(said(machine.expire(after(7199))), ["end 3 at 7199 timeout"]);
    assert!(machine.devices.is_empty(), "nothing of it is left");
}

#[test]
fn what_a_present_device_carries_stands_however_long_it_lasts() {
    let mut machine = machine();
    machine.report(&cam(), &bits(1 << MOTION), NOW);
    // Keepalives that say the same are not told of.
    assert_eq!(said(machine.expire(after(100_000))), [""; 0]);
    machine.silent(&cam(), after(100_000));
    assert_eq!(said(machine.expire(after(103_599))), [""; 0]);
    assert_eq!(said(machine.expire(after(103_600))), ["end 3 at 103600 timeout"]);
}

#[test]
fn a_device_that_starts_anew_has_forgotten_what_it_notified_of() {
    let mut machine = machine();
    machine.notify(&cam(), &start(NOW.0 / 1000), NOW);
    machine.report(&cam(), &bits(1 << DOORBELL), NOW);
    assert_eq!(said(machine.booted(&cam(), after(9))), ["end 3 at 9 device_reset"]);
    assert_eq!(
        said(machine.report(&cam(), &bits(0), after(10))),
        ["end 10 at 10 bit_cleared"]
    );
}

#[test]
fn after_a_restart_it_goes_on() {
    let row = |alarm_type, carried| OpenAlarmRow {
        key: AlarmKey {
            device: cam(),
            channel: ChannelId(0),
            alarm_type,
        },
        begin: UnixMs(NOW.0 - 7_000_000),
        news: UnixMs(NOW.0 - 7_000_000),
        carried,
    };
    let rows = vec![row(MOTION, true), row(DOORBELL, false)];
    let mut machine = Machine::new(Limits::new(Duration::from_secs(3600)), rows, NOW);
    assert!(machine.is_watched(&cam()));
    assert_eq!(said(machine.expire(after(60))), [""; 0], "nobody could tell meanwhile");
    assert_eq!(
        said(machine.report(&cam(), &bits(None), after(61))),
        ["end 3 at 61 bit_cleared"]
    );
    assert_eq!(said(machine.expire(after(3600))), ["end 10 at 3600 timeout"]);
    machine.forget(&cam());
    assert!(!machine.is_watched(&cam()));
}

#[test]
fn a_flood_of_one_device_stays_its_own() {
    let mut machine = machine();
    let calm = LoginCode::parse("calm").unwrap();
    for alarm_type in 100..2000 {
        machine.notify(&cam(), &told(AlarmState::Start, alarm_type, 0), NOW);
    }
    assert_eq!(machine.devices[&cam()].open.len(), MAX_OPEN);
    assert_eq!(said(machine.notify(&calm, &start(NOW.0 / 1000), NOW)).len(), 1);
    // Neither by turning one alarm on and off as fast as it can.
    let mut machine = self::machine();
    let mut begun = 0;
    for _ in 0..5000 {
        begun += machine.report(&cam(), &bits(1 << MOTION), NOW).len();
        machine.report(&cam(), &bits(0), NOW);
    }
    assert_eq!(begun, 300);
    // Nor by pictures.
    let mut pictures = 0;
    for _ in 0..5000 {
        let steps = said(machine.notify(&calm, &start(NOW.0 / 1000), NOW));
        pictures += steps.iter().filter(|step| step.ends_with("true")).count();
    }
    assert_eq!(pictures, 30);
}

proptest! {
    /// Whatever comes in whatever order: an event begins, and ends once.
    #[test]
    fn every_event_begins_before_it_ends_and_once(notices in prop::collection::vec((0..6, 2_i64..5, 0..100_u64), 1..200)) {
        let mut machine = machine();
        let mut open = std::collections::HashSet::new();
        let mut now = NOW;
        for (what, alarm_type, seconds) in notices {
            now = now.plus(Duration::from_secs(seconds));
            let steps = match what {
                0 => Vec::from_iter(machine.notify(&cam(), &told(AlarmState::Start, alarm_type, now.0 / 1000), now)),
                1 => Vec::from_iter(machine.notify(&cam(), &told(AlarmState::End, alarm_type, now.0 / 1000), now)),
                2 => machine.report(&cam(), &bits(1 << alarm_type), now),
                3 => machine.report(&cam(), &bits(None), now),
                4 => machine.booted(&cam(), now),
                _ => machine.expire(now),
            };
            for (key, change) in steps {
                match change {
                    AlarmChange::Begin { .. } => prop_assert!(open.insert(key.alarm_type)),
                    AlarmChange::End { .. } => prop_assert!(open.remove(&key.alarm_type)),
                    _ => prop_assert!(open.contains(&key.alarm_type)),
                }
            }
        }
        let left: std::collections::HashSet<_> = machine
            .devices
            .values()
            .flat_map(|device| device.open.keys().map(|(_, number)| *number))
            .collect();
        prop_assert_eq!(left, open);
    }
}
