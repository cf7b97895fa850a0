//! Whether something moves in a picture.
//!
//! A picture is reduced to the mean brightness of some two thousand cells, in which the noise of a sensor and of a codec
//! averages out. A cell moves when it differs from what it was within the last second by more than it usually does. What
//! changes everywhere at once (a lamp, a cloud, the night filter of the camera) is light, and no motion.

mod cells;
mod detector;
mod watch;

pub use cells::Luma;
pub use detector::{Change, Detector};
pub use watch::Watch;
