//! What somebody who looks at recordings is shown: which seconds there are, why others are missing, what happened then.

use super::account::{self, Facts, Kind, Loss, Range, Reason, Session};
use super::spans::{self, Span};
use crate::clock::UnixMs;
use crate::db::{AlarmMarkRow, ClipRow, Db, DbError, FootageRow, PresenceStepRow};
use crate::ids::{ChannelId, LoginCode, RecordStreamId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// Parts that a timeline has at most.
pub const MAX_RANGES: usize = 5_000;
/// Alarms that a timeline shows one by one at most. Of more, those that are not told apart anyway are one.
const MAX_ALARMS: usize = 2_000;
/// Alarms that are looked at at most, the latest then.
const MOST_ALARMS: u32 = 50_000;
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

/// What a part of a timeline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Footage.
    Continuous,
    /// Footage around an alarm: it is kept as such.
    Alarm,
    /// No footage, and why.
    Gap(Reason),
}

/// What happened in a range.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// The range that is told of.
    pub range: Span,
    /// Its parts.
    pub parts: Vec<(Span, What)>,
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
        let stream = self.stream(&view.device, view.channel).await?;
        let around_alarms = match stream {
            Some(stream) => self.db.kept_for_alarms(stream, range.from, range.to).await?,
            None => Vec::new(),
        };
        let around_alarms: Vec<Span> = around_alarms
            .into_iter()
            .map(|(from, to)| Span::new(from, to))
            .collect();
        let mut resolution_ms = resolution_ms.max(1);
        let mut parts = parts(&account::melted(&exact, resolution_ms), &around_alarms, resolution_ms);
        while parts.len() > MAX_RANGES {
            resolution_ms = (resolution_ms * 2).max(range.len() / MAX_RANGES as i64);
            parts = self::parts(&account::melted(&exact, resolution_ms), &around_alarms, resolution_ms);
        }
        let shown = |span: Span| seen.iter().any(|seen| !seen.within(span).is_empty());
        let alarms = self
            .db
            .alarm_marks(&view.device, view.channel, (range.from, range.to), MOST_ALARMS)
            .await?;
        let lasting = |alarm: &AlarmMarkRow| {
            let end = alarm.end_ms.unwrap_or(now.0).max(alarm.begin_ms + 1);
            Span::new(alarm.begin_ms, end)
        };
        let alarms: Vec<AlarmMarkRow> = alarms.into_iter().filter(|alarm| shown(lasting(alarm))).collect();
        let (clips, misplaced) = match stream {
            Some(stream) => (self.db.clips(stream).await?, self.misplaced(stream, range).await?),
            None => Default::default(),
        };
        let within = |clip: &ClipRow| shown(Span::new(clip.from.0, clip.to.0));
        Ok(Timeline {
            range,
            parts,
            recorded_ms,
            gap_ms,
            alarms: fewer(alarms, resolution_ms),
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
        let runs = self.runs(range, now).await?;
        let mut facts = Facts {
            away: self.away(&view.device, range, &runs).await?,
            runs: spans::merged(runs),
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
        facts.losses = gathered(facts.losses);
        facts.deleted_before_ms = deleted.unwrap_or(i64::MIN);
        Ok(facts)
    }

    /// When the cloud ran, each run by itself. It runs now; of how long it does the database hears only every few seconds.
    async fn runs(&self, range: Span, now: UnixMs) -> Result<Vec<Span>, DbError> {
        // So that the one that goes on is among them.
        let rows = self.db.runs_between(range.from, now.0.saturating_add(1)).await?;
        let mut runs: Vec<Span> = rows.into_iter().map(|(from, to)| Span::new(from, to)).collect();
        match runs.last_mut() {
            Some(last) => last.to = last.to.max(now.0),
            None => runs.push(Span::new(i64::MIN, i64::MAX)),
        }
        Ok(runs)
    }

    async fn away(&self, device: &LoginCode, range: Span, runs: &[Span]) -> Result<Vec<Span>, DbError> {
        let mut steps = self.db.presence_between(device, range.from, range.to).await?;
        if steps.is_empty() && !self.db.was_ever_present(device).await? {
            return Ok(vec![range]);
        }
        // A cloud that starts knows of no device that it is there.
        let starts = runs.iter().map(|run| run.from).filter(|at| *at < range.to);
        steps.extend(starts.map(|at_ms| PresenceStepRow {
            at_ms,
            online: false,
            silent: false,
        }));
        steps.sort_by_key(|step| step.at_ms);
        Ok(away(&steps, range, millis(self.holding.silence)))
    }

    async fn misplaced(&self, stream: RecordStreamId, range: Span) -> Result<Vec<Span>, DbError> {
        let rows = self.db.misplaced_segments(stream, range.from, range.to).await?;
        let segments = rows.into_iter().map(|(from, to)| Span::new(from, to));
        Ok(spans::bridged(segments, CLOCK_GAP_MS))
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
            parts: Vec::new(),
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

/// Which footage is around alarms. What lies between two that are no further apart than `resolution_ms` is, too.
fn parts(ranges: &[Range], around_alarms: &[Span], resolution_ms: i64) -> Vec<(Span, What)> {
    let alarms = spans::bridged(around_alarms.iter().copied(), resolution_ms);
    let footage: Vec<Span> = ranges
        .iter()
        .filter(|range| range.kind.is_none())
        .map(|range| range.span)
        .collect();
    let gaps = ranges
        .iter()
        .filter_map(|range| Some((range.span, What::Gap(range.kind?))));
    let mut parts: Vec<(Span, What)> = gaps.collect();
    parts.extend(
        spans::common(&footage, &alarms)
            .into_iter()
            .map(|span| (span, What::Alarm)),
    );
    parts.extend(
        spans::without(&footage, &alarms)
            .into_iter()
            .map(|span| (span, What::Continuous)),
    );
    parts.sort_unstable_by_key(|(span, _)| span.from);
    parts
}

/// Of many alarms those that are no further apart than `resolution_ms` as one, and that raised until there are few enough.
fn fewer(mut alarms: Vec<AlarmMarkRow>, resolution_ms: i64) -> Vec<AlarmMarkRow> {
    let mut apart_ms = resolution_ms;
    while alarms.len() > MAX_ALARMS {
        alarms.sort_by_key(|alarm| alarm.begin_ms);
        alarms.dedup_by(|next, before| {
            let joins = before
                .end_ms
                .is_none_or(|end| next.begin_ms <= end.saturating_add(apart_ms));
            if joins {
                before.end_ms = before.end_ms.zip(next.end_ms).map(|(one, other)| one.max(other));
            }
            joins
        });
        apart_ms = apart_ms.saturating_mul(2);
    }
    alarms
}

/// Reports of what was dropped, of which there may be one each second, as one each minute.
fn gathered(losses: Vec<Loss>) -> Vec<Loss> {
    const TOGETHER_MS: i64 = 60_000;
    let mut gathered: Vec<Loss> = Vec::with_capacity(losses.len());
    // The last of each session and reason, and when its first part was told.
    let mut last: HashMap<(i64, Reason), (usize, i64)> = HashMap::new();
    for loss in losses {
        let key = (loss.session, loss.reason);
        let before = last
            .get(&key)
            .copied()
            .filter(|(_, first_ms)| loss.from_ms.is_none() && loss.at_ms.saturating_sub(*first_ms) < TOGETHER_MS);
        match before.and_then(|(at, _)| gathered.get_mut(at)) {
            Some(one) => {
                one.at_ms = loss.at_ms;
                one.lost_ms = one.lost_ms.saturating_add(loss.lost_ms);
            }
            None => {
                if loss.from_ms.is_none() {
                    last.insert(key, (gathered.len(), loss.at_ms));
                }
                gathered.push(loss);
            }
        }
    }
    gathered
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

    #[test]
    fn footage_around_alarms_is_told_apart() {
        let range = |from, to, kind| Range {
            span: Span::new(from, to),
            kind,
        };
        let ranges = [
            range(0, 100, None),
            range(100, 200, Some(Reason::Dropped)),
            range(200, 300, None),
        ];
        let alarms = [Span::new(50, 120), Span::new(210, 220), Span::new(225, 230)];
        let expected = [
            (Span::new(0, 50), What::Continuous),
            (Span::new(50, 100), What::Alarm),
            (Span::new(100, 200), What::Gap(Reason::Dropped)),
            (Span::new(200, 210), What::Continuous),
            (Span::new(210, 230), What::Alarm),
            (Span::new(230, 300), What::Continuous),
        ];
        assert_eq!(parts(&ranges, &alarms, 10), expected);
        assert_eq!(parts(&ranges, &alarms, 1).len(), 8);
    }

    #[test]
    fn of_many_alarms_none_is_lost_to_the_eye() {
        let alarm = |number: i64| AlarmMarkRow {
            id: number,
            alarm_type: 3,
            begin_ms: number * 1_000,
            end_ms: Some(number * 1_000 + 10),
        };
        let few: Vec<AlarmMarkRow> = (0..2_000).map(alarm).collect();
        assert_eq!(fewer(few.clone(), 600), few);
        let many = fewer((0..30_000).map(alarm).collect(), 600);
        assert!(!many.is_empty() && many.len() <= MAX_ALARMS);
        assert_eq!((many[0].begin_ms, many[many.len() - 1].end_ms), (0, Some(29_999_010)));
    }

    #[test]
    fn reports_of_a_minute_are_one() {
        let loss = |session, at_ms, from_ms| Loss {
            session,
            reason: Reason::Dropped,
            at_ms,
            from_ms,
            lost_ms: 10,
        };
        let told = gathered(vec![
            loss(1, 0, None),
            loss(1, 1_000, Some(500)),
            loss(2, 1_500, None),
            loss(1, 59_000, None),
            loss(1, 60_000, None),
        ]);
        let told: Vec<_> = told
            .iter()
            .map(|loss| (loss.session, loss.at_ms, loss.lost_ms))
            .collect();
        assert_eq!(told, [(1, 59_000, 20), (1, 1_000, 10), (2, 1_500, 10), (1, 60_000, 10)]);
    }

    fn step(at_ms: i64, online: bool, silent: bool) -> PresenceStepRow {
        PresenceStepRow { at_ms, online, silent }
    }

    #[test]
    fn a_device_was_away_from_when_it_fell_silent() {
        let range = Span::new(0, 1_000);
        assert_eq!(away(&[], range, 10), []);
        // The cloud was started anew at 400: who was there before had to come again, and did so at 450.
        let steps = [step(-50, true, false), step(400, false, false), step(450, true, false)];
        assert_eq!(away(&steps, range, 100), [Span::new(400, 450)]);
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
