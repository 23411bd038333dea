//! Ending the process, and what is counted until then.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::net::TcpStream;
use std::time::{Duration, Instant};

use support::{Setup, chat, wait};

#[test]
fn requests_under_way_finish_and_no_new_ones_begin() {
    let mut setup = Setup::new(&["--grace", "30"]);
    let mut body = chat("llama");
    body["stream"] = true.into();
    body["max_tokens"] = 150.into();
    let mut answer = setup.gateway.chat(&[], &body);
    let mut text = answer.piece().unwrap();
    let began = Instant::now();
    setup.gateway.signal("TERM");
    let address = setup.gateway.address.clone();
    wait("the listener to close", || TcpStream::connect(&address).is_err());
    let mut pieces = 0;
    while let Some(piece) = answer.piece() {
        pieces += 1;
        text.extend(piece);
    }
    assert!(pieces > 10, "only {pieces} pieces after the signal: too few to show anything");
    assert!(String::from_utf8(text).unwrap().trim_end().ends_with("data: [DONE]"));
    let status = setup.gateway.ended(Duration::from_secs(10)).expect("the gateway still runs");
    assert_eq!(status.code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(25), "the grace period was waited for");
}

#[test]
fn an_idle_gateway_ends_at_once() {
    let mut setup = Setup::new(&["--grace", "30"]);
    assert_eq!(setup.gateway.chat(&[], &chat("llama")).status, 200);
    setup.gateway.signal("TERM");
    let status = setup.gateway.ended(Duration::from_secs(5)).expect("the gateway still runs");
    assert_eq!(status.code(), Some(0));
}

/// Whatever becomes of requests: answered, refused, failed, fallen back, or left by their client.
#[test]
fn nothing_stays_in_flight() {
    let mut setup = Setup::new(&["--first-byte-timeout", "200"]);
    setup.endpoint("silver-0").fault("error");
    setup.endpoint("silver-1").fault("hang");
    setup.endpoint("gold-0").fault("hang");
    let gateway = &setup.gateway;
    std::thread::scope(|scope| {
        for number in 0..4_u32 {
            scope.spawn(move || {
                for round in 0..8_u32 {
                    let mut body =
                        chat(["llama", "fast", "unknown", "dangling"][(number + round) as usize % 4]);
                    body["stream"] = (round % 2 == 0).into();
                    let tier = if round % 3 == 0 { "gold" } else { "silver" };
                    let mut answer = gateway.chat(&[("x-tier", tier)], &body);
                    // Every other stream is left after its first piece.
                    if round % 4 == 0 && answer.header("transfer-encoding").is_some() {
                        answer.piece();
                    } else {
                        answer.text();
                    }
                }
            });
        }
    });
    gateway.comes_to_rest();
    let page: serde_json::Value = serde_json::from_str(&gateway.page("/debug/in-flight")).unwrap();
    assert_eq!(page["under_way"], 0, "{page}");
    assert_eq!(page["endpoints"].as_object().unwrap().len(), 4, "{page}");
    gateway.counts("inferroute_requests_total", &[], 32.0);
}
