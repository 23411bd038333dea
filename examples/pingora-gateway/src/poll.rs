//! Asks endpoints for their load.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use inferroute::{Event, LoadReport, ScrapeOptions};
use pingora::connectors::http::Connector;
use pingora::http::RequestHeader;
use pingora::server::ShutdownWatch;
use pingora::services::background::BackgroundService;
use pingora::upstreams::peer::HttpPeer;
use pingora::{Error, ErrorType, Result};

use crate::gateway::Gateway;

/// The most bytes of a page of metrics.
const MOST_BYTES: usize = 4 << 20;

/// Reads `/metrics` of each endpoint with an IP address every `every`. A name may stand for many servers, of which any one would answer.
pub(crate) struct Poll {
    /// What all services share.
    pub(crate) gateway: Arc<Gateway>,
    /// The time between two looks, and the longest that one may take.
    pub(crate) every: Duration,
    connector: Connector,
}

impl Poll {
    /// Asks all endpoints that `gateway`'s router knows, again and again.
    pub(crate) fn new(gateway: Arc<Gateway>, every: Duration) -> Self {
        Self { gateway, every, connector: Connector::new(None) }
    }

    async fn look(self: &Arc<Self>) {
        let asked: Vec<(String, SocketAddr)> = {
            let state = self.gateway.router.snapshot();
            let known = state.endpoints().filter_map(|endpoint| {
                Some((endpoint.id.to_owned(), endpoint.address?.parse::<SocketAddr>().ok()?))
            });
            known.collect()
        };
        let looks = asked.into_iter().map(|(endpoint, address)| {
            let poll = Arc::clone(self);
            tokio::spawn(async move {
                let page = tokio::time::timeout(poll.every, poll.page(address)).await;
                let read = page.is_ok_and(|page| page.is_ok_and(|page| poll.tell(endpoint, &page)));
                poll.gateway.counters.polled(read);
            })
        });
        for look in looks.collect::<Vec<_>>() {
            _ = look.await;
        }
    }

    /// Tells the router what the page says. A page without any load tells nothing: what was told before goes stale.
    fn tell(&self, endpoint: String, page: &[u8]) -> bool {
        let load = LoadReport::from_prometheus(page, &ScrapeOptions::default()).report;
        if load == LoadReport::default() {
            return false;
        }
        let event = Event::LoadPolled { endpoint, load: Box::new(load) };
        self.gateway.router.observe(&event, self.gateway.clock.now()).is_ok()
    }

    async fn page(&self, address: SocketAddr) -> Result<Vec<u8>> {
        let mut peer = HttpPeer::new(address, false, String::new());
        peer.options.connection_timeout = Some(self.every);
        peer.options.read_timeout = Some(self.every);
        let (mut session, _) = self.connector.get_http_session(&peer).await?;
        let mut request = RequestHeader::build("GET", b"/metrics", None)?;
        request.insert_header("host", address.to_string())?;
        session.write_request_header(Box::new(request)).await?;
        session.finish_request_body().await?;
        session.read_response_header().await?;
        let status = session.response_header().map_or(0, |header| header.status.as_u16());
        let mut page = Vec::new();
        while let Some(piece) = session.read_response_body().await? {
            if status != 200 || page.len() + piece.len() > MOST_BYTES {
                return Error::e_explain(ErrorType::HTTPStatus(status), "no page of metrics");
            }
            page.extend_from_slice(&piece);
        }
        self.connector.release_http_session(session, &peer, None).await;
        Ok(page)
    }
}

/// Runs a [`Poll`] beside the proxy.
pub(crate) struct Polling(pub(crate) Arc<Poll>);

#[async_trait]
impl BackgroundService for Polling {
    async fn start(&self, mut shutdown: ShutdownWatch) {
        loop {
            self.0.look().await;
            tokio::select! {
                _ = shutdown.changed() => return,
                () = tokio::time::sleep(self.0.every) => {}
            }
        }
    }
}
