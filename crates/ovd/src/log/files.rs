//! The log that stays on the device: a few files of limited size, the oldest forgotten, each line stamped with the
//! agent's own time.

use crate::clock::{Clock, from_local, local, unix_s};
use crate::state::StateDir;
use dap::LocalDateTime;
use parking_lot::Mutex;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write};
use std::path::PathBuf;
use std::sync::Arc;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::{DefaultFields, Writer};
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::fmt::{FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

/// A file is full at this size.
const FILE_BYTES: u64 = 4 << 20;
/// So many are kept, the one being written included.
const FILES: usize = 8;
/// `2026-11-29T20:00:00.123+08:00`
const STAMP_LEN: usize = "2026-11-29T20:00:00.123+08:00".len();

struct Current {
    file: Option<File>,
    bytes: u64,
}

struct Inner {
    folder: PathBuf,
    clock: Clock,
    file_bytes: u64,
    current: Mutex<Current>,
}

/// Such a log. Clones are the same one.
#[derive(Clone)]
pub struct LogFiles(Arc<Inner>);

impl LogFiles {
    /// The log in this state folder. Nothing is written before something is logged.
    ///
    /// # Errors
    /// When its folder cannot be made.
    pub fn open(state: &StateDir, clock: Clock) -> io::Result<Self> {
        Self::with_size(state, clock, FILE_BYTES)
    }

    fn with_size(state: &StateDir, clock: Clock, file_bytes: u64) -> io::Result<Self> {
        let folder = state.folder("logs")?;
        let current = Mutex::new(Current { file: None, bytes: 0 });
        Ok(Self(Arc::new(Inner {
            folder,
            clock,
            file_bytes,
            current,
        })))
    }

    /// What puts a program's events into this log.
    pub fn layer<S>(self) -> Box<dyn tracing_subscriber::Layer<S> + Send + Sync>
    where
        S: tracing::Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        let clock = self.0.clock.clone();
        let layer = tracing_subscriber::fmt::layer()
            .fmt_fields(PlainFields::default())
            .with_ansi(false)
            .with_target(false)
            .with_timer(Stamp(clock))
            .with_writer(self);
        Box::new(layer)
    }

    /// The `age`th file, 0 the one that is written.
    fn path(&self, age: usize) -> PathBuf {
        self.0.folder.join(match age {
            0 => "ovd.log".to_owned(),
            _ => format!("ovd.{age}.log"),
        })
    }

    fn append(&self, text: &[u8]) -> io::Result<()> {
        let mut current = self.0.current.lock();
        if current.file.is_some() && current.bytes >= self.0.file_bytes {
            current.file = None;
            for age in (1..FILES).rev() {
                match std::fs::rename(self.path(age - 1), self.path(age)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
        }
        if current.file.is_none() {
            let file = OpenOptions::new().create(true).append(true).open(self.path(0))?;
            current.bytes = file.metadata()?.len();
            current.file = Some(file);
        }
        if let Some(file) = &mut current.file {
            file.write_all(text)?;
            current.bytes += text.len() as u64;
        }
        Ok(())
    }

    /// What was logged from `start` to `end` (both included, as the agent's clock shows them), `max` bytes at most: where
    /// there is more, the newest. Lines without a stamp belong to the line above them.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn cut(&self, start: LocalDateTime, end: LocalDateTime, max: usize) -> io::Result<Vec<u8>> {
        let zone_h = self.0.clock.zone_h();
        let range = from_local(start, zone_h)..=from_local(end, zone_h);
        let mut cut = Vec::new();
        for age in (0..FILES).rev() {
            let file = match File::open(self.path(age)) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let mut wanted = false;
            let mut reader = BufReader::new(file);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line)? > 0 {
                if let Some(at) = stamp(&line) {
                    wanted = range.contains(&at);
                }
                if wanted {
                    cut.extend_from_slice(&line);
                }
                line.clear();
            }
            if cut.len() > max {
                let from = cut.len() - max;
                let from = cut[from..]
                    .iter()
                    .position(|&byte| byte == b'\n')
                    .map_or(from, |at| from + at + 1);
                cut.drain(..from);
            }
        }
        Ok(cut)
    }
}

/// When a line was logged, in seconds since 1970 UTC.
fn stamp(line: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(line.get(..STAMP_LEN)?).ok()?;
    let local: LocalDateTime = text.get(..19)?.parse().ok()?;
    let zone_h: i32 = text.get(23..26)?.parse().ok()?;
    Some(from_local(local, zone_h))
}

/// Fields of spans, kept apart from those that another layer has formatted for a terminal.
#[derive(Default)]
struct PlainFields(DefaultFields);

impl<'writer> FormatFields<'writer> for PlainFields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        self.0.format_fields(writer, fields)
    }
}

/// The time of a line: the agent's clock, with its zone, so that a line keeps its time when the zone changes.
struct Stamp(Clock);

impl FormatTime for Stamp {
    fn format_time(&self, w: &mut Writer<'_>) -> fmt::Result {
        let (now, zone_h) = (self.0.now(), self.0.zone_h());
        let millis = now
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default()
            .subsec_millis();
        write!(w, "{}.{millis:03}{zone_h:+03}:00", local(unix_s(now), zone_h))
    }
}

impl<'a> MakeWriter<'a> for LogFiles {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        Line(self)
    }
}

/// Writes one event.
pub struct Line<'a>(&'a LogFiles);

impl Write for Line<'_> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        // A full disk must not end the agent, nor can it be logged.
        let _ = self.0.append(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::layer::SubscriberExt as _;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_range_is_cut_out_whatever_zone_its_lines_were_written_in() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path()).unwrap();
        let clock = Clock::default();
        let log = LogFiles::open(&state, clock.clone()).unwrap();
        for line in [
            "2026-11-29T10:00:00.000+00:00  INFO one\n",
            "2026-11-29T18:30:00.000+08:00  WARN two\n  and its second line\n",
            "2026-11-29T11:00:00.999+00:00  INFO three\n",
        ] {
            log.append(line.as_bytes()).unwrap();
        }
        clock.set_zone_h(8);
        let cut = |start: &str, end: &str| text(log.cut(start.parse().unwrap(), end.parse().unwrap(), 1000).unwrap());
        let all = cut("2026-11-29T00:00:00", "2026-11-30T00:00:00");
        assert_eq!(all.lines().count(), 4);
        let middle = cut("2026-11-29T18:00:01", "2026-11-29T18:59:59");
        assert_eq!(
            middle,
            "2026-11-29T18:30:00.000+08:00  WARN two\n  and its second line\n"
        );
        assert_eq!(cut("2026-11-29T19:00:00", "2026-11-29T19:00:00").lines().count(), 1);
        assert_eq!(cut("2020-01-01T00:00:00", "2020-01-02T00:00:00"), "");
        let newest = log
            .cut(
                "2026-11-29T00:00:00".parse().unwrap(),
                "2026-11-30T00:00:00".parse().unwrap(),
                60,
            )
            .unwrap();
        assert_eq!(text(newest), "2026-11-29T11:00:00.999+00:00  INFO three\n");
    }

    #[test]
    fn the_log_stays_small_and_loses_its_oldest_lines() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path()).unwrap();
        let clock = Clock::default();
        let log = LogFiles::with_size(&state, clock.clone(), 2000).unwrap();
        let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(log.clone().layer()));
        for number in 0..1000 {
            tracing::info!(
                number,
                "a line of about a hundred bytes, with the stamp and the level in front of it"
            );
        }
        let files: Vec<u64> = std::fs::read_dir(folder.path().join("logs"))
            .unwrap()
            .map(|entry| entry.unwrap().metadata().unwrap().len())
            .collect();
        assert_eq!(files.len(), FILES);
        assert!(files.iter().all(|&len| len < 2300), "{files:?}");
        let kept = text(log.cut(LocalDateTime::from_unix_s(0), clock.local(), 1 << 20).unwrap());
        assert!(kept.contains("number=999") && !kept.contains("number=1 "), "{kept}");
        assert!(stamp(kept.as_bytes()).is_some(), "{kept}");
    }
}
