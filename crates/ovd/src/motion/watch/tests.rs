use super::*;
use crate::clock::Clock;
use crate::source::{Source, Surroundings};
use std::process::Command;
use std::sync::Arc;

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_motion_in_a_film_is_followed_as_it_plays() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.mp4");
    // Still for 4 s, a box that crosses for 2 s, still for 5 s, and again.
    let filter = "color=c=gray:s=640x360:r=25:d=11,noise=alls=10:allf=t[wall];color=c=white:s=60x80:r=25:d=11[box];\
        [wall][box]overlay=x='if(between(t,4,6),(t-4)*280,-100)':y=120";
    let made = Command::new("ffmpeg")
        .args([
            "-v", "error", "-y", "-f", "lavfi", "-i", filter, "-pix_fmt", "yuv420p", "-c:v", "libx264",
        ])
        .args(["-preset", "veryfast", "-g", "50", "-b:v", "800k"])
        .arg(&film)
        .status()
        .unwrap();
    assert!(made.success());
    let started = Source::parse(film.to_str().unwrap()).unwrap().start(Surroundings {
        name: "film".to_owned(),
        clock: Clock::default(),
        changed: Arc::default(),
        positions: None,
    });
    let watch = Watch::start(started.feed.clone(), 50);
    let mut motion = watch.motion();
    for begun in 1..=2 {
        let moves = tokio::time::timeout(PATIENCE, motion.wait_for(|motion| motion.active)).await;
        assert_eq!(moves.unwrap().unwrap().begun, begun);
        let rests = tokio::time::timeout(PATIENCE, motion.wait_for(|motion| !motion.active)).await;
        assert_eq!(rests.unwrap().unwrap().begun, begun);
    }
    drop(watch);
    started.task.abort();
}

#[test]
fn the_budget_is_a_share_of_the_time() {
    let start = Instant::now();
    let mut budget = Budget::new(start);
    let at = |seconds: u64| start + Duration::from_secs(seconds);
    assert!(budget.left(start) > 0.29);
    budget.spend(Duration::from_millis(800));
    assert!((budget.left(at(1)) + 0.4).abs() < 1e-6);
    assert!((budget.left(at(5)) - 0.0).abs() < 1e-6);
    assert!((budget.left(at(100)) - 0.3).abs() < 1e-6, "no more than that is saved");
}
