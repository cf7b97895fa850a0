//! A token from the query of a URL: never a panic, and only one that was made here is good, for its purpose, subject and
//! holder alone.
#![no_main]

// The file by itself: the cloud as a dependency would bring a database to build. What it needs of it is here.
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

use account::policy::Principal;
use account::tokens::{Holder, Purpose, Tokens};
use arbitrary::Arbitrary;
use clock::UnixMs;
use ids::{KeyId, SessionId, UserId};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    subject: &'a str,
    other: &'a str,
    token: &'a str,
    user: bool,
    id: i64,
    session: i64,
    /// Where, and to what, a good token is changed.
    at: u8,
    to: u8,
}

fuzz_target!(|input: Input<'_>| {
    // Another key for each holder: a token that was made in an earlier run for somebody else is good, too.
    let mut key = [7; 32];
    key[..8].copy_from_slice(&input.id.to_be_bytes());
    key[8..16].copy_from_slice(&input.session.to_be_bytes());
    key[16] = input.user.into();
    let tokens = Tokens::new(&key);
    let (until, now) = (UnixMs(2), UnixMs(1));
    let holder = Holder {
        principal: if input.user { Principal::User(UserId(input.id)) } else { Principal::Key(KeyId(input.id)) },
        session: Some(SessionId(input.session)).filter(|session| session.0 != 0),
    };
    let plain = tokens.mint(Purpose::Publish, input.subject, until);
    let held = tokens.mint_for(holder, Purpose::Play, input.subject, until);
    assert_eq!(tokens.verify(Purpose::Publish, input.subject, &plain, now), Ok(until));
    assert_eq!(tokens.verify_holder(Purpose::Play, input.subject, &held, now), Ok(holder));
    let is_good = |subject: &str, token: &str| {
        [Purpose::Publish, Purpose::Play].into_iter().any(|purpose| {
            tokens.verify(purpose, subject, token, now).is_ok()
                || tokens.verify_holder(purpose, subject, token, now).is_ok()
        })
    };
    assert!(input.other == input.subject || !is_good(input.other, &plain) && !is_good(input.other, &held));
    assert!(input.token == plain || input.token == held || !is_good(input.subject, input.token));
    for good in [plain, held] {
        let mut changed = good.clone().into_bytes();
        let at = usize::from(input.at) % changed.len();
        changed[at] = input.to;
        if let Ok(changed) = String::from_utf8(changed) {
            assert!(changed == good || !is_good(input.subject, &changed));
        }
    }
});
