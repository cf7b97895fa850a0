//! Moving cameras.

use super::Inner;
use crate::device::Answer;
use dap::methods::{ChannelParams, CtrlPTZParams, GetPTZPresetList, Method, PtzPreset};
use dap::{Extra, RpcError};

impl Inner {
    pub(super) fn ctrl_ptz(&self, params: &CtrlPTZParams) {
        let number = params.channel;
        let outcome = match self.channel(number) {
            Ok(channel) => match &channel.steering {
                Some(steering) => steering
                    .ptz(params.op, params.value_or_default())
                    .map_err(|error| error.to_string()),
                None => Err("nothing moves there".to_owned()),
            },
            Err(error) => Err(error.msg),
        };
        match outcome {
            Ok(()) => tracing::debug!(channel = %number, op = ?params.op, value = params.value, "moved"),
            Err(error) => tracing::warn!(channel = %number, op = ?params.op, %error, "cannot move"),
        }
    }

    pub(super) async fn get_ptz_preset_list(&self, params: ChannelParams) -> Answer<GetPTZPresetList> {
        let channel = self.channel(params.channel)?;
        let steering = channel
            .steering
            .as_ref()
            .filter(|steering| steering.abilities().borrow().presets)
            .ok_or_else(|| RpcError::unknown_method(<GetPTZPresetList as Method>::NAME))?;
        let presets = steering.presets().await?;
        Ok(presets
            .into_iter()
            .map(|id| PtzPreset {
                id,
                extra: Extra::default(),
            })
            .collect())
    }
}
