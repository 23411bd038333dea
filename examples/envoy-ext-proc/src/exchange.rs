//! One request from its first header to the end of its answer: what comes in from the gateway, and what goes back. No socket, so that tests can play both.

use std::ops::ControlFlow;
use std::sync::Arc;

use envoy_types::pb::envoy::config::core::v3::Metadata;
use envoy_types::pb::envoy::extensions::filters::http::ext_proc::v3::processing_mode::BodySendMode;
use envoy_types::pb::envoy::service::ext_proc::v3::processing_request::Request as Message;
use envoy_types::pb::envoy::service::ext_proc::v3::{
    HttpBody, HttpHeaders, ProcessingRequest, ProcessingResponse, ProtocolConfiguration,
};
use inferroute::{Body, BodyFormat, Prompt, Request, Ticket};

use crate::headers::{RequestHeaders, status};
use crate::metadata;
use crate::picker::Picker;
use crate::refusal::{Refusal, no_route_answer};
use crate::replies::{self, Changes};
use crate::usage::End;

/// A request under way. Dropping it before its end cancels it.
pub(crate) struct Exchange {
    picker: Arc<Picker>,
    headers: RequestHeaders,
    subset: Option<String>,
    body: Vec<u8>,
    is_decided: bool,
    ticket: Option<Ticket>,
    /// Whether the time to the first token is worth telling.
    is_timed: bool,
    end: End,
    is_over: bool,
}

/// The gateway sends bodies in another way.
#[derive(Debug)]
pub(crate) struct WrongMode;

impl Exchange {
    pub(crate) fn new(picker: Arc<Picker>) -> Self {
        Self {
            picker,
            headers: RequestHeaders::default(),
            subset: None,
            body: Vec::new(),
            is_decided: false,
            ticket: None,
            is_timed: false,
            end: End::default(),
            is_over: false,
        }
    }

    /// Whether nothing more is to be said.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }

    /// The answers to one message, in order.
    ///
    /// # Errors
    /// Where the gateway sends bodies in another way than this picker understands.
    pub(crate) fn on(&mut self, message: ProcessingRequest) -> Result<Vec<ProcessingResponse>, WrongMode> {
        if message.protocol_config.as_ref().is_some_and(|config| !is_full_duplex(config)) {
            return Err(WrongMode);
        }
        let metadata = message.metadata_context;
        Ok(match message.request {
            Some(Message::RequestHeaders(headers)) => self.request_headers(headers, metadata.as_ref()),
            Some(Message::RequestBody(body)) => self.request_body(&body),
            Some(Message::RequestTrailers(_)) => {
                let mut replies = if self.is_decided { Vec::new() } else { self.decide(false) };
                if !self.is_over {
                    replies.push(replies::request_trailers());
                }
                replies
            }
            Some(Message::ResponseHeaders(headers)) => {
                vec![self.response_headers(&headers, metadata.as_ref())]
            }
            Some(Message::ResponseBody(body)) => vec![self.response_body(body)],
            Some(Message::ResponseTrailers(_)) => {
                self.finish();
                vec![replies::response_trailers()]
            }
            None => Vec::new(),
        })
    }

    fn request_headers(
        &mut self,
        headers: HttpHeaders,
        metadata: Option<&Metadata>,
    ) -> Vec<ProcessingResponse> {
        self.headers = RequestHeaders::new(headers.headers);
        self.subset = metadata::subset(metadata);
        if !headers.end_of_stream {
            // The model stands in the body.
            return Vec::new();
        }
        let mut replies = self.decide(true);
        // A request without a body gets none.
        replies.truncate(1);
        replies
    }

    fn request_body(&mut self, body: &HttpBody) -> Vec<ProcessingResponse> {
        if self.body.len() + body.body.len() > self.picker.body_bytes {
            let message = "the body is larger than this gateway takes";
            return vec![self.refuse(Refusal::new(413, "body_too_large", message))];
        }
        self.body.extend_from_slice(&body.body);
        if body.end_of_stream { self.decide(true) } else { Vec::new() }
    }

    /// Decides, and lets the request go on: its headers, then its body, which ends with it unless trailers follow.
    fn decide(&mut self, is_end: bool) -> Vec<ProcessingResponse> {
        self.is_decided = true;
        self.try_decide(is_end).unwrap_or_else(|refusal| vec![self.refuse(refusal)])
    }

    fn try_decide(&mut self, is_end: bool) -> Result<Vec<ProcessingResponse>, Box<Refusal>> {
        let bytes = std::mem::take(&mut self.body);
        let (picker, headers) = (&self.picker, &self.headers);
        let format = BodyFormat::of(&headers.path, headers.content_type.as_deref());
        let refuse = |error: inferroute::BodyError| {
            Refusal::new(error.status(), error.code().as_str(), &error.to_string())
        };
        let body = Body::read(&bytes, format, &picker.limits).map_err(refuse)?;
        let mut prompt = Vec::new();
        let _ = body.prompt_bytes(|chunk| {
            prompt.extend_from_slice(chunk);
            ControlFlow::<()>::Continue(())
        });
        let objective = self.objective();
        let mut request = Request::new(&headers.others)
            .method(&headers.method)
            .path(&headers.path)
            .prompt(Prompt::Text(&prompt))
            .multimodal(body.has_media());
        if let Some(host) = &headers.host {
            request = request.host(host);
        }
        if let Some(model) = body.model() {
            request = request.model(model);
        }
        if let Some(subset) = &self.subset {
            request = request.subset(subset);
        }
        if let Some(objective) = &objective {
            request = request.objective(objective);
        }
        if let Some(pool) = &picker.pool {
            request = request.pool(pool);
        }
        let ticket = picker
            .router
            .route(&request, picker.now())
            .map_err(|no_route| no_route_answer(&no_route, &request))?;

        let decision = ticket.decision();
        let mut changes = Changes::default();
        headers.forged.iter().for_each(|name| changes.remove(name));
        let mutations = decision.mutations();
        changes.apply(mutations.map_or(&[], |mutations| &mutations.request_headers));
        if let Some(hostname) = mutations.and_then(|mutations| mutations.hostname.as_deref()) {
            changes.set(":authority", hostname);
        }
        let path = decision.path(&request);
        if path != headers.path {
            changes.set(":path", &path);
        }
        let endpoint_headers = decision.endpoint_headers();
        let Some((_, destination)) = endpoint_headers.iter().find(|(name, _)| *name == metadata::DESTINATION)
        else {
            let message = "the chosen backend has no address that the gateway could connect to";
            return Err(Refusal::new(503, "no_address", message));
        };
        endpoint_headers.iter().for_each(|(name, value)| changes.set(name, value));
        let body = decision.body(&bytes, format, &picker.limits).map_err(refuse)?;
        let mut replies = vec![replies::request_headers(changes, metadata::destination(destination))];
        replies.extend(replies::request_body(&body, is_end));
        picker.counters.picked(decision.route(), decision.rule_name().unwrap_or_default());
        self.ticket = Some(ticket);
        Ok(replies)
    }

    /// The InferenceObjective as the library names it; a bare name is of the default namespace.
    fn objective(&self) -> Option<String> {
        let name = self.headers.objective.as_ref().filter(|_| self.picker.objectives)?;
        Some(if name.contains('/') { name.clone() } else { format!("default/{name}") })
    }

    fn refuse(&mut self, refusal: Box<Refusal>) -> ProcessingResponse {
        self.is_over = true;
        self.picker.counters.refused(&refusal.reason);
        refusal.reply()
    }

    fn response_headers(&mut self, headers: &HttpHeaders, metadata: Option<&Metadata>) -> ProcessingResponse {
        let mut changes = Changes::default();
        if let Some(ticket) = &self.ticket {
            let mutations = ticket.decision().mutations();
            changes.apply(mutations.map_or(&[], |mutations| &mutations.response_headers));
        }
        let fell_back = metadata::served(metadata).is_some_and(|address| self.served_by(&address));
        let status = status(headers.headers.as_ref());
        if status >= 500 {
            if let Some(ticket) = self.ticket.take() {
                ticket.fail(self.picker.now());
            }
        } else if headers.end_of_stream {
            self.finish();
        }
        // Of a JSON answer the first byte comes with the last token; and nobody told when a later attempt began.
        self.is_timed = !fell_back && is_event_stream(headers);
        replies::response_headers(changes)
    }

    /// The gateway says whose answer it is: the attempts before failed. Whether there were any.
    fn served_by(&mut self, address: &str) -> bool {
        let Some(ticket) = &mut self.ticket else { return false };
        let now = self.picker.now();
        let decision = ticket.decision();
        let later = decision.fallbacks().position(|attempt| attempt.address() == Some(address));
        if decision.address() == Some(address) {
            return false;
        }
        // An endpoint that nobody picked says nothing of those that were.
        let Some(position) = later else { return false };
        for _ in 0..=position {
            ticket.fall_back(now);
            self.picker.counters.fell_back();
        }
        true
    }

    fn response_body(&mut self, body: HttpBody) -> ProcessingResponse {
        if let Some(ticket) = &mut self.ticket
            && !body.body.is_empty()
        {
            let now = self.picker.now();
            if std::mem::take(&mut self.is_timed) {
                ticket.first_token(now);
            } else {
                ticket.renew(now);
            }
            self.end.push(&body.body);
        }
        if body.end_of_stream {
            self.finish();
        }
        replies::response_body(body.body, body.end_of_stream)
    }

    /// The answer is complete.
    fn finish(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            if let Some(tokens) = self.end.cached_tokens() {
                ticket.cached_tokens(tokens);
            }
            ticket.finish();
        }
    }
}

fn is_full_duplex(config: &ProtocolConfiguration) -> bool {
    let wanted = i32::from(BodySendMode::FullDuplexStreamed);
    config.request_body_mode == wanted && config.response_body_mode == wanted
}

fn is_event_stream(headers: &HttpHeaders) -> bool {
    let headers = headers.headers.iter().flat_map(|map| &map.headers);
    let mut types = headers.filter(|header| header.key == "content-type");
    types.any(|header| {
        header.raw_value.starts_with(b"text/event-stream") || header.value.starts_with("text/event-stream")
    })
}

#[cfg(test)]
#[path = "exchange_tests.rs"]
mod tests;
