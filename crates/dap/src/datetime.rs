use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A wall clock reading without a zone, `yyyy-MM-ddTHH:mm:ss` (SyncTime, QueryTime, LogUpload). The zone is the
/// device's own, or travels beside it as `tz`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Cow<str>", into = "String")]
pub struct LocalDateTime {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

/// A text is no date and time of the form `yyyy-MM-ddTHH:mm:ss`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date and time of the form yyyy-MM-ddTHH:mm:ss")]
pub struct BadDateTime;

impl LocalDateTime {
    /// A date (Gregorian) and a time of day.
    ///
    /// # Errors
    /// [`BadDateTime`] if there is no such day or time, or the year is over 9999.
    pub fn new(year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Result<Self, BadDateTime> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return Err(BadDateTime),
        };
        if year > 9999 || !(1..=days).contains(&day) || hour > 23 || minute > 59 || second > 59 {
            return Err(BadDateTime);
        }
        Ok(Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
        })
    }

    /// The reading of a clock that shows UTC, `unix_s` seconds after 1970 began. Add a zone's offset to it first for
    /// a local reading. Clamped to the years 1970 to 9999.
    #[must_use]
    pub fn from_unix_s(unix_s: i64) -> Self {
        let unix_s = unix_s.clamp(0, 253_402_300_799);
        let (days, of_day) = (unix_s / 86_400, unix_s % 86_400);
        // Civil date from days, after Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms".
        let z = days + 719_468;
        let era = z / 146_097;
        let day_of_era = z % 146_097;
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self {
            year: year as u16,
            month: month as u8,
            day: day as u8,
            hour: (of_day / 3600) as u8,
            minute: (of_day / 60 % 60) as u8,
            second: (of_day % 60) as u8,
        }
    }

    /// Seconds after 1970 began on a clock that shows UTC: the inverse of [`Self::from_unix_s`].
    #[must_use]
    pub fn to_unix_s(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * 146_097 + day_of_era - 719_468;
        days * 86_400 + i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second)
    }
}

impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
        } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }
}

impl FromStr for LocalDateTime {
    type Err = BadDateTime;

    fn from_str(text: &str) -> Result<Self, BadDateTime> {
        let bytes = text.as_bytes();
        let number = |from: usize, len: usize| {
            bytes[from..from + len]
                .iter()
                .try_fold(0u16, |number, byte| match byte {
                    b'0'..=b'9' => Ok(number * 10 + u16::from(byte - b'0')),
                    _ => Err(BadDateTime),
                })
        };
        let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        if bytes.len() != 19 || separators.iter().any(|&(at, separator)| bytes[at] != separator) {
            return Err(BadDateTime);
        }
        let two = |from| number(from, 2).map(|number| number as u8);
        Self::new(number(0, 4)?, two(5)?, two(8)?, two(11)?, two(14)?, two(17)?)
    }
}

impl TryFrom<Cow<'_, str>> for LocalDateTime {
    type Error = BadDateTime;

    fn try_from(text: Cow<'_, str>) -> Result<Self, BadDateTime> {
        text.parse()
    }
}

impl From<LocalDateTime> for String {
    fn from(value: LocalDateTime) -> String {
        value.to_string()
    }
}

impl JsonSchema for LocalDateTime {
    fn schema_name() -> Cow<'static, str> {
        "LocalDateTime".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$",
            "examples": ["2016-12-05T02:15:32"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_dates_of_the_right_form_are_taken() {
        for good in ["2016-12-05T02:15:32", "2024-02-29T23:59:59", "2000-02-29T00:00:00"] {
            assert_eq!(good.parse::<LocalDateTime>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "2016-12-05",
            "2016-12-05 02:15:32",
            "2016-12-05T02:15:32Z",
            "2023-02-29T00:00:00",
            "1900-02-29T00:00:00",
            "2016-13-01T00:00:00",
            "2016-00-01T00:00:00",
            "2016-01-00T00:00:00",
            "2016-04-31T00:00:00",
            "2016-01-01T24:00:00",
            "2016-01-01T00:60:00",
            "2016-01-01T00:00:60",
            "+016-01-01T00:00:00",
            "２016-12-05T02:15:3",
        ] {
            assert!(bad.parse::<LocalDateTime>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn seconds_since_1970_convert_both_ways() {
        for (unix_s, text) in [
            (0, "1970-01-01T00:00:00"),
            (951_782_400, "2000-02-29T00:00:00"),
            (1_480_904_132, "2016-12-05T02:15:32"),
            (4_107_542_399, "2100-02-28T23:59:59"),
            (253_402_300_799, "9999-12-31T23:59:59"),
        ] {
            assert_eq!(LocalDateTime::from_unix_s(unix_s).to_string(), text);
            assert_eq!(text.parse::<LocalDateTime>().unwrap().to_unix_s(), unix_s);
        }
        assert_eq!(LocalDateTime::from_unix_s(-5).to_unix_s(), 0);
    }
}
