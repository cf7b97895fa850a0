//! What a camera can be made to do beside delivering frames.
//!
//! A source has a [`Steering`] when there is something behind it that can be told to move, to take a picture or to start
//! anew: an ONVIF camera, or the test pattern with its virtual lens.

mod order;

pub(crate) use order::{Direction, Order, Orders};

use bytes::Bytes;
use dap::methods::PtzOp;
use dap::{ErrorCode, PresetId, RpcError};
use std::future::Future;
use std::pin::Pin;
use tokio::sync::watch;

/// What comes of asking a camera.
pub type Outcome<T> = Result<T, SteeringError>;
/// A question to a camera under way. Dropped, it is given up; each ends by itself within 15 s.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Outcome<T>> + Send + 'a>>;

/// What a camera can be made to do beside delivering frames.
///
/// It never harms the video: a camera that is away or refuses makes these calls fail, and nothing else.
pub trait Steering: Send + Sync {
    /// What it can do, as far as is known: nothing before it has been asked for the first time; what it last could while
    /// it is away. The receiver is marked as changed when that becomes known or changes.
    fn abilities(&self) -> watch::Receiver<Abilities>;

    /// Whether something moves before the camera, by the camera's own judgement.
    fn motion(&self) -> watch::Receiver<Motion>;

    /// Moves, stops, or works with a stored position. Returns at once; orders are carried out one after the other, in
    /// the order given, except that a move that has not begun yet is overtaken by the next one. `value` is a speed or a step 0–100, or the number of a position 0–255, according to `op`.
    ///
    /// # Errors
    /// [`SteeringError::NotOffered`] and [`SteeringError::BadValue`], at once. What fails later is logged: the protocol
    /// has no answer to CtrlPTZ.
    fn ptz(&self, op: PtzOp, value: i64) -> Outcome<()>;

    /// The numbers of the positions that are stored, ascending.
    fn presets(&self) -> Asked<'_, Vec<PresetId>>;

    /// What the camera sees now, as JPEG.
    fn snapshot(&self) -> Asked<'_, Bytes>;

    /// How the picture is turned.
    fn flip(&self) -> Asked<'_, Flip>;

    /// Turns the picture. Done when the camera has taken it.
    fn set_flip(&self, flip: Flip) -> Asked<'_, ()>;

    /// Starts the camera anew. Done when the camera has taken the order.
    fn reboot(&self) -> Asked<'_, ()>;

    /// What the camera says of itself.
    fn information(&self) -> Asked<'_, Information>;
}

/// What a camera can be made to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Abilities {
    /// It moves or zooms.
    pub ptz: bool,
    /// It keeps positions.
    pub presets: bool,
    /// It gives single pictures.
    pub snapshot: bool,
    /// How it can turn its picture.
    pub flip: FlipAbility,
    /// It can be started anew.
    pub reboot: bool,
    /// It says what it is.
    pub information: bool,
    /// It tells when something moves.
    pub motion: bool,
}

/// How a camera can turn its picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FlipAbility {
    /// Not at all.
    #[default]
    None,
    /// By half a turn only: both directions are flipped, or none.
    HalfTurn,
    /// Each direction by itself.
    Each,
}

impl FlipAbility {
    /// Whether the picture can be turned so.
    pub fn allows(self, flip: Flip) -> bool {
        match self {
            Self::None => flip == Flip::default(),
            Self::HalfTurn => flip.horizontal == flip.vertical,
            Self::Each => true,
        }
    }
}

/// How a picture is turned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flip {
    /// Left and right are exchanged (`horflip` of the configuration document).
    pub horizontal: bool,
    /// Above and below are exchanged (`verflip`).
    pub vertical: bool,
}

/// Whether something moves before a camera.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Motion {
    /// Now.
    pub active: bool,
    /// How often it has begun since the start: a motion that begins and ends between two looks shows here.
    pub begun: u64,
}

impl Motion {
    /// Takes what the camera says. `false` when it is nothing new.
    pub fn note(&mut self, active: bool) -> bool {
        let new = active != self.active;
        self.active = active;
        self.begun += u64::from(new && active);
        new
    }
}

/// What a camera says of itself; empty where it does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Information {
    /// Who made it.
    pub manufacturer: String,
    /// Its model.
    pub model: String,
    /// Its firmware's version.
    pub firmware: String,
    /// Its serial number.
    pub serial_number: String,
    /// Its hardware's version or id.
    pub hardware: String,
}

/// Why a camera did not do what it was asked to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SteeringError {
    /// It cannot do it.
    #[error("the camera does not offer {0}")]
    NotOffered(&'static str),
    /// A speed, step, position or setting that it does not take; which and why, for people.
    #[error("{0}")]
    BadValue(String),
    /// It does not answer; why, for people.
    #[error("the camera is away: {0}")]
    Away(String),
    /// It answered that it will not; what it said.
    #[error("the camera refuses: {0}")]
    Refused(String),
}

impl From<SteeringError> for RpcError {
    fn from(error: SteeringError) -> Self {
        let code = match error {
            SteeringError::NotOffered(_) => ErrorCode::CONFIG_NOT_SUPPORTED,
            SteeringError::BadValue(_) => ErrorCode::BAD_PARAMETER,
            SteeringError::Away(_) => ErrorCode::CHANNEL_OFFLINE,
            SteeringError::Refused(_) => ErrorCode::INTERNAL,
        };
        Self::new(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_motion_between_two_looks_is_counted() {
        let mut motion = Motion::default();
        assert!(motion.note(true) && !motion.note(true) && motion.note(false) && !motion.note(false));
        assert!(motion.note(true));
        assert_eq!(motion, Motion { active: true, begun: 2 });
    }

    #[test]
    fn half_a_turn_flips_both_or_none() {
        let flip = |horizontal, vertical| Flip { horizontal, vertical };
        assert!(FlipAbility::HalfTurn.allows(flip(true, true)) && FlipAbility::HalfTurn.allows(flip(false, false)));
        assert!(!FlipAbility::HalfTurn.allows(flip(true, false)));
        assert!(FlipAbility::Each.allows(flip(false, true)));
        assert!(!FlipAbility::None.allows(flip(false, true)) && FlipAbility::None.allows(flip(false, false)));
    }
}
