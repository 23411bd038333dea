//! Endpoints that fail, and the endpoints that are asked after them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use support::{Setup, chat, wait};

const REQUESTS: usize = 24;

/// Sends requests and says by how many endpoints of the silver pool they were answered. All must be.
fn all_are_answered(setup: &Setup) -> Vec<String> {
    let mut by: Vec<String> = (0..REQUESTS)
        .map(|number| {
            let answer = setup.gateway.chat(&[], &chat("llama"));
            assert_eq!(answer.status, 200, "request {number}");
            answer.header("x-served-by").unwrap().to_owned()
        })
        .collect();
    by.sort();
    by.dedup();
    by
}

fn fell_back(setup: &Setup, reason: &str) -> f64 {
    setup.gateway.counter("inferroute_fallbacks_total", &[&format!("reason=\"{reason}\"")])
}

#[test]
fn a_dead_endpoint_costs_nobody_an_answer() {
    let mut setup = Setup::new(&[]);
    assert!(all_are_answered(&setup).len() > 1);
    // Some connections to it are idle now, and break when they are used.
    setup.endpoint("silver-1").kill();
    let by = all_are_answered(&setup);
    assert!(!by.contains(&"silver-1".to_owned()), "{by:?}");
    assert!(fell_back(&setup, "connect") > 0.0);
    setup.gateway.comes_to_rest();
}

#[test]
fn an_endpoint_that_answers_500_costs_nobody_an_answer() {
    let mut setup = Setup::new(&[]);
    setup.endpoint("silver-0").fault("error");
    let by = all_are_answered(&setup);
    assert!(!by.contains(&"silver-0".to_owned()), "{by:?}");
    assert!(fell_back(&setup, "status") > 0.0);
    setup.gateway.comes_to_rest();
}

#[test]
fn an_endpoint_that_hangs_costs_nobody_an_answer() {
    let mut setup = Setup::new(&["--first-byte-timeout", "300"]);
    setup.endpoint("silver-2").fault("hang");
    let by = all_are_answered(&setup);
    assert!(!by.contains(&"silver-2".to_owned()), "{by:?}");
    assert!(fell_back(&setup, "timeout") > 0.0);
    setup.gateway.comes_to_rest();
}

/// The gold pool has one endpoint.
#[test]
fn without_another_endpoint_the_client_gets_the_failure() {
    let mut setup = Setup::new(&["--first-byte-timeout", "300"]);
    let gold = [("x-tier", "gold")];
    setup.endpoint("gold-0").fault("error");
    let answer = setup.gateway.chat(&gold, &chat("llama"));
    // What the endpoint said is passed on.
    assert_eq!((answer.status, answer.header("x-served-by")), (500, Some("gold-0")));
    setup.endpoint("gold-0").fault("hang");
    let answer = setup.gateway.chat(&gold, &chat("llama"));
    assert_eq!(answer.status, 504);
    assert_eq!(answer.json()["error"]["reason"], "endpoint_timeout");
    setup.endpoint("gold-0").kill();
    let answer = setup.gateway.chat(&gold, &chat("llama"));
    assert_eq!(answer.status, 502);
    assert_eq!(answer.json()["error"]["reason"], "endpoint_failed");
    setup.gateway.counts("inferroute_requests_total", &["outcome=\"failed\""], 3.0);
    setup.gateway.comes_to_rest();
}

/// A fallback gets the client's body, not what was left of it, whatever its size.
#[test]
fn a_large_body_is_sent_again() {
    let mut setup = Setup::with(&[], &["--speed", "500", "--kv-tokens", "1000000"]);
    setup.endpoint("silver-0").fault("error");
    setup.endpoint("silver-1").fault("error");
    let mut body = chat("llama");
    body["messages"][0]["content"] = "word ".repeat(60_000).into();
    let direct = setup.gateway.chat(&[("x-tier", "gold")], &body).json()["usage"]["prompt_tokens"].clone();
    for number in 0..9 {
        // A prompt that is known goes where it was answered before: each is another one, of the same length.
        body["messages"][0]["content"] = format!("{number}ord ").repeat(60_000).into();
        let answer = setup.gateway.chat(&[], &body);
        assert_eq!((answer.status, answer.header("x-served-by")), (200, Some("silver-2")));
        assert_eq!(answer.json()["usage"]["prompt_tokens"], direct);
    }
    assert!(fell_back(&setup, "status") > 0.0);
}

#[test]
fn load_is_polled_while_endpoints_come_and_go() {
    let mut setup = Setup::new(&[]);
    wait("metrics to be read", || {
        setup.gateway.counter("inferroute_polls_total", &["outcome=\"read\""]) >= 8.0
    });
    setup.endpoint("silver-1").kill();
    wait("a look to fail", || {
        setup.gateway.counter("inferroute_polls_total", &["outcome=\"failed\""]) >= 1.0
    });
}
