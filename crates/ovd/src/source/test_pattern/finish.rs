//! The last thing that happens to a picture before it is encoded: it is turned, and text is laid over it, which is not
//! turned with it.

use super::canvas::{Area, Canvas, Colour};
use super::{Look, Osd, Place};
use crate::steering::Flip;

/// Share of black (0–255) behind the text.
const SHADE: u8 = 130;

/// Turns pictures of one size and writes on them.
pub(super) struct Finish {
    flip: Flip,
    osd: Option<Osd>,
    canvas: Canvas,
}

impl Finish {
    pub(super) fn new(width: usize, height: usize, look: &Look) -> Self {
        let mut finish = Self {
            flip: Flip::default(),
            osd: None,
            canvas: Canvas::new(width, height),
        };
        finish.set(look);
        finish
    }

    /// From the next picture on.
    pub(super) fn set(&mut self, look: &Look) {
        self.flip = look.flip;
        self.osd = look.osd.clone().filter(|osd| !osd.text.is_empty());
    }

    /// The finished picture; `picture` itself where there is nothing to do.
    pub(super) fn apply<'a>(&'a mut self, picture: &'a Canvas) -> &'a Canvas {
        if self.flip == Flip::default() && self.osd.is_none() {
            return picture;
        }
        self.canvas
            .copy_flipped(picture, self.flip.horizontal, self.flip.vertical);
        if let Some(osd) = &self.osd {
            write(&mut self.canvas, osd);
        }
        &self.canvas
    }
}

fn write(canvas: &mut Canvas, osd: &Osd) {
    let times = osd.times.max(1);
    let (margin_x, margin_y) = (canvas.column(15), canvas.row(20));
    let (width, height) = (canvas.width(), canvas.height());
    let text_width = (canvas.text_width(&osd.text) * times).min(width.saturating_sub(2 * margin_x));
    let text_height = canvas.text_height() * times;
    let left = match osd.place {
        Place::TopLeft | Place::BottomLeft => margin_x,
        Place::TopRight | Place::BottomRight => width.saturating_sub(margin_x + text_width) & !1,
    };
    let top = match osd.place {
        Place::TopLeft | Place::TopRight => margin_y,
        Place::BottomLeft | Place::BottomRight => height.saturating_sub(margin_y + text_height) & !1,
    };
    let plate = Area {
        left: left.saturating_sub(4),
        top,
        right: (left + text_width + 4).min(width),
        bottom: (top + text_height).min(height),
    };
    canvas.shade(plate, Colour::BLACK, SHADE);
    let right = (left + text_width).min(width);
    canvas.text_enlarged(&osd.text, (left, top), right, Colour::WHITE, times);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(horizontal: bool, vertical: bool, osd: Option<Osd>) -> Look {
        Look {
            flip: Flip { horizontal, vertical },
            osd,
            ..Look::default()
        }
    }

    /// A black picture with a white patch in the upper left corner.
    fn marked() -> Canvas {
        let mut canvas = Canvas::new(64, 48);
        let patch = Area {
            left: 0,
            top: 0,
            right: 8,
            bottom: 8,
        };
        canvas.fill(patch, Colour::WHITE);
        canvas
    }

    #[test]
    fn the_picture_is_turned_as_wanted() {
        let picture = marked();
        for (horizontal, vertical, at) in [
            (false, false, (0, 0)),
            (true, false, (63, 0)),
            (false, true, (0, 47)),
            (true, true, (63, 47)),
        ] {
            let mut finish = Finish::new(64, 48, &look(horizontal, vertical, None));
            let turned = finish.apply(&picture);
            assert_eq!(turned.luma()[at.1 * 64 + at.0], 235, "{horizontal} {vertical}");
            assert_eq!(turned.luma().iter().filter(|&&y| y == 235).count(), 64);
        }
    }

    #[test]
    fn text_stands_in_its_corner_and_is_not_turned_with_the_picture() {
        let picture = Canvas::new(640, 360);
        let lit = |place: Place, flipped: bool, times: usize| {
            let osd = Osd {
                text: "Yard L".to_owned(),
                times,
                place,
            };
            let mut finish = Finish::new(640, 360, &look(flipped, flipped, Some(osd)));
            let luma = finish.apply(&picture).luma();
            let half = |from_row: usize, from_column: usize| {
                (from_row..from_row + 180)
                    .flat_map(|row| (from_column..from_column + 320).map(move |column| row * 640 + column))
                    .filter(|&at| luma[at] > 150)
                    .count()
            };
            [half(0, 0), half(0, 320), half(180, 0), half(180, 320)]
        };
        for (corner, place) in ["top-left", "top-right", "bottom-left", "bottom-right"]
            .into_iter()
            .enumerate()
        {
            let place = Place::parse(place).unwrap();
            let seen = lit(place, false, 1);
            for (index, count) in seen.iter().enumerate() {
                assert_eq!(*count > 0, index == corner, "{place:?}: {seen:?}");
            }
            assert_eq!(seen, lit(place, true, 1), "not turned");
            assert!(lit(place, false, 2)[corner] > 3 * seen[corner], "twice as large");
        }
    }
}
