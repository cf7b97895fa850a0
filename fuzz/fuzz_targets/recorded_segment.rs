//! Any bytes as segments that devices uploaded, looked at and exported: never a panic; a file is as long as its head says,
//! and made again it is the same; a picture found is within one of the segments.
#![no_main]

// The files by themselves: the cloud as a dependency would bring a database to build. What they need of it is here.
#[allow(dead_code)]
mod clock {
    use std::fmt;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct UnixMs(pub i64);

    impl fmt::Display for UnixMs {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fmt(f)
        }
    }
}
#[allow(dead_code)]
mod blob {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct SegmentKey(pub [u8; 16]);

    impl SegmentKey {
        pub const fn as_bytes(&self) -> &[u8; 16] {
            &self.0
        }
    }
}
#[allow(dead_code)]
mod db {
    use crate::blob::SegmentKey;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct FootageRow {
        pub id: i64,
        pub session: i64,
        pub start_ms: i64,
        pub duration_ms: i64,
        pub bytes: u64,
        pub discontinues: bool,
        pub key: SegmentKey,
    }

    impl FootageRow {
        pub fn end_ms(&self) -> i64 {
            self.start_ms.saturating_add(self.duration_ms)
        }
    }
}
#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/ovc/src/record"]
mod record {
    pub mod export;
    pub mod playlist;
    pub mod spans;
    pub mod unpacked;
}

use arbitrary::Arbitrary;
use blob::SegmentKey;
use db::FootageRow;
use libfuzzer_sys::fuzz_target;
use record::export::{Plan, Planner, still};
use record::spans::Span;
use record::unpacked::{MAX_CONFIGS, MAX_FRAMES, Unpacked};

#[derive(Debug, Arbitrary)]
struct Uploaded<'a> {
    start_s: u16,
    duration_ms: u16,
    discontinues: bool,
    bytes: &'a [u8],
}

#[derive(Debug, Arbitrary)]
struct Asked<'a> {
    from_ms: u32,
    lasting_ms: u32,
    segments: Vec<Uploaded<'a>>,
}

fn plan(span: Span, segments: &[(FootageRow, Unpacked)]) -> Option<Plan> {
    let mut planner = Planner::new(span);
    for (row, unpacked) in segments {
        planner.add(*row, unpacked);
    }
    planner.finish()
}

fuzz_target!(|asked: Asked<'_>| {
    let span = Span::new(
        asked.from_ms.into(),
        i64::from(asked.from_ms) + i64::from(asked.lasting_ms),
    );
    let segments: Vec<(FootageRow, Unpacked)> = asked
        .segments
        .iter()
        .take(4)
        .enumerate()
        .map(|(id, segment)| {
            let row = FootageRow {
                id: id as i64,
                session: 1,
                start_ms: i64::from(segment.start_s) * 1000,
                duration_ms: segment.duration_ms.into(),
                bytes: segment.bytes.len() as u64,
                discontinues: segment.discontinues,
                key: SegmentKey([id as u8; 16]),
            };
            (row, Unpacked::new(segment.bytes))
        })
        .collect();
    for (row, unpacked) in &segments {
        assert!(unpacked.video_configs.len() <= MAX_CONFIGS && unpacked.audio_configs.len() <= MAX_CONFIGS);
        assert!(unpacked.video.len() + unpacked.audio.len() <= MAX_FRAMES);
        // The sets, and what stands around them.
        assert!(unpacked.video_configs.iter().all(|config| config.record.len() < 66_000));
        if let Some(found) = still(row, unpacked, span.from) {
            assert!(found.file.len() > 500);
        }
    }
    let Some(plan) = plan(span, &segments) else { return };
    assert_eq!(
        self::plan(span, &segments).map(|again| again.etag),
        Some(plan.etag.clone())
    );
    let mut length = 0;
    for piece in &plan.pieces {
        let (_, unpacked) = &segments[piece.segment.id as usize];
        assert_eq!(piece.offset, length);
        let frames = piece.take(unpacked).expect("what the plan was made of");
        length += frames.iter().map(|frame| frame.len() as u64).sum::<u64>();
    }
    assert_eq!(length, plan.head.payload);
});
