//! The crate and the slow reference answer alike, on the vectors and on generated configurations and requests.
//!
//! `INFERROUTE_CASES=1000000 cargo test --release --test agreement` runs that many generated cases instead of the few of an everyday run.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[allow(dead_code, reason = "each test takes its part of it")]
mod reference;
#[allow(dead_code, reason = "each test takes its part of it")]
mod support;

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;
use support::{Case, Config};

const CASES_A_CONFIG: usize = 50;

fn wanted() -> usize {
    let everyday = if cfg!(debug_assertions) { 10_000 } else { 25_000 };
    std::env::var("INFERROUTE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(everyday)
}

#[test]
fn generated_cases_are_decided_as_the_reference_decides() {
    let configurations = wanted().div_ceil(CASES_A_CONFIG) as u64;
    for seed in 0..configurations {
        let generated = reference::generate::generate(seed, CASES_A_CONFIG);
        compare(&format!("configuration {seed}"), &generated);
    }
}

fn compare(name: &str, generated: &reference::generate::Generated) {
    let config = serde_json::json!({"objects": generated.documents, "options": generated.options});
    let config: Config = serde_json::from_value(config).unwrap();
    let plan = config.plan(Path::new(".")).unwrap_or_else(|problems| panic!("{name}: {problems}"));
    let plan = Arc::new(plan);
    for case in &generated.cases {
        let expected = reference::run(&generated.documents, &generated.options, case);
        let read: Case = serde_json::from_value(case.clone()).unwrap();
        // A router of its own for each case: the turn of a pool starts anew.
        let mut found = read.answer(&read.router(Arc::clone(&plan)));
        found.as_object_mut().unwrap().retain(|field, _| !support::UNKNOWN_TO_REFERENCE.contains(&&**field));
        assert_eq!(
            found,
            expected,
            "{name}, case {case:#}\nmanifests {:#}",
            Value::from(generated.documents.clone())
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_make_cases_on_which_both_agree(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        compare("bytes", &reference::generate::generate_from(&bytes));
    }
}

#[test]
fn vectors_are_decided_as_the_reference_decides() {
    let mut compared = 0;
    support::for_each_case(|name, case, config, _| {
        let Some(objects) = &config.objects else { return };
        // What the reference leaves out, see the page of the vectors.
        if name.starts_with("options/") || name.starts_with("profiles/") {
            return;
        }
        if case.expect.get("issues").is_some() || config.plan(Path::new(".")).is_err() {
            return;
        }
        let mut expected = case.expect.as_object().unwrap().clone();
        _ = (expected.remove("warnings"), expected.remove("explain"));
        expected.retain(|field, _| !support::UNKNOWN_TO_REFERENCE.contains(&&**field));
        if !expected.is_empty() {
            let mut found = reference::run(objects, &config.options, &case.raw);
            if !expected.contains_key("fallbacks") {
                _ = found.as_object_mut().unwrap().remove("fallbacks");
            }
            assert_eq!(found, Value::Object(expected), "{name}");
            compared += 1;
        }
    });
    assert!(compared > 300, "only {compared} vectors can be run by the reference");
}
