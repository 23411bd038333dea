//! Every case of `tests/vectors/scheduling`: as written, as the reference has it, and whether there is one of each kind for each scorer and filter.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[path = "support/plugin_case.rs"]
mod cases;
#[path = "reference/scheduling/mod.rs"]
mod reference;

use std::collections::{BTreeMap, BTreeSet};

use cases::{for_each_case, is_same};

/// The cases that each scorer and filter has, as far as they can exist for it.
const CASES: [&str; 6] = ["no data", "stale data", "one endpoint", "all equal", "zero range", "NaN offered"];

const PAGE: &str = include_str!("vectors/scheduling/README.md");

/// The last digits of numbers may differ: sums are taken in another order, and times that are forgotten are kept in 32 bits.
const APART: f64 = 1e-6;

#[test]
fn every_vector_comes_out_as_written_and_as_the_reference_has_it() {
    let mut failures = Vec::new();
    let count = for_each_case(|case| {
        let (expected, found, other) = (case.expected(), case.found(), reference::run(&case.raw));
        let (some, two) = (case.found_of_some(), case.found_of_two());
        let outcomes = [Some(&found), Some(&other), Some(&some), two.as_ref()];
        if !outcomes.into_iter().flatten().all(|outcome| is_same(&expected, outcome, APART)) {
            failures.push(format!(
                "{}\n  expected  {expected}\n  found     {found}\n  of some   {some}\n  of two    {two:?}\n  reference {other}",
                case.id
            ));
        }
        if case.taken(0) != case.taken(140) {
            failures.push(format!("{}\n  goes elsewhere beside endpoints that are not ready", case.id));
        }
    });
    assert!(failures.is_empty(), "{} of {count} cases fail:\n{}", failures.len(), failures.join("\n"));
}

/// Rows of the page's table: the plugin, and the cases that cannot exist for it with the reason.
fn exceptions() -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut exceptions = BTreeMap::new();
    for line in PAGE.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 7, "a row has the plugin and six cases: {line}");
        let lacking = CASES.iter().zip(&cells[1..]).filter(|(_, cell)| **cell != "yes");
        let lacking = lacking.map(|(case, cell)| {
            assert!(cell.len() > 10, "a reason is a sentence: {cell}");
            *case
        });
        assert!(
            exceptions.insert(cells[0].trim_matches('`').to_owned(), lacking.collect()).is_none(),
            "{line}"
        );
    }
    exceptions
}

/// The names of all scorers or filters, as the crate's own list has them: arms of `as_str` in the file of the enum.
fn named(file: &str) -> BTreeSet<String> {
    let source = file.split("fn as_str").nth(1).unwrap().split("\n    }").next().unwrap();
    source.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn each_scorer_and_filter_has_a_vector_of_each_case_that_can_exist() {
    let scorers = named(include_str!("../src/plan/profile/scorer.rs"));
    let filters = named(include_str!("../src/plan/profile/filter.rs"));
    assert!(scorers.len() == 20 && filters.len() == 22, "{scorers:?} {filters:?}");
    let mut there: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for_each_case(|case| {
        let kind = if case.scorer.is_some() { "scorer" } else { "filter" };
        let known = if case.scorer.is_some() { &scorers } else { &filters };
        assert!(known.contains(case.plugin()), "{}: `{}` is no {kind}", case.id, case.plugin());
        assert!(
            CASES.contains(&&*case.case) || case.case == "rule",
            "{}: `{}` is no case",
            case.id,
            case.case
        );
        there.entry(format!("{kind} {}", case.plugin())).or_default().insert(case.case.clone());
    });
    let exceptions = exceptions();
    let all = scorers.iter().map(|name| format!("scorer {name}"));
    let all: BTreeSet<String> = all.chain(filters.iter().map(|name| format!("filter {name}"))).collect();
    assert_eq!(exceptions.keys().cloned().collect::<BTreeSet<_>>(), all, "the page has a row for each");
    for plugin in all {
        let there = there.get(&plugin).cloned().unwrap_or_default();
        for case in CASES {
            let cannot = exceptions[&plugin].contains(case);
            assert!(
                there.contains(case) != cannot,
                "{plugin}: {case}: {}",
                if cannot { "is there and cannot" } else { "is missing" }
            );
        }
        assert!(there.contains("rule"), "{plugin}: a vector of its rule is missing");
    }
}
