//! One scorer or filter on one pool: cases of `tests/vectors/scheduling`, run through the public API.

#[path = "plugin_own.rs"]
mod own;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use inferroute::{
    ApproximateOptions, Event, Finite, HashOptions, LoadReport, Manifests, MetricsCode, Nanos, Options,
    Picker, PreciseOptions, Prompt, ReportedEndpoint, Request, Router, Scheduling, ScrapeOptions, Ticket,
};
use serde::Deserialize;
use serde_json::{Value, json};

const POOL: &str = r#"
{"apiVersion": "aigateway.envoyproxy.io/v1beta1", "kind": "AIGatewayRoute", "metadata": {"name": "r"},
 "spec": {"rules": [{"backendRefs": [{"kind": "InferencePool", "name": "p"}]}]}}
---
{"apiVersion": "inference.networking.k8s.io/v1", "kind": "InferencePool", "metadata": {"name": "p"},
 "spec": {"selector": {"matchLabels": {"app": "x"}}, "targetPorts": [{"number": 8000}]}}"#;

/// In the names of endpoints that are never candidates.
const OUT: &str = "-out-";

pub(crate) const MILLISECOND: u64 = 1_000_000;

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PluginCase {
    pub(crate) id: String,
    pub(crate) scorer: Option<String>,
    pub(crate) filter: Option<String>,
    /// Which of the cases it is that every plugin has.
    pub(crate) case: String,
    #[serde(default)]
    parameters: Value,
    code: Option<Value>,
    #[serde(default)]
    beside: Vec<Value>,
    peer: Option<String>,
    endpoints: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    told: Vec<(u64, Value)>,
    #[serde(default)]
    request: Asked,
    #[serde(default)]
    now: u64,
    #[serde(default)]
    seed: u64,
    ratings: Option<Value>,
    kept: Option<Value>,
    /// The case as it stands in the file.
    #[serde(skip)]
    pub(crate) raw: Value,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Asked {
    headers: Vec<(String, String)>,
    model: Option<String>,
    prompt_tokens: u32,
    blocks: Option<Vec<u64>>,
}

impl Asked {
    fn view(&self) -> Request<'_> {
        let mut request = Request::new(&self.headers).prompt_tokens(self.prompt_tokens);
        if let Some(model) = &self.model {
            request = request.model(model);
        }
        if let Some(blocks) = &self.blocks {
            request = request.prompt(Prompt::Blocks(blocks));
        }
        request
    }
}

impl PluginCase {
    pub(crate) fn read(raw: Value) -> Self {
        let case: Result<Self, _> = serde_json::from_value(raw.clone());
        let mut case = case.unwrap_or_else(|error| panic!("{error}: {raw}"));
        case.raw = raw;
        assert!(case.scorer.is_some() != case.filter.is_some(), "{}: one of scorer and filter", case.id);
        case
    }

    pub(crate) fn plugin(&self) -> &str {
        self.scorer.as_ref().or(self.filter.as_ref()).unwrap()
    }

    /// What the case says must come out.
    pub(crate) fn expected(&self) -> Value {
        match (&self.ratings, &self.kept) {
            (Some(ratings), None) if self.scorer.is_some() => json!({"ratings": ratings}),
            (None, Some(kept)) if self.filter.is_some() => json!({"kept": kept}),
            _ => panic!("{}: a scorer has ratings, a filter has kept", self.id),
        }
    }

    /// What comes out.
    pub(crate) fn found(&self) -> Value {
        // Requests in flight end with their tickets.
        let (router, _tickets) = self.router(false, 0);
        self.found_by(&router)
    }

    /// What comes out where not all endpoints of the pool are candidates.
    pub(crate) fn found_of_some(&self) -> Value {
        let (router, _tickets) = self.router(false, 1);
        self.found_by(&router)
    }

    /// What comes out where the better of two is taken; `None` where that does not show.
    pub(crate) fn found_of_two(&self) -> Option<Value> {
        (self.scorer.is_some() && self.endpoints.len() == 2).then(|| {
            let (router, _tickets) = self.router(true, 0);
            self.found_by(&router)
        })
    }

    /// Where the request goes beside so many endpoints that are no candidates.
    pub(crate) fn taken(&self, others: usize) -> BTreeSet<String> {
        let (router, _tickets) = self.router(false, others);
        self.taken_by(&router)
    }

    fn found_by(&self, router: &Router) -> Value {
        let now = Nanos::new(self.now * MILLISECOND);
        let explanation = router.explain_seeded(&self.request.view(), now, self.seed);
        let all = explanation.endpoints();
        let picked = explanation.picked().iter().map(|pick| pick.endpoint.clone()).collect();
        // Of a decision of which nobody asks less is looked at.
        assert_eq!(self.taken_by(router), picked, "{}", self.id);
        // The profile that runs last has a row for each endpoint, behind those of a profile before it.
        let count = router.snapshot().endpoints().count();
        let name = |id: &str| id.trim_start_matches("default/").to_owned();
        let rows = all[all.len() - count..].iter().filter(|row| !row.id.contains(OUT));
        if self.filter.is_some() {
            let kept = rows.filter(|row| row.removed_by.is_none()).map(|row| name(&row.id));
            let mut kept: Vec<String> = kept.collect();
            kept.sort();
            return json!({"kept": kept});
        }
        let held = |rating: f64| if rating > 0.0 { rating.min(1.0) } else { 0.0 };
        let rated = rows.map(|row| {
            let score = row.scores.iter().find(|score| score.scorer == self.plugin());
            let score = score.unwrap_or_else(|| panic!("{}: {all:?}", self.id));
            let points = score.rating.map(held);
            assert_eq!(score.points.to_bits(), points.unwrap_or(0.0).to_bits(), "{}", self.id);
            (name(&row.id), points)
        });
        json!({"ratings": rated.collect::<BTreeMap<_, _>>()})
    }

    /// A router that was told all that the case says, and of `others` before and behind its endpoints that are not ready.
    fn router(&self, of_two: bool, others: usize) -> (Router, BTreeMap<String, Ticket>) {
        let router = Router::new(self.plan(of_two), 0);
        let reported =
            |name: &str, address: String| ReportedEndpoint::new(name).address(&address).label("app", "x");
        let endpoint = |(number, (name, labels)): (usize, (&String, &BTreeMap<String, String>))| {
            let reported = reported(name, format!("10.0.0.{number}"));
            labels.iter().fold(reported, |endpoint, (key, value)| endpoint.label(key, value))
        };
        let other = |number: usize| {
            let name = format!("{}{OUT}{number:03}", if number.is_multiple_of(2) { "0" } else { "z" });
            reported(&name, format!("10.1.{}.{}", number / 256, number % 256)).ready(false)
        };
        let endpoints =
            self.endpoints.iter().enumerate().map(endpoint).chain((0..others).map(other)).collect();
        router.observe(&Event::EndpointsReplaced { endpoints }, Nanos::new(0)).unwrap();
        let mut tickets = BTreeMap::new();
        for (at, step) in &self.told {
            self.tell(&router, &mut tickets, Nanos::new(at * MILLISECOND), step);
        }
        (router, tickets)
    }

    fn tell(&self, router: &Router, tickets: &mut BTreeMap<String, Ticket>, at: Nanos, step: &Value) {
        let read = |event: &Value| serde_json::from_value::<Event>(event.clone());
        if let Some(page) = step.get("page") {
            let scrape = LoadReport::from_prometheus(page.as_str().unwrap(), &ScrapeOptions::default());
            assert!(
                scrape.problems.iter().any(|problem| problem.code() == MetricsCode::NotANumber),
                "{}: NaN is told",
                self.id
            );
            let (endpoint, load) = (step["endpoint"].as_str().unwrap().to_owned(), Box::new(scrape.report));
            router.observe(&Event::LoadPolled { endpoint, load }, at).unwrap();
        } else if let Some(request) = step.get("route") {
            let asked: Asked = serde_json::from_value(request.clone()).unwrap();
            let state = router.snapshot();
            let id = step["to"].as_str().map(|to| format!("default/{to}"));
            let address = id.and_then(|id| {
                state.endpoints().find(|endpoint| endpoint.id == id)?.address.map(str::to_owned)
            });
            let request = asked.view();
            let ticket =
                router.route(&address.iter().fold(request, |request, to| request.subset(to)), at).unwrap();
            match step["as"].as_str() {
                Some(name) => {
                    assert!(tickets.insert(name.to_owned(), ticket).is_none(), "{}: {name} twice", self.id)
                }
                None => ticket.finish(),
            }
        } else if let Some(name) = step["first_token"].as_str() {
            tickets.get_mut(name).unwrap().first_token(at);
        } else if let Some(name) = step["renew"].as_str() {
            tickets.get_mut(name).unwrap().renew(at);
        } else if let Some(name) = step["finish"].as_str() {
            tickets.remove(name).unwrap().finish();
        } else if let Some(name) = step["drop"].as_str() {
            drop(tickets.remove(name).unwrap());
        } else if let Some(refused) = step.get("refused") {
            // No event can be made of it: neither of the number itself nor of what JSON has in its place.
            assert!(refused["value"] == "NaN" && Finite::new(f64::NAN).is_none());
            for value in [Value::Null, "NaN".into()] {
                let mut offered = refused.clone();
                offered["value"] = value;
                assert!(read(&offered).is_err(), "{}: {offered} is refused", self.id);
            }
        } else {
            router.observe(&read(step).unwrap_or_else(|error| panic!("{}: {error}", self.id)), at).unwrap();
        }
    }

    /// Where the request goes, and where parts of it are worked on before.
    fn taken_by(&self, router: &Router) -> BTreeSet<String> {
        let decision =
            router.decide_seeded(&self.request.view(), Nanos::new(self.now * MILLISECOND), self.seed);
        let endpoints = decision.iter().flat_map(|decision| {
            let before = [decision.prefill(), decision.encode()].into_iter().flatten();
            before.map(|endpoint| endpoint.id).chain([decision.endpoint()])
        });
        endpoints.map(str::to_owned).collect()
    }

    /// With the better of two for a picker, or else with what profiles have without one.
    fn plan(&self, of_two: bool) -> inferroute::Plan {
        let scheduling = match &self.code {
            None => Scheduling::from_yaml(&self.config(of_two).to_string()),
            Some(code) => {
                let hashing = HashOptions::default().block_tokens(16);
                let profile = self.profile(code);
                let picker = if of_two { Picker::TwoChoice } else { Picker::MaxScore };
                let scheduling = Scheduling::single(profile.picker(picker));
                let scheduling = scheduling.prefix(hashing, ApproximateOptions::default()).unwrap();
                Ok(scheduling.kv_events(PreciseOptions::default()).unwrap())
            }
        };
        let scheduling = scheduling.unwrap_or_else(|problems| panic!("{}: {problems}", self.id));
        Manifests::from_yaml(POOL).unwrap().compile(&Options::default().scheduling(scheduling)).unwrap()
    }

    /// The EndpointPickerConfig of a profile with this one plugin. With a peer, another profile has settled on that one before.
    fn config(&self, of_two: bool) -> Value {
        let mut plugins = self.beside.clone();
        plugins.push(json!({"type": self.plugin(), "name": "tested", "parameters": self.parameters}));
        let mut profiles = vec![json!({"name": "tested", "plugins": [{"pluginRef": "tested"}]})];
        if of_two {
            plugins.push(json!({"type": "two-choice-picker"}));
            profiles[0]["plugins"].as_array_mut().unwrap().push(json!({"pluginRef": "two-choice-picker"}));
        }
        if let Some(peer) = &self.peer {
            let selector = json!({"matchLabels": {"name": peer}});
            let parts = json!({
                "profiles": {"decode": "peer", "prefill": "tested"}, "deciders": {"prefill": "always-disagg-pd-decider"},
            });
            plugins.push(json!({"type": "label-selector-filter", "name": "peer", "parameters": selector}));
            plugins.push(json!({"type": "max-score-picker", "parameters": {"maxNumOfEndpoints": 1}}));
            plugins.push(json!({"type": "always-disagg-pd-decider"}));
            plugins.push(json!({"type": "disagg-profile-handler", "parameters": parts}));
            let picks = json!([{"pluginRef": "peer"}, {"pluginRef": "max-score-picker"}]);
            profiles.insert(0, json!({"name": "peer", "plugins": picks}));
        }
        json!({
            "apiVersion": "llm-d.ai/v1alpha1", "kind": "EndpointPickerConfig",
            "plugins": plugins, "schedulingProfiles": profiles,
        })
    }

    /// A profile of what no configuration names.
    fn profile(&self, code: &Value) -> inferroute::Profile {
        let profile = inferroute::Profile::new("tested");
        if self.scorer.is_some() {
            profile.scorer(own::scorer(self.plugin(), code), 1.0)
        } else {
            profile.filter(own::filter(self.plugin(), code))
        }
    }
}

/// Calls `each` with every case of the folder.
pub(crate) fn for_each_case(mut each: impl FnMut(&PluginCase)) -> usize {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/scheduling");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl")).collect();
    files.sort();
    let mut ids = BTreeSet::new();
    for file in files {
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let raw = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            let case = PluginCase::read(raw);
            assert!(ids.insert(case.id.clone()), "{} twice", case.id);
            each(&case);
        }
    }
    ids.len()
}

/// Whether two outcomes are the same but for the last digits of numbers.
pub(crate) fn is_same(left: &Value, right: &Value, apart: f64) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() <= apart,
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| is_same(value, other, apart)))
        }
        _ => left == right,
    }
}
