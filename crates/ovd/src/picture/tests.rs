use super::*;
use crate::feed::Join;
use bytes::Bytes;

/// Luma and colours of a JPEG's pixel at thousandths of its size, read by ffmpeg: a decoder that is not ours.
fn decoded_by_ffmpeg(jpeg: &[u8]) -> (usize, usize, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.jpg");
    std::fs::write(&path, jpeg).unwrap();
    let out = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(&path)
        .args(["-f", "image2pipe", "-c:v", "ppm", "-"])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let mut parts = out.stdout.splitn(4, |byte| byte.is_ascii_whitespace());
    let mut number = || {
        let text = String::from_utf8(parts.next().unwrap().to_vec()).unwrap();
        text.parse::<usize>().ok()
    };
    assert_eq!(number(), None, "P6");
    let (width, height) = (number().unwrap(), number().unwrap());
    let pixels = out.stdout[out.stdout.len() - width * height * 3..].to_vec();
    (width, height, pixels)
}

fn flat(width: usize, height: usize, (y, u, v): (u8, u8, u8)) -> Picture {
    let half = width.div_ceil(2) * height.div_ceil(2);
    Picture {
        width,
        height,
        y: vec![y; width * height],
        u: vec![u; half],
        v: vec![v; half],
    }
}

#[test]
fn colours_survive_the_way_to_jpeg_in_both_matrices() {
    // Red, green and white of 75 %, limited range: BT.601 (small pictures) and BT.709 (large ones).
    for (size, colour, rgb) in [
        ((320, 180), (65, 100, 212), [191, 0, 0]),
        ((1280, 720), (51, 109, 212), [191, 0, 0]),
        ((1280, 720), (133, 63, 52), [0, 191, 0]),
        ((321, 181), (180, 128, 128), [191, 191, 191]),
    ] {
        let jpeg = flat(size.0, size.1, colour).to_jpeg().unwrap();
        let (width, height, pixels) = decoded_by_ffmpeg(&jpeg);
        assert_eq!((width, height), size);
        let middle = (height / 2 * width + width / 2) * 3;
        for (seen, wanted) in pixels[middle..middle + 3].iter().zip(rgb) {
            assert!(
                i32::from(*seen).abs_diff(wanted) <= 6,
                "{size:?}: {:?} is not {rgb:?}",
                &pixels[middle..middle + 3]
            );
        }
    }
}

#[test]
fn parameter_sets_of_a_damaged_record_are_no_panic() {
    let record = [1, 66, 0, 30, 0xff, 0xe1, 0, 2, 0x67, 1, 1, 0, 1, 0x68];
    assert_eq!(
        parameter_sets(&record).unwrap(),
        [0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68]
    );
    for len in 0..record.len() {
        assert_eq!(parameter_sets(&record[..len]), None, "{len}");
    }
}

#[tokio::test]
async fn what_cannot_be_decoded_is_said_at_once() {
    let feed = Feed::new(Join::Cached, Arc::default());
    let mut video = VideoConfig {
        codec: VideoCodec::H265,
        record: Bytes::from_static(b"record"),
        width: 64,
        height: 48,
        codec_string: "hvc1".to_owned(),
    };
    feed.push_tracks(Tracks {
        video: Some(video.clone()),
        audio: None,
    });
    assert_eq!(current(&feed).await, Err(PictureError::Codec("H.265")));
    video.codec = VideoCodec::H264;
    feed.push_tracks(Tracks {
        video: Some(video),
        audio: None,
    });
    feed.push(Frame::video(0, true, Bytes::from_static(&[0, 0, 0, 1, 0x65])));
    assert!(matches!(current(&feed).await, Err(PictureError::Damaged(_))));
}
