//! The endpoints that a request's subset hint names.

use std::net::{IpAddr, SocketAddr};

use smallvec::SmallVec;

use super::candidates::Survivors;
use crate::state::Members;

/// Takes out whoever the hint does not name. `hint` lists addresses with or without ports, separated by commas; an entry that is no address names
/// nobody.
pub(super) fn keep(hint: &str, members: &Members, survivors: &mut Survivors) {
    let mut named: SmallVec<[u64; 64]> = SmallVec::new();
    named.resize(members.endpoints.len().div_ceil(64), 0);
    for entry in hint.split(',') {
        let Some((ip, port)) = address(entry.trim()) else { continue };
        let from = members.sockets.partition_point(|(socket, _)| socket.ip() < ip);
        let of_ip = members.sockets.iter().skip(from).take_while(|(socket, _)| socket.ip() == ip);
        for (socket, position) in of_ip {
            // A member without a port of its own is known by its address alone.
            if (port.is_none() || socket.port() == 0 || port == Some(socket.port()))
                && let Some(word) = named.get_mut(position / 64)
            {
                *word |= 1 << (position % 64);
            }
        }
    }
    survivors.retain_all(&named);
}

fn address(entry: &str) -> Option<(IpAddr, Option<u16>)> {
    if let Ok(socket) = entry.parse::<SocketAddr>() {
        return Some((socket.ip(), Some(socket.port())));
    }
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    bare.parse().ok().map(|ip| (ip, None))
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn entries_are_addresses_with_or_without_ports() {
        let ip = |text: &str| text.parse().unwrap();
        assert_eq!(address("10.0.0.1:80"), Some((ip("10.0.0.1"), Some(80))));
        assert_eq!(address("[fd00::1]:80"), Some((ip("fd00::1"), Some(80))));
        assert_eq!(address("[fd00::1]"), Some((ip("fd00::1"), None)));
        assert_eq!(address("fd00::1"), Some((ip("fd00::1"), None)));
        assert_eq!(address("vllm-0"), None);
        assert_eq!(address(""), None);
    }
}
