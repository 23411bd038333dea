//! Events in any order: refused ones change nothing, counts never go below zero, and whoever is chosen exists and is ready.

#![no_main]

use arbitrary::Arbitrary;
use inferroute::{
    Event, Fraction, LoadReport, Manifests, Nanos, Options, PreciseOptions, PredictedCompletion, Profile,
    Prompt, ReportedEndpoint, Request, Router, Scheduling, Scorer, Ticket, Tier,
};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Act {
    Report { name: u8, address: Address, labelled: bool, ready: bool },
    Gone { name: u8 },
    Replace { names: Vec<u8> },
    Started { name: u8, prompt_tokens: u32 },
    Answering { name: u8, prompt_tokens: u32 },
    Finished { name: u8 },
    Counted { name: u8, count: u32 },
    Polled { name: u8, waiting: Option<u32>, running: Option<u32>, kv_usage: f64, totals: Option<[u64; 4]> },
    Stored { name: u8, sequence: u8, hashes: Vec<u64>, parent: Option<u64> },
    Removed { name: u8, sequence: u8, hashes: Vec<u64> },
    Route { prompt: Vec<u64>, prompt_tokens: u32 },
    FirstToken { at: usize },
    FallBack { at: usize },
    DropTicket { at: usize },
    Later { pause: u64 },
    Text(String),
}

#[derive(Arbitrary, Debug)]
enum Address {
    None,
    Ip(u8),
    WithPort(u8, u16),
    Text(String),
}

const MANIFESTS: &str = r#"
{"apiVersion": "aigateway.envoyproxy.io/v1alpha1", "kind": "AIGatewayRoute", "metadata": {"name": "r"},
 "spec": {"rules": [{"backendRefs": [{"kind": "InferencePool", "name": "p"}]}]}}
---
{"apiVersion": "inference.networking.x-k8s.io/v1alpha2", "kind": "InferencePool", "metadata": {"name": "p"},
 "spec": {"selector": {"app": "x"}, "targetPortNumber": 8000}}"#;

fn endpoint(name: u8, address: &Address, labelled: bool, ready: bool) -> ReportedEndpoint {
    let endpoint = ReportedEndpoint::new(&format!("e{name}")).ready(ready);
    let endpoint = if labelled { endpoint.label("app", "x") } else { endpoint };
    match address {
        Address::None => endpoint,
        Address::Ip(n) => endpoint.address(&format!("10.0.0.{n}")),
        Address::WithPort(n, port) => endpoint.address(&format!("10.0.0.{n}:{port}")),
        Address::Text(text) => endpoint.address(text),
    }
}

/// Every kind of knowledge is asked.
fn options() -> Options {
    let profile = Profile::new("p")
        .scorer(Scorer::Queue, 1.0)
        .scorer(Scorer::KvCacheUtilization, 1.0)
        .scorer(Scorer::PrefixCache { match_length_weight: 0.5, match_length_scale_tokens: 64.0 }, 1.0)
        .scorer(Scorer::TokenLoad { queue_threshold: 100.0 }, 1.0)
        .scorer(Scorer::NoHitLru { remembered: 2 }, 1.0)
        .scorer(Scorer::PredictedCompletion(PredictedCompletion::default()), 1.0);
    let scheduling = Scheduling::single(profile).kv_events(PreciseOptions::default()).unwrap();
    Options::default().scheduling(scheduling).lease(Some(Nanos::new(1000)))
}

fuzz_target!(|acts: Vec<Act>| {
    let router = Router::new(Manifests::from_yaml(MANIFESTS).unwrap().compile(&options()).unwrap(), 1);
    let mut now = Nanos::new(0);
    let none: [(&str, &str); 0] = [];
    let mut tickets = Vec::new();
    for act in acts.iter().take(200) {
        let before = router.snapshot().version();
        let id = |name: &u8| format!("default/e{name}");
        let event = match act {
            Act::Report { name, address, labelled, ready } => {
                Event::EndpointReported { endpoint: endpoint(*name, address, *labelled, *ready) }
            }
            Act::Gone { name } => Event::EndpointGone { namespace: None, name: format!("e{name}") },
            Act::Replace { names } => Event::EndpointsReplaced {
                endpoints: names
                    .iter()
                    .map(|name| endpoint(*name, &Address::Ip(*name), true, true))
                    .collect(),
            },
            Act::Started { name, prompt_tokens } => {
                Event::RequestStarted { endpoint: id(name), prompt_tokens: *prompt_tokens }
            }
            Act::Answering { name, prompt_tokens } => {
                Event::FirstToken { endpoint: id(name), prompt_tokens: *prompt_tokens }
            }
            Act::Finished { name } => Event::RequestFinished { endpoint: id(name) },
            Act::Counted { name, count } => Event::InFlightCounted { endpoint: id(name), count: *count },
            Act::Polled { name, waiting, running, kv_usage, totals } => {
                let mut load = Box::new(LoadReport::default());
                (load.waiting, load.running, load.kv_usage) = (*waiting, *running, Fraction::new(*kv_usage));
                if let Some([queries, hits, prompts, kv_tokens]) = *totals {
                    (load.prefix_queries, load.prefix_hits) = (Some(queries), Some(hits));
                    (load.prompt_tokens, load.kv_tokens) = (Some(prompts), Some(kv_tokens));
                }
                Event::LoadPolled { endpoint: id(name), load }
            }
            Act::Stored { name, sequence, hashes, parent } => Event::BlocksStored {
                endpoint: id(name),
                sequence: (*sequence).into(),
                hashes: hashes.clone(),
                parent: *parent,
                tier: Tier::Device,
                tokens: None,
                model: String::new(),
                tenant: String::new(),
            },
            Act::Removed { name, sequence, hashes } => Event::BlocksRemoved {
                endpoint: id(name),
                sequence: (*sequence).into(),
                hashes: hashes.clone(),
                tier: Tier::Device,
            },
            Act::Route { prompt, prompt_tokens } => {
                let request =
                    Request::new(&none).prompt(Prompt::Blocks(prompt)).prompt_tokens(*prompt_tokens);
                tickets.extend(router.route(&request, now));
                continue;
            }
            Act::FirstToken { at } => {
                let count = tickets.len().max(1);
                tickets
                    .get_mut(at % count)
                    .into_iter()
                    .for_each(|ticket: &mut Ticket| ticket.first_token(now));
                continue;
            }
            Act::FallBack { at } => {
                let count = tickets.len().max(1);
                tickets.get_mut(at % count).into_iter().for_each(|ticket| _ = ticket.fall_back(now));
                continue;
            }
            Act::Later { pause } => {
                now = Nanos::new(now.get().saturating_add(*pause));
                continue;
            }
            Act::DropTicket { at } => {
                if !tickets.is_empty() {
                    tickets.swap_remove(at % tickets.len());
                }
                continue;
            }
            Act::Text(text) => match serde_json::from_str(text) {
                Ok(event) => event,
                Err(_) => continue,
            },
        };
        if router.observe(&event, now).is_err() {
            assert_eq!(router.snapshot().version(), before);
        }
        let snapshot = router.snapshot();
        if let Ok(decision) = router.decide(&Request::new(&none), now) {
            let chosen = snapshot.endpoints().nth(decision.endpoint_number()).unwrap();
            assert!(chosen.ready && chosen.id == decision.endpoint());
        }
    }
    drop(tickets);
});
