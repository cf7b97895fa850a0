//! Alarms: raised by detectors, by schedule or by hand; told to the cloud with a picture.

use super::channel::Power;
use super::snapshot::{JPEG, jpeg};
use super::{Channel, Inner};
use crate::alarm::{Kind, deserialize_type, type_name};
use bytes::Bytes;
use dap::methods::{AlarmFlags, AlarmNotify, AlarmNotifyParams, AlarmState, AlarmType};
use dap::{ChannelId, Extra};
use parking_lot::Mutex;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// So much news may wait for a connection; what comes when it is full is told by the bits of Keepalive alone.
const MAX_WAITING: usize = 64;
/// A picture may take this long.
const PICTURE_LIMIT: Duration = Duration::from_secs(20);
const UPLOAD_LIMIT: Duration = Duration::from_secs(60);

/// An alarm that comes by itself: for trying out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmSchedule {
    /// Its type: io, motion, cross, cry, face, voice, doorbell, body, lock_picked, low_battery, or a number.
    #[serde(rename = "type", deserialize_with = "deserialize_type")]
    pub alarm: AlarmType,
    /// From one beginning to the next.
    #[serde(with = "humantime_serde")]
    pub every: Duration,
    /// How long each lasts.
    #[serde(with = "humantime_serde")]
    pub lasts: Duration,
    /// What is said of it.
    #[serde(default)]
    pub text: String,
}

impl AlarmSchedule {
    /// What is wrong with it, for people.
    ///
    /// # Errors
    /// The first thing that is.
    pub fn check(&self) -> Result<(), String> {
        if self.lasts < Duration::from_secs(1) || self.every < self.lasts + Duration::from_secs(1) {
            return Err("an alarm must last 1s at least, and every must be 1s longer than lasts at least".to_owned());
        }
        Ok(())
    }
}

/// Something that the cloud is to be told.
struct News {
    channel: ChannelId,
    alarm: AlarmType,
    state: AlarmState,
    text: String,
    at: i64,
}

/// The alarms of a device.
pub(super) struct Alarms {
    /// What is raised, with what was said of it.
    raised: Mutex<BTreeMap<(ChannelId, i64), String>>,
    /// What Keepalive shows: AlarmNotify, which says more, goes before it at both ends.
    shown: Mutex<BTreeSet<(ChannelId, i64)>>,
    news: mpsc::Sender<News>,
}

/// The news, for whoever tells the cloud.
pub(super) struct AlarmNews(mpsc::Receiver<News>);

impl Alarms {
    pub(super) fn new() -> (Self, AlarmNews) {
        let (news, waiting) = mpsc::channel(MAX_WAITING);
        let alarms = Self {
            raised: Mutex::default(),
            shown: Mutex::default(),
            news,
        };
        (alarms, AlarmNews(waiting))
    }

    /// The bits for Keepalive; `None` when nothing is raised.
    pub(super) fn flags(&self, channel: ChannelId) -> Option<AlarmFlags> {
        let shown = self.shown.lock();
        let flags: AlarmFlags = shown
            .iter()
            .filter(|(of, _)| *of == channel)
            .map(|(_, alarm)| AlarmType(*alarm))
            .collect();
        (flags != AlarmFlags::default()).then_some(flags)
    }

    fn show(&self, channel: ChannelId, alarm: AlarmType, state: AlarmState) {
        let mut shown = self.shown.lock();
        match state {
            AlarmState::Start => shown.insert((channel, alarm.0)),
            AlarmState::End => shown.remove(&(channel, alarm.0)),
        };
    }

    fn raised(&self) -> Vec<(ChannelId, AlarmType)> {
        let raised = self.raised.lock();
        raised
            .keys()
            .map(|(channel, alarm)| (*channel, AlarmType(*alarm)))
            .collect()
    }
}

impl Inner {
    /// Raises an alarm. One that is raised already is told again only when there is something new to say.
    ///
    /// # Errors
    /// Why it is not raised: no such channel, or switched off.
    pub(super) fn start_alarm(&self, number: ChannelId, alarm: AlarmType, text: &str) -> Result<(), String> {
        let channel = self.channel(number).map_err(|error| error.msg)?;
        if channel.power() != Power::On {
            return Err(format!("channel {number} is switched off"));
        }
        if !self.alarm_on(number, alarm) {
            return Err(format!(
                "alarms of type {} are switched off for channel {number} in the device's configuration",
                type_name(alarm)
            ));
        }
        let text = if text.is_empty() {
            type_name(alarm)
        } else {
            text.to_owned()
        };
        let key = (number, alarm.0);
        let before = self.alarms.raised.lock().insert(key, text.clone());
        if before.as_ref() != Some(&text) && (before.is_none() || alarm != AlarmType::LOW_BATTERY) {
            self.tell_alarm(number, alarm, AlarmState::Start, text);
        }
        Ok(())
    }

    /// Ends an alarm; nothing happens where none is raised. `false`: there was none.
    pub(super) fn end_alarm(&self, number: ChannelId, alarm: AlarmType, text: &str) -> bool {
        let raised = self.alarms.raised.lock().remove(&(number, alarm.0));
        let was = raised.is_some();
        if let Some(said) = raised {
            let text = if text.is_empty() { said } else { text.to_owned() };
            self.tell_alarm(number, alarm, AlarmState::End, text);
        }
        was
    }

    /// Ends everything that is raised on a channel.
    pub(super) fn end_alarms_of(&self, number: ChannelId) {
        for (channel, alarm) in self.alarms.raised() {
            if channel == number {
                self.end_alarm(number, alarm, "");
            }
        }
    }

    /// Ends what is raised, but no longer to be.
    pub(super) fn end_alarms_switched_off(&self) {
        for (channel, alarm) in self.alarms.raised() {
            if !self.alarm_on(channel, alarm) {
                self.end_alarm(channel, alarm, "");
            }
        }
    }

    /// Whether alarms of this type are to be raised.
    pub(super) fn alarm_on(&self, channel: ChannelId, alarm: AlarmType) -> bool {
        let settings = self.configuration.channel(channel).alarms.unwrap_or_default();
        let setting = Kind::of(alarm).and_then(|kind| kind.setting(&settings).and_then(|setting| setting.on));
        setting.unwrap_or(true)
    }

    fn tell_alarm(&self, channel: ChannelId, alarm: AlarmType, state: AlarmState, text: String) {
        tracing::info!(%channel, alarm = %type_name(alarm), ?state, %text, "alarm");
        let news = News {
            channel,
            alarm,
            state,
            text,
            at: self.clock.unix_s(),
        };
        if self.alarms.news.try_send(news).is_err() {
            tracing::warn!("too many alarms wait for the cloud, one is told by Keepalive alone");
            self.alarms.show(channel, alarm, state);
            self.surroundings.changed.notify_one();
        }
    }

    /// Tells the cloud of alarms, in their order, for ever.
    pub(super) async fn tell_alarms(self: Arc<Self>, mut news: AlarmNews) {
        while let Some(news) = news.0.recv().await {
            // The picture is of the moment of the alarm, not of that in which the cloud has answered.
            let picture = (news.state == AlarmState::Start).then(|| {
                let inner = Arc::clone(&self);
                tokio::spawn(async move { inner.alarm_picture(news.channel, news.alarm, news.at).await })
            });
            let params = AlarmNotifyParams {
                channel: news.channel,
                timestamp: news.at,
                alarm_type: news.alarm,
                state: news.state,
                desc: news.text,
                extra: Extra::default(),
            };
            let answer = self.call::<AlarmNotify>(&params).await;
            self.alarms.show(news.channel, news.alarm, news.state);
            self.surroundings.changed.notify_one();
            let url = match answer {
                Ok(answer) => answer.pic_upload_url.filter(|url| !url.is_empty()),
                Err(error) => {
                    tracing::warn!(%error, "the cloud does not take the alarm");
                    None
                }
            };
            if let (Some(url), Some(picture)) = (url, picture) {
                let inner = Arc::clone(&self);
                self.spawn(async move {
                    let Ok(Some(jpeg)) = picture.await else { return };
                    let bytes = jpeg.len();
                    match inner.http.put(&url, JPEG, jpeg, UPLOAD_LIMIT).await {
                        Ok(()) => tracing::info!(channel = %news.channel, bytes, "picture of the alarm uploaded"),
                        Err(error) => tracing::warn!(%error, "the picture of the alarm could not be uploaded"),
                    }
                });
            }
        }
    }

    /// What the channel shows; kept on the disk too, if there is one.
    async fn alarm_picture(&self, number: ChannelId, alarm: AlarmType, at: i64) -> Option<Bytes> {
        let channel: &Channel = self.channel(number).ok()?;
        let taken = tokio::time::timeout(PICTURE_LIMIT, jpeg(channel)).await.ok()?;
        let jpeg = match taken {
            Ok(jpeg) => jpeg,
            Err(error) => {
                tracing::warn!(channel = %number, %error, "no picture of the alarm");
                return None;
            }
        };
        if let Some(disk) = self.disk.clone() {
            let local = crate::clock::local(at, self.clock.zone_h())
                .to_string()
                .replace(':', "-");
            let name = format!("{local}-{number}-{}.jpg", type_name(alarm));
            let kept = jpeg.clone();
            let keeping = tokio::task::spawn_blocking(move || disk.keep("alarms", &name, &kept));
            if let Ok(Err(error)) = keeping.await {
                tracing::warn!(%error, "the picture of the alarm cannot be kept on the disk");
            }
        }
        Some(jpeg)
    }

    /// Raises an alarm as scheduled, for ever.
    pub(super) async fn follow_schedule(self: Arc<Self>, channel: ChannelId, schedule: AlarmSchedule) {
        loop {
            tokio::time::sleep(schedule.every - schedule.lasts).await;
            if let Err(reason) = self.start_alarm(channel, schedule.alarm, &schedule.text) {
                tracing::debug!(%channel, %reason, "no scheduled alarm");
            }
            tokio::time::sleep(schedule.lasts).await;
            self.end_alarm(channel, schedule.alarm, "");
        }
    }
}
