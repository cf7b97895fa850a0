//! How many connections of each kind there may be, so that together they stay below the files the process may open.

use crate::config::Config;

/// Files beside connections: the database, the log, the listeners, and what requests are made with.
const RESERVED: u64 = 256;
/// So many of each kind there are room for, however many devices are asked for.
const LEAST: u64 = 64;

/// The part of the HTTP connections that strangers of one address may have, and how many they may have anyway: nobody
/// locks devices out from one place.
const OF_ONE_ADDRESS: usize = 8;
const LEAST_OF_ONE_ADDRESS: usize = 8;

/// Fits the limits of a configuration to the `files` the process may open. Where they do not all fit, devices get what
/// was configured for them (if it was), players most of the rest.
pub fn fit(config: &mut Config, files: u64) {
    let room = files.saturating_sub(RESERVED).max(4 * LEAST);
    let wanted = [
        config.live.max_viewers,
        config.http.max_connections,
        config.rtmp.max_connections,
    ]
    .map(|count| count as u64);
    let devices = config.gateway.max_devices as u64;
    let others = match devices {
        // All that others do not need is for devices, at least two fifths.
        0 => share(wanted, room / 5 * 3),
        devices => share(wanted, room - devices.min(room - 3 * LEAST)),
    };
    let left = room - others.iter().sum::<u64>();
    let devices = if devices == 0 { left } else { devices.min(left) };
    let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let [viewers, http, rtmp] = others.map(count);
    let wanted_of_one = config.limits.connections_per_address;
    let of_one = wanted_of_one.min((http / OF_ONE_ADDRESS).max(LEAST_OF_ONE_ADDRESS));
    if wanted_of_one > of_one {
        tracing::info!(
            wanted = wanted_of_one,
            allowed = of_one,
            "limits.connections_per_address is lowered: to an eighth of the HTTP connections"
        );
    }
    config.limits.connections_per_address = of_one;
    let before = [
        ("live.max_viewers", config.live.max_viewers, viewers),
        ("http.max_connections", config.http.max_connections, http),
        ("rtmp.max_connections", config.rtmp.max_connections, rtmp),
        ("gateway.max_devices", config.gateway.max_devices, count(devices)),
    ];
    for (key, wanted, allowed) in before {
        if wanted > allowed {
            tracing::info!(
                key,
                wanted,
                allowed,
                files,
                "lowered: the process may open no more files"
            );
        }
    }
    config.live.max_viewers = viewers;
    config.http.max_connections = http;
    config.rtmp.max_connections = rtmp;
    config.gateway.max_devices = count(devices);
}

/// Viewers, HTTP and RTMP within `room`: as wanted if that fits, else two thirds for viewers and a sixth for each other,
/// of which nobody gets more than wanted.
fn share(wanted: [u64; 3], room: u64) -> [u64; 3] {
    if wanted.iter().sum::<u64>() <= room {
        return wanted;
    }
    let [viewers, http, rtmp] = wanted;
    let http = http.min((room / 6).max(LEAST));
    let rtmp = rtmp.min((room / 6).max(LEAST));
    [viewers.min(room.saturating_sub(http + rtmp)), http, rtmp]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(files: u64, change: impl FnOnce(&mut Config)) -> [usize; 4] {
        let mut config = Config::default();
        change(&mut config);
        fit(&mut config, files);
        let Config {
            gateway,
            live,
            http,
            rtmp,
            ..
        } = config;
        let all = [
            gateway.max_devices,
            live.max_viewers,
            http.max_connections,
            rtmp.max_connections,
        ];
        assert!(all.iter().sum::<usize>() as u64 <= files, "{all:?}");
        all
    }

    #[test]
    fn where_files_abound_all_get_what_they_want_and_devices_the_rest() {
        let [devices, viewers, http, rtmp] = fitted(1 << 20, |_| {});
        assert_eq!((viewers, http, rtmp), (100_000, 10_000, 10_000));
        assert_eq!(devices, (1 << 20) - 256 - 120_000);
    }

    #[test]
    fn where_files_are_few_all_get_some() {
        for files in [1024, 4096, 20_000, 65_536] {
            let all = fitted(files, |_| {});
            assert!(all.iter().all(|count| *count >= 64), "{files}: {all:?}");
        }
        let [devices, ..] = fitted(20_000, |_| {});
        assert!(devices >= 7_000, "{devices}");
    }

    #[test]
    fn strangers_of_one_address_cannot_take_every_place() {
        for (max_connections, wanted, allowed) in [(10_000, 1024, 1024), (4096, 1024, 512), (16, 1024, 8), (4096, 3, 3)]
        {
            let mut config = Config::default();
            config.http.max_connections = max_connections;
            config.limits.connections_per_address = wanted;
            fit(&mut config, 1 << 20);
            assert_eq!(config.limits.connections_per_address, allowed);
        }
        let mut config = Config::default();
        fit(&mut config, 1024);
        assert!(config.limits.connections_per_address * 8 <= config.http.max_connections.max(64));
    }

    #[test]
    fn devices_that_are_asked_for_come_first() {
        let [devices, viewers, ..] = fitted(20_000, |config| config.gateway.max_devices = 19_500);
        assert_eq!(devices, 19_500);
        assert!(viewers >= 64, "{viewers}");
        let [devices, ..] = fitted(20_000, |config| config.gateway.max_devices = 1_000_000);
        assert!(devices > 19_000);
        let all = fitted(20_000, |config| config.gateway.max_devices = 10);
        assert_eq!(all[0], 10);
    }
}
