//! What live streams ask the rest of the cloud, which knows about people and devices what they do not.

use crate::account::tokens::Holder;
use crate::ids::{ChannelId, LoginCode};

/// Who may watch, and which device may publish. Asked often: answers come from memory.
pub trait Gate: Send + Sync + 'static {
    /// Whether he may watch this channel at this moment: his session or key lives, and he may see the channel.
    fn may_watch(&self, who: &Holder, device: &LoginCode, channel: ChannelId) -> bool;

    /// A number that changes each time the device is shut out. `None`: it may not connect at all.
    fn standing(&self, device: &LoginCode) -> Option<u64>;
}
