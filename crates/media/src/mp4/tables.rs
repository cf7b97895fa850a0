//! The tables of one track (ISO/IEC 14496-12, sections 8.6 and 8.7).

use bytes::{BufMut, BytesMut};

use super::{Sample, TIMESCALE};
use crate::fmp4::boxes::put_full_box;

/// How long a lone picture is shown.
const LONE: u32 = TIMESCALE / 25;

#[derive(Debug, Clone)]
pub(super) struct Tables {
    pub(super) timescale: u32,
    /// How long a frame of sound lasts; 0: as long as until the next.
    pub(super) frame: u32,
    sizes: Vec<u32>,
    /// Runs of samples that last equally long.
    durations: Vec<(u32, u32)>,
    /// Runs of samples that are presented equally long after they are decoded.
    compositions: Vec<(u32, i32)>,
    /// Numbers of keyframes, from 1.
    keyframes: Vec<u32>,
    /// Where chunks lie among all samples.
    chunks: Vec<u64>,
    /// From which chunk on (from 1) they have so many samples of this entry (from 1).
    chunk_runs: Vec<(u32, u32, u32)>,
    /// Of the first sample: dts and composition offset, as told.
    first: Option<(i64, i32)>,
    /// Decode time of the last sample in the track's units, from the first.
    last: u64,
    total: u64,
}

impl Tables {
    pub(super) fn new(timescale: u32) -> Self {
        Self {
            timescale,
            frame: 0,
            sizes: Vec::new(),
            durations: Vec::new(),
            compositions: Vec::new(),
            keyframes: Vec::new(),
            chunks: Vec::new(),
            chunk_runs: Vec::new(),
            first: None,
            last: 0,
            total: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.sizes.len()
    }

    /// About how many bytes its tables take.
    pub(super) fn size(&self) -> usize {
        4 * (self.sizes.len() + self.keyframes.len())
            + 8 * (self.durations.len() + self.compositions.len() + self.chunks.len())
            + 12 * self.chunk_runs.len()
            + 1024
    }

    /// Adds a chunk that lies at `offset`; how many bytes it has.
    pub(super) fn add(&mut self, samples: &[Sample], entry: usize, offset: u64) -> u64 {
        let mut bytes = 0;
        for sample in samples {
            self.add_sample(sample);
            bytes += u64::from(sample.bytes);
        }
        self.chunks.push(offset);
        let (number, entry) = (self.chunks.len() as u32, entry as u32 + 1);
        let count = samples.len() as u32;
        if self
            .chunk_runs
            .last()
            .is_none_or(|(_, of, its)| (*of, *its) != (count, entry))
        {
            self.chunk_runs.push((number, count, entry));
        }
        bytes
    }

    fn add_sample(&mut self, sample: &Sample) {
        let (first, _) = *self.first.get_or_insert((sample.dts, sample.composition));
        if !self.sizes.is_empty() {
            let told = self.own(sample.dts.saturating_sub(first));
            // A frame of sound begins where the one before ends, unless it is further from there than times are inexact: then
            // something is missing, and the picture does not wait.
            let grid = self.last + u64::from(self.frame);
            let tolerance = u64::from(self.timescale) / 50;
            let at = if self.frame > 0 && told.abs_diff(grid) <= tolerance {
                grid
            } else {
                told.max(self.last + u64::from(self.frame.max(1)))
            };
            let duration = u32::try_from(at - self.last).unwrap_or(u32::MAX);
            run(&mut self.durations, duration);
            self.last += u64::from(duration);
        }
        self.sizes.push(sample.bytes);
        self.total += u64::from(sample.bytes);
        run(&mut self.compositions, sample.composition);
        if sample.keyframe {
            self.keyframes.push(self.sizes.len() as u32);
        }
    }

    /// In the track's own units.
    fn own(&self, units: i64) -> u64 {
        let units = u128::try_from(units).unwrap_or(0);
        let own = (units * u128::from(self.timescale) + u128::from(TIMESCALE) / 2) / u128::from(TIMESCALE);
        u64::try_from(own).unwrap_or(u64::MAX)
    }

    /// In the movie's units.
    pub(super) fn in_movie(&self, own: u64) -> u64 {
        let units = u128::from(own) * u128::from(TIMESCALE) / u128::from(self.timescale.max(1));
        u64::try_from(units).unwrap_or(u64::MAX)
    }

    pub(super) fn first_pts(&self) -> i64 {
        self.first
            .map_or(0, |(dts, composition)| dts.saturating_add(composition.into()))
    }

    /// In the track's own units.
    pub(super) fn first_composition(&self) -> i64 {
        let (_, composition) = self.first.unwrap_or((0, 0));
        i64::from(composition) * i64::from(self.timescale) / i64::from(TIMESCALE)
    }

    /// How long after the movie this track begins, in the movie's units.
    pub(super) fn delay(&self, zero: i64) -> u64 {
        u64::try_from(self.first_pts().saturating_sub(zero)).unwrap_or(0)
    }

    /// How long the last sample lasts: as long as the one before it.
    fn last_duration(&self) -> u32 {
        match self.durations.last() {
            _ if self.frame > 0 => self.frame,
            // What stands before a gap lasts until its end; the one after does not.
            Some((_, duration)) if *duration < self.timescale => *duration,
            _ => LONE,
        }
    }

    /// In the track's own units.
    pub(super) fn duration(&self) -> u64 {
        if self.sizes.is_empty() {
            0
        } else {
            self.last + u64::from(self.last_duration())
        }
    }

    /// Where the offsets of chunks stand, and how many, is added to `offsets`: they count from the first sample, and
    /// only when all tables are written is it known where that lies in the file.
    pub(super) fn put(&self, out: &mut BytesMut, offsets: &mut Vec<(usize, usize)>) {
        put_full_box(out, b"stts", 0, 0, |out| {
            let mut durations = self.durations.clone();
            if !self.sizes.is_empty() {
                run(&mut durations, self.last_duration());
            }
            out.put_u32(durations.len() as u32);
            for (count, duration) in durations {
                out.put_u32(count);
                out.put_u32(duration);
            }
        });
        if self.compositions.iter().any(|(_, composition)| *composition != 0) {
            put_full_box(out, b"ctts", 1, 0, |out| {
                out.put_u32(self.compositions.len() as u32);
                for (count, composition) in &self.compositions {
                    out.put_u32(*count);
                    out.put_i32(*composition);
                }
            });
        }
        if self.keyframes.len() != self.sizes.len() {
            put_full_box(out, b"stss", 0, 0, |out| {
                out.put_u32(self.keyframes.len() as u32);
                for number in &self.keyframes {
                    out.put_u32(*number);
                }
            });
        }
        put_full_box(out, b"stsc", 0, 0, |out| {
            out.put_u32(self.chunk_runs.len() as u32);
            for (first, samples, entry) in &self.chunk_runs {
                out.put_u32(*first);
                out.put_u32(*samples);
                out.put_u32(*entry);
            }
        });
        put_full_box(out, b"stsz", 0, 0, |out| {
            out.put_u32(0);
            out.put_u32(self.sizes.len() as u32);
            for size in &self.sizes {
                out.put_u32(*size);
            }
        });
        put_full_box(out, b"co64", 0, 0, |out| {
            out.put_u32(self.chunks.len() as u32);
            offsets.push((out.len(), self.chunks.len()));
            for offset in &self.chunks {
                out.put_u64(*offset);
            }
        });
    }
}

/// One more of this value.
fn run<T: PartialEq>(runs: &mut Vec<(u32, T)>, value: T) {
    match runs.last_mut() {
        Some((count, last)) if *last == value => *count += 1,
        _ => runs.push((1, value)),
    }
}
