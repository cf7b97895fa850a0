//! The frames since the last keyframe.

use media::Frame;

/// A group of pictures larger than this is not kept: a subscriber then waits for the next keyframe.
const MAX_BYTES: usize = 16 << 20;
/// Nor is one with more frames (20 s at 60 fps with sound).
const MAX_FRAMES: usize = 2400;

#[derive(Default)]
pub(super) struct GopCache {
    frames: Vec<Frame>,
    bytes: usize,
}

impl GopCache {
    /// Adds a frame; `opens`: it begins a new group, the old one is forgotten.
    pub(super) fn push(&mut self, frame: Frame, opens: bool) {
        if opens {
            self.clear();
        } else if self.frames.is_empty() {
            return;
        }
        self.bytes += frame.data.len();
        if self.bytes > MAX_BYTES || self.frames.len() >= MAX_FRAMES {
            self.clear();
            return;
        }
        self.frames.push(frame);
    }

    pub(super) fn clear(&mut self) {
        self.frames.clear();
        self.bytes = 0;
    }

    pub(super) fn frames(&self) -> &[Frame] {
        &self.frames
    }
}
