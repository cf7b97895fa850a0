//! The clock in the test pattern: made for eyes and for programs.
//!
//! The picture shows the time of day at which it was drawn (the agent's clock and zone; UTC unless set otherwise), as `HH:MM:SS.d` (`d` = tenths of a second), in white
//! seven-segment digits on a black panel. Whoever can read pixels can therefore measure glass-to-glass delay: a browser
//! test draws the `<video>` on a canvas, reads the clock, and compares it with its own.
//!
//! # Where every segment is
//!
//! All positions are in **thousandths of the picture** (x of its width, y of its height), so that they hold for every
//! resolution the picture is encoded in or scaled to. The seven digits have the same size and the same top:
//!
//! | digit | H tens | H ones | M tens | M ones | S tens | S ones | tenths |
//! | --- | --- | --- | --- | --- | --- | --- | --- |
//! | left edge x ([`DIGIT_LEFT`]) | 131 | 220 | 352 | 441 | 573 | 662 | 794 |
//!
//! Width [`DIGIT_WIDTH`] = 75, top [`DIGIT_TOP`] = 340, height [`DIGIT_HEIGHT`] = 220. The panel around them spans
//! x 100–900, y 305–655. Colons and the decimal point stand at x 309, 530 and 751 and need not be read.
//!
//! Within a digit, each segment is probed at its centre ([`SEGMENT_CENTRES`], thousandths of the digit's width and
//! height). Segments bear the usual letters:
//!
//! ```text
//!    aaaa        a (500,  60)
//!   f    b       b (900, 270)
//!   f    b       c (900, 730)
//!    gggg        d (500, 940)
//!   e    c       e (100, 730)
//!   e    c       f (100, 270)
//!    dddd        g (500, 500)
//! ```
//!
//! So segment `s` of digit `i` is probed at
//! `x = (DIGIT_LEFT[i] + 75 × sx / 1000) / 1000 × width`, `y = (340 + 220 × sy / 1000) / 1000 × height`.
//! It is lit when its luma is above half of the range (lit is 235, unlit 28, panel 16 in BT.709 limited range; on a
//! canvas: R+G+B over 3 > 127). Averaging a few pixels around the probe makes it robust against compression.
//! The lit segments of each digit are in [`DIGIT_SEGMENTS`] (bit 0 = a … bit 6 = g):
//!
//! | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 |
//! | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
//! | 0x3f | 0x06 | 0x5b | 0x4f | 0x66 | 0x6d | 0x7d | 0x07 | 0x7f | 0x6f |
//!
//! Any other pattern means the picture is not the test pattern, or is damaged. [`read`] is the reference reader.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Left edge of each of the seven digits, thousandths of the picture's width.
pub const DIGIT_LEFT: [u32; 7] = [131, 220, 352, 441, 573, 662, 794];
/// Width of a digit, thousandths of the picture's width.
pub const DIGIT_WIDTH: u32 = 75;
/// Top edge of all digits, thousandths of the picture's height.
pub const DIGIT_TOP: u32 = 340;
/// Height of a digit, thousandths of the picture's height.
pub const DIGIT_HEIGHT: u32 = 220;
/// Left edges of the two colons and the decimal point, thousandths of the picture's width.
pub const SEPARATOR_LEFT: [u32; 3] = [309, 530, 751];
/// Width of a colon or decimal point, thousandths of the picture's width.
pub const SEPARATOR_WIDTH: u32 = 29;
/// Where segments a to g are probed: (x, y) in thousandths of the digit's width and height.
pub const SEGMENT_CENTRES: [(u32, u32); 7] = [
    (500, 60),
    (900, 270),
    (900, 730),
    (500, 940),
    (100, 730),
    (100, 270),
    (500, 500),
];
/// Which segments are lit for 0 to 9: bit 0 = a … bit 6 = g.
pub const DIGIT_SEGMENTS: [u8; 10] = [0x3f, 0x06, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 0x07, 0x7f, 0x6f];

/// Outlines of segments a to g: left, top, right, bottom in thousandths of the digit's width and height.
pub(super) const SEGMENT_BOXES: [[u32; 4]; 7] = [
    [150, 0, 850, 120],
    [800, 60, 1000, 480],
    [800, 520, 1000, 940],
    [150, 880, 850, 1000],
    [0, 520, 200, 940],
    [0, 60, 200, 480],
    [150, 440, 850, 560],
];

/// A UTC time of day to a tenth of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay {
    tenths: u32,
}

impl TimeOfDay {
    /// The time of day at `at`, rounded down to a tenth of a second.
    pub fn at(at: SystemTime) -> Self {
        let since_epoch = at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let tenths = (since_epoch.as_millis() / 100) % 864_000;
        Self {
            tenths: u32::try_from(tenths).unwrap_or(0),
        }
    }

    /// The seven digits `HHMMSSd`.
    pub fn digits(self) -> [u8; 7] {
        let seconds = self.tenths / 10;
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        [
            hours / 10,
            hours % 10,
            minutes / 10,
            minutes % 10,
            seconds / 10,
            seconds % 10,
            self.tenths % 10,
        ]
        .map(|digit| u8::try_from(digit).unwrap_or(0))
    }

    /// From seven digits `HHMMSSd`; `None` when they are no time of day.
    pub fn from_digits(digits: [u8; 7]) -> Option<Self> {
        let [h10, h1, m10, m1, s10, s1, d] = digits.map(u32::from);
        let (hours, minutes, seconds) = (h10 * 10 + h1, m10 * 10 + m1, s10 * 10 + s1);
        let valid = digits.iter().all(|&digit| digit < 10) && hours < 24 && minutes < 60 && seconds < 60;
        valid.then_some(Self {
            tenths: ((hours * 60 + minutes) * 60 + seconds) * 10 + d,
        })
    }

    /// Since midnight UTC.
    pub fn since_midnight(self) -> Duration {
        Duration::from_millis(u64::from(self.tenths) * 100)
    }
}

/// Reads the clock from a picture of `width` × `height` pixels, whose luma (0–255) `luma(x, y)` gives.
/// `None` when there is no clock in it. This is the reference for readers elsewhere.
pub fn read(width: u32, height: u32, luma: impl Fn(u32, u32) -> u8) -> Option<TimeOfDay> {
    let mut digits = [0; 7];
    for (digit, left) in digits.iter_mut().zip(DIGIT_LEFT) {
        let mut lit = 0u8;
        for (segment, (sx, sy)) in SEGMENT_CENTRES.iter().enumerate() {
            let x = (left * 1000 + DIGIT_WIDTH * sx) * width / 1_000_000;
            let y = (DIGIT_TOP * 1000 + DIGIT_HEIGHT * sy) * height / 1_000_000;
            lit |= u8::from(luma(x.min(width - 1), y.min(height - 1)) > 127) << segment;
        }
        *digit = u8::try_from(DIGIT_SEGMENTS.iter().position(|&segments| segments == lit)?).ok()?;
    }
    TimeOfDay::from_digits(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_time_are_each_others_inverse() {
        let at = UNIX_EPOCH + Duration::from_millis(1_795_383_296_789);
        let time = TimeOfDay::at(at);
        assert_eq!(TimeOfDay::from_digits(time.digits()), Some(time));
        assert_eq!(
            time.since_midnight(),
            Duration::from_millis(1_795_383_296_789 % 86_400_000 / 100 * 100)
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        assert_eq!(TimeOfDay::from_digits([2, 4, 0, 0, 0, 0, 0]), None);
        assert_eq!(TimeOfDay::from_digits([2, 3, 6, 0, 0, 0, 0]), None);
    }

    #[test]
    fn every_probe_lies_inside_its_segment() {
        for ((x, y), [left, top, right, bottom]) in SEGMENT_CENTRES.into_iter().zip(SEGMENT_BOXES) {
            assert!(left < x && x < right && top < y && y < bottom);
        }
    }
}
