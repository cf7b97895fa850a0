//! Logging of the agent.

use crate::config::LogFormat;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Parts that would log requests with the password in them when they are verbose.
const NEVER_VERBOSE: [&str; 3] = ["tungstenite=info", "tokio_tungstenite=info", "retina=info"];

/// Starts logging to standard error.
///
/// # Errors
/// When `filter` is not understood.
pub fn start(filter: &str, format: LogFormat) -> Result<(), String> {
    let mut filter = EnvFilter::try_new(filter).map_err(|error| format!("log filter: {error}"))?;
    for directive in NEVER_VERBOSE {
        filter = filter.add_directive(directive.parse().map_err(|error| format!("log filter: {error}"))?);
    }
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Colours are for eyes, not for files.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // A second start, as in tests, changes nothing.
    let _ = match format {
        LogFormat::Text => subscriber.with_target(false).try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
    };
    Ok(())
}
