//! Addresses of reported endpoints.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Whether `text` is an IP address with or without a port, IPv6 with or without brackets.
pub(crate) fn is_address(text: &str) -> bool {
    text.parse::<SocketAddr>().is_ok_and(|address| address.port() != 0) || bare_ip(text).is_some()
}

/// The address without a port, `None` where it has one.
fn bare_ip(text: &str) -> Option<IpAddr> {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match bracketed {
        Some(inner) => inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    }
}

/// `ip:port`, brackets around IPv6, for an address without a port; `None` for one that has its own.
pub(crate) fn address_with_port(text: &str, port: u16) -> Option<String> {
    bare_ip(text).map(|ip| SocketAddr::new(ip, port).to_string())
}

/// The address as a number, port 0 where it has none; `None` for host names.
pub(crate) fn socket_address(text: &str) -> Option<SocketAddr> {
    text.parse().ok().or_else(|| bare_ip(text).map(|ip| SocketAddr::new(ip, 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_and_without_ports() {
        for good in ["10.0.0.1", "10.0.0.1:80", "::1", "[::1]", "[::1]:80", "fe80::1"] {
            assert!(is_address(good), "{good}");
        }
        for bad in
            ["", "host", "10.0.0", "10.0.0.1:0", "10.0.0.1:99999", "[::1", "[10.0.0.1]", "10.0.0.1:80 "]
        {
            assert!(!is_address(bad), "{bad}");
        }
        assert_eq!(address_with_port("::1", 80).as_deref(), Some("[::1]:80"));
        assert_eq!(address_with_port("[::1]", 80).as_deref(), Some("[::1]:80"));
        assert_eq!(address_with_port("10.0.0.1", 80).as_deref(), Some("10.0.0.1:80"));
        assert_eq!(address_with_port("10.0.0.1:8080", 80), None);
    }
}
