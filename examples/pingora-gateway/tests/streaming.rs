//! Answers that come piece by piece, and clients that do not wait for their end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::time::Instant;

use support::{Setup, chat, wait};

fn streamed(tokens: u32) -> serde_json::Value {
    let mut body = chat("llama");
    body["stream"] = true.into();
    body["max_tokens"] = tokens.into();
    body
}

#[test]
fn pieces_arrive_while_the_answer_is_being_made() {
    let setup = Setup::new(&[]);
    let mut answer = setup.gateway.chat(&[], &streamed(40));
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").unwrap().starts_with("text/event-stream"));
    let mut text = Vec::new();
    let mut arrivals = Vec::new();
    while let Some(piece) = answer.piece() {
        text.extend(piece);
        arrivals.push(Instant::now());
    }
    let text = String::from_utf8(text).unwrap();
    assert!(text.trim_end().ends_with("data: [DONE]"), "{text}");
    assert!(arrivals.len() > 10, "{} pieces", arrivals.len());
    // An answer that is kept until its end would arrive at once.
    let spread = arrivals.last().unwrap().duration_since(arrivals[0]);
    assert!(spread.as_millis() > 50, "all {} pieces within {spread:?}", arrivals.len());
}

#[test]
fn a_stream_counts_until_its_last_byte() {
    let setup = Setup::new(&[]);
    let mut answer = setup.gateway.chat(&[], &streamed(60));
    assert!(answer.piece().is_some());
    assert_eq!(setup.gateway.in_flight(), 1);
    assert_eq!(setup.gateway.counter("inferroute_in_flight{", &[]), 1.0);
    while answer.piece().is_some() {}
    setup.gateway.comes_to_rest();
    setup.gateway.counts("inferroute_requests_total", &["outcome=\"answered\""], 1.0);
}

#[test]
fn a_client_that_goes_away_is_counted_no_longer() {
    let setup = Setup::new(&[]);
    let mut answer = setup.gateway.chat(&[], &streamed(2_000));
    assert!(answer.piece().is_some());
    assert_eq!(setup.gateway.in_flight(), 1);
    drop(answer);
    setup.gateway.comes_to_rest();
    setup.gateway.counts("inferroute_requests_total", &["outcome=\"cancelled\""], 1.0);
    assert_eq!(setup.gateway.counter("inferroute_fallbacks_total", &[]), 0.0);
    wait("the endpoints to be told", || {
        setup.endpoints.iter().all(|endpoint| endpoint.served("running") == 0)
    });
}

#[test]
fn a_client_that_goes_before_the_first_byte_is_not_tried_elsewhere() {
    let setup = Setup::new(&[]);
    setup.endpoints.iter().for_each(|endpoint| endpoint.fault("hang"));
    let text = chat("llama").to_string();
    let length = text.len().to_string();
    let headers = [("content-length", length.as_str()), ("content-type", "application/json")];
    let to = &setup.gateway.address;
    let stream = support::http::open(to, "POST", "/v1/chat/completions", &headers, text.as_bytes());
    wait("the request to be routed", || setup.gateway.in_flight() == 1);
    drop(stream);
    setup.gateway.comes_to_rest();
    setup.gateway.counts("inferroute_requests_total", &["outcome=\"cancelled\""], 1.0);
    assert_eq!(setup.gateway.counter("inferroute_fallbacks_total", &[]), 0.0);
}
