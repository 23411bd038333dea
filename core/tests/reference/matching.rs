//! Which rule a request falls under: section "Matching".

use std::cmp::Reverse;

use serde_json::Value;

use super::attachment;
use super::backend;
use super::conditions::Conditions;
use super::host::Fit;
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
    path: (u8, Reverse<usize>),
    has_method: bool,
    headers: usize,
    parameters: usize,
    age: Age,
    id: String,
    /// Place of the route in the text.
    place: usize,
    /// Number of the match in its rule.
    number: usize,
}

/// Collects every match of these routes that holds, sorts them, and takes the first.
pub(crate) fn first<'a>(world: &World<'a>, routes: &[Object<'a>], request: &Request) -> Option<Matched<'a>> {
    let mut held = all(world, routes, request);
    if world.first_match {
        held.sort_by_key(|m| (m.fit, m.place, m.matched.rule, m.number));
    } else {
        held.sort_by_key(|m| {
            let specific = (m.path, !m.has_method, Reverse(m.headers), Reverse(m.parameters));
            (m.fit, specific, m.age, m.id.clone(), m.place, m.matched.rule, m.number)
        });
    }
    held.first().map(|m| m.matched)
}

fn all<'a>(world: &World<'a>, routes: &[Object<'a>], request: &Request) -> Vec<Held<'a>> {
    let no_conditions = Value::Null;
    let mut held = Vec::new();
    for (place, route) in routes.iter().enumerate() {
        if backend::is_frozen(world, route) {
            continue;
        }
        let Some(fit) = attachment::fit(world, route, request) else { continue };
        for (rule, rule_json) in items(&route.spec()["rules"]).iter().enumerate() {
            let mut matches: Vec<&Value> = items(&rule_json["matches"]).iter().collect();
            if matches.is_empty() {
                matches.push(&no_conditions);
            }
            for (number, entry) in matches.into_iter().enumerate() {
                let conditions = Conditions::of_match(route.kind, entry);
                if conditions.hold(request) {
                    held.push(Held {
                        matched: Matched { route: *route, rule, rule_json },
                        fit,
                        path: conditions.path.rank(),
                        has_method: conditions.has_method(),
                        headers: conditions.headers.len(),
                        parameters: conditions.parameters.len(),
                        age: time::age(route.json),
                        id: route.id(),
                        place,
                        number,
                    });
                }
            }
        }
    }
    held
}

/// How many matches hold: how much a case asks of the order.
pub(crate) fn count(world: &World, request: &Request) -> usize {
    let routes: Vec<Object> = world.routes().copied().collect();
    all(world, &routes, request).len()
}
