//! Counts in flight, against a model that keeps a list of requests: random sequences of events and tickets, flaps of endpoints and lost tickets included.
//!
//! `INFERROUTE_STEPS` sets how many steps are taken in all.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[path = "support/chance.rs"]
mod chance;
#[path = "support/pool.rs"]
mod pool;

use std::collections::BTreeMap;

use chance::Chance;
use inferroute::{
    Event, Manifests, Nanos, Options, Picker, Plan, PredictedCompletion, Profile, ReportedEndpoint, Request,
    Router, Scheduling, Scorer, Strategy, Ticket,
};
use pool::MANIFESTS;

const LEASE: u64 = 8_000;
const SPAN: u64 = LEASE / 8;

fn plan() -> Plan {
    let options = Options::default().strategy(Strategy::Random);
    plan_of(options)
}

fn plan_of(options: Options) -> Plan {
    let options = options.fallback_endpoints(3).lease(Some(Nanos::new(LEASE)));
    Manifests::from_yaml(MANIFESTS).unwrap().compile(&options).unwrap()
}

/// A request as the model knows it: where it counts, and until which span.
struct Counted {
    incarnation: u64,
    span: u64,
    has_lapsed: bool,
}

/// What should be counted.
#[derive(Default)]
struct Model {
    /// The incarnation of each endpoint that is there.
    there: BTreeMap<String, u64>,
    incarnations: u64,
    /// By incarnation: requests that were counted by events, less those that ended.
    by_events: BTreeMap<u64, u64>,
    requests: Vec<Counted>,
}

impl Model {
    fn report(&mut self, id: &str) {
        if !self.there.contains_key(id) {
            self.incarnations += 1;
            self.there.insert(id.to_owned(), self.incarnations);
        }
    }

    fn enter(&mut self, incarnation: u64, now: u64) -> Counted {
        let span = now / SPAN + 9;
        // A slot of the ring that comes round again drops what it held.
        for request in &mut self.requests {
            let same_slot = request.span % 16 == span % 16 && request.span != span;
            request.has_lapsed |= request.incarnation == incarnation && same_slot;
        }
        Counted { incarnation, span, has_lapsed: false }
    }

    fn lapse(&mut self, now: u64, of: impl Fn(u64) -> bool) {
        for request in self.requests.iter_mut().filter(|request| of(request.incarnation)) {
            request.has_lapsed |= request.span < now / SPAN;
        }
    }

    fn in_flight(&self, incarnation: u64) -> u64 {
        let counts = |request: &&Counted| request.incarnation == incarnation && !request.has_lapsed;
        let routed = self.requests.iter().filter(counts).count() as u64;
        routed + self.by_events.get(&incarnation).copied().unwrap_or(0)
    }
}

fn run(seed: u64, steps: usize) {
    let mut chance = Chance(seed);
    let mut model = Model::default();
    let router = Router::new(plan(), seed);
    let mut tickets: Vec<Ticket> = Vec::new();
    let mut now = 0;
    let headers: [(&str, &str); 0] = [];
    for step in 0..steps {
        now += chance.below(if step % 50 == 0 { 30_000 } else { 400 }) as u64;
        let at = Nanos::new(now);
        let name = format!("v{}", chance.below(4));
        let id = format!("default/{name}");
        let endpoint = id.clone();
        match chance.below(12) {
            0 => {
                let reported = ReportedEndpoint::new(&name).address("10.0.0.1").label("app", "vllm");
                let ready = reported.ready(chance.below(4) > 0);
                router.observe(&Event::EndpointReported { endpoint: ready }, at).unwrap();
                model.report(&id);
            }
            1 if chance.below(3) == 0 => {
                router.observe(&Event::EndpointGone { namespace: None, name }, at).unwrap();
                model.there.remove(&id);
            }
            2 => {
                let started = Event::RequestStarted { endpoint, prompt_tokens: 10 };
                assert_eq!(router.observe(&started, at).is_ok(), model.there.contains_key(&id));
                if let Some(incarnation) = model.there.get(&id) {
                    *model.by_events.entry(*incarnation).or_default() += 1;
                }
            }
            3 => {
                // Never more ends than starts: what a host that miscounts gets is another test's matter.
                let count = model.there.get(&id).and_then(|incarnation| model.by_events.get_mut(incarnation));
                if let Some(count) = count.filter(|count| **count > 0) {
                    *count -= 1;
                    router.observe(&Event::RequestFinished { endpoint }, at).unwrap();
                }
            }
            4 => {
                router.observe(&Event::LoadPolled { endpoint, load: Box::default() }, at).unwrap();
                if let Some(incarnation) = model.there.get(&id).copied() {
                    model.lapse(now, |other| other == incarnation);
                }
            }
            5 => {
                router.observe(&Event::LeasesLapsed, at).unwrap();
                let there: Vec<u64> = model.there.values().copied().collect();
                model.lapse(now, |incarnation| there.contains(&incarnation));
            }
            6..=8 => {
                if let Ok(ticket) = router.route(&Request::new(&headers).prompt_tokens(100), at) {
                    let incarnation = model.there[ticket.decision().endpoint()];
                    let counted = model.enter(incarnation, now);
                    model.requests.push(counted);
                    tickets.push(ticket);
                }
            }
            9 if !tickets.is_empty() => {
                let place = chance.below(tickets.len());
                drop(tickets.swap_remove(place));
                model.requests.swap_remove(place);
            }
            10 if !tickets.is_empty() => {
                let place = chance.below(tickets.len());
                let lease = now / SPAN + 9;
                if chance.below(2) == 0 {
                    tickets[place].first_token(at)
                } else {
                    tickets[place].renew(at)
                }
                if model.requests[place].span != lease {
                    let incarnation = model.requests[place].incarnation;
                    model.requests[place].has_lapsed = true;
                    let counted = model.enter(incarnation, now);
                    model.requests[place] = counted;
                }
            }
            11 if !tickets.is_empty() => {
                let place = chance.below(tickets.len());
                tickets.swap_remove(place).finish();
                model.requests.swap_remove(place);
            }
            _ => {}
        }
        for view in router.snapshot().endpoints() {
            let expected = model.in_flight(model.there[view.id]);
            assert_eq!(u64::from(view.in_flight), expected, "seed {seed}, step {step}, {}", view.id);
        }
    }
    tickets.clear();
    model.requests.clear();
    for view in router.snapshot().endpoints() {
        assert_eq!(
            u64::from(view.in_flight),
            model.in_flight(model.there[view.id]),
            "seed {seed}, at the end"
        );
    }
}

#[test]
fn counts_are_those_of_the_model() {
    let steps = std::env::var("INFERROUTE_STEPS").ok().and_then(|steps| steps.parse().ok());
    for seed in 0..steps.unwrap_or(200_000_usize).div_ceil(1000) as u64 {
        run(seed, 1000);
    }
}

#[test]
fn an_end_too_many_leaves_nothing_negative() {
    let router = Router::new(plan(), 1);
    let reported = ReportedEndpoint::new("v0").address("10.0.0.1").label("app", "vllm");
    router.observe(&Event::EndpointReported { endpoint: reported }, Nanos::new(0)).unwrap();
    let in_flight = || router.snapshot().endpoints().map(|view| view.in_flight).sum::<u32>();
    for _ in 0..3 {
        let endpoint = "default/v0".to_owned();
        router.observe(&Event::RequestFinished { endpoint }, Nanos::new(0)).unwrap();
    }
    assert_eq!(in_flight(), 0);
    let headers: [(&str, &str); 0] = [];
    let ticket = router.route(&Request::new(&headers), Nanos::new(0)).unwrap();
    assert_eq!(in_flight(), 1, "an end before a start takes nothing from it");
    drop(ticket);
    assert_eq!(in_flight(), 0);
}

/// A pool whose scorer reads all that requests leave at an endpoint: how many there are, whose prompts wait and in which order, tokens, pairs, contexts.
/// How quick endpoints were found to be and what their caches hold stays behind and is left out.
fn foreseeing() -> Plan {
    let settings =
        PredictedCompletion { pace_prior: f64::INFINITY, eviction: 0.0, ..PredictedCompletion::default() };
    let profile = Profile::new("p").scorer(Scorer::PredictedCompletion(settings), 1.0);
    plan_of(Options::default().scheduling(Scheduling::single(profile.picker(Picker::MaxScore))))
}

fn ratings(router: &Router, at: Nanos) -> Vec<f64> {
    let headers: [(&str, &str); 0] = [];
    let explanation = router.explain_seeded(&Request::new(&headers).prompt_tokens(1000), at, 0);
    explanation.endpoints().iter().map(|row| row.scores[0].rating.unwrap()).collect()
}

#[test]
fn requests_leave_nothing_behind_however_they_end() {
    let headers: [(&str, &str); 0] = [];
    let mut differed = 0;
    for seed in 0..300 {
        let mut chance = Chance(seed);
        let router = Router::new(foreseeing(), seed);
        let report = |name: &str, address: &str| {
            let endpoint = ReportedEndpoint::new(name).address(address).label("app", "vllm");
            router.observe(&Event::EndpointReported { endpoint }, Nanos::new(0)).unwrap();
        };
        ["v0", "v1", "v2"].iter().for_each(|name| report(name, "10.0.0.1"));
        let mut tickets: Vec<Ticket> = Vec::new();
        let mut now = 0;
        for _ in 0..200 {
            // Some leases lapse while their requests are still under way.
            let longest = if chance.below(20) == 0 { 20_000 } else { 400 };
            now += chance.below(longest) as u64;
            let at = Nanos::new(now);
            let place = chance.below(tickets.len().max(1));
            match chance.below(9) {
                0..=3 => {
                    let request = Request::new(&headers).prompt_tokens(1 + chance.below(20_000) as u32);
                    tickets.push(router.route(&request, at).unwrap());
                }
                4 => router.observe(&Event::LeasesLapsed, at).unwrap(),
                _ if tickets.is_empty() => {}
                5 => tickets[place].first_token(at),
                6 => _ = tickets[place].fall_back(at),
                7 => tickets.swap_remove(place).finish(),
                _ => drop(tickets.swap_remove(place)),
            }
        }
        // One that comes back is another: what still counts at the one before it does not count there.
        router.observe(&Event::EndpointGone { namespace: None, name: "v2".into() }, Nanos::new(now)).unwrap();
        report("v2", "10.0.0.2");
        differed += u64::from(ratings(&router, Nanos::new(now)) != [1.0; 3]);
        tickets.clear();
        for view in router.snapshot().endpoints() {
            assert_eq!((view.in_flight, view.waiting_tokens), (0, 0), "seed {seed}, {}", view.id);
        }
        // Alike to the last bit: whatever were left at one of them, a token of context even, would show.
        assert_eq!(ratings(&router, Nanos::new(now)), [1.0; 3], "seed {seed}");
        assert_eq!(ratings(&router, Nanos::new(now + 1_000_000_000)), [1.0; 3], "seed {seed}, later");
        // Nor is anyone first in a line that is empty: equal requests everywhere, and all are alike again.
        for name in ["v0", "v1", "v2"] {
            let endpoint = format!("default/{name}");
            let started = Event::RequestStarted { endpoint, prompt_tokens: 7000 };
            router.observe(&started, Nanos::new(now)).unwrap();
        }
        assert_eq!(ratings(&router, Nanos::new(now + 50_000_000)), [1.0; 3], "seed {seed}, the line");
    }
    assert!(differed > 250, "{differed}");
}

#[test]
fn a_lost_request_counts_until_its_lease_lapses() {
    let headers: [(&str, &str); 0] = [];
    let router = Router::new(foreseeing(), 1);
    for name in ["v0", "v1"] {
        let endpoint = ReportedEndpoint::new(name).address("10.0.0.1").label("app", "vllm");
        router.observe(&Event::EndpointReported { endpoint }, Nanos::new(0)).unwrap();
    }
    let request = Request::new(&headers).prompt_tokens(5000);
    std::mem::forget(router.route(&request, Nanos::new(0)).unwrap());
    assert_ne!(ratings(&router, Nanos::new(LEASE)), [1.0; 2]);
    router.observe(&Event::LeasesLapsed, Nanos::new(2 * LEASE)).unwrap();
    assert_eq!(ratings(&router, Nanos::new(2 * LEASE)), [1.0; 2]);
}
