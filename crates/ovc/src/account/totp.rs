//! The second factor: time-based one-time passwords (RFC 6238) as every authenticator app makes them: HMAC-SHA-1, six
//! digits, 30 seconds.

use crate::clock::UnixMs;
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use std::fmt;
use subtle::ConstantTimeEq as _;

/// As long as the output of SHA-1 (RFC 4226 section 4, R6).
const SECRET_LEN: usize = 20;
const STEP_MS: i64 = 30_000;
const DIGITS: usize = 6;
/// Steps before and after the present one that are good too: clocks differ, and people type slowly (RFC 6238 5.2).
const DRIFT: i64 = 1;
/// What authenticator apps show beside the name.
const ISSUER: &str = "OVC";

/// A shared secret.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret([u8; SECRET_LEN]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// A fresh one.
    pub(super) fn random() -> Self {
        Self(super::secret::random())
    }

    /// From what [`Self::as_bytes`] gave.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes, to be sealed.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// For typing into an app by hand.
    pub(super) fn to_base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// For a QR code.
    pub(super) fn otpauth_url(&self, username: &str) -> String {
        let name = utf8_percent_encode(username, NON_ALPHANUMERIC);
        let secret = self.to_base32();
        format!("otpauth://totp/{ISSUER}:{name}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period=30")
    }

    /// The time step that this code is of, if it is good now and of a step after `last_step`: no code is good twice.
    pub(super) fn step_of(&self, code: &str, now: UnixMs, last_step: i64) -> Option<i64> {
        let present = now.0.div_euclid(STEP_MS);
        // All are looked at, so that the time taken tells nothing.
        (present - DRIFT..=present + DRIFT)
            .filter(|step| bool::from(self.code(*step).as_bytes().ct_eq(code.as_bytes())) && *step > last_step)
            .max()
    }

    /// The code of a step (RFC 4226 section 5.3).
    fn code(&self, step: i64) -> String {
        // Only keys longer than a block need preparation, and HMAC takes any length: this never fails.
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&self.0) else {
            return String::new();
        };
        mac.update(&step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let at = usize::from(hash[hash.len() - 1] & 0x0F);
        let number = u32::from_be_bytes([hash[at] & 0x7F, hash[at + 1], hash[at + 2], hash[at + 3]]);
        format!("{:0DIGITS$}", number % 10_u32.pow(DIGITS as u32))
    }
}

/// What somebody typed as a code of an app, without the spaces that apps show; `None` if it cannot be one.
pub(super) fn parse(typed: &str) -> Option<String> {
    let code: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    (code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit())).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238 appendix B.
    fn rfc() -> Secret {
        Secret(*b"12345678901234567890")
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(rfc().code(seconds / 30), code, "{seconds}");
            assert_eq!(rfc().step_of(code, UnixMs(seconds * 1000), 0), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_is_good_for_its_step_and_one_beside_it() {
        let step = 37_037_037;
        let code = rfc().code(step);
        let at = |steps: i64| rfc().step_of(&code, UnixMs((step + steps) * STEP_MS), 0);
        assert_eq!(
            [at(-2), at(-1), at(0), at(1), at(2)],
            [None, Some(step), Some(step), Some(step), None]
        );
    }

    #[test]
    fn no_code_is_good_twice_and_none_from_before_the_last() {
        let step = 37_037_037;
        let now = UnixMs(step * STEP_MS);
        assert_eq!(rfc().step_of(&rfc().code(step), now, step), None);
        assert_eq!(rfc().step_of(&rfc().code(step - 1), now, step), None);
        assert_eq!(rfc().step_of(&rfc().code(step + 1), now, step), Some(step + 1));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let now = UnixMs(59_000);
        for bad in ["", "28708", "2870822", "94287082", "28708a", "２８７０８２"] {
            assert_eq!(rfc().step_of(bad, now, 0), None, "{bad}");
            assert_eq!(parse(bad).filter(|code| code != "94287082"), None, "{bad}");
        }
        assert_eq!(parse(" 287 082\n").as_deref(), Some("287082"));
    }

    #[test]
    fn apps_are_told_all_they_need() {
        assert_eq!(
            rfc().otpauth_url("Ann B@x"),
            "otpauth://totp/OVC:Ann%20B%40x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=OVC&algorithm=SHA1&digits=6\
             &period=30"
        );
    }
}
