//! What somebody who looks at recordings is shown: which seconds there are, why others are missing, what happened then.

use super::account::{self, Facts, Kind, Loss, Range, Reason, Session};
use super::spans::{self, Span};
use crate::clock::UnixMs;
use crate::db::{AlarmMarkRow, ClipRow, Db, DbError, FootageRow, PresenceStepRow};
use crate::ids::{ChannelId, LoginCode, RecordStreamId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::time::Duration;

/// Parts that a timeline has at most.
pub const MAX_RANGES: usize = 5_000;
/// Alarms that a timeline shows at most, the latest then.
const MAX_ALARMS: u32 = 2_000;
/// Segments with a wrong clock are shown as one mark where they are no further apart.
const CLOCK_GAP_MS: i64 = 60_000;
/// What comes before a range may say what its first moments are.
const BEFORE_MS: i64 = 60_000;
/// What was lost at an unknown time may be told so much later.
const AFTER_MS: i64 = 24 * 3600 * 1000;
/// Segments of one playlist: a day of the shortest that make sense.
const MAX_SEGMENTS: u32 = 100_000;

/// How long whoever records may hold footage back.
#[derive(Debug, Clone, Copy)]
pub struct Holding {
    /// A device.
    pub by_device: Duration,
    /// The cloud itself.
    pub by_cloud: Duration,
    /// How long a segment is.
    pub segment: Duration,
    /// After which silence a device counts as offline.
    pub silence: Duration,
}

/// Looks at footage. Clones are the same.
#[derive(Debug, Clone)]
pub struct Footage {
    db: Db,
    holding: Holding,
}

/// One channel, and what somebody may see of it.
#[derive(Debug, Clone)]
pub struct View {
    /// The device.
    pub device: LoginCode,
    /// The channel.
    pub channel: ChannelId,
    /// When he may watch, in order, without overlaps.
    pub seen: Vec<Span>,
}

/// What happened in a range.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// The range that is told of.
    pub range: Span,
    /// Its parts.
    pub ranges: Vec<Range>,
    /// How much of it is footage.
    pub recorded_ms: i64,
    /// How much is missing, and why.
    pub gap_ms: BTreeMap<Reason, i64>,
    /// Alarms.
    pub alarms: Vec<AlarmMarkRow>,
    /// What somebody locked.
    pub clips: Vec<ClipRow>,
    /// When the device's clock was not believed.
    pub misplaced: Vec<Span>,
}

/// A day with footage or alarms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Which.
    pub day: Date,
    /// How much footage there is.
    pub recorded_ms: i64,
    /// How many alarms began.
    pub alarms: usize,
}

impl Footage {
    /// Of this database.
    pub fn new(db: Db, holding: Holding) -> Self {
        Self { db, holding }
    }

    /// The footage of a channel. `None`: there is none.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn stream(&self, device: &LoginCode, channel: ChannelId) -> Result<Option<RecordStreamId>, DbError> {
        self.db.record_stream(device, channel).await
    }

    /// What there is between these times, as far as he may see it and it is over already. Parts shorter than
    /// `resolution_ms` are not told apart; it is raised until there are no more than [`MAX_RANGES`].
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn timeline(
        &self,
        view: &View,
        asked: Span,
        resolution_ms: i64,
        now: UnixMs,
    ) -> Result<Timeline, DbError> {
        let seen = spans::common(&view.seen, &[asked.within(Span::new(i64::MIN, now.0))]);
        let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
            return Ok(Timeline::nothing(asked.from));
        };
        let range = Span::new(first.from, last.to);
        let exact = self.account(view, range, &seen, now).await?;
        let mut gap_ms = BTreeMap::new();
        let mut recorded_ms = 0;
        for part in &exact {
            match part.kind {
                None => recorded_ms += part.span.len(),
                Some(reason) => *gap_ms.entry(reason).or_insert(0) += part.span.len(),
            }
        }
        let mut resolution_ms = resolution_ms.max(1);
        let mut ranges = account::melted(&exact, resolution_ms);
        while ranges.len() > MAX_RANGES {
            resolution_ms = (resolution_ms * 2).max(range.len() / MAX_RANGES as i64);
            ranges = account::melted(&exact, resolution_ms);
        }
        let shown = |span: Span| seen.iter().any(|seen| !seen.within(span).is_empty());
        let alarms = self
            .db
            .alarm_marks(&view.device, view.channel, (range.from, range.to), MAX_ALARMS)
            .await?;
        let lasting = |alarm: &AlarmMarkRow| {
            let end = alarm.end_ms.unwrap_or(now.0).max(alarm.begin_ms + 1);
            Span::new(alarm.begin_ms, end)
        };
        let stream = self.stream(&view.device, view.channel).await?;
        let (clips, misplaced) = match stream {
            Some(stream) => (self.db.clips(stream).await?, self.misplaced(stream, range).await?),
            None => Default::default(),
        };
        let within = |clip: &ClipRow| shown(Span::new(clip.from.0, clip.to.0));
        Ok(Timeline {
            range,
            ranges,
            recorded_ms,
            gap_ms,
            alarms: alarms.into_iter().filter(|alarm| shown(lasting(alarm))).collect(),
            clips: clips.into_iter().filter(within).collect(),
            misplaced: spans::common(&seen, &misplaced),
        })
    }

    async fn account(&self, view: &View, range: Span, seen: &[Span], now: UnixMs) -> Result<Vec<Range>, DbError> {
        let wider = Span::new(
            range.from.saturating_sub(BEFORE_MS),
            range.to.saturating_add(AFTER_MS).min(now.0).max(range.to),
        );
        let facts = self.facts(view, wider, now).await?;
        let all = account::account(wider, &facts);
        let hidden = spans::without(&[range], seen);
        let mut parts: Vec<Range> = Vec::new();
        for part in all {
            for span in spans::common(&[part.span], seen) {
                parts.push(Range { span, ..part });
            }
        }
        let kind: Kind = Some(Reason::Hidden);
        parts.extend(hidden.into_iter().map(|span| Range { span, kind }));
        parts.sort_unstable_by_key(|part| part.span.from);
        Ok(parts)
    }

    async fn facts(&self, view: &View, range: Span, now: UnixMs) -> Result<Facts, DbError> {
        let Span { from, to } = range;
        let mut facts = Facts {
            runs: self.runs(range, now).await?,
            away: self.away(&view.device, range).await?,
            deleted_before_ms: i64::MIN,
            now_ms: now.0,
            ..Facts::default()
        };
        let Some(stream) = self.stream(&view.device, view.channel).await? else {
            return Ok(facts);
        };
        let (footage, sessions, losses, deleted) = tokio::try_join!(
            self.db.footage_spans(stream, from, to),
            self.db.sessions_between(stream, from, to),
            self.db.losses_between(stream, from, to),
            self.db.footage_deleted_before(stream),
        )?;
        facts.footage = spans::merged(footage.into_iter().map(|(from, to)| Span::new(from, to)).collect());
        facts.sessions = sessions
            .into_iter()
            .map(|row| Session {
                id: row.id,
                span: Span::new(row.began_ms, row.ended_ms.unwrap_or(i64::MAX)),
                held_ms: millis(if row.by_cloud {
                    self.holding.by_cloud
                } else {
                    self.holding.by_device
                }),
            })
            .collect();
        facts.losses = losses
            .into_iter()
            .map(|row| Loss {
                session: row.session,
                reason: Reason::from_name(&row.reason).unwrap_or(Reason::Unreported),
                at_ms: row.at_ms,
                from_ms: row.from_ms,
                // Devices need not say more than how many segments they had no room for.
                lost_ms: match row.lost_ms {
                    0 => row.segments.saturating_mul(millis(self.holding.segment)),
                    lost_ms => lost_ms,
                },
            })
            .collect();
        facts.deleted_before_ms = deleted.unwrap_or(i64::MIN);
        Ok(facts)
    }

    /// When the cloud ran. It runs now; of how long it does the database hears only every few seconds.
    async fn runs(&self, range: Span, now: UnixMs) -> Result<Vec<Span>, DbError> {
        // So that the one that goes on is among them.
        let rows = self.db.runs_between(range.from, now.0.saturating_add(1)).await?;
        let mut runs: Vec<Span> = rows.into_iter().map(|(from, to)| Span::new(from, to)).collect();
        match runs.last_mut() {
            Some(last) => last.to = last.to.max(now.0),
            None => runs.push(Span::new(i64::MIN, i64::MAX)),
        }
        Ok(spans::merged(runs))
    }

    async fn away(&self, device: &LoginCode, range: Span) -> Result<Vec<Span>, DbError> {
        let steps = self.db.presence_between(device, range.from, range.to).await?;
        Ok(away(&steps, range, millis(self.holding.silence)))
    }

    async fn misplaced(&self, stream: RecordStreamId, range: Span) -> Result<Vec<Span>, DbError> {
        let rows = self.db.misplaced_segments(stream, range.from, range.to).await?;
        let reach = rows
            .into_iter()
            .map(|(from, to)| Span::new(from, to.saturating_add(CLOCK_GAP_MS)));
        let mut marks = spans::merged(reach.collect());
        for mark in &mut marks {
            mark.to -= CLOCK_GAP_MS;
        }
        Ok(marks)
    }

    /// Days, by the clocks of a time zone, on which there is footage or on which alarms began.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn days(&self, view: &View, days: (Date, Date), zone: &TimeZone) -> Result<Vec<Day>, DbError> {
        let mut bounds = Vec::new();
        let mut day = days.0;
        while day <= days.1 {
            bounds.push((day, midnight(day, zone)));
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        let end = midnight(day, zone);
        let Some((_, begin)) = bounds.first() else {
            return Ok(Vec::new());
        };
        let seen = spans::common(&view.seen, &[Span::new(*begin, end)]);
        let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
            return Ok(Vec::new());
        };
        let footage = match self.stream(&view.device, view.channel).await? {
            Some(stream) => self.db.footage_spans(stream, first.from, last.to).await?,
            None => Vec::new(),
        };
        let footage = spans::merged(footage.into_iter().map(|(from, to)| Span::new(from, to)).collect());
        let footage = spans::common(&footage, &seen);
        let begins = self
            .db
            .alarm_begins(&view.device, view.channel, first.from, last.to)
            .await?;
        let shown = |at: &i64| seen.iter().any(|seen| seen.from <= *at && *at < seen.to);
        let begins: Vec<i64> = begins.into_iter().filter(shown).collect();
        let ends = bounds.iter().skip(1).map(|(_, at)| *at).chain([end]);
        let counted = bounds.iter().zip(ends).map(|((day, from), to)| Day {
            day: *day,
            recorded_ms: spans::common(&footage, &[Span::new(*from, to)])
                .into_iter()
                .map(Span::len)
                .sum(),
            alarms: begins.iter().filter(|at| (*from..to).contains(*at)).count(),
        });
        Ok(counted.filter(|day| day.recorded_ms > 0 || day.alarms > 0).collect())
    }

    /// Segments that reach into a range and lie wholly within what he may see, each of them once: what is in footage that
    /// came before already is left out.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn segments(
        &self,
        stream: RecordStreamId,
        asked: Span,
        seen: &[Span],
    ) -> Result<Vec<FootageRow>, DbError> {
        let mut segments = self
            .db
            .segments_between(stream, asked.from, asked.to, MAX_SEGMENTS)
            .await?;
        let mut end = i64::MIN;
        segments.retain(|segment| {
            let span = Span::new(segment.start_ms, segment.end_ms());
            let is_new = span.to > end && seen.iter().any(|seen| seen.contains(span));
            if is_new {
                end = span.to;
            }
            is_new
        });
        Ok(segments)
    }

    /// One segment of a range.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn segment(
        &self,
        stream: RecordStreamId,
        id: i64,
        asked: Span,
        seen: &[Span],
    ) -> Result<Option<FootageRow>, DbError> {
        let row = self.db.segment_of_stream(stream, id).await?;
        Ok(row.filter(|segment| {
            let span = Span::new(segment.start_ms, segment.end_ms());
            !span.within(asked).is_empty() && seen.iter().any(|seen| seen.contains(span))
        }))
    }
}

impl Timeline {
    fn nothing(at: i64) -> Self {
        Self {
            range: Span::new(at, at),
            ranges: Vec::new(),
            recorded_ms: 0,
            gap_ms: BTreeMap::new(),
            alarms: Vec::new(),
            clips: Vec::new(),
            misplaced: Vec::new(),
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// When a day begins. Where clocks are set forward at midnight it begins an hour later.
fn midnight(day: Date, zone: &TimeZone) -> i64 {
    zone.to_ambiguous_zoned_datetime(day.at(0, 0, 0, 0))
        .compatible()
        .map_or(0, |zoned| zoned.timestamp().as_millisecond())
}

/// When a device was not there. Before the first step it was not what it became with it.
fn away(steps: &[PresenceStepRow], range: Span, silence_ms: i64) -> Vec<Span> {
    let mut away = Vec::new();
    let mut since = steps
        .first()
        .filter(|step| step.online && step.at_ms > range.from)
        .map(|_| range.from);
    for step in steps {
        if step.online {
            away.extend(since.take().map(|since| Span::new(since, step.at_ms)));
        } else if since.is_none() {
            // It had been silent for so long when it was noticed.
            since = Some(if step.silent {
                step.at_ms - silence_ms
            } else {
                step.at_ms
            });
        }
    }
    away.extend(since.map(|since| Span::new(since, range.to)));
    spans::merged(away)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(at_ms: i64, online: bool, silent: bool) -> PresenceStepRow {
        PresenceStepRow { at_ms, online, silent }
    }

    #[test]
    fn a_device_was_away_from_when_it_fell_silent() {
        let range = Span::new(0, 1_000);
        assert_eq!(away(&[], range, 10), []);
        assert_eq!(away(&[step(-50, true, false)], range, 10), []);
        assert_eq!(away(&[step(-50, false, true)], range, 10), [Span::new(-60, 1_000)]);
        assert_eq!(
            away(
                &[step(300, true, false), step(500, false, true), step(700, true, false)],
                range,
                100
            ),
            [Span::new(0, 300), Span::new(400, 700)]
        );
        assert_eq!(
            away(&[step(500, false, false), step(600, false, false)], range, 100),
            [Span::new(500, 1_000)]
        );
    }

    #[test]
    fn a_day_is_as_long_as_the_clocks_of_its_place_say() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let len = |day: Date| midnight(day.tomorrow().unwrap(), &zone) - midnight(day, &zone);
        assert_eq!(len(Date::constant(2026, 11, 29)), 24 * 3_600_000);
        assert_eq!(len(Date::constant(2026, 10, 25)), 25 * 3_600_000);
        assert_eq!(len(Date::constant(2026, 3, 29)), 23 * 3_600_000);
    }
}
