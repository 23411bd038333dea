//! The client's request as the endpoint of an attempt gets it.

use std::borrow::Cow;
use std::net::IpAddr;

use http::HeaderMap;
use http::header::{CONTENT_LENGTH, EXPECT, HOST, TRANSFER_ENCODING};
use inferroute::{AttemptView, HostSource, Mutations, Request, Ticket};
use pingora::http::RequestHeader;
use pingora::{ErrorType, OrErr, Result};

use crate::change_headers;
use crate::headers::Mapped;

/// Changes `header` into what `ticket`'s attempt under way asks for. `path` is the client's, `length` that of the body that will be sent.
pub(crate) fn apply(header: &mut RequestHeader, ticket: &Ticket, path: &str, length: usize) -> Result<()> {
    let attempt = ticket.attempt();
    set_path(header, &attempt, path)?;
    if let Some(mutations) = attempt.mutations() {
        if let Some(host) = host(mutations, &attempt, &header.headers, path) {
            header.insert_header(HOST, host)?;
        }
        change_headers::of_request(header, &mutations.request_headers)?;
    }
    // What prepares the prompt elsewhere was chosen for the primary's pool.
    let decision = ticket.decision();
    if attempt.pool() == decision.pool() {
        let before =
            [("x-prefiller-host-port", decision.prefill()), ("x-encoder-hosts-ports", decision.encode())];
        for (name, endpoint) in before {
            if let Some(address) = endpoint.and_then(|endpoint| endpoint.address) {
                header.insert_header(name, address)?;
            }
        }
    }
    // The body is here whole: nobody has to ask for it.
    header.remove_header(&EXPECT);
    if length > 0 {
        header.remove_header(&TRANSFER_ENCODING);
        header.insert_header(CONTENT_LENGTH, length)?;
    }
    Ok(())
}

fn set_path(header: &mut RequestHeader, attempt: &AttemptView<'_>, path: &str) -> Result<()> {
    let none = HeaderMap::new();
    let headers = Mapped(&none);
    if let Cow::Owned(asked) = attempt.path(&Request::new(&headers).path(path)) {
        let uri = asked
            .parse::<http::Uri>()
            .or_err(ErrorType::InternalError, "the route makes a path that is none")?;
        header.set_uri(uri);
    }
    Ok(())
}

/// The host to ask for, where the route names one.
fn host(mutations: &Mutations, attempt: &AttemptView<'_>, headers: &HeaderMap, path: &str) -> Option<String> {
    if let Some(hostname) = &mutations.hostname {
        return Some(hostname.clone());
    }
    let found = match mutations.hostname_from.as_ref()? {
        HostSource::Header(name) => headers.get(name)?.to_str().ok()?.to_owned(),
        HostSource::Backend => {
            let host = attempt.address()?.rsplit_once(':')?.0;
            host.trim_matches(['[', ']']).parse::<IpAddr>().is_err().then(|| host.to_owned())?
        }
        HostSource::PathRegex(substitution) => substitution.apply(path.split('?').next()?),
    };
    (!found.is_empty()).then_some(found)
}
