//! From an attempt's address to a connection of pingora.

use std::net::SocketAddr;
use std::time::Duration;

use inferroute::AttemptView;
use pingora::upstreams::peer::HttpPeer;

const HTTPS: u16 = 443;

/// How long to wait for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    /// For a connection.
    pub(crate) connect: Duration,
    /// For the first byte of the answer, and for each one after it.
    pub(crate) first_byte: Duration,
}

/// Resolves the attempt's address. `None` where it has none, or none that a name server knows.
pub(crate) async fn of(attempt: AttemptView<'_>, timeouts: Timeouts) -> Option<HttpPeer> {
    let address = attempt.address()?;
    let (socket, host) = match address.parse::<SocketAddr>() {
        Ok(socket) => (socket, ""),
        Err(_) => {
            let lookup = tokio::time::timeout(timeouts.connect, tokio::net::lookup_host(address));
            (lookup.await.ok()?.ok()?.next()?, address.rsplit_once(':')?.0)
        }
    };
    let mutations = attempt.mutations();
    // The library tells no more of a backend than its address. A name with the port of https is one that speaks it.
    let speaks_tls = !host.is_empty() && socket.port() == HTTPS;
    let mut peer = HttpPeer::new(socket, speaks_tls, host.to_owned());
    let silence = mutations.and_then(|mutations| mutations.stream_idle_timeout);
    peer.options.connection_timeout = Some(timeouts.connect);
    peer.options.total_connection_timeout = Some(timeouts.connect);
    peer.options.read_timeout =
        Some(silence.map_or(timeouts.first_byte, |silence| Duration::from_nanos(silence.get())));
    if mutations.is_some_and(|mutations| mutations.app_protocol.as_deref() == Some("kubernetes.io/h2c")) {
        peer.options.set_http_version(2, 2);
    }
    Some(peer)
}
