//! Which streams are wanted. One lock over all of them: it is taken when somebody comes or goes, never for a frame.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use slab::Slab;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::eviction::Seat;
use super::hub::Hub;
use super::lifecycle::Lifecycle;
use super::{StreamInfo, StreamState};
use crate::clock::UnixMs;
use crate::device::CallError;
use crate::ids::{ChannelId, LoginCode, StreamId};

/// How far a stream has come; what openers wait for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Progress {
    /// LivePublish is not answered yet.
    Asking,
    /// The device said yes.
    Asked,
    /// Video came, and can be watched from the start.
    Live,
    /// The last LivePublish failed.
    Failed(CallError),
    /// The stream is over.
    Ended,
}

/// One wanted stream.
pub(super) struct Entry {
    pub(super) device: LoginCode,
    pub(super) channel: ChannelId,
    pub(super) life: Lifecycle,
    pub(super) hub: Arc<Hub>,
    /// The number of the publisher, and the way to tell it that it has been replaced.
    pub(super) publisher: Option<(u64, Arc<Notify>)>,
    /// The viewers.
    seats: Slab<Arc<Seat>>,
    /// The device's standing when the stream was first wanted; another one: it was shut out since.
    pub(super) standing: Option<u64>,
    pub(super) progress: watch::Sender<Progress>,
    /// Wakes the stream's task.
    pub(super) changed: Arc<Notify>,
    pub(super) started_at: UnixMs,
}

/// All wanted streams.
#[derive(Default)]
pub(super) struct Registry {
    streams: HashMap<StreamId, Entry>,
    by_device: HashMap<LoginCode, BTreeMap<ChannelId, StreamId>>,
    /// Streams for which a LiveStop is under way, so that a Keepalive that crosses it does not cause another.
    pub(super) stopping: HashSet<StreamId>,
    pub(super) viewers: usize,
    pub(super) next_publisher: u64,
    closing: bool,
}

impl Registry {
    pub(super) fn is_closing(&self) -> bool {
        self.closing
    }

    pub(super) fn get(&self, id: &str) -> Option<&Entry> {
        self.streams.get(id)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Entry> {
        self.streams.get_mut(id)
    }

    /// All of them.
    pub(super) fn ids(&self) -> Vec<StreamId> {
        self.streams.keys().cloned().collect()
    }

    /// The devices with streams, and what their standing was.
    pub(super) fn standings(&self) -> Vec<(LoginCode, Option<u64>)> {
        let standing = |entry: &Entry| (entry.device.clone(), entry.standing);
        self.streams.values().map(standing).collect()
    }

    /// The stream of a channel.
    pub(super) fn of_channel(&self, device: &LoginCode, channel: ChannelId) -> Option<&StreamId> {
        self.by_device.get(device)?.get(&channel)
    }

    /// The streams of a device.
    pub(super) fn of_device(&self, device: &LoginCode) -> Vec<StreamId> {
        self.by_device
            .get(device)
            .map(|channels| channels.values().cloned().collect())
            .unwrap_or_default()
    }

    pub(super) fn insert(
        &mut self,
        id: StreamId,
        device: &LoginCode,
        channel: ChannelId,
        standing: Option<u64>,
        hub: Arc<Hub>,
        linger: Duration,
    ) {
        let entry = Entry {
            device: device.clone(),
            channel,
            life: Lifecycle::new(linger, Instant::now()),
            hub,
            publisher: None,
            seats: Slab::new(),
            standing,
            progress: watch::Sender::new(Progress::Asking),
            changed: Arc::new(Notify::new()),
            started_at: UnixMs::now(),
        };
        self.by_device
            .entry(device.clone())
            .or_default()
            .insert(channel, id.clone());
        self.streams.insert(id, entry);
        metrics::gauge!("ovc_live_streams").set(self.streams.len() as f64);
    }

    /// Forgets a stream. From here on nobody can publish or join it; openers are told `last`.
    pub(super) fn remove(&mut self, id: &StreamId, last: Progress) -> Option<Entry> {
        let entry = self.streams.remove(id)?;
        if let Some(channels) = self.by_device.get_mut(&entry.device) {
            channels.retain(|_, stream| stream != id);
            if channels.is_empty() {
                self.by_device.remove(&entry.device);
            }
        }
        if let Some((_, replaced)) = &entry.publisher {
            replaced.notify_one();
        }
        entry.progress.send_replace(last);
        entry.changed.notify_one();
        metrics::gauge!("ovc_live_streams").set(self.streams.len() as f64);
        Some(entry)
    }

    /// Forgets every stream and takes no new one. Answers the hubs that are to be closed.
    pub(super) fn close(&mut self) -> Vec<Arc<Hub>> {
        self.closing = true;
        self.ids()
            .iter()
            .filter_map(|id| self.remove(id, Progress::Ended))
            .map(|entry| entry.hub)
            .collect()
    }

    /// The channels whose streams are wanted.
    pub(super) fn channels(&self) -> Vec<(LoginCode, ChannelId)> {
        self.streams
            .values()
            .map(|entry| (entry.device.clone(), entry.channel))
            .collect()
    }

    pub(super) fn list(&self) -> Vec<StreamInfo> {
        let mut list: Vec<StreamInfo> = self.streams.iter().map(|(id, entry)| entry.info(id)).collect();
        list.sort_by(|a, b| (&a.device, a.channel).cmp(&(&b.device, b.channel)));
        list
    }
}

impl Entry {
    /// How many watch.
    pub(super) fn viewers(&self) -> usize {
        self.seats.len()
    }

    /// Everybody who watches.
    pub(super) fn seats(&self) -> Vec<Arc<Seat>> {
        self.seats.iter().map(|(_, seat)| seat.clone()).collect()
    }

    /// Somebody comes to watch. The number of his seat.
    pub(super) fn sit_down(&mut self, seat: Arc<Seat>) -> usize {
        self.seats.insert(seat)
    }

    /// He goes.
    pub(super) fn get_up(&mut self, number: usize) {
        self.seats.try_remove(number);
    }

    fn info(&self, id: &StreamId) -> StreamInfo {
        let told = self.hub.info();
        let state = match (&self.publisher, told.seen_media) {
            (Some(_), true) => StreamState::Live,
            (_, false) => StreamState::Starting,
            (None, true) => StreamState::Waiting,
        };
        StreamInfo {
            stream_id: id.clone(),
            device: self.device.clone(),
            channel: self.channel,
            state,
            viewers: self.viewers(),
            video: told.video,
            audio: told.audio,
            bitrate_bps: told.bitrate_bps,
            started_at: self.started_at,
        }
    }
}
