//! Which rule a request falls under: section "Matching".

use std::cmp::Reverse;

use regex::Regex;
use serde_json::Value;

use super::host::{self, Fit};
use super::load::{Object, World, items};
use super::request::Request;
use super::time::{self, Age};

/// The rule that a request falls under.
#[derive(Clone, Copy)]
pub(crate) struct Matched<'a> {
    pub(crate) route: Object<'a>,
    /// Number of the rule in its route, from 0.
    pub(crate) rule: usize,
    pub(crate) rule_json: &'a Value,
}

/// One match that holds, with all that its rank depends on.
struct Held<'a> {
    matched: Matched<'a>,
    fit: Fit,
    headers: usize,
    age: Age,
    id: String,
    /// Place of the route in the text.
    place: usize,
    /// Number of the match in its rule.
    number: usize,
}

/// Collects every match of every route that holds, sorts them, and takes the first.
pub(crate) fn first<'a>(world: &World<'a>, request: &Request) -> Option<Matched<'a>> {
    let no_headers = Value::Null;
    let mut held = Vec::new();
    for (place, route) in world.of_kind("AIGatewayRoute").enumerate() {
        let spec = route.spec();
        let hostnames: Vec<&str> = items(&spec["hostnames"]).iter().filter_map(Value::as_str).collect();
        let Some(fit) = host::fit(&hostnames, request.host) else { continue };
        for (rule, rule_json) in items(&spec["rules"]).iter().enumerate() {
            let mut matches: Vec<&Value> = items(&rule_json["matches"]).iter().collect();
            if matches.is_empty() {
                matches.push(&no_headers);
            }
            for (number, entry) in matches.into_iter().enumerate() {
                let headers = without_repeats(items(&entry["headers"]));
                if headers.iter().all(|header| holds(header, request)) {
                    held.push(Held {
                        matched: Matched { route: *route, rule, rule_json },
                        fit,
                        headers: headers.len(),
                        age: time::age(route.json),
                        id: route.id(),
                        place,
                        number,
                    });
                }
            }
        }
    }
    if world.first_match {
        held.sort_by_key(|m| (m.fit, m.place, m.matched.rule, m.number));
    } else {
        held.sort_by_key(|m| (m.fit, Reverse(m.headers), m.age, m.id.clone(), m.matched.rule, m.number));
    }
    held.first().map(|m| m.matched)
}

/// The header matches of one match, of equal names only the first.
fn without_repeats(headers: &[Value]) -> Vec<&Value> {
    let mut kept: Vec<&Value> = Vec::new();
    for header in headers {
        if !kept.iter().any(|earlier| name(earlier).eq_ignore_ascii_case(name(header))) {
            kept.push(header);
        }
    }
    kept
}

fn name(header: &Value) -> &str {
    header["name"].as_str().unwrap_or("")
}

/// Whether the request satisfies one header match.
fn holds(header: &Value, request: &Request) -> bool {
    let wanted = header["value"].as_str().unwrap_or("");
    let Some(value) = request.header(name(header)) else { return false };
    match header["type"].as_str() {
        Some("RegularExpression") => {
            Regex::new(&format!(r"\A(?:{wanted})\z")).is_ok_and(|regex| regex.is_match(&value))
        }
        _ => value == wanted,
    }
}
