//! `plain LISTEN ADDRESS...`: pingora without the library, endpoints in turn. What the gateway's added latency is measured against.

use std::net::SocketAddr;
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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let listen = arguments.next().ok_or("usage: plain LISTEN ADDRESS...")?;
    let endpoints = arguments.map(|address| address.parse()).collect::<Result<Vec<SocketAddr>, _>>()?;
    let threads = std::thread::available_parallelism()?.into();
    let mut server = Server::new_with_opt_and_conf(None, ServerConf { threads, ..ServerConf::default() });
    server.bootstrap();
    let mut service = http_proxy_service(&server.configuration, Plain(endpoints, AtomicUsize::new(0)));
    service.add_tcp(&listen);
    server.add_service(service);
    server.run_forever();
}
