//! One pool on one profile: what scorers rate and filters keep, seen through the trace.

use std::collections::BTreeMap;

use inferroute::{
    DecisionRng, Event, Filter, LoadReport, Manifests, Nanos, NoRoute, Options, Plan, Profile,
    ReportedEndpoint, Request, Router, Scheduling, Scorer, Snapshot, Step, Trace, decide,
};

const POOL: &str = r#"
{"apiVersion": "aigateway.envoyproxy.io/v1beta1", "kind": "AIGatewayRoute", "metadata": {"name": "r"},
 "spec": {"rules": [{"backendRefs": [{"kind": "InferencePool", "name": "p"}]}]}}
---
{"apiVersion": "inference.networking.k8s.io/v1", "kind": "InferencePool", "metadata": {"name": "p"},
 "spec": {"selector": {"matchLabels": {"app": "x"}}, "targetPorts": [{"number": 8000}]}}"#;

/// A name and labels.
pub(crate) type Labelled<'l> = (&'l str, &'l [(&'l str, &'l str)]);

/// A second, in nanoseconds.
pub(crate) const SECOND: u64 = 1_000_000_000;

pub(crate) struct Pool {
    pub(crate) router: Router,
}

/// What a decision told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// By endpoint: its rating by the last scorer.
    pub(crate) ratings: BTreeMap<String, Option<f64>>,
    /// By endpoint: its points.
    pub(crate) scores: BTreeMap<String, f64>,
    /// Endpoints that no filter took out.
    pub(crate) kept: Vec<String>,
    pub(crate) picked: Vec<String>,
}

impl Trace for Told {
    const ON: bool = true;

    fn record(&mut self, step: Step<'_>) {
        let short = |id: &str| id.trim_start_matches("default/").to_owned();
        match step {
            Step::Scored { id, rating, points, .. } => {
                self.ratings.insert(short(id), rating);
                *self.scores.entry(short(id)).or_default() += points;
            }
            Step::Endpoint { id, removed_by: None, .. } => self.kept.push(short(id)),
            Step::Picked { id, .. } => self.picked.push(short(id)),
            _ => {}
        }
    }
}

/// A pool of endpoints with these names and labels.
pub(crate) fn pool_of(profile: Profile, endpoints: &[Labelled<'_>]) -> Pool {
    scheduled(Scheduling::single(profile), endpoints)
}

pub(crate) fn scheduled(scheduling: Scheduling, endpoints: &[Labelled<'_>]) -> Pool {
    let router = Router::new(plan(scheduling), 7);
    let pool = Pool { router };
    let endpoint = |(place, (name, labels)): (usize, &Labelled<'_>)| {
        // An endpoint with a number in its name has its address by that, whatever the order it is told in.
        let number = name.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(place);
        let reported =
            ReportedEndpoint::new(name).address(&format!("10.0.{}.{}", number / 256, number % 256));
        labels.iter().fold(reported.label("app", "x"), |endpoint, (key, value)| endpoint.label(key, value))
    };
    let endpoints = endpoints.iter().enumerate().map(endpoint).collect();
    pool.tell(0, Event::EndpointsReplaced { endpoints });
    pool
}

/// The plan of a pool on one profile.
pub(crate) fn plan_of(profile: Profile) -> Plan {
    plan(Scheduling::single(profile))
}

fn plan(scheduling: Scheduling) -> Plan {
    let options = Options::default().scheduling(scheduling).stale_after(Nanos::new(30 * SECOND));
    Manifests::from_yaml(POOL).unwrap().compile(&options).unwrap()
}

/// A pool of `n` endpoints `e00`, `e01`, … that are all alike.
pub(crate) fn alike(profile: Profile, n: usize) -> Pool {
    let names: Vec<String> = (0..n).map(|number| format!("e{number:02}")).collect();
    let endpoints: Vec<_> = names.iter().map(|name| (name.as_str(), &[] as &[(&str, &str)])).collect();
    pool_of(profile, &endpoints)
}

pub(crate) fn scored(scorer: Scorer) -> Profile {
    Profile::new("test").scorer(scorer, 1.0)
}

pub(crate) fn filtered(filter: Filter) -> Profile {
    Profile::new("test").filter(filter)
}

impl Pool {
    pub(crate) fn tell(&self, second: u64, event: Event) {
        self.router.observe(&event, Nanos::new(second * SECOND)).unwrap();
    }

    pub(crate) fn load(&self, second: u64, name: &str, load: LoadReport) {
        self.tell(second, Event::LoadPolled { endpoint: format!("default/{name}"), load: Box::new(load) });
    }

    pub(crate) fn in_flight(&self, name: &str, count: u32) {
        self.tell(0, Event::InFlightCounted { endpoint: format!("default/{name}"), count });
    }

    /// What the decision on `request` tells; an error for a refusal.
    pub(crate) fn told(
        &self,
        second: u64,
        seed: u64,
        request: &Request<'_>,
    ) -> Result<Told, NoRoute<Snapshot>> {
        let (state, mut told) = (self.router.snapshot(), Told::default());
        let now = Nanos::new(second * SECOND);
        let refused = decide(&state, request, now, &mut DecisionRng::from_seed(seed), &mut told).is_err();
        if refused { self.router.decide_seeded(request, now, seed).map(|_| told) } else { Ok(told) }
    }

    /// Ratings at a time, in the order of names.
    pub(crate) fn ratings(&self, second: u64, request: &Request<'_>) -> Vec<Option<f64>> {
        self.told(second, 0, request).unwrap().ratings.into_values().collect()
    }

    /// Names that the filters leave at a time; none for a refusal.
    pub(crate) fn kept(&self, second: u64, request: &Request<'_>) -> Vec<String> {
        self.told(second, 0, request).map(|told| told.kept).unwrap_or_default()
    }
}
