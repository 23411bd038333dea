//! The metrics vectors, and generated pages against the reference.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[path = "support/metrics_page.rs"]
mod generate;
#[path = "reference/metrics/mod.rs"]
mod oracle;

use std::collections::BTreeSet;
use std::path::PathBuf;

use generate::page;
use inferroute::{Engine, Fraction, LoadReport, Scrape, ScrapeOptions};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    #[serde(rename = "note")]
    _note: Option<String>,
    text: String,
    #[serde(default)]
    options: Value,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    engine: Option<Engine>,
    report: Value,
    #[serde(default)]
    problems: Vec<(String, usize, String)>,
    #[serde(default)]
    unlisted: usize,
}

fn options(options: &Value) -> ScrapeOptions {
    if options.is_null() {
        ScrapeOptions::default()
    } else {
        serde_json::from_value(options.clone()).unwrap()
    }
}

fn as_json(scrape: &Scrape) -> Value {
    let problems = scrape.problems.iter();
    json!({
        "engine": scrape.engine,
        "report": scrape.report,
        "problems": problems.map(|p| (p.code(), p.line(), p.series())).collect::<Vec<_>>(),
        "unlisted": scrape.unlisted,
    })
}

fn read(text: &[u8], wanted: &Value) -> Value {
    as_json(&LoadReport::from_prometheus(text, &options(wanted)))
}

fn for_each_case(mut each: impl FnMut(&str, Case)) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/metrics");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut ids = BTreeSet::new();
    for file in files.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl")) {
        let stem = file.file_stem().unwrap().to_str().unwrap().to_owned();
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let case: Case = serde_json::from_str(line).unwrap_or_else(|e| panic!("{stem}: {e}\n{line}"));
            let id = format!("{stem}: {}", case.id);
            assert!(ids.insert(id.clone()), "{id} twice");
            each(&id, case);
        }
    }
}

#[test]
fn every_vector_comes_out_as_written() {
    let (mut count, mut failures) = (0, Vec::new());
    for_each_case(|id, case| {
        let expect = case.expect;
        let expected = json!({
            "engine": expect.engine, "report": expect.report, "problems": expect.problems, "unlisted": expect.unlisted
        });
        for (who, found) in [
            ("crate", read(case.text.as_bytes(), &case.options)),
            ("reference", oracle::read(case.text.as_bytes(), &case.options)),
        ] {
            if found != expected {
                failures.push(format!("{id}: {who}\n  expected {expected}\n  found    {found}"));
            }
        }
        count += 1;
    });
    assert!(failures.is_empty(), "{} of {count}\n{}", failures.len(), failures.join("\n"));
    assert!(count >= 134, "only {count} vectors");
}

#[test]
fn a_report_survives_serialisation() {
    for_each_case(|id, case| {
        let report = LoadReport::from_prometheus(&case.text, &options(&case.options)).report;
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<LoadReport>(&text).unwrap(), report, "{id}");
    });
    for bad in [r#"{"kv_usage": 1.5}"#, r#"{"kv_usage": -0.1}"#, r#"{"waiting": -1}"#, r#"{"queue": 1}"#] {
        assert!(serde_json::from_str::<LoadReport>(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_fraction_is_from_nothing_to_all() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -f64::MIN_POSITIVE, 1.0 + f64::EPSILON] {
        assert_eq!(Fraction::new(bad), None, "{bad}");
    }
    assert!(Fraction::new(-0.0).unwrap().get().is_sign_positive());
    assert!(Fraction::new(0.0) < Fraction::new(f64::MIN_POSITIVE));
    assert_eq!(Fraction::new(1.0).map(Fraction::get), Some(1.0));
}

#[test]
fn engines_are_named_as_their_labels() {
    for engine in Engine::ALL {
        assert_eq!(engine.as_str().parse(), Ok(*engine));
        assert_eq!(json!(engine), json!(engine.as_str()));
    }
    let error = "vLLM".parse::<Engine>().unwrap_err().to_string();
    assert!(Engine::ALL.iter().all(|engine| error.contains(engine.as_str())), "{error}");
}

fn wanted() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!({}),
        json!({"rank": "0"}),
        json!({"rank": "1", "adapters": 1}),
        json!({"line_bytes": 60, "problems": 2}),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn generated_pages_are_read_as_the_reference_reads_them(
        text in page(),
        wanted in wanted(),
    ) {
        prop_assert_eq!(read(&text, &wanted), oracle::read(&text, &wanted), "{}", text.escape_ascii());
    }

    #[test]
    fn other_series_and_comments_change_nothing(text in page(), at in any::<prop::sample::Index>()) {
        let ends: Vec<usize> = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
        let at = if ends.is_empty() { 0 } else { ends[at.index(ends.len())] };
        let mut more = text.clone();
        more.splice(at..at, *b"# HELP x\npython_info{a=\"b\"} 1\n\n");
        let options = ScrapeOptions::default();
        let (few, many) = (LoadReport::from_prometheus(&text, &options), LoadReport::from_prometheus(&more, &options));
        prop_assert_eq!((few.report, few.engine), (many.report, many.engine));
    }

    /// Whatever becomes of one value, no other value of the page changes, and the report never tells more than before.
    #[test]
    fn a_bad_value_makes_only_its_own_field_unknown(bad in prop::sample::select(&["NaN", "-1", "1e308", "+Inf", "x", "0.5"][..])) {
        let page = |waiting: &str| format!(
            "vllm:num_requests_waiting{{engine=\"0\"}} 1\nvllm:num_requests_waiting{{engine=\"1\"}} {waiting}\nvllm:num_requests_running 5\nvllm:kv_cache_usage_perc 0.5\n"
        );
        let options = ScrapeOptions::default();
        let mut good = LoadReport::from_prometheus(page("2"), &options).report;
        prop_assert_eq!(good.waiting.take(), Some(3));
        prop_assert_eq!(LoadReport::from_prometheus(page(bad), &options).report, good);
    }
}
