//! Temporary.
use ovd::clock::Clock;
use ovd::config::LogFormat;
use ovd::feed::Item;
use ovd::source::{self, Source};
use std::sync::Arc;
use std::time::Instant;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    ovd::log::start("info,ovd::source=trace", LogFormat::Text, None).map_err(anyhow::Error::msg)?;
    let source = std::env::args().nth(1).unwrap_or_default();
    let started = Source::parse(&source)
        .map_err(anyhow::Error::msg)?
        .start(source::Surroundings {
            name: "example".to_owned(),
            clock: Clock::default(),
            changed: Arc::default(),
            positions: None,
        });
    let mut subscription = started.feed.subscribe();
    let began = Instant::now();
    let (mut video, mut count) = (0, 0);
    while began.elapsed().as_secs() < 25 {
        if let Item::Frame(frame) = subscription.next().await {
            if frame.track == media::TrackKind::Video {
                video = frame.dts_ms;
            } else {
                count += 1;
                if count % 40 == 0 {
                    tracing::info!(
                        at = began.elapsed().as_millis() as u64,
                        video,
                        audio = frame.dts_ms,
                        apart = frame.dts_ms - video
                    );
                }
            }
        }
    }
    Ok(())
}
