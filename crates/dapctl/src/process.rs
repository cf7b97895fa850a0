//! What a process of this machine uses, from `/proc` (proc(5)).

use std::fs;
use std::io;
use std::time::Instant;

use serde::Serialize;

/// What a process used up to a moment.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Usage {
    /// When, for rates between two samples.
    #[serde(skip)]
    pub at: Option<Instant>,
    /// Resident memory, in bytes. The kernel's own memory for its sockets is not in it.
    pub rss_bytes: u64,
    /// Resident memory, where pages shared with other processes count in part, in bytes.
    pub pss_bytes: u64,
    /// CPU time in user space, in seconds.
    pub user_s: f64,
    /// CPU time in the kernel, in seconds.
    pub system_s: f64,
    /// Open files.
    pub open_files: u64,
}

impl Usage {
    /// Samples a process.
    ///
    /// # Errors
    /// If there is no such process or it belongs to somebody else.
    pub fn of(pid: u32) -> io::Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let smaps = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
        let (user_s, system_s) = cpu_seconds(&stat).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Self {
            at: Some(Instant::now()),
            rss_bytes: kib_line(&smaps, "Rss:").ok_or(io::ErrorKind::InvalidData)? * 1024,
            pss_bytes: kib_line(&smaps, "Pss:").ok_or(io::ErrorKind::InvalidData)? * 1024,
            user_s,
            system_s,
            open_files: fs::read_dir(format!("/proc/{pid}/fd"))?.count() as u64,
        })
    }

    /// CPU time in user space and the kernel, in seconds.
    #[must_use]
    pub fn cpu_s(&self) -> f64 {
        self.user_s + self.system_s
    }
}

/// Fields 14 and 15 of `/proc/<pid>/stat`, which count hundredths of a second (USER_HZ, fixed at 100 on Linux's common
/// architectures). The name before them may hold anything, so they are counted from its closing parenthesis.
fn cpu_seconds(stat: &str) -> Option<(f64, f64)> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let mut seconds = || fields.next()?.parse::<f64>().ok().map(|ticks| ticks / 100.0);
    Some((seconds()?, seconds()?))
}

fn kib_line(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_memory_and_files() {
        let usage = Usage::of(std::process::id()).unwrap();
        assert!(
            usage.rss_bytes > 100_000 && usage.pss_bytes <= usage.rss_bytes && usage.open_files >= 3,
            "{usage:?}"
        );
    }

    #[test]
    fn a_name_with_a_parenthesis_misleads_nobody() {
        let stat = "7 (a) R b) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 1";
        assert_eq!(cpu_seconds(stat), Some((2.5, 0.5)));
    }
}
