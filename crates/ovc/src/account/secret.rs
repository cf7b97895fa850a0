use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::{Rng as _, RngCore as _};

/// A fresh random key, from the system's generator.
pub fn random_key() -> [u8; 32] {
    random::<32>()
}

/// `N` random bytes as text of `[0-9A-Za-z_-]`.
pub fn random_text<const N: usize>() -> String {
    URL_SAFE_NO_PAD.encode(random::<N>())
}

/// `N` random characters of `[0-9A-Za-z]`, each worth nearly six bits.
pub fn random_alphanumeric<const N: usize>() -> String {
    rand::rng()
        .sample_iter(rand::distr::Alphanumeric)
        .take(N)
        .map(char::from)
        .collect()
}

pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Seeded from the system and cryptographically secure (ChaCha12).
    rand::rng().fill_bytes(&mut bytes);
    bytes
}
