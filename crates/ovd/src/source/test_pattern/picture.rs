//! What the test pattern shows, redrawn only where it changes.

use super::canvas::{Area, Canvas, Colour};
use super::clock::{
    DIGIT_HEIGHT, DIGIT_LEFT, DIGIT_SEGMENTS, DIGIT_TOP, DIGIT_WIDTH, SEGMENT_BOXES, SEPARATOR_LEFT, SEPARATOR_WIDTH,
    TimeOfDay,
};
use crate::clock::Zone;
use dap::LocalDateTime;
use std::f64::consts::TAU;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The ball swings once from side to side and back in this time.
const SWING: Duration = Duration::from_secs(4);
/// Luma of a segment that is off: barely above the panel, as on a real display.
const UNLIT: Colour = Colour(28, 128, 128);

/// The test pattern: colour bars, name, clock, date, a ball that swings, a bar that fills each second, a grey ramp.
pub(super) struct Picture {
    canvas: Canvas,
    digits: Option<[u8; 7]>,
    day: Option<(u64, i32)>,
    led: Option<bool>,
    ball: Option<Area>,
    second_filled_to: usize,
}

impl Picture {
    /// A picture with all that never changes. `title` is shown on the left, `subtitle` on the right.
    pub(super) fn new(width: usize, height: usize, title: &str, subtitle: &str) -> Self {
        let mut canvas = Canvas::new(width, height);
        let whole = canvas.area(0, 0, 1000, 1000);
        let height = canvas.height();
        canvas.fill_rows(whole, |row| backdrop(row, height));
        draw_bars(&mut canvas);
        draw_ramp(&mut canvas);
        draw_titles(&mut canvas, title, subtitle);
        let panel = canvas.area(100, 305, 900, 655);
        canvas.fill(panel, Colour::BLACK);
        draw_separators(&mut canvas);
        Self {
            canvas,
            digits: None,
            day: None,
            led: None,
            ball: None,
            second_filled_to: 0,
        }
    }

    /// Draws the moment `now` as clocks show it `zone_h` hours east of UTC, and returns the picture. `led`: the lamp
    /// beside the name is on.
    pub(super) fn draw(&mut self, now: SystemTime, zone_h: i32, led: bool) -> &Canvas {
        let shift = Duration::from_secs(u64::from(zone_h.unsigned_abs()) * 3600);
        let shown = if zone_h < 0 {
            now.checked_sub(shift)
        } else {
            now.checked_add(shift)
        };
        let shown = shown.unwrap_or(now);
        let since_epoch = shown.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        self.draw_clock(TimeOfDay::at(shown));
        self.draw_date(since_epoch.as_secs() / 86_400, zone_h);
        self.draw_led(led);
        self.draw_second(since_epoch.subsec_millis());
        self.draw_ball(since_epoch);
        &self.canvas
    }

    fn draw_clock(&mut self, time: TimeOfDay) {
        let digits = time.digits();
        for (place, (&digit, left)) in digits.iter().zip(DIGIT_LEFT).enumerate() {
            if self.digits.is_some_and(|shown| shown[place] == digit) {
                continue;
            }
            let lit = DIGIT_SEGMENTS.get(usize::from(digit)).copied().unwrap_or(0);
            // Unlit ones first: neighbours share corners, which belong to the lit one.
            for wanted in [false, true] {
                for (segment, edges) in SEGMENT_BOXES.iter().enumerate() {
                    let on = lit >> segment & 1 == 1;
                    if on == wanted {
                        let area = segment_area(&self.canvas, left, edges);
                        self.canvas.fill(area, if on { Colour::WHITE } else { UNLIT });
                    }
                }
            }
        }
        self.digits = Some(digits);
    }

    fn draw_date(&mut self, day: u64, zone_h: i32) {
        if self.day == Some((day, zone_h)) {
            return;
        }
        self.day = Some((day, zone_h));
        let midnight = LocalDateTime::from_unix_s(i64::try_from(day * 86_400).unwrap_or(i64::MAX)).to_string();
        let text = format!("{} {}", midnight.split('T').next().unwrap_or_default(), Zone(zone_h));
        let top = self.canvas.row(607) - (self.canvas.text_height() / 2).min(self.canvas.row(40));
        let line = Area {
            top,
            bottom: self.canvas.row(650),
            ..self.canvas.area(100, 0, 900, 0)
        };
        self.canvas.fill(line, Colour::BLACK);
        let left = (self.canvas.width().saturating_sub(self.canvas.text_width(&text)) / 2) & !1;
        self.canvas
            .text(&text, left, top & !1, self.canvas.column(900), Colour(150, 128, 128));
    }

    fn draw_led(&mut self, on: bool) {
        if self.led == Some(on) {
            return;
        }
        self.led = Some(on);
        let radius = self.canvas.row(16).max(3);
        let (x, y) = (self.canvas.column(950), self.canvas.row(252));
        let colour = if on {
            Colour::rgb(60, 220, 90)
        } else {
            Colour::rgb(24, 40, 44)
        };
        self.canvas.ball(x, y, radius, colour);
    }

    fn draw_second(&mut self, millisecond: u32) {
        let Area {
            left,
            top,
            right,
            bottom,
        } = self.canvas.area(100, 655, 900, 667);
        let to = (left + (right - left) * millisecond as usize / 1000) & !1;
        if to < self.second_filled_to || self.second_filled_to == 0 {
            self.canvas.fill(
                Area {
                    left,
                    top,
                    right,
                    bottom,
                },
                Colour::rgb(30, 44, 62),
            );
            self.second_filled_to = left;
        }
        self.canvas.fill(
            Area {
                left: self.second_filled_to,
                top,
                right: to,
                bottom,
            },
            Colour::rgb(64, 196, 190),
        );
        self.second_filled_to = to.max(left);
    }

    fn draw_ball(&mut self, since_epoch: Duration) {
        let height = self.canvas.height();
        if let Some(area) = self.ball.take() {
            self.canvas.fill_rows(area, |row| backdrop(row, height));
        }
        let radius = self.canvas.row(75).max(4);
        let swing_ms = SWING.as_millis().max(1);
        let phase = (since_epoch.as_millis() % swing_ms) as f64 / swing_ms as f64;
        let (left, right) = (self.canvas.column(100) + radius, self.canvas.column(900) - radius);
        let x = left + ((right - left) as f64 * (0.5 - 0.5 * (TAU * phase).cos())) as usize;
        let y = self.canvas.row(780);
        self.canvas.ball(x, y, radius, Colour::rgb(242, 140, 40));
        self.ball = Some(Area {
            left: (x - radius) & !1,
            top: (y - radius) & !1,
            right: (x + radius + 2) & !1,
            bottom: (y + radius + 2) & !1,
        });
    }
}

/// The background: deep blue above, teal below.
fn backdrop(row: usize, height: usize) -> Colour {
    let share = (row * 255 / height.max(1)).min(255) as u8;
    Colour::rgb(22, 74, 92).over(Colour::rgb(14, 22, 44), share)
}

/// Seven bars of 75 % (SMPTE order).
fn draw_bars(canvas: &mut Canvas) {
    const BARS: [(u8, u8, u8); 7] = [
        (191, 191, 191),
        (191, 191, 0),
        (0, 191, 191),
        (0, 191, 0),
        (191, 0, 191),
        (191, 0, 0),
        (0, 0, 191),
    ];
    let width = canvas.width();
    for (bar, (r, g, b)) in BARS.into_iter().enumerate() {
        let area = Area {
            left: (width * bar / 7) & !1,
            right: if bar == 6 { width } else { (width * (bar + 1) / 7) & !1 },
            ..canvas.area(0, 0, 1000, 200)
        };
        canvas.fill(area, Colour::rgb(r, g, b));
    }
}

/// Eleven steps from black to white, to judge a display's range by.
fn draw_ramp(canvas: &mut Canvas) {
    let width = canvas.width();
    for step in 0..11 {
        let area = Area {
            left: (width * step / 11) & !1,
            right: if step == 10 {
                width
            } else {
                (width * (step + 1) / 11) & !1
            },
            ..canvas.area(0, 910, 1000, 1000)
        };
        canvas.fill(area, Colour((16 + 219 * step / 10) as u8, 128, 128));
    }
}

fn draw_titles(canvas: &mut Canvas, title: &str, subtitle: &str) {
    let top = (canvas.row(252).saturating_sub(canvas.text_height() / 2)) & !1;
    let (left, right) = (canvas.column(100), canvas.column(900));
    let subtitle_left = right.saturating_sub(canvas.text_width(subtitle)) & !1;
    canvas.text(title, left, top, subtitle_left.saturating_sub(8), Colour::WHITE);
    canvas.text(subtitle, subtitle_left.max(left), top, right, Colour(150, 134, 120));
}

fn draw_separators(canvas: &mut Canvas) {
    let rows: [(u32, u32); 3] = [(280, 400), (600, 720), (880, 1000)];
    for (place, left) in SEPARATOR_LEFT.into_iter().enumerate() {
        let dots = if place == 2 { &rows[2..] } else { &rows[..2] };
        for (top, bottom) in dots {
            let area = canvas.area(
                left + SEPARATOR_WIDTH / 6,
                DIGIT_TOP + DIGIT_HEIGHT * top / 1000,
                left + SEPARATOR_WIDTH * 5 / 6,
                DIGIT_TOP + DIGIT_HEIGHT * bottom / 1000,
            );
            canvas.fill(area, Colour::WHITE);
        }
    }
}

fn segment_area(canvas: &Canvas, digit_left: u32, [left, top, right, bottom]: &[u32; 4]) -> Area {
    let x = |inside: u32| {
        (canvas.width() as u64 * u64::from(digit_left * 1000 + DIGIT_WIDTH * inside) / 1_000_000) as usize & !1
    };
    let y = |inside: u32| {
        (canvas.height() as u64 * u64::from(DIGIT_TOP * 1000 + DIGIT_HEIGHT * inside) / 1_000_000) as usize & !1
    };
    Area {
        left: x(*left),
        top: y(*top),
        right: x(*right),
        bottom: y(*bottom),
    }
}

#[cfg(test)]
mod tests {
    use super::super::clock;
    use super::*;

    #[test]
    fn the_clock_is_readable_at_every_size_and_moment() {
        for (width, height) in [
            (320, 180),
            (640, 360),
            (1280, 720),
            (1920, 1080),
            (768, 432),
            (704, 576),
        ] {
            let mut picture = Picture::new(width, height, "camera", "test");
            for step in 0..200u64 {
                let now = UNIX_EPOCH + Duration::from_millis(1_795_383_000_000 + step * 4_321_040);
                let canvas = picture.draw(now, 0, true);
                let read = clock::read(width as u32, height as u32, |x, y| {
                    canvas.luma()[y as usize * width + x as usize]
                });
                assert_eq!(read, Some(TimeOfDay::at(now)), "{width}x{height}");
            }
        }
    }

    #[test]
    fn the_clock_shows_the_time_of_its_zone() {
        let now = UNIX_EPOCH + Duration::from_millis(1_795_383_000_000);
        let mut picture = Picture::new(640, 360, "camera", "test");
        for zone_h in [0i32, 8, -5] {
            let canvas = picture.draw(now, zone_h, false);
            let read = clock::read(640, 360, |x, y| canvas.luma()[y as usize * 640 + x as usize]);
            let shifted = now + Duration::from_secs(86_400) - Duration::from_secs((24 - zone_h) as u64 * 3600);
            assert_eq!(read, Some(TimeOfDay::at(shifted)), "{zone_h}");
        }
    }

    #[test]
    fn drawing_on_looks_the_same_as_drawing_anew() {
        let moments = [
            1_795_383_000_040u64,
            1_795_383_000_960,
            1_795_383_001_000,
            1_795_391_999_990,
            1_795_392_000_050,
        ];
        let mut kept = Picture::new(640, 360, "camera", "test");
        for moment in moments {
            let now = UNIX_EPOCH + Duration::from_millis(moment);
            let mut fresh = Picture::new(640, 360, "camera", "test");
            assert!(
                kept.draw(now, 0, true).luma() == fresh.draw(now, 0, true).luma(),
                "at {moment}"
            );
        }
    }
}
