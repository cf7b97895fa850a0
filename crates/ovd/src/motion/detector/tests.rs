use super::*;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::process::Command;

const WIDTH: usize = 320;
const HEIGHT: usize = 180;

/// Shows pictures, five in a second, and tells what came of them, with their number.
fn watch(sensitivity: u8, pictures: impl Iterator<Item = Vec<u8>>) -> Vec<(usize, Change)> {
    let mut detector = Detector::new(sensitivity);
    let mut changes = Vec::new();
    for (number, data) in pictures.enumerate() {
        let picture = Luma {
            width: WIDTH,
            height: HEIGHT,
            stride: WIDTH,
            data: &data,
        };
        let at = Duration::from_millis(200 * number as u64);
        changes.extend(detector.look(picture, at).map(|change| (number, change)));
    }
    changes
}

/// A grey wall seen by a poor sensor.
fn noisy(random: &mut StdRng, level: i16, noise: i16) -> Vec<u8> {
    let pixel = |_| (level + random.random_range(-noise..=noise)).clamp(0, 255) as u8;
    (0..WIDTH * HEIGHT).map(pixel).collect()
}

fn with_box(mut picture: Vec<u8>, left: usize, top: usize, size: usize, level: u8) -> Vec<u8> {
    for row in top..(top + size).min(HEIGHT) {
        let right = (left + size).min(WIDTH);
        picture[row * WIDTH + left.min(right)..row * WIDTH + right].fill(level);
    }
    picture
}

#[test]
fn noise_moves_nothing() {
    let mut random = StdRng::seed_from_u64(1);
    for sensitivity in [0, 50, 100] {
        let pictures = (0..300).map(|_| noisy(&mut random, 90, 25));
        assert_eq!(watch(sensitivity, pictures), [], "sensitivity {sensitivity}");
    }
}

#[test]
fn a_box_that_crosses_is_one_motion() {
    let mut random = StdRng::seed_from_u64(2);
    let pictures = (0..100).map(|number| {
        let wall = noisy(&mut random, 90, 10);
        match number {
            // Six pixels a picture, from the left edge to the right.
            20..60 => with_box(wall, (number - 20) * 6, 60, 40, 200),
            _ => wall,
        }
    });
    let changes = watch(50, pictures);
    let [(begun, Change::Begun), (ended, Change::Ended)] = changes[..] else {
        panic!("{changes:?}")
    };
    assert!((20..=23).contains(&begun), "within half a second: {begun}");
    // It is gone with picture 60; three seconds of rest are fifteen pictures, and what it left fades within a second or two.
    assert!((74..=85).contains(&ended), "{ended}");
}

#[test]
fn the_sensitivity_decides_over_small_things() {
    let seen = |sensitivity: u8, size: usize, level: u8| {
        let mut random = StdRng::seed_from_u64(3);
        let pictures = (0..60).map(|number| {
            let wall = noisy(&mut random, 90, 5);
            if number < 20 {
                wall
            } else {
                with_box(wall, (number - 20) * 6, 60, size, level)
            }
        });
        !watch(sensitivity, pictures).is_empty()
    };
    assert!(seen(100, 8, 140) && !seen(0, 8, 140) && !seen(30, 8, 140));
    assert!(seen(50, 30, 200) && seen(100, 30, 200) && !seen(0, 20, 120));
    assert!(seen(0, 80, 250));
}

#[test]
fn light_is_no_motion() {
    let mut random = StdRng::seed_from_u64(4);
    let pictures = (0..100).map(|number: usize| {
        let level = match number {
            // A lamp, then dusk.
            30..50 => 160,
            50.. => 160 - (number as i16 - 50),
            _ => 80,
        };
        noisy(&mut random, level, 8)
    });
    assert_eq!(watch(70, pictures), []);
}

#[test]
fn what_stands_still_again_ends_the_motion() {
    let mut random = StdRng::seed_from_u64(5);
    let pictures = (0..120).map(|number: usize| {
        let wall = noisy(&mut random, 90, 8);
        let left = number.clamp(20, 40) * 6 - 120;
        if number < 20 {
            wall
        } else {
            with_box(wall, left, 60, 40, 200)
        }
    });
    let changes = watch(60, pictures);
    assert!(
        matches!(changes[..], [(_, Change::Begun), (55..=75, Change::Ended)]),
        "{changes:?}"
    );
}

#[test]
fn few_pictures_are_enough() {
    // Keyframes alone, one in two seconds.
    let mut detector = Detector::new(50);
    let mut random = StdRng::seed_from_u64(6);
    let mut changes = Vec::new();
    for number in 0..20u64 {
        let wall = noisy(&mut random, 90, 8);
        let data = if (5..10).contains(&number) {
            with_box(wall, number as usize * 20, 60, 40, 200)
        } else {
            wall
        };
        let picture = Luma {
            width: WIDTH,
            height: HEIGHT,
            stride: WIDTH,
            data: &data,
        };
        changes.extend(
            detector
                .look(picture, Duration::from_secs(2 * number))
                .map(|change| (number, change)),
        );
    }
    assert!(
        matches!(changes[..], [(5, Change::Begun), (12..=13, Change::Ended)]),
        "{changes:?}"
    );
}

/// Luma pictures of a made film: what ffmpeg's filters make, through H.264 as a camera would.
fn film(filter: &str) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let coded = folder.path().join("film.mp4");
    let run = |arguments: &[&str]| {
        let output = Command::new("ffmpeg")
            .args(["-v", "error", "-y"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let coded = coded.to_str().unwrap();
    let coding = [
        "-pix_fmt", "yuv420p", "-c:v", "libx264", "-g", "25", "-b:v", "300k", "-preset", "veryfast", coded,
    ];
    let mut arguments = vec!["-f", "lavfi", "-i", filter];
    arguments.extend(coding);
    run(&arguments);
    let luma = run(&["-i", coded, "-vf", "fps=5", "-pix_fmt", "gray", "-f", "rawvideo", "-"]);
    luma.chunks_exact(WIDTH * HEIGHT).map(<[u8]>::to_vec).collect()
}

#[test]
fn a_box_is_found_in_a_coded_film() {
    let film = film(
        "color=c=gray:s=320x180:r=25:d=16,noise=alls=12:allf=t[wall];color=c=white:s=24x36:r=25:d=16[box];\
         [wall][box]overlay=x='if(between(t,4,8),(t-4)*70,-100)':y=80",
    );
    let changes = watch(50, film.into_iter());
    let [(begun, Change::Begun), (ended, Change::Ended)] = changes[..] else {
        panic!("{changes:?}")
    };
    assert!((20..=24).contains(&begun) && (52..=65).contains(&ended), "{changes:?}");
}

#[test]
fn a_coded_film_of_noise_is_still() {
    let noise = film("color=c=gray:s=320x180:r=25:d=12,noise=alls=40:allf=t");
    for sensitivity in [20, 50, 80] {
        assert_eq!(
            watch(sensitivity, noise.iter().cloned()),
            [],
            "sensitivity {sensitivity}"
        );
    }
}
