//! An AAC-LC coder that is quick enough for many cameras at once: long windows only, one scale factor ladder, a rate
//! loop over it. Made for speech and surroundings. It stands on `oxideav-aac` for everything that has a table in the
//! standard (bands, code books, syntax); that crate's own encoder takes 20 ms of a processor for each block.

use super::mdct::{LINES, Mdct};
use oxideav_aac::ics_body::IcsBody;
use oxideav_aac::ics_info::{IcsInfo, NUM_SWB_LONG_WINDOW, WindowSequence, WindowShape};
use oxideav_aac::raw_data_block::{FrameAssembler, IdSynEle};
use oxideav_aac::scale_factor_data::{AbsoluteScaleFactorEntry, AbsoluteScaleFactors, differentiate};
use oxideav_aac::section_data::{Section, SectionData};
use oxideav_aac::spectral_data::SpectralData;
use oxideav_aac::swb_offset::{FrameFamily, long_window_offsets};
use oxideav_core::bits::BitWriter;

/// `audioObjectType` of AAC-LC.
const LC: u8 = 2;
/// The scale factor of gain 1 (4.6.2.3.3).
const UNIT_SCALE: f64 = 100.0;
/// Neighbouring scale factors differ by no more (table 4.A.1).
const MAX_SCALE_STEP: i32 = 60;
/// What the largest line of the loudest band is quantised to before the rate loop.
const LOUDEST: f64 = 42.0;
/// Bands whose largest line would come out below this are not sent.
const FAINTEST: f64 = 0.7;
/// Largest quantised value (4.6.3.3).
const MAX_QUANTISED: i32 = 8191;
/// Range of the rate loop's offset to all scale factors, quarter powers of two.
const OFFSETS: std::ops::RangeInclusive<i32> = -32..=160;
/// Tries to find the offset that fills the budget.
const MAX_TRIES: usize = 12;

/// Codes blocks of 1024 samples. One block late: what comes out is the block before, with this one's overlap.
pub(super) struct Coder {
    mdct: Mdct,
    rate_index: u8,
    bands: &'static [u16],
    budget_bytes: usize,
    before: Vec<Vec<f64>>,
    /// Where the rate loop ended for the block before: mostly right for the next.
    offset: i32,
}

struct Quantised {
    body: IcsBody,
    info: IcsInfo,
    spectrum: SpectralData,
}

impl Coder {
    /// A coder for the sampling rate with this index (table 1.18) and 1 or 2 channels; `None` where AAC has no bands
    /// for the rate.
    pub(super) fn new(rate_index: u8, rate_hz: u32, channels: usize, bitrate_bps: u32) -> Option<Self> {
        let bands = long_window_offsets(rate_index).ok()?;
        let budget_bits = u64::from(bitrate_bps) * LINES as u64 / u64::from(rate_hz.max(1));
        Some(Self {
            mdct: Mdct::new(),
            rate_index,
            bands,
            budget_bytes: usize::try_from(budget_bits / 8).ok()?.max(32),
            before: vec![vec![0.0; LINES]; channels],
            offset: 0,
        })
    }

    /// Codes one block of interleaved samples into a raw data block.
    pub(super) fn code(&mut self, interleaved: &[i16]) -> oxideav_aac::Result<Vec<u8>> {
        let channels = self.before.len();
        let mut spectra = Vec::with_capacity(channels);
        for (channel, before) in self.before.iter_mut().enumerate() {
            let now: Vec<f64> = interleaved
                .iter()
                .skip(channel)
                .step_by(channels)
                .map(|&sample| f64::from(sample))
                .collect();
            spectra.push(self.mdct.forward(before, &now));
            *before = now;
        }
        let mid_side = match spectra.as_mut_slice() {
            [left, right] => to_mid_side(left, right),
            _ => false,
        };
        self.fill_budget(&spectra, mid_side)
    }

    /// The finest quantisation that fits, searched from where the block before ended.
    fn fill_budget(&mut self, spectra: &[Vec<f64>], mid_side: bool) -> oxideav_aac::Result<Vec<u8>> {
        let (mut fits, mut too_large): (Option<(i32, Vec<u8>)>, i32) = (None, *OFFSETS.start() - 1);
        let mut offset = self.offset;
        for _ in 0..MAX_TRIES {
            let block = self.assemble(spectra, mid_side, offset)?;
            if block.len() > self.budget_bytes {
                too_large = offset;
                // Nothing has fitted yet: coarser in growing steps.
                offset = fits
                    .as_ref()
                    .map_or(offset + 8, |(fitting, _)| i32::midpoint(offset, *fitting));
            } else {
                let finer = if too_large < *OFFSETS.start() {
                    offset - 4
                } else {
                    i32::midpoint(offset, too_large)
                };
                fits = Some((offset, block));
                offset = finer.max(*OFFSETS.start());
            }
            let done = fits
                .as_ref()
                .is_some_and(|(fitting, _)| fitting - too_large <= 1 || *fitting == offset);
            if done || offset > *OFFSETS.end() {
                break;
            }
        }
        match fits {
            Some((offset, block)) => {
                self.offset = offset;
                Ok(block)
            }
            None => {
                self.offset = *OFFSETS.end();
                self.assemble(spectra, mid_side, *OFFSETS.end())
            }
        }
    }

    fn assemble(&self, spectra: &[Vec<f64>], mid_side: bool, offset: i32) -> oxideav_aac::Result<Vec<u8>> {
        let mut block = FrameAssembler::new();
        let mut bits = BitWriter::new();
        let loudest = spectra
            .iter()
            .flatten()
            .fold(0.0f64, |loudest, line| loudest.max(line.abs()));
        match spectra {
            [left, right] => {
                block.push_channel_header(IdSynEle::Cpe, 0)?;
                let channels = [
                    self.quantise(left, loudest, offset)?,
                    self.quantise(right, loudest, offset)?,
                ];
                // common_window, then ms_mask_present: 0 none, 2 all bands (table 4.5).
                bits.write_bit(true);
                channels[0].info.write(&mut bits, LC, self.rate_index, true)?;
                bits.write_u32(if mid_side { 2 } else { 0 }, 2);
                for Quantised { body, info, spectrum } in &channels {
                    body.write_with_ics_info(&mut bits, info, LC, false)?;
                    spectrum.write(&mut bits, info, &body.section_data, self.rate_index)?;
                }
            }
            _ => {
                block.push_channel_header(IdSynEle::Sce, 0)?;
                for spectrum in spectra {
                    let Quantised { body, info, spectrum } = self.quantise(spectrum, loudest, offset)?;
                    body.write(&mut bits, LC, self.rate_index, false)?;
                    spectrum.write(&mut bits, &info, &body.section_data, self.rate_index)?;
                }
            }
        }
        let len = bits.bit_position();
        block.push_channel_body_bits(&bits.finish(), len)?;
        Ok(block.push_end())
    }

    fn quantise(&self, lines: &[f64], loudest: f64, offset: i32) -> oxideav_aac::Result<Quantised> {
        let mut quantised = vec![0i32; LINES];
        let mut books = Vec::with_capacity(self.bands.len());
        let mut scales: Vec<u8> = Vec::new();
        for band in self.bands.windows(2) {
            let range = usize::from(band[0])..usize::from(band[1]).min(LINES);
            let (Some(from), Some(to)) = (lines.get(range.clone()), quantised.get_mut(range)) else {
                break;
            };
            let peak = from.iter().fold(0.0f64, |peak, line| peak.max(line.abs()));
            let scale = scale_for(peak, loudest, offset, scales.last().copied());
            let largest = scale.map_or(0, |scale| quantise_band(from, to, scale));
            books.push(book_for(largest));
            if let Some(scale) = scale.filter(|_| largest > 0) {
                scales.push(u8::try_from(scale).unwrap_or(u8::MAX));
            }
        }
        let global_gain = scales.first().copied().unwrap_or(UNIT_SCALE as u8);
        let info = self.info();
        let entries = vec![scales.into_iter().map(AbsoluteScaleFactorEntry::Sf).collect()];
        let sfb_cb = vec![books];
        let scale_factor_data = differentiate(&AbsoluteScaleFactors { entries }, &sfb_cb, global_gain)?;
        let sections = sfb_cb.iter().map(|books| sections(books)).collect();
        let body = IcsBody {
            global_gain,
            ics_info: Some(info.clone()),
            section_data: SectionData { sections, sfb_cb },
            scale_factor_data,
            pulse_data_present: false,
            pulse_data: None,
            tns_data_present: false,
            tns_data: None,
            gain_control_data_present: false,
            gain_control_data: None,
            spectral_data_bit_offset: 0,
            er_scale_factor_data: None,
            reordered_spectral_lengths: None,
        };
        Ok(Quantised {
            body,
            info,
            spectrum: SpectralData {
                x_quant: vec![quantised],
            },
        })
    }

    fn info(&self) -> IcsInfo {
        let bands = NUM_SWB_LONG_WINDOW
            .get(usize::from(self.rate_index))
            .copied()
            .unwrap_or(0);
        IcsInfo {
            family: FrameFamily::Lc1024,
            ics_reserved_bit: false,
            window_sequence: WindowSequence::OnlyLong,
            window_shape: WindowShape::Sine,
            max_sfb: bands,
            scale_factor_grouping: None,
            predictor_data_present: false,
            predictor_data: None,
            ltp_data_present: false,
            ltp_data: None,
            ltp_data_present_pair: None,
            ltp_data_pair: None,
            num_windows: 1,
            num_window_groups: 1,
            window_group_length: vec![1],
            num_swb: bands,
        }
    }
}

/// Turns left and right into middle and side, if that saves anything; whether it did.
fn to_mid_side(left: &mut [f64], right: &mut [f64]) -> bool {
    let energy = |sign: f64| {
        left.iter()
            .zip(&*right)
            .map(|(l, r)| (l + sign * r).powi(2))
            .sum::<f64>()
    };
    if energy(-1.0) > 0.25 * energy(1.0) {
        return false;
    }
    for (left, right) in left.iter_mut().zip(right) {
        (*left, *right) = ((*left + *right) / 2.0, (*left - *right) / 2.0);
    }
    true
}

/// The scale factor of a band: louder bands are quantised finer, as the square root of their loudness, so that the noise
/// stays below what it is masked by. `None`: too faint to be sent.
fn scale_for(peak: f64, loudest: f64, offset: i32, before: Option<u8>) -> Option<i32> {
    if peak <= 0.0 {
        return None;
    }
    let target = LOUDEST * (peak / loudest).sqrt();
    if target < FAINTEST {
        return None;
    }
    let scale = UNIT_SCALE + 4.0 * peak.log2() - 16.0 / 3.0 * target.log2();
    let mut scale = (scale.round() as i32 + offset).clamp(0, 255);
    if let Some(before) = before.map(i32::from) {
        scale = scale
            .clamp(before - MAX_SCALE_STEP, before + MAX_SCALE_STEP)
            .clamp(0, 255);
    }
    // Not finer than the largest value allows.
    let finest = UNIT_SCALE + 4.0 * peak.log2() - 16.0 / 3.0 * f64::from(MAX_QUANTISED - 1).log2();
    Some(scale.max(finest.ceil() as i32))
}

/// Quantises a band (4.6.2.3.3 backwards); gives the largest value in it.
fn quantise_band(from: &[f64], to: &mut [i32], scale: i32) -> i32 {
    let gain = (-0.25 * (f64::from(scale) - UNIT_SCALE)).exp2();
    let mut largest = 0;
    for (line, out) in from.iter().zip(to) {
        // x^(3/4) as two square roots: many times quicker than a power.
        let root = (line.abs() * gain).sqrt();
        let value = (root * root.sqrt() + 0.4054) as i32;
        let value = value.min(MAX_QUANTISED);
        largest = largest.max(value);
        *out = if *line < 0.0 { -value } else { value };
    }
    largest
}

/// The smallest code book that holds values up to `largest` (table 4.95).
fn book_for(largest: i32) -> u8 {
    match largest {
        0 => 0,
        1 => 1,
        2 => 3,
        3..=4 => 5,
        5..=7 => 7,
        8..=12 => 9,
        _ => 11,
    }
}

/// Neighbouring bands of one book.
fn sections(books: &[u8]) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for (band, &codebook) in (0u8..).zip(books) {
        match sections.last_mut() {
            Some(last) if last.codebook == codebook => last.end = band + 1,
            _ => sections.push(Section {
                codebook,
                start: band,
                end: band + 1,
            }),
        }
    }
    sections
}
