//! What a server answers to a viewer of the load generator, over HTTP-FLV and over RTMP, in any pieces: never a panic,
//! and the pieces do not matter.
#![no_main]

// The files name their crates: here they are this one.
extern crate self as ovd;

#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/ovd/src/rtmp"]
pub mod rtmp {
    mod url;
    pub use url::Target;
}
#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/dapctl/src/load"]
mod load {
    pub mod stamp;
    pub mod viewers {
        mod flv;
        mod http;
        mod rtmp;
        mod video;

        use crate::rtmp::Target;

        /// S0, S1 and S2, without which nothing further is reached.
        const HANDSHAKE: &[u8] = &{
            let mut handshake = [0; 1 + 1536 * 2];
            handshake[0] = 3;
            handshake
        };

        fn over_http<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<video::Seen>, bool) {
            let (mut response, mut flv, mut seen) = (http::Response::new(), flv::FlvScanner::new(), Vec::new());
            for piece in pieces {
                let body = |bytes: &[u8]| flv.scan(bytes, &mut |what| seen.push(what));
                if response.receive(piece, body).is_err() {
                    return (seen, false);
                }
            }
            (seen, true)
        }

        fn over_rtmp<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<video::Seen>, bool) {
            let target = Target::parse("rtmp://cloud.example/live/stream?token=t").expect("an address");
            let (mut session, mut out) = rtmp::PlaySession::new();
            let mut seen = Vec::new();
            for piece in std::iter::once(HANDSHAKE).chain(pieces) {
                out.clear();
                if session.receive(piece, &target, &mut out, &mut |what| seen.push(what)).is_err() {
                    return (seen, false);
                }
            }
            (seen, true)
        }

        pub fn check(prefix: bool, pieces: &[&[u8]]) {
            // With a good head the stream is reached more often.
            let head = b"HTTP/1.1 200 OK\r\n\r\nFLV\x01\x05\0\0\0\x09";
            let head = if prefix { &head[..] } else { &[] };
            let whole = pieces.concat();
            let in_pieces: Vec<&[u8]> = [&[head], pieces].concat();
            let in_two: [&[u8]; 2] = [head, &whole];
            assert_eq!(over_http(in_pieces.into_iter()), over_http(in_two.into_iter()));
            assert_eq!(over_rtmp(pieces.iter().copied()), over_rtmp(std::iter::once(&whole[..])));
        }
    }
}

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (bool, Vec<&[u8]>)| load::viewers::check(input.0, &input.1));
