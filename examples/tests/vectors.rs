//! What every gateway under `examples/` must decide, decided by the library itself: a gateway that departs from the file is then wrong, not the file.

use inferroute::{
    Body, BodyFormat, BodyLimits, CONTROL_HEADERS, Event, Manifests, Nanos, Options, ReportedEndpoint,
    Request, Router,
};

#[path = "../vectors/case.rs"]
mod case;

use case::Case;

const MANIFEST: &str = include_str!("../vectors/manifest.yaml");
const ENDPOINTS: &str = include_str!("../vectors/endpoints.json");
const DECISIONS: &str = include_str!("../vectors/decisions.json");

fn router() -> Router {
    let plan = Manifests::from_yaml(MANIFEST).unwrap().compile(&Options::default()).unwrap();
    let router = Router::new(plan, 7);
    let endpoints: Vec<ReportedEndpoint> = serde_json::from_str(ENDPOINTS).unwrap();
    assert_eq!(endpoints.len(), 4);
    router.observe(&Event::EndpointsReplaced { endpoints }, Nanos::new(0)).unwrap();
    router
}

#[test]
fn the_library_decides_what_gateways_must() {
    let router = router();
    let cases: Vec<Case> = serde_json::from_str(DECISIONS).unwrap();
    assert!(cases.len() >= 11);
    for case in &cases {
        let bytes = serde_json::json!({"model": case.model, "messages": [{"role": "user", "content": "Hi"}]});
        let bytes = bytes.to_string();
        let format = BodyFormat::of("/v1/chat/completions", Some("application/json"));
        let body = Body::read(bytes.as_bytes(), format, &BodyLimits::default()).unwrap();
        // As a gateway does, before anything is decided.
        let is_control =
            |name: &str| CONTROL_HEADERS.iter().any(|control| name.eq_ignore_ascii_case(control));
        let headers: Vec<(&str, &str)> = case
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !is_control(name))
            .collect();
        let mut request = Request::new(&headers).method("POST").path("/v1/chat/completions");
        if let Some(model) = body.model() {
            request = request.model(model);
        }
        for _ in 0..20 {
            check(case, &router, &request);
        }
    }
}

fn check(case: &Case, router: &Router, request: &Request<'_>) {
    let (name, expect) = (&case.name, &case.expect);
    match router.decide(request, Nanos::new(0)) {
        Ok(decision) => {
            assert_eq!(expect.status, 200, "{name}: {decision:?}");
            assert_eq!(Some(decision.route()), expect.route.as_deref(), "{name}");
            assert_eq!(decision.rule_name(), expect.rule.as_deref(), "{name}");
            let endpoint = decision.endpoint();
            let endpoint = endpoint.split('/').nth(1).unwrap().split(':').next().unwrap().to_owned();
            assert!(expect.endpoints.as_ref().unwrap().contains(&endpoint), "{name}: {endpoint}");
            let model = decision.model_override().unwrap_or(&case.model);
            assert_eq!(Some(model), expect.model.as_deref(), "{name}");
        }
        Err(no_route) => {
            assert_eq!(no_route.status(), expect.status, "{name}: {no_route}");
            assert_eq!(Some(no_route.reason().as_str()), expect.reason.as_deref(), "{name}");
        }
    }
}
