//! The parameter sets that a byte stream carries among its pictures.

use crate::bits::Bits;
use crate::{VideoCodec, VideoConfig, h264, h265};

/// More sets of one kind than this are nobody's stream.
const MAX_SETS: usize = 64;
/// Sets that are longer than this together are nobody's either. A configuration holds all of them, and each change of one
/// makes a new one.
const MAX_BYTES: usize = 64 << 10;

/// The sets in force.
#[derive(Debug)]
pub(super) struct ParameterSets {
    codec: VideoCodec,
    vps: Vec<Vec<u8>>,
    sps: Vec<Vec<u8>>,
    pps: Vec<Vec<u8>>,
    config: Option<VideoConfig>,
}

/// Kinds of parameter sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SetKind {
    Video,
    Sequence,
    Picture,
}

impl ParameterSets {
    pub(super) fn new(codec: VideoCodec) -> Self {
        Self {
            codec,
            vps: Vec::new(),
            sps: Vec::new(),
            pps: Vec::new(),
            config: None,
        }
    }

    /// What kind of parameter set a NAL unit is, if it is one.
    pub(super) fn kind(codec: VideoCodec, unit: &[u8]) -> Option<SetKind> {
        match codec {
            VideoCodec::H264 => match h264::nal_type(unit)? {
                h264::SPS => Some(SetKind::Sequence),
                h264::PPS => Some(SetKind::Picture),
                _ => None,
            },
            VideoCodec::H265 => match h265::nal_type(unit)? {
                h265::VPS => Some(SetKind::Video),
                h265::SPS => Some(SetKind::Sequence),
                h265::PPS => Some(SetKind::Picture),
                _ => None,
            },
        }
    }

    /// The configuration, once there are sets enough.
    pub(super) fn config(&self) -> Option<&VideoConfig> {
        self.config.as_ref()
    }

    /// Takes the sets of one access unit. Answers the configuration where they changed it.
    ///
    /// Sequence parameter sets begin anew: what came before them is no longer in force. Picture parameter sets that
    /// come alone are added to those that are there, or take the place of the one with their id. Sets that are too long
    /// together are refused: there are none then until others come.
    pub(super) fn take(&mut self, found: &[(SetKind, &[u8])]) -> Option<VideoConfig> {
        if found.is_empty() {
            return None;
        }
        let anew = found.iter().any(|(kind, _)| *kind == SetKind::Sequence);
        if anew {
            for (kind, _) in found {
                self.sets(*kind).clear();
            }
        }
        for (kind, set) in found {
            let header = if self.codec == VideoCodec::H264 { 1 } else { 2 };
            let sets = self.sets(*kind);
            if *kind == SetKind::Picture {
                let id = picture_set_id(set, header);
                sets.retain(|other| picture_set_id(other, header) != id);
            } else if anew || *kind == SetKind::Video {
                sets.retain(|other| other != set);
            }
            if sets.len() < MAX_SETS {
                sets.push(set.to_vec());
            }
        }
        if self.bytes() > MAX_BYTES {
            *self = Self::new(self.codec);
            return None;
        }
        let config = self.make_config()?;
        if self.config.as_ref() == Some(&config) {
            return None;
        }
        self.config = Some(config.clone());
        Some(config)
    }

    fn sets(&mut self, kind: SetKind) -> &mut Vec<Vec<u8>> {
        match kind {
            SetKind::Video => &mut self.vps,
            SetKind::Sequence => &mut self.sps,
            SetKind::Picture => &mut self.pps,
        }
    }

    fn bytes(&self) -> usize {
        let all = [&self.vps, &self.sps, &self.pps];
        all.into_iter().flatten().map(Vec::len).sum()
    }

    fn make_config(&self) -> Option<VideoConfig> {
        let (vps, sps, pps) = (as_slices(&self.vps), as_slices(&self.sps), as_slices(&self.pps));
        match self.codec {
            VideoCodec::H264 => h264::config_from_parameter_sets(&sps, &pps).ok(),
            VideoCodec::H265 => h265::config_from_parameter_sets(&vps, &sps, &pps).ok(),
        }
    }
}

fn as_slices(sets: &[Vec<u8>]) -> Vec<&[u8]> {
    sets.iter().map(Vec::as_slice).collect()
}

/// The id of a picture parameter set: the first number behind the NAL unit's header.
fn picture_set_id(set: &[u8], header_bytes: usize) -> Option<u32> {
    Bits::new(set.get(header_bytes..)?).ue()
}
