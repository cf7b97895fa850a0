//! Who guesses secrets is slowed down: passwords, codes, links.

use crate::config::AccountConfig;
use crate::ids::UserId;
use crate::throttle::{AddressKey, RetryAfter, Throttle};
use std::net::IpAddr;
use std::time::Instant;

/// How many times more failures are forgiven a user name if they come from many addresses: enough that nobody can lock
/// a user out from one.
const ANYWHERE: u32 = 10;
/// How much longer failed codes are remembered than failed passwords: who tries codes knows the password already, and
/// there are only a million of them.
const CODE_MEMORY: u32 = 10;

/// Counts failures of all kinds.
#[derive(Debug)]
pub(super) struct BackOff {
    by_address: Throttle<AddressKey>,
    by_user: Throttle<(AddressKey, String)>,
    by_user_anywhere: Throttle<String>,
    by_code: Throttle<UserId>,
}

/// One try. It counts as a failure until it is known to be none: many at once do not get past.
#[must_use]
pub(super) struct Try<'a> {
    back_off: &'a BackOff,
    address: AddressKey,
    username: Option<String>,
    /// It does not count against the address.
    at_home: bool,
}

impl BackOff {
    pub(super) fn new(config: &AccountConfig) -> Self {
        let forgiveness = config.failure_forgiveness;
        Self {
            by_address: Throttle::new(config.failures_per_address, forgiveness),
            by_user: Throttle::new(config.failures_per_user, forgiveness),
            by_user_anywhere: Throttle::new(config.failures_per_user.saturating_mul(ANYWHERE), forgiveness),
            by_code: Throttle::new(config.failures_per_user, forgiveness.saturating_mul(CODE_MEMORY)),
        }
    }

    /// Somebody gives a secret that belongs to no user name: a link, the code of the first run.
    ///
    /// # Errors
    /// When that address may again.
    pub(super) fn secret(&self, from: IpAddr, now: Instant) -> Result<Try<'_>, RetryAfter> {
        let address = AddressKey::from(from);
        self.by_address.check(&address, now)?;
        self.by_address.charge(address, now);
        Ok(Try {
            back_off: self,
            address,
            username: None,
            at_home: false,
        })
    }

    /// Somebody gives a password for a user name. At home, where that user is logged in, others' failures do not count,
    /// neither those for his name nor those of his neighbours behind the same address: nobody locks him out there.
    ///
    /// # Errors
    /// When he may again.
    pub(super) fn password(
        &self,
        username: &str,
        from: IpAddr,
        at_home: bool,
        now: Instant,
    ) -> Result<Try<'_>, RetryAfter> {
        let (address, username) = (AddressKey::from(from), username.to_lowercase());
        let pair = (address, username);
        self.by_user.check(&pair, now)?;
        if !at_home {
            self.by_address.check(&address, now)?;
            self.by_user_anywhere.check(&pair.1, now)?;
            self.by_address.charge(address, now);
        }
        let username = pair.1.clone();
        self.by_user.charge(pair, now);
        self.by_user_anywhere.charge(username.clone(), now);
        Ok(Try {
            back_off: self,
            address,
            username: Some(username),
            at_home,
        })
    }

    /// Somebody who knows the password gives a code of the second factor. Counts as a failure until
    /// [`Self::code_was_right`].
    ///
    /// # Errors
    /// When he may again.
    pub(super) fn code(&self, user: UserId, now: Instant) -> Result<(), RetryAfter> {
        self.by_code.check(&user, now)?;
        self.by_code.charge(user, now);
        Ok(())
    }

    pub(super) fn code_was_right(&self, user: UserId) {
        self.by_code.refund(&user);
    }

    pub(super) fn tidy(&self, now: Instant) {
        self.by_address.tidy(now);
        self.by_user.tidy(now);
        self.by_user_anywhere.tidy(now);
        self.by_code.tidy(now);
    }
}

impl Try<'_> {
    /// It was right, or nothing was tried: it does not count.
    pub(super) fn forgive(self) {
        let back_off = self.back_off;
        if !self.at_home {
            back_off.by_address.refund(&self.address);
        }
        if let Some(username) = self.username {
            back_off.by_user_anywhere.refund(&username);
            back_off.by_user.refund(&(self.address, username));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn back_off() -> BackOff {
        BackOff::new(&AccountConfig {
            failures_per_address: 4,
            failures_per_user: 2,
            failure_forgiveness: Duration::from_secs(30),
            ..AccountConfig::default()
        })
    }

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[test]
    fn one_address_cannot_lock_a_user_out() {
        let (back_off, now) = (back_off(), Instant::now());
        let failed = |from| back_off.password("Ann", address(from), false, now).map(drop);
        assert_eq!([failed(1), failed(1)], [Ok(()), Ok(())]);
        assert!(failed(1).is_err(), "this address has failed for her too often");
        assert!(
            back_off.password("ANN", address(1), false, now).is_err(),
            "names are the same in upper case"
        );
        assert!(
            back_off.password("bob", address(1), false, now).is_ok(),
            "and for others it may still try"
        );
        assert!(failed(2).is_ok(), "she gets in from elsewhere");
    }

    #[test]
    fn many_addresses_together_are_slowed_down_for_one_user() {
        let (back_off, now) = (back_off(), Instant::now());
        let tries = (0..100).filter(|from| back_off.password("ann", address(*from), false, now).is_ok());
        assert_eq!(tries.count(), 20);
        assert!(back_off.password("ann", address(200), false, now).is_err());
        assert!(
            back_off.password("ann", address(200), true, now).is_ok(),
            "she gets in where she is logged in"
        );
        assert!(back_off.password("bob", address(0), false, now).is_ok());
    }

    #[test]
    fn one_address_is_slowed_down_whatever_it_tries() {
        let (back_off, now) = (back_off(), Instant::now());
        assert!(back_off.secret(address(1), now).is_ok());
        for name in ["a", "b", "c"] {
            assert!(back_off.password(name, address(1), false, now).is_ok());
        }
        assert!(back_off.password("d", address(1), false, now).is_err());
        assert!(back_off.secret(address(1), now).is_err());
        assert!(back_off.secret(address(1), now + Duration::from_secs(30)).is_ok());
    }

    #[test]
    fn neighbours_behind_one_address_lock_nobody_out_at_home() {
        let (back_off, now) = (back_off(), Instant::now());
        let ann = |at_home| back_off.password("ann", address(1), at_home, now);
        while back_off.secret(address(1), now).is_ok() {}
        assert!(ann(false).is_err());
        assert!(ann(true).is_ok());
        assert!(ann(true).is_ok());
        assert!(ann(true).is_err(), "her own failures count there too");
    }

    #[test]
    fn what_was_right_does_not_count() {
        let (back_off, now) = (back_off(), Instant::now());
        for _ in 0..100 {
            back_off.password("ann", address(1), false, now).unwrap().forgive();
            back_off.secret(address(1), now).unwrap().forgive();
            back_off.code(UserId(1), now).unwrap();
            back_off.code_was_right(UserId(1));
        }
    }

    #[test]
    fn codes_are_remembered_longer() {
        let (back_off, now) = (back_off(), Instant::now());
        assert!(back_off.code(UserId(1), now).is_ok());
        assert!(back_off.code(UserId(1), now).is_ok());
        assert_eq!(back_off.code(UserId(1), now), Err(RetryAfter(Duration::from_secs(300))));
        assert!(back_off.code(UserId(2), now).is_ok());
    }
}
