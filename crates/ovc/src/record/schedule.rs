//! The times of a week in a time zone. Pure: the moment is passed in.
//!
//! Times are those that a clock on the wall shows. When it is put forward, what would have begun in the hour that is left
//! out begins right after it; when it is put back, an hour that comes twice counts twice.

use super::plan::{Day, RecordPlan};
use crate::clock::UnixMs;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;

/// How far it is looked for the next change: a week, and a day for clocks that are changed.
const DAYS_AHEAD: i32 = 8;

/// When a week's times are on.
#[derive(Debug, Clone)]
pub struct Schedule {
    zone: TimeZone,
    times: Vec<Time>,
}

#[derive(Debug, Clone, Copy)]
struct Time {
    day: Weekday,
    from_minute: u16,
    /// May lie on the next day.
    to_minute: u16,
}

/// The time zone of an IANA name, in any case.
pub(super) fn time_zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

impl Schedule {
    /// The schedule of a plan. A zone that is not known is UTC: what is stored was known once.
    pub fn new(plan: &RecordPlan) -> Self {
        let times = plan.schedule.iter().flat_map(|time| {
            let (from, to) = (time.from.minutes(), time.to.minutes());
            let to = if to <= from { to + 24 * 60 } else { to };
            time.days.iter().map(move |day| Time {
                day: weekday(*day),
                from_minute: from,
                to_minute: to,
            })
        });
        Self {
            zone: time_zone(&plan.time_zone).unwrap_or(TimeZone::UTC),
            times: times.collect(),
        }
    }

    /// Whether it is on.
    pub fn is_on(&self, at: UnixMs) -> bool {
        timestamp(at).is_some_and(|at| self.covers(self.zone.to_datetime(at)))
    }

    /// When it goes on or off next; `None`: it stays as it is.
    pub fn next_change(&self, at: UnixMs) -> Option<UnixMs> {
        let now = timestamp(at)?;
        let is_on = self.is_on(at);
        let today = self.zone.to_datetime(now).date();
        let mut moments: Vec<Timestamp> = Vec::new();
        for ahead in -1..=DAYS_AHEAD {
            let Ok(date) = today.checked_add(jiff::Span::new().days(ahead)) else {
                continue;
            };
            for time in self.times.iter().filter(|time| time.day == date.weekday()) {
                for minute in [time.from_minute, time.to_minute] {
                    let Some(civil) = at_minute(date, minute) else { continue };
                    let ambiguous = self.zone.to_ambiguous_timestamp(civil);
                    // Where it comes twice, both count.
                    moments.extend([ambiguous.earlier().ok(), ambiguous.later().ok()].into_iter().flatten());
                }
            }
        }
        // When the clock is changed.
        let until = moments.iter().max().copied()?;
        let changes = self.zone.following(now).map(|change| change.timestamp());
        moments.extend(changes.take_while(|change| *change <= until));
        moments.retain(|moment| *moment > now);
        moments.sort_unstable();
        moments
            .into_iter()
            .map(|moment| UnixMs(moment.as_millisecond()))
            .find(|moment| self.is_on(*moment) != is_on)
    }

    fn covers(&self, now: DateTime) -> bool {
        let minute = u16::from(now.hour().unsigned_abs()) * 60 + u16::from(now.minute().unsigned_abs());
        let today = now.date().weekday();
        let yesterday = today.previous();
        self.times.iter().any(|time| {
            let of_today = time.day == today && (time.from_minute..time.to_minute).contains(&minute);
            let of_yesterday =
                time.day == yesterday && (time.from_minute..time.to_minute).contains(&(minute + 24 * 60));
            of_today || of_yesterday
        })
    }
}

/// This minute of a day; from 24:00 on of the next.
fn at_minute(date: Date, minute: u16) -> Option<DateTime> {
    let date = match minute >= 24 * 60 {
        true => date.tomorrow().ok()?,
        false => date,
    };
    let minute = minute % (24 * 60);
    let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
    Some(date.at(hour, minute, 0, 0))
}

fn timestamp(at: UnixMs) -> Option<Timestamp> {
    Timestamp::from_millisecond(at.0).ok()
}

fn weekday(day: Day) -> Weekday {
    match day {
        Day::Mon => Weekday::Monday,
        Day::Tue => Weekday::Tuesday,
        Day::Wed => Weekday::Wednesday,
        Day::Thu => Weekday::Thursday,
        Day::Fri => Weekday::Friday,
        Day::Sat => Weekday::Saturday,
        Day::Sun => Weekday::Sunday,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::plan::RecordMode;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn schedule(zone: &str, times: Value) -> Schedule {
        let plan = json!({ "mode": "schedule", "time_zone": zone, "schedule": times }).to_string();
        let plan: RecordPlan = serde_json::from_str(&plan).unwrap();
        assert_eq!((plan.check(), plan.mode), (Ok(()), RecordMode::Schedule));
        Schedule::new(&plan)
    }

    fn at(text: &str) -> UnixMs {
        UnixMs::from_rfc3339(text).unwrap()
    }

    /// The changes from a moment on.
    fn changes(schedule: &Schedule, from: &str, count: usize) -> Vec<(String, bool)> {
        let mut now = at(from);
        let mut changes = Vec::new();
        while let Some(next) = schedule.next_change(now)
            && changes.len() < count
        {
            now = next;
            changes.push((now.to_rfc3339(), schedule.is_on(now)));
        }
        changes
    }

    fn expect(schedule: &Schedule, from: &str, expected: &[(&str, bool)]) {
        let expected: Vec<_> = expected.iter().map(|(at, on)| ((*at).to_owned(), *on)).collect();
        assert_eq!(changes(schedule, from, expected.len()), expected);
    }

    #[test]
    fn office_hours() {
        let hours = schedule(
            "Europe/Berlin",
            json!([{ "days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "18:00" }]),
        );
        // A Friday in winter: an hour ahead of UTC.
        expect(
            &hours,
            "2026-11-27T06:00:00Z",
            &[
                ("2026-11-27T07:00:00Z", true),
                ("2026-11-27T17:00:00Z", false),
                ("2026-11-30T07:00:00Z", true),
            ],
        );
        assert!(!hours.is_on(at("2026-11-27T06:59:59.999Z")) && hours.is_on(at("2026-11-27T16:59:59.999Z")));
    }

    #[test]
    fn nights_run_past_midnight_and_into_the_next_week() {
        let nights = schedule("UTC", json!([{ "days": ["sun"], "from": "22:00", "to": "06:00" }]));
        expect(
            &nights,
            "2026-11-29T12:00:00Z",
            &[
                ("2026-11-29T22:00:00Z", true),
                ("2026-11-30T06:00:00Z", false),
                ("2026-12-06T22:00:00Z", true),
            ],
        );
        assert!(nights.is_on(at("2026-11-30T00:00:00Z")));
        // From a time to the same: a whole day.
        let day = schedule("UTC", json!([{ "days": ["tue"], "from": "07:30", "to": "07:30" }]));
        expect(
            &day,
            "2026-11-30T00:00:00Z",
            &[("2026-12-01T07:30:00Z", true), ("2026-12-02T07:30:00Z", false)],
        );
    }

    #[test]
    fn times_that_touch_are_one() {
        let all = schedule(
            "Asia/Tokyo",
            json!([{ "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00" }]),
        );
        assert_eq!(all.next_change(at("2026-11-29T12:00:00Z")), None);
        let two = schedule(
            "UTC",
            json!([
                { "days": ["mon"], "from": "20:00", "to": "24:00" },
                { "days": ["tue"], "from": "00:00", "to": "04:00" },
                { "days": ["tue"], "from": "03:00", "to": "05:00" },
            ]),
        );
        expect(
            &two,
            "2026-11-30T21:00:00Z",
            &[("2026-12-01T05:00:00Z", false), ("2026-12-07T20:00:00Z", true)],
        );
    }

    #[test]
    fn a_clock_that_is_put_forward_or_back() {
        let night = schedule(
            "Europe/Berlin",
            json!([{ "days": ["sun"], "from": "02:30", "to": "04:00" }]),
        );
        // 2027-03-28: after 01:59:59 comes 03:00.
        expect(
            &night,
            "2027-03-27T12:00:00Z",
            &[("2027-03-28T01:00:00Z", true), ("2027-03-28T02:00:00Z", false)],
        );
        let short = schedule(
            "Europe/Berlin",
            json!([{ "days": ["sun"], "from": "02:00", "to": "02:45" }]),
        );
        // Left out wholly in spring, twice in autumn (2026-10-25: after 02:59:59 comes 02:00).
        expect(
            &short,
            "2027-03-27T12:00:00Z",
            &[("2027-04-04T00:00:00Z", true), ("2027-04-04T00:45:00Z", false)],
        );
        expect(
            &short,
            "2026-10-24T12:00:00Z",
            &[
                ("2026-10-25T00:00:00Z", true),
                ("2026-10-25T00:45:00Z", false),
                ("2026-10-25T01:00:00Z", true),
                ("2026-10-25T01:45:00Z", false),
            ],
        );
    }

    #[test]
    fn nothing_changes_without_times() {
        let never = Schedule::new(&RecordPlan::default());
        assert_eq!((never.is_on(UnixMs(0)), never.next_change(UnixMs(0))), (false, None));
        assert!(!never.is_on(UnixMs(i64::MAX)) && never.next_change(UnixMs(i64::MIN)).is_none());
    }

    proptest! {
        /// Between now and the next change nothing changes, looked at each minute.
        #[test]
        fn the_next_change_is_the_next(
            zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
            times in prop::collection::vec((0_usize..7, 0_u16..1440, 0_u16..=1440), 1..4),
            start_minute in 0_i64..400 * 24 * 60,
        ) {
            const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
            let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
            let times: Vec<_> = times
                .iter()
                .map(|(day, from, to)| json!({ "days": [DAYS[*day]], "from": clock(*from), "to": clock(*to) }))
                .collect();
            let schedule = schedule(zone, json!(times));
            let start = at("2026-01-01T00:00:00Z").0 + start_minute * 60_000;
            let minutes = |from: i64| (from..from + 9 * 24 * 60 * 60_000).step_by(60_000).map(UnixMs);
            let is_on = schedule.is_on(UnixMs(start));
            let found = minutes(start).find(|moment| schedule.is_on(*moment) != is_on);
            prop_assert_eq!(schedule.next_change(UnixMs(start)), found);
        }
    }
}
