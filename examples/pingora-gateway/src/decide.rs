//! From a client's request to a ticket: the one place where the library decides.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use inferroute::{Body, BodyFormat, BodyLimits, Prompt, Request, Ticket};
use pingora::http::RequestHeader;

use crate::answer::Answer;
use crate::gateway::Gateway;
use crate::headers::Mapped;

/// Routes the request with this header and body, and counts it in flight.
///
/// # Errors
/// The answer for a body that cannot be read, or for a request without a route.
pub(crate) fn route(
    gateway: &Arc<Gateway>,
    header: &RequestHeader,
    path: &str,
    bytes: &Bytes,
) -> Result<Ticket, Box<Answer>> {
    let format = format(header, path);
    // The size is checked while it is read.
    let limits = BodyLimits::default().bytes(usize::MAX);
    let body = Body::read(bytes, format, &limits).map_err(|error| Box::new(Answer::bad_body(&error)))?;
    let mut prompt = Vec::new();
    let _ = body.prompt_bytes(|chunk| {
        prompt.extend_from_slice(chunk);
        ControlFlow::<()>::Continue(())
    });

    let headers = Mapped(&header.headers);
    let mut request =
        Request::new(&headers).path(path).method(header.method.as_str()).multimodal(body.has_media());
    if let Some(host) = host(header) {
        request = request.host(host);
    }
    if let Some(model) = body.model() {
        request = request.model(model);
    }
    if !prompt.is_empty() {
        request = request.prompt(Prompt::Text(&prompt));
    }
    let began = Instant::now();
    let routed = gateway.router.route(&request, gateway.clock.now());
    gateway.counters.decided(began.elapsed());
    routed.map_err(|no_route| Box::new(Answer::no_route(&no_route, &request)))
}

/// What kind of body the request has.
pub(crate) fn format<'h>(header: &'h RequestHeader, path: &str) -> BodyFormat<'h> {
    BodyFormat::of(path, header.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()))
}

/// The host that the client asked for.
fn host(header: &RequestHeader) -> Option<&str> {
    let stated = header.headers.get(HOST).and_then(|value| value.to_str().ok());
    stated.or_else(|| header.uri.authority().map(|authority| authority.as_str()))
}
