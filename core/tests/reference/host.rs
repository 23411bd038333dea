//! How well hostnames fit the host of a request, and what two hostnames have in common.

use std::cmp::Reverse;

/// The fit of a route, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Fit {
    /// One hostname is the host.
    Exact,
    /// A wildcard covers the host; the longer, the better.
    Wildcard(Reverse<usize>),
    /// The route names no hosts.
    Any,
}

/// The best fit among the hostnames, or none if the route is for other hosts.
pub(crate) fn fit(hostnames: &[String], host: Option<&str>) -> Option<Fit> {
    if hostnames.is_empty() {
        return Some(Fit::Any);
    }
    let host = without_port(host?).to_ascii_lowercase();
    let mut fits = Vec::new();
    for hostname in hostnames {
        let hostname = hostname.to_ascii_lowercase();
        match hostname.strip_prefix('*') {
            Some(rest) if host.ends_with(rest) => fits.push(Fit::Wildcard(Reverse(hostname.len()))),
            None if host == hostname => fits.push(Fit::Exact),
            _ => {}
        }
    }
    fits.sort();
    fits.first().copied()
}

/// The narrower of two hostnames of which one equals or covers the other.
pub(crate) fn common(one: &str, other: &str) -> Option<String> {
    let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
    if one == other || covers(&one, &other) {
        Some(other)
    } else if covers(&other, &one) {
        Some(one)
    } else {
        None
    }
}

/// `*.a.b` covers `x.a.b` and `*.x.a.b`.
fn covers(wide: &str, narrow: &str) -> bool {
    match wide.strip_prefix('*') {
        Some(rest) => narrow.strip_prefix('*').unwrap_or(narrow).ends_with(rest),
        None => false,
    }
}

/// The host before `:port`.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
