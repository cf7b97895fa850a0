//! A camera that speaks RTSP.
//!
//! The camera is watched all the time, also when nobody looks: only so is it known whether it works, and the first
//! picture is there at once when somebody does. The only place that knows the RTSP client (`retina`).

mod address;
mod alignment;
mod intake;

pub(crate) use address::decode_percent;
pub use address::{RtspSource, Transport};

use crate::feed::{Feed, SourceState};
use futures_util::StreamExt;
use intake::Intake;
use media::TrackKind;
use rand::Rng;
use retina::client::{
    InitialTimestampPolicy, PlayOptions, Playing, Session, SessionGroup, SessionOptions, SetupOptions,
    TcpTransportOptions, UdpTransportOptions,
};
use retina::codec::{CodecItem, FrameFormat, ParametersRef};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Each step of starting may take this long,
const STEP_LIMIT: Duration = Duration::from_secs(10);
/// and a camera that sends nothing for this long is gone.
const SILENCE_LIMIT: Duration = Duration::from_secs(10);
/// Delay before the first retry; it doubles up to
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// this.
const LONGEST_DELAY: Duration = Duration::from_secs(30);

/// Delivers what the camera sends into `feed`, for ever.
pub(super) async fn run(source: RtspSource, feed: Feed) {
    let mut delay = FIRST_DELAY;
    let mut enabled = feed.watch_enabled();
    loop {
        // A camera whose channel is switched off is left alone.
        if enabled.wait_for(|&enabled| enabled).await.is_err() {
            return;
        }
        let since = Instant::now();
        let outcome = tokio::select! {
            outcome = watch(&source, &feed) => outcome,
            _ = enabled.wait_for(|&enabled| !enabled) => {
                feed.set_state(SourceState::Starting);
                delay = FIRST_DELAY;
                continue;
            }
        };
        let failure = match outcome {
            Ok(()) => "the camera ended the stream".to_owned(),
            Err(failure) => failure,
        };
        feed.set_state(SourceState::Offline(failure));
        if since.elapsed() > LONGEST_DELAY {
            delay = FIRST_DELAY;
        }
        let wait = delay.mul_f64(rand::rng().random_range(0.75..1.25));
        tokio::time::sleep(wait).await;
        delay = (delay * 2).min(LONGEST_DELAY);
    }
}

/// One session from its start to its end.
async fn watch(source: &RtspSource, feed: &Feed) -> Result<(), String> {
    let group = Arc::new(SessionGroup::default());
    let (session, audio) = step("connecting", start(source, Arc::clone(&group))).await?;
    let mut frames = session.demuxed().map_err(|error| brief(&error))?;
    let mut intake = Intake::default();
    if let Some(stream) = audio.and_then(|audio| frames.streams().get(audio)) {
        intake.set_audio(stream);
    }
    loop {
        let next = timeout(SILENCE_LIMIT, frames.next()).await;
        let item = match next.map_err(|_| format!("nothing came for {} s", SILENCE_LIMIT.as_secs()))? {
            None => return Ok(()),
            Some(Err(error)) => return Err(brief(&error)),
            Some(Ok(item)) => item,
        };
        match item {
            CodecItem::VideoFrame(frame) => {
                let time_ms = milliseconds(frame.timestamp());
                if frame.has_new_parameters() || intake.lacks_video() {
                    let parameters = frames
                        .streams()
                        .get(frame.stream_id())
                        .and_then(|stream| stream.parameters());
                    if let Some(ParametersRef::Video(parameters)) = parameters {
                        intake.set_video(parameters.codec_params(), parameters.extra_data())?;
                    }
                }
                if frame.loss() > 0 {
                    intake.lost_video();
                }
                intake.video(time_ms, frame.into_data().into(), feed);
            }
            CodecItem::Rtcp(packet) => {
                let track = match audio == Some(packet.stream_id()) {
                    true => TrackKind::Audio,
                    false => TrackKind::Video,
                };
                intake.report(track, &packet);
            }
            CodecItem::AudioFrame(frame) => intake.audio(milliseconds(frame.timestamp()), frame.data(), feed),
            _ => {}
        }
    }
}

/// Starts a session; with it comes which of its streams is the sound.
async fn start(source: &RtspSource, group: Arc<SessionGroup>) -> Result<(Session<Playing>, Option<usize>), String> {
    let options = SessionOptions::default()
        .creds(source.credentials())
        .user_agent(concat!("ovd/", env!("CARGO_PKG_VERSION")).to_owned())
        .session_group(group);
    let mut session = Session::describe(source.address().clone(), options)
        .await
        .map_err(|error| brief(&error))?;
    let offered = |media: &str| -> Vec<(usize, String)> {
        let streams = session
            .streams()
            .iter()
            .enumerate()
            .filter(|(_, stream)| stream.media() == media);
        streams
            .map(|(index, stream)| (index, stream.encoding_name().to_owned()))
            .collect()
    };
    let (videos, audios) = (offered("video"), offered("audio"));
    let video = videos
        .iter()
        .find(|(_, encoding)| matches!(encoding.as_str(), "h264" | "h265"));
    let Some(&(video, _)) = video else {
        let names: Vec<&str> = videos.iter().map(|(_, encoding)| encoding.as_str()).collect();
        return Err(format!(
            "the camera offers no H.264 or H.265 picture, only: [{}]",
            names.join(", ")
        ));
    };
    let audio = audios
        .iter()
        .find(|(_, encoding)| intake::can_carry(encoding))
        .filter(|_| source.audio);
    if audio.is_none() && source.audio && !audios.is_empty() {
        tracing::warn!(offered = ?audios, "the camera's sound cannot be carried, left out");
    }
    let audio = audio.map(|&(index, _)| index);
    for stream in std::iter::once(video).chain(audio) {
        let transport = match source.transport {
            Transport::Tcp => retina::client::Transport::Tcp(TcpTransportOptions::default()),
            Transport::Udp => retina::client::Transport::Udp(UdpTransportOptions::default()),
        };
        let options = SetupOptions::default()
            .transport(transport)
            .frame_format(FrameFormat::MP4);
        session.setup(stream, options).await.map_err(|error| brief(&error))?;
    }
    let options = PlayOptions::default().initial_timestamp(InitialTimestampPolicy::Permissive);
    let session = session.play(options).await.map_err(|error| brief(&error))?;
    Ok((session, audio))
}

async fn step<T>(what: &str, step: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    timeout(STEP_LIMIT, step)
        .await
        .unwrap_or_else(|_| Err(format!("{what} took longer than {} s", STEP_LIMIT.as_secs())))
}

fn milliseconds(timestamp: retina::Timestamp) -> i64 {
    (timestamp.elapsed_secs() * 1000.0).round() as i64
}

/// The first line of an error: the rest is context for programmers of the client.
fn brief(error: &retina::Error) -> String {
    error
        .to_string()
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(300)
        .collect()
}
