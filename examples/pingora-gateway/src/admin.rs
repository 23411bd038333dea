//! What operators look at, on an address of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Response, StatusCode};
use pingora::apps::http_app::ServeHttp;
use pingora::protocols::http::ServerSession;
use serde::Serialize;

use crate::gateway::Gateway;

/// Serves `/healthz`, `/metrics` and `/debug/in-flight`.
pub(crate) struct Admin(pub(crate) Arc<Gateway>);

/// What is in flight, as `/debug/in-flight` says it.
#[derive(Serialize)]
struct InFlight<'s> {
    /// Of all endpoints.
    total: u64,
    /// By id.
    endpoints: BTreeMap<&'s str, u32>,
    /// Requests that this process has under way, those that are not routed yet among them.
    under_way: usize,
}

impl Admin {
    fn in_flight(&self) -> Vec<u8> {
        let state = self.0.router.snapshot();
        let endpoints: BTreeMap<_, _> =
            state.endpoints().map(|endpoint| (endpoint.id, endpoint.in_flight)).collect();
        let total = endpoints.values().copied().map(u64::from).sum();
        let in_flight = InFlight { total, endpoints, under_way: self.0.under_way() };
        serde_json::to_vec(&in_flight).unwrap_or_default()
    }

    fn answer(&self, path: &str) -> (StatusCode, &'static str, Vec<u8>) {
        match path {
            "/healthz" => (StatusCode::OK, "text/plain", b"ok\n".to_vec()),
            "/debug/in-flight" => (StatusCode::OK, "application/json", self.in_flight()),
            "/metrics" => match self.0.counters.page(&self.0.router.snapshot()) {
                Ok(page) => (StatusCode::OK, prometheus::TEXT_FORMAT, page),
                Err(error) => {
                    (StatusCode::INTERNAL_SERVER_ERROR, "text/plain", error.to_string().into_bytes())
                }
            },
            _ => (StatusCode::NOT_FOUND, "text/plain", b"/healthz, /metrics, /debug/in-flight\n".to_vec()),
        }
    }
}

#[async_trait]
impl ServeHttp for Admin {
    async fn response(&self, session: &mut ServerSession) -> Response<Vec<u8>> {
        let (status, kind, body) = self.answer(session.req_header().uri.path());
        let response =
            Response::builder().status(status).header(CONTENT_TYPE, kind).header(CONTENT_LENGTH, body.len());
        response.body(body).unwrap_or_default()
    }
}
