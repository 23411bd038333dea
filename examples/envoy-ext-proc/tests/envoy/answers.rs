//! Bodies on their way, and clients that go away.

use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Setup, World, chat, header, text, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_passes_as_it_comes_and_ends_its_count() {
    let world = World::start("streams", Setup { mock: &["--speed", "1"], ..Setup::default() }).await;
    let start = Instant::now();
    let answer = world.chat(&chat("llama", 60, true), &[]).await.unwrap();
    let mut body = answer.into_body();
    let first = within(body.frame()).await.unwrap().unwrap().into_data().unwrap();
    let first_after = start.elapsed();
    assert!(first.starts_with(b"data: "), "{first:?}");
    assert_eq!(world.in_flight().await, 1);
    let rest = within(body.collect()).await.unwrap().to_bytes();
    assert!(rest.ends_with(b"data: [DONE]\n\n"));
    let whole = start.elapsed();
    assert!(first_after < whole / 2, "the first token after {first_after:?}, the last after {whole:?}");
    world.until("the count ends", async |world| world.in_flight().await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_cancels_its_request_everywhere() {
    let world = World::start("cancels", Setup { mock: &["--speed", "1"], ..Setup::default() }).await;
    let gold = [("x-tier", "gold")];
    let answer = world.chat(&chat("llama", 2000, true), &gold).await.unwrap();
    let mut body = answer.into_body();
    within(body.frame()).await.unwrap().unwrap();
    assert_eq!(world.in_flight().await, 1);
    drop(body);
    world.until("the count ends", async |world| world.in_flight().await == 0).await;
    world
        .until("the endpoint stops", async |world| {
            world.at(0, "/served", None).await.contains("\"running\":0")
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_prompt_arrives_whole_also_at_a_fallback() {
    let world = World::start("long", Setup { mock: &["--kv-tokens", "100000"], ..Setup::default() }).await;
    world.at(1, "/faults", Some(&json!({"kind": "error"}))).await;
    world.at(2, "/faults", Some(&json!({"kind": "error"}))).await;
    let mut body = chat("fast", 2, false);
    body["messages"][0]["content"] = "x".repeat(300_000).into();
    for (model, by) in [("fast", "gold-0"), ("llama", "silver-2")] {
        body["model"] = model.into();
        let answer = world.chat(&body, &[]).await.unwrap();
        assert_eq!((answer.status().as_u16(), header(&answer, "x-served-by")), (200, by));
        let usage: serde_json::Value = serde_json::from_str(&text(answer).await).unwrap();
        let tokens = usage["usage"]["prompt_tokens"].as_u64().unwrap();
        assert!((75_000..75_010).contains(&tokens), "four bytes a token: {tokens}");
    }
}

/// The gateway's time limit for the picker's answers does not run while the body has not come.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_comes_slowly_is_waited_for() {
    let world = World::start("slow", Setup { message_timeout: "0.2s", ..Setup::default() }).await;
    let body = chat("llama", 2, false).to_string();
    let (half, rest) = body.split_at(20);
    let mut client = TcpStream::connect(world.url.trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{half}",
        body.len()
    );
    client.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(800)).await;
    client.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    within(client.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
