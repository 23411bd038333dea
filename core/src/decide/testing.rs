//! A pool of endpoints for the unit tests of scorers and filters that read what no event tells.

use super::candidates::FEW;
use super::candidates::Survivors;
use super::endpoint::Arguments;
use super::facts::Facts;
use super::filter::Filtering;
use super::prompt::Found;
use super::score::{self, Scores};
use crate::ids::{Ix, PoolIx};
use crate::load::Manifests;
use crate::plan::{Filter, Options, Profile, Scheduling, Scorer};
use crate::request::Request;
use crate::rng::DecisionRng;
use crate::router::Router;
use crate::signals::{Event, ReportedEndpoint};
use crate::trace::NoTrace;
use crate::units::Nanos;

/// A router on one pool of endpoints with these labels, named by their numbers.
pub(super) fn pool(profile: Profile, labels: &[&[(&str, &str)]]) -> Router {
    let text = r#"{"apiVersion": "inference.networking.k8s.io/v1", "kind": "InferencePool", "metadata": {"name": "p"},
        "spec": {"selector": {"matchLabels": {"app": "x"}}, "targetPorts": [{"number": 8000}]}}"#;
    let options = Options::default().scheduling(Scheduling::single(profile));
    let router = Router::new(Manifests::from_yaml(text).unwrap().compile(&options).unwrap(), 1);
    let endpoint = |(number, labels): (usize, &&[(&str, &str)])| {
        let endpoint = ReportedEndpoint::new(&format!("e{number:02}")).label("app", "x");
        labels.iter().fold(endpoint, |endpoint, (key, value)| endpoint.label(key, value))
    };
    let endpoints = labels.iter().enumerate().map(endpoint).collect();
    router.observe(&Event::EndpointsReplaced { endpoints }, Nanos::new(0)).unwrap();
    router
}

/// What a test knows beside events.
#[derive(Clone, Copy, Default)]
pub(super) struct Known<'k> {
    /// Blocks of a prompt of ten that members hold.
    pub(super) held: &'k [u32],
    pub(super) peer: Option<usize>,
    pub(super) seed: u64,
}

/// Scores by position.
pub(super) fn scores(router: &Router, known: Known<'_>) -> Vec<f64> {
    on_facts(router, known, |facts| {
        let mut survivors = Survivors::new();
        survivors.begin(facts.members);
        let mut scores = Scores::<FEW>::new();
        let profile = &facts.state.plan.scheduling.profiles[0];
        score::all(profile, facts, survivors.candidates(), &mut scores, &mut NoTrace);
        scores.to_vec()
    })
}

/// Positions that the profile's filters keep.
pub(super) fn kept(router: &Router, known: Known<'_>) -> Vec<usize> {
    on_facts(router, known, |facts| {
        let mut survivors = Survivors::new();
        survivors.begin(facts.members);
        let mut rng = DecisionRng::from_seed(known.seed);
        for filter in &facts.state.plan.scheduling.profiles[0].filters {
            let (survivors, rng) = (&mut survivors, &mut rng);
            Filtering { facts, survivors, rng, trace: &mut NoTrace }.apply(filter, None);
        }
        let mut positions = Vec::new();
        survivors.candidates().for_each(|position| positions.push(position));
        positions
    })
}

fn on_facts<R>(router: &Router, known: Known<'_>, run: impl FnOnce(&Facts<'_>) -> R) -> R {
    let none: [(&str, &str); 0] = [];
    let (state, request) = (router.snapshot(), Request::new(&none));
    let found = Found::<FEW>::of(known.held);
    let held = (!known.held.is_empty()).then(|| found.held(10, 64));
    let arguments = Arguments {
        state: &state,
        request: &request,
        now: Nanos::new(0),
        held: held.as_ref(),
        prompt_tokens: 0,
        model: "",
        peer: known.peer,
        is_cold: false,
        priority: 0,
        rng: &mut DecisionRng::from_seed(0),
        trace: &mut NoTrace,
    };
    run(&Facts::new(&arguments, PoolIx::new(0)))
}

pub(super) fn scored(scorer: Scorer) -> Profile {
    Profile::new("test").scorer(scorer, 1.0)
}

pub(super) fn filtered(filter: Filter) -> Profile {
    Profile::new("test").filter(filter)
}
