//! Every match of every rule in one order of precedence (Gateway API, HTTPRouteRule: "most specific match first"), for each listener and without one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::attach::{ListenerAt, Reach, listener_port, listeners, reach, takes_http};
use super::conditions::{MatchTests, tests_of};
use super::fields::FieldNames;
use super::mesh;
use super::objects::{Objects, age};
use super::report::Report;
use super::route::{PathTest, Route, RouteMatch};
use crate::ids::{Ix, ObjectName, RuleIx};
use crate::plan::{Entry, GatewayScope, ListenerScope, Matcher, Options, Scopes, Test, host_rank};

/// What sorts the matches of all routes under all their hostnames: smaller goes first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Precedence {
    host: (u8, Reverse<usize>),
    specificity: Specificity,
    /// Of the route; `None` where only the text's order counts.
    age: Option<(bool, String, ObjectName)>,
    /// Places in the text: route, rule, match.
    place: (usize, usize, usize),
}

/// How much a match asks for: smaller is more.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Specificity {
    /// Exact, regular expression, prefix.
    path: (u8, Reverse<usize>),
    without_method: bool,
    headers: Reverse<usize>,
    exact_headers: Reverse<usize>,
    query: Reverse<usize>,
    exact_query: Reverse<usize>,
}

impl Specificity {
    fn of(one: &RouteMatch<'_>, tests: &MatchTests, options: &Options) -> Self {
        let path = match &one.path {
            PathTest::Exact(_) | PathTest::Unknown { .. } => (0, Reverse(0)),
            // Without a service it asks for less than any service does.
            PathTest::Pattern { ranks_as_root: true, .. } => (2, Reverse(0)),
            PathTest::Pattern { text, .. } => (1, Reverse(text.len())),
            PathTest::Prefix(prefix) => (2, Reverse(prefix.len())),
        };
        let has_method =
            one.method.is_some() || matches!(one.path, PathTest::Pattern { ranks_as_root: true, .. });
        let exact = |tests: &[(String, Test)]| {
            tests.iter().filter(|(_, test)| matches!(test, Test::Exact(_))).count()
        };
        let (headers, query) = (tests.headers.len(), tests.query.len());
        if options.envoy_gateway {
            // There a method is one more header, and an exact one.
            let method = usize::from(has_method);
            return Self {
                path,
                without_method: false,
                headers: Reverse(headers + method),
                exact_headers: Reverse(exact(&tests.headers) + method),
                query: Reverse(query),
                exact_query: Reverse(exact(&tests.query)),
            };
        }
        let (headers, query) = (Reverse(headers), Reverse(query));
        Self { path, without_method: !has_method, headers, query, ..Self::default() }
    }
}

/// A match with all that does not depend on where its route is reached.
struct Candidate {
    route: usize,
    rule: RuleIx,
    specificity: Specificity,
    place: (usize, usize, usize),
    tests: MatchTests,
}

/// All matchers of the plan.
///
/// `frozen` are the numbers of the routes that take no part.
pub(super) fn scopes(
    objects: &Objects<'_>,
    options: &Options,
    frozen: &BTreeSet<usize>,
    report: &mut Report,
) -> Scopes {
    let mut candidates = candidates(objects, options, report);
    candidates.retain(|candidate| !frozen.contains(&candidate.route));
    let names = FieldNames::collect(objects, candidates.iter().map(|candidate| &candidate.tests));
    let listeners = listeners(objects);
    let reaches: Vec<Reach> = objects.routes.iter().map(|route| reach(objects, &listeners, route)).collect();
    let order = Order { objects, options, candidates: &candidates, names: &names };

    let mut gateways = HashMap::default();
    for (number, (gateway, all)) in objects.gateways.iter().zip(&listeners).enumerate() {
        let wires = all.iter().map(|listener| listener.wire).enumerate().filter(|(_, wire)| takes_http(wire));
        let scopes = wires.map(|(position, wire)| {
            let at = ListenerAt { gateway: number, listener: position };
            let hostname = wire.hostname.as_deref().filter(|hostname| !hostname.is_empty());
            ListenerScope {
                port: listener_port(wire),
                hostname: hostname.map(|hostname| hostname.to_ascii_lowercase().into()),
                matcher: order.matcher(|route| on_listener(reaches.get(route), at)),
            }
        });
        gateways.insert(gateway.name.as_str().into(), GatewayScope::Listeners(scopes.collect()));
    }
    let absent: BTreeSet<&ObjectName> = reaches.iter().flat_map(Reach::free_gateways).collect();
    for gateway in absent {
        let matcher = order.matcher(|route| freely(objects, &reaches, route, Some(gateway)));
        gateways.insert(gateway.as_str().into(), GatewayScope::Named(matcher));
    }
    let fields = names.fields();
    let addresses = mesh::addresses(objects, options);
    let services = mesh::services(objects, &addresses, |routes| {
        order.matcher(|route| if routes.contains(&route) { written(&[]) } else { Hostnames::new() })
    });
    Scopes {
        any: order.matcher(|route| anywhere(objects, &reaches, route)),
        elsewhere: order.matcher(|route| freely(objects, &reaches, route, None)),
        gateways,
        services,
        header_names: fields.iter().filter_map(|field| field.header_name().cloned()).collect(),
        fields,
    }
}

/// The hostnames under which a route is reached, `None` among them for any host; nothing where it is not reached.
type Hostnames = BTreeSet<Option<String>>;

/// Hostnames as routes and listeners write them: an empty list stands for any host.
fn written(hostnames: &[String]) -> Hostnames {
    if hostnames.is_empty() { [None].into() } else { hostnames.iter().cloned().map(Some).collect() }
}

fn on_listener(reach: Option<&Reach>, at: ListenerAt) -> Hostnames {
    let Some(Reach::Attached(places)) = reach else { return Hostnames::new() };
    let here = places.iter().find(|(place, _)| *place == at);
    here.map(|(_, hostnames)| written(hostnames)).unwrap_or_default()
}

/// On a gateway that is not among the manifests: routes that name it or none.
fn freely(objects: &Objects<'_>, reaches: &[Reach], route: usize, gateway: Option<&ObjectName>) -> Hostnames {
    let Some(Reach::Free { gateways }) = reaches.get(route) else { return Hostnames::new() };
    let is_reached = gateways.is_empty() || gateway.is_some_and(|gateway| gateways.contains(gateway));
    let route = objects.routes.get(route).filter(|_| is_reached);
    route.map(|route| written(route.hostnames)).unwrap_or_default()
}

fn anywhere(objects: &Objects<'_>, reaches: &[Reach], route: usize) -> Hostnames {
    match reaches.get(route) {
        Some(Reach::Attached(places)) => {
            places.iter().flat_map(|(_, hostnames)| written(hostnames)).collect()
        }
        _ => objects.routes.get(route).map(|route| written(route.hostnames)).unwrap_or_default(),
    }
}

impl Reach {
    fn free_gateways(&self) -> &[ObjectName] {
        match self {
            Self::Free { gateways } => gateways,
            Self::Attached(_) => &[],
        }
    }
}

fn candidates(objects: &Objects<'_>, options: &Options, report: &mut Report) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let mut first_rule = 0;
    for (position, route) in objects.routes.iter().enumerate() {
        for (r, rule) in route.rules.iter().enumerate() {
            for (m, one) in rule.matches.iter().enumerate() {
                let tests = tests_of(route, (r, m), one, report);
                let specificity = Specificity::of(one, &tests, options);
                let rule = RuleIx::new(first_rule + r);
                candidates.push(Candidate {
                    route: position,
                    rule,
                    specificity,
                    place: (position, r, m),
                    tests,
                });
            }
        }
        first_rule += route.rules.len();
    }
    candidates
}

struct Order<'a> {
    objects: &'a Objects<'a>,
    options: &'a Options,
    candidates: &'a [Candidate],
    names: &'a FieldNames,
}

impl Order<'_> {
    /// The matcher over the routes that are reached under the hostnames that `hostnames` gives for them.
    fn matcher(&self, hostnames: impl Fn(usize) -> Hostnames) -> Matcher {
        let mut reached: BTreeMap<usize, Hostnames> = BTreeMap::new();
        let mut ordered: Vec<(Precedence, Entry)> = Vec::new();
        for candidate in self.candidates {
            let hosts = reached.entry(candidate.route).or_insert_with(|| hostnames(candidate.route));
            for host in &*hosts {
                let host = host.as_deref();
                ordered.push((self.precedence(candidate, host), self.entry(candidate, host)));
            }
        }
        ordered.sort_by(|a, b| a.0.cmp(&b.0));
        Matcher::new(ordered.into_iter().map(|(_, entry)| entry).collect())
    }

    fn precedence(&self, candidate: &Candidate, host: Option<&str>) -> Precedence {
        let route: Option<&Route<'_>> = self.objects.routes.get(candidate.route);
        let counts = !self.options.first_match;
        Precedence {
            host: host_rank(host),
            specificity: if counts { candidate.specificity.clone() } else { Specificity::default() },
            age: route.filter(|_| counts).map(|route| age(route.meta, &route.name)),
            place: candidate.place,
        }
    }

    fn entry(&self, candidate: &Candidate, host: Option<&str>) -> Entry {
        let (conditions, host) = self.names.conditions(&candidate.tests, host);
        let (_, _, match_index) = candidate.place;
        Entry { rule: candidate.rule, match_index, conditions, host }
    }
}
