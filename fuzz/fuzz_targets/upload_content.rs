//! Any bytes as what a device or a person uploads, in any pieces: never a panic, and the pieces do not matter to what it
//! is taken for.
#![no_main]

// The file by itself: the cloud as a dependency would bring a database to build.
#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/ovc/src/transfer/content.rs"]
mod content;

use content::{Checker, Found, Rule};
use libfuzzer_sys::fuzz_target;

fn check<'a>(rule: Rule, pieces: impl IntoIterator<Item = &'a [u8]>) -> Option<Found> {
    let mut checker = Checker::new(rule);
    for piece in pieces {
        checker.look(piece).ok()?;
    }
    checker.finish().ok()
}

fuzz_target!(|pieces: Vec<&[u8]>| {
    let whole = pieces.concat();
    for rule in [Rule::Jpeg, Rule::Picture, Rule::Log, Rule::Sound, Rule::Image] {
        let found = check(rule, pieces.iter().copied());
        assert_eq!(found, check(rule, [&whole[..]]), "{rule:?}");
        let picture = found.and_then(|found| found.picture);
        assert_eq!(picture.is_some(), found.is_some() && matches!(rule, Rule::Jpeg | Rule::Picture));
        assert!(picture.is_none_or(|picture| picture.width > 0 && picture.height > 0));
    }
});
