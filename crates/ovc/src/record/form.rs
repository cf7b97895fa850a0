//! What devices ask of the service that takes segments: forms, as services.md says. Parsed once, into types.

use crate::clock::UnixMs;

/// Longest form that is looked at, in bytes.
pub const MAX_FORM: usize = 8 << 10;
/// Fields of a form that are looked at.
const MAX_FIELDS: usize = 32;
/// Longest segment.
const MAX_DURATION_S: f64 = 600.0;
/// The latest time that a device's clock may show: the year 9999.
const MAX_TIME_S: f64 = 253_402_300_800.0;
/// The most that a report may say is lost: nobody tells of more at once.
const MAX_DROPPED_S: f64 = 30.0 * 24.0 * 3600.0;
const MAX_DROPPED: u32 = 1_000_000;

/// The one kind of segment.
pub const CONTENT_TYPE: &str = "video/mp2t";

/// One call.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// A segment is there, and where to upload it?
    Create(Create),
    /// The segment of this name is uploaded.
    Save(String),
    /// The segment of this name cannot be uploaded.
    Fail(String),
    /// What time is it?
    CurrentTime,
    /// Segments were dropped.
    Stat(Dropped),
}

/// A segment that is announced.
#[derive(Debug, Clone, PartialEq)]
pub struct Create {
    /// How long it is, in bytes.
    pub size: u64,
    /// When it begins, by the device's clock.
    pub start: UnixMs,
    /// How long it is.
    pub duration_ms: u32,
    /// Whether its timestamps continue those of the one before; `None`: not said.
    pub continues: Option<bool>,
    /// The upload is to go over TLS.
    pub https: bool,
    /// The one before is uploaded.
    pub last: Option<String>,
}

/// What a device dropped since it told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dropped {
    /// How many segments.
    pub segments: u32,
    /// How long they were.
    pub lost_ms: u64,
}

/// It is no call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadForm(pub String);

struct Fields(Vec<(String, String)>);

impl Fields {
    fn get(&self, name: &str) -> Option<&str> {
        // Empty is as good as absent.
        let mut found = self.0.iter().filter(|(key, value)| key == name && !value.is_empty());
        found.next().map(|(_, value)| value.trim())
    }

    fn needed(&self, name: &'static str) -> Result<&str, BadForm> {
        self.get(name).ok_or_else(|| BadForm(format!("{name} is missing")))
    }

    /// A number of seconds.
    fn seconds(&self, name: &'static str, max: f64) -> Result<Option<f64>, BadForm> {
        let Some(text) = self.get(name) else { return Ok(None) };
        // What Rust reads beside plain numbers, "inf" and "nan", is within no range.
        let seconds: f64 = text.parse().unwrap_or(f64::NAN);
        if (-max..=max).contains(&seconds) {
            Ok(Some(seconds))
        } else {
            Err(BadForm(format!("{name} is no number of seconds, or out of range")))
        }
    }

    fn flag(&self, name: &'static str) -> Result<Option<bool>, BadForm> {
        match self.get(name) {
            None => Ok(None),
            Some("0") => Ok(Some(false)),
            Some("1") => Ok(Some(true)),
            Some(_) => Err(BadForm(format!("{name} is neither 0 nor 1"))),
        }
    }
}

/// Whole milliseconds. The caller has seen to the range.
#[expect(clippy::cast_possible_truncation, reason = "bounded before, and the cast saturates")]
fn ms(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

impl Call {
    /// Parses a form.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(form: &[u8]) -> Result<Self, BadForm> {
        let fields = url::form_urlencoded::parse(form).take(MAX_FIELDS);
        let fields = Fields(
            fields
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        );
        match fields.needed("op")? {
            "create" => Create::parse(&fields).map(Self::Create),
            "save" => Ok(Self::Save(fields.needed("name")?.to_owned())),
            "fail" => Ok(Self::Fail(fields.needed("name")?.to_owned())),
            "getcurrenttime" => Ok(Self::CurrentTime),
            "stat" => Dropped::parse(&fields).map(Self::Stat),
            _ => Err(BadForm(
                "op is none of create, save, fail, getcurrenttime and stat".into(),
            )),
        }
    }
}

impl Create {
    fn parse(fields: &Fields) -> Result<Self, BadForm> {
        let kind = fields.needed("content_type")?;
        if !kind.eq_ignore_ascii_case(CONTENT_TYPE) {
            return Err(BadForm(format!("content_type is not {CONTENT_TYPE}")));
        }
        let missing = |name: &str| BadForm(format!("{name} is missing"));
        let size: u64 = fields
            .needed("size")?
            .parse()
            .map_err(|_| BadForm("size is no number of bytes".into()))?;
        if size == 0 {
            return Err(BadForm("size is 0: there is nothing to upload".into()));
        }
        let start = fields.seconds("start", MAX_TIME_S)?.ok_or_else(|| missing("start"))?;
        let duration = fields
            .seconds("duration", MAX_DURATION_S)?
            .ok_or_else(|| missing("duration"))?;
        let duration_ms = u32::try_from(ms(duration)).unwrap_or(0);
        if duration_ms == 0 {
            return Err(BadForm("duration is not more than 0".into()));
        }
        Ok(Self {
            size,
            start: UnixMs(ms(start)),
            duration_ms,
            continues: fields.flag("discontinue")?.map(|discontinue| !discontinue),
            https: fields.flag("https")?.unwrap_or(false),
            last: fields.get("last_file_name").map(str::to_owned),
        })
    }
}

impl Dropped {
    fn parse(fields: &Fields) -> Result<Self, BadForm> {
        let segments = match fields.get("dropped_nb") {
            None => 0,
            Some(text) => text
                .parse::<u32>()
                .map_err(|_| BadForm("dropped_nb is no number of segments".into()))?,
        };
        let seconds = fields.seconds("dropped_time", MAX_DROPPED_S)?.unwrap_or(0.0);
        Ok(Self {
            segments: segments.min(MAX_DROPPED),
            lost_ms: u64::try_from(ms(seconds)).map_err(|_| BadForm("dropped_time is less than 0".into()))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(form: &str) -> Result<Call, String> {
        Call::parse(form.as_bytes()).map_err(|bad| bad.0)
    }

    #[test]
    fn the_calls_of_old_clients_and_of_new_ones() {
        // The example of the protocol's own documentation.
        let old = parse("op=create&content_type=video%2Fmp2t&size=32768&start=1574322174&duration=600").unwrap();
        let create = Create {
            size: 32_768,
            start: UnixMs(1_574_322_174_000),
            duration_ms: 600_000,
            continues: None,
            https: false,
            last: None,
        };
        assert_eq!(old, Call::Create(create.clone()));
        let new = parse(
            "op=create&content_type=video/mp2t&size=188&start=1574322174.0625&duration=9.96&discontinue=0&https=1&last_file_name=a-_1",
        )
        .unwrap();
        let expected = Create {
            size: 188,
            start: UnixMs(1_574_322_174_063),
            duration_ms: 9_960,
            continues: Some(true),
            https: true,
            last: Some("a-_1".into()),
        };
        assert_eq!(new, Call::Create(expected));
        let explicit = parse(
            "op=create&content_type=video/mp2t&size=32768&start=1574322174&duration=600&discontinue=&https=0&last_file_name=&more=x",
        );
        assert_eq!(explicit, Ok(Call::Create(create)));
        assert_eq!(parse("op=save&name=0003.ts"), Ok(Call::Save("0003.ts".into())));
        assert_eq!(parse("name=a&op=fail"), Ok(Call::Fail("a".into())));
        assert_eq!(parse("op=getcurrenttime"), Ok(Call::CurrentTime));
        assert_eq!(parse("op=stat"), Ok(Call::Stat(Dropped::default())));
        let dropped = Dropped {
            segments: 3,
            lost_ms: 29_500,
        };
        assert_eq!(parse("op=stat&dropped_nb=3&dropped_time=29.5"), Ok(Call::Stat(dropped)));
    }

    #[test]
    fn what_is_no_call_is_told() {
        const GOOD: &str = "op=create&content_type=video/mp2t&size=188&start=1&duration=1";
        for (form, told) in [
            ("", "op is missing"),
            ("op", "op is missing"),
            ("op=Create", "none of"),
            ("op=save", "name is missing"),
            ("op=fail&name=", "name is missing"),
            ("op=create", "content_type is missing"),
            ("op=create&content_type=video/mp4", "not video/mp2t"),
            (
                "op=create&content_type=video/mp2t&start=1&duration=1",
                "size is missing",
            ),
            ("op=stat&dropped_nb=-1", "dropped_nb"),
            ("op=stat&dropped_time=-1", "less than 0"),
            ("op=stat&dropped_time=nan", "dropped_time"),
            ("\u{fffd}=\0", "op is missing"),
        ] {
            let bad = parse(form).unwrap_err();
            assert!(bad.contains(told), "{form}: {bad}");
        }
        for (from, to, told) in [
            ("size=188", "size=0", "nothing"),
            ("size=188", "size=-1", "size"),
            ("size=188", "size=99999999999999999999", "size"),
            ("start=1", "start=soon", "start"),
            ("start=1", "start=inf", "start"),
            ("start=1", "start=1e300", "start"),
            ("duration=1", "duration=0", "duration"),
            ("duration=1", "duration=0.0001", "duration"),
            ("duration=1", "duration=-3", "duration"),
            ("duration=1", "duration=601", "duration"),
            ("duration=1", "duration=NaN", "duration"),
            ("duration=1", "duration=1&discontinue=2", "discontinue"),
            ("duration=1", "duration=1&https=yes", "https"),
        ] {
            let bad = parse(&GOOD.replace(from, to)).unwrap_err();
            assert!(bad.contains(told), "{to}: {bad}");
        }
    }
}
