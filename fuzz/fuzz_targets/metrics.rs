//! Any bytes are read as a metrics page as the reference reads them. The first byte chooses the options.

#![no_main]

use inferroute::{Engine, LoadReport, ScrapeOptions};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

#[path = "../../core/tests/reference/metrics/mod.rs"]
mod oracle;

fuzz_target!(|data: &[u8]| {
    let Some((choice, text)) = data.split_first() else { return };
    let mut wanted = json!({});
    if let Some(engine) = Engine::ALL.get(usize::from(choice & 7)) {
        wanted["engine"] = json!(engine);
    }
    if choice & 8 != 0 {
        wanted["rank"] = json!("0");
    }
    if choice & 16 != 0 {
        wanted["line_bytes"] = json!(40);
        wanted["adapters"] = json!(1);
        wanted["problems"] = json!(1);
    }
    let options: ScrapeOptions = serde_json::from_value(wanted.clone()).unwrap();
    let scrape = LoadReport::from_prometheus(text, &options);
    let problems: Vec<_> = scrape.problems.iter().map(|p| (p.code(), p.line(), p.series())).collect();
    let found = json!({
        "engine": scrape.engine, "report": scrape.report, "problems": problems, "unlisted": scrape.unlisted
    });
    assert_eq!(found, oracle::read(text, &wanted));
});
