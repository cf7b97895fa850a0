//! What the lens sees: the pattern in the middle, and around it a chart by which one knows where one is.

use super::canvas::{Area, Canvas, Colour};
use super::lens::{Aim, SCENE};
use std::ops::Range;

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

/// Where the pixels of a row, or the rows of a column, come from.
struct Origins {
    /// Those of the chart, for each; at least what is not seen of the pattern.
    chart: Vec<usize>,
    /// Those of the pattern, for each of `seen`.
    pattern: Vec<usize>,
    /// Which show the pattern.
    seen: Range<usize>,
}

fn origins(count: usize, middle: f64, zoom: f64) -> Origins {
    let pixel = |share: f64| ((share * count as f64) as usize).min(count.saturating_sub(1));
    let place = |index: usize| middle + ((index as f64 + 0.5) / count as f64 - 0.5) / zoom;
    let first = (0..count).find(|&index| place(index) >= -0.5).unwrap_or(count);
    let end = (first..count).find(|&index| place(index) >= 0.5).unwrap_or(count);
    Origins {
        chart: (0..count).map(|index| pixel(place(index) / SCENE + 0.5)).collect(),
        pattern: (first..end).map(|index| pixel(place(index) + 0.5)).collect(),
        seen: first..end,
    }
}

/// Fills a plane of `width` with what is seen of the same plane of pattern and chart.
fn look(out: &mut [u8], width: usize, (columns, rows): (&Origins, &Origins), pattern: &[u8], chart: &[u8]) {
    let width = width.max(1);
    let line_of = |plane: &'_ [u8], row: usize| row * width..((row + 1) * width).min(plane.len());
    let mut before = None;
    for row in 0..rows.chart.len().min(out.len() / width) {
        let in_chart = rows.chart.get(row).copied().unwrap_or(0);
        let in_pattern = row
            .checked_sub(rows.seen.start)
            .and_then(|row| rows.pattern.get(row))
            .copied();
        // Magnified, many rows are like the one before.
        if before.replace((in_pattern, in_chart)) == Some((in_pattern, in_chart)) {
            out.copy_within((row - 1) * width..row * width, row * width);
            continue;
        }
        let Some(line) = out.get_mut(row * width..(row + 1) * width) else {
            return;
        };
        let chart_line = chart.get(line_of(chart, in_chart)).unwrap_or_default();
        let pattern_line = in_pattern.and_then(|row| pattern.get(line_of(pattern, row)));
        let seen = if pattern_line.is_some() {
            columns.seen.clone()
        } else {
            0..0
        };
        for part in [0..seen.start, seen.end..width] {
            let pixels = line.get_mut(part.clone()).unwrap_or_default();
            let from = columns.chart.get(part).unwrap_or_default();
            for (pixel, &from) in pixels.iter_mut().zip(from) {
                *pixel = chart_line.get(from).copied().unwrap_or(16);
            }
        }
        if let (Some(from), Some(pixels)) = (pattern_line, line.get_mut(seen)) {
            take(pixels, from, &columns.pattern);
        }
    }
}

/// Takes the pixels at these places; at once where they lie side by side.
fn take(pixels: &mut [u8], line: &[u8], places: &[usize]) {
    if let (Some(&first), Some(&last)) = (places.first(), places.last())
        && last - first + 1 == places.len()
        && let Some(run) = line.get(first..=last)
    {
        pixels.copy_from_slice(run);
        return;
    }
    for (pixel, &from) in pixels.iter_mut().zip(places) {
        *pixel = line.get(from).copied().unwrap_or(16);
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
