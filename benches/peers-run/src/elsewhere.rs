//! Figures that others published or that were measured on other machines: to stand beside, not to divide by.

use serde_json::{Value, json};

/// (who, what, what it took, where).
const FIGURES: &[(&str, &str, &str, &str)] = &[
    (
        "llm-d-router (Go) Schedule(), before its PR 1171",
        "5 / 25 / 100 endpoints",
        "5.58 / 16.4 / 57.3 us",
        "Apple M4, published",
    ),
    (
        "llm-d-router (Go) Schedule(), after its PR 1171",
        "5 / 25 / 100 endpoints",
        "4.0 / 8.9 / 28.3 us",
        "Apple M4, published",
    ),
    (
        "llm-d-router ebab687 (Go 1.27) Schedule()",
        "8 / 64 / 512 / 4,096 endpoints",
        "20 / 95 / 670 us / 8.5 ms",
        "2-core AMD EPYC, another run",
    ),
    (
        "llm-d-router ebab687, approximate prefix and Schedule()",
        "1k tokens, 8 / 64 / 512",
        "44 / 246 us / 1.2 ms",
        "2-core AMD EPYC, another run",
    ),
    (
        "llm-d-router ebab687, approximate prefix and Schedule()",
        "8k tokens, 8 / 64 / 512",
        "125 / 524 us / 3.7 ms",
        "2-core AMD EPYC, another run",
    ),
    (
        "llm-d-router ebab687, approximate prefix and Schedule()",
        "32k tokens, 8 / 64 / 512",
        "441 us / 1.73 / 12.8 ms",
        "2-core AMD EPYC, another run",
    ),
];

pub fn print() -> Value {
    println!(
        "\n## Measured elsewhere\n\nNot comparable as they stand: other hardware, other runs. Go does not build here.\n"
    );
    for (who, what, took, place) in FIGURES {
        println!("{who:<58}{what:<34}{took:<30}{place}");
    }
    let rows = FIGURES
        .iter()
        .map(|(who, what, took, place)| json!({ "who": who, "what": what, "took": took, "where": place }));
    rows.collect()
}
