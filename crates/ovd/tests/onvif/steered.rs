//! The camera does what it is told.

use super::camera::{Options, PASSWORD, PICTURE, Running};
use super::{PATIENCE, Scene, settings};
use dap::PresetId;
use dap::methods::PtzOp;
use ovd::onvif::OnvifCamera;
use ovd::steering::{Flip, Steering as _, SteeringError};
use ovd::tls::Roots;
use serde_json::json;

#[tokio::test]
async fn pressing_and_releasing_reaches_the_camera_in_order() {
    let mut scene = Scene::start(Options::default()).await;
    scene.client.ptz(PtzOp::UpLeft, 70).unwrap();
    let asked = scene.hears("asked").await;
    assert_eq!(
        asked["timeout"], "PT10S",
        "a camera whose agent is gone stops by itself"
    );
    let moved = scene.hears("move").await;
    // The profile is the one whose stream is the channel's source.
    assert_eq!(moved["profile"], "main");
    assert_eq!(rounded(&moved["move"]), [-70, 70, 0]);
    scene.client.ptz(PtzOp::Stop, 0).unwrap();
    assert_eq!(scene.hears("stop").await["stop"], json!([true, true]));
    scene.client.ptz(PtzOp::ZoomIn, 100).unwrap();
    assert_eq!(rounded(&scene.hears("move").await["move"]), [0, 0, 100]);
    scene.client.ptz(PtzOp::RightStep, 100).unwrap();
    assert_eq!(rounded(&scene.hears("step").await["step"]), [20, 0, 0]);
    scene.client.ptz(PtzOp::DownStep, 0).unwrap();
    assert_eq!(rounded(&scene.hears("step").await["step"]), [0, -1, 0]);
    assert!(matches!(
        scene.client.ptz(PtzOp::Left, 101),
        Err(SteeringError::BadValue(_))
    ));
}

fn rounded(vector: &serde_json::Value) -> Vec<i64> {
    let values = vector.as_array().unwrap().iter();
    values
        .map(|value| (value.as_f64().unwrap() * 100.0).round() as i64)
        .collect()
}

#[tokio::test]
async fn positions_have_numbers_that_last() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("presets.json");
    let mut scene = Scene::start_keeping(Options::default(), Some(file.clone())).await;
    scene.client.ptz(PtzOp::SetPreset, 200).unwrap();
    let first = scene.hears("preset_set").await["preset_set"].clone();
    scene.client.ptz(PtzOp::SetPreset, 3).unwrap();
    let second = scene.hears("preset_set").await["preset_set"].clone();
    assert_ne!(first, second);
    // The same number again overwrites the camera's position instead of using up another.
    scene.client.ptz(PtzOp::SetPreset, 200).unwrap();
    assert_eq!(scene.hears("preset_set").await["preset_set"], first);
    assert_eq!(ids(&scene.client.presets().await.unwrap()), [3, 200]);

    // Another run of the agent.
    let tls = Roots::load(None).unwrap();
    scene.client = OnvifCamera::start(settings(&scene.camera, PASSWORD), tls, Some(file));
    scene.acquainted().await;
    scene.client.ptz(PtzOp::GotoPreset, 200).unwrap();
    assert_eq!(scene.hears("preset_gone_to").await["preset_gone_to"], first);
    scene.client.ptz(PtzOp::ClearPreset, 3).unwrap();
    assert_eq!(scene.hears("preset_removed").await["preset_removed"], second);
    // Taken away by another program: the number is free, and can be used anew.
    scene.camera.camera.remove_preset(first.as_str().unwrap());
    scene.client.ptz(PtzOp::SetPreset, 200).unwrap();
    assert_ne!(scene.hears("preset_set").await["preset_set"], first);
    assert_eq!(ids(&scene.client.presets().await.unwrap()), [200]);
}

fn ids(presets: &[PresetId]) -> Vec<i64> {
    presets.iter().map(|id| id.get()).collect()
}

#[tokio::test]
async fn pictures_are_taken_with_the_digest_password() {
    let mut scene = Scene::start(Options::default()).await;
    for _ in 0..2 {
        assert_eq!(scene.client.snapshot().await.unwrap(), PICTURE);
        assert_eq!(scene.hears("snapshot").await["snapshot"], "/snapshot.jpg?quality=90");
    }
}

#[tokio::test]
async fn the_picture_turns_and_the_rest_stays() {
    let mut scene = Scene::start(Options::default()).await;
    let upside_down = Flip {
        horizontal: true,
        vertical: true,
    };
    assert_eq!(scene.client.flip().await, Ok(Flip::default()));
    for flip in [upside_down, Flip::default(), upside_down] {
        scene.client.set_flip(flip).await.unwrap();
        let turned = flip == upside_down;
        assert_eq!(
            scene.hears("turned").await,
            json!({"turned": turned, "rest_kept": true})
        );
        assert_eq!(scene.client.flip().await, Ok(flip));
    }
    let mirrored = Flip {
        vertical: false,
        ..upside_down
    };
    assert!(matches!(
        scene.client.set_flip(mirrored).await,
        Err(SteeringError::NotOffered(_))
    ));
    scene.client.reboot().await.unwrap();
    scene.hears("rebooted").await;
}

#[tokio::test]
async fn a_wrong_password_is_said() {
    let (heard_by, _heard) = tokio::sync::mpsc::unbounded_channel();
    let camera = Running::start(Options::default(), heard_by);
    let client = OnvifCamera::start(settings(&camera, "wrong"), Roots::load(None).unwrap(), None);
    let error = tokio::time::timeout(PATIENCE, client.snapshot())
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error, SteeringError::Away("user or password is wrong".to_owned()));
    assert!(client.ptz(PtzOp::Left, 50).is_err());
}
