//! Which names users may have.

/// Longest name, in characters.
const MAX_CHARS: usize = 64;

/// The name cannot be a user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a user name has 1 to {MAX_CHARS} letters, digits and any of . _ - @ +")]
pub struct BadUsername;

/// Whether a user may have this name.
///
/// # Errors
/// It may not.
pub(super) fn check(name: &str) -> Result<(), BadUsername> {
    let good = |c: char| c.is_alphanumeric() || "._-@+".contains(c);
    let len = name.chars().count();
    if (1..=MAX_CHARS).contains(&len) && name.chars().all(good) {
        Ok(())
    } else {
        Err(BadUsername)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_or_mail_addresses() {
        for good in ["a", "ann", "ann.b+x@example.com", "Jürgen", "张伟", &"x".repeat(64)] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["", " ", "ann b", "a\nb", "<b>", "a/b", "a\u{202e}b", &"x".repeat(65)] {
            assert_eq!(check(bad), Err(BadUsername), "{bad}");
        }
    }
}
