use super::*;
use std::f64::consts::TAU;
use std::process::Command;

/// Two seconds of 440 Hz, made by ffmpeg.
fn tone(arguments: &[&str], name: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let status = Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:duration=2:sample_rate=22050",
        ])
        .args(arguments)
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
    std::fs::read(path).unwrap()
}

fn all(decoder: &mut dyn Decode) -> Vec<i16> {
    std::iter::from_fn(|| decoder.next()).flatten().collect()
}

/// Share of the loudness of the first channel that is at `frequency`.
fn share_at(samples: &[i16], channels: u16, rate_hz: u32, frequency: f64) -> f64 {
    let samples: Vec<f64> = samples
        .iter()
        .step_by(usize::from(channels))
        .map(|&sample| f64::from(sample))
        .collect();
    let (mut re, mut im, mut energy) = (0.0, 0.0, 0.0);
    for (index, sample) in samples.iter().enumerate() {
        let phase = TAU * frequency * index as f64 / f64::from(rate_hz);
        re += sample * phase.cos();
        im += sample * phase.sin();
        energy += sample * sample;
    }
    2.0 * (re * re + im * im) / (samples.len() as f64 * energy.max(1.0))
}

#[test]
fn every_kind_of_file_sounds_as_it_should() {
    for (arguments, name) in [
        (&["-c:a", "pcm_s16le"][..], "a.wav"),
        (&["-c:a", "pcm_u8", "-ac", "2"], "b.wav"),
        (&["-c:a", "pcm_s24le"], "c.wav"),
        (&["-c:a", "pcm_f32le"], "d.wav"),
        (&["-c:a", "pcm_mulaw"], "e.wav"),
        (&["-c:a", "libmp3lame", "-b:a", "64k", "-ac", "2"], "f.mp3"),
        (
            &[
                "-c:a",
                "libmp3lame",
                "-b:a",
                "32k",
                "-id3v2_version",
                "0",
                "-write_xing",
                "0",
            ],
            "g.mp3",
        ),
        (&["-c:a", "aac", "-b:a", "64k"], "h.aac"),
        (&["-c:a", "aac", "-b:a", "64k", "-ac", "2"], "i.m4a"),
    ] {
        let mut decoder = open(tone(arguments, name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (rate_hz, channels) = (decoder.rate_hz(), decoder.channels());
        assert_eq!(rate_hz, 22_050, "{name}");
        let samples = all(&mut *decoder);
        let seconds = samples.len() as f64 / f64::from(rate_hz) / f64::from(channels);
        assert!((1.9..2.3).contains(&seconds), "{name}: {seconds} s");
        let share = share_at(&samples, channels, rate_hz, 440.0);
        assert!(share > 0.9, "{name}: {share}");
    }
}

#[test]
fn what_is_no_sound_or_damaged_is_refused_or_ends() {
    for bytes in [
        &b""[..],
        b"hello",
        b"RIFF\0\0\0\0WAVE",
        b"OggS",
        &[0xff, 0xf1, 0, 0],
        &[0xff, 0xfb, 0x90, 0],
    ] {
        assert!(open(bytes.to_vec()).is_err(), "{bytes:?}");
    }
    let whole = tone(&["-c:a", "aac"], "h.aac");
    for len in (7..whole.len().min(4000)).step_by(97) {
        if let Ok(mut decoder) = open(whole[..len].to_vec()) {
            all(&mut *decoder);
        }
    }
    let whole = tone(&["-c:a", "pcm_s16le"], "a.wav");
    for len in 0..100 {
        if let Ok(mut decoder) = open(whole[..len].to_vec()) {
            all(&mut *decoder);
        }
    }
}

#[test]
fn what_is_written_can_be_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.wav");
    let mut writer = WavWriter::create(&path, 8000, 2).unwrap();
    writer.write(&[1, -1, 300, -300]).unwrap();
    writer.write(&[i16::MIN, i16::MAX]).unwrap();
    writer.finish().unwrap();
    let mut decoder = open(std::fs::read(&path).unwrap()).unwrap();
    assert_eq!((decoder.rate_hz(), decoder.channels()), (8000, 2));
    assert_eq!(all(&mut *decoder), [1, -1, 300, -300, i16::MIN, i16::MAX]);
}
