use super::*;
use crate::feed::{Item, Join};
use media::VideoCodec;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// Makes a file of 1.2 s with ffmpeg; `codecs` are its arguments for the encoders.
fn make(path: &Path, codecs: &[&str]) {
    let status = Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=320x240:rate=25:duration=1.2",
        ])
        .args([
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:sample_rate=8000:duration=1.2",
            "-pix_fmt",
            "yuv420p",
        ])
        .args(codecs)
        .arg(path)
        .status()
        .expect("ffmpeg is installed");
    assert!(status.success());
}

fn packets(path: &Path) -> (Clip, Vec<Packet>) {
    let mut clip = Clip::open(path).unwrap();
    let mut packets = Vec::new();
    while let Some(packet) = clip.next().unwrap() {
        packets.push(packet);
    }
    (clip, packets)
}

/// Every container, with B-frames, must give the same pictures at the right times.
#[test]
fn all_containers_give_all_pictures_in_decodable_order() {
    let folder = tempfile::tempdir().unwrap();
    let h264: &[&str] = &["-c:v", "libx264", "-bf", "3", "-g", "10", "-c:a", "aac", "-ac", "1"];
    let h265: &[&str] = &[
        "-c:v",
        "libx265",
        "-x265-params",
        "log-level=error:keyint=10:bframes=3",
        "-c:a",
        "aac",
        "-ac",
        "1",
    ];
    for (codec, name, arguments) in [
        (VideoCodec::H264, "a.mp4", h264),
        (VideoCodec::H264, "a.mkv", h264),
        (VideoCodec::H264, "a.ts", h264),
        (VideoCodec::H265, "b.mp4", h265),
        (VideoCodec::H265, "b.mkv", h265),
        (VideoCodec::H265, "b.ts", h265),
    ] {
        let path = folder.path().join(name);
        make(&path, arguments);
        let (mut clip, first) = packets(&path);
        assert_eq!(
            (clip.video.codec, clip.video.width, clip.video.height),
            (codec, 320, 240),
            "{name}"
        );
        let pictures: Vec<&Packet> = first.iter().filter(|packet| packet.track == TrackKind::Video).collect();
        assert_eq!(pictures.len(), 30, "{name}");
        assert!(
            pictures[0].keyframe && pictures.iter().filter(|packet| packet.keyframe).count() >= 3,
            "{name}"
        );
        assert!(pictures.iter().all(|packet| packet.pts_ms >= packet.dts_ms), "{name}");
        assert!(
            pictures.windows(2).all(|pair| pair[1].dts_ms > pair[0].dts_ms),
            "{name}"
        );
        let mut shown: Vec<i64> = pictures.iter().map(|packet| packet.pts_ms).collect();
        assert!(
            shown.windows(2).any(|pair| pair[1] < pair[0]),
            "{name}: the file has B-frames"
        );
        shown.sort_unstable();
        assert!(
            shown.windows(2).all(|pair| (38..=42).contains(&(pair[1] - pair[0]))),
            "{name}: {shown:?}"
        );
        let sound = first.iter().filter(|packet| packet.track == TrackKind::Audio).count();
        assert!((9..=12).contains(&sound), "{name}: {sound} blocks of sound");
        assert_eq!(clip.sound.as_ref().unwrap().config().sample_rate_hz, 8000, "{name}");
        clip.rewind().unwrap();
        assert_eq!(
            clip.next().unwrap().as_ref(),
            first.first(),
            "{name}: the second round is like the first"
        );
    }
}

#[tokio::test]
async fn a_file_plays_in_real_time_and_goes_on_after_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("g711.mkv");
    make(
        &path,
        &[
            "-c:v", "libx264", "-g", "30", "-bf", "0", "-c:a", "pcm_alaw", "-ac", "1",
        ],
    );
    let feed = Feed::new(Join::Cached, Arc::default());
    let source = tokio::spawn(run(FileSource { path }, feed.clone()));
    let mut subscription = feed.subscribe();
    let Item::Tracks(tracks) = subscription.next().await else {
        panic!("frames before tracks")
    };
    assert_eq!(
        tracks.audio.as_ref().unwrap().codec_string,
        "mp4a.40.2",
        "G.711 became AAC"
    );
    let started = Instant::now();
    let (mut pictures, mut sounds) = (Vec::new(), Vec::new());
    while pictures.len() < 60 {
        match subscription.next().await {
            Item::Frame(frame) if frame.track == TrackKind::Video => pictures.push(frame),
            Item::Frame(frame) => sounds.push(frame),
            Item::Tracks(_) => panic!("the second round has the same tracks"),
        }
    }
    let elapsed = started.elapsed();
    assert!(
        elapsed > Duration::from_millis(2200),
        "60 pictures at 25 a second took {elapsed:?}"
    );
    let steps = pictures.windows(2).map(|pair| pair[1].dts_ms - pair[0].dts_ms);
    assert!(
        steps.clone().all(|step| (35..=130).contains(&step)),
        "{:?}",
        steps.collect::<Vec<_>>()
    );
    let steps = sounds.windows(2).map(|pair| pair[1].dts_ms - pair[0].dts_ms);
    assert!(
        steps.clone().all(|step| (100..=260).contains(&step)),
        "{:?}",
        steps.collect::<Vec<_>>()
    );
    assert!(pictures[30].keyframe, "the second round starts with a keyframe");
    source.abort();
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_offline_with_the_reason_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.mp4");
    let feed = Feed::new(Join::Cached, Arc::default());
    let source = tokio::spawn(run(FileSource { path: path.clone() }, feed.clone()));
    let mut state = feed.watch_state();
    let missing = |state: &SourceState| matches!(state, SourceState::Offline(reason) if reason.contains("cannot read"));
    state.wait_for(missing).await.unwrap();
    std::fs::write(&path, b"not a film").unwrap();
    let strange = |state: &SourceState| matches!(state, SourceState::Offline(reason) if reason.contains("no mp4"));
    state.wait_for(strange).await.unwrap();
    let whole = folder.path().join("whole.mp4");
    make(&whole, &["-c:v", "libx264", "-an"]);
    std::fs::rename(&whole, &path).unwrap();
    state.wait_for(|state| *state == SourceState::Online).await.unwrap();
    source.abort();
}

#[test]
fn damaged_files_are_refused_or_played_as_far_as_they_go() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.mp4", "a.mkv", "a.ts"] {
        let path = folder.path().join(name);
        make(&path, &["-c:v", "libx264", "-g", "10", "-c:a", "aac"]);
        let whole = std::fs::read(&path).unwrap();
        for part in [1, 3, 7, 9] {
            let cut = &whole[..whole.len() * part / 10];
            std::fs::write(&path, cut).unwrap();
            let played = std::panic::catch_unwind(|| {
                let Ok(mut clip) = Clip::open(&path) else { return };
                while let Ok(Some(_)) = clip.next() {}
            });
            assert!(played.is_ok(), "{name} cut at {part}/10");
        }
    }
}
