//! What the load measured.

use std::fmt::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Args;
use super::progress::Progress;
use crate::load::latency::Latencies;
use crate::process::Usage;

const LINE_EVERY: Duration = Duration::from_secs(1);
/// A viewer that sees no new picture for longer notices.
const NOTICED_GAP: Duration = Duration::from_millis(500);

/// Everything that a run measured.
#[derive(Debug)]
pub(super) struct Report {
    url: String,
    viewers: usize,
    started_at: Instant,
    /// Of each worker, its viewers that play now.
    playing: Vec<usize>,
    total: Progress,
    recent: Progress,
    line_at: Instant,
    pub(super) steady_from_unix_ns: u64,
    pub(super) steady_to_unix_ns: u64,
    pub(super) playing_at_start: usize,
    pub(super) playing_at_end: usize,
    pub(super) server_at_start: Option<Usage>,
    pub(super) server_when_steady: Option<Usage>,
    pub(super) server_at_end: Option<Usage>,
    pub(super) own_when_steady: Option<Usage>,
    pub(super) own_at_end: Option<Usage>,
}

impl Report {
    pub(super) fn new(args: &Args) -> Self {
        let mut url = args.url.clone();
        // Tokens do not belong into a report.
        url.set_query(None);
        Self {
            url: url.into(),
            viewers: args.viewers,
            started_at: Instant::now(),
            playing: vec![0; args.threads],
            total: Progress::default(),
            recent: Progress::default(),
            line_at: Instant::now(),
            steady_from_unix_ns: 0,
            steady_to_unix_ns: 0,
            playing_at_start: 0,
            playing_at_end: 0,
            server_at_start: None,
            server_when_steady: None,
            server_at_end: None,
            own_when_steady: None,
            own_at_end: None,
        }
    }

    pub(super) fn add(&mut self, progress: &Progress) {
        if let Some(playing) = self.playing.get_mut(progress.worker) {
            *playing = progress.playing;
        }
        self.recent.add(progress);
        self.total.add(progress);
    }

    pub(super) fn playing(&self) -> usize {
        self.playing.iter().sum()
    }

    /// Every viewer has come, or failed to.
    pub(super) fn has_ramped(&self) -> bool {
        self.total.joined + self.total.failed >= self.viewers as u64
    }

    pub(super) fn next_line_at(&self) -> Instant {
        self.line_at + LINE_EVERY
    }

    /// What happened since the last line.
    pub(super) fn line(&mut self) -> String {
        let recent = std::mem::take(&mut self.recent);
        let seconds = self.line_at.elapsed().as_secs_f64().max(0.001);
        self.line_at = Instant::now();
        let delay = recent.recent_delay.summary();
        format!(
            "{:6.1} s  {:5} playing  {:7.0} frames/s  {:6.0} Mbit/s  delay p50 {:.2}  p99 {:.2}  max {:.2} ms  failed {}  lost {}",
            self.started_at.elapsed().as_secs_f64(),
            self.playing(),
            recent.frames as f64 / seconds,
            recent.bytes as f64 * 8e-6 / seconds,
            delay.p50_ms,
            delay.p99_ms,
            delay.max_ms,
            self.total.failed,
            self.total.lost,
        )
    }

    /// The report for programs.
    pub(super) fn json(&self) -> Value {
        let Progress { steady, .. } = &self.total;
        json!({
            "url": self.url,
            "viewers": self.viewers,
            "joined": self.total.joined,
            "failed": self.total.failed,
            "lost": self.total.lost,
            "join": shape(&self.total.join),
            "steady": {
                "from_unix_ms": self.steady_from_unix_ns / 1_000_000,
                "to_unix_ms": self.steady_to_unix_ns / 1_000_000,
                "seconds": self.steady_seconds(),
                "playing_at_start": self.playing_at_start,
                "playing_at_end": self.playing_at_end,
                "frames": steady.frames,
                "frames_missing": steady.missing,
                "bytes": steady.bytes,
                "delay": shape(&steady.delay),
                "longest_gap": shape(&self.total.gaps),
                "viewers_with_gap_over_500ms": self.total.gaps.count_over(NOTICED_GAP),
            },
            "errors": self.total.errors.0,
            "loader": {
                "cpu_share": self.loader_cpu_share(),
                "lag": shape(&steady.loader_lag),
                "rss_bytes": self.own_at_end.map(|usage| usage.rss_bytes),
            },
            "server": self.server(),
        })
    }

    /// The report for people.
    pub(super) fn table(&self) -> String {
        let mut table = String::new();
        let mut row = |name: &str, value: String| {
            // Writing to a String cannot fail.
            let _ = writeln!(table, "{name:<32}{value}");
        };
        let times = |latencies: &Latencies| {
            let summary = latencies.summary();
            format!(
                "{:.2} / {:.2} / {:.2} ms",
                summary.p50_ms, summary.p99_ms, summary.max_ms
            )
        };
        let Progress { steady, .. } = &self.total;
        row("viewers joined", format!("{} of {}", self.total.joined, self.viewers));
        row("join p50 / p99 / max", times(&self.total.join));
        row("viewers lost", self.total.lost.to_string());
        row("frames", format!("{}, {} missing", steady.frames, steady.missing));
        if steady.delay.summary().count > 0 {
            row("delay p50 / p99 / max", times(&steady.delay));
        }
        let gaps = self.total.gaps.summary();
        row("longest gap of any viewer", format!("{:.1} ms", gaps.max_ms));
        row(
            "  viewers with one over 0.5 s",
            self.total.gaps.count_over(NOTICED_GAP).to_string(),
        );
        row("loader lag p50 / p99 / max", times(&steady.loader_lag));
        row("loader CPU", format!("{:.0} %", self.loader_cpu_share() * 100.0));
        for (key, name, factor, unit) in SERVER_FIGURES {
            if let Some(value) = self.server().get(*key).and_then(Value::as_f64) {
                row(name, format!("{:.1} {unit}", value * factor));
            }
        }
        for (problem, times) in &self.total.errors.0 {
            row("error", format!("{times} × {problem}"));
        }
        table
    }

    fn steady_seconds(&self) -> f64 {
        (self.steady_to_unix_ns - self.steady_from_unix_ns) as f64 / 1e9
    }

    fn loader_cpu_share(&self) -> f64 {
        match (self.own_when_steady, self.own_at_end) {
            (Some(begin), Some(end)) => (end.cpu_s() - begin.cpu_s()) / self.steady_seconds().max(0.001),
            _ => 0.0,
        }
    }

    /// What the server used while the window was open, and what that is for each viewer.
    fn server(&self) -> Value {
        let (Some(start), Some(steady), Some(end)) =
            (self.server_at_start, self.server_when_steady, self.server_at_end)
        else {
            return Value::Null;
        };
        let per = |amount: f64, count: f64| {
            if count > 0.0 {
                Value::from(amount / count)
            } else {
                Value::Null
            }
        };
        let cpu_s = end.cpu_s() - steady.cpu_s();
        let viewers = self.playing_at_end as f64;
        json!({
            "start": start,
            "steady": steady,
            "end": end,
            "cpu_s": cpu_s,
            "cpu_share": per(cpu_s, self.steady_seconds()),
            "user_cpu_s": end.user_s - steady.user_s,
            "rss_bytes": end.rss_bytes,
            "rss_bytes_per_viewer": per(end.rss_bytes as f64 - start.rss_bytes as f64, viewers),
            "cpu_us_per_frame": per(cpu_s * 1e6, self.total.steady.frames as f64),
            "viewers_per_core": per(viewers * self.steady_seconds(), cpu_s),
        })
    }
}

/// `null` where nothing was measured.
fn shape(latencies: &Latencies) -> Value {
    let summary = latencies.summary();
    if summary.count == 0 {
        Value::Null
    } else {
        json!(summary)
    }
}

/// Which figures of the server people see, how they are called, their factor and unit.
const SERVER_FIGURES: &[(&str, &str, f64, &str)] = &[
    ("cpu_share", "server CPU", 100.0, "%"),
    ("cpu_us_per_frame", "server CPU per frame", 1.0, "µs"),
    ("viewers_per_core", "viewers per core", 1.0, ""),
    ("rss_bytes", "server memory", 1e-6, "MB"),
    ("rss_bytes_per_viewer", "server memory per viewer", 1.0, "B"),
];
