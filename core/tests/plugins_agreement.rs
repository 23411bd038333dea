//! Every scorer and filter on generated cases: the router and the reference answer alike.
//!
//! `INFERROUTE_CASES` sets how many cases are made in all.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[path = "support/plugin_case.rs"]
#[allow(dead_code, reason = "each test takes its part of it")]
mod cases;
#[path = "support/plugin_random.rs"]
mod random;
#[path = "reference/scheduling/mod.rs"]
mod reference;

use std::collections::BTreeMap;

use cases::{PluginCase, is_same};

#[test]
fn generated_cases_come_out_as_the_reference_has_them() {
    let cases = std::env::var("INFERROUTE_CASES").ok().and_then(|cases| cases.parse().ok());
    let plugins = random::plugins();
    let mut outcomes: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for seed in 0..cases.unwrap_or(5_000_u64) {
        let plugin = &plugins[seed as usize % plugins.len()];
        let case = PluginCase::read(random::case(plugin, seed));
        let (found, expected) = (case.found(), reference::run(&case.raw));
        assert!(is_same(&found, &expected, 1e-6), "found    {found}\nexpected {expected}\n{:#}", case.raw);
        let some = seed.is_multiple_of(2).then(|| ("beside one that is out", case.found_of_some()));
        let two = case.found_of_two().map(|found| ("where the better of two is taken", found));
        for (what, found) in some.into_iter().chain(two) {
            assert!(
                is_same(&found, &expected, 1e-6),
                "{what}\nfound    {found}\nexpected {expected}\n{:#}",
                case.raw
            );
        }
        // More than one word of bits, one panel and the smaller room have place for.
        assert!(
            !seed.is_multiple_of(32) || case.taken(0) == case.taken(140),
            "beside many that are out\n{:#}",
            case.raw
        );
        let differs = match (&found["ratings"], &found["kept"]) {
            (serde_json::Value::Object(ratings), _) => {
                ratings.values().any(|rating| Some(rating) != ratings.values().next())
            }
            (_, kept) => kept.as_array().unwrap().len() != case.raw["endpoints"].as_object().unwrap().len(),
        };
        let counts = outcomes.entry(plugin.to_string()).or_default();
        *counts = (counts.0 + 1, counts.1 + u64::from(differs));
    }
    // Cases on which nothing is decided would agree whatever the rule.
    for (plugin, (all, differing)) in outcomes {
        assert!(
            differing * 16 > all || all < 50,
            "{plugin}: only {differing} of {all} cases make a difference"
        );
    }
}
