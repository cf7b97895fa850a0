//! The rows. To add a method, add a row and, if it has fields, its types.

use super::*;

macro_rules! methods {
    ($(
        $(#[doc = $doc:literal])+
        $edition:ident $kind:ident $direction:ident $name:ident
        $(aka [$($alias:literal),+])?
        ($params:ty = $example_params:literal) $(-> ($answer:ty = $example_answer:literal))? ;
    )+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl Method for $name {
                const NAME: &'static str = stringify!($name);
                const KIND: Kind = Kind::$kind;
                const DIRECTION: Direction = methods!(@direction $direction);
                type Params = $params;
                type Answer = methods!(@answer $($answer)?);
            }
        )+

        /// Every method of the protocol, in the order of the specification.
        pub static METHODS: &[MethodInfo] = &[$(
            MethodInfo {
                name: <$name as Method>::NAME,
                aliases: &[$($($alias),+)?],
                kind: <$name as Method>::KIND,
                direction: <$name as Method>::DIRECTION,
                edition: Edition::$edition,
                doc: concat!($($doc, "\n"),+),
                example_params: $example_params,
                example_answer: methods!(@example $($example_answer)?),
                params_schema: || schemars::schema_for!(<$name as Method>::Params),
                answer_schema: || schemars::schema_for!(<$name as Method>::Answer),
                params_check: |text| from_text::<<$name as Method>::Params>(text).map(drop),
                answer_check: |text| from_text::<<$name as Method>::Answer>(text).map(drop),
                #[cfg(test)]
                rewrite: [
                    |text| from_text::<<$name as Method>::Params>(text).map(|value| crate::to_raw(&value).to_string()),
                    |text| from_text::<<$name as Method>::Answer>(text).map(|value| crate::to_raw(&value).to_string()),
                ],
            },
        )+];
    };
    (@direction up) => { Direction::DeviceToCloud };
    (@direction down) => { Direction::CloudToDevice };
    (@answer) => { Empty };
    (@answer $answer:ty) => { $answer };
    (@example) => { "{}" };
    (@example $example:literal) => { $example };
}

methods! {
    /// The device reports, every 10 s unless [GetServerInfo](#getserverinfo) gave another interval, how it and its
    /// channels are. It is also the sign of life that keeps it online.
    Seed Rpc up Keepalive
    (KeepaliveParams = r#"{
        "state": 1,
        "channels": [
            {"channel": 0, "state": 2, "stream_id": "s-41", "record_session": "r-7", "alarm": 8},
            {"channel": 1, "state": 0}
        ]
    }"#);

    /// The device asks where the cloud's services are and how often to send Keepalive.
    Seed Rpc up GetServerInfo
    (Empty = "{}") -> (GetServerInfoAnswer = r#"{
        "hibernation": "203.0.113.5:7000", "hb_interval": 10, "hb_token": "k3yF9q"
    }"#);

    /// The device asks to be bound to the user who made this id, for example because it has just read it from a
    /// picture code.
    Seed Event up Bind
    (BindParams = r#"{"bind_id": "b-20161205"}"#);

    /// Restart one channel. A device that cannot may restart as a whole.
    Seed Event down RebootChannel
    (ChannelParams = r#"{"channel": 1}"#);

    /// Restart the device.
    Seed Event down RebootDevice
    (Empty = "{}");

    /// Fetch the address of the cloud anew, then reconnect.
    Seed Event down Reschedule
    (Empty = "{}");

    /// Download this firmware over HTTP and install it. [QueryUpgrade](#queryupgrade) tells how far it is.
    Seed Event down UpgradeFirmware
    (UpgradeFirmwareParams = r#"{"firmware_model": "2.4.1", "url": "http://cloud.example/firmware/2.4.1.bin"}"#);

    /// How far an upgrade of the firmware is.
    Seed Rpc down QueryUpgrade
    (Empty = "{}") -> (QueryUpgradeAnswer = r#"{
        "upgrade_status": "donwloading", "progress": 40, "firmware_model": "2.4.1"
    }"#);

    /// Set the clock. A device whose clock is within `offset` seconds leaves it as it is.
    Seed Rpc down SyncTime
    (SyncTimeParams = r#"{"datetime": "2016-12-05T02:15:32", "offset": 5, "tz": 8}"#);

    /// Read the clock.
    Seed Rpc down QueryTime
    (Empty = "{}") -> (QueryTimeAnswer = r#"{"datetime": "2016-12-05T02:15:32", "tz": 8}"#);

    /// Facts about the device and its network.
    Seed Rpc down DevInfo
    (Empty = "{}") -> (DevInfoAnswer = r#"{
        "dev_id": "1000000000000001", "hardware_model": "IPC-200", "firmware_model": "2.4.0",
        "last_upgrade_datetime": "2016-12-05T02:15:32", "wifi_ssid": "home", "wifi_signal": 82,
        "up_bandwidth": 4000000, "down_bandwidth": 20000000, "ip_addr": "192.168.1.20",
        "mac_addr": "00:00:5e:00:53:01", "battery": 77
    }"#);

    /// Format the SD card. Devices of the later edition answer first and format then; ask
    /// [GetDiskInfo](#getdiskinfo) for the end.
    Seed Rpc down FormatDisk
    (Empty = "{}");

    /// The state of the SD card.
    Later Rpc down GetDiskInfo
    (Empty = "{}") -> (GetDiskInfoAnswer = r#"{"state": 0}"#);

    /// Set every setting back to the factory's, that of the Wi-Fi too, without ending the present connection. The
    /// cloud then sends [RebootDevice](#rebootdevice).
    Seed Rpc down ResetConfig
    (Empty = "{}");

    /// Push a channel's live stream to this URL. One stream a channel: the same `stream_id` again is a success and
    /// restarts nothing; another one stops the present stream and starts anew. From then on Keepalive reports the
    /// channel as live (2) with this `stream_id`.
    Seed Rpc down LivePublish
    (LivePublishParams = r#"{
        "channel": 0, "url": "rtmp://cloud.example/live/s-41?token=abc", "stream_id": "s-41", "max_bitrate": 2000000
    }"#);

    /// Stop pushing a live stream. It is a success also if there is no such stream.
    Seed Rpc down LiveStop aka ["LiveStopPublish"]
    (LiveStopParams = r#"{"stream_id": "s-41", "channel": 0}"#);

    /// Record a channel in segments and upload each to a URL that a request to `cbk_url` yields. One session a channel: the
    /// same `session_id` again is a success; another one stops the present session and starts anew. From then on
    /// Keepalive reports this `record_session`.
    Seed Rpc down StartCloudRecord
    (StartCloudRecordParams = r#"{
        "session_id": "r-7", "channel": 0, "max_bitrate": 2000000, "seg_duration": 10, "seg_max_size": 8388608,
        "seg_max_count": 4, "prerecord_seconds": 5, "start_ts": 1480904132.5,
        "cbk_url": "http://cloud.example/ovr/r-7?token=abc"
    }"#);

    /// Stop recording. It is a success also if there is no such session.
    Seed Rpc down StopCloudRecord
    (StopCloudRecordParams = r#"{"session_id": "r-7", "channel": 0}"#);

    /// An alarm began or ended. The answer may hold a URL to which the device then uploads a picture.
    Seed Rpc up AlarmNotify
    (AlarmNotifyParams = r#"{
        "channel": 0, "timestamp": 1480904132, "type": 3, "state": "start", "desc": "motion in the yard"
    }"#) -> (AlarmNotifyAnswer = r#"{"pic_upload_url": "http://cloud.example/pic/9?token=abc"}"#);

    /// Move or zoom a camera, or work with its stored positions.
    Seed Event down CtrlPTZ
    (CtrlPTZParams = r#"{"channel": 0, "op": "upleft", "value": 50}"#);

    /// The stored positions of a camera. The answer is an array.
    Seed Rpc down GetPTZPresetList
    (ChannelParams = r#"{"channel": 0}"#) -> (Vec<PtzPreset> = r#"[{"id": 1}, {"id": 255}]"#);

    /// Read the [configuration document](#configuration-document).
    Seed Rpc down GetConfig
    (Empty = "{}") -> (ConfigDocument = r#"{
        "channls": {
            "0": {
                "on": true,
                "video_encoding": {
                    "encoder": "h264", "quality": "hd", "fps": 25, "bitrate": 2000000, "width": 1280, "height": 720,
                    "gop": 50, "rsk_encrypt": false
                },
                "audio_encoding": {
                    "encoder": "aac", "sample_rate": 16000, "bitrate": 32000, "bits_per_sample": 16,
                    "sample_per_frame": 1024, "channel": 1
                },
                "image": {"horflip": false, "verflip": false},
                "alarms": {"motion": {"on": true, "sensitivity": 60}, "io": {"on": false, "sensitivity": 0}},
                "audio_out_volume": 70,
                "trace": false,
                "switch_schedule": {
                    "on": true, "start_time": "08:00:00", "shutdown_time": "20:30:00", "repeat": ["Mon", "Sun"]
                },
                "osd": {"text": "Yard", "font": 1, "pos": "top-left"},
                "extension": {"vendor_key": 1}
            }
        },
        "log_level": 2,
        "tz": 8,
        "auto_reboot": {"on": true, "cycle": 604800, "start": 7200, "end": 21600},
        "led": true,
        "extension": {"vendor_key": [1, 2]}
    }"#);

    /// Change the configuration. Only what is given changes.
    Seed Rpc down SetConfig
    (ConfigDocument = r#"{
        "channls": {"0": {"image": {"verflip": true}}},
        "auto_reboot": {"start": "02:00:00", "end": "06:00:00"}
    }"#);

    /// Take a picture and upload it to this URL. The answer comes when it is uploaded.
    Seed Rpc down Snapshot
    (SnapshotParams = r#"{"channel": 0, "url": "http://cloud.example/pic/10?token=abc"}"#);

    /// Download this music and play it.
    Seed Event down AudioOutPlay
    (AudioOutPlayParams = r#"{"channel": 0, "url": "http://cloud.example/audio/3.mp3"}"#);

    /// Stop, pause or go on with the music.
    Seed Event down AudioOutCtrl
    (AudioOutCtrlParams = r#"{"channel": 0, "op": "pause"}"#);

    /// What plays.
    Seed Rpc down AudioOutQuery
    (ChannelParams = r#"{"channel": 0}"#) -> (AudioOutQueryAnswer = r#"{
        "status": "playing", "url": "http://cloud.example/audio/3.mp3"
    }"#);

    /// Wake up whatever sleeps, and stay fully powered for at least this long.
    Seed Rpc down KeepAwaken
    (KeepAwakenParams = r#"{"channel": 0, "expired": 60}"#);

    /// The battery's charge changed.
    Seed Event up BatteryChange
    (BatteryChangeParams = r#"{"battery": 76}"#);

    /// Read the [capability document](#capability-document).
    Seed Rpc down GetCap
    (Empty = "{}") -> (CapabilityDocument = r#"{
        "ptz": true, "battery": false, "media_protocol": "rtmp", "audio_out": true, "voice_out": true,
        "cloud_record": true, "trace": false,
        "alarms": {
            "io": true, "face": false, "cry": false, "voice": true, "motion": true, "body": true, "cross": false
        },
        "https": true, "pic_upload_https": true, "log_upload_https": true, "firmware_download_https": true,
        "video_encrypt": false, "switch": true, "led": true, "auto_reboot": true, "x": ["p2p"]
    }"#);

    /// Upload the log of this span to the URL, by HTTP PUT: what there still is of it, or zero bytes.
    Seed Event down LogUpload
    (LogUploadParams = r#"{
        "start": "2016-12-05T02:15:32", "end": "2016-12-06T02:15:32", "url": "http://cloud.example/log/5?token=abc"
    }"#);

    /// As [LogUpload](#logupload); [LogDone](#logdone) tells the end. The cloud tries this one first.
    Later Rpc down LogUploadAsync
    (LogUploadAsyncParams = r#"{
        "trans_id": "t-5", "start": "2016-12-05T02:15:32", "end": "2016-12-06T02:15:32",
        "url": "http://cloud.example/log/5?token=abc"
    }"#);

    /// An upload of a log has ended.
    Later Event up LogDone
    (LogDoneParams = r#"{
        "trans_id": "t-5", "status": "success", "start": "2016-12-05T02:15:32", "end": "2016-12-06T02:15:32",
        "url": "http://cloud.example/log/5?token=abc", "size": 40960
    }"#);
}
