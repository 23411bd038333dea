//! What the scenarios of `python_decide.py` and `node_decide.mjs` cost without a binding: a line of JSON, each scenario with the nanoseconds of one decision.
//!
//! The scenario comes in JSON from standard input, so that both sides measure the same. Each run is short: the benches of the bindings start it between
//! their own runs and take medians, so that what else the machine does falls on both sides alike.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::stdin;

use cpu_time::ThreadTime;
use inferroute::{
    Event, Manifests, Nanos, Options, Profile, Prompt, ReportedEndpoint, Request, Router, Scheduling, Scorer,
    Strategy,
};
use serde::Deserialize;

const NOW: Nanos = Nanos::new(0);

/// What the bench of a binding measures.
#[derive(Deserialize)]
struct Scenario {
    manifests: String,
    endpoints: usize,
    headers: Vec<(String, String)>,
    /// Requests that `decide_many` is given at once.
    batch: usize,
    /// Decisions of a run; a hundredth where one takes microseconds.
    calls: u32,
}

impl Scenario {
    fn router(&self, options: &Options) -> Router {
        let plan = Manifests::from_yaml(&self.manifests).and_then(|manifests| manifests.compile(options));
        let router = Router::new(plan.unwrap_or_else(|problems| panic!("{problems}")), 1);
        let report = |n: usize| {
            let address = format!("10.0.0.{}", n + 1);
            ReportedEndpoint::new(&format!("vllm-{n}")).address(&address).label("app", "vllm")
        };
        let event = Event::EndpointsReplaced { endpoints: (0..self.endpoints).map(report).collect() };
        router.observe(&event, NOW).unwrap_or_else(|error| panic!("{error}"));
        router
    }

    fn scoring(&self, scorer: Scorer) -> Router {
        let scheduling = Scheduling::single(Profile::new("default").scorer(scorer, 1.0));
        self.router(&Options::default().scheduling(scheduling))
    }
}

/// Nanoseconds of this thread's time a call, so that other processes take no part; after a quarter as many calls that do not count.
fn measure(calls: u32, mut call: impl FnMut()) -> f64 {
    (0..calls / 4).for_each(|_| call());
    let start = ThreadTime::now();
    (0..calls).for_each(|_| call());
    start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}

fn main() {
    let scenario: Scenario =
        serde_json::from_reader(stdin()).unwrap_or_else(|error| panic!("standard input: {error}"));
    let headers = scenario.headers.as_slice();
    let request = Request::new(&headers);
    let calls = scenario.calls;
    let mut costs = BTreeMap::new();

    let by_chance = scenario.router(&Options::default().strategy(Strategy::TwoChoice));
    assert!(by_chance.decide(&request, NOW).is_ok());
    costs.insert("decide", measure(calls, || drop(black_box(by_chance.decide(black_box(&request), NOW)))));
    let named = request.model("mistral");
    costs
        .insert("decide_model", measure(calls, || drop(black_box(by_chance.decide(black_box(&named), NOW)))));
    let route_and_finish = || {
        if let Ok(ticket) = black_box(by_chance.route(black_box(&request), NOW)) {
            ticket.finish();
        }
    };
    costs.insert("route_finish", measure(calls, route_and_finish));
    let batch = scenario.batch;
    let many = || drop(black_box(by_chance.decide_many((0..batch).map(|_| *black_box(&request)), NOW)));
    costs.insert("decide_many", measure(calls / 100, many) / batch as f64);
    let many = || {
        let routed = black_box(by_chance.route_many((0..batch).map(|_| *black_box(&request)), NOW));
        routed.into_iter().flatten().for_each(|ticket| ticket.finish());
    };
    costs.insert("route_many_finish", measure(calls / 100, many) / batch as f64);

    let default = scenario.router(&Options::default());
    costs
        .insert("default", measure(calls / 10, || drop(black_box(default.decide(black_box(&request), NOW)))));
    let queued = scenario.scoring(Scorer::Queue);
    costs.insert("queue", measure(calls / 10, || drop(black_box(queued.decide(black_box(&request), NOW)))));
    let prefixed =
        scenario.scoring(Scorer::PrefixCache { match_length_weight: 0.0, match_length_scale_tokens: 8192.0 });
    let tokens: Vec<u32> = (0..8192).collect();
    let text = "abcd".repeat(8192);
    let prompts = [("tokens_8192", Prompt::Tokens(&tokens)), ("text_32k", Prompt::Text(text.as_bytes()))];
    for (name, prompt) in prompts {
        let request = request.prompt(prompt);
        costs.insert(
            name,
            measure(calls / 100, || drop(black_box(prefixed.decide(black_box(&request), NOW)))),
        );
    }
    println!("{}", serde_json::to_string(&costs).unwrap_or_else(|error| panic!("{error}")));
}
