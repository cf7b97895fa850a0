//! What moves, from one picture to the next.

use super::cells::{Cells, Luma};
use std::time::Duration;

/// Pictures closer to each other than this tell nothing new.
const LOOK_EVERY: Duration = Duration::from_millis(180);
/// What a cell was is forgotten with this time constant, s.
const MEMORY_S: f32 = 1.0;
/// How much a cell usually changes is learnt with these time constants, s: more sooner than less, because a codec's
/// keyframes stir a picture up at long intervals;
const NOISE_RISES_S: f32 = 6.0;
const NOISE_FALLS_S: f32 = 30.0;
/// while the cell moves, so many times slower.
const NOISE_SLOWER: f32 = 5.0;
/// At first it is learnt as fast as pictures come, and nothing is said.
const LEARNING: Duration = Duration::from_secs(2);
/// A cell moves when it differs by this many times of what it usually does, on top of the sensitivity's part.
const NOISE_TIMES: f32 = 5.0;
/// How much a cell is taken to change usually before that is known, levels of 255.
const NOISE_AT_FIRST: f32 = 1.0;
/// Fewer cells than this are no motion at any sensitivity: noise finds one now and then.
const SMALLEST: f32 = 2.0;
/// More than this share of all cells at once is a change of light or of the whole picture.
const EVERYWHERE: f32 = 0.6;
/// Pictures further apart than this count for themselves: there will be no second one in time.
const RARE: Duration = Duration::from_millis(800);
/// A motion ends when nothing has moved for this long.
const REST: Duration = Duration::from_secs(3);

/// What a picture brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Something began to move.
    Begun,
    /// Nothing moves any more.
    Ended,
}

/// Finds motion in pictures that are shown to it. Knows no clock: the time comes with each picture.
#[derive(Debug)]
pub struct Detector {
    sensitivity: f32,
    known: Option<Known>,
    active: bool,
}

#[derive(Debug)]
struct Known {
    cells: Cells,
    noise: Vec<f32>,
    /// When the first picture came, and the last.
    since: Duration,
    at: Duration,
    /// The last picture in which something moved, and whether the one before did too.
    moved_at: Option<Duration>,
    moved_before: bool,
}

impl Detector {
    /// Looks with this sensitivity, 0–100: 0 needs something large and clear, 100 takes the smallest.
    pub fn new(sensitivity: u8) -> Self {
        let mut detector = Self {
            sensitivity: 0.0,
            known: None,
            active: false,
        };
        detector.set_sensitivity(sensitivity);
        detector
    }

    /// Looks with another sensitivity from now on.
    pub fn set_sensitivity(&mut self, sensitivity: u8) {
        self.sensitivity = f32::from(sensitivity.min(100)) / 100.0;
    }

    /// Whether something moves.
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// Whether a picture at this time would be looked at; those in between need not even be decoded.
    pub fn is_due(&self, at: Duration) -> bool {
        // A time that goes back begins anew.
        self.known
            .as_ref()
            .is_none_or(|known| at < known.at || at - known.at >= LOOK_EVERY)
    }

    /// How far a cell must change to be seen, levels of 255.
    fn step(&self) -> f32 {
        24.0 - 21.0 * self.sensitivity
    }

    /// What share of the picture must move.
    fn share(&self) -> f32 {
        0.03 * 0.01f32.powf(self.sensitivity)
    }

    /// Looks at a picture of this time since any beginning.
    pub fn look(&mut self, picture: Luma<'_>, at: Duration) -> Option<Change> {
        if !self.is_due(at) {
            return None;
        }
        let cells = Cells::of(picture);
        let (step, share) = (self.step(), self.share());
        let fits = |known: &Known| known.cells.is_like(&cells) && at > known.at;
        let Some(mut known) = self.known.take().filter(fits) else {
            // The first picture of all, or of another size: nothing is known to compare it with.
            self.known = Some(Known {
                noise: vec![NOISE_AT_FIRST; cells.means.len()],
                cells,
                since: at,
                at,
                moved_at: None,
                moved_before: false,
            });
            return self.settle(false);
        };
        let apart = at - known.at;
        known.at = at;
        let moved = known.compare(&cells, apart, step, share);
        let begins = moved && (known.moved_before || apart >= RARE);
        if moved {
            known.moved_at = Some(at);
        }
        known.moved_before = moved;
        let rests = known.moved_at.is_none_or(|moved_at| at - moved_at >= REST);
        self.known = Some(known);
        match (self.active, begins, rests) {
            (false, true, _) => self.settle(true),
            (true, _, true) => self.settle(false),
            _ => None,
        }
    }

    fn settle(&mut self, active: bool) -> Option<Change> {
        let was = std::mem::replace(&mut self.active, active);
        (was != active).then_some(if active { Change::Begun } else { Change::Ended })
    }
}

impl Known {
    /// Compares a picture with what is known, and learns from it. Whether something moved.
    fn compare(&mut self, new: &Cells, apart: Duration, step: f32, share: f32) -> bool {
        let seconds = apart.as_secs_f32();
        let differences: Vec<f32> = self
            .cells
            .means
            .iter()
            .zip(&new.means)
            .map(|(was, is)| is - was)
            .collect();
        let light = median(differences.clone());
        let count = differences.len().max(1) as f32;
        let moves = |difference: f32, noise: f32| (difference - light).abs() > step + NOISE_TIMES * noise;
        let moving = differences
            .iter()
            .zip(&self.noise)
            .filter(|&(&difference, &noise)| moves(difference, noise))
            .count() as f32;
        if moving / count > EVERYWHERE {
            // Another picture: learnt at once.
            self.cells = new.clone();
            return false;
        }
        let learn = |time_constant: f32| 1.0 - (-seconds / time_constant).exp();
        let cell_share = learn(MEMORY_S);
        let age = self.at.saturating_sub(self.since);
        let learning = age <= LEARNING;
        for ((was, noise), difference) in self.cells.means.iter_mut().zip(&mut self.noise).zip(differences) {
            let change = (difference - light).abs();
            let time_constant = if change > *noise { NOISE_RISES_S } else { NOISE_FALLS_S };
            let noise_share = match moves(difference, *noise) {
                _ if learning => learn(time_constant.min(age.as_secs_f32())),
                true => learn(time_constant * NOISE_SLOWER),
                false => learn(time_constant),
            };
            *noise += (change - *noise) * noise_share;
            // A change of light is taken over whole, the rest bit by bit.
            *was += light + (difference - light) * cell_share;
        }
        !learning && moving >= (share * count).max(SMALLEST)
    }
}

fn median(mut values: Vec<f32>) -> f32 {
    let middle = values.len() / 2;
    if values.is_empty() {
        return 0.0;
    }
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

#[cfg(test)]
mod tests;
