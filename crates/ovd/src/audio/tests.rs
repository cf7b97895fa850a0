use super::*;
use std::f64::consts::TAU;
use std::io::Write;
use std::process::{Command, Stdio};

fn tone(rate_hz: u32, channels: usize, seconds: u32) -> Vec<i16> {
    (0..rate_hz * seconds)
        .flat_map(|n| {
            let sample = ((f64::from(n) * 440.0 * TAU / f64::from(rate_hz)).sin() * 12_000.0) as i16;
            std::iter::repeat_n(sample, channels)
        })
        .collect()
}

fn adts(config: &AudioConfig, frame: &Frame) -> Vec<u8> {
    let index = RATES_HZ.iter().position(|&rate| rate == config.sample_rate_hz).unwrap() as u8;
    let len = frame.data.len() + 7;
    let mut out = vec![
        0xff,
        0xf1,
        1 << 6 | index << 2 | config.channels >> 2,
        config.channels << 6 | (len >> 11) as u8,
        (len >> 3) as u8,
        (len << 5) as u8 | 0x1f,
        0xfc,
    ];
    out.extend_from_slice(&frame.data);
    out
}

/// What another decoder hears.
fn decode_with_ffmpeg(stream: &[u8]) -> Vec<i16> {
    let mut child = Command::new("ffmpeg")
        .args(["-v", "error", "-xerror", "-f", "aac", "-i", "-", "-f", "s16le", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("ffmpeg is installed");
    let mut input = child.stdin.take().unwrap();
    let stream = stream.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&stream).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    output
        .stdout
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect()
}

#[test]
fn another_decoder_hears_the_same_sound_at_the_same_time() {
    for (rate_hz, channels) in [(8000, 1), (16_000, 1), (48_000, 2)] {
        let sound = tone(rate_hz, usize::from(channels), 2);
        let mut encoder =
            AacEncoder::new(rate_hz, channels, AacEncoder::suitable_bitrate_bps(rate_hz, channels)).unwrap();
        let mut frames = Vec::new();
        // 20 ms at a time, as G.711 cameras send it.
        for (index, samples) in sound.chunks(rate_hz as usize / 50 * usize::from(channels)).enumerate() {
            frames.extend(encoder.encode(&Pcm {
                time_ms: index as i64 * 20,
                samples: samples.to_vec(),
            }));
        }
        let stream: Vec<u8> = frames.iter().flat_map(|frame| adts(encoder.config(), frame)).collect();
        let heard = decode_with_ffmpeg(&stream);
        let frame_len = FRAME_LEN * usize::from(channels);
        assert_eq!(heard.len(), frames.len() * frame_len);
        assert_eq!(frames[0].dts_ms, -(FRAME_LEN as i64) * 1000 / i64::from(rate_hz));
        // Frame f holds what was said one frame earlier, and the timestamps say so.
        let heard = &heard[2 * frame_len..];
        let said = &sound[frame_len..frame_len + heard.len()];
        let (mut noise, mut signal) = (0.0, 0.0);
        for (heard, said) in heard.iter().zip(said) {
            noise += (f64::from(*heard) - f64::from(*said)).powi(2);
            signal += f64::from(*said).powi(2);
        }
        let ratio = noise / signal;
        assert!(ratio < 0.01, "{rate_hz} Hz: noise is {ratio} of the signal");
    }
}

#[test]
fn a_gap_in_the_sound_is_a_gap_in_time() {
    let mut encoder = AacEncoder::new(8000, 1, 24_000).unwrap();
    let block = vec![0; 1024];
    encoder.encode(&Pcm {
        time_ms: 0,
        samples: block.clone(),
    });
    let frames = encoder.encode(&Pcm {
        time_ms: 10_000,
        samples: block,
    });
    assert_eq!(frames[0].dts_ms, 10_000 - 128);
}

#[test]
fn what_aac_cannot_carry_is_refused() {
    assert!(AacEncoder::new(44_000, 1, 32_000).is_err());
    assert!(AacEncoder::new(8000, 3, 32_000).is_err());
}
