//! Every decision of `examples/vectors`, through the running gateway.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../../vectors/case.rs"]
mod case;
mod support;

use case::Case;
use support::{Setup, VECTORS};

#[test]
fn the_gateway_decides_as_the_vectors_say() {
    let setup = Setup::new(&[]);
    let text = std::fs::read_to_string(format!("{VECTORS}/decisions.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_str(&text.replace(":8000", &format!(":{}", setup.port))).unwrap();
    assert!(cases.len() >= 11, "{} cases", cases.len());
    for case in &cases {
        let name = &case.name;
        let headers: Vec<_> =
            case.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = setup.gateway.chat(&headers, &support::chat(&case.model));
        assert_eq!(answer.status, case.expect.status, "{name}");
        let said = |header: &str| answer.header(header).map(str::to_owned);
        assert_eq!(said("x-inferroute-route"), case.expect.route, "{name}: route");
        assert_eq!(said("x-inferroute-rule"), case.expect.rule, "{name}: rule");
        let served_by = said("x-served-by");
        assert_eq!(served_by.is_some(), case.expect.status == 200, "{name}: {served_by:?}");
        if let Some(endpoint) = &served_by {
            assert!(
                case.expect.endpoints.iter().flatten().any(|meant| meant == endpoint),
                "{name}: {endpoint}"
            );
        }
        let body = answer.json();
        let error = &body["error"];
        assert_eq!(body["model"].as_str(), case.expect.model.as_deref(), "{name}: {body}");
        assert_eq!(error["reason"].as_str(), case.expect.reason.as_deref(), "{name}: {body}");
        assert_eq!(error["message"].is_string(), case.expect.reason.is_some(), "{name}: {body}");
    }
    // What was counted is what was sent.
    let answered = cases.iter().filter(|case| case.expect.status == 200).count();
    setup.gateway.counts("inferroute_requests_total", &["outcome=\"answered\""], answered as f64);
    for reason in cases.iter().filter_map(|case| case.expect.reason.as_deref()) {
        let expected = cases.iter().filter(|case| case.expect.reason.as_deref() == Some(reason)).count();
        let label = format!("reason=\"{reason}\"");
        setup.gateway.counts("inferroute_requests_total", &["outcome=\"refused\"", &label], expected as f64);
    }
    assert_eq!(setup.gateway.counter("inferroute_decision_seconds_count", &[]), cases.len() as f64);
}
