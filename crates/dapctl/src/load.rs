//! Load generators. Each is bounded, reports while it runs, and writes what it measured as JSON.

use clap::Subcommand;

pub mod devices;
pub mod latency;
pub mod publisher;
pub mod record;
pub mod stamp;
pub mod viewers;

/// What kind of load.
#[derive(Debug, Subcommand)]
pub enum LoadCommand {
    /// Many devices that log in and then send keepalives.
    Devices(devices::Args),
    /// Many viewers of one live stream.
    Viewers(viewers::Args),
    /// Many devices that upload recorded segments.
    Record(record::Args),
    /// A live stream whose frames carry the time they were sent at.
    Publisher(publisher::Args),
}

impl LoadCommand {
    /// Runs the load to its end.
    ///
    /// # Errors
    /// If it cannot begin or its report cannot be written. A server that bears the load badly is no error: the report
    /// says it.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Devices(args) => devices::run(&args),
            Self::Viewers(args) => viewers::run(&args),
            Self::Record(args) => record::run(&args),
            Self::Publisher(args) => publisher::run(&args),
        }
    }
}
