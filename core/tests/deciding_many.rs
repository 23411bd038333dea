//! Requests that came at once and are only decided on: each counts for those after it, and once all are decided nothing of them is left.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "support/pool.rs"]
mod pool;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use inferroute::{
    Entry, Event, Journal, Manifests, Nanos, Options, Plan, Player, Profile, Prompt, ReportedEndpoint,
    Request, Router, Scheduling, Scorer, Session,
};
use pool::MANIFESTS;

const NOW: Nanos = Nanos::new(0);

fn plan(profile: Profile) -> Plan {
    let options = Options::default().scheduling(Scheduling::single(profile));
    Manifests::from_yaml(MANIFESTS).unwrap().compile(&options).unwrap()
}

fn report(router: &Router, endpoints: u8) {
    for number in 0..endpoints {
        let endpoint = ReportedEndpoint::new(&format!("v{number}")).address(&format!("10.0.0.{number}"));
        router.observe(&Event::EndpointReported { endpoint: endpoint.label("app", "vllm") }, NOW).unwrap();
    }
}

fn by_load_and_prefix() -> Profile {
    let prefixes = Scorer::PrefixCache { match_length_weight: 0.0, match_length_scale_tokens: 8192.0 };
    Profile::new("default").scorer(Scorer::LeastRequest, 1.0).scorer(prefixes, 1.0)
}

#[test]
fn each_counts_for_those_after_it_and_then_no_more() {
    let router = Router::new(plan(by_load_and_prefix()), 1);
    report(&router, 4);
    let request = Request::new(&[("", ""); 0]);
    let decided = router.decide_many(std::iter::repeat_n(request, 4), NOW);
    let endpoints: BTreeSet<String> =
        decided.iter().map(|decision| decision.as_ref().unwrap().endpoint().to_owned()).collect();
    assert_eq!(endpoints.len(), 4, "{endpoints:?}");
    assert!(router.snapshot().endpoints().all(|endpoint| endpoint.in_flight == 0));
}

#[test]
fn prompts_are_not_taken_to_be_anywhere() {
    let router = Router::new(plan(by_load_and_prefix()), 1);
    report(&router, 4);
    let prompt = "nobody was asked to work this off ".repeat(50);
    let request = || Request::new(&[("", ""); 0]).prompt(Prompt::Text(prompt.as_bytes()));
    router.decide_many([request(), request(), request()], NOW);
    assert_eq!(router.decide(&request(), NOW).unwrap().cached_tokens(), 0);
}

#[test]
fn sessions_are_not_bound() {
    let session = Profile::new("default").scorer(Scorer::SessionAffinity(Session::id()), 1.0);
    let router = Router::new(plan(session), 1);
    report(&router, 16);
    let headers = [("x-session-id", "s")];
    let endpoints: BTreeSet<String> = (0..20)
        .map(|_| router.decide_many([Request::new(&headers)], NOW)[0].as_ref().unwrap().endpoint().to_owned())
        .collect();
    assert!(endpoints.len() > 1, "nothing was sent, so the session belongs nowhere");
}

#[derive(Default)]
struct Written(Mutex<Vec<Entry>>);

impl Journal for Written {
    fn record(&self, entry: Entry) {
        self.0.lock().unwrap().push(entry);
    }
}

#[test]
fn a_journal_repeats_them() {
    let written = Arc::new(Written::default());
    let router = Router::new(plan(by_load_and_prefix()), 5).journal(written.clone());
    report(&router, 4);
    let prompt = "the same beginning for all of them ".repeat(50);
    let request = || Request::new(&[("", ""); 0]).prompt(Prompt::Text(prompt.as_bytes()));
    router.decide_many((0..6).map(|_| request()), NOW);
    let sent = router.route(&request(), NOW).unwrap();
    router.decide_many((0..6).map(|_| request()), NOW);
    drop(sent);
    _ = router.decide(&request(), NOW);
    let text = serde_json::to_string(&*written.0.lock().unwrap()).unwrap();
    let entries: Vec<Entry> = serde_json::from_str(&text).unwrap();
    let mut player = Player::new(plan(by_load_and_prefix()));
    for entry in &entries {
        assert_eq!(player.play(entry), Ok(()));
    }
    assert!(player.router().snapshot().endpoints().all(|endpoint| endpoint.in_flight == 0));
}
