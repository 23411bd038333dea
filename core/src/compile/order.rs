//! Every match of every rule in one order of precedence (Gateway API, HTTPRouteRule: "most specific match first").

use std::cmp::Reverse;
use std::collections::BTreeSet;

use regex::bytes::{Regex, RegexBuilder};

use super::objects::{Named, Objects, age};
use super::report::Report;
use crate::ids::{Ix, NameIx, ObjectName, RuleIx};
use crate::manifest::{Code, HeaderMatchWire, MatchType, MatchWire, RouteSpec};
use crate::plan::{Condition, Entry, HeaderName, HostPattern, Matcher, Options, Test};

/// Bytes a compiled expression may take. Repetitions of repetitions exceed it at once instead of after much work.
const PATTERN_SIZE: usize = 64 << 10;

/// What sorts a match: hostname, number of headers, age and name of the route (or the position of the route in the text), then places in lists.
type Precedence = (HostRank, Reverse<usize>, (bool, String, Option<ObjectName>), usize, usize);

/// Exact hostnames first, then wildcards from long to short, then none.
type HostRank = (u8, Reverse<usize>);

/// All matches in order, indexed.
pub(super) fn matcher(objects: &Objects<'_>, options: &Options, report: &mut Report) -> Matcher {
    let names = Names::collect(objects);
    let mut ordered: Vec<(Precedence, Entry)> = Vec::new();
    let mut first_rule = 0;
    for (position, route) in objects.routes.iter().enumerate() {
        let age = if options.first_match { (false, format!("{position:020}"), None) } else { by_age(route) };
        for (r, rule) in route.object.spec.rules.iter().enumerate() {
            let everything = [MatchWire { headers: Vec::new() }];
            let matches = if rule.matches.is_empty() { &everything[..] } else { &rule.matches };
            for (m, one) in matches.iter().enumerate() {
                let headers = distinct(route, (r, m), one, report);
                let rank = Reverse(if options.first_match { 0 } else { headers.len() });
                let tests = tests(route, (r, m), &headers, report);
                for host in hosts(&route.object.spec) {
                    let entry = names.entry(RuleIx::new(first_rule + r), m, &tests, host);
                    ordered.push(((host_rank(host), rank, age.clone(), r, m), entry));
                }
            }
        }
        first_rule += route.object.spec.rules.len();
    }
    ordered.sort_by(|a, b| a.0.cmp(&b.0));
    Matcher::new(names.list(), ordered.into_iter().map(|(_, entry)| entry).collect())
}

fn by_age(route: &Named<'_, RouteSpec>) -> (bool, String, Option<ObjectName>) {
    let (none, created, name) = age(route);
    (none, created, Some(name))
}

/// The hostnames of a route, or once `None` where any host will do.
fn hosts(spec: &RouteSpec) -> impl Iterator<Item = Option<&str>> {
    let any = spec.hostnames.is_empty().then_some(None);
    spec.hostnames.iter().map(|hostname| Some(hostname.as_str())).chain(any)
}

fn host_rank(host: Option<&str>) -> HostRank {
    match host {
        Some(wildcard) if wildcard.starts_with("*.") => (1, Reverse(wildcard.len())),
        Some(_) => (0, Reverse(0)),
        None => (2, Reverse(0)),
    }
}

/// The header entries of a match that count, each with its position: the first of equal names.
fn distinct<'m>(
    route: &Named<'_, RouteSpec>,
    (r, m): (usize, usize),
    one: &'m MatchWire,
    report: &mut Report,
) -> Vec<(usize, &'m HeaderMatchWire)> {
    let mut kept: Vec<(usize, &HeaderMatchWire)> = Vec::with_capacity(one.headers.len());
    for (h, header) in one.headers.iter().enumerate() {
        if kept.iter().any(|(_, earlier)| earlier.name.eq_ignore_ascii_case(&header.name)) {
            let message =
                format!("header `{}` stands twice in this match; only the first entry counts", header.name);
            let help = "drop the entry, or write a second match if either value will do";
            report.add(
                route.source,
                Code::RepeatedHeader,
                &format!("spec.rules[{r}].matches[{m}].headers[{h}].name"),
                message,
                help,
            );
        } else {
            kept.push((h, header));
        }
    }
    kept
}

/// A test before the plan's numbers for names are applied: the name in lower case and what its value must be.
type NamedTest = (String, Result<Box<[u8]>, Regex>);

fn tests(
    route: &Named<'_, RouteSpec>,
    (r, m): (usize, usize),
    headers: &[(usize, &HeaderMatchWire)],
    report: &mut Report,
) -> Vec<NamedTest> {
    let mut tests = Vec::with_capacity(headers.len());
    for (h, header) in headers {
        let test = match header.match_type() {
            // Reported by the checks.
            None => continue,
            Some(MatchType::Exact) => Ok(header.value.as_bytes().into()),
            Some(MatchType::RegularExpression) => match pattern(&header.value) {
                Ok(regex) => Err(regex),
                Err(error) => {
                    let path = format!("spec.rules[{r}].matches[{m}].headers[{h}].value");
                    let help = "write RE2 syntax, without look-around or back references, and keep repetitions small";
                    report.add(route.source, Code::BadPattern, &path, error.to_string(), help);
                    continue;
                }
            },
        };
        tests.push((header.name.to_ascii_lowercase(), test));
    }
    tests
}

/// An expression that must match the whole value, as Envoy's `safe_regex` does. Anchored here, because checking the span after a search misses
/// alternatives that match further.
fn pattern(text: &str) -> Result<Regex, regex::Error> {
    // Compiled by itself first: `a)(b` must not become valid inside the group.
    RegexBuilder::new(text).size_limit(PATTERN_SIZE).build()?;
    RegexBuilder::new(&format!("^(?:{text})$")).size_limit(PATTERN_SIZE).build()
}

/// The names that any match reads, in the order that numbers them.
struct Names {
    headers: Vec<String>,
    has_host: bool,
}

impl Names {
    fn collect(objects: &Objects<'_>) -> Self {
        let rules = || objects.routes.iter().flat_map(|route| &route.object.spec.rules);
        let headers: BTreeSet<String> = rules()
            .flat_map(|rule| &rule.matches)
            .flat_map(|one| &one.headers)
            .map(|h| h.name.to_ascii_lowercase())
            .collect();
        let has_host = objects.routes.iter().any(|route| !route.object.spec.hostnames.is_empty());
        Self { headers: headers.into_iter().collect(), has_host }
    }

    fn list(&self) -> Vec<HeaderName> {
        let headers = self.headers.iter().enumerate().map(|(index, name)| HeaderName::new(name, index));
        headers.chain(self.has_host.then(HeaderName::host)).collect()
    }

    fn number(&self, name: &str) -> NameIx {
        // Every name was collected from the same matches.
        NameIx::new(self.headers.binary_search_by(|header| header.as_str().cmp(name)).unwrap_or_default())
    }

    fn entry(&self, rule: RuleIx, match_index: usize, tests: &[NamedTest], host: Option<&str>) -> Entry {
        let mut conditions: Vec<Condition> = tests
            .iter()
            .map(|(name, test)| {
                let test = match test {
                    Ok(value) => Test::Exact(value.clone()),
                    Err(regex) => Test::Pattern(regex.clone()),
                };
                Condition { name: self.number(name), test }
            })
            .collect();
        let mut pattern = None;
        match host.map(|host| host.to_ascii_lowercase()) {
            None => {}
            Some(host) => match host.strip_prefix('*') {
                Some(suffix) => pattern = Some(HostPattern { suffix: suffix.as_bytes().into() }),
                None => {
                    let name = NameIx::new(self.headers.len());
                    conditions.push(Condition { name, test: Test::Exact(host.as_bytes().into()) });
                }
            },
        }
        conditions.sort_by_key(|condition| (matches!(condition.test, Test::Pattern(_)), condition.name));
        Entry { rule, match_index, conditions: conditions.into(), host: pattern }
    }
}
