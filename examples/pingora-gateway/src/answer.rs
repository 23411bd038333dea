//! Answers that the gateway gives by itself.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use inferroute::{BodyError, DirectResponse, HeaderChange, Location, NoRoute, Request};
use pingora::http::ResponseHeader;
use pingora::proxy::Session;
use serde_json::json;

/// Seconds after which a client that is turned away may come back. Endpoints report their load more often than that.
const RETRY_AFTER_SECONDS: &str = "1";

/// A whole answer.
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The word for the counters.
    pub(crate) reason: &'static str,
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl Answer {
    /// An error in OpenAI's shape, for a request that goes nowhere.
    pub(crate) fn refusal(status: u16, reason: &'static str, message: &str) -> Self {
        let kind = match status {
            429 => "rate_limit_error",
            500.. => "server_error",
            404 => "not_found_error",
            _ => "invalid_request_error",
        };
        let error =
            json!({"message": message, "type": kind, "param": null, "code": reason, "reason": reason});
        let mut headers = vec![(CONTENT_TYPE.to_string(), "application/json".to_owned())];
        if status == 429 {
            headers.push((RETRY_AFTER.to_string(), RETRY_AFTER_SECONDS.to_owned()));
        }
        Self { status, reason, headers, body: json!({ "error": error }).to_string().into() }
    }

    /// What is wrong with a body.
    pub(crate) fn bad_body(error: &BodyError) -> Self {
        Self::refusal(error.status(), error.code().as_str(), &error.to_string())
    }

    /// What a request gets that has no route: an error, a redirect, or the rule's own response.
    pub(crate) fn no_route(no_route: &NoRoute, request: &Request<'_>) -> Self {
        let reason = no_route.reason().as_str();
        if let Some(response) = no_route.direct_response() {
            return Self::direct(response, reason);
        }
        match no_route.redirect(request) {
            Some(location) => {
                let headers = vec![(LOCATION.to_string(), url(&location, request))];
                Self { status: no_route.status(), reason, headers, body: Bytes::new() }
            }
            None => Self::refusal(no_route.status(), reason, no_route.reason().message()),
        }
    }

    fn direct(response: &DirectResponse, reason: &'static str) -> Self {
        let mut headers: Vec<_> = response.headers.iter().filter_map(as_header).collect();
        headers.extend(response.content_type.iter().map(|kind| (CONTENT_TYPE.to_string(), kind.clone())));
        let body = response.body.clone().unwrap_or_default().into();
        Self { status: response.status, reason, headers, body }
    }

    /// Sends it. The connection ends where the client's body was not read.
    pub(crate) async fn send(self, session: &mut Session) -> pingora::Result<()> {
        if !session.as_mut().is_body_done() {
            session.set_keepalive(None);
        }
        let mut header = ResponseHeader::build(self.status, Some(self.headers.len() + 1))?;
        for (name, value) in self.headers {
            header.append_header(name, value)?;
        }
        header.insert_header(CONTENT_LENGTH, self.body.len())?;
        let has_body = !self.body.is_empty() && session.req_header().method != http::Method::HEAD;
        session.write_response_header(Box::new(header), !has_body).await?;
        if has_body {
            session.write_response_body(Some(self.body), true).await?;
        }
        Ok(())
    }
}

fn as_header(change: &HeaderChange) -> Option<(String, String)> {
    match change {
        HeaderChange::Set(name, value) | HeaderChange::Add(name, value) => {
            Some((name.clone(), value.clone()))
        }
        HeaderChange::Remove(_) => None,
    }
}

/// The parts of the request's own URL where the redirect names none. Relative, where neither a scheme nor a host nor a port changes.
fn url(location: &Location, request: &Request<'_>) -> String {
    let view = request.view();
    let path = location.path.as_deref().unwrap_or(view.path);
    if location.scheme.is_none() && location.hostname.is_none() && location.port.is_none() {
        return path.to_owned();
    }
    let scheme = location.scheme.as_deref().unwrap_or("http");
    let (own_host, own_port) = split_port(view.host.unwrap_or_default());
    let host = location.hostname.as_deref().unwrap_or(own_host);
    // With a new scheme the old port means nothing.
    let own_port = own_port.filter(|_| location.scheme.is_none());
    match location.port.map(|port| port.to_string()).or(own_port.map(str::to_owned)) {
        Some(port) => format!("{scheme}://{host}:{port}{path}"),
        None => format!("{scheme}://{host}{path}"),
    }
}

fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (host, None),
    }
}
