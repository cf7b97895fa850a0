//! A file of devices, as an administrator uploads it: never a panic, and every line is a device with a code and a
//! strong password, or a fault that is told by a line of the file.
#![no_main]

// The files by themselves: the cloud as a dependency would bring a database to build. What they need of it is here.
#[allow(dead_code)]
mod clock {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct UnixMs(pub i64);
}
#[allow(dead_code)]
mod ids {
    pub use dap::LoginCode;

    #[derive(Debug, Clone, Copy)]
    pub struct TenantId(pub i64);
    #[derive(Debug, Clone, Copy)]
    pub struct GroupId(pub i64);
}
#[allow(dead_code)]
mod db {
    use super::clock::UnixMs;
    use super::ids::{GroupId, LoginCode, TenantId};

    #[derive(Debug)]
    pub struct NewDeviceRow {
        pub login_code: LoginCode,
        pub name: String,
        pub passwd_hash: [u8; 32],
        pub tenant: Option<TenantId>,
        pub group: Option<GroupId>,
        pub stocked: bool,
        pub created_at: UnixMs,
    }
}
#[allow(dead_code)]
mod account {
    use hmac::{Hmac, KeyInit};
    use sha2::Sha256;

    pub fn random_text<const N: usize>() -> String {
        "x".repeat(N)
    }

    pub mod tokens {
        use super::*;

        pub fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
            Hmac::new_from_slice(key).expect("any length")
        }
    }
}
#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/ovc/src/device"]
mod device {
    mod import;
    mod passwd;

    use passwd::{DevicePasswd, PasswdHasher};

    const MAX_NAME_LEN: usize = 100;

    pub fn check(file: &[u8]) {
        let hasher = PasswdHasher::new(&[7; 32]);
        // Lines that a person would count, in whatever way they end, and one for where a last one would begin.
        let lines = file.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        match import::parse(file, &hasher, None, crate::clock::UnixMs(1)) {
            Ok(rows) => {
                assert!(!rows.is_empty());
                assert!(rows.windows(2).all(|pair| pair[0].line <= pair[1].line));
                for row in rows {
                    assert!((1..=lines).contains(&row.line));
                    assert!(row.device.stocked && row.device.name.chars().count() <= MAX_NAME_LEN);
                }
            }
            Err(faults) => {
                assert!(!faults.is_empty() && faults.len() <= 100);
                assert!(faults.iter().all(|fault| (1..=lines).contains(&fault.line)), "{faults:?}");
            }
        }
    }
}

use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| device::check(file));
