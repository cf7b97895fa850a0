//! The protocol's PTZ operations as orders, and the queue in which they wait for a camera that takes its time.

use super::{Abilities, Outcome, SteeringError};
use dap::PresetId;
use dap::methods::PtzOp;
use std::collections::VecDeque;

/// So many orders wait at most. People give some in a second, and each takes a camera a fraction of one.
const MOST_WAITING: usize = 32;

/// A direction: right, up and in are positive; each −1, 0 or 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Direction {
    pub(crate) pan: i8,
    pub(crate) tilt: i8,
    pub(crate) zoom: i8,
}

/// What a camera is to do. Speeds and sizes are 0–100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Move until told otherwise.
    Go(Direction, i64),
    Stop,
    /// Move a little.
    Step(Direction, i64),
    GotoPreset(PresetId),
    SetPreset(PresetId),
    ClearPreset(PresetId),
}

impl Order {
    /// What an operation with this value means to a camera with these abilities.
    pub(crate) fn of(op: PtzOp, value: i64, abilities: Abilities) -> Outcome<Self> {
        use PtzOp::*;
        if !abilities.ptz {
            return Err(SteeringError::NotOffered("to be moved"));
        }
        if op.is_preset() && !abilities.presets {
            return Err(SteeringError::NotOffered("stored positions"));
        }
        let preset = || PresetId::new(value).map_err(|error| SteeringError::BadValue(format!("value: {error}")));
        let (pan, tilt, zoom) = match op {
            Stop => return Ok(Self::Stop),
            GotoPreset => return preset().map(Self::GotoPreset),
            SetPreset => return preset().map(Self::SetPreset),
            ClearPreset => return preset().map(Self::ClearPreset),
            Up | UpStep => (0, 1, 0),
            Down | DownStep => (0, -1, 0),
            Left | LeftStep => (-1, 0, 0),
            Right | RightStep => (1, 0, 0),
            UpLeft | UpLeftStep => (-1, 1, 0),
            UpRight | UpRightStep => (1, 1, 0),
            DownLeft | DownLeftStep => (-1, -1, 0),
            DownRight | DownRightStep => (1, -1, 0),
            ZoomIn | ZoomInStep => (0, 0, 1),
            ZoomOut | ZoomOutStep => (0, 0, -1),
        };
        if !(0..=100).contains(&value) {
            return Err(SteeringError::BadValue(format!("value: {value} is not within 0..100")));
        }
        let direction = Direction { pan, tilt, zoom };
        Ok(if op.is_step() {
            Self::Step(direction, value)
        } else {
            Self::Go(direction, value)
        })
    }
}

/// Orders that have not begun. Bounded: the oldest that is no stop is dropped for a new one.
#[derive(Debug, Default)]
pub(crate) struct Orders(VecDeque<Order>);

impl Orders {
    /// Puts one at the end. Of moves that wait the last one wins; a stop leaves the move before it, so that a tap that is
    /// over before the camera has heard of it moves it all the same. `false` when the oldest had to go for it.
    pub(crate) fn push(&mut self, order: Order) -> bool {
        match order {
            Order::Go(..) => {
                if let [.., Order::Go(..), Order::Stop] = self.0.make_contiguous() {
                    self.0.pop_back();
                }
                if let Some(Order::Go(..)) = self.0.back() {
                    self.0.pop_back();
                }
            }
            Order::Stop if self.0.back() == Some(&Order::Stop) => return true,
            _ => {}
        }
        let full = self.0.len() >= MOST_WAITING;
        if full {
            // Without its stop a camera that moves already would go on.
            let oldest = self.0.iter().position(|order| *order != Order::Stop);
            self.0.remove(oldest.unwrap_or(0));
        }
        self.0.push_back(order);
        !full
    }

    /// Whether none waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the next.
    pub(crate) fn pop(&mut self) -> Option<Order> {
        self.0.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Abilities = Abilities {
        ptz: true,
        presets: true,
        snapshot: false,
        flip: super::super::FlipAbility::None,
        reboot: false,
        information: false,
        motion: false,
    };

    fn of(op: PtzOp, value: i64) -> Order {
        Order::of(op, value, ALL).unwrap()
    }

    #[test]
    fn operations_are_orders_or_refused() {
        let left = Direction {
            pan: -1,
            ..Direction::default()
        };
        assert_eq!(of(PtzOp::Left, 70), Order::Go(left, 70));
        assert_eq!(of(PtzOp::LeftStep, 0), Order::Step(left, 0));
        assert_eq!(of(PtzOp::Stop, 999), Order::Stop);
        assert_eq!(of(PtzOp::GotoPreset, 255), Order::GotoPreset(PresetId::clamped(255)));
        for (op, value) in [(PtzOp::Left, 101), (PtzOp::UpStep, -1), (PtzOp::SetPreset, 256)] {
            assert!(matches!(Order::of(op, value, ALL), Err(SteeringError::BadValue(_))));
        }
        let fixed = Abilities::default();
        assert!(matches!(
            Order::of(PtzOp::Stop, 0, fixed),
            Err(SteeringError::NotOffered(_))
        ));
        let no_presets = Abilities { presets: false, ..ALL };
        assert!(matches!(
            Order::of(PtzOp::GotoPreset, 1, no_presets),
            Err(SteeringError::NotOffered(_))
        ));
    }

    #[test]
    fn what_was_asked_last_is_what_is_done() {
        let mut orders = Orders::default();
        for order in [
            of(PtzOp::Left, 50),
            of(PtzOp::Right, 50),
            Order::Stop,
            Order::Stop,
            of(PtzOp::SetPreset, 1),
            of(PtzOp::Up, 10),
            Order::Stop,
            of(PtzOp::Up, 90),
            Order::Stop,
        ] {
            assert!(orders.push(order));
        }
        let waiting: Vec<Order> = std::iter::from_fn(|| orders.pop()).collect();
        let expected = [
            of(PtzOp::Right, 50),
            Order::Stop,
            of(PtzOp::SetPreset, 1),
            of(PtzOp::Up, 90),
            Order::Stop,
        ];
        assert_eq!(waiting, expected);
    }

    #[test]
    fn the_queue_is_bounded() {
        let mut orders = Orders::default();
        let dropped = (0..40).filter(|&n| !orders.push(of(PtzOp::GotoPreset, n))).count();
        assert_eq!(dropped, 8);
        assert_eq!(orders.pop(), Some(of(PtzOp::GotoPreset, 8)));
        let mut orders = Orders::default();
        orders.push(Order::Stop);
        assert!((0..31).all(|n| orders.push(of(PtzOp::SetPreset, n))) && !orders.push(of(PtzOp::SetPreset, 31)));
        assert_eq!(
            (orders.pop(), orders.pop()),
            (Some(Order::Stop), Some(of(PtzOp::SetPreset, 1)))
        );
    }
}
