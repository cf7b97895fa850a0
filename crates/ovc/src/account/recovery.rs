//! Recovery codes: each stands in for the second factor once, for the day the phone is lost.

use super::secret::random;
use sha2::{Digest as _, Sha256};

/// Codes made at once.
pub(super) const COUNT: usize = 10;
/// Characters of a code. 80 bits: too many to try, so that a plain hash keeps them.
const LEN: usize = 16;
/// Without letters that look like digits or like each other (Crockford's base 32).
const SYMBOLS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// `N` random characters of five bits each, in groups of four that are read and typed without mistakes.
pub(super) fn readable<const N: usize>() -> String {
    let mut text = String::new();
    for (at, byte) in random::<N>().into_iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(SYMBOLS[usize::from(byte % 32)]));
    }
    text
}

/// What was typed, as [`readable`] wrote it but for the dashes.
pub(super) fn normal(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect()
}

/// Fresh codes, to be shown once.
pub(super) fn codes() -> Vec<String> {
    std::iter::repeat_with(readable::<LEN>).take(COUNT).collect()
}

/// The hash that the database keeps of a code, however it was typed; `None` if it cannot be one.
pub(super) fn hash(typed: &str) -> Option<[u8; 32]> {
    let code = normal(typed);
    (code.len() == LEN).then(|| Sha256::digest(code.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_random_and_readable() {
        let codes = codes();
        assert_eq!(codes.iter().collect::<HashSet<_>>().len(), COUNT);
        for code in codes {
            assert_eq!(code.len(), 19, "{code}");
            assert!(
                code.split('-')
                    .all(|group| group.len() == 4 && group.chars().all(|c| SYMBOLS.contains(&(c as u8))))
            );
        }
    }

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let known = hash("0123-abcd-1111-v0wx").unwrap();
        for typed in ["0123abcd1111v0wx", " 0123 ABCD lI1l VOWX ", "o123-abcd-1111-v0wx"] {
            assert_eq!(hash(typed), Some(known), "{typed}");
        }
        assert_ne!(hash("0123-abcd-1111-v0wz"), Some(known));
        for bad in ["", "123456", "0123-abcd-1111-v0w", "0123-abcd-1111-v0wxx"] {
            assert_eq!(hash(bad), None, "{bad}");
        }
    }
}
