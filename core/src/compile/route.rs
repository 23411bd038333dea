//! Routes of every kind in one shape, so that the steps after this one see no kinds.

use super::mesh;
use crate::ids::ObjectName;
use crate::manifest::{
    AiMatchWire, BackendRefWire, Body, FilterWire, GrpcMatchWire, GrpcMethodWire, HttpMatchWire, Kind,
    MatchType, ObjectMeta, ParentRefWire, RetryWire, RuleWire, Source, TimeoutsWire, ValueMatchWire,
};

/// The types of a path match (Gateway API, HTTPPathMatch).
const PATH_TYPES: &[&str] = &["Exact", "PathPrefix", "RegularExpression"];

/// A route of any kind.
pub(super) struct Route<'s> {
    pub(super) name: ObjectName,
    pub(super) kind: Kind,
    pub(super) source: &'s Source,
    pub(super) meta: &'s ObjectMeta,
    pub(super) hostnames: &'s [String],
    pub(super) parents: Vec<&'s ParentRefWire>,
    pub(super) rules: Vec<RouteRule<'s>>,
}

/// A rule of any route.
pub(super) struct RouteRule<'s> {
    pub(super) name: Option<&'s str>,
    /// At least one: a rule without matches has one that everything satisfies.
    pub(super) matches: Vec<RouteMatch<'s>>,
    pub(super) filters: &'s [FilterWire],
    pub(super) backend_refs: &'s [BackendRefWire],
    pub(super) timeouts: Option<&'s TimeoutsWire>,
    pub(super) retry: Option<&'s RetryWire>,
    pub(super) stream_idle_timeout: Option<&'s str>,
    pub(super) models_owned_by: Option<&'s str>,
    pub(super) models_created_at: Option<&'s str>,
    /// Answers 404 to everything that no other rule of the host takes.
    pub(super) is_catch_all: bool,
}

/// A match of any rule.
#[derive(Default)]
pub(super) struct RouteMatch<'s> {
    pub(super) path: PathTest,
    pub(super) method: Option<&'s str>,
    pub(super) headers: &'s [ValueMatchWire],
    pub(super) query: &'s [ValueMatchWire],
}

/// What a path must be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PathTest {
    Exact(String),
    /// Without the `/` at its end, so empty for everything.
    Prefix(String),
    Pattern {
        /// The expression as written, by whose length it ranks.
        text: String,
        /// What is compiled.
        expression: String,
        /// Ranks as the prefix `/` with a method: a gRPC method of whatever service.
        ranks_as_root: bool,
    },
    /// The type is none of those that there are; the checks report it.
    Unknown {
        /// The field of the match that has the type.
        field: &'static str,
        word: String,
        words: &'static [&'static str],
    },
}

impl PathTest {
    fn pattern(text: String, expression: String) -> Self {
        Self::Pattern { text, expression, ranks_as_root: false }
    }

    /// The prefix that the path asks for, empty where it asks for none.
    pub(super) fn prefix(&self) -> &str {
        match self {
            Self::Prefix(prefix) => prefix,
            _ => "",
        }
    }
}

impl Default for PathTest {
    fn default() -> Self {
        Self::Prefix(String::new())
    }
}

impl<'s> Route<'s> {
    /// The route that a source holds, `None` for other kinds.
    pub(super) fn of(source: &'s Source, name: ObjectName, catch_all: bool) -> Option<Self> {
        let (hostnames, parents, rules): (&[String], Vec<&ParentRefWire>, Vec<RouteRule<'s>>) =
            match &source.body {
                Body::AiRoute(route) => {
                    let spec = &route.spec;
                    let parents = spec.parent_refs.iter().chain(&spec.target_refs).collect();
                    let mut rules = rules(&spec.rules, ai_match);
                    rules.extend(catch_all.then(catch_all_rule));
                    (&spec.hostnames, parents, rules)
                }
                Body::HttpRoute(route) => {
                    let spec = &route.spec;
                    (&spec.hostnames, spec.parent_refs.iter().collect(), rules(&spec.rules, http_match))
                }
                Body::GrpcRoute(route) => {
                    let spec = &route.spec;
                    (&spec.hostnames, spec.parent_refs.iter().collect(), rules(&spec.rules, grpc_match))
                }
                _ => return None,
            };
        Some(Self { name, kind: source.kind(), source, meta: source.meta(), hostnames, parents, rules })
    }
}

impl Route<'_> {
    /// Whether all parents are Services: no gateway leads here, and no grant is needed, because a mesh exposes nothing that is not exposed without it
    /// (GEP-1294, "Namespace boundaries").
    pub(super) fn is_of_mesh(&self) -> bool {
        !self.parents.is_empty() && self.parents.iter().all(|parent| mesh::is_service(parent))
    }
}

fn rules<'s, M>(wires: &'s [RuleWire<M>], one: impl Fn(&'s M) -> RouteMatch<'s>) -> Vec<RouteRule<'s>> {
    let rule = |wire: &'s RuleWire<M>| {
        let mut matches: Vec<RouteMatch<'s>> = wire.matches.iter().map(&one).collect();
        if matches.is_empty() {
            matches.push(RouteMatch::default());
        }
        RouteRule {
            name: wire.name.as_deref(),
            matches,
            filters: &wire.filters,
            backend_refs: &wire.backend_refs,
            timeouts: wire.timeouts.as_ref(),
            retry: wire.retry.as_ref(),
            stream_idle_timeout: wire.stream_idle_timeout.as_deref(),
            models_owned_by: wire.models_owned_by.as_deref(),
            models_created_at: wire.models_created_at.as_deref(),
            is_catch_all: false,
        }
    };
    wires.iter().map(rule).collect()
}

fn catch_all_rule<'s>() -> RouteRule<'s> {
    RouteRule {
        name: Some("route-not-found"),
        matches: vec![RouteMatch::default()],
        filters: &[],
        backend_refs: &[],
        timeouts: None,
        retry: None,
        stream_idle_timeout: None,
        models_owned_by: None,
        models_created_at: None,
        is_catch_all: true,
    }
}

fn ai_match(wire: &AiMatchWire) -> RouteMatch<'_> {
    RouteMatch { headers: &wire.headers, ..RouteMatch::default() }
}

fn http_match(wire: &HttpMatchWire) -> RouteMatch<'_> {
    let path = wire.path.as_ref().map_or_else(PathTest::default, |path| {
        let value = path.value.as_deref().unwrap_or("/");
        match path.kind.as_deref() {
            None | Some("PathPrefix") => {
                PathTest::Prefix(value.strip_suffix('/').unwrap_or(value).to_owned())
            }
            Some("Exact") => PathTest::Exact(value.to_owned()),
            Some("RegularExpression") => PathTest::pattern(value.to_owned(), value.to_owned()),
            Some(word) => PathTest::Unknown { field: "path.type", word: word.to_owned(), words: PATH_TYPES },
        }
    });
    RouteMatch { path, method: wire.method.as_deref(), headers: &wire.headers, query: &wire.query_params }
}

fn grpc_match(wire: &GrpcMatchWire) -> RouteMatch<'_> {
    let path = wire.method.as_ref().map_or_else(PathTest::default, grpc_path);
    RouteMatch { path, headers: &wire.headers, ..RouteMatch::default() }
}

/// A gRPC call is a request for `/service/method`.
fn grpc_path(wire: &GrpcMethodWire) -> PathTest {
    const ANY: &str = "[^/]+";
    match (wire.kind.as_deref(), wire.service.as_deref(), wire.method.as_deref()) {
        (_, None, None) => PathTest::default(),
        (None | Some("Exact"), Some(service), Some(method)) => {
            PathTest::Exact(format!("/{service}/{method}"))
        }
        (None | Some("Exact"), Some(service), None) => PathTest::Prefix(format!("/{service}")),
        (None | Some("Exact"), None, Some(method)) => {
            let expression = format!("/{ANY}/{}", regex::escape(method));
            PathTest::Pattern { text: String::new(), expression, ranks_as_root: true }
        }
        (Some("RegularExpression"), service, method) => {
            let (service, method) = (service.unwrap_or(ANY), method.unwrap_or(ANY));
            PathTest::pattern(format!("/{service}/{method}"), format!("/(?:{service})/(?:{method})"))
        }
        (Some(word), _, _) => {
            PathTest::Unknown { field: "method.type", word: word.to_owned(), words: MatchType::NAMES }
        }
    }
}
