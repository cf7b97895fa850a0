//! Live streams with a scripted device, and media to feed them.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use media::flv::Body;
use media::{AudioConfig, Frame, VideoConfig, aac, h264};
use ovc::account::policy::Principal;
use ovc::account::tokens::{Holder, Tokens};
use ovc::bus::{Bus, Event};
use ovc::config::LiveConfig;
use ovc::device::{ChannelReport, Report};
use ovc::ids::{ChannelId, LoginCode, SessionId, StreamId, UserId};
use ovc::live::{Gate, Live, LiveOptions, OpenError, Opened, Publisher};
use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::port::{Call, Reply, ScriptedPort};

pub(crate) const CHANNEL: ChannelId = ChannelId(0);

pub(crate) fn device() -> LoginCode {
    LoginCode::parse("1000000000000001").unwrap()
}

/// Somebody who watches, in one of his sessions.
pub(crate) fn viewer(session: i64) -> Holder {
    Holder {
        principal: Principal::User(UserId(1)),
        session: Some(SessionId(session)),
    }
}

/// Everybody may watch, but those named here; the device's standing is as it is set.
#[derive(Default)]
pub(crate) struct ScriptedGate {
    pub(crate) refused: Mutex<Vec<Holder>>,
    pub(crate) standing: Mutex<Option<u64>>,
}

impl Gate for ScriptedGate {
    fn may_watch(&self, who: &Holder, _: &LoginCode, _: ChannelId) -> bool {
        !self.refused.lock().contains(who)
    }

    fn standing(&self, _: &LoginCode) -> Option<u64> {
        *self.standing.lock()
    }
}

pub(crate) struct LiveBench {
    pub(crate) live: Live,
    pub(crate) gate: Arc<ScriptedGate>,
    pub(crate) bus: Bus,
    pub(crate) calls: mpsc::UnboundedReceiver<Call>,
}

impl LiveBench {
    pub(crate) fn new(script: &[Reply]) -> Self {
        Self::with(script, LiveConfig::default())
    }

    pub(crate) fn with(script: &[Reply], config: LiveConfig) -> Self {
        let (port, calls) = ScriptedPort::new(script);
        let bus = Bus::default();
        let options = LiveOptions {
            config,
            rtmp_host: None,
            rtmp_port: 1935,
            fan_out_threads: 2,
        };
        let gate = Arc::new(ScriptedGate::default());
        let live = Live::start(options, port, gate.clone(), &bus, Tokens::new(&[7; 32])).unwrap();
        Self { live, gate, bus, calls }
    }

    /// Opens in the background, as a request of the API does.
    pub(crate) fn open(&self) -> tokio::task::JoinHandle<Result<Opened, OpenError>> {
        let live = self.live.clone();
        tokio::spawn(async move { live.open(viewer(1), &device(), CHANNEL).await })
    }

    /// The next call the device gets.
    pub(crate) async fn call(&mut self) -> Call {
        tokio::time::timeout(Duration::from_secs(3600), self.calls.recv())
            .await
            .expect("the device is called")
            .unwrap()
    }

    /// Opens, and publishes what the device was asked for.
    pub(crate) async fn started(&mut self) -> (Opened, Publisher, Call) {
        let opening = self.open();
        let call = self.call().await;
        let publisher = self.live.publish(&call.stream_id(), &call.publish_token()).unwrap();
        begin(&publisher);
        (opening.await.unwrap().unwrap(), publisher, call)
    }

    pub(crate) fn device_returns(&self) {
        self.bus.publish(Event::LoggedIn { device: device() });
    }

    /// The device says which stream it publishes.
    pub(crate) fn keepalive(&self, stream_id: Option<&str>) {
        let told = ChannelReport {
            channel: CHANNEL,
            state: 1,
            stream_id: stream_id.map(StreamId::from),
            record_session: None,
            alarm: None,
        };
        let report = Arc::new(Report {
            state: 1,
            channels: vec![told],
        });
        self.bus.publish(Event::Keepalive {
            device: device(),
            report,
            changed: true,
        });
    }

    /// No further call comes in this time.
    pub(crate) async fn is_left_alone(&mut self, time: Duration) {
        if let Ok(call) = tokio::time::timeout(time, self.calls.recv()).await {
            panic!("the device is called: {call:?}");
        }
    }
}

pub(crate) fn picture() -> VideoConfig {
    let sps = [
        0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0, 0, 3, 0, 1, 0, 0, 3, 0, 0x32, 0x0f, 0x16,
        0x2e, 0x48,
    ];
    h264::config_from_parameter_sets(&[&sps], &[&[0x68, 0xcb, 0x83, 0xcb, 0x20]]).unwrap()
}

pub(crate) fn sound() -> AudioConfig {
    aac::config(48000, 2).unwrap()
}

/// A frame whose payload says which it is: one NAL unit of `len` bytes that begins with its number.
pub(crate) fn frame(number: u32, keyframe: bool, len: usize) -> Frame {
    let mut nal = vec![0xAB; len.max(8)];
    nal[0] = if keyframe { 0x65 } else { 0x41 };
    nal[1..5].copy_from_slice(&number.to_be_bytes());
    let data: Bytes = media::nal::length_prefixed([&nal[..]]);
    Frame::video(i64::from(number) * 40, keyframe, data)
}

pub(crate) fn publish(publisher: &Publisher, frame: Frame) {
    publisher.take(Body::Frame(frame), Instant::now(), SystemTime::now());
}

/// Configuration and first keyframe, number 0.
pub(crate) fn begin(publisher: &Publisher) {
    publisher.take(Body::VideoConfig(picture()), Instant::now(), SystemTime::now());
    publish(publisher, frame(0, true, 100));
}
