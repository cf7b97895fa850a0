use super::*;
use crate::record::spans;
use proptest::prelude::*;

const S: i64 = 1_000;
const T0: i64 = 1_800_000_000_000;
const HOUR: i64 = 3_600 * S;

/// A device that records segments of 10 s from the session's beginning on, and announces each when it is over.
struct Camera {
    timeline: Timeline,
    /// What its clock is off by.
    clock_off: i64,
}

impl Camera {
    fn new() -> Self {
        Self::that_holds(300)
    }

    fn that_holds(seconds: i64) -> Self {
        Self {
            timeline: Timeline::new(UnixMs(T0), seconds * S),
            clock_off: 0,
        }
    }

    /// The segment that begins `at` after the session's beginning, announced so long after its end, and stored.
    fn segment(&mut self, at: i64, late: i64, continues: Option<bool>) -> (i64, u8) {
        let announced = Announced {
            start: UnixMs(T0 + at + self.clock_off),
            duration_ms: 10_000,
            // No two are alike.
            bytes: 188 * at.unsigned_abs(),
            continues,
        };
        let placed = self.timeline.place(announced, UnixMs(T0 + at + 10 * S + late));
        self.timeline.saved(known(announced, placed));
        (placed.start.0 - T0, placed.flags)
    }
}

fn known(announced: Announced, placed: Placed) -> Known {
    Known {
        device_start: announced.start,
        start: placed.start,
        duration_ms: announced.duration_ms,
        bytes: announced.bytes,
    }
}

#[test]
fn a_good_clock_is_believed() {
    let mut camera = Camera::new();
    assert_eq!(camera.segment(0, 200, None), (0, DISCONTINUOUS));
    assert_eq!(camera.segment(10 * S, 200, Some(true)), (10 * S, 0));
    assert_eq!(camera.segment(20 * S, 200, Some(false)), (20 * S, DISCONTINUOUS));
    assert_eq!(camera.segment(30 * S, 200, None), (30 * S, DISCONTINUOUS));
    // Something is missing in between, whatever it says.
    assert_eq!(camera.segment(50 * S, 200, Some(true)), (50 * S, DISCONTINUOUS));
    // A few seconds off are none of our business.
    camera.clock_off = 12 * S;
    assert_eq!(camera.segment(60 * S, 200, Some(false)), (72 * S, DISCONTINUOUS));
}

#[test]
fn footage_from_before_an_alarm_lies_before_the_session() {
    let mut camera = Camera::new();
    assert_eq!(camera.segment(-30 * S, 31 * S, None), (-30 * S, DISCONTINUOUS));
    assert_eq!(camera.segment(-20 * S, 22 * S, Some(true)), (-20 * S, 0));
}

#[test]
fn what_was_held_back_comes_to_its_place_while_new_ones_go_on() {
    let mut camera = Camera::new();
    for at in 0..6 {
        camera.segment(at * 10 * S, 100, Some(true));
    }
    // Nothing passes for five minutes, then the oldest and new ones take turns.
    for at in 0..15 {
        let old = 60 * S + at * 10 * S;
        let now = 360 * S + at * 5 * S;
        assert_eq!(camera.segment(old, now - old, Some(true)), (old, 0), "{at}");
        if at % 2 == 0 {
            let new = 350 * S + at * 5 * S;
            assert_eq!(camera.segment(new, 100, Some(true)).0, new, "{at}");
        }
    }
}

#[test]
fn a_clock_that_jumps_and_comes_back_moves_nothing() {
    for jump in [HOUR, -HOUR, 20 * S, -25 * S, 10 * 365 * 24 * HOUR] {
        let mut camera = Camera::new();
        for at in 0..10 {
            assert_eq!(camera.segment(at * 10 * S, 200, Some(true)).0, at * 10 * S);
        }
        camera.clock_off = jump;
        for at in 10..30 {
            let placed = camera.segment(at * 10 * S, 200, Some(true));
            assert_eq!(placed, (at * 10 * S, CLOCK_DOUBTED), "{jump} {at}");
        }
        camera.clock_off = 0;
        for at in 30..40 {
            let (start, _) = camera.segment(at * 10 * S, 200, Some(true));
            assert_eq!(start, at * 10 * S, "{jump} {at}");
        }
    }
}

#[test]
fn a_clock_that_jumps_back_to_old_footage_is_not_believed() {
    // Such a device may bring footage that is an hour old, so an hour's footage is remembered.
    for jump in [-HOUR, -1_800 * S, -200 * S, -65 * 10 * S] {
        let mut camera = Camera::that_holds(1_800);
        for at in 0..400 {
            assert_eq!(camera.segment(at * 10 * S, 200, Some(true)).0, at * 10 * S);
        }
        camera.clock_off = jump;
        for at in 400..500 {
            let placed = camera.segment(at * 10 * S, 200, Some(true));
            assert_eq!(placed, (at * 10 * S, CLOCK_DOUBTED), "{jump} {at}");
        }
    }
}

#[test]
fn a_clock_that_is_set_right_is_believed_wherever_it_was_before() {
    for wrong in [HOUR, -HOUR, 300 * S, -300 * S] {
        let mut camera = Camera::that_holds(1_800);
        camera.clock_off = wrong;
        // It was away for a while: there, too, the footage that follows could lie.
        for at in (0..50).chain(200..460) {
            camera.segment(at * 10 * S, 0, Some(true));
        }
        camera.clock_off = 0;
        for at in 460..600 {
            let (start, flags) = camera.segment(at * 10 * S, 0, Some(true));
            assert_eq!((start, flags & CLOCK_DOUBTED), (at * 10 * S, 0), "{wrong} {at}");
        }
    }
}

#[test]
fn a_clock_that_was_a_little_ahead_and_is_set_right_is_believed_again_soon() {
    for (ahead, continues) in [(5 * S, Some(true)), (12 * S, Some(true)), (14 * S, None)] {
        let mut camera = Camera::new();
        camera.clock_off = ahead;
        let mut end = 0;
        for at in 0..100 {
            if at == 10 {
                camera.clock_off = 0;
            }
            let (start, flags) = camera.segment(at * 10 * S, 100, continues);
            // One follows the other all the time.
            assert!(
                at == 0 || (-5 * S..=0).contains(&(start - end)),
                "{ahead} {at}: {start} after {end}"
            );
            end = start + 10 * S;
            let right = !(10..30).contains(&at);
            assert!(!right || flags & CLOCK_DOUBTED == 0, "{ahead} {at}");
            assert!(at < 30 || start == at * 10 * S, "{ahead} {at}: {start}");
        }
    }
}

#[test]
fn what_was_held_back_by_a_device_without_a_clock_comes_one_after_the_other() {
    for continues in [None, Some(false), Some(true)] {
        let mut camera = Camera::new();
        camera.clock_off = -20 * 365 * 24 * HOUR;
        camera.segment(0, 0, continues);
        let mut starts = Vec::new();
        for at in 1..30 {
            starts.push(camera.segment(at * 10 * S, (30 - at) * 10 * S, continues).0);
        }
        starts.sort_unstable();
        assert!(starts.windows(2).all(|pair| pair[1] - pair[0] >= 10 * S), "{starts:?}");
        assert!(starts[0] >= 10 * S && starts[28] <= 300 * S, "{starts:?}");
    }
}

#[test]
fn a_clock_that_was_never_set_is_replaced_by_ours() {
    for wrong in [-T0, -HOUR, 8 * HOUR, i64::MAX - 2 * T0, i64::MIN + T0] {
        let mut camera = Camera::new();
        camera.clock_off = wrong;
        assert_eq!(camera.segment(0, 300, None), (300, DISCONTINUOUS | CLOCK_DOUBTED));
        // By the same from then on, however late they come.
        for at in 1..9 {
            let (start, flags) = camera.segment(at * 10 * S, at * 700, Some(true));
            assert_eq!((start, flags), (at * 10 * S + 300, CLOCK_DOUBTED), "{wrong} {at}");
        }
    }
    // One that stands still.
    let mut timeline = Timeline::new(UnixMs(T0), 300 * S);
    for at in 0..50 {
        let announced = Announced {
            start: UnixMs(0),
            duration_ms: 10_000,
            bytes: 188,
            continues: None,
        };
        let placed = timeline.place(announced, UnixMs(T0 + at * 10 * S + 10 * S));
        timeline.saved(known(announced, placed));
        assert_eq!(placed.start.0, T0 + at * 10 * S, "{at}");
    }
}

#[test]
fn announced_once_more_a_segment_stays_where_it_is() {
    let mut camera = Camera::new();
    camera.segment(0, 100, Some(true));
    let first = camera.segment(10 * S, 100, Some(true));
    assert_eq!(camera.segment(10 * S, 5 * S, Some(true)), first);
    assert_eq!(camera.segment(20 * S, 100, Some(true)), (20 * S, 0));
}

proptest! {
    /// A camera that records on and on, and holds back what it has until its clock jumps for the first time.
    #[test]
    fn no_footage_lands_on_other_footage(
        held_s in 10..4_000_i64,
        duration_ms in prop_oneof![500..12_000_u32, 12_000..100_000_u32],
        continues in any::<Option<bool>>(),
        held_back in (0..200_usize, 1..40_usize),
        // So many segments, and what its clock is off by then, of how far back footage may come; how late they are.
        parts in prop::collection::vec((1..200_usize, prop_oneof![Just(0.0), -1.0..1.0_f64], 0..2_000_i64), 1..6),
    ) {
        let mut timeline = Timeline::new(UnixMs(T0), held_s * S);
        let duration = i64::from(duration_ms);
        let (mut at, mut bytes) = (T0, 0);
        let mut there: Vec<Span> = Vec::new();
        let at_once = held_back.1.min(usize::try_from(held_s * S / duration).unwrap()).max(1);
        let parts = parts.into_iter().map(|(count, off, late)| (count, off, late, 1));
        for (count, off, late, at_once) in [(held_back.0, 0.0, 0, at_once)].into_iter().chain(parts) {
            let off = (off * (2 * held_s * S + LATE_MS) as f64) as i64;
            for held in vec![(); count].chunks(at_once) {
                let now = UnixMs(at + held.len() as i64 * duration + late);
                for () in held {
                    bytes += 188;
                    let announced = Announced { start: UnixMs(at + off), duration_ms, bytes, continues };
                    at += duration;
                    let placed = timeline.place(announced, now);
                    let span = known(announced, placed).span();
                    let over: i64 = spans::common(&there, &[span]).into_iter().map(Span::len).sum();
                    prop_assert!(over <= (duration / 2).min(AHEAD_MS), "{over} ms of {span:?} are there");
                    timeline.saved(known(announced, placed));
                    there.push(span);
                    there = spans::merged(there);
                }
            }
        }
    }

    #[test]
    fn nothing_is_placed_in_the_future_or_long_before_the_session(
        segments in prop::collection::vec(
            (any::<i64>(), -400 * S..400 * S, 1..600_000_u32, any::<Option<bool>>(), 0..60_000_i64, any::<[bool; 2]>()),
            1..100,
        ),
    ) {
        let mut timeline = Timeline::new(UnixMs(T0), 300 * S);
        let mut now = T0;
        for (anything, near, duration_ms, continues, later, [wild, saved]) in segments {
            now += later;
            let start = if wild { anything } else { now + near };
            let announced = Announced { start: UnixMs(start), duration_ms, bytes: 188, continues };
            let placed = timeline.place(announced, UnixMs(now));
            let duration = i64::from(duration_ms);
            prop_assert!(placed.start.0 + duration <= now + AHEAD_MS);
            prop_assert!(placed.start.0 >= T0 - BEFORE_SESSION_MS - duration);
            prop_assert!(placed.flags & CLOCK_DOUBTED != 0 || placed.start.0.abs_diff(start) <= SAME_MS);
            if saved {
                timeline.saved(known(announced, placed));
            }
        }
    }
}

#[test]
fn after_a_restart_it_goes_on_as_before() {
    let mut camera = Camera::new();
    camera.clock_off = -HOUR;
    camera.segment(0, 0, None);
    camera.segment(10 * S, 0, Some(true));
    let known = camera.timeline.recent.clone();
    camera.timeline = Timeline::new(UnixMs(T0), 300 * S);
    for known in known {
        camera.timeline.saved(known);
    }
    assert_eq!(camera.segment(20 * S, 40 * S, Some(true)), (20 * S, CLOCK_DOUBTED));
}
