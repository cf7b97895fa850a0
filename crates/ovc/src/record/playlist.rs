//! Playlists of what is over (RFC 8216, "HTTP Live Streaming", VOD).

use crate::clock::UnixMs;
use crate::db::FootageRow;
use std::fmt::Write as _;

/// Segments further apart do not follow each other.
const GAP_MS: i64 = 1_000;

/// Whether a segment does not go on where the one before it ends.
pub fn breaks(before: &FootageRow, segment: &FootageRow) -> bool {
    segment.discontinues
        || segment.session != before.session
        || segment.start_ms.abs_diff(before.end_ms()) > GAP_MS.unsigned_abs()
}

/// The playlist of these segments, which lie beside it as `<id>.ts`.
pub fn write(segments: &[FootageRow]) -> String {
    let longest = segments.iter().map(|segment| segment.duration_ms).max().unwrap_or(0);
    let mut out = String::with_capacity(128 + 96 * segments.len());
    out.push_str("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MEDIA-SEQUENCE:0\n");
    // RFC 8216 section 4.3.3.1: rounded to the nearest whole second no segment is longer.
    line(
        &mut out,
        format_args!("#EXT-X-TARGETDURATION:{}", (longest + 999) / 1000),
    );
    let mut before: Option<&FootageRow> = None;
    for segment in segments {
        if before.is_some_and(|before| breaks(before, segment)) {
            out.push_str("#EXT-X-DISCONTINUITY\n");
        }
        let at = UnixMs(segment.start_ms);
        line(&mut out, format_args!("#EXT-X-PROGRAM-DATE-TIME:{at}"));
        let (whole, part) = (segment.duration_ms / 1000, segment.duration_ms % 1000);
        line(&mut out, format_args!("#EXTINF:{whole}.{part:03},"));
        line(&mut out, format_args!("{}.ts", segment.id));
        before = Some(segment);
    }
    out.push_str("#EXT-X-ENDLIST\n");
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = out.write_fmt(text);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::SegmentKey;

    fn segment(id: i64, session: i64, start_ms: i64, discontinues: bool) -> FootageRow {
        FootageRow {
            id,
            session,
            start_ms,
            duration_ms: 10_005,
            bytes: 1,
            discontinues,
            key: SegmentKey::from_bytes([0; 16]),
        }
    }

    #[test]
    fn breaks_are_told_and_every_segment_says_when_it_began() {
        let segments = [
            segment(7, 1, 0, true),
            segment(8, 1, 10_005, false),
            segment(9, 1, 20_010, true),
            segment(10, 2, 30_015, false),
            segment(11, 2, 50_000, false),
        ];
        let list = write(&segments);
        let expected = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MEDIA-SEQUENCE:0\n\
            #EXT-X-TARGETDURATION:11\n\
            #EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00Z\n#EXTINF:10.005,\n7.ts\n\
            #EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:10.005Z\n#EXTINF:10.005,\n8.ts\n\
            #EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:20.01Z\n#EXTINF:10.005,\n9.ts\n\
            #EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:30.015Z\n#EXTINF:10.005,\n10.ts\n\
            #EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:50Z\n#EXTINF:10.005,\n11.ts\n\
            #EXT-X-ENDLIST\n";
        assert_eq!(list, expected);
    }

    #[test]
    fn nothing_is_a_playlist_too() {
        assert!(write(&[]).ends_with("#EXT-X-TARGETDURATION:0\n#EXT-X-ENDLIST\n"));
    }
}
