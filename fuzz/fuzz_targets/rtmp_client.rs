//! What a media server answers to a device that publishes, in any pieces: never a panic, and the session ends up
//! somewhere that it can say.
#![no_main]

#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/ovd/src/rtmp"]
mod rtmp {
    pub mod amf0;
    pub mod chunk;
    pub mod session;
    pub mod url;
}

use libfuzzer_sys::fuzz_target;
use rtmp::session::Session;
use rtmp::url::Target;

fuzz_target!(|pieces: Vec<&[u8]>| {
    let target = Target::parse("rtmp://cloud.example/live/stream?token=t").expect("an address");
    let mut session = Session::new(target, 7);
    let mut out = Vec::new();
    // S0, S1 and S2, without which nothing further is reached.
    let handshake: Vec<u8> = [3].into_iter().chain([0; 1536 * 2]).collect();
    for piece in std::iter::once(&handshake[..]).chain(pieces) {
        session.swap_output(&mut out);
        out.clear();
        if session.receive(piece).is_err() {
            return;
        }
        let _ = session.state();
    }
    session.finish();
});
