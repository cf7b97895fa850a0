use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is of the public Internet: not of this machine, of a private network, of a link, of a group, of
/// documentation, or another way to write one of these (IANA's registries of special-purpose addresses, RFC 6890).
pub(super) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        // This network, private, loopback.
        [0 | 10 | 127, ..]
            // Shared by customers of a provider (CGNAT).
            | [100, 64..=127, ..]
            // The link: cloud providers' metadata among it.
            | [169, 254, ..]
            | [172, 16..=31, ..]
            // Protocol assignments, documentation, 6to4 relays.
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [192, 168, ..]
            // Benchmarks, documentation.
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
            // Groups, reserved, broadcast.
            | [224..=255, ..]
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // Only 2000::/3 is given out. Outside of it lie loopback, NAT64 (64:ff9b::/96 and 64:ff9b:1::/48), unique local,
    // link-local and groups.
    match address.segments() {
        // Protocol assignments: Teredo, ORCHID and others (2001::/23), documentation.
        [0x2001, 0x0000..=0x01ff, ..] | [0x2001, 0x0db8, ..] | [0x3fff, 0x0000..=0x0fff, ..] => false,
        // 6to4 stands for an IPv4 address.
        [0x2002, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for (addresses, public) in [
            (
                "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1 \
                 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.0.1 198.51.100.1 \
                 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255",
                false,
            ),
            (
                ":: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1 \
                 2001:10::1 2001:db8::1 2002:7f00:1::1 3fff::1 fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1",
                false,
            ),
            (
                "1.1.1.1 9.9.9.9 100.63.0.1 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 198.20.0.1 203.0.114.1 \
                 223.255.255.255 ::ffff:1.1.1.1 2001:4860:4860::8888 2606:4700::1111 2a00:1450::1 3ffe::1",
                true,
            ),
        ] {
            for address in addresses.split_whitespace() {
                assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
            }
        }
    }
}
