//! The messages that the gateway gets.

use envoy_types::pb::envoy::config::core::v3::header_value_option::HeaderAppendAction;
use envoy_types::pb::envoy::config::core::v3::{HeaderValue, HeaderValueOption};
use envoy_types::pb::envoy::service::ext_proc::v3::body_mutation::Mutation;
use envoy_types::pb::envoy::service::ext_proc::v3::processing_response::Response;
use envoy_types::pb::envoy::service::ext_proc::v3::{
    BodyMutation, BodyResponse, CommonResponse, HeaderMutation, HeadersResponse, ImmediateResponse,
    ProcessingResponse, StreamedBodyResponse, TrailersResponse,
};
use envoy_types::pb::envoy::r#type::v3::HttpStatus;
use envoy_types::pb::google::protobuf::Struct;
use inferroute::HeaderChange;

/// The protocol recommends at most 64 KiB a message.
const PIECE: usize = 62 << 10;

/// Changes of headers, removals first.
#[derive(Default)]
pub(crate) struct Changes(HeaderMutation);

impl Changes {
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.remove_headers.push(name.to_owned());
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.write(name, value, HeaderAppendAction::OverwriteIfExistsOrAdd);
    }

    /// Those that the manifest asks for.
    pub(crate) fn apply(&mut self, changes: &[HeaderChange]) {
        for change in changes {
            match change {
                HeaderChange::Remove(name) => self.remove(name),
                HeaderChange::Set(name, value) => self.set(name, value),
                HeaderChange::Add(name, value) => {
                    self.write(name, value, HeaderAppendAction::AppendIfExistsOrAdd);
                }
            }
        }
    }

    fn write(&mut self, name: &str, value: &str, action: HeaderAppendAction) {
        let header = HeaderValue {
            key: name.to_owned(),
            raw_value: value.as_bytes().to_vec(),
            ..HeaderValue::default()
        };
        self.0.set_headers.push(HeaderValueOption {
            header: Some(header),
            append_action: action.into(),
            ..HeaderValueOption::default()
        });
    }
}

fn reply(response: Response) -> ProcessingResponse {
    ProcessingResponse { response: Some(response), ..ProcessingResponse::default() }
}

fn headers(changes: Changes) -> HeadersResponse {
    let response = CommonResponse { header_mutation: Some(changes.0), ..CommonResponse::default() };
    HeadersResponse { response: Some(response) }
}

/// The request's headers go on with these changes, and its metadata with `metadata`.
pub(crate) fn request_headers(changes: Changes, metadata: Struct) -> ProcessingResponse {
    ProcessingResponse {
        dynamic_metadata: Some(metadata),
        ..reply(Response::RequestHeaders(headers(changes)))
    }
}

pub(crate) fn response_headers(changes: Changes) -> ProcessingResponse {
    reply(Response::ResponseHeaders(headers(changes)))
}

/// The whole body of the request, in pieces.
pub(crate) fn request_body(body: &[u8], is_end: bool) -> impl Iterator<Item = ProcessingResponse> {
    let pieces = body.len().div_ceil(PIECE).max(1);
    (0..pieces).map(move |number| {
        let from = number * PIECE;
        let piece = &body[from..body.len().min(from + PIECE)];
        reply(Response::RequestBody(streamed(piece.to_vec(), is_end && number + 1 == pieces)))
    })
}

/// A piece of the answer goes on as it came.
pub(crate) fn response_body(body: Vec<u8>, is_end: bool) -> ProcessingResponse {
    reply(Response::ResponseBody(streamed(body, is_end)))
}

fn streamed(body: Vec<u8>, end_of_stream: bool) -> BodyResponse {
    let streamed = StreamedBodyResponse { body, end_of_stream, ..StreamedBodyResponse::default() };
    let mutation = BodyMutation { mutation: Some(Mutation::StreamedResponse(streamed)) };
    BodyResponse {
        response: Some(CommonResponse { body_mutation: Some(mutation), ..CommonResponse::default() }),
    }
}

pub(crate) fn request_trailers() -> ProcessingResponse {
    reply(Response::RequestTrailers(TrailersResponse::default()))
}

pub(crate) fn response_trailers() -> ProcessingResponse {
    reply(Response::ResponseTrailers(TrailersResponse::default()))
}

/// The client gets this answer; no endpoint hears of the request.
pub(crate) fn immediate(status: u16, changes: Changes, body: Vec<u8>, details: &str) -> ProcessingResponse {
    reply(Response::ImmediateResponse(ImmediateResponse {
        status: Some(HttpStatus { code: status.into() }),
        headers: Some(changes.0),
        body,
        details: details.to_owned(),
        ..ImmediateResponse::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(length: usize) -> Vec<(usize, bool)> {
        let body = vec![b'x'; length];
        request_body(&body, true)
            .map(|reply| {
                let Some(Response::RequestBody(body)) = reply.response else { panic!("no body") };
                let Some(Mutation::StreamedResponse(piece)) =
                    body.response.unwrap().body_mutation.unwrap().mutation
                else {
                    panic!("not streamed")
                };
                (piece.body.len(), piece.end_of_stream)
            })
            .collect()
    }

    #[test]
    fn a_body_goes_in_pieces_the_last_of_which_ends_it() {
        assert_eq!(pieces(0), [(0, true)]);
        assert_eq!(pieces(10), [(10, true)]);
        assert_eq!(pieces(PIECE), [(PIECE, true)]);
        assert_eq!(pieces(PIECE + 1), [(PIECE, false), (1, true)]);
    }
}
