//! A journal repeats every decision of the router that wrote it, also after a way through JSON; a shadow changes nothing.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_types,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[path = "support/pool.rs"]
mod pool;

use std::sync::{Arc, Mutex};

use inferroute::{
    Divergence, Entry, Event, Fraction, Journal, LoadReport, Manifests, Nanos, Options, Picker, Plan, Player,
    Profile, Prompt, ReportedEndpoint, Request, Router, Scheduling, Scorer, Shadow, Strategy, Ticket,
};
use pool::MANIFESTS;
use proptest::prelude::{Just, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::Strategy as Generator;

fn plan(scheduling: Option<Scheduling>) -> Plan {
    let options = match scheduling {
        Some(scheduling) => Options::default().scheduling(scheduling),
        None => Options::default().strategy(Strategy::LeastRequest),
    };
    Manifests::from_yaml(MANIFESTS).unwrap().compile(&options).unwrap()
}

fn balanced() -> Scheduling {
    let profile = Profile::new("balanced")
        .scorer(Scorer::Queue, 2.0)
        .scorer(Scorer::KvCacheUtilization, 1.0)
        .scorer(Scorer::LeastRequest, 1.0)
        .scorer(Scorer::PrefixCache { match_length_weight: 0.25, match_length_scale_tokens: 512.0 }, 3.0);
    Scheduling::single(profile.picker(Picker::WeightedRandom))
}

fn endpoint(number: u8) -> ReportedEndpoint {
    ReportedEndpoint::new(&format!("v{number}")).address(&format!("10.0.0.{number}")).label("app", "vllm")
}

#[derive(Default)]
struct Written(Mutex<Vec<Entry>>);

impl Journal for Written {
    fn record(&self, entry: Entry) {
        self.0.lock().unwrap().push(entry);
    }
}

/// One step of a host.
#[derive(Clone, Debug)]
enum Step {
    Report(u8),
    Gone(u8),
    Poll(u8, u32, u8),
    Decide,
    Route,
    FirstToken(usize),
    FallBack(usize),
    Renew(usize),
    Finish(usize),
    Lapse,
}

fn steps() -> impl Generator<Value = Vec<(Step, u64)>> {
    let step = prop_oneof![
        (1..6u8).prop_map(Step::Report),
        (1..6u8).prop_map(Step::Gone),
        (1..6u8, 0..20u32, 0..=100u8).prop_map(|(n, waiting, kv)| Step::Poll(n, waiting, kv)),
        Just(Step::Decide),
        Just(Step::Route),
        Just(Step::Route),
        any::<usize>().prop_map(Step::FirstToken),
        any::<usize>().prop_map(Step::FallBack),
        any::<usize>().prop_map(Step::Renew),
        any::<usize>().prop_map(Step::Finish),
        Just(Step::Lapse),
    ];
    proptest::collection::vec((step, 0..2_000_000_000u64), 0..120)
}

fn run(router: &Router, steps: &[(Step, u64)]) {
    let mut tickets: Vec<Ticket> = Vec::new();
    let mut now = Nanos::new(0);
    let headers = [("x-a", "1")];
    for (step, pause) in steps {
        now = Nanos::new(now.get() + pause);
        let prompt = [b'a' + (pause % 3) as u8; 2000];
        let prompt = Prompt::Text(&prompt[..(pause % 2000) as usize]);
        let request = Request::new(&headers).prompt(prompt).tenant(["a", "b"][*pause as usize % 2]);
        let request = if pause % 5 == 0 { request.pool("default/p") } else { request };
        let place = |number: &usize, tickets: &Vec<Ticket>| number % tickets.len().max(1);
        match step {
            Step::Report(n) => {
                router.observe(&Event::EndpointReported { endpoint: endpoint(*n) }, now).unwrap()
            }
            Step::Gone(n) => {
                let gone = Event::EndpointGone { namespace: None, name: format!("v{n}") };
                router.observe(&gone, now).unwrap();
            }
            Step::Poll(n, waiting, kv) => {
                let mut load = Box::new(LoadReport::default());
                load.waiting = Some(*waiting);
                load.kv_usage = Fraction::new(f64::from(*kv) / 100.0);
                let polled = Event::LoadPolled { endpoint: format!("default/v{n}"), load };
                router.observe(&polled, now).unwrap();
            }
            Step::Decide => drop(router.decide(&request, now)),
            Step::Route => tickets.extend(router.route(&request, now)),
            Step::FirstToken(n) if !tickets.is_empty() => {
                let at = place(n, &tickets);
                tickets[at].first_token(now);
            }
            Step::FallBack(n) if !tickets.is_empty() => {
                let at = place(n, &tickets);
                tickets[at].fall_back(now);
            }
            Step::Renew(n) if !tickets.is_empty() => {
                let at = place(n, &tickets);
                tickets[at].renew(now);
            }
            Step::Finish(n) if !tickets.is_empty() => drop(tickets.swap_remove(place(n, &tickets))),
            Step::Lapse => router.observe(&Event::LeasesLapsed, now).unwrap(),
            _ => {}
        }
    }
}

fn journal_of(scheduling: Option<Scheduling>, seed: u64, steps: &[(Step, u64)]) -> Vec<Entry> {
    let written = Arc::new(Written::default());
    let router = Router::new(plan(scheduling), seed).journal(written.clone());
    run(&router, steps);
    std::mem::take(&mut written.0.lock().unwrap())
}

proptest! {
    #[test]
    fn a_journal_repeats_every_decision(steps in steps(), seed in any::<u64>(), is_balanced in any::<bool>()) {
        let scheduling = || is_balanced.then(balanced);
        let entries = journal_of(scheduling(), seed, &steps);
        let text = serde_json::to_string(&entries).unwrap();
        let read: Vec<Entry> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, &entries);
        let mut player = Player::new(plan(scheduling()));
        for entry in &read {
            prop_assert_eq!(player.play(entry), Ok(()));
        }
    }

    #[test]
    fn a_shadow_leaves_no_trace(steps in steps(), seed in any::<u64>()) {
        let alone = journal_of(None, seed, &steps);
        let written = Arc::new(Written::default());
        let router = Router::new(plan(None), seed).journal(written.clone());
        let mut shadow = Shadow::new(plan(Some(balanced())));
        let headers = [("x-a", "1")];
        for _ in 0..10 {
            let request = Request::new(&headers);
            let outcome = router.explain(&request, Nanos::new(0));
            let snapshot = router.snapshot();
            let live = inferroute::decide(
                &snapshot, &request, Nanos::new(0),
                &mut inferroute::DecisionRng::from_seed(outcome.seed()), &mut inferroute::NoTrace,
            );
            _ = shadow.compare(&router, &request, Nanos::new(0), live.as_ref());
        }
        run(&router, &steps);
        prop_assert_eq!(&*written.0.lock().unwrap(), &alone);
        let report = shadow.report();
        let (live, other) = report.endpoints.values().fold((0, 0), |(a, b), n| (a + n.live, b + n.shadow));
        prop_assert_eq!((live, other), (report.requests, report.requests));
        prop_assert!(report.agreed <= report.requests);
    }
}

#[test]
fn what_was_changed_is_noticed() {
    let steps: Vec<_> =
        (1..5).map(|n| (Step::Report(n), 1)).chain((0..8).map(|_| (Step::Route, 1))).collect();
    let mut entries = journal_of(None, 7, &steps);
    let play = |entries: &[Entry]| {
        let mut player = Player::new(plan(None));
        entries.iter().find_map(|entry| player.play(entry).err())
    };
    assert_eq!(play(&entries), None);
    assert!(matches!(play(&entries[1..]), Some(Divergence::State { .. })));
    let last = |entries: &mut Vec<Entry>, change: fn(&mut inferroute::DecisionRecord)| {
        let decided = entries.iter_mut().rev().find_map(|entry| match entry {
            Entry::Decided { decision, .. } => Some(decision),
            _ => None,
        });
        change(decided.unwrap());
    };
    last(&mut entries, |decision| decision.state_version += 1);
    assert!(matches!(play(&entries), Some(Divergence::State { .. })));
    last(&mut entries, |decision| decision.state_version -= 1);
    last(&mut entries, |decision| decision.request ^= 1);
    assert!(matches!(play(&entries), Some(Divergence::Request { .. })));
    last(&mut entries, |decision| decision.request ^= 1);
    // A ticket that was never given out, as a journal without its decision has it.
    let at = entries.iter().position(|entry| matches!(entry, Entry::Decided { .. })).unwrap();
    entries.remove(at);
    assert!(play(&entries).is_some());
}
