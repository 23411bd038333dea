//! The crate and the slow reference answer alike on cases made of any bytes.

#![no_main]

use std::path::Path;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use support::{Case, Config};

#[path = "../../core/tests/reference/mod.rs"]
#[allow(dead_code)]
mod reference;
#[path = "../../core/tests/support/mod.rs"]
#[allow(dead_code)]
mod support;

fuzz_target!(|data: &[u8]| {
    let generated = reference::generate::generate_from(data);
    let config = json!({"objects": generated.documents, "options": generated.options});
    let config: Config = serde_json::from_value(config).unwrap();
    let plan = Arc::new(config.plan(Path::new(".")).unwrap());
    for case in &generated.cases {
        let read: Case = serde_json::from_value(case.clone()).unwrap();
        let expected = reference::run(&generated.documents, &generated.options, case);
        let mut found = read.answer(&read.router(Arc::clone(&plan)));
        found.as_object_mut().unwrap().retain(|field, _| !support::UNKNOWN_TO_REFERENCE.contains(&&**field));
        assert_eq!(found, expected, "{case:#}");
    }
});
