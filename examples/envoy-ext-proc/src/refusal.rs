//! Answers of the picker itself: why a request goes nowhere, in the shape of OpenAI's errors, and what rules answer without any endpoint.

use envoy_types::pb::envoy::service::ext_proc::v3::ProcessingResponse;
use inferroute::{NoRoute, Request};
use serde_json::json;

use crate::replies::{self, Changes};

/// An answer of the picker itself.
pub(crate) struct Refusal {
    status: u16,
    pub(crate) reason: String,
    message: String,
    changes: Changes,
    body: Option<Vec<u8>>,
}

impl Refusal {
    pub(crate) fn new(status: u16, reason: &str, message: &str) -> Box<Self> {
        let (reason, message) = (reason.to_owned(), message.to_owned());
        Box::new(Self { status, reason, message, changes: Changes::default(), body: None })
    }

    pub(crate) fn reply(self) -> ProcessingResponse {
        let Self { status, reason, message, mut changes, body } = self;
        changes.set("x-inferroute-reason", &reason);
        let body = body.unwrap_or_else(|| {
            changes.set("content-type", "application/json");
            let error = json!({"message": message, "type": reason, "param": null, "code": status});
            json!({"error": error}).to_string().into_bytes()
        });
        replies::immediate(status, changes, body, &reason)
    }
}

/// The library's reason, its redirect, or a rule's own response.
pub(crate) fn no_route_answer(no_route: &NoRoute, request: &Request<'_>) -> Box<Refusal> {
    let reason = no_route.reason();
    let mut refusal = Refusal::new(no_route.status(), reason.as_str(), reason.message());
    if let Some(response) = no_route.direct_response() {
        refusal.changes.apply(&response.headers);
        if let Some(kind) = &response.content_type {
            refusal.changes.set("content-type", kind);
        }
        refusal.body = Some(response.body.clone().unwrap_or_default().into_bytes());
    }
    if let Some(location) = no_route.redirect(request) {
        let view = request.view();
        let host = location.hostname.as_deref().or(view.host).unwrap_or_default();
        // A new scheme has a port of its own.
        let host = if location.scheme.is_some() { without_port(host) } else { host };
        let port = location.port.map(|port| format!(":{port}")).unwrap_or_default();
        let scheme = location.scheme.as_deref().unwrap_or("http");
        let path = location.path.as_deref().unwrap_or(view.path);
        refusal.changes.set("location", &format!("{scheme}://{host}{port}{path}"));
        refusal.body = Some(Vec::new());
    }
    refusal
}

/// An IPv6 address in brackets has colons too.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_port_is_taken_off() {
        assert_eq!(
            ["a.b:80", "a.b", "[::1]:80", "[::1]"].map(without_port),
            ["a.b", "a.b", "[::1]", "[::1]"]
        );
    }
}
