//! What the camera tells by itself, also after it was away.

use super::camera::Options;
use super::{PATIENCE, Scene};
use ovd::steering::{Motion, Steering as _, SteeringError};
use tokio::sync::watch;

async fn motion(motion: &mut watch::Receiver<Motion>, active: bool) -> Motion {
    let becomes = motion.wait_for(|motion| motion.active == active);
    *tokio::time::timeout(PATIENCE, becomes).await.unwrap().unwrap()
}

#[tokio::test]
async fn motion_is_told_when_it_begins_and_ends() {
    let mut scene = Scene::start(Options::default()).await;
    let mut moving = scene.client.motion();
    scene.hears("subscribed").await;
    for begun in 1..=3 {
        scene.camera.camera.set_motion(true);
        assert_eq!(motion(&mut moving, true).await, Motion { active: true, begun });
        scene.camera.camera.set_motion(false);
        motion(&mut moving, false).await;
    }
}

#[tokio::test]
async fn a_camera_that_forgets_whom_it_tells_is_asked_again() {
    let mut scene = Scene::start(Options::default()).await;
    let mut moving = scene.client.motion();
    scene.hears("subscribed").await;
    scene.camera.camera.set_motion(true);
    motion(&mut moving, true).await;
    scene.camera.camera.forget_subscription();
    scene.hears("subscribed").await;
    // What goes on at that time is told anew.
    motion(&mut moving, true).await;
    scene.camera.camera.set_motion(false);
    motion(&mut moving, false).await;
}

#[tokio::test]
async fn a_camera_that_was_away_is_found_again() {
    let mut scene = Scene::start(Options::default()).await;
    let mut moving = scene.client.motion();
    scene.hears("subscribed").await;
    scene.camera.camera.set_motion(true);
    motion(&mut moving, true).await;
    scene.camera.switch_off();
    // Nobody knows any more: the alarm must not stay for ever.
    motion(&mut moving, false).await;
    assert!(matches!(scene.client.information().await, Err(SteeringError::Away(_))));
    scene.camera.switch_on();
    scene.hears("subscribed").await;
    motion(&mut moving, true).await;
    assert!(scene.client.information().await.is_ok());
}
