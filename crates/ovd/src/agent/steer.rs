//! Moving cameras.

use super::Inner;
use crate::connection::Cloud;
use crate::device::Answer;
use dap::methods::{ChannelParams, CtrlPTZParams, GetPTZPresetList, Method, PtzOp, PtzPreset};
use dap::{Extra, RpcError};
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Inner {
    pub(super) fn ctrl_ptz(&self, params: &CtrlPTZParams) {
        let number = params.channel;
        let outcome = match self.channel(number) {
            Ok(channel) => match &channel.steering {
                Some(steering) => {
                    // A position that is stored, and a step, leave open whether the button is still held.
                    match params.op {
                        PtzOp::Stop | PtzOp::GotoPreset => channel.moving.store(false, Ordering::Relaxed),
                        op if op.is_move() => channel.moving.store(true, Ordering::Relaxed),
                        _ => {}
                    }
                    let outcome = steering.ptz(params.op, params.value_or_default());
                    outcome.map_err(|error| error.to_string())
                }
                None => Err("nothing moves there".to_owned()),
            },
            Err(error) => Err(error.msg),
        };
        match outcome {
            Ok(()) => tracing::debug!(channel = %number, op = ?params.op, value = params.value, "moved"),
            Err(error) => tracing::warn!(channel = %number, op = ?params.op, %error, "cannot move"),
        }
    }

    /// Stops what still moves when this connection is over: whoever let go of the button since cannot say so.
    pub(super) async fn stop_moves_after(self: Arc<Self>, cloud: Cloud) {
        cloud.closed().await;
        for channel in &self.channels {
            if let Some(steering) = channel
                .steering
                .as_ref()
                .filter(|_| channel.moving.swap(false, Ordering::Relaxed))
            {
                tracing::info!(channel = %channel.number, "stopped: the connection was lost while it moved");
                // A camera that is away stops by itself.
                let _ = steering.ptz(PtzOp::Stop, 0);
            }
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
