//! `plain LISTEN ENDPOINTS PORT`: pingora without the library, the endpoints of a file in turn. What the gateway's added latency is measured against.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use pingora::proxy::{ProxyHttp, Session, http_proxy_service};
use pingora::server::Server;
use pingora::server::configuration::ServerConf;
use pingora::upstreams::peer::HttpPeer;
use pingora::{Error, ErrorType, Result};

struct Plain(Vec<SocketAddr>, AtomicUsize);

#[async_trait]
impl ProxyHttp for Plain {
    type CTX = ();

    fn new_ctx(&self) {}

    async fn upstream_peer(&self, _session: &mut Session, (): &mut ()) -> Result<Box<HttpPeer>> {
        let turn = self.1.fetch_add(1, Ordering::Relaxed) % self.0.len().max(1);
        let Some(address) = self.0.get(turn) else {
            return Error::e_explain(ErrorType::ConnectNoRoute, "no endpoint");
        };
        Ok(Box::new(HttpPeer::new(address, false, String::new())))
    }
}

/// An entry of the file, as far as a proxy has to know it.
#[derive(serde::Deserialize)]
struct Endpoint {
    address: IpAddr,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [listen, endpoints, port] = arguments.as_slice() else {
        return Err("usage: plain LISTEN ENDPOINTS PORT".into());
    };
    let endpoints: Vec<Endpoint> = serde_json::from_str(&std::fs::read_to_string(endpoints)?)?;
    let port = port.parse()?;
    let addresses = endpoints.iter().map(|endpoint| SocketAddr::new(endpoint.address, port)).collect();
    let threads = std::thread::available_parallelism()?.into();
    // With nothing to wait for at its end.
    let conf = ServerConf {
        threads,
        grace_period_seconds: Some(0),
        graceful_shutdown_timeout_seconds: Some(0),
        ..ServerConf::default()
    };
    let mut server = Server::new_with_opt_and_conf(None, conf);
    server.bootstrap();
    let mut service = http_proxy_service(&server.configuration, Plain(addresses, AtomicUsize::new(0)));
    service.add_tcp(listen);
    server.add_service(service);
    server.run_forever();
}
