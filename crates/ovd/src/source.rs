//! Where a channel's picture comes from.

mod decode_times;
pub mod file;
pub mod rtsp;
pub mod test_pattern;

use crate::clock::Clock;
use crate::feed::{Feed, Join};
use crate::onvif::Credentials;
use crate::steering::Steering;
use file::FileSource;
use rtsp::RtspSource;
use serde::{Deserialize, Deserializer, de};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use test_pattern::{Controls, TestPattern};
use tokio::sync::Notify;
use url::Url;

/// A source as it is configured: `"test"`, an `rtsp://` URL, a path, or a table with a `kind` and details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The built-in test pattern.
    Test(TestPattern),
    /// A camera.
    Rtsp(RtspSource),
    /// A media file, looped in real time.
    File(FileSource),
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Table {
    Test(TestPattern),
    Rtsp(RtspSource),
    File(FileSource),
}

/// What a source must know of its surroundings.
#[derive(Clone)]
pub struct Surroundings {
    /// What people call the channel.
    pub name: String,
    /// The agent's clock.
    pub clock: Clock,
    /// Notified when the source goes online or offline.
    pub changed: Arc<Notify>,
    /// Where the numbers of stored positions are kept.
    pub positions: Option<PathBuf>,
}

/// A source that was started.
pub struct Started {
    /// What it delivers.
    pub feed: Feed,
    /// It runs for as long as this task.
    pub task: tokio::task::JoinHandle<()>,
    /// How its picture is changed, if it is made here.
    pub pattern: Option<Controls>,
    /// How it is moved, started anew and the like, where it can be.
    pub steering: Option<Arc<dyn Steering>>,
}

impl Source {
    /// A source given as one word: `test`, a URL or a path.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.split_once("://") {
            None if text == "test" => Ok(Self::Test(TestPattern::default())),
            None if text.is_empty() => Err("a source is \"test\", an rtsp:// URL or a path".to_owned()),
            None => Ok(Self::File(FileSource {
                path: PathBuf::from(text),
            })),
            Some(("rtsp", _)) => RtspSource::parse(text).map(Self::Rtsp),
            Some((scheme, _)) => Err(format!("sources of kind {scheme}:// are not supported")),
        }
    }

    /// The camera's address, without user and password, and who it knows; `None` for what is no camera.
    pub fn camera(&self) -> Option<(&Url, Option<Credentials>)> {
        match self {
            Self::Rtsp(camera) => Some((camera.address(), camera.user())),
            Self::Test(_) | Self::File(_) => None,
        }
    }

    fn check(self) -> Result<Self, String> {
        match &self {
            Self::Test(pattern) => pattern.check()?,
            Self::Rtsp(_) | Self::File(_) => {}
        }
        Ok(self)
    }

    /// Starts the source.
    pub fn start(self, surroundings: Surroundings) -> Started {
        let Surroundings {
            name,
            clock,
            changed,
            positions,
        } = surroundings;
        match self {
            Self::Test(pattern) => {
                let feed = Feed::new(Join::OnRequest, changed);
                let controls = Controls::new(pattern, name, clock).keeping(positions);
                Started {
                    feed: feed.clone(),
                    task: tokio::spawn(test_pattern::run(controls.clone(), feed)),
                    steering: Some(Arc::new(controls.lens().clone())),
                    pattern: Some(controls),
                }
            }
            Self::Rtsp(camera) => {
                let feed = Feed::new(Join::Cached, changed);
                Started {
                    feed: feed.clone(),
                    task: tokio::spawn(rtsp::run(camera, feed)),
                    pattern: None,
                    steering: None,
                }
            }
            Self::File(file) => {
                let feed = Feed::new(Join::Cached, changed);
                Started {
                    feed: feed.clone(),
                    task: tokio::spawn(file::run(file, feed)),
                    pattern: None,
                    steering: None,
                }
            }
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Test(pattern) => write!(f, "test pattern {}x{}", pattern.width, pattern.height),
            Self::Rtsp(camera) => write!(f, "camera {camera} over {:?}", camera.transport),
            Self::File(file) => write!(f, "file {}", file.path.display()),
        }
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Source;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"test\", an rtsp:// URL, a path, or a table with a kind")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Source, E> {
                Source::parse(text).map_err(E::custom)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
                let source = match Table::deserialize(de::value::MapAccessDeserializer::new(map))? {
                    Table::Test(pattern) => Source::Test(pattern),
                    Table::Rtsp(camera) => Source::Rtsp(camera),
                    Table::File(file) => Source::File(file),
                };
                source.check().map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
