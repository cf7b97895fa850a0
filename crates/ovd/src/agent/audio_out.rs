//! Music from the cloud: fetched, decoded, and played at its own speed, into a file or out of the sound card.

use super::Inner;
use crate::device::Answer;
use crate::sound::{self, Decode, WavWriter};
use crate::state::StateDir;
use dap::ChannelId;
use dap::Extra;
use dap::RpcError;
use dap::methods::{
    AudioOp, AudioOutCtrlParams, AudioOutPlay, AudioOutPlayParams, AudioOutQuery, AudioOutQueryAnswer, AudioStatus,
    ChannelParams, Method,
};
use parking_lot::Mutex;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Largest file that is fetched.
const MAX_BYTES: u64 = 16 << 20;
/// A pause is noticed to have ended within this.
const STEP: Duration = Duration::from_millis(50);
/// The program that plays on a sound card (Debian: `alsa-utils`).
const APLAY: &str = "aplay";

/// Where music goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AudioOutput {
    /// Into `audio_out/channel-N.wav` in the state folder, at the speed of hearing it; the next piece replaces it.
    #[default]
    File,
    /// Out of the sound card, by `aplay`.
    Card,
    /// The device has no loudspeaker.
    None,
}

/// How music goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Play,
    Pause,
    Stop,
}

/// A piece that plays; dropped, it stops.
struct Player {
    url: String,
    order: watch::Sender<Order>,
    ended: watch::Receiver<bool>,
}

impl Player {
    fn status(&self) -> AudioStatus {
        if *self.ended.borrow() || self.ended.has_changed().is_err() {
            return AudioStatus::Stopped;
        }
        match *self.order.borrow() {
            Order::Play => AudioStatus::Playing,
            Order::Pause => AudioStatus::Pausing,
            Order::Stop => AudioStatus::Stopped,
        }
    }
}

/// The loudspeakers of a device, one for each channel.
pub(super) struct AudioOut {
    output: AudioOutput,
    folder: PathBuf,
    players: Mutex<BTreeMap<ChannelId, Player>>,
    volumes: BTreeMap<ChannelId, Arc<AtomicI64>>,
}

impl AudioOut {
    pub(super) fn new(output: AudioOutput, state: &StateDir, channels: impl Iterator<Item = ChannelId>) -> Self {
        let usable = match output {
            AudioOutput::File => state.folder("audio_out").map(drop).map_err(|error| error.to_string()),
            AudioOutput::Card if has_card() => Ok(()),
            AudioOutput::Card => Err(format!("there is no sound card, or no program {APLAY}")),
            AudioOutput::None => Ok(()),
        };
        if let Err(reason) = &usable {
            tracing::warn!(%reason, "the device has no loudspeaker");
        }
        Self {
            output: if usable.is_ok() { output } else { AudioOutput::None },
            folder: state.path().join("audio_out"),
            players: Mutex::default(),
            volumes: channels.map(|channel| (channel, Arc::default())).collect(),
        }
    }

    /// Whether there is a loudspeaker.
    pub(super) fn exists(&self) -> bool {
        self.output != AudioOutput::None
    }

    /// How loud, percent.
    pub(super) fn set_volume(&self, channel: ChannelId, percent: i64) {
        if let Some(volume) = self.volumes.get(&channel) {
            volume.store(percent, Ordering::Relaxed);
        }
    }

    /// Ends what plays.
    pub(super) fn stop(&self, channel: ChannelId) {
        if let Some(player) = self.players.lock().remove(&channel) {
            player.order.send_replace(Order::Stop);
        }
    }

    fn sink(&self, channel: ChannelId, sound: &dyn Decode) -> io::Result<Sink> {
        match self.output {
            AudioOutput::File => {
                let path = self.folder.join(format!("channel-{channel}.wav"));
                WavWriter::create(&path, sound.rate_hz(), sound.channels()).map(Sink::File)
            }
            AudioOutput::Card => card(sound.rate_hz(), sound.channels()),
            AudioOutput::None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// Whether there is a card, and something to play on it.
fn has_card() -> bool {
    let cards = std::fs::read_to_string("/proc/asound/cards").unwrap_or_default();
    let paths = std::env::var_os("PATH").unwrap_or_default();
    cards.contains('[') && std::env::split_paths(&paths).any(|folder: PathBuf| Path::new(&folder).join(APLAY).exists())
}

/// Where samples go.
enum Sink {
    File(WavWriter),
    Card(Child, ChildStdin),
}

fn card(rate_hz: u32, channels: u16) -> io::Result<Sink> {
    let (rate, channels) = (rate_hz.to_string(), channels.to_string());
    let mut child = Command::new(APLAY)
        .args(["-q", "-t", "raw", "-f", "S16_LE", "-r", &rate, "-c", &channels, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let stdin = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    Ok(Sink::Card(child, stdin))
}

impl Sink {
    fn write(&mut self, samples: &[i16]) -> io::Result<()> {
        match self {
            Self::File(file) => file.write(samples),
            Self::Card(_, stdin) => {
                let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
                stdin.write_all(&bytes)
            }
        }
    }

    /// Ends it: what was played stays in the file; the card goes silent at once where it was stopped.
    fn finish(self, stopped: bool) -> io::Result<()> {
        match self {
            Self::File(file) => file.finish(),
            Self::Card(mut child, stdin) => {
                if stopped {
                    child.kill()?;
                }
                drop(stdin);
                child.wait().map(drop)
            }
        }
    }
}

impl Inner {
    pub(super) fn audio_out_play(self: &Arc<Self>, params: AudioOutPlayParams) {
        if let Err(error) = self.channel(params.channel) {
            tracing::warn!(%error, "cannot play");
            return;
        }
        if !self.audio_out.exists() {
            tracing::warn!(event = <AudioOutPlay as Method>::NAME, "the device has no loudspeaker");
            return;
        }
        let (order, orders) = watch::channel(Order::Play);
        let (tell_end, ended) = watch::channel(false);
        let player = Player {
            url: params.url.clone(),
            order,
            ended,
        };
        self.audio_out.stop(params.channel);
        self.audio_out.players.lock().insert(params.channel, player);
        let inner = Arc::clone(self);
        self.spawn(async move {
            let outcome = inner.play(params.channel, &params.url, orders).await;
            match outcome {
                Ok(()) => tracing::info!(channel = %params.channel, "played"),
                Err(error) => tracing::warn!(channel = %params.channel, %error, "cannot play"),
            }
            tell_end.send_replace(true);
        });
    }

    async fn play(&self, channel: ChannelId, url: &str, mut orders: watch::Receiver<Order>) -> Result<(), String> {
        let fetched = tokio::select! {
            fetched = self.http.get_all(url, MAX_BYTES) => fetched.map_err(|error| error.to_string())?,
            _ = orders.wait_for(|order| *order == Order::Stop) => return Ok(()),
        };
        let opened = tokio::task::spawn_blocking(move || sound::open(fetched));
        let sound = opened.await.map_err(|_| "the file is damaged".to_owned())??;
        let sink = self
            .audio_out
            .sink(channel, &*sound)
            .map_err(|error| format!("no loudspeaker: {error}"))?;
        let volume = self.audio_out.volumes.get(&channel).cloned().unwrap_or_default();
        tracing::info!(%channel, rate_hz = sound.rate_hz(), channels = sound.channels(), "playing");
        let playing = tokio::task::spawn_blocking(move || play_out(sound, sink, &volume, &orders));
        let outcome = playing.await.map_err(|_| "the file is damaged".to_owned())?;
        outcome.map_err(|error| format!("the loudspeaker failed: {error}"))
    }

    pub(super) fn audio_out_ctrl(&self, params: AudioOutCtrlParams) {
        let players = self.audio_out.players.lock();
        let Some(player) = players.get(&params.channel) else {
            tracing::info!(channel = %params.channel, op = ?params.op, "nothing plays");
            return;
        };
        player.order.send_if_modified(|order| {
            let wanted = match params.op {
                AudioOp::Stop => Order::Stop,
                AudioOp::Pause => Order::Pause,
                AudioOp::Resume => Order::Play,
            };
            // What was stopped does not go on.
            let new = *order != Order::Stop && *order != wanted;
            if new {
                *order = wanted;
            }
            new
        });
    }

    pub(super) async fn audio_out_query(&self, params: ChannelParams) -> Answer<AudioOutQuery> {
        self.channel(params.channel)?;
        if !self.audio_out.exists() {
            return Err(RpcError::unknown_method(<AudioOutQuery as Method>::NAME));
        }
        let players = self.audio_out.players.lock();
        let player = players.get(&params.channel);
        let status = player.map_or(AudioStatus::Stopped, Player::status);
        let url = player
            .filter(|_| status != AudioStatus::Stopped)
            .map(|player| player.url.clone());
        Ok(AudioOutQueryAnswer {
            status,
            url,
            extra: Extra::default(),
        })
    }
}

/// Plays at the speed of hearing it, until the end or the order to stop.
fn play_out(
    mut sound: Box<dyn Decode>,
    mut sink: Sink,
    volume: &AtomicI64,
    orders: &watch::Receiver<Order>,
) -> io::Result<()> {
    let per_second = f64::from(sound.rate_hz()) * f64::from(sound.channels());
    let mut due = Instant::now();
    loop {
        let order = match orders.has_changed() {
            Ok(_) => *orders.borrow(),
            // Nobody is left to order anything.
            Err(_) => Order::Stop,
        };
        match order {
            Order::Stop => return sink.finish(true),
            Order::Pause => {
                std::thread::sleep(STEP);
                due = due.max(Instant::now());
                continue;
            }
            Order::Play => {}
        }
        let wait = due.saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            std::thread::sleep(wait.min(STEP));
            continue;
        }
        let Some(mut samples) = sound.next() else {
            return sink.finish(false);
        };
        let percent = i32::try_from(volume.load(Ordering::Relaxed)).unwrap_or(100);
        for sample in &mut samples {
            *sample = (i32::from(*sample) * percent / 100) as i16;
        }
        sink.write(&samples)?;
        due += Duration::from_secs_f64(samples.len() as f64 / per_second);
    }
}
