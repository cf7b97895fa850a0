//! A lens for the test pattern, which can be panned, tilted and zoomed like that of a camera: the demo has something to
//! be steered. What it is told is seen in the next picture.

use crate::steering::{
    Abilities, Asked, Direction, Flip, Information, Motion, Order, Outcome, Steering, SteeringError,
};
use bytes::Bytes;
use dap::PresetId;
use dap::methods::PtzOp;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The scene is this many pictures wide and high; the pattern is in its middle.
pub(super) const SCENE: f64 = 2.0;
/// How far it zooms.
const LONGEST_ZOOM: f64 = 8.0;
/// At full speed the scene passes by this many pictures a second.
const FASTEST_PAN: f64 = 1.0;
/// At full speed the zoom doubles this many times a second.
const FASTEST_ZOOM: f64 = 2.0;
/// The smallest and the largest step, in pictures, or doublings of the zoom.
const SMALLEST_STEP: f64 = 0.02;
const LARGEST_STEP: f64 = 0.5;
/// A move ends by itself after this time: whoever started it has lost the means to stop it.
const LONGEST_MOVE: Duration = Duration::from_secs(60);

const ABILITIES: Abilities = Abilities {
    ptz: true,
    presets: true,
    snapshot: false,
    flip: crate::steering::FlipAbility::None,
    reboot: false,
    information: false,
    motion: false,
};

/// Where the lens looks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Aim {
    /// The middle of what is seen, in pictures to the right of the middle of the scene.
    pub x: f64,
    /// The same, downwards.
    pub y: f64,
    /// Magnification, 1 to 8.
    pub zoom: f64,
}

impl Aim {
    /// The pattern as it is drawn.
    pub const HOME: Self = Self {
        x: 0.0,
        y: 0.0,
        zoom: 1.0,
    };

    /// The same within the scene.
    fn within(self) -> Self {
        // What a file holds may be no number.
        let number = |value: f64, default: f64| if value.is_finite() { value } else { default };
        let zoom = number(self.zoom, 1.0).clamp(1.0, LONGEST_ZOOM);
        let reach = (SCENE - 1.0 / zoom) / 2.0;
        Self {
            x: number(self.x, 0.0).clamp(-reach, reach),
            y: number(self.y, 0.0).clamp(-reach, reach),
            zoom,
        }
    }

    /// Moved so far: pictures as they are seen, and doublings of the zoom.
    fn moved(self, direction: Direction, pictures: f64, doublings: f64) -> Self {
        let Direction { pan, tilt, zoom } = direction;
        let aim = Self {
            x: self.x + f64::from(pan) * pictures / self.zoom,
            y: self.y - f64::from(tilt) * pictures / self.zoom,
            zoom: self.zoom * (f64::from(zoom) * doublings).exp2(),
        };
        aim.within()
    }
}

/// A move that goes on.
#[derive(Debug, Clone, Copy)]
struct Going {
    direction: Direction,
    /// 0 to 1.
    speed: f64,
    since: Instant,
}

#[derive(Debug)]
struct Mechanics {
    aim: Aim,
    /// When `aim` was so.
    at: Instant,
    going: Option<Going>,
    presets: BTreeMap<u8, Aim>,
}

impl Mechanics {
    /// Where it looks at `now`.
    fn advance(&mut self, now: Instant) -> Aim {
        if let Some(going) = self.going {
            let end = going.since + LONGEST_MOVE;
            let seconds = now.min(end).saturating_duration_since(self.at).as_secs_f64();
            let amount = going.speed * seconds;
            self.aim = self
                .aim
                .moved(going.direction, amount * FASTEST_PAN, amount * FASTEST_ZOOM);
            if now >= end {
                self.going = None;
            }
        }
        self.at = now;
        self.aim
    }

    /// Does as told; whether the positions have changed.
    fn carry_out(&mut self, order: Order, now: Instant) -> Outcome<bool> {
        self.advance(now);
        match order {
            Order::Go(direction, speed) => {
                self.going = Some(Going {
                    direction,
                    speed: speed as f64 / 100.0,
                    since: now,
                });
            }
            Order::Stop => self.going = None,
            Order::Step(direction, size) => {
                self.going = None;
                let length = SMALLEST_STEP + (LARGEST_STEP - SMALLEST_STEP) * size as f64 / 100.0;
                self.aim = self.aim.moved(direction, length, length);
            }
            Order::GotoPreset(id) => {
                let unknown = || SteeringError::BadValue(format!("there is no position {id}"));
                self.aim = self.presets.get(&number(id)).copied().ok_or_else(unknown)?.within();
                self.going = None;
            }
            Order::SetPreset(id) => return Ok(self.presets.insert(number(id), self.aim) != Some(self.aim)),
            Order::ClearPreset(id) => return Ok(self.presets.remove(&number(id)).is_some()),
        }
        Ok(false)
    }
}

fn number(id: PresetId) -> u8 {
    u8::try_from(id.get()).unwrap_or(u8::MAX)
}

struct Shared {
    mechanics: Mutex<Mechanics>,
    file: Option<PathBuf>,
    abilities: watch::Sender<Abilities>,
    motion: watch::Sender<Motion>,
}

/// The lens. Clones are the same one.
#[derive(Clone)]
pub struct Lens(Arc<Shared>);

impl Lens {
    /// A lens that looks straight on. Its positions are kept in `presets`, if given.
    pub fn new(presets: Option<PathBuf>) -> Self {
        let kept = presets.as_deref().and_then(|file| std::fs::read(file).ok());
        let kept = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let mechanics = Mechanics {
            aim: Aim::HOME,
            at: Instant::now(),
            going: None,
            presets: kept.unwrap_or_default(),
        };
        Self(Arc::new(Shared {
            mechanics: Mutex::new(mechanics),
            file: presets,
            abilities: watch::Sender::new(ABILITIES),
            motion: watch::Sender::default(),
        }))
    }

    /// Where it looks at `now`.
    pub fn aim(&self, now: Instant) -> Aim {
        self.0.mechanics.lock().advance(now)
    }

    fn carry_out(&self, order: Order, now: Instant) -> Outcome<()> {
        let mut mechanics = self.0.mechanics.lock();
        let changed = mechanics.carry_out(order, now)?;
        let (true, Some(file)) = (changed, &self.0.file) else {
            return Ok(());
        };
        // Written while locked: the file always holds the newest. It is small, and seldom changes.
        let kept = serde_json::to_vec_pretty(&mechanics.presets).unwrap_or_default();
        if let Err(error) = crate::state::write_atomically(file, &kept) {
            tracing::warn!(file = %file.display(), %error, "the positions cannot be kept");
        }
        Ok(())
    }
}

impl Steering for Lens {
    fn abilities(&self) -> watch::Receiver<Abilities> {
        self.0.abilities.subscribe()
    }

    fn motion(&self) -> watch::Receiver<Motion> {
        self.0.motion.subscribe()
    }

    fn ptz(&self, op: PtzOp, value: i64) -> Outcome<()> {
        self.carry_out(Order::of(op, value, ABILITIES)?, Instant::now())
    }

    fn presets(&self) -> Asked<'_, Vec<PresetId>> {
        let mechanics = self.0.mechanics.lock();
        let ids = mechanics
            .presets
            .keys()
            .map(|&id| PresetId::clamped(i64::from(id)))
            .collect();
        Box::pin(std::future::ready(Ok(ids)))
    }

    fn snapshot(&self) -> Asked<'_, Bytes> {
        not_offered("single pictures")
    }

    fn flip(&self) -> Asked<'_, Flip> {
        not_offered("to turn its picture")
    }

    fn set_flip(&self, _flip: Flip) -> Asked<'_, ()> {
        not_offered("to turn its picture")
    }

    fn reboot(&self) -> Asked<'_, ()> {
        not_offered("to be started anew")
    }

    fn information(&self) -> Asked<'_, Information> {
        not_offered("information about itself")
    }
}

fn not_offered<'a, T: Send + 'a>(what: &'static str) -> Asked<'a, T> {
    Box::pin(std::future::ready(Err(SteeringError::NotOffered(what))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(op: PtzOp, value: i64) -> Order {
        Order::of(op, value, ABILITIES).unwrap()
    }

    fn near(aim: Aim, x: f64, y: f64, zoom: f64) {
        let close = |a: f64, b: f64| (a - b).abs() < 0.001;
        assert!(close(aim.x, x) && close(aim.y, y) && close(aim.zoom, zoom), "{aim:?}");
    }

    #[test]
    fn it_moves_for_as_long_as_the_button_is_held() {
        let lens = Lens::new(None);
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        lens.carry_out(order(PtzOp::UpRight, 50), at(0)).unwrap();
        near(lens.aim(at(40)), 0.02, -0.02, 1.0);
        lens.carry_out(Order::Stop, at(400)).unwrap();
        near(lens.aim(at(5000)), 0.2, -0.2, 1.0);
        lens.carry_out(order(PtzOp::ZoomIn, 100), at(5000)).unwrap();
        near(lens.aim(at(6000)), 0.2, -0.2, 4.0);
        near(lens.aim(at(60_000)), 0.2, -0.2, 8.0);
        // Zoomed in, the same speed looks the same.
        lens.carry_out(order(PtzOp::Left, 100), at(60_000)).unwrap();
        near(lens.aim(at(61_000)), 0.2 - 0.125, -0.2, 8.0);
        // Forgotten, it stops by itself, at the edge of the scene.
        near(lens.aim(at(600_000)), -0.9375, -0.2, 8.0);
    }

    #[test]
    fn it_never_looks_beyond_the_scene() {
        let lens = Lens::new(None);
        let start = Instant::now();
        lens.carry_out(order(PtzOp::ZoomInStep, 100), start).unwrap();
        for _ in 0..20 {
            lens.carry_out(order(PtzOp::DownRightStep, 100), start).unwrap();
        }
        let far = lens.aim(start);
        assert!((far.x + 0.5 / far.zoom - SCENE / 2.0).abs() < 1e-9);
        for _ in 0..20 {
            lens.carry_out(order(PtzOp::ZoomOutStep, 100), start).unwrap();
        }
        near(lens.aim(start), 0.5, 0.5, 1.0);
    }

    #[tokio::test]
    async fn positions_last() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lens.json");
        let lens = Lens::new(Some(file.clone()));
        lens.ptz(PtzOp::RightStep, 100).unwrap();
        lens.ptz(PtzOp::SetPreset, 7).unwrap();
        lens.ptz(PtzOp::SetPreset, 255).unwrap();
        lens.ptz(PtzOp::ClearPreset, 255).unwrap();
        let again = Lens::new(Some(file));
        assert_eq!(again.presets().await.unwrap(), [PresetId::clamped(7)]);
        again.ptz(PtzOp::GotoPreset, 7).unwrap();
        near(again.aim(Instant::now()), 0.5, 0.0, 1.0);
        assert!(matches!(
            again.ptz(PtzOp::GotoPreset, 8),
            Err(SteeringError::BadValue(_))
        ));
        assert!(matches!(again.reboot().await, Err(SteeringError::NotOffered(_))));
    }
}
