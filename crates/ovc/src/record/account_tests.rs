use super::*;
use proptest::prelude::*;

const SECOND: i64 = 1000;

fn span(from_s: i64, to_s: i64) -> Span {
    Span::new(from_s * SECOND, to_s * SECOND)
}

/// A cloud that always ran, and a session that runs since 0; it is 10,000 s.
fn facts() -> Facts {
    Facts {
        sessions: vec![Session {
            id: 1,
            span: Span::new(0, i64::MAX),
            held_ms: 300 * SECOND,
        }],
        runs: vec![Span::new(i64::MIN, i64::MAX)],
        now_ms: 10_000 * SECOND,
        deleted_before_ms: i64::MIN,
        ..Facts::default()
    }
}

/// In seconds, and by name.
fn told(range: Span, facts: &Facts) -> Vec<(i64, i64, &'static str)> {
    account(range, facts)
        .into_iter()
        .map(|range| {
            let name = range.kind.map_or("footage", Reason::name);
            (range.span.from / SECOND, range.span.to / SECOND, name)
        })
        .collect()
}

#[test]
fn what_is_there_is_footage_and_before_a_session_nothing_was_asked() {
    let facts = Facts {
        // With what the device had recorded before.
        footage: vec![span(-10, 100)],
        ..facts()
    };
    assert_eq!(
        told(span(-60, 100), &facts),
        [(-60, -10, "not_asked"), (-10, 100, "footage")]
    );
}

#[test]
fn a_missing_moment_has_the_reason_that_is_known_best() {
    let loss = |reason, from_s: i64, lost_s: i64| Loss {
        session: 1,
        reason,
        at_ms: 0,
        from_ms: Some(from_s * SECOND),
        lost_ms: lost_s * SECOND,
    };
    let facts = Facts {
        footage: vec![span(0, 100), span(500, 9_000)],
        losses: vec![loss(Reason::Failed, 100, 10), loss(Reason::DiskFull, 110, 10)],
        runs: vec![span(-99_999, 200), span(260, 99_999)],
        away: vec![span(150, 300)],
        ..facts()
    };
    assert_eq!(
        told(span(90, 600), &facts),
        [
            (90, 100, "footage"),
            (100, 110, "failed"),
            (110, 120, "disk_full"),
            // The last half minute before it was seen to be away, it was.
            (120, 200, "device_offline"),
            (200, 260, "cloud_down"),
            (260, 300, "device_offline"),
            (300, 500, "unreported"),
            (500, 600, "footage"),
        ]
    );
}

#[test]
fn what_the_device_may_still_hold_is_pending_and_later_it_is_not() {
    let mut facts = Facts {
        footage: vec![span(0, 9_600)],
        away: vec![span(9_650, 99_999)],
        ..facts()
    };
    assert_eq!(
        told(span(9_500, 10_000), &facts),
        [
            (9_500, 9_600, "footage"),
            (9_600, 9_650, "unreported"),
            (9_650, 9_700, "device_offline"),
            (9_700, 10_000, "pending")
        ]
    );
    facts.now_ms += 1_000 * SECOND;
    assert_eq!(told(span(9_700, 10_000), &facts), [(9_700, 10_000, "device_offline")]);
}

#[test]
fn what_was_dropped_at_an_unknown_time_is_what_is_missing_last_before_it_was_told() {
    let dropped = |at_s: i64, lost_s: i64| Loss {
        session: 1,
        reason: Reason::Dropped,
        at_ms: at_s * SECOND,
        from_ms: None,
        lost_ms: lost_s * SECOND,
    };
    let mut facts = Facts {
        footage: vec![span(0, 100), span(200, 300), span(400, 9_000)],
        losses: vec![dropped(1_000, 150)],
        ..facts()
    };
    assert_eq!(
        told(span(0, 500), &facts),
        [
            (0, 100, "footage"),
            (100, 150, "unreported"),
            (150, 200, "dropped"),
            (200, 300, "footage"),
            (300, 400, "dropped"),
            (400, 500, "footage"),
        ]
    );
    // More than is missing explains all of it, and no more.
    facts.losses = vec![dropped(350, 10), dropped(1_000, 1_000)];
    assert_eq!(
        told(span(50, 450), &facts),
        [
            (50, 100, "footage"),
            (100, 200, "dropped"),
            (200, 300, "footage"),
            (300, 400, "dropped"),
            (400, 450, "footage")
        ]
    );
}

#[test]
fn a_session_of_another_time_explains_nothing_here() {
    let session = |id, from, to| Session {
        id,
        span: span(from, to),
        held_ms: 0,
    };
    let facts = Facts {
        sessions: vec![session(1, 0, 100), session(2, 200, 300)],
        losses: vec![Loss {
            session: 1,
            reason: Reason::Dropped,
            at_ms: 900 * SECOND,
            from_ms: None,
            lost_ms: 1_000 * SECOND,
        }],
        ..facts()
    };
    assert_eq!(
        told(span(0, 400), &facts),
        [
            (0, 100, "dropped"),
            (100, 200, "not_asked"),
            (200, 300, "unreported"),
            (300, 400, "not_asked")
        ]
    );
}

#[test]
fn a_beginning_takes_a_moment_and_so_does_an_end() {
    let facts = Facts {
        footage: vec![span(3, 100), span(125, 199)],
        sessions: vec![Session {
            id: 1,
            span: span(0, 200),
            held_ms: 0,
        }],
        away: vec![span(100, 120)],
        ..facts()
    };
    assert_eq!(
        told(span(-1, 201), &facts),
        [
            (-1, 0, "not_asked"),
            (0, 3, "starting"),
            (3, 100, "footage"),
            (100, 120, "device_offline"),
            (120, 125, "starting"),
            (125, 199, "footage"),
            (199, 201, "not_asked"),
        ]
    );
}

#[test]
fn a_camera_that_is_off_is_gone_before_it_is_told_and_back_before_it_is_seen() {
    let mut facts = Facts {
        footage: vec![span(0, 100), span(185, 9_000)],
        losses: vec![Loss {
            session: 1,
            reason: Reason::ChannelOffline,
            at_ms: 180 * SECOND,
            from_ms: Some(110 * SECOND),
            lost_ms: 70 * SECOND,
        }],
        ..facts()
    };
    assert_eq!(
        told(span(90, 200), &facts),
        [
            (90, 100, "footage"),
            (100, 180, "channel_offline"),
            (180, 185, "starting"),
            (185, 200, "footage"),
        ]
    );
    // Its device was away for a part of that.
    facts.away = vec![span(120, 170)];
    assert_eq!(
        told(span(90, 200), &facts),
        [
            (90, 100, "footage"),
            (100, 120, "channel_offline"),
            (120, 170, "device_offline"),
            (170, 180, "channel_offline"),
            (180, 185, "starting"),
            (185, 200, "footage"),
        ]
    );
    facts.away = Vec::new();
    // What is missing for longer has another reason.
    facts.footage[0] = span(0, 50);
    assert_eq!(
        told(span(40, 180), &facts),
        [
            (40, 50, "footage"),
            (50, 110, "unreported"),
            (110, 180, "channel_offline"),
        ]
    );
}

#[test]
fn a_device_that_began_anew_was_not_there() {
    let loss = |reason, from: i64, to: i64| Loss {
        session: 1,
        reason,
        at_ms: to * SECOND,
        from_ms: Some(from * SECOND),
        lost_ms: (to - from) * SECOND,
    };
    let facts = Facts {
        footage: vec![span(0, 100), span(135, 200)],
        // It was back before it counted as offline; its camera came later.
        losses: vec![
            loss(Reason::DeviceOffline, 100, 130),
            loss(Reason::NotAnswering, 104, 106),
            loss(Reason::ChannelOffline, 120, 130),
        ],
        ..facts()
    };
    assert_eq!(
        told(span(90, 200), &facts),
        [
            (90, 100, "footage"),
            (100, 104, "device_offline"),
            (104, 106, "not_answering"),
            (106, 120, "device_offline"),
            (120, 130, "channel_offline"),
            (130, 135, "starting"),
            (135, 200, "footage"),
        ]
    );
}

#[test]
fn what_was_deleted_was_asked_for_once() {
    let facts = Facts {
        footage: vec![span(40, 50), span(100, 200)],
        deleted_before_ms: 100 * SECOND,
        away: vec![span(60, 70)],
        ..facts()
    };
    assert_eq!(
        told(span(-10, 200), &facts),
        [
            (-10, 0, "not_asked"),
            (0, 40, "deleted"),
            (40, 50, "footage"),
            (50, 100, "deleted"),
            (100, 200, "footage")
        ]
    );
}

#[test]
fn short_gaps_are_not_seen_from_afar_but_short_footage_is() {
    let facts = Facts {
        footage: vec![span(0, 100), span(101, 200), span(500, 501)],
        away: vec![span(200, 203)],
        ..facts()
    };
    let all = account(span(0, 1_000), &facts);
    let melted = melted(&all, 60 * SECOND);
    let seen: Vec<_> = melted
        .iter()
        .map(|range| {
            (
                range.span.from / SECOND,
                range.span.to / SECOND,
                range.kind.map_or("footage", Reason::name),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (0, 200, "footage"),
            (200, 500, "unreported"),
            (500, 501, "footage"),
            (501, 1_000, "unreported")
        ]
    );
}

#[test]
fn every_reason_has_a_name_of_its_own() {
    for reason in Reason::ALL {
        assert_eq!(Reason::from_name(reason.name()), Some(reason));
    }
}

fn some_spans(max_len: i64) -> impl Strategy<Value = Vec<Span>> {
    let one = (-100i64..1100, 1..max_len).prop_map(|(from, len)| Span::new(from, from + len));
    proptest::collection::vec(one, 0..8).prop_map(spans::merged)
}

prop_compose! {
    fn some_losses()(
        losses in proptest::collection::vec(
            (0i64..4, 0usize..17, -100i64..1200, proptest::option::of(-100i64..1100), -5i64..300), 0..6)
    ) -> Vec<Loss> {
        losses.into_iter().map(|(session, reason, at_ms, from_ms, lost_ms)| Loss {
            session, reason: Reason::ALL[reason], at_ms, from_ms, lost_ms,
        }).collect()
    }
}

prop_compose! {
    fn some_facts()(
        footage in some_spans(200),
        sessions in some_spans(600),
        losses in some_losses(),
        away in some_spans(100),
        runs in some_spans(500),
        deleted_before_ms in -50i64..400,
        now_ms in 500i64..1500,
        held_ms in 0i64..400,
    ) -> Facts {
        let sessions = sessions.into_iter().enumerate().map(|(id, span)| Session { id: id as i64, span, held_ms });
        Facts { footage, sessions: sessions.collect(), losses, away, runs, deleted_before_ms, now_ms }
    }
}

fn is_tiled(ranges: &[Range], range: Span) -> bool {
    let ends = ranges.first().is_some_and(|first| first.span.from == range.from)
        && ranges.last().is_some_and(|last| last.span.to == range.to);
    ends && ranges.iter().all(|range| !range.span.is_empty())
        && ranges
            .windows(2)
            .all(|pair| pair[0].span.to == pair[1].span.from && pair[0].kind != pair[1].kind)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_moment_is_accounted_for_once(facts in some_facts(), from in -200i64..1000, len in 1i64..1200, resolution in 1i64..300) {
        let range = Span::new(from, from + len);
        let ranges = account(range, &facts);
        prop_assert!(is_tiled(&ranges, range), "{ranges:?}");
        let found: Vec<Span> = ranges.iter().filter(|range| range.kind.is_none()).map(|range| range.span).collect();
        prop_assert_eq!(&found, &spans::common(&[range], &facts.footage));
        let asked = spans::merged(facts.sessions.iter().map(|session| session.span).collect());
        for range in &ranges {
            if range.kind.is_some_and(|reason| reason != Reason::NotAsked) {
                prop_assert_eq!(spans::without(&[range.span], &asked), vec![]);
            }
        }
        let melted = melted(&ranges, resolution);
        prop_assert!(is_tiled(&melted, range), "{melted:?}");
        // No footage is lost to the eye, and there are not many more parts than there is room for.
        let seen: Vec<Span> = melted.iter().filter(|range| range.kind.is_none()).map(|range| range.span).collect();
        prop_assert_eq!(spans::without(&found, &seen), vec![]);
        prop_assert!(melted.len() as i64 <= 2 * (len / resolution) + 3, "{} {:?}", melted.len(), melted);
    }

    /// Asked in parts it is the same account, as long as it is known what comes after.
    #[test]
    fn what_is_asked_for_changes_nothing(facts in some_facts(), from in -200i64..1000, len in 1i64..600) {
        let whole = Span::new(-300, 1_700);
        let part = Span::new(from, from + len);
        let known_later = account(Span::new(from, 1_700), &facts);
        let cut = |ranges: &[Range]| -> Vec<Range> {
            ranges.iter().map(|range| Range { span: range.span.within(part), ..*range }).filter(|range| !range.span.is_empty()).collect()
        };
        // What starts or ends is told by its length, which a cut changes.
        let plain = |ranges: Vec<Range>| -> Vec<Range> {
            let tell = |range: Range| Range {
                kind: match range.kind {
                    Some(Reason::Starting) => Some(Reason::Unreported),
                    kind => kind,
                },
                ..range
            };
            joined(ranges.into_iter().map(tell).collect())
        };
        let (one, other) = (plain(cut(&account(whole, &facts))), plain(cut(&known_later)));
        let moments = |ranges: &[Range], at: i64| ranges.iter().find(|range| range.span.from <= at && at < range.span.to).map(|range| range.kind);
        for at in part.from..part.to {
            let (one, other) = (moments(&one, at), moments(&other, at));
            let same = one == other
                || [one, other].iter().all(|kind| matches!(kind, Some(Some(Reason::NotAsked | Reason::Unreported))));
            prop_assert!(same, "{} {:?} {:?}", at, one, other);
        }
    }
}

#[test]
fn every_loss_that_is_written_down_has_a_reason_here() {
    for loss in crate::db::LossReason::ALL {
        assert!(Reason::from_name(loss.name()).is_some(), "{loss:?}");
    }
}
