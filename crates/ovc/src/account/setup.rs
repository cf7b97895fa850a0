//! The first run: while there is no user, whoever has the code that the cloud printed at its start makes the first
//! administrator.

use super::recovery::{normal, readable};
use parking_lot::Mutex;
use subtle::ConstantTimeEq as _;

/// 60 bits: with the back-off on failures there is no guessing it.
const LEN: usize = 12;

/// The code, while it is needed. Kept in memory only; each start makes another.
#[derive(Default)]
pub(super) struct SetupCode {
    code: Mutex<Option<String>>,
}

impl std::fmt::Debug for SetupCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SetupCode(..)")
    }
}

impl SetupCode {
    /// A fresh code.
    pub(super) fn random() -> Self {
        Self {
            code: Mutex::new(Some(readable::<LEN>())),
        }
    }

    /// For printing.
    pub(super) fn show(&self) -> Option<String> {
        self.code.lock().clone()
    }

    /// Whether there is no user yet.
    pub(super) fn is_needed(&self) -> bool {
        self.code.lock().is_some()
    }

    /// Whether it is the one, however it was typed.
    pub(super) fn is(&self, typed: &str) -> bool {
        let typed = normal(typed);
        let code = self.code.lock();
        code.as_deref()
            .is_some_and(|code| bool::from(normal(code).as_bytes().ct_eq(typed.as_bytes())))
    }

    /// There is a user now: no code is good any more.
    pub(super) fn spend(&self) {
        *self.code.lock() = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_until_it_is_spent() {
        let code = SetupCode::random();
        let shown = code.show().unwrap();
        assert_eq!(shown.len(), 14);
        assert!(code.is(&shown) && code.is(&shown.to_uppercase().replace('-', " ")));
        assert!(!code.is("") && !code.is(&shown[1..]));
        code.spend();
        assert!(!code.is_needed() && !code.is(&shown) && !code.is(""));
        assert!(
            !SetupCode::default().is_needed(),
            "where there are users there is no code"
        );
    }
}
