//! Which passwords people may choose (after NIST SP 800-63B section 5.1.1.2): long enough, and none that is guessed
//! first. No rules about kinds of characters: they make passwords harder to remember and no harder to guess.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Fewest characters.
pub(super) const MIN_CHARS: usize = 10;
/// Longest that is looked at.
pub(super) const MAX_BYTES: usize = 1024;
/// Fewest different characters.
const MIN_DIFFERENT: usize = 5;
/// Digits and signs around a common word that make it no better.
const MAX_TRIMMINGS: usize = 8;

/// Passwords that are tried first, the most common first, in lower case. Made from the list that Django ships
/// (BSD-3-Clause; compiled by Royce Williams), less what [`is_common`] and [`is_simple`] find anyway.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// Why a password may not be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WeakPassword {
    /// Short ones can be tried through.
    #[error("a password needs {MIN_CHARS} characters or more")]
    TooShort,
    /// Nobody types that.
    #[error("a password has {MAX_BYTES} bytes at most")]
    TooLong,
    /// It has the user's name in it.
    #[error("a password must not contain the user name")]
    HasUsername,
    /// It is among those that are tried first.
    #[error(
        "this password is among those that are tried first: choose several unrelated words, or let a password manager make one"
    )]
    Common,
    /// It repeats itself or counts.
    #[error("this password only repeats or counts: choose several unrelated words, or let a password manager make one")]
    Simple,
}

/// Whether the user may have this password.
///
/// # Errors
/// Why not.
pub(super) fn check(password: &str, username: &str) -> Result<(), WeakPassword> {
    if password.len() > MAX_BYTES {
        return Err(WeakPassword::TooLong);
    }
    if password.chars().count() < MIN_CHARS {
        return Err(WeakPassword::TooShort);
    }
    let lower = password.to_lowercase();
    let username = username.to_lowercase();
    // Who is called `al` may still write `always`.
    if username.chars().count() >= 3 && lower.contains(&username) {
        return Err(WeakPassword::HasUsername);
    }
    if is_simple(&lower) {
        return Err(WeakPassword::Simple);
    }
    if is_common(&lower) {
        return Err(WeakPassword::Common);
    }
    Ok(())
}

fn is_simple(password: &str) -> bool {
    let chars: Vec<char> = password.chars().collect();
    let different: HashSet<char> = chars.iter().copied().collect();
    let steps: HashSet<i64> = chars
        .windows(2)
        .map(|pair| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0])))
        .collect();
    // One distance from each to the next: aaaa, abcd, 9876. Counting over the end (…7890) has one more.
    let counts = steps.len() <= 1 || (steps.len() == 2 && (steps.contains(&1) || steps.contains(&-1)));
    different.len() < MIN_DIFFERENT || counts
}

/// Whether the password is a common one, one with digits and signs around it, or one written several times.
fn is_common(password: &str) -> bool {
    let plain = unmasked(password);
    [password, plain.as_str()].into_iter().any(|form| {
        let core = form.trim_matches(|c: char| !c.is_alphabetic());
        let trimmings = form.chars().count() - core.chars().count();
        COMMON.contains(form)
            || (trimmings <= MAX_TRIMMINGS && COMMON.contains(core))
            || COMMON.contains(repeated(form))
            || COMMON.contains(repeated(core))
    })
}

/// With letters for the signs that are written for them.
fn unmasked(password: &str) -> String {
    let letter = |c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    password.chars().map(letter).collect()
}

/// What the text repeats, or all of it.
fn repeated(text: &str) -> &str {
    (1..=text.len() / 2)
        .filter(|len| text.len().is_multiple_of(*len) && text.is_char_boundary(*len))
        .map(|len| &text[..len])
        .find(|part| part.repeat(text.len() / part.len()) == text)
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_passwords_are_left_alone() {
        for good in [
            "correct horse battery",
            "Xk9-vR2_mQ7w",
            "dog eats 2 red hats",
            "ein längeres Wort",
            "监控系统管理员的新密码",
            "4821-0937-5516",
        ] {
            assert_eq!(check(good, "admin"), Ok(()), "{good}");
        }
    }

    #[test]
    fn short_and_endless_ones_are_refused() {
        assert_eq!(check("Xk9-vR2_m", "admin"), Err(WeakPassword::TooShort));
        assert_eq!(
            check("ääääbcdéé", "admin"),
            Err(WeakPassword::TooShort),
            "characters, not bytes"
        );
        assert_eq!(check(&"Xk9-vR2_m".repeat(200), "admin"), Err(WeakPassword::TooLong));
    }

    #[test]
    fn what_is_tried_first_is_refused_with_what_people_add_to_it() {
        for bad in [
            "1234567890q",
            "qwertyuiop",
            "Password123",
            "P@ssw0rd2026!",
            "football2026",
            "!!!Sunshine!!!",
            "sunshinesunshine",
            "passwordpassword1",
            "Iloveyou2026",
            "1q2w3e4r5t",
        ] {
            assert_eq!(check(bad, "admin"), Err(WeakPassword::Common), "{bad}");
        }
    }

    #[test]
    fn what_repeats_or_counts_is_refused() {
        for bad in [
            "aaaaaaaaaaaa",
            "abababababab",
            "abcdefghijkl",
            "9876543210",
            "1234567890",
            "           ",
        ] {
            assert_eq!(check(bad, "admin"), Err(WeakPassword::Simple), "{bad}");
        }
    }

    #[test]
    fn the_user_name_is_no_part_of_it() {
        assert_eq!(check("the Admin's own words", "admin"), Err(WeakPassword::HasUsername));
        assert_eq!(check("always the same place", "al"), Ok(()));
    }
}
