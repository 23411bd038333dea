//! Replicas that tell each other of their requests count the same, however messages get lost, doubled and out of order on the way.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::disallowed_types,
    reason = "a test fails by panicking"
)]

#[path = "support/chance.rs"]
mod chance;
#[path = "support/pool.rs"]
mod pool;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chance::Chance;
use inferroute::{
    Entry, Event, Journal, Manifests, Nanos, Options, Plan, Player, Prompt, ReplicaRequest, ReportedEndpoint,
    Request, Router, Stage, Ticket,
};
use pool::MANIFESTS;

const HEADERS: [(&str, &str); 0] = [];

fn plan() -> Plan {
    Manifests::from_yaml(MANIFESTS).unwrap().compile(&Options::default().fallback_endpoints(3)).unwrap()
}

fn report(router: &Router) {
    for number in 1..=4 {
        let endpoint = ReportedEndpoint::new(&format!("v{number}"))
            .address(&format!("10.0.0.{number}"))
            .label("app", "vllm");
        router.observe(&Event::EndpointReported { endpoint }, Nanos::new(0)).unwrap();
    }
}

/// A gateway with its open requests by the numbers under which others know them.
struct Replica {
    name: String,
    router: Router,
    last: u64,
    open: BTreeMap<u64, Ticket>,
}

impl Replica {
    fn new(number: u64) -> Self {
        let router = Router::new(plan(), number);
        report(&router);
        Self { name: format!("replica-{number}"), router, last: 0, open: BTreeMap::new() }
    }

    fn told(&self, requests: Vec<ReplicaRequest>, complete_to: Option<u64>) -> Event {
        let lease = Nanos::new(1_000_000);
        Event::ReplicaTold { replica: self.name.clone(), requests, complete_to, lease }
    }

    fn summary(&self) -> Event {
        let told = self.open.iter().map(|(number, ticket)| ticket.told(*number).without_prompt());
        self.told(told.collect(), Some(self.last))
    }

    /// Something happens, of which it tells the others.
    fn step(&mut self, chance: &mut Chance, now: Nanos) -> Option<Event> {
        let any = self.open.keys().nth(chance.below(self.open.len().max(1))).copied();
        let request = match (chance.below(5), any) {
            (0 | 1, _) | (_, None) => {
                let prompt = vec![b'a' + chance.below(8) as u8; 200 + chance.below(2000)];
                let request = Request::new(&HEADERS).prompt(Prompt::Text(&prompt));
                self.last += 1;
                self.open.insert(self.last, self.router.route(&request, now).unwrap());
                self.open[&self.last].told(self.last)
            }
            (2, Some(number)) => {
                let ticket = self.open.get_mut(&number).unwrap();
                ticket.first_token(now);
                ticket.told(number).without_prompt()
            }
            (3, Some(number)) => {
                self.open.get_mut(&number).unwrap().fall_back(now)?;
                self.open[&number].told(number).without_prompt()
            }
            (_, Some(number)) => {
                self.open.remove(&number).unwrap().finish();
                ReplicaRequest::over(number)
            }
        };
        Some(self.told(vec![request], None))
    }

    fn hear(&self, event: &Event, now: Nanos) {
        // As it travels.
        let text = serde_json::to_string(event).unwrap();
        self.router.observe(&serde_json::from_str(&text).unwrap(), now).unwrap();
    }

    fn counts(&self) -> Vec<(u32, u64)> {
        let state = self.router.snapshot();
        state.endpoints().map(|endpoint| (endpoint.in_flight, endpoint.waiting_tokens)).collect()
    }
}

#[test]
fn counts_agree_once_a_list_of_all_has_come_through() {
    for seed in 0..50 {
        let mut chance = Chance(seed);
        let mut replicas: Vec<Replica> = (0..3).map(Replica::new).collect();
        let mut under_way: Vec<(usize, Event)> = Vec::new();
        for step in 0..300_u64 {
            let now = Nanos::new(step * 1000);
            let teller = chance.below(3);
            let told = replicas[teller].step(&mut chance, now);
            let listed = (chance.below(20) == 0).then(|| replicas[teller].summary());
            for event in told.into_iter().chain(listed) {
                for hearer in (0..3).filter(|hearer| *hearer != teller) {
                    // Lost, once or twice.
                    for _ in 0..chance.below(3) {
                        under_way.push((hearer, event.clone()));
                    }
                }
            }
            while under_way.len() > 10 {
                let (hearer, event) = under_way.swap_remove(chance.below(under_way.len()));
                replicas[hearer].hear(&event, now);
            }
        }
        let now = Nanos::new(300_000);
        for _ in 0..under_way.len() {
            let (hearer, event) = under_way.swap_remove(chance.below(under_way.len()));
            replicas[hearer].hear(&event, now);
        }
        for teller in 0..3 {
            let summary = replicas[teller].summary();
            (0..3).filter(|hearer| *hearer != teller).for_each(|hearer| replicas[hearer].hear(&summary, now));
        }
        assert_eq!(replicas[0].counts(), replicas[1].counts(), "seed {seed}");
        assert_eq!(replicas[0].counts(), replicas[2].counts(), "seed {seed}");
        let all: u32 = replicas[0].counts().iter().map(|(in_flight, _)| in_flight).sum();
        assert_eq!(all as usize, replicas.iter().map(|replica| replica.open.len()).sum::<usize>());
        // And when all is over, nothing is left.
        for replica in &mut replicas {
            replica.open.clear();
        }
        replicas[0].hear(&Event::ReplicaGone { replica: "replica-1".into() }, now);
        replicas[0].router.observe(&Event::LeasesLapsed, Nanos::new(2_000_000)).unwrap();
        assert_eq!(replicas[0].counts(), [(0, 0); 4], "seed {seed}");
    }
}

#[test]
fn a_prompt_that_one_sent_leads_the_others_there() {
    let (mut one, other) = (Replica::new(1), Replica::new(2));
    for text in 0..20_u8 {
        let prompt = vec![text; 4096];
        let request = Request::new(&HEADERS).prompt(Prompt::Text(&prompt));
        let ticket = one.router.route(&request, Nanos::new(0)).unwrap();
        one.last += 1;
        other.hear(&one.told(vec![ticket.told(one.last)], None), Nanos::new(0));
        other.hear(&one.told(vec![ReplicaRequest::over(one.last)], None), Nanos::new(0));
        let decision = other.router.decide(&request, Nanos::new(0)).unwrap();
        assert_eq!(decision.endpoint(), ticket.decision().endpoint());
        assert_eq!(decision.cached_tokens(), 1024);
    }
}

#[test]
fn what_is_told_says_where_the_request_is() {
    let replica = Replica::new(1);
    let request = Request::new(&HEADERS).prompt(Prompt::Text(&[7; 640]));
    let mut ticket = replica.router.route(&request, Nanos::new(0)).unwrap();
    let told = ticket.told(5);
    assert_eq!(
        (told.number(), told.stage(), told.endpoint()),
        (5, Stage::Sent, ticket.decision().endpoint())
    );
    ticket.first_token(Nanos::new(1));
    assert_eq!(ticket.told(5).stage(), Stage::Answering);
    let next = ticket.fall_back(Nanos::new(2)).unwrap().endpoint().to_owned();
    let told = ticket.told(5);
    assert_eq!((told.stage(), told.endpoint()), (Stage::Sent, &*next));
    assert_eq!(
        serde_json::to_value(ReplicaRequest::over(5)).unwrap(),
        serde_json::json!({"number": 5, "stage": "over", "attempt": 0, "prompt_tokens": 0, "cached_tokens": 0})
    );
}

#[derive(Default)]
struct Written(Mutex<Vec<Entry>>);

impl Journal for Written {
    fn record(&self, entry: Entry) {
        self.0.lock().unwrap().push(entry);
    }
}

#[test]
fn a_journal_repeats_decisions_on_what_others_told() {
    let written = Arc::new(Written::default());
    let journal: Arc<dyn Journal> = Arc::clone(&written) as _;
    let mut other = Replica::new(1);
    let router = Router::new(plan(), 9).journal(journal);
    report(&router);
    let mut chance = Chance(3);
    for step in 0..200_u64 {
        let now = Nanos::new(step * 1000);
        if let Some(event) = other.step(&mut chance, now) {
            router.observe(&event, now).unwrap();
        }
        router.decide(&Request::new(&HEADERS), now).unwrap();
    }
    let mut player = Player::new(plan());
    for entry in written.0.lock().unwrap().iter() {
        player.play(entry).unwrap();
    }
}
