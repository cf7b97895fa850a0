use bytesize::ByteSize;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The device gateway: DAP over WebSocket at `/ovc`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GatewayConfig {
    /// How often devices are told to send Keepalive.
    #[serde(with = "humantime_serde")]
    pub heartbeat_interval: Duration,
    /// A device not heard for so long is offline. At least three heartbeat intervals.
    #[serde(with = "humantime_serde")]
    pub silence_limit: Duration,
    /// A device must answer a request within this, or it is disconnected (DAP section 2 rule 4).
    #[serde(with = "humantime_serde")]
    pub answer_timeout: Duration,
    /// Requests a device may have before it at once, 1 to 16.
    pub window: u8,
    /// Requests that may wait for one device. Over it callers are refused at once.
    pub max_queued_calls: usize,
    /// The longest message taken from a device. Over it the device is disconnected.
    pub max_message: ByteSize,
    /// Alarms and other events of one device that are kept a second, over time; 0: any number. Over it they are
    /// answered, counted and forgotten.
    pub events_per_second: u32,
    /// Events of one device that may come at once before that counts.
    pub event_burst: u32,
    /// Messages a second of one device, over time; 0: any number. Over it the device is disconnected.
    pub messages_per_second: u32,
    /// Messages of one device that may come at once before that counts.
    pub message_burst: u32,
    /// Bytes a second of one device, over time; 0: any number. Over it the device is disconnected.
    pub bytes_per_second: ByteSize,
    /// Bytes of one device that may come at once before that counts. At least `max_message`.
    pub byte_burst: ByteSize,
    /// Devices connected at once; 0: as many as the process may open files. Over it logins are refused with 503.
    pub max_devices: usize,
    /// Failed logins forgiven to one address in a row; one more every `failure_forgiveness`. Over it: 429.
    pub failures_per_address: u32,
    /// Failed logins forgiven for one login code in a row. The address the device itself last came from is exempt.
    pub failures_per_device: u32,
    /// Time after which one failed login is forgotten.
    #[serde(with = "humantime_serde")]
    pub failure_forgiveness: Duration,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            heartbeat_interval: Duration::from_secs(10),
            silence_limit: Duration::from_secs(30),
            answer_timeout: Duration::from_secs(20),
            window: 1,
            max_queued_calls: 64,
            max_message: ByteSize::mib(1),
            events_per_second: 10,
            event_burst: 200,
            messages_per_second: 50,
            message_burst: 1000,
            bytes_per_second: ByteSize::kib(256),
            byte_burst: ByteSize::mib(8),
            max_devices: 0,
            failures_per_address: 100,
            failures_per_device: 20,
            failure_forgiveness: Duration::from_secs(3),
        }
    }
}
