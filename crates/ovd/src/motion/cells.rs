//! A picture as a grid of mean brightnesses.

/// Cells in a row and rows of cells, if the picture has as many pixels.
const COLUMNS: usize = 64;
const ROWS: usize = 36;

/// The brightness of a picture, a byte a pixel.
#[derive(Clone, Copy)]
pub struct Luma<'a> {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bytes from one row to the next, at least `width`.
    pub stride: usize,
    /// The rows, from above.
    pub data: &'a [u8],
}

/// Mean brightnesses, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cells {
    columns: usize,
    rows: usize,
    pub(super) means: Vec<f32>,
}

impl Cells {
    /// Of this picture. What its data lacks counts as black.
    pub(super) fn of(picture: Luma<'_>) -> Self {
        let (columns, rows) = (COLUMNS.min(picture.width), ROWS.min(picture.height));
        let edge = |cell: usize, cells: usize, size: usize| cell * size / cells.max(1);
        let mut means = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            let (top, bottom) = (edge(row, rows, picture.height), edge(row + 1, rows, picture.height));
            let mut sums = [0u32; COLUMNS];
            // Every other row of large pictures is enough for a mean, and half the work.
            let step = if bottom - top >= 8 { 2 } else { 1 };
            for y in (top..bottom).step_by(step) {
                let line = picture.data.get(y * picture.stride..).unwrap_or_default();
                for (column, sum) in sums.iter_mut().enumerate().take(columns) {
                    let (left, right) = (
                        edge(column, columns, picture.width),
                        edge(column + 1, columns, picture.width),
                    );
                    let pixels = line.get(left..right).unwrap_or_default();
                    *sum += pixels.iter().map(|&pixel| u32::from(pixel)).sum::<u32>();
                }
            }
            let lines = (bottom - top).div_ceil(step);
            for (column, sum) in sums.iter().enumerate().take(columns) {
                let width = edge(column + 1, columns, picture.width) - edge(column, columns, picture.width);
                means.push(*sum as f32 / (width * lines).max(1) as f32);
            }
        }
        Self { columns, rows, means }
    }

    /// Whether the other has as many cells.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (self.columns, self.rows) == (other.columns, other.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_those_of_the_pixels_at_any_size() {
        for (width, height) in [(1920, 1080), (641, 359), (64, 36), (7, 3)] {
            let stride = width + 5;
            // Brighter to the right; what lies beyond the width is not looked at.
            let data: Vec<u8> = (0..stride * height)
                .map(|at| {
                    if at % stride < width {
                        (at % stride * 200 / width) as u8
                    } else {
                        255
                    }
                })
                .collect();
            let cells = Cells::of(Luma {
                width,
                height,
                stride,
                data: &data,
            });
            assert_eq!(cells.means.len(), width.min(64) * height.min(36));
            let row = &cells.means[..cells.columns];
            assert!(row.windows(2).all(|pair| pair[0] <= pair[1]), "{row:?}");
            assert!(row[0] < 30.0 && row[cells.columns - 1] > 150.0 && row[cells.columns - 1] < 201.0);
        }
    }

    #[test]
    fn a_picture_that_is_cut_off_does_no_harm() {
        let cells = Cells::of(Luma {
            width: 100,
            height: 100,
            stride: 100,
            data: &[9; 50],
        });
        assert_eq!(cells.means.len(), 64 * 36);
        let none = Cells::of(Luma {
            width: 0,
            height: 0,
            stride: 0,
            data: &[],
        });
        assert!(none.means.is_empty());
    }
}
