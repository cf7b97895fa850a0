use super::*;

const EVERY: Duration = Duration::from_secs(2);
const LIMIT: Duration = Duration::from_secs(1800);
const SECOND: Duration = Duration::from_secs(1);

fn progress(from: &str) -> (Progress, Instant) {
    let now = Instant::now();
    let models = (Some(from.to_owned()), "2.0".to_owned());
    let begun = (UpgradeState::Requested, 0);
    (Progress::new(models, begun, (EVERY, LIMIT), Duration::ZERO, now), now)
}

fn says(status: &str, progress: u8) -> Heard {
    let answer = serde_json::json!({ "upgrade_status": status, "progress": progress });
    Heard::Answer(serde_json::from_value(answer).unwrap())
}

/// What is heard of it, two seconds apart; how it stands after.
fn after(progress: &mut Progress, now: &mut Instant, heard: Vec<Heard>) -> (UpgradeState, u8) {
    for heard in heard {
        *now += EVERY;
        assert_eq!(progress.poll(*now), Some(Action::Ask));
        assert_eq!(progress.poll(*now), None, "asked once");
        progress.heard(heard, *now);
    }
    (progress.state, progress.percent)
}

#[test]
fn it_goes_on_to_done_and_is_confirmed_by_the_next_login() {
    let (mut upgrade, mut now) = progress("1.0");
    let heard = vec![says("notstart", 0), says("donwloading", 40), says("installing", 10)];
    assert_eq!(after(&mut upgrade, &mut now, heard), (UpgradeState::Installing, 10));
    let done = after(&mut upgrade, &mut now, vec![says("done", 100)]);
    assert_eq!(done, (UpgradeState::Done, 100));
    assert_eq!(upgrade.poll(now + 10 * SECOND), None, "nobody asks any more");
    upgrade.logged_in(Some("2.0"), now);
    let standing = upgrade.standing();
    assert_eq!(
        (standing.state, standing.over, standing.error),
        (UpgradeState::Confirmed, true, None)
    );
    assert_eq!(upgrade.next_deadline(), None);
}

#[test]
fn a_device_that_restarts_before_it_says_done_is_confirmed_too() {
    let (mut upgrade, mut now) = progress("1.0");
    after(&mut upgrade, &mut now, vec![says("downloading", 90), Heard::Nothing]);
    upgrade.logged_in(Some("2.0"), now);
    assert_eq!(upgrade.standing().state, UpgradeState::Confirmed);
}

#[test]
fn a_device_that_comes_back_with_another_version_has_failed() {
    let (mut upgrade, mut now) = progress("1.0");
    after(&mut upgrade, &mut now, vec![says("done", 100)]);
    upgrade.logged_in(Some("1.0"), now);
    // It may not have restarted yet.
    assert_eq!(upgrade.standing().state, UpgradeState::Done);
    let judged_at = upgrade.next_deadline().unwrap();
    assert_eq!(judged_at, now + RESTART_LIMIT);
    assert_eq!(upgrade.poll(judged_at), None);
    let standing = upgrade.standing();
    assert_eq!((standing.state, standing.over), (UpgradeState::Error, true));
    assert_eq!(standing.error.as_deref(), Some("the device came back with 1.0"));
    // A short break of its connection before it restarts is none of this.
    let (mut upgrade, mut now) = progress("1.0");
    after(&mut upgrade, &mut now, vec![says("done", 100)]);
    upgrade.logged_in(Some("1.0"), now);
    upgrade.logged_in(Some("2.0"), now + 30 * SECOND);
    assert_eq!(upgrade.standing().state, UpgradeState::Confirmed);
    // In between it is a short break of its connection only.
    let (mut upgrade, mut now) = progress("1.0");
    after(&mut upgrade, &mut now, vec![says("downloading", 10)]);
    upgrade.logged_in(Some("1.0"), now);
    assert!(!upgrade.standing().over);
}

#[test]
fn installing_the_same_version_again_is_not_confirmed_by_a_break() {
    let (mut upgrade, mut now) = progress("2.0");
    after(&mut upgrade, &mut now, vec![says("downloading", 10)]);
    upgrade.logged_in(Some("2.0"), now);
    assert!(!upgrade.standing().over);
    after(&mut upgrade, &mut now, vec![says("installing", 10)]);
    upgrade.logged_in(Some("2.0"), now);
    assert_eq!(upgrade.standing().state, UpgradeState::Confirmed);
}

#[test]
fn errors_end_it_and_so_does_giving_up() {
    for (heard, error) in [
        (vec![says("error", 0)], "the device says that it failed"),
        (vec![says("downloading", 50), says("notstart", 0)], "the device gave up"),
    ] {
        let (mut upgrade, mut now) = progress("1.0");
        assert_eq!(after(&mut upgrade, &mut now, heard).0, UpgradeState::Error);
        assert_eq!(upgrade.standing().error.as_deref(), Some(error));
    }
    let (mut upgrade, mut now) = progress("1.0");
    let never = (0..30).map(|_| says("notstart", 0)).collect();
    assert_eq!(after(&mut upgrade, &mut now, never).0, UpgradeState::Error);
}

#[test]
fn a_device_that_is_away_is_asked_less_often_until_it_is_back_or_time_is_up() {
    let (mut upgrade, start) = progress("1.0");
    let mut asked = Vec::new();
    let mut now = start;
    while let Some(next) = upgrade.next_deadline() {
        now = next;
        if upgrade.poll(now).is_some() {
            asked.push((now - start).as_secs());
            upgrade.heard(Heard::Nothing, now);
        }
    }
    assert_eq!(asked[..6], [2, 6, 14, 30, 60, 90]);
    assert_eq!((now - start).as_secs(), 1800);
    assert_eq!(upgrade.standing().state, UpgradeState::TimedOut);
    let (mut upgrade, mut now) = progress("1.0");
    after(&mut upgrade, &mut now, vec![Heard::Nothing]);
    upgrade.logged_in(Some("1.0"), now);
    assert_eq!(upgrade.next_deadline(), Some(now + EVERY));
}

#[test]
fn what_cannot_say_how_far_it_is_is_waited_for() {
    let (mut upgrade, mut now) = progress("1.0");
    after(&mut upgrade, &mut now, vec![Heard::Unknown]);
    assert_eq!(upgrade.poll(now + 100 * SECOND), None);
    upgrade.logged_in(Some("2.0"), now + 100 * SECOND);
    assert_eq!(upgrade.standing().state, UpgradeState::Confirmed);
}

#[test]
fn done_without_a_return_stays_done() {
    let (mut upgrade, mut now) = progress("1.0");
    after(&mut upgrade, &mut now, vec![says("done", 100)]);
    assert_eq!(upgrade.poll(now + LIMIT), None);
    let standing = upgrade.standing();
    assert_eq!((standing.state, standing.over), (UpgradeState::Done, true));
}

#[test]
fn after_a_restart_of_the_cloud_the_time_that_passed_counts() {
    let now = Instant::now();
    let models = (None, "2.0".to_owned());
    let at = (UpgradeState::Installing, 30);
    let upgrade = Progress::new(models, at, (EVERY, LIMIT), LIMIT - SECOND, now);
    assert_eq!(upgrade.next_deadline(), Some(now + SECOND));
}
