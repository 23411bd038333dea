//! The requests, and what becomes of each.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use serde_json::json;
use tokio::task::JoinSet;

use super::args::Args;
use super::breaking::Breaks;
use super::client::{Http, header, http, post};
use super::fleet::{Fleet, POOLS};
use super::manifest;
use super::report::{Report, Times};

/// No gateway may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What became of all requests so far.
pub(super) struct Sent {
    gateway: String,
    fleet: Arc<Fleet>,
    http: Http,
    tokens: u32,
    checks: bool,
    /// The latest version of the manifest that was written, and that an answer has shown.
    written: AtomicU64,
    seen: AtomicU64,
    tally: Mutex<Tally>,
}

#[derive(Default)]
struct Tally {
    requests: u64,
    ok: u64,
    cut: u64,
    lost: u64,
    wrong: u64,
    examples: Vec<String>,
    first_byte: Times,
    whole: Times,
}

enum Outcome {
    Ok {
        first_byte: Duration,
        whole: Duration,
    },
    /// It broke off in the middle, with the server that gave it.
    Cut,
    Lost(String),
    Wrong(String),
}

/// The body of a request for a model that leads to `pool`.
pub(super) fn body(pool: &str, stream: bool, tokens: u32, content: &str) -> String {
    json!({"model": pool, "stream": stream, "max_tokens": tokens, "messages": [{"role": "user", "content": content}]})
        .to_string()
}

/// Sends requests at an even pace, whatever becomes of those before, and waits for the last.
pub(super) async fn send_until(sent: &Arc<Sent>, rate: f64, end: Instant) {
    let begun = Instant::now();
    let mut under_way = JoinSet::new();
    for number in 0.. {
        let due = begun + Duration::from_secs_f64(number as f64 / rate);
        if due >= end {
            break;
        }
        tokio::time::sleep_until(due.into()).await;
        let sent = Arc::clone(sent);
        under_way.spawn(async move { sent.one(number).await });
        while under_way.try_join_next().is_some() {}
    }
    while under_way.join_next().await.is_some() {}
}

impl Sent {
    pub(super) fn new(gateway: String, fleet: Arc<Fleet>, args: &Args) -> Self {
        Self {
            gateway,
            fleet,
            http: http(),
            tokens: args.tokens,
            checks: args.checks,
            written: AtomicU64::new(0),
            seen: AtomicU64::new(0),
            tally: Mutex::default(),
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.fleet.port()
    }

    pub(super) fn written(&self, version: u64) {
        self.written.store(version, Ordering::SeqCst);
    }

    pub(super) fn seen(&self) -> u64 {
        self.seen.load(Ordering::SeqCst)
    }

    async fn one(&self, number: u64) {
        let pool = POOLS[(number % 2) as usize];
        let stream = (number / 2).is_multiple_of(2);
        let outcome = tokio::time::timeout(PATIENCE, self.exchange(pool, stream, number)).await;
        let outcome = outcome.unwrap_or_else(|_| Outcome::Lost("no end within 30 s".to_owned()));
        let mut tally = self.tally.lock().unwrap();
        tally.requests += 1;
        let (count, example) = match outcome {
            Outcome::Ok { first_byte, whole } => {
                tally.first_byte.add(first_byte);
                tally.whole.add(whole);
                (&mut tally.ok, None)
            }
            Outcome::Cut => (&mut tally.cut, None),
            Outcome::Lost(why) => (&mut tally.lost, Some(why)),
            Outcome::Wrong(why) => (&mut tally.wrong, Some(why)),
        };
        *count += 1;
        if let Some(example) = example.filter(|_| tally.examples.len() < 5) {
            tally.examples.push(format!("request {number} for {pool}: {example}"));
        }
    }

    async fn exchange(&self, pool: &str, stream: bool, number: u64) -> Outcome {
        let (begun, seen) = (Instant::now(), self.seen());
        let content = format!("Question number {number}, asked of the servers of {pool}.");
        let request =
            post(&format!("{}/v1/chat/completions", self.gateway), body(pool, stream, self.tokens, &content));
        let response = match request {
            Ok(request) => self.http.request(request).await,
            Err(error) => return Outcome::Lost(error.to_string()),
        };
        let response = match response {
            Ok(response) => response,
            Err(error) => return Outcome::Lost(format!("no answer: {error:?}")),
        };
        let first_byte = begun.elapsed();
        let (by, model) =
            (header(&response, "x-served-by").to_owned(), header(&response, "x-served-model").to_owned());
        let status = response.status().as_u16();
        let text = match response.into_body().collect().await {
            Ok(body) => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
            // Nothing but a client can ask again for the rest of an answer.
            Err(_) if self.fleet.was_killed(&by, begun, Instant::now()) => return Outcome::Cut,
            Err(error) => return Outcome::Lost(format!("{status} from {by:?} broke off: {error:?}")),
        };
        if status != 200 {
            return Outcome::Lost(format!("{status} from {by:?}: {text}"));
        }
        if stream && !text.ends_with("data: [DONE]\n\n") {
            // HTTP/1 without a length cannot tell an end from a break.
            if self.fleet.was_killed(&by, begun, Instant::now()) {
                return Outcome::Cut;
            }
            return Outcome::Lost(format!("the stream from {by:?} has no end: {text}"));
        }
        match self.checks.then(|| self.check(pool, &by, &model, seen)).flatten() {
            Some(wrong) => Outcome::Wrong(wrong),
            None => Outcome::Ok { first_byte, whole: begun.elapsed() },
        }
    }

    /// What is wrong with where the request went: it must be the pool of its rule, by a version of the manifest no older than the one that had been
    /// seen when the request was sent.
    fn check(&self, pool: &str, by: &str, model: &str, seen: u64) -> Option<String> {
        if !by.starts_with(&format!("{pool}-")) {
            return Some(format!("served by {by:?}"));
        }
        let Some((of, version)) = manifest::version(model) else {
            return Some(format!("{by:?} was asked for model {model:?}"));
        };
        let written = self.written.load(Ordering::SeqCst);
        if of != pool || version < seen || version > written {
            return Some(format!(
                "{by:?} was asked for model {model:?}, versions {seen} to {written} are right"
            ));
        }
        self.seen.fetch_max(version, Ordering::SeqCst);
        None
    }

    pub(super) fn report(&self, reloads: u64, breaks: Breaks) -> Report {
        let mut tally = self.tally.lock().unwrap();
        let tally = &mut *tally;
        Report {
            requests: tally.requests,
            ok: tally.ok,
            cut: tally.cut,
            lost: tally.lost,
            wrong: tally.wrong,
            reloads: self.written.load(Ordering::SeqCst),
            reloads_seen: reloads,
            kills: breaks.kills,
            hangs: breaks.hangs,
            in_flight: None,
            running: 0,
            first_byte_ms: tally.first_byte.figures(),
            whole_ms: tally.whole.figures(),
            examples: std::mem::take(&mut tally.examples),
        }
    }
}
