//! An I420 picture that is drawn on: rectangles, discs, text.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

/// A colour in BT.709 limited range: Y, Cb, Cr.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour(pub(super) u8, pub(super) u8, pub(super) u8);

impl Colour {
    pub(super) const BLACK: Self = Self(16, 128, 128);
    pub(super) const WHITE: Self = Self(235, 128, 128);

    /// From sRGB components 0–255, BT.709 matrix.
    pub(super) fn rgb(r: u8, g: u8, b: u8) -> Self {
        let (r, g, b) = (f32::from(r) / 255.0, f32::from(g) / 255.0, f32::from(b) / 255.0);
        let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        let level = |value: f32| value.round().clamp(0.0, 255.0) as u8;
        Self(
            level(16.0 + 219.0 * y),
            level(128.0 + 224.0 * (b - y) / 1.8556),
            level(128.0 + 224.0 * (r - y) / 1.5748),
        )
    }

    /// `share` (0–255) of `self` over the rest of `below`.
    pub(super) fn over(self, below: Self, share: u8) -> Self {
        let mix = |top: u8, bottom: u8| {
            let (top, bottom, share) = (u32::from(top), u32::from(bottom), u32::from(share));
            ((top * share + bottom * (255 - share) + 127) / 255) as u8
        };
        Self(mix(self.0, below.0), mix(self.1, below.1), mix(self.2, below.2))
    }
}

/// A rectangle of pixels: `left` and `top` inside, `right` and `bottom` outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) right: usize,
    pub(super) bottom: usize,
}

/// The picture. Width and height are even.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    y: Vec<u8>,
    u: Vec<u8>,
    v: Vec<u8>,
}

impl Canvas {
    /// A black picture; odd sizes are rounded down to even ones, as 4:2:0 wants.
    pub(super) fn new(width: usize, height: usize) -> Self {
        let (width, height) = (width.max(2) & !1, height.max(2) & !1);
        let chroma = width * height / 4;
        Self {
            width,
            height,
            y: vec![16; width * height],
            u: vec![128; chroma],
            v: vec![128; chroma],
        }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn height(&self) -> usize {
        self.height
    }

    pub(super) fn luma(&self) -> &[u8] {
        &self.y
    }

    /// The planes Y, U and V, to be written.
    pub(super) fn planes_mut(&mut self) -> [&mut [u8]; 3] {
        [&mut self.y, &mut self.u, &mut self.v]
    }

    pub(super) fn chroma(&self) -> (&[u8], &[u8]) {
        (&self.u, &self.v)
    }

    /// Pixel column at `thousandths` of the width, even so that colour edges are sharp.
    pub(super) fn column(&self, thousandths: u32) -> usize {
        (self.width * thousandths as usize / 1000) & !1
    }

    /// Pixel row at `thousandths` of the height, even so that colour edges are sharp.
    pub(super) fn row(&self, thousandths: u32) -> usize {
        (self.height * thousandths as usize / 1000) & !1
    }

    /// The area between thousandths of the picture.
    pub(super) fn area(&self, left: u32, top: u32, right: u32, bottom: u32) -> Area {
        Area {
            left: self.column(left),
            top: self.row(top),
            right: self.column(right),
            bottom: self.row(bottom),
        }
    }

    /// Fills `area` with one colour; what lies outside the picture is left out.
    pub(super) fn fill(&mut self, area: Area, colour: Colour) {
        self.fill_rows(area, |_| colour);
    }

    /// Fills `area` with a colour that depends on the row.
    pub(super) fn fill_rows(&mut self, area: Area, colour: impl Fn(usize) -> Colour) {
        let (right, bottom) = (area.right.min(self.width), area.bottom.min(self.height));
        if area.left >= right {
            return;
        }
        for row in area.top..bottom {
            self.y[row * self.width + area.left..row * self.width + right].fill(colour(row).0);
        }
        let stride = self.width / 2;
        let (from, to) = (area.left / 2, right.div_ceil(2).min(stride));
        for row in area.top / 2..bottom.div_ceil(2) {
            let Colour(_, u, v) = colour(row * 2);
            self.u[row * stride + from..row * stride + to].fill(u);
            self.v[row * stride + from..row * stride + to].fill(v);
        }
    }

    fn blend(&mut self, x: usize, y: usize, colour: Colour, share: u8) {
        if x >= self.width || y >= self.height {
            return;
        }
        let luma = y * self.width + x;
        let chroma = y / 2 * (self.width / 2) + x / 2;
        let below = Colour(self.y[luma], self.u[chroma], self.v[chroma]);
        let mixed = colour.over(below, share);
        self.y[luma] = mixed.0;
        // One chroma sample covers 2 × 2 pixels: the even one decides.
        if x.is_multiple_of(2) && y.is_multiple_of(2) {
            self.u[chroma] = mixed.1;
            self.v[chroma] = mixed.2;
        }
    }

    /// Takes over `from`, a picture of the same size, turned as wanted.
    pub(super) fn copy_flipped(&mut self, from: &Self, horizontal: bool, vertical: bool) {
        let planes = [
            (&mut self.y, &from.y, self.width),
            (&mut self.u, &from.u, self.width / 2),
            (&mut self.v, &from.v, self.width / 2),
        ];
        for (to, from, width) in planes {
            let rows = to.len() / width;
            for (row, to) in to.chunks_exact_mut(width).enumerate() {
                let row = if vertical { rows - 1 - row } else { row };
                to.copy_from_slice(&from[row * width..(row + 1) * width]);
                if horizontal {
                    to.reverse();
                }
            }
        }
    }

    /// Lays `colour` over `area`, `share` (0–255) of it.
    pub(super) fn shade(&mut self, area: Area, colour: Colour, share: u8) {
        for y in area.top..area.bottom {
            for x in area.left..area.right {
                self.blend(x, y, colour, share);
            }
        }
    }

    /// A disc with a soft edge, lighter towards the upper left so that it looks like a ball.
    pub(super) fn ball(&mut self, centre_x: usize, centre_y: usize, radius: usize, colour: Colour) {
        let r = radius as f32;
        for y in centre_y.saturating_sub(radius)..=centre_y + radius {
            for x in centre_x.saturating_sub(radius)..=centre_x + radius {
                let (dx, dy) = (x as f32 - centre_x as f32, y as f32 - centre_y as f32);
                let share = ((r - (dx * dx + dy * dy).sqrt()).clamp(0.0, 1.0) * 255.0) as u8;
                if share > 0 {
                    let (lx, ly) = (dx + r * 0.35, dy + r * 0.35);
                    let light = ((1.0 - (lx * lx + ly * ly).sqrt() / (r * 0.9)).clamp(0.0, 1.0) * 150.0) as u8;
                    self.blend(x, y, Colour::WHITE.over(colour, light), share);
                }
            }
        }
    }

    /// Height in pixels of text that suits this picture.
    pub(super) fn text_height(&self) -> usize {
        let (size, scale) = self.text_size();
        size.val() * scale
    }

    fn text_size(&self) -> (RasterHeight, usize) {
        match self.height {
            0..400 => (RasterHeight::Size16, 1),
            400..1000 => (RasterHeight::Size32, 1),
            _ => (
                RasterHeight::Size32,
                self.height / 720 + usize::from(self.height % 720 >= 360),
            ),
        }
    }

    /// Width in pixels that `text` takes.
    pub(super) fn text_width(&self, text: &str) -> usize {
        let (size, scale) = self.text_size();
        get_raster_width(FontWeight::Regular, size) * scale * text.chars().count()
    }

    /// Writes `text` with its upper left corner at (`left`, `top`). Signs the font lacks become `?`; what does not fit
    /// left of `right` is left out.
    pub(super) fn text(&mut self, text: &str, left: usize, top: usize, right: usize, colour: Colour) {
        self.text_enlarged(text, (left, top), right, colour, 1);
    }

    /// The same, `times` as large.
    pub(super) fn text_enlarged(
        &mut self,
        text: &str,
        (left, top): (usize, usize),
        right: usize,
        colour: Colour,
        times: usize,
    ) {
        let (size, scale) = self.text_size();
        let scale = scale * times;
        let advance = get_raster_width(FontWeight::Regular, size) * scale;
        let mut at = left;
        for sign in text.chars() {
            if at + advance > right {
                return;
            }
            let raster = get_raster(sign, FontWeight::Regular, size).or(get_raster('?', FontWeight::Regular, size));
            for (y, row) in raster.iter().flat_map(|raster| raster.rows().enumerate()) {
                for (x, &share) in row.iter().enumerate().filter(|&(_, &share)| share > 0) {
                    for (sy, sx) in (0..scale).flat_map(|sy| (0..scale).map(move |sx| (sy, sx))) {
                        self.blend(at + x * scale + sx, top + y * scale + sy, colour, share);
                    }
                }
            }
            at += advance;
        }
    }
}
