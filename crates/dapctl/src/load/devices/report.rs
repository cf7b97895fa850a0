//! What the load measured.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Args, Dialect};
use crate::load::latency::Latencies;
use crate::process::Usage;

/// What one worker saw since it last told.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Which worker.
    pub(super) worker: usize,
    /// Its devices that are logged in now.
    pub(super) connected: usize,
    pub(super) logins: u64,
    pub(super) failed_logins: u64,
    pub(super) login_latency: Latencies,
    pub(super) requests: u64,
    pub(super) answers: u64,
    pub(super) answer_latency: Latencies,
    /// How late requests were sent, which is the load's own fault.
    pub(super) loader_lag: Latencies,
    pub(super) errors: BTreeMap<String, u64>,
}

/// More kinds of errors than this are counted as one.
const MAX_ERROR_KINDS: usize = 50;

impl Progress {
    pub(super) fn error(&mut self, kind: String) {
        count_error(&mut self.errors, kind, 1);
    }

    fn merge(&mut self, other: &Self) {
        self.logins += other.logins;
        self.failed_logins += other.failed_logins;
        self.login_latency.add(&other.login_latency);
        self.requests += other.requests;
        self.answers += other.answers;
        self.answer_latency.add(&other.answer_latency);
        self.loader_lag.add(&other.loader_lag);
        for (kind, times) in &other.errors {
            count_error(&mut self.errors, kind.clone(), *times);
        }
    }
}

fn count_error(errors: &mut BTreeMap<String, u64>, kind: String, times: u64) {
    let known = errors.contains_key(&kind) || errors.len() < MAX_ERROR_KINDS;
    *errors.entry(if known { kind } else { "other".into() }).or_default() += times;
}

/// Everything that a run measured.
#[derive(Debug)]
pub struct Report {
    protocol: Dialect,
    url: String,
    devices: usize,
    started_at: Instant,
    total: Progress,
    /// Devices that are logged in, of each worker.
    connected: Vec<usize>,
    /// Since the last line.
    recent: Progress,
    line_at: Instant,
    /// When the last login ended, well or badly.
    ramped_at: Option<Instant>,
    steady: Option<Steady>,
    pub(super) usage_at_start: Option<Usage>,
    pub(super) usage_when_ramped: Option<Usage>,
    pub(super) usage_when_steady: Option<Usage>,
    pub(super) usage_at_end: Option<Usage>,
}

/// What happened after all had logged in.
#[derive(Debug)]
struct Steady {
    began_at: Instant,
    lasted: Option<Duration>,
    connected_at_start: usize,
    connected_at_end: usize,
    seen: Progress,
}

impl Report {
    pub(super) fn new(args: &Args) -> Self {
        let mut url = args.url.clone();
        // A password in the URL does not belong into a report.
        let _ = url.set_password(None);
        Self {
            protocol: args.protocol,
            url: url.into(),
            devices: args.devices,
            started_at: Instant::now(),
            total: Progress::default(),
            connected: vec![0; args.threads],
            recent: Progress::default(),
            line_at: Instant::now(),
            ramped_at: None,
            steady: None,
            usage_at_start: None,
            usage_when_ramped: None,
            usage_when_steady: None,
            usage_at_end: None,
        }
    }

    pub(super) fn add(&mut self, progress: Progress) {
        if let Some(connected) = self.connected.get_mut(progress.worker) {
            *connected = progress.connected;
        }
        self.recent.merge(&progress);
        if let Some(Steady { lasted: None, seen, .. }) = &mut self.steady {
            seen.merge(&progress);
        }
        self.total.merge(&progress);
        if progress.logins + progress.failed_logins > 0 {
            self.ramped_at = Some(Instant::now());
        }
    }

    /// Every login has ended, well or badly.
    #[must_use]
    pub fn has_ramped(&self) -> bool {
        self.total.logins + self.total.failed_logins >= self.devices as u64
    }

    fn connected(&self) -> usize {
        self.connected.iter().sum()
    }

    pub(super) fn begin_steady(&mut self) {
        self.steady = Some(Steady {
            began_at: Instant::now(),
            lasted: None,
            connected_at_start: self.connected(),
            connected_at_end: 0,
            seen: Progress::default(),
        });
    }

    pub(super) fn end_steady(&mut self) {
        let connected = self.connected();
        if let Some(steady) = &mut self.steady {
            steady.lasted = Some(steady.began_at.elapsed());
            steady.connected_at_end = connected;
        }
    }

    /// What happened since the last line.
    pub(super) fn line(&mut self) -> String {
        let recent = std::mem::take(&mut self.recent);
        let seconds = self.line_at.elapsed().as_secs_f64().max(0.001);
        self.line_at = Instant::now();
        let rate = |count: u64| count as f64 / seconds;
        let answers = recent.answer_latency.summary();
        format!(
            "{:6.1} s  {:6} connected  {:7.0} logins/s  {:7.0} answers/s  p50 {:.2} ms  p99 {:.2} ms  errors {}",
            self.started_at.elapsed().as_secs_f64(),
            self.connected(),
            rate(recent.logins),
            rate(recent.answers),
            answers.p50_ms,
            answers.p99_ms,
            self.total.errors.values().sum::<u64>(),
        )
    }

    /// The report for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let ramp_s = self.ramp_seconds();
        let steady = self.steady.as_ref().map(|steady| {
            let seconds = steady.lasted.unwrap_or_else(|| steady.began_at.elapsed()).as_secs_f64();
            json!({
                "seconds": seconds,
                "connected_at_start": steady.connected_at_start,
                "connected_at_end": steady.connected_at_end,
                "requests": steady.seen.requests,
                "answers": steady.seen.answers,
                "answers_per_s": steady.seen.answers as f64 / seconds,
                "answer": steady.seen.answer_latency.summary(),
                "loader_lag": steady.seen.loader_lag.summary(),
                "errors": steady.seen.errors,
            })
        });
        json!({
            "protocol": self.protocol,
            "url": self.url,
            "devices": self.devices,
            "ramp": {
                "seconds": ramp_s,
                "logins": self.total.logins,
                "failed_logins": self.total.failed_logins,
                "logins_per_s": self.total.logins as f64 / ramp_s,
                "login": self.total.login_latency.summary(),
            },
            "steady": steady,
            "errors": self.total.errors,
            "server": self.server(),
        })
    }

    /// The report for people.
    #[must_use]
    pub fn table(&self) -> String {
        let mut table = String::new();
        let mut row = |name: &str, value: String| {
            // Writing to a String cannot fail.
            let _ = writeln!(table, "{name:<32}{value}");
        };
        let login = self.total.login_latency.summary();
        row(
            "devices logged in",
            format!("{} of {}", self.total.logins, self.devices),
        );
        row(
            "logins",
            format!("{:.0}/s", self.total.logins as f64 / self.ramp_seconds()),
        );
        row(
            "login time p50 / p99",
            format!("{:.2} / {:.2} ms", login.p50_ms, login.p99_ms),
        );
        if let Some(steady) = &self.steady {
            let answer = steady.seen.answer_latency.summary();
            row("answers", answer.count.to_string());
            row(
                "answer time p50 / p99 / max",
                format!("{:.2} / {:.2} / {:.2} ms", answer.p50_ms, answer.p99_ms, answer.max_ms),
            );
        }
        for (key, name, unit) in SERVER_FIGURES {
            if let Some(value) = self.server().get(*key).and_then(Value::as_f64) {
                row(name, format!("{value:.1} {unit}"));
            }
        }
        for (kind, times) in &self.total.errors {
            row("error", format!("{times} × {kind}"));
        }
        table
    }

    fn ramp_seconds(&self) -> f64 {
        self.ramped_at
            .map_or(0.0, |at| (at - self.started_at).as_secs_f64())
            .max(0.001)
    }

    /// What the server used, and what that is for each device, login and answer.
    fn server(&self) -> Value {
        let (Some(start), Some(ramped)) = (self.usage_at_start, self.usage_when_ramped) else {
            return Value::Null;
        };
        let (Some(settled), Some(end)) = (self.usage_when_steady, self.usage_at_end) else {
            return Value::Null;
        };
        let Some(steady) = &self.steady else { return Value::Null };
        let per = |amount: f64, count: f64| {
            if count > 0.0 {
                Value::from(amount / count)
            } else {
                Value::Null
            }
        };
        let devices = steady.connected_at_end as f64;
        let answers = steady.seen.answers as f64;
        let grown = |bytes: fn(&Usage) -> u64| bytes(&end) as f64 - bytes(&start) as f64;
        json!({
            "start": start,
            "ramped": ramped,
            "settled": settled,
            "end": end,
            "rss_bytes_per_device": per(grown(|usage| usage.rss_bytes), devices),
            "pss_bytes_per_device": per(grown(|usage| usage.pss_bytes), devices),
            "cpu_us_per_login": per((ramped.cpu_s() - start.cpu_s()) * 1e6, self.total.logins as f64),
            "cpu_us_per_answer": per((end.cpu_s() - settled.cpu_s()) * 1e6, answers),
            "user_cpu_us_per_answer": per((end.user_s - settled.user_s) * 1e6, answers),
        })
    }
}

/// Which figures of the server people see, how they are called, and their unit.
const SERVER_FIGURES: &[(&str, &str, &str)] = &[
    ("pss_bytes_per_device", "server memory per device", "B"),
    ("cpu_us_per_login", "server CPU per login", "µs"),
    ("cpu_us_per_answer", "server CPU per answer", "µs"),
    ("user_cpu_us_per_answer", "  of it in user space", "µs"),
];
