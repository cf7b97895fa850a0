//! `dapctl`: tools for operators and device makers.

use clap::{Parser, Subcommand};
use dapctl::load::LoadCommand;
use dapctl::provision;

/// Tools for operators of an open video cloud and for makers of devices.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Put a load on a cloud and measure how it bears it.
    #[command(subcommand)]
    Load(LoadCommand),
    /// Create many devices through the HTTP API and write down their codes and passwords.
    Provision(provision::Args),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Load(load) => load.run(),
        Command::Provision(args) => provision::run(&args),
    }
}
