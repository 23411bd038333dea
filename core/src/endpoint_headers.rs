//! The headers of the endpoint picker protocol.

use std::ops::Deref;

use crate::decision::Decision;
use crate::plan::Handler;
use crate::state::State;

/// Headers by which proxies, endpoint pickers and endpoints steer requests, in lower case.
///
/// A gateway takes them out of whatever a client sends: they name addresses to connect to and lift limits. The library reads none of them from a request
/// by itself.
pub const CONTROL_HEADERS: &[&str] = &[
    "x-gateway-destination-endpoint",
    "x-gateway-destination-endpoint-subset",
    "x-gateway-destination-endpoint-served",
    "x-gateway-destination-endpoint-scores",
    "x-prefiller-host-port",
    "x-prefiller-url",
    "x-encoder-hosts-ports",
    "x-data-parallel-host-port",
    "x-kv-cache-source-host-port",
    "x-gateway-inference-fairness-id",
    "x-gateway-inference-objective",
    "x-gateway-model-name-rewrite",
    "x-llm-d-inference-fairness-id",
    "x-llm-d-inference-objective",
    "x-llm-d-model-name-rewrite",
    "x-llm-d-request-dropped-reason",
    "x-ai-eg-model",
    "x-ai-eg-original-dst",
    "x-ai-eg-selected-backend",
    "x-ai-eg-selected-route",
    "test-epp-endpoint-selection",
];

impl<S: Deref<Target = State>> Decision<S> {
    /// The headers that tell a proxy and the endpoints where the request goes, as the Inference Extension's endpoint picker sets them: the primary and its
    /// fallbacks in the pool, the endpoint that prefills, the one that encodes, the data-parallel rank. Empty for a backend without address.
    pub fn endpoint_headers(&self) -> Vec<(&'static str, String)> {
        let destinations = self.destinations();
        let mut headers = Vec::new();
        if !destinations.is_empty() {
            match (&self.state.plan.scheduling.handler, self.address()) {
                (Handler::DataParallel { primary_port }, Some(rank)) => {
                    headers.push(("x-gateway-destination-endpoint", with_port(rank, *primary_port)));
                    headers.push(("x-data-parallel-host-port", rank.to_owned()));
                }
                _ => headers.push(("x-gateway-destination-endpoint", destinations)),
            }
        }
        let before = [("x-prefiller-host-port", self.prefill()), ("x-encoder-hosts-ports", self.encode())];
        for (name, endpoint) in before {
            headers.extend(
                endpoint.and_then(|endpoint| endpoint.address).map(|address| (name, address.to_owned())),
            );
        }
        headers
    }
}

/// The same host at another port.
fn with_port(address: &str, port: u16) -> String {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    format!("{host}:{port}")
}
