//! Every match of every rule in one order of precedence (Gateway API, HTTPRouteRule: "most specific match first"), for each listener and without one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::attach::{ListenerAt, Reach, listener_port, reach};
use super::fields::FieldNames;
use super::objects::{Objects, age};
use super::report::Report;
use super::route::{PathTest, Route, RouteMatch};
use super::tests::{MatchTests, tests_of};
use crate::ids::{Ix, ObjectName, RuleIx};
use crate::plan::{Entry, GatewayScope, ListenerScope, Matcher, Options, Scopes, host_rank};

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
    query: Reverse<usize>,
}

impl Specificity {
    fn of(one: &RouteMatch<'_>, tests: &MatchTests) -> Self {
        let path = match &one.path {
            PathTest::Exact(_) | PathTest::Unknown => (0, Reverse(0)),
            PathTest::Pattern(pattern) => (1, Reverse(pattern.len())),
            PathTest::Prefix(prefix) => (2, Reverse(prefix.len())),
        };
        Self {
            path,
            without_method: one.method.is_none(),
            headers: Reverse(tests.headers.len()),
            query: Reverse(tests.query.len()),
        }
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
pub(super) fn scopes(objects: &Objects<'_>, options: &Options, report: &mut Report) -> Scopes {
    let candidates = candidates(objects, report);
    let names = FieldNames::collect(objects, candidates.iter().map(|candidate| &candidate.tests));
    let reaches: Vec<Reach> = objects.routes.iter().map(|route| reach(objects, route)).collect();
    let order = Order { objects, options, candidates: &candidates, names: &names };

    let mut gateways = HashMap::default();
    for (number, gateway) in objects.gateways.iter().enumerate() {
        let listeners = gateway.object.spec.listeners.iter().enumerate().map(|(position, listener)| {
            let at = ListenerAt { gateway: number, listener: position };
            ListenerScope {
                name: listener.name.as_str().into(),
                port: listener_port(listener),
                hostname: listener
                    .hostname
                    .as_deref()
                    .filter(|h| !h.is_empty())
                    .map(|h| h.to_ascii_lowercase().into()),
                matcher: order.matcher(|route| on_listener(reaches.get(route), at)),
            }
        });
        gateways.insert(gateway.name.as_str().into(), GatewayScope::Listeners(listeners.collect()));
    }
    let absent: BTreeSet<&ObjectName> = reaches.iter().flat_map(Reach::free_gateways).collect();
    for gateway in absent {
        let matcher = order.matcher(|route| freely(objects, &reaches, route, Some(gateway)));
        gateways.insert(gateway.as_str().into(), GatewayScope::Named(matcher));
    }
    let fields = names.fields();
    Scopes {
        any: order.matcher(|route| anywhere(objects, &reaches, route)),
        elsewhere: order.matcher(|route| freely(objects, &reaches, route, None)),
        gateways,
        header_names: fields.iter().filter_map(|field| field.header_name().cloned()).collect(),
        fields,
    }
}

/// The hostnames under which a route is reached somewhere; `None`: not at all; empty: any host.
type Hostnames = Option<Vec<String>>;

fn on_listener(reach: Option<&Reach>, at: ListenerAt) -> Hostnames {
    match reach {
        Some(Reach::Attached(places)) => {
            places.iter().find(|(place, _)| *place == at).map(|(_, hostnames)| hostnames.clone())
        }
        _ => None,
    }
}

/// On a gateway that is not among the manifests: routes that name it or none.
fn freely(objects: &Objects<'_>, reaches: &[Reach], route: usize, gateway: Option<&ObjectName>) -> Hostnames {
    let Some(Reach::Free { gateways }) = reaches.get(route) else { return None };
    let is_reached = gateways.is_empty() || gateway.is_some_and(|gateway| gateways.contains(gateway));
    objects.routes.get(route).filter(|_| is_reached).map(|route| route.hostnames.to_vec())
}

fn anywhere(objects: &Objects<'_>, reaches: &[Reach], route: usize) -> Hostnames {
    match reaches.get(route)? {
        Reach::Free { .. } => objects.routes.get(route).map(|route| route.hostnames.to_vec()),
        Reach::Attached(places) if places.is_empty() => None,
        Reach::Attached(places) if places.iter().any(|(_, hostnames)| hostnames.is_empty()) => {
            Some(Vec::new())
        }
        Reach::Attached(places) => {
            let all: BTreeSet<&String> = places.iter().flat_map(|(_, hostnames)| hostnames).collect();
            Some(all.into_iter().cloned().collect())
        }
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

fn candidates(objects: &Objects<'_>, report: &mut Report) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let mut first_rule = 0;
    for (position, route) in objects.routes.iter().enumerate() {
        for (r, rule) in route.rules.iter().enumerate() {
            for (m, one) in rule.matches.iter().enumerate() {
                let tests = tests_of(route, (r, m), one, report);
                let specificity = Specificity::of(one, &tests);
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
            let Some(hosts) = hosts else { continue };
            if hosts.is_empty() {
                ordered.push((self.precedence(candidate, None), self.entry(candidate, None)));
            }
            for host in hosts {
                ordered.push((self.precedence(candidate, Some(host)), self.entry(candidate, Some(host))));
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
