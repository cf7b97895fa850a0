//! Pushes a source to a media server, without a cloud: `cargo run --example publish -- test rtmp://host/app/stream`.

use ovd::clock::Clock;
use ovd::config::LogFormat;
use ovd::publisher::{Publisher, Surroundings};
use ovd::rtmp::Target;
use ovd::source::{self, Source};
use ovd::tls::Roots;
use std::sync::Arc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    ovd::log::start("info", LogFormat::Text, None).map_err(anyhow::Error::msg)?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, target] = arguments.as_slice() else {
        anyhow::bail!("usage: publish SOURCE RTMP-URL")
    };
    let changed = Arc::default();
    let started = Source::parse(source)
        .map_err(anyhow::Error::msg)?
        .start(source::Surroundings {
            name: "example".to_owned(),
            clock: Clock::default(),
            changed: Arc::clone(&changed),
            positions: None,
        });
    let (feed, source) = (started.feed, started.task);
    let surroundings = Surroundings {
        tls: Roots::load(None)?,
        changed,
    };
    let publisher = Publisher::start("example".into(), Target::parse(target)?, feed, surroundings);
    tokio::signal::ctrl_c().await?;
    publisher.stop().await;
    source.abort();
    Ok(())
}
