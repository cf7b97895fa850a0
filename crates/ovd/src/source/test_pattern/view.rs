//! What the lens sees: the pattern in the middle, and around it a chart by which one knows where one is.

use super::canvas::{Area, Canvas, Colour};
use super::lens::{Aim, SCENE};

/// The chart has so many fields in a row, and so many rows.
const FIELDS: usize = 8;

/// Makes pictures of one size as the lens sees them.
pub(super) struct View {
    out: Canvas,
    /// The whole scene, as large as one picture; drawn when it is first looked at.
    chart: Option<Canvas>,
}

impl View {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self {
            out: Canvas::new(width, height),
            chart: None,
        }
    }

    /// What is seen; `pattern` itself when the lens looks straight on.
    pub(super) fn apply<'a>(&'a mut self, pattern: &'a Canvas, aim: Aim) -> &'a Canvas {
        if aim == Aim::HOME {
            return pattern;
        }
        let (width, height) = (self.out.width(), self.out.height());
        let chart = self.chart.get_or_insert_with(|| chart(width, height));
        let (columns, rows) = (origins(width, aim.x, aim.zoom), origins(height, aim.y, aim.zoom));
        let half_columns = origins(width / 2, aim.x, aim.zoom);
        let half_rows = origins(height / 2, aim.y, aim.zoom);
        let (pattern_u, pattern_v) = pattern.chroma();
        let (chart_u, chart_v) = chart.chroma();
        let [y, u, v] = self.out.planes_mut();
        look(y, width, (&columns, &rows), pattern.luma(), chart.luma());
        look(u, width / 2, (&half_columns, &half_rows), pattern_u, chart_u);
        look(v, width / 2, (&half_columns, &half_rows), pattern_v, chart_v);
        &self.out
    }
}

/// Where in pattern and chart each of `count` pixels of a row or column lies: the place in the pattern if it is there,
/// and that in the chart.
fn origins(count: usize, middle: f64, zoom: f64) -> Vec<(Option<usize>, usize)> {
    let pixel = |share: f64| ((share * count as f64) as usize).min(count.saturating_sub(1));
    let origin = |index: usize| {
        let place = middle + ((index as f64 + 0.5) / count as f64 - 0.5) / zoom;
        let inside = (-0.5..0.5).contains(&place);
        (inside.then(|| pixel(place + 0.5)), pixel(place / SCENE + 0.5))
    };
    (0..count).map(origin).collect()
}

type Origins<'a> = (&'a [(Option<usize>, usize)], &'a [(Option<usize>, usize)]);

/// Fills a plane of `width` with what is seen of the same plane of pattern and chart.
fn look(out: &mut [u8], width: usize, (columns, rows): Origins<'_>, pattern: &[u8], chart: &[u8]) {
    for (line, &(in_pattern, in_chart)) in out.chunks_exact_mut(width.max(1)).zip(rows) {
        let row_of = |plane: &'_ [u8], row: usize| row * width..((row + 1) * width).min(plane.len());
        let chart_line = chart.get(row_of(chart, in_chart)).unwrap_or_default();
        let pattern_line = in_pattern.and_then(|row| pattern.get(row_of(pattern, row)));
        for (pixel, &(in_pattern, in_chart)) in line.iter_mut().zip(columns) {
            let seen = pattern_line.zip(in_pattern).and_then(|(line, column)| line.get(column));
            *pixel = seen.or_else(|| chart_line.get(in_chart)).copied().unwrap_or(16);
        }
    }
}

/// Fields of different colours with names, A1 to H8.
fn chart(width: usize, height: usize) -> Canvas {
    let mut canvas = Canvas::new(width, height);
    let (width, height) = (canvas.width(), canvas.height());
    for row in 0..FIELDS {
        for column in 0..FIELDS {
            let area = Area {
                left: (width * column / FIELDS) & !1,
                top: (height * row / FIELDS) & !1,
                right: (width * (column + 1) / FIELDS) & !1,
                bottom: (height * (row + 1) / FIELDS) & !1,
            };
            canvas.fill(area, colour(column, row));
            let name = format!("{}{}", char::from(b'A' + column as u8), row + 1);
            let left = area.left + (area.right - area.left).saturating_sub(canvas.text_width(&name)) / 2;
            let top = area.top + (area.bottom - area.top).saturating_sub(canvas.text_height()) / 2;
            canvas.text(&name, left & !1, top & !1, area.right, Colour::WHITE);
        }
    }
    canvas
}

/// Redder to the right, greener downwards; neighbours differ in brightness.
fn colour(column: usize, row: usize) -> Colour {
    let rise = |index: usize| (40 + 110 * index / (FIELDS - 1)) as u8;
    let lift = if (column + row).is_multiple_of(2) { 30 } else { 0 };
    Colour::rgb(rise(column) + lift, rise(row) + lift, 70 + lift)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern() -> Canvas {
        let mut canvas = Canvas::new(320, 180);
        canvas.fill(
            Area {
                left: 0,
                top: 0,
                right: 160,
                bottom: 180,
            },
            Colour::WHITE,
        );
        canvas
    }

    #[test]
    fn straight_on_the_pattern_is_seen_as_it_is() {
        let pattern = pattern();
        let mut view = View::new(320, 180);
        assert!(std::ptr::eq(view.apply(&pattern, Aim::HOME), &pattern));
    }

    #[test]
    fn the_window_moves_over_the_scene() {
        let pattern = pattern();
        let mut view = View::new(320, 180);
        let right = Aim { x: 0.25, ..Aim::HOME };
        let seen = view.apply(&pattern, right).luma().to_vec();
        // The white half reaches a quarter of the picture now; on the right the chart comes in.
        assert_eq!(
            (seen[90 * 320 + 79], seen[90 * 320 + 81], seen[90 * 320 + 239]),
            (235, 16, 16)
        );
        assert!(seen[90 * 320 + 250] > 16);
        let zoomed = Aim { zoom: 2.0, ..Aim::HOME };
        let seen = view.apply(&pattern, zoomed).luma();
        assert_eq!((seen[100], seen[159], seen[161], seen[319]), (235, 235, 16, 16));
    }

    #[test]
    fn every_corner_of_the_scene_can_be_seen() {
        let pattern = pattern();
        let mut view = View::new(320, 180);
        for (x, y) in [(-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5)] {
            view.apply(&pattern, Aim { x, y, zoom: 1.0 });
        }
        view.apply(
            &pattern,
            Aim {
                x: 0.9375,
                y: -0.9375,
                zoom: 8.0,
            },
        );
    }
}
