//! What can be changed about a test pattern while it runs.

use super::TestPattern;
use super::lens::Lens;
use crate::clock::Clock;
use crate::steering::Flip;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::watch;

/// How the picture is to look; what the encoder takes over between two pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Another format than the configured one.
    pub format: Option<Format>,
    /// How the picture is turned.
    pub flip: Flip,
    /// Text over the picture.
    pub osd: Option<Osd>,
    /// The lamp beside the name is on.
    pub led: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            format: None,
            flip: Flip::default(),
            osd: None,
            led: true,
        }
    }
}

/// A format to encode in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// The most the encoder may use, bit/s.
    pub bitrate_bps: u32,
}

/// Text over the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Osd {
    /// One line. Signs that the font lacks (it has those of ASCII) are shown as `?`.
    pub text: String,
    /// 1 as large as the name in the picture, 2 twice that.
    pub times: usize,
    /// In which corner.
    pub place: Place,
}

/// A corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Place {
    TopLeft,
    TopRight,
    BottomLeft,
    BottomRight,
}

impl Place {
    /// The corner of this name in the configuration document.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "top-left" => Self::TopLeft,
            "top-right" => Self::TopRight,
            "bottom-left" => Self::BottomLeft,
            "bottom-right" => Self::BottomRight,
            _ => return None,
        })
    }
}

/// A test pattern's strings. Clones pull the same ones.
#[derive(Clone)]
pub struct Controls {
    configured: TestPattern,
    name: Arc<str>,
    clock: Clock,
    lens: Lens,
    look: watch::Sender<Look>,
}

impl Controls {
    /// The strings of a pattern that is configured so, shows `name`, and the time of `clock`.
    pub fn new(configured: TestPattern, name: String, clock: Clock) -> Self {
        Self {
            configured,
            name: name.into(),
            clock,
            lens: Lens::new(None),
            look: watch::Sender::default(),
        }
    }

    /// With a lens that keeps its positions in this file.
    #[must_use]
    pub fn keeping(self, positions: Option<PathBuf>) -> Self {
        Self {
            lens: Lens::new(positions),
            ..self
        }
    }

    /// What it is seen through.
    pub fn lens(&self) -> &Lens {
        &self.lens
    }

    /// How it is configured.
    pub fn configured(&self) -> &TestPattern {
        &self.configured
    }

    /// What it shows above the clock.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whose time it shows.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How it looks now.
    pub fn look(&self) -> Look {
        self.look.borrow().clone()
    }

    /// How it is to look from now on.
    pub fn set_look(&self, look: Look) {
        self.look
            .send_if_modified(|current| std::mem::replace(current, look.clone()) != look);
    }

    pub(super) fn watch(&self) -> watch::Receiver<Look> {
        self.look.subscribe()
    }

    /// What is encoded now: as configured, in the format that is wanted.
    pub fn pattern(&self) -> TestPattern {
        let format = self.look.borrow().format;
        let mut pattern = self.configured.clone();
        if let Some(Format {
            width,
            height,
            bitrate_bps,
        }) = format
        {
            (pattern.width, pattern.height, pattern.bitrate_bps) = (width, height, bitrate_bps);
        }
        pattern
    }
}
