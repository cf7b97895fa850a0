//! What devices send about segments: forms, the names in them, the times they say. Never a panic; no name is good but one that
//! was made here, and no segment is placed where it cannot be.
#![no_main]

// The files by themselves: the cloud as a dependency would bring a database to build. What they need of it is here.
#[allow(dead_code)]
mod clock {
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub struct UnixMs(pub i64);
}
#[allow(dead_code)]
mod ids {
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub struct UserId(pub i64);
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub struct KeyId(pub i64);
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub struct SessionId(pub i64);
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub struct RecordingId(pub i64);
}
#[allow(dead_code)]
mod db {
    pub const DISCONTINUOUS: u8 = 1;
    pub const CLOCK_DOUBTED: u8 = 2;
}
#[allow(dead_code)]
mod blob {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct SegmentKey([u8; 16]);

    impl SegmentKey {
        pub fn from_bytes(bytes: [u8; 16]) -> Self {
            Self(bytes)
        }

        pub fn as_bytes(&self) -> &[u8; 16] {
            &self.0
        }
    }
}
#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/ovc/src/account"]
mod account {
    pub mod policy {
        use crate::ids::{KeyId, UserId};

        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Principal {
            User(UserId),
            Key(KeyId),
        }
    }
    pub mod tokens;
}
#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/ovc/src/record"]
mod record {
    pub mod form;
    pub mod name;
    pub mod placement;
    pub mod spans;
    pub mod sync;
}

use account::tokens::Tokens;
use arbitrary::Arbitrary;
use blob::SegmentKey;
use clock::UnixMs;
use ids::RecordingId;
use libfuzzer_sys::fuzz_target;
use record::form::Call;
use record::name::Promised;
use record::placement::{Announced, Known, Timeline};
use record::sync::SyncCheck;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    form: &'a [u8],
    name: &'a str,
    /// Where, and to what, a good name is changed.
    at: u8,
    to: u8,
    key: [u8; 16],
    start: i64,
    bytes: u64,
    segments: Vec<Segment>,
    upload: Vec<&'a [u8]>,
}

#[derive(Debug, Arbitrary)]
struct Segment {
    start: i64,
    duration_ms: u32,
    bytes: u64,
    continues: Option<bool>,
    later: u32,
    saved: bool,
}

const NOW: i64 = 1_800_000_000_000;

fuzz_target!(|input: Input<'_>| {
    if let Ok(Call::Create(create)) = Call::parse(input.form) {
        assert!(create.size > 0 && (1..=600_000).contains(&create.duration_ms));
        assert!(create.start.0.abs() <= 253_402_300_800_000);
    }

    let tokens = Tokens::new(&[7; 32]);
    let promised = Promised {
        session: RecordingId(input.start),
        key: SegmentKey::from_bytes(input.key),
        start: UnixMs(input.start),
        device_start: UnixMs(!input.start),
        duration_ms: 10_000,
        bytes: input.bytes,
        flags: input.at,
    };
    let good = promised.seal(&tokens);
    assert_eq!(Promised::unseal(&good, &tokens), Ok(promised));
    assert!(input.name == good || Promised::unseal(input.name, &tokens).is_err());
    let mut changed = good.clone().into_bytes();
    let at = usize::from(input.at) % changed.len();
    changed[at] = input.to;
    if let Ok(changed) = String::from_utf8(changed) {
        assert!(changed == good || Promised::unseal(&changed, &tokens).is_err());
    }

    let mut now = NOW;
    let mut timeline = Timeline::new(UnixMs(NOW), 300_000);
    for segment in input.segments {
        now += i64::from(segment.later);
        let duration_ms = segment.duration_ms.clamp(1, 600_000);
        let announced = Announced {
            start: UnixMs(segment.start),
            duration_ms,
            bytes: segment.bytes,
            continues: segment.continues,
        };
        let placed = timeline.place(announced, UnixMs(now));
        // Not in the future, and not before the session but for what was recorded before an alarm, and what is as long.
        assert!(placed.start.0 + i64::from(duration_ms) <= now + 15_000);
        assert!(placed.start.0 >= NOW - 120_000 - i64::from(duration_ms));
        if segment.saved {
            timeline.saved(Known {
                device_start: announced.start,
                start: placed.start,
                duration_ms,
                bytes: segment.bytes,
            });
        }
    }

    let mut check = SyncCheck::default();
    let _ = input.upload.iter().try_for_each(|piece| check.look(piece));
});
