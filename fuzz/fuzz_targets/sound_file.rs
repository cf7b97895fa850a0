//! Any bytes as a file of sound that a device is told to play: never a panic, and decoding comes to an end.
#![no_main]

#[allow(dead_code, unreachable_pub, unused_imports)]
#[path = "../../crates/ovd/src"]
mod device {
    pub mod sound;
}

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (kind, bytes) = input;
    // One that begins like a file of its kind gets further.
    let mut file = match kind % 5 {
        0 => b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data".to_vec(),
        1 => b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42".to_vec(),
        2 => vec![0xff, 0xf1],
        3 => vec![0xff, 0xfb],
        _ => Vec::new(),
    };
    file.extend_from_slice(bytes);
    let longest = 64 * 1024 * (file.len() + 64);
    let Ok(mut sound) = device::sound::open(file) else { return };
    assert!(sound.rate_hz() > 0 && sound.channels() > 0);
    let mut samples = 0;
    while let Some(some) = sound.next() {
        assert!(!some.is_empty());
        samples += some.len();
        assert!(samples <= longest, "it does not end");
    }
});
