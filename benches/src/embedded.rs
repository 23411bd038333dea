//! The router under test, as a host would use it: one pool, its events and its tickets, through the crate's public interface alone.

use std::collections::HashMap;

use inferroute::{
    ApproximateOptions, Event, Fraction, HashDialect, HashOptions, LoadReport, Manifests, Nanos, Options,
    Plan, PreciseOptions, Profile, Prompt, ReportedEndpoint, Request, Router, Scheduling, Ticket,
};

use crate::sim::{Asked, Gateway, Polled};

const POOL: &str = "\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: chat}
spec:
  rules: [{backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: gpus}]}]
---
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: gpus}
spec:
  selector: {matchLabels: {app: vllm}}
  targetPorts: [{number: 8000}]
";

/// A router with one pool of simulated endpoints.
pub struct Embedded {
    plan: Box<dyn Fn(u32) -> Plan>,
    seed: u64,
    /// Made at the first request, which tells how many tokens a block of the workload has.
    router: Option<Router>,
    /// What was told before that.
    early: Vec<(Event, Nanos)>,
    tickets: HashMap<usize, Ticket>,
    /// Tokens that fit into an engine's KV cache, which engines say of themselves.
    kv_tokens: u64,
    /// The place in each endpoint's stream of KV events.
    sequences: Vec<u64>,
}

/// The plan of one pool, `manifests` beside it.
pub fn pool_plan(manifests: &str, options: &Options) -> Plan {
    Manifests::from_yaml(&format!("{POOL}{manifests}"))
        .and_then(|manifests| manifests.compile(options))
        .unwrap_or_else(|problems| panic!("{problems}"))
}

impl Embedded {
    /// A router with the plan that `plan` makes for so many tokens a block.
    pub fn new(plan: impl Fn(u32) -> Plan + 'static, kv_tokens: u64, seed: u64) -> Self {
        Self {
            plan: Box::new(plan),
            seed,
            router: None,
            early: Vec::new(),
            tickets: HashMap::new(),
            kv_tokens,
            sequences: Vec::new(),
        }
    }

    /// A router that schedules by this profile, with everything that hosts can tell.
    pub fn scheduling(profile: Profile, kv_tokens: u64, seed: u64) -> Self {
        let plan = move |block_tokens| {
            // The workload names its blocks itself.
            let hashing = HashOptions::default()
                .dialect(HashDialect::Inferroute)
                .block_tokens(block_tokens)
                .max_blocks(4096);
            let scheduling = Scheduling::single(profile.clone())
                .prefix(hashing, ApproximateOptions::default())
                .and_then(|scheduling| scheduling.kv_events(PreciseOptions::default()))
                .unwrap_or_else(|error| panic!("{error}"));
            pool_plan("", &Options::default().scheduling(scheduling).fallback_endpoints(0))
        };
        Self::new(plan, kv_tokens, seed)
    }

    fn tell(&mut self, event: Event, now: f64) {
        match &self.router {
            Some(router) => observe(router, &event, nanos(now)),
            None => self.early.push((event, nanos(now))),
        }
    }

    fn router(&mut self, block_tokens: u32) -> &Router {
        self.router.get_or_insert_with(|| {
            let router = Router::new((self.plan)(block_tokens), self.seed);
            for (event, at) in self.early.drain(..) {
                observe(&router, &event, at);
            }
            router
        })
    }

    fn next_sequence(&mut self, endpoint: usize) -> u64 {
        if self.sequences.len() <= endpoint {
            self.sequences.resize(endpoint + 1, 0);
        }
        let sequence = &mut self.sequences[endpoint];
        *sequence += 1;
        *sequence
    }
}

fn observe(router: &Router, event: &Event, at: Nanos) {
    router.observe(event, at).unwrap_or_else(|error| panic!("{error}"));
}

fn name(endpoint: usize) -> String {
    format!("vllm-{endpoint:04}")
}

fn id(endpoint: usize) -> String {
    format!("default/{}", name(endpoint))
}

/// A block's number as a hash: one to one, and spread as the indexes expect (the finaliser of SplitMix64).
fn hash(block: u64) -> u64 {
    let mut hash = block.wrapping_add(0x9e37_79b9_7f4a_7c15);
    hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ hash >> 31
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "runs last hours")]
fn nanos(seconds: f64) -> Nanos {
    Nanos::new((seconds * 1e9) as u64)
}

impl Gateway for Embedded {
    fn dispatch(&mut self, number: usize, asked: &Asked<'_>, now: f64) -> usize {
        let headers: [(&str, &str); 0] = [];
        let hashes: Vec<u64> = asked.blocks.iter().copied().map(hash).collect();
        let request = Request::new(&headers).prompt(Prompt::Blocks(&hashes)).prompt_tokens(asked.prompt);
        let ticket = self
            .router(asked.block_tokens)
            .route(&request, nanos(now))
            .unwrap_or_else(|refused| panic!("{refused}"));
        let chosen = ticket.decision().endpoint().rsplit('-').next().and_then(|number| number.parse().ok());
        self.tickets.insert(number, ticket);
        chosen.unwrap_or_else(|| panic!("an endpoint of the run"))
    }

    fn first_token(&mut self, number: usize, now: f64) {
        if let Some(ticket) = self.tickets.get_mut(&number) {
            ticket.first_token(nanos(now));
        }
    }

    fn finished(&mut self, number: usize, _generated: u32, _now: f64) {
        if let Some(ticket) = self.tickets.remove(&number) {
            ticket.finish();
        }
    }

    fn failed(&mut self, number: usize, now: f64) {
        if let Some(ticket) = self.tickets.remove(&number) {
            ticket.fail(nanos(now));
        }
    }

    fn polled(&mut self, endpoint: usize, polled: &Polled, now: f64) {
        let mut load = LoadReport::default();
        load.waiting = Some(polled.waiting);
        load.running = Some(polled.running);
        load.kv_usage = Fraction::new(polled.kv_usage.clamp(0.0, 1.0));
        load.kv_tokens = Some(self.kv_tokens);
        load.prompt_tokens = Some(polled.prompt_tokens);
        load.generation_tokens = Some(polled.generation_tokens);
        load.prefix_queries = Some(polled.prefix_queries);
        load.prefix_hits = Some(polled.prefix_hits);
        self.tell(Event::LoadPolled { endpoint: id(endpoint), load: Box::new(load) }, now);
    }

    fn stored(&mut self, endpoint: usize, parent: Option<u64>, blocks: &[u64], now: f64) {
        let sequence = self.next_sequence(endpoint);
        let event = Event::BlocksStored {
            endpoint: id(endpoint),
            sequence,
            hashes: blocks.iter().copied().map(hash).collect(),
            parent: parent.map(hash),
            tier: inferroute::Tier::default(),
            tokens: None,
            model: String::new(),
            tenant: String::new(),
        };
        self.tell(event, now);
    }

    fn removed(&mut self, endpoint: usize, blocks: &[u64], now: f64) {
        let sequence = self.next_sequence(endpoint);
        let event = Event::BlocksRemoved {
            endpoint: id(endpoint),
            sequence,
            hashes: blocks.iter().copied().map(hash).collect(),
            tier: inferroute::Tier::default(),
        };
        self.tell(event, now);
    }

    fn appeared(&mut self, endpoint: usize, now: f64) {
        let report = ReportedEndpoint::new(&name(endpoint))
            .address(&format!("10.0.{}.{}", endpoint / 256, endpoint % 256))
            .label("app", "vllm");
        self.tell(Event::EndpointReported { endpoint: report }, now);
    }

    fn gone(&mut self, endpoint: usize, now: f64) {
        self.tell(Event::EndpointGone { namespace: None, name: name(endpoint) }, now);
    }
}
