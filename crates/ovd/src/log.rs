//! Logging of the agent: to standard error for who runs it, and into [files](LogFiles) for who asks from the cloud.

mod files;

pub use files::LogFiles;

use crate::config::LogFormat;
use std::io::IsTerminal;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt, reload};

/// Parts that would log requests with the password in them when they are verbose.
const NEVER_VERBOSE: [&str; 3] = ["tungstenite", "tokio_tungstenite", "retina"];

/// How much is logged; to be changed while the agent runs.
#[derive(Clone)]
pub struct LogLevel {
    configured: String,
    set: std::sync::Arc<dyn Fn(EnvFilter) -> bool + Send + Sync>,
}

impl LogLevel {
    /// One that changes nothing: for agents that do not own their process's log.
    pub fn fixed() -> Self {
        Self {
            configured: "info".to_owned(),
            set: std::sync::Arc::new(|_| false),
        }
    }

    /// What the configuration document calls the present setting of the agent's own configuration.
    pub fn configured(&self) -> i64 {
        let level = EnvFilter::try_new(&self.configured)
            .ok()
            .and_then(|filter| filter.max_level_hint());
        level.map_or(2, |level| match level.into_level() {
            Some(tracing::Level::TRACE) => 0,
            Some(tracing::Level::DEBUG) => 1,
            Some(tracing::Level::INFO) => 2,
            Some(tracing::Level::WARN) => 3,
            Some(tracing::Level::ERROR) => 4,
            None => 5,
        })
    }

    /// Logs from this level on: 0 trace, 1 debug, 2 info, 3 warn, 4 error, 5 nothing (the agent calls nothing fatal);
    /// `None`: as configured where it runs.
    pub fn set(&self, level: Option<i64>) {
        let text = match level {
            None => self.configured.as_str(),
            Some(0) => "trace",
            Some(1) => "debug",
            Some(2) => "info",
            Some(3) => "warn",
            Some(4) => "error",
            Some(_) => "off",
        };
        match filter(text) {
            Ok(filter) => {
                (self.set)(filter);
            }
            Err(error) => tracing::warn!(%error, "the log stays as it is"),
        }
    }
}

fn filter(text: &str) -> Result<EnvFilter, String> {
    let bad = |error: &dyn std::fmt::Display| format!("log filter: {error}");
    let mut filter = EnvFilter::try_new(text).map_err(|error| bad(&error))?;
    let most = filter.max_level_hint().and_then(|level| level.into_level());
    if most.is_some_and(|most| most > tracing::Level::INFO) {
        for part in NEVER_VERBOSE {
            filter = filter.add_directive(format!("{part}=info").parse().map_err(|error| bad(&error))?);
        }
    }
    Ok(filter)
}

/// Starts logging to standard error, and into `files` if given.
///
/// # Errors
/// When `filter` is not understood.
pub fn start(text: &str, format: LogFormat, files: Option<LogFiles>) -> Result<LogLevel, String> {
    let (filter, handle) = reload::Layer::new(filter(text)?);
    let stderr = fmt::layer()
        // Colours are for eyes, not for files.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let stderr = match format {
        LogFormat::Text => stderr.with_target(false).boxed(),
        LogFormat::Json => stderr.json().flatten_event(true).boxed(),
    };
    let files = files.map(LogFiles::layer);
    // A second start, as in tests, changes nothing.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(stderr)
        .with(files)
        .try_init();
    Ok(LogLevel {
        configured: text.to_owned(),
        set: std::sync::Arc::new(move |filter| handle.reload(filter).is_ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_level_makes_a_library_log_passwords() {
        for text in ["trace", "debug", "ovd=debug", "info,retina=trace"] {
            let shown = filter(text).unwrap().to_string();
            assert!(
                shown.contains("tungstenite=info") && shown.contains("retina=info"),
                "{text}: {shown}"
            );
        }
        assert_eq!(
            filter("error").unwrap().to_string(),
            "error",
            "and none makes them louder"
        );
    }

    #[test]
    fn the_level_changes_while_the_agent_runs() {
        let (reloaded, handle) = reload::Layer::<_, tracing_subscriber::Registry>::new(filter("info").unwrap());
        let level = LogLevel {
            configured: "info".to_owned(),
            set: std::sync::Arc::new(move |filter| handle.reload(filter).is_ok()),
        };
        assert_eq!(level.configured(), 2);
        let _guard = tracing_subscriber::registry().with(reloaded).set_default();
        assert!(!tracing::enabled!(tracing::Level::DEBUG));
        level.set(Some(1));
        assert!(tracing::enabled!(tracing::Level::DEBUG));
        level.set(Some(5));
        assert!(!tracing::enabled!(tracing::Level::ERROR));
        level.set(None);
        assert!(tracing::enabled!(tracing::Level::INFO) && !tracing::enabled!(tracing::Level::DEBUG));
    }
}
