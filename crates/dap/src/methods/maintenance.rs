use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::open::{open_number, open_words};
use crate::{Extra, LocalDateTime, Percent};

/// Parameters of UpgradeFirmware.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UpgradeFirmwareParams {
    /// The version to install.
    pub firmware_model: String,
    /// Where to download it.
    pub url: String,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// How far an upgrade is.
    UpgradeStatus {
        /// There is none.
        NotStart = "notstart",
        /// The firmware is fetched. The protocol misspells it; the right spelling is understood too.
        Downloading = "donwloading" | "downloading",
        /// The firmware is installed.
        Installing = "installing",
        /// It is finished.
        Done = "done",
        /// It failed.
        Error = "error",
    }
}

/// Answer of QueryUpgrade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QueryUpgradeAnswer {
    /// How far it is.
    pub upgrade_status: UpgradeStatus,
    /// In percent.
    pub progress: Percent,
    /// The version (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware_model: Option<String>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Parameters of SyncTime.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SyncTimeParams {
    /// What the device's clock is to show, in the zone `tz`.
    pub datetime: LocalDateTime,
    /// By how many seconds the clock may be off without being set.
    pub offset: u32,
    /// Hours east of UTC (later edition); absent is 8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tz: Option<i32>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

impl SyncTimeParams {
    /// The zone of a message that names none: China's, where the protocol comes from.
    pub const DEFAULT_TZ: i32 = 8;
}

/// Answer of QueryTime.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QueryTimeAnswer {
    /// What the device's clock shows.
    pub datetime: LocalDateTime,
    /// Hours east of UTC (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tz: Option<i32>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Answer of DevInfo.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DevInfoAnswer {
    /// The device's own id, 16 decimal digits.
    pub dev_id: String,
    /// The vendor's model.
    pub hardware_model: String,
    /// The installed firmware's version.
    pub firmware_model: String,
    /// When the firmware was last upgraded, `yyyy-MM-ddTHH:mm:ss`. Kept as it came: devices that never were upgraded
    /// say something else here.
    pub last_upgrade_datetime: String,
    /// The Wi-Fi network; empty or absent: not on Wi-Fi.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wifi_ssid: Option<String>,
    /// Wi-Fi signal in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wifi_signal: Option<Percent>,
    /// Most bits a second that the device could send; absent is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up_bandwidth: Option<u64>,
    /// Most bits a second that the device could receive; absent is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub down_bandwidth: Option<u64>,
    /// Address in the local network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_addr: Option<String>,
    /// Hardware address of the network card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac_addr: Option<String>,
    /// Battery charge in percent; absent: no battery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub battery: Option<Percent>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

open_number! {
    /// How the SD card is.
    DiskState {
        /// It works.
        OK = 0 "ok",
        /// There is none.
        NO_CARD = 1 "no_card",
        /// It does not work.
        FAULTY = 2 "faulty",
        /// It is being formatted.
        FORMATTING = 3 "formatting",
    }
}

/// Answer of GetDiskInfo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GetDiskInfoAnswer {
    /// How the SD card is: 0 ok, 1 no card, 2 faulty, 3 formatting.
    pub state: DiskState,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}
