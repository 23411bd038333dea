//! Both sides of the protocol, without a socket.

use std::collections::HashMap;

use envoy_types::pb::envoy::config::core::v3::{HeaderMap, HeaderValue};
use envoy_types::pb::envoy::service::ext_proc::v3::body_mutation::Mutation;
use envoy_types::pb::envoy::service::ext_proc::v3::processing_response::Response;
use envoy_types::pb::google::protobuf::value::Kind;
use envoy_types::pb::google::protobuf::{Struct, Value};
use inferroute::{Manifests, Options};

use super::*;
use crate::args::Args;

const MANIFEST: &str = "
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: chat}
spec:
  rules:
    - matches: [{headers: [{name: x-ai-eg-model, value: fast}]}]
      backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: gpus}]
---
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: gpus}
spec: {selector: {matchLabels: {app: vllm}}, targetPorts: [{number: 8000}]}
---
apiVersion: inference.networking.x-k8s.io/v1alpha2
kind: InferenceModelRewrite
metadata: {name: fast}
spec:
  poolRef: {group: inference.networking.k8s.io, kind: InferencePool, name: gpus}
  rules: [{matches: [{model: {value: fast}}], targets: [{modelRewrite: llama}]}]
";

fn picker() -> Arc<Picker> {
    picker_with(&[])
}

fn picker_with(more: &[&str]) -> Arc<Picker> {
    let args = ["--manifest", "-", "--endpoints", "-", "--seed", "7", "--body-bytes", "1000"];
    let args = args.iter().chain(more);
    let args = Args::read(lexopt::Parser::from_args(args)).unwrap().unwrap();
    let plan = Manifests::from_yaml(MANIFEST).unwrap().compile(&Options::default()).unwrap();
    let picker = Picker::new(plan, &args);
    let endpoints = r#"[{"name": "a", "address": "10.0.0.1", "labels": {"app": "vllm"}},
        {"name": "b", "address": "10.0.0.2", "labels": {"app": "vllm"}}]"#;
    picker.replace_endpoints(serde_json::from_str(endpoints).unwrap()).unwrap();
    Arc::new(picker)
}

fn headers(headers: &[(&str, &str)], end_of_stream: bool) -> HttpHeaders {
    let header = |(name, value): &(&str, &str)| HeaderValue {
        key: (*name).to_owned(),
        raw_value: value.as_bytes().to_vec(),
        ..HeaderValue::default()
    };
    let headers = Some(HeaderMap { headers: headers.iter().map(header).collect() });
    HttpHeaders { headers, end_of_stream, ..HttpHeaders::default() }
}

fn body(text: &str, end_of_stream: bool) -> HttpBody {
    HttpBody { body: text.as_bytes().to_vec(), end_of_stream, ..HttpBody::default() }
}

fn message(request: Message) -> ProcessingRequest {
    ProcessingRequest { request: Some(request), ..ProcessingRequest::default() }
}

fn metadata(namespace: &str, key: &str, text: &str) -> Option<Metadata> {
    let value = Value { kind: Some(Kind::StringValue(text.to_owned())) };
    let inner = Struct { fields: HashMap::from([(key.to_owned(), value)]) };
    let filter_metadata = HashMap::from([(namespace.to_owned(), inner)]);
    Some(Metadata { filter_metadata, ..Metadata::default() })
}

const ASK: [(&str, &str); 4] = [
    (":method", "POST"),
    (":path", "/v1/completions"),
    ("content-type", "application/json"),
    ("x-gateway-destination-endpoint", "1.2.3.4:5"),
];

/// Asks for `model`; the replies to the whole request.
fn asked(exchange: &mut Exchange, model: &str, subset: Option<Metadata>) -> Vec<ProcessingResponse> {
    let mut first = message(Message::RequestHeaders(headers(&ASK, false)));
    first.metadata_context = subset;
    assert!(exchange.on(first).unwrap().is_empty(), "the model stands in the body");
    let (half, rest) = (r#"{"model": "#, format!(r#""{model}", "prompt": "Hi"}}"#));
    assert!(exchange.on(message(Message::RequestBody(body(half, false)))).unwrap().is_empty());
    exchange.on(message(Message::RequestBody(body(&rest, true)))).unwrap()
}

fn destination(replies: &[ProcessingResponse]) -> String {
    let Some(Response::RequestHeaders(headers)) = &replies[0].response else { panic!("{replies:?}") };
    let mutation = headers.response.as_ref().unwrap().header_mutation.as_ref().unwrap();
    assert_eq!(mutation.remove_headers, ["x-gateway-destination-endpoint"], "what the client sent");
    let header = mutation.set_headers[0].header.as_ref().unwrap();
    let value = String::from_utf8(header.raw_value.clone()).unwrap();
    assert_eq!(replies[0].dynamic_metadata, Some(metadata::destination(&value)));
    value
}

fn refusal(replies: &[ProcessingResponse]) -> (i32, String) {
    let [ProcessingResponse { response: Some(Response::ImmediateResponse(refusal)), .. }] = replies else {
        panic!("{replies:?}")
    };
    (refusal.status.unwrap().code, refusal.details.clone())
}

/// The answer's head, from the endpoint at `address`.
fn answered(exchange: &mut Exchange, status: &str, address: &str) {
    let head = headers(&[(":status", status), ("content-type", "text/event-stream")], false);
    let mut head = message(Message::ResponseHeaders(head));
    head.metadata_context = metadata("envoy.lb", "x-gateway-destination-endpoint-served", address);
    assert_eq!(exchange.on(head).unwrap().len(), 1);
}

#[test]
fn a_pool_that_is_named_takes_what_no_route_would() {
    let mut exchange = Exchange::new(picker_with(&["--pool", "default/gpus"]));
    assert_eq!(destination(&asked(&mut exchange, "slow", None)).split(',').count(), 2);
    let mut exchange = Exchange::new(picker_with(&["--pool", "default/cpus"]));
    assert_eq!(refusal(&asked(&mut exchange, "fast", None)).0, 500);
    let mut exchange = Exchange::new(picker());
    assert_eq!(refusal(&asked(&mut exchange, "slow", None)).0, 404);
}

#[test]
fn a_request_goes_on_with_its_endpoints_and_its_model() {
    let picker = picker();
    let mut exchange = Exchange::new(Arc::clone(&picker));
    let replies = asked(&mut exchange, "fast", None);
    let mut addresses: Vec<_> = destination(&replies).split(',').map(str::to_owned).collect();
    addresses.sort();
    assert_eq!(addresses, ["10.0.0.1:8000", "10.0.0.2:8000"], "the other is the fallback");
    let Some(Response::RequestBody(sent)) = &replies[1].response else { panic!("{replies:?}") };
    let mutation = sent.response.as_ref().unwrap().body_mutation.as_ref().unwrap();
    let Some(Mutation::StreamedResponse(sent)) = &mutation.mutation else { panic!("{mutation:?}") };
    assert_eq!(sent.body, br#"{"model": "llama", "prompt": "Hi"}"#);
    assert!(sent.end_of_stream);
    assert_eq!(picker.in_flight(), 1);
    drop(exchange);
    assert_eq!(picker.in_flight(), 0, "the gateway hung up");
}

#[test]
fn a_request_that_goes_nowhere_is_answered_with_the_reason() {
    let picker = picker();
    let mut exchange = Exchange::new(Arc::clone(&picker));
    assert_eq!(refusal(&asked(&mut exchange, "slow", None)), (404, "no_rule".to_owned()));
    assert!(exchange.is_over());

    let mut exchange = Exchange::new(Arc::clone(&picker));
    let subset = metadata("envoy.lb.subset_hint", "x-gateway-destination-endpoint-subset", "10.9.9.9:8000");
    assert_eq!(refusal(&asked(&mut exchange, "fast", subset)), (503, "no_endpoint_in_subset".to_owned()));

    let mut exchange = Exchange::new(Arc::clone(&picker));
    exchange.on(message(Message::RequestHeaders(headers(&ASK, false)))).unwrap();
    let replies = exchange.on(message(Message::RequestBody(body("{", true)))).unwrap();
    assert_eq!(refusal(&replies), (400, "BD0005".to_owned()));

    let mut exchange = Exchange::new(Arc::clone(&picker));
    exchange.on(message(Message::RequestHeaders(headers(&ASK, false)))).unwrap();
    let replies = exchange.on(message(Message::RequestBody(body(&"x".repeat(1001), false)))).unwrap();
    assert_eq!(refusal(&replies), (413, "body_too_large".to_owned()));
    assert_eq!(picker.in_flight(), 0);
}

#[test]
fn a_subset_limits_the_choice() {
    let mut exchange = Exchange::new(picker());
    let subset = metadata("envoy.lb.subset_hint", "x-gateway-destination-endpoint-subset", "10.0.0.2:8000");
    assert_eq!(destination(&asked(&mut exchange, "fast", subset)), "10.0.0.2:8000");
}

#[test]
fn an_answer_ends_the_count_wherever_it_came_from() {
    let picker = picker();
    for fell_back in [false, true] {
        let mut exchange = Exchange::new(Arc::clone(&picker));
        let destination = destination(&asked(&mut exchange, "fast", None));
        let (first, second) = destination.split_once(',').unwrap();
        let by = if fell_back { second } else { first };
        answered(&mut exchange, "200", by);
        let counted: Vec<_> = picker
            .router
            .snapshot()
            .endpoints()
            .filter(|endpoint| endpoint.in_flight > 0)
            .map(|endpoint| endpoint.address.unwrap().to_owned())
            .collect();
        assert_eq!(counted, [by], "it counts where it is");
        exchange.on(message(Message::ResponseBody(body("data: {}\n\n", false)))).unwrap();
        assert_eq!(picker.in_flight(), 1);
        exchange.on(message(Message::ResponseBody(body("data: [DONE]\n\n", true)))).unwrap();
        assert_eq!(picker.in_flight(), 0);
    }
    let mut exchange = Exchange::new(Arc::clone(&picker));
    asked(&mut exchange, "fast", None);
    answered(&mut exchange, "503", "10.0.0.1:8000");
    assert_eq!(picker.in_flight(), 0, "it failed");
}

#[test]
fn a_gateway_that_is_set_to_another_mode_is_told() {
    let mut first = message(Message::RequestHeaders(headers(&ASK, false)));
    let mode = BodySendMode::Buffered.into();
    first.protocol_config = Some(ProtocolConfiguration {
        request_body_mode: mode,
        response_body_mode: mode,
        ..ProtocolConfiguration::default()
    });
    assert!(Exchange::new(picker()).on(first).is_err());
}
