use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore as _;

/// A fresh random key, from the system's generator.
pub fn random_key() -> [u8; 32] {
    random::<32>()
}

/// `N` random bytes as text of `[0-9A-Za-z_-]`.
pub fn random_text<const N: usize>() -> String {
    URL_SAFE_NO_PAD.encode(random::<N>())
}

pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Seeded from the system and cryptographically secure (ChaCha12).
    rand::rng().fill_bytes(&mut bytes);
    bytes
}
