//! Every case of `tests/vectors`, through the public API.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[allow(dead_code, reason = "each test takes its part of it")]
mod support;

use inferroute::{Diagnostic, Plan};
use serde_json::{Value, json};

/// What Python and Node must count too.
const COUNT: &str = include_str!("vectors/COUNT");

fn codes<'d>(diagnostics: impl IntoIterator<Item = &'d Diagnostic>) -> Value {
    diagnostics.into_iter().map(|diagnostic| diagnostic.code().as_str()).collect::<Vec<_>>().into()
}

#[test]
fn every_vector_comes_out_as_written() {
    let mut failures = Vec::new();
    let count = support::for_each_case(|name, case, config, folder| {
        let mut expected = case.expect.as_object().cloned().unwrap_or_else(|| panic!("{name}: no expect"));
        let warnings = expected.remove("warnings");
        let explain = expected.remove("explain");
        let mut check = |what: &str, expected: &Value, found: &Value| {
            if expected != found {
                failures.push(format!("{name}: {what}\n  expected {expected}\n  found    {found}"));
            }
        };
        let plan: Plan = match config.plan(folder) {
            Ok(plan) => plan,
            Err(problems) => {
                check("issues", &Value::Object(expected), &json!({"issues": codes(&problems)}));
                return;
            }
        };
        if let Some(warnings) = warnings {
            check("warnings", &warnings, &codes(plan.warnings()));
        }
        let router = case.router(plan);
        let explanation = router.explain_seeded(&case.request.view(), case.now(), case.seed);
        if !expected.is_empty() {
            let mut found = case.answer(&router);
            // Some are compared where the vector states them.
            if let Some(found) = found.as_object_mut() {
                found.retain(|field, _| {
                    !support::OPTIONAL.contains(&&**field) || expected.contains_key(field)
                });
            }
            check("decision", &Value::Object(expected), &found);
        }
        if let Some(explain) = explain {
            check("explain", &explain, &explanation.to_string().lines().collect::<Vec<_>>().into());
        }
    });
    assert!(failures.is_empty(), "{} of {count} cases fail:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(count.to_string(), COUNT.trim(), "tests/vectors/COUNT");
}
