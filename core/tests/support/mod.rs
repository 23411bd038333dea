//! Reads the vector files and runs their cases through the public API.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use inferroute::{
    Decision, Event, LoadReport, Manifests, Nanos, NoRoute, Options, Plan, Problems, ReportedEndpoint,
    Request, Router, State, Strategy,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// What an expectation may leave out.
pub(crate) const OPTIONAL: [&str; 4] = ["fallbacks", "mutations", "path", "direct_response"];

/// What the reference does not answer.
pub(crate) const UNKNOWN_TO_REFERENCE: [&str; 3] = ["mutations", "path", "direct_response"];

/// One `*.json` below `tests/vectors`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VectorFile {
    #[expect(dead_code, reason = "for readers; required so that no file goes without one")]
    description: String,
    #[serde(default)]
    config: Option<Config>,
    cases: Vec<Value>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    file: Option<String>,
    pub(crate) objects: Option<Vec<Value>>,
    text: Option<String>,
    #[serde(default)]
    pub(crate) options: Value,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) config: Option<Config>,
    #[serde(default)]
    pub(crate) endpoints: Vec<ReportedEndpoint>,
    #[serde(default)]
    in_flight: BTreeMap<String, u32>,
    #[serde(default)]
    load: BTreeMap<String, LoadReport>,
    #[serde(default)]
    before: u32,
    #[serde(default)]
    pub(crate) request: RequestData,
    #[serde(default)]
    now: u64,
    #[serde(default)]
    pub(crate) seed: u64,
    #[serde(default)]
    pub(crate) expect: Value,
    /// The case as it stands in the file.
    #[serde(skip)]
    pub(crate) raw: Value,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestData {
    #[serde(default)]
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) host: Option<String>,
    path: Option<String>,
    method: Option<String>,
    pub(crate) model: Option<String>,
    gateway: Option<String>,
    client_namespace: Option<String>,
    port: Option<u16>,
    pool: Option<String>,
}

impl RequestData {
    pub(crate) fn view(&self) -> Request<'_> {
        let mut request = Request::new(&self.headers);
        if let Some(host) = &self.host {
            request = request.host(host);
        }
        if let Some(path) = &self.path {
            request = request.path(path);
        }
        if let Some(method) = &self.method {
            request = request.method(method);
        }
        if let Some(gateway) = &self.gateway {
            request = request.gateway(gateway, self.port);
        }
        if let Some(namespace) = &self.client_namespace {
            request = request.client_namespace(namespace, self.port);
        }
        if let Some(pool) = &self.pool {
            request = request.pool(pool);
        }
        if let Some(model) = &self.model {
            request = request.model(model);
        }
        request
    }
}

impl Config {
    pub(crate) fn plan(&self, folder: &Path) -> Result<Plan, Problems> {
        let text = match (&self.file, &self.objects, &self.text) {
            (Some(file), None, None) => std::fs::read_to_string(folder.join(file)).unwrap(),
            (None, Some(objects), None) => {
                objects.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n")
            }
            (None, None, Some(text)) => text.clone(),
            _ => panic!("a config has exactly one of file, objects and text"),
        };
        let options: Options = match &self.options {
            Value::Null => Options::default().strategy(Strategy::TwoChoice),
            options => {
                let mut options = options.clone();
                options.as_object_mut().unwrap().entry("strategy").or_insert("two_choice".into());
                serde_json::from_value(options).unwrap()
            }
        };
        let mut manifests = Manifests::default();
        manifests.add("vector", &text);
        manifests.compile(&options)
    }
}

impl Case {
    /// A router in the state the case describes.
    pub(crate) fn router(&self, plan: impl Into<Arc<Plan>>) -> Router {
        let router = Router::new(plan, 0);
        let now = Nanos::new(self.now);
        router.observe(&Event::EndpointsReplaced { endpoints: self.endpoints.clone() }, now).unwrap();
        for (endpoint, count) in &self.in_flight {
            let event = Event::InFlightCounted { endpoint: endpoint.clone(), count: *count };
            router.observe(&event, now).unwrap();
        }
        for (endpoint, load) in &self.load {
            let event = Event::LoadPolled { endpoint: endpoint.clone(), load: Box::new(load.clone()) };
            router.observe(&event, now).unwrap();
        }
        for _ in 0..self.before {
            _ = router.decide_seeded(&self.request.view(), now, self.seed);
        }
        router
    }

    pub(crate) fn now(&self) -> Nanos {
        Nanos::new(self.now)
    }

    /// What the router answers, in the form of `expect`.
    pub(crate) fn answer(&self, router: &Router) -> Value {
        match router.decide_seeded(&self.request.view(), self.now(), self.seed) {
            Ok(decision) => {
                let mut found = decision_json(&decision, self.request.model.as_deref());
                found["mutations"] = json!(decision.mutations());
                found["path"] = json!(decision.path(&self.request.view()));
                found
            }
            Err(no_route) => {
                let mut found = no_route_json(&no_route);
                found["direct_response"] = json!(no_route.direct_response());
                found
            }
        }
    }
}

pub(crate) fn decision_json<S: std::ops::Deref<Target = State>>(
    decision: &Decision<S>,
    model: Option<&str>,
) -> Value {
    let fallbacks = decision.fallbacks().map(|attempt| {
        json!({
            "backend": attempt.backend(),
            "pool": attempt.pool(),
            "endpoint": attempt.endpoint(),
            "address": attempt.address(),
            "model": attempt.model_override().or(model),
        })
    });
    json!({
        "route": decision.route(),
        "rule": decision.rule(),
        "backend": decision.backend(),
        "pool": decision.pool(),
        "endpoint": decision.endpoint(),
        "address": decision.address(),
        "model": decision.model_override().or(model),
        "fallbacks": fallbacks.collect::<Vec<_>>(),
    })
}

pub(crate) fn no_route_json<S: std::ops::Deref<Target = State>>(no_route: &NoRoute<S>) -> Value {
    json!({
        "status": no_route.status(),
        "reason": no_route.reason(),
        "route": no_route.route(),
        "rule": no_route.rule(),
    })
}

/// Calls `each` with every case of every file, its configuration and the folder that names files.
pub(crate) fn for_each_case(mut each: impl FnMut(&str, &Case, &Config, &Path)) -> usize {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let mut count = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let vectors: VectorFile =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        for raw in vectors.cases {
            let mut case: Case = serde_json::from_value(raw.clone())
                .unwrap_or_else(|e| panic!("{}: {e}\n{raw:#}", file.display()));
            case.raw = raw;
            let name = format!("{}: {}", file.strip_prefix(&root).unwrap().display(), case.name);
            let config = case.config.as_ref().or(vectors.config.as_ref());
            each(&name, &case, config.unwrap_or_else(|| panic!("{name}: no config")), file.parent().unwrap());
            count += 1;
        }
    }
    count
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}
