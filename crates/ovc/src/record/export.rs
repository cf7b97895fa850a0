//! A range of footage as one MP4. The head of the file has the table of all samples, so the footage is read twice: once to
//! make the table, and again, bit by bit, while the file goes out. Nothing of it is kept in between; the same segments
//! always make the same bytes. Pure: what is read is handed in.

use super::playlist;
use super::spans::Span;
use super::unpacked::{Coded, MAX_CONFIGS, Unpacked};
use crate::db::FootageRow;
use bytes::Bytes;
use media::mp4::{Head, Movie, Sample, TIMESCALE};
use media::{AudioConfig, TrackKind, VideoConfig};
use sha2::{Digest as _, Sha256};
use std::ops::Range;

/// Units of [`TIMESCALE`] in a millisecond.
const PER_MS: i64 = TIMESCALE as i64 / 1000;
/// Timestamps further from where they should be do not go on.
const JUMP: i64 = TIMESCALE as i64;
/// Picture and sound take turns in the file this often, so that a player has to read little ahead.
const TURN: i64 = TIMESCALE as i64;
/// How far a segment may reach back into the one before it without being cut.
const OVERLAP_MS: i64 = 1_000;
/// Samples of one file at most: a day has 60 pictures and 50 frames of sound each second. All of them are in memory as
/// tables, some twenty bytes each.
const MAX_SAMPLES: usize = 10_000_000;

/// A file that can be sent.
#[derive(Debug)]
pub struct Plan {
    /// Everything before the samples.
    pub head: Head,
    /// Where samples come from, in order.
    pub pieces: Vec<Piece>,
    /// How long it plays.
    pub duration_ms: i64,
    /// In how many places time is left out.
    pub gaps: usize,
    /// When its first picture was.
    pub begin_ms: i64,
    /// What tells it from any other.
    pub etag: String,
}

/// What the file has of one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The segment.
    pub segment: FootageRow,
    /// Which of its pictures.
    video: Range<usize>,
    /// Which of its frames of sound.
    audio: Range<usize>,
    /// Where that lies behind the head.
    pub offset: u64,
    /// How long it is.
    pub bytes: u64,
}

/// Makes a plan of segments that are told one after the other.
#[derive(Debug)]
pub struct Planner {
    asked: Span,
    movie: Movie,
    /// Those of the movie: [`MAX_CONFIGS`] of each kind at most.
    video_configs: Vec<VideoConfig>,
    audio_configs: Vec<AudioConfig>,
    /// How many samples more there may be.
    samples_left: usize,
    pieces: Vec<Piece>,
    /// What is added to a segment's times to get the movie's; changes where they break.
    shift: i64,
    /// Where everything so far ends, in the movie's time.
    end: i64,
    /// The segment before, and where its own times end.
    before: Option<(FootageRow, i64)>,
    gaps: usize,
    begin_ms: Option<i64>,
    payload: u64,
}

/// When something was, by its time within a segment whose first frame is presented at `first`.
fn wall(segment: &FootageRow, first: i64) -> impl Fn(i64) -> i64 + use<> {
    let start_ms = segment.start_ms;
    move |at| start_ms.saturating_add(at.saturating_sub(first) / PER_MS)
}

/// Which frames of a segment are taken.
struct Cut {
    video: Range<usize>,
    audio: Range<usize>,
}

impl Planner {
    /// For this range of time.
    pub fn new(asked: Span) -> Self {
        Self {
            asked,
            movie: Movie::default(),
            video_configs: Vec::new(),
            audio_configs: Vec::new(),
            samples_left: MAX_SAMPLES,
            pieces: Vec::new(),
            shift: 0,
            end: 0,
            before: None,
            gaps: 0,
            begin_ms: None,
            payload: 0,
        }
    }

    /// The next segment. `true`: it has something for the movie. One for which a file has no room, by its samples or by
    /// its configurations, is left out.
    pub fn add(&mut self, segment: FootageRow, unpacked: &Unpacked) -> bool {
        let (Some(first_dts), Some(first)) = (unpacked.first_dts(), unpacked.first_pts()) else {
            return false;
        };
        let goes_on = self.before.is_some_and(|(before, next_dts)| {
            !playlist::breaks(&before, &segment) && first_dts.abs_diff(next_dts) <= JUMP.unsigned_abs()
        });
        let cut = self.cut(&segment, unpacked, first, goes_on);
        let (video, audio) = (&unpacked.video[cut.video.clone()], &unpacked.audio[cut.audio.clone()]);
        let Some(begin) = video.iter().chain(audio).map(|frame| frame.dts).min() else {
            return false;
        };
        if !self.has_room(unpacked, video, audio) {
            return false;
        }
        let wall = wall(&segment, first);
        if !goes_on {
            self.shift = self.end.saturating_sub(begin);
            if self
                .before
                .is_some_and(|(before, _)| wall(begin).saturating_sub(before.end_ms()) > OVERLAP_MS)
            {
                self.gaps += 1;
            }
        }
        let presented = |frame: &Coded| frame.pts;
        self.begin_ms
            .get_or_insert_with(|| wall(video.first().or(audio.first()).map_or(begin, presented)));
        let bytes = self.place(unpacked, &cut);
        self.pieces.push(Piece {
            segment,
            video: cut.video,
            audio: cut.audio,
            offset: self.payload,
            bytes,
        });
        self.payload += bytes;
        self.end = self.end.max(unpacked.end().saturating_add(self.shift));
        self.before = Some((segment, unpacked.next_dts()));
        true
    }

    /// Whether these frames of it find room in the file; it is taken then.
    fn has_room(&mut self, unpacked: &Unpacked, video: &[Coded], audio: &[Coded]) -> bool {
        let Some(samples_left) = self.samples_left.checked_sub(video.len() + audio.len()) else {
            return false;
        };
        let video = unknown(&self.video_configs, &unpacked.video_configs, video);
        let audio = unknown(&self.audio_configs, &unpacked.audio_configs, audio);
        let fits = |known: usize, new: usize| known + new <= MAX_CONFIGS;
        let is_room = fits(self.video_configs.len(), video.len()) && fits(self.audio_configs.len(), audio.len());
        if is_room {
            self.samples_left = samples_left;
            self.video_configs.extend(video);
            self.audio_configs.extend(audio);
        }
        is_room
    }

    fn cut(&self, segment: &FootageRow, unpacked: &Unpacked, first: i64, goes_on: bool) -> Cut {
        let wall = wall(segment, first);
        let until = |frames: &[Coded]| {
            let past = frames.iter().position(|frame| wall(frame.dts) >= self.asked.to);
            past.unwrap_or(frames.len())
        };
        let (video, audio) = (&unpacked.video, &unpacked.audio);
        let (video_end, audio_end) = (until(video), until(audio));
        if goes_on {
            return Cut {
                video: 0..video_end,
                audio: 0..audio_end,
            };
        }
        // A segment that reaches back into the one before begins where that ends.
        let earliest = self
            .before
            .map_or(i64::MIN, |(before, _)| before.end_ms().saturating_sub(OVERLAP_MS));
        let from = self.asked.from.max(earliest);
        let keyframes = || {
            video[..video_end]
                .iter()
                .enumerate()
                .filter(|(_, frame)| frame.keyframe)
        };
        let begin = if self.pieces.is_empty() {
            let before = keyframes().rfind(|(_, frame)| wall(frame.pts) <= from);
            before.or_else(|| keyframes().next())
        } else {
            keyframes().find(|(_, frame)| wall(frame.pts) >= earliest)
        };
        let (video_begin, heard_from) = match begin {
            Some((at, frame)) => (at, frame.pts.min(frame.dts)),
            // No picture that stands alone: none at all. There may be sound.
            None if video.is_empty() => (0, i64::MIN),
            None => (video_end, i64::MAX),
        };
        let audible = |frame: &Coded| frame.dts >= heard_from && (!video.is_empty() || wall(frame.dts) >= from);
        let audio_begin = audio[..audio_end].iter().position(audible).unwrap_or(audio_end);
        Cut {
            video: video_begin..video_end,
            audio: audio_begin..audio_end,
        }
    }

    /// Tells the movie where samples lie; how many bytes they have.
    fn place(&mut self, unpacked: &Unpacked, cut: &Cut) -> u64 {
        let mut bytes = 0;
        let mut samples = Vec::new();
        for turn in turns(unpacked, cut) {
            let (kind, frames) = turn;
            samples.clear();
            for frame in frames {
                bytes += frame.data.len() as u64;
                samples.push(Sample {
                    dts: frame.dts.saturating_add(self.shift),
                    composition: i32::try_from(frame.pts.saturating_sub(frame.dts)).unwrap_or(0),
                    bytes: u32::try_from(frame.data.len()).unwrap_or(u32::MAX),
                    keyframe: frame.keyframe,
                });
            }
            let Some(first) = frames.first() else { continue };
            match kind {
                TrackKind::Video => self.movie.video(&unpacked.video_configs[first.config], &samples),
                TrackKind::Audio => self.movie.audio(&unpacked.audio_configs[first.config], &samples),
            }
        }
        bytes
    }

    /// The plan. `None`: there is nothing in it.
    pub fn finish(self) -> Option<Plan> {
        let begin_ms = self.begin_ms?;
        let head = self.movie.head(u64::try_from(begin_ms / 1000).unwrap_or(0));
        let mut hash = Sha256::new();
        hash.update(&head.bytes);
        for piece in &self.pieces {
            hash.update(piece.segment.key.as_bytes());
        }
        let hash = hash.finalize();
        Some(Plan {
            head,
            pieces: self.pieces,
            duration_ms: i64::try_from(self.movie.duration()).unwrap_or(i64::MAX) / PER_MS,
            gaps: self.gaps,
            begin_ms,
            etag: hash[..16].iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }
}

/// Configurations of these frames that are not known yet.
fn unknown<C: PartialEq + Clone>(known: &[C], configs: &[C], frames: &[Coded]) -> Vec<C> {
    let used = |at: usize| frames.iter().any(|frame| frame.config == at);
    let new = configs.iter().enumerate();
    new.filter(|(at, config)| !known.contains(config) && used(*at))
        .map(|(_, config)| config.clone())
        .collect()
}

impl Plan {
    /// How long the file is.
    pub fn bytes(&self) -> u64 {
        self.head.bytes.len() as u64 + self.head.payload
    }

    /// About how much memory it takes.
    pub fn kept_bytes(&self) -> u64 {
        (self.head.bytes.len() + size_of_val(&self.pieces[..])) as u64
    }
}

impl Piece {
    /// The time of its segment, all of it.
    pub fn span(&self) -> Span {
        Span::new(self.segment.start_ms, self.segment.end_ms())
    }

    /// Its bytes, in the order in which the head says that they lie. `None`: it is not the segment that the plan was made
    /// of.
    pub fn take(&self, unpacked: &Unpacked) -> Option<Vec<Bytes>> {
        let cut = Cut {
            video: self.video.clone(),
            audio: self.audio.clone(),
        };
        let fits = cut.video.end <= unpacked.video.len() && cut.audio.end <= unpacked.audio.len();
        if !fits {
            return None;
        }
        let data: Vec<Bytes> = turns(unpacked, &cut)
            .flat_map(|(_, frames)| frames.iter().map(|frame| frame.data.clone()))
            .collect();
        let bytes: u64 = data.iter().map(|data| data.len() as u64).sum();
        (bytes == self.bytes).then_some(data)
    }
}

/// In which order frames lie in the file: picture and sound in turns, each turn of one configuration.
fn turns<'a>(unpacked: &'a Unpacked, cut: &Cut) -> impl Iterator<Item = (TrackKind, &'a [Coded])> {
    let mut video = &unpacked.video[cut.video.clone()];
    let mut audio = &unpacked.audio[cut.audio.clone()];
    std::iter::from_fn(move || {
        let first = |frames: &[Coded]| frames.first().map(|frame| frame.dts);
        let (kind, frames) = match (first(video), first(audio)) {
            (Some(picture), Some(sound)) if sound < picture => (TrackKind::Audio, &mut audio),
            (Some(_), _) => (TrackKind::Video, &mut video),
            (None, Some(_)) => (TrackKind::Audio, &mut audio),
            (None, None) => return None,
        };
        let begin = frames.first()?;
        let same = |frame: &Coded| frame.config == begin.config && frame.dts < begin.dts.saturating_add(TURN);
        let count = frames.iter().position(|frame| !same(frame)).unwrap_or(frames.len());
        let (turn, rest) = frames.split_at(count);
        *frames = rest;
        Some((kind, turn))
    })
}

/// The picture nearest to a moment that stands alone, as a movie of one picture.
#[derive(Debug, Clone)]
pub struct Still {
    /// The file.
    pub file: Bytes,
    /// When it was.
    pub at_ms: i64,
}

/// The last picture that stands alone at a moment or before it, else the first one after.
pub fn still(segment: &FootageRow, unpacked: &Unpacked, at_ms: i64) -> Option<Still> {
    let wall = wall(segment, unpacked.first_pts()?);
    let wall = |frame: &Coded| wall(frame.pts);
    let mut keyframes = unpacked.video.iter().filter(|frame| frame.keyframe);
    let before = keyframes.clone().rfind(|frame| wall(frame) <= at_ms);
    let frame = before.or_else(|| keyframes.next())?;
    let config: &VideoConfig = unpacked.video_configs.get(frame.config)?;
    let mut movie = Movie::default();
    let sample = Sample {
        dts: 0,
        composition: 0,
        bytes: u32::try_from(frame.data.len()).ok()?,
        keyframe: true,
    };
    movie.video(config, &[sample]);
    let at_ms = wall(frame);
    let head = movie.head(u64::try_from(at_ms / 1000).unwrap_or(0));
    Some(Still {
        file: [&head.bytes[..], &frame.data].concat().into(),
        at_ms,
    })
}

#[cfg(test)]
#[path = "export_tests.rs"]
mod tests;
