//! Any messages both ways to the inspector: never a panic, and what it says is bounded; what the parser takes it does
//! not call malformed.
#![no_main]

use arbitrary::Arbitrary;
use dap::inspect::{Inspector, MessageKind};
use dap::{Direction, Message};
use libfuzzer_sys::fuzz_target;
use std::time::Duration;

#[derive(Debug, Arbitrary)]
enum Step<'a> {
    Message { up: bool, after_ms: u16, text: &'a str },
    Missed,
    Closed,
}

fuzz_target!(|input: (bool, Vec<Step<'_>>)| {
    let (from_login, steps) = input;
    let (timeout, longest) = (Duration::from_secs(20), 4096);
    let mut inspector = match from_login {
        true => Inspector::from_login(timeout, longest),
        false => Inspector::midway(timeout, longest),
    };
    let mut at = Duration::ZERO;
    for step in steps {
        match step {
            Step::Message { up, after_ms, text } => {
                at += Duration::from_millis(after_ms.into());
                let direction = if up { Direction::DeviceToCloud } else { Direction::CloudToDevice };
                let seen = inspector.message(at, direction, text);
                assert_eq!(seen.kind == MessageKind::Malformed, Message::parse(text).is_err(), "{seen:?}");
                assert!(seen.findings.len() <= 65, "{}", seen.findings.len());
                assert!(seen.latency.is_none_or(|latency| latency <= at));
            }
            Step::Missed => inspector.missed(),
            Step::Closed => inspector.closed(),
        }
    }
});
