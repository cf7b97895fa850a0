//! What a publisher sends to the cloud, in any pieces: never a panic, and what is held for it stays bounded by what it
//! sent.
#![no_main]

#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/ovc/src/ingest/rtmp/session.rs"]
mod session;

use libfuzzer_sys::fuzz_target;
use session::{Event, Session};

fuzz_target!(|pieces: Vec<&[u8]>| {
    let mut session = Session::new();
    let mut refuse = false;
    // Without a whole handshake nothing further would be reached: C0, C1 and C2 come first.
    let handshake: Vec<u8> = [3].into_iter().chain([0; 1536 * 2]).collect();
    for piece in std::iter::once(&handshake[..]).chain(pieces) {
        if session.feed(piece).is_err() {
            return;
        }
        loop {
            match session.poll() {
                Ok(Some(Event::Publish { .. })) if refuse => session.refuse("NetStream.Publish.Denied", "no"),
                Ok(Some(Event::Publish { .. })) => {
                    session.accept();
                    refuse = true;
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return,
            }
        }
        session.take_output();
    }
});
