//! Picture and sound of a camera have clocks of their own, which begin and run differently. Its sender reports (RFC 3550,
//! section 6.4.1) say what time of day each of them shows.

use media::TrackKind;
use retina::rtcp::ReceivedCompoundPacket;

/// A report that says that they differ by so much more than before is nonsense, or its camera's clock is just being set.
const MAX_STEP_MS: i64 = 5000;
/// So much may be the reports' own lack of precision.
const TOLERANCE_MS: i64 = 40;

/// What is to be added to the sound's times so that they are the picture's.
#[derive(Debug, Default)]
pub(super) struct Alignment {
    /// The time of day less the track's own time, as it was last reported.
    video_ms: Option<i64>,
    audio_ms: Option<i64>,
    wanted_ms: i64,
    shift_ms: i64,
}

impl Alignment {
    /// Takes what the camera reports of one track.
    pub(super) fn take(&mut self, track: TrackKind, packet: &ReceivedCompoundPacket) {
        let report = packet.pkts().next().and_then(|packet| packet.as_sender_report().ok()?);
        let (Some(report), Some(own)) = (report, packet.rtp_timestamp()) else {
            return;
        };
        // 32 bits of seconds, 32 of fractions.
        let day_ms = (u128::from(report.ntp_timestamp().0) * 1000) >> 32;
        let day_ms = i64::try_from(day_ms).unwrap_or_default();
        // Zero: the camera does not know (RFC 3550, section 6.4.1).
        if day_ms != 0 {
            self.report(track, day_ms - super::milliseconds(own));
        }
    }

    fn report(&mut self, track: TrackKind, offset_ms: i64) {
        match track {
            TrackKind::Video => self.video_ms = Some(offset_ms),
            TrackKind::Audio => self.audio_ms = Some(offset_ms),
        }
        let (Some(video_ms), Some(audio_ms)) = (self.video_ms, self.audio_ms) else {
            return;
        };
        let wanted_ms = audio_ms - video_ms;
        let is_likely = (wanted_ms - self.wanted_ms).abs() <= MAX_STEP_MS;
        tracing::trace!(wanted_ms, is_likely, "clocks of picture and sound");
        if is_likely {
            self.wanted_ms = wanted_ms;
        }
    }

    /// What is added to the time of the next frame of sound: it gets right by and by, for players take no step.
    pub(super) fn shift_ms(&mut self) -> i64 {
        let missing_ms = self.wanted_ms - self.shift_ms;
        if missing_ms.abs() > TOLERANCE_MS {
            self.shift_ms += missing_ms.signum();
        }
        self.shift_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    #[test]
    fn sound_that_drifts_stays_with_the_picture() {
        let mut alignment = Alignment::default();
        let mut shift_ms = 0;
        // 50 frames of sound a second, a report every 5 s; a day, in which the sound's clock gains 9 s.
        for second in 0..86_400 {
            let gained_ms = second / 10;
            if second % 5 == 0 {
                alignment.report(TrackKind::Video, 1_000_000);
                alignment.report(TrackKind::Audio, 1_000_000 - gained_ms);
            }
            for _ in 0..50 {
                let next_ms = alignment.shift_ms();
                assert!((next_ms - shift_ms).abs() <= 1);
                shift_ms = next_ms;
            }
            assert!((shift_ms + gained_ms).abs() <= TOLERANCE_MS + 2);
        }
    }

    #[test]
    fn nonsense_changes_nothing() {
        let mut alignment = Alignment::default();
        alignment.report(TrackKind::Audio, 7);
        assert_eq!(alignment.shift_ms(), 0);
        alignment.report(TrackKind::Video, 3_900_000_000_000);
        assert_eq!(alignment.shift_ms(), 0);
        // Both know the time now.
        alignment.report(TrackKind::Audio, 3_900_000_000_300);
        assert_eq!((alignment.shift_ms(), alignment.shift_ms()), (1, 2));
    }

    #[test]
    fn a_sender_report_is_read() {
        let clock = NonZeroU32::new(90_000).unwrap();
        let report = |seconds: u8, ticks| {
            let own = retina::Timestamp::new(ticks, clock, 0);
            let mut bytes = *b"\x80\xc8\x00\x06\x66\x42\x6a\xe1\xe4\x36\x2f\x00\x80\x00\x00\x00\
                \x00\x00\x00\x00\x00\x2a\x43\x33\x2f\x4c\x34\x1d";
            bytes[11] = seconds;
            ReceivedCompoundPacket::dummy(own, &bytes)
        };
        let mut alignment = Alignment::default();
        alignment.take(TrackKind::Video, &report(10, 900_000));
        alignment.take(TrackKind::Audio, &report(12, 900_000));
        assert_eq!(alignment.wanted_ms, 2000);
    }
}
