//! The server as a gateway sees it: the binary, over HTTP.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mock-vllm"))
            .args(["--listen", "127.0.0.1:0", "--name", "gold-0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").expect(&line).to_owned();
        Self { child, address }
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Result<Response<Incoming>, Failed> {
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .body(Full::new(body))?;
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        Ok(tokio::time::timeout(Duration::from_secs(10), client.request(request)).await??)
    }

    async fn text(&self, method: &str, path: &str, body: &Value) -> Result<(u16, String), Failed> {
        let response = self.send(method, path, body).await?;
        assert_eq!(response.headers()["x-served-by"], "gold-0");
        let status = response.status().as_u16();
        Ok((status, String::from_utf8(response.into_body().collect().await?.to_bytes().to_vec())?))
    }

    async fn json(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let (status, text) = self.text(method, path, body).await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn chat(&self, body: &Value) -> (u16, Value) {
        self.json("POST", "/v1/chat/completions", body).await
    }

    async fn series(&self, name: &str) -> f64 {
        let (_, page) = self.text("GET", "/metrics", &Value::Null).await.unwrap();
        let line = page.lines().find(|line| line.starts_with(&format!("{name}{{"))).expect(&page);
        line.rsplit_once(' ').unwrap().1.parse().unwrap()
    }

    async fn until_running(&self, running: u64, waiting: u64) {
        let start = Instant::now();
        loop {
            let (_, served) = self.json("GET", "/served", &Value::Null).await;
            if served["running"] == running && served["waiting"] == waiting {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(5), "{served}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn ask(text: &str, tokens: u32, stream: bool) -> Value {
    json!({"model": "llama", "max_tokens": tokens, "stream": stream, "stream_options": {"include_usage": true},
        "messages": [{"role": "user", "content": text}]})
}

#[tokio::test]
async fn a_chat_is_answered_with_its_usage() {
    let server = Server::start(&["--speed", "50"]);
    let long = "word ".repeat(100);
    let (status, answer) = server.chat(&ask(&long, 5, false)).await;
    assert_eq!(status, 200);
    assert_eq!((&answer["object"], &answer["model"]), (&json!("chat.completion"), &json!("llama")));
    let content = answer["choices"][0]["message"]["content"].as_str().unwrap();
    assert_eq!(content.split(' ').count(), 5);
    // "user: ", the text and a line feed, four bytes to a token.
    assert_eq!(answer["usage"]["prompt_tokens"], 507_u64.div_ceil(4));
    assert_eq!(answer["usage"]["prompt_tokens_details"]["cached_tokens"], 0);
    let (_, again) = server.chat(&ask(&long, 5, false)).await;
    assert_eq!(again["usage"]["prompt_tokens_details"]["cached_tokens"], 112);
    let (_, completion) =
        server.json("POST", "/v1/completions", &json!({"model": "m", "prompt": "Hi", "max_tokens": 2})).await;
    assert_eq!(completion["object"], "text_completion");
    assert_eq!(completion["choices"][0]["finish_reason"], "length");
}

#[tokio::test]
async fn a_stream_ends_in_done_and_joins_to_the_answer() {
    let server = Server::start(&["--speed", "50"]);
    let (status, text) = server.text("POST", "/v1/chat/completions", &ask("Hi", 6, true)).await.unwrap();
    assert_eq!(status, 200);
    let lines: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    assert_eq!(lines.last(), Some(&"[DONE]"));
    let chunks: Vec<Value> =
        lines[..lines.len() - 1].iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    let content: String =
        chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(content.split(' ').count(), 6);
    assert_eq!(chunks.last().unwrap()["usage"]["completion_tokens"], 6);
    let finished = chunks.iter().filter(|chunk| chunk["choices"][0]["finish_reason"] == "length");
    assert_eq!(finished.count(), 1);
}

#[tokio::test]
async fn a_token_of_an_answer_takes_its_time() {
    let server = Server::start(&[]);
    let start = Instant::now();
    server.chat(&ask("Hi", 11, false)).await;
    let taken = start.elapsed();
    assert!(taken >= Duration::from_millis(100), "ten tokens after the first, 10 ms each: {taken:?}");
}

#[tokio::test]
async fn requests_wait_where_the_batch_is_full() {
    let server = Server::start(&["--max-num-seqs", "1", "--model", "llama"]);
    let (a, b) = (ask("a", 100, false), ask("b", 1, false));
    let first = server.chat(&a);
    let second = async {
        server.until_running(1, 0).await;
        server.chat(&b).await
    };
    let watch = async {
        server.until_running(1, 1).await;
        assert_eq!(server.series("vllm:num_requests_waiting").await, 1.0);
        assert_eq!(server.series("vllm:num_requests_running").await, 1.0);
        assert!(server.series("vllm:kv_cache_usage_perc").await > 0.0);
    };
    let (first, second, ()) = tokio::join!(first, second, watch);
    assert_eq!((first.0, second.0), (200, 200));
    let (_, served) = server.json("GET", "/served", &Value::Null).await;
    assert_eq!(served, json!({"served": 2, "running": 0, "waiting": 0, "failed": 0}));
    assert_eq!(server.series("vllm:time_to_first_token_seconds_count").await, 2.0);
}

#[tokio::test]
async fn whoever_hangs_up_is_not_worked_for() {
    let server = Server::start(&[]);
    for stream in [false, true] {
        let long = ask("a", 1000, stream);
        let hangs_up = async {
            let response = server.send("POST", "/v1/chat/completions", &long).await;
            response.map(|response| async { response.into_body().collect().await }).unwrap().await.unwrap();
        };
        tokio::select! {
            () = hangs_up => panic!("ten seconds are long"),
            () = server.until_running(1, 0) => {}
        }
        server.until_running(0, 0).await;
    }
}

#[tokio::test]
async fn kv_events_tell_blocks_as_they_are_stored() {
    let server = Server::start(&["--speed", "50", "--block-size", "4"]);
    let prompt = json!({"model": "m", "prompt": (1..=9).collect::<Vec<u32>>(), "max_tokens": 1});
    server.json("POST", "/v1/completions", &prompt).await;
    let mut events = server.send("GET", "/kv_events?since=0", &Value::Null).await.unwrap().into_body();
    let line = events.frame().await.unwrap().unwrap().into_data().unwrap();
    let stored: Value = serde_json::from_slice(&line).unwrap();
    assert_eq!(stored["sequence"], 1);
    assert_eq!(stored["stored"]["tokens"], json!([1, 2, 3, 4, 5, 6, 7, 8]));
    assert_eq!(stored["stored"]["hashes"].as_array().unwrap().len(), 2);
    let (status, _) = server.json("POST", "/reset_prefix_cache", &Value::Null).await;
    assert_eq!(status, 200);
    let line = events.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(&line[..], b"{\"sequence\":2,\"cleared\":true}\n");
}

#[tokio::test]
async fn faults_come_on_demand_and_go() {
    let server = Server::start(&["--speed", "50"]);
    let fault = async |fault: Value| server.json("POST", "/faults", &fault).await.0;
    assert_eq!(fault(json!({"kind": "error", "requests": 1})).await, 200);
    let (status, error) = server.chat(&ask("a", 1, false)).await;
    assert_eq!((status, &error["error"]["code"]), (500, &json!(500)));
    assert_eq!(server.chat(&ask("a", 1, false)).await.0, 200);

    assert_eq!(fault(json!({"kind": "hang"})).await, 200);
    let hangs = ask("a", 1, true);
    let hung =
        tokio::time::timeout(Duration::from_millis(200), server.send("POST", "/v1/chat/completions", &hangs));
    assert!(hung.await.is_err());
    assert_eq!(server.text("GET", "/health", &Value::Null).await.unwrap().0, 200);

    assert_eq!(fault(json!({"kind": "slow", "factor": 100})).await, 200);
    let start = Instant::now();
    assert_eq!(server.chat(&ask("a", 3, false)).await.0, 200);
    assert!(start.elapsed() >= Duration::from_millis(40), "two tokens of 0.2 ms, a hundred times as long");
    assert_eq!(fault(json!({"kind": "tired"})).await, 400);

    assert_eq!(fault(json!({"kind": "die", "requests": 1})).await, 200);
    assert!(server.text("POST", "/v1/chat/completions", &ask("a", 8, true)).await.is_err());
    let mut server = server;
    assert_eq!(server.child.wait().unwrap().code(), Some(70));
}

#[tokio::test]
async fn models_and_adapters_are_listed_and_others_refused() {
    let server = Server::start(&["--model", "llama", "--lora", "sql", "--speed", "50"]);
    let (_, models) = server.json("GET", "/v1/models", &Value::Null).await;
    let ids: Vec<_> = models["data"].as_array().unwrap().iter().map(|model| &model["id"]).collect();
    assert_eq!(ids, ["llama", "sql"]);
    assert_eq!(models["data"][1]["parent"], "llama");
    let mut other = ask("a", 1, false);
    other["model"] = json!("gpt");
    let (status, error) = server.chat(&other).await;
    assert_eq!((status, &error["error"]["type"]), (404, &json!("NotFoundError")));
    let (status, error) = server.chat(&json!({"model": "llama"})).await;
    assert_eq!((status, &error["error"]["type"]), (400, &json!("BadRequestError")));
    let mut adapter = ask("a", 200, false);
    adapter["model"] = json!("sql");
    let watch = async {
        server.until_running(1, 0).await;
        let (_, page) = server.text("GET", "/metrics", &Value::Null).await.unwrap();
        assert!(page.contains(r#"running_lora_adapters="sql""#), "{page}");
    };
    let ((status, _), ()) = tokio::join!(server.chat(&adapter), watch);
    assert_eq!(status, 200);
}

#[test]
fn a_wrong_command_line_is_explained() {
    let output = Command::new(env!("CARGO_BIN_EXE_mock-vllm")).args(["--speed", "0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--speed must be above 0"));
}
