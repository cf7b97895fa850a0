//! The forward transform of AAC (ISO/IEC 14496-3, 4.6.11): 2048 samples to 1024 lines, in O(n log n).

use std::f64::consts::PI;

/// Lines that come out; twice as many samples go in.
pub(super) const LINES: usize = 1024;
const POINTS: usize = LINES / 2;

/// Tables for the transform and its sine window.
pub(super) struct Mdct {
    window: Vec<f64>,
    /// `exp(-iπ(n + 1/8)/M)`, before and after the Fourier transform.
    twist: Vec<(f64, f64)>,
    /// `exp(-2πi n/POINTS)`.
    roots: Vec<(f64, f64)>,
}

impl Mdct {
    pub(super) fn new() -> Self {
        let unit = |angle: f64| (angle.cos(), angle.sin());
        Self {
            window: (0..2 * LINES)
                .map(|n| (PI / (2 * LINES) as f64 * (n as f64 + 0.5)).sin())
                .collect(),
            twist: (0..POINTS)
                .map(|n| unit(-PI * (8 * n + 1) as f64 / (8 * LINES) as f64))
                .collect(),
            roots: (0..POINTS / 2)
                .map(|n| unit(-2.0 * PI * n as f64 / POINTS as f64))
                .collect(),
        }
    }

    /// The lines of the window over `before` and `now`, 1024 samples each.
    pub(super) fn forward(&self, before: &[f64], now: &[f64]) -> Vec<f64> {
        const HALF: usize = LINES / 2;
        let sample = |n: usize| {
            let part = if n < LINES { before.get(n) } else { now.get(n - LINES) };
            part.copied().unwrap_or(0.0) * self.window[n]
        };
        // The overlap folded: (−c reversed − d, a − b reversed) of the quarters a b c d.
        let folded = |n: usize| {
            if n < HALF {
                -sample(3 * HALF - 1 - n) - sample(3 * HALF + n)
            } else {
                sample(n - HALF) - sample(3 * HALF - 1 - n)
            }
        };
        let mut points: Vec<(f64, f64)> = (0..POINTS)
            .map(|n| times((folded(2 * n), folded(LINES - 1 - 2 * n)), self.twist[n]))
            .collect();
        self.fourier(&mut points);
        let mut lines = vec![0.0; LINES];
        for (k, (&point, &twist)) in points.iter().zip(&self.twist).enumerate() {
            let (re, im) = times(point, twist);
            lines[2 * k] = 2.0 * re;
            lines[LINES - 1 - 2 * k] = -2.0 * im;
        }
        lines
    }

    /// Fourier transform in place, radix 2.
    fn fourier(&self, points: &mut [(f64, f64)]) {
        let bits = POINTS.trailing_zeros();
        for n in 0..POINTS {
            let mirrored = n.reverse_bits() >> (usize::BITS - bits);
            if n < mirrored {
                points.swap(n, mirrored);
            }
        }
        let mut half = 1;
        while half < POINTS {
            let stride = POINTS / (2 * half);
            for block in points.chunks_exact_mut(2 * half) {
                let (low, high) = block.split_at_mut(half);
                for (n, (low, high)) in low.iter_mut().zip(high).enumerate() {
                    let turned = times(*high, self.roots[n * stride]);
                    *high = (low.0 - turned.0, low.1 - turned.1);
                    *low = (low.0 + turned.0, low.1 + turned.1);
                }
            }
            half *= 2;
        }
    }
}

fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_the_standard_defines() {
        let sample = |n: usize| ((n * n % 977) as f64 - 488.0) * 30.0;
        let samples: Vec<f64> = (0..2 * LINES).map(sample).collect();
        let mdct = Mdct::new();
        let lines = mdct.forward(&samples[..LINES], &samples[LINES..]);
        let n0 = (LINES as f64 + 1.0) / 2.0;
        for k in [0, 1, 2, 511, 512, 777, 1023] {
            let term =
                |n: usize| samples[n] * mdct.window[n] * (PI / LINES as f64 * (n as f64 + n0) * (k as f64 + 0.5)).cos();
            let defined = 2.0 * (0..2 * LINES).map(term).sum::<f64>();
            assert!(
                (lines[k] - defined).abs() < 1e-3,
                "line {k}: {} instead of {defined}",
                lines[k]
            );
        }
    }
}
