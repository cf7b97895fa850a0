//! The account of every moment: what became of each millisecond of a range, put together from what is known of footage,
//! sessions, losses, the device and the cloud itself. Pure: nothing here reads a clock or a database.

use super::spans::{self, Span};
use std::collections::BTreeMap;

/// Why a moment has no footage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// Nobody wanted it recorded.
    NotAsked,
    /// Recording had just been asked for, or the device had just come back: it begins with a picture that stands alone.
    Starting,
    /// Not there yet, but the device may still hold it.
    Pending,
    /// The device was not there.
    DeviceOffline,
    /// The device was there, the channel was not.
    ChannelOffline,
    /// The cloud was not there.
    CloudDown,
    /// The device had no room for it any more.
    Dropped,
    /// The device could not upload it.
    Failed,
    /// The cloud did not want it.
    Refused,
    /// The cloud had no room for it.
    DiskFull,
    /// The device said that it would upload it, and did not.
    Expired,
    /// The cloud was to record the live stream, and there was none.
    NoMedia,
    /// The device refused to record.
    DeviceRefused,
    /// The device did not answer when it was asked to record.
    NotAnswering,
    /// It was there once, and its time was over, or its room was needed.
    Deleted,
    /// The device neither sent it nor said why.
    Unreported,
    /// The one who asks may not see this time.
    Hidden,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::NotAsked,
        Self::Starting,
        Self::Pending,
        Self::DeviceOffline,
        Self::ChannelOffline,
        Self::CloudDown,
        Self::Dropped,
        Self::Failed,
        Self::Refused,
        Self::DiskFull,
        Self::Expired,
        Self::NoMedia,
        Self::DeviceRefused,
        Self::NotAnswering,
        Self::Deleted,
        Self::Unreported,
        Self::Hidden,
    ];

    /// The name on the wire of the API, and in the database where losses name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotAsked => "not_asked",
            Self::Starting => "starting",
            Self::Pending => "pending",
            Self::DeviceOffline => "device_offline",
            Self::ChannelOffline => "channel_offline",
            Self::CloudDown => "cloud_down",
            Self::Dropped => "dropped",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::DiskFull => "disk_full",
            Self::Expired => "expired",
            Self::NoMedia => "no_media",
            Self::DeviceRefused => "device_refused",
            Self::NotAnswering => "not_answering",
            Self::Deleted => "deleted",
            Self::Unreported => "unreported",
            Self::Hidden => "hidden",
        }
    }

    /// The reverse of [`Self::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// A span of time in which the channel was to be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Its number.
    pub id: i64,
    /// When; one that runs ends never.
    pub span: Span,
    /// For how long whoever records may hold footage before it is here, in milliseconds.
    pub held_ms: i64,
}

/// Footage of which it is known that it is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// In which session.
    pub session: i64,
    /// Why.
    pub reason: Reason,
    /// When it was told.
    pub at_ms: i64,
    /// From when it is missing; `None`: somewhere before it was told.
    pub from_ms: Option<i64>,
    /// How long.
    pub lost_ms: i64,
}

/// What is known of a range. Every list is ordered by time.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Where there is footage.
    pub footage: Vec<Span>,
    /// When it was to be recorded.
    pub sessions: Vec<Session>,
    /// What is lost.
    pub losses: Vec<Loss>,
    /// When the device was not there.
    pub away: Vec<Span>,
    /// When the cloud ran.
    pub runs: Vec<Span>,
    /// Footage before this time was deleted.
    pub deleted_before_ms: i64,
    /// What time it is.
    pub now_ms: i64,
}

/// What a range is: footage (`None`), or a gap.
pub type Kind = Option<Reason>;

/// A part of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// When.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// Recording that was asked for, or a device that came back, needs a moment until the first picture that stands alone.
const STARTING_MS: i64 = 15_000;
/// A camera or a device is gone for a while before that is noticed, and what the cloud had not stored yet goes with it.
const GOING_MS: i64 = 30_000;
/// A device hears of the end of a session a moment before the cloud knows that it heard.
const ENDING_MS: i64 = 2_000;

/// What became of every moment of the range: parts that follow each other without a gap or an overlap, no two
/// neighbours of the same kind.
///
/// Where several things are known of a moment the first of these holds: there is footage; nobody wanted any; it was deleted;
/// it is known to be lost then; it may still come; it is among what was lost at an unknown time; the cloud was down; the
/// device was away, or was going; it was only starting; nobody knows.
pub fn account(range: Span, facts: &Facts) -> Vec<Range> {
    let mut sheet = Sheet {
        open: if range.is_empty() { Vec::new() } else { vec![range] },
        done: Vec::new(),
    };
    sheet.take(&facts.footage, None);
    let asked = spans::merged(facts.sessions.iter().map(|session| session.span).collect());
    sheet.take(&spans::without(&[range], &asked), Some(Reason::NotAsked));
    sheet.take(&[Span::new(i64::MIN, facts.deleted_before_ms)], Some(Reason::Deleted));
    let mut lost: BTreeMap<Reason, Vec<Span>> = BTreeMap::new();
    for loss in &facts.losses {
        if let Some(from) = loss.from_ms {
            let span = Span::new(from, from.saturating_add(loss.lost_ms));
            lost.entry(loss.reason).or_default().push(span);
        }
    }
    // When it went is not known: whatever else is known of that time holds.
    let restarts = lost.remove(&Reason::DeviceOffline).unwrap_or_default();
    for (reason, spans) in lost {
        let mut spans = spans::merged(spans);
        if reason == Reason::ChannelOffline {
            // Nothing is known of the channels of a device that is not there, but that it is not.
            spans = spans::without(&spans, &facts.away);
        }
        sheet.take(&spans, Some(reason));
    }
    for session in &facts.sessions {
        let held = Span::new(facts.now_ms.saturating_sub(session.held_ms), i64::MAX);
        sheet.take(&[session.span.within(held)], Some(Reason::Pending));
    }
    for loss in facts.losses.iter().filter(|loss| loss.from_ms.is_none()) {
        if let Some(session) = facts.sessions.iter().find(|session| session.id == loss.session) {
            let before = session.span.within(Span::new(i64::MIN, loss.at_ms));
            sheet.take_last(before, loss.lost_ms, loss.reason);
        }
    }
    sheet.take(&spans::without(&[range], &facts.runs), Some(Reason::CloudDown));
    sheet.take(&facts.away, Some(Reason::DeviceOffline));
    sheet.take(&spans::merged(restarts), Some(Reason::DeviceOffline));
    sheet.take_rest(&facts.sessions);
    sheet.finish()
}

/// An account that is being made.
struct Sheet {
    /// What is not explained yet, in order.
    open: Vec<Span>,
    /// What is, in any order.
    done: Vec<Range>,
}

impl Sheet {
    fn take(&mut self, what: &[Span], kind: Kind) {
        let taken = spans::common(&self.open, what);
        if !taken.is_empty() {
            self.open = spans::without(&self.open, &taken);
            self.done.extend(taken.into_iter().map(|span| Range { span, kind }));
        }
    }

    /// Explains the last `lost_ms` within `when`. There may be many losses: only what lies there is looked at.
    fn take_last(&mut self, when: Span, mut lost_ms: i64, reason: Reason) {
        let mut at = self.open.partition_point(|span| span.from < when.to);
        while at > 0 && lost_ms > 0 {
            at -= 1;
            let span = self.open[at];
            let within = span.within(when);
            if within.is_empty() {
                break;
            }
            let taken = Span::new(within.from.max(within.to.saturating_sub(lost_ms)), within.to);
            lost_ms -= taken.len();
            let left = [Span::new(span.from, taken.from), Span::new(taken.to, span.to)];
            self.open
                .splice(at..=at, left.into_iter().filter(|span| !span.is_empty()));
            self.done.push(Range {
                span: taken,
                kind: Some(reason),
            });
        }
    }

    fn take_rest(&mut self, sessions: &[Session]) {
        let away = |range: &Range| matches!(range.kind, Some(Reason::DeviceOffline | Reason::ChannelOffline));
        let back = |range: &Range| away(range) || range.kind == Some(Reason::CloudDown);
        let mut going: Vec<(i64, Kind)> = self
            .done
            .iter()
            .filter(|range| back(range))
            .map(|range| (range.span.from, range.kind))
            .collect();
        going.sort_unstable();
        let mut begins: Vec<i64> = sessions.iter().map(|session| session.span.from).collect();
        begins.extend(self.done.iter().filter(|range| back(range)).map(|range| range.span.to));
        begins.sort_unstable();
        let mut ends: Vec<i64> = sessions.iter().map(|session| session.span.to).collect();
        ends.sort_unstable();
        for span in std::mem::take(&mut self.open) {
            let starts = begins.binary_search(&span.from).is_ok();
            let ends = ends.binary_search(&span.to).is_ok();
            let gone = going.binary_search_by_key(&span.to, |(from, _)| *from).ok();
            let kind = match span.len() {
                0..=GOING_MS if gone.is_some() => gone.and_then(|at| going[at].1),
                0..=STARTING_MS if starts => Some(Reason::Starting),
                0..=ENDING_MS if ends => Some(Reason::NotAsked),
                _ => Some(Reason::Unreported),
            };
            self.done.push(Range { span, kind });
        }
    }

    fn finish(mut self) -> Vec<Range> {
        self.done.sort_unstable_by_key(|range| range.span.from);
        joined(self.done)
    }
}

/// Neighbours of the same kind as one.
fn joined(ranges: Vec<Range>) -> Vec<Range> {
    let mut joined: Vec<Range> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if last.kind == range.kind && last.span.to == range.span.from => last.span.to = range.span.to,
            _ => joined.push(range),
        }
    }
    joined
}

/// The account as it is seen from further away: gaps shorter than `resolution_ms` are no longer told apart from what
/// is beside them. Footage stays, however short: a day with one event in it is to show that event.
pub fn melted(ranges: &[Range], resolution_ms: i64) -> Vec<Range> {
    let mut melted: Vec<Range> = Vec::new();
    for block in ranges.chunk_by(|a, b| a.kind.is_none() == b.kind.is_none()) {
        let ([first, ..], [.., last]) = (block, block) else {
            continue;
        };
        let whole = Span::new(first.span.from, last.span.to);
        if first.kind.is_none() {
            melted.extend(block);
        } else if whole.len() < resolution_ms && block.len() < ranges.len() {
            // Beside it there is footage.
            melted.push(Range {
                span: whole,
                kind: None,
            });
        } else {
            melt_gaps(&mut melted, block, resolution_ms);
        }
    }
    joined(melted)
}

/// Gaps beside each other: short ones are gathered until together they are long enough, under the name of the longest.
fn melt_gaps(melted: &mut Vec<Range>, block: &[Range], resolution_ms: i64) {
    let mut gathered: Option<(Range, i64)> = None;
    for gap in block {
        gathered = Some(match gathered {
            Some((range, longest)) if range.span.len() < resolution_ms || gap.span.len() < resolution_ms => {
                let span = Span::new(range.span.from, gap.span.to);
                let (kind, longest) = if gap.span.len() > longest {
                    (gap.kind, gap.span.len())
                } else {
                    (range.kind, longest)
                };
                (Range { span, kind }, longest)
            }
            other => {
                melted.extend(other.map(|(range, _)| range));
                (*gap, gap.span.len())
            }
        });
    }
    melted.extend(gathered.map(|(range, _)| range));
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
