//! A [`Device`] whose channels are configured sources. Each of its jobs is a file in `agent/`.

mod alarms;
mod audio_out;
mod battery;
mod channel;
mod configuration;
mod disk;
mod facts;
mod firmware;
mod live;
mod logs;
mod motion;
mod reboot;
mod record;
mod snapshot;
mod steer;
mod time;

pub use alarms::AlarmSchedule;
pub use audio_out::AudioOutput;
pub use battery::BatterySetup;
pub use channel::Channel;
pub use disk::DiskSetup;
pub use record::RecordSetup;

use crate::binding;
use crate::clock::Clock;
use crate::connection::{Cloud, CloudError};
use crate::device::{Answer, Device, Identity, Relogin, done};
use crate::http::Client;
use crate::log::{LogFiles, LogLevel};
use crate::onvif::OnvifSettings;
use crate::publisher::Surroundings;
use crate::source::Source;
use crate::state::StateDir;
use crate::tls::Roots;
use alarms::Alarms;
use audio_out::AudioOut;
use battery::Battery;
use configuration::Configuration;
use dap::methods::{
    AlarmType, AudioOutCtrlParams, AudioOutPlayParams, AudioOutQuery, ChannelParams, CtrlPTZParams, DevInfo,
    DeviceState, Empty, FormatDisk, GetCap, GetConfig, GetDiskInfo, GetPTZPresetList, GetServerInfoAnswer, KeepAwaken,
    KeepAwakenParams, KeepaliveParams, LivePublish, LivePublishParams, LiveStop, LiveStopParams, LogUploadAsync,
    LogUploadAsyncParams, LogUploadParams, Method, QueryTime, QueryUpgrade, ResetConfig, SetConfig, Snapshot,
    SnapshotParams, StartCloudRecord, StartCloudRecordParams, StopCloudRecord, StopCloudRecordParams, SyncTime,
    SyncTimeParams, UpgradeFirmwareParams,
};
use dap::{ChannelId, ConfigDocument, Extra, LoginCode, RpcError};
use disk::Disk;
use firmware::Firmware;
use parking_lot::Mutex;
use reboot::Reboots;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

/// A source that has just been started may take this long to show whether it works.
const START_LIMIT: Duration = Duration::from_secs(5);
/// How long [`Agent::bind`] waits for a connection: one that was just lost is soon back.
const CONNECTION_LIMIT: Duration = Duration::from_secs(15);
/// How often schedules, battery and the like are looked at.
const TICK: Duration = Duration::from_secs(1);

/// One channel to be.
#[derive(Debug, Clone)]
pub struct ChannelSetup {
    /// Its number.
    pub number: ChannelId,
    /// What people call it; shown in the test pattern and in logs.
    pub name: String,
    /// Its source.
    pub source: Source,
    /// Motion is looked for in its picture, which is decoded for that all the time.
    pub detect_motion: bool,
    /// Its ONVIF side, by which the camera is moved, started anew and the like.
    pub onvif: Option<OnvifSettings>,
    /// Alarms that come by themselves.
    pub alarms: Vec<AlarmSchedule>,
}

/// An agent to be.
pub struct Setup {
    /// The device's id.
    pub login_code: LoginCode,
    /// What it says of itself, unless firmware is installed that says something else.
    pub identity: Identity,
    /// Its channels.
    pub channels: Vec<ChannelSetup>,
    /// Whom it trusts.
    pub tls: Roots,
    /// Where it keeps what outlives it.
    pub state: StateDir,
    /// Its clock.
    pub clock: Clock,
    /// The log that the cloud can ask for.
    pub logs: Option<LogFiles>,
    /// How much is logged.
    pub log_level: LogLevel,
    /// Its disk.
    pub disk: Option<DiskSetup>,
    /// Its battery.
    pub battery: Option<BatterySetup>,
    /// Its loudspeakers.
    pub audio_out: AudioOutput,
    /// How its channels are recorded to the cloud.
    pub record: RecordSetup,
}

impl Setup {
    /// An agent with nothing but channels. Its clock is as it was left, it has no log, disk or battery, and plays into
    /// files.
    pub fn new(login_code: LoginCode, channels: Vec<ChannelSetup>, tls: Roots, state: StateDir) -> Self {
        Self {
            login_code,
            identity: Identity::default(),
            channels,
            tls,
            clock: Clock::load(&state),
            state,
            logs: None,
            log_level: LogLevel::fixed(),
            disk: None,
            battery: None,
            audio_out: AudioOutput::default(),
            record: RecordSetup::default(),
        }
    }
}

/// Speaks for cameras, files and test patterns. Dropped, it stops everything.
pub struct Agent(Arc<Inner>);

/// What the jobs share.
struct Inner {
    login_code: LoginCode,
    channels: Vec<Channel>,
    surroundings: Surroundings,
    /// The connection that is or was last.
    cloud: watch::Sender<Option<Cloud>>,
    http: Client,
    state: StateDir,
    clock: Clock,
    logs: Option<LogFiles>,
    log_level: LogLevel,
    configuration: Configuration,
    firmware: Firmware,
    disk: Option<Disk>,
    battery: Option<Battery>,
    audio_out: AudioOut,
    alarms: Alarms,
    reboots: Reboots,
    /// What GetCap said last of moving cameras; `None` before it was asked.
    told_ptz: Mutex<Option<bool>>,
    /// Counts changes of what is configured.
    configured: watch::Sender<u64>,
    tasks: Mutex<JoinSet<()>>,
}

impl Agent {
    /// Starts the sources of all channels, and whatever else the device does by itself. Must be called within a tokio
    /// runtime.
    pub fn start(setup: Setup) -> Self {
        let Setup {
            login_code,
            identity,
            channels: setups,
            tls,
            state,
            clock,
            logs,
            log_level,
            disk,
            battery,
            audio_out,
            record,
        } = setup;
        let changed = Arc::new(Notify::new());
        let place = channel::Place {
            clock: &clock,
            changed: Arc::clone(&changed),
            tls: &tls,
            state: &state,
            record: record.of_channel(),
        };
        let channels = setups.iter().map(|setup| Channel::start(setup, &place));
        let channels: Vec<Channel> = channels.collect();
        let (alarms, news) = Alarms::new();
        let numbers = setups.iter().map(|setup| setup.number);
        let inner = Arc::new(Inner {
            http: Client::new(tls.clone()),
            configuration: Configuration::load(&state),
            firmware: Firmware::load(&state, identity),
            disk: disk.map(|disk| Disk::new(disk, login_code.as_str())),
            battery: battery.map(Battery::new),
            audio_out: AudioOut::new(audio_out, &state, numbers),
            told_ptz: Mutex::default(),
            reboots: Reboots::load(&state),
            login_code,
            channels,
            surroundings: Surroundings { tls, changed },
            cloud: watch::Sender::default(),
            state,
            clock,
            logs,
            log_level,
            alarms,
            configured: watch::Sender::default(),
            tasks: Mutex::default(),
        });
        inner.apply();
        inner.spawn(Arc::clone(&inner).tell_alarms(news));
        inner.spawn(Arc::clone(&inner).tick());
        for setup in setups {
            let steering = inner.channel(setup.number).ok();
            let steering = steering.and_then(|channel| channel.steering.clone());
            if let Some(steering) = &steering {
                inner.spawn(Arc::clone(&inner).follow_abilities(steering.abilities()));
            }
            match steering {
                // What is found here is preferred to what the camera says: both at once would contradict each other.
                _ if setup.detect_motion => inner.spawn(Arc::clone(&inner).follow_picture(setup.number)),
                Some(camera) => inner.spawn(Arc::clone(&inner).follow_camera(setup.number, camera.motion())),
                None => {}
            }
            for schedule in setup.alarms {
                inner.spawn(Arc::clone(&inner).follow_schedule(setup.number, schedule));
            }
        }
        Self(inner)
    }

    /// Asks the cloud to bind the device to whoever made this id; see [`binding::bind`]. Waits a while for the
    /// connection, if there is none at the moment.
    ///
    /// # Errors
    /// When no connection comes, or the cloud does not answer.
    pub async fn bind(&self, id: &str) -> Result<(), CloudError> {
        let mut clouds = self.0.cloud.subscribe();
        let bound = async {
            loop {
                let cloud = clouds.borrow_and_update().clone();
                if let Some(cloud) = cloud {
                    match binding::bind(&cloud, id).await {
                        Err(CloudError::Disconnected | CloudError::Call(dap::CallError::Disconnected)) => {}
                        outcome => return outcome,
                    }
                }
                clouds.changed().await.map_err(|_| CloudError::Disconnected)?;
            }
        };
        tokio::time::timeout(CONNECTION_LIMIT, bound)
            .await
            .unwrap_or(Err(CloudError::Disconnected))
    }

    /// Raises an alarm, as a detector would. Empty `text`: the name of its type.
    ///
    /// # Errors
    /// Why it is not raised: no such channel, or switched off.
    pub fn start_alarm(&self, channel: ChannelId, alarm: AlarmType, text: &str) -> Result<(), String> {
        self.0.start_alarm(channel, alarm, text)
    }

    /// Ends an alarm. Empty `text`: what was said when it began.
    ///
    /// # Errors
    /// When none is raised.
    pub fn end_alarm(&self, channel: ChannelId, alarm: AlarmType, text: &str) -> Result<(), String> {
        self.0.channel(channel).map_err(|error| error.msg)?;
        if self.0.end_alarm(channel, alarm, text) {
            Ok(())
        } else {
            Err("no such alarm is raised".to_owned())
        }
    }

    /// Ends all live streams and tells the media servers so, and all recordings, whose last segments are uploaded.
    pub async fn stop(&self) {
        for channel in &self.0.channels {
            if let Some(publisher) = channel.take_publisher() {
                publisher.stop().await;
            }
        }
        self.0.finish_recordings().await;
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // The tasks hold what they work on.
        self.0.tasks.lock().abort_all();
    }
}

impl Inner {
    fn channel(&self, number: ChannelId) -> Result<&Channel, RpcError> {
        let channel = self.channels.iter().find(|channel| channel.number == number);
        channel.ok_or_else(|| RpcError::no_such_channel(number))
    }

    /// Does something beside what goes on; it ends with the agent.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock();
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Calls the cloud, on this connection or the next. A call that was not answered is made once more, not for ever:
    /// it may be what ended the connection.
    async fn call<M: Method>(&self, params: &M::Params) -> Result<M::Answer, CloudError>
    where
        M::Params: Sync,
    {
        let mut clouds = self.cloud.subscribe();
        let mut unanswered = 0;
        loop {
            let cloud = clouds.borrow_and_update().clone();
            if let Some(cloud) = cloud {
                match cloud.call::<M>(params).await {
                    Err(CloudError::Disconnected | CloudError::Call(dap::CallError::Disconnected)) => {}
                    Err(CloudError::Call(dap::CallError::TimedOut)) if unanswered == 0 => unanswered += 1,
                    outcome => return outcome,
                }
            }
            clouds.changed().await.map_err(|_| CloudError::Disconnected)?;
        }
    }

    /// Tells the cloud an event, on this connection or the next.
    async fn emit<M: Method>(&self, params: &M::Params)
    where
        M::Params: Sync,
    {
        let mut clouds = self.cloud.subscribe();
        loop {
            let cloud = clouds.borrow_and_update().clone();
            if let Some(cloud) = cloud
                && cloud.emit::<M>(params).await.is_ok()
            {
                return;
            }
            if clouds.changed().await.is_err() {
                return;
            }
        }
    }

    /// Tells the cloud an event that is of no interest later.
    async fn emit_now<M: Method>(&self, params: &M::Params)
    where
        M::Params: Sync,
    {
        let cloud = self.cloud.borrow().clone();
        if let Some(cloud) = cloud {
            // Lost with the connection.
            let _ = cloud.emit::<M>(params).await;
        }
    }

    /// Looks at what goes by the clock.
    async fn tick(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.apply_power();
            self.drain_battery();
            self.auto_reboot().await;
        }
    }
}

impl Device for Agent {
    fn identity(&self) -> Identity {
        self.0.firmware.identity()
    }

    fn report(&self) -> KeepaliveParams {
        let channels = self.0.channels.iter();
        let channels = channels.map(|channel| self.0.channel_report(channel)).collect();
        let state = if self.0.firmware.is_upgrading() {
            DeviceState::UPGRADING
        } else {
            DeviceState::ONLINE
        };
        KeepaliveParams {
            state,
            channels,
            extra: Extra::default(),
        }
    }

    async fn changed(&self) {
        self.0.surroundings.changed.notified().await;
    }

    async fn relogin(&self) -> Relogin {
        self.0.reboots.wanted().await
    }

    fn connected(&self, cloud: Cloud, server: &GetServerInfoAnswer) {
        tracing::debug!(?server, "server info");
        self.0.spawn(Arc::clone(&self.0).stop_moves_after(cloud.clone()));
        self.0.cloud.send_replace(Some(cloud));
    }

    async fn live_publish(&self, params: LivePublishParams) -> Answer<LivePublish> {
        self.0.live_publish(params).await
    }

    async fn live_stop(&self, params: LiveStopParams) -> Answer<LiveStop> {
        self.0.live_stop(params).await
    }

    async fn start_cloud_record(&self, params: StartCloudRecordParams) -> Answer<StartCloudRecord> {
        self.0.start_cloud_record(params).await
    }

    async fn stop_cloud_record(&self, params: StopCloudRecordParams) -> Answer<StopCloudRecord> {
        self.0.stop_cloud_record(params).await
    }

    async fn get_config(&self, params: Empty) -> Answer<GetConfig> {
        self.0.get_config(params).await
    }

    async fn set_config(&self, params: ConfigDocument) -> Answer<SetConfig> {
        self.0.set_config(params).await
    }

    async fn reset_config(&self, params: Empty) -> Answer<ResetConfig> {
        self.0.reset_config(params).await
    }

    async fn get_cap(&self, params: Empty) -> Answer<GetCap> {
        self.0.get_cap(params).await
    }

    async fn dev_info(&self, params: Empty) -> Answer<DevInfo> {
        self.0.dev_info(params).await
    }

    async fn sync_time(&self, params: SyncTimeParams) -> Answer<SyncTime> {
        self.0.sync_time(params).await
    }

    async fn query_time(&self, params: Empty) -> Answer<QueryTime> {
        self.0.query_time(params).await
    }

    async fn snapshot(&self, params: SnapshotParams) -> Answer<Snapshot> {
        self.0.snapshot(params).await
    }

    async fn get_ptz_preset_list(&self, params: ChannelParams) -> Answer<GetPTZPresetList> {
        self.0.get_ptz_preset_list(params).await
    }

    async fn query_upgrade(&self, params: Empty) -> Answer<QueryUpgrade> {
        self.0.query_upgrade(params).await
    }

    async fn format_disk(&self, params: Empty) -> Answer<FormatDisk> {
        self.0.format_disk(params).await
    }

    async fn get_disk_info(&self, params: Empty) -> Answer<GetDiskInfo> {
        self.0.get_disk_info(params).await
    }

    async fn audio_out_query(&self, params: ChannelParams) -> Answer<AudioOutQuery> {
        self.0.audio_out_query(params).await
    }

    /// A PC does not sleep: it is as awake as anybody can wish.
    async fn keep_awaken(&self, params: KeepAwakenParams) -> Answer<KeepAwaken> {
        self.0.channel(params.channel)?;
        done()
    }

    async fn log_upload_async(&self, params: LogUploadAsyncParams) -> Answer<LogUploadAsync> {
        self.0.log_upload_async(params).await
    }

    fn log_upload(&self, params: LogUploadParams) {
        self.0.log_upload(params);
    }

    fn ctrl_ptz(&self, params: CtrlPTZParams) {
        self.0.ctrl_ptz(&params);
    }

    fn audio_out_play(&self, params: AudioOutPlayParams) {
        self.0.audio_out_play(params);
    }

    fn audio_out_ctrl(&self, params: AudioOutCtrlParams) {
        self.0.audio_out_ctrl(params);
    }

    fn upgrade_firmware(&self, params: UpgradeFirmwareParams) {
        self.0.upgrade_firmware(params);
    }

    fn reboot_channel(&self, params: ChannelParams) {
        self.0.reboot_channel(params);
    }

    fn reboot_device(&self, params: Empty) {
        self.0.reboot_device(params);
    }

    fn reschedule(&self, params: Empty) {
        self.0.reschedule(params);
    }
}
