//! Requests of a generated case that the router sends itself.

use serde_json::{Value, json};

use super::{Chance, NAMES, NOW, request};

/// Requests that the router sends itself, with what comes of them, at times around that of the decision.
pub(super) fn tickets(count: usize, chance: &mut Chance) -> Vec<Value> {
    let mut steps = Vec::new();
    for number in 0..chance.below(12) {
        let ticket = format!("t{number}");
        let longest = if chance.once_in(2) { 50 } else { 30_000 };
        let mut at = NOW - 1 - chance.below(longest);
        let route = request(chance);
        let to = NAMES[chance.below(count as u64) as usize];
        if chance.once_in(6) {
            steps.push(json!([at, {"route": route, "to": to}]));
            continue;
        }
        steps.push(json!([at, {"route": route, "to": to, "as": ticket}]));
        for what in ["renew", "first_token", "finish"] {
            let longest = if chance.once_in(3) { 2000 } else { 40 };
            at += chance.below(longest);
            let what = if what == "finish" && chance.once_in(3) { "drop" } else { what };
            if at > NOW || chance.once_in(3) {
                break;
            }
            steps.push(json!([at, {what: ticket}]));
            if what == "drop" {
                break;
            }
        }
    }
    steps
}
