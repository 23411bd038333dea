//! Bodies of all sizes, and those that are none.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use support::{Setup, chat, http};

/// Model servers that take long prompts, and no time for them.
const FAST: [&str; 4] = ["--speed", "500", "--kv-tokens", "1000000"];

/// Pingora keeps 64 KiB of a body that is read before it is sent on; what is larger takes another way through the gateway.
#[test]
fn bodies_arrive_whole_whatever_their_size() {
    let setup = Setup::with(&[], &FAST);
    for size in [0, 1_000, 65_000, 66_000, 131_072, 200_000, 1_000_000] {
        let mut body = chat("llama");
        body["messages"][0]["content"] = "word ".repeat(size / 5).into();
        let answer = setup.gateway.chat(&[], &body);
        assert_eq!(answer.status, 200, "{size} bytes");
        let tokens = answer.json()["usage"]["prompt_tokens"].as_u64().unwrap();
        let mut direct = chat("llama");
        direct["messages"] = body["messages"].take();
        let headers = [("content-type", "application/json")];
        let text = direct.to_string();
        let own = http::send(
            &setup.endpoints[1].address,
            "POST",
            "/v1/chat/completions",
            &headers,
            text.as_bytes(),
        );
        assert_eq!(tokens, own.json()["usage"]["prompt_tokens"].as_u64().unwrap(), "{size} bytes");
    }
}

#[test]
fn a_model_is_renamed_in_a_large_body_too() {
    let setup = Setup::with(&[], &FAST);
    let mut body = chat("fast");
    body["messages"][0]["content"] = "word ".repeat(30_000).into();
    assert_eq!(setup.gateway.chat(&[], &body).json()["model"], "llama");
}

#[test]
fn chunked_bodies_are_sent_on() {
    let setup = Setup::new(&[]);
    let text = chat("fast").to_string();
    let (head, tail) = text.split_at(20);
    let chunks = format!("{:x}\r\n{head}\r\n{:x}\r\n{tail}\r\n0\r\n\r\n", head.len(), tail.len());
    let headers = [("transfer-encoding", "chunked"), ("content-type", "application/json")];
    let open =
        |body: &[u8]| http::open(&setup.gateway.address, "POST", "/v1/chat/completions", &headers, body);
    let answer = http::answer(open(chunks.as_bytes()));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["model"], "llama");
    // Without a stated length pingora can send on no more than 64 KiB.
    let large = format!("{:x}\r\n{}\r\n0\r\n\r\n", 70_000, " ".repeat(70_000));
    let answer = http::answer(open(large.as_bytes()));
    assert_eq!(answer.status, 411);
    assert_eq!(answer.json()["error"]["reason"], "length_required");
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let setup = Setup::new(&["--max-body", "2000"]);
    let mut body = chat("llama");
    body["messages"][0]["content"] = "word ".repeat(400).into();
    let answer = setup.gateway.chat(&[], &body);
    assert_eq!(answer.status, 413);
    assert_eq!(answer.json()["error"]["reason"], "body_too_large");
    assert_eq!(setup.gateway.chat(&[], &chat("llama")).status, 200);
}

#[test]
fn a_body_that_is_no_json_is_refused_with_its_place() {
    let setup = Setup::new(&[]);
    let headers = [("content-type", "application/json")];
    let answer =
        http::send(&setup.gateway.address, "POST", "/v1/chat/completions", &headers, b"{\"model\": ");
    assert_eq!(answer.status, 400);
    let error = answer.json();
    assert_eq!(error["error"]["reason"], "BD0005", "{error}");
    assert_eq!(error["error"]["type"], "invalid_request_error", "{error}");
    setup.gateway.comes_to_rest();
}

#[test]
fn a_client_that_asks_first_is_told_to_go_on() {
    use std::io::{Read, Write};
    let setup = Setup::new(&[]);
    let text = chat("llama").to_string();
    let length = text.len().to_string();
    let headers = [("connection", "close"), ("content-length", length.as_str()), ("expect", "100-continue")];
    let mut stream = http::open(&setup.gateway.address, "POST", "/v1/chat/completions", &headers, b"");
    let mut told = [0; 25];
    stream.read_exact(&mut told).unwrap();
    assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(text.as_bytes()).unwrap();
    assert_eq!(http::answer(stream).status, 200);
}
