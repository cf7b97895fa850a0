//! What a device is to this SDK: implement [`Device`], hand it to [`crate::connection::run`].

use crate::connection::Cloud;
use dap::methods::{self, Empty, GetServerInfoAnswer, KeepaliveParams, Method};
use dap::{RpcError, parse_params, to_raw};
use serde_json::value::RawValue;
use std::future::{Future, pending};

/// The answer to a request of method `M`.
pub type Answer<M> = Result<<M as Method>::Answer, RpcError>;

/// What a device says of itself when it logs in (spec section 1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The vendor's model.
    pub hardware_model: Option<String>,
    /// The firmware's version.
    pub firmware_model: Option<String>,
}

/// Why a device leaves its connection and logs in anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relogin {
    /// It was started anew: what it says of itself may be new too.
    Started,
    /// The cloud wants it to come back (Reschedule).
    Rescheduled,
    /// It can do more or less than it said: the cloud asks what a device can do once a login.
    Changed,
}

macro_rules! device {
    (
        requests { $($(#[doc = $request_doc:literal])+ $request:ident => $request_fn:ident,)+ }
        events { $($(#[doc = $event_doc:literal])+ $event:ident => $event_fn:ident,)+ }
    ) => {
        /// A device, or an agent that speaks for one.
        ///
        /// Every command of the cloud is a method here. Requests that are not implemented are answered with error 101,
        /// events that are not implemented are ignored, so that a device implements what it can do and nothing else.
        /// Requests come one at a time, in the order of the cloud; the connection stays responsive meanwhile. Events
        /// must return at once.
        pub trait Device: Send + Sync + 'static {
            /// What it says of itself at login.
            fn identity(&self) -> Identity {
                Identity::default()
            }

            /// How it and its channels are now. Sent as Keepalive.
            fn report(&self) -> KeepaliveParams;

            /// Resolves when [`Device::report`] has changed since the last time: the cloud then hears at once, and not
            /// only with the next regular Keepalive.
            fn changed(&self) -> impl Future<Output = ()> + Send {
                pending()
            }

            /// Resolves when the device wants to leave its connection, if it has one, and log in anew.
            fn relogin(&self) -> impl Future<Output = Relogin> + Send {
                pending()
            }

            /// It has logged in. `cloud` takes calls and events of the device for as long as the connection lasts.
            fn connected(&self, cloud: Cloud, server: &GetServerInfoAnswer) {
                let _ = (cloud, server);
            }

            $(
                $(#[doc = $request_doc])+
                fn $request_fn(
                    &self,
                    params: <methods::$request as Method>::Params,
                ) -> impl Future<Output = Answer<methods::$request>> + Send {
                    let _ = params;
                    async { Err(RpcError::unknown_method(<methods::$request as Method>::NAME)) }
                }
            )+

            $(
                $(#[doc = $event_doc])+
                fn $event_fn(&self, params: <methods::$event as Method>::Params) {
                    let _ = params;
                    tracing::info!(event = <methods::$event as Method>::NAME, "the device does not do this");
                }
            )+
        }

        /// Every method that is dispatched to a [`Device`].
        #[cfg(test)]
        const DISPATCHED: &[&str] =
            &[$(<methods::$request as Method>::NAME,)+ $(<methods::$event as Method>::NAME,)+];

        /// Lets `device` answer a request.
        pub(crate) async fn answer_request<D: Device>(
            device: &D,
            method: &str,
            params: Option<&RawValue>,
        ) -> Result<Box<RawValue>, RpcError> {
            match method {
                $(<methods::$request as Method>::NAME => {
                    let params = parse_params::<methods::$request>(params)?;
                    Ok(to_raw(&device.$request_fn(params).await?))
                })+
                other => Err(RpcError::unknown_method(other)),
            }
        }

        /// Lets `device` take an event. Unknown ones and those with bad parameters are logged (spec section 2, rule 6).
        pub(crate) fn take_event<D: Device>(device: &D, name: &str, params: Option<&RawValue>) {
            match name {
                $(<methods::$event as Method>::NAME => match parse_params::<methods::$event>(params) {
                    Ok(params) => device.$event_fn(params),
                    Err(error) => tracing::warn!(event = name, %error, "event with bad parameters ignored"),
                })+
                other => tracing::warn!(event = other, "unknown event ignored"),
            }
        }
    };
}

device! {
    requests {
        /// How far a firmware upgrade is.
        QueryUpgrade => query_upgrade,
        /// Set the clock, unless it is right within the tolerance.
        SyncTime => sync_time,
        /// What the clock shows.
        QueryTime => query_time,
        /// Facts about the device.
        DevInfo => dev_info,
        /// Format the SD card.
        FormatDisk => format_disk,
        /// How the SD card is.
        GetDiskInfo => get_disk_info,
        /// Back to factory settings; the present connection stays.
        ResetConfig => reset_config,
        /// Push a channel's stream. Answered when the push has succeeded or exists already.
        LivePublish => live_publish,
        /// Stop pushing; a success also where no such stream is pushed.
        LiveStop => live_stop,
        /// Record a channel to the cloud.
        StartCloudRecord => start_cloud_record,
        /// Stop recording; a success also where there is no such session.
        StopCloudRecord => stop_cloud_record,
        /// The stored positions of a camera.
        GetPTZPresetList => get_ptz_preset_list,
        /// The configuration document.
        GetConfig => get_config,
        /// Change the configuration; what is absent stays.
        SetConfig => set_config,
        /// Take a picture and upload it; answered after the upload.
        Snapshot => snapshot,
        /// What the loudspeaker plays.
        AudioOutQuery => audio_out_query,
        /// Stay awake.
        KeepAwaken => keep_awaken,
        /// The capability document.
        GetCap => get_cap,
        /// Upload logs; LogDone tells the end.
        LogUploadAsync => log_upload_async,
    }
    events {
        /// Restart one channel.
        RebootChannel => reboot_channel,
        /// Restart the device.
        RebootDevice => reboot_device,
        /// Fetch the address of the cloud anew and reconnect.
        Reschedule => reschedule,
        /// Download and install firmware.
        UpgradeFirmware => upgrade_firmware,
        /// Move a camera.
        CtrlPTZ => ctrl_ptz,
        /// Download and play.
        AudioOutPlay => audio_out_play,
        /// Stop, pause or resume playing.
        AudioOutCtrl => audio_out_ctrl,
        /// Upload logs.
        LogUpload => log_upload,
    }
}

/// The answer that says no more than "done".
pub fn done() -> Result<Empty, RpcError> {
    Ok(Empty::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use dap::methods::{DeviceState, Direction, Kind, METHODS};
    use dap::{ErrorCode, Extra};

    struct Bare;

    impl Device for Bare {
        fn report(&self) -> KeepaliveParams {
            KeepaliveParams {
                state: DeviceState::ONLINE,
                channels: Vec::new(),
                extra: Extra::default(),
            }
        }
    }

    #[test]
    fn every_command_of_the_protocol_reaches_the_device() {
        let missing = METHODS
            .iter()
            .filter(|info| info.direction == Direction::CloudToDevice && !DISPATCHED.contains(&info.name))
            .map(|info| info.name)
            .collect::<Vec<_>>();
        assert_eq!(missing, Vec::<&str>::new());
    }

    #[tokio::test]
    async fn what_a_device_does_not_do_is_answered_with_101() {
        for info in METHODS
            .iter()
            .filter(|info| info.direction == Direction::CloudToDevice && info.kind == Kind::Rpc)
        {
            let params: Box<RawValue> = serde_json::from_str(info.example_params).unwrap();
            let error = answer_request(&Bare, info.name, Some(&params)).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::UNKNOWN_METHOD, "{}", info.name);
        }
        let error = answer_request(&Bare, "Fly", None).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::UNKNOWN_METHOD);
    }

    #[tokio::test]
    async fn bad_parameters_are_answered_with_12() {
        let params: Box<RawValue> = serde_json::from_str(r#"{"channel": "none"}"#).unwrap();
        let error = answer_request(&Bare, "LivePublish", Some(&params)).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::BAD_PARAMETER);
    }
}
