//! The values of one object, each by itself: what the types alone cannot rule out.

use super::extension_filter::check_filter;
use super::http::is_header_name;
use super::report::Report;
use super::route::{PathTest, Route, RouteMatch};
use crate::manifest::{
    BackendSpec, Body, Code, Criticality, MatchType, ModelSpec, ObjectMeta, PoolSpec, Source,
};
use crate::nearest::with_nearest;
use crate::units::{Weight, port};

/// Reports every value of the object that is not allowed.
pub(super) fn check(source: &Source, report: &mut Report) {
    let mut checker = Checker { source, report };
    checker.meta(source.meta());
    match &source.body {
        Body::Backend(object) => checker.backend(&object.spec),
        Body::Pool(object) => checker.pool(&object.spec),
        Body::Model(object) => checker.model(&object.spec),
        Body::RouteFilter(object) => check_filter(source, &object.spec, checker.report),
        // Routes of all kinds are checked in their common shape.
        _ => {}
    }
}

/// Reports every value of a route that is not allowed.
pub(super) fn check_route(route: &Route<'_>, report: &mut Report) {
    Checker { source: route.source, report }.route(route);
}

struct Checker<'a> {
    source: &'a Source,
    report: &'a mut Report,
}

/// The longest value a match may ask for (Gateway API, HTTPHeaderMatch).
const MAX_VALUE: usize = 4_096;
/// The longest path a match may ask for (Gateway API, HTTPPathMatch).
const MAX_PATH: usize = 1_024;
/// The methods a match may ask for (Gateway API, HTTPMethod).
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

impl Checker<'_> {
    /// Reports `message` about the field at `path` unless the value is `allowed`. The path is only written out when it is needed.
    fn require(&mut self, allowed: bool, path: impl FnOnce() -> String, message: &str, help: &str) {
        if !allowed {
            self.report.add(self.source, Code::NotAllowed, &path(), message, help);
        }
    }

    /// Reports a value that is none of `words`.
    fn require_word(
        &mut self,
        word: Option<&str>,
        words: &[&str],
        path: impl FnOnce() -> String,
        message: &str,
    ) {
        if let Some(word) = word.filter(|word| !words.contains(word)) {
            let help = with_nearest(word, words.iter().copied(), &format!("write {}", any_of(words)));
            self.report.add(self.source, Code::NotAllowed, &path(), message, help);
        }
    }

    fn meta(&mut self, meta: &ObjectMeta) {
        let help = "write a name without `/` and spaces, at most 253 characters";
        self.require(is_name(&meta.name), || "metadata.name".into(), "this is not a name", help);
        let namespace = meta.namespace.as_deref().unwrap_or_default();
        self.require(
            namespace.is_empty() || is_name(namespace),
            || "metadata.namespace".into(),
            "this is not a namespace",
            help,
        );
        let created = meta.created.as_deref();
        let help = "write UTC as in 2025-03-31T08:00:00Z, or leave the field out";
        self.require(
            created.is_none_or(is_timestamp),
            || "metadata.creationTimestamp".into(),
            "this is not a time",
            help,
        );
    }

    fn route(&mut self, route: &Route<'_>) {
        for (h, hostname) in route.hostnames.iter().enumerate() {
            let help = "write a host name, or one that begins with `*.`, without port";
            self.require(
                is_hostname(hostname),
                || format!("spec.hostnames[{h}]"),
                "this is not a host name",
                help,
            );
        }
        for (r, rule) in route.rules.iter().enumerate() {
            for (m, one) in rule.matches.iter().enumerate() {
                self.one_match(one, &|field| format!("spec.rules[{r}].matches[{m}].{field}"));
            }
            for (b, backend) in rule.backend_refs.iter().enumerate() {
                let at = |field| move || format!("spec.rules[{r}].backendRefs[{b}].{field}");
                self.require(
                    is_name(&backend.name),
                    at("name"),
                    "this is not a name",
                    "write the name of the backend or pool",
                );
                let allowed = backend.weight.is_none_or(|weight| Weight::try_new(weight).is_some());
                self.require(
                    allowed,
                    at("weight"),
                    "a weight is 0 to 2147483647",
                    "write a share relative to the other backendRefs of the rule",
                );
                let allowed = backend.priority.is_none_or(|priority| u32::try_from(priority).is_ok());
                self.require(
                    allowed,
                    at("priority"),
                    "a priority is 0 to 4294967295",
                    "write 0 for the backends to use first",
                );
                self.port(backend.port, at("port"));
            }
        }
    }

    fn one_match(&mut self, one: &RouteMatch<'_>, at: &dyn Fn(&str) -> String) {
        match &one.path {
            PathTest::Unknown { field, word, words } => {
                self.require_word(Some(word), words, || at(field), "this is not a type of path match");
            }
            PathTest::Exact(path) | PathTest::Prefix(path) => {
                let allowed = path.is_empty()
                    || (path.starts_with('/') && !path.contains("//") && path.len() <= MAX_PATH);
                self.require(
                    allowed,
                    || at("path.value"),
                    "a path begins with `/`, has no `//` and at most 1024 bytes",
                    "write the path as requests have it, without query",
                );
            }
            PathTest::Pattern { .. } => {}
        }
        self.require_word(one.method, METHODS, || at("method"), "this is not a method");
        for (list, wires) in [("headers", one.headers), ("queryParams", one.query)] {
            for (position, wire) in wires.iter().enumerate() {
                let at = |field: &str| at(&format!("{list}[{position}].{field}"));
                let help = "write a name of letters, digits and !#$%&'*+-.^_`|~";
                self.require(
                    is_token(&wire.name),
                    || at("name"),
                    "this is not a name of a header or query parameter",
                    help,
                );
                let message = "this is not a type of match";
                self.require_word(wire.kind.as_deref(), MatchType::NAMES, || at("type"), message);
                let allowed = (1..=MAX_VALUE).contains(&wire.value.len());
                self.require(
                    allowed,
                    || at("value"),
                    "a value has 1 to 4096 bytes",
                    "write the value that requests shall have",
                );
            }
        }
    }

    fn backend(&mut self, spec: &BackendSpec) {
        let service = &spec.backend_ref;
        self.require(
            is_name(&service.name),
            || "spec.backendRef.name".into(),
            "this is not a name",
            "write the name of a Service or Backend",
        );
        self.port(service.port, || "spec.backendRef.port".into());
    }

    fn pool(&mut self, spec: &PoolSpec) {
        self.port(spec.target_port_number, || "spec.targetPortNumber".into());
        for (p, target) in spec.target_ports.iter().enumerate() {
            self.port(Some(target.number), || format!("spec.targetPorts[{p}].number"));
        }
        if spec.target_port_number.is_none() && spec.target_ports.is_empty() {
            let message = "an InferencePool needs targetPortNumber or targetPorts";
            self.report.add(
                self.source,
                Code::MissingField,
                "spec",
                message,
                "add `targetPorts: [{number: 8000}]` with the port its endpoints serve on",
            );
        }
    }

    fn model(&mut self, spec: &ModelSpec) {
        self.require(
            !spec.model_name.is_empty(),
            || "spec.modelName".into(),
            "a model has a name",
            "write the name that clients send",
        );
        let (criticality, path) = (spec.criticality.as_deref(), || "spec.criticality".into());
        self.require_word(criticality, Criticality::NAMES, path, "this is not a criticality");
        for (t, target) in spec.target_models.iter().enumerate() {
            let at = |field| move || format!("spec.targetModels[{t}].{field}");
            self.require(
                !target.name.is_empty(),
                at("name"),
                "a model has a name",
                "write a model or adapter that the pool serves",
            );
            let allowed = target.weight.is_none_or(|weight| (1..=1_000_000).contains(&weight));
            self.require(
                allowed,
                at("weight"),
                "a weight is 1 to 1000000",
                "write a share relative to the other targetModels, or leave the target out",
            );
        }
    }

    fn port(&mut self, number: Option<i64>, path: impl FnOnce() -> String) {
        self.require(
            number.is_none_or(|number| port(number).is_some()),
            path,
            "a port is 1 to 65535",
            "write the port that is served",
        );
    }
}

/// `a, b or c`
fn any_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
    }
}

/// Loose on purpose: what the API server refuses for its spelling alone, placeholders of templates among it, still has one meaning here.
fn is_name(name: &str) -> bool {
    (1..=253).contains(&name.len())
        && !name.contains(|c: char| c == '/' || c.is_whitespace() || c.is_control())
}

/// A name of a header or query parameter that a match may ask for (Gateway API, HTTPHeaderName).
fn is_token(name: &str) -> bool {
    name.len() <= 256 && is_header_name(name)
}

fn is_hostname(hostname: &str) -> bool {
    let name = hostname.strip_prefix("*.").unwrap_or(hostname);
    (1..=253).contains(&name.len())
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

/// `2025-03-31T08:00:00Z`, the one form that Kubernetes writes: equal lengths make text order time order.
fn is_timestamp(text: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00Z";
    text.len() == FORM.len()
        && text.bytes().zip(FORM).all(|(b, form)| if *form == b'0' { b.is_ascii_digit() } else { b == *form })
}
